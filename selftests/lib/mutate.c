// SPDX-License-Identifier: GPL-2.0
/* Random requests: see mutate.h. */
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/persock.h>
#include <linux/persock_netlink.h>

#include "mutate.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

#define ANY		(-1)
#define BOTH		ANY
/* No attribute or nest that is put at once is longer. */
#define SPARE		8192

static const struct mutate_world *world;
static __u64 state = 1;

static unsigned char *start, *end, *limit;
/* One attribute in so many is spoilt; 0: none. */
static unsigned int spoilt;
/*
 * One thing in so many is well-formed, and such as no policy may have it; 0:
 * none. A request with one of these among much that is valid gets farthest.
 */
static unsigned int slips;
/* The policy has rules on hosts. */
static bool hosts;
/* Flags that the policy lists already, of sends and of receives. */
static __u32 flags_listed[2];

static const __u32 edges[] = {
	0, 1, 2, 3, 4, 5, 16, 17, 31, 32, 33, 46, 63, 64, 96, 128, 129, 133,
	255, 256, 262, 1023, 1024, 32767, 32768, 65535, 65536, 131072,
	0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xffff8000, 0xffffff7a,
	0xffffff7b, 0xffffff7c, 0xfffffffe, 0xffffffff,
};

void mutate_seed(__u64 seed)
{
	/* 0 would stay 0. */
	state = seed * 2 + 1;
}

static __u32 number(void)
{
	/* A linear congruence; its upper bits are the random ones. */
	state = state * 6364136223846793005 + 1442695040888963407;
	return state >> 32 ^ state >> 50;
}

__u32 mutate_below(__u32 n)
{
	return (__u64)number() * n >> 32;
}

static bool one_in(unsigned int n)
{
	return n && !mutate_below(n);
}

static __u32 between(__u32 first, __u32 last)
{
	return first + mutate_below(last - first + 1);
}

static __u32 edge(void)
{
	if (one_in(3))
		return number();
	return edges[mutate_below(sizeof(edges) / sizeof(edges[0]))];
}

static bool slip(void)
{
	return one_in(slips);
}

static __u32 above(__u32 number)
{
	return one_in(4) ? 0xffffffff :
	       one_in(2) ? number + 1 : between(number + 1, 0xfffffffe);
}

static void fill(void *memory, size_t size)
{
	unsigned char *byte = memory;

	while (size--)
		*byte++ = number();
}

/* @length is what the header says; @size is how much is there. */
static void append(unsigned int type, size_t length, const void *data,
		   size_t size)
{
	struct nlattr *attribute = (struct nlattr *)end;

	if (limit - end < SPARE / 2)
		return;
	attribute->nla_type = type;
	attribute->nla_len = NLA_HDRLEN + length;
	memset(attribute + 1, 0, NLA_ALIGN(size));
	memcpy(attribute + 1, data, size);
	end += NLA_HDRLEN + NLA_ALIGN(size);
}

static unsigned int other_type(unsigned int type)
{
	switch (mutate_below(6)) {
	case 0:
		return 0;
	case 1:
		return number() & NLA_TYPE_MASK;
	case 2:
		return type | NLA_F_NESTED;
	case 3:
		return type | NLA_F_NET_BYTEORDER;
	default:
		return mutate_below(PERSOCK_A_MAX + 3);
	}
}

static void spoil(unsigned int type, const void *data, size_t size)
{
	unsigned char value[256];

	if (size > sizeof(value) / 2)
		size = sizeof(value) / 2;
	fill(value, sizeof(value));
	memcpy(value, data, size);

	switch (mutate_below(10)) {
	case 0:			/* removed */
		break;
	case 1:
	case 2:
		append(other_type(type), size, data, size);
		break;
	case 3:			/* shorter, and says so */
		size = mutate_below(size + 1);
		append(type, size, value, size);
		break;
	case 4:			/* longer, and says so */
		size += between(1, 80);
		append(type, size, value, size);
		break;
	case 5:			/* not even a header: 0 to 3 */
		append(type, mutate_below(4) - NLA_HDRLEN, value, size);
		break;
	case 6:			/* beyond what is there */
		append(type, size + edge(), value, size);
		break;
	case 7:			/* twice */
		append(type, size, value, size);
		append(type, size, value, size);
		break;
	default:
		if (size == 1 || size == 2 || size == 4) {
			__u32 other = edge();

			memcpy(value, &other, size);
		} else {
			value[mutate_below(size + 1)] ^= 1 << mutate_below(8);
		}
		append(type, size, value, size);
	}
}

