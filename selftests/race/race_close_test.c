// SPDX-License-Identifier: GPL-2.0
/*
 * close() against every other call on the same descriptor.
 *
 * One thread opens sockets of all states at one number and closes them; the
 * others make every call there is on that number. Whatever a call meets, it
 * answers with an errno that it may answer with, the same ones governed and
 * not; nothing hangs; and when all is over no governed socket is left.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "race.h"
#include "ring.h"
#include "same.h"

/* The number; no other descriptor gets it by itself. */
#define PLACE	500
#define ERRNOS	256
#define CALLERS	3

struct kind {
	int family;
	int type;
};

struct race {
	const struct kind *kind;
	struct sockaddr_storage target;	/* where a socket of the kind listens */
	socklen_t length;
	int listener;
	int any;			/* a file to send */
};

/* What a thread has of its own. */
struct caller {
	const struct race *race;
	struct ring ring;
	int epoll;
	int pipe[2];
	int pass[2];
	unsigned int turn;
};

static int do_bind(struct caller *c)
{
	struct inet_addr addr = loopback(AF_INET, 0);
	sa_family_t automatic = AF_UNIX;

	if (c->race->kind->family == AF_UNIX)
		return bind(PLACE, (void *)&automatic, sizeof(automatic));
	return bind(PLACE, &addr.sa, addr.len);
}

static int do_connect(struct caller *c)
{
	return connect(PLACE, (void *)&c->race->target, c->race->length);
}

static int do_disconnect(struct caller *c)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	return connect(PLACE, &none, sizeof(none));
}

static int do_listen(struct caller *c)
{
	return listen(PLACE, 4);
}

/* A descriptor that a call has made is not wanted. */
static int closed(int fd)
{
	return fd < 0 ? -1 : close(fd);
}

static int do_accept(struct caller *c)
{
	return closed(accept4(PLACE, NULL, NULL, SOCK_NONBLOCK));
}

static int do_getsockname(struct caller *c)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof(name);

	return getsockname(PLACE, (void *)&name, &length);
}

static int do_getpeername(struct caller *c)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof(name);

	return getpeername(PLACE, (void *)&name, &length);
}

static int do_getsockopt(struct caller *c)
{
	static const int names[][2] = {
		{ SOL_SOCKET, SO_TYPE }, { SOL_SOCKET, SO_ERROR },
		{ SOL_SOCKET, SO_DOMAIN }, { SOL_SOCKET, SO_PEERCRED },
		{ IPPROTO_TCP, TCP_INFO }, { IPPROTO_IP, IP_TTL },
	};
	const int *name = names[c->turn % 6];
	char value[256];
	socklen_t length = sizeof(value);

	return getsockopt(PLACE, name[0], name[1], value, &length);
}

static int do_setsockopt(struct caller *c)
{
	static const int names[][2] = {
		{ SOL_SOCKET, SO_RCVBUF }, { SOL_SOCKET, SO_REUSEADDR },
		{ SOL_SOCKET, SO_PASSCRED }, { SOL_SOCKET, SO_PEEK_OFF },
		{ IPPROTO_TCP, TCP_NODELAY }, { IPPROTO_IP, IP_TTL },
	};
	const int *name = names[c->turn % 6];

	return set_int(PLACE, name[0], name[1], 64) ? -1 : 0;
}

/* To nobody in particular, and to who listens. */
static struct msghdr message(struct caller *c, struct iovec *iov)
{
	static char data[1024];

	*iov = (struct iovec){ data, sizeof(data) };
	return (struct msghdr) {
		.msg_iov = iov,
		.msg_iovlen = 1,
		.msg_name = c->turn & 1 ? (void *)&c->race->target : NULL,
		.msg_namelen = c->turn & 1 ? c->race->length : 0,
	};
}

#define QUIETLY (MSG_DONTWAIT | MSG_NOSIGNAL)

