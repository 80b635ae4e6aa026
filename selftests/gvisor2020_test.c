// SPDX-License-Identifier: GPL-2.0
/*
 * What the preset gvisor-2020 fixes, for both providers, with the kernel's own
 * behaviour beside it. Tests are named after the rows of the seeds: S is the
 * system call layer, H the socket that delegates to the host.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>

#include "harness.h"
#include "inet.h"

/* TCP_INFO as of 2020. */
#define TCP_INFO_2020	104

FIXTURE(gvisor2020) {
	struct tcp tcp;
	bool governed;
};

FIXTURE_VARIANT(gvisor2020) {
	enum govern_id id;
};

FIXTURE_VARIANT_ADD(gvisor2020, ungoverned) {
	.id = UNGOVERNED,
};

FIXTURE_VARIANT_ADD(gvisor2020, native) {
	.id = GVISOR2020_NATIVE,
};

FIXTURE_VARIANT_ADD(gvisor2020, hostinet) {
	.id = GVISOR2020_HOSTINET,
};

FIXTURE_SETUP(gvisor2020)
{
	govern_setup(_metadata, variant->id);
	if (_metadata->exit_code)
		return;
	self->governed = variant->id != UNGOVERNED;
	ASSERT_EQ(0, tcp_open(&self->tcp, AF_INET));
}

FIXTURE_TEARDOWN(gvisor2020)
{
	tcp_close(&self->tcp);
}

/* An option: 0 or -errno; *len is what the kernel says of the length. */
static int get_opt(int fd, int level, int name, void *value, socklen_t *len)
{
	return getsockopt(fd, level, name, value, len) ? -errno : 0;
}

static int set_opt(int fd, int level, int name, const void *value,
		   socklen_t len)
{
	return setsockopt(fd, level, name, value, len) ? -errno : 0;
}

/* What a listener's TCP_INFO holds in place of the lost segments. */
static int backlog_of(int fd)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return -errno;
	return info.tcpi_sacked;
}

/*
 * listen: 8 for a backlog of zero, 1024 for one above. A negative one is a
 * deviation: before anybody is asked, the system call has made somaxconn of
 * it, which is above.
 */
TEST_F(gvisor2020, S6_backlog)
{
	static const struct {
		int backlog, governed, ungoverned;
	} rows[] = {
		{ 0, 8, 0 }, { 1, 1, 1 }, { 8, 8, 8 }, { 1000, 1000, 1000 },
		{ 1024, 1024, 1024 }, { 1025, 1024, 1025 },
		{ 4096, 1024, 4096 }, { -1, 1024, 4096 },
	};
	struct inet_addr addr;
	char somaxconn[16];
	int fd, expected;
	size_t i;

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
		expected = self->governed ? rows[i].governed :
					    rows[i].ungoverned;
		EXPECT_EQ(expected, backlog_of(fd))
			TH_LOG("backlog %d", rows[i].backlog);
		close(fd);
	}
}

/* getsockopt: SO_TYPE and its like are true, and need their 4 bytes. */
TEST_F(gvisor2020, S8_getsockopt)
{
	static const struct {
		int name, value;
	} options[] = {
		{ SO_TYPE, SOCK_STREAM },
		{ SO_DOMAIN, AF_INET },
		{ SO_PROTOCOL, IPPROTO_TCP },
	};
	int fd = self->tcp.server, value;
	socklen_t len;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		len = 8;
		value = -1;
		EXPECT_EQ(options[i].value,
			  get_int(fd, SOL_SOCKET, options[i].name));
		len = -1;
		EXPECT_EQ(-EINVAL, get_opt(fd, SOL_SOCKET, options[i].name,
					   &value, &len));
		for (len = 0; len < 4; len++) {
			socklen_t given = len;

			EXPECT_EQ(self->governed ? -EINVAL : 0,
				  get_opt(fd, SOL_SOCKET, options[i].name,
					  &value, &given));
		}
	}
}

