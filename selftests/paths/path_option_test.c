// SPDX-License-Identifier: GPL-2.0
/*
 * Roads by options: those that give a socket another power are refused where
 * the policy does not tell them, and no default ignores those that protect; an
 * option that has two keys is one; and none takes the router off a socket.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/net_tstamp.h>
#include <linux/vm_sockets.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "inet.h"
#include "path.h"

#ifndef IPV6_MINHOPCOUNT
#define IPV6_MINHOPCOUNT 73
#endif
#ifndef IPV6_ADDRFORM
#define IPV6_ADDRFORM 1
#endif
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef SOL_UDPLITE
#define SOL_UDPLITE 136
#endif
#ifndef SOL_TLS
#define SOL_TLS 282
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif
#ifndef SOL_RDS
#define SOL_RDS 276
#endif
#define XT_GET_INFO	64	/* IPT_SO_GET_INFO */
#define XT_ADD_COUNTERS	65	/* IPT_SO_SET_ADD_COUNTERS */
#define MROUTE_INIT	200	/* MRT_INIT */

/* What is not told is denied with ENOPROTOOPT; the rest is allowed. */
static int tell_no_option(enum govern_id id)
{
	policy_begin_open(id);
	policy_default(PERSOCK_SECTION_OPTIONS_SET, ANY, -ENOPROTOOPT);
	policy_default(PERSOCK_SECTION_OPTIONS_GET, ANY, -ENOPROTOOPT);

	return policy_set();
}

