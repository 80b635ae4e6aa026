// SPDX-License-Identifier: GPL-2.0
/*
 * The rows S1 to S17 of the seed contract: the system call layer, under
 * gvisor-2020 with both providers, with the kernel's own behaviour beside it.
 *
 * A row that proto_ops cannot see is a deviation: the test shows what happens
 * instead.
 */
#include <fcntl.h>
#include <linux/errqueue.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "seed.h"

FIXTURE(seed_s) {
	struct tcp tcp;
	bool governed;
	int ref[2];		/* AF_UNIX, datagrams, never governed */
	int full;		/* see full_listener() */
	int filler;
	struct inet_addr full_addr;
};

FIXTURE_VARIANT(seed_s) {
	enum govern_id id;
};

FIXTURE_VARIANT_ADD(seed_s, ungoverned) {
	.id = UNGOVERNED,
};

FIXTURE_VARIANT_ADD(seed_s, native) {
	.id = GVISOR2020_NATIVE,
};

FIXTURE_VARIANT_ADD(seed_s, hostinet) {
	.id = GVISOR2020_HOSTINET,
};

FIXTURE_SETUP(seed_s)
{
	self->full = full_listener(AF_INET, &self->full_addr, &self->filler);
	ASSERT_LE(0, self->full);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, self->ref));
	govern_setup(_metadata, variant->id);
	if (_metadata->exit_code)
		return;
	self->governed = variant->id != UNGOVERNED;
	ASSERT_EQ(0, tcp_open(&self->tcp, AF_INET));
}

FIXTURE_TEARDOWN(seed_s)
{
	tcp_close(&self->tcp);
	close(self->ref[0]);
	close(self->ref[1]);
	close(self->filler);
	close(self->full);
}

/* For the handlers of signals. */
static int tick_fd;
static struct inet_addr tick_addr;

static void tick_send(void)
{
	send(tick_fd, "t", 1, MSG_DONTWAIT);
}

static void tick_connect(void)
{
	connect(tick_fd, &tick_addr.sa, tick_addr.len);
}

static void tick_drain(void)
{
	drain(tick_fd);
}

/*
 * socket: bits of the type that are none are EINVAL; the providers are asked
 * in their order; what none of them takes is EAFNOSUPPORT.
 */
TEST_F(seed_s, S1_socket)
{
	static const struct {
		int family, type, protocol, kernel;
	} refused[] = {
		{ AF_INET, SOCK_RAW, IPPROTO_ICMP, 0 },
		{ AF_INET, SOCK_STREAM, IPPROTO_UDP, -EPROTONOSUPPORT },
		{ AF_INET, SOCK_RDM, 0, -ESOCKTNOSUPPORT },
		/* Of the 4 bits for the type, Linux has 10 values. */
		{ AF_INET, 0xf, 0, -EINVAL },
		{ AF_INET6, SOCK_RAW, IPPROTO_ICMPV6, 0 },
		{ AF_NETLINK, SOCK_RAW, 0, 0 },
		{ AF_PACKET, SOCK_RAW, 0, 0 },
		{ AF_UNSPEC, SOCK_STREAM, 0, -EAFNOSUPPORT },
		{ 99, SOCK_STREAM, 0, -EAFNOSUPPORT },
		{ -1, SOCK_STREAM, 0, -EAFNOSUPPORT },
	};
	bool hostinet = is_hostinet(variant->id);
	long expected, fd;
	unsigned int bit;
	size_t i;

	for (bit = 4; bit < 32; bit++) {
		int type = SOCK_STREAM | 1U << bit;

		expected = type & (SOCK_NONBLOCK | SOCK_CLOEXEC) ? 0 : -EINVAL;
		fd = result(socket(AF_INET, type, 0));
		EXPECT_EQ(expected, fd < 0 ? fd : 0)
			TH_LOG("type %#x", type);
		if (fd < 0)
			continue;
		EXPECT_EQ(type & SOCK_NONBLOCK ? O_NONBLOCK : 0,
			  fcntl(fd, F_GETFL) & O_NONBLOCK);
		EXPECT_EQ(type & SOCK_CLOEXEC ? FD_CLOEXEC : 0,
			  fcntl(fd, F_GETFD));
		close(fd);
	}
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		expected = self->governed ? -EAFNOSUPPORT : refused[i].kernel;
		fd = result(socket(refused[i].family, refused[i].type,
				   refused[i].protocol));
		EXPECT_EQ(expected, fd < 0 ? fd : 0)
			TH_LOG("family %d type %d", refused[i].family,
			       refused[i].type);
		if (fd >= 0)
			close(fd);
	}
	EXPECT_TRUE(fdinfo_is(self->tcp.client, "persock_provider",
			      !self->governed ? NULL :
			      hostinet ? "hostinet" : "native"));
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_TRUE(fdinfo_is(fd, "persock_provider",
			      self->governed ? "native" : NULL));
	close(fd);
}

/*
 * socketpair: as S1. When the numbers of the descriptors cannot be told, none
 * of them stays open. A family whose provider offers no pairs (H1): nobody
 * takes the request, where Linux answers EOPNOTSUPP.
 */
