// SPDX-License-Identifier: GPL-2.0
/*
 * Address rules of a policy: connect, bind and accept, on every path to an
 * address. Every call is made ungoverned as well, and succeeds then.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/uio.h>

#include "harness.h"
#include "inet.h"
#include "policy.h"

FIXTURE(address)
{
	enum govern_id id;
};

GOVERNED_VARIANTS(address, NATIVE, HOSTINET);

FIXTURE_SETUP(address)
{
	self->id = variant->id;
	if (variant->id != UNGOVERNED)
		ASSERT_EQ(0, policy_open());
	/* What the test before this one has left does not matter. */
	policy_begin_open(variant->id);
	ASSERT_EQ(0, policy_set());
	govern_setup(_metadata, variant->id);
}

FIXTURE_TEARDOWN(address)
{
}

/* What a governed call answers; the same call ungoverned succeeds. */
#define REFUSED(err) (self->id == UNGOVERNED ? 0 : -(err))

/*
 * A UDP socket of @family, connected to an address, to which a byte is sent, as
 * a connect alone may pass (see unsent_test): 0 or -errno.
 */
static int udp_connect(int family, const char *text, in_port_t port)
{
	struct inet_addr addr = at(text, port);
	int fd = socket(family, SOCK_DGRAM, 0);
	int err = connect(fd, &addr.sa, addr.len) ? -errno : 0;

	if (!err && port && send(fd, "x", 1, 0) != 1)
		err = -errno;
	close(fd);
	return fd < 0 ? fd : err;
}

static int udp_bind(int family, const char *text, in_port_t port, int v6only)
{
	struct inet_addr addr = at(text, port);
	int fd = socket(family, SOCK_DGRAM, 0);
	int err;

	if (family == AF_INET6)
		set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6only);
	err = bind(fd, &addr.sa, addr.len) ? -errno : 0;
	close(fd);

	return err;
}

static int udp_bind_unspec(int family, in_port_t port)
{
	struct inet_addr addr = at(family == AF_INET ? "0.0.0.0" : "::", port);
	int fd = socket(family, SOCK_DGRAM, 0);
	int err;

	addr.sa.sa_family = AF_UNSPEC;
	err = bind(fd, &addr.sa, addr.len) ? -errno : 0;
	close(fd);

	return err;
}

/* The most specific prefix decides, deny before allow, then the default. */
TEST_F(address, prefixes)
{
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.0/8", ALLOW);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.1.0.0/16", -EPERM);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.1.1.1/32", ALLOW);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.1.1.2/32", ALLOW);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.1.1.2/32", -EHOSTUNREACH);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(0, udp_connect(AF_INET, "127.0.0.1", 9));
	EXPECT_EQ(REFUSED(EPERM), udp_connect(AF_INET, "127.1.0.1", 9));
	EXPECT_EQ(0, udp_connect(AF_INET, "127.1.1.1", 9));
	EXPECT_EQ(REFUSED(EHOSTUNREACH), udp_connect(AF_INET, "127.1.1.2", 9));
	EXPECT_EQ(REFUSED(EACCES), udp_connect(AF_INET6, "::1", 9));
}

/* 0 and 65535 are ports like others; what no rule names goes to the next. */
TEST_F(address, ports)
{
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.1/32", 0, 0, ANY,
		       ALLOW);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.1/32", 65535, 65535,
		       ANY, ALLOW);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.1/32", 100, 200,
		       IPPROTO_UDP, ALLOW);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.1/32", 150, 150,
		       IPPROTO_TCP, -EPERM);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.0/8", 250, 250, ANY,
		       ALLOW);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(0, udp_connect(AF_INET, "127.0.0.1", 0));
	EXPECT_EQ(REFUSED(EACCES), udp_connect(AF_INET, "127.0.0.1", 1));
	EXPECT_EQ(REFUSED(EACCES), udp_connect(AF_INET, "127.0.0.1", 99));
	EXPECT_EQ(0, udp_connect(AF_INET, "127.0.0.1", 100));
	EXPECT_EQ(0, udp_connect(AF_INET, "127.0.0.1", 150));
	EXPECT_EQ(0, udp_connect(AF_INET, "127.0.0.1", 200));
	EXPECT_EQ(REFUSED(EACCES), udp_connect(AF_INET, "127.0.0.1", 201));
	EXPECT_EQ(0, udp_connect(AF_INET, "127.0.0.1", 250));
	EXPECT_EQ(REFUSED(EACCES), udp_connect(AF_INET, "127.0.0.1", 65534));
	EXPECT_EQ(0, udp_connect(AF_INET, "127.0.0.1", 65535));
}

