// SPDX-License-Identifier: GPL-2.0
/*
 * The rows of the system calls that create, name and connect sockets and of
 * their options: S1 to S10, and S17 (timeouts).
 */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/syscall.h>

#include "seed_s.h"

/* For the handlers of signals. */
static struct inet_addr tick_addr;

static void tick_send(void)
{
	send(seed_tick_fd, "t", 1, MSG_DONTWAIT);
}

static void tick_connect(void)
{
	connect(seed_tick_fd, &tick_addr.sa, tick_addr.len);
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
 * socketpair: as S1. If the numbers of the descriptors cannot be returned, none
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
		seed_tick_fd = self->tcp.server;
		seed_start_ticks(restart, restart ? tick_send : NULL);
		EXPECT_EQ(restart ? 1 : -EINTR,
			  result(recv(self->tcp.client, &c, 1, 0)));
		seed_stop_ticks();
		EXPECT_EQ(restart ? 3 : 1, seed_ticks);

		/* The same for accept(). */
		tick_addr = self->tcp.addr;
		seed_tick_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		ASSERT_LE(0, seed_tick_fd);
		seed_start_ticks(restart, restart ? tick_connect : NULL);
		fd = result(accept(self->tcp.listener, NULL, NULL));
		seed_stop_ticks();
		EXPECT_EQ(restart ? 3 : 1, seed_ticks);
		EXPECT_EQ(restart ? 0 : -EINTR, fd < 0 ? fd : 0);
		if (fd >= 0)
			close(fd);
		close(seed_tick_fd);
	}
	/* And connect(): the last, as the queue is not full afterwards. */
	for (restart = 0; restart < 2; restart++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_LE(0, fd);
		seed_tick_fd = self->full;
		seed_start_ticks(restart, restart ? seed_tick_drain : NULL);
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
 * getsockname, getpeername: the whole length is returned and the address cut to
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
