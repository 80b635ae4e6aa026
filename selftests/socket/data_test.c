// SPDX-License-Identifier: GPL-2.0
/*
 * Every way to move bytes through a connection moves the same bytes: flags,
 * vectors, out-of-band data, sendfile, splice, zero copy and mmap.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#include "inet.h"
#include "same.h"

/* Longer than one segment, and not a multiple of anything. */
#define BLOCK	50001

static char out[BLOCK], in[BLOCK];

static void fill(void)
{
	size_t i;

	for (i = 0; i < sizeof(out); i++)
		out[i] = i * 7 + i / 251;
	memset(in, 0, sizeof(in));
}

/* MSG_PEEK leaves what it shows; FIONREAD counts it. */
TEST_F(same, peek_and_fionread)
{
	struct tcp tcp;
	char buf[8];
	int n;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	ASSERT_EQ(0, ioctl(tcp.server, FIONREAD, &n));
	EXPECT_EQ(0, n);
	ASSERT_EQ(5, send(tcp.client, "hello", 5, 0));
	ASSERT_EQ(POLLIN, wait_for(tcp.server, POLLIN, SOON_MS));
	EXPECT_EQ(5, recv(tcp.server, buf, sizeof(buf), MSG_PEEK));
	EXPECT_EQ(0, memcmp(buf, "hello", 5));
	ASSERT_EQ(0, ioctl(tcp.server, FIONREAD, &n));
	EXPECT_EQ(5, n);
	EXPECT_EQ(5, recv(tcp.server, buf, sizeof(buf), 0));
	ASSERT_EQ(0, ioctl(tcp.server, FIONREAD, &n));
	EXPECT_EQ(0, n);
	tcp_close(&tcp);
}

/* TIOCOUTQ: what is not acknowledged yet; none once the peer has read it. */
TEST_F(same, output_queue)
{
	static char block[65536];
	struct tcp tcp;
	size_t total = 0;
	ssize_t n;
	int queued, i;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	while ((n = send(tcp.client, block, sizeof(block), MSG_DONTWAIT)) > 0)
		total += n;
	EXPECT_EQ(EAGAIN, errno);
	ASSERT_EQ(0, ioctl(tcp.client, TIOCOUTQ, &queued));
	EXPECT_LT(0, queued);
	while (total) {
		n = recv_all(tcp.server, block,
			     total < sizeof(block) ? total : sizeof(block));
		ASSERT_LT(0, n);
		total -= n;
	}
	for (i = 0; i < 6000 && queued; i++) {
		ASSERT_EQ(0, ioctl(tcp.client, TIOCOUTQ, &queued));
		poll(NULL, 0, queued ? 10 : 0);
	}
	EXPECT_EQ(0, queued);
	tcp_close(&tcp);
}

/* MSG_DONTWAIT does not wait, MSG_WAITALL waits for all, MSG_TRUNC discards. */
TEST_F(same, receive_flags)
{
	struct tcp tcp;
	char buf[8] = "";
	int status;
	pid_t pid;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	EXPECT_EQ(-1, recv(tcp.server, buf, 1, MSG_DONTWAIT));
	EXPECT_EQ(EAGAIN, errno);

	ASSERT_EQ(2, send(tcp.client, "ab", 2, 0));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		_exit(!sleeps(getppid()) ||
		      send(tcp.client, "cd", 2, 0) != 2);
	}
	EXPECT_EQ(4, recv(tcp.server, buf, 4, MSG_WAITALL));
	EXPECT_STREQ("abcd", buf);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);

	ASSERT_EQ(4, send(tcp.client, "efgh", 4, 0));
	ASSERT_EQ(POLLIN, wait_for(tcp.server, POLLIN, SOON_MS));
	EXPECT_EQ(3, recv(tcp.server, buf, 3, MSG_TRUNC));
	EXPECT_STREQ("abcd", buf);
	EXPECT_EQ(1, recv(tcp.server, buf, 4, 0));
	EXPECT_EQ('h', buf[0]);
	/* Flags that mean nothing to a stream are ignored, not refused. */
	ASSERT_EQ(1, send(tcp.client, "i", 1, MSG_EOR | MSG_CONFIRM));
	ASSERT_EQ(POLLIN, wait_for(tcp.server, POLLIN, SOON_MS));
	EXPECT_EQ(1, recv(tcp.server, buf, 1, MSG_NOSIGNAL | MSG_CMSG_CLOEXEC));
	tcp_close(&tcp);
}