/* IPv6 prefixes, and IPv4-mapped addresses, which rules know as IPv4. */
TEST_F(address, families)
{
	policy_begin_open(self->id);
	policy_prefix(PERSOCK_SECTION_CONNECT, "::/0", -EACCES);
	policy_address(PERSOCK_SECTION_CONNECT, "::1/128", 1000, 2000, ANY,
		       ALLOW);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.2/32", -EPERM);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(0, udp_connect(AF_INET6, "::1", 1000));
	EXPECT_EQ(REFUSED(EACCES), udp_connect(AF_INET6, "::1", 2001));
	EXPECT_EQ(0, udp_connect(AF_INET6, "::ffff:127.0.0.1", 9));
	EXPECT_EQ(REFUSED(EPERM), udp_connect(AF_INET6, "::ffff:127.0.0.2", 9));
	EXPECT_EQ(REFUSED(EPERM), udp_connect(AF_INET, "127.0.0.2", 9));
	/* An IPv6 UDP socket takes a plain IPv4 address. */
	EXPECT_EQ(REFUSED(EPERM), udp_connect(AF_INET6, "127.0.0.2", 9));
}

/* A peer that is not specified is the socket itself, or loopback. */
TEST_F(address, unspecified)
{
	struct inet_addr any = at("0.0.0.0", 9), self_addr = at("127.0.0.3", 0);
	int fd;

	policy_begin_open(self->id);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.1/32", -EACCES);
	policy_prefix(PERSOCK_SECTION_CONNECT, "::1/128", -EPERM);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(REFUSED(EACCES), udp_connect(AF_INET, "0.0.0.0", 9));
	EXPECT_EQ(REFUSED(EPERM), udp_connect(AF_INET6, "::", 9));
	EXPECT_EQ(REFUSED(EACCES), udp_connect(AF_INET6, "::ffff:0.0.0.0", 9));

	/* Bound to another address it reaches that one, which is allowed. */
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, bind(fd, &self_addr.sa, self_addr.len));
	EXPECT_EQ(0, connect(fd, &any.sa, any.len));
	ASSERT_EQ(0, getpeername(fd, &any.sa, &any.len));
	EXPECT_EQ(self_addr.in.sin_addr.s_addr, any.in.sin_addr.s_addr);
	close(fd);
}

TEST_F(address, multicast)
{
	struct in_addr lo = { htonl(INADDR_LOOPBACK) };
	struct inet_addr all = at("224.0.0.1", 9), other = at("224.0.1.5", 9);
	int fd;

	policy_begin_open(self->id);
	policy_prefix(PERSOCK_SECTION_CONNECT, "224.0.0.0/4", -EACCES);
	policy_prefix(PERSOCK_SECTION_CONNECT, "224.0.1.0/24", ALLOW);
	ASSERT_EQ(0, policy_set());

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &lo,
				sizeof(lo)));
	EXPECT_EQ(self->id == UNGOVERNED ? 1 : -1,
		  sendto(fd, "x", 1, 0, &all.sa, all.len));
	EXPECT_EQ(1, sendto(fd, "x", 1, 0, &other.sa, other.len));
	close(fd);
}

static int by_sendto(int fd, struct inet_addr *addr)
{
	return sendto(fd, "x", 1, 0, &addr->sa, addr->len);
}

static int by_sendmsg(int fd, struct inet_addr *addr)
{
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_name = &addr->sa, .msg_namelen = addr->len,
		.msg_iov = &iov, .msg_iovlen = 1,
	};

	return sendmsg(fd, &msg, 0);
}

