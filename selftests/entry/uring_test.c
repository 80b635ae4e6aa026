// SPDX-License-Identifier: GPL-2.0
/*
 * io_uring asks the same sockets by other roads: what is created, accepted,
 * sent and received through a ring is governed as what a system call does.
 * Raw system calls, one request at a time: no library.
 */
#include <errno.h>
#include <linux/io_uring.h>
#include <netinet/tcp.h>
#include <sys/syscall.h>

#include "harness.h"
#include "inet.h"

struct ring {
	int fd;
	void *rings;
	size_t rings_size;
	struct io_uring_sqe *sqe;
	struct io_uring_params params;
};

FIXTURE(uring) {
	struct ring ring;
};

FIXTURE_VARIANT(uring) {
	enum govern_id id;
};

FIXTURE_VARIANT_ADD(uring, ungoverned) {
	.id = UNGOVERNED,
};

FIXTURE_VARIANT_ADD(uring, native) {
	.id = GVISOR2020_NATIVE,
};

FIXTURE_VARIANT_ADD(uring, hostinet) {
	.id = GVISOR2020_HOSTINET,
};

FIXTURE_VARIANT_ADD(uring, none) {
	.id = NONE,
};

FIXTURE_SETUP(uring)
{
	struct ring *ring = &self->ring;
	struct io_uring_params *p = &ring->params;
	size_t sq, cq;

	govern_setup(_metadata, variant->id);
	if (_metadata->exit_code)
		return;
	ring->fd = syscall(SYS_io_uring_setup, 1, p);
	if (ring->fd < 0)
		SKIP(return, "the kernel gives no io_uring: %s",
		     strerror(errno));
	ASSERT_NE(0, p->features & IORING_FEAT_SINGLE_MMAP);
	sq = p->sq_off.array + p->sq_entries * sizeof(unsigned int);
	cq = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
	ring->rings_size = sq > cq ? sq : cq;
	ring->rings = mmap(NULL, ring->rings_size, PROT_READ | PROT_WRITE,
			   MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
	ASSERT_NE(MAP_FAILED, ring->rings);
	ring->sqe = mmap(NULL, sizeof(*ring->sqe), PROT_READ | PROT_WRITE,
			 MAP_SHARED, ring->fd, IORING_OFF_SQES);
	ASSERT_NE(MAP_FAILED, (void *)ring->sqe);
}

FIXTURE_TEARDOWN(uring)
{
	close(self->ring.fd);
}

/* Submit what ring->sqe says, wait, and return its result. */
static int do_request(struct ring *ring)
{
	unsigned int *sq_tail, *array, *cq_head, *cq_mask;
	char *rings = ring->rings;
	struct io_uring_cqe *cqes;
	int res;

	sq_tail = (void *)(rings + ring->params.sq_off.tail);
	array = (void *)(rings + ring->params.sq_off.array);
	cq_head = (void *)(rings + ring->params.cq_off.head);
	cq_mask = (void *)(rings + ring->params.cq_off.ring_mask);
	cqes = (void *)(rings + ring->params.cq_off.cqes);

	array[0] = 0;
	__atomic_store_n(sq_tail, *sq_tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS,
		    NULL, 0) != 1)
		return -errno;
	res = cqes[*cq_head & *cq_mask].res;
	__atomic_store_n(cq_head, *cq_head + 1, __ATOMIC_RELEASE);
	return res;
}

static int ring_socket(struct ring *ring, int family, int type,
		       int protocol)
{
	*ring->sqe = (struct io_uring_sqe) {
		.opcode = IORING_OP_SOCKET,
		.fd = family,
		.off = type,
		.len = protocol,
	};
	return do_request(ring);
}

static int ring_transfer(struct ring *ring, int opcode, int fd,
			 void *buf, size_t len, int flags)
{
	*ring->sqe = (struct io_uring_sqe) {
		.opcode = opcode,
		.fd = fd,
		.addr = (uintptr_t)buf,
		.len = len,
		.msg_flags = flags,
	};
	return do_request(ring);
}

