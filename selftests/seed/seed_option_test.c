// SPDX-License-Identifier: GPL-2.0
/*
 * The option rows of the seed contract, from a list of this test's own: H4 and
 * H5 (gvisor-2020) and the 58 options of gvisor, get and set, with every
 * length; and every other number of their levels.
 *
 * What is allowed is compared with a socket that is not governed and is in the
 * same state: same result, same length, same value. The variant "ungoverned"
 * makes the same calls on two such sockets.
 */
#include <linux/icmpv6.h>
#include <linux/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <sys/time.h>

#include "seed.h"

/* TCP_INFO as of 2020. */
#define TCP_INFO_2020	104

/* Not in the C library's headers, or only in the kernel's. */
#ifndef TCP_INQ
#define TCP_INQ			36
#endif
#ifndef SO_ORIGINAL_DST
#define SO_ORIGINAL_DST		80
#endif
#ifndef IP6T_SO_ORIGINAL_DST
#define IP6T_SO_ORIGINAL_DST	80
#endif
#ifndef ICMPV6_FILTER
#define ICMPV6_FILTER		1
#endif
#ifndef SOL_ICMPV6
#define SOL_ICMPV6		58
#endif
#ifndef SOL_NETLINK
#define SOL_NETLINK		270
#endif
#ifndef SOL_TLS
#define SOL_TLS			282
#endif

enum personality { NO_PERSONALITY, GVISOR_2020, GVISOR, PERSONALITIES };

/* Longest value of a set (S9). */
static const unsigned int caps[PERSONALITIES] = {
	[GVISOR_2020] = 8192,
	[GVISOR] = 32768,
};

/* Sockets to try options on: one that is governed and one that is not. */
enum kind { TCP4, TCP6, NEW4, NEW6, UDP4, UDP6, KINDS };

/* Who may do what with an option. */
enum what { REFUSE, ALLOW, IGNORE };

struct access {
	enum what what;
	int err;		/* of REFUSE */
	int size;		/* of ALLOW: shorter is EINVAL; 0: Linux judges */
	int max;		/* of ALLOW, get: the longest answer */
};

#define ANY		{ ALLOW }
#define SIZED(n)	{ ALLOW, .size = n }
#define CUT(n)		{ ALLOW, .size = n, .max = n }
#define IGNORED		{ IGNORE }
#define UNKNOWN		{ REFUSE, ENOPROTOOPT }
#define DENIED		{ REFUSE, EINVAL }

struct row {
	const char *label;
	int level;
	int name;
	enum kind kind;
	int size;		/* natural size of the value */
	int value;		/* for those of 4 bytes */
	struct {
		struct access get, set;
	} access[PERSONALITIES];
};

/*
 * name, level, kind of socket, natural size, value,
 *	gvisor-2020 get, set,
 *	gvisor get, set
 *
 * "Unknown" is what H4 says of a get, "ignored" what H5 says of a set, of an
 * option that is not listed; unless to ignore it would take a protection away:
 * see protecting below.
 */
