// SPDX-License-Identifier: GPL-2.0
/*
 * Paths to a peer on which rules on addresses must hold, and those that they do
 * not: what is open is stated by a test that every variant passes alike.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/bpf.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>

#include "inet.h"
#include "ring.h"
#include "path.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* Deny one address, and say so with this errno. */
static int deny(enum govern_id id, const char *prefix, int err)
{
	policy_begin_open(id);
	policy_prefix(PERSOCK_SECTION_CONNECT, prefix, -err);

	return policy_set();
}

/* Bound to every address of IPv4, and listening where it can: its port. */
static int everywhere(int fd, in_port_t *port)
{
	struct inet_addr addr = at("0.0.0.0", 0);

	if (fd < 0 || bind(fd, &addr.sa, addr.len) || bound_to(fd, &addr))
		return -errno;
	*port = ntohs(addr.in.sin_port);
	if (listen(fd, 16) && errno != EOPNOTSUPP)
		return -errno;

	return 0;
}

static int close_with(int fd, int result)
{
	close(fd);
	return result;
}

/* connect() of a new socket: 0 or -errno. */
static int reach(int family, int type, int protocol, const struct inet_addr *to)
{
	int fd = socket(family, type, protocol);

	return fd < 0 ? -errno : close_with(fd, try_connect(fd, to));
}

/* A connection that is begun by a send. */
static int fast_open(int protocol, const struct inet_addr *to)
{
	int fd = socket(AF_INET, SOCK_STREAM, protocol);

	return fd < 0 ? -errno :
	       close_with(fd, try_sendto(fd, to, MSG_FASTOPEN));
}

/* Multipath TCP is TCP to rules on addresses, on each of its paths. */
TEST_F(path, mptcp)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct inet_addr yes, no;
	int listener, fd, fast;
	in_port_t port;

	listener = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	ASSERT_EQ(0, everywhere(listener, &port));
	yes = at("127.0.0.1", port);
	no = at("127.0.0.2", port);
	policy_begin_open(self->id);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.2/32", 0, 65535,
		       IPPROTO_TCP, -EACCES);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(0, reach(AF_INET, SOCK_STREAM, IPPROTO_MPTCP, &yes));
	EXPECT_EQ(REFUSED(EACCES),
		  reach(AF_INET, SOCK_STREAM, IPPROTO_MPTCP, &no));
	/* 6.1 has no fast open of MPTCP: EOPNOTSUPP, to the allowed peer. */
	fast = fast_open(IPPROTO_MPTCP, &yes);
	EXPECT_TRUE(fast == 0 || fast == -EOPNOTSUPP);
	EXPECT_EQ(self->free ? fast : -EACCES, fast_open(IPPROTO_MPTCP, &no));

	fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	ASSERT_EQ(0, try_connect(fd, &yes));
	ASSERT_EQ(0, connect(fd, &none, sizeof(none)));
	EXPECT_EQ(REFUSED(EACCES), try_connect(fd, &no));
	close(fd);
	close(listener);
}

/* Rules of accept hold for its listener: with MPTCP, and after a fallback. */
TEST_F(path, mptcp_accepts)
{
	static const int protocols[] = { IPPROTO_MPTCP, IPPROTO_TCP };
	struct inet_addr addr, from = at("127.0.0.2", 0);
	int listener, client, fd;
	size_t i;

	listener = inet_bound(AF_INET, SOCK_STREAM, IPPROTO_MPTCP, &addr);
	ASSERT_GE(listener, 0);
	policy_begin_open(self->id);
	policy_address(PERSOCK_SECTION_ACCEPT, "127.0.0.2/32", 0, 65535,
		       IPPROTO_TCP, -EPERM);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		client = socket(AF_INET, SOCK_STREAM, protocols[i]);
		ASSERT_EQ(0, bind(client, &from.sa, from.len));
		ASSERT_EQ(0, try_connect(client, &addr));
		fd = accept(listener, NULL, NULL);
		EXPECT_EQ(REFUSED(EPERM), fd < 0 ? -errno : 0)
			TH_LOG("a client of protocol %d", protocols[i]);
		if (fd >= 0)
			close(fd);
		close(client);
	}
	close(listener);
}

