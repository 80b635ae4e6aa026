// SPDX-License-Identifier: GPL-2.0
/*
 * Every entry into the socket layer meets the verdicts of gvisor-2020: the 18
 * system calls that gVisor handles, the file system's (read, write, sendfile,
 * splice) and io_uring's, from the submitting task, from a worker thread and
 * from the kernel's polling thread.
 *
 * A refusal is shown where one can be had, with what is allowed beside it, and
 * the ungoverned call as the baseline. Where no rule can refuse, the counters
 * tell that the call was judged.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "counters.h"
#include "harness.h"
#include "inet.h"
#include "ring.h"

FIXTURE(entry) {
	bool governed;
	enum govern_id id;
	struct tcp tcp;
	struct ring ring;	/* requests run in the task that submits them */
	struct tally before;	/* see mark() */
};

FIXTURE_VARIANT(entry) {
	enum govern_id id;
};

FIXTURE_VARIANT_ADD(entry, ungoverned) {
	.id = UNGOVERNED,
};

FIXTURE_VARIANT_ADD(entry, native) {
	.id = GVISOR2020_NATIVE,
};

FIXTURE_VARIANT_ADD(entry, hostinet) {
	.id = GVISOR2020_HOSTINET,
};

/* --- the counters --------------------------------------------------------- */

/* What EXPECT_COUNTED() counts begins here. */
static void mark(FIXTURE_DATA(entry) *self)
{
	if (self->governed && read_tally(self->id, &self->before))
		memset(&self->before, 0xff, sizeof(self->before));
}

/* The calls since mark(), by verdict. */
#define EXPECT_COUNTED(operation, _allowed, _ignored, _denied)		\
	do {								\
		struct counts _c;					\
									\
		if (!self->governed)					\
			break;						\
		_c = counts_since(self->id, &self->before, operation);				\
		EXPECT_EQ(_allowed, _c.allowed)				\
			TH_LOG("%s", operation_names[operation]);	\
		EXPECT_EQ(_ignored, _c.ignored)				\
			TH_LOG("%s", operation_names[operation]);	\
		EXPECT_EQ(_denied, _c.denied)				\
			TH_LOG("%s", operation_names[operation]);	\
	} while (0)

/* For calls that the kernel may repeat, or cut in pieces. */
#define EXPECT_COUNTED_ONCE_OR_MORE(operation)				\
	do {								\
		struct counts _c;					\
									\
		if (!self->governed)					\
			break;						\
		_c = counts_since(self->id, &self->before, operation);				\
		EXPECT_LE(1, _c.allowed)				\
			TH_LOG("%s", operation_names[operation]);	\
		EXPECT_EQ(0, _c.ignored + _c.denied)			\
			TH_LOG("%s", operation_names[operation]);	\
	} while (0)

/* --- what every test has -------------------------------------------------- */

FIXTURE_SETUP(entry)
{
	govern_setup(_metadata, variant->id);
	if (_metadata->exit_code)
		return;
	self->id = variant->id;
	self->governed = variant->id != UNGOVERNED;
	ASSERT_EQ(0, ring_open(&self->ring, 0));
	ASSERT_EQ(0, tcp_open(&self->tcp, AF_INET));
}

FIXTURE_TEARDOWN(entry)
{
	tcp_close(&self->tcp);
	close(self->ring.fd);
}

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

/* --- creation ------------------------------------------------------------- */

typedef int (*create_t)(struct ring *ring, int family, int type, int protocol);

static int by_socket(struct ring *ring, int family, int type, int protocol)
{
	int fd = syscall(SYS_socket, family, type, protocol);

	return fd < 0 ? -errno : fd;
}

static int by_ring_socket(struct ring *ring, int family, int type, int protocol)
{
	return ring_socket(ring, 0, family, type, protocol);
}

static int by_worker_socket(struct ring *ring, int family, int type,
			    int protocol)
{
	return ring_socket(ring, IOSQE_ASYNC, family, type, protocol);
}