TEST_F(seed_s, S2_socketpair)
{
	int *nowhere = NULL, sv[2], before;
	unsigned int bit;

	for (bit = 4; bit < 32; bit++) {
		int type = SOCK_STREAM | 1U << bit;

		if (type & (SOCK_NONBLOCK | SOCK_CLOEXEC))
			continue;
		EXPECT_EQ(-EINVAL, result(socketpair(AF_UNIX, type, 0, sv)))
			TH_LOG("type %#x", type);
	}
	EXPECT_EQ(self->governed ? -EAFNOSUPPORT : -ESOCKTNOSUPPORT,
		  result(socketpair(AF_INET, SOCK_RDM, 0, sv)));
	EXPECT_EQ(-EAFNOSUPPORT,
		  result(socketpair(99, SOCK_STREAM, 0, sv)));

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK |
				SOCK_CLOEXEC, 0, sv));
	EXPECT_EQ(O_NONBLOCK, fcntl(sv[1], F_GETFL) & O_NONBLOCK);
	EXPECT_EQ(FD_CLOEXEC, fcntl(sv[1], F_GETFD));
	EXPECT_EQ(1, passes(sv[0], sv[1]));
	close(sv[0]);
	close(sv[1]);

	before = next_fd();
	EXPECT_EQ(-EFAULT, result(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM,
					  0, nowhere)));
	EXPECT_EQ(before, next_fd());
	EXPECT_EQ(self->governed ? -EAFNOSUPPORT : -EOPNOTSUPP,
		  result(socketpair(AF_INET, SOCK_STREAM, 0, sv)));
	EXPECT_EQ(self->governed ? -EAFNOSUPPORT : -EOPNOTSUPP,
		  result(socketpair(AF_INET6, SOCK_DGRAM, 0, sv)));
	EXPECT_EQ(before, next_fd());
}

/*
 * connect, bind, sendto: an address longer than 200 bytes is EINVAL, since one
 * longer than 128 is.
 *
 * Deviation: sendmsg's address has been cut to 128 by the system call.
 */
TEST_F(seed_s, S3_address_length)
{
	static const int lengths[] = { 129, 200, 201, 4096, -1 };
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		char bytes[4096];
	} addr = {};
	struct seed_message m;
	struct inet_addr to;
	struct msghdr *msg;
	int fd, peer;
	size_t i;
	char c;

	peer = inet_bound(AF_INET, SOCK_DGRAM, 0, &to);
	ASSERT_LE(0, peer);
	addr.in = to.in;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, fd);
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		EXPECT_EQ(-EINVAL, result(bind(fd, &addr.sa, lengths[i])));
		EXPECT_EQ(-EINVAL, result(connect(fd, &addr.sa, lengths[i])));
		EXPECT_EQ(-EINVAL, result(sendto(fd, "x", 1, 0, &addr.sa,
						 lengths[i])));
		msg = seed_message(&m, 0);
		msg->msg_name = &addr;
		msg->msg_namelen = lengths[i];
		EXPECT_EQ(lengths[i] < 0 ? -EINVAL : 1,
			  result(sendmsg(fd, msg, 0)))
			TH_LOG("length %d", lengths[i]);
		EXPECT_EQ(lengths[i] < 0 ? -EAGAIN : 1,
			  result(recv(peer, &c, 1, MSG_DONTWAIT)));
	}
	EXPECT_EQ(0, connect(fd, &addr.sa, 128));
	close(fd);
	close(peer);
}

/* connect, accept, recv block; a signal makes them restart, or fail. */
TEST_F(seed_s, S4_interrupted)
{
	int fd, restart;
	char c;

	for (restart = 0; restart < 2; restart++) {
		/* A receive that nothing comes for, until the third tick. */
		tick_fd = self->tcp.server;
		seed_start_ticks(restart, restart ? tick_send : NULL);
		EXPECT_EQ(restart ? 1 : -EINTR,
			  result(recv(self->tcp.client, &c, 1, 0)));
		seed_stop_ticks();
		EXPECT_EQ(restart ? 3 : 1, seed_ticks);

		/* The same for accept(). */
		tick_addr = self->tcp.addr;
		tick_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		ASSERT_LE(0, tick_fd);
		seed_start_ticks(restart, restart ? tick_connect : NULL);
		fd = result(accept(self->tcp.listener, NULL, NULL));
		seed_stop_ticks();
		EXPECT_EQ(restart ? 3 : 1, seed_ticks);
		EXPECT_EQ(restart ? 0 : -EINTR, fd < 0 ? fd : 0);
		if (fd >= 0)
			close(fd);
		close(tick_fd);
	}
	/* And connect(): the last, as the queue is not full afterwards. */
	for (restart = 0; restart < 2; restart++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_LE(0, fd);
		tick_fd = self->full;
		seed_start_ticks(restart, restart ? tick_drain : NULL);
		EXPECT_EQ(restart ? 0 : -EINTR,
			  result(connect(fd, &self->full_addr.sa,
					 self->full_addr.len)));
		seed_stop_ticks();
		EXPECT_EQ(restart ? 3 : 1, seed_ticks);
		close(fd);
	}
}

/*
 * accept, accept4: flags are SOCK_NONBLOCK and SOCK_CLOEXEC, and the new
 * descriptor has just those; it has the listener's personality, whoever
 * accepts.
 */
