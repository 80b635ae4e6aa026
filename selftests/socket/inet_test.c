// SPDX-License-Identifier: GPL-2.0
/*
 * Connections: connect, bind, listen, accept, shutdown, and the names of both
 * ends, are what the kernel makes of them, under every provider.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/xattr.h>

#include "inet.h"
#include "same.h"

/* accept() reports the peer as the peer sees itself; v4 and v6. */
TEST_F(same, accept_reports_the_peer)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct inet_addr addr, peer, own;
	int listener, client, server;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		listener = inet_bound(families[i], SOCK_STREAM, 0, &addr);
		ASSERT_LE(0, listener);
		client = socket(families[i], SOCK_STREAM, 0);
		ASSERT_LE(0, client);
		ASSERT_EQ(0, connect(client, &addr.sa, addr.len));
		peer.len = sizeof(peer.in6);
		server = accept(listener, &peer.sa, &peer.len);
		ASSERT_LE(0, server);
		ASSERT_EQ(0, bound_to(client, &own));
		EXPECT_EQ(addr.len, peer.len);
		EXPECT_EQ(own.len, peer.len);
		EXPECT_EQ(0, memcmp(&own.sa, &peer.sa, own.len));

		peer.len = sizeof(peer.in6);
		ASSERT_EQ(0, getpeername(client, &peer.sa, &peer.len));
		EXPECT_EQ(0, memcmp(&addr.sa, &peer.sa, addr.len));
		EXPECT_EQ(1, passes(client, server));
		EXPECT_EQ(1, passes(server, client));
		close(client);
		close(server);
		close(listener);
	}
}

/* The accepted descriptor has the flags asked for, and no others are taken. */
TEST_F(same, accept4_flags)
{
	static const int flags[] = {
		0, SOCK_NONBLOCK, SOCK_CLOEXEC, SOCK_NONBLOCK | SOCK_CLOEXEC,
	};
	struct inet_addr addr;
	int listener, client, server;
	size_t i;

	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_LE(0, listener);
	ASSERT_EQ(0, fcntl(listener, F_SETFL, O_NONBLOCK));
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		client = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_LE(0, client);
		ASSERT_EQ(0, connect(client, &addr.sa, addr.len));
		ASSERT_EQ(POLLIN, wait_for(listener, POLLIN, SOON_MS));
		EXPECT_EQ(-1, accept4(listener, NULL, NULL, 1));
		EXPECT_EQ(EINVAL, errno);
		server = accept4(listener, NULL, NULL, flags[i]);
		ASSERT_LE(0, server);
		EXPECT_EQ(!!(flags[i] & SOCK_NONBLOCK),
			  !!(fcntl(server, F_GETFL) & O_NONBLOCK));
		EXPECT_EQ(!!(flags[i] & SOCK_CLOEXEC),
			  !!(fcntl(server, F_GETFD) & FD_CLOEXEC));
		close(client);
		close(server);
	}
	close(listener);
}

/* Nothing to accept on a non-blocking listener is EAGAIN. */
TEST_F(same, accept_eagain)
{
	struct inet_addr addr;
	int listener;

	listener = inet_bound(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0, &addr);
	ASSERT_LE(0, listener);
	EXPECT_EQ(-1, accept(listener, NULL, NULL));
	EXPECT_EQ(EAGAIN, errno);
	close(listener);
}

static int ticks;	/* an eventfd: how many signals have been handled */

static void tick(int sig)
{
	(void)sig;
	eventfd_write(ticks, 1);
}

/*
 * A blocking accept() ends with EINTR when a signal handler without SA_RESTART
 * has run. The timer repeats, so that a signal that comes before the call has
 * begun to sleep changes nothing.
 */
TEST_F(same, accept_interrupted)
{
	struct itimerval timer = {
		.it_interval.tv_usec = 200000,
		.it_value.tv_usec = 200000,
	};
	struct sigaction action = { .sa_handler = tick };
	struct inet_addr addr;
	int listener;

	ticks = eventfd(0, EFD_NONBLOCK);
	ASSERT_LE(0, ticks);
	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_LE(0, listener);
	ASSERT_EQ(0, sigaction(SIGALRM, &action, NULL));
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &timer, NULL));
	EXPECT_EQ(-1, accept(listener, NULL, NULL));
	EXPECT_EQ(EINTR, errno);
	close(listener);
}