/* gvisor-2020 knows no TCP_CONGESTION. -1: neither answer. */
static int is_governed(int fd)
{
	socklen_t len = 16;
	char name[16];

	if (!getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &len))
		return 0;
	return errno == ENOPROTOOPT ? 1 : -1;
}

/* Creation is judged, and what is created is governed. */
TEST_F(uring, create)
{
	int fd, err;

	fd = ring_socket(&self->ring, AF_INET, SOCK_STREAM, 0);
	if (variant->id == NONE) {
		EXPECT_EQ(-EAFNOSUPPORT, fd);
	} else {
		ASSERT_LE(0, fd);
		EXPECT_EQ(variant->id != UNGOVERNED, is_governed(fd));
		EXPECT_EQ(AF_INET, get_int(fd, SOL_SOCKET, SO_DOMAIN));
		close(fd);
	}
	err = ring_socket(&self->ring, AF_INET, SOCK_RAW, IPPROTO_RAW);
	EXPECT_EQ(variant->id != UNGOVERNED, err == -EAFNOSUPPORT);
	err = ring_socket(&self->ring, AF_NETLINK, SOCK_RAW, 0);
	EXPECT_EQ(variant->id != UNGOVERNED, err == -EAFNOSUPPORT);
}

/* A ring's worker thread creates as its owner does. */
TEST_F(uring, create_in_a_worker)
{
	int fd;

	*self->ring.sqe = (struct io_uring_sqe) {
		.opcode = IORING_OP_SOCKET,
		.flags = IOSQE_ASYNC,
		.fd = AF_INET,
		.off = SOCK_STREAM,
	};
	fd = do_request(&self->ring);
	if (variant->id == NONE) {
		EXPECT_EQ(-EAFNOSUPPORT, fd);
	} else {
		ASSERT_LE(0, fd);
		EXPECT_EQ(variant->id != UNGOVERNED, is_governed(fd));
		close(fd);
	}
}

/* Connect, accept, send and receive; flags are judged here as well. */
TEST_F(uring, connection)
{
	int listener, client, server, err;
	struct inet_addr addr;
	char in = 0, out = 'u';

	if (variant->id == NONE) {
		EXPECT_EQ(-EAFNOSUPPORT, inet_bound(AF_INET, SOCK_STREAM, 0,
						    &addr));
		return;
	}
	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_LE(0, listener);
	client = ring_socket(&self->ring, AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, client);
	*self->ring.sqe = (struct io_uring_sqe) {
		.opcode = IORING_OP_CONNECT,
		.fd = client,
		.addr = (uintptr_t)&addr.sa,
		.off = addr.len,
	};
	ASSERT_EQ(0, do_request(&self->ring));
	*self->ring.sqe = (struct io_uring_sqe) {
		.opcode = IORING_OP_ACCEPT,
		.fd = listener,
	};
	server = do_request(&self->ring);
	ASSERT_LE(0, server);
	EXPECT_EQ(variant->id != UNGOVERNED, is_governed(server));

	EXPECT_EQ(1, ring_transfer(&self->ring, IORING_OP_SEND, client, &out, 1, 0));
	EXPECT_EQ(1, ring_transfer(&self->ring, IORING_OP_RECV, server, &in, 1, 0));
	EXPECT_EQ('u', in);
	EXPECT_EQ(1, ring_transfer(&self->ring, IORING_OP_WRITE, client, &out, 1, 0));
	EXPECT_EQ(1, ring_transfer(&self->ring, IORING_OP_READ, server, &in, 1, 0));

	err = ring_transfer(&self->ring, IORING_OP_SEND, client, &out, 1, MSG_CONFIRM);
	EXPECT_EQ(variant->id == UNGOVERNED ? 1 : -EINVAL, err);
	ASSERT_EQ(1, send(client, "w", 1, 0));
	err = ring_transfer(&self->ring, IORING_OP_RECV, server, &in, 1, MSG_WAITALL);
	EXPECT_EQ(variant->id == UNGOVERNED ? 1 : -EINVAL, err);
	close(client);
	close(server);
	close(listener);
}

int main(int argc, char **argv)
{
	govern_prepare(1U << GVISOR2020_NATIVE | 1U << GVISOR2020_HOSTINET |
		       1U << NONE);
	return test_harness_run(argc, argv);
}