TEST_F(seed_s, S5_accept)
{
	static const int flags[] = {
		0, SOCK_NONBLOCK, SOCK_CLOEXEC, SOCK_NONBLOCK | SOCK_CLOEXEC,
	};
	struct sockaddr_in peer;
	int client, fd;
	unsigned int bit;
	socklen_t len;
	size_t i;

	for (bit = 0; bit < 32; bit++) {
		if (1U << bit & (SOCK_NONBLOCK | SOCK_CLOEXEC))
			continue;
		EXPECT_EQ(-EINVAL, result(accept4(self->tcp.listener, NULL,
						  NULL, 1U << bit)))
			TH_LOG("flags %#x", 1U << bit);
	}
	/* The listener's own flags are not passed on. */
	ASSERT_EQ(0, fcntl(self->tcp.listener, F_SETFL, O_NONBLOCK));
	ASSERT_EQ(0, fcntl(self->tcp.listener, F_SETFD, FD_CLOEXEC));
	EXPECT_EQ(-EAGAIN, result(accept(self->tcp.listener, NULL, NULL)));
	for (i = 0; i <= ARRAY_SIZE(flags); i++) {
		client = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_LE(0, client);
		ASSERT_EQ(0, connect(client, &self->tcp.addr.sa,
				     self->tcp.addr.len));
		ASSERT_EQ(POLLIN, wait_for(self->tcp.listener, POLLIN,
					   SOON_MS));
		len = sizeof(peer);
		memset(&peer, 0, len);
		if (i < ARRAY_SIZE(flags)) {
			fd = accept4(self->tcp.listener, (void *)&peer, &len,
				     flags[i]);
		} else {
			ASSERT_EQ(0, govern_leave());
			fd = accept(self->tcp.listener, (void *)&peer, &len);
			ASSERT_EQ(0, govern_enter(variant->id));
		}
		ASSERT_LE(0, fd);
		EXPECT_EQ(sizeof(peer), len);
		EXPECT_EQ(AF_INET, peer.sin_family);
		EXPECT_EQ(htonl(INADDR_LOOPBACK), peer.sin_addr.s_addr);
		EXPECT_EQ(i % 4 & 1 ? O_NONBLOCK : 0,
			  fcntl(fd, F_GETFL) & O_NONBLOCK);
		EXPECT_EQ(i % 4 & 2 ? FD_CLOEXEC : 0, fcntl(fd, F_GETFD));
		EXPECT_TRUE(fdinfo_is(fd, "persock_personality",
				      self->governed ?
				      govern_personality(variant->id) : NULL));
		EXPECT_EQ(self->governed, get_int(fd, IPPROTO_TCP, TCP_CORK) ==
					  -ENOPROTOOPT);
		EXPECT_EQ(1, passes(client, fd));
		close(fd);
		close(client);
	}
}

/*
 * listen: 8 for a backlog of zero, 1024 for one above.
 *
 * Deviation: a negative one becomes 1024 and not 8, because the system call
 * has made somaxconn of it before.
 */
TEST_F(seed_s, S6_backlog)
{
	static const struct {
		int backlog, governed, ungoverned;
	} rows[] = {
		{ 0, 8, 0 }, { 1, 1, 1 }, { 7, 7, 7 }, { 8, 8, 8 },
		{ 1023, 1023, 1023 }, { 1024, 1024, 1024 },
		{ 1025, 1024, 1025 }, { 4096, 1024, 4096 },
		{ 1 << 30, 1024, 4096 }, { -1, 1024, 4096 },
		{ -2147483647 - 1, 1024, 4096 },
	};
	struct inet_addr addr;
	struct tcp_info info;
	char somaxconn[16];
	socklen_t len;
	size_t i;
	int fd;

	ASSERT_EQ(0, get_text("/proc/sys/net/core/somaxconn", somaxconn,
			      sizeof(somaxconn)));
	if (atoi(somaxconn) != 4096)
		SKIP(return, "net.core.somaxconn is not the default");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		addr = loopback(AF_INET, 0);
		fd = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, bind(fd, &addr.sa, addr.len));
		ASSERT_EQ(0, listen(fd, rows[i].backlog));
		/* Of a listener, this field is the backlog. */
		len = sizeof(info);
		ASSERT_EQ(0, getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info,
					&len));
		EXPECT_EQ(self->governed ? rows[i].governed :
					   rows[i].ungoverned,
			  info.tcpi_sacked)
			TH_LOG("backlog %d", rows[i].backlog);
		close(fd);
	}
}

/* shutdown: reading, writing, both; else EINVAL, and nothing has happened. */
TEST_F(seed_s, S7_shutdown)
{
	static const int refused[] = { -1, 3, 4, 1 << 30 };
	char c;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++)
		EXPECT_EQ(-EINVAL, result(shutdown(self->tcp.client,
						   refused[i])));
	EXPECT_EQ(1, passes(self->tcp.client, self->tcp.server));
	EXPECT_EQ(1, passes(self->tcp.server, self->tcp.client));
	EXPECT_EQ(0, shutdown(self->tcp.client, SHUT_RD));
	EXPECT_EQ(0, recv(self->tcp.client, &c, 1, 0));
	EXPECT_EQ(1, passes(self->tcp.client, self->tcp.server));
	EXPECT_EQ(0, shutdown(self->tcp.client, SHUT_WR));
	EXPECT_EQ(0, recv(self->tcp.server, &c, 1, 0));
	EXPECT_EQ(-EPIPE, result(send(self->tcp.client, "x", 1,
				      MSG_NOSIGNAL)));
	EXPECT_EQ(0, shutdown(self->tcp.server, SHUT_RDWR));
}

/*
 * getsockopt: a negative length is EINVAL, whatever the option; SO_TYPE,
 * SO_DOMAIN and SO_PROTOCOL are true and need their 4 bytes.
 */