static void check_create(struct __test_metadata *_metadata,
			 FIXTURE_DATA(entry) *self, struct ring *ring,
			 create_t create)
{
	static const struct {
		int family, type, protocol;
		bool allowed;
	} kinds[] = {
		{ AF_INET, SOCK_STREAM, 0, true },
		{ AF_INET, SOCK_DGRAM, 0, true },
		{ AF_INET6, SOCK_STREAM, IPPROTO_TCP, true },
		{ AF_UNIX, SOCK_SEQPACKET, 0, true },
		{ AF_PACKET, SOCK_RAW, 0, false },
		{ AF_PACKET, SOCK_DGRAM, 0, false },
		{ AF_INET, SOCK_RAW, IPPROTO_RAW, false },
		{ AF_INET, SOCK_RAW, IPPROTO_ICMP, false },
		{ AF_INET6, SOCK_RAW, IPPROTO_UDP, false },
		{ AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, false },
	};
	size_t i;
	int fd;

	mark(self);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		fd = create(ring, kinds[i].family, kinds[i].type,
			    kinds[i].protocol);
		if (self->governed && !kinds[i].allowed) {
			EXPECT_EQ(-EAFNOSUPPORT, fd)
				TH_LOG("kind %zu", i);
			continue;
		}
		ASSERT_LE(0, fd)
			TH_LOG("kind %zu", i);
		if (i == 0)
			EXPECT_EQ(self->governed, is_governed(fd));
		EXPECT_EQ(kinds[i].family, get_int(fd, SOL_SOCKET, SO_DOMAIN));
		EXPECT_EQ(kinds[i].type, get_int(fd, SOL_SOCKET, SO_TYPE));
		close(fd);
	}
	EXPECT_COUNTED(CREATE, 4, 0, 6);
}

TEST_F(entry, socket)
{
	check_create(_metadata, self, NULL, by_socket);
}

TEST_F(entry, uring_socket)
{
	check_create(_metadata, self, &self->ring, by_ring_socket);
}

TEST_F(entry, uring_socket_in_a_worker)
{
	check_create(_metadata, self, &self->ring, by_worker_socket);
}

/* The kernel's thread that polls the ring creates as its owner does. */
TEST_F(entry, uring_socket_in_the_poller)
{
	struct ring ring;

	ASSERT_EQ(0, ring_open(&ring, IORING_SETUP_SQPOLL));
	check_create(_metadata, self, &ring, by_ring_socket);
	check_create(_metadata, self, &ring, by_worker_socket);
	close(ring.fd);
}

/* So it does when the process, its ring and its threads were there before. */
TEST_F(entry, uring_threads_move_with_the_process)
{
	struct ring ring;
	int fd;

	ASSERT_EQ(0, govern_leave());
	ASSERT_EQ(0, ring_open(&ring, IORING_SETUP_SQPOLL));
	fd = ring_socket(&ring, IOSQE_ASYNC, AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, is_governed(fd));
	close(fd);
	fd = ring_socket(&self->ring, IOSQE_ASYNC, AF_PACKET, SOCK_RAW, 0);
	ASSERT_LE(0, fd);
	close(fd);
	ASSERT_EQ(0, govern_enter(self->id));
	check_create(_metadata, self, &ring, by_ring_socket);
	check_create(_metadata, self, &ring, by_worker_socket);
	check_create(_metadata, self, &self->ring, by_worker_socket);
	close(ring.fd);
}

/* A socket that is in a ring's own table, and never has a descriptor. */
TEST_F(entry, uring_direct_descriptor)
{
	int table[] = { -1 };
	struct ring *ring = &self->ring;

	ASSERT_EQ(0, syscall(SYS_io_uring_register, ring->fd,
			     IORING_REGISTER_FILES, table, 1));
	mark(self);
	EXPECT_EQ(self->governed ? -EAFNOSUPPORT : 0,
		  ring_do(ring, (struct io_uring_sqe) {
			.opcode = IORING_OP_SOCKET,
			.fd = AF_PACKET,
			.off = SOCK_RAW,
			.file_index = 1,
		  }));
	EXPECT_EQ(0, ring_do(ring, (struct io_uring_sqe) {
			.opcode = IORING_OP_SOCKET,
			.fd = AF_INET,
			.off = SOCK_STREAM,
			.file_index = 1,
		  }));
	EXPECT_COUNTED(CREATE, 1, 0, 1);
	mark(self);
	ASSERT_EQ(0, ring_do(ring, (struct io_uring_sqe) {
			.opcode = IORING_OP_CONNECT,
			.flags = IOSQE_FIXED_FILE,
			.addr = (uintptr_t)&self->tcp.addr.sa,
			.off = self->tcp.addr.len,
		  }));
	EXPECT_COUNTED_ONCE_OR_MORE(CONNECT);
	EXPECT_EQ(self->governed ? -EINVAL : 1,
		  ring_transfer(ring, IORING_OP_SEND, IOSQE_FIXED_FILE, 0, "d",
				1, MSG_CONFIRM));
	EXPECT_EQ(1, ring_transfer(ring, IORING_OP_SEND, IOSQE_FIXED_FILE, 0,
				   "d", 1, 0));
	EXPECT_EQ(0, ring_do(ring, (struct io_uring_sqe) {
			.opcode = IORING_OP_CLOSE,
			.file_index = 1,
		  }));
}

