// SPDX-License-Identifier: GPL-2.0
/*
 * A socket keeps the personality under which it was created: when its task
 * moves, when the cgroup is detached, when it is inherited or passed on. And
 * every attached ancestor governs.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <sys/stat.h>

#include "harness.h"
#include "inet.h"
#include "rights.h"

FIXTURE(keep) {
	char path[PATH_MAX];	/* a cgroup of this test's own, not attached */
	bool attached;
};

FIXTURE_VARIANT(keep) {
	enum govern_id id;
};

FIXTURE_VARIANT_ADD(keep, native) {
	.id = GVISOR2020_NATIVE,
};

FIXTURE_VARIANT_ADD(keep, hostinet) {
	.id = GVISOR2020_HOSTINET,
};

FIXTURE_SETUP(keep)
{
	char beside[PATH_MAX];

	govern_setup(_metadata, variant->id);
	if (_metadata->exit_code)
		return;
	/* Tests begin ungoverned, and enter when they want to. */
	ASSERT_EQ(0, govern_leave());
	snprintf(beside, sizeof(beside), "%s", govern_path(variant->id));
	snprintf(self->path, sizeof(self->path), "%s/persock-keep-%d",
		 dirname(beside), getpid());
	ASSERT_EQ(0, mkdir(self->path, 0755));
}

FIXTURE_TEARDOWN(keep)
{
	govern_leave();
	if (self->attached)
		govern_tool(NULL, 0, "detach", self->path, NULL);
	EXPECT_EQ(0, rmdir(self->path));
}

/* The same of a socket made now. */
static int now_governed(void)
{
	int fd, governed;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0)
		return -errno;
	governed = is_governed(fd);
	close(fd);
	return governed;
}

/* The task leaves: its old sockets stay what they are, new ones are free. */
TEST_F(keep, task_moves_out)
{
	struct tcp tcp;

	ASSERT_EQ(0, govern_enter(variant->id));
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	ASSERT_EQ(0, govern_leave());
	EXPECT_EQ(1, is_governed(tcp.listener));
	EXPECT_EQ(1, is_governed(tcp.client));
	EXPECT_EQ(1, is_governed(tcp.server));
	EXPECT_EQ(0, now_governed());
	EXPECT_EQ(1, passes(tcp.client, tcp.server));
	tcp_close(&tcp);
}

/* The task comes: its old sockets stay free. */
TEST_F(keep, task_moves_in)
{
	struct tcp tcp;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	ASSERT_EQ(0, govern_enter(variant->id));
	EXPECT_EQ(0, is_governed(tcp.listener));
	EXPECT_EQ(0, is_governed(tcp.client));
	EXPECT_EQ(0, is_governed(tcp.server));
	EXPECT_EQ(1, now_governed());
	EXPECT_EQ(1, passes(tcp.client, tcp.server));
	tcp_close(&tcp);
}

/* What is accepted takes after the listener, not after who accepts. */
TEST_F(keep, accepted_is_as_its_listener)
{
	struct inet_addr addr;
	int listener, client, server, governed;

	for (governed = 0; governed < 2; governed++) {
		ASSERT_EQ(0, governed ? govern_enter(variant->id) :
					govern_leave());
		listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
		ASSERT_LE(0, listener);
		ASSERT_EQ(0, governed ? govern_leave() :
					govern_enter(variant->id));
		client = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_LE(0, client);
		ASSERT_EQ(0, connect(client, &addr.sa, addr.len));
		server = accept(listener, NULL, NULL);
		ASSERT_LE(0, server);
		EXPECT_EQ(governed, is_governed(server));
		EXPECT_EQ(!governed, is_governed(client));
		EXPECT_EQ(1, passes(client, server));
		close(client);
		close(server);
		close(listener);
	}
}

/* A child inherits sockets as they are, and the cgroup for its own. */
TEST_F(keep, inherited)
{
	int before, after, status;
	pid_t pid;

	before = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, before);
	ASSERT_EQ(0, govern_enter(variant->id));
	after = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, after);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(is_governed(before) != 0 || is_governed(after) != 1 ||
		      now_governed() != 1);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	close(before);
	close(after);
}

/* Passed over SCM_RIGHTS, out of the cgroup or into it. */
TEST_F(keep, passed_on)
{
	int sv[2], fd, governed, status;
	pid_t pid;

	for (governed = 0; governed < 2; governed++) {
		ASSERT_EQ(0, govern_leave());
		ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid) {
			if (governed && govern_enter(variant->id))
				_exit(1);
			fd = socket(AF_INET, SOCK_STREAM, 0);
			_exit(fd < 0 || rights_send(sv[0], fd));
		}
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		ASSERT_EQ(0, status);
		ASSERT_EQ(0, governed ? 0 : govern_enter(variant->id));
		/* The creator has exited: this is the only reference. */
		fd = rights_receive(sv[1], NULL);
		ASSERT_LE(0, fd);
		EXPECT_EQ(governed, is_governed(fd));
		EXPECT_EQ(!governed, now_governed());
		close(fd);
		close(sv[0]);
		close(sv[1]);
	}
}