TEST_F(seed_s, S8_getsockopt)
{
	static const struct {
		int level, name;
	} any[] = {
		{ SOL_SOCKET, SO_KEEPALIVE }, { SOL_SOCKET, SO_BROADCAST },
		{ SOL_SOCKET, 9999 }, { IPPROTO_TCP, TCP_NODELAY },
		{ IPPROTO_TCP, TCP_CORK }, { IPPROTO_TCP, TCP_INFO },
		{ IPPROTO_IP, IP_TOS }, { IPPROTO_IP, IP_TTL },
	};
	static const struct {
		int family, type, protocol;
	} kinds[] = {
		{ AF_INET, SOCK_STREAM, IPPROTO_TCP },
		{ AF_INET6, SOCK_STREAM, IPPROTO_TCP },
		{ AF_INET, SOCK_DGRAM, IPPROTO_UDP },
		{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
		{ AF_UNIX, SOCK_SEQPACKET, 0 },
	};
	static const int names[] = { SO_DOMAIN, SO_TYPE, SO_PROTOCOL };
	int value[2], expected[3], fd;
	socklen_t len;
	size_t i, j, k;

	for (i = 0; i < ARRAY_SIZE(any); i++) {
		len = -1;
		EXPECT_EQ(-EINVAL, result(getsockopt(self->tcp.client,
						     any[i].level, any[i].name,
						     value, &len)))
			TH_LOG("level %d option %d", any[i].level, any[i].name);
	}
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		expected[0] = kinds[i].family;
		expected[1] = kinds[i].type;
		expected[2] = kinds[i].protocol;
		fd = socket(kinds[i].family, kinds[i].type, 0);
		ASSERT_LE(0, fd);
		for (j = 0; j < ARRAY_SIZE(names); j++) {
			EXPECT_EQ(expected[j], get_int(fd, SOL_SOCKET,
						       names[j]));
			len = sizeof(value);
			EXPECT_EQ(0, getsockopt(fd, SOL_SOCKET, names[j],
						value, &len));
			EXPECT_EQ(4, len);
			len = -1;
			EXPECT_EQ(-EINVAL,
				  result(getsockopt(fd, SOL_SOCKET, names[j],
						    value, &len)));
			for (k = 0; k < 4; k++) {
				len = k;
				EXPECT_EQ(self->governed ? -EINVAL : 0,
					  result(getsockopt(fd, SOL_SOCKET,
							    names[j], value,
							    &len)));
			}
		}
		close(fd);
	}
	/* An accepted socket is what it is, too. */
	EXPECT_EQ(AF_INET, get_int(self->tcp.server, SOL_SOCKET, SO_DOMAIN));
	EXPECT_EQ(IPPROTO_TCP,
		  get_int(self->tcp.server, SOL_SOCKET, SO_PROTOCOL));
}

/* setsockopt: a length that is negative or above 8192 is EINVAL. */
TEST_F(seed_s, S9_setsockopt)
{
	static const struct {
		int level, name;
		bool listed;
	} options[] = {
		{ SOL_SOCKET, SO_REUSEADDR, true },
		{ SOL_SOCKET, SO_KEEPALIVE, false },
		{ IPPROTO_TCP, TCP_NODELAY, true },
		{ IPPROTO_TCP, TCP_CORK, false },
		{ IPPROTO_IP, IP_TOS, true },
	};
	static const char value[65536] = { 1 };
	int fd, sv[2];
	size_t i;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	for (i = 0; i <= ARRAY_SIZE(options); i++) {
		int level = SOL_SOCKET, name = SO_PASSCRED;

		fd = sv[0];
		if (i < ARRAY_SIZE(options)) {
			fd = self->tcp.client;
			level = options[i].level;
			name = options[i].name;
		}
		EXPECT_EQ(-EINVAL, result(setsockopt(fd, level, name, value,
						     -1)));
		EXPECT_EQ(-EINVAL, result(setsockopt(fd, level, name, value,
						     0x80000000U)));
		EXPECT_EQ(0, result(setsockopt(fd, level, name, value, 8192)));
		EXPECT_EQ(self->governed ? -EINVAL : 0,
			  result(setsockopt(fd, level, name, value, 8193)))
			TH_LOG("level %d option %d", level, name);
		EXPECT_EQ(self->governed ? -EINVAL : 0,
			  result(setsockopt(fd, level, name, value, 65536)));
	}
	close(sv[0]);
	close(sv[1]);
}

/*
 * getsockname, getpeername: the whole length is told and the address cut to
 * the buffer; a negative length is EINVAL.
 */
TEST_F(seed_s, S10_names)
{
	static const int lengths[] = { 0, 1, 2, 8, 15, 16, 17, 28, 128, 4096 };
	unsigned char full[16], cut[4096];
	socklen_t len;
	size_t i;
	int peer;

	for (peer = 0; peer < 2; peer++) {
		int (*name)(int, struct sockaddr *, socklen_t *) =
			peer ? getpeername : getsockname;

		len = sizeof(full);
		ASSERT_EQ(0, name(self->tcp.client, (void *)full, &len));
		ASSERT_EQ(16, len);
		for (i = 0; i < ARRAY_SIZE(lengths); i++) {
			size_t n = lengths[i] < 16 ? lengths[i] : 16;

			memset(cut, 0xaa, sizeof(cut));
			len = lengths[i];
			EXPECT_EQ(0, name(self->tcp.client, (void *)cut, &len));
			EXPECT_EQ(16, len);
			EXPECT_EQ(0, memcmp(full, cut, n));
			EXPECT_EQ(0xaa, cut[n]);
		}
		len = -1;
		EXPECT_EQ(-EINVAL, result(name(self->tcp.client, (void *)cut,
					       &len)));
	}
	EXPECT_EQ(-ENOTCONN, result(getpeername(self->tcp.listener,
						(void *)cut, &len)));
}

/* The flags that recvmsg() knows; one more is taken for an empty queue. */
#define S11_FLAGS \
	(MSG_OOB | MSG_DONTROUTE | MSG_DONTWAIT | MSG_NOSIGNAL | MSG_WAITALL | \
	 MSG_TRUNC | MSG_CTRUNC | MSG_PEEK | MSG_CMSG_CLOEXEC)