/* A counter of "MPTcpExt:" in this network namespace, or -1. */
static int mptcp_counter(const char *name)
{
	char command[128], text[32] = "-1";
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "nstat -asz MPTcpExt%s | awk '/%s/ { print $2 }'", name, name);
	pipe = popen(command, "r");
	if (!pipe || !fgets(text, sizeof(text), pipe))
		strcpy(text, "-1");
	if (pipe)
		pclose(pipe);

	return atoi(text);
}

/* Have clients of MPTCP come from 127.0.0.3 as well. */
static int join_from_another(void)
{
	if (unshare(CLONE_NEWNET))
		return -errno;
	if (system("ip link set lo up && ip mptcp limits set subflow 2 add_addr_accepted 2 && ip mptcp endpoint add 127.0.0.3 dev lo subflow"))
		return -EIO;

	return 0;
}

/* Connect by MPTCP from 127.0.0.2: the joins that the listener has had then. */
static int joined(int listener, struct inet_addr *addr)
{
	struct inet_addr from = at("127.0.0.2", 0);
	int client = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	int before = mptcp_counter("MPJoinAckRx"), after = before;
	int server = -1, tries;
	char byte;

	if (bind(client, &from.sa, from.len) || try_connect(client, addr))
		return -errno;
	server = accept(listener, NULL, NULL);
	if (server < 0)
		return close_with(client, -errno);
	/* Once it has sent something, it joins. */
	if (send(client, "x", 1, 0) != 1 || recv(server, &byte, 1, 0) != 1 ||
	    send(server, "x", 1, 0) != 1 || recv(client, &byte, 1, 0) != 1)
		return -errno;
	for (tries = 0; after == before && tries < 100; tries++) {
		usleep(100000);
		after = mptcp_counter("MPJoinAckRx");
	}
	close(client);

	return close_with(server, after - before);
}

/*
 * A peer that may be accepted brings addresses that may not: a listener of MPTCP
 * is one that a policy names, where it restricts whom sockets accept.
 */
TEST_F(path, mptcp_joins)
{
	struct inet_addr addr;
	int listener, before, i;

	ASSERT_EQ(0, join_from_another());
	before = inet_bound(AF_INET, SOCK_STREAM, IPPROTO_MPTCP, &addr);
	ASSERT_LE(0, before);
	EXPECT_EQ(1, joined(before, &addr));
	for (i = 0; i < 2; i++) {
		policy_begin_open(self->id);
		policy_default(PERSOCK_SECTION_ACCEPT, ANY, -EACCES);
		policy_address(PERSOCK_SECTION_ACCEPT, "127.0.0.2/32", 0, 65535,
			       IPPROTO_TCP, ALLOW);
		policy_socket(AF_INET, SOCK_STREAM, i ? IPPROTO_MPTCP : ANY,
			      ALLOW);
		ASSERT_EQ(0, policy_set());
		EXPECT_EQ(i || self->free ? 1 : -EACCES,
			  joined(before, &addr))
			TH_LOG("%s", i ? "named" : "not named");
		listener = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
		ASSERT_LE(0, listener);
		EXPECT_EQ(i ? 0 : REFUSED(EACCES),
			  listen(listener, 1) ? -errno : 0);
		close(listener);
	}
	/* Clients are no matter of accept, nor is plain TCP. */
	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	EXPECT_LE(0, listener);
	EXPECT_EQ(0, reach(AF_INET, SOCK_STREAM, IPPROTO_MPTCP, &addr));
	close(listener);
	close(before);
}

/* A rule on sockets that names MPTCP keeps it apart from TCP. */
TEST_F(path, mptcp_by_rule)
{
	policy_begin_open(self->id);
	policy_socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP, -EPERM);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(REFUSED(EPERM),
		  try_socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP));
	EXPECT_EQ(0, try_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP));
	EXPECT_EQ(0, try_socket(AF_INET, SOCK_STREAM, 0));
}