/* The cgroup is detached: old sockets stay governed, and work; new are free. */
TEST_F(keep, detached)
{
	struct tcp before, tcp;

	ASSERT_EQ(0, govern_enter_path(self->path));
	ASSERT_EQ(0, tcp_open(&before, AF_INET));
	ASSERT_EQ(0, govern_tool(NULL, 0, "attach", self->path,
				 govern_personality(variant->id), NULL));
	self->attached = true;
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	EXPECT_EQ(1, is_governed(tcp.client));
	ASSERT_EQ(0, govern_tool(NULL, 0, "detach", self->path, NULL));
	self->attached = false;
	EXPECT_EQ(0, is_governed(before.client));
	EXPECT_EQ(1, is_governed(tcp.listener));
	EXPECT_EQ(1, is_governed(tcp.client));
	EXPECT_EQ(1, is_governed(tcp.server));
	EXPECT_EQ(0, now_governed());
	EXPECT_EQ(1, passes(tcp.client, tcp.server));
	EXPECT_EQ(1, passes(before.client, before.server));
	tcp_close(&before);
	tcp_close(&tcp);
}

/* A listener from before the cgroup was attached goes on without it. */
TEST_F(keep, listener_from_before)
{
	struct inet_addr addr;
	int listener, client, server;

	ASSERT_EQ(0, govern_enter_path(self->path));
	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_LE(0, listener);
	ASSERT_EQ(0, govern_tool(NULL, 0, "attach", self->path,
				 govern_personality(variant->id), NULL));
	self->attached = true;
	client = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_EQ(0, connect(client, &addr.sa, addr.len));
	server = accept(listener, NULL, NULL);
	ASSERT_LE(0, server);
	EXPECT_EQ(0, is_governed(server));
	EXPECT_EQ(1, is_governed(client));
	EXPECT_EQ(1, passes(client, server));
	close(server);
	close(client);
	close(listener);
}

/* Attached to another personality: old sockets keep the first one. */
TEST_F(keep, attached_anew)
{
	struct tcp tcp;

	ASSERT_EQ(0, govern_enter_path(self->path));
	ASSERT_EQ(0, govern_tool(NULL, 0, "attach", self->path,
				 govern_personality(variant->id), NULL));
	self->attached = true;
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	ASSERT_EQ(0, govern_tool(NULL, 0, "attach", self->path, "none", NULL));
	EXPECT_EQ(-EAFNOSUPPORT, now_governed());
	EXPECT_EQ(1, is_governed(tcp.client));
	EXPECT_EQ(1, passes(tcp.client, tcp.server));
	tcp_close(&tcp);
}

/*
 * Every attached ancestor governs: a cgroup that is not attached takes after
 * its parent, one that is attached cannot loosen that, and once the parent is
 * detached it is on its own.
 */
TEST_F(keep, every_ancestor)
{
	char child[PATH_MAX + 8], grandchild[PATH_MAX + 16];

	snprintf(child, sizeof(child), "%s/child", self->path);
	snprintf(grandchild, sizeof(grandchild), "%s/child", child);
	ASSERT_EQ(0, mkdir(child, 0755));
	ASSERT_EQ(0, mkdir(grandchild, 0755));

	ASSERT_EQ(0, govern_enter_path(grandchild));
	EXPECT_EQ(0, now_governed());
	ASSERT_EQ(0, govern_tool(NULL, 0, "attach", self->path,
				 govern_personality(variant->id), NULL));
	self->attached = true;
	EXPECT_EQ(1, now_governed());
	ASSERT_EQ(0, govern_tool(NULL, 0, "attach", child, "none", NULL));
	EXPECT_EQ(-EAFNOSUPPORT, now_governed());
	ASSERT_EQ(0, govern_tool(NULL, 0, "attach", grandchild, "host", NULL));
	EXPECT_EQ(-EAFNOSUPPORT, now_governed());
	ASSERT_EQ(0, govern_enter_path(child));
	EXPECT_EQ(-EAFNOSUPPORT, now_governed());
	ASSERT_EQ(0, govern_enter_path(self->path));
	EXPECT_EQ(1, now_governed());

	/* Detached above, the one below goes on. */
	ASSERT_EQ(0, govern_enter_path(child));
	ASSERT_EQ(0, govern_tool(NULL, 0, "detach", self->path, NULL));
	self->attached = false;
	EXPECT_EQ(-EAFNOSUPPORT, now_governed());
	ASSERT_EQ(0, govern_tool(NULL, 0, "detach", child, NULL));
	EXPECT_EQ(0, now_governed());
	ASSERT_EQ(0, govern_enter_path(grandchild));
	EXPECT_EQ(0, now_governed());
	ASSERT_EQ(0, govern_leave());
	ASSERT_EQ(0, govern_tool(NULL, 0, "detach", grandchild, NULL));
	EXPECT_EQ(0, rmdir(grandchild));
	EXPECT_EQ(0, rmdir(child));
}

int main(int argc, char **argv)
{
	govern_prepare(1U << GVISOR2020_NATIVE | 1U << GVISOR2020_HOSTINET);
	return test_harness_run(argc, argv);
}