/*
 * recvmsg: the flags that there are, on a socket that has no opinion of its
 * own (H6 is hostinet's); MSG_ERRQUEUE is EAGAIN; iovecs; the control buffer.
 */
TEST_F(seed_s, S11_recvmsg)
{
	static struct iovec iov[MAX_IOVECS + 1];
	struct seed_message m, r;
	struct msghdr *msg;
	struct inet_addr addr;
	int fd, gone, sv[2];
	long expected, seen;
	unsigned int bit;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, sv));
	/* The last bit is refused by the system call: 32-bit programs'. */
	for (bit = 0; bit < 31; bit++) {
		int flags = 1U << bit | MSG_DONTWAIT;

		ASSERT_EQ(1, send(self->ref[0], "x", 1, 0));
		ASSERT_EQ(1, send(sv[0], "x", 1, 0));
		expected = result(recvmsg(self->ref[1], seed_message(&r, 64),
					  flags));
		if (self->governed && flags & MSG_ERRQUEUE)
			expected = -EAGAIN;
		else if (self->governed && flags & ~S11_FLAGS)
			expected = -EINVAL;
		seen = result(recvmsg(sv[1], seed_message(&m, 64), flags));
		EXPECT_EQ(expected, seen)
			TH_LOG("flags %#x", flags);
		if (1U << bit == MSG_CONFIRM)
			EXPECT_EQ(self->governed ? -EINVAL : 1, seen);
		while (recv(sv[1], &m.data, 1, MSG_DONTWAIT) == 1)
			;
		while (recv(self->ref[1], &m.data, 1, MSG_DONTWAIT) == 1)
			;
	}

	/* Iovecs: an empty message has room in any number of them. */
	msg = seed_message(&m, 0);
	msg->msg_iov = iov;
	for (fd = 0; fd <= MAX_IOVECS; fd++)
		iov[fd] = (struct iovec){ &m.data, 1 };
	ASSERT_EQ(1, send(sv[0], "x", 1, 0));
	ASSERT_EQ(1, send(self->tcp.client, "x", 1, 0));
	ASSERT_EQ(POLLIN, wait_for(self->tcp.server, POLLIN, SOON_MS));
	msg->msg_iovlen = MAX_IOVECS + 1;
	EXPECT_EQ(-EMSGSIZE, result(recvmsg(sv[1], msg, 0)));
	EXPECT_EQ(-EMSGSIZE, result(recvmsg(self->tcp.server, msg, 0)));
	msg->msg_iovlen = MAX_IOVECS;
	EXPECT_EQ(1, result(recvmsg(sv[1], msg, 0)));
	EXPECT_EQ(1, result(recvmsg(self->tcp.server, msg, 0)));

	/* The control buffer; nothing is taken by a call that is refused. */
	ASSERT_EQ(1, send(sv[0], "x", 1, 0));
	ASSERT_EQ(1, send(self->tcp.client, "x", 1, 0));
	ASSERT_EQ(POLLIN, wait_for(self->tcp.server, POLLIN, SOON_MS));
	for (fd = 0; fd < 2; fd++) {
		int from = fd ? self->tcp.server : sv[1];

		msg = seed_message(&m, CONTROL_MAX + 1);
		EXPECT_EQ(self->governed ? -ENOBUFS : 1,
			  result(recvmsg(from, msg, MSG_PEEK)));
		/* As much of it as was there is left to the kernel. */
		msg = seed_message(&m, CONTROL_MAX);
		EXPECT_EQ(1, result(recvmsg(from, msg, 0)));
		EXPECT_EQ(0, msg->msg_controllen);
	}
	close(sv[0]);
	close(sv[1]);

	/* An error that is in the queue is not seen. */
	gone = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr);
	ASSERT_LE(0, gone);
	close(gone);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EAGAIN, result(recvmsg(fd, seed_message(&m, 0),
					  MSG_ERRQUEUE)));
	/* Ignored under gvisor-2020; the error comes as SO_ERROR then. */
	ASSERT_EQ(0, set_int(fd, IPPROTO_IP, IP_RECVERR, 1));
	ASSERT_EQ(0, connect(fd, &addr.sa, addr.len));
	ASSERT_EQ(1, send(fd, "e", 1, 0));
	ASSERT_NE(0, wait_for(fd, POLLERR, SOON_MS) & POLLERR);
	EXPECT_EQ(self->governed ? -EAGAIN : 1,
		  result(recvmsg(fd, seed_message(&m, 0), MSG_ERRQUEUE)));
	EXPECT_EQ(self->governed ? ECONNREFUSED : 0,
		  get_int(fd, SOL_SOCKET, SO_ERROR));
	close(fd);
}

/*
 * recvmmsg: flags as S11's; a bad timeout is EINVAL; messages before an error
 * are counted, and the error is told by the next call.
 *
 * Deviations: MSG_PEEK is not refused, as recvmmsg() comes as recvmsg() does;
 * nor is MSG_WAITFORONE, which ends in the system call.
 */
