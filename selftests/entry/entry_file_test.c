// SPDX-License-Identifier: GPL-2.0
/*
 * Entries of a socket as a file: read, write, sendfile and splice.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

#include "entry.h"

static char hello[] = "hello";

static ssize_t by_write(struct ring *ring, int fd, struct iovec *iov, int flags)
{
	return write(fd, iov->iov_base, iov->iov_len);
}

static ssize_t by_writev(struct ring *ring, int fd, struct iovec *iov,
			 int flags)
{
	return writev(fd, iov, 1);
}

static ssize_t by_pwritev2(struct ring *ring, int fd, struct iovec *iov,
			   int flags)
{
	return pwritev2(fd, iov, 1, -1, 0);
}

static ssize_t by_ring_write(struct ring *ring, int fd, struct iovec *iov,
			     int flags)
{
	return ring_transfer(ring, IORING_OP_WRITE, 0, fd, iov->iov_base,
			     iov->iov_len, 0);
}

static ssize_t by_ring_writev(struct ring *ring, int fd, struct iovec *iov,
			      int flags)
{
	return ring_transfer(ring, IORING_OP_WRITEV, IOSQE_ASYNC, fd, iov, 1,
			     0);
}

static ssize_t by_read(struct ring *ring, int fd, struct iovec *iov, int flags)
{
	return read(fd, iov->iov_base, iov->iov_len);
}

static ssize_t by_readv(struct ring *ring, int fd, struct iovec *iov, int flags)
{
	return readv(fd, iov, 1);
}

static ssize_t by_preadv2(struct ring *ring, int fd, struct iovec *iov,
			  int flags)
{
	return preadv2(fd, iov, 1, -1, 0);
}

static ssize_t by_ring_read(struct ring *ring, int fd, struct iovec *iov,
			    int flags)
{
	return ring_transfer(ring, IORING_OP_READ, 0, fd, iov->iov_base,
			     iov->iov_len, 0);
}

static ssize_t by_ring_readv(struct ring *ring, int fd, struct iovec *iov,
			     int flags)
{
	return ring_transfer(ring, IORING_OP_READV, IOSQE_ASYNC, fd, iov, 1, 0);
}

TEST_F(entry, write_and_writev)
{
	static const transfer_t ways[] = {
		by_write, by_writev, by_pwritev2, by_ring_write, by_ring_writev,
	};
	struct iovec iov = { hello, 5 };
	char in[8] = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		mark(self);
		EXPECT_EQ(5, ways[i](&self->ring, self->tcp.client, &iov, 0))
			TH_LOG("way %zu", i);
		EXPECT_COUNTED(SENDMSG, 1, 0, 0);
		memset(in, 0, sizeof(in));
		EXPECT_EQ(5, recv_all(self->tcp.server, in, 5));
		EXPECT_STREQ(hello, in);
	}
}

TEST_F(entry, read_and_readv)
{
	static const transfer_t ways[] = {
		by_read, by_readv, by_preadv2, by_ring_read, by_ring_readv,
	};
	char in[8] = "";
	struct iovec iov = { in, 5 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		memset(in, 0, sizeof(in));
		ASSERT_EQ(5, send(self->tcp.client, hello, 5, 0));
		ASSERT_EQ(POLLIN, wait_for(self->tcp.server, POLLIN, SOON_MS));
		mark(self);
		EXPECT_EQ(5, ways[i](&self->ring, self->tcp.server, &iov, 0))
			TH_LOG("way %zu", i);
		EXPECT_COUNTED(RECVMSG, 1, 0, 0);
		EXPECT_STREQ(hello, in);
	}
}

/* A file of more than a page goes out whole. */
TEST_F(entry, sendfile)
{
	static char out[9000], in[9000];
	off_t offset = 0;
	size_t i;
	int file;

	for (i = 0; i < sizeof(out); i++)
		out[i] = i * 7 + i / 251;
	file = memfd_create("entry", MFD_CLOEXEC);
	ASSERT_LE(0, file);
	ASSERT_EQ(sizeof(out), write(file, out, sizeof(out)));
	mark(self);
	while (offset < (off_t)sizeof(out))
		ASSERT_LT(0, sendfile(self->tcp.client, file, &offset,
				      sizeof(out) - offset));
	EXPECT_COUNTED_ONCE_OR_MORE(SENDMSG);
	EXPECT_EQ(sizeof(in), recv_all(self->tcp.server, in, sizeof(in)));
	EXPECT_EQ(0, memcmp(out, in, sizeof(in)));
	close(file);
}

/* Out of a pipe into a socket, and out of a socket into a pipe. */
TEST_F(entry, splice)
{
	int pipefd[2];
	char in[8] = "";

	ASSERT_EQ(0, pipe2(pipefd, O_CLOEXEC));
	ASSERT_EQ(5, write(pipefd[1], hello, 5));
	mark(self);
	EXPECT_EQ(5, splice(pipefd[0], NULL, self->tcp.client, NULL, 5, 0));
	EXPECT_COUNTED_ONCE_OR_MORE(SENDMSG);
	ASSERT_EQ(POLLIN, wait_for(self->tcp.server, POLLIN, SOON_MS));
	mark(self);
	EXPECT_EQ(5, splice(self->tcp.server, NULL, pipefd[1], NULL, 5, 0));
	EXPECT_COUNTED_ONCE_OR_MORE(RECVMSG);
	EXPECT_EQ(5, read(pipefd[0], in, sizeof(in)));
	EXPECT_STREQ(hello, in);
	close(pipefd[0]);
	close(pipefd[1]);
}

static int ring_splice(struct ring *ring, int from, int to, int len)
{
	return ring_do(ring, (struct io_uring_sqe) {
		.opcode = IORING_OP_SPLICE,
		.fd = to,
		.off = -1,
		.splice_off_in = -1,
		.splice_fd_in = from,
		.len = len,
	});
}

TEST_F(entry, uring_splice)
{
	int pipefd[2];
	char in[8] = "";

	ASSERT_EQ(0, pipe2(pipefd, O_CLOEXEC));
	ASSERT_EQ(5, write(pipefd[1], hello, 5));
	mark(self);
	EXPECT_EQ(5, ring_splice(&self->ring, pipefd[0], self->tcp.client, 5));
	EXPECT_COUNTED_ONCE_OR_MORE(SENDMSG);
	ASSERT_EQ(POLLIN, wait_for(self->tcp.server, POLLIN, SOON_MS));
	mark(self);
	EXPECT_EQ(5, ring_splice(&self->ring, self->tcp.server, pipefd[1], 5));
	EXPECT_COUNTED_ONCE_OR_MORE(RECVMSG);
	EXPECT_EQ(5, read(pipefd[0], in, sizeof(in)));
	EXPECT_STREQ(hello, in);
	close(pipefd[0]);
	close(pipefd[1]);
}

int main(int argc, char **argv)
{
	return entry_main(argc, argv);
}
