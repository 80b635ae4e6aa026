// SPDX-License-Identifier: GPL-2.0
/*
 * UDP sockets that are connected to learn which address of one's own would be
 * used, as getaddrinfo() and ping do: that passes where a rule allows the
 * address for anything at all, and no send does.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <libmnl/libmnl.h>

#include "harness.h"
#include "inet.h"
#include "late.h"
#include "policy.h"
#include "ring.h"

FIXTURE(unsent)
{
	enum govern_id id;
};

GOVERNED_VARIANTS(unsent, NATIVE, HOSTINET);

FIXTURE_SETUP(unsent)
{
	self->id = variant->id;
	if (variant->id != UNGOVERNED)
		ASSERT_EQ(0, policy_open());
	policy_begin_open(variant->id);
	ASSERT_EQ(0, policy_set());
	govern_setup(_metadata, variant->id);
}

FIXTURE_TEARDOWN(unsent)
{
}

#define REFUSED(err) (self->id == UNGOVERNED ? 0 : -(err))

/* What an allow-list for TCP alone says, of both families; ICMP in addition. */
static int allow_tcp(enum govern_id id)
{
	policy_begin_open(id);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.1/32", 443, 443,
		       IPPROTO_TCP, ALLOW);
	policy_address(PERSOCK_SECTION_CONNECT, "::1/128", 443, 443,
		       IPPROTO_TCP, ALLOW);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.1.0/24", 0, 65535,
		       IPPROTO_ICMP, ALLOW);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.1.9/32", 0, 65535, ANY,
		       -EPERM);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.2.0/24", 9, 9,
		       IPPROTO_UDP, ALLOW);
	return policy_set();
}

static int connected(int family, const char *text, in_port_t port, int *fd)
{
	struct inet_addr addr = at(text, port);

	*fd = socket(family, SOCK_DGRAM, 0);
	return *fd < 0 ? -errno : try_connect(*fd, &addr);
}

static int plain_connect(int family, const char *text, in_port_t port)
{
	int fd, err = connected(family, text, port, &fd);

	close(fd);
	return err;
}

/* The connect passes where the address is allowed for anything, by a rule. */
TEST_F(unsent, connects)
{
	ASSERT_EQ(0, allow_tcp(self->id));
	EXPECT_EQ(0, plain_connect(AF_INET, "127.0.0.1", 443));
	EXPECT_EQ(0, plain_connect(AF_INET, "127.0.0.1", 80));
	EXPECT_EQ(0, plain_connect(AF_INET6, "::1", 80));
	EXPECT_EQ(0, plain_connect(AF_INET6, "::ffff:127.0.0.1", 80));
	EXPECT_EQ(0, plain_connect(AF_INET, "127.0.1.1", 1025));
	EXPECT_EQ(0, plain_connect(AF_INET, "0.0.0.0", 80));
	EXPECT_EQ(REFUSED(EACCES), plain_connect(AF_INET, "127.0.0.2", 443));
	/* A longer prefix that denies everything. */
	EXPECT_EQ(REFUSED(EPERM), plain_connect(AF_INET, "127.0.1.9", 443));
	EXPECT_EQ(REFUSED(EACCES),
		  plain_connect(AF_INET6, "::ffff:127.0.0.2", 443));
}

static int by_send(int fd)
{
	return send(fd, "x", 1, 0);
}

static int by_write(int fd)
{
	return write(fd, "x", 1);
}

static int by_writev(int fd)
{
	struct iovec iov = { "x", 1 };

	return writev(fd, &iov, 1);
}

static int by_sendto(int fd)
{
	return sendto(fd, "x", 1, MSG_DONTWAIT, NULL, 0);
}

static int by_sendmsg(int fd)
{
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	return sendmsg(fd, &msg, 0);
}

static int by_sendmmsg(int fd)
{
	struct iovec iov = { "x", 1 };
	struct mmsghdr msg = {
		.msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 },
	};

	return sendmmsg(fd, &msg, 1, 0);
}

/* To IPv6 an address of no family is none; IPv4 takes it for one of its own. */
static int by_no_family(int fd)
{
	struct inet_addr peer = { .len = sizeof(peer.in6) };

	if (getpeername(fd, &peer.sa, &peer.len))
		return -1;
	peer.sa.sa_family = AF_UNSPEC;
	return sendto(fd, "x", 1, 0, &peer.sa, peer.len);
}

