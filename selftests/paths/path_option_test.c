// SPDX-License-Identifier: GPL-2.0
/*
 * Ways around a policy by options: those that give a socket another power are
 * denied where the policy does not list them, and no default ignores those that
 * protect.
 */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/net_tstamp.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "option.h"

#ifndef IPV6_MINHOPCOUNT
#define IPV6_MINHOPCOUNT 73
#endif
#ifndef SOL_TLS
#define SOL_TLS 282
#endif
#define XT_GET_INFO	64	/* IPT_SO_GET_INFO */
#define XT_ADD_COUNTERS	65	/* IPT_SO_SET_ADD_COUNTERS */
#define MROUTE_INIT	200	/* MRT_INIT */

/* What is not listed is denied with ENOPROTOOPT; the rest is allowed. */
static int list_no_option(enum govern_id id)
{
	policy_begin_open(id);
	policy_default(PERSOCK_SECTION_OPTIONS_SET, ANY, -ENOPROTOOPT);
	policy_default(PERSOCK_SECTION_OPTIONS_GET, ANY, -ENOPROTOOPT);

	return policy_set();
}

/* A program that takes every packet whole. */
static int load_filter(void)
{
	const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = -1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (uintptr_t)program,
		.insn_cnt = ARRAY_SIZE(program),
		.license = (uintptr_t)"GPL",
	};

	return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

enum kind { TCP, CONNECTED, UDP, UDP6, REUSE, RAW, IGMP };

/* A socket of a kind; made before options are judged. */
static int make(enum kind kind)
{
	struct tcp tcp;
	int fd;

	switch (kind) {
	case CONNECTED:
		if (tcp_open(&tcp, AF_INET))
			return -1;
		close(tcp.listener);
		/* The other end goes when the test does. */
		return tcp.client;
	case UDP6:
		return socket(AF_INET6, SOCK_DGRAM, 0);
	case REUSE:
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1);
		return fd;
	case RAW:
		return socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	case IGMP:
		return socket(AF_INET, SOCK_RAW, IPPROTO_IGMP);
	default:
		return socket(AF_INET, kind == TCP ? SOCK_STREAM : SOCK_DGRAM,
			      0);
	}
}

static int ebpf;
static const struct sock_filter whole = BPF_STMT(BPF_RET | BPF_K, -1U);
static const struct sock_fprog classic = { 1, (struct sock_filter *)&whole };
static const struct sock_txtime txtime = { .clockid = CLOCK_MONOTONIC };
static struct group_req group = { .gr_interface = 1 };
static struct ip_mreqn mreq = { .imr_ifindex = 1 };
static struct ipv6_mreq mreq6 = { .ipv6mr_interface = 1 };
static struct tcp_md5sig md5 = { .tcpm_keylen = 3, .tcpm_key = "key" };
static struct {
	char name[32];
	__u32 count;
	__u64 counters[4][2];
} add_counters = { .name = "filter", .count = 4 };