static int do_sendmsg(struct caller *c)
{
	struct iovec iov;
	struct msghdr msg = message(c, &iov);

	return sendmsg(PLACE, &msg, QUIETLY);
}

static int do_sendmmsg(struct caller *c)
{
	struct iovec iov;
	struct mmsghdr all[2] = { { .msg_hdr = message(c, &iov) } };

	all[1] = all[0];
	return sendmmsg(PLACE, all, 2, QUIETLY);
}

static int do_recvmsg(struct caller *c)
{
	struct sockaddr_storage from;
	char data[2048], control[256];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	ssize_t n;

	n = recvmsg(PLACE, &msg, MSG_DONTWAIT);
	if (n < 0)
		return n;
	/* A descriptor of itself, see below. */
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		if (cmsg->cmsg_type == SCM_RIGHTS)
			close(*(int *)CMSG_DATA(cmsg));
	}

	return 0;
}

static int do_recvmmsg(struct caller *c)
{
	char data[2][64];
	struct iovec iov[2] = { { data[0], 64 }, { data[1], 64 } };
	struct mmsghdr all[2] = {
		{ .msg_hdr = { .msg_iov = &iov[0], .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &iov[1], .msg_iovlen = 1 } },
	};

	return recvmmsg(PLACE, all, 2, MSG_DONTWAIT, NULL);
}

static int do_write(struct caller *c)
{
	return write(PLACE, "w", 1);
}

static int do_read(struct caller *c)
{
	char data[64];

	return read(PLACE, data, sizeof(data));
}

static int do_shutdown(struct caller *c)
{
	return shutdown(PLACE, c->turn % 3);
}

static int do_queued(struct caller *c)
{
	int value;

	return ioctl(PLACE, c->turn & 1 ? FIONREAD : TIOCOUTQ, &value);
}

static int do_async(struct caller *c)
{
	int on = c->turn & 1;

	return ioctl(PLACE, FIOASYNC, &on);
}

static int do_flags(struct caller *c)
{
	if (fcntl(PLACE, F_SETOWN, getpid()))
		return -1;
	return fcntl(PLACE, F_SETFL,
		     O_NONBLOCK | (c->turn & 1 ? O_ASYNC : 0));
}

static int do_poll(struct caller *c)
{
	struct pollfd ready = { .fd = PLACE, .events = POLLIN | POLLOUT };

	return poll(&ready, 1, c->turn & 1);
}

static int do_epoll(struct caller *c)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };

	epoll_wait(c->epoll, &event, 1, 0);
	/* Else it leaves with the last descriptor of the socket. */
	if (c->turn & 1)
		return epoll_ctl(c->epoll, EPOLL_CTL_DEL, PLACE, NULL);
	return epoll_ctl(c->epoll, EPOLL_CTL_ADD, PLACE, &event);
}

