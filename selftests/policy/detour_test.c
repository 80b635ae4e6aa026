// SPDX-License-Identifier: GPL-2.0
/*
 * Detours: ways to another peer than the address that a call names. Where a
 * policy restricts peers none of them is open; ungoverned, each call succeeds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/in6.h>
#include <linux/if_ether.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "inet.h"
#include "policy.h"

#ifndef IPV6_RTHDR
#define IPV6_RTHDR 57
#endif
#ifndef IPV6_HDRINCL
#define IPV6_HDRINCL 36
#endif
#ifndef IPV6_FLOWLABEL_MGR
#define IPV6_FLOWLABEL_MGR 32
#endif
#ifndef IP_XFRM_POLICY
#define IP_XFRM_POLICY 17
#endif
#ifndef IPPROTO_L2TP
#define IPPROTO_L2TP 115
#endif
#define IPV6_2292PKTOPTIONS_NR 6
#define IPV6_2292RTHDR_NR 5

FIXTURE(detour)
{
	enum govern_id id;
	int sniffer;		/* of what leaves by the loopback interface */
};

GOVERNED_VARIANTS(detour, NATIVE, HOSTINET);

FIXTURE_SETUP(detour)
{
	self->id = variant->id;
	if (variant->id != UNGOVERNED)
		ASSERT_EQ(0, policy_open());
	policy_begin_open(variant->id);
	ASSERT_EQ(0, policy_set());
	/* Made before the test is governed, so it is not. */
	self->sniffer = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
	ASSERT_GE(self->sniffer, 0);
	govern_setup(_metadata, variant->id);
}

FIXTURE_TEARDOWN(detour)
{
	close(self->sniffer);
}

#define REFUSED(err) (self->id == UNGOVERNED ? 0 : -(err))

/* Peers are restricted, by a rule that no test runs into by itself. */
static int restrict_peers(enum govern_id id)
{
	policy_begin_open(id);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.3/32", -EPERM);
	policy_prefix(PERSOCK_SECTION_CONNECT, "2001:db8::/32", -EPERM);

	return policy_set();
}

static int set(int fd, int level, int name, const void *value, socklen_t length)
{
	return setsockopt(fd, level, name, value, length) ? -errno : 0;
}

/* A loose source route by 127.0.0.3. */
static const unsigned char route[] = {
	IPOPT_LSRR, 7, 4, 127, 0, 0, 3, IPOPT_NOP,
};

/* A routing header of type 2, which one of mobile IPv6 is, by 2001:db8::1. */
static const struct {
	struct ip6_rthdr head;
	__u32 reserved;
	struct in6_addr by;
} header = {
	.head = { .ip6r_len = 2, .ip6r_type = 2, .ip6r_segleft = 1 },
	.by = { { { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } } },
};

/* Has a packet left for 127.0.0.3? */
static bool sniffed(int sniffer)
{
	struct iphdr ip;
	bool seen = false;

	while (recv(sniffer, &ip, sizeof(ip), MSG_DONTWAIT) >=
	       (ssize_t)sizeof(ip))
		seen |= ip.version == 4 && ip.daddr == htonl(0x7f000003);

	return seen;
}

/* IP_OPTIONS, and the control message for one send: source routes of IPv4. */
TEST_F(detour, source_route)
{
	struct inet_addr to = loopback(AF_INET, 9);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	ASSERT_EQ(0, restrict_peers(self->id));
	EXPECT_EQ(REFUSED(EACCES), set(fd, SOL_IP, IP_OPTIONS, route,
				       sizeof(route)));
	/* To take it back is no harm. */
	EXPECT_EQ(0, set(fd, SOL_IP, IP_OPTIONS, NULL, 0));
	EXPECT_EQ(REFUSED(EACCES), send_with(fd, &to, SOL_IP, IP_RETOPTS,
					     route, sizeof(route)));
	EXPECT_EQ(self->id == UNGOVERNED, sniffed(self->sniffer));
	EXPECT_EQ(1, sendto(fd, "x", 1, 0, &to.sa, to.len));
	EXPECT_FALSE(sniffed(self->sniffer));
	close(fd);
}

