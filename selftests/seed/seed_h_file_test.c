// SPDX-License-Identifier: GPL-2.0
/*
 * The rows of hostinet's sockets as files: readiness (H10), and reading,
 * writing and ioctls (H11).
 */
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/uio.h>

#include "seed_h.h"

/* What the ways to ask say about one descriptor. */
struct readiness {
	int poll;
	int select;
	int level;
	int edge;
};

#define ALL_EVENTS (POLLIN | POLLOUT | POLLPRI | POLLRDHUP)

static int select_all(int fd)
{
	struct timeval now = {};
	fd_set set[3];
	int i, said = 0;

	for (i = 0; i < 3; i++) {
		FD_ZERO(&set[i]);
		FD_SET(fd, &set[i]);
	}
	select(fd + 1, &set[0], &set[1], &set[2], &now);
	for (i = 0; i < 3; i++)
		said |= !!FD_ISSET(fd, &set[i]) << i;
	return said;
}

struct watched {
	int fd;
	int level;
	int edge;
};

static int watch(struct watched *w, int fd)
{
	struct epoll_event event = { .events = ALL_EVENTS };

	w->fd = fd;
	w->level = epoll_create1(EPOLL_CLOEXEC);
	w->edge = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_ctl(w->level, EPOLL_CTL_ADD, fd, &event))
		return -errno;
	event.events |= EPOLLET;
	return epoll_ctl(w->edge, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static void unwatch(struct watched *w)
{
	close(w->level);
	close(w->edge);
}

static int epoll_all(int fd)
{
	struct epoll_event event = {};

	return epoll_wait(fd, &event, 1, 0) > 0 ? event.events : 0;
}

static struct readiness readiness(struct watched *w)
{
	struct readiness r;

	r.poll = wait_for(w->fd, ALL_EVENTS, 0);
	r.select = select_all(w->fd);
	r.level = epoll_all(w->level);
	r.edge = epoll_all(w->edge);
	return r;
}

/* One step in the life of a connection; @peer is the other end. */
static int step(int number, int fd, int peer)
{
	static char block[65536];
	char c;
	int n;

	switch (number) {
	case 0:		/* as it is */
		return 0;
	case 1:
		return send(peer, "ab", 2, 0) == 2;
	case 2:		/* half of it: no edge */
		return recv(fd, &c, 1, 0) == 1;
	case 3:		/* more of it: an edge again */
		return send(peer, "c", 1, 0) == 1;
	case 4:
		return recv(fd, block, 2, 0) == 2;
	case 5:
		while (send(fd, block, sizeof(block), MSG_DONTWAIT) > 0)
			;
		/* What was on its way has arrived; now it is full. */
		for (n = 0; n < 20; n++) {
			poll(NULL, 0, 10);
			while (send(fd, block, sizeof(block),
				    MSG_DONTWAIT) > 0)
				n = 0;
		}
		return errno == EAGAIN;
	case 6:		/* nothing happens */
		return 0;
	case 7:
		while (recv(peer, block, sizeof(block), MSG_DONTWAIT) > 0 ||
		       !(wait_for(fd, POLLOUT, 0) & POLLOUT))
			;
		return 1;
	case 8:
		while (wait_for(peer, POLLIN, 500) & POLLIN) {
			if (recv(peer, block, sizeof(block),
				 MSG_DONTWAIT) <= 0)
				break;
		}
		return 1;
	case 9:
		return shutdown(peer, SHUT_WR) == 0;
	case 10:
		return recv(fd, &c, 1, 0) == 0;
	case 11:
		return shutdown(fd, SHUT_WR) == 0;
	case 12:
		return close(peer) == 0;
	default:
		return -1;
	}
}

#define STEPS 13

/* A reader that is refused: an error, and then none. */
static int udp_error(int fd, struct inet_addr *nobody)
{
	if (connect(fd, &nobody->sa, nobody->len))
		return -errno;
	return send(fd, "x", 1, 0) == 1 ? 0 : -errno;
}

/*
 * Readiness: poll, select, and epoll by level and by edge say of a socket what
 * they say of one that is not governed, through the life of a connection.
 */
TEST_F(seed_h, H10_readiness)
{
	struct watched mine, ref;
	struct readiness a, b;
	struct inet_addr nobody;
	int fds[2], i, n, tries;

#define SAME(what, number) do {						\
	for (tries = 0; tries < 200; tries++) {				\
		if (wait_for(mine.fd, ALL_EVENTS, 0) ==			\
		    wait_for(ref.fd, ALL_EVENTS, 0))			\
			break;						\
		poll(NULL, 0, 10);					\
	}								\
	poll(NULL, 0, 10);						\
	a = readiness(&ref);						\
	b = readiness(&mine);						\
	EXPECT_EQ(a.poll, b.poll);					\
	EXPECT_EQ(a.select, b.select);					\
	EXPECT_EQ(a.level, b.level);					\
	EXPECT_EQ(a.edge, b.edge)					\
		TH_LOG(what ", step %d", number);			\
	/* Once reported, an edge is not reported again. */		\
	EXPECT_EQ(0, epoll_all(mine.edge));				\
} while (0)

	/* A listener: nothing, a connection, nothing. */
	ASSERT_EQ(0, watch(&mine, self->tcp.listener));
	ASSERT_EQ(0, watch(&ref, self->ref.listener));
	SAME("listener", 0);
	for (i = 0; i < 2; i++) {
		struct tcp *tcp = i ? &self->ref : &self->tcp;

		fds[i] = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_LE(0, fds[i]);
		ASSERT_EQ(0, connect(fds[i], &tcp->addr.sa, tcp->addr.len));
	}
	SAME("listener", 1);
	EXPECT_EQ(POLLIN, a.poll);
	EXPECT_EQ(POLLIN, a.edge);
	drain(self->tcp.listener);
	drain(self->ref.listener);
	SAME("listener", 2);
	EXPECT_EQ(0, a.poll);
	unwatch(&mine);
	unwatch(&ref);
	close(fds[0]);
	close(fds[1]);

	/* Both ends of a connection, one after the other. */
	ASSERT_EQ(0, watch(&mine, self->tcp.client));
	ASSERT_EQ(0, watch(&ref, self->ref.client));
	for (n = 0; n < STEPS; n++) {
		ASSERT_EQ(step(n, self->ref.client, self->ref.server),
			  step(n, self->tcp.client, self->tcp.server))
			TH_LOG("step %d", n);
		SAME("client", n);
		if (n == 1)
			EXPECT_EQ(POLLIN | POLLOUT, a.edge);
		if (n == 2)
			EXPECT_EQ(0, a.edge);
		if (n == 5)
			EXPECT_EQ(0, a.poll);
		if (n == 7)
			EXPECT_EQ(POLLOUT, a.edge);
		if (n == 9)
			EXPECT_NE(0, a.poll & POLLRDHUP);
		if (n == 11)
			EXPECT_NE(0, a.poll & POLLHUP);
	}
	self->tcp.server = -1;
	self->ref.server = -1;
	unwatch(&mine);
	unwatch(&ref);

	/* A socket of its own that is not connected; and an error. */
	fds[0] = inet_bound(AF_INET, SOCK_DGRAM, 0, &nobody);
	ASSERT_LE(0, fds[0]);
	close(fds[0]);
	ASSERT_EQ(0, govern_leave());
	fds[1] = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, fds[1]);
	ASSERT_EQ(0, govern_enter(variant->id));
	fds[0] = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, fds[0]);
	ASSERT_EQ(0, watch(&mine, fds[0]));
	ASSERT_EQ(0, watch(&ref, fds[1]));
	SAME("datagrams", 0);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, udp_error(fds[i], &nobody));
		ASSERT_NE(0, wait_for(fds[i], POLLERR, SOON_MS) & POLLERR);
	}
	SAME("datagrams", 1);
	EXPECT_NE(0, a.edge & POLLERR);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(ECONNREFUSED, get_int(fds[i], SOL_SOCKET, SO_ERROR));
	SAME("datagrams", 2);
	EXPECT_EQ(POLLOUT, a.poll);
	unwatch(&mine);
	unwatch(&ref);
	close(fds[0]);
	close(fds[1]);