/* A send after the end raises SIGPIPE, without MSG_NOSIGNAL. */
TEST_F(same, sigpipe)
{
	struct timespec bound = { .tv_sec = 60 }, none = {};
	struct tcp tcp;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	ASSERT_EQ(0, sigprocmask(SIG_BLOCK, &set, NULL));
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	ASSERT_EQ(0, shutdown(tcp.client, SHUT_WR));
	EXPECT_EQ(-1, send(tcp.client, "x", 1, MSG_NOSIGNAL));
	EXPECT_EQ(EPIPE, errno);
	EXPECT_EQ(-1, sigtimedwait(&set, NULL, &none));
	EXPECT_EQ(-1, send(tcp.client, "x", 1, 0));
	EXPECT_EQ(EPIPE, errno);
	EXPECT_EQ(SIGPIPE, sigtimedwait(&set, NULL, &bound));
	EXPECT_EQ(-1, write(tcp.client, "x", 1));
	EXPECT_EQ(SIGPIPE, sigtimedwait(&set, NULL, &bound));
	tcp_close(&tcp);
}

/* Vectors: writev() and sendmsg() gather, readv() and recvmsg() scatter. */
TEST_F(same, vectors)
{
	struct iovec gather[] = { { "ab", 2 }, { "", 0 }, { "cde", 3 } };
	char first[1], second[4];
	struct iovec scatter[] = { { first, 1 }, { second, 4 } };
	struct msghdr to = { .msg_iov = gather, .msg_iovlen = 3 };
	struct msghdr from = { .msg_iov = scatter, .msg_iovlen = 2 };
	struct tcp tcp;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	EXPECT_EQ(5, writev(tcp.client, gather, 3));
	ASSERT_EQ(POLLIN, wait_for(tcp.server, POLLIN, SOON_MS));
	EXPECT_EQ(5, readv(tcp.server, scatter, 2));
	EXPECT_EQ('a', first[0]);
	EXPECT_EQ(0, memcmp(second, "bcde", 4));
	memset(second, 0, sizeof(second));
	EXPECT_EQ(5, sendmsg(tcp.client, &to, 0));
	ASSERT_EQ(POLLIN, wait_for(tcp.server, POLLIN, SOON_MS));
	EXPECT_EQ(5, recvmsg(tcp.server, &from, 0));
	EXPECT_EQ(0, memcmp(second, "bcde", 4));
	to.msg_iovlen = UIO_MAXIOV + 1;
	EXPECT_EQ(-1, sendmsg(tcp.client, &to, 0));
	EXPECT_EQ(EMSGSIZE, errno);
	EXPECT_EQ(-1, send(tcp.client, (void *)1, 1, 0));
	EXPECT_EQ(EFAULT, errno);
	tcp_close(&tcp);
}

