// SPDX-License-Identifier: GPL-2.0
/*
 * Rules on names of AF_UNIX sockets beside the rest: policies that are replaced
 * under live sockets, layers, io_uring, reports and counters, and listeners of
 * another cgroup that are passed on.
 */
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <libmnl/libmnl.h>

#include "counters.h"
#include "local.h"
#include "ring.h"

#define FOLDER	"/run/persock-report"
#define SERVER	FOLDER "/server"

/* Sockets are held to what the policy says now. */
TEST_F(path, replaced)
{
	int server = local_server(SOCK_DGRAM, SERVER);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), i;

	ASSERT_LE(0, server);
	for (i = 0; i < 4; i++) {
		policy_begin_open(self->id);
		policy_default(UNIX_CONNECT, ANY, i & 1 ? -EACCES : ALLOW);
		ASSERT_EQ(0, policy_set());
		EXPECT_EQ(i & 1 ? REFUSED(EACCES) : 0,
			  local_send_fd(fd, SERVER));
		EXPECT_EQ(i & 1 ? REFUSED(EACCES) : 0,
			  local_connect_fd(fd, SERVER));
	}
	close(fd);
	close(server);
}

/* The report has the path that was judged, and the rule. */
TEST_F(path, reported)
{
	const struct nlattr *tb[PERSOCK_A_DENIAL_MAX + 1] = {};
	int server = local_server(SOCK_STREAM, SERVER), abstract, monitor;

	abstract = local_server(SOCK_STREAM, "@persock\x01star*");
	unlink(FOLDER "/link");
	ASSERT_EQ(0, symlink(SERVER, FOLDER "/link"));
	monitor = self->free ? 0 : policy_monitor();
	ASSERT_LE(0, monitor);
	policy_begin_open(self->id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, FOLDER "/other", ANY, NULL, ALLOW);
	policy_unix(UNIX_CONNECT, FOLDER "/*", ANY, NULL, -EPERM);
	policy_default(UNIX_BIND, ANY, -EROFS);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EPERM), local_connect(SOCK_STREAM, FOLDER "/link"));
	if (self->free)
		goto out;
	ASSERT_EQ(EPERM, policy_denial(monitor, tb));
	ASSERT_NE(NULL, tb[PERSOCK_A_DENIAL_UNIX_NAME]);
	EXPECT_STREQ(SERVER, mnl_attr_get_str(tb[PERSOCK_A_DENIAL_UNIX_NAME]));
	EXPECT_EQ(UNIX_CONNECT, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_SECTION]));
	EXPECT_EQ(2, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_RULE]));
	EXPECT_EQ(PERSOCK_OP_CONNECT,
		  mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_OPERATION]));

	EXPECT_EQ(-EACCES, local_connect(SOCK_STREAM, "@persock\x01star*"));
	ASSERT_EQ(EACCES, policy_denial(monitor, tb));
	EXPECT_STREQ("@persock\\x01star\\x2a",
		     mnl_attr_get_str(tb[PERSOCK_A_DENIAL_UNIX_NAME]));

	EXPECT_EQ(-EROFS, local_server(SOCK_STREAM, FOLDER "/bound"));
	ASSERT_EQ(EROFS, policy_denial(monitor, tb));
	EXPECT_STREQ(FOLDER "/bound",
		     mnl_attr_get_str(tb[PERSOCK_A_DENIAL_UNIX_NAME]));
	EXPECT_EQ(UNIX_BIND, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_SECTION]));
	close(monitor);
out:
	unlink(FOLDER "/link");
	close(server);
	close(abstract);
}

/* Every layer must allow a peer; "same" is each layer's own cgroup. */
TEST_F(path, layers)
{
	char inner[PATH_MAX + 32];
	int server, sibling, own;

	if (self->free)
		return;
	server = local_server(SOCK_STREAM, SERVER);
	sibling = local_server(SOCK_STREAM, "@persock-sibling");
	ASSERT_LE(0, server);
	ASSERT_EQ(0, policy_attach_inner(self->id, "host", inner,
					 sizeof(inner)));
	policy_begin_open(self->id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, NULL, ANY, "same", ALLOW);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, govern_enter_path(inner));
	/* Created in the outer layer's cgroup, above the inner one. */
	EXPECT_EQ(0, local_connect(SOCK_STREAM, "@persock-sibling"));
	EXPECT_EQ(0, local_connect(SOCK_STREAM, SERVER));
	own = local_server(SOCK_STREAM, "@persock-own");
	EXPECT_LE(0, own);
	EXPECT_EQ(0, local_connect(SOCK_STREAM, "@persock-own"));
	policy_begin_open(self->id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, "@persock-o*", ANY, "same", ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, local_connect(SOCK_STREAM, "@persock-own"));
	EXPECT_EQ(-EACCES, local_connect(SOCK_STREAM, "@persock-sibling"));
	close(own);
	close(server);
	close(sibling);
	govern_leave();
	rmdir(inner);
}

