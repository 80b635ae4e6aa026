// SPDX-License-Identifier: GPL-2.0
/* What the specification says about a request: see oracle.h. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/netlink.h>

#include "oracle.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

#define CLASSES		(PERSOCK_CLASS_OTHER + 1)
#define SECTIONS	(PERSOCK_SECTION_UNIX_BIND + 1)
#define LIMITS		(PERSOCK_LIMIT_RECEIVED_CONTROL + 1)
#define EVERY		CLASSES
/* More than the test ever sends. */
#define RULES		16384

/* A name of RFC 1035, and each of its labels. */
#define HOST		253
#define LABEL		63
#define RESOLVERS	16
#define HOLD		600
#define HOLD_MAX	604800
#define LEARNT		4096
#define LEARNT_MAX	65536

#define IGNORE		1
#define GOVERNED	2
/* The largest errno that Linux answers, EHWPOISON: the documents say "errno". */
#define LAST_ERRNO	133
#define NONE		(-1)

/* What an item is about when it is of no section; limits are from -2 down. */
#define MODE		(-1)
#define NAMES		(-20)
#define RESOLVER	(-21)

/* The attributes that requests have, as the specification lists them. */
enum kind { ABSENT, FLAG, U8, U16, U32, U64, S32, STRING, UNENDED, BINARY, NEST };

struct set {
	const struct attribute *attributes;
	unsigned int nr;
};

struct attribute {
	enum kind kind;
	__u32 max;		/* of a number or a length; 0: any, or a name's */
	const struct set *nested;
};

#define SET(list) { list, sizeof(list) / sizeof((list)[0]) }

static const struct attribute default_attributes[] = {
	[PERSOCK_A_DEFAULT_SECTION] = { U32, PERSOCK_SECTION_UNIX_BIND },
	[PERSOCK_A_DEFAULT_CLASS] = { U32, PERSOCK_CLASS_OTHER },
	[PERSOCK_A_DEFAULT_VERDICT] = { S32 },
};

static const struct attribute rule_attributes[] = {
	[PERSOCK_A_RULE_SECTION] = { U32, PERSOCK_SECTION_UNIX_BIND },
	[PERSOCK_A_RULE_CLASS] = { U32, PERSOCK_CLASS_OTHER },
	[PERSOCK_A_RULE_VERDICT] = { S32 },
	[PERSOCK_A_RULE_LINE] = { U32 },
	[PERSOCK_A_RULE_FAMILY] = { U32 },
	[PERSOCK_A_RULE_TYPE] = { U32 },
	[PERSOCK_A_RULE_PROTOCOL] = { U32 },
	[PERSOCK_A_RULE_LEVEL] = { S32 },
	[PERSOCK_A_RULE_NAME] = { S32 },
	[PERSOCK_A_RULE_SIZE] = { U32 },
	[PERSOCK_A_RULE_SIZE_MAX] = { U32 },
	[PERSOCK_A_RULE_FLAGS] = { U32 },
	[PERSOCK_A_RULE_COMMAND] = { U32 },
	[PERSOCK_A_RULE_ADDRESS] = { BINARY },
	[PERSOCK_A_RULE_PREFIX_LENGTH] = { U8 },
	[PERSOCK_A_RULE_PORT_FIRST] = { U16 },
	[PERSOCK_A_RULE_PORT_LAST] = { U16 },
	[PERSOCK_A_RULE_HOST] = { STRING, PERSOCK_HOST_MAX },
	[PERSOCK_A_RULE_PATH] = { STRING, PERSOCK_PATH_MAX },
	[PERSOCK_A_RULE_ABSTRACT] = { BINARY },
	[PERSOCK_A_RULE_PREFIX] = { FLAG },
	[PERSOCK_A_RULE_UNNAMED] = { FLAG },
	[PERSOCK_A_RULE_PEER] = { STRING, PERSOCK_CGROUP_MAX },
};

static const struct attribute names_attributes[] = {
	[PERSOCK_A_NAMES_RESOLVER] = { BINARY },
	[PERSOCK_A_NAMES_QUERIES] = { U32, PERSOCK_QUERIES_ANY },
	[PERSOCK_A_NAMES_HOLD] = { U32 },
	[PERSOCK_A_NAMES_LIMIT] = { U32 },
};

static const struct attribute learnt_attributes[] = {
	[PERSOCK_A_LEARNT_HOST] = { STRING, HOST },
	[PERSOCK_A_LEARNT_ADDRESS] = { BINARY },
	[PERSOCK_A_LEARNT_NETWORK_INODE] = { U32 },
	[PERSOCK_A_LEARNT_TTL] = { S32 },
	[PERSOCK_A_LEARNT_STATIC] = { U8 },
};

static const struct attribute bound_attributes[] = {
	[PERSOCK_A_BOUND_LIMIT] = { U32, PERSOCK_LIMIT_RECEIVED_CONTROL },
	[PERSOCK_A_BOUND_CLASS] = { U32, PERSOCK_CLASS_OTHER },
	[PERSOCK_A_BOUND_VALUE] = { U32 },
	[PERSOCK_A_BOUND_VERDICT] = { S32 },
};