/* Out-of-band data: SIGURG to the owner, POLLPRI, the mark, and the byte. */
TEST_F(same, out_of_band)
{
	struct timespec bound = { .tv_sec = 60 };
	struct tcp tcp;
	sigset_t set;
	char c = 0;
	int at;

	sigemptyset(&set);
	sigaddset(&set, SIGURG);
	ASSERT_EQ(0, sigprocmask(SIG_BLOCK, &set, NULL));
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	ASSERT_EQ(0, fcntl(tcp.server, F_SETOWN, getpid()));
	EXPECT_EQ(getpid(), fcntl(tcp.server, F_GETOWN));
	ASSERT_EQ(1, send(tcp.client, "u", 1, MSG_OOB));
	EXPECT_EQ(SIGURG, sigtimedwait(&set, NULL, &bound));
	EXPECT_EQ(POLLPRI, wait_for(tcp.server, POLLPRI, SOON_MS));
	EXPECT_EQ(0, ioctl(tcp.server, SIOCATMARK, &at));
	EXPECT_EQ(1, at);
	EXPECT_EQ(1, recv(tcp.server, &c, 1, MSG_OOB));
	EXPECT_EQ('u', c);
	EXPECT_EQ(-1, recv(tcp.server, &c, 1, MSG_OOB));
	EXPECT_EQ(EINVAL, errno);
	tcp_close(&tcp);
}

/* sendfile() from a file into a connection. */
TEST_F(same, sendfile)
{
	off_t offset = 0;
	struct tcp tcp;
	ssize_t n;
	int file;

	fill();
	file = memfd_create("sendfile", MFD_CLOEXEC);
	ASSERT_LE(0, file);
	ASSERT_EQ(BLOCK, write(file, out, BLOCK));
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	while (offset < BLOCK) {
		off_t before = offset;

		n = sendfile(tcp.client, file, &offset, BLOCK - offset);
		ASSERT_LT(0, n);
		ASSERT_EQ(offset - before, n);
		ASSERT_EQ(n, recv_all(tcp.server, in + before, n));
	}
	EXPECT_EQ(0, memcmp(out, in, BLOCK));
	close(file);
	tcp_close(&tcp);
}

/*
 * sendfile() that is asked for more than the file has announces more to come,
 * and takes that back when it finds the file's end: nothing waits to be sent.
 */
TEST_F(same, sendfile_to_the_end_of_a_file)
{
	struct tcp tcp;
	int file, unsent;

	file = memfd_create("sendfile", MFD_CLOEXEC);
	ASSERT_LE(0, file);
	ASSERT_EQ(5, write(file, "hello", 5));
	ASSERT_EQ(0, lseek(file, 0, SEEK_SET));
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	/* What was announced does wait: */
	ASSERT_EQ(5, send(tcp.client, "hello", 5, MSG_MORE));
	ASSERT_EQ(0, ioctl(tcp.client, SIOCOUTQNSD, &unsent));
	EXPECT_EQ(5, unsent);
	EXPECT_EQ(5, sendfile(tcp.client, file, NULL, 10));
	ASSERT_EQ(0, ioctl(tcp.client, SIOCOUTQNSD, &unsent));
	EXPECT_EQ(0, unsent);
	EXPECT_EQ(10, recv_all(tcp.server, in, 10));
	close(file);
	tcp_close(&tcp);
}