static int do_splice_to(struct caller *c)
{
	if (write(c->pipe[1], "splice", 6) != 6 && errno != EAGAIN)
		return -1;
	return splice(c->pipe[0], NULL, PLACE, NULL, 64,
		      SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
}

static int do_splice_from(struct caller *c)
{
	char data[1024];
	int n;

	n = splice(PLACE, NULL, c->pipe[1], NULL, 64, SPLICE_F_NONBLOCK);
	if (n > 0)
		n = read(c->pipe[0], data, sizeof(data));
	return n;
}

static int do_sendfile(struct caller *c)
{
	off_t offset = 0;

	return sendfile(PLACE, c->race->any, &offset, 4096);
}

static int do_dup(struct caller *c)
{
	return closed(dup(PLACE));
}

static int do_stat(struct caller *c)
{
	struct stat st;

	return fstat(PLACE, &st);
}

static int do_fdinfo(struct caller *c)
{
	char value[64];

	return race_field(PLACE, "persock_type", value, sizeof(value));
}

static int do_mmap(struct caller *c)
{
	void *memory = mmap(NULL, 4096, PROT_READ, MAP_SHARED, PLACE, 0);

	return memory == MAP_FAILED ? -1 : munmap(memory, 4096);
}

static int pass(int through)
{
	char control[CMSG_SPACE(sizeof(int))] = "";
	struct iovec iov = { "p", 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	*(int *)CMSG_DATA(cmsg) = PLACE;
	return sendmsg(through, &msg, QUIETLY);
}

/* Passed on, and every other time the message is the last that holds it. */
static int do_pass(struct caller *c)
{
	char control[CMSG_SPACE(sizeof(int))] = "", data;
	struct iovec iov = { &data, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};

	if (pass(c->pass[0]) < 0)
		return -1;
	if (c->turn & 1)
		return read(c->pass[1], &data, 1);
	if (recvmsg(c->pass[1], &msg, MSG_DONTWAIT) != 1)
		return -1;
	return closed(*(int *)CMSG_DATA(CMSG_FIRSTHDR(&msg)));
}

/* Through itself: a socket of AF_UNIX is then left to the collector. */
static int do_pass_itself(struct caller *c)
{
	return pass(PLACE);
}

static int uring(struct caller *c, __u8 opcode, struct io_uring_sqe sqe)
{
	int n;

	sqe.opcode = opcode;
	sqe.fd = PLACE;
	n = ring_do(&c->ring, sqe);
	errno = n < 0 ? -n : 0;

	return n;
}

static int do_uring_send(struct caller *c)
{
	return uring(c, IORING_OP_SEND, (struct io_uring_sqe) {
		.addr = (uintptr_t)"ring",
		.len = 4,
		.msg_flags = QUIETLY,
	});
}

static int do_uring_receive(struct caller *c)
{
	char data[64];

	return uring(c, IORING_OP_RECV, (struct io_uring_sqe) {
		.addr = (uintptr_t)data,
		.len = sizeof(data),
		.msg_flags = MSG_DONTWAIT,
	});
}

/* What each of them may answer. EBADF may each, and one must. */
static const struct call {
	const char *name;
	int (*make)(struct caller *c);
	int errnos[16];
} calls[] = {
	{ "bind", do_bind, { EINVAL, EADDRINUSE } },
	{ "connect", do_connect, {
		EINPROGRESS, EALREADY, EISCONN, EINVAL, EAGAIN, ECONNREFUSED,
		ECONNRESET, ECONNABORTED, EADDRNOTAVAIL, EPIPE } },
	{ "disconnect", do_disconnect, { EINVAL, EAGAIN, ECONNABORTED } },
	{ "listen", do_listen, { EINVAL, EOPNOTSUPP, EADDRINUSE } },
	{ "accept", do_accept, { EINVAL, EAGAIN, EOPNOTSUPP, ECONNABORTED } },
	{ "getsockname", do_getsockname, { 0 } },
	{ "getpeername", do_getpeername, { ENOTCONN } },
	{ "getsockopt", do_getsockopt, { EOPNOTSUPP, ENOPROTOOPT } },
	{ "setsockopt", do_setsockopt, { EOPNOTSUPP, ENOPROTOOPT, EINVAL } },
	{ "sendmsg", do_sendmsg, {
		EAGAIN, EPIPE, ENOTCONN, EISCONN, EDESTADDRREQ, ECONNREFUSED,
		ECONNRESET, EOPNOTSUPP, EINVAL, ECONNABORTED } },
	{ "sendmmsg", do_sendmmsg, {
		EAGAIN, EPIPE, ENOTCONN, EISCONN, EDESTADDRREQ, ECONNREFUSED,
		ECONNRESET, EOPNOTSUPP, EINVAL, ECONNABORTED } },
	{ "recvmsg", do_recvmsg, {
		EAGAIN, ENOTCONN, ECONNREFUSED, ECONNRESET, EINVAL, EPIPE } },
	{ "recvmmsg", do_recvmmsg, {
		EAGAIN, ENOTCONN, ECONNREFUSED, ECONNRESET, EINVAL, EPIPE } },
	{ "write", do_write, {
		EAGAIN, EPIPE, ENOTCONN, EDESTADDRREQ, ECONNREFUSED,
		ECONNRESET } },
	{ "read", do_read, {
		EAGAIN, ENOTCONN, ECONNREFUSED, ECONNRESET, EINVAL, EPIPE } },
	{ "shutdown", do_shutdown, { ENOTCONN } },
	{ "queued", do_queued, { EINVAL } },
	{ "async", do_async, { 0 } },
	{ "flags", do_flags, { 0 } },
	{ "poll", do_poll, { 0 } },
	{ "epoll", do_epoll, { EEXIST, ENOENT } },
	{ "splice to", do_splice_to, {
		EAGAIN, EPIPE, ENOTCONN, EDESTADDRREQ, ECONNREFUSED,
		ECONNRESET } },
	{ "splice from", do_splice_from, {
		EAGAIN, ENOTCONN, ECONNREFUSED, ECONNRESET, EINVAL, EPIPE } },
	{ "sendfile", do_sendfile, {
		EAGAIN, EPIPE, ENOTCONN, EDESTADDRREQ, ECONNREFUSED,
		ECONNRESET, EMSGSIZE } },
	{ "dup", do_dup, { 0 } },
	{ "fstat", do_stat, { 0 } },
	{ "fdinfo", do_fdinfo, { ENOENT } },
	{ "mmap", do_mmap, { ENODEV, EINVAL } },
	{ "pass", do_pass, { 0 } },
	{ "pass itself", do_pass_itself, {
		EAGAIN, EPIPE, ENOTCONN, EDESTADDRREQ, ECONNREFUSED,
		ECONNRESET, EINVAL } },
	{ "io_uring send", do_uring_send, {
		EAGAIN, EPIPE, ENOTCONN, EDESTADDRREQ, ECONNREFUSED,
		ECONNRESET } },
	{ "io_uring receive", do_uring_receive, {
		EAGAIN, ENOTCONN, ECONNREFUSED, ECONNRESET, EINVAL, EPIPE } },
};

#define CALLS	ARRAY_SIZE(calls)

/* How often each call was answered with each errno, 0 among them. */
static atomic_uint seen[CALLS][ERRNOS];

static bool may_answer(const struct call *call, int err)
{
	unsigned int i;

	if (!err || err == EBADF)
		return true;
	for (i = 0; call->errnos[i]; i++) {
		if (call->errnos[i] == err)
			return true;
	}

	return false;
}

static void *caller(void *data)
{
	static atomic_uint number;
	struct caller c = { .race = data };
	unsigned int i = number++ % CALLERS * (CALLS / CALLERS);

	if (ring_open(&c.ring, 0) || pipe2(c.pipe, O_NONBLOCK) ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, c.pass))
		abort();
	c.epoll = epoll_create1(0);
	for (; !race_over; i = (i + 1) % CALLS) {
		int n;

		errno = 0;
		n = calls[i].make(&c);
		seen[i][n < 0 ? errno % ERRNOS : 0]++;
		c.turn += !i;
	}
	close(c.ring.fd);
	close(c.epoll);
	close(c.pipe[0]);
	close(c.pipe[1]);
	close(c.pass[0]);
	close(c.pass[1]);

	return NULL;
}

/* A pair when it is connected; the other end is left in @peer. */
static int make(const struct race *race, unsigned int turn, int *peer)
{
	struct linger linger = { .l_onoff = 1 };
	const struct kind *kind = race->kind;
	int pair[2], fd;

	*peer = -1;
	if (kind->family == AF_UNIX && turn & 1) {
		if (socketpair(AF_UNIX, kind->type | SOCK_NONBLOCK, 0, pair))
			return -1;
		*peer = pair[1];
		return pair[0];
	}
	fd = socket(kind->family, kind->type | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	/* Every other one goes without a word, and leaves its port at once. */
	if (turn & 2)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	if (turn & 1)
		connect(fd, (void *)&race->target, race->length);

	return fd;
}

/* What others have sent or connected does not pile up. */
static void drain(const struct race *race)
{
	char data[64];
	int fd;

	if (race->kind->type == SOCK_DGRAM) {
		while (recv(race->listener, data, sizeof(data),
			    MSG_DONTWAIT) >= 0)
			;
		return;
	}
	while ((fd = accept4(race->listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		send(fd, data, sizeof(data), QUIETLY);
		close(fd);
	}
}

static void open_and_close(void *data)
{
	const struct race *race = data;
	time_t start = race_now();
	unsigned int turn, i;
	int fd, peer;

	for (turn = 0; race_on(start, true); turn++) {
		fd = make(race, turn, &peer);
		if (fd < 0)
			continue;
		dup2(fd, PLACE);
		close(fd);
		for (i = turn % 8; i; i--)
			sched_yield();
		/* The other number goes first, so this is the last. */
		close(PLACE);
		if (peer >= 0)
			close(peer);
		drain(race);
	}
}

static void prepare(struct __test_metadata *_metadata, struct race *race)
{
	const struct kind *kind = race->kind;
	struct inet_addr addr = loopback(AF_INET, 0);
	sa_family_t automatic = AF_UNIX;

	/* Signals to a caller do not matter. */
	signal(SIGIO, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGURG, SIG_IGN);
	race->any = open("/proc/self/exe", O_RDONLY);
	ASSERT_LE(0, race->any);
	race->listener = socket(kind->family, kind->type | SOCK_NONBLOCK, 0);
	ASSERT_LE(0, race->listener);
	ASSERT_EQ(0, kind->family == AF_UNIX ?
		     bind(race->listener, (void *)&automatic,
			  sizeof(automatic)) :
		     bind(race->listener, &addr.sa, addr.len));
	ASSERT_EQ(0, kind->type == SOCK_STREAM ? listen(race->listener, 64) :
						 0);
	race->length = sizeof(race->target);
	ASSERT_EQ(0, getsockname(race->listener, (void *)&race->target,
				 &race->length));
}

static void all_calls(struct __test_metadata *_metadata,
		      const struct kind *kind)
{
	void *(*const callers[CALLERS])(void *) = { caller, caller, caller };
	struct race race = { .kind = kind };
	unsigned int met = 0, missed = 0, i;
	long pins = memory_users();
	int err;

	prepare(_metadata, &race);
	ASSERT_EQ(0, race_run(callers, CALLERS, open_and_close, &race));
	for (i = 0; i < CALLS; i++) {
		for (err = 0; err < ERRNOS; err++) {
			EXPECT_TRUE(!seen[i][err] || may_answer(&calls[i], err))
				TH_LOG("%s: %s, %u times", calls[i].name,
				       strerror(err), seen[i][err]);
		}
		met += seen[i][0];
		missed += seen[i][EBADF];
	}
	/* Both sides of the race were there. */
	EXPECT_LT(CALLS, met);
	EXPECT_LT(CALLS, missed);
	close(race.listener);
	race_expect_settled(_metadata, pins);
}

TEST_F(same, tcp)
{
	all_calls(_metadata, &(struct kind){ AF_INET, SOCK_STREAM });
}

TEST_F(same, udp)
{
	all_calls(_metadata, &(struct kind){ AF_INET, SOCK_DGRAM });
}

TEST_F(same, unix_stream)
{
	all_calls(_metadata, &(struct kind){ AF_UNIX, SOCK_STREAM });
}

TEST_F(same, unix_datagram)
{
	all_calls(_metadata, &(struct kind){ AF_UNIX, SOCK_DGRAM });
}

int main(int argc, char **argv)
{
	return same_main(argc, argv);
}
