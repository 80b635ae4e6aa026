// SPDX-License-Identifier: GPL-2.0
/*
 * TCP Fast Open: data in the first segment, by sendto() and by an option.
 * In a network namespace of its own, whose sysctl may be changed.
 */
#include <errno.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>

#include "inet.h"
#include "same.h"

#ifndef TCP_FASTOPEN_CONNECT
#define TCP_FASTOPEN_CONNECT	30
#endif

static int own_network(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd, err = 0;

	if (unshare(CLONE_NEWNET))
		return -errno;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr))
		err = -errno;
	close(fd);
	return err ?: put_text("/proc/sys/net/ipv4/tcp_fastopen", "3");
}

static int fast_listener(struct inet_addr *addr)
{
	int fd = inet_bound(AF_INET, SOCK_STREAM, 0, addr);

	if (fd >= 0 && set_int(fd, IPPROTO_TCP, TCP_FASTOPEN, 5)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Whether the data went in the first segment, and was acknowledged with it. */
static bool was_fast(int fd)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);

	return !getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) &&
	       info.tcpi_options & 32; /* TCPI_OPT_SYN_DATA */
}

/* The first connection gets the cookie, the second one is fast. */
TEST_F(same, sendto_fastopen)
{
	struct inet_addr addr;
	int listener, client, server, i;
	char c;

	ASSERT_EQ(0, own_network());
	listener = fast_listener(&addr);
	ASSERT_LE(0, listener);
	for (i = 0; i < 2; i++) {
		client = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_LE(0, client);
		ASSERT_EQ(1, sendto(client, "f", 1, MSG_FASTOPEN, &addr.sa,
				    addr.len));
		server = accept(listener, NULL, NULL);
		ASSERT_LE(0, server);
		EXPECT_EQ(1, recv_all(server, &c, 1));
		EXPECT_EQ('f', c);
		EXPECT_EQ(1, passes(server, client));
		EXPECT_EQ(i == 1, was_fast(client));
		close(client);
		close(server);
	}
	close(listener);
}

/* With TCP_FASTOPEN_CONNECT an ordinary connect() and send() do the same. */
TEST_F(same, connect_fastopen)
{
	struct inet_addr addr;
	int listener, client, server, i;
	char c;

	ASSERT_EQ(0, own_network());
	listener = fast_listener(&addr);
	ASSERT_LE(0, listener);
	for (i = 0; i < 2; i++) {
		client = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_LE(0, client);
		ASSERT_EQ(0, set_int(client, IPPROTO_TCP, TCP_FASTOPEN_CONNECT,
				     1));
		ASSERT_EQ(0, connect(client, &addr.sa, addr.len));
		ASSERT_EQ(1, send(client, "f", 1, 0));
		server = accept(listener, NULL, NULL);
		ASSERT_LE(0, server);
		EXPECT_EQ(1, recv_all(server, &c, 1));
		EXPECT_EQ(1, passes(server, client));
		EXPECT_EQ(i == 1, was_fast(client));
		close(client);
		close(server);
	}
	close(listener);
}

/* A namespace that goes away takes governed sockets that nobody closed along. */
TEST_F(same, namespace_goes_away)
{
	struct tcp tcp;
	int status, i;
	pid_t pid;

	for (i = 0; i < 3; i++) {
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid) {
			if (own_network() || tcp_open(&tcp, AF_INET) ||
			    !passes(tcp.client, tcp.server))
				_exit(1);
			_exit(0);
		}
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_EQ(0, status);
	}
}

int main(int argc, char **argv)
{
	return same_main(argc, argv);
}
