// SPDX-License-Identifier: GPL-2.0
/*
 * Ways around a policy by descriptors: a socket that is kept over exec, or
 * taken from another task, stays what it was. And by what surrounds a task: its
 * threads and namespaces do not change which personality governs it.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "inet.h"
#include "ring.h"
#include "path.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open	434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd	438
#endif

/* Run @check in a child: 0 when it has returned 0. */
static int in_child(int (*check)(enum govern_id id, int fd), enum govern_id id,
		    int fd)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(check(id, fd));
	if (waitpid(pid, &status, 0) != pid)
		return -errno;

	return status;
}

/* Another program, in the place of this one, looks at the descriptor. */
static int look_by_grep(enum govern_id id, int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	execlp("grep", "grep", "-q", "^persock_personality:", path, NULL);
	return 127;
}

/* exec() with a descriptor: out of the cgroup, and into it. */
TEST_F(path, exec)
{
	int governed = socket(AF_INET, SOCK_STREAM, 0), other;

	ASSERT_EQ(0, govern_leave());
	EXPECT_EQ(self->free ? 1 << 8 : 0,
		  in_child(look_by_grep, self->id, governed));
	other = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_EQ(0, govern_enter(self->id));
	EXPECT_EQ(1 << 8, in_child(look_by_grep, self->id, other));
	close(governed);
	close(other);
}

/* The descriptor @fd of @pid, as another one of ours; or -errno. */
static int get_fd(pid_t pid, int fd)
{
	int handle = syscall(SYS_pidfd_open, pid, 0), got;

	if (handle < 0)
		return -errno;
	got = syscall(SYS_pidfd_getfd, handle, fd, 0);
	if (got < 0)
		got = -errno;
	close(handle);

	return got;
}

/*
 * pidfd_getfd(): a governed task's socket stays governed where it comes to; and
 * one of a task that is not governed stays free, as when it is passed on.
 */
TEST_F(path, pidfd_getfd)
{
	int governed, ends[2], fd, status;
	char byte;
	pid_t pid;

	for (governed = 0; governed < 2; governed++) {
		ASSERT_EQ(0, pipe2(ends, O_CLOEXEC));
		ASSERT_EQ(0, governed ? govern_enter(self->id) :
					govern_leave());
		pid = fork();
		ASSERT_GE(pid, 0);
		if (!pid) {
			byte = socket(AF_INET, SOCK_STREAM, 0);
			if (write(ends[1], &byte, 1) == 1)
				pause();
			_exit(1);
		}
		ASSERT_EQ(1, read(ends[0], &byte, 1));
		ASSERT_EQ(0, governed ? govern_leave() :
					govern_enter(self->id));
		fd = get_fd(pid, byte);
		ASSERT_GE(fd, 0);
		EXPECT_EQ(governed && !self->free, govern_shown(fd));
		/* It is theirs as well, until they are gone. */
		kill(pid, SIGKILL);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_EQ(governed && !self->free, govern_shown(fd));
		close(fd);
		close(ends[0]);
		close(ends[1]);
	}
}

/* A socket cannot be opened anew by its name in /proc, governed or not. */
TEST_F(path, reopen)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	EXPECT_EQ(-1, open(path, O_RDWR));
	EXPECT_EQ(ENXIO, errno);
	close(fd);
}

/* A cgroup beside those that are governed. */
static void beside(char *path, size_t size, const char *name)
{
	char governed[PATH_MAX];

	snprintf(governed, sizeof(governed), "%s", govern_path(NATIVE));
	snprintf(path, size, "%s/persock-path-%d%s", dirname(governed),
		 getpid(), name);
}

static int put_in(const char *cgroup, const char *file, const char *text)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/%s", cgroup, file);
	return put_text(path, text);
}

static int attach(const char *cgroup, enum govern_id id)
{
	int fd = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = id == UNGOVERNED ? 0 : policy_attach(fd, govern_personality(id));
	close(fd);

	return err;
}

static void *make_in_thread(void *cgroup)
{
	if (put_in(cgroup, "cgroup.threads", "0"))
		return (void *)-1L;

	return (void *)(long)socket(AF_INET, SOCK_STREAM, 0);
}

