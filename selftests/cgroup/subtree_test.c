// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks that may attach nothing: what they gain by moving between cgroups below
 * an attached one, by being born there, by threads, namespaces and descriptors
 * that are passed on.
 */
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "layers.h"
#include "rights.h"

/* A task that may attach nothing gains nothing by moving below its cgroup. */
TEST_F(layers, moves_within_its_subtree)
{
	char below[PATH_MAX + 96];

	ASSERT_EQ(0, deny_peer(variant->outer, "127.0.0.1/32", -EPERM));
	ASSERT_EQ(0, deny_peer(variant->inner, "127.0.0.2/32", -EACCES));
	snprintf(below, sizeof(below), "%s/below", self->path);
	ASSERT_EQ(0, mkdir(below, 0755));
	ASSERT_EQ(0, govern_enter_path(below));
	EXPECT_EQ(-EPERM, sends(FIRST));
	EXPECT_EQ(-EACCES, sends(SECOND));
	/* Out of the inner layer's cgroup, and still below the outer one. */
	ASSERT_EQ(0, govern_enter_path(self->middle));
	EXPECT_EQ(-EPERM, sends(FIRST));
	EXPECT_EQ(0, sends(SECOND));
	ASSERT_EQ(0, govern_leave());
	EXPECT_EQ(0, sends(FIRST));
	ASSERT_EQ(0, rmdir(below));
}

/* Start a task in another cgroup right away, and have it send to a peer. */
static int sends_cloned(const char *path, in_addr_t peer)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
	};
	int status;
	pid_t pid;

	args.cgroup = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	pid = syscall(__NR_clone3, &args, sizeof(args));
	if (!pid)
		_exit(-sends(peer));
	close(args.cgroup);
	if (pid < 0)
		return -errno;
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -ECHILD;

	return -WEXITSTATUS(status);
}

/* A task that is born in a cgroup has the layers of this one, not its parent's. */
TEST_F(layers, born_in_its_subtree)
{
	ASSERT_EQ(0, deny_peer(variant->outer, "127.0.0.1/32", -EPERM));
	ASSERT_EQ(0, deny_peer(variant->inner, "127.0.0.2/32", -EACCES));
	EXPECT_EQ(0, sends(FIRST));
	EXPECT_EQ(-EPERM, sends_cloned(self->path, FIRST));
	EXPECT_EQ(-EACCES, sends_cloned(self->path, SECOND));
	ASSERT_EQ(0, govern_enter_path(self->path));
	EXPECT_EQ(-EPERM, sends_cloned(self->middle, FIRST));
	EXPECT_EQ(0, sends_cloned(self->middle, SECOND));
}

static int put_pid(const char *path, const char *file)
{
	char procs[PATH_MAX + 128];

	snprintf(procs, sizeof(procs), "%s/%s", path, file);
	return put_text(procs, "0");
}

/* A thread in a cgroup of its own: the number of the first step that fails. */
static void *send_in_thread(void *below)
{
	long step = put_pid(below, "cgroup.threads") ? 1 :
		    sends(FIRST) != -EPERM ? 2 : sends(SECOND) ? 3 : 0;

	return (void *)step;
}

/*
 * The owner of the inner cgroup, unprivileged, in the inner one: the number of
 * the first step that gains something, or fails.
 */
static int owns_subtree(const char *middle, const char *path)
{
	char below[PATH_MAX + 96];

	snprintf(below, sizeof(below), "%s/below", path);
	if (setresuid(65534, 65534, 65534) || mkdir(below, 0755))
		return 1;
	if (put_pid(below, "cgroup.procs") || sends(FIRST) != -EPERM ||
	    sends(SECOND) != -EACCES)
		return 2;
	if (!put_pid(middle, "cgroup.procs") ||
	    sends_cloned(middle, SECOND) != -EACCES)
		return 3;
	if (sends_cloned(path, FIRST) != -EPERM ||
	    sends_cloned(path, SECOND) != -EACCES)
		return 4;
	/* The inner cgroup is the root of what it sees. */
	if (put_pid(path, "cgroup.procs") ||
	    unshare(CLONE_NEWUSER | CLONE_NEWCGROUP) ||
	    sends(FIRST) != -EPERM || sends(SECOND) != -EACCES)
		return 5;
	if (put_pid(below, "cgroup.procs") || sends(FIRST) != -EPERM ||
	    !put_pid(middle, "cgroup.procs"))
		return 6;
	if (put_pid(path, "cgroup.procs") || rmdir(below))
		return 7;

	return 0;
}