static int set(int fd, int level, int name, const void *value, socklen_t length)
{
	return setsockopt(fd, level, name, value, length) ? -errno : 0;
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
static const int one = 1, two = 2, lo = 1;
static const struct sock_filter whole = BPF_STMT(BPF_RET | BPF_K, -1U);
static const struct sock_fprog classic = { 1, (struct sock_filter *)&whole };
static const struct sock_txtime txtime = { .clockid = CLOCK_MONOTONIC };
static struct group_req group = { .gr_interface = 1 };
static struct ip_mreqn mreq = { .imr_ifindex = 1 };
static struct ipv6_mreq mreq6 = { .ipv6mr_interface = 1 };
static struct tcp_md5sig md5 = { .tcpm_keylen = 3, .tcpm_key = "key" };
static const __s64 second[2] = { 1 };
static struct {
	char name[32];
	__u32 count;
	__u64 counters[4][2];
} add_counters = { .name = "filter", .count = 4 };

#define VALUE(x) &(x), sizeof(x)

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

/* 7.x has no UDP-Lite, and its UDP sockets not the level. */
static bool not_there(int level)
{
	return level == SOL_UDPLITE && kernel_since(7, 0);
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

/* Options that a policy does not tell, each of which works ungoverned. */
TEST_F(road, untold_sets)
{
	int fds[ARRAY_SIZE(sets)];
	size_t i;

	fill_in();
	ASSERT_GE(ebpf, 0);
	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		fds[i] = make(sets[i].kind);
		ASSERT_GE(fds[i], 0);
	}
	ASSERT_EQ(0, tell_no_option(self->id));
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

/* Told, the same options work governed as well: no more is refused. */
TEST_F(road, told_sets)
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
TEST_F(road, ignored_sets)
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
TEST_F(road, ignored_by_name)
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

/* A message is not taken out by a default where that changes what is sent. */
TEST_F(road, ignored_messages)
{
	static const __u16 segment = 8;
	static const struct in_pktinfo info = { .ipi_ifindex = 1 };
	static const struct {
		const char *text;
		int level, type;
		const void *value;
		size_t length;
		bool harmless;
	} messages[] = {
		{ "MARK", SOL_SOCKET, SO_MARK, VALUE(one) },
		{ "PKTINFO", SOL_IP, IP_PKTINFO, VALUE(info) },
		{ "TTL", SOL_IP, IP_TTL, VALUE(one), true },
		{ "SEGMENT", SOL_UDP, UDP_SEGMENT, VALUE(segment) },
		{ "TOS", SOL_IP, IP_TOS, VALUE(one), true },
		{ "TIMESTAMPING", SOL_SOCKET, SO_TIMESTAMPING, VALUE(two),
		  true },
	};
	struct inet_addr to;
	int receiver, fd, named;
	size_t i;

	receiver = inet_bound(AF_INET, SOCK_DGRAM, 0, &to);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	for (named = 0; named < 2; named++) {
		policy_begin_open(self->id);
		policy_default(PERSOCK_SECTION_CONTROL_SEND, ANY, IGNORE);
		for (i = 0; named && i < ARRAY_SIZE(messages); i++)
			policy_option(PERSOCK_SECTION_CONTROL_SEND,
				      PERSOCK_CLASS_INET, messages[i].level,
				      messages[i].type, IGNORE);
		ASSERT_EQ(0, policy_set());
		for (i = 0; i < ARRAY_SIZE(messages); i++) {
			EXPECT_EQ(named || messages[i].harmless ?
				  0 : REFUSED(EINVAL),
				  send_with(fd, &to, messages[i].level,
					    messages[i].type, messages[i].value,
					    messages[i].length))
				TH_LOG("%s", messages[i].text);
		}
	}
	close(receiver);
	close(fd);
}

/* Datagrams leave as the program has them cut, or it is told that they do not. */
TEST_F(road, segments)
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

/* --- the same option under another key --------------------------------------- */

static const struct {
	int family, type, protocol;
	const char *text;
	int level, name;	/* what a policy tells */
	int level2, name2;	/* what a program uses */
	const void *value;
	socklen_t length;
} aliases[] = {
	{ AF_INET, SOCK_DGRAM, 0, "UDP_SEGMENT of UDP-Lite",
	  SOL_UDP, UDP_SEGMENT, SOL_UDPLITE, UDP_SEGMENT, VALUE(two) },
	{ AF_INET6, SOCK_DGRAM, 0, "UDP_SEGMENT of UDP-Lite, IPv6",
	  SOL_UDP, UDP_SEGMENT, SOL_UDPLITE, UDP_SEGMENT, VALUE(two) },
	{ AF_INET, SOCK_DGRAM, 0, "UDP_GRO of UDP-Lite",
	  SOL_UDP, UDP_GRO, SOL_UDPLITE, UDP_GRO, VALUE(one) },
	{ AF_INET, SOCK_DGRAM, 0, "UDP_CORK of UDP-Lite",
	  SOL_UDP, UDP_CORK, SOL_UDPLITE, UDP_CORK, VALUE(one) },
	{ AF_INET, SOCK_DGRAM, 0, "UDP_SEGMENT, UDP-Lite's denied",
	  SOL_UDPLITE, UDP_SEGMENT, SOL_UDP, UDP_SEGMENT, VALUE(two) },
	{ AF_INET, SOCK_DGRAM, 0, "SO_BINDTOIFINDEX",
	  SOL_SOCKET, SO_BINDTODEVICE, SOL_SOCKET, SO_BINDTOIFINDEX,
	  VALUE(lo) },
	{ AF_INET, SOCK_DGRAM, 0, "SO_BINDTODEVICE",
	  SOL_SOCKET, SO_BINDTOIFINDEX, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2 },
	{ AF_INET6, SOCK_DGRAM, 0, "IP_FREEBIND of IPv6",
	  SOL_IPV6, IPV6_FREEBIND, SOL_IP, IP_FREEBIND, VALUE(one) },
	{ AF_INET6, SOCK_STREAM, 0, "IPV6_FREEBIND",
	  SOL_IP, IP_FREEBIND, SOL_IPV6, IPV6_FREEBIND, VALUE(one) },
	{ AF_INET6, SOCK_STREAM, 0, "IP_TRANSPARENT of IPv6",
	  SOL_IPV6, IPV6_TRANSPARENT, SOL_IP, IP_TRANSPARENT, VALUE(one) },
	{ AF_INET6, SOCK_STREAM, 0, "IPV6_TRANSPARENT",
	  SOL_IP, IP_TRANSPARENT, SOL_IPV6, IPV6_TRANSPARENT, VALUE(one) },
	{ AF_INET6, SOCK_RAW, IPPROTO_UDP, "IPV6_CHECKSUM of raw",
	  SOL_IPV6, IPV6_CHECKSUM, SOL_RAW, IPV6_CHECKSUM, VALUE(two) },
	{ AF_INET, SOCK_DGRAM, 0, "SO_TIMESTAMP_NEW",
	  SOL_SOCKET, SO_TIMESTAMP_OLD, SOL_SOCKET, SO_TIMESTAMP_NEW,
	  VALUE(one) },
	{ AF_INET, SOCK_DGRAM, 0, "SO_TIMESTAMPNS_NEW",
	  SOL_SOCKET, SO_TIMESTAMPNS_OLD, SOL_SOCKET, SO_TIMESTAMPNS_NEW,
	  VALUE(one) },
	{ AF_INET, SOCK_DGRAM, 0, "SO_TIMESTAMPING_NEW",
	  SOL_SOCKET, SO_TIMESTAMPING_OLD, SOL_SOCKET, SO_TIMESTAMPING_NEW,
	  VALUE(one) },
	{ AF_INET, SOCK_STREAM, 0, "SO_RCVTIMEO_NEW",
	  SOL_SOCKET, SO_RCVTIMEO_OLD, SOL_SOCKET, SO_RCVTIMEO_NEW,
	  VALUE(second) },
	{ AF_INET, SOCK_STREAM, 0, "SO_SNDTIMEO_NEW",
	  SOL_SOCKET, SO_SNDTIMEO_OLD, SOL_SOCKET, SO_SNDTIMEO_NEW,
	  VALUE(second) },
};

static int get(int fd, int level, int name)
{
	char value[64];
	socklen_t len = sizeof(value);

	return getsockopt(fd, level, name, value, &len) ? -errno : 0;
}

/* What is said of an option by one key holds for the other one. */
TEST_F(road, aliases)
{
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(aliases); i++) {
		int level = aliases[i].level2, name = aliases[i].name2;

		if (not_there(level))
			continue;
		policy_begin_open(self->id);
		policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
			      aliases[i].level, aliases[i].name, -EPERM);
		policy_option(PERSOCK_SECTION_OPTIONS_GET, PERSOCK_CLASS_INET,
			      aliases[i].level, aliases[i].name, -EPERM);
		ASSERT_EQ(0, policy_set());
		fd = socket(aliases[i].family, aliases[i].type,
			    aliases[i].protocol);
		ASSERT_GE(fd, 0);
		EXPECT_EQ(REFUSED(EPERM), set(fd, level, name,
					      aliases[i].value,
					      aliases[i].length))
			TH_LOG("set %s", aliases[i].text);
		EXPECT_EQ(REFUSED(EPERM), get(fd, level, name))
			TH_LOG("get %s", aliases[i].text);
		close(fd);

		/* Allowed by one key, it is allowed by the other. */
		policy_begin_open(self->id);
		policy_default(PERSOCK_SECTION_OPTIONS_SET, ANY, -ENOPROTOOPT);
		policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
			      aliases[i].level, aliases[i].name, ALLOW);
		ASSERT_EQ(0, policy_set());
		fd = socket(aliases[i].family, aliases[i].type,
			    aliases[i].protocol);
		EXPECT_EQ(0, set(fd, level, name, aliases[i].value,
				 aliases[i].length))
			TH_LOG("allow %s", aliases[i].text);
		close(fd);

		/* A policy that names both has each as it is named. */
		policy_begin_open(self->id);
		policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
			      aliases[i].level, aliases[i].name, ALLOW);
		policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
			      level, name, -EPERM);
		ASSERT_EQ(0, policy_set());
		fd = socket(aliases[i].family, aliases[i].type,
			    aliases[i].protocol);
		EXPECT_EQ(REFUSED(EPERM), set(fd, level, name,
					      aliases[i].value,
					      aliases[i].length))
			TH_LOG("both %s", aliases[i].text);
		close(fd);
	}
}