/* A thread that was joined may not have left its cgroup yet. */
static int remove_left(const char *cgroup)
{
	int tries;

	for (tries = 0; tries < 1000; tries++) {
		if (!rmdir(cgroup))
			return 0;
		if (errno != EBUSY)
			break;
		usleep(10000);
	}

	return -errno;
}

/* Threads of one process in cgroups of their own: each as its cgroup says. */
TEST_F(path, threads)
{
	char parent[PATH_MAX], free[PATH_MAX], governed[PATH_MAX];
	char *const children[] = { free, governed };
	pthread_t thread;
	void *fd;
	int i;

	ASSERT_EQ(0, govern_leave());
	beside(parent, sizeof(parent), "");
	beside(free, sizeof(free), "/free");
	beside(governed, sizeof(governed), "/governed");
	ASSERT_EQ(0, mkdir(parent, 0755));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, mkdir(children[i], 0755));
		ASSERT_EQ(0, put_in(children[i], "cgroup.type", "threaded"));
	}
	ASSERT_EQ(0, put_in(parent, "cgroup.procs", "0"));
	ASSERT_EQ(0, attach(children[1], self->id));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, pthread_create(&thread, NULL, make_in_thread,
					    children[i % 2]));
		pthread_join(thread, &fd);
		ASSERT_GE((long)fd, 0);
		EXPECT_EQ(i % 2 && !self->free, govern_shown((long)fd));
		close((long)fd);
	}
	ASSERT_EQ(0, govern_leave());
	for (i = 0; i < 2; i++)
		EXPECT_EQ(0, remove_left(children[i]));
	EXPECT_EQ(0, remove_left(parent));
}

/* What it takes to be governed by the rules of restrict_addresses(). */
static int judged(enum govern_id id)
{
	struct inet_addr no = at("127.0.0.3", 9), port = loopback(AF_INET, 443);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), wanted, err = 0;

	if (fd < 0)
		return 1;
	wanted = id == UNGOVERNED ? 0 : -EACCES;
	if (govern_shown(fd) != (id != UNGOVERNED))
		err = 2;
	else if (bind(fd, &port.sa, port.len) ? -errno != wanted : wanted)
		err = 3;
	else if (try_sendto(fd, &no, 0) != wanted)
		err = 4;
	close(fd);

	return err;
}

static int restrict_addresses(enum govern_id id)
{
	policy_begin_open(id);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.3/32", -EACCES);
	policy_address(PERSOCK_SECTION_BIND, "127.0.0.0/8", 443, 443, ANY,
		       -EACCES);

	return policy_set();
}

static int in_cgroup_namespace(enum govern_id id, int unused)
{
	return unshare(CLONE_NEWCGROUP) ? 10 : judged(id);
}

/* In a cgroup namespace the cgroup looks like the root, and is governed. */
TEST_F(path, cgroup_namespace)
{
	ASSERT_EQ(0, restrict_addresses(self->id));
	EXPECT_EQ(0, in_child(in_cgroup_namespace, self->id, -1));
}

static int loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err;

	err = ioctl(fd, SIOCSIFFLAGS, &ifr) ? -errno : 0;
	close(fd);

	return err;
}

static int in_network_namespace(enum govern_id id, int unused)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) || loopback_up())
		return 10;

	return judged(id);
}

/* Whoever has every capability over a network of its own is governed there. */
TEST_F(path, network_namespace)
{
	ASSERT_EQ(0, restrict_addresses(self->id));
	EXPECT_EQ(0, in_child(in_network_namespace, self->id, -1));
}

static int attach_in_namespace(enum govern_id id, int cgroup)
{
	/* The control socket is an administrator's, and was inherited. */
	if (unshare(CLONE_NEWUSER))
		return 10;

	return policy_attach(cgroup, "host") == -EPERM ? 0 : 1;
}

/*
 * Neither its socket nor its capabilities let a task in a user namespace attach
 * what governs it anew. Where nothing is attached there is nothing to try; that
 * the administrator may is the baseline.
 */