/* A request that names a peer: 0 or -errno. */
static int ring_reach(struct ring *ring, int op, int flags, int fd,
		      struct inet_addr *to)
{
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_name = &to->sa, .msg_namelen = to->len,
		.msg_iov = &iov, .msg_iovlen = 1,
	};
	struct io_uring_sqe sqe = { .opcode = op, .flags = flags, .fd = fd };
	int res;

	switch (op) {
	case IORING_OP_CONNECT:
		sqe.addr = (uintptr_t)&to->sa;
		sqe.off = to->len;
		break;
	case IORING_OP_SENDMSG:
	case IORING_OP_SENDMSG_ZC:
		sqe.addr = (uintptr_t)&msg;
		sqe.len = 1;
		break;
	default:
		sqe.addr = (uintptr_t)"x";
		sqe.len = 1;
		sqe.addr2 = (uintptr_t)&to->sa;
		sqe.addr_len = to->len;
	}
	res = ring_do(ring, sqe);
	/* Zero-copy sends end twice. */
	if (ring->cqe_flags & IORING_CQE_F_MORE)
		ring_wait(ring);

	return res < 0 ? res : 0;
}

/* Every request of io_uring with a peer, by each who may carry it out. */
TEST_F(path, uring)
{
	static const int ops[] = {
		IORING_OP_SEND, IORING_OP_SENDMSG, IORING_OP_SEND_ZC,
		IORING_OP_SENDMSG_ZC, IORING_OP_CONNECT,
	};
	static const int flags[] = {
		0, IOSQE_ASYNC, IOSQE_FIXED_FILE,
		IOSQE_FIXED_FILE | IOSQE_ASYNC,
	};
	struct inet_addr yes = at("127.0.0.1", 9), no = at("127.0.0.2", 9);
	int none = -1, fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ring ring;
	size_t i, j;

	ASSERT_EQ(0, ring_open(&ring, 0));
	/* A socket that has no descriptor, only a place in the ring. */
	ASSERT_EQ(0, syscall(SYS_io_uring_register, ring.fd,
			     IORING_REGISTER_FILES, &none, 1));
	ASSERT_EQ(0, ring_do(&ring, (struct io_uring_sqe) {
			.opcode = IORING_OP_SOCKET,
			.fd = AF_INET,
			.off = SOCK_DGRAM,
			.file_index = 1,
		  }));
	ASSERT_EQ(0, deny(self->id, "127.0.0.2/32", EACCES));

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		for (j = 0; j < ARRAY_SIZE(flags); j++) {
			int by = flags[j] & IOSQE_FIXED_FILE ? 0 : fd;

			EXPECT_EQ(0, ring_reach(&ring, ops[i], flags[j], by,
						&yes))
				TH_LOG("request %d, flags %d", ops[i],
				       flags[j]);
			EXPECT_EQ(REFUSED(EACCES),
				  ring_reach(&ring, ops[i], flags[j], by, &no))
				TH_LOG("request %d, flags %d", ops[i],
				       flags[j]);
		}
	}
	close(fd);
	close(ring.fd);
}

/* Its requests to bind and to listen, which 6.1 does not know. */
TEST_F(path, uring_bind)
{
	struct inet_addr yes = at("127.0.0.1", 0), no = at("127.0.0.2", 0);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct io_uring_sqe binds = {
		.opcode = OP_BIND, .fd = fd, .addr = (uintptr_t)&no.sa,
		.off = no.len,
	}, listens = { .opcode = OP_LISTEN, .fd = fd, .len = 1 };
	struct ring ring;
	bool known;

	ASSERT_EQ(0, ring_open(&ring, 0));
	known = ring_knows(&ring, OP_BIND);
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_BIND, ANY, -EACCES);
	policy_prefix(PERSOCK_SECTION_BIND, "127.0.0.1/32", ALLOW);
	ASSERT_EQ(0, policy_set());

	/* Without an address it would be every one. */
	EXPECT_EQ(known ? REFUSED(EACCES) : -EINVAL, ring_do(&ring, listens));
	close(fd);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	binds.fd = fd;
	listens.fd = fd;
	EXPECT_EQ(known ? REFUSED(EACCES) : -EINVAL, ring_do(&ring, binds));
	if (!self->free) {
		binds.addr = (uintptr_t)&yes.sa;
		EXPECT_EQ(known ? 0 : -EINVAL, ring_do(&ring, binds));
	}
	EXPECT_EQ(known ? 0 : -EINVAL, ring_do(&ring, listens));
	close(fd);
	close(ring.fd);
}