TEST_F(entry, socketpair)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	int sv[2] = { -1, -1 };
	size_t i;

	mark(self);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		ASSERT_EQ(0, syscall(SYS_socketpair, AF_UNIX,
				     types[i] | SOCK_CLOEXEC, 0, sv));
		EXPECT_EQ(FD_CLOEXEC, fcntl(sv[0], F_GETFD));
		EXPECT_EQ(1, passes(sv[0], sv[1]));
		EXPECT_EQ(self->governed ? -ENOPROTOOPT : 1,
			  get_int(sv[0], SOL_SOCKET, SO_RCVLOWAT));
		close(sv[0]);
		close(sv[1]);
	}
	EXPECT_COUNTED(CREATE, 6, 0, 0);
	EXPECT_COUNTED(PAIR, 3, 0, 0);
	mark(self);
	EXPECT_EQ(-1, syscall(SYS_socketpair, AF_INET, SOCK_RAW, IPPROTO_RAW,
			      sv));
	EXPECT_EQ(self->governed ? EAFNOSUPPORT : EOPNOTSUPP, errno);
	EXPECT_EQ(-1, syscall(SYS_socketpair, AF_PACKET, SOCK_RAW, 0, sv));
	EXPECT_EQ(self->governed ? EAFNOSUPPORT : EOPNOTSUPP, errno);
	EXPECT_COUNTED(CREATE, 0, 0, 2);
	EXPECT_COUNTED(PAIR, 0, 0, 0);
	if (!self->governed)
		return;
	/* Where no socket is allowed, no pair is. */
	ASSERT_EQ(0, govern_enter(NONE));
	EXPECT_EQ(-1, syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, sv));
	EXPECT_EQ(EAFNOSUPPORT, errno);
	ASSERT_EQ(0, govern_enter(self->id));
}

/* --- connections ---------------------------------------------------------- */

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

/* --- options -------------------------------------------------------------- */

typedef int (*setsockopt_t)(struct ring *ring, int fd, int level, int name,
			    void *value, int len);

static int by_setsockopt(struct ring *ring, int fd, int level, int name,
			 void *value, int len)
{
	return syscall(SYS_setsockopt, fd, level, name, value, len) ? -errno :
								      0;
}

static int by_ring_setsockopt(struct ring *ring, int fd, int level, int name,
			      void *value, int len)
{
	return ring_command(ring, SOCKET_OP_SETSOCKOPT, fd, level, name, value,
			    len);
}