static void put(unsigned int type, const void *data, size_t size)
{
	if (one_in(spoilt))
		spoil(type, data, size);
	else
		append(type, size, data, size);
}

static void put_u32(unsigned int type, __u32 value)
{
	put(type, &value, sizeof(value));
}

static void put_u16(unsigned int type, __u16 value)
{
	put(type, &value, sizeof(value));
}

static void put_string(unsigned int type, const char *string)
{
	put(type, string, strlen(string) + !one_in(spoilt * 2));
}

static unsigned char *nest_begin(unsigned int type)
{
	unsigned char *nest = end;

	append(one_in(spoilt * 4) ? type : type | NLA_F_NESTED, 0, "", 0);
	return nest;
}

static void nest_end(unsigned char *nest)
{
	struct nlattr *attribute = (struct nlattr *)nest;

	/* There was no room for it. */
	if (nest == end)
		return;
	attribute->nla_len = end - nest;
	if (!one_in(spoilt * 4))
		return;

	switch (mutate_below(4)) {
	case 0:
		attribute->nla_len = mutate_below(attribute->nla_len + 8);
		break;
	case 1:			/* empty */
		attribute->nla_len = NLA_HDRLEN;
		end = nest + NLA_HDRLEN;
		break;
	case 2:			/* deeper */
		memmove(nest + NLA_HDRLEN, nest, end - nest);
		attribute->nla_len = end - nest + NLA_HDRLEN;
		end += NLA_HDRLEN;
		break;
	case 3:			/* twice */
		memcpy(end, nest, end - nest);
		end += end - nest;
		break;
	}
}

static bool by_class(int section)
{
	return (section >= PERSOCK_SECTION_OPTIONS_GET &&
		section <= PERSOCK_SECTION_IOCTLS) ||
	       section == PERSOCK_SECTION_LISTEN ||
	       section == PERSOCK_SECTION_PAIR ||
	       section == PERSOCK_SECTION_MMAP;
}

static bool ignores(int section)
{
	return section >= PERSOCK_SECTION_OPTIONS_SET &&
	       section <= PERSOCK_SECTION_IOCTLS;
}

static int verdict(int section)
{
	static const int wrong[] = { 1, 2, -1, -134, -4096, 0x7fffffff };

	if (slip())
		return one_in(4) ? above(1) : wrong[mutate_below(6)];
	if (section == PERSOCK_SECTION_CONTROL_RECEIVE)
		return mutate_below(2);
	if (section == PERSOCK_SECTION_UNIX_RIGHTS && one_in(3))
		return 2;
	if (one_in(2))
		return 0;
	if (ignores(section) && one_in(2))
		return 1;
	return -(int)between(1, 133);
}

static void put_head(int section, int class, int value)
{
	if (slip())
		section = PERSOCK_SECTION_LIMITS;
	if (!slip())
		put_u32(PERSOCK_A_RULE_SECTION, section);
	if (class != ANY || slip())
		put_u32(PERSOCK_A_RULE_CLASS,
			class == ANY ? mutate_below(2) : class);
	if (!slip())
		put_u32(PERSOCK_A_RULE_VERDICT, value);
}

static void put_default(int section, int class, int value)
{
	unsigned char *nest = nest_begin(PERSOCK_A_DEFAULT);

	put_head(section, class, value);
	nest_end(nest);
}

static void put_defaults(void)
{
	int section, class;

	for (section = 0; section <= PERSOCK_SECTION_UNIX_BIND; section++) {
		if (one_in(2) || section == PERSOCK_SECTION_LIMITS)
			continue;
		if (!by_class(section) || one_in(2)) {
			put_default(section, BOTH, verdict(section));
			/* Of class inet only: the other one is free. */
			if (section == PERSOCK_SECTION_CONTROL_RECEIVE &&
			    one_in(4))
				put_default(section, PERSOCK_CLASS_OTHER, 0);
			if (slip())
				put_default(section, (int)mutate_below(3) - 1,
					    verdict(section));
			continue;
		}
		for (class = 0; class <= PERSOCK_CLASS_OTHER; class++) {
			bool open = section == PERSOCK_SECTION_CONTROL_RECEIVE &&
				    class;

			put_default(section, class,
				    open ? 0 : verdict(section));
		}
	}
}

static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

static void put_ports(void)
{
	__u16 first = edge(), last = edge();

	if (first > last && !slip()) {
		first = last;
		last = 65535;
	}
	if (one_in(2))
		put_u16(PERSOCK_A_RULE_PORT_FIRST, first);
	if (one_in(2))
		put_u16(PERSOCK_A_RULE_PORT_LAST, last);
	if (slip())
		put_u32(PERSOCK_A_RULE_PROTOCOL,
			one_in(2) ? IPPROTO_MPTCP : above(0x7fffffff));
	else if (one_in(2))
		put_u32(PERSOCK_A_RULE_PROTOCOL, mutate_below(256));
}