static const struct {
	enum kind kind;
	const char *text;
	int level, name;
	const void *value;
	socklen_t length;
	bool harmless;		/* a default may ignore it */
} sets[] = {
	{ UDP, "ATTACH_FILTER", SOL_SOCKET, SO_ATTACH_FILTER, VALUE(classic) },
	{ UDP, "ATTACH_BPF", SOL_SOCKET, SO_ATTACH_BPF, VALUE(ebpf) },
	{ UDP, "LOCK_FILTER", SOL_SOCKET, SO_LOCK_FILTER, VALUE(one) },
	{ REUSE, "REUSEPORT_CBPF", SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF,
	  VALUE(classic) },
	{ REUSE, "REUSEPORT_EBPF", SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF,
	  VALUE(ebpf) },
	{ UDP, "BINDTODEVICE", SOL_SOCKET, SO_BINDTODEVICE, "lo", 2 },
	{ UDP, "BINDTOIFINDEX", SOL_SOCKET, SO_BINDTOIFINDEX, VALUE(lo) },
	{ UDP, "MARK", SOL_SOCKET, SO_MARK, VALUE(one) },
	{ UDP, "PRIORITY", SOL_SOCKET, SO_PRIORITY, VALUE(one), true },
	{ UDP, "RCVBUFFORCE", SOL_SOCKET, SO_RCVBUFFORCE, VALUE(one), true },
	{ UDP, "SNDBUFFORCE", SOL_SOCKET, SO_SNDBUFFORCE, VALUE(one), true },
	{ UDP, "TXTIME", SOL_SOCKET, SO_TXTIME, VALUE(txtime), true },
	{ UDP, "TIMESTAMPING", SOL_SOCKET, SO_TIMESTAMPING, VALUE(one), true },
	{ TCP, "ZEROCOPY", SOL_SOCKET, SO_ZEROCOPY, VALUE(one), true },
	{ UDP, "BUSY_POLL", SOL_SOCKET, SO_BUSY_POLL, VALUE(one), true },
	{ TCP, "TRANSPARENT", SOL_IP, IP_TRANSPARENT, VALUE(one) },
	{ TCP, "FREEBIND", SOL_IP, IP_FREEBIND, VALUE(one) },
	{ UDP, "ADD_MEMBERSHIP", SOL_IP, IP_ADD_MEMBERSHIP, VALUE(mreq), true },
	{ UDP, "JOIN_GROUP", SOL_IP, MCAST_JOIN_GROUP, VALUE(group), true },
	{ UDP6, "IPV6_JOIN_GROUP", SOL_IPV6, IPV6_JOIN_GROUP, VALUE(mreq6),
	  true },
	{ UDP6, "IPV6_TRANSPARENT", SOL_IPV6, IPV6_TRANSPARENT, VALUE(one) },
	{ IGMP, "MRT_INIT", SOL_IP, MROUTE_INIT, VALUE(one) },
	{ RAW, "XT_ADD_COUNTERS", SOL_IP, XT_ADD_COUNTERS,
	  VALUE(add_counters) },
	{ TCP, "TCP_REPAIR", SOL_TCP, TCP_REPAIR, VALUE(one) },
	{ TCP, "TCP_MD5SIG", SOL_TCP, TCP_MD5SIG, VALUE(md5) },
	{ TCP, "TCP_CONGESTION", SOL_TCP, TCP_CONGESTION, "reno", 4, true },
	{ TCP, "TCP_FASTOPEN", SOL_TCP, TCP_FASTOPEN, VALUE(one), true },
	{ TCP, "TCP_FASTOPEN_CONNECT", SOL_TCP, TCP_FASTOPEN_CONNECT,
	  VALUE(one), true },
	{ CONNECTED, "TCP_ULP", SOL_TCP, TCP_ULP, "tls", 3 },
	{ UDP, "UDP_ENCAP", SOL_UDP, UDP_ENCAP, VALUE(two) },
	{ UDP, "UDP_SEGMENT", SOL_UDP, UDP_SEGMENT, VALUE(two) },
	{ UDP, "UDP_GRO", SOL_UDP, UDP_GRO, VALUE(one), true },
	{ UDP, "UDP_CORK", SOL_UDP, UDP_CORK, VALUE(one) },
	{ UDP, "UDP_CORK of UDP-Lite", SOL_UDPLITE, UDP_CORK, VALUE(one) },
	{ TCP, "MINTTL", SOL_IP, IP_MINTTL, VALUE(one) },
	{ TCP, "DONTROUTE", SOL_SOCKET, SO_DONTROUTE, VALUE(one) },
	{ UDP, "MULTICAST_ALL", SOL_IP, IP_MULTICAST_ALL, VALUE(one) },
	{ UDP6, "V6ONLY", SOL_IPV6, IPV6_V6ONLY, VALUE(one) },
	{ UDP6, "MINHOPCOUNT", SOL_IPV6, IPV6_MINHOPCOUNT, VALUE(one) },
};

static void fill_in(void)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&group.gr_group;
	struct sockaddr_in *peer = (struct sockaddr_in *)&md5.tcpm_addr;

	*in = at("239.1.2.3", 0).in;
	*peer = at("127.0.0.9", 0).in;
	mreq.imr_multiaddr = at("239.1.2.4", 0).in.sin_addr;
	mreq6.ipv6mr_multiaddr = at("ff12::1234", 0).in6.sin6_addr;
	ebpf = load_filter();
}

/* Is 239.1.2.3 joined? It is written there as it lies in memory. */
static bool joined(void)
{
	FILE *file = fopen("/proc/net/igmp", "r");
	bool found = false;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		found |= !!strstr(line, "030201EF");
	if (file)
		fclose(file);

	return found;
}

/* Options that a policy does not list, each of which works ungoverned. */
TEST_F(path, unlisted_sets)
{
	int fds[ARRAY_SIZE(sets)];
	size_t i;

	fill_in();
	ASSERT_GE(ebpf, 0);
	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		fds[i] = make(sets[i].kind);
		ASSERT_GE(fds[i], 0);
	}
	ASSERT_EQ(0, list_no_option(self->id));
	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		if (not_there(sets[i].level))
			continue;
		EXPECT_EQ(REFUSED(ENOPROTOOPT),
			  set(fds[i], sets[i].level, sets[i].name,
			      sets[i].value, sets[i].length))
			TH_LOG("%s", sets[i].text);
	}
	EXPECT_EQ(self->free, joined());
	for (i = 0; i < ARRAY_SIZE(sets); i++)
		close(fds[i]);
}

/* Listed, the same options work governed as well: no more is denied. */
TEST_F(path, listed_sets)
{
	size_t i;
	int fd;

	fill_in();
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_OPTIONS_SET, ANY, -ENOPROTOOPT);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
		      SOL_SOCKET, SO_REUSEPORT, ALLOW);
	for (i = 0; i < ARRAY_SIZE(sets); i++)
		policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
			      sets[i].level, sets[i].name, ALLOW);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		if (not_there(sets[i].level))
			continue;
		fd = make(sets[i].kind);
		ASSERT_GE(fd, 0);
		EXPECT_EQ(0, set(fd, sets[i].level, sets[i].name,
				 sets[i].value, sets[i].length))
			TH_LOG("%s", sets[i].text);
		close(fd);
	}
}