static void check_setsockopt(struct __test_metadata *_metadata,
			     FIXTURE_DATA(entry) *self, setsockopt_t set)
{
	struct ring *ring = &self->ring;
	int fd = self->tcp.client, on = 1;

	/* Allowed, at every level. */
	mark(self);
	EXPECT_EQ(0, set(ring, fd, SOL_SOCKET, SO_REUSEADDR, &on, 4));
	EXPECT_EQ(0, set(ring, fd, IPPROTO_TCP, TCP_NODELAY, &on, 4));
	EXPECT_EQ(0, set(ring, fd, IPPROTO_IP, IP_RECVTOS, &on, 4));
	EXPECT_COUNTED(SETSOCKOPT, 3, 0, 0);
	EXPECT_EQ(1, get_int(fd, SOL_SOCKET, SO_REUSEADDR));
	EXPECT_EQ(1, get_int(fd, IPPROTO_TCP, TCP_NODELAY));
	EXPECT_EQ(1, get_int(fd, IPPROTO_IP, IP_RECVTOS));
	/* Ignored: no error, no effect. */
	mark(self);
	EXPECT_EQ(0, set(ring, fd, SOL_SOCKET, SO_KEEPALIVE, &on, 4));
	EXPECT_EQ(self->governed ? 0 : -ENOPROTOOPT,
		  set(ring, fd, SOL_SOCKET, 9999, &on, 4));
	EXPECT_EQ(self->governed ? 0 : -ENOENT,
		  set(ring, fd, IPPROTO_TCP, TCP_CONGESTION, "nosuch", 6));
	EXPECT_COUNTED(SETSOCKOPT, 0, 3, 0);
	EXPECT_EQ(!self->governed, get_int(fd, SOL_SOCKET, SO_KEEPALIVE));
	/* Denied: too short where the kernel takes a byte, and too long. */
	mark(self);
	EXPECT_EQ(self->governed ? -EINVAL : 0,
		  set(ring, fd, IPPROTO_IP, IP_TOS, &on, 1));
	EXPECT_EQ(self->governed ? -EINVAL : 0,
		  set(ring, fd, SOL_SOCKET, SO_REUSEADDR, &on, 8193));
	EXPECT_COUNTED(SETSOCKOPT, 0, 0, 2);
}

TEST_F(entry, setsockopt)
{
	check_setsockopt(_metadata, self, by_setsockopt);
}

/* IORING_OP_URING_CMD of sockets, or what a kernel without it answers. */
TEST_F(entry, uring_setsockopt)
{
	int on = 1;

	if (by_ring_setsockopt(&self->ring, self->tcp.client, SOL_SOCKET,
			       SO_REUSEADDR, &on, 4) == -EOPNOTSUPP) {
		ASSERT_EQ(0, ring_knows(&self->ring, OP_BIND));
		EXPECT_EQ(0, get_int(self->tcp.client, SOL_SOCKET,
				     SO_REUSEADDR));
		return;
	}
	check_setsockopt(_metadata, self, by_ring_setsockopt);
}

TEST_F(entry, getsockopt)
{
	int fd = self->tcp.client, value;
	socklen_t len = 4;

	mark(self);
	EXPECT_EQ(0, syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &value,
			     &len));
	EXPECT_EQ(SOCK_STREAM, value);
	EXPECT_EQ(0, get_int(fd, IPPROTO_TCP, TCP_NODELAY));
	EXPECT_COUNTED(GETSOCKOPT, 2, 0, 0);
	mark(self);
	EXPECT_EQ(self->governed ? -ENOPROTOOPT : 1,
		  get_int(fd, SOL_SOCKET, SO_RCVLOWAT));
	EXPECT_EQ(self->governed ? -ENOPROTOOPT : 0,
		  get_int(fd, IPPROTO_TCP, TCP_CORK));
	EXPECT_EQ(self->governed ? -ENOPROTOOPT : 64,
		  get_int(fd, IPPROTO_IP, IP_TTL));
	EXPECT_COUNTED(GETSOCKOPT, 0, 0, 3);
	len = 3;
	EXPECT_EQ(self->governed ? -1 : 0,
		  syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &value,
			  &len));
}

TEST_F(entry, uring_getsockopt)
{
	struct ring *ring = &self->ring;
	int fd = self->tcp.client, value = -1, len;

	mark(self);
	len = ring_command(ring, SOCKET_OP_GETSOCKOPT, fd, SOL_SOCKET, SO_TYPE,
			   &value, 4);
	if (len == -EOPNOTSUPP) {
		ASSERT_EQ(0, ring_knows(ring, OP_BIND));
		return;
	}
	EXPECT_EQ(4, len);
	EXPECT_EQ(SOCK_STREAM, value);
	EXPECT_COUNTED(GETSOCKOPT, 1, 0, 0);
	mark(self);
	EXPECT_EQ(self->governed ? -ENOPROTOOPT : 4,
		  ring_command(ring, SOCKET_OP_GETSOCKOPT, fd, SOL_SOCKET,
			       SO_RCVLOWAT, &value, 4));
	EXPECT_COUNTED(GETSOCKOPT, 0, 0, 1);
	EXPECT_EQ(self->governed ? -EINVAL : 3,
		  ring_command(ring, SOCKET_OP_GETSOCKOPT, fd, SOL_SOCKET,
			       SO_TYPE, &value, 3));
	EXPECT_EQ(-EINVAL, ring_command(ring, SOCKET_OP_GETSOCKOPT, fd,
					SOL_SOCKET, SO_TYPE, &value, -1));
}