/* A peer that was refused is not kept: a send has none then. */
TEST_F(path, refused_is_not_connected)
{
	struct inet_addr no = at("127.0.0.2", 9);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	ASSERT_EQ(0, deny(self->id, "127.0.0.2/32", EACCES));
	EXPECT_EQ(REFUSED(EACCES), try_connect(fd, &no));
	EXPECT_EQ(REFUSED(EDESTADDRREQ), send(fd, "x", 1, 0) < 0 ? -errno : 0);
	close(fd);
}

/* A send on IPv6 to an address without a family: UDP sees none in it. */
TEST_F(path, without_a_family)
{
	struct inet_addr to, no = at("::1", 9);
	int udp = socket(AF_INET6, SOCK_DGRAM, 0), raw, receiver;

	receiver = inet_bound(AF_INET6, SOCK_DGRAM, 0, &to);
	ASSERT_EQ(0, try_connect(udp, &to));
	policy_begin_open(self->id);
	policy_prefix(PERSOCK_SECTION_CONNECT, "::1/128", -EACCES);
	policy_socket(AF_INET6, SOCK_RAW, ANY, ALLOW);
	ASSERT_EQ(0, policy_set());

	no.sa.sa_family = AF_UNSPEC;
	/* It goes where it is connected to, which was allowed then. */
	EXPECT_EQ(0, try_sendto(udp, &no, 0));
	EXPECT_EQ(POLLIN, wait_for(receiver, POLLIN, SOON_MS));
	close(udp);
	udp = socket(AF_INET6, SOCK_DGRAM, 0);
	EXPECT_EQ(-EDESTADDRREQ, try_sendto(udp, &no, 0));
	/* A raw socket takes it for IPv6; its addresses have no port. */
	no.in6.sin6_port = 0;
	raw = socket(AF_INET6, SOCK_RAW, 253);
	ASSERT_GE(raw, 0);
	EXPECT_EQ(REFUSED(EACCES), try_sendto(raw, &no, 0));
	close(raw);
	close(udp);
	close(receiver);
}

/* A name of no length: none to sendmsg(2), too short to sendto(2). */
TEST_F(path, name_of_no_length)
{
	struct inet_addr to, no = at("127.0.0.2", 9);
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_name = &no.sa, .msg_iov = &iov, .msg_iovlen = 1,
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), receiver;

	receiver = inet_bound(AF_INET, SOCK_DGRAM, 0, &to);
	ASSERT_EQ(0, deny(self->id, "127.0.0.2/32", EACCES));
	no.len = 0;
	EXPECT_EQ(-1, sendmsg(fd, &msg, 0));
	EXPECT_EQ(EDESTADDRREQ, errno);
	EXPECT_EQ(-EINVAL, try_sendto(fd, &no, 0));
	ASSERT_EQ(0, try_connect(fd, &to));
	EXPECT_EQ(1, sendmsg(fd, &msg, 0));
	EXPECT_EQ(POLLIN, wait_for(receiver, POLLIN, SOON_MS));
	EXPECT_EQ(-EINVAL, try_sendto(fd, &no, 0));
	close(receiver);
	close(fd);
}

