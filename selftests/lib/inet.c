// SPDX-License-Identifier: GPL-2.0
/* Loopback sockets for tests: see inet.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "inet.h"

struct inet_addr loopback(int family, in_port_t port)
{
	struct inet_addr addr = {};

	if (family == AF_INET6) {
		addr.in6.sin6_family = AF_INET6;
		addr.in6.sin6_addr = in6addr_loopback;
		addr.in6.sin6_port = htons(port);
		addr.len = sizeof(addr.in6);
	} else {
		addr.in.sin_family = AF_INET;
		addr.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		addr.in.sin_port = htons(port);
		addr.len = sizeof(addr.in);
	}
	return addr;
}

struct inet_addr at(const char *text, in_port_t port)
{
	struct inet_addr addr = { };

	if (strchr(text, ':')) {
		addr.in6.sin6_family = AF_INET6;
		addr.in6.sin6_port = htons(port);
		inet_pton(AF_INET6, text, &addr.in6.sin6_addr);
		addr.len = sizeof(addr.in6);
	} else {
		addr.in.sin_family = AF_INET;
		addr.in.sin_port = htons(port);
		inet_pton(AF_INET, text, &addr.in.sin_addr);
		addr.len = sizeof(addr.in);
	}

	return addr;
}

struct inet_addr mapped(const struct inet_addr *addr)
{
	struct inet_addr to = {
		.in6.sin6_family = AF_INET6,
		.in6.sin6_port = addr->in.sin_port,
		.len = sizeof(to.in6),
	};

	to.in6.sin6_addr.s6_addr32[2] = htonl(0xffff);
	to.in6.sin6_addr.s6_addr32[3] = addr->in.sin_addr.s_addr;
	return to;
}

int bound_to(int fd, struct inet_addr *addr)
{
	addr->len = sizeof(addr->in6);
	return getsockname(fd, &addr->sa, &addr->len) ? -errno : 0;
}

int try_socket(int family, int type, int protocol)
{
	int fd = socket(family, type, protocol);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

int try_connect(int fd, const struct inet_addr *to)
{
	return connect(fd, &to->sa, to->len) ? -errno : 0;
}

int try_sendto(int fd, const struct inet_addr *to, int flags)
{
	return sendto(fd, "x", 1, flags, &to->sa, to->len) < 0 ? -errno : 0;
}

int try_datagram(const char *text)
{
	struct inet_addr to = at(text, 9);
	int fd = socket(to.sa.sa_family, SOCK_DGRAM, 0);
	int err = fd < 0 ? -errno : try_sendto(fd, &to, 0);

	close(fd);
	return err;
}

int send_with(int fd, const struct inet_addr *to, int level, int type,
		 const void *data, size_t length)
{
	char control[128] = { };
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_name = to ? (void *)&to->sa : NULL,
		.msg_namelen = to ? to->len : 0,
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = CMSG_SPACE(length),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = level;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(length);
	memcpy(CMSG_DATA(cmsg), data, length);

	return sendmsg(fd, &msg, 0) < 0 ? -errno : 0;
}

int inet_bound(int family, int type, int protocol, struct inet_addr *addr)
{
	int fd, err;

	fd = socket(family, type, protocol);
	if (fd < 0)
		return -errno;
	*addr = loopback(family, 0);
	err = bind(fd, &addr->sa, addr->len) ? -errno : bound_to(fd, addr);
	if (!err && (type & 0xf) == SOCK_STREAM && listen(fd, 16))
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

int tcp_open_protocol(struct tcp *tcp, int family, int protocol)
{
	int err = 0;

	tcp->client = -1;
	tcp->server = -1;
	tcp->listener = inet_bound(family, SOCK_STREAM, protocol, &tcp->addr);
	if (tcp->listener < 0)
		return tcp->listener;
	tcp->client = socket(family, SOCK_STREAM, protocol);
	if (tcp->client < 0 ||
	    connect(tcp->client, &tcp->addr.sa, tcp->addr.len)) {
		err = -errno;
	} else {
		tcp->server = accept(tcp->listener, NULL, NULL);
		if (tcp->server < 0)
			err = -errno;
	}
	if (err)
		tcp_close(tcp);
	return err;
}

int tcp_open(struct tcp *tcp, int family)
{
	return tcp_open_protocol(tcp, family, 0);
}

void tcp_close(struct tcp *tcp)
{
	if (tcp->client >= 0)
		close(tcp->client);
	if (tcp->server >= 0)
		close(tcp->server);
	if (tcp->listener >= 0)
		close(tcp->listener);
}

int udp_open(int fds[2], int family)
{
	struct inet_addr addr[2];
	int i, err;

	for (i = 0; i < 2; i++) {
		fds[i] = inet_bound(family, SOCK_DGRAM, 0, &addr[i]);
		if (fds[i] < 0)
			return fds[i];
	}
	for (i = 0; i < 2; i++) {
		if (connect(fds[i], &addr[!i].sa, addr[!i].len)) {
			err = -errno;
			close(fds[0]);
			close(fds[1]);
			return err;
		}
	}
	return 0;
}

int get_int(int fd, int level, int name)
{
	socklen_t len = sizeof(int);
	int value = -1;

	return getsockopt(fd, level, name, &value, &len) ? -errno : value;
}

int set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) ? -errno : 0;
}

int wait_for(int fd, short events, int timeout_ms)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	return poll(&pfd, 1, timeout_ms) < 0 ? -errno : pfd.revents;
}

ssize_t recv_all(int fd, void *buf, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		if (!wait_for(fd, POLLIN, SOON_MS))
			return -ETIMEDOUT;
		n = recv(fd, (char *)buf + done, len - done, 0);
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += n;
	}
	return done;
}

ssize_t send_all(int fd, const void *buf, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = send(fd, (const char *)buf + done, len - done,
			 MSG_NOSIGNAL);
		if (n < 0)
			return -errno;
		done += n;
	}
	return done;
}

int passes(int from, int to)
{
	char in = 0, out = '!';

	return send_all(from, &out, 1) == 1 && recv_all(to, &in, 1) == 1 &&
	       in == out;
}

int put_text(const char *path, const char *text)
{
	ssize_t n;
	int fd, err = 0;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	if (n < 0)
		err = -errno;
	close(fd);
	return err;
}

int get_text(const char *path, char *text, size_t size)
{
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	close(fd);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return 0;
}

/* Wait until /proc shows this state of a task. */
static bool reaches(pid_t tid, char wanted)
{
	char path[64], text[512];
	const char *state;
	int i;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	for (i = 0; i < SOON_MS / 10; i++) {
		if (get_text(path, text, sizeof(text)))
			return false;
		/* Behind the name, which may have anything in it. */
		state = strrchr(text, ')');
		if (state && state[1] == ' ' && state[2] == wanted)
			return true;
		/* Most do soon. */
		poll(NULL, 0, i < 50 ? 1 : 10);
	}

	return false;
}

bool sleeps(pid_t tid)
{
	return reaches(tid, 'S');
}

bool blocked(pid_t tid)
{
	return reaches(tid, 'D');
}

bool kernel_since(unsigned int major, unsigned int minor)
{
	unsigned int own_major = 0, own_minor = 0;
	struct utsname name;

	uname(&name);
	sscanf(name.release, "%u.%u", &own_major, &own_minor);

	return own_major > major ||
	       (own_major == major && own_minor >= minor);
}