/* What is received by the new name is judged as by the old one. */
TEST_F(road, alias_of_received)
{
	struct inet_addr to;
	char control[256], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
	};
	int receiver, sender, allowed;

	receiver = inet_bound(AF_INET, SOCK_DGRAM, 0, &to);
	sender = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, set_int(receiver, SOL_SOCKET, SO_TIMESTAMP_NEW, 1));
	for (allowed = 0; allowed < 2; allowed++) {
		policy_begin_open(self->id);
		policy_default(PERSOCK_SECTION_CONTROL_RECEIVE, ANY,
			       allowed ? IGNORE : ALLOW);
		policy_option(PERSOCK_SECTION_CONTROL_RECEIVE,
			      PERSOCK_CLASS_INET, SOL_SOCKET, SO_TIMESTAMP_OLD,
			      allowed ? ALLOW : IGNORE);
		ASSERT_EQ(0, policy_set());
		ASSERT_EQ(1, sendto(sender, "x", 1, 0, &to.sa, to.len));
		msg.msg_controllen = sizeof(control);
		ASSERT_EQ(1, recvmsg(receiver, &msg, 0));
		EXPECT_EQ(self->free || allowed, !!CMSG_FIRSTHDR(&msg));
	}
	close(receiver);
	close(sender);
}