/* Connects and sends of io_uring. */
TEST_F(path, ring)
{
	int server = local_server(SOCK_STREAM, SERVER), fd;
	int box = local_server(SOCK_DGRAM, FOLDER "/box");
	struct sockaddr_un address;
	struct io_uring_sqe sqe = { .opcode = IORING_OP_CONNECT };
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_name = &address };
	struct ring ring;

	ASSERT_EQ(0, ring_open(&ring, 0));
	policy_begin_open(self->id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, FOLDER "/none", ANY, NULL, ALLOW);
	ASSERT_EQ(0, policy_set());
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	sqe.fd = fd;
	sqe.addr = (unsigned long)&address;
	sqe.off = local_name(&address, SERVER);
	EXPECT_EQ(REFUSED(EACCES), ring_do(&ring, sqe));
	close(fd);
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	msg.msg_namelen = local_name(&address, FOLDER "/box");
	sqe = (struct io_uring_sqe){ .opcode = IORING_OP_SENDMSG, .fd = fd,
				     .addr = (unsigned long)&msg, .len = 1 };
	EXPECT_EQ(self->free ? 1 : -EACCES, ring_do(&ring, sqe));
	close(fd);
	close(server);
	close(box);
}

/*
 * A listener that somebody else has made, as systemd does, may be used by who
 * gets it; peers judge it by where it was made.
 */
TEST_F(path, activation)
{
	int listener, fd, accepted;

	ASSERT_EQ(0, govern_leave());
	listener = local_server(SOCK_STREAM, SERVER);
	ASSERT_LE(0, listener);
	ASSERT_EQ(0, govern_enter(self->id));
	policy_begin_open(self->id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_default(UNIX_BIND, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, NULL, ANY, "same", ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EACCES), local_connect(SOCK_STREAM, SERVER));
	ASSERT_EQ(0, govern_leave());
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	EXPECT_EQ(0, local_connect_fd(fd, SERVER));
	ASSERT_EQ(0, govern_enter(self->id));
	/* Ungoverned, the first one was connected, too. */
	if (self->free)
		close(accept(listener, NULL, NULL));
	accepted = accept(listener, NULL, NULL);
	EXPECT_LE(0, accepted);
	EXPECT_EQ(1, write(accepted, "x", 1));
	close(accepted);
	/* What was connected elsewhere stays connected. */
	EXPECT_EQ(1, read(fd, (char [1]){}, 1));
	close(fd);
	close(listener);
}

/* Each call is counted once: allowed, denied, or failed for another reason. */
TEST_F(path, counted)
{
	int server = local_server(SOCK_STREAM, SERVER);
	int box = local_server(SOCK_DGRAM, FOLDER "/box");
	struct tally before;
	struct counts counts;

	if (self->free)
		return;
	policy_begin_open(self->id);
	policy_count_fully();
	policy_unix(UNIX_CONNECT, "@persock-denied", ANY, NULL, -EACCES);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, read_tally(self->id, &before));
	EXPECT_EQ(0, local_connect(SOCK_STREAM, SERVER));
	EXPECT_EQ(-ENOENT, local_connect(SOCK_STREAM, FOLDER "/none"));
	EXPECT_EQ(0, local_send(FOLDER "/box"));
	counts = counts_since(self->id, &before, CONNECT);
	EXPECT_EQ(2, counts.allowed);
	EXPECT_EQ(0, counts.denied);
	counts = counts_since(self->id, &before, SENDMSG);
	EXPECT_EQ(1, counts.allowed);
	EXPECT_EQ(0, counts.denied);

	policy_begin_open(self->id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, read_tally(self->id, &before));
	EXPECT_EQ(-EACCES, local_connect(SOCK_STREAM, SERVER));
	EXPECT_EQ(-EACCES, local_send(FOLDER "/box"));
	counts = counts_since(self->id, &before, CONNECT);
	EXPECT_EQ(0, counts.allowed);
	EXPECT_EQ(1, counts.denied);
	counts = counts_since(self->id, &before, SENDMSG);
	EXPECT_EQ(0, counts.allowed);
	EXPECT_EQ(1, counts.denied);
	close(server);
	close(box);
}

int main(int argc, char **argv)
{
	return local_main(argc, argv, FOLDER);
}