TEST_F(seed_s, S12_recvmmsg)
{
	static const struct timespec bad[] = {
		{ 0, 1000000000 }, { 0, -1 }, { -1, 0 },
	};
	struct mmsghdr messages[4];
	struct seed_message m[4];
	int sv[2], udp[2], i, kind;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, sv));
	ASSERT_EQ(0, udp_open(udp, AF_INET));
	for (kind = 0; kind < 2; kind++) {
		int *fds = kind ? udp : sv, to = fds[1];

#define RECEIVE(flags, timeout) ({					\
	for (i = 0; i < 4; i++)						\
		messages[i].msg_hdr = *seed_message(&m[i], 64);		\
	result(recvmmsg(to, messages, 4, flags, timeout));		\
})
		for (i = 0; i < ARRAY_SIZE(bad); i++)
			EXPECT_EQ(-EINVAL, result(recvmmsg(to, messages, 4,
							   MSG_DONTWAIT,
							   (void *)&bad[i])));
		EXPECT_EQ(-EAGAIN, RECEIVE(MSG_DONTWAIT, NULL));
		for (i = 0; i < 2; i++)
			ASSERT_EQ(1, send(fds[0], "x", 1, 0));
		ASSERT_EQ(POLLIN, wait_for(to, POLLIN, SOON_MS));
		/* Refused, and nothing is taken. */
		EXPECT_EQ(self->governed ? -EINVAL : 2,
			  RECEIVE(MSG_DONTWAIT | MSG_CONFIRM, NULL));
		if (!self->governed) {
			for (i = 0; i < 2; i++)
				ASSERT_EQ(1, send(fds[0], "x", 1, 0));
		}
		EXPECT_EQ(kind && self->governed ? -EINVAL : 2,
			  RECEIVE(MSG_DONTWAIT | MSG_CMSG_CLOEXEC, NULL));
		if (!kind || !self->governed) {
			for (i = 0; i < 2; i++)
				ASSERT_EQ(1, send(fds[0], "x", 1, 0));
		}
		if (self->governed)
			EXPECT_EQ(-EAGAIN, RECEIVE(MSG_ERRQUEUE, NULL));
		/* The same one is seen again and again. */
		EXPECT_EQ(4, RECEIVE(MSG_PEEK, NULL));
		EXPECT_EQ(2, RECEIVE(MSG_WAITFORONE, NULL));

		/* The third message cannot be received. */
		for (i = 0; i < 4; i++)
			ASSERT_EQ(1, send(fds[0], "x", 1, 0));
		for (i = 0; i < 4; i++)
			messages[i].msg_hdr = *seed_message(&m[i], 0);
		messages[2].msg_hdr.msg_iovlen = MAX_IOVECS + 1;
		EXPECT_EQ(2, result(recvmmsg(to, messages, 4, 0, NULL)));
		EXPECT_EQ(EMSGSIZE, get_int(to, SOL_SOCKET, SO_ERROR));
		EXPECT_EQ(2, RECEIVE(MSG_DONTWAIT, NULL));
		for (i = 0; i < 2; i++)
			EXPECT_EQ(1, messages[i].msg_len);
	}
#undef RECEIVE
	for (i = 0; i < 2; i++) {
		close(sv[i]);
		close(udp[i]);
	}
}

/*
 * recvfrom: the flags.
 *
 * Deviations, as recvfrom() comes as recvmsg() does: MSG_ERRQUEUE is EAGAIN
 * and not EINVAL, MSG_CMSG_CLOEXEC is not refused, and MSG_CONFIRM is.
 */
TEST_F(seed_s, S13_recvfrom)
{
	const unsigned int known = MSG_OOB | MSG_DONTROUTE | MSG_DONTWAIT |
				   MSG_NOSIGNAL | MSG_WAITALL | MSG_TRUNC |
				   MSG_CTRUNC | MSG_PEEK;
	long expected, seen;
	unsigned int bit;
	int sv[2];
	char c;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, sv));
	for (bit = 0; bit < 31; bit++) {
		int flags = 1U << bit | MSG_DONTWAIT;

		ASSERT_EQ(1, send(self->ref[0], "x", 1, 0));
		ASSERT_EQ(1, send(sv[0], "x", 1, 0));
		expected = result(recvfrom(self->ref[1], &c, 1, flags, NULL,
					   NULL));
		if (self->governed && flags & MSG_ERRQUEUE)
			expected = -EAGAIN;
		else if (self->governed && flags & ~known &&
			 1U << bit != MSG_CMSG_CLOEXEC)
			expected = -EINVAL;
		seen = result(recvfrom(sv[1], &c, 1, flags, NULL, NULL));
		EXPECT_EQ(expected, seen)
			TH_LOG("flags %#x", flags);
		while (recv(sv[1], &c, 1, MSG_DONTWAIT) == 1)
			;
		while (recv(self->ref[1], &c, 1, MSG_DONTWAIT) == 1)
			;
	}
	close(sv[0]);
	close(sv[1]);
}

/*
 * sendmsg, sendmmsg: the flags; the control buffer; messages before an error
 * are counted.
 *
 * Deviation: on AF_INET, MSG_FASTOPEN is not refused, as it is sendto's and
 * sendmsg() comes as that does.
 */
