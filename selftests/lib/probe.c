// SPDX-License-Identifier: GPL-2.0
/*
 * probe - what sockets a process can have, for shell tests
 *
 *   probe tcp | udp | unix   make a connection to oneself and pass a byte
 *   probe governed           make a socket and say whether it is governed
 *   probe raw                make a raw socket
 *   probe ping-queues        ask io_uring for what is queued in ping's socket
 *   probe hold KIND          make a KIND (tcp, udp, unix), say "ready", and keep
 *                            it until standard input ends; then use it once
 *   probe traffic N          N times tcp, udp and unix
 *   probe listen             print a port of the loopback address, accept one
 *                            connection there, echo its bytes until it ends
 *   probe connect PORT [stay] connect and have a byte echoed; with "stay" say
 *                            "ready" first and wait until standard input ends
 *   probe send PORT          send one datagram and close
 *
 * Prints "ok" or the name of what failed with its errno; exit status 0 or 1.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ring.h"

#ifndef IPV6_ADDRFORM
#define IPV6_ADDRFORM	1
#endif

static int fail(const char *what)
{
	printf("%s: %s\n", what, strerrorname_np(errno));
	return 1;
}

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static int use(int from, int to)
{
	char c = 0;

	if (send(from, "!", 1, MSG_NOSIGNAL) != 1)
		return fail("send");
	if (recv(to, &c, 1, 0) != 1 || c != '!')
		return fail("recv");
	return 0;
}

static int bound(int type, struct sockaddr_in *addr)
{
	socklen_t len = sizeof(*addr);
	int fd = socket(AF_INET, type, 0);

	*addr = loopback(0);
	if (fd < 0 || bind(fd, (void *)addr, sizeof(*addr)) ||
	    (type == SOCK_STREAM && listen(fd, 1)) ||
	    getsockname(fd, (void *)addr, &len)) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

/* Two descriptors that are connected with each other. */
static int make(const char *kind, int fds[2])
{
	struct sockaddr_in addr;
	int type, fd;

	if (!strcmp(kind, "unix"))
		return socketpair(AF_UNIX, SOCK_STREAM, 0, fds) ?
		       fail("socketpair") : 0;
	type = !strcmp(kind, "udp") ? SOCK_DGRAM : SOCK_STREAM;
	fd = bound(type, &addr);
	if (fd < 0)
		return fail("socket");
	fds[0] = socket(AF_INET, type, 0);
	if (fds[0] < 0 || connect(fds[0], (void *)&addr, sizeof(addr)))
		return fail("connect");
	fds[1] = fd;
	if (type == SOCK_STREAM) {
		fds[1] = accept(fd, NULL, NULL);
		close(fd);
		if (fds[1] < 0)
			return fail("accept");
	}
	return 0;
}

static int pass(const char *kind)
{
	int fds[2], err;

	err = make(kind, fds);
	if (err)
		return err;
	err = use(fds[0], fds[1]);
	close(fds[0]);
	close(fds[1]);
	return err;
}

/*
 * IPV6_ADDRFORM makes an IPv4 socket of this one, and is refused on governed
 * sockets whatever their policy.
 */
static int governed(void)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(9),
	};
	int fd, family = AF_INET;
	socklen_t len = sizeof(family);

	fd = socket(AF_INET6, SOCK_DGRAM, 0);
	if (fd < 0)
		return fail("socket");
	addr.sin6_addr.s6_addr32[2] = htonl(0xffff);
	addr.sin6_addr.s6_addr32[3] = htonl(INADDR_LOOPBACK);
	if (connect(fd, (void *)&addr, sizeof(addr)))
		return fail("connect");
	setsockopt(fd, IPPROTO_IPV6, IPV6_ADDRFORM, &family, len);
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len))
		return fail("getsockopt");
	close(fd);
	puts(family == AF_INET6 ? "governed" : "ungoverned");
	return 0;
}

/* Until standard input ends. */
static void wait_for_end(void)
{
	char c;

	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
}

static int hold(const char *kind)
{
	int fds[2], err;

	err = make(kind, fds);
	if (err)
		return err;
	wait_for_end();
	return use(fds[0], fds[1]);
}

static int traffic(int count)
{
	static const char * const kinds[] = { "tcp", "udp", "unix" };
	int i, err;

	for (i = 0; i < count * 3; i++) {
		err = pass(kinds[i % 3]);
		if (err)
			return err;
	}
	return 0;
}

static int serve(void)
{
	struct sockaddr_in addr;
	char buf[64];
	ssize_t n;
	int fd, peer;

	fd = bound(SOCK_STREAM, &addr);
	if (fd < 0)
		return fail("socket");
	printf("%d\n", ntohs(addr.sin_port));
	fflush(stdout);
	peer = accept(fd, NULL, NULL);
	if (peer < 0)
		return fail("accept");
	while ((n = recv(peer, buf, sizeof(buf), 0)) > 0) {
		if (send(peer, buf, n, MSG_NOSIGNAL) != n)
			return fail("send");
	}
	return 0;
}

static int client(int port, bool stay)
{
	struct sockaddr_in addr = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		return fail("socket");
	if (connect(fd, (void *)&addr, sizeof(addr)))
		return fail("connect");
	if (stay)
		wait_for_end();
	return use(fd, fd);
}

static int datagram(int port)
{
	struct sockaddr_in addr = loopback(port);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0)
		return fail("socket");
	if (sendto(fd, "d", 1, 0, (void *)&addr, sizeof(addr)) != 1)
		return fail("sendto");
	return 0;
}

static int raw(void)
{
	return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) < 0 ? fail("socket") : 0;
}

/* Its proto has no answer, which nobody but io_uring has to find out. */
static int ping_queues(void)
{
	struct ring ring;
	int n, fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);

	if (fd < 0)
		return fail("socket");
	n = ring_open(&ring, 0);
	if (!n)
		n = ring_do(&ring, (struct io_uring_sqe) {
			.opcode = IORING_OP_URING_CMD, .fd = fd,
			.off = 0, /* SOCKET_URING_OP_SIOCINQ */
		});
	errno = -n;

	return n < 0 ? fail("queued") : 0;
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";
	const char *argument = argc > 2 ? argv[2] : "";
	int err;

	if (!strcmp(command, "governed"))
		return governed();
	if (!strcmp(command, "hold"))
		err = hold(argument);
	else if (!strcmp(command, "traffic"))
		err = traffic(atoi(argument));
	else if (!strcmp(command, "listen"))
		err = serve();
	else if (!strcmp(command, "connect"))
		err = client(atoi(argument), argc > 3);
	else if (!strcmp(command, "send"))
		err = datagram(atoi(argument));
	else if (!strcmp(command, "raw"))
		err = raw();
	else if (!strcmp(command, "ping-queues"))
		err = ping_queues();
	else if (*command)
		err = pass(command);
	else
		err = 2;
	if (!err)
		puts("ok");
	return err;
}
