// SPDX-License-Identifier: GPL-2.0
/*
 * Readiness: poll, select, epoll (level and edge) and SIGIO report of a
 * governed socket what they report of the kernel's own, and wake all waiters.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "inet.h"
#include "same.h"

/* What poll() says through the life of a connection. */
TEST_F(same, poll_states)
{
	const short all = POLLIN | POLLOUT | POLLPRI | POLLRDHUP;
	struct inet_addr addr;
	struct tcp tcp;
	char c;
	int fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(POLLOUT | POLLHUP, wait_for(fd, all, 0));
	close(fd);
	fd = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, wait_for(fd, all, 0));
	close(fd);

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	EXPECT_EQ(POLLOUT, wait_for(tcp.client, all, 0));
	ASSERT_EQ(1, send(tcp.client, "x", 1, 0));
	EXPECT_EQ(POLLIN, wait_for(tcp.server, POLLIN, SOON_MS));
	EXPECT_EQ(POLLIN | POLLOUT, wait_for(tcp.server, all, 0));
	ASSERT_EQ(1, recv(tcp.server, &c, 1, 0));
	EXPECT_EQ(POLLOUT, wait_for(tcp.server, all, 0));
	ASSERT_EQ(0, shutdown(tcp.client, SHUT_WR));
	EXPECT_EQ(POLLRDHUP, wait_for(tcp.server, POLLRDHUP, SOON_MS));
	EXPECT_EQ(POLLIN | POLLOUT | POLLRDHUP, wait_for(tcp.server, all, 0));
	ASSERT_EQ(0, shutdown(tcp.server, SHUT_WR));
	EXPECT_NE(0, wait_for(tcp.server, 0, SOON_MS) & POLLHUP);
	tcp_close(&tcp);
}

/* A listener becomes readable when a connection waits, also for select(). */
TEST_F(same, listener_readable)
{
	struct timeval bound = { .tv_sec = 60 };
	struct inet_addr addr;
	int listener, fd;
	fd_set set;

	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_LE(0, listener);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, wait_for(listener, POLLIN, 0));
	ASSERT_EQ(0, connect(fd, &addr.sa, addr.len));
	FD_ZERO(&set);
	FD_SET(listener, &set);
	EXPECT_EQ(1, select(listener + 1, &set, NULL, NULL, &bound));
	EXPECT_TRUE(FD_ISSET(listener, &set));
	EXPECT_EQ(POLLIN, wait_for(listener, POLLIN | POLLOUT, SOON_MS));
	close(fd);
	close(listener);
}

/* Start a child that sends one byte on @fd once this process sleeps. */
static pid_t send_later(int fd)
{
	pid_t pid = fork();

	if (!pid) {
		_exit(!sleeps(getppid()) || send(fd, "w", 1, 0) != 1);
	}
	return pid;
}

/* Whoever sleeps in poll(), epoll_wait() or recv() is woken by the data. */
TEST_F(same, sleepers_are_woken)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll, status, way;
	struct tcp tcp;
	pid_t pid;
	char c;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	epoll = epoll_create1(EPOLL_CLOEXEC);
	ASSERT_LE(0, epoll);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, tcp.server, &event));
	for (way = 0; way < 3; way++) {
		pid = send_later(tcp.client);
		ASSERT_LE(0, pid);
		if (way == 0) {
			EXPECT_EQ(POLLIN, wait_for(tcp.server, POLLIN,
						   SOON_MS));
		} else if (way == 1) {
			EXPECT_EQ(1, epoll_wait(epoll, &event, 1, SOON_MS));
		}
		EXPECT_EQ(1, recv(tcp.server, &c, 1, 0));
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_EQ(0, status);
	}
	close(epoll);
	tcp_close(&tcp);
}

/* Level: reported again and again while it holds. */
TEST_F(same, epoll_level)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct tcp tcp;
	int epoll;
	char c;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	epoll = epoll_create1(EPOLL_CLOEXEC);
	ASSERT_LE(0, epoll);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, tcp.server, &event));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	ASSERT_EQ(1, send(tcp.client, "x", 1, 0));
	EXPECT_EQ(1, epoll_wait(epoll, &event, 1, SOON_MS));
	EXPECT_EQ(EPOLLIN, event.events);
	EXPECT_EQ(1, epoll_wait(epoll, &event, 1, 0));
	ASSERT_EQ(1, recv(tcp.server, &c, 1, 0));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	close(epoll);
	tcp_close(&tcp);
}