static const struct set default_set = SET(default_attributes);
static const struct set rule_set = SET(rule_attributes);
static const struct set bound_set = SET(bound_attributes);
static const struct set names_set = SET(names_attributes);
static const struct set learnt_set = SET(learnt_attributes);

/*
 * Those of all commands: "kernel-policy: global" has a command ignore what only
 * others take. A provider need not end with a NUL: the generator makes a
 * string of any attribute that may be repeated one that ends with its length.
 */
static const struct attribute request_attributes[] = {
	[PERSOCK_A_CGROUP_FD] = { U32 },
	[PERSOCK_A_CGROUP_ID] = { U64 },
	[PERSOCK_A_PERSONALITY] = { STRING },
	[PERSOCK_A_BASE] = { STRING },
	[PERSOCK_A_PROVIDER] = { UNENDED },
	[PERSOCK_A_MODE] = { U32, PERSOCK_MODE_RECORD },
	[PERSOCK_A_DEFAULT] = { NEST, 0, &default_set },
	[PERSOCK_A_RULE] = { NEST, 0, &rule_set },
	[PERSOCK_A_BOUND] = { NEST, 0, &bound_set },
	[PERSOCK_A_NETWORK] = { STRING, PERSOCK_NETWORK_MAX },
	[PERSOCK_A_NETWORK_FD] = { U32 },
	[PERSOCK_A_NETWORK_FROM] = { STRING, PERSOCK_NETWORK_MAX },
	[PERSOCK_A_NETWORK_FROM_FD] = { U32 },
	[PERSOCK_A_DELEGATE] = { U32, PERSOCK_DELEGATE_FULL },
	[PERSOCK_A_HOLD] = { U8 },
	[PERSOCK_A_NAMES] = { NEST, 0, &names_set },
	[PERSOCK_A_LEARNT] = { NEST, 0, &learnt_set },
	[PERSOCK_A_REVEAL] = { U32, PERSOCK_REVEAL_DENIALS },
	[PERSOCK_A_COUNTERS] = { U32, PERSOCK_COUNTERS_FULL },
};

static const struct set request_set = SET(request_attributes);

#define HAS(name)	(1U << PERSOCK_A_RULE_##name)
#define ADDRESSES	(HAS(ADDRESS) | HAS(PREFIX_LENGTH))
#define PORTS		(HAS(PORT_FIRST) | HAS(PORT_LAST) | HAS(PROTOCOL))
#define WHERE		(ADDRESSES | PORTS)
#define OPTION		(HAS(LEVEL) | HAS(NAME))
#define UNIX_NAMES	(HAS(PATH) | HAS(ABSTRACT) | HAS(UNNAMED))
#define UNIX		(UNIX_NAMES | HAS(PREFIX) | HAS(TYPE))

/*
 * The sections. That only what can succeed without effect can be ignored is
 * read out of "answered with success, without effect; a flag is masked": a
 * socket, an address or an option's value cannot.
 */
static const struct section {
	int absent;		/* the default if none is specified */
	bool by_class;
	bool ignores;
	bool ordered;		/* the order of its rules means something */
	unsigned int needs;	/* of each rule; 0 and no @has: no rules */
	unsigned int has;
} sections[SECTIONS] = {
	[PERSOCK_SECTION_SOCKETS] = {
		-EAFNOSUPPORT, false, false, true,
		0, HAS(FAMILY) | HAS(TYPE) | HAS(PROTOCOL)
	},
	[PERSOCK_SECTION_OPTIONS_GET] = {
		-ENOPROTOOPT, true, false, false,
		OPTION, OPTION | HAS(SIZE) | HAS(SIZE_MAX)
	},
	[PERSOCK_SECTION_OPTIONS_SET] = {
		-ENOPROTOOPT, true, true, false, OPTION, OPTION | HAS(SIZE)
	},
	[PERSOCK_SECTION_FLAGS_SEND] = {
		-EINVAL, true, true, false, HAS(FLAGS), HAS(FLAGS)
	},
	[PERSOCK_SECTION_FLAGS_RECEIVE] = {
		-EINVAL, true, true, false, HAS(FLAGS), HAS(FLAGS)
	},
	[PERSOCK_SECTION_CONTROL_SEND] = {
		-EINVAL, true, true, false, OPTION, OPTION
	},
	/* What has been received can be cut, there is no call to refuse. */
	[PERSOCK_SECTION_CONTROL_RECEIVE] = {
		IGNORE, true, true, false, OPTION, OPTION
	},
	[PERSOCK_SECTION_IOCTLS] = {
		-ENOTTY, true, true, false, HAS(COMMAND), HAS(COMMAND)
	},
	/* A rule needs an address or, in place of it, a host: see needs(). */
	[PERSOCK_SECTION_CONNECT] = {
		-EACCES, false, false, true, ADDRESSES, WHERE | HAS(HOST)
	},
	[PERSOCK_SECTION_BIND] = {
		-EACCES, false, false, true, ADDRESSES, WHERE
	},
	[PERSOCK_SECTION_ACCEPT] = {
		-EACCES, false, false, true, ADDRESSES, WHERE
	},
	[PERSOCK_SECTION_LISTEN] = { -EACCES, true },
	[PERSOCK_SECTION_UNIX_RIGHTS] = { -EACCES },
	[PERSOCK_SECTION_UNIX_CREDENTIALS] = { -EACCES },
	[PERSOCK_SECTION_PAIR] = { -EAFNOSUPPORT, true },
	[PERSOCK_SECTION_MMAP] = { -ENODEV, true },
	/* "Sections that are not specified allow everything." */
	[PERSOCK_SECTION_UNIX_CONNECT] = {
		0, false, false, true, 0, UNIX | HAS(PEER)
	},
	[PERSOCK_SECTION_UNIX_BIND] = { 0, false, false, true, 0, UNIX },
};