/* setsockopt: a length that is negative or above 8192 is EINVAL. */
TEST_F(gvisor2020, S9_setsockopt)
{
	static char value[8193] = { 1 };
	int fd = self->tcp.client;

	EXPECT_EQ(-EINVAL, set_opt(fd, SOL_SOCKET, SO_KEEPALIVE, value, -1));
	EXPECT_EQ(-EINVAL, set_opt(fd, IPPROTO_TCP, TCP_NODELAY, value, -1));
	EXPECT_EQ(0, set_opt(fd, SOL_SOCKET, SO_KEEPALIVE, value, 8192));
	EXPECT_EQ(0, set_opt(fd, IPPROTO_TCP, TCP_NODELAY, value, 8192));
	EXPECT_EQ(self->governed ? -EINVAL : 0,
		  set_opt(fd, SOL_SOCKET, SO_KEEPALIVE, value, 8193));
	EXPECT_EQ(self->governed ? -EINVAL : 0,
		  set_opt(fd, IPPROTO_TCP, TCP_NODELAY, value, 8193));
}

/* The types that there are; of the rest, none has a provider. */
TEST_F(gvisor2020, H1_types)
{
	static const struct {
		int type, protocol;
		bool allowed;
	} kinds[] = {
		{ SOCK_STREAM, 0, true },
		{ SOCK_STREAM, IPPROTO_TCP, true },
		{ SOCK_DGRAM, 0, true },
		{ SOCK_DGRAM, IPPROTO_UDP, true },
		{ SOCK_DGRAM, IPPROTO_UDPLITE, false },
		{ SOCK_RAW, IPPROTO_TCP, false },
		{ SOCK_RAW, IPPROTO_RAW, false },
	};
	static const int families[] = { AF_INET, AF_INET6 };
	size_t i, j;
	int fd;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		for (j = 0; j < ARRAY_SIZE(kinds); j++) {
			bool allowed = kinds[j].allowed || !self->governed;

			errno = 0;
			fd = socket(families[i], kinds[j].type,
				    kinds[j].protocol);
			EXPECT_EQ(allowed ? 0 : EAFNOSUPPORT, errno)
				TH_LOG("family %d, kind %zu", families[i], j);
			if (fd >= 0)
				close(fd);
		}
	}
}

/* getsockopt: the options on the list, each with a buffer of its size. */
TEST_F(gvisor2020, H4_allowed)
{
	static const struct {
		int family, level, name;
		socklen_t size;
		bool shorter;	/* the kernel takes a shorter buffer */
	} options[] = {
		{ AF_INET, IPPROTO_IP, IP_TOS, 4, true },
		{ AF_INET, IPPROTO_IP, IP_RECVTOS, 4, true },
		{ AF_INET, IPPROTO_IP, IP_PKTINFO, 4, true },
		{ AF_INET6, IPPROTO_IPV6, IPV6_TCLASS, 4, true },
		{ AF_INET6, IPPROTO_IPV6, IPV6_RECVTCLASS, 4, true },
		{ AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY, 4, true },
		{ AF_INET, SOL_SOCKET, SO_ERROR, 4, true },
		{ AF_INET, SOL_SOCKET, SO_KEEPALIVE, 4, true },
		{ AF_INET, SOL_SOCKET, SO_SNDBUF, 4, true },
		{ AF_INET, SOL_SOCKET, SO_RCVBUF, 4, true },
		{ AF_INET, SOL_SOCKET, SO_REUSEADDR, 4, true },
		{ AF_INET, SOL_SOCKET, SO_LINGER, 8, true },
		{ AF_INET, IPPROTO_TCP, TCP_NODELAY, 4, true },
		{ AF_INET, IPPROTO_TCP, TCP_INFO, TCP_INFO_2020, true },
	};
	char value[TCP_INFO_2020];
	socklen_t len;
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		fd = socket(options[i].family, SOCK_STREAM, 0);
		ASSERT_LE(0, fd);
		len = options[i].size;
		EXPECT_EQ(0, get_opt(fd, options[i].level, options[i].name,
				     value, &len))
			TH_LOG("level %d option %d", options[i].level,
			       options[i].name);
		EXPECT_EQ(options[i].size, len)
			TH_LOG("level %d option %d", options[i].level,
			       options[i].name);
		len = options[i].size - 1;
		EXPECT_EQ(self->governed ? -EINVAL : 0,
			  get_opt(fd, options[i].level, options[i].name,
				  value, &len))
			TH_LOG("level %d option %d, short", options[i].level,
			       options[i].name);
		close(fd);
	}
}