/* Edge: reported once for each arrival. */
TEST_F(same, epoll_edge_in)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	struct tcp tcp;
	int epoll, i;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	epoll = epoll_create1(EPOLL_CLOEXEC);
	ASSERT_LE(0, epoll);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, tcp.server, &event));
	for (i = 0; i < 3; i++) {
		/* Nothing is read: only the new arrival is an event. */
		ASSERT_EQ(1, send(tcp.client, "x", 1, 0));
		EXPECT_EQ(1, epoll_wait(epoll, &event, 1, SOON_MS));
		EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	}
	close(epoll);
	tcp_close(&tcp);
}

/*
 * Edge for writing: a full buffer gives no event, and room in it gives one.
 * That one depends on SOCK_NOSPACE being set on the socket that the kernel's
 * TCP wakes.
 */
TEST_F(same, epoll_edge_out)
{
	struct epoll_event event = { .events = EPOLLOUT | EPOLLET };
	static char block[65536];
	struct tcp tcp;
	size_t total = 0;
	ssize_t n;
	int epoll;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	epoll = epoll_create1(EPOLL_CLOEXEC);
	ASSERT_LE(0, epoll);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, tcp.client, &event));
	EXPECT_EQ(1, epoll_wait(epoll, &event, 1, SOON_MS));
	/*
	 * An acknowledgment may make room between two rounds; the buffer is
	 * full for good when the receiver's window is, so wait that out.
	 */
	do {
		while ((n = send(tcp.client, block, sizeof(block),
				 MSG_DONTWAIT)) > 0)
			total += n;
		ASSERT_EQ(EAGAIN, errno);
	} while (epoll_wait(epoll, &event, 1, 1000) == 1);
	EXPECT_EQ(0, wait_for(tcp.client, POLLOUT, 0));
	while (total) {
		n = recv_all(tcp.server, block,
			     total < sizeof(block) ? total : sizeof(block));
		ASSERT_LT(0, n);
		total -= n;
	}
	EXPECT_EQ(1, epoll_wait(epoll, &event, 1, SOON_MS));
	EXPECT_EQ(EPOLLOUT, event.events);
	close(epoll);
	tcp_close(&tcp);
}

/* A sender asleep for want of room goes on when there is some. */
TEST_F(same, sender_is_woken)
{
	static char block[65536];
	size_t total = 64 * sizeof(block), i;
	struct tcp tcp;
	int status;
	pid_t pid;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	ASSERT_EQ(0, set_int(tcp.client, SOL_SOCKET, SO_SNDBUF, 65536));
	ASSERT_EQ(0, set_int(tcp.server, SOL_SOCKET, SO_RCVBUF, 65536));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		for (i = 0; i < 64; i++) {
			if (send_all(tcp.client, block, sizeof(block)) < 0)
				_exit(1);
		}
		_exit(0);
	}
	while (total) {
		ssize_t n = recv_all(tcp.server, block, sizeof(block));

		ASSERT_LT(0, n);
		total -= n;
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	tcp_close(&tcp);
}

/* Wait for a signal that carries the descriptor it is about. */
static int signal_about(int sig)
{
	struct timespec bound = { .tv_sec = 60 };
	siginfo_t info = {};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	if (sigtimedwait(&set, &info, &bound) != sig)
		return -1;
	return info.si_fd;
}

/* O_ASYNC: a signal to the owner when data comes, and when a connection does. */
TEST_F(same, sigio)
{
	struct inet_addr addr;
	int listener, fd, sig = SIGRTMIN;
	struct tcp tcp;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigaddset(&set, SIGIO);
	ASSERT_EQ(0, sigprocmask(SIG_BLOCK, &set, NULL));

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	ASSERT_EQ(0, fcntl(tcp.server, F_SETOWN, getpid()));
	ASSERT_EQ(0, fcntl(tcp.server, F_SETSIG, sig));
	ASSERT_EQ(0, fcntl(tcp.server, F_SETFL, O_ASYNC));
	ASSERT_EQ(1, send(tcp.client, "s", 1, 0));
	EXPECT_EQ(tcp.server, signal_about(sig));
	tcp_close(&tcp);

	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_LE(0, listener);
	ASSERT_EQ(0, fcntl(listener, F_SETOWN, getpid()));
	ASSERT_EQ(0, fcntl(listener, F_SETFL, O_ASYNC));
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, connect(fd, &addr.sa, addr.len));
	EXPECT_LE(0, signal_about(SIGIO));
	close(fd);
	close(listener);
}

/* close() takes a socket off an epoll set with its events still pending. */
TEST_F(same, epoll_survives_close)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	struct tcp tcp;
	int epoll, i;

	epoll = epoll_create1(EPOLL_CLOEXEC);
	ASSERT_LE(0, epoll);
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
		ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, tcp.server,
				       &event));
		ASSERT_EQ(1, send(tcp.client, "x", 1, 0));
		tcp_close(&tcp);
	}
	/* Closing took each off the list. */
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	close(epoll);
}

int main(int argc, char **argv)
{
	return same_main(argc, argv);
}