/* What protects is refused where the default ignores: nobody is misled. */
TEST_F(path, ignored_sets)
{
	size_t i;
	int fd;

	fill_in();
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_OPTIONS_SET, ANY, IGNORE);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
		      SOL_SOCKET, SO_REUSEPORT, ALLOW);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		if (not_there(sets[i].level))
			continue;
		fd = make(sets[i].kind);
		ASSERT_GE(fd, 0);
		EXPECT_EQ(sets[i].harmless ? 0 : REFUSED(ENOPROTOOPT),
			  set(fd, sets[i].level, sets[i].name,
			      sets[i].value, sets[i].length))
			TH_LOG("%s", sets[i].text);
		close(fd);
	}
	/* Of a level: whatever the kernel says of it, it is not success. */
	fd = make(CONNECTED);
	for (i = 0; i < 10; i++)
		EXPECT_NE(0, set(fd, SOL_TLS, i, VALUE(one)));
	close(fd);
}

/* A rule that names it ignores what protects as well: it was asked for. */
TEST_F(path, ignored_by_name)
{
	int fd, value;
	size_t i;

	fill_in();
	policy_begin_open(self->id);
	for (i = 0; i < ARRAY_SIZE(sets); i++)
		policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
			      sets[i].level, sets[i].name, IGNORE);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		if (not_there(sets[i].level))
			continue;
		fd = make(sets[i].kind);
		ASSERT_GE(fd, 0);
		EXPECT_EQ(0, set(fd, sets[i].level, sets[i].name,
				 sets[i].value, sets[i].length))
			TH_LOG("%s", sets[i].text);
		if (sets[i].name == SO_MARK) {
			value = get_int(fd, SOL_SOCKET, SO_MARK);
			EXPECT_EQ(self->free, value);
		}
		close(fd);
	}
}

/* Datagrams leave as the program has them cut, or it gets an error before. */
TEST_F(path, segments)
{
	static const int segment = 100;
	char buffer[400] = "";
	int receiver, fd, err, nr = 0;
	struct inet_addr to;

	receiver = inet_bound(AF_INET, SOCK_DGRAM, 0, &to);
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_OPTIONS_SET, ANY, IGNORE);
	ASSERT_EQ(0, policy_set());
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, try_connect(fd, &to));
	err = set(fd, SOL_UDP, UDP_SEGMENT, VALUE(segment));
	EXPECT_EQ(REFUSED(ENOPROTOOPT), err);
	ASSERT_EQ(300, send(fd, buffer, 300, 0));
	while (wait_for(receiver, POLLIN, nr ? 100 : SOON_MS) == POLLIN &&
	       recv(receiver, buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
		nr++;
	/* Either three, or it was said that it would be one. */
	EXPECT_EQ(err ? 1 : 3, nr);
	close(receiver);
	close(fd);
}

/* The same of options that are read. */
TEST_F(path, unlisted_gets)
{
	static const struct {
		enum kind kind;
		const char *text;
		int level, name;
	} gets[] = {
		{ RAW, "XT_GET_INFO", SOL_IP, XT_GET_INFO },
		{ TCP, "TCP_INFO", SOL_TCP, TCP_INFO },
		{ TCP, "TCP_CONGESTION", SOL_TCP, TCP_CONGESTION },
		{ TCP, "SO_COOKIE", SOL_SOCKET, SO_COOKIE },
		{ TCP, "SO_MEMINFO", SOL_SOCKET, SO_MEMINFO },
		{ TCP, "SO_PEERCRED", SOL_SOCKET, SO_PEERCRED },
		{ TCP, "SO_MARK", SOL_SOCKET, SO_MARK },
		{ TCP, "SO_BINDTODEVICE", SOL_SOCKET, SO_BINDTODEVICE },
		{ UDP, "UDP_GRO", SOL_UDP, UDP_GRO },
		{ UDP6, "IPV6_V6ONLY", SOL_IPV6, IPV6_V6ONLY },
	};
	int fds[ARRAY_SIZE(gets)];
	char value[256];
	socklen_t len;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gets); i++)
		fds[i] = make(gets[i].kind);
	ASSERT_EQ(0, list_no_option(self->id));
	for (i = 0; i < ARRAY_SIZE(gets); i++) {
		/* The packet filter takes no other length than its own. */
		len = gets[i].name == XT_GET_INFO ? 84 : sizeof(value);
		memset(value, 0, sizeof(value));
		strcpy(value, "filter");
		EXPECT_EQ(REFUSED(ENOPROTOOPT),
			  getsockopt(fds[i], gets[i].level, gets[i].name,
				     value, &len) ? -errno : 0)
			TH_LOG("%s", gets[i].text);
		close(fds[i]);
	}
}

int main(int argc, char **argv)
{
	static const char *const modules[] = { "tls", "iptable_filter", NULL };

	return path_main(argc, argv, modules);
}