TEST_F(path, attach_in_user_namespace)
{
	int cgroup;

	if (self->free)
		return;
	cgroup = open(govern_path(self->id), O_RDONLY | O_CLOEXEC);
	ASSERT_GE(cgroup, 0);
	EXPECT_EQ(0, policy_attach(cgroup, govern_personality(self->id)));
	EXPECT_EQ(0, in_child(attach_in_namespace, self->id, cgroup));
	EXPECT_EQ(0, policy_attach(cgroup, govern_personality(self->id)));
	close(cgroup);
}

#define CGROUPS		64

/*
 * Kinds of sockets: each needs a table of its own in each cgroup; hostinet has
 * one for TCP and UDP. All but the last are closed without waiting for a grace
 * period, in which a worker would run.
 */
static const struct {
	int family, type, protocol;
} kinds[] = {
	{ AF_INET, SOCK_STREAM, 0 }, { AF_INET, SOCK_DGRAM, 0 },
	{ AF_INET, SOCK_RAW, IPPROTO_ICMP }, { AF_INET6, SOCK_STREAM, 0 },
	{ AF_INET6, SOCK_DGRAM, 0 }, { AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 },
	{ AF_INET, SOCK_STREAM, IPPROTO_MPTCP },
	{ AF_INET6, SOCK_STREAM, IPPROTO_MPTCP }, { AF_UNIX, SOCK_STREAM, 0 },
	{ AF_UNIX, SOCK_DGRAM, 0 }, { AF_UNIX, SOCK_SEQPACKET, 0 },
	{ AF_NETLINK, SOCK_RAW, 0 }, { AF_ALG, SOCK_SEQPACKET, 0 },
	{ AF_PACKET, SOCK_RAW, 0 },
};

#define QUICK		(ARRAY_SIZE(kinds) - 1)

struct count {
	unsigned int made, free, full, other;
};

/* Make one of each of @nr kinds when @go has a byte or ends, without a pause. */
static void make_kinds(int go, int out, size_t nr)
{
	int fds[ARRAY_SIZE(kinds)], errors[ARRAY_SIZE(kinds)];
	struct count count = { };
	char byte;
	size_t i;

	if (read(go, &byte, 1) < 0)
		_exit(1);
	for (i = 0; i < nr; i++) {
		fds[i] = socket(kinds[i].family, kinds[i].type,
				kinds[i].protocol);
		errors[i] = errno;
	}
	for (i = 0; i < nr; i++) {
		if (fds[i] >= 0) {
			count.made++;
			count.free += !govern_shown(fds[i]);
		} else if (errors[i] == ENOBUFS) {
			count.full++;
		} else {
			count.other++;
		}
	}
	_exit(write(out, &count, sizeof(count)) != sizeof(count));
}

/* Let nothing run between this task's calls, a kernel worker least of all. */
static int alone(void)
{
	struct sched_param param = { .sched_priority = 1 };
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	return sched_setaffinity(0, sizeof(first), &first) ||
	       sched_setscheduler(0, SCHED_FIFO, &param) ? -errno : 0;
}

/* They use up what is spare, and what other tests have left. */
#define GREEDY		96
#define FIRST		4

/* A task in the cgroup, for make_kinds(); it, or -1. */
static pid_t wait_in(const char *cgroup, const int go[2], const int out[2])
{
	pid_t pid = fork();
	char byte = 0;

	if (pid)
		return pid;
	close(go[1]);
	if (put_in(cgroup, "cgroup.procs", "0") || alone() ||
	    write(out[1], &byte, 1) != 1)
		_exit(2);
	make_kinds(go[0], out[1], QUICK);
	_exit(3);
}

/*
 * Attachments that make sockets of every kind, one after the other until one of
 * them is refused, leave another one what its first kinds need.
 */