static int by_corked(int fd)
{
	if (send(fd, "x", 1, MSG_MORE) < 0)
		return -1;
	return send(fd, "y", 1, 0);
}

static int by_splice(int fd)
{
	int ends[2], sent = -1, err;

	if (pipe(ends))
		return -1;
	if (write(ends[1], "x", 1) == 1)
		sent = splice(ends[0], NULL, fd, NULL, 1, 0);
	err = errno;
	close(ends[0]);
	close(ends[1]);
	errno = err;
	return sent;
}

static int by_sendfile(int fd)
{
	int file = open("/proc/self/exe", O_RDONLY), sent, err;

	sent = sendfile(fd, file, NULL, 1);
	err = errno;
	close(file);
	errno = err;
	return sent;
}

static int (*const ways[])(int fd) = {
	by_send, by_write, by_writev, by_sendto, by_sendmsg,
	by_sendmmsg, by_no_family, by_corked, by_splice, by_sendfile,
};

static const struct {
	int family;
	const char *no;
	const char *yes;
} peers[] = {
	{ AF_INET, "127.0.0.1", "127.0.2.1" },
	{ AF_INET6, "::ffff:127.0.0.1", "::ffff:127.0.2.1" },
	{ AF_INET6, "::1", NULL },
};

/* No send to the connected peer passes, on any path. */
TEST_F(unsent, no_send)
{
	struct inet_addr peer, named = at("127.0.2.1", 9);
	size_t i, j;
	int fd;

	ASSERT_EQ(0, allow_tcp(self->id));
	for (i = 0; i < ARRAY_SIZE(peers); i++) {
		for (j = 0; j < ARRAY_SIZE(ways); j++) {
			ASSERT_EQ(0, connected(peers[i].family, peers[i].no, 80,
					       &fd));
			peer.len = sizeof(peer.in6);
			EXPECT_EQ(0, getpeername(fd, &peer.sa, &peer.len));
			EXPECT_EQ(0, bound_to(fd, &peer));
			errno = 0;
			/* The kernel has no way to a mapped one by this. */
			if (ways[j] == by_no_family && i == 1) {
				EXPECT_EQ(-1, ways[j](fd));
			} else {
				EXPECT_EQ(self->id == UNGOVERNED,
					  ways[j](fd) >= 0)
					TH_LOG("peer %zu, way %zu", i, j);
			}
			if (self->id != UNGOVERNED)
				EXPECT_EQ(EACCES, errno);
			/* To one that is named. */
			get_int(fd, SOL_SOCKET, SO_ERROR);
			if (peers[i].family == AF_INET)
				EXPECT_EQ(0, try_sendto(fd, &named, 0));
			close(fd);
		}
	}
}

/* Nor one of io_uring's. The task has no ring when it connects. */
TEST_F(unsent, no_send_by_ring)
{
	int fds[ARRAY_SIZE(peers)], sent = self->id == UNGOVERNED ? 1 : -EACCES;
	struct ring ring;
	size_t i;

	ASSERT_EQ(0, allow_tcp(self->id));
	for (i = 0; i < ARRAY_SIZE(peers); i++)
		ASSERT_EQ(0, connected(peers[i].family, peers[i].no, 80,
				       &fds[i]));
	ASSERT_EQ(0, ring_open(&ring, 0));
	for (i = 0; i < ARRAY_SIZE(peers); i++) {
		EXPECT_EQ(sent, ring_do(&ring, (struct io_uring_sqe) {
			.opcode = IORING_OP_SEND,
			.fd = fds[i],
			.addr = (uintptr_t)"x",
			.len = 1,
		}));
		get_int(fds[i], SOL_SOCKET, SO_ERROR);
		EXPECT_EQ(sent, ring_do(&ring, (struct io_uring_sqe) {
			.opcode = IORING_OP_WRITE,
			.flags = IOSQE_ASYNC,
			.fd = fds[i],
			.addr = (uintptr_t)"x",
			.len = 1,
		}));
		close(fds[i]);
	}
	close(ring.fd);
}