/* The same of families of the other class. */
TEST_F(road, aliases_of_others)
{
	static const struct {
		const char *text;
		int family, type, level;
		int keys[2];
		const void *value;
		socklen_t length;
	} others[] = {
		{ "VSOCK's timeout", AF_VSOCK, SOCK_STREAM, AF_VSOCK,
		  { SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD,
		    SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW }, VALUE(second) },
		{ "RDS's timestamps", AF_RDS, SOCK_SEQPACKET, SOL_RDS,
		  { SO_TIMESTAMP_OLD, SO_TIMESTAMP_NEW }, VALUE(one) },
	};
	int fd, turn, named;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others) * 2; i++) {
		int level = others[i / 2].level;
		const int *keys = others[i / 2].keys;

		turn = i % 2;
		for (named = 0; named < 2; named++) {
			policy_begin_open(self->id);
			policy_option(PERSOCK_SECTION_OPTIONS_SET,
				      PERSOCK_CLASS_OTHER, level, keys[turn],
				      -EPERM);
			if (named)
				policy_option(PERSOCK_SECTION_OPTIONS_SET,
					      PERSOCK_CLASS_OTHER, level,
					      keys[!turn], ALLOW);
			ASSERT_EQ(0, policy_set());
			fd = socket(others[i / 2].family, others[i / 2].type,
				    0);
			ASSERT_GE(fd, 0);
			EXPECT_EQ(named ? 0 : REFUSED(EPERM),
				  set(fd, level, keys[!turn],
				      others[i / 2].value,
				      others[i / 2].length))
				TH_LOG("%s, %d", others[i / 2].text, turn);
			close(fd);
		}
	}
}

/* --- the same control message under another type ------------------------------ */

static const struct in6_pktinfo info6 = {
	.ipi6_addr = IN6ADDR_LOOPBACK_INIT, .ipi6_ifindex = 1,
};
static const int hops = 7;
static const __u8 padding[8] = { [2] = 1, [3] = 4 };	/* an option PadN */

static const struct {
	__u8 next, length, type, left;
	__u32 reserved;
	struct in6_addr address;
} route = {
	.length = 2, .type = 2, .left = 1, .address = IN6ADDR_LOOPBACK_INIT,
};

static const struct {
	const char *text;
	int level, types[2];
	const void *value;
	size_t length;
	int recv[2];		/* options that have them received */
} pairs[] = {
	{ "PKTINFO", SOL_IPV6, { IPV6_PKTINFO, IPV6_2292PKTINFO }, VALUE(info6),
	  { IPV6_RECVPKTINFO, IPV6_2292PKTINFO } },
	{ "HOPLIMIT", SOL_IPV6, { IPV6_HOPLIMIT, IPV6_2292HOPLIMIT },
	  VALUE(hops), { IPV6_RECVHOPLIMIT, IPV6_2292HOPLIMIT } },
	{ "HOPOPTS", SOL_IPV6, { IPV6_HOPOPTS, IPV6_2292HOPOPTS },
	  VALUE(padding), { IPV6_RECVHOPOPTS, IPV6_2292HOPOPTS } },
	{ "DSTOPTS", SOL_IPV6, { IPV6_DSTOPTS, IPV6_2292DSTOPTS },
	  VALUE(padding), { IPV6_RECVDSTOPTS, IPV6_2292DSTOPTS } },
	/* There is no route of that kind: what is sent does not arrive. */
	{ "RTHDR", SOL_IPV6, { IPV6_RTHDR, IPV6_2292RTHDR }, VALUE(route) },
	{ "TIMESTAMPING", SOL_SOCKET,
	  { SO_TIMESTAMPING_OLD, SO_TIMESTAMPING_NEW }, VALUE(two) },
};