/* What was set while peers were not restricted does not outlast it. */
TEST_F(detour, source_route_before)
{
	struct inet_addr to = loopback(AF_INET, 9);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int tcp = socket(AF_INET, SOCK_STREAM, 0);

	ASSERT_EQ(0, set(fd, SOL_IP, IP_OPTIONS, route, sizeof(route)));
	ASSERT_EQ(0, set(tcp, SOL_IP, IP_OPTIONS, route, sizeof(route)));
	ASSERT_EQ(0, restrict_peers(self->id));
	EXPECT_EQ(REFUSED(EACCES), sendto(fd, "x", 1, 0, &to.sa, to.len) < 0 ?
				   -errno : 0);
	EXPECT_EQ(self->id == UNGOVERNED, sniffed(self->sniffer));
	if (self->id != UNGOVERNED) {
		EXPECT_EQ(-1, connect(tcp, &to.sa, to.len));
		EXPECT_EQ(EACCES, errno);
	}
	close(fd);
	close(tcp);
}

/* The same of IPv6. */
TEST_F(detour, routing_header)
{
	struct inet_addr to = loopback(AF_INET6, 9);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	int before = socket(AF_INET6, SOCK_DGRAM, 0);
	int err;

	ASSERT_EQ(0, set(before, SOL_IPV6, IPV6_RTHDR, &header,
			 sizeof(header)));
	ASSERT_EQ(0, restrict_peers(self->id));
	EXPECT_EQ(REFUSED(EACCES), set(fd, SOL_IPV6, IPV6_RTHDR, &header,
				       sizeof(header)));
	EXPECT_EQ(0, set(fd, SOL_IPV6, IPV6_RTHDR, NULL, 0));
	/* There may be no route to where it leads: another errno then. */
	err = send_with(fd, &to, SOL_IPV6, IPV6_RTHDR, &header,
			sizeof(header));
	EXPECT_EQ(self->id != UNGOVERNED, err == -EACCES);
	err = send_with(fd, &to, SOL_IPV6, IPV6_2292RTHDR_NR, &header,
			sizeof(header));
	EXPECT_EQ(self->id != UNGOVERNED, err == -EACCES);
	err = sendto(before, "x", 1, 0, &to.sa, to.len) < 0 ? -errno : 0;
	EXPECT_EQ(self->id != UNGOVERNED, err == -EACCES);
	EXPECT_EQ(1, sendto(fd, "x", 1, 0, &to.sa, to.len));
	close(fd);
	close(before);
}

TEST_F(detour, other_options)
{
	struct {
		struct in6_addr dst;
		__be32 label;
		__u8 action, share;
		__u16 flags, expires, linger;
		__u32 pad;
	} request = {
		.dst = IN6ADDR_LOOPBACK_INIT, .label = htonl(0x12345),
		.share = 1, .flags = 1,
	};
	struct inet_addr to = loopback(AF_INET6, 9);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	struct cmsghdr empty = { .cmsg_len = sizeof(empty) };

	ASSERT_EQ(0, restrict_peers(self->id));
	EXPECT_EQ(REFUSED(EACCES), set(fd, SOL_IPV6, IPV6_FLOWLABEL_MGR,
				       &request, sizeof(request)));
	/* Ungoverned it finds fault with the value, or there is no xfrm. */
	EXPECT_EQ(self->id != UNGOVERNED,
		  set(fd, SOL_IP, IP_XFRM_POLICY, "x", 1) == -EACCES);
	EXPECT_EQ(self->id != UNGOVERNED,
		  set(fd, SOL_IPV6, IPV6_2292PKTOPTIONS_NR, &empty,
		      sizeof(empty)) == -EACCES);
	EXPECT_EQ(0, set(fd, SOL_IPV6, IPV6_2292PKTOPTIONS_NR, NULL, 0));
	EXPECT_EQ(1, sendto(fd, "x", 1, 0, &to.sa, to.len));
	close(fd);
}