static void put_address(void)
{
	unsigned char address[16] = { };
	__u32 length = one_in(2) ? 4 : 16, bit;
	unsigned char prefix = between(0, length * 8);

	if (!one_in(8))
		fill(address, length);
	if (length == 16 && one_in(16))
		memcpy(address, mapped, sizeof(mapped));
	for (bit = prefix; bit < length * 8; bit++)
		address[bit / 8] &= ~(0x80 >> bit % 8);
	if (slip() && prefix < length * 8)
		address[length - 1] |= 1 << mutate_below(length * 8 - prefix) % 8;
	if (slip())
		prefix = between(length * 8 + 1, 255);
	if (slip())
		length = mutate_below(16);

	if (!slip())
		put(PERSOCK_A_RULE_ADDRESS, address, length);
	if (!slip())
		put(PERSOCK_A_RULE_PREFIX_LENGTH, &prefix, 1);
	put_ports();
}

/* More than the longest name with "*.", and a NUL. */
#define HOST_ROOM	264

/* A name of @length bytes at most, with labels of 63 at most; its length. */
static size_t make_name(char *to, size_t length)
{
	static const char bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t i, label = between(1, one_in(4) ? 63 : 8), at = 0;

	for (i = 0; i < length; i++) {
		/* None is empty, and the last byte is no dot. */
		if (at == label && i + 1 < length) {
			to[i] = '.';
			at = 0;
			continue;
		}
		if (at == label)
			break;
		to[i] = bytes[mutate_below(sizeof(bytes) - 1)];
		at++;
	}
	to[i] = '\0';

	return i;
}

/* What no host is called. */
static void make_wrong_host(char *to)
{
	static const char *const wrong[] = {
		"", ".", "*", "*.", "**.a", "*.*.a", "a.*", "*a", "*.a.",
		".a", "a.", "a..b", "*..a", "A.example", "a.Example", "*.A",
		"a b", "a\n", "a/b", "a:53", "b\xc3\xbc" "cher",
		"a\\.b",
	};
	size_t length;

	switch (mutate_below(4)) {
	case 0:			/* a label of 64 bytes */
		length = mutate_below(8);
		memset(to, 'b', length + 64);
		if (length)
			to[length - 1] = '.';
		to[length + 64] = '\0';
		break;
	case 1:			/* a name of 254 bytes, or 256 with "*." */
		if (one_in(2)) {
			*to++ = '*';
			*to++ = '.';
		}
		for (length = 0; length < 254; length++)
			to[length] = length % 8 == 7 ? '.' : 'c';
		to[length] = '\0';
		break;
	default:
		strcpy(to, wrong[mutate_below(sizeof(wrong) / sizeof(wrong[0]))]);
	}
}

static void make_host(char *to, bool rule)
{
	/* There are many ways, and few hosts. */
	if (slips && one_in(6)) {
		make_wrong_host(to);
		return;
	}
	if (rule && one_in(3)) {
		*to++ = '*';
		*to++ = '.';
	}
	make_name(to, one_in(8) ? between(250, 253) : between(1, 30));
}

static void put_host(void)
{
	char host[HOST_ROOM];

	make_host(host, true);
	/* In place of an address, and not with one. */
	if (slip())
		put_address();
	put_string(PERSOCK_A_RULE_HOST, host);
	put_ports();
}

/* An address by itself, of a resolver or a host; its length. */
static __u32 make_peer(unsigned char *address)
{
	__u32 length = one_in(2) ? 4 : 16;

	fill(address, 17);
	if (length == 16 && one_in(3))
		memcpy(address, mapped, sizeof(mapped));

	return slip() ? one_in(2) ? 3 : one_in(2) ? 17 : 0 : length;
}

static void put_resolvers(unsigned int nr)
{
	unsigned char address[17];

	while (nr--)
		put(PERSOCK_A_NAMES_RESOLVER, address, make_peer(address));
}

/* The most addresses that a cgroup learns: so few that some give way. */
static __u32 learnt_limit(void)
{
	if (slip())
		return one_in(2) ? 0 : above(65536);
	if (one_in(8))
		return one_in(2) ? 1 : 65536;
	return between(1, one_in(3) ? 10 : 300);
}