/* With SA_RESTART the same accept() goes on and gets the connection. */
TEST_F(same, accept_restarted)
{
	struct itimerval timer = {
		.it_interval.tv_usec = 200000,
		.it_value.tv_usec = 200000,
	};
	struct sigaction action = {
		.sa_handler = tick,
		.sa_flags = SA_RESTART,
	};
	struct inet_addr addr;
	int listener, fd, i, status;
	eventfd_t count;
	pid_t pid;

	/* It reads 1 for each signal. */
	ticks = eventfd(0, EFD_SEMAPHORE);
	ASSERT_LE(0, ticks);
	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_LE(0, listener);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		/* Three signals come to one that waits, and then the connection. */
		for (i = 0; i < 3; i++) {
			if (!sleeps(getppid()) || eventfd_read(ticks, &count))
				_exit(2);
		}
		fd = socket(AF_INET, SOCK_STREAM, 0);
		_exit(fd < 0 || connect(fd, &addr.sa, addr.len));
	}
	ASSERT_EQ(0, sigaction(SIGALRM, &action, NULL));
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &timer, NULL));
	fd = accept(listener, NULL, NULL);
	EXPECT_LE(0, fd);
	memset(&timer, 0, sizeof(timer));
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &timer, NULL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	close(fd);
	close(listener);
}

/* A port that nobody listens on: ECONNREFUSED at once. */
TEST_F(same, connect_refused)
{
	struct inet_addr addr;
	int listener, fd;

	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_LE(0, listener);
	close(listener);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, connect(fd, &addr.sa, addr.len));
	EXPECT_EQ(ECONNREFUSED, errno);
	close(fd);
}

/* The same without blocking: the error waits in SO_ERROR, and is given once. */
TEST_F(same, connect_refused_nonblocking)
{
	struct inet_addr addr;
	int listener, fd, err;

	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_LE(0, listener);
	close(listener);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	ASSERT_LE(0, fd);
	err = connect(fd, &addr.sa, addr.len) ? errno : 0;
	/* Loopback answers within the call, and then the kernel says so. */
	if (err != ECONNREFUSED) {
		EXPECT_EQ(EINPROGRESS, err);
		EXPECT_NE(0, wait_for(fd, POLLOUT, SOON_MS) & POLLERR);
		EXPECT_EQ(ECONNREFUSED, get_int(fd, SOL_SOCKET, SO_ERROR));
	}
	EXPECT_EQ(0, get_int(fd, SOL_SOCKET, SO_ERROR));
	close(fd);
}

/* A non-blocking connect() completes: writable, and no error. */
TEST_F(same, connect_nonblocking)
{
	struct inet_addr addr;
	int listener, fd, server, err;

	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_LE(0, listener);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	ASSERT_LE(0, fd);
	err = connect(fd, &addr.sa, addr.len) ? errno : 0;
	EXPECT_EQ(EINPROGRESS, err);
	EXPECT_EQ(POLLOUT, wait_for(fd, POLLOUT, SOON_MS));
	EXPECT_EQ(0, get_int(fd, SOL_SOCKET, SO_ERROR));
	/* Once the outcome has been reported, the socket is connected. */
	EXPECT_EQ(0, connect(fd, &addr.sa, addr.len));
	EXPECT_EQ(-1, connect(fd, &addr.sa, addr.len));
	EXPECT_EQ(EISCONN, errno);
	server = accept(listener, NULL, NULL);
	ASSERT_LE(0, server);
	EXPECT_EQ(1, passes(fd, server));
	close(server);
	close(fd);
	close(listener);
}