/* What is said of one type holds for the other, unless that is named, too. */
TEST_F(road, aliases_of_messages)
{
	struct inet_addr to;
	int receiver, fd, err, denied;
	size_t i;

	receiver = inet_bound(AF_INET6, SOCK_DGRAM, 0, &to);
	fd = socket(AF_INET6, SOCK_DGRAM, 0);
	for (i = 0; i < ARRAY_SIZE(pairs) * 2; i++) {
		const int *types = pairs[i / 2].types;
		int level = pairs[i / 2].level;
		int told = types[i % 2], sent = types[!(i % 2)];
		const void *value = pairs[i / 2].value;
		size_t length = pairs[i / 2].length;

		policy_begin_open(self->id);
		policy_option(PERSOCK_SECTION_CONTROL_SEND, PERSOCK_CLASS_INET,
			      level, told, -EPERM);
		ASSERT_EQ(0, policy_set());
		err = send_with(fd, &to, level, sent, value, length);
		EXPECT_EQ(!self->free, err == -EPERM)
			TH_LOG("%s denied: %d", pairs[i / 2].text, err);

		/* One that is allowed allows the other, and one's own decides. */
		for (denied = 0; denied < 2; denied++) {
			policy_begin_open(self->id);
			policy_default(PERSOCK_SECTION_CONTROL_SEND, ANY,
				       -EPERM);
			policy_option(PERSOCK_SECTION_CONTROL_SEND,
				      PERSOCK_CLASS_INET, level, told, ALLOW);
			if (denied)
				policy_option(PERSOCK_SECTION_CONTROL_SEND,
					      PERSOCK_CLASS_INET, level, sent,
					      -EPERM);
			ASSERT_EQ(0, policy_set());
			err = send_with(fd, &to, level, sent, value, length);
			EXPECT_EQ(denied && !self->free, err == -EPERM)
				TH_LOG("%s allowed, %d: %d", pairs[i / 2].text,
				       denied, err);
		}
	}
	close(receiver);
	close(fd);
}

/* As options they are two: what is sent, and what one is told. */
TEST_F(road, no_aliases_of_options)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	policy_begin_open(self->id);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET, SOL_IPV6,
		      IPV6_PKTINFO, -EPERM);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET, SOL_IPV6,
		      IPV6_HOPOPTS, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EPERM), set(fd, SOL_IPV6, IPV6_PKTINFO,
				      VALUE(info6)));
	EXPECT_EQ(0, set_int(fd, SOL_IPV6, IPV6_2292PKTINFO, 1));
	EXPECT_EQ(0, set_int(fd, SOL_IPV6, IPV6_2292HOPOPTS, 1));
	close(fd);
}

/* Is a message of this type received with the next datagram? -errno: none came. */
static int receives(int receiver, int sender, const struct inet_addr *to,
		    size_t i, int type)
{
	int level = pairs[i].level, err;
	char control[512], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;

	err = send_with(sender, to, level, pairs[i].types[0],
			pairs[i].value, pairs[i].length);
	if (err)
		return err;
	if (wait_for(receiver, POLLIN, SOON_MS) != POLLIN ||
	    recvmsg(receiver, &msg, MSG_DONTWAIT) != 1)
		return -EAGAIN;
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		if (cmsg->cmsg_level == level && cmsg->cmsg_type == type)
			return 1;
	}
	return 0;
}

