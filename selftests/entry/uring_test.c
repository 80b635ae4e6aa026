// SPDX-License-Identifier: GPL-2.0
/*
 * io_uring reaches sockets by other paths than system calls. What is created,
 * accepted, sent and received through a ring is governed as it is by them.
 */
#include <errno.h>

#include "harness.h"
#include "inet.h"
#include "ring.h"

FIXTURE(uring) {
	struct ring ring;
};

GOVERNED_VARIANTS(uring, GVISOR2020_NATIVE, GVISOR2020_HOSTINET);

FIXTURE_VARIANT_ADD(uring, none) {
	.id = NONE,
};

FIXTURE_SETUP(uring)
{
	int err;

	govern_setup(_metadata, variant->id);
	if (_metadata->exit_code)
		return;
	err = ring_open(&self->ring, 0);
	if (err)
		SKIP(return, "the kernel gives no io_uring: %s",
		     strerror(-err));
}

FIXTURE_TEARDOWN(uring)
{
	close(self->ring.fd);
}

/* Creation is judged, and what is created is governed. */
TEST_F(uring, create)
{
	int fd, err;

	fd = ring_socket(&self->ring, 0, AF_INET, SOCK_STREAM, 0);
	if (variant->id == NONE) {
		EXPECT_EQ(-EAFNOSUPPORT, fd);
	} else {
		ASSERT_LE(0, fd);
		EXPECT_EQ(variant->id != UNGOVERNED, is_governed(fd));
		EXPECT_EQ(AF_INET, get_int(fd, SOL_SOCKET, SO_DOMAIN));
		close(fd);
	}
	err = ring_socket(&self->ring, 0, AF_INET, SOCK_RAW, IPPROTO_RAW);
	EXPECT_EQ(variant->id != UNGOVERNED, err == -EAFNOSUPPORT);
	err = ring_socket(&self->ring, 0, AF_NETLINK, SOCK_RAW, 0);
	EXPECT_EQ(variant->id != UNGOVERNED, err == -EAFNOSUPPORT);
}

/* A ring's worker thread creates as its owner does. */
TEST_F(uring, create_in_a_worker)
{
	int fd;

	fd = ring_socket(&self->ring, IOSQE_ASYNC, AF_INET, SOCK_STREAM, 0);
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
	struct ring *ring = &self->ring;
	struct inet_addr addr;
	char in = 0, out = 'u';

	if (variant->id == NONE) {
		EXPECT_EQ(-EAFNOSUPPORT, inet_bound(AF_INET, SOCK_STREAM, 0,
						    &addr));
		return;
	}
	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_LE(0, listener);
	client = ring_socket(ring, 0, AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, client);
	ASSERT_EQ(0, ring_do(ring, (struct io_uring_sqe) {
			.opcode = IORING_OP_CONNECT,
			.fd = client,
			.addr = (uintptr_t)&addr.sa,
			.off = addr.len,
		  }));
	server = ring_do(ring, (struct io_uring_sqe) {
		.opcode = IORING_OP_ACCEPT,
		.fd = listener,
	});
	ASSERT_LE(0, server);
	EXPECT_EQ(variant->id != UNGOVERNED, is_governed(server));

	EXPECT_EQ(1, ring_transfer(ring, IORING_OP_SEND, 0, client, &out, 1,
				   0));
	EXPECT_EQ(1, ring_transfer(ring, IORING_OP_RECV, 0, server, &in, 1, 0));
	EXPECT_EQ('u', in);
	EXPECT_EQ(1, ring_transfer(ring, IORING_OP_WRITE, 0, client, &out, 1,
				   0));
	EXPECT_EQ(1, ring_transfer(ring, IORING_OP_READ, 0, server, &in, 1, 0));

	err = ring_transfer(ring, IORING_OP_SEND, 0, client, &out, 1,
			    MSG_CONFIRM);
	EXPECT_EQ(variant->id == UNGOVERNED ? 1 : -EINVAL, err);
	ASSERT_EQ(1, send(client, "w", 1, 0));
	err = ring_transfer(ring, IORING_OP_RECV, 0, server, &in, 1,
			    MSG_WAITALL);
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