static void put_names(void)
{
	unsigned char *nest = nest_begin(PERSOCK_A_NAMES);
	unsigned int nr = one_in(8) ? 16 : between(1, 4);
	/* The attributes need not come in the order of their numbers. */
	unsigned int later = one_in(4) ? mutate_below(nr) : 0;

	/* Nothing else is wrong with as many. */
	if (slip()) {
		nr = one_in(2) ? 0 : 17;
		later = 0;
		slips = 0;
	}
	put_resolvers(nr - later);
	if (one_in(2))
		put_u32(PERSOCK_A_NAMES_QUERIES,
			slip() ? above(1) : mutate_below(2));
	if (slip())
		put_u32(PERSOCK_A_NAMES_HOLD, above(604800));
	else if (one_in(2))
		put_u32(PERSOCK_A_NAMES_HOLD, one_in(4) ? 604800 :
			one_in(3) ? 0 : mutate_below(604800));
	if (one_in(2) || slip())
		put_u32(PERSOCK_A_NAMES_LIMIT, learnt_limit());
	put_resolvers(later);
	nest_end(nest);
}

static void put_option(int section)
{
	bool sized = section == PERSOCK_SECTION_OPTIONS_GET ||
		     section == PERSOCK_SECTION_OPTIONS_SET;
	__u32 size = mutate_below(300), size_max = size + mutate_below(300);
	/* Each is right, and the two are not. */
	bool crossed = section == PERSOCK_SECTION_OPTIONS_GET && slip();

	if (slip())
		size = above(65535);
	if (slip())
		size_max = above(65535);
	if (crossed) {
		size = between(2, 65535);
		size_max = between(1, size - 1);
	}
	if (!slip())
		put_u32(PERSOCK_A_RULE_LEVEL,
			one_in(2) ? edge() : mutate_below(300));
	if (!slip())
		put_u32(PERSOCK_A_RULE_NAME,
			one_in(2) ? edge() : mutate_below(300));
	if (crossed || (sized && one_in(2)) || slip())
		put_u32(PERSOCK_A_RULE_SIZE, size);
	if (crossed || slip() ||
	    (section == PERSOCK_SECTION_OPTIONS_GET && one_in(3)))
		put_u32(PERSOCK_A_RULE_SIZE_MAX, one_in(8) ? 0 : size_max);
}

static void put_flags(int section)
{
	__u32 *listed = &flags_listed[section == PERSOCK_SECTION_FLAGS_RECEIVE];
	__u32 flags = (number() & number()) | 1U << mutate_below(32);

	if (!slip())
		flags &= ~*listed;
	*listed |= flags;
	/* None are left when many are listed already: then it is wrong, too. */
	if (!slip())
		put_u32(PERSOCK_A_RULE_FLAGS, slip() ? 0 : flags);
}

static void put_socket(void)
{
	if (!one_in(4))
		put_u32(PERSOCK_A_RULE_FAMILY,
			slip() ? above(32767) : mutate_below(46));
	if (one_in(2))
		put_u32(PERSOCK_A_RULE_TYPE,
			slip() ? above(32767) : mutate_below(11));
	if (one_in(2))
		put_u32(PERSOCK_A_RULE_PROTOCOL,
			slip() ? above(0x7fffffff) : mutate_below(300));
}

/* A path of a file, or of a cgroup. */
static void make_path(char *to)
{
	static const char *const wrong[] = {
		"a", "a/b", "//", "/a//b", "/a/", "/./a", "/a/..", "/../a",
		"/a/.", "./a",
	};
	static const char *const parts[] = {
		"/a", "/...", "/run", "/.x", "/b c", "/\x01\xff", "/*", "/..a",
	};
	unsigned int nr = between(1, one_in(8) ? 250 : 5);

	if (slips && one_in(4)) {
		strcpy(to, wrong[mutate_below(sizeof(wrong) / sizeof(wrong[0]))]);
		return;
	}
	/* Too long for a rule. */
	if (slips && one_in(8))
		nr = 450;
	*to = '\0';
	while (nr--)
		to = stpcpy(to, parts[mutate_below(8)]);
}