/* A datagram that is put together by several sends has one peer. */
TEST_F(path, corked)
{
	struct inet_addr yes, no = at("127.0.0.2", 9);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), receiver;
	char data[4];

	receiver = inet_bound(AF_INET, SOCK_DGRAM, 0, &yes);
	ASSERT_EQ(0, deny(self->id, "127.0.0.2/32", EACCES));
	EXPECT_EQ(0, try_sendto(fd, &yes, MSG_MORE));
	/* Ungoverned, the second name is not even looked at. */
	EXPECT_EQ(REFUSED(EACCES), try_sendto(fd, &no, MSG_MORE));
	EXPECT_EQ(1, send(fd, "z", 1, 0));
	ASSERT_EQ(POLLIN, wait_for(receiver, POLLIN, SOON_MS));
	EXPECT_EQ(self->free ? 3 : 2, recv(receiver, data, 4, 0));

	/* Refused, nothing is begun. */
	EXPECT_EQ(REFUSED(EACCES), try_sendto(fd, &no, MSG_MORE));
	EXPECT_EQ(REFUSED(EDESTADDRREQ), send(fd, "z", 1, 0) < 0 ? -errno : 0);
	close(receiver);
	close(fd);
}

/* A network of the test's own, with an interface that leads nowhere. */
static int own_network(void)
{
	if (unshare(CLONE_NEWNET))
		return -errno;

	return system("ip link set lo up && ip link add path0 type dummy && "
		      "ip addr add 198.51.100.1/24 broadcast + dev path0 && "
		      "ip addr add 2001:db8::1/64 dev path0 nodad && "
		      "ip link set path0 up && "
		      "ip route add default dev path0 && "
		      "ip -6 route add default dev path0");
}

/* The broadcast addresses are addresses as others are. */
TEST_F(path, broadcast)
{
	struct inet_addr all = at("255.255.255.255", 9);
	struct inet_addr subnet = at("198.51.100.255", 9);
	int fd;

	ASSERT_EQ(0, own_network());
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, set_int(fd, SOL_SOCKET, SO_BROADCAST, 1));
	ASSERT_EQ(0, deny(self->id, "255.255.255.255/32", EACCES));
	EXPECT_EQ(REFUSED(EACCES), try_sendto(fd, &all, 0));
	EXPECT_EQ(REFUSED(EACCES), try_connect(fd, &all));
	EXPECT_EQ(0, try_sendto(fd, &subnet, 0));
	ASSERT_EQ(0, deny(self->id, "198.51.100.255/32", EPERM));
	EXPECT_EQ(REFUSED(EPERM), try_sendto(fd, &subnet, 0));
	EXPECT_EQ(0, try_sendto(fd, &all, 0));
	close(fd);
}

/* Open: 6to4 and NAT64 addresses have an IPv4 address in them, unjudged. */
TEST_F(path, open_embedded_addresses)
{
	struct inet_addr to6to4 = at("2002:7f00:2::1", 9);
	struct inet_addr nat64 = at("64:ff9b::7f00:2", 9);

	ASSERT_EQ(0, own_network());
	ASSERT_EQ(0, deny(self->id, "127.0.0.2/32", EACCES));
	EXPECT_EQ(0, reach(AF_INET6, SOCK_DGRAM, 0, &to6to4));
	EXPECT_EQ(0, reach(AF_INET6, SOCK_DGRAM, 0, &nat64));
}

/*
 * Open: a port that an ungoverned task shares. Who may bind gets a part of its
 * connections, but only by being allowed to, and governed as its listener is.
 */
TEST_F(path, open_shared_port)
{
	struct inet_addr addr = at("127.0.0.1", 0);
	int listeners[2], clients[32], got[2] = { 0 };
	size_t i, n;

	ASSERT_EQ(0, govern_leave());
	for (i = 0; i < 2; i++) {
		listeners[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		ASSERT_EQ(0, set_int(listeners[i], SOL_SOCKET, SO_REUSEPORT,
				     1));
		if (i == 0) {
			ASSERT_EQ(0, bind(listeners[0], &addr.sa, addr.len));
			ASSERT_EQ(0, bound_to(listeners[0], &addr));
			ASSERT_EQ(0, listen(listeners[0], 64));
			ASSERT_EQ(0, govern_enter(self->id));
		}
	}
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_BIND, ANY, -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EACCES),
		  bind(listeners[1], &addr.sa, addr.len) ? -errno : 0);

	policy_begin_open(self->id);
	ASSERT_EQ(0, policy_set());
	if (!self->free)
		ASSERT_EQ(0, bind(listeners[1], &addr.sa, addr.len));
	ASSERT_EQ(0, listen(listeners[1], 64));
	for (n = 0; n < ARRAY_SIZE(clients); n++) {
		struct pollfd pfds[2] = {
			{ .fd = listeners[0], .events = POLLIN },
			{ .fd = listeners[1], .events = POLLIN },
		};

		clients[n] = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_EQ(0, try_connect(clients[n], &addr));
		ASSERT_EQ(1, poll(pfds, 2, SOON_MS));
		for (i = 0; i < 2; i++) {
			int fd;

			if (!pfds[i].revents)
				continue;
			fd = accept(listeners[i], NULL, NULL);
			ASSERT_GE(fd, 0);
			got[i]++;
			EXPECT_EQ(i && !self->free, govern_shown(fd));
			close(fd);
		}
	}
	EXPECT_LT(0, got[0]);
	EXPECT_LT(0, got[1]);
}