/* Whether a byte is sent. ECONNREFUSED of the last send may come first. */
static int sends(int (*way)(int fd), int fd)
{
	get_int(fd, SOL_SOCKET, SO_ERROR);
	return way(fd) == 1;
}

/* Connected to one after the other, as getaddrinfo() does with one socket. */
TEST_F(unsent, connected_again)
{
	struct inet_addr none = { .sa.sa_family = AF_UNSPEC,
				  .len = sizeof(none.in6) };
	size_t i;
	int fd;

	ASSERT_EQ(0, allow_tcp(self->id));
	for (i = 0; i < ARRAY_SIZE(peers); i++) {
		struct inet_addr no = at(peers[i].no, 80), yes;

		if (!peers[i].yes)
			continue;
		yes = at(peers[i].yes, 9);
		fd = socket(peers[i].family, SOCK_DGRAM, 0);
		EXPECT_EQ(0, try_connect(fd, &no));
		EXPECT_EQ(0, try_connect(fd, &yes));
		EXPECT_EQ(1, sends(by_send, fd));
		EXPECT_EQ(1, sends(by_splice, fd));
		EXPECT_EQ(0, try_connect(fd, &no));
		EXPECT_EQ(self->id == UNGOVERNED, sends(by_send, fd));
		EXPECT_EQ(0, try_connect(fd, &none));
		EXPECT_EQ(0, sends(by_send, fd));
		EXPECT_EQ(EDESTADDRREQ, errno);
		EXPECT_EQ(0, try_connect(fd, &no));
		EXPECT_EQ(self->id == UNGOVERNED, sends(by_write, fd));
		EXPECT_EQ(0, try_connect(fd, &yes));
		EXPECT_EQ(1, sends(by_write, fd));
		close(fd);
	}
}

/* Sends are judged by what holds when they are made. */
TEST_F(unsent, replaced)
{
	int fd;

	ASSERT_EQ(0, allow_tcp(self->id));
	ASSERT_EQ(0, connected(AF_INET, "127.0.0.1", 80, &fd));
	EXPECT_EQ(self->id == UNGOVERNED, sends(by_send, fd));
	policy_begin_open(self->id);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(1, sends(by_send, fd));
	ASSERT_EQ(0, allow_tcp(self->id));
	EXPECT_EQ(self->id == UNGOVERNED, sends(by_send, fd));
	policy_begin_open(self->id);
	policy_mode(PERSOCK_MODE_AUDIT);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(1, sends(by_send, fd));
	close(fd);
}

/* The connect is not reported as a denial; the send is, with its peer. */
TEST_F(unsent, reported)
{
	const struct nlattr *tb[PERSOCK_A_DENIAL_MAX + 1];
	int monitor, fd;

	if (self->id == UNGOVERNED) {
		EXPECT_EQ(0, connected(AF_INET, "127.0.0.1", 80, &fd));
		EXPECT_EQ(1, by_send(fd));
		return;
	}
	monitor = policy_monitor();
	ASSERT_LE(0, monitor);
	ASSERT_EQ(0, allow_tcp(self->id));
	ASSERT_EQ(0, connected(AF_INET, "127.0.0.1", 80, &fd));
	EXPECT_EQ(-1, by_send(fd));
	ASSERT_EQ(EACCES, policy_denial(monitor, tb));
	EXPECT_EQ(PERSOCK_OP_SENDMSG,
		  mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_OPERATION]));
	EXPECT_EQ(PERSOCK_SECTION_CONNECT,
		  mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_SECTION]));
	ASSERT_NE(NULL, tb[PERSOCK_A_DENIAL_PORT]);
	EXPECT_EQ(80, mnl_attr_get_u16(tb[PERSOCK_A_DENIAL_PORT]));
	close(fd);
	close(monitor);
}

/* Where others may be sending, the peer does not become one that may not be. */
TEST_F(unsent, shared)
{
	struct inet_addr no = at("127.0.0.1", 80), yes = at("127.0.2.1", 9);
	int fd, copy;

	ASSERT_EQ(0, allow_tcp(self->id));
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, try_connect(fd, &yes));
	copy = dup(fd);
	EXPECT_EQ(REFUSED(EACCES), try_connect(fd, &no));
	close(copy);
	EXPECT_EQ(0, try_connect(fd, &no));
	EXPECT_EQ(self->id == UNGOVERNED, by_send(fd) == 1);
	close(fd);
}