/* TCP_INFO does not grow beyond what it was. */
TEST_F(gvisor2020, H4_tcp_info_size)
{
	char value[1024];
	socklen_t len = sizeof(value);

	ASSERT_EQ(0, get_opt(self->tcp.client, IPPROTO_TCP, TCP_INFO, value,
			     &len));
	EXPECT_EQ(self->governed, len == TCP_INFO_2020);
	EXPECT_LE(TCP_INFO_2020, len);
}

/* Every other option is unknown: ENOPROTOOPT. */
TEST_F(gvisor2020, H4_others)
{
	static const struct {
		int level, name;
	} options[] = {
		{ SOL_SOCKET, SO_RCVLOWAT }, { SOL_SOCKET, SO_BROADCAST },
		{ SOL_SOCKET, SO_PRIORITY }, { SOL_SOCKET, SO_MARK },
		{ SOL_SOCKET, SO_REUSEPORT }, { SOL_SOCKET, SO_TIMESTAMP },
		{ SOL_SOCKET, SO_ACCEPTCONN }, { SOL_SOCKET, SO_OOBINLINE },
		{ IPPROTO_IP, IP_TTL }, { IPPROTO_IP, IP_RECVERR },
		{ IPPROTO_IP, IP_MTU_DISCOVER },
		{ IPPROTO_TCP, TCP_MAXSEG }, { IPPROTO_TCP, TCP_CORK },
		{ IPPROTO_TCP, TCP_KEEPIDLE }, { IPPROTO_TCP, TCP_SYNCNT },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT },
	};
	size_t i;
	int value;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		value = get_int(self->tcp.client, options[i].level,
				options[i].name);
		EXPECT_EQ(self->governed, value == -ENOPROTOOPT)
			TH_LOG("level %d option %d: %d", options[i].level,
			       options[i].name, value);
	}
	/* What the kernel does not know either. */
	EXPECT_EQ(-ENOPROTOOPT, get_int(self->tcp.client, SOL_SOCKET, 9999));
	EXPECT_EQ(-ENOPROTOOPT, get_int(self->tcp.client, IPPROTO_TCP, 9999));
}

/* setsockopt: the options on the list have their effect. */
TEST_F(gvisor2020, H5_allowed)
{
	static const struct {
		int family, level, name, value, read;
	} options[] = {
		{ AF_INET, IPPROTO_IP, IP_TOS, 0x10, 0x10 },
		{ AF_INET, IPPROTO_IP, IP_RECVTOS, 1, 1 },
		{ AF_INET6, IPPROTO_IPV6, IPV6_TCLASS, 0x10, 0x10 },
		{ AF_INET6, IPPROTO_IPV6, IPV6_RECVTCLASS, 1, 1 },
		{ AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY, 1, 1 },
		{ AF_INET, SOL_SOCKET, SO_SNDBUF, 50000, 100000 },
		{ AF_INET, SOL_SOCKET, SO_RCVBUF, 50000, 100000 },
		{ AF_INET, SOL_SOCKET, SO_REUSEADDR, 1, 1 },
		{ AF_INET, IPPROTO_TCP, TCP_NODELAY, 1, 1 },
	};
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		fd = socket(options[i].family, SOCK_STREAM, 0);
		ASSERT_LE(0, fd);
		EXPECT_EQ(0, set_int(fd, options[i].level, options[i].name,
				     options[i].value));
		EXPECT_EQ(options[i].read, get_int(fd, options[i].level,
						   options[i].name))
			TH_LOG("level %d option %d", options[i].level,
			       options[i].name);
		close(fd);
	}
}