TEST_F(seed_s, S14_sendmsg)
{
	const unsigned int known = MSG_DONTWAIT | MSG_EOR | MSG_MORE |
				   MSG_NOSIGNAL;
	struct seed_message m[4];
	struct mmsghdr messages[4];
	long expected, seen;
	int sv[2], udp[2], one = 1, i;
	static char *huge;
	struct msghdr *msg;
	unsigned int bit;
	char c;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, sv));
	ASSERT_EQ(0, udp_open(udp, AF_INET));
	for (bit = 0; bit < 32; bit++) {
		unsigned int flags = 1U << bit;

		if (flags & seed_internal_flags())
			continue;
		expected = result(sendmsg(self->ref[0], seed_message(m, 0),
					  flags));
		if (self->governed && flags & ~known)
			expected = -EINVAL;
		seen = result(sendmsg(sv[0], seed_message(m, 0), flags));
		EXPECT_EQ(expected, seen)
			TH_LOG("flags %#x", flags);
		if (flags == MSG_CONFIRM || flags == MSG_FASTOPEN)
			EXPECT_EQ(self->governed ? -EINVAL : 1, seen);
		messages[0].msg_hdr = *seed_message(m, 0);
		seen = result(sendmmsg(sv[0], messages, 1, flags));
		EXPECT_EQ(expected, seen)
			TH_LOG("sendmmsg, flags %#x", flags);
		while (recv(sv[1], &c, 1, MSG_DONTWAIT) == 1)
			;
		while (recv(self->ref[1], &c, 1, MSG_DONTWAIT) == 1)
			;
	}
	EXPECT_EQ(1, result(sendmsg(udp[0], seed_message(m, 0),
				    MSG_FASTOPEN)));
	EXPECT_EQ(1, recv(udp[1], &c, 1, 0));

	/* The kernel itself has less room than that for it. */
	huge = calloc(1, CONTROL_MAX + 1);
	ASSERT_NE(NULL, huge);
	for (i = 0; i < 2; i++) {
		msg = seed_message(m, 0);
		msg->msg_control = huge;
		msg->msg_controllen = CONTROL_MAX + i;
		EXPECT_EQ(-ENOBUFS, result(sendmsg(sv[0], msg, 0)));
		EXPECT_EQ(-ENOBUFS, result(sendmsg(udp[0], msg, 0)));
	}
	free(huge);

	/* The third is refused by the kernel, then by the personality. */
	for (i = 0; i < 4; i++)
		messages[i].msg_hdr = *seed_message(&m[i], 0);
	messages[2].msg_hdr.msg_iovlen = MAX_IOVECS + 1;
	EXPECT_EQ(2, result(sendmmsg(udp[0], messages, 4, 0)));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(1, recv(udp[1], &c, 1, 0));
	seed_message(&m[2], 0);
	add_control(&m[2], IPPROTO_IP, IP_TTL, &one, sizeof(one));
	messages[2].msg_hdr = m[2].msg;
	EXPECT_EQ(self->governed ? 2 : 4,
		  result(sendmmsg(udp[0], messages, 4, 0)));
	for (i = 0; i < (self->governed ? 2 : 4); i++)
		EXPECT_EQ(1, recv(udp[1], &c, 1, 0));
	EXPECT_EQ(-EAGAIN, result(recv(udp[1], &c, 1, MSG_DONTWAIT)));
	/* The first of all: its error is the result. */
	EXPECT_EQ(self->governed ? -EINVAL : 1,
		  result(sendmmsg(udp[0], &messages[2], 1, 0)));
	for (i = 0; i < 2; i++) {
		close(sv[i]);
		close(udp[i]);
	}
}

/*
 * sendto: on AF_INET, the provider's flags only (H9).
 *
 * Deviation: on AF_UNIX, sendto() comes as sendmsg() does, so the flags of S14
 * hold for it.
 */
TEST_F(seed_s, S15_sendto)
{
	int sv[2], fd, server;
	char c;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(1, result(sendto(fd, "f", 1, MSG_FASTOPEN,
				   &self->tcp.addr.sa, self->tcp.addr.len)));
	server = accept(self->tcp.listener, NULL, NULL);
	ASSERT_LE(0, server);
	EXPECT_EQ(1, recv_all(server, &c, 1));
	EXPECT_EQ('f', c);
	EXPECT_EQ(self->governed ? -EINVAL : 1,
		  result(sendto(fd, "x", 1, MSG_CONFIRM, NULL, 0)));
	close(server);
	close(fd);

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	EXPECT_EQ(self->governed ? -EINVAL : 1,
		  result(sendto(sv[0], "x", 1, MSG_CONFIRM, NULL, 0)));
	EXPECT_EQ(self->governed ? -EINVAL : 1,
		  result(sendto(sv[0], "x", 1, MSG_FASTOPEN, NULL, 0)));
	EXPECT_EQ(1, result(sendto(sv[0], "x", 1, MSG_EOR | MSG_NOSIGNAL,
				   NULL, 0)));
	close(sv[0]);
	close(sv[1]);
}

#define S16_FDS	3

/* Send S16_FDS descriptors of @fd over @via. */
static long send_rights(int via, int fd)
{
	const int fds[S16_FDS] = { fd, fd, fd };
	struct seed_message m;

	seed_message(&m, 0);
	add_control(&m, SOL_SOCKET, SCM_RIGHTS, fds, sizeof(fds));
	return result(sendmsg(via, &m.msg, 0));
}