/* One thing that a policy says; what it has nothing to do with is 0. */
struct item {
	int section;
	int class;
	int verdict;
	__u32 line;
	__u32 order;
	int family, type, protocol;
	int level, name;
	__u32 size, size_max;
	__u32 flag;
	__u32 command;
	__u32 first, last;
	__u32 prefix;
	__u32 length;
	unsigned char address[16];
	__u64 host;		/* a hash of it */
	__u64 socket, peer;	/* of AF_UNIX, likewise */
};

static struct reading {
	__u64 policy;
	__u32 mode;
	__u32 reveal;
	bool has_default[SECTIONS][CLASSES];
	int defaults[SECTIONS][CLASSES];
	__u32 flags[SECTIONS][CLASSES];
	__u32 rules[SECTIONS][CLASSES];
	__u32 hosts;
	const struct nlattr *names;
	__u32 limit;
	bool bounded[LIMITS][CLASSES];
	__u32 bounds[LIMITS][CLASSES];
	int full;
	unsigned int nr;
} now;

static struct item items[RULES];

#define for_each(attribute, start, left)				\
	for (attribute = (const void *)(start);				\
	     (left) >= NLA_HDRLEN && attribute->nla_len >= NLA_HDRLEN &&\
	     attribute->nla_len <= (left);				\
	     (left) -= NLA_ALIGN(attribute->nla_len),			\
	     attribute = (const void *)((const char *)attribute +	\
					NLA_ALIGN(attribute->nla_len)))

static const void *data_of(const struct nlattr *attribute)
{
	return (const char *)attribute + NLA_HDRLEN;
}

static int length_of(const struct nlattr *attribute)
{
	return attribute->nla_len - NLA_HDRLEN;
}

static unsigned int type_of(const struct nlattr *attribute)
{
	return attribute->nla_type & NLA_TYPE_MASK;
}

/* An unsigned number of any size. */
static __u64 number(const struct nlattr *attribute)
{
	__u64 value = 0;

	memcpy(&value, data_of(attribute), length_of(attribute));
	return value;
}

static int integer(const struct nlattr *attribute)
{
	return (__s32)number(attribute);
}

static void copy(char *to, const struct nlattr *attribute)
{
	int length = strnlen(data_of(attribute), length_of(attribute));

	memcpy(to, data_of(attribute), length);
	to[length] = '\0';
}

static const char *check_set(const struct set *set, const void *start,
			     int left);

static const char *check(const struct attribute *known,
			 const struct nlattr *attribute)
{
	static const int sizes[] = {
		[FLAG] = 0, [U8] = 1, [U16] = 2, [U32] = 4, [U64] = 8,
		[S32] = 4,
	};
	const char *data = data_of(attribute);
	int length = length_of(attribute);

	if (known->kind == ABSENT)
		return "requests do not have this attribute";
	/* Of the other flag, the byte order, netlink takes no notice. */
	if (!!(attribute->nla_type & NLA_F_NESTED) != (known->kind == NEST))
		return "a nest is not marked as one, or something else is";

	switch (known->kind) {
	case NEST:
		return check_set(known->nested, data, length);
	case STRING:
		if (!memchr(data, '\0', length))
			return "a string does not end";
		/* fall through */
	case UNENDED:
		if (!length)
			return "a string has no byte";
		if (length - !data[length - 1] >
		    (known->max ? (int)known->max : PERSOCK_NAME_MAX))
			return "a string is too long";
		return NULL;
	case BINARY:
		return NULL;
	default:
		if (length != sizes[known->kind])
			return "a number or flag has another size";
		if (known->max && number(attribute) > known->max)
			return "a number is none of the enumeration";
		return NULL;
	}
}

static const char *check_set(const struct set *set, const void *start,
			     int left)
{
	const struct nlattr *attribute;
	const char *why;

	for_each(attribute, start, left) {
		if (type_of(attribute) >= set->nr)
			return "there is no such attribute";
		why = check(&set->attributes[type_of(attribute)], attribute);
		if (why)
			return why;
	}

	return left > 0 ? "bytes are left over" : NULL;
}

/* Of attributes that may not be repeated, the last one counts. */
static void sort_out(const struct nlattr *nest, const struct nlattr **tb,
		     unsigned int max)
{
	const struct nlattr *attribute;
	int left = length_of(nest);

	memset(tb, 0, (max + 1) * sizeof(*tb));
	for_each(attribute, data_of(nest), left)
		tb[type_of(attribute)] = attribute;
}