/* A value that is too long is cut, one that is too short refused. */
TEST_F(gvisor2020, H5_lengths)
{
	struct {
		int value;
		char rest[60];
	} on = { .value = 1 };
	int fd;

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, set_opt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)));
	EXPECT_EQ(1, get_int(fd, SOL_SOCKET, SO_REUSEADDR));
	EXPECT_EQ(-EINVAL, set_opt(fd, SOL_SOCKET, SO_REUSEADDR, &on, 3));
	/* The kernel takes one byte for it, gVisor did not. */
	EXPECT_EQ(self->governed ? -EINVAL : 0,
		  set_opt(fd, IPPROTO_IP, IP_TOS, &on, 1));
	/* And IP_PKTINFO wanted the structure, not the switch. */
	EXPECT_EQ(self->governed ? -EINVAL : 0,
		  set_opt(fd, IPPROTO_IP, IP_PKTINFO, &on, 4));
	EXPECT_EQ(0, set_opt(fd, IPPROTO_IP, IP_PKTINFO, &on, 12));
	EXPECT_EQ(1, get_int(fd, IPPROTO_IP, IP_PKTINFO));
	close(fd);
}

/* Every other option: success, and nothing has changed. */
TEST_F(gvisor2020, H5_ignored)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 5 };
	int fds[2], i, err, fd = self->tcp.client;
	struct inet_addr addr = loopback(AF_INET, 0);
	socklen_t len = sizeof(linger);

	EXPECT_EQ(0, set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1));
	EXPECT_EQ(!self->governed, get_int(fd, SOL_SOCKET, SO_KEEPALIVE));

	EXPECT_EQ(0, set_opt(fd, SOL_SOCKET, SO_LINGER, &linger, len));
	EXPECT_EQ(0, get_opt(fd, SOL_SOCKET, SO_LINGER, &linger, &len));
	EXPECT_EQ(!self->governed, linger.l_onoff);

	/* Values that the kernel would not have taken. */
	err = set_opt(fd, IPPROTO_TCP, TCP_CONGESTION, "nosuch", 6);
	EXPECT_EQ(self->governed ? 0 : -ENOENT, err);
	err = set_int(fd, SOL_SOCKET, 9999, 1);
	EXPECT_EQ(self->governed ? 0 : -ENOPROTOOPT, err);
	err = set_int(fd, IPPROTO_TCP, 9999, 1);
	EXPECT_EQ(self->governed ? 0 : -ENOPROTOOPT, err);
	err = set_opt(fd, SOL_SOCKET, SO_BINDTODEVICE, "nosuch", 7);
	EXPECT_EQ(self->governed ? 0 : -ENODEV, err);

	/* An effect that is missing: two sockets cannot share a port. */
	for (i = 0; i < 2; i++) {
		fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
		ASSERT_LE(0, fds[i]);
		ASSERT_EQ(0, set_int(fds[i], SOL_SOCKET, SO_REUSEPORT, 1));
	}
	ASSERT_EQ(0, bind(fds[0], &addr.sa, addr.len));
	ASSERT_EQ(0, bound_to(fds[0], &addr));
	err = bind(fds[1], &addr.sa, addr.len) ? errno : 0;
	EXPECT_EQ(self->governed ? EADDRINUSE : 0, err);
	close(fds[0]);
	close(fds[1]);
}

/* Receive flags: MSG_DONTWAIT, MSG_PEEK and MSG_TRUNC; others are EINVAL. */
TEST_F(gvisor2020, H6_receive_flags)
{
	static const int refused[] = {
		MSG_WAITALL, MSG_NOSIGNAL, MSG_DONTROUTE, MSG_CMSG_CLOEXEC,
		MSG_CONFIRM, MSG_WAITALL | MSG_PEEK,
	};
	int fd = self->tcp.server;
	char c = 0;
	bool left;
	size_t i;

	EXPECT_EQ(-1, recv(fd, &c, 1, MSG_DONTWAIT));
	EXPECT_EQ(EAGAIN, errno);
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		ASSERT_EQ(1, send(self->tcp.client, "r", 1, 0));
		ASSERT_EQ(POLLIN, wait_for(fd, POLLIN, SOON_MS));
		EXPECT_EQ(1, recv(fd, &c, 1, MSG_PEEK));
		errno = 0;
		EXPECT_EQ(self->governed ? -1 : 1,
			  recv(fd, &c, 1, refused[i] | MSG_DONTWAIT));
		EXPECT_EQ(self->governed ? EINVAL : 0, errno)
			TH_LOG("flags %#x", refused[i]);
		/* A refused call has taken nothing; MSG_TRUNC drops it. */
		left = self->governed || refused[i] & MSG_PEEK;
		EXPECT_EQ(left ? 1 : -1,
			  recv(fd, &c, 1, MSG_TRUNC | MSG_DONTWAIT));
	}
}

