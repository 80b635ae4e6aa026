// SPDX-License-Identifier: GPL-2.0
/*
 * Entries of a connection: bind, listen, connect, accept, shutdown, the names
 * of both ends and close, by system calls and by io_uring.
 */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "entry.h"

/* What a listener's TCP_INFO holds in place of the lost segments. */
static int backlog_of(int fd)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return -errno;
	return info.tcpi_sacked;
}

static int bound_tcp(struct inet_addr *addr)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	*addr = loopback(AF_INET, 0);
	if (fd < 0 || bind(fd, &addr->sa, addr->len) || bound_to(fd, addr))
		return -errno;
	return fd;
}

TEST_F(entry, bind)
{
	struct inet_addr addr = loopback(AF_INET, 0), seen;
	int fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	mark(self);
	ASSERT_EQ(0, syscall(SYS_bind, fd, &addr.sa, addr.len));
	EXPECT_COUNTED(BIND, 1, 0, 0);
	ASSERT_EQ(0, bound_to(fd, &seen));
	EXPECT_EQ(addr.in.sin_addr.s_addr, seen.in.sin_addr.s_addr);
	EXPECT_NE(0, seen.in.sin_port);
	close(fd);
}

/* A kernel that does not know a request says so, whoever asks. */
TEST_F(entry, uring_bind)
{
	struct inet_addr addr = loopback(AF_INET, 0), seen;
	int fd, err;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	mark(self);
	err = ring_do(&self->ring, (struct io_uring_sqe) {
		.opcode = OP_BIND,
		.fd = fd,
		.addr = (uintptr_t)&addr.sa,
		.off = addr.len,
	});
	if (ring_knows(&self->ring, OP_BIND)) {
		EXPECT_EQ(0, err);
		EXPECT_COUNTED(BIND, 1, 0, 0);
		ASSERT_EQ(0, bound_to(fd, &seen));
		EXPECT_NE(0, seen.in.sin_port);
	} else {
		EXPECT_EQ(-EINVAL, err);
		EXPECT_COUNTED(BIND, 0, 0, 0);
	}
	close(fd);
}

static const struct {
	int backlog, governed;
} backlogs[] = { { 0, 8 }, { 5, 5 }, { 4000, 1024 } };

TEST_F(entry, listen)
{
	struct inet_addr addr;
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(backlogs); i++) {
		fd = bound_tcp(&addr);
		ASSERT_LE(0, fd);
		mark(self);
		ASSERT_EQ(0, syscall(SYS_listen, fd, backlogs[i].backlog));
		EXPECT_COUNTED(LISTEN, 1, 0, 0);
		EXPECT_EQ(self->governed ? backlogs[i].governed :
					   backlogs[i].backlog,
			  backlog_of(fd));
		close(fd);
	}
}

TEST_F(entry, uring_listen)
{
	struct inet_addr addr;
	bool known = ring_knows(&self->ring, OP_LISTEN);
	size_t i;
	int fd, err;

	for (i = 0; i < ARRAY_SIZE(backlogs); i++) {
		fd = bound_tcp(&addr);
		ASSERT_LE(0, fd);
		mark(self);
		err = ring_do(&self->ring, (struct io_uring_sqe) {
			.opcode = OP_LISTEN,
			.fd = fd,
			.len = backlogs[i].backlog,
		});
		EXPECT_EQ(known ? 0 : -EINVAL, err);
		EXPECT_COUNTED(LISTEN, known, 0, 0);
		if (known)
			EXPECT_EQ(self->governed ? backlogs[i].governed :
						   backlogs[i].backlog,
				  backlog_of(fd));
		close(fd);
	}
}

TEST_F(entry, connect)
{
	struct inet_addr *addr = &self->tcp.addr;
	int fd, server;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	mark(self);
	ASSERT_EQ(0, syscall(SYS_connect, fd, &addr->sa, addr->len));
	EXPECT_COUNTED(CONNECT, 1, 0, 0);
	server = accept(self->tcp.listener, NULL, NULL);
	ASSERT_LE(0, server);
	EXPECT_EQ(1, passes(fd, server));
	close(server);
	close(fd);
}