/*
 * A sum, as the order of most things means nothing; and FNV-1a, as any hash of
 * their bytes will do.
 */
static __u64 hash_of(const void *what, size_t size)
{
	const unsigned char *byte = what;
	__u64 hash = 0xcbf29ce484222325;

	while (size--)
		hash = (hash ^ *byte++) * 0x100000001b3;

	return hash;
}

static void say(const struct item *item)
{
	now.policy += hash_of(item, sizeof(*item));
}

static const char *check_verdict(int section, int verdict)
{
	if (section == PERSOCK_SECTION_UNIX_RIGHTS && verdict == GOVERNED)
		return NULL;
	if (verdict == IGNORE && !sections[section].ignores)
		return "the section cannot ignore";
	if (verdict > IGNORE || verdict < -LAST_ERRNO)
		return "this is no verdict";
	if (section == PERSOCK_SECTION_CONTROL_RECEIVE && verdict < 0)
		return "what was received cannot be refused";
	return NULL;
}

static bool concerns(int section, int class, int i)
{
	if (!sections[section].by_class)
		return i == 0;
	/* "Class inet only." */
	if (section == PERSOCK_SECTION_CONTROL_RECEIVE && class == EVERY)
		return i == PERSOCK_CLASS_INET;
	return class == EVERY || class == i;
}

static const char *read_default(const struct nlattr *nest)
{
	const struct nlattr *tb[PERSOCK_A_DEFAULT_MAX + 1];
	int section, class = EVERY, verdict, i;
	const char *why;

	sort_out(nest, tb, PERSOCK_A_DEFAULT_MAX);
	if (!tb[PERSOCK_A_DEFAULT_SECTION] ||
	    !tb[PERSOCK_A_DEFAULT_VERDICT])
		return "a default has a section and a verdict";
	section = number(tb[PERSOCK_A_DEFAULT_SECTION]);
	verdict = integer(tb[PERSOCK_A_DEFAULT_VERDICT]);
	if (section == PERSOCK_SECTION_LIMITS)
		return "limits have no default";
	if (tb[PERSOCK_A_DEFAULT_CLASS]) {
		if (!sections[section].by_class)
			return "the section is the whole policy's";
		class = number(tb[PERSOCK_A_DEFAULT_CLASS]);
	}
	why = check_verdict(section, verdict);
	if (why)
		return why;
	/* policy-get returns that the other class is not filtered. */
	if (section == PERSOCK_SECTION_CONTROL_RECEIVE &&
	    class == PERSOCK_CLASS_OTHER && verdict)
		return "received control messages are judged in class inet only";

	for (i = 0; i < CLASSES; i++) {
		if (!concerns(section, class, i))
			continue;
		if (now.has_default[section][i])
			return "a default is specified twice";
		now.has_default[section][i] = true;
		now.defaults[section][i] = verdict;
	}

	return NULL;
}

/* A number that may be absent; no kind of socket has one above @max. */
static bool read_any(const struct nlattr *attribute, __u32 max, int *value)
{
	*value = attribute ? integer(attribute) : NONE;
	return !attribute || number(attribute) <= max;
}

static const char *read_ports(const struct nlattr **tb, struct item *item)
{
	item->last = 65535;
	if (tb[PERSOCK_A_RULE_PORT_FIRST])
		item->first = number(tb[PERSOCK_A_RULE_PORT_FIRST]);
	if (tb[PERSOCK_A_RULE_PORT_LAST])
		item->last = number(tb[PERSOCK_A_RULE_PORT_LAST]);
	if (item->first > item->last)
		return "there is no port in the range";
	if (!read_any(tb[PERSOCK_A_RULE_PROTOCOL], INT_MAX, &item->protocol))
		return "there is no such protocol";
	if (item->protocol == IPPROTO_MPTCP)
		return "MPTCP is judged as TCP";

	return NULL;
}

static bool is_mapped(const unsigned char *address)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(address, mapped, sizeof(mapped));
}

static const char *read_address(const struct nlattr **tb, struct item *item)
{
	const struct nlattr *address = tb[PERSOCK_A_RULE_ADDRESS];
	int bit;

	item->length = length_of(address);
	if (item->length != 4 && item->length != 16)
		return "this is no address";
	memcpy(item->address, data_of(address), item->length);
	item->prefix = number(tb[PERSOCK_A_RULE_PREFIX_LENGTH]);
	if (item->prefix > item->length * 8)
		return "the address has fewer bits";
	for (bit = item->prefix; bit < item->length * 8; bit++) {
		if (item->address[bit / 8] >> (7 - bit % 8) & 1)
			return "a bit behind the prefix is not 0";
	}
	if (item->length == 16 && item->prefix >= 96 &&
	    is_mapped(item->address))
		return "the prefix is of mapped addresses";

	return read_ports(tb, item);
}

/*
 * Labels of lower case, as DNS compares without regard to it and one name has
 * one spelling here; "_" is none of RFC 1123's, and in many names of services.
 */