TEST_F(path, few_beside_many)
{
	int go[2], out[2], fds[FIRST], errors[FIRST], i;
	char parent[PATH_MAX], path[PATH_MAX], name[32];
	pid_t children[GREEDY];
	struct count count = { };
	char byte;

	ASSERT_EQ(0, govern_leave());
	beside(parent, sizeof(parent), "");
	ASSERT_EQ(0, mkdir(parent, 0755));
	ASSERT_EQ(0, pipe2(go, O_CLOEXEC));
	ASSERT_EQ(0, pipe2(out, O_CLOEXEC));
	for (i = 0; i <= GREEDY; i++) {
		snprintf(name, sizeof(name), "/%d", i);
		beside(path, sizeof(path), name);
		ASSERT_EQ(0, mkdir(path, 0755));
		ASSERT_EQ(0, attach(path, self->id));
		if (i == GREEDY)
			break;
		children[i] = wait_in(path, go, out);
		ASSERT_GE(children[i], 0);
		ASSERT_EQ(1, read(out[0], &byte, 1));
	}
	ASSERT_EQ(0, put_in(path, "cgroup.procs", "0"));
	ASSERT_EQ(0, alone());
	for (i = 0; i < GREEDY && !count.full; i++) {
		ASSERT_EQ(1, write(go[1], "", 1));
		ASSERT_EQ(sizeof(count), read(out[0], &count, sizeof(count)));
		ASSERT_EQ(0, count.other);
	}
	/* No worker has run since. */
	for (i = 0; i < FIRST; i++) {
		fds[i] = socket(kinds[i].family, kinds[i].type,
				kinds[i].protocol);
		errors[i] = errno;
	}
	if (self->free || !slow_kernel())
		EXPECT_EQ(!self->free, count.full > 0);
	for (i = 0; i < FIRST; i++) {
		EXPECT_LE(0, fds[i])
			TH_LOG("%s beside those that are greedy",
			       strerror(errors[i]));
		close(fds[i]);
	}
	ASSERT_EQ(0, govern_leave());
	for (i = 0; i <= GREEDY; i++) {
		if (i < GREEDY) {
			kill(children[i], SIGKILL);
			EXPECT_EQ(children[i], waitpid(children[i], NULL, 0));
		}
		snprintf(name, sizeof(name), "/%d", i);
		beside(path, sizeof(path), name);
		EXPECT_EQ(0, rmdir(path));
	}
	EXPECT_EQ(0, rmdir(parent));
}

/*
 * More kinds of sockets at once than tables are kept ready for: one that cannot
 * be governed is refused, and none is made that is not.
 */
TEST_F(path, without_a_spare)
{
	char parent[PATH_MAX], path[PATH_MAX], name[32];
	struct count count, all = { };
	int go[2], out[2], i, status;
	pid_t children[CGROUPS];

	ASSERT_EQ(0, govern_leave());
	beside(parent, sizeof(parent), "");
	ASSERT_EQ(0, mkdir(parent, 0755));
	ASSERT_EQ(0, pipe2(go, O_CLOEXEC));
	ASSERT_EQ(0, pipe2(out, O_CLOEXEC));
	for (i = 0; i < CGROUPS; i++) {
		snprintf(name, sizeof(name), "/%d", i);
		beside(path, sizeof(path), name);
		ASSERT_EQ(0, mkdir(path, 0755));
		ASSERT_EQ(0, attach(path, self->id));
		children[i] = fork();
		ASSERT_GE(children[i], 0);
		if (!children[i]) {
			close(go[1]);
			if (put_in(path, "cgroup.procs", "0") || alone())
				_exit(2);
			make_kinds(go[0], out[1], ARRAY_SIZE(kinds));
		}
	}
	ASSERT_EQ(0, alone());
	close(go[1]);
	for (i = 0; i < CGROUPS; i++) {
		ASSERT_EQ(sizeof(count), read(out[0], &count, sizeof(count)));
		all.made += count.made;
		all.free += count.free;
		all.full += count.full;
		all.other += count.other;
	}
	TH_LOG("%u made, %u refused", all.made, all.full);
	EXPECT_LT(0, all.made);
	EXPECT_EQ(self->free ? all.made : 0, all.free);
	/* New ones may be made in time, where all that uses them up is slow. */
	if (!slow_kernel())
		EXPECT_EQ(!self->free, all.full > 0);
	EXPECT_EQ(0, all.other);
	for (i = 0; i < CGROUPS; i++) {
		ASSERT_EQ(children[i], waitpid(children[i], &status, 0));
		EXPECT_EQ(0, status);
		snprintf(name, sizeof(name), "/%d", i);
		beside(path, sizeof(path), name);
		EXPECT_EQ(0, rmdir(path));
	}
	EXPECT_EQ(0, rmdir(parent));
}