static int by_sendmmsg(int fd, struct inet_addr *addr)
{
	struct iovec iov = { "x", 1 };
	struct mmsghdr msg = { .msg_hdr = {
		.msg_name = &addr->sa, .msg_namelen = addr->len,
		.msg_iov = &iov, .msg_iovlen = 1,
	} };

	return sendmmsg(fd, &msg, 1, 0);
}

/* Every send that names a peer, on a socket that is connected or not. */
TEST_F(address, sends)
{
	int (*const ways[])(int fd, struct inet_addr *addr) = {
		by_sendto, by_sendmsg, by_sendmmsg,
	};
	struct inet_addr yes = at("127.0.0.1", 9), no = at("127.0.0.2", 9);
	struct inet_addr unspec = no;
	unsigned int i;
	int fd;

	policy_begin_open(self->id);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.2/32", -EACCES);
	ASSERT_EQ(0, policy_set());
	unspec.sa.sa_family = AF_UNSPEC;

	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		EXPECT_EQ(1, ways[i](fd, &yes));
		EXPECT_EQ(self->id == UNGOVERNED ? 1 : -1, ways[i](fd, &no));
		/* What this family means to IPv4 is no way around. */
		EXPECT_EQ(self->id == UNGOVERNED ? 1 : -1,
			  ways[i](fd, &unspec));
		close(fd);

		fd = socket(AF_INET, SOCK_DGRAM, 0);
		ASSERT_EQ(0, connect(fd, &yes.sa, yes.len));
		EXPECT_EQ(self->id == UNGOVERNED ? 1 : -1, ways[i](fd, &no))
			TH_LOG("way %u, connected", i);
		close(fd);
	}
}

/* TCP: connect, the two kinds of fast open, dissolving and connecting again. */
TEST_F(address, tcp)
{
	struct inet_addr no, yes, none = { .sa.sa_family = AF_UNSPEC };
	int listener, fd;

	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &yes);
	ASSERT_GE(listener, 0);
	none.len = sizeof(none.in);
	no = at("127.0.0.2", ntohs(yes.in.sin_port));
	close(listener);
	/* On every address, so that ungoverned both are there. */
	listener = socket(AF_INET, SOCK_STREAM, 0);
	set_int(listener, SOL_SOCKET, SO_REUSEADDR, 1);
	{
		struct inet_addr any = at("0.0.0.0", ntohs(yes.in.sin_port));

		ASSERT_EQ(0, bind(listener, &any.sa, any.len));
		ASSERT_EQ(0, listen(listener, 8));
	}

	policy_begin_open(self->id);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.2/32", 0, 65535,
		       IPPROTO_TCP, -EACCES);
	ASSERT_EQ(0, policy_set());

	fd = socket(AF_INET, SOCK_STREAM, 0);
	EXPECT_EQ(REFUSED(EACCES),
		  connect(fd, &no.sa, no.len) ? -errno : 0);
	close(fd);

	fd = socket(AF_INET, SOCK_STREAM, 0);
	EXPECT_EQ(REFUSED(EACCES),
		  sendto(fd, "x", 1, MSG_FASTOPEN, &no.sa, no.len) < 0 ?
		  -errno : 0);
	close(fd);

	fd = socket(AF_INET, SOCK_STREAM, 0);
	EXPECT_EQ(0, set_int(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1));
	EXPECT_EQ(REFUSED(EACCES),
		  connect(fd, &no.sa, no.len) ? -errno : 0);
	close(fd);

	fd = socket(AF_INET, SOCK_STREAM, 0);
	EXPECT_EQ(0, connect(fd, &yes.sa, yes.len));
	EXPECT_EQ(0, connect(fd, &none.sa, none.len));
	EXPECT_EQ(REFUSED(EACCES),
		  connect(fd, &no.sa, no.len) ? -errno : 0);
	close(fd);

	/* UDP is not TCP. */
	EXPECT_EQ(0, udp_connect(AF_INET, "127.0.0.2", 9));
	close(listener);
}