static bool is_host(const char *name)
{
	size_t label;

	if (strlen(name) > HOST)
		return false;
	for (;;) {
		label = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_");
		if (!label || label > LABEL)
			return false;
		name += label;
		if (!*name)
			return true;
		if (*name++ != '.')
			return false;
	}
}

static const char *read_host(const struct nlattr **tb, struct item *item)
{
	const char *host = data_of(tb[PERSOCK_A_RULE_HOST]);
	bool below = !strncmp(host, "*.", 2);

	if (!is_host(below ? host + 2 : host))
		return "there is no such host name";
	item->host = hash_of(host, strlen(host));

	return read_ports(tb, item);
}

/*
 * An address by itself. A rule on mapped ones is refused because its prefix
 * might cover others, too; this is one peer, which "is judged as IPv4".
 */
static __u32 read_peer(const struct nlattr *attribute, unsigned char *address)
{
	const unsigned char *bytes = data_of(attribute);
	int length = length_of(attribute);

	if (length != 4 && length != 16)
		return 0;
	if (length == 16 && is_mapped(bytes)) {
		length = 4;
		bytes += 12;
	}
	memcpy(address, bytes, length);

	return length;
}

/* What the kernel can call a file. */
static bool is_path(const char *path, bool prefix)
{
	size_t length;

	if (*path != '/')
		return false;
	/* The root is a cgroup. */
	if (!path[1])
		return true;
	while (*path) {
		length = strcspn(++path, "/");
		if (!path[length] && prefix)
			return true;
		if (!length || (length == 1 && path[0] == '.') ||
		    (length == 2 && path[0] == '.' && path[1] == '.'))
			return false;
		path += length;
	}

	return true;
}

static const char *read_unix(const struct nlattr **tb, unsigned int has,
			     struct item *item)
{
	const struct nlattr *path = tb[PERSOCK_A_RULE_PATH];
	const struct nlattr *abstract = tb[PERSOCK_A_RULE_ABSTRACT];
	const struct nlattr *peer = tb[PERSOCK_A_RULE_PEER];
	unsigned int name = has & UNIX_NAMES;

	if (name & (name - 1))
		return "\"at most one of path, abstract and unnamed\"";
	if (tb[PERSOCK_A_RULE_PREFIX] && !path && !abstract)
		return "nothing begins so";
	if (path && !is_path(data_of(path), tb[PERSOCK_A_RULE_PREFIX]))
		return "no socket has this path";
	if (abstract && length_of(abstract) > PERSOCK_ABSTRACT_MAX)
		return "\"of at most 107 bytes\"";
	if (peer && strcmp(data_of(peer), "same") &&
	    !is_path(data_of(peer), false))
		return "no peer is created there";
	if (!read_any(tb[PERSOCK_A_RULE_TYPE], SOCK_SEQPACKET, &item->type) ||
	    (item->type != NONE && item->type != SOCK_STREAM &&
	     item->type != SOCK_DGRAM && item->type != SOCK_SEQPACKET))
		return "AF_UNIX has no such type";

	item->flag = has & (UNIX_NAMES | HAS(PREFIX) | HAS(PEER));
	if (path)
		item->socket = hash_of(data_of(path), strlen(data_of(path)));
	if (abstract)
		item->socket = hash_of(data_of(abstract), length_of(abstract));
	if (peer)
		item->peer = hash_of(data_of(peer), strlen(data_of(peer)));

	return NULL;
}

static const char *read_what(const struct nlattr **tb, struct item *item)
{
	const struct nlattr *size = tb[PERSOCK_A_RULE_SIZE];
	const struct nlattr *size_max = tb[PERSOCK_A_RULE_SIZE_MAX];

	if (item->section == PERSOCK_SECTION_SOCKETS)
		return read_any(tb[PERSOCK_A_RULE_FAMILY], SHRT_MAX,
				&item->family) &&
		       read_any(tb[PERSOCK_A_RULE_TYPE], SHRT_MAX,
				&item->type) &&
		       read_any(tb[PERSOCK_A_RULE_PROTOCOL], INT_MAX,
				&item->protocol) ? NULL :
		       "there is no such socket";
	if (tb[PERSOCK_A_RULE_HOST])
		return read_host(tb, item);
	if (tb[PERSOCK_A_RULE_ADDRESS])
		return read_address(tb, item);
	if (tb[PERSOCK_A_RULE_COMMAND])
		item->command = number(tb[PERSOCK_A_RULE_COMMAND]);
	if (tb[PERSOCK_A_RULE_FLAGS]) {
		item->flag = number(tb[PERSOCK_A_RULE_FLAGS]);
		if (!item->flag)
			return "\"one or more bits\"";
		/* They are returned without lines, as they have no list. */
		item->line = 0;
	}
	if (tb[PERSOCK_A_RULE_LEVEL]) {
		item->level = integer(tb[PERSOCK_A_RULE_LEVEL]);
		item->name = integer(tb[PERSOCK_A_RULE_NAME]);
	}
	if (size)
		item->size = number(size);
	if (size_max)
		item->size_max = number(size_max);
	if (item->size > USHRT_MAX || item->size_max > USHRT_MAX)
		return "no option has this size";
	if (item->size_max && item->size_max < item->size)
		return "the longest answer is shorter than the shortest";

	return NULL;
}