/* How to receive what has a descriptor with it. */
enum receive { RECVMSG, RECVMMSG, PEEK, URING, URING_ASYNC };

static const char *const receives[] = {
	"recvmsg", "recvmmsg", "MSG_PEEK", "io_uring", "io_uring's worker",
};

/* A descriptor that came, -1 without one, -errno; *@flags as they came. */
static int receive(struct ring *ring, int fd, enum receive how, int *flags)
{
	char control[CMSG_SPACE(sizeof(int))] = { }, byte;
	struct iovec iov = { &byte, 1 };
	struct mmsghdr mmsg = { .msg_hdr = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	} };
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_RECVMSG, .fd = fd, .len = 1,
		.flags = how == URING_ASYNC ? IOSQE_ASYNC : 0,
		.addr = (uintptr_t)&mmsg.msg_hdr,
	};
	struct cmsghdr *cmsg;
	int passed = -1, n;

	switch (how) {
	case RECVMMSG:
		n = recvmmsg(fd, &mmsg, 1, 0, NULL);
		break;
	case URING:
	case URING_ASYNC:
		n = ring_do(ring, sqe);
		break;
	default:
		n = recvmsg(fd, &mmsg.msg_hdr, how == PEEK ? MSG_PEEK : 0);
		break;
	}
	if (n != 1)
		return n < -1 ? n : -EIO;
	*flags = mmsg.msg_hdr.msg_flags;
	cmsg = CMSG_FIRSTHDR(&mmsg.msg_hdr);
	if (cmsg && cmsg->cmsg_type == SCM_RIGHTS)
		memcpy(&passed, CMSG_DATA(cmsg), sizeof(passed));

	return passed;
}

/* The lowest free descriptor: none may be left that no call returned. */
static int next_fd(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

/*
 * Descriptors that were sent before it was denied: none arrives, by no call and
 * by no type of socket, and MSG_CTRUNC is set.
 */
TEST_F(path, rights)
{
	const int types[] = { SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM };
	int fds[2], fd, flags, next, stderr_fd = STDERR_FILENO;
	struct ring ring;
	size_t i, how;

	ASSERT_EQ(0, ring_open(&ring, 0));
	for (i = 0; i < ARRAY_SIZE(types) * ARRAY_SIZE(receives); i++) {
		how = i / ARRAY_SIZE(types);
		policy_begin_open(self->id);
		ASSERT_EQ(0, policy_set());
		ASSERT_EQ(0, socketpair(AF_UNIX, types[i % ARRAY_SIZE(types)],
					0, fds));
		ASSERT_EQ(0, send_with(fds[0], NULL, SOL_SOCKET, SCM_RIGHTS,
				       &stderr_fd, sizeof(stderr_fd)));
		policy_begin_open(self->id);
		policy_default(PERSOCK_SECTION_UNIX_RIGHTS, ANY, -EPERM);
		ASSERT_EQ(0, policy_set());

		next = next_fd();
		flags = 0;
		fd = receive(&ring, fds[1], how, &flags);
		if (self->free) {
			EXPECT_EQ(next, fd);
			EXPECT_EQ(0, flags & MSG_CTRUNC);
			close(fd);
		} else {
			EXPECT_EQ(-1, fd);
			EXPECT_EQ(MSG_CTRUNC, flags & MSG_CTRUNC);
		}
		EXPECT_EQ(next, next_fd())
			TH_LOG("type %d by %s",
			       types[i % ARRAY_SIZE(types)], receives[how]);
		close(fds[0]);
		close(fds[1]);
	}
	close(ring.fd);
}

struct waiting {
	int fd;
	int flags;
	int passed;
	_Atomic pid_t tid;
};

static void *wait_for_rights(void *data)
{
	struct waiting *waiting = data;

	waiting->tid = gettid();
	waiting->passed = receive(NULL, waiting->fd, RECVMSG, &waiting->flags);

	return NULL;
}

/* Does the thread sleep in recvmsg()? It is the first thing that it does. */
static bool waits(struct waiting *waiting)
{
	while (!waiting->tid)
		sched_yield();

	return sleeps(waiting->tid);
}

/*
 * Open: a receive that waits when descriptors are denied brings the one it has
 * been waiting for, of a sender that nothing governs. The next one brings none.
 */
TEST_F(path, open_rights_awaited)
{
	struct waiting waiting = { .passed = -1 };
	int fds[2], fd, flags = 0, stderr_fd = STDERR_FILENO;
	pthread_t thread;

	/* A pair has one owner: this one's other end is a listener's child. */
	struct sockaddr_storage name = { .ss_family = AF_UNIX };
	socklen_t length = sizeof(name);
	int listener;

	ASSERT_EQ(0, govern_leave());
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	ASSERT_EQ(0, bind(listener, (void *)&name, sizeof(sa_family_t)));
	ASSERT_EQ(0, getsockname(listener, (void *)&name, &length));
	ASSERT_EQ(0, listen(listener, 1));
	ASSERT_EQ(0, govern_enter(self->id));
	fds[1] = socket(AF_UNIX, SOCK_STREAM, 0);
	ASSERT_EQ(0, connect(fds[1], (void *)&name, length));
	fds[0] = accept(listener, NULL, NULL);
	ASSERT_GE(fds[0], 0);
	EXPECT_EQ(!self->free, govern_shown(fds[1]));
	EXPECT_FALSE(govern_shown(fds[0]));

	waiting.fd = fds[1];
	ASSERT_EQ(0, pthread_create(&thread, NULL, wait_for_rights, &waiting));
	EXPECT_TRUE(waits(&waiting));
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_UNIX_RIGHTS, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, send_with(fds[0], NULL, SOL_SOCKET, SCM_RIGHTS, &stderr_fd,
			       sizeof(stderr_fd)));
	pthread_join(thread, NULL);
	EXPECT_GE(waiting.passed, 0);

	ASSERT_EQ(0, send_with(fds[0], NULL, SOL_SOCKET, SCM_RIGHTS, &stderr_fd,
			       sizeof(stderr_fd)));
	fd = receive(NULL, fds[1], RECVMSG, &flags);
	EXPECT_EQ(self->free, fd >= 0);
	EXPECT_EQ(self->free ? 0 : MSG_CTRUNC, flags & MSG_CTRUNC);
	close(fds[0]);
	close(fds[1]);
	close(listener);
}