#define OPTIONS(ROW) \
	ROW(IP_TOS, IPPROTO_IP, TCP4, 4, 0x10, \
	    SIZED(4), SIZED(4), ANY, ANY) \
	ROW(IP_RECVTOS, IPPROTO_IP, UDP4, 4, 1, \
	    SIZED(4), SIZED(4), SIZED(4), SIZED(4)) \
	ROW(IP_PKTINFO, IPPROTO_IP, UDP4, 4, 1, \
	    SIZED(4), SIZED(12), SIZED(4), SIZED(4)) \
	ROW(IP_TTL, IPPROTO_IP, TCP4, 4, 33, \
	    UNKNOWN, IGNORED, ANY, SIZED(4)) \
	ROW(IP_HDRINCL, IPPROTO_IP, UDP4, 4, 1, \
	    UNKNOWN, UNKNOWN, SIZED(4), SIZED(4)) \
	ROW(IP_MTU_DISCOVER, IPPROTO_IP, UDP4, 4, IP_PMTUDISC_DO, \
	    UNKNOWN, IGNORED, ANY, ANY) \
	ROW(IP_RECVERR, IPPROTO_IP, UDP4, 4, 1, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(IP_RECVTTL, IPPROTO_IP, UDP4, 4, 1, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(IP_RECVORIGDSTADDR, IPPROTO_IP, UDP4, 4, 1, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(IP_MULTICAST_IF, IPPROTO_IP, UDP4, 4, INADDR_LOOPBACK, \
	    UNKNOWN, UNKNOWN, ANY, ANY) \
	ROW(IP_MULTICAST_TTL, IPPROTO_IP, UDP4, 4, 7, \
	    UNKNOWN, IGNORED, ANY, ANY) \
	ROW(IP_MULTICAST_LOOP, IPPROTO_IP, UDP4, 4, 0, \
	    UNKNOWN, IGNORED, ANY, ANY) \
	ROW(IP_ADD_MEMBERSHIP, IPPROTO_IP, UDP4, 8, 0, \
	    UNKNOWN, IGNORED, DENIED, ANY) \
	ROW(IP_DROP_MEMBERSHIP, IPPROTO_IP, UDP4, 8, 0, \
	    UNKNOWN, IGNORED, DENIED, ANY) \
	ROW(SO_ORIGINAL_DST, IPPROTO_IP, TCP4, 16, 0, \
	    UNKNOWN, UNKNOWN, SIZED(16), DENIED) \
	ROW(IPV6_CHECKSUM, IPPROTO_IPV6, UDP6, 4, 2, \
	    UNKNOWN, UNKNOWN, SIZED(4), SIZED(4)) \
	ROW(IPV6_MULTICAST_HOPS, IPPROTO_IPV6, UDP6, 4, 7, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(IPV6_RECVERR, IPPROTO_IPV6, UDP6, 4, 1, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(IPV6_RECVHOPLIMIT, IPPROTO_IPV6, UDP6, 4, 1, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(IPV6_RECVORIGDSTADDR, IPPROTO_IPV6, UDP6, 4, 1, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(IPV6_RECVPKTINFO, IPPROTO_IPV6, UDP6, 4, 1, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(IPV6_RECVTCLASS, IPPROTO_IPV6, UDP6, 4, 1, \
	    SIZED(4), SIZED(4), SIZED(4), SIZED(4)) \
	ROW(IPV6_TCLASS, IPPROTO_IPV6, TCP6, 4, 0x10, \
	    SIZED(4), SIZED(4), ANY, SIZED(4)) \
	ROW(IPV6_UNICAST_HOPS, IPPROTO_IPV6, TCP6, 4, 33, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(IPV6_V6ONLY, IPPROTO_IPV6, NEW6, 4, 1, \
	    SIZED(4), SIZED(4), SIZED(4), SIZED(4)) \
	ROW(IP6T_SO_ORIGINAL_DST, IPPROTO_IPV6, TCP6, 28, 0, \
	    UNKNOWN, UNKNOWN, SIZED(28), DENIED) \
	ROW(SO_ACCEPTCONN, SOL_SOCKET, TCP4, 4, 1, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(SO_BINDTODEVICE, SOL_SOCKET, UDP4, 16, 0, \
	    UNKNOWN, UNKNOWN, ANY, ANY) \
	ROW(SO_BROADCAST, SOL_SOCKET, UDP4, 4, 1, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(SO_ERROR, SOL_SOCKET, TCP4, 4, 1, \
	    SIZED(4), IGNORED, SIZED(4), DENIED) \
	ROW(SO_KEEPALIVE, SOL_SOCKET, TCP4, 4, 1, \
	    SIZED(4), IGNORED, SIZED(4), SIZED(4)) \
	ROW(SO_LINGER, SOL_SOCKET, TCP4, 8, 0, \
	    SIZED(8), IGNORED, SIZED(8), SIZED(8)) \
	ROW(SO_NO_CHECK, SOL_SOCKET, UDP4, 4, 1, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(SO_OOBINLINE, SOL_SOCKET, TCP6, 4, 1, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(SO_PASSCRED, SOL_SOCKET, TCP4, 4, 1, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(SO_RCVBUF, SOL_SOCKET, NEW4, 4, 50000, \
	    SIZED(4), SIZED(4), SIZED(4), SIZED(4)) \
	ROW(SO_RCVBUFFORCE, SOL_SOCKET, NEW4, 4, 10000000, \
	    UNKNOWN, IGNORED, DENIED, SIZED(4)) \
	ROW(SO_RCVLOWAT, SOL_SOCKET, TCP4, 4, 5, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(SO_REUSEADDR, SOL_SOCKET, NEW4, 4, 1, \
	    SIZED(4), SIZED(4), SIZED(4), SIZED(4)) \
	ROW(SO_REUSEPORT, SOL_SOCKET, NEW6, 4, 1, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(SO_SNDBUF, SOL_SOCKET, NEW4, 4, 50000, \
	    SIZED(4), SIZED(4), SIZED(4), SIZED(4)) \
	ROW(SO_TIMESTAMP, SOL_SOCKET, UDP4, 4, 1, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(TCP_CONGESTION, IPPROTO_TCP, TCP4, 16, 0, \
	    UNKNOWN, IGNORED, ANY, ANY) \
	ROW(TCP_CORK, IPPROTO_TCP, TCP4, 4, 1, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(TCP_DEFER_ACCEPT, IPPROTO_TCP, NEW4, 4, 7, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(TCP_INFO, IPPROTO_TCP, TCP4, 240, 0, \
	    CUT(TCP_INFO_2020), IGNORED, ANY, DENIED) \
	ROW(TCP_INQ, IPPROTO_TCP, TCP4, 4, 1, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(TCP_KEEPCNT, IPPROTO_TCP, TCP4, 4, 3, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(TCP_KEEPIDLE, IPPROTO_TCP, TCP6, 4, 77, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(TCP_KEEPINTVL, IPPROTO_TCP, TCP4, 4, 9, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(TCP_LINGER2, IPPROTO_TCP, TCP4, 4, 5, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(TCP_MAXSEG, IPPROTO_TCP, NEW4, 4, 1000, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(TCP_NODELAY, IPPROTO_TCP, TCP6, 4, 1, \
	    SIZED(4), SIZED(4), SIZED(4), SIZED(4)) \
	ROW(TCP_QUICKACK, IPPROTO_TCP, TCP4, 4, 0, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(TCP_SYNCNT, IPPROTO_TCP, TCP4, 4, 3, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(TCP_USER_TIMEOUT, IPPROTO_TCP, TCP4, 4, 9000, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	ROW(TCP_WINDOW_CLAMP, IPPROTO_TCP, NEW4, 4, 100000, \
	    UNKNOWN, IGNORED, SIZED(4), SIZED(4)) \
	/* No raw socket here: the kernel's own errno. */ \
	ROW(ICMPV6_FILTER, SOL_ICMPV6, UDP6, 32, 0, \
	    UNKNOWN, UNKNOWN, ANY, SIZED(32)) \
	/* S8, S17: answered before the list, in both. */ \
	ROW(SO_TYPE, SOL_SOCKET, UDP6, 4, 1, \
	    SIZED(4), IGNORED, SIZED(4), IGNORED) \
	ROW(SO_DOMAIN, SOL_SOCKET, TCP4, 4, 1, \
	    SIZED(4), IGNORED, SIZED(4), IGNORED) \
	ROW(SO_PROTOCOL, SOL_SOCKET, TCP6, 4, 1, \
	    SIZED(4), IGNORED, SIZED(4), IGNORED) \
	ROW(SO_RCVTIMEO, SOL_SOCKET, TCP4, 16, 0, \
	    ANY, ANY, ANY, ANY) \
	ROW(SO_SNDTIMEO, SOL_SOCKET, UDP6, 16, 0, \
	    ANY, ANY, ANY, ANY)

/* The last five are not among the seeds' 58. */
#define EXTRA_ROWS	5

#define ROW_INDEX(label_, ...) ROW_##label_,
enum { OPTIONS(ROW_INDEX) ROWS };

#define ROW_ENTRY(label_, level_, kind_, size_, value_, get20, set20, get, set) \
	{ #label_, level_, label_, kind_, size_, value_,		\
	  { { ANY, ANY }, { get20, set20 }, { get, set } } },
static const struct row rows[] = { OPTIONS(ROW_ENTRY) };

FIXTURE(seed_option) {
	enum personality personality;
	struct tcp tcp[4];
	int fds[KINDS];		/* to be tested */
	int refs[KINDS];	/* never governed */
};

FIXTURE_VARIANT(seed_option) {
	enum govern_id id;
	enum personality personality;
};

FIXTURE_VARIANT_ADD(seed_option, ungoverned) {
	.id = UNGOVERNED,
};

FIXTURE_VARIANT_ADD(seed_option, gvisor2020_native) {
	.id = GVISOR2020_NATIVE,
	.personality = GVISOR_2020,
};

FIXTURE_VARIANT_ADD(seed_option, gvisor2020_hostinet) {
	.id = GVISOR2020_HOSTINET,
	.personality = GVISOR_2020,
};

FIXTURE_VARIANT_ADD(seed_option, gvisor_native) {
	.id = GVISOR_NATIVE,
	.personality = GVISOR,
};

FIXTURE_VARIANT_ADD(seed_option, gvisor_hostinet) {
	.id = GVISOR_HOSTINET,
	.personality = GVISOR,
};

/* One socket of each kind; 0 or -errno. */
static int open_kinds(int fds[KINDS], struct tcp tcp[2])
{
	int i, err;

	for (i = 0; i < 2; i++) {
		int family = i ? AF_INET6 : AF_INET;

		err = tcp_open(&tcp[i], family);
		if (err)
			return err;
		fds[TCP4 + i] = tcp[i].client;
		fds[NEW4 + i] = socket(family, SOCK_STREAM, 0);
		fds[UDP4 + i] = socket(family, SOCK_DGRAM, 0);
		if (fds[NEW4 + i] < 0 || fds[UDP4 + i] < 0)
			return -errno;
	}
	return 0;
}

FIXTURE_SETUP(seed_option)
{
	ASSERT_EQ(0, own_network());
	ASSERT_EQ(0, open_kinds(self->refs, self->tcp));
	govern_setup(_metadata, variant->id);
	if (_metadata->exit_code)
		return;
	self->personality = variant->personality;
	ASSERT_EQ(0, open_kinds(self->fds, self->tcp + 2));
}

FIXTURE_TEARDOWN(seed_option)
{
	int i;

	for (i = 0; i < 4; i++)
		tcp_close(&self->tcp[i]);
	for (i = NEW4; i < KINDS; i++) {
		close(self->fds[i]);
		close(self->refs[i]);
	}
}

/* What a socket's TCP_INFO has that depends on nothing but its state. */
static void only_state(struct tcp_info *info)
{
	static const struct {
		size_t offset, size;
	} keep[] = {
#define KEEP(field) { offsetof(struct tcp_info, field), \
		      sizeof(((struct tcp_info *)0)->field) }
		/* To the last of its bit fields. */
		{ 0, offsetof(struct tcp_info, tcpi_rto) },
		KEEP(tcpi_snd_mss), KEEP(tcpi_unacked), KEEP(tcpi_sacked),
		KEEP(tcpi_lost), KEEP(tcpi_retrans), KEEP(tcpi_fackets),
		KEEP(tcpi_pmtu), KEEP(tcpi_snd_ssthresh), KEEP(tcpi_snd_cwnd),
		KEEP(tcpi_advmss), KEEP(tcpi_reordering),
		KEEP(tcpi_total_retrans), KEEP(tcpi_bytes_acked),
		KEEP(tcpi_bytes_received), KEEP(tcpi_notsent_bytes),
		KEEP(tcpi_data_segs_in), KEEP(tcpi_data_segs_out),
#undef KEEP
	};
	struct tcp_info kept = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keep); i++)
		memcpy((char *)&kept + keep[i].offset,
		       (char *)info + keep[i].offset, keep[i].size);
	*info = kept;
}

/* An answer to a get: everything that the caller can see. */
struct answer {
	long result;
	socklen_t len;
	union {
		struct tcp_info info;
		unsigned char bytes[512];
	};
};

static struct answer ask(int fd, int level, int name, socklen_t len,
			 bool is_info)
{
	struct tcp_info info;
	struct answer a;

	memset(&a, 0, sizeof(a));
	memset(a.bytes, 0xaa, sizeof(a.bytes));
	a.len = len;
	a.result = result(getsockopt(fd, level, name, a.bytes, &a.len));
	if (is_info && !a.result) {
		/* What the buffer was too short for stays as it was. */
		memcpy(&info, &a.info, sizeof(info));
		only_state(&info);
		memcpy(&a.info, &info, a.len < sizeof(info) ? a.len :
							      sizeof(info));
	}
	return a;
}

static bool is_info(const struct row *row)
{
	return row->level == IPPROTO_TCP && row->name == TCP_INFO;
}

/* What the contract says of a get with a buffer of @len bytes. */
static struct answer expect_get(const struct row *row,
				enum personality personality, int ref,
				socklen_t len)
{
	const struct access *access = &row->access[personality].get;
	struct answer a;

	/* S8; the kernel's IPv6 takes it for a long one. */
	if (personality && (int)len < 0)
		a.result = -EINVAL;
	else if (access->what != ALLOW)
		a.result = -access->err;
	else if (len < (socklen_t)access->size)
		a.result = -EINVAL;
	else if (access->max && len > (socklen_t)access->max)
		return ask(ref, row->level, row->name, access->max,
			   is_info(row));
	else
		return ask(ref, row->level, row->name, len, is_info(row));
	a.len = len;
	memset(a.bytes, 0xaa, sizeof(a.bytes));
	return a;
}

static void check_get(struct __test_metadata *_metadata, const struct row *row,
		      enum personality personality, int fd, int ref,
		      const char *when)
{
	const struct access *access = &row->access[personality].get;
	const int lengths[] = {
		row->size, row->size - 1, row->size + 1, 0, -1,
		access->size ?: row->size, access->size - 1,
		access->size + 1, 500,
	};
	struct answer expected, seen;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		/* These repeat the first where the sizes agree. */
		if (i >= 5 && i < 8 && (!access->size ||
					access->size == row->size))
			continue;
		expected = expect_get(row, personality, ref, lengths[i]);
		seen = ask(fd, row->level, row->name, lengths[i],
			   is_info(row));
		EXPECT_EQ(expected.result, seen.result) {
			TH_LOG("get %s, length %d, %s", row->label,
			       lengths[i], when);
		}
		if (expected.result)
			continue;
		EXPECT_EQ(expected.len, seen.len) {
			TH_LOG("get %s, length %d, %s: length of the answer",
			       row->label, lengths[i], when);
		}
		EXPECT_EQ(0, memcmp(expected.bytes, seen.bytes,
				    sizeof(seen.bytes))) {
			TH_LOG("get %s, length %d, %s: the value", row->label,
			       lengths[i], when);
		}
	}
}

/* A value for the option, followed by rubbish; @turn makes another one of it. */
static void make_value(const struct row *row, int turn, char *buf, size_t size)
{
	const struct ip_mreq group = {
		.imr_multiaddr.s_addr = htonl(0xe0000105),
		.imr_interface.s_addr = htonl(INADDR_LOOPBACK),
	};
	const struct linger linger = { .l_onoff = 1, .l_linger = 5 + turn };
	const struct timeval limit = { .tv_sec = 3 + turn };
	int value = row->value ^ turn;

	memset(buf, 0xaa, size);
	switch (row - rows) {
	case ROW_IP_ADD_MEMBERSHIP:
	case ROW_IP_DROP_MEMBERSHIP:
		memset(buf, 0, size);
		memcpy(buf, &group, sizeof(group));
		break;
	case ROW_IP_MULTICAST_IF:
		memset(buf, 0, size);
		value = htonl(row->value);
		memcpy(buf, &value, sizeof(value));
		break;
	case ROW_SO_BINDTODEVICE:
		memset(buf, 0, size);
		strcpy(buf, "lo");
		break;
	case ROW_TCP_CONGESTION:
		memset(buf, 0, size);
		strcpy(buf, "reno");
		break;
	case ROW_SO_LINGER:
		memcpy(buf, &linger, sizeof(linger));
		break;
	case ROW_SO_RCVTIMEO:
	case ROW_SO_SNDTIMEO:
		memcpy(buf, &limit, sizeof(limit));
		break;
	default:
		memcpy(buf, &value, sizeof(value));
		break;
	}
}

/* Set the option on both, or on the one where it shall have an effect. */
static void check_set(struct __test_metadata *_metadata, const struct row *row,
		      const struct access *access, unsigned int cap, int fd,
		      int ref, int turn, socklen_t len)
{
	static char value[65536];
	bool both = false;
	long expected, seen;

	make_value(row, turn, value, sizeof(value));
	if ((int)len < 0 || (cap && len > cap))
		expected = -EINVAL;
	else if (access->what == REFUSE)
		expected = -access->err;
	else if (access->what == IGNORE)
		expected = 0;
	else if (len < (socklen_t)access->size)
		expected = -EINVAL;
	else
		both = true;
	if (both)
		expected = result(setsockopt(ref, row->level, row->name, value,
					     access->size ?: len));
	seen = result(setsockopt(fd, row->level, row->name, value, len));
	EXPECT_EQ(expected, seen) {
		TH_LOG("set %s, length %d", row->label, (int)len);
	}
}

static void check_row(struct __test_metadata *_metadata,
		      const FIXTURE_DATA(seed_option) *self,
		      const struct row *row)
{
	const struct access *set = &row->access[self->personality].set;
	enum personality p = self->personality;
	unsigned int cap = caps[p];
	int fd = self->fds[row->kind], ref = self->refs[row->kind];
	int size = set->size ?: row->size;
	const int refused[] = { -1, -2147483647 - 1, cap + 1, 0, size - 1 };
	char group[16];
	size_t i;

	check_get(_metadata, row, p, fd, ref, "at first");

	/* What is refused changes nothing. */
	for (i = 0; i < ARRAY_SIZE(refused); i++)
		check_set(_metadata, row, set, cap, fd, ref, 0, refused[i]);
	check_get(_metadata, row, p, fd, ref, "after sets that are refused");

	if (row - rows == ROW_IP_DROP_MEMBERSHIP) {
		make_value(row, 0, group, sizeof(group));
		ASSERT_EQ(0, setsockopt(ref, IPPROTO_IP, IP_ADD_MEMBERSHIP,
					group, 8));
		ASSERT_EQ(0, setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP,
					group, 8));
	}
	/* The size, one more byte, and all that may be. */
	check_set(_metadata, row, set, cap, fd, ref, 0, size);
	check_get(_metadata, row, p, fd, ref, "after a set");
	check_set(_metadata, row, set, cap, fd, ref, 1, size + 1);
	check_get(_metadata, row, p, fd, ref, "after a set that is longer");
	check_set(_metadata, row, set, cap, fd, ref, 0, cap ?: 32768);
	check_get(_metadata, row, p, fd, ref, "after the longest set");
}

#define ROW_TEST(label, ...)						\
	TEST_F(seed_option, option_##label)				\
	{								\
		check_row(_metadata, self, &rows[ROW_##label]);		\
	}
OPTIONS(ROW_TEST)

/* The list is as long as the seeds'. */
TEST_F(seed_option, count)
{
	int listed[PERSONALITIES][2] = {}, known[PERSONALITIES] = {};
	size_t i;
	int p;

	for (i = 0; i < ARRAY_SIZE(rows) - EXTRA_ROWS; i++) {
		for (p = GVISOR_2020; p < PERSONALITIES; p++) {
			const struct access *get = &rows[i].access[p].get;
			const struct access *set = &rows[i].access[p].set;

			listed[p][0] += get->what == ALLOW;
			listed[p][1] += set->what == ALLOW;
			known[p] += get->what == ALLOW || set->what == ALLOW;
		}
	}
	EXPECT_EQ(14, listed[GVISOR_2020][0]);
	EXPECT_EQ(10, listed[GVISOR_2020][1]);
	EXPECT_EQ(58, known[GVISOR]);
	EXPECT_EQ(58 - 3, listed[GVISOR][0]);
	EXPECT_EQ(58 - 4, listed[GVISOR][1]);
}

static const struct row *find_row(int level, int name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].level == level && rows[i].name == name)
			return &rows[i];
	}
	return NULL;
}

static const char *const kind_names[KINDS] = {
	"connected TCP", "connected TCPv6", "TCP", "TCPv6", "UDP", "UDPv6",
};

/*
 * What persock refuses to ignore, where H5 ignores: with success, something
 * else would be sent, or others could connect or read. By their numbers; what
 * the rows above have as unknown to a set belongs to them as well.
 */
static const struct {
	int level, first, last;
} protecting[] = {
	{ SOL_SOCKET, 5, 5 },		/* SO_DONTROUTE */
	{ SOL_SOCKET, 25, 26 },		/* SO_BINDTODEVICE, SO_ATTACH_FILTER */
	{ SOL_SOCKET, 34, 34 },		/* SO_PASSSEC */
	{ SOL_SOCKET, 36, 36 },		/* SO_MARK */
	{ SOL_SOCKET, 43, 44 },		/* SO_NOFCS, SO_LOCK_FILTER */
	{ SOL_SOCKET, 50, 52 },		/* SO_ATTACH_BPF, ..._REUSEPORT_* */
	{ SOL_SOCKET, 62, 62 },		/* SO_BINDTOIFINDEX */
	{ SOL_SOCKET, 76, 76 },		/* SO_PASSPIDFD */
	{ SOL_SOCKET, 83, 83 },		/* SO_PASSRIGHTS */
	{ IPPROTO_IP, 3, 4 },		/* IP_HDRINCL, IP_OPTIONS */
	{ IPPROTO_IP, 15, 17 },		/* IP_FREEBIND, IPsec */
	{ IPPROTO_IP, 19, 19 },		/* IP_TRANSPARENT */
	{ IPPROTO_IP, 21, 21 },		/* IP_MINTTL */
	{ IPPROTO_IP, 32, 32 },		/* IP_MULTICAST_IF */
	{ IPPROTO_IP, 38, 41 },		/* source filters */
	{ IPPROTO_IP, 43, 43 },
	{ IPPROTO_IP, 46, 49 },		/* and IP_MULTICAST_ALL */
	{ IPPROTO_IP, 50, 51 },		/* IP_UNICAST_IF, _LOCAL_PORT_RANGE */
	{ IPPROTO_IP, 64, 9999 },	/* firewalls, multicast routing */
	{ IPPROTO_IPV6, 6, 7 },		/* IPV6_2292PKTOPTIONS, _CHECKSUM */
	{ IPPROTO_IPV6, 17, 17 },	/* IPV6_MULTICAST_IF */
	{ IPPROTO_IPV6, 26, 26 },	/* IPV6_V6ONLY */
	{ IPPROTO_IPV6, 29, 30 },	/* IPV6_MULTICAST_ALL, ..._ISOLATE */
	{ IPPROTO_IPV6, 34, 36 },	/* IPsec, IPV6_HDRINCL */
	{ IPPROTO_IPV6, 43, 43 },	/* source filters */
	{ IPPROTO_IPV6, 46, 48 },
	{ IPPROTO_IPV6, 50, 50 },	/* IPV6_PKTINFO */
	{ IPPROTO_IPV6, 54, 55 },	/* extension headers */
	{ IPPROTO_IPV6, 57, 57 },
	{ IPPROTO_IPV6, 59, 59 },
	{ IPPROTO_IPV6, 64, 65 },	/* firewalls */
	{ IPPROTO_IPV6, 68, 69 },
	{ IPPROTO_IPV6, 73, 73 },	/* IPV6_MINHOPCOUNT */
	{ IPPROTO_IPV6, 75, 76 },	/* IPV6_TRANSPARENT, _UNICAST_IF */
	{ IPPROTO_IPV6, 78, 78 },	/* IPV6_FREEBIND */
	{ IPPROTO_IPV6, 80, 80 },
	{ IPPROTO_TCP, 14, 14 },	/* TCP_MD5SIG */
	{ IPPROTO_TCP, 19, 22 },	/* TCP_REPAIR */
	{ IPPROTO_TCP, 29, 29 },	/* TCP_REPAIR_WINDOW */
	{ IPPROTO_TCP, 31, 33 },	/* TCP_ULP, _MD5SIG_EXT, _FASTOPEN_KEY */
	{ IPPROTO_TCP, 38, 40 },	/* TCP_AO_* */
	{ IPPROTO_TCP, 42, 42 },
	{ IPPROTO_UDP, 1, 1 },		/* UDP_CORK */
	{ IPPROTO_UDP, 10, 11 },	/* UDP-Lite's coverage */
	{ IPPROTO_UDP, 100, 100 },	/* UDP_ENCAP */
	{ IPPROTO_UDP, 103, 103 },	/* UDP_SEGMENT */
	{ IPPROTO_UDPLITE, 1, 1 },
	{ IPPROTO_UDPLITE, 10, 11 },
	{ IPPROTO_UDPLITE, 100, 100 },
	{ IPPROTO_UDPLITE, 103, 103 },
	{ SOL_TLS, 0, 9999 },
	{ IPPROTO_RAW, 1, 1 },		/* ICMP_FILTER */
	{ IPPROTO_RAW, 7, 7 },		/* IPV6_CHECKSUM */
	{ SOL_ICMPV6, 1, 1 },		/* ICMPV6_FILTER */
};

static bool protects(int level, int name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protecting); i++) {
		if (level == protecting[i].level &&
		    name >= protecting[i].first && name <= protecting[i].last)
			return true;
	}
	return false;
}

/* The row of the same option by its other key, see path_alias_test. */
static const struct row *find_alias(int level, int name)
{
	static const int keys[][4] = {
		{ SOL_SOCKET, 62, SOL_SOCKET, SO_BINDTODEVICE },
		{ SOL_SOCKET, 63, SOL_SOCKET, 29 },	/* SO_TIMESTAMP */
		{ SOL_SOCKET, 66, SOL_SOCKET, 20 },	/* SO_RCVTIMEO */
		{ SOL_SOCKET, 67, SOL_SOCKET, 21 },	/* SO_SNDTIMEO */
		{ IPPROTO_RAW, IPV6_CHECKSUM, IPPROTO_IPV6, IPV6_CHECKSUM },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (level == keys[i][0] && name == keys[i][1])
			return find_row(keys[i][2], keys[i][3]);
	}
	return NULL;
}

/* Everything else of a level: unknown to a get, ignored by a set, or refused. */
static void check_level(struct __test_metadata *_metadata,
			const FIXTURE_DATA(seed_option) *self, int level,
			int first, int last)
{
	unsigned int cap = caps[self->personality];
	static char value[65536] = { 1 };
	struct answer seen;
	int name, kind, answered = 0;
	size_t i;

	for (name = first; name <= last; name++) {
		const struct row *row = find_row(level, name) ?:
					find_alias(level, name);
		bool kept = protects(level, name);
		const int lengths[] = { 0, 1, 4, 500, -1 };
		const int sets[] = { 0, 1, 4, cap, cap + 1, -1 };

		if (self->personality && row) {
			const struct access *get, *set;

			get = &row->access[self->personality].get;
			set = &row->access[self->personality].set;
			if (get->what == ALLOW || set->what == ALLOW)
				continue;
		}
		for (kind = 0; kind < KINDS; kind++) {
			for (i = 0; i < ARRAY_SIZE(lengths); i++) {
				seen = ask(self->fds[kind], level, name,
					   lengths[i], false);
				answered += !seen.result;
				if (!self->personality)
					continue;
				EXPECT_EQ(lengths[i] < 0 ? -EINVAL :
							   -ENOPROTOOPT,
					  seen.result) {
					TH_LOG("get level %d option %d, length %d, %s",
					       level, name, lengths[i],
					       kind_names[kind]);
				}
			}
			/* Ungoverned, some of these would have effects. */
			for (i = 0; i < ARRAY_SIZE(sets) && cap; i++) {
				bool refused = sets[i] < 0 || sets[i] > (int)cap;
				long r = result(setsockopt(self->fds[kind],
							   level, name, value,
							   sets[i]));

				EXPECT_EQ(refused ? -EINVAL :
					  kept ? -ENOPROTOOPT : 0, r) {
					TH_LOG("set level %d option %d, length %d, %s",
					       level, name, sets[i],
					       kind_names[kind]);
				}
			}
		}
	}
	/* The kernel knows some; 7.x none of UDP-Lite. */
	if (last - first > 100 && level != IPPROTO_UDP &&
	    !(level == IPPROTO_UDPLITE && kernel_since(7, 0)))
		EXPECT_EQ(!self->personality, answered > 20);
	/* None has had an effect on what can be seen. */
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];

		check_get(_metadata, row, self->personality, self->fds[row->kind],
			  self->refs[row->kind], "after sets of others");
	}
}

TEST_F(seed_option, others_SOL_SOCKET)
{
	check_level(_metadata, self, SOL_SOCKET, 0, 130);
}

TEST_F(seed_option, others_SOL_IP)
{
	check_level(_metadata, self, IPPROTO_IP, 0, 130);
}

TEST_F(seed_option, others_SOL_IPV6)
{
	check_level(_metadata, self, IPPROTO_IPV6, 0, 130);
}

TEST_F(seed_option, others_SOL_TCP)
{
	check_level(_metadata, self, IPPROTO_TCP, 0, 130);
}

TEST_F(seed_option, others_SOL_UDP)
{
	check_level(_metadata, self, IPPROTO_UDP, 0, 130);
	check_level(_metadata, self, IPPROTO_UDPLITE, 0, 110);
}

TEST_F(seed_option, others_levels)
{
	check_level(_metadata, self, SOL_NETLINK, 0, 20);
	check_level(_metadata, self, SOL_TLS, 0, 10);
	check_level(_metadata, self, IPPROTO_RAW, 0, 10);
	check_level(_metadata, self, SOL_ICMPV6, 0, 10);
	check_level(_metadata, self, -1, 0, 10);
	check_level(_metadata, self, SOL_SOCKET, -3, -1);
	check_level(_metadata, self, SOL_SOCKET, 9998, 9999);
}

/* The same life for a pair of either sort. */
static void live(struct tcp *tcp, int state)
{
	char buf[300] = "";

	switch (state) {
	case 1:
		send_all(tcp->client, buf, sizeof(buf));
		recv_all(tcp->server, buf, sizeof(buf));
		send_all(tcp->server, buf, 100);
		recv_all(tcp->client, buf, 100);
		break;
	case 2:
		shutdown(tcp->client, SHUT_WR);
		wait_for(tcp->server, POLLRDHUP, SOON_MS);
		break;
	case 3:
		shutdown(tcp->server, SHUT_WR);
		wait_for(tcp->client, POLLHUP, SOON_MS);
		break;
	}
}

/* Acknowledgements may be late: is nothing of either end on its way any more? */
static bool settled(const struct tcp *tcp)
{
	const int ends[] = { tcp->client, tcp->server };
	struct answer answer;
	int i, tries;

	for (i = 0; i < 2; i++) {
		for (tries = 0; tries < SOON_MS / 10; tries++) {
			answer = ask(ends[i], IPPROTO_TCP, TCP_INFO, 500, true);
			if (!answer.info.tcpi_unacked)
				break;
			poll(NULL, 0, 10);
		}
		if (answer.info.tcpi_unacked)
			return false;
	}

	return true;
}

/*
 * Has anything been sent twice? The acknowledgement of a FIN is delayed by
 * 40 ms. When the machine stands still for some time, the timer of the
 * sender may run off first.
 */
static bool retransmitted(const struct tcp *tcp)
{
	return ask(tcp->client, IPPROTO_TCP, TCP_INFO, 500, true)
		       .info.tcpi_total_retrans ||
	       ask(tcp->server, IPPROTO_TCP, TCP_INFO, 500, true)
		       .info.tcpi_total_retrans;
}

/* Leave out what that changes, at either end. */
static void drop_retransmissions(struct tcp_info *info)
{
	info->tcpi_ca_state = 0;
	info->tcpi_retransmits = 0;
	info->tcpi_probes = 0;
	info->tcpi_backoff = 0;
	info->tcpi_sacked = 0;
	info->tcpi_lost = 0;
	info->tcpi_retrans = 0;
	info->tcpi_snd_ssthresh = 0;
	info->tcpi_snd_cwnd = 0;
	info->tcpi_reordering = 0;
	info->tcpi_total_retrans = 0;
	info->tcpi_data_segs_in = 0;
	info->tcpi_data_segs_out = 0;
}

/*
 * TCP_INFO: under gvisor as long as the kernel's and under gvisor-2020 its
 * first 104 bytes, with the content of an ungoverned socket's that has had the
 * same life.
 */
TEST_F(seed_option, TCP_INFO_of_each_state)
{
	struct answer mine, ref, full;
	int state, who;
	bool again;

	for (state = 0; state < 4; state++) {
		live(&self->tcp[0], state);
		live(&self->tcp[2], state);
		ASSERT_TRUE(settled(&self->tcp[0]));
		ASSERT_TRUE(settled(&self->tcp[2]));
		again = retransmitted(&self->tcp[0]) ||
			retransmitted(&self->tcp[2]);
		for (who = 0; who < 3; who++) {
			const struct tcp *a = &self->tcp[0];
			const struct tcp *b = &self->tcp[2];
			int fd = who == 0 ? b->client : who == 1 ? b->server :
								   b->listener;
			int other = who == 0 ? a->client :
				    who == 1 ? a->server : a->listener;

			full = ask(other, IPPROTO_TCP, TCP_INFO, 500, true);
			ref = ask(other, IPPROTO_TCP, TCP_INFO,
				  self->personality == GVISOR_2020 ?
				  TCP_INFO_2020 : 500, true);
			mine = ask(fd, IPPROTO_TCP, TCP_INFO, 500, true);
			EXPECT_EQ(0, mine.result);
			EXPECT_EQ(ref.len, mine.len);
			EXPECT_EQ(self->personality == GVISOR_2020,
				  mine.len == TCP_INFO_2020);
			EXPECT_LT(TCP_INFO_2020, full.len);
			if (again) {
				drop_retransmissions(&ref.info);
				drop_retransmissions(&mine.info);
			}
			EXPECT_EQ(0, memcmp(ref.bytes, mine.bytes,
					    sizeof(mine.bytes))) {
				size_t i;

				for (i = 0; i < mine.len; i++) {
					if (ref.bytes[i] == mine.bytes[i])
						continue;
					TH_LOG("state %d, socket %d, byte %zu: %d, expected %d",
					       state, who, i, mine.bytes[i],
					       ref.bytes[i]);
				}
			}
			EXPECT_EQ(full.info.tcpi_state, mine.info.tcpi_state);
		}
	}
}

/* SO_LINGER: length and content, of every sort of socket. */
TEST_F(seed_option, SO_LINGER_of_each_state)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 7 };
	struct answer mine, ref;
	int kind, turn;

	for (turn = 0; turn < 3; turn++) {
		for (kind = 0; kind < KINDS; kind++) {
			ref = ask(self->refs[kind], SOL_SOCKET, SO_LINGER, 8,
				  false);
			mine = ask(self->fds[kind], SOL_SOCKET, SO_LINGER, 8,
				   false);
			EXPECT_EQ(ref.result, mine.result);
			EXPECT_EQ(8, mine.len);
			EXPECT_EQ(0, memcmp(ref.bytes, mine.bytes, 512)) {
				TH_LOG("turn %d, %s", turn, kind_names[kind]);
			}
			/* gvisor-2020 does not set it: H5. */
			EXPECT_EQ(0, setsockopt(self->fds[kind], SOL_SOCKET,
						SO_LINGER, &linger, 8));
			if (self->personality != GVISOR_2020) {
				EXPECT_EQ(0, setsockopt(self->refs[kind],
							SOL_SOCKET, SO_LINGER,
							&linger, 8));
			}
		}
		linger.l_onoff = 0;
	}
}

/* IP_PKTINFO: length and content, of the option and of the message. */
TEST_F(seed_option, IP_PKTINFO_of_each_state)
{
	const int on[3] = { 1 }, off[3] = { 0 };
	struct cmsghdr *expected, *seen;
	struct seed_message m, r;
	struct inet_addr addr;
	struct answer mine, ref;
	int turn, fds[2], i, sender;

	fds[0] = self->fds[UDP4];
	fds[1] = self->refs[UDP4];
	sender = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, sender);
	for (i = 0; i < 2; i++) {
		addr = loopback(AF_INET, 0);
		ASSERT_EQ(0, bind(fds[i], &addr.sa, addr.len));
	}
	for (turn = 0; turn < 3; turn++) {
		ref = ask(fds[1], IPPROTO_IP, IP_PKTINFO, 4, false);
		mine = ask(fds[0], IPPROTO_IP, IP_PKTINFO, 4, false);
		EXPECT_EQ(0, mine.result);
		EXPECT_EQ(4, mine.len);
		EXPECT_EQ(turn == 1, mine.bytes[0]);
		EXPECT_EQ(0, memcmp(ref.bytes, mine.bytes, 512));
		for (i = 0; i < 2; i++) {
			ASSERT_EQ(0, bound_to(fds[i], &addr));
			ASSERT_EQ(1, sendto(sender, "x", 1, 0, &addr.sa,
					    addr.len));
		}
		ASSERT_EQ(1, recvmsg(fds[1], seed_message(&r, 1000), 0));
		ASSERT_EQ(1, recvmsg(fds[0], seed_message(&m, 1000), 0));
		expected = find_control(&r.msg, IPPROTO_IP, IP_PKTINFO);
		seen = find_control(&m.msg, IPPROTO_IP, IP_PKTINFO);
		EXPECT_EQ(turn == 1, !!seen);
		EXPECT_EQ(!!expected, !!seen);
		EXPECT_EQ(r.msg.msg_controllen, m.msg.msg_controllen);
		EXPECT_EQ(r.msg.msg_flags, m.msg.msg_flags);
		EXPECT_EQ(0, memcmp(&r.control, &m.control,
				    sizeof(m.control)));
		for (i = 0; i < 2; i++)
			ASSERT_EQ(0, setsockopt(fds[i], IPPROTO_IP, IP_PKTINFO,
						turn ? off : on, 12));
	}
	close(sender);
}

int main(int argc, char **argv)
{
	govern_prepare(1U << GVISOR2020_NATIVE | 1U << GVISOR2020_HOSTINET |
		       1U << GVISOR_NATIVE | 1U << GVISOR_HOSTINET);
	return test_harness_run(argc, argv);
}
