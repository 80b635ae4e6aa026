// SPDX-License-Identifier: GPL-2.0
/*
 * Entries that send and receive: send() and recv() in all their forms, and
 * io_uring's from the task, a worker and the poller.
 */
#include <poll.h>

#include "entry.h"

static char hello[] = "hello";

static ssize_t by_sendto(struct ring *ring, int fd, struct iovec *iov,
			 int flags)
{
	ssize_t n = syscall(SYS_sendto, fd, iov->iov_base, iov->iov_len, flags,
			    NULL, 0);

	return n < 0 ? -errno : n;
}

static ssize_t by_sendmsg(struct ring *ring, int fd, struct iovec *iov,
			  int flags)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 1 };
	ssize_t n = syscall(SYS_sendmsg, fd, &msg, flags);

	return n < 0 ? -errno : n;
}

static ssize_t by_sendmmsg(struct ring *ring, int fd, struct iovec *iov,
			   int flags)
{
	struct mmsghdr mmsg = { { .msg_iov = iov, .msg_iovlen = 1 } };
	ssize_t n = syscall(SYS_sendmmsg, fd, &mmsg, 1, flags);

	if (n < 0)
		return -errno;
	return n == 1 ? mmsg.msg_len : -EPROTO;
}

static ssize_t by_ring_send(struct ring *ring, int fd, struct iovec *iov,
			    int flags)
{
	return ring_transfer(ring, IORING_OP_SEND, 0, fd, iov->iov_base,
			     iov->iov_len, flags);
}

static ssize_t by_worker_send(struct ring *ring, int fd, struct iovec *iov,
			      int flags)
{
	return ring_transfer(ring, IORING_OP_SEND, IOSQE_ASYNC, fd,
			     iov->iov_base, iov->iov_len, flags);
}

static ssize_t by_ring_sendmsg(struct ring *ring, int fd, struct iovec *iov,
			       int flags)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 1 };

	return ring_transfer(ring, IORING_OP_SENDMSG, 0, fd, &msg, 1, flags);
}

static ssize_t by_worker_sendmsg(struct ring *ring, int fd, struct iovec *iov,
				 int flags)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 1 };

	return ring_transfer(ring, IORING_OP_SENDMSG, IOSQE_ASYNC, fd, &msg, 1,
			     flags);
}

static ssize_t by_recvfrom(struct ring *ring, int fd, struct iovec *iov,
			   int flags)
{
	ssize_t n = syscall(SYS_recvfrom, fd, iov->iov_base, iov->iov_len,
			    flags, NULL, NULL);

	return n < 0 ? -errno : n;
}

static ssize_t by_recvmsg(struct ring *ring, int fd, struct iovec *iov,
			  int flags)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 1 };
	ssize_t n = syscall(SYS_recvmsg, fd, &msg, flags);

	return n < 0 ? -errno : n;
}

static ssize_t by_recvmmsg(struct ring *ring, int fd, struct iovec *iov,
			   int flags)
{
	struct mmsghdr mmsg = { { .msg_iov = iov, .msg_iovlen = 1 } };
	ssize_t n = syscall(SYS_recvmmsg, fd, &mmsg, 1, flags, NULL);

	if (n < 0)
		return -errno;
	return n == 1 ? mmsg.msg_len : -EPROTO;
}

static ssize_t by_ring_recv(struct ring *ring, int fd, struct iovec *iov,
			    int flags)
{
	return ring_transfer(ring, IORING_OP_RECV, 0, fd, iov->iov_base,
			     iov->iov_len, flags);
}

static ssize_t by_worker_recv(struct ring *ring, int fd, struct iovec *iov,
			      int flags)
{
	return ring_transfer(ring, IORING_OP_RECV, IOSQE_ASYNC, fd,
			     iov->iov_base, iov->iov_len, flags);
}