/* FIONREAD and TIOCOUTQ by another road: no policy of today refuses them. */
TEST_F(entry, uring_queues)
{
	struct ring *ring = &self->ring;
	int n;

	ASSERT_EQ(3, send(self->tcp.client, "abc", 3, 0));
	ASSERT_EQ(POLLIN, wait_for(self->tcp.server, POLLIN, SOON_MS));
	n = ring_command(ring, SOCKET_OP_SIOCINQ, self->tcp.server, 0, 0, NULL,
			 0);
	if (!ring_knows(ring, OP_BIND)) {
		EXPECT_EQ(-EOPNOTSUPP, n);
		return;
	}
	EXPECT_EQ(3, n);
	EXPECT_EQ(0, ring_command(ring, SOCKET_OP_SIOCOUTQ, self->tcp.server, 0,
				  0, NULL, 0));
}

/* --- sends and receives --------------------------------------------------- */

typedef ssize_t (*transfer_t)(struct ring *ring, int fd, struct iovec *iov,
			      int flags);

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

static char hello[] = "hello";

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

/* --- control messages and addresses, by every call that carries them ------ */

typedef ssize_t (*message_t)(struct ring *ring, int fd, struct msghdr *msg);

static ssize_t send_one_message(struct ring *ring, int fd, struct msghdr *msg)
{
	return sendmsg(fd, msg, 0) < 0 ? -errno : 0;
}

static ssize_t send_messages(struct ring *ring, int fd, struct msghdr *msg)
{
	struct mmsghdr mmsg = { *msg };

	return sendmmsg(fd, &mmsg, 1, 0) != 1 ? -errno : 0;
}

static ssize_t ring_send_message(struct ring *ring, int fd, struct msghdr *msg)
{
	int n = ring_transfer(ring, IORING_OP_SENDMSG, 0, fd, msg, 1, 0);

	return n < 0 ? n : 0;
}

static ssize_t worker_send_message(struct ring *ring, int fd,
				   struct msghdr *msg)
{
	int n = ring_transfer(ring, IORING_OP_SENDMSG, IOSQE_ASYNC, fd, msg, 1,
			      0);

	return n < 0 ? n : 0;
}

/* IP_TTL is not among what may be sent, IP_TOS is. */
TEST_F(entry, control_messages_sent)
{
	static const struct {
		const char *name;
		message_t send;
	} ways[] = {
		{ "sendmsg", send_one_message },
		{ "sendmmsg", send_messages },
		{ "io_uring", ring_send_message },
		{ "io_uring's worker", worker_send_message },
	};
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = {};
	struct iovec iov = { hello, 5 };
	struct inet_addr addr;
	struct msghdr msg = {
		.msg_name = &addr.sa,
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	char in[8] = "";
	int from, to;
	size_t i;

	to = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr);
	ASSERT_LE(0, to);
	from = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, from);
	msg.msg_namelen = addr.len;
	control.header.cmsg_level = IPPROTO_IP;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	*(int *)CMSG_DATA(&control.header) = 16;
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		mark(self);
		control.header.cmsg_type = IP_TTL;
		EXPECT_EQ(self->governed ? -EINVAL : 0,
			  ways[i].send(&self->ring, from, &msg))
			TH_LOG("%s", ways[i].name);
		EXPECT_COUNTED(SENDMSG, 0, 0, 1);
		if (!self->governed)
			EXPECT_EQ(5, recv_all(to, in, 5));
		mark(self);
		control.header.cmsg_type = IP_TOS;
		EXPECT_EQ(0, ways[i].send(&self->ring, from, &msg))
			TH_LOG("%s", ways[i].name);
		EXPECT_COUNTED(SENDMSG, 1, 0, 0);
		memset(in, 0, sizeof(in));
		EXPECT_EQ(5, recv_all(to, in, 5));
		EXPECT_STREQ(hello, in);
		EXPECT_EQ(-1, recv(to, in, 5, MSG_DONTWAIT));
	}
	close(from);
	close(to);
}