#undef SAME
}

/* read, readv, write, writev; the two ioctls, and ENOTTY for all others. */
TEST_F(seed_h, H11_files)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	struct ifconf ifc = {};
	struct iovec iov[2];
	int udp[2], kind, n;
	struct timeval stamp;
	char buf[8];
	size_t i;
	const struct {
		unsigned long cmd;
		void *arg;
	} others[] = {
		{ SIOCATMARK, &n }, { SIOCGIFCONF, &ifc },
		{ SIOCGIFINDEX, &ifr }, { SIOCGIFFLAGS, &ifr },
		{ SIOCGIFADDR, &ifr }, { SIOCGIFMTU, &ifr },
		{ SIOCGPGRP, &n }, { FIOGETOWN, &n },
		{ SIOCOUTQNSD, &n },
	};

	ASSERT_EQ(0, udp_open(udp, AF_INET));
	for (kind = 0; kind < 2; kind++) {
		int from = kind ? udp[0] : self->tcp.client;
		int to = kind ? udp[1] : self->tcp.server;

		ASSERT_EQ(3, write(from, "abc", 3));
		ASSERT_EQ(POLLIN, wait_for(to, POLLIN, SOON_MS));
		n = -1;
		EXPECT_EQ(0, ioctl(to, FIONREAD, &n));
		EXPECT_EQ(3, n);
		n = -1;
		EXPECT_EQ(0, ioctl(to, TIOCINQ, &n));
		EXPECT_EQ(3, n);
		n = -1;
		EXPECT_EQ(0, ioctl(to, TIOCOUTQ, &n));
		EXPECT_EQ(0, n);
		iov[0] = (struct iovec){ buf, 1 };
		iov[1] = (struct iovec){ buf + 1, 4 };
		EXPECT_EQ(3, readv(to, iov, 2));
		EXPECT_EQ(0, memcmp(buf, "abc", 3));
		iov[0] = (struct iovec){ "de", 2 };
		iov[1] = (struct iovec){ "f", 1 };
		EXPECT_EQ(3, writev(from, iov, 2));
		ASSERT_EQ(POLLIN, wait_for(to, POLLIN, SOON_MS));
		EXPECT_EQ(3, read(to, buf, sizeof(buf)));
		EXPECT_EQ(0, memcmp(buf, "def", 3));
		EXPECT_EQ(0, read(to, buf, 0));
		EXPECT_EQ(-ESPIPE, result(lseek(to, 0, SEEK_SET)));
		EXPECT_EQ(-ESPIPE, result(pread(to, buf, 1, 0)));
	}
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		EXPECT_EQ(self->governed ? -ENOTTY : 0,
			  result(ioctl(self->tcp.server, others[i].cmd,
				       others[i].arg)))
			TH_LOG("ioctl %#lx", others[i].cmd);
	}
	n = 0;
	EXPECT_EQ(self->governed ? -ENOTTY : 0,
		  result(ioctl(self->tcp.server, SIOCSPGRP, &n)));
	EXPECT_EQ(self->governed ? -ENOTTY : 0,
		  result(ioctl(udp[1], SIOCGSTAMP, &stamp)));
	/* What the kernel does not know either. */
	EXPECT_EQ(-ENOTTY, result(ioctl(self->tcp.server, TCGETS, buf)));
	/* FIONBIO never comes to a socket: it is the file's. */
	n = 1;
	EXPECT_EQ(0, ioctl(self->tcp.server, FIONBIO, &n));
	EXPECT_EQ(-EAGAIN, result(read(self->tcp.server, buf, 1)));
	close(udp[0]);
	close(udp[1]);
}

int main(int argc, char **argv)
{
	return seed_main(argc, argv);
}
