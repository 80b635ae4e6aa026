// SPDX-License-Identifier: GPL-2.0
/*
 * AF_UNIX sockets that other tasks have made, connected or named: what of them
 * is received, and what rules on their peers make of them.
 */
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "local.h"
#include "rights.h"
#include "ring.h"

#define FOLDER	"/run/persock-passed"
#define SERVER	FOLDER "/server"
#define RIGHTS	PERSOCK_SECTION_UNIX_RIGHTS
#define GOVERNED	2

/* Send a descriptor through a new pair; the one that arrives, or -1. */
static int pass(int fd)
{
	int pair[2], got = -1;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -1;
	if (!rights_send(pair[0], fd))
		got = rights_receive(pair[1], NULL);
	close(pair[0]);
	close(pair[1]);

	return got;
}

/* Only pairs, and what another task passes on. */
static int policy_pairs_only(enum govern_id id, int rights)
{
	policy_begin_open(id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, "unnamed", ANY, NULL, ALLOW);
	policy_default(RIGHTS, ANY, rights);

	return policy_set();
}

/* Of an ungoverned task: a connection to what is denied, and a pair. */
TEST_F(path, connected)
{
	int server, fds[3], got, i;

	ASSERT_EQ(0, govern_leave());
	server = local_server(SOCK_STREAM, SERVER);
	ASSERT_LE(0, server);
	fds[0] = socket(AF_UNIX, SOCK_STREAM, 0);
	ASSERT_EQ(0, local_connect_fd(fds[0], SERVER));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, &fds[1]));
	ASSERT_EQ(0, govern_enter(self->id));
	ASSERT_EQ(0, policy_pairs_only(self->id, ALLOW));
	EXPECT_EQ(REFUSED(EACCES), local_connect(SOCK_STREAM, SERVER));
	for (i = 0; i < 2; i++) {
		/* Open: it was judged, or not, when it was connected. */
		got = pass(fds[i]);
		EXPECT_LE(0, got);
		EXPECT_EQ(1, send(got, "x", 1, MSG_NOSIGNAL));
		close(got);
	}
	ASSERT_EQ(0, policy_pairs_only(self->id, GOVERNED));
	for (i = 0; i < 2; i++) {
		got = pass(fds[i]);
		EXPECT_EQ(self->free, got >= 0);
		close(got);
	}
	ASSERT_EQ(0, policy_pairs_only(self->id, -EACCES));
	for (i = 0; i < 2; i++) {
		got = pass(fds[i]);
		EXPECT_EQ(self->free, got >= 0);
		close(got);
	}
	for (i = 0; i < 3; i++)
		close(fds[i]);
	close(server);
}

/* The same of a governed task is received by who is governed so, too. */
TEST_F(path, connected_by_its_own)
{
	int server = local_server(SOCK_STREAM, SERVER), fds[3], got, i;

	ASSERT_LE(0, server);
	fds[0] = socket(AF_UNIX, SOCK_STREAM, 0);
	ASSERT_EQ(0, local_connect_fd(fds[0], SERVER));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, &fds[1]));
	ASSERT_EQ(0, policy_pairs_only(self->id, GOVERNED));
	for (i = 0; i < 2; i++) {
		got = pass(fds[i]);
		EXPECT_LE(0, got);
		EXPECT_EQ(1, send(got, "x", 1, MSG_NOSIGNAL));
		EXPECT_EQ(!self->free, govern_shown(got));
		close(got);
	}
	for (i = 0; i < 3; i++)
		close(fds[i]);
	close(server);
}

/* A ring would move descriptors past the rule: no kernel passes one on. */
TEST_F(path, rings)
{
	struct ring ring;
	int pair[2], i;

	ASSERT_EQ(0, ring_open(&ring, 0));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, policy_pairs_only(self->id, i ? GOVERNED : ALLOW));
		ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
		EXPECT_EQ(-EINVAL, rights_send(pair[0], ring.fd));
		EXPECT_EQ(0, rights_send(pair[0], 2));
		close(pair[0]);
		close(pair[1]);
	}
	close(ring.fd);
}

static pid_t peer_pid(int fd)
{
	struct ucred who = {};
	socklen_t length = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length) ? -1 :
	       who.pid;
}

/* Who listens decides on SO_PEERCRED, and not on where the socket was made. */
TEST_F(path, credentials)
{
	int foreign, own, fd, ready[2];
	char byte;
	pid_t pid;

	ASSERT_EQ(0, govern_leave());
	foreign = local_server(SOCK_STREAM, "@persock-foreign");
	ASSERT_LE(0, foreign);
	ASSERT_EQ(0, govern_enter(self->id));
	own = local_server(SOCK_STREAM, "@persock-own");
	ASSERT_LE(0, own);

	/* A task of another cgroup serves the own one, and this task that. */
	ASSERT_EQ(0, listen(foreign, 8));
	ASSERT_EQ(0, pipe(ready));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (govern_leave() || listen(own, 8) ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(own);
	EXPECT_EQ(1, read(ready[0], &byte, 1));

	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	EXPECT_EQ(0, local_connect_fd(fd, "@persock-foreign"));
	EXPECT_EQ(getpid(), peer_pid(fd));
	close(fd);
	policy_begin_open(self->id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, NULL, ANY, "same", ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EACCES),
		  local_connect(SOCK_STREAM, "@persock-foreign"));
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	EXPECT_EQ(0, local_connect_fd(fd, "@persock-own"));
	EXPECT_EQ(pid, peer_pid(fd));
	close(fd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	close(foreign);
}

/*
 * Open: another task's socket takes the place of the one that was meant. A rule
 * that says where the peer was created does not let it.
 */
TEST_F(path, open_replaced_file)
{
	int first = local_server(SOCK_STREAM, SERVER), second;

	ASSERT_LE(0, first);
	ASSERT_EQ(0, govern_leave());
	second = local_server(SOCK_STREAM, SERVER);
	ASSERT_LE(0, second);
	ASSERT_EQ(0, govern_enter(self->id));
	policy_begin_open(self->id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, SERVER, ANY, NULL, ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, local_connect(SOCK_STREAM, SERVER));
	policy_begin_open(self->id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, SERVER, ANY, "same", ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EACCES), local_connect(SOCK_STREAM, SERVER));
	close(first);
	close(second);
}

int main(int argc, char **argv)
{
	return local_main(argc, argv, FOLDER);
}