/* Out-of-band data cannot be received: EINVAL also where there is some. */
TEST_F(gvisor2020, H6_out_of_band)
{
	struct pollfd pfd = { .fd = self->tcp.server, .events = POLLPRI };
	char c;

	if (!self->governed) {
		ASSERT_EQ(1, send(self->tcp.client, "o", 1, MSG_OOB));
		ASSERT_EQ(1, poll(&pfd, 1, SOON_MS));
		EXPECT_EQ(1, recv(pfd.fd, &c, 1, MSG_OOB));
		return;
	}
	EXPECT_EQ(-1, recv(pfd.fd, &c, 1, MSG_OOB));
	EXPECT_EQ(EINVAL, errno);
}

/* The error queue is always empty, even when there is an error in it. */
TEST_F(gvisor2020, S11_error_queue)
{
	struct msghdr msg = {};
	struct inet_addr addr;
	int fd, gone;

	gone = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr);
	ASSERT_LE(0, gone);
	close(gone);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, recvmsg(fd, &msg, MSG_ERRQUEUE));
	EXPECT_EQ(EAGAIN, errno);
	ASSERT_EQ(0, set_int(fd, IPPROTO_IP, IP_RECVERR, 1));
	ASSERT_EQ(0, connect(fd, &addr.sa, addr.len));
	ASSERT_EQ(1, send(fd, "e", 1, 0));
	ASSERT_NE(0, wait_for(fd, POLLERR, SOON_MS) & POLLERR);
	errno = 0;
	EXPECT_EQ(self->governed ? -1 : 0, recvmsg(fd, &msg, MSG_ERRQUEUE));
	EXPECT_EQ(self->governed ? EAGAIN : 0, errno);
	close(fd);
}

/* Send flags: five; others are EINVAL and nothing is sent. */
TEST_F(gvisor2020, H9_send_flags)
{
	static const int allowed[] = {
		MSG_DONTWAIT, MSG_EOR, MSG_NOSIGNAL,
		MSG_DONTWAIT | MSG_EOR | MSG_NOSIGNAL,
	};
	static const int refused[] = {
		MSG_CONFIRM, MSG_DONTROUTE, MSG_ZEROCOPY, MSG_PROXY,
		MSG_OOB,
	};
	int fd = self->tcp.client, queued;
	char c;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(allowed); i++) {
		EXPECT_EQ(1, send(fd, "s", 1, allowed[i]));
		EXPECT_EQ(1, recv_all(self->tcp.server, &c, 1));
	}
	/* MSG_MORE holds data back, until there is more. */
	EXPECT_EQ(1, send(fd, "m", 1, MSG_MORE));
	EXPECT_EQ(1, send(fd, "n", 1, 0));
	EXPECT_EQ(1, recv_all(self->tcp.server, &c, 1));
	EXPECT_EQ('m', c);
	EXPECT_EQ(1, recv_all(self->tcp.server, &c, 1));
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		errno = 0;
		EXPECT_EQ(self->governed ? -1 : 1,
			  send(fd, "x", 1, refused[i]));
		EXPECT_EQ(self->governed ? EINVAL : 0, errno)
			TH_LOG("flags %#x", refused[i]);
	}
	if (self->governed) {
		ASSERT_EQ(0, ioctl(fd, TIOCOUTQ, &queued));
		EXPECT_EQ(0, queued);
		EXPECT_EQ(0, wait_for(self->tcp.server, POLLIN, 0));
	}
}