static ssize_t by_ring_recvmsg(struct ring *ring, int fd, struct iovec *iov,
			       int flags)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 1 };

	return ring_transfer(ring, IORING_OP_RECVMSG, 0, fd, &msg, 1, flags);
}

static ssize_t by_worker_recvmsg(struct ring *ring, int fd, struct iovec *iov,
				 int flags)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 1 };

	return ring_transfer(ring, IORING_OP_RECVMSG, IOSQE_ASYNC, fd, &msg, 1,
			     flags);
}

/* A flag is refused and nothing is sent; without it the same call sends. */
static void check_send(struct __test_metadata *_metadata,
		       FIXTURE_DATA(entry) *self, transfer_t by)
{
	static const int refused[] = { MSG_CONFIRM, MSG_DONTROUTE, MSG_OOB };
	struct iovec iov = { hello, 5 };
	struct tcp tcp;
	char in[8] = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		/* One for each: out-of-band data is not read by the next. */
		ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
		mark(self);
		EXPECT_EQ(self->governed ? -EINVAL : 5,
			  by(&self->ring, tcp.client, &iov, refused[i]))
			TH_LOG("flag %#x", refused[i]);
		EXPECT_COUNTED(SENDMSG, 0, 0, 1);
		EXPECT_EQ(self->governed ? 0 : POLLIN,
			  wait_for(tcp.server, POLLIN,
				   self->governed ? 0 : SOON_MS));
		tcp_close(&tcp);
	}
	mark(self);
	EXPECT_EQ(5, by(&self->ring, self->tcp.client, &iov, 0));
	EXPECT_EQ(5, by(&self->ring, self->tcp.client, &iov, MSG_NOSIGNAL));
	EXPECT_COUNTED(SENDMSG, 2, 0, 0);
	for (i = 0; i < 2; i++) {
		memset(in, 0, sizeof(in));
		EXPECT_EQ(5, recv_all(self->tcp.server, in, 5));
		EXPECT_STREQ(hello, in);
	}
}

TEST_F(entry, sendto)
{
	check_send(_metadata, self, by_sendto);
}

TEST_F(entry, sendmsg)
{
	check_send(_metadata, self, by_sendmsg);
}

TEST_F(entry, sendmmsg)
{
	check_send(_metadata, self, by_sendmmsg);
}

TEST_F(entry, uring_send)
{
	check_send(_metadata, self, by_ring_send);
}

TEST_F(entry, uring_send_in_a_worker)
{
	check_send(_metadata, self, by_worker_send);
}

TEST_F(entry, uring_send_in_the_poller)
{
	close(self->ring.fd);
	ASSERT_EQ(0, ring_open(&self->ring, IORING_SETUP_SQPOLL));
	check_send(_metadata, self, by_ring_send);
	check_send(_metadata, self, by_ring_sendmsg);
}

TEST_F(entry, uring_sendmsg)
{
	check_send(_metadata, self, by_ring_sendmsg);
}

TEST_F(entry, uring_sendmsg_in_a_worker)
{
	check_send(_metadata, self, by_worker_sendmsg);
}

/* A zero-copy send is MSG_ZEROCOPY, which is not among the flags. */
TEST_F(entry, uring_send_zc)
{
	static const int ops[] = { IORING_OP_SEND_ZC, IORING_OP_SENDMSG_ZC };
	struct iovec iov = { hello, 5 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	char in[8] = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		mark(self);
		EXPECT_EQ(self->governed ? -EINVAL : 5,
			  ring_transfer(&self->ring, ops[i], 0,
					self->tcp.client,
					i ? (void *)&msg : hello, i ? 1 : 5,
					0));
		EXPECT_COUNTED(SENDMSG, 0, 0, 1);
		if (!self->governed) {
			EXPECT_EQ(5, recv_all(self->tcp.server, in, 5));
			EXPECT_STREQ(hello, in);
		}
		/* The kernel has let go of the buffer. */
		if (self->ring.cqe_flags & IORING_CQE_F_MORE)
			EXPECT_LE(0, ring_wait(&self->ring));
	}
}

