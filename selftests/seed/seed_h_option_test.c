// SPDX-License-Identifier: GPL-2.0
/*
 * The rows of hostinet's options: getsockopt (H4) and setsockopt (H5).
 * seed_option_test has all options of theirs, with every length.
 */
#include <netinet/tcp.h>

#include "seed_h.h"

/* A row of H4 or H5. */
struct option {
	int family;
	int level;
	int name;
	socklen_t size;
};

/*
 * getsockopt: fourteen options. A buffer that is too short is EINVAL, an
 * option that is not among them ENOPROTOOPT.
 */
TEST_F(seed_h, H4_getsockopt)
{
	static const struct option options[] = {
		{ AF_INET, IPPROTO_IP, IP_TOS, 4 },
		{ AF_INET, IPPROTO_IP, IP_RECVTOS, 4 },
		{ AF_INET, IPPROTO_IP, IP_PKTINFO, 4 },
		{ AF_INET6, IPPROTO_IPV6, IPV6_TCLASS, 4 },
		{ AF_INET6, IPPROTO_IPV6, IPV6_RECVTCLASS, 4 },
		{ AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY, 4 },
		{ AF_INET, SOL_SOCKET, SO_ERROR, 4 },
		{ AF_INET, SOL_SOCKET, SO_KEEPALIVE, 4 },
		{ AF_INET, SOL_SOCKET, SO_SNDBUF, 4 },
		{ AF_INET, SOL_SOCKET, SO_RCVBUF, 4 },
		{ AF_INET, SOL_SOCKET, SO_REUSEADDR, 4 },
		{ AF_INET, SOL_SOCKET, SO_LINGER, 8 },
		{ AF_INET, IPPROTO_TCP, TCP_NODELAY, 4 },
		{ AF_INET, IPPROTO_TCP, TCP_INFO, TCP_INFO_2020 },
	}, others[] = {
		{ AF_INET, SOL_SOCKET, SO_RCVLOWAT, 4 },
		{ AF_INET, SOL_SOCKET, SO_BROADCAST, 4 },
		{ AF_INET, SOL_SOCKET, SO_MARK, 4 },
		{ AF_INET, SOL_SOCKET, SO_ACCEPTCONN, 4 },
		{ AF_INET, IPPROTO_IP, IP_TTL, 4 },
		{ AF_INET, IPPROTO_IP, IP_RECVERR, 4 },
		{ AF_INET6, IPPROTO_IPV6, IPV6_RECVPKTINFO, 4 },
		{ AF_INET6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 4 },
		{ AF_INET, IPPROTO_TCP, TCP_MAXSEG, 4 },
		{ AF_INET, IPPROTO_TCP, TCP_CORK, 4 },
		{ AF_INET, IPPROTO_TCP, TCP_SYNCNT, 4 },
	};
	char value[1024];
	socklen_t len;
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		const struct option *o = &options[i];

		fd = socket(o->family, SOCK_STREAM, 0);
		ASSERT_LE(0, fd);
		for (len = o->size; len >= o->size - 1; len--) {
			socklen_t n = len;
			bool short_of = self->governed && len < o->size;

			EXPECT_EQ(short_of ? -EINVAL : 0,
				  result(getsockopt(fd, o->level, o->name,
						    value, &n)))
				TH_LOG("level %d option %d", o->level, o->name);
			/* Of IPv4's, the kernel returns a byte then. */
			if (len == o->size)
				EXPECT_EQ(len, n);
		}
		/* Longer: TCP_INFO has grown since. */
		len = sizeof(value);
		EXPECT_EQ(0, result(getsockopt(fd, o->level, o->name, value,
					       &len)));
		EXPECT_LE(o->size, len);
		EXPECT_EQ(!self->governed && o->name == TCP_INFO,
			  len != o->size);
		close(fd);
	}
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		const struct option *o = &others[i];

		fd = socket(o->family, SOCK_STREAM, 0);
		ASSERT_LE(0, fd);
		len = o->size;
		EXPECT_EQ(self->governed ? -ENOPROTOOPT : 0,
			  result(getsockopt(fd, o->level, o->name, value,
					    &len)))
			TH_LOG("level %d option %d", o->level, o->name);
		close(fd);
	}
}

/*
 * setsockopt: ten options. A value that is too short is EINVAL, of one that is
 * too long the rest is dropped; any other option is ignored.
 *
 * Deviations: gVisor read the value of an ignored option, so that a bad pointer
 * was EFAULT; here nothing does. And what protects is refused, not ignored.
 */