/* What is received by one type is judged as by the other one. */
TEST_F(road, aliases_of_received)
{
	int receiver, sender, turn, allowed;
	struct inet_addr to;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pairs) * 2; i++) {
		const int *types = pairs[i / 2].types;

		if (!pairs[i / 2].recv[0])
			continue;
		turn = i % 2;
		policy_begin_open(self->id);
		ASSERT_EQ(0, policy_set());
		receiver = inet_bound(AF_INET6, SOCK_DGRAM, 0, &to);
		sender = socket(AF_INET6, SOCK_DGRAM, 0);
		ASSERT_EQ(0, set_int(receiver, SOL_IPV6,
				     pairs[i / 2].recv[turn], 1));
		for (allowed = 0; allowed < 2; allowed++) {
			policy_begin_open(self->id);
			policy_default(PERSOCK_SECTION_CONTROL_RECEIVE, ANY,
				       allowed ? IGNORE : ALLOW);
			policy_option(PERSOCK_SECTION_CONTROL_RECEIVE,
				      PERSOCK_CLASS_INET, SOL_IPV6,
				      types[!turn], allowed ? ALLOW : IGNORE);
			ASSERT_EQ(0, policy_set());
			EXPECT_EQ(self->free || allowed,
				  receives(receiver, sender, &to, i / 2,
					   types[turn]))
				TH_LOG("%s, %d, %d", pairs[i / 2].text, turn,
				       allowed);
		}
		close(receiver);
		close(sender);
	}
}

/* Open: what recvmsg() does not bring, an option of TCP's tells. */
TEST_F(road, open_messages_by_an_option)
{
	static const struct {
		int family, level, option, ask, type;
	} latches[] = {
		{ AF_INET, SOL_IP, IP_PKTOPTIONS, IP_RECVTTL, IP_TTL },
		{ AF_INET6, SOL_IPV6, IPV6_2292PKTOPTIONS, IPV6_RECVHOPLIMIT,
		  IPV6_HOPLIMIT },
	};
	struct tcp tcp;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(latches); i++) {
		char control[256];
		struct msghdr msg = { .msg_control = control };
		socklen_t len = sizeof(control);

		policy_begin_open(self->id);
		policy_option(PERSOCK_SECTION_CONTROL_RECEIVE,
			      PERSOCK_CLASS_INET, latches[i].level,
			      latches[i].type, IGNORE);
		ASSERT_EQ(0, policy_set());
		ASSERT_EQ(0, tcp_open(&tcp, latches[i].family));
		ASSERT_EQ(0, set_int(tcp.server, latches[i].level,
				     latches[i].ask, 1));
		ASSERT_EQ(0, getsockopt(tcp.server, latches[i].level,
					latches[i].option, control, &len));
		msg.msg_controllen = len;
		ASSERT_NE(NULL, CMSG_FIRSTHDR(&msg));
		EXPECT_EQ(latches[i].type, CMSG_FIRSTHDR(&msg)->cmsg_type);

		/* A rule on the option closes it. */
		policy_begin_open(self->id);
		policy_option(PERSOCK_SECTION_OPTIONS_GET, PERSOCK_CLASS_INET,
			      latches[i].level, latches[i].option, -EPERM);
		ASSERT_EQ(0, policy_set());
		EXPECT_EQ(REFUSED(EPERM), get(tcp.server, latches[i].level,
					      latches[i].option));
		tcp_close(&tcp);
	}
}

/* The same of options that are read. */
TEST_F(road, untold_gets)
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
	ASSERT_EQ(0, tell_no_option(self->id));
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