TEST_F(entry, uring_connect)
{
	static const int flags[] = { 0, IOSQE_ASYNC };
	struct inet_addr *addr = &self->tcp.addr;
	int fd, server;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_LE(0, fd);
		mark(self);
		ASSERT_EQ(0, ring_do(&self->ring, (struct io_uring_sqe) {
				.opcode = IORING_OP_CONNECT,
				.flags = flags[i],
				.fd = fd,
				.addr = (uintptr_t)&addr->sa,
				.off = addr->len,
			  }));
		/* A connection that is under way is asked for again. */
		EXPECT_COUNTED_ONCE_OR_MORE(CONNECT);
		server = accept(self->tcp.listener, NULL, NULL);
		ASSERT_LE(0, server);
		EXPECT_EQ(1, passes(fd, server));
		close(server);
		close(fd);
	}
}

typedef int (*accept_t)(struct ring *ring, int fd, struct inet_addr *addr,
			int flags);

static int by_accept(struct ring *ring, int fd, struct inet_addr *addr,
		     int flags)
{
	int new = syscall(SYS_accept, fd, &addr->sa, &addr->len);

	return new < 0 ? -errno : new;
}

static int by_accept4(struct ring *ring, int fd, struct inet_addr *addr,
		      int flags)
{
	int new = syscall(SYS_accept4, fd, &addr->sa, &addr->len, flags);

	return new < 0 ? -errno : new;
}

static int by_ring_accept(struct ring *ring, int fd, struct inet_addr *addr,
			  int flags)
{
	return ring_do(ring, (struct io_uring_sqe) {
		.opcode = IORING_OP_ACCEPT,
		.fd = fd,
		.addr = (uintptr_t)&addr->sa,
		.off = (uintptr_t)&addr->len,
		.accept_flags = flags,
	});
}

static int by_worker_accept(struct ring *ring, int fd, struct inet_addr *addr,
			    int flags)
{
	return ring_do(ring, (struct io_uring_sqe) {
		.opcode = IORING_OP_ACCEPT,
		.flags = IOSQE_ASYNC,
		.fd = fd,
		.addr = (uintptr_t)&addr->sa,
		.off = (uintptr_t)&addr->len,
		.accept_flags = flags,
	});
}

/* The new socket is governed as the listener is, wherever it is accepted. */
static void check_accept(struct __test_metadata *_metadata,
			 FIXTURE_DATA(entry) *self, accept_t accept, int flags)
{
	struct inet_addr *addr = &self->tcp.addr, peer = {}, own;
	int client, server;

	client = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, client);
	ASSERT_EQ(0, connect(client, &addr->sa, addr->len));
	ASSERT_EQ(POLLIN, wait_for(self->tcp.listener, POLLIN, SOON_MS));
	mark(self);
	if (self->governed)
		ASSERT_EQ(0, govern_leave());
	peer.len = sizeof(peer.in6);
	server = accept(&self->ring, self->tcp.listener, &peer, flags);
	if (self->governed)
		ASSERT_EQ(0, govern_enter(self->id));
	ASSERT_LE(0, server);
	EXPECT_COUNTED(ACCEPT, 1, 0, 0);
	EXPECT_EQ(self->governed, is_governed(server));
	EXPECT_EQ(sizeof(peer.in), peer.len);
	ASSERT_EQ(0, bound_to(client, &own));
	EXPECT_EQ(own.in.sin_port, peer.in.sin_port);
	EXPECT_EQ(flags & SOCK_CLOEXEC ? FD_CLOEXEC : 0,
		  fcntl(server, F_GETFD));
	EXPECT_EQ(flags & SOCK_NONBLOCK ? O_NONBLOCK : 0,
		  fcntl(server, F_GETFL) & O_NONBLOCK);
	EXPECT_EQ(1, passes(client, server));
	close(server);
	close(client);
}

TEST_F(entry, accept)
{
	check_accept(_metadata, self, by_accept, 0);
}