static ssize_t receive_message(struct ring *ring, int fd, struct msghdr *msg)
{
	ssize_t n = recvmsg(fd, msg, 0);

	return n < 0 ? -errno : n;
}

static ssize_t receive_messages(struct ring *ring, int fd, struct msghdr *msg)
{
	struct mmsghdr mmsg = { *msg };

	if (recvmmsg(fd, &mmsg, 1, 0, NULL) != 1)
		return -errno;
	*msg = mmsg.msg_hdr;
	return mmsg.msg_len;
}

static ssize_t ring_receive_message(struct ring *ring, int fd,
				    struct msghdr *msg)
{
	return ring_transfer(ring, IORING_OP_RECVMSG, 0, fd, msg, 1, 0);
}

static ssize_t worker_receive_message(struct ring *ring, int fd,
				      struct msghdr *msg)
{
	return ring_transfer(ring, IORING_OP_RECVMSG, IOSQE_ASYNC, fd, msg, 1,
			     0);
}

/* What is received beside the data is whole, and marked where it is cut. */
TEST_F(entry, control_messages_received)
{
	static const struct {
		const char *name;
		message_t receive;
	} ways[] = {
		{ "recvmsg", receive_message },
		{ "recvmmsg", receive_messages },
		{ "io_uring", ring_receive_message },
		{ "io_uring's worker", worker_receive_message },
	};
	union {
		char buf[256];
		struct cmsghdr header;
	} control;
	struct in_pktinfo on = { .ipi_ifindex = 1 }, *info;
	struct inet_addr addr, peer, own;
	struct cmsghdr *cmsg;
	struct msghdr msg;
	struct iovec iov;
	char in[8];
	int from, to, tos = 0x10, expected;
	size_t i, j;

	to = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr);
	ASSERT_LE(0, to);
	ASSERT_EQ(0, setsockopt(to, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)));
	ASSERT_EQ(0, set_int(to, IPPROTO_IP, IP_RECVTOS, 1));
	/* Not an option under gvisor-2020: ignored. */
	ASSERT_EQ(0, set_int(to, IPPROTO_IP, IP_RECVTTL, 1));
	from = inet_bound(AF_INET, SOCK_DGRAM, 0, &own);
	ASSERT_LE(0, from);
	ASSERT_EQ(0, set_int(from, IPPROTO_IP, IP_TOS, tos));
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		for (j = 0; j < 2; j++) {
			memset(&control, 0xee, sizeof(control));
			memset(in, 0, sizeof(in));
			iov = (struct iovec) { in, sizeof(in) };
			msg = (struct msghdr) {
				.msg_name = &peer.sa,
				.msg_namelen = sizeof(peer.in6),
				.msg_iov = &iov, .msg_iovlen = 1,
				.msg_control = &control,
				/* The second time there is room for one. */
				.msg_controllen = j ? CMSG_SPACE(sizeof(on)) :
						      sizeof(control),
			};
			ASSERT_EQ(5, sendto(from, hello, 5, 0, &addr.sa,
					    addr.len));
			ASSERT_EQ(POLLIN, wait_for(to, POLLIN, SOON_MS));
			mark(self);
			ASSERT_EQ(5, ways[i].receive(&self->ring, to, &msg))
				TH_LOG("%s", ways[i].name);
			EXPECT_COUNTED(RECVMSG, 1, 0, 0);
			EXPECT_STREQ(hello, in);
			EXPECT_EQ(sizeof(peer.in), msg.msg_namelen);
			EXPECT_EQ(own.in.sin_port, peer.in.sin_port);
			EXPECT_EQ(j ? MSG_CTRUNC : 0,
				  msg.msg_flags & MSG_CTRUNC)
				TH_LOG("%s", ways[i].name);

			cmsg = CMSG_FIRSTHDR(&msg);
			ASSERT_NE(NULL, cmsg);
			EXPECT_EQ(IP_PKTINFO, cmsg->cmsg_type);
			EXPECT_EQ(CMSG_LEN(sizeof(*info)), cmsg->cmsg_len);
			info = (void *)CMSG_DATA(cmsg);
			EXPECT_EQ(htonl(INADDR_LOOPBACK),
				  info->ipi_addr.s_addr);
			expected = j ? 0 : self->governed ? 1 : 2;
			while ((cmsg = CMSG_NXTHDR(&msg, cmsg))) {
				expected--;
				EXPECT_EQ(IPPROTO_IP, cmsg->cmsg_level);
				if (cmsg->cmsg_type == IP_TOS)
					EXPECT_EQ(tos, *CMSG_DATA(cmsg));
			}
			EXPECT_EQ(0, expected)
				TH_LOG("%s", ways[i].name);
		}
	}
	close(from);
	close(to);
}