/* Options, control messages and commands have one verdict each. */
static bool is_listed(const struct item *item)
{
	unsigned int i;

	for (i = 0; i < now.nr; i++) {
		if (items[i].section == item->section &&
		    items[i].class == item->class &&
		    items[i].level == item->level &&
		    items[i].name == item->name &&
		    items[i].command == item->command)
			return true;
	}

	return false;
}

static bool is_unix(int section)
{
	return section == PERSOCK_SECTION_UNIX_CONNECT ||
	       section == PERSOCK_SECTION_UNIX_BIND;
}

static const char *add(struct item *item)
{
	int section = item->section;
	__u32 flags = is_unix(section) ? 0 : item->flag;

	if (flags) {
		if (flags & now.flags[section][item->class])
			return "a flag is listed twice";
		now.flags[section][item->class] |= flags;
		for (item->flag = 1; item->flag; item->flag <<= 1) {
			if (flags & item->flag)
				say(item);
		}
		item->flag = flags;
		return NULL;
	}
	/* They decide where no address does: the two have an order each. */
	if (item->host) {
		item->order = ++now.hosts;
	} else if (sections[section].ordered) {
		item->order = ++now.rules[section][0];
	} else {
		if (is_listed(item))
			return "a rule is listed twice";
		if (now.nr == RULES)
			return "the test lists too many rules";
		items[now.nr++] = *item;
		now.rules[section][item->class]++;
	}
	say(item);

	return NULL;
}

/* The attributes that a rule needs. */
static unsigned int needs(int section, unsigned int has)
{
	return has & HAS(HOST) ? 0 : sections[section].needs;
}

static const char *read_rule(const struct nlattr *nest)
{
	const struct nlattr *tb[PERSOCK_A_RULE_MAX + 1];
	unsigned int class = EVERY, has = 0;
	struct item item = { };
	const char *why;
	int i;

	sort_out(nest, tb, PERSOCK_A_RULE_MAX);
	if (!tb[PERSOCK_A_RULE_SECTION] || !tb[PERSOCK_A_RULE_VERDICT])
		return "a rule has a section and a verdict";
	item.section = number(tb[PERSOCK_A_RULE_SECTION]);
	item.verdict = integer(tb[PERSOCK_A_RULE_VERDICT]);
	if (item.section == PERSOCK_SECTION_LIMITS ||
	    !sections[item.section].has)
		return "the section has no rules";
	for (i = PERSOCK_A_RULE_FAMILY; i <= PERSOCK_A_RULE_MAX; i++)
		has |= tb[i] ? 1U << i : 0;
	if (has & ~sections[item.section].has)
		return "rules of the section do not have this attribute";
	if (has & HAS(HOST) && has & ADDRESSES)
		return "a host is in place of an address";
	if (needs(item.section, has) & ~has)
		return "a rule does not say what it is about";
	if (tb[PERSOCK_A_RULE_CLASS]) {
		if (!sections[item.section].by_class)
			return "the section is the whole policy's";
		class = number(tb[PERSOCK_A_RULE_CLASS]);
	}
	/* Absent means every class, and that is not inet only. */
	if (item.section == PERSOCK_SECTION_CONTROL_RECEIVE &&
	    class != PERSOCK_CLASS_INET)
		return "received control messages are judged in class inet only";
	if (tb[PERSOCK_A_RULE_LINE])
		item.line = number(tb[PERSOCK_A_RULE_LINE]);
	why = check_verdict(item.section, item.verdict);
	if (!why)
		why = is_unix(item.section) ? read_unix(tb, has, &item) :
					      read_what(tb, &item);
	for (i = 0; !why && i < CLASSES; i++) {
		item.class = i;
		if (concerns(item.section, class, i))
			why = add(&item);
	}

	return why;
}

static const char *read_bound(const struct nlattr *nest)
{
	const struct nlattr *tb[PERSOCK_A_BOUND_MAX + 1];
	unsigned int class = EVERY, limit, i;
	bool by_class;
	__u32 value;

	sort_out(nest, tb, PERSOCK_A_BOUND_MAX);
	if (!tb[PERSOCK_A_BOUND_LIMIT] || !tb[PERSOCK_A_BOUND_VALUE])
		return "a bound has a limit and a value";
	limit = number(tb[PERSOCK_A_BOUND_LIMIT]);
	value = number(tb[PERSOCK_A_BOUND_VALUE]);
	by_class = limit >= PERSOCK_LIMIT_OPTION;
	if (tb[PERSOCK_A_BOUND_VERDICT]) {
		if (limit != PERSOCK_LIMIT_SOCKETS)
			return "\"The others have a fixed one.\"";
		now.full = integer(tb[PERSOCK_A_BOUND_VERDICT]);
		if (now.full >= 0 || now.full < -LAST_ERRNO)
			return "this is no errno";
	}
	if (tb[PERSOCK_A_BOUND_CLASS]) {
		if (!by_class)
			return "the limit is the whole policy's";
		class = number(tb[PERSOCK_A_BOUND_CLASS]);
	}
	if (limit == PERSOCK_LIMIT_RECEIVED_CONTROL) {
		if (class == PERSOCK_CLASS_OTHER)
			return "\"Class inet only.\"";
		class = PERSOCK_CLASS_INET;
	}
	/* A backlog is an int; no address and no such buffer is longer. */
	if ((limit == PERSOCK_LIMIT_BACKLOG_FLOOR ||
	     limit == PERSOCK_LIMIT_BACKLOG_CEILING) && value > INT_MAX)
		return "there is no such backlog";
	if (limit >= PERSOCK_LIMIT_ADDRESS && value > USHRT_MAX)
		return "the limit is above any length";

	for (i = 0; i < CLASSES; i++) {
		if (by_class ? class != EVERY && class != i : i)
			continue;
		if (now.bounded[limit][i])
			return "a limit is specified twice";
		now.bounded[limit][i] = true;
		now.bounds[limit][i] = value;
	}

	return NULL;
}