/* A flag is refused and nothing is taken; without it the same call receives. */
static void check_recv(struct __test_metadata *_metadata,
		       FIXTURE_DATA(entry) *self, transfer_t by)
{
	static const int refused[] = { MSG_WAITALL, MSG_CMSG_CLOEXEC };
	int fd = self->tcp.server;
	char in[8] = "";
	struct iovec iov = { in, 5 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		ASSERT_EQ(5, send(self->tcp.client, hello, 5, 0));
		ASSERT_EQ(POLLIN, wait_for(fd, POLLIN, SOON_MS));
		mark(self);
		EXPECT_EQ(self->governed ? -EINVAL : 5,
			  by(&self->ring, fd, &iov, refused[i]))
			TH_LOG("flag %#x", refused[i]);
		EXPECT_COUNTED(RECVMSG, 0, 0, 1);
		EXPECT_EQ(self->governed ? 5 : -1,
			  recv(fd, in, sizeof(in), MSG_DONTWAIT));
	}
	memset(in, 0, sizeof(in));
	ASSERT_EQ(5, send(self->tcp.client, hello, 5, 0));
	ASSERT_EQ(POLLIN, wait_for(fd, POLLIN, SOON_MS));
	mark(self);
	EXPECT_EQ(5, by(&self->ring, fd, &iov, MSG_PEEK));
	EXPECT_STREQ(hello, in);
	memset(in, 0, sizeof(in));
	EXPECT_EQ(5, by(&self->ring, fd, &iov, 0));
	EXPECT_STREQ(hello, in);
	EXPECT_COUNTED(RECVMSG, 2, 0, 0);
	/* The error queue is always empty, and is not waited for. */
	EXPECT_EQ(-1, recv(fd, in, 1, MSG_ERRQUEUE));
	EXPECT_EQ(EAGAIN, errno);
}

TEST_F(entry, recvfrom)
{
	check_recv(_metadata, self, by_recvfrom);
}

TEST_F(entry, recvmsg)
{
	check_recv(_metadata, self, by_recvmsg);
}

TEST_F(entry, recvmmsg)
{
	check_recv(_metadata, self, by_recvmmsg);
}

TEST_F(entry, uring_recv)
{
	check_recv(_metadata, self, by_ring_recv);
}

TEST_F(entry, uring_recv_in_a_worker)
{
	check_recv(_metadata, self, by_worker_recv);
}

TEST_F(entry, uring_recv_in_the_poller)
{
	close(self->ring.fd);
	ASSERT_EQ(0, ring_open(&self->ring, IORING_SETUP_SQPOLL));
	check_recv(_metadata, self, by_ring_recv);
	check_recv(_metadata, self, by_ring_recvmsg);
}

TEST_F(entry, uring_recvmsg)
{
	check_recv(_metadata, self, by_ring_recvmsg);
}

TEST_F(entry, uring_recvmsg_in_a_worker)
{
	check_recv(_metadata, self, by_worker_recvmsg);
}

/* A receive that must wait is woken, in whatever thread it waits. */
TEST_F(entry, uring_recv_waits)
{
	static const int flags[] = { 0, IOSQE_ASYNC };
	char in[8] = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		memset(in, 0, sizeof(in));
		ASSERT_EQ(0, ring_submit(&self->ring, &(struct io_uring_sqe) {
				.opcode = IORING_OP_RECV,
				.flags = flags[i],
				.fd = self->tcp.server,
				.addr = (uintptr_t)in,
				.len = 5,
			  }));
		ASSERT_EQ(5, send(self->tcp.client, hello, 5, 0));
		EXPECT_EQ(5, ring_wait(&self->ring));
		EXPECT_STREQ(hello, in);
	}
}

int main(int argc, char **argv)
{
	return entry_main(argc, argv);
}
