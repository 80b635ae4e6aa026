// SPDX-License-Identifier: GPL-2.0
/*
 * Entries that create sockets: socket() and socketpair(), and io_uring's, with
 * and without a descriptor.
 */
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>

#include "entry.h"

typedef int (*create_t)(struct ring *ring, int family, int type, int protocol);

static int by_socket(struct ring *ring, int family, int type, int protocol)
{
	int fd = syscall(SYS_socket, family, type, protocol);

	return fd < 0 ? -errno : fd;
}

static int by_ring_socket(struct ring *ring, int family, int type, int protocol)
{
	return ring_socket(ring, 0, family, type, protocol);
}

static int by_worker_socket(struct ring *ring, int family, int type,
			    int protocol)
{
	return ring_socket(ring, IOSQE_ASYNC, family, type, protocol);
}

static void check_create(struct __test_metadata *_metadata,
			 FIXTURE_DATA(entry) *self, struct ring *ring,
			 create_t create)
{
	static const struct {
		int family, type, protocol;
		bool allowed;
	} kinds[] = {
		{ AF_INET, SOCK_STREAM, 0, true },
		{ AF_INET, SOCK_DGRAM, 0, true },
		{ AF_INET6, SOCK_STREAM, IPPROTO_TCP, true },
		{ AF_UNIX, SOCK_SEQPACKET, 0, true },
		{ AF_PACKET, SOCK_RAW, 0, false },
		{ AF_PACKET, SOCK_DGRAM, 0, false },
		{ AF_INET, SOCK_RAW, IPPROTO_RAW, false },
		{ AF_INET, SOCK_RAW, IPPROTO_ICMP, false },
		{ AF_INET6, SOCK_RAW, IPPROTO_UDP, false },
		{ AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, false },
	};
	size_t i;
	int fd;

	mark(self);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		fd = create(ring, kinds[i].family, kinds[i].type,
			    kinds[i].protocol);
		if (self->governed && !kinds[i].allowed) {
			EXPECT_EQ(-EAFNOSUPPORT, fd)
				TH_LOG("kind %zu", i);
			continue;
		}
		ASSERT_LE(0, fd)
			TH_LOG("kind %zu", i);
		if (i == 0)
			EXPECT_EQ(self->governed, is_governed(fd));
		EXPECT_EQ(kinds[i].family, get_int(fd, SOL_SOCKET, SO_DOMAIN));
		EXPECT_EQ(kinds[i].type, get_int(fd, SOL_SOCKET, SO_TYPE));
		close(fd);
	}
	EXPECT_COUNTED(CREATE, 4, 0, 6);
}

TEST_F(entry, socket)
{
	check_create(_metadata, self, NULL, by_socket);
}

TEST_F(entry, uring_socket)
{
	check_create(_metadata, self, &self->ring, by_ring_socket);
}

TEST_F(entry, uring_socket_in_a_worker)
{
	check_create(_metadata, self, &self->ring, by_worker_socket);
}

/* The kernel's thread that polls the ring creates as its owner does. */
TEST_F(entry, uring_socket_in_the_poller)
{
	struct ring ring;

	ASSERT_EQ(0, ring_open(&ring, IORING_SETUP_SQPOLL));
	check_create(_metadata, self, &ring, by_ring_socket);
	check_create(_metadata, self, &ring, by_worker_socket);
	close(ring.fd);
}

/* So it does when the process, its ring and its threads were there before. */
TEST_F(entry, uring_threads_move_with_the_process)
{
	struct ring ring;
	int fd;

	ASSERT_EQ(0, govern_leave());
	ASSERT_EQ(0, ring_open(&ring, IORING_SETUP_SQPOLL));
	fd = ring_socket(&ring, IOSQE_ASYNC, AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, is_governed(fd));
	close(fd);
	fd = ring_socket(&self->ring, IOSQE_ASYNC, AF_PACKET, SOCK_RAW, 0);
	ASSERT_LE(0, fd);
	close(fd);
	ASSERT_EQ(0, govern_enter(self->id));
	check_create(_metadata, self, &ring, by_ring_socket);
	check_create(_metadata, self, &ring, by_worker_socket);
	check_create(_metadata, self, &self->ring, by_worker_socket);
	close(ring.fd);
}