static void put_unix(int section)
{
	static const __u32 types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	bool path = one_in(3), abstract = !path && one_in(2);
	char name[4096];

	if (slip())
		path = abstract = true;
	if (path) {
		make_path(name);
		put_string(PERSOCK_A_RULE_PATH, name);
	}
	if (abstract) {
		fill((unsigned char *)name, 128);
		put(PERSOCK_A_RULE_ABSTRACT, name,
		    slip() ? between(108, 128) : mutate_below(108));
	}
	if (((path || abstract) && one_in(2)) || slip())
		put(PERSOCK_A_RULE_PREFIX, "", 0);
	if ((!path && !abstract && one_in(2)) || slip())
		put(PERSOCK_A_RULE_UNNAMED, "", slip() ? 1 : 0);
	if (one_in(3))
		put_u32(PERSOCK_A_RULE_TYPE,
			slip() ? mutate_below(11) : types[mutate_below(3)]);
	if ((section != PERSOCK_SECTION_UNIX_BIND && one_in(3)) || slip()) {
		make_path(name);
		put_string(PERSOCK_A_RULE_PEER,
			   one_in(2) ? "same" : one_in(8) ? "/" : name);
	}
}

static void put_rule(void)
{
	int section = mutate_below(PERSOCK_SECTION_ACCEPT + 1), class = BOTH;
	unsigned char *nest;

	if (one_in(6))
		section = one_in(2) ? PERSOCK_SECTION_UNIX_CONNECT :
				      PERSOCK_SECTION_UNIX_BIND;
	if (hosts && one_in(4))
		section = PERSOCK_SECTION_CONNECT;
	if (section == PERSOCK_SECTION_CONTROL_RECEIVE && !slip())
		class = PERSOCK_CLASS_INET;
	else if (by_class(section))
		class = (int)mutate_below(3) - 1;
	if ((section == PERSOCK_SECTION_FLAGS_SEND ||
	     section == PERSOCK_SECTION_FLAGS_RECEIVE) && !one_in(8))
		section = PERSOCK_SECTION_SOCKETS, class = BOTH;
	if (slip())
		section = between(PERSOCK_SECTION_LISTEN,
				  PERSOCK_SECTION_LIMITS);

	nest = nest_begin(PERSOCK_A_RULE);
	put_head(section, class, verdict(section));
	if (one_in(2))
		put_u32(PERSOCK_A_RULE_LINE, edge());
	switch (slip() ? mutate_below(PERSOCK_SECTION_LISTEN) : section) {
	case PERSOCK_SECTION_UNIX_CONNECT:
	case PERSOCK_SECTION_UNIX_BIND:
		put_unix(section);
		break;
	case PERSOCK_SECTION_SOCKETS:
		put_socket();
		break;
	case PERSOCK_SECTION_FLAGS_SEND:
	case PERSOCK_SECTION_FLAGS_RECEIVE:
		put_flags(section);
		break;
	case PERSOCK_SECTION_IOCTLS:
		if (!slip())
			put_u32(PERSOCK_A_RULE_COMMAND, number());
		break;
	case PERSOCK_SECTION_CONNECT:
	case PERSOCK_SECTION_BIND:
	case PERSOCK_SECTION_ACCEPT:
		if (slip() || (hosts && section == PERSOCK_SECTION_CONNECT &&
			       !one_in(3)))
			put_host();
		else
			put_address();
		break;
	default:
		put_option(section);
	}
	nest_end(nest);
	if (slip() && limit - end > SPARE) {
		size_t size = end - nest;

		memcpy(end, nest, size);
		end += size;
	}
}

static void put_bound(int bound, int class, __u32 value)
{
	unsigned char *nest = nest_begin(PERSOCK_A_BOUND);

	put_u32(PERSOCK_A_BOUND_LIMIT, bound);
	if (class != ANY || slip())
		put_u32(PERSOCK_A_BOUND_CLASS,
			class == ANY ? mutate_below(2) : class);
	if (!slip())
		put_u32(PERSOCK_A_BOUND_VALUE, value);
	if ((bound == PERSOCK_LIMIT_SOCKETS && one_in(2)) || slip())
		put_u32(PERSOCK_A_BOUND_VERDICT,
			slip() ? edge() : -between(1, 133));
	nest_end(nest);
}

static void put_bounds(void)
{
	int bound;

	for (bound = 0; bound <= PERSOCK_LIMIT_RECEIVED_CONTROL; bound++) {
		int class = bound < PERSOCK_LIMIT_OPTION ? ANY :
			    (int)mutate_below(3) - 1;
		/* A floor is mostly below a ceiling. */
		__u32 value = mutate_below(bound == PERSOCK_LIMIT_BACKLOG_FLOOR ?
					   70 : 65536);

		if (one_in(2))
			continue;
		if (bound == PERSOCK_LIMIT_RECEIVED_CONTROL && class != ANY &&
		    !slip())
			class = PERSOCK_CLASS_INET;
		if (one_in(32))
			value = edge();
		if (slip())
			value = above(one_in(2) ? 65535 : 0x7fffffff);
		put_bound(bound, class, value);
		if (slip())
			put_bound(bound, (int)mutate_below(3) - 1, value);
	}
}