/* Open: the port that a send or a connection chooses for itself. */
TEST_F(path, open_implicit_bind)
{
	struct inet_addr to, own, udp = at("127.0.0.1", 9);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), listener;

	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &to);
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_BIND, ANY, -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, try_sendto(fd, &udp, 0));
	EXPECT_EQ(0, bound_to(fd, &own));
	EXPECT_NE(0, own.in.sin_port);
	EXPECT_EQ(0, reach(AF_INET, SOCK_STREAM, 0, &to));
	close(fd);
	close(listener);
}

/* Open: accept is about connections; a datagram comes from anyone. */
TEST_F(path, open_datagrams_in)
{
	struct inet_addr addr, from = at("127.0.0.2", 0);
	int fd, sender = socket(AF_INET, SOCK_DGRAM, 0);

	fd = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr);
	ASSERT_EQ(0, bind(sender, &from.sa, from.len));
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_ACCEPT, ANY, -EACCES);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.2/32", -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, try_sendto(sender, &addr, 0));
	EXPECT_EQ(POLLIN, wait_for(fd, POLLIN, SOON_MS));
	close(sender);
	close(fd);
}

/* Open: IP_PKTINFO names a source that bind() would be refused. */
TEST_F(path, open_source_of_a_message)
{
	struct in_pktinfo info = { .ipi_spec_dst = { htonl(0x7f000002) } };
	struct inet_addr to, from = { .len = sizeof(from.in) };
	struct inet_addr own = at("127.0.0.2", 0);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), receiver;
	char byte;

	receiver = inet_bound(AF_INET, SOCK_DGRAM, 0, &to);
	policy_begin_open(self->id);
	policy_prefix(PERSOCK_SECTION_BIND, "127.0.0.2/32", -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, send_with(fd, &to, SOL_IP, IP_PKTINFO, &info,
			       sizeof(info)));
	ASSERT_EQ(POLLIN, wait_for(receiver, POLLIN, SOON_MS));
	ASSERT_EQ(1, recvfrom(receiver, &byte, 1, 0, &from.sa, &from.len));
	EXPECT_EQ(info.ipi_spec_dst.s_addr, from.in.sin_addr.s_addr);
	close(fd);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	EXPECT_EQ(REFUSED(EACCES), bind(fd, &own.sa, own.len) ? -errno : 0);
	close(receiver);
	close(fd);
}