/* A socket that is in a ring's own table, and never has a descriptor. */
TEST_F(entry, uring_direct_descriptor)
{
	int table[] = { -1 };
	struct ring *ring = &self->ring;

	ASSERT_EQ(0, syscall(SYS_io_uring_register, ring->fd,
			     IORING_REGISTER_FILES, table, 1));
	mark(self);
	EXPECT_EQ(self->governed ? -EAFNOSUPPORT : 0,
		  ring_do(ring, (struct io_uring_sqe) {
			.opcode = IORING_OP_SOCKET,
			.fd = AF_PACKET,
			.off = SOCK_RAW,
			.file_index = 1,
		  }));
	EXPECT_EQ(0, ring_do(ring, (struct io_uring_sqe) {
			.opcode = IORING_OP_SOCKET,
			.fd = AF_INET,
			.off = SOCK_STREAM,
			.file_index = 1,
		  }));
	EXPECT_COUNTED(CREATE, 1, 0, 1);
	mark(self);
	ASSERT_EQ(0, ring_do(ring, (struct io_uring_sqe) {
			.opcode = IORING_OP_CONNECT,
			.flags = IOSQE_FIXED_FILE,
			.addr = (uintptr_t)&self->tcp.addr.sa,
			.off = self->tcp.addr.len,
		  }));
	EXPECT_COUNTED_ONCE_OR_MORE(CONNECT);
	EXPECT_EQ(self->governed ? -EINVAL : 1,
		  ring_transfer(ring, IORING_OP_SEND, IOSQE_FIXED_FILE, 0, "d",
				1, MSG_CONFIRM));
	EXPECT_EQ(1, ring_transfer(ring, IORING_OP_SEND, IOSQE_FIXED_FILE, 0,
				   "d", 1, 0));
	EXPECT_EQ(0, ring_do(ring, (struct io_uring_sqe) {
			.opcode = IORING_OP_CLOSE,
			.file_index = 1,
		  }));
}

TEST_F(entry, socketpair)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	int sv[2] = { -1, -1 };
	size_t i;

	mark(self);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		ASSERT_EQ(0, syscall(SYS_socketpair, AF_UNIX,
				     types[i] | SOCK_CLOEXEC, 0, sv));
		EXPECT_EQ(FD_CLOEXEC, fcntl(sv[0], F_GETFD));
		EXPECT_EQ(1, passes(sv[0], sv[1]));
		EXPECT_EQ(self->governed ? -ENOPROTOOPT : 1,
			  get_int(sv[0], SOL_SOCKET, SO_RCVLOWAT));
		close(sv[0]);
		close(sv[1]);
	}
	EXPECT_COUNTED(CREATE, 6, 0, 0);
	EXPECT_COUNTED(PAIR, 3, 0, 0);
	mark(self);
	EXPECT_EQ(-1, syscall(SYS_socketpair, AF_INET, SOCK_RAW, IPPROTO_RAW,
			      sv));
	EXPECT_EQ(self->governed ? EAFNOSUPPORT : EOPNOTSUPP, errno);
	EXPECT_EQ(-1, syscall(SYS_socketpair, AF_PACKET, SOCK_RAW, 0, sv));
	EXPECT_EQ(self->governed ? EAFNOSUPPORT : EOPNOTSUPP, errno);
	EXPECT_COUNTED(CREATE, 0, 0, 2);
	EXPECT_COUNTED(PAIR, 0, 0, 0);
	if (!self->governed)
		return;
	/* Where no socket is allowed, no pair is. */
	ASSERT_EQ(0, govern_enter(NONE));
	EXPECT_EQ(-1, syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, sv));
	EXPECT_EQ(EAFNOSUPPORT, errno);
	ASSERT_EQ(0, govern_enter(self->id));
}

int main(int argc, char **argv)
{
	return entry_main(argc, argv);
}