/* The rules cannot hold for these, so they are not made, unless named. */
TEST_F(detour, sockets_that_no_rule_judges)
{
	ASSERT_EQ(0, restrict_peers(self->id));
	EXPECT_EQ(REFUSED(EACCES), try_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
	EXPECT_EQ(REFUSED(EACCES), try_socket(AF_INET6, SOCK_RAW, IPPROTO_TCP));
	EXPECT_EQ(REFUSED(EACCES), try_socket(AF_INET, SOCK_PACKET, 0));
	EXPECT_EQ(REFUSED(EACCES), try_socket(AF_PACKET, SOCK_RAW, 0));
	EXPECT_EQ(0, try_socket(AF_INET, SOCK_DGRAM, 0));
	EXPECT_EQ(0, try_socket(AF_UNIX, SOCK_DGRAM, 0));
	EXPECT_EQ(0, try_socket(AF_NETLINK, SOCK_DGRAM, 0));

	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_BIND, ANY, -EPERM);
	policy_socket(ANY, SOCK_RAW, ANY, ALLOW);
	policy_socket(AF_PACKET, SOCK_DGRAM, ANY, ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, try_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
	EXPECT_EQ(0, try_socket(AF_PACKET, SOCK_DGRAM, 0));
	/* That rule was about raw sockets, and not about packet sockets. */
	EXPECT_EQ(REFUSED(EPERM), try_socket(AF_PACKET, SOCK_RAW, 0));
}

/* Remote procedure calls of AFS are UDP, sent by the kernel. */
TEST_F(detour, rxrpc)
{
	if (system("modprobe -q rxrpc"))
		SKIP(return, "the kernel has no rxrpc");
	EXPECT_EQ(0, try_socket(AF_RXRPC, SOCK_DGRAM, PF_INET));
	ASSERT_EQ(0, restrict_peers(self->id));
	EXPECT_EQ(REFUSED(EACCES), try_socket(AF_RXRPC, SOCK_DGRAM, PF_INET));
}

static int send_raw(int fd, const char *to, in_port_t port, const void *data,
		    size_t length)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(port),
	};

	inet_pton(AF_INET, to, &addr.sin_addr);
	return sendto(fd, data, length, 0, (struct sockaddr *)&addr,
		      sizeof(addr)) < 0 ? -errno : 0;
}

struct packet {
	struct iphdr ip;
	char data[8];
};

/* A message that says for itself where it goes: to 127.0.0.3. */
static struct packet to_another(void)
{
	return (struct packet) {
		.ip = {
			.version = 4, .ihl = 5, .ttl = 64, .protocol = 253,
			.daddr = htonl(0x7f000003),
			.tot_len = htons(sizeof(struct packet)),
		},
	};
}

/* A raw socket's message has the address and the ports in it. */
TEST_F(detour, raw)
{
	struct packet packet = to_another();
	int raw, tcp;

	policy_begin_open(self->id);
	policy_socket(ANY, SOCK_RAW, ANY, ALLOW);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.2/32", ALLOW);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.1/32", 443, 443, ANY,
		       ALLOW);
	ASSERT_EQ(0, policy_set());

	/* IPPROTO_RAW: the header of the message says where to. */
	raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	EXPECT_EQ(REFUSED(EACCES), send_raw(raw, "127.0.0.2", 0, &packet,
					    sizeof(packet)));
	EXPECT_EQ(self->id == UNGOVERNED, sniffed(self->sniffer));
	close(raw);

	/* A port that the kernel does not look at is not a port. */
	tcp = socket(AF_INET, SOCK_RAW, IPPROTO_TCP);
	EXPECT_EQ(REFUSED(EACCES), send_raw(tcp, "127.0.0.1", 443,
					    packet.data, 8));
	EXPECT_EQ(0, send_raw(tcp, "127.0.0.2", 443, packet.data, 8));
	EXPECT_EQ(REFUSED(EACCES), set_int(tcp, SOL_IP, IP_HDRINCL, 1));
	close(tcp);
}

/* What is set for a raw socket before peers are restricted ends with that. */
TEST_F(detour, raw_before)
{
	struct packet packet = to_another();
	struct inet_addr to = at("127.0.0.2", 0);
	int fd = socket(AF_INET, SOCK_RAW, 253);

	ASSERT_EQ(0, set_int(fd, SOL_IP, IP_HDRINCL, 1));
	ASSERT_EQ(0, connect(fd, &to.sa, to.len));
	policy_begin_open(self->id);
	policy_socket(ANY, SOCK_RAW, ANY, ALLOW);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.2/32", ALLOW);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(REFUSED(EACCES), send(fd, &packet, sizeof(packet), 0) < 0 ?
				   -errno : 0);
	EXPECT_EQ(self->id == UNGOVERNED, sniffed(self->sniffer));
	close(fd);
	/* One for which nothing was set sends to its peer. */
	fd = socket(AF_INET, SOCK_RAW, 253);
	EXPECT_EQ(0, connect(fd, &to.sa, to.len));
	EXPECT_EQ(8, send(fd, packet.data, 8, 0));
	close(fd);
}

