// SPDX-License-Identifier: GPL-2.0
/*
 * Entries for options and queues: getsockopt() and setsockopt(), and io_uring's
 * commands.
 */
#include <netinet/tcp.h>
#include <poll.h>

#include "entry.h"

typedef int (*setsockopt_t)(struct ring *ring, int fd, int level, int name,
			    void *value, int len);

static int by_setsockopt(struct ring *ring, int fd, int level, int name,
			 void *value, int len)
{
	return syscall(SYS_setsockopt, fd, level, name, value, len) ? -errno :
								      0;
}

static int by_ring_setsockopt(struct ring *ring, int fd, int level, int name,
			      void *value, int len)
{
	return ring_command(ring, SOCKET_OP_SETSOCKOPT, fd, level, name, value,
			    len);
}

static void check_setsockopt(struct __test_metadata *_metadata,
			     FIXTURE_DATA(entry) *self, setsockopt_t set)
{
	struct ring *ring = &self->ring;
	int fd = self->tcp.client, on = 1;

	/* Allowed, at every level. */
	mark(self);
	EXPECT_EQ(0, set(ring, fd, SOL_SOCKET, SO_REUSEADDR, &on, 4));
	EXPECT_EQ(0, set(ring, fd, IPPROTO_TCP, TCP_NODELAY, &on, 4));
	EXPECT_EQ(0, set(ring, fd, IPPROTO_IP, IP_RECVTOS, &on, 4));
	EXPECT_COUNTED(SETSOCKOPT, 3, 0, 0);
	EXPECT_EQ(1, get_int(fd, SOL_SOCKET, SO_REUSEADDR));
	EXPECT_EQ(1, get_int(fd, IPPROTO_TCP, TCP_NODELAY));
	EXPECT_EQ(1, get_int(fd, IPPROTO_IP, IP_RECVTOS));
	/* Ignored: no error, no effect. */
	mark(self);
	EXPECT_EQ(0, set(ring, fd, SOL_SOCKET, SO_KEEPALIVE, &on, 4));
	EXPECT_EQ(self->governed ? 0 : -ENOPROTOOPT,
		  set(ring, fd, SOL_SOCKET, 9999, &on, 4));
	EXPECT_EQ(self->governed ? 0 : -ENOENT,
		  set(ring, fd, IPPROTO_TCP, TCP_CONGESTION, "nosuch", 6));
	EXPECT_COUNTED(SETSOCKOPT, 0, 3, 0);
	EXPECT_EQ(!self->governed, get_int(fd, SOL_SOCKET, SO_KEEPALIVE));
	/* Denied: too short where the kernel takes a byte, and too long. */
	mark(self);
	EXPECT_EQ(self->governed ? -EINVAL : 0,
		  set(ring, fd, IPPROTO_IP, IP_TOS, &on, 1));
	EXPECT_EQ(self->governed ? -EINVAL : 0,
		  set(ring, fd, SOL_SOCKET, SO_REUSEADDR, &on, 8193));
	EXPECT_COUNTED(SETSOCKOPT, 0, 0, 2);
}

TEST_F(entry, setsockopt)
{
	check_setsockopt(_metadata, self, by_setsockopt);
}

/* IORING_OP_URING_CMD of sockets, or what a kernel without it answers. */
TEST_F(entry, uring_setsockopt)
{
	int on = 1;

	if (by_ring_setsockopt(&self->ring, self->tcp.client, SOL_SOCKET,
			       SO_REUSEADDR, &on, 4) == -EOPNOTSUPP) {
		ASSERT_EQ(0, ring_knows(&self->ring, OP_BIND));
		EXPECT_EQ(0, get_int(self->tcp.client, SOL_SOCKET,
				     SO_REUSEADDR));
		return;
	}
	check_setsockopt(_metadata, self, by_ring_setsockopt);
}

TEST_F(entry, getsockopt)
{
	int fd = self->tcp.client, value;
	socklen_t len = 4;

	mark(self);
	EXPECT_EQ(0, syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &value,
			     &len));
	EXPECT_EQ(SOCK_STREAM, value);
	EXPECT_EQ(0, get_int(fd, IPPROTO_TCP, TCP_NODELAY));
	EXPECT_COUNTED(GETSOCKOPT, 2, 0, 0);
	mark(self);
	EXPECT_EQ(self->governed ? -ENOPROTOOPT : 1,
		  get_int(fd, SOL_SOCKET, SO_RCVLOWAT));
	EXPECT_EQ(self->governed ? -ENOPROTOOPT : 0,
		  get_int(fd, IPPROTO_TCP, TCP_CORK));
	EXPECT_EQ(self->governed ? -ENOPROTOOPT : 64,
		  get_int(fd, IPPROTO_IP, IP_TTL));
	EXPECT_COUNTED(GETSOCKOPT, 0, 0, 3);
	len = 3;
	EXPECT_EQ(self->governed ? -1 : 0,
		  syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &value,
			  &len));
}

TEST_F(entry, uring_getsockopt)
{
	struct ring *ring = &self->ring;
	int fd = self->tcp.client, value = -1, len;

	mark(self);
	len = ring_command(ring, SOCKET_OP_GETSOCKOPT, fd, SOL_SOCKET, SO_TYPE,
			   &value, 4);
	if (len == -EOPNOTSUPP) {
		ASSERT_EQ(0, ring_knows(ring, OP_BIND));
		return;
	}
	EXPECT_EQ(4, len);
	EXPECT_EQ(SOCK_STREAM, value);
	EXPECT_COUNTED(GETSOCKOPT, 1, 0, 0);
	mark(self);
	EXPECT_EQ(self->governed ? -ENOPROTOOPT : 4,
		  ring_command(ring, SOCKET_OP_GETSOCKOPT, fd, SOL_SOCKET,
			       SO_RCVLOWAT, &value, 4));
	EXPECT_COUNTED(GETSOCKOPT, 0, 0, 1);
	EXPECT_EQ(self->governed ? -EINVAL : 3,
		  ring_command(ring, SOCKET_OP_GETSOCKOPT, fd, SOL_SOCKET,
			       SO_TYPE, &value, 3));
	EXPECT_EQ(-EINVAL, ring_command(ring, SOCKET_OP_GETSOCKOPT, fd,
					SOL_SOCKET, SO_TYPE, &value, -1));
}

/* FIONREAD and TIOCOUTQ by io_uring: gvisor-2020 allows both. */
TEST_F(entry, uring_queues)
{
	struct ring *ring = &self->ring;
	int n;

	ASSERT_EQ(3, send(self->tcp.client, "abc", 3, 0));
	ASSERT_EQ(POLLIN, wait_for(self->tcp.server, POLLIN, SOON_MS));
	n = ring_command(ring, SOCKET_OP_SIOCINQ, self->tcp.server, 0, 0, NULL,
			 0);
	if (!ring_knows(ring, OP_BIND)) {
		EXPECT_EQ(-EOPNOTSUPP, n);
		return;
	}
	EXPECT_EQ(3, n);
	EXPECT_EQ(0, ring_command(ring, SOCKET_OP_SIOCOUTQ, self->tcp.server, 0,
				  0, NULL, 0));
}

int main(int argc, char **argv)
{
	return entry_main(argc, argv);
}