/* Names: cut to the buffer, with the whole length; a negative one is EINVAL. */
TEST_F(same, names_are_truncated)
{
	int (*const calls[])(int, struct sockaddr *, socklen_t *) = {
		getsockname, getpeername,
	};
	unsigned char whole[sizeof(struct sockaddr_in)];
	unsigned char part[sizeof(struct sockaddr_in)];
	socklen_t len;
	struct tcp tcp;
	size_t i;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		len = sizeof(whole);
		ASSERT_EQ(0, calls[i](tcp.client, (void *)whole, &len));
		EXPECT_EQ(sizeof(whole), len);
		memset(part, 0xa5, sizeof(part));
		len = 6;
		ASSERT_EQ(0, calls[i](tcp.client, (void *)part, &len));
		EXPECT_EQ(sizeof(whole), len);
		EXPECT_EQ(0, memcmp(whole, part, 6));
		EXPECT_EQ(0xa5, part[6]);
		len = 0;
		EXPECT_EQ(0, calls[i](tcp.client, (void *)part, &len));
		EXPECT_EQ(sizeof(whole), len);
		len = -1;
		EXPECT_EQ(-1, calls[i](tcp.client, (void *)part, &len));
		EXPECT_EQ(EINVAL, errno);
	}
	tcp_close(&tcp);
}

/* A socket without a peer has no peer's name; one without a name has zeroes. */
TEST_F(same, names_of_a_fresh_socket)
{
	struct inet_addr addr = { .len = sizeof(addr.in6) };
	int fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, getpeername(fd, &addr.sa, &addr.len));
	EXPECT_EQ(ENOTCONN, errno);
	EXPECT_EQ(0, bound_to(fd, &addr));
	EXPECT_EQ(AF_INET, addr.in.sin_family);
	EXPECT_EQ(0, addr.in.sin_port);
	close(fd);
}

/* bind() and connect() judge the address as the kernel does. */
TEST_F(same, bad_addresses)
{
	struct inet_addr addr = loopback(AF_INET, 0);
	int fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, bind(fd, &addr.sa, 4));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, bind(fd, &addr.sa, -1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, bind(fd, &addr.sa, sizeof(struct sockaddr_storage) + 1));
	EXPECT_EQ(EINVAL, errno);
	addr.in.sin_addr.s_addr = htonl(0xc6336401);	/* 198.51.100.1 */
	EXPECT_EQ(-1, bind(fd, &addr.sa, addr.len));
	EXPECT_EQ(EADDRNOTAVAIL, errno);
	addr.sa.sa_family = AF_UNIX;
	EXPECT_EQ(-1, connect(fd, &addr.sa, addr.len));
	EXPECT_EQ(EAFNOSUPPORT, errno);
	EXPECT_EQ(-1, connect(fd, &addr.sa, 1));
	EXPECT_EQ(EINVAL, errno);
	close(fd);
}

/* shutdown() knows three ways; each does its own half. */
TEST_F(same, shutdown_how)
{
	struct tcp tcp;
	char c;
	int fd;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	EXPECT_EQ(-1, shutdown(tcp.client, 3));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, shutdown(tcp.client, -1));
	EXPECT_EQ(EINVAL, errno);

	EXPECT_EQ(0, shutdown(tcp.client, SHUT_WR));
	EXPECT_EQ(-1, send(tcp.client, "x", 1, MSG_NOSIGNAL));
	EXPECT_EQ(EPIPE, errno);
	EXPECT_EQ(0, recv_all(tcp.server, &c, 1));
	EXPECT_EQ(1, passes(tcp.server, tcp.client));

	EXPECT_EQ(0, shutdown(tcp.client, SHUT_RD));
	EXPECT_EQ(0, recv(tcp.client, &c, 1, 0));
	EXPECT_EQ(0, shutdown(tcp.server, SHUT_RDWR));

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, shutdown(fd, SHUT_RDWR));
	EXPECT_EQ(ENOTCONN, errno);
	close(fd);
	tcp_close(&tcp);
}