static const char *read_resolvers(const struct nlattr *nest)
{
	struct item item = { .section = RESOLVER };
	const struct nlattr *attribute;
	int left = length_of(nest);

	for_each(attribute, data_of(nest), left) {
		if (type_of(attribute) != PERSOCK_A_NAMES_RESOLVER)
			continue;
		memset(item.address, 0, sizeof(item.address));
		item.length = read_peer(attribute, item.address);
		if (!item.length)
			return "this is no resolver's address";
		if (++item.order > RESOLVERS)
			return "there are at most 16 resolvers";
		say(&item);
	}

	/* Nothing would ever be learnt. */
	return item.order ? NULL : "a resolver is needed";
}

/* A number between two, or what holds without one. */
static bool read_between(const struct nlattr *attribute, __u32 min, __u32 max,
			 __u32 *value)
{
	if (attribute)
		*value = number(attribute);

	return *value >= min && *value <= max;
}

static const char *read_names(const struct nlattr *nest)
{
	struct item item = { .section = NAMES, .size = HOLD };
	const struct nlattr *tb[PERSOCK_A_NAMES_MAX + 1];

	if (!nest)
		return now.hosts ? "rules on hosts need names" : NULL;
	sort_out(nest, tb, PERSOCK_A_NAMES_MAX);
	now.limit = LEARNT;
	if (!read_between(tb[PERSOCK_A_NAMES_HOLD], 0, HOLD_MAX, &item.size))
		return "an address is not held that long";
	/* Of none at all, no rule on a host would ever apply. */
	if (!read_between(tb[PERSOCK_A_NAMES_LIMIT], 1, LEARNT_MAX, &now.limit))
		return "so many addresses are not learnt";
	if (tb[PERSOCK_A_NAMES_QUERIES])
		item.verdict = number(tb[PERSOCK_A_NAMES_QUERIES]);
	item.size_max = now.limit;
	say(&item);

	return read_resolvers(nest);
}

/*
 * The address of a host name. In a request its network namespace is the
 * caller's and its TTL says whether it ends, whatever else is specified.
 */
static const char *read_learnt(const struct nlattr *nest,
			       struct oracle_learnt *learnt)
{
	const struct nlattr *tb[PERSOCK_A_LEARNT_MAX + 1];
	const struct nlattr *address, *host, *ttl;

	sort_out(nest, tb, PERSOCK_A_LEARNT_MAX);
	host = tb[PERSOCK_A_LEARNT_HOST];
	address = tb[PERSOCK_A_LEARNT_ADDRESS];
	ttl = tb[PERSOCK_A_LEARNT_TTL];
	if (host) {
		learnt->named = true;
		copy(learnt->host, host);
		if (!is_host(learnt->host))
			return "no address is learnt for such a name";
	}
	if (address) {
		learnt->length = read_peer(address, learnt->address);
		if (!learnt->length)
			return "this is no address that is learnt";
	}
	if (ttl) {
		learnt->ends = true;
		learnt->ttl = integer(ttl);
		if (learnt->ttl < 0)
			return "it has ended already";
	}

	return NULL;
}

/* What was specified, and what holds without. */
static const char *conclude(void)
{
	const __u32 *floor = now.bounds[PERSOCK_LIMIT_BACKLOG_FLOOR];
	const __u32 *ceiling = now.bounds[PERSOCK_LIMIT_BACKLOG_CEILING];
	__u32 *received = now.bounds[PERSOCK_LIMIT_RECEIVED_CONTROL];
	struct item item = {
		.section = MODE, .verdict = now.mode, .level = now.reveal,
	};
	int section, limit, i;

	if (*floor && *ceiling && *floor > *ceiling)
		return "the floor is above the ceiling";
	say(&item);
	for (section = 0; section < SECTIONS; section++) {
		for (i = 0; i < CLASSES; i++) {
			item = (struct item){ .section = section, .class = i };
			item.verdict = now.has_default[section][i] ?
				       now.defaults[section][i] :
				       sections[section].absent;
			if (section != PERSOCK_SECTION_LIMITS &&
			    concerns(section, EVERY, i))
				say(&item);
		}
	}
	/*
	 * "Needed where control-receive does not allow all": there it is never
	 * absent, and 1024 if it is not specified, as in gVisor. Elsewhere it
	 * is for nothing.
	 */
	section = PERSOCK_SECTION_CONTROL_RECEIVE;
	if (!now.rules[section][0] && now.has_default[section][0] &&
	    !now.defaults[section][0])
		*received = 0;
	else if (!*received)
		*received = 1024;
	for (limit = 0; limit < LIMITS; limit++) {
		for (i = 0; i < CLASSES; i++) {
			item = (struct item){ .section = -2 - limit, .class = i };
			item.size = now.bounds[limit][i];
			if (limit == PERSOCK_LIMIT_SOCKETS && item.size)
				item.verdict = now.full;
			say(&item);
		}
	}

	return NULL;
}

