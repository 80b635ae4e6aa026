// SPDX-License-Identifier: GPL-2.0
/*
 * AF_UNIX sockets are the native provider's, whatever else a personality
 * lists: descriptors and credentials pass, names work, and the garbage
 * collector finds what nobody can reach any more.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "inet.h"
#include "same.h"

#define MAX_FDS		4

/* Send one byte with descriptors over @via. */
static int send_fds(int via, const int *fds, int count)
{
	union {
		char buf[CMSG_SPACE(sizeof(int) * MAX_FDS)];
		struct cmsghdr align;
	} control = {};
	char c = 'f';
	struct iovec iov = { &c, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(sizeof(int) * count),
	};

	control.align.cmsg_level = SOL_SOCKET;
	control.align.cmsg_type = SCM_RIGHTS;
	control.align.cmsg_len = CMSG_LEN(sizeof(int) * count);
	memcpy(CMSG_DATA(&control.align), fds, sizeof(int) * count);
	return sendmsg(via, &msg, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

/* Receive one byte and a descriptor, or -1 when none came. */
static int recv_fd(int via, int flags, int *msg_flags)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {};
	char c;
	struct iovec iov = { &c, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = msg_flags ? NULL : &control,
		.msg_controllen = msg_flags ? 0 : sizeof(control),
	};
	struct cmsghdr *cmsg;
	int fd = -1;

	if (recvmsg(via, &msg, flags) != 1)
		return -1;
	if (msg_flags)
		*msg_flags = msg.msg_flags;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (cmsg && cmsg->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

/* Pairs of each type: what goes in at one end comes out at the other. */
TEST_F(same, pairs)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	int *nowhere = NULL, next, sv[2];
	char buf[8];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		ASSERT_EQ(0, socketpair(AF_UNIX, types[i] | SOCK_CLOEXEC, 0,
					sv));
		EXPECT_EQ(FD_CLOEXEC, fcntl(sv[0], F_GETFD));
		EXPECT_EQ(AF_UNIX, get_int(sv[0], SOL_SOCKET, SO_DOMAIN));
		EXPECT_EQ(types[i], get_int(sv[0], SOL_SOCKET, SO_TYPE));
		ASSERT_EQ(2, send(sv[0], "ab", 2, 0));
		ASSERT_EQ(2, send(sv[0], "cd", 2, 0));
		EXPECT_EQ(types[i] == SOCK_STREAM ? 4 : 2,
			  recv(sv[1], buf, sizeof(buf), 0));
		EXPECT_EQ(1, passes(sv[1], sv[0]));
		close(sv[0]);
		close(sv[1]);
	}
	/* If the numbers cannot be returned, no descriptor stays open. */
	next = dup(0);
	close(next);
	EXPECT_EQ(-1, syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0,
			      nowhere));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(next, dup(0));
	EXPECT_EQ(-1, socketpair(AF_INET, SOCK_STREAM, 0, sv));
	EXPECT_EQ(EOPNOTSUPP, errno);
}

/* A descriptor passes and refers to the same file. */
TEST_F(same, pass_a_descriptor)
{
	struct stat sent, got;
	int sv[2], fd;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	ASSERT_EQ(0, send_fds(sv[0], &sv[0], 1));
	fd = recv_fd(sv[1], 0, NULL);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fstat(sv[0], &sent));
	ASSERT_EQ(0, fstat(fd, &got));
	EXPECT_EQ(sent.st_ino, got.st_ino);
	EXPECT_EQ(0, fcntl(fd, F_GETFD));
	EXPECT_EQ(1, passes(fd, sv[1]));
	close(fd);

	ASSERT_EQ(0, send_fds(sv[0], &sv[0], 1));
	fd = recv_fd(sv[1], MSG_CMSG_CLOEXEC, NULL);
	ASSERT_LE(0, fd);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	close(fd);
	close(sv[0]);
	close(sv[1]);
}

/* Descriptors that there is no room for: MSG_CTRUNC, and none is left open. */
TEST_F(same, descriptors_without_room)
{
	int sv[2], fds[MAX_FDS], flags, before;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	fds[0] = fds[1] = fds[2] = fds[3] = sv[0];
	before = dup(0);
	close(before);
	ASSERT_EQ(0, send_fds(sv[0], fds, MAX_FDS));
	EXPECT_EQ(-1, recv_fd(sv[1], 0, &flags));
	EXPECT_NE(0, flags & MSG_CTRUNC);
	EXPECT_EQ(before, dup(0));
	close(sv[0]);
	close(sv[1]);
}

/* SO_PASSCRED adds the sender's identity; SO_PEERCRED returns the peer's. */
TEST_F(same, credentials)
{
	union {
		char buf[CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr align;
	} control = {};
	char c;
	struct iovec iov = { &c, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct ucred cred = {};
	socklen_t len = sizeof(cred);
	struct cmsghdr *cmsg;
	int sv[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, sv));
	EXPECT_EQ(0, getsockopt(sv[0], SOL_SOCKET, SO_PEERCRED, &cred, &len));
	EXPECT_EQ(getpid(), cred.pid);
	EXPECT_EQ(getuid(), cred.uid);

	ASSERT_EQ(0, set_int(sv[1], SOL_SOCKET, SO_PASSCRED, 1));
	ASSERT_EQ(1, send(sv[0], "c", 1, 0));
	ASSERT_EQ(1, recvmsg(sv[1], &msg, 0));
	cmsg = CMSG_FIRSTHDR(&msg);
	ASSERT_NE(NULL, cmsg);
	EXPECT_EQ(SCM_CREDENTIALS, cmsg->cmsg_type);
	memcpy(&cred, CMSG_DATA(cmsg), sizeof(cred));
	EXPECT_EQ(getpid(), cred.pid);

	/* Root may claim to be another user, and the claim arrives. */
	cred.uid = 1234;
	cmsg = &control.align;
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_CREDENTIALS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(cred));
	memcpy(CMSG_DATA(cmsg), &cred, sizeof(cred));
	msg.msg_controllen = sizeof(control);
	ASSERT_EQ(1, sendmsg(sv[0], &msg, 0));
	ASSERT_EQ(1, recvmsg(sv[1], &msg, 0));
	memcpy(&cred, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(cred));
	EXPECT_EQ(1234, cred.uid);
	close(sv[0]);
	close(sv[1]);
}