/* An address that is too short is EINVAL, as ungoverned. */
TEST_F(address, too_short)
{
	struct inet_addr addr = at("127.0.0.1", 9);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_default(PERSOCK_SECTION_BIND, ANY, -EACCES);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(-1, connect(fd, &addr.sa, 8));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, connect(fd, &addr.sa, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, connect(fd, &addr.sa, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, bind(fd, &addr.sa, 8));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, sendto(fd, "x", 1, 0, &addr.sa, 8));
	EXPECT_EQ(EINVAL, errno);
	close(fd);
}

TEST_F(address, binds)
{
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_BIND, ANY, -EACCES);
	policy_address(PERSOCK_SECTION_BIND, "127.0.0.1/32", 30000, 30010, ANY,
		       ALLOW);
	policy_address(PERSOCK_SECTION_BIND, "127.0.0.1/32", 0, 0, ANY, ALLOW);
	policy_address(PERSOCK_SECTION_BIND, "0.0.0.0/32", 30020, 30020, ANY,
		       ALLOW);
	policy_address(PERSOCK_SECTION_BIND, "::/0", 30000, 30000, ANY, ALLOW);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(0, udp_bind(AF_INET, "127.0.0.1", 30000, 0));
	EXPECT_EQ(0, udp_bind(AF_INET, "127.0.0.1", 0, 0));
	EXPECT_EQ(REFUSED(EACCES), udp_bind(AF_INET, "127.0.0.1", 30011, 0));
	EXPECT_EQ(REFUSED(EACCES), udp_bind(AF_INET, "127.0.0.2", 30000, 0));
	EXPECT_EQ(REFUSED(EACCES), udp_bind(AF_INET, "0.0.0.0", 30000, 0));
	/* An old spelling of AF_INET, where the address is 0.0.0.0. */
	EXPECT_EQ(0, udp_bind_unspec(AF_INET, 30020));
	EXPECT_EQ(REFUSED(EACCES), udp_bind_unspec(AF_INET, 30021));
	EXPECT_EQ(-EAFNOSUPPORT, udp_bind_unspec(AF_INET6, 30000));
	EXPECT_EQ(0, udp_bind(AF_INET6, "::1", 30000, 1));
	EXPECT_EQ(0, udp_bind(AF_INET6, "::ffff:127.0.0.1", 30000, 0));
	EXPECT_EQ(REFUSED(EACCES),
		  udp_bind(AF_INET6, "::ffff:127.0.0.2", 30000, 0));
	/* "::" is all of IPv4, too, unless the socket is IPv6 only. */
	EXPECT_EQ(0, udp_bind(AF_INET6, "::", 30000, 1));
	EXPECT_EQ(REFUSED(EACCES), udp_bind(AF_INET6, "::", 30000, 0));
}

/* listen() without bind() binds to every address and a port of its choice. */
TEST_F(address, listens_unbound)
{
	struct inet_addr addr = at("127.0.0.1", 0);
	int fd;

	policy_begin_open(self->id);
	policy_prefix(PERSOCK_SECTION_BIND, "0.0.0.0/0", -EACCES);
	policy_prefix(PERSOCK_SECTION_BIND, "127.0.0.1/32", ALLOW);
	ASSERT_EQ(0, policy_set());

	fd = socket(AF_INET, SOCK_STREAM, 0);
	EXPECT_EQ(REFUSED(EACCES), listen(fd, 1) ? -errno : 0);
	close(fd);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	EXPECT_EQ(0, bind(fd, &addr.sa, addr.len));
	EXPECT_EQ(0, listen(fd, 1));
	close(fd);
}