/* With a descriptor beyond those that are searched: the call names it. */
TEST_F(unsent, high_descriptor)
{
	const struct rlimit limit = { 8192, 8192 };
	struct inet_addr no = at("127.0.0.1", 80);
	int fd;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	ASSERT_EQ(0, allow_tcp(self->id));
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(8000, dup2(fd, 8000));
	EXPECT_EQ(REFUSED(EACCES), try_connect(8000, &no));
	close(fd);
	EXPECT_EQ(0, try_connect(8000, &no));
	EXPECT_EQ(self->id == UNGOVERNED, by_send(8000) == 1);
	close(8000);
}

static int racing;
static int stop;

static void *send_on(void *arg)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		send(racing, "r", 1, MSG_DONTWAIT);
	return arg;
}

/* A thread that sends without pause while another changes the peer. */
TEST_F(unsent, raced)
{
	struct inet_addr no, yes, none = { .sa.sa_family = AF_UNSPEC,
					   .len = sizeof(none.in6) };
	int forbidden, i, passed = 0;
	pthread_t thread;
	char in[4];

	/* One that listens where nothing may be sent to. */
	forbidden = inet_bound(AF_INET, SOCK_DGRAM, 0, &no);
	ASSERT_LE(0, forbidden);
	yes = at("127.0.2.1", 9);
	ASSERT_EQ(0, allow_tcp(self->id));
	racing = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, send_on, NULL));
	for (i = 0; i < 3000; i++) {
		try_connect(racing, &yes);
		passed += !try_connect(racing, &no);
		if (i % 16 == 0)
			try_connect(racing, &none);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	EXPECT_EQ(self->id == UNGOVERNED,
		  recv(forbidden, in, sizeof(in), MSG_DONTWAIT) > 0);
	TH_LOG("%d of %d connects passed", passed, i);
	close(racing);
	close(forbidden);
}

/*
 * A send that has begun, and waits for the lock of the sock, reads the peer when
 * it has it: that of a connect which comes before it. In each of these nobody
 * has a reference to the file who is not expected to, if one only counts them.
 */
static struct {
	int fd;
	struct late bytes, address;
	struct ring ring;
} crossing;

static int send_late(void *unused)
{
	return send(crossing.fd, crossing.bytes.page, 1, 0);
}

static int send_secret(void *unused)
{
	return send(crossing.fd, "secret", 6, 0);
}

static int connect_late(void *unused)
{
	return connect(crossing.fd, (void *)crossing.address.page,
		       sizeof(struct sockaddr_in)) ? -errno : 0;
}

/* Wait until a worker of io_uring's is blocked in its request. */
static bool worker_blocked(void)
{
	char path[300], name[32];
	struct dirent *entry;
	bool found = false;
	DIR *tasks;
	int tries;

	for (tries = 0; tries < SOON_MS / 10 && !found; tries++) {
		tasks = opendir("/proc/self/task");
		while (tasks && !found && (entry = readdir(tasks))) {
			snprintf(path, sizeof(path), "/proc/self/task/%s/comm",
				 entry->d_name);
			found = !get_text(path, name, sizeof(name)) &&
				!strncmp(name, "iou-wrk-", 8) &&
				blocked(atoi(entry->d_name));
		}
		if (tasks)
			closedir(tasks);
		poll(NULL, 0, 10);
	}

	return found;
}

/* A ring that has the socket, and one processor for its workers. */
static int ring_with_socket(void)
{
	cpu_set_t processors;
	int err = ring_open(&crossing.ring, 0), fd = crossing.ring.fd;

	CPU_ZERO(&processors);
	CPU_SET(0, &processors);
	if (err)
		return err;
	if (syscall(SYS_io_uring_register, fd, IORING_REGISTER_IOWQ_AFF,
		    &processors, sizeof(processors)) ||
	    syscall(SYS_io_uring_register, fd, IORING_REGISTER_FILES,
		    &crossing.fd, 1))
		return -errno;

	return 0;
}