/* Mostly one that is no preset's and that a personality can have. */
static const char *name(void)
{
	return world->names[mutate_below(one_in(8) ? world->nr_names :
					 world->nr_own)];
}

static const char *base(void)
{
	return world->names[mutate_below(one_in(8) ? world->nr_names :
					 world->nr_valid)];
}

static void put_providers(void)
{
	static const char *const providers[] = { "native", "hostinet" };
	unsigned int first = mutate_below(2), nr = between(1, 2);

	if (one_in(3))
		return;
	put_string(PERSOCK_A_PROVIDER, providers[first]);
	if (nr == 2)
		put_string(PERSOCK_A_PROVIDER, providers[!first]);
	for (nr = one_in(spoilt * 2) ? mutate_below(9) : 0; nr; nr--)
		put_string(PERSOCK_A_PROVIDER, name());
}

static void put_path(int attribute)
{
	static const char *const paths[] = {
		"/run/netns/fuzz", "/proc/1/ns/net", "", "x",
	};
	char path[PERSOCK_NETWORK_MAX + 2];
	size_t length;

	if (!one_in(8)) {
		put_string(attribute, paths[mutate_below(4)]);
		return;
	}
	/* The longest that there may be. */
	length = PERSOCK_NETWORK_MAX + slip();
	memset(path, 'n', length);
	path[length] = '\0';
	put_string(attribute, path);
}

static void put_namespace(int path, int fd)
{
	if (!slip())
		put_u32(fd, one_in(16) ? edge() :
			world->networks[mutate_below(world->nr_networks)]);
	if (!slip())
		put_path(path);
}

static void put_network(void)
{
	if (slip())
		put_namespace(PERSOCK_A_NETWORK_FROM,
			      PERSOCK_A_NETWORK_FROM_FD);
	if (!one_in(8))
		return;
	put_namespace(PERSOCK_A_NETWORK, PERSOCK_A_NETWORK_FD);
	if (one_in(2))
		put_namespace(PERSOCK_A_NETWORK_FROM,
			      PERSOCK_A_NETWORK_FROM_FD);
}

static void put_policy(void)
{
	/* Lists of more than 8 KiB are memory of another kind to the kernel. */
	unsigned int rules = one_in(100) ? between(200, 500) :
			     mutate_below(one_in(4) ? 30 : 5);
	unsigned int rate = slips, part = mutate_below(9);
	bool whole = !one_in(8);
	__u8 hold;

	flags_listed[0] = 0;
	flags_listed[1] = 0;
	hosts = one_in(3);
	if (!one_in(64))
		put_string(PERSOCK_A_PERSONALITY, name());
	if (!whole || one_in(3))
		put_string(PERSOCK_A_BASE, base());
	put_providers();
	put_network();
	if (one_in(16)) {
		hold = !one_in(4);
		put(PERSOCK_A_HOLD, &hold, sizeof(hold));
	}
	if (!whole)
		return;
	if (one_in(2))
		put_u32(PERSOCK_A_MODE, mutate_below(3));
	if (one_in(4))
		put_u32(PERSOCK_A_REVEAL, mutate_below(2));
	if (one_in(8))
		put_u32(PERSOCK_A_COUNTERS, mutate_below(2));
	/* In one part only: there are so many defaults that they would win. */
	slips = part == 0 ? rate : 0;
	put_defaults();
	slips = part > 0 && part < 7 ? rate : 0;
	while (rules--)
		put_rule();
	/* There is only one of them. */
	slips = part == 8 && rate ? 4 : 0;
	if (!slip() && (hosts || one_in(8) || slips))
		put_names();
	slips = part == 7 ? rate : 0;
	put_bounds();
}

static void put_cgroup(void)
{
	if (!one_in(4))
		put_u32(PERSOCK_A_CGROUP_FD,
			world->fds[mutate_below(world->nr_fds)]);
	else if (one_in(8))
		put_u32(PERSOCK_A_CGROUP_FD, edge());
}

static void put_id(__u64 id)
{
	put(PERSOCK_A_CGROUP_ID, &id, sizeof(id));
}

/* Mostly a cgroup that there is. */
static void put_learner(unsigned int i)
{
	if (one_in(16))
		put_cgroup();
	else if (one_in(2))
		put_id(world->ids[i]);
	else
		put_u32(PERSOCK_A_CGROUP_FD, world->fds[i]);
}

/*
 * One of few hosts and of few addresses, so that they are learnt again; many
 * hosts are at the first address.
 */