/* AF_UNIX: descriptors and credentials pass; nothing else does. */
TEST_F(seed_s, S16_unix)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	struct ucred cred = {};
	struct seed_message m;
	struct stat sent, got;
	struct cmsghdr *cmsg;
	struct msghdr *msg;
	int sv[2], fds[S16_FDS], before, count, room, one = 1;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		ASSERT_EQ(0, socketpair(AF_UNIX, types[i], 0, sv));

		/* All of them, with and without close-on-exec. */
		for (room = 0; room < 2; room++) {
			ASSERT_EQ(1, send_rights(sv[0], sv[0]));
			msg = seed_message(&m, sizeof(m.control));
			ASSERT_EQ(1, recvmsg(sv[1], msg,
					     room ? MSG_CMSG_CLOEXEC : 0));
			EXPECT_EQ(0, msg->msg_flags & MSG_CTRUNC);
			cmsg = find_control(msg, SOL_SOCKET, SCM_RIGHTS);
			ASSERT_NE(NULL, cmsg);
			ASSERT_EQ(CMSG_LEN(sizeof(fds)), cmsg->cmsg_len);
			memcpy(fds, CMSG_DATA(cmsg), sizeof(fds));
			ASSERT_EQ(0, fstat(sv[0], &sent));
			for (count = 0; count < S16_FDS; count++) {
				ASSERT_EQ(0, fstat(fds[count], &got));
				EXPECT_EQ(sent.st_ino, got.st_ino);
				EXPECT_EQ(room ? FD_CLOEXEC : 0,
					  fcntl(fds[count], F_GETFD));
				close(fds[count]);
			}
		}

		/* Room for none, and for one: the others leave no trace. */
		for (room = 0; room < 2; room++) {
			before = next_fd();
			ASSERT_EQ(1, send_rights(sv[0], sv[0]));
			msg = seed_message(&m, room ? CMSG_LEN(sizeof(int)) :
						      0);
			ASSERT_EQ(1, recvmsg(sv[1], msg, 0));
			EXPECT_NE(0, msg->msg_flags & MSG_CTRUNC);
			cmsg = find_control(msg, SOL_SOCKET, SCM_RIGHTS);
			EXPECT_EQ(room, !!cmsg);
			EXPECT_EQ(before + room, next_fd());
			if (cmsg) {
				memcpy(fds, CMSG_DATA(cmsg), sizeof(int));
				EXPECT_EQ(before, fds[0]);
				close(fds[0]);
			}
			EXPECT_EQ(before, next_fd());
		}

		/* Credentials: by SO_PASSCRED, and as claimed. */
		ASSERT_EQ(1, send(sv[0], "c", 1, 0));
		msg = seed_message(&m, sizeof(m.control));
		ASSERT_EQ(1, recvmsg(sv[1], msg, 0));
		EXPECT_EQ(NULL, find_control(msg, SOL_SOCKET,
					     SCM_CREDENTIALS));
		ASSERT_EQ(0, set_int(sv[1], SOL_SOCKET, SO_PASSCRED, 1));
		EXPECT_EQ(1, get_int(sv[1], SOL_SOCKET, SO_PASSCRED));
		ASSERT_EQ(1, send(sv[0], "c", 1, 0));
		msg = seed_message(&m, sizeof(m.control));
		ASSERT_EQ(1, recvmsg(sv[1], msg, 0));
		cmsg = find_control(msg, SOL_SOCKET, SCM_CREDENTIALS);
		ASSERT_NE(NULL, cmsg);
		memcpy(&cred, CMSG_DATA(cmsg), sizeof(cred));
		EXPECT_EQ(getpid(), cred.pid);
		cred.uid = 1234;
		seed_message(&m, 0);
		add_control(&m, SOL_SOCKET, SCM_CREDENTIALS, &cred,
			    sizeof(cred));
		ASSERT_EQ(1, result(sendmsg(sv[0], &m.msg, 0)));
		msg = seed_message(&m, sizeof(m.control));
		ASSERT_EQ(1, recvmsg(sv[1], msg, 0));
		cmsg = find_control(msg, SOL_SOCKET, SCM_CREDENTIALS);
		ASSERT_NE(NULL, cmsg);
		memcpy(&cred, CMSG_DATA(cmsg), sizeof(cred));
		EXPECT_EQ(1234, cred.uid);

		/* Another control message: the kernel ignores its level. */
		seed_message(&m, 0);
		add_control(&m, IPPROTO_IP, IP_TOS, &one, sizeof(one));
		EXPECT_EQ(self->governed ? -EINVAL : 1,
			  result(sendmsg(sv[0], &m.msg, 0)));
		close(sv[0]);
		close(sv[1]);
	}
}

/* SO_RCVTIMEO, SO_SNDTIMEO: what takes longer is EAGAIN. */
TEST_F(seed_s, S17_timeouts)
{
	const struct timeval limit = { .tv_usec = 100000 };
	static char block[65536];
	int udp[2], sv[2], fds[4], fd;
	struct timespec since;
	struct timeval seen;
	socklen_t len;
	size_t i;
	long n;
	char c;

	ASSERT_EQ(0, udp_open(udp, AF_INET6));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	fds[0] = self->tcp.client;
	fds[1] = self->tcp.listener;
	fds[2] = udp[0];
	fds[3] = sv[0];
	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		ASSERT_EQ(0, setsockopt(fds[i], SOL_SOCKET, SO_RCVTIMEO,
					&limit, sizeof(limit)));
		ASSERT_EQ(0, setsockopt(fds[i], SOL_SOCKET, SO_SNDTIMEO,
					&limit, sizeof(limit)));
		memset(&seen, 0, sizeof(seen));
		len = sizeof(seen);
		ASSERT_EQ(0, getsockopt(fds[i], SOL_SOCKET, SO_SNDTIMEO, &seen,
					&len));
		EXPECT_EQ(sizeof(seen), len);
		EXPECT_EQ(0, seen.tv_sec);
		EXPECT_EQ(100000, seen.tv_usec);
		count_from(&since);
		EXPECT_EQ(-EAGAIN, result(i == 1 ?
					  accept(fds[i], NULL, NULL) :
					  recv(fds[i], &c, 1, 0)));
		EXPECT_LE(95, elapsed_ms(&since));
	}
	for (i = 0; i < ARRAY_SIZE(fds); i += 3) {
		do {
			count_from(&since);
			n = result(send(fds[i], block, sizeof(block), 0));
		} while (n > 0);
		EXPECT_EQ(-EAGAIN, n);
		EXPECT_LE(95, elapsed_ms(&since));
	}
	/* A connect() past it is EINPROGRESS, as on Linux. */
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit,
				sizeof(limit)));
	EXPECT_EQ(-EINPROGRESS, result(connect(fd, &self->full_addr.sa,
					       self->full_addr.len)));
	close(fd);
	for (i = 0; i < 2; i++) {
		close(udp[i]);
		close(sv[i]);
	}
}

int main(int argc, char **argv)
{
	return seed_main(argc, argv);
}