/* splice() from a pipe into a connection, and from it into a pipe. */
TEST_F(same, splice)
{
	size_t sent = 0, got = 0;
	int to[2], from[2];
	struct tcp tcp;
	ssize_t n;

	fill();
	ASSERT_EQ(0, pipe(to));
	ASSERT_EQ(0, pipe(from));
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	while (sent < BLOCK) {
		n = write(to[1], out + sent,
			  BLOCK - sent < 4096 ? BLOCK - sent : 4096);
		ASSERT_LT(0, n);
		ASSERT_EQ(n, splice(to[0], NULL, tcp.client, NULL, n,
				    SPLICE_F_MORE));
		sent += n;
	}
	ASSERT_EQ(0, shutdown(tcp.client, SHUT_WR));
	while ((n = splice(tcp.server, NULL, from[1], NULL, 4096, 0)) > 0) {
		ASSERT_EQ(n, read(from[0], in + got, n));
		got += n;
	}
	EXPECT_EQ(0, n);
	EXPECT_EQ(BLOCK, got);
	EXPECT_EQ(0, memcmp(out, in, BLOCK));
	ASSERT_EQ(0, fcntl(tcp.client, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-1, splice(tcp.client, NULL, from[1], NULL, 1, 0));
	EXPECT_EQ(EAGAIN, errno);
	tcp_close(&tcp);
}

/* MSG_ZEROCOPY: the data arrives, and the error queue says when it is free. */
TEST_F(same, zerocopy_send)
{
	char control[256];
	struct msghdr msg = {
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct sock_extended_err *err;
	struct cmsghdr *cmsg;
	struct tcp tcp;
	ssize_t n;

	fill();
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	EXPECT_EQ(-1, recvmsg(tcp.client, &msg, MSG_ERRQUEUE));
	EXPECT_EQ(EAGAIN, errno);
	ASSERT_EQ(0, set_int(tcp.client, SOL_SOCKET, SO_ZEROCOPY, 1));
	n = send(tcp.client, out, BLOCK, MSG_ZEROCOPY);
	ASSERT_LT(0, n);
	ASSERT_EQ(n, recv_all(tcp.server, in, n));
	EXPECT_EQ(0, memcmp(out, in, n));
	ASSERT_EQ(POLLERR, wait_for(tcp.client, 0, SOON_MS));
	msg.msg_controllen = sizeof(control);
	ASSERT_EQ(0, recvmsg(tcp.client, &msg, MSG_ERRQUEUE));
	EXPECT_NE(0, msg.msg_flags & MSG_ERRQUEUE);
	cmsg = CMSG_FIRSTHDR(&msg);
	ASSERT_NE(NULL, cmsg);
	EXPECT_EQ(IPPROTO_IP, cmsg->cmsg_level);
	EXPECT_EQ(IP_RECVERR, cmsg->cmsg_type);
	err = (void *)CMSG_DATA(cmsg);
	EXPECT_EQ(SO_EE_ORIGIN_ZEROCOPY, err->ee_origin);
	EXPECT_EQ(0, err->ee_errno);
	tcp_close(&tcp);
}

/*
 * TCP_ZEROCOPY_RECEIVE maps received pages, where they allow it, and returns
 * how much is to be read in the ordinary way.
 */
TEST_F(same, zerocopy_receive)
{
	struct tcp_zerocopy_receive zc = {};
	socklen_t len = sizeof(zc);
	size_t size = 16384;
	struct tcp tcp;
	void *map;

	fill();
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	map = mmap(NULL, size, PROT_READ, MAP_SHARED, tcp.server, 0);
	ASSERT_NE(MAP_FAILED, map);
	ASSERT_EQ((ssize_t)size, send_all(tcp.client, out, size));
	ASSERT_EQ(0, set_int(tcp.server, SOL_SOCKET, SO_RCVLOWAT, size));
	ASSERT_EQ(POLLIN, wait_for(tcp.server, POLLIN, SOON_MS));
	zc.address = (uintptr_t)map;
	zc.length = size;
	ASSERT_EQ(0, getsockopt(tcp.server, IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE,
				&zc, &len));
	EXPECT_EQ(0, memcmp(out, map, zc.length));
	ASSERT_EQ((ssize_t)(size - zc.length),
		  recv_all(tcp.server, in, size - zc.length));
	EXPECT_EQ(0, memcmp(out + zc.length, in, size - zc.length));
	tcp_close(&tcp);
	ASSERT_EQ(0, munmap(map, size));
}

/* A mapping outlives the descriptor: the socket goes with the last of both. */
TEST_F(same, mmap_outlives_close)
{
	struct tcp tcp;
	void *map;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, tcp.client, 0);
	ASSERT_NE(MAP_FAILED, map);
	close(tcp.client);
	tcp.client = -1;
	EXPECT_EQ(0, wait_for(tcp.server, POLLIN, 100));
	ASSERT_EQ(0, munmap(map, 4096));
	EXPECT_EQ(POLLIN, wait_for(tcp.server, POLLIN, SOON_MS));
	tcp_close(&tcp);
}

int main(int argc, char **argv)
{
	return same_main(argc, argv);
}