/* close() with a linger time of zero resets the connection. */
TEST_F(same, linger_resets)
{
	struct linger linger = { .l_onoff = 1 }, seen = {};
	socklen_t len = sizeof(seen);
	struct tcp tcp;
	char c;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	ASSERT_EQ(0, setsockopt(tcp.client, SOL_SOCKET, SO_LINGER, &linger,
				sizeof(linger)));
	ASSERT_EQ(0, getsockopt(tcp.client, SOL_SOCKET, SO_LINGER, &seen,
				&len));
	EXPECT_EQ(sizeof(seen), len);
	EXPECT_EQ(1, seen.l_onoff);
	close(tcp.client);
	tcp.client = -1;
	EXPECT_NE(0, wait_for(tcp.server, POLLIN, SOON_MS));
	EXPECT_EQ(-1, recv(tcp.server, &c, 1, 0));
	EXPECT_EQ(ECONNRESET, errno);
	tcp_close(&tcp);
}

/* SO_REUSEADDR gets a port whose last connection waits in TIME-WAIT. */
TEST_F(same, reuseaddr)
{
	struct inet_addr addr = loopback(AF_INET, 0);
	struct tcp tcp;
	int fd;

	tcp.listener = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, tcp.listener);
	EXPECT_EQ(0, get_int(tcp.listener, SOL_SOCKET, SO_REUSEADDR));
	ASSERT_EQ(0, set_int(tcp.listener, SOL_SOCKET, SO_REUSEADDR, 1));
	EXPECT_EQ(1, get_int(tcp.listener, SOL_SOCKET, SO_REUSEADDR));
	ASSERT_EQ(0, bind(tcp.listener, &addr.sa, addr.len));
	ASSERT_EQ(0, listen(tcp.listener, 1));
	ASSERT_EQ(0, bound_to(tcp.listener, &addr));
	tcp.client = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, tcp.client);
	ASSERT_EQ(0, connect(tcp.client, &addr.sa, addr.len));
	tcp.server = accept(tcp.listener, NULL, NULL);
	ASSERT_LE(0, tcp.server);

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1));
	EXPECT_EQ(-1, bind(fd, &addr.sa, addr.len));
	EXPECT_EQ(EADDRINUSE, errno);

	/* The end that closes first waits: the server's, on this port. */
	ASSERT_EQ(0, shutdown(tcp.server, SHUT_RDWR));
	tcp_close(&tcp);
	ASSERT_EQ(0, set_int(fd, SOL_SOCKET, SO_REUSEADDR, 0));
	EXPECT_EQ(-1, bind(fd, &addr.sa, addr.len));
	EXPECT_EQ(EADDRINUSE, errno);
	ASSERT_EQ(0, set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1));
	EXPECT_EQ(0, bind(fd, &addr.sa, addr.len));
	close(fd);
}

/* A socket bound to the loopback device says so and still connects over it. */
TEST_F(same, bind_to_device)
{
	char name[16] = "";
	socklen_t len = sizeof(name);
	struct inet_addr addr;
	int listener, fd;

	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_LE(0, listener);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
	ASSERT_EQ(0, getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &len));
	EXPECT_STREQ("lo", name);
	EXPECT_EQ(-1, setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "nosuch",
				 7));
	EXPECT_EQ(ENODEV, errno);
	EXPECT_EQ(0, connect(fd, &addr.sa, addr.len));
	close(fd);
	close(listener);
}

/* The descriptor's inode is the one in /proc/net/tcp: what ss -p goes by. */
TEST_F(same, inode_in_proc_net_tcp)
{
	char line[512], key[32];
	struct stat st;
	struct tcp tcp;
	bool found = false;
	FILE *file;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	ASSERT_EQ(0, fstat(tcp.client, &st));
	EXPECT_TRUE(S_ISSOCK(st.st_mode));
	snprintf(key, sizeof(key), " %lu ", (unsigned long)st.st_ino);
	file = fopen("/proc/self/net/tcp", "re");
	ASSERT_NE(NULL, file);
	while (fgets(line, sizeof(line), file))
		found |= !!strstr(line, key);
	fclose(file);
	EXPECT_TRUE(found);
	tcp_close(&tcp);
}

/* The extended attribute that names the protocol: what lsof goes by. */
TEST_F(same, protocol_name)
{
	char name[64] = "";
	int fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_LT(0, fgetxattr(fd, "system.sockprotoname", name,
			       sizeof(name) - 1));
	EXPECT_STREQ("TCP", name);
	close(fd);
}

int main(int argc, char **argv)
{
	return same_main(argc, argv);
}