static void put_learnt(bool add)
{
	unsigned char *nest = nest_begin(PERSOCK_A_LEARNT);
	bool many = add && one_in(2);
	unsigned char address[17] = { 10 };
	char host[HOST_ROOM];
	__u32 length = 4;

	if (one_in(8))
		make_host(host, slip());
	else
		sprintf(host, "n%u.example", mutate_below(many ? 100 : 8));
	if (!many && one_in(4)) {
		memcpy(address, "\x20\x01\x0d\xb8", 4);
		length = 16;
	}
	address[length - 1] = many ? 0 : mutate_below(6);
	if (length == 4 && one_in(16)) {
		memcpy(address + 12, address, 4);
		memcpy(address, mapped, sizeof(mapped));
		length = 16;
	}
	if (slip())
		length = make_peer(address);

	if (add ? !slip() : !one_in(3))
		put_string(PERSOCK_A_LEARNT_HOST, host);
	if (add ? !slip() : one_in(2))
		put(PERSOCK_A_LEARNT_ADDRESS, address, length);
	if (slip())
		put_u32(PERSOCK_A_LEARNT_TTL, above(0x7fffffff));
	else if (one_in(2))
		put_u32(PERSOCK_A_LEARNT_TTL, one_in(4) ? 0x7fffffff :
			one_in(3) ? 0 : mutate_below(100000));
	/* A list has them, and a request need not. */
	if (one_in(16))
		put_u32(PERSOCK_A_LEARNT_NETWORK_INODE, edge());
	if (one_in(16))
		put(PERSOCK_A_LEARNT_STATIC, "\1", 1);
	nest_end(nest);
}

static void put_change_of_names(bool add)
{
	put_learner(mutate_below(world->nr_cgroups));
	if (!one_in(64))
		put_learnt(add);
}

/* The attributes that a command takes. */
static void put_attributes(unsigned int command)
{
	switch (command) {
	case PERSOCK_CMD_PERSONALITY_NEW:
	case PERSOCK_CMD_PERSONALITY_SET:
		put_policy();
		return;
	case PERSOCK_CMD_PERSONALITY_GET:
	case PERSOCK_CMD_PERSONALITY_DEL:
	case PERSOCK_CMD_POLICY_GET:
		if (!one_in(16))
			put_string(PERSOCK_A_PERSONALITY, name());
		return;
	case PERSOCK_CMD_ATTACH:
		put_cgroup();
		if (!one_in(16))
			put_string(PERSOCK_A_PERSONALITY, name());
		if (one_in(8))
			put_u32(PERSOCK_A_DELEGATE, mutate_below(2));
		return;
	case PERSOCK_CMD_DETACH:
	case PERSOCK_CMD_ATTACHMENT_GET:
	case PERSOCK_CMD_IGNORED_GET:
	case PERSOCK_CMD_NAME_GET:
	case PERSOCK_CMD_RECORD_GET:
	case PERSOCK_CMD_RECORD_DEL:
		put_cgroup();
		if (one_in(2))
			put_id(one_in(8) ? edge() :
			       world->ids[mutate_below(world->nr_ids)]);
		return;
	case PERSOCK_CMD_NAME_NEW:
	case PERSOCK_CMD_NAME_DEL:
		put_change_of_names(command == PERSOCK_CMD_NAME_NEW);
		return;
	}
}

struct share {
	unsigned int command;
	unsigned int share;	/* in 1000 */
};

/* The probe of status-get takes some milliseconds. */
static const struct share usual[] = {
	{ PERSOCK_CMD_PERSONALITY_SET, 370 },
	{ PERSOCK_CMD_PERSONALITY_NEW, 230 },
	{ PERSOCK_CMD_PERSONALITY_DEL, 100 },
	{ PERSOCK_CMD_PERSONALITY_GET, 50 },
	{ PERSOCK_CMD_POLICY_GET, 40 },
	{ PERSOCK_CMD_ATTACH, 70 },
	{ PERSOCK_CMD_DETACH, 30 },
	{ PERSOCK_CMD_ATTACHMENT_GET, 20 },
	{ PERSOCK_CMD_RECORD_GET, 5 },
	{ PERSOCK_CMD_RECORD_DEL, 5 },
	{ PERSOCK_CMD_IGNORED_GET, 5 },
	{ PERSOCK_CMD_PROVIDER_GET, 15 },
	{ PERSOCK_CMD_STATUS_GET, 5 },
	{ PERSOCK_CMD_COMMIT, 20 },
	{ PERSOCK_CMD_NAME_NEW, 15 },
	{ PERSOCK_CMD_NAME_DEL, 5 },
	{ PERSOCK_CMD_NAME_GET, 5 },
	{ }
};