/* Raw sockets of IPv6: the header by two levels, addresses that are IPv6's alone. */
TEST_F(detour, raw_of_ipv6)
{
	struct inet_addr any = at("::", 0), mapped = at("::ffff:127.0.0.2", 0);
	struct inet_addr loop = at("::1", 0);
	int fd, err;

	policy_begin_open(self->id);
	policy_socket(ANY, SOCK_RAW, ANY, ALLOW);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.2/32", ALLOW);
	policy_prefix(PERSOCK_SECTION_CONNECT, "::1/128", ALLOW);
	policy_default(PERSOCK_SECTION_BIND, ANY, -EACCES);
	policy_prefix(PERSOCK_SECTION_BIND, "::/0", ALLOW);
	ASSERT_EQ(0, policy_set());

	fd = socket(AF_INET6, SOCK_RAW, 253);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(REFUSED(EACCES), set_int(fd, SOL_IPV6, IPV6_HDRINCL, 1));
	EXPECT_EQ(REFUSED(EACCES), set_int(fd, SOL_RAW, IPV6_HDRINCL, 1));
	EXPECT_EQ(REFUSED(EACCES), set_int(fd, SOL_RAW, IPV6_HDRINCL, 0));
	EXPECT_EQ(0, set_int(fd, SOL_RAW, IPV6_CHECKSUM, 2));
	EXPECT_EQ(0, bind(fd, &any.sa, any.len));
	EXPECT_EQ(8, sendto(fd, "12345678", 8, 0, &loop.sa, loop.len));
	/* Ungoverned there is no route, or nobody answers: it is IPv6. */
	err = sendto(fd, "12345678", 8, 0, &mapped.sa, mapped.len) < 0 ?
	      -errno : 0;
	EXPECT_EQ(self->id != UNGOVERNED, err == -EACCES);
	close(fd);
}

/* Of a raw socket's protocol the wire has eight bits. */
TEST_F(detour, raw_protocols)
{
	policy_begin_open(self->id);
	policy_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP, -EPERM);
	policy_socket(AF_INET, SOCK_RAW, ANY, ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EPERM), try_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
	EXPECT_EQ(REFUSED(EPERM), try_socket(AF_INET, SOCK_RAW,
					     256 + IPPROTO_ICMP));
	EXPECT_EQ(0, try_socket(AF_INET, SOCK_RAW, 253));
}

TEST_F(detour, ping)
{
	struct icmphdr echo = { .type = ICMP_ECHO };
	FILE *range = fopen("/proc/sys/net/ipv4/ping_group_range", "w");
	int fd;

	ASSERT_NE(NULL, range);
	fputs("0 2147483647", range);
	fclose(range);
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.1/32", 443, 443, ANY,
		       ALLOW);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.2/32", ALLOW);
	ASSERT_EQ(0, policy_set());

	fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(REFUSED(EACCES), send_raw(fd, "127.0.0.1", 443, &echo,
					    sizeof(echo)));
	EXPECT_EQ(0, send_raw(fd, "127.0.0.2", 443, &echo, sizeof(echo)));
	close(fd);
}