TEST_F(seed_h, H5_setsockopt)
{
	static const struct {
		struct option o;
		int value, read;
		bool kernel_takes_less;
	} rows[] = {
		{ { AF_INET, IPPROTO_IP, IP_TOS, 4 }, 0x10, 0x10, true },
		{ { AF_INET, IPPROTO_IP, IP_RECVTOS, 4 }, 1, 1, true },
		{ { AF_INET, IPPROTO_IP, IP_PKTINFO, 12 }, 1, 1, true },
		{ { AF_INET6, IPPROTO_IPV6, IPV6_TCLASS, 4 }, 0x10, 0x10 },
		{ { AF_INET6, IPPROTO_IPV6, IPV6_RECVTCLASS, 4 }, 1, 1 },
		{ { AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY, 4 }, 1, 1 },
		/* The kernel doubles them. */
		{ { AF_INET, SOL_SOCKET, SO_SNDBUF, 4 }, 50000, 100000 },
		{ { AF_INET, SOL_SOCKET, SO_RCVBUF, 4 }, 50000, 100000 },
		{ { AF_INET, SOL_SOCKET, SO_REUSEADDR, 4 }, 1, 1 },
		{ { AF_INET, IPPROTO_TCP, TCP_NODELAY, 4 }, 1, 1 },
	};
	static const struct {
		int level, name, value, kernel;
	} ignored[] = {
		{ SOL_SOCKET, SO_KEEPALIVE, 1, 0 },
		{ SOL_SOCKET, SO_LINGER, 1, -EINVAL },
		{ SOL_SOCKET, SO_ERROR, 1, -ENOPROTOOPT },
		{ SOL_SOCKET, SO_TYPE, 1, -ENOPROTOOPT },
		{ SOL_SOCKET, 9999, 1, -ENOPROTOOPT },
		{ IPPROTO_IP, IP_TTL, 1000, -EINVAL },
		{ IPPROTO_IP, IP_MTU_DISCOVER, 1000, -EINVAL },
		{ IPPROTO_TCP, TCP_INFO, 1, -ENOPROTOOPT },
		{ IPPROTO_TCP, TCP_CONGESTION, 'x', -ENOENT },
		{ IPPROTO_TCP, TCP_MAXSEG, 1 << 30, -EINVAL },
		{ IPPROTO_TCP, 9999, 1, -ENOPROTOOPT },
		{ 9999, 1, 1, -ENOPROTOOPT },
	}, protecting[] = {
		{ SOL_SOCKET, SO_BINDTODEVICE, 'x', -ENODEV },
		{ SOL_SOCKET, SO_MARK, 0, 0 },
		{ IPPROTO_IP, IP_TRANSPARENT, 0, 0 },
		{ IPPROTO_TCP, TCP_ULP, 'x', -ENOENT },
	};
	struct inet_addr addr = loopback(AF_INET, 0);
	int fd, value[4], before, fds[2], n, *nowhere = NULL;
	socklen_t len;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct option *o = &rows[i].o;
		bool taken = !self->governed && rows[i].kernel_takes_less;

		for (len = o->size; len <= sizeof(value); len++) {
			memset(value, 0xaa, sizeof(value));
			value[0] = rows[i].value;
			fd = socket(o->family, SOCK_STREAM, 0);
			ASSERT_LE(0, fd);
			before = get_int(fd, o->level, o->name);
			EXPECT_NE(rows[i].read, before);
			EXPECT_EQ(taken ? 0 : -EINVAL,
				  result(setsockopt(fd, o->level, o->name,
						    value, o->size - 1)))
				TH_LOG("level %d option %d, short", o->level,
				       o->name);
			if (!taken)
				EXPECT_EQ(before, get_int(fd, o->level,
							  o->name));
			EXPECT_EQ(0, result(setsockopt(fd, o->level, o->name,
						       value, len)));
			EXPECT_EQ(rows[i].read, get_int(fd, o->level, o->name))
				TH_LOG("level %d option %d length %d",
				       o->level, o->name, len);
			close(fd);
		}
	}
	for (i = 0; i < ARRAY_SIZE(ignored); i++) {
		EXPECT_EQ(self->governed ? 0 : ignored[i].kernel,
			  set_int(self->tcp.client, ignored[i].level,
				  ignored[i].name, ignored[i].value))
			TH_LOG("level %d option %d", ignored[i].level,
			       ignored[i].name);
		/* However short it is; and nothing reads it. */
		for (n = 0; n < 2 && self->governed; n++)
			EXPECT_EQ(0, result(setsockopt(self->tcp.client,
						       ignored[i].level,
						       ignored[i].name,
						       n ? nowhere : value,
						       4 * n)));
	}
	for (i = 0; i < ARRAY_SIZE(protecting); i++) {
		EXPECT_EQ(self->governed ? -ENOPROTOOPT : protecting[i].kernel,
			  set_int(self->tcp.client, protecting[i].level,
				  protecting[i].name, protecting[i].value))
			TH_LOG("level %d option %d", protecting[i].level,
			       protecting[i].name);
	}
	EXPECT_EQ(!self->governed,
		  get_int(self->tcp.client, SOL_SOCKET, SO_KEEPALIVE));

	/* An effect that is missing: two sockets cannot share a port. */
	for (i = 0; i < 2; i++) {
		fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
		ASSERT_LE(0, fds[i]);
		ASSERT_EQ(0, set_int(fds[i], SOL_SOCKET, SO_REUSEPORT, 1));
	}
	ASSERT_EQ(0, bind(fds[0], &addr.sa, addr.len));
	ASSERT_EQ(0, bound_to(fds[0], &addr));
	EXPECT_EQ(self->governed ? -EADDRINUSE : 0,
		  result(bind(fds[1], &addr.sa, addr.len)));
	close(fds[0]);
	close(fds[1]);
}

int main(int argc, char **argv)
{
	return seed_main(argc, argv);
}