/* What is detached forgets all. */
static const struct share learning[] = {
	{ PERSOCK_CMD_NAME_NEW, 780 },
	{ PERSOCK_CMD_NAME_DEL, 80 },
	{ PERSOCK_CMD_NAME_GET, 10 },
	{ PERSOCK_CMD_PERSONALITY_SET, 70 },
	{ PERSOCK_CMD_PERSONALITY_NEW, 40 },
	{ PERSOCK_CMD_ATTACH, 20 },
	{ }
};

static unsigned int choose_command(void)
{
	const struct share *share = world->learning ? learning : usual;
	unsigned int left = mutate_below(1000);

	for (; share->share; share++) {
		if (left < share->share)
			return share->command;
		left -= share->share;
	}

	return one_in(2) ? PERSOCK_CMD_DENIAL_NTF : number() & 0xff;
}

static bool dumps(unsigned int command)
{
	switch (command) {
	case PERSOCK_CMD_PROVIDER_GET:
	case PERSOCK_CMD_POLICY_GET:
	case PERSOCK_CMD_IGNORED_GET:
	case PERSOCK_CMD_NAME_GET:
	case PERSOCK_CMD_RECORD_GET:
		return !one_in(16);
	case PERSOCK_CMD_PERSONALITY_GET:
	case PERSOCK_CMD_ATTACHMENT_GET:
		return one_in(4);
	default:
		return one_in(64);
	}
}

static void put_message(void)
{
	struct nlmsghdr *header = (struct nlmsghdr *)end;
	struct genlmsghdr *genl = (struct genlmsghdr *)(header + 1);
	unsigned int command = choose_command();

	memset(header, 0, sizeof(*header));
	memset(genl, 0, sizeof(*genl));
	header->nlmsg_type = world->family;
	header->nlmsg_flags = NLM_F_REQUEST;
	header->nlmsg_flags |= one_in(8) ? 0 : NLM_F_ACK;
	header->nlmsg_flags |= dumps(command) ? NLM_F_DUMP : 0;
	genl->cmd = command;
	genl->version = PERSOCK_GENL_VERSION;
	end += NLMSG_HDRLEN + GENL_HDRLEN;
	put_attributes(command);
	header->nlmsg_len = end - (unsigned char *)header;
}

static void tamper_header(struct nlmsghdr *header)
{
	struct genlmsghdr *genl = (struct genlmsghdr *)(header + 1);

	switch (mutate_below(6)) {
	case 0:
		header->nlmsg_flags = number();
		break;
	case 1:
		header->nlmsg_flags ^= 1 << mutate_below(16);
		break;
	case 2:
		genl->cmd = one_in(2) ? number() :
			    mutate_below(PERSOCK_CMD_MAX + 2);
		break;
	case 3:
		genl->version = number();
		break;
	case 4:
		genl->reserved = number() & number() & number();
		break;
	default:
		header->nlmsg_type = one_in(2) ? number() : mutate_below(16);
	}
}

static void tamper(void)
{
	struct nlmsghdr *header = (struct nlmsghdr *)start;
	size_t size = end - start;
	unsigned int i;

	switch (mutate_below(7)) {
	case 0:
		tamper_header(header);
		break;
	case 1:			/* cut off, and says so */
		size = between(1, size);
		end = start + size;
		header->nlmsg_len = size;
		break;
	case 2:			/* cut off */
		end = start + between(1, size);
		break;
	case 3:			/* says something else */
		header->nlmsg_len = one_in(2) ? edge() : mutate_below(size * 2);
		break;
	case 4:			/* more behind it, or in it */
		i = between(1, 64);
		fill(end, i);
		end += i;
		if (one_in(2))
			header->nlmsg_len += i;
		break;
	default:
		for (i = between(1, 4); i; i--)
			start[between(NLMSG_HDRLEN, size - 1)] ^=
				1 << mutate_below(8);
	}
}

size_t mutate_request(const struct mutate_world *about, void *memory,
		      size_t size)
{
	unsigned int style = mutate_below(100);

	world = about;
	start = memory;
	end = start;
	limit = start + size - SPARE;
	/* Nearly half of them are what a program would send. */
	slips = style < 45 || style >= 85 ? 0 : 8U << mutate_below(4);
	spoilt = style < 65 ? 0 : 4U << mutate_below(5);

	put_message();
	if (style >= 85)
		tamper();
	/* Several in one go are no more special to netlink than one. */
	if (style == 0 && (end - start) % NLMSG_ALIGNTO == 0)
		put_message();

	return end - start;
}