static const char *read_all(const void *start, int length, int type,
			    const char *(*read)(const struct nlattr *nest))
{
	const struct nlattr *attribute;
	const char *why = NULL;

	for_each(attribute, start, length) {
		if (!why && type_of(attribute) == type)
			why = read(attribute);
	}

	return why;
}

static const char *add_provider(struct oracle_request *request,
				const struct nlattr *attribute)
{
	unsigned int i = request->nr_providers;

	if (i == ORACLE_PROVIDERS)
		return "a personality has at most 8 providers";
	copy(request->providers[i], attribute);
	request->nr_providers++;
	while (i--) {
		if (!strcmp(request->providers[i],
			    request->providers[request->nr_providers - 1]))
			return "a provider is named twice";
	}

	return NULL;
}

static const char *read_one(struct oracle_request *request,
			    const struct nlattr *attribute)
{
	switch (type_of(attribute)) {
	case PERSOCK_A_CGROUP_FD:
		request->has_fd = true;
		request->fd = number(attribute);
		break;
	case PERSOCK_A_CGROUP_ID:
		request->has_id = true;
		request->id = number(attribute);
		break;
	case PERSOCK_A_PERSONALITY:
		request->named = true;
		copy(request->personality, attribute);
		break;
	case PERSOCK_A_BASE:
		request->based = true;
		copy(request->base, attribute);
		break;
	case PERSOCK_A_PROVIDER:
		return add_provider(request, attribute);
	/* They are no part of a policy: where it holds, not what. */
	case PERSOCK_A_NETWORK:
		request->pathed = true;
		copy(request->path, attribute);
		break;
	case PERSOCK_A_NETWORK_FD:
		request->has_network = true;
		request->network = number(attribute);
		break;
	case PERSOCK_A_NETWORK_FROM:
		request->from_pathed = true;
		copy(request->from_path, attribute);
		break;
	case PERSOCK_A_NETWORK_FROM_FD:
		request->has_from = true;
		request->from = number(attribute);
		break;
	/* How the cgroup is attached, and when the change is made. */
	case PERSOCK_A_DELEGATE:
		request->anew = number(attribute) == PERSOCK_DELEGATE_FULL;
		break;
	case PERSOCK_A_HOLD:
		request->hold = number(attribute);
		break;
	case PERSOCK_A_LEARNT:
		memset(&request->learnt, 0, sizeof(request->learnt));
		request->learnt.specified = true;
		request->learnt.wrong = read_learnt(attribute,
						    &request->learnt);
		break;
	case PERSOCK_A_NAMES:
		request->has_policy = true;
		now.names = attribute;
		break;
	case PERSOCK_A_REVEAL:
		request->has_policy = true;
		now.reveal = number(attribute);
		break;
	case PERSOCK_A_MODE:
		now.mode = number(attribute);
		/* fall through */
	default:
		request->has_policy = true;
	}

	return NULL;
}

void oracle_read(const void *attributes, int length,
		 struct oracle_request *request)
{
	const struct nlattr *attribute;
	int left = length;
	const char *why = NULL;

	memset(request, 0, sizeof(*request));
	memset(&now, 0, sizeof(now));
	now.full = -ENFILE;
	request->malformed = check_set(&request_set, attributes, length);
	if (request->malformed)
		return;

	for_each(attribute, attributes, left) {
		const char *also = read_one(request, attribute);

		why = why ? why : also;
	}
	/* policy-get returns an empty one where there is none. */
	if (!why && request->base[0] && !oracle_name(request->base))
		why = "the base's name is not valid";
	if (!why)
		why = read_all(attributes, length, PERSOCK_A_DEFAULT,
			       read_default);
	if (!why)
		why = read_all(attributes, length, PERSOCK_A_RULE, read_rule);
	if (!why)
		why = read_all(attributes, length, PERSOCK_A_BOUND,
			       read_bound);
	if (!why)
		why = read_names(now.names);
	if (!why)
		why = conclude();
	request->wrong = why;
	request->policy = now.policy;
	request->limit = now.limit;
}

/* The specification's [A-Za-z0-9._-]+, and no option of a command. */
bool oracle_name(const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++) {
		if (!isascii(name[i]) ||
		    (!isalnum(name[i]) && !strchr("._-", name[i])))
			return false;
	}

	return i && i <= PERSOCK_NAME_MAX && name[0] != '-';
}