TEST_F(entry, accept4)
{
	check_accept(_metadata, self, by_accept4, 0);
	check_accept(_metadata, self, by_accept4, SOCK_CLOEXEC | SOCK_NONBLOCK);
	EXPECT_EQ(-1, accept4(self->tcp.listener, NULL, NULL, 1));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(entry, uring_accept)
{
	check_accept(_metadata, self, by_ring_accept, 0);
	check_accept(_metadata, self, by_ring_accept,
		     SOCK_CLOEXEC | SOCK_NONBLOCK);
	check_accept(_metadata, self, by_worker_accept, SOCK_CLOEXEC);
}

/* One request that goes on accepting. */
TEST_F(entry, uring_accept_multishot)
{
	struct inet_addr *addr = &self->tcp.addr;
	int i, client, server;

	ASSERT_EQ(0, ring_submit(&self->ring, &(struct io_uring_sqe) {
			.opcode = IORING_OP_ACCEPT,
			.fd = self->tcp.listener,
			.ioprio = IORING_ACCEPT_MULTISHOT,
		  }));
	for (i = 0; i < 3; i++) {
		client = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_LE(0, client);
		ASSERT_EQ(0, connect(client, &addr->sa, addr->len));
		server = ring_wait(&self->ring);
		ASSERT_LE(0, server);
		EXPECT_EQ(self->governed, is_governed(server));
		EXPECT_EQ(1, passes(client, server));
		close(server);
		close(client);
	}
}

TEST_F(entry, shutdown)
{
	char c;

	mark(self);
	ASSERT_EQ(0, syscall(SYS_shutdown, self->tcp.client, SHUT_WR));
	EXPECT_COUNTED(SHUTDOWN, 1, 0, 0);
	EXPECT_EQ(0, recv_all(self->tcp.server, &c, 1));
	EXPECT_EQ(1, passes(self->tcp.server, self->tcp.client));
	EXPECT_EQ(-1, syscall(SYS_shutdown, self->tcp.client, 3));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(entry, uring_shutdown)
{
	char c;

	mark(self);
	ASSERT_EQ(0, ring_do(&self->ring, (struct io_uring_sqe) {
			.opcode = IORING_OP_SHUTDOWN,
			.fd = self->tcp.client,
			.len = SHUT_WR,
		  }));
	EXPECT_COUNTED(SHUTDOWN, 1, 0, 0);
	EXPECT_EQ(0, recv_all(self->tcp.server, &c, 1));
	EXPECT_EQ(1, passes(self->tcp.server, self->tcp.client));
}

TEST_F(entry, getsockname)
{
	struct inet_addr seen;

	seen.len = sizeof(seen.in6);
	mark(self);
	ASSERT_EQ(0, syscall(SYS_getsockname, self->tcp.server, &seen.sa,
			     &seen.len));
	EXPECT_COUNTED(GETNAME, 1, 0, 0);
	EXPECT_EQ(sizeof(seen.in), seen.len);
	EXPECT_EQ(0, memcmp(&self->tcp.addr.in, &seen.in, sizeof(seen.in)));
}

TEST_F(entry, getpeername)
{
	struct inet_addr seen;

	seen.len = sizeof(seen.in6);
	mark(self);
	ASSERT_EQ(0, syscall(SYS_getpeername, self->tcp.client, &seen.sa,
			     &seen.len));
	EXPECT_COUNTED(GETNAME, 1, 0, 0);
	EXPECT_EQ(sizeof(seen.in), seen.len);
	EXPECT_EQ(0, memcmp(&self->tcp.addr.in, &seen.in, sizeof(seen.in)));
}

TEST_F(entry, uring_poll_add)
{
	ASSERT_EQ(0, ring_submit(&self->ring, &(struct io_uring_sqe) {
			.opcode = IORING_OP_POLL_ADD,
			.fd = self->tcp.server,
			.poll32_events = POLLIN,
		  }));
	ASSERT_EQ(5, send(self->tcp.client, "hello", 5, 0));
	EXPECT_EQ(POLLIN, ring_wait(&self->ring));
	/* One that is ready already. */
	EXPECT_EQ(POLLOUT, ring_do(&self->ring, (struct io_uring_sqe) {
			.opcode = IORING_OP_POLL_ADD,
			.fd = self->tcp.client,
			.poll32_events = POLLOUT,
		  }));
}

TEST_F(entry, uring_close)
{
	char c;

	ASSERT_EQ(0, ring_do(&self->ring, (struct io_uring_sqe) {
			.opcode = IORING_OP_CLOSE,
			.fd = self->tcp.client,
		  }));
	EXPECT_EQ(-1, fcntl(self->tcp.client, F_GETFD));
	self->tcp.client = -1;
	EXPECT_EQ(0, recv_all(self->tcp.server, &c, 1));
}

int main(int argc, char **argv)
{
	return entry_main(argc, argv);
}