/*
 * Open: one ring hands a descriptor to another, which is no message of a
 * socket's. But what it hands over is governed as before.
 */
TEST_F(path, open_rights_from_ring_to_ring)
{
	struct ring from, to;
	struct io_uring_sqe hand_over = {
		.opcode = IORING_OP_MSG_RING, .addr = IORING_MSG_SEND_FD,
		.file_index = 1,
	}, use = {
		.opcode = IORING_OP_SEND, .flags = IOSQE_FIXED_FILE,
		.addr = (uintptr_t)"x", .len = 1,
	};
	int fds[2], none = -1;

	ASSERT_EQ(0, udp_open(fds, AF_INET));
	ASSERT_EQ(0, ring_open(&from, 0));
	ASSERT_EQ(0, ring_open(&to, 0));
	ASSERT_EQ(0, syscall(SYS_io_uring_register, from.fd,
			     IORING_REGISTER_FILES, &fds[0], 1));
	ASSERT_EQ(0, syscall(SYS_io_uring_register, to.fd,
			     IORING_REGISTER_FILES, &none, 1));
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_UNIX_RIGHTS, ANY, -EPERM);
	policy_flags(PERSOCK_SECTION_FLAGS_SEND, PERSOCK_CLASS_INET,
		     MSG_CONFIRM, -EPERM);
	ASSERT_EQ(0, policy_set());

	hand_over.fd = to.fd;
	EXPECT_EQ(0, ring_do(&from, hand_over));
	/* The message itself is a completion there. */
	EXPECT_EQ(0, ring_wait(&to));
	close(from.fd);
	close(fds[0]);
	ASSERT_EQ(0, govern_leave());
	EXPECT_EQ(1, ring_do(&to, use));
	use.msg_flags = MSG_CONFIRM;
	EXPECT_EQ(self->free ? 1 : -EPERM, ring_do(&to, use));
	close(to.fd);
	close(fds[1]);
}

int main(int argc, char **argv)
{
	static const char *const modules[] = {
		"af_alg", NULL
	};

	return path_main(argc, argv, modules);
}