/* A program at a cgroup that turns one IPv4 address into another; a link. */
static int redirect(enum govern_id id, int type, in_addr_t from, in_addr_t to)
{
	const struct bpf_insn program[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 2, .src_reg = 1,
		  .off = offsetof(struct bpf_sock_addr, user_ip4) },
		{ .code = BPF_JMP32 | BPF_JNE | BPF_K, .dst_reg = 2,
		  .imm = from, .off = 2 },
		{ .code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = 3, .imm = to },
		{ .code = BPF_STX | BPF_MEM | BPF_W, .dst_reg = 1, .src_reg = 3,
		  .off = offsetof(struct bpf_sock_addr, user_ip4) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr load = {
		.prog_type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
		.expected_attach_type = type,
		.insns = (uintptr_t)program,
		.insn_cnt = ARRAY_SIZE(program),
		.license = (uintptr_t)"GPL",
	}, link = { };
	char path[PATH_MAX];
	int err;

	/* Ungoverned: above, where the test was started. */
	snprintf(path, sizeof(path), "%s",
		 govern_path(id == UNGOVERNED ? NATIVE : id));
	link.link_create.target_fd = open(id == UNGOVERNED ? dirname(path) :
					  path, O_RDONLY | O_CLOEXEC);
	link.link_create.prog_fd = syscall(SYS_bpf, BPF_PROG_LOAD, &load,
					   sizeof(load));
	link.link_create.attach_type = type;
	err = syscall(SYS_bpf, BPF_LINK_CREATE, &link, sizeof(link));
	if (err < 0)
		err = -errno;
	close(link.link_create.target_fd);
	close(link.link_create.prog_fd);

	return err;
}

/* Where a socket of @type got to when it connected to @to. */
static int arrival(int type, const struct inet_addr *to, in_addr_t *where)
{
	struct inet_addr peer = { .len = sizeof(peer.in) };
	int fd = socket(AF_INET, type, 0), err = try_connect(fd, to);

	getpeername(fd, &peer.sa, &peer.len);
	*where = peer.in.sin_addr.s_addr;

	return close_with(fd, err);
}

/*
 * Open: an administrator's BPF program at the cgroup rewrites the peer. What
 * the application asked for is judged, and what becomes of it is not.
 */
TEST_F(path, open_bpf_connect)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };
	const in_addr_t good = htonl(0x7f000001), bad = htonl(0x7f000002);
	struct inet_addr yes, no;
	int listener, link;
	in_addr_t where;
	in_port_t port;
	size_t i;

	listener = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_EQ(0, everywhere(listener, &port));
	yes = at("127.0.0.1", port);
	no = at("127.0.0.2", port);
	ASSERT_EQ(0, deny(self->id, "127.0.0.2/32", EACCES));
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		link = redirect(self->id, BPF_CGROUP_INET4_CONNECT, good, bad);
		ASSERT_GE(link, 0);
		EXPECT_EQ(0, arrival(types[i], &yes, &where));
		EXPECT_EQ(bad, where);
		close(link);
		link = redirect(self->id, BPF_CGROUP_INET4_CONNECT, bad, good);
		ASSERT_GE(link, 0);
		EXPECT_EQ(REFUSED(EACCES), arrival(types[i], &no, &where));
		EXPECT_EQ(self->free ? good : 0, where);
		close(link);
	}
	close(listener);
}

/* The same of the peer that a datagram names. */
TEST_F(path, open_bpf_send)
{
	const in_addr_t good = htonl(0x7f000001), bad = htonl(0x7f000002);
	struct inet_addr yes, no = at("127.0.0.2", 0);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), receivers[2], link;
	char byte;

	receivers[0] = inet_bound(AF_INET, SOCK_DGRAM, 0, &yes);
	receivers[1] = socket(AF_INET, SOCK_DGRAM, 0);
	no.in.sin_port = yes.in.sin_port;
	ASSERT_EQ(0, bind(receivers[1], &no.sa, no.len));
	ASSERT_EQ(0, deny(self->id, "127.0.0.2/32", EACCES));

	link = redirect(self->id, BPF_CGROUP_UDP4_SENDMSG, good, bad);
	ASSERT_GE(link, 0);
	EXPECT_EQ(0, try_sendto(fd, &yes, 0));
	EXPECT_EQ(1, recv_all(receivers[1], &byte, 1));
	close(link);
	link = redirect(self->id, BPF_CGROUP_UDP4_SENDMSG, bad, good);
	ASSERT_GE(link, 0);
	EXPECT_EQ(REFUSED(EACCES), try_sendto(fd, &no, 0));
	EXPECT_EQ(self->free ? POLLIN : 0,
		  wait_for(receivers[0], POLLIN, self->free ? SOON_MS : 0));
	close(link);
	close(receivers[0]);
	close(receivers[1]);
	close(fd);
}

int main(int argc, char **argv)
{
	static const char *const modules[] = { "dummy", NULL };

	return path_main(argc, argv, modules);
}