/* Names in the file system and abstract ones: bind, connect, accept, names. */
TEST_F(same, names)
{
	struct sockaddr_un addr[2] = {
		{ .sun_family = AF_UNIX }, { .sun_family = AF_UNIX },
	}, seen;
	int i, listener, client, server, len;
	socklen_t size;

	for (i = 0; i < 2; i++) {
		/* The second is abstract: its name begins with a zero. */
		len = snprintf(addr[i].sun_path + i,
			       sizeof(addr[i].sun_path) - i,
			       "/tmp/persock-unix-test-%d", getpid());
		len += offsetof(struct sockaddr_un, sun_path) + 1;
		unlink(addr[i].sun_path);
		listener = socket(AF_UNIX, SOCK_STREAM, 0);
		ASSERT_LE(0, listener);
		ASSERT_EQ(0, bind(listener, (void *)&addr[i], len));
		client = socket(AF_UNIX, SOCK_STREAM, 0);
		ASSERT_LE(0, client);
		EXPECT_EQ(-1, connect(client, (void *)&addr[i], len));
		EXPECT_EQ(ECONNREFUSED, errno);
		ASSERT_EQ(0, listen(listener, 1));
		ASSERT_EQ(0, connect(client, (void *)&addr[i], len));
		server = accept(listener, NULL, NULL);
		ASSERT_LE(0, server);
		size = sizeof(seen);
		ASSERT_EQ(0, getpeername(client, (void *)&seen, &size));
		EXPECT_EQ(len, size);
		EXPECT_EQ(0, memcmp(&addr[i], &seen, len));
		EXPECT_EQ(1, passes(client, server));
		EXPECT_EQ(1, passes(server, client));
		close(client);
		close(server);
		close(listener);
		EXPECT_EQ(i == 0 ? 0 : -1, unlink(addr[i].sun_path));
	}
}

/* SO_PEEK_OFF and the ioctls of AF_UNIX. */
TEST_F(same, peek_offset_and_ioctls)
{
	char c = 0;
	int sv[2], n;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	ASSERT_EQ(0, set_int(sv[1], SOL_SOCKET, SO_PEEK_OFF, 1));
	ASSERT_EQ(3, send(sv[0], "abc", 3, 0));
	EXPECT_EQ(1, recv(sv[1], &c, 1, MSG_PEEK));
	EXPECT_EQ('b', c);
	EXPECT_EQ(2, get_int(sv[1], SOL_SOCKET, SO_PEEK_OFF));
	ASSERT_EQ(0, ioctl(sv[1], SIOCINQ, &n));
	EXPECT_EQ(3, n);
	ASSERT_EQ(0, ioctl(sv[0], SIOCOUTQ, &n));
	EXPECT_LT(0, n);
	close(sv[0]);
	close(sv[1]);
}

static int sockets_used(void)
{
	FILE *file = fopen("/proc/self/net/sockstat", "re");
	int used = -1;

	if (!file)
		return -1;
	if (fscanf(file, "sockets: used %d", &used) != 1)
		used = -1;
	fclose(file);
	return used;
}

/*
 * Pairs that hold nothing but themselves, in flight and closed, are collected.
 * In a network namespace of its own, where every socket counted is ours.
 */
TEST_F(same, garbage_is_collected)
{
	int before, used, sv[2], i;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	before = sockets_used();
	ASSERT_LE(0, before);
	for (i = 0; i < 50; i++) {
		ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
		ASSERT_EQ(0, send_fds(sv[0], sv, 2));
		close(sv[0]);
		close(sv[1]);
	}
	for (i = 0; i < 3000; i++) {
		/* Closing a socket starts the collector. */
		close(socket(AF_UNIX, SOCK_STREAM, 0));
		used = sockets_used();
		if (used == before)
			break;
		poll(NULL, 0, 20);
	}
	EXPECT_EQ(before, used);
}

/* What can be reached through a live socket is not collected. */
TEST_F(same, reachable_is_kept)
{
	int outer[2], inner[2], fd, i;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, outer));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, inner));
	ASSERT_EQ(0, send_fds(inner[0], &inner[1], 1));
	ASSERT_EQ(0, send_fds(outer[0], &inner[1], 1));
	close(inner[1]);
	for (i = 0; i < 20; i++)
		close(socket(AF_UNIX, SOCK_STREAM, 0));
	fd = recv_fd(outer[1], 0, NULL);
	ASSERT_LE(0, fd);
	EXPECT_EQ(1, passes(fd, inner[0]));
	close(fd);
	close(inner[0]);
	close(outer[0]);
	close(outer[1]);
}

int main(int argc, char **argv)
{
	return same_main(argc, argv);
}