/*
 * Nor does whoever owns a cgroup, by cgroups of its own, by tasks that are born
 * there, or by namespaces.
 */
TEST_F(layers, owner_of_its_subtree)
{
	char procs[PATH_MAX + 80];
	int status;
	pid_t pid;

	ASSERT_EQ(0, deny_peer(variant->outer, "127.0.0.1/32", -EPERM));
	ASSERT_EQ(0, deny_peer(variant->inner, "127.0.0.2/32", -EACCES));
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", self->path);
	ASSERT_EQ(0, chown(self->path, 65534, 65534));
	ASSERT_EQ(0, chown(procs, 65534, 65534));
	ASSERT_EQ(0, govern_enter_path(self->path));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(owns_subtree(self->middle, self->path));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

/* Threads in cgroups of their own, below one that is attached. */
TEST_F(layers, threads_of_its_subtree)
{
	char thread_path[PATH_MAX + 96], type[PATH_MAX + 128];
	pthread_t thread;
	void *step;
	int i;

	ASSERT_EQ(0, deny_peer(variant->outer, "127.0.0.1/32", -EPERM));
	ASSERT_EQ(0, detach(self->path));
	snprintf(thread_path, sizeof(thread_path), "%s/thread", self->path);
	snprintf(type, sizeof(type), "%s/cgroup.type", thread_path);
	ASSERT_EQ(0, mkdir(thread_path, 0755));
	ASSERT_EQ(0, put_text(type, "threaded"));
	ASSERT_EQ(0, govern_enter_path(self->path));
	ASSERT_EQ(0, pthread_create(&thread, NULL, send_in_thread,
				    thread_path));
	pthread_join(thread, &step);
	EXPECT_EQ(0, (long)step);
	/* Attached, the thread's cgroup is a layer more. */
	ASSERT_EQ(0, deny_peer(variant->inner, "127.0.0.2/32", -EACCES));
	ASSERT_EQ(0, policy_attach_path(thread_path,
					govern_personality(variant->inner)));
	ASSERT_EQ(0, pthread_create(&thread, NULL, send_in_thread,
				    thread_path));
	pthread_join(thread, &step);
	EXPECT_EQ(3, (long)step);
	EXPECT_EQ(0, sends(SECOND));
	ASSERT_EQ(0, govern_leave());
	/* A thread that was joined may not have left its cgroup yet. */
	for (i = 0; i < 1000 && rmdir(thread_path); i++)
		usleep(10000);
	EXPECT_GT(1000, i);
}

/* A socket that is passed on keeps its layers, whoever has it. */
TEST_F(layers, passed_between_layers)
{
	const char *from, *to;
	int pair[2], fd, way;

	ASSERT_EQ(0, deny_peer(variant->outer, "127.0.0.1/32", -EPERM));
	ASSERT_EQ(0, deny_peer(variant->inner, "127.0.0.2/32", -EACCES));
	for (way = 0; way < 2; way++) {
		from = way ? self->path : self->middle;
		to = way ? self->middle : self->path;
		ASSERT_EQ(0, govern_enter_path(from));
		ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, rights_send(pair[0], fd));
		close(fd);
		ASSERT_EQ(0, govern_enter_path(to));
		fd = rights_receive(pair[1], NULL);
		ASSERT_LE(0, fd);
		EXPECT_EQ(-EPERM, sends_on(fd, FIRST));
		EXPECT_EQ(way ? -EACCES : 0, sends_on(fd, SECOND));
		close(fd);
		close(pair[0]);
		close(pair[1]);
	}
}

int main(int argc, char **argv)
{
	return layers_main(argc, argv);
}