/* What an option sets for a socket, a control message does for one send. */
TEST_F(road, control_messages)
{
	static const __u16 segment = 8;
	static const struct in_pktinfo info = { .ipi_ifindex = 1 };
	static const __u64 later = 1;
	static const struct {
		const char *text;
		int family, level, type;
		const void *value;
		size_t length;
	} messages[] = {
		{ "SO_MARK", AF_INET, SOL_SOCKET, SO_MARK, VALUE(one) },
		{ "TXTIME", AF_INET, SOL_SOCKET, SCM_TXTIME, VALUE(later) },
		{ "TIMESTAMPING", AF_INET, SOL_SOCKET, SO_TIMESTAMPING,
		  VALUE(two) },
		{ "PKTINFO", AF_INET, SOL_IP, IP_PKTINFO, VALUE(info) },
		{ "TTL", AF_INET, SOL_IP, IP_TTL, VALUE(one) },
		{ "TOS", AF_INET, SOL_IP, IP_TOS, VALUE(one) },
		{ "SEGMENT", AF_INET, SOL_UDP, UDP_SEGMENT, VALUE(segment) },
		{ "PKTINFO6", AF_INET6, SOL_IPV6, IPV6_PKTINFO, VALUE(info6) },
		{ "HOPLIMIT", AF_INET6, SOL_IPV6, IPV6_HOPLIMIT, VALUE(one) },
		{ "MARK6", AF_INET6, SOL_SOCKET, SO_MARK, VALUE(one) },
	};
	struct inet_addr to[2];
	int receivers[2], fds[2];
	size_t i;

	for (i = 0; i < 2; i++) {
		int family = i ? AF_INET6 : AF_INET;

		receivers[i] = inet_bound(family, SOCK_DGRAM, 0, &to[i]);
		fds[i] = socket(family, SOCK_DGRAM, 0);
		ASSERT_EQ(0, set(fds[i], SOL_SOCKET, SO_TXTIME, VALUE(txtime)));
	}
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_CONTROL_SEND, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < ARRAY_SIZE(messages); i++) {
		bool six = messages[i].family == AF_INET6;

		EXPECT_EQ(REFUSED(EPERM),
			  send_with(fds[six], &to[six], messages[i].level,
				    messages[i].type, messages[i].value,
				    messages[i].length))
			TH_LOG("%s", messages[i].text);
	}
	for (i = 0; i < 2; i++) {
		close(receivers[i]);
		close(fds[i]);
	}
}

/* The upper layer of MPTCP's subflows is the kernel's own, for nobody. */
TEST_F(road, ulp_of_mptcp)
{
	static const int protocols[] = { IPPROTO_TCP, IPPROTO_MPTCP };
	int fd, err;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		fd = socket(AF_INET, SOCK_STREAM, protocols[i]);
		ASSERT_GE(fd, 0);
		err = set(fd, SOL_TCP, TCP_ULP, "mptcp", 5);
		/* MPTCP's own sockets have no layers at all. */
		EXPECT_EQ(i ? -ENOPROTOOPT : -EOPNOTSUPP,
			  i && err == -EOPNOTSUPP ? -ENOPROTOOPT : err)
			TH_LOG("protocol %d", protocols[i]);
		EXPECT_EQ(!self->free, govern_shown(fd));
		close(fd);
	}
}

/* A connection that is declared, and not made: its peer is judged as well. */
TEST_F(road, repair)
{
	struct inet_addr own = at("127.0.0.1", 0), no = at("127.0.0.2", 9);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct tcp_info info = { };
	socklen_t len = sizeof(info);

	policy_begin_open(self->id);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.2/32", -EACCES);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, set_int(fd, SOL_TCP, TCP_REPAIR, 1));
	ASSERT_EQ(0, bind(fd, &own.sa, own.len));
	EXPECT_EQ(REFUSED(EACCES), try_connect(fd, &no));
	ASSERT_EQ(0, getsockopt(fd, SOL_TCP, TCP_INFO, &info, &len));
	EXPECT_EQ(self->free ? TCP_ESTABLISHED : TCP_CLOSE, info.tcpi_state);
	close(fd);
}

static int form(int fd)
{
	return set_int(fd, SOL_IPV6, IPV6_ADDRFORM, AF_INET);
}

static void *form_often(void *arg)
{
	int i, *fd = arg;

	for (i = 0; i < 500; i++) {
		form(*fd);
		send(*fd, "x", 1, MSG_DONTWAIT);
	}

	return NULL;
}

/* UDP would become IPv4, without the router: also by four threads at once. */
TEST_F(road, addrform_of_udp)
{
	struct inet_addr v4, to;
	int receiver, fd, i, round;
	pthread_t threads[4];

	receiver = inet_bound(AF_INET, SOCK_DGRAM, 0, &v4);
	to = mapped(&v4);
	for (round = 0; round < 2; round++) {
		fd = socket(AF_INET6, SOCK_DGRAM, 0);
		ASSERT_EQ(0, try_connect(fd, &to));
		if (round == 0)
			EXPECT_EQ(REFUSED(ENOPROTOOPT), form(fd));
		for (i = 0; round && i < 4; i++) {
			ASSERT_EQ(0, pthread_create(&threads[i], NULL,
						    form_often, &fd));
		}
		for (i = 0; round && i < 4; i++)
			pthread_join(threads[i], NULL);
		EXPECT_EQ(self->free ? AF_INET : AF_INET6,
			  get_int(fd, SOL_SOCKET, SO_DOMAIN));
		EXPECT_EQ(!self->free, govern_shown(fd));
		close(fd);
	}
	close(receiver);
}