/* L2TP takes an address without a family for one of IPv6. */
TEST_F(detour, l2tp)
{
	struct sockaddr_in6 addr = { .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	char space[64] = { };
	int fd;

	if (system("modprobe -q l2tp_ip6"))
		SKIP(return, "the kernel has no l2tp_ip6");
	memcpy(space, &addr, sizeof(addr));
	policy_begin_open(self->id);
	policy_prefix(PERSOCK_SECTION_CONNECT, "::1/128", -EACCES);
	ASSERT_EQ(0, policy_set());

	fd = socket(AF_INET6, SOCK_DGRAM, IPPROTO_L2TP);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(REFUSED(EACCES),
		  sendto(fd, "x", 1, 0, (void *)space, 32) < 0 ? -errno : 0);
	close(fd);
}

/*
 * connect() binds a socket, and MPTCP leaves it bound when the connection is
 * dissolved: what is listened on then is judged all the same.
 */
TEST_F(detour, listen_after_connect)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	const int protocols[] = { IPPROTO_TCP, IPPROTO_MPTCP };
	struct inet_addr addr, own = loopback(AF_INET, 0);
	int listener, fd;
	unsigned int i;

	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_BIND, ANY, -EACCES);
	policy_address(PERSOCK_SECTION_BIND, "127.0.0.1/32", 0, 0, ANY, ALLOW);
	ASSERT_EQ(0, policy_set());

	for (i = 0; i < 2; i++) {
		fd = socket(AF_INET, SOCK_STREAM, protocols[i]);
		ASSERT_GE(fd, 0);
		ASSERT_EQ(0, connect(fd, &addr.sa, addr.len));
		ASSERT_EQ(0, connect(fd, &none, sizeof(none)));
		EXPECT_EQ(REFUSED(EACCES), listen(fd, 1) ? -errno : 0)
			TH_LOG("protocol %d", protocols[i]);
		close(fd);
		/* Asked for, a port of the kernel's choice is one. */
		fd = socket(AF_INET, SOCK_STREAM, protocols[i]);
		EXPECT_EQ(0, bind(fd, &own.sa, own.len));
		EXPECT_EQ(0, listen(fd, 1));
		close(fd);
	}
	close(listener);
}

static atomic_bool over;
static atomic_int toggled = -1;

static void *toggle(void *unused)
{
	int value = 0;

	while (!over) {
		int fd = toggled;

		if (fd >= 0)
			set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, value ^= 1);
	}

	return NULL;
}

/* "::" is judged as IPv6 only: no thread makes it take IPv4 meanwhile. */
TEST_F(detour, v6only_race)
{
	struct sockaddr_in6 any = {
		.sin6_family = AF_INET6, .sin6_port = htons(30005),
	};
	unsigned int i, tries, both = 0, only = 0;
	bool seen_enough = false;
	pthread_t thread;
	int fd;

	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_BIND, ANY, -EACCES);
	policy_prefix(PERSOCK_SECTION_BIND, "::/0", ALLOW);
	ASSERT_EQ(0, policy_set());

	ASSERT_EQ(0, pthread_create(&thread, NULL, toggle, NULL));
	/* A busy host may let only one of the threads run for long. */
	for (i = 0; i < 1000 || (i < 100000 && !seen_enough); i++) {
		fd = socket(AF_INET6, SOCK_DGRAM, 0);
		toggled = fd;
		for (tries = 0; tries < 100; tries++) {
			if (bind(fd, (void *)&any, sizeof(any)))
				continue;
			if (get_int(fd, IPPROTO_IPV6, IPV6_V6ONLY))
				only++;
			else
				both++;
			break;
		}
		toggled = -1;
		close(fd);
		seen_enough = only && (both || self->id != UNGOVERNED);
	}
	over = true;
	pthread_join(thread, NULL);
	EXPECT_LT(0, only);
	if (self->id == UNGOVERNED) {
		EXPECT_LT(0, both);
	} else {
		EXPECT_EQ(0, both);
	}
}

static struct inet_addr flipped;

static void *flip(void *unused)
{
	volatile in_addr_t *address = &flipped.in.sin_addr.s_addr;

	while (!over) {
		*address = htonl(0x7f000003);
		*address = htonl(0x7f000001);
	}

	return NULL;
}

/* An address that a thread changes is judged as the kernel has copied it. */
TEST_F(detour, address_race)
{
	struct inet_addr no = loopback(AF_INET, 30006);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), receiver, i;
	unsigned int received = 0;
	pthread_t thread;
	char byte;

	no.in.sin_addr.s_addr = htonl(0x7f000003);
	flipped = loopback(AF_INET, 30006);
	receiver = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, bind(receiver, &no.sa, no.len));
	ASSERT_EQ(0, restrict_peers(self->id));

	ASSERT_EQ(0, pthread_create(&thread, NULL, flip, NULL));
	for (i = 0; i < 5000; i++) {
		sendto(fd, "x", 1, 0, &flipped.sa, flipped.len);
		while (recv(receiver, &byte, 1, MSG_DONTWAIT) == 1)
			received++;
	}
	over = true;
	pthread_join(thread, NULL);
	if (self->id == UNGOVERNED) {
		EXPECT_LT(0, received);
	} else {
		EXPECT_EQ(0, received);
	}
	close(fd);
	close(receiver);
}

int main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE | 1 << HOSTINET);
	return test_harness_run(argc, argv);
}