/* Addresses that go with a message. */
TEST_F(entry, addresses_of_messages)
{
	static const struct {
		const char *name;
		message_t send;
	} ways[] = {
		{ "sendmsg", send_one_message },
		{ "sendmmsg", send_messages },
		{ "io_uring", ring_send_message },
	};
	struct inet_addr addr, own, peer;
	struct iovec iov = { hello, 5 };
	struct msghdr msg = {
		.msg_name = &addr.sa, .msg_iov = &iov, .msg_iovlen = 1,
	};
	char in[8] = "";
	int from, to;
	size_t i;

	to = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr);
	ASSERT_LE(0, to);
	from = inet_bound(AF_INET, SOCK_DGRAM, 0, &own);
	ASSERT_LE(0, from);
	mark(self);
	ASSERT_EQ(5, syscall(SYS_sendto, from, hello, 5, 0, &addr.sa,
			     addr.len));
	EXPECT_EQ(self->governed ? -1 : 5,
		  syscall(SYS_sendto, from, hello, 5, MSG_CONFIRM, &addr.sa,
			  addr.len));
	EXPECT_COUNTED(SENDMSG, 1, 0, 1);
	peer.len = sizeof(peer.in6);
	mark(self);
	EXPECT_EQ(5, syscall(SYS_recvfrom, to, in, sizeof(in), 0, &peer.sa,
			     &peer.len));
	EXPECT_COUNTED(RECVMSG, 1, 0, 0);
	EXPECT_EQ(sizeof(peer.in), peer.len);
	EXPECT_EQ(own.in.sin_port, peer.in.sin_port);
	if (!self->governed)
		EXPECT_EQ(5, recv_all(to, in, 5));
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		/* Longer than any address of the family (seed H2). */
		msg.msg_namelen = i ? addr.len : sizeof(addr.in6);
		memset(in, 0, sizeof(in));
		EXPECT_EQ(0, ways[i].send(&self->ring, from, &msg))
			TH_LOG("%s", ways[i].name);
		EXPECT_EQ(5, recv_all(to, in, 5));
		EXPECT_STREQ(hello, in);
	}
	close(from);
	close(to);
}

/* --- as files ------------------------------------------------------------- */

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

/* --- readiness and the end ------------------------------------------------ */

TEST_F(entry, uring_poll_add)
{
	ASSERT_EQ(0, ring_submit(&self->ring, &(struct io_uring_sqe) {
			.opcode = IORING_OP_POLL_ADD,
			.fd = self->tcp.server,
			.poll32_events = POLLIN,
		  }));
	ASSERT_EQ(5, send(self->tcp.client, hello, 5, 0));
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

/* --- main ----------------------------------------------------------------- */

#define DISABLED "/proc/sys/kernel/io_uring_disabled"	/* since 6.6 */

static char disabled[16];
static pid_t starter;

static void disable_again(void)
{
	if (getpid() == starter)
		put_text(DISABLED, disabled);
}

/* Where the administrator has switched io_uring off, it is on for the test. */
static void enable_io_uring(void)
{
	starter = getpid();
	if (get_text(DISABLED, disabled, sizeof(disabled)) ||
	    !strcmp(disabled, "0"))
		return;
	if (!put_text(DISABLED, "0"))
		atexit(disable_again);
}

int main(int argc, char **argv)
{
	enable_io_uring();
	govern_prepare(1U << GVISOR2020_NATIVE | 1U << GVISOR2020_HOSTINET |
		       1U << NONE);
	return test_harness_run(argc, argv);
}