/* ioctl: FIONREAD and TIOCOUTQ; others are ENOTTY. */
TEST_F(gvisor2020, H11_ioctls)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	struct ifconf ifc = {};
	int fd = self->tcp.server, n = -1;

	ASSERT_EQ(3, send(self->tcp.client, "abc", 3, 0));
	ASSERT_EQ(POLLIN, wait_for(fd, POLLIN, SOON_MS));
	EXPECT_EQ(0, ioctl(fd, FIONREAD, &n));
	EXPECT_EQ(3, n);
	EXPECT_EQ(0, ioctl(fd, TIOCOUTQ, &n));
	EXPECT_EQ(0, n);

	errno = 0;
	EXPECT_EQ(self->governed ? -1 : 0, ioctl(fd, SIOCATMARK, &n));
	EXPECT_EQ(self->governed ? ENOTTY : 0, errno);
	errno = 0;
	EXPECT_EQ(self->governed ? -1 : 0, ioctl(fd, SIOCGIFCONF, &ifc));
	EXPECT_EQ(self->governed ? ENOTTY : 0, errno);
	errno = 0;
	EXPECT_EQ(self->governed ? -1 : 0, ioctl(fd, SIOCGIFINDEX, &ifr));
	EXPECT_EQ(self->governed ? ENOTTY : 0, errno);
	errno = 0;
	EXPECT_EQ(self->governed ? -1 : 0, ioctl(fd, SIOCGIFFLAGS, &ifr));
	EXPECT_EQ(self->governed ? ENOTTY : 0, errno);
	errno = 0;
	n = getpid();
	EXPECT_EQ(self->governed ? -1 : 0, ioctl(fd, SIOCSPGRP, &n));
	EXPECT_EQ(self->governed ? ENOTTY : 0, errno);
	/* FIONBIO never comes to a socket: the file's own business. */
	n = 1;
	EXPECT_EQ(0, ioctl(fd, FIONBIO, &n));
	EXPECT_NE(0, fcntl(fd, F_GETFL) & O_NONBLOCK);
}

/* State: the TCP state as TCP_INFO tells it. */
TEST_F(gvisor2020, H12_state)
{
	struct tcp_info info = {};
	socklen_t len = TCP_INFO_2020;
	int fd;

	ASSERT_EQ(0, get_opt(self->tcp.listener, IPPROTO_TCP, TCP_INFO, &info,
			     &len));
	EXPECT_EQ(TCP_LISTEN, info.tcpi_state);
	ASSERT_EQ(0, get_opt(self->tcp.client, IPPROTO_TCP, TCP_INFO, &info,
			     &len));
	EXPECT_EQ(TCP_ESTABLISHED, info.tcpi_state);
	ASSERT_EQ(0, shutdown(self->tcp.client, SHUT_WR));
	ASSERT_EQ(POLLRDHUP, wait_for(self->tcp.server, POLLRDHUP, SOON_MS));
	ASSERT_EQ(0, get_opt(self->tcp.server, IPPROTO_TCP, TCP_INFO, &info,
			     &len));
	EXPECT_EQ(TCP_CLOSE_WAIT, info.tcpi_state);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, get_opt(fd, IPPROTO_TCP, TCP_INFO, &info, &len));
	EXPECT_EQ(TCP_CLOSE, info.tcpi_state);
	close(fd);
}

/* Type: family, type and protocol as asked, of listeners and accepted too. */
TEST_F(gvisor2020, H12_type)
{
	const int fds[] = {
		self->tcp.listener, self->tcp.client, self->tcp.server,
	};
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		EXPECT_EQ(AF_INET, get_int(fds[i], SOL_SOCKET, SO_DOMAIN));
		EXPECT_EQ(SOCK_STREAM, get_int(fds[i], SOL_SOCKET, SO_TYPE));
		EXPECT_EQ(IPPROTO_TCP,
			  get_int(fds[i], SOL_SOCKET, SO_PROTOCOL));
	}
	fd = socket(AF_INET6, SOCK_DGRAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(AF_INET6, get_int(fd, SOL_SOCKET, SO_DOMAIN));
	EXPECT_EQ(SOCK_DGRAM, get_int(fd, SOL_SOCKET, SO_TYPE));
	EXPECT_EQ(IPPROTO_UDP, get_int(fd, SOL_SOCKET, SO_PROTOCOL));
	close(fd);
}

int main(int argc, char **argv)
{
	govern_prepare(1U << GVISOR2020_NATIVE | 1U << GVISOR2020_HOSTINET);
	return test_harness_run(argc, argv);
}