/* --- the router stays ----------------------------------------------------- */

#define ROUNDS	12
#define LOOKS	100

static atomic_bool over;
static struct inet_addr peer;
static int victim;		/* what every thread works on */

static void *by_layer(void *unused)
{
	while (!over)
		set(victim, SOL_TCP, TCP_ULP, "tls", 3);
	return NULL;
}

static void *by_form(void *unused)
{
	while (!over)
		form(victim);
	return NULL;
}

static void *by_repair(void *unused)
{
	while (!over) {
		set_int(victim, SOL_TCP, TCP_REPAIR, 1);
		set_int(victim, SOL_TCP, TCP_REPAIR, -1);
	}
	return NULL;
}

static void *by_connections(void *unused)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	while (!over) {
		connect(victim, &none, sizeof(none));
		sendto(victim, "x", 1,
		       MSG_FASTOPEN | MSG_DONTWAIT | MSG_NOSIGNAL, &peer.sa,
		       peer.len);
		connect(victim, &none, sizeof(none));
		try_connect(victim, &peer);
	}
	return NULL;
}

/* As long as it takes, one looks whether the socket is governed. */
static void watch(int *shown, int *hidden, int *denied, int *allowed)
{
	static const int options[][2] = {
		{ SOL_SOCKET, SO_RCVBUF }, { SOL_TCP, TCP_MAXSEG },
	};
	int i, j;

	for (i = 0; i < LOOKS; i++) {
		(*(govern_shown(victim) ? shown : hidden))++;
		for (j = 0; j < 2; j++) {
			int value = get_int(victim, options[j][0],
					    options[j][1]);

			(*(value == -EPERM ? denied : allowed))++;
		}
	}
}

/* Everything that touches a socket's operations at once, over and over. */
TEST_F(road, router_stays)
{
	void *(*const roads[])(void *) = {
		by_layer, by_form, by_repair, by_connections,
	};
	int listener, shown = 0, hidden = 0, denied = 0, allowed = 0;
	pthread_t threads[ARRAY_SIZE(roads)];
	struct inet_addr addr;
	size_t round, i;

	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	peer = mapped(&addr);
	policy_begin_open(self->id);
	policy_option(PERSOCK_SECTION_OPTIONS_GET, PERSOCK_CLASS_INET,
		      SOL_SOCKET, SO_RCVBUF, -EPERM);
	policy_option(PERSOCK_SECTION_OPTIONS_GET, PERSOCK_CLASS_INET,
		      SOL_TCP, TCP_MAXSEG, -EPERM);
	ASSERT_EQ(0, policy_set());
	for (round = 0; round < ROUNDS; round++) {
		victim = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
		ASSERT_GE(victim, 0);
		try_connect(victim, &peer);
		over = false;
		for (i = 0; i < ARRAY_SIZE(roads); i++) {
			ASSERT_EQ(0, pthread_create(&threads[i], NULL,
						    roads[i], NULL));
		}
		watch(&shown, &hidden, &denied, &allowed);
		over = true;
		for (i = 0; i < ARRAY_SIZE(roads); i++)
			pthread_join(threads[i], NULL);
		watch(&shown, &hidden, &denied, &allowed);
		close(victim);
		/* Room for those that come. */
		while (wait_for(listener, POLLIN, 0) == POLLIN)
			close(accept(listener, NULL, NULL));
	}
	EXPECT_EQ(self->free ? 0 : ROUNDS * 2 * LOOKS, shown);
	EXPECT_EQ(self->free ? ROUNDS * 2 * LOOKS : 0, hidden);
	EXPECT_EQ(self->free ? 0 : ROUNDS * 4 * LOOKS, denied);
	EXPECT_EQ(self->free ? ROUNDS * 4 * LOOKS : 0, allowed);
	close(listener);
}

int main(int argc, char **argv)
{
	static const char *const modules[] = {
		"tls", "iptable_filter", "vsock_loopback", "rds", NULL,
	};

	return roads_main(argc, argv, modules);
}