static const struct io_uring_sqe ring_secret = {
	.opcode = IORING_OP_SEND,
	.flags = IOSQE_FIXED_FILE | IOSQE_ASYNC,
	.addr = (uintptr_t)"secret",
	.len = 6,
};

/*
 * One send has the lock and sleeps, a second one waits for it, a connect to a
 * peer that nothing may be sent to comes between them. It is refused, and what
 * was sent arrives where it was sent to.
 */
static void cross(struct __test_metadata *_metadata, enum govern_id id,
		  bool ring_sends, bool ring_connects)
{
	struct inet_addr no, yes = at("127.0.2.1", 9);
	struct call sleeper, sender, connecter;
	bool free = id == UNGOVERNED;
	int forbidden, allowed, err;
	char in[8];

	if (late_missing())
		SKIP(return, "the kernel has no userfaultfd");
	forbidden = inet_bound(AF_INET, SOCK_DGRAM, 0, &no);
	ASSERT_LE(0, forbidden);
	allowed = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, bind(allowed, &yes.sa, yes.len));
	ASSERT_EQ(0, allow_tcp(id));
	ASSERT_EQ(0, one_processor());
	ASSERT_EQ(0, late_open(&crossing.bytes));
	ASSERT_EQ(0, late_open(&crossing.address));
	crossing.fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, try_connect(crossing.fd, &yes));
	ASSERT_EQ(1, send(crossing.fd, "a", 1, MSG_MORE));
	if (ring_sends)
		ASSERT_EQ(0, ring_with_socket());

	ASSERT_EQ(0, call_first(&sleeper, send_late, NULL));
	ASSERT_TRUE(sleeps(sleeper.tid));
	if (ring_sends) {
		ASSERT_EQ(0, ring_submit(&crossing.ring, &ring_secret));
		ASSERT_TRUE(worker_blocked());
	} else {
		ASSERT_EQ(0, call_begin(&sender, send_secret, NULL));
		ASSERT_TRUE(blocked(sender.tid));
	}
	if (!ring_connects) {
		ASSERT_EQ(0, call_first(&connecter, connect_late, NULL));
		ASSERT_TRUE(sleeps(connecter.tid));
		close(crossing.fd);
	}

	/* The second send is woken, and does not run before the connect. */
	ASSERT_EQ(0, before_others());
	EXPECT_EQ(0, late_arrives(&crossing.bytes, "b", 1));
	EXPECT_EQ(1, call_end(&sleeper));
	if (ring_connects) {
		err = ring_do(&crossing.ring, (struct io_uring_sqe) {
			.opcode = IORING_OP_CONNECT,
			.flags = IOSQE_FIXED_FILE,
			.addr = (uintptr_t)&no.in,
			.off = sizeof(no.in),
		});
	} else {
		EXPECT_EQ(0, late_arrives(&crossing.address, &no.in,
					  sizeof(no.in)));
		err = call_end(&connecter);
	}
	ASSERT_EQ(0, as_others());
	EXPECT_EQ(free ? 0 : -EACCES, err);
	EXPECT_EQ(6, ring_sends ? ring_wait(&crossing.ring) :
				  call_end(&sender));

	EXPECT_EQ(2, recv(allowed, in, sizeof(in), MSG_DONTWAIT));
	EXPECT_EQ(free, recv(forbidden, in, sizeof(in), MSG_DONTWAIT) == 6);
	EXPECT_EQ(!free, recv(allowed, in, sizeof(in), MSG_DONTWAIT) == 6);
	if (ring_connects)
		close(crossing.fd);
	if (ring_sends)
		close(crossing.ring.fd);
	late_close(&crossing.bytes);
	late_close(&crossing.address);
	close(allowed);
	close(forbidden);
}

/* The descriptor is closed while the calls that had it go on. */
TEST_F(unsent, crossed_when_closed)
{
	cross(_metadata, self->id, false, false);
}

/* A ring has the file: its requests hold no reference of their own. */
TEST_F(unsent, crossed_by_ring)
{
	cross(_metadata, self->id, true, true);
}

/* Both: the ring sends, and the descriptor that is connected is closed. */
TEST_F(unsent, crossed_by_ring_when_closed)
{
	cross(_metadata, self->id, true, false);
}

int main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE | 1 << HOSTINET);
	return test_harness_run(argc, argv);
}