/* accept() reports a peer that may not be accepted, which is disconnected. */
TEST_F(address, accepts)
{
	struct inet_addr addr, from = at("127.0.0.2", 0);
	int listener, client, fd;
	char byte;

	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_GE(listener, 0);
	policy_begin_open(self->id);
	policy_prefix(PERSOCK_SECTION_ACCEPT, "127.0.0.2/32", -EPERM);
	ASSERT_EQ(0, policy_set());

	client = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_EQ(0, bind(client, &from.sa, from.len));
	ASSERT_EQ(0, connect(client, &addr.sa, addr.len));
	fd = accept(listener, NULL, NULL);
	if (self->id == UNGOVERNED) {
		EXPECT_GE(fd, 0);
		close(fd);
	} else {
		EXPECT_EQ(-1, fd);
		EXPECT_EQ(EPERM, errno);
	}
	EXPECT_EQ(POLLIN, wait_for(client, POLLIN, SOON_MS));
	EXPECT_GE(0, recv(client, &byte, 1, 0));
	close(client);

	client = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_EQ(0, connect(client, &addr.sa, addr.len));
	fd = accept(listener, NULL, NULL);
	EXPECT_GE(fd, 0);
	EXPECT_TRUE(passes(client, fd));
	close(fd);
	close(client);
	close(listener);
}

/* A live socket is governed by the new rules from its next operation on. */
TEST_F(address, replaced)
{
	struct inet_addr one = at("127.0.0.1", 9), two = at("127.0.0.2", 9);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	policy_begin_open(self->id);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(1, by_sendto(fd, &one));
	EXPECT_EQ(1, by_sendto(fd, &two));

	policy_begin_open(self->id);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.2/32", -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(1, by_sendto(fd, &one));
	EXPECT_EQ(self->id == UNGOVERNED ? 1 : -1, by_sendto(fd, &two));

	policy_begin_open(self->id);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(1, by_sendto(fd, &two));
	close(fd);
}

/*
 * A peer that was allowed once is so for what it was allowed for: these rules,
 * this protocol, this port, and sockets that send to no other one.
 */
TEST_F(address, peers_are_remembered_for_no_more)
{
	/* A loose source route over 127.0.0.2 to 127.0.0.1. */
	static const char route[] = { 131, 11, 4, 127, 0, 0, 2, 127, 0, 0, 1, 0 };
	struct inet_addr peer = at("127.0.0.1", 9), other = at("127.0.0.1", 10);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int routed = socket(AF_INET, SOCK_DGRAM, 0);
	int lite = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);
	unsigned int i;

	ASSERT_EQ(0, setsockopt(routed, IPPROTO_IP, IP_OPTIONS, route,
				sizeof(route)));
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.1/32", 9, 9,
		       IPPROTO_UDP, ALLOW);
	ASSERT_EQ(0, policy_set());

	for (i = 0; i < 3; i++) {
		EXPECT_EQ(1, by_sendto(fd, &peer));
		EXPECT_EQ(self->id == UNGOVERNED ? 1 : -1,
			  by_sendto(fd, &other));
		if (lite >= 0)
			EXPECT_EQ(self->id == UNGOVERNED ? 1 : -1,
				  by_sendto(lite, &peer));
		/* Ungoverned the kernel may, or may not, take the route. */
		if (self->id != UNGOVERNED) {
			EXPECT_EQ(-1, by_sendto(routed, &peer));
			EXPECT_EQ(EACCES, errno);
		}
	}

	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(self->id == UNGOVERNED ? 1 : -1, by_sendto(fd, &peer));
	close(fd);
	close(routed);
	close(lite);
}

/* Who audits learns of what would be refused, and nothing is. */
TEST_F(address, audited)
{
	struct inet_addr addr = at("127.0.0.1", 9);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	policy_begin(self->id);
	policy_mode(PERSOCK_MODE_AUDIT);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(1, by_sendto(fd, &addr));
	EXPECT_EQ(0, udp_connect(AF_INET, "127.0.0.1", 9));
	EXPECT_EQ(0, udp_bind(AF_INET, "127.0.0.1", 0, 0));
	EXPECT_EQ(0, set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1));
	EXPECT_EQ(1, get_int(fd, SOL_SOCKET, SO_REUSEADDR));
	close(fd);
}

int main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE | 1 << HOSTINET);
	return test_harness_run(argc, argv);
}
