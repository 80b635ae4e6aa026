// SPDX-License-Identifier: GPL-2.0
/*
 * Ways around rules on paths of AF_UNIX sockets: whatever a program calls the
 * file of a peer, the peer that is found is judged by the path that the file
 * has in the initial mount namespace.
 */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "local.h"

#define FOLDER	"/run/persock-ways"
#define GOOD	FOLDER "/good"
#define SECRET	FOLDER "/secret"

/* Everything but the secret; and the other way round: only the good one. */
static int deny_secret(enum govern_id id)
{
	policy_begin_open(id);
	policy_unix(UNIX_CONNECT, SECRET, ANY, NULL, -EACCES);

	return policy_set();
}

static int allow_good(enum govern_id id)
{
	policy_begin_open(id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, GOOD, ANY, NULL, ALLOW);

	return policy_set();
}

/* Run @check in a child: 0 when it has returned 0, else what it returned. */
static int in_child(int (*check)(const char *name), const char *name)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(-check(name));
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -ECHILD;

	return -WEXITSTATUS(status);
}

struct servers {
	int good, secret;
};

static struct servers serve(struct __test_metadata *_metadata)
{
	struct servers servers = {
		.good = local_server(SOCK_STREAM, GOOD),
		.secret = local_server(SOCK_STREAM, SECRET),
	};

	EXPECT_LE(0, servers.good);
	EXPECT_LE(0, servers.secret);

	return servers;
}

static void stop(struct servers servers)
{
	close(servers.good);
	close(servers.secret);
}

/* Symbolic and hard links. */
TEST_F(path, links)
{
	struct servers servers = serve(_metadata);

	unlink(FOLDER "/soft");
	unlink(FOLDER "/hard");
	ASSERT_EQ(0, symlink(SECRET, FOLDER "/soft"));
	ASSERT_EQ(0, deny_secret(self->id));
	EXPECT_EQ(REFUSED(EACCES), local_connect(SOCK_STREAM, FOLDER "/soft"));
	EXPECT_EQ(0, local_connect(SOCK_STREAM, GOOD));
	/* The socket is found under the name that it was bound to. */
	ASSERT_EQ(0, link(SECRET, FOLDER "/hard"));
	EXPECT_EQ(REFUSED(EACCES), local_connect(SOCK_STREAM, FOLDER "/hard"));
	ASSERT_EQ(0, allow_good(self->id));
	EXPECT_EQ(REFUSED(EACCES), local_connect(SOCK_STREAM, FOLDER "/soft"));
	EXPECT_EQ(0, local_connect(SOCK_STREAM, GOOD));
	unlink(FOLDER "/soft");
	unlink(FOLDER "/hard");
	stop(servers);
}

static int connect_relative(const char *name)
{
	if (chdir(FOLDER "/sub"))
		return -errno;

	return local_connect(SOCK_STREAM, name);
}

TEST_F(path, relative)
{
	struct servers servers = serve(_metadata);

	ASSERT_EQ(0, deny_secret(self->id));
	EXPECT_EQ(REFUSED(EACCES), in_child(connect_relative, "../secret"));
	EXPECT_EQ(REFUSED(EACCES),
		  in_child(connect_relative, "..//sub/./../secret"));
	EXPECT_EQ(0, in_child(connect_relative, "../good"));
	stop(servers);
}

static int connect_by_descriptor(const char *name)
{
	int fd = open(name, O_PATH);
	char path[64];

	if (fd < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);

	return local_connect(SOCK_STREAM, path);
}

/* A socket deeper than sun_path can say, by a descriptor; and a removed one. */
TEST_F(path, descriptor)
{
	struct servers servers = serve(_metadata);
	char deep[512] = FOLDER, path[600];
	int i, fd, folder;

	for (i = 0; i < 6; i++) {
		strcat(deep, "/a-folder-with-a-rather-long-name-for-a-folder");
		mkdir(deep, 0755);
	}
	folder = open(deep, O_PATH | O_DIRECTORY);
	ASSERT_LE(0, folder);
	snprintf(path, sizeof(path), "/proc/self/fd/%d/deep", folder);
	fd = local_server(SOCK_STREAM, path);
	ASSERT_LE(0, fd);
	strcat(deep, "/deep");

	ASSERT_EQ(0, deny_secret(self->id));
	EXPECT_EQ(REFUSED(EACCES), connect_by_descriptor(SECRET));
	policy_begin_open(self->id);
	policy_unix(UNIX_CONNECT, deep, ANY, NULL, -EPERM);
	policy_unix(UNIX_CONNECT, SECRET, ANY, NULL, -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EPERM), local_connect(SOCK_STREAM, path));
	EXPECT_EQ(REFUSED(EPERM), connect_by_descriptor(deep));
	EXPECT_EQ(0, connect_by_descriptor(GOOD));
	/* The file is gone, and has been where it was. */
	close(folder);
	folder = open(SECRET, O_PATH);
	unlink(SECRET);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", folder);
	EXPECT_EQ(REFUSED(EACCES), local_connect(SOCK_STREAM, path));
	close(folder);
	close(fd);
	stop(servers);
}

static int connect_in_root(const char *name)
{
	if (chroot(FOLDER) || chdir("/"))
		return -errno;

	return local_connect(SOCK_STREAM, name);
}

/* A root of its own: there the secret is "/secret", and another file the good. */
TEST_F(path, root)
{
	struct servers servers = serve(_metadata);
	int fake;

	mkdir(FOLDER "/run", 0755);
	mkdir(FOLDER FOLDER, 0755);
	fake = local_server(SOCK_STREAM, FOLDER GOOD);
	ASSERT_LE(0, fake);
	ASSERT_EQ(0, deny_secret(self->id));
	EXPECT_EQ(REFUSED(EACCES), in_child(connect_in_root, "/secret"));
	EXPECT_EQ(0, in_child(connect_in_root, "/good"));
	ASSERT_EQ(0, allow_good(self->id));
	EXPECT_EQ(0, in_child(connect_in_root, "/good"));
	EXPECT_EQ(REFUSED(EACCES), in_child(connect_in_root, GOOD));
	close(fake);
	stop(servers);
}

static int own_mounts(void)
{
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;

	return 0;
}

static int connect_bound(const char *name)
{
	int err = own_mounts();

	if (err)
		return err;
	if (mount(FOLDER, "/mnt", NULL, MS_BIND, NULL))
		return -errno;

	return local_connect(SOCK_STREAM, name);
}

static int connect_hidden(const char *name)
{
	int err = own_mounts();

	if (err)
		return err;
	/* Another file system hides the good one; a socket takes its name. */
	if (mount("none", FOLDER, "tmpfs", 0, NULL) ||
	    local_server(SOCK_STREAM, name) < 0)
		return -errno;

	return local_connect(SOCK_STREAM, name);
}

/* Mount namespaces: what they hide and show changes no path. */
TEST_F(path, mounts)
{
	struct servers servers = serve(_metadata);

	ASSERT_EQ(0, deny_secret(self->id));
	EXPECT_EQ(REFUSED(EACCES), in_child(connect_bound, "/mnt/secret"));
	EXPECT_EQ(0, in_child(connect_bound, "/mnt/good"));
	ASSERT_EQ(0, allow_good(self->id));
	EXPECT_EQ(REFUSED(EACCES), in_child(connect_bound, "/mnt/secret"));
	EXPECT_EQ(0, in_child(connect_bound, "/mnt/good"));
	EXPECT_EQ(REFUSED(EACCES), in_child(connect_hidden, GOOD));
	stop(servers);
}

static int bind_in_root(const char *name)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (chroot(FOLDER) || chdir("/"))
		return -errno;
	unlink(name);

	return local_bind(fd, name);
}

static int bind_hidden(const char *name)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (own_mounts() || mount("none", FOLDER "/sub", "tmpfs", 0, NULL))
		return -errno;

	return local_bind(fd, name);
}

static int bind_relative(const char *name)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (chdir(FOLDER "/sub"))
		return -errno;
	unlink(name);

	return local_bind(fd, name);
}

/* Deeper than any path is long. */
static int bind_deep(const char *name)
{
	char folder[256];
	int fd, i;

	memset(folder, 'x', 255);
	folder[255] = '\0';
	if (chdir(FOLDER "/sub"))
		return -errno;
	for (i = 0; i < 20; i++) {
		mkdir(folder, 0755);
		if (chdir(folder))
			return -errno;
	}
	unlink(name);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return local_bind(fd, name);
}

/* A path that nobody can name is no way around a rule that denies it. */
TEST_F(path, too_long)
{
	policy_begin_open(self->id);
	policy_unix(UNIX_BIND, FOLDER "/*", ANY, NULL, -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(ENAMETOOLONG), in_child(bind_deep, "s"));
}

/* A link of the initial namespace is a folder in the program's own. */
static int bind_made_up(const char *name)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (own_mounts() || mount("none", FOLDER "/home", "tmpfs", 0, NULL) ||
	    mkdir(FOLDER "/home/ok", 0755) ||
	    mount(FOLDER "/sub", FOLDER "/home/ok", NULL, MS_BIND, NULL))
		return -errno;

	return local_bind(fd, name);
}

TEST_F(path, made_up)
{
	mkdir(FOLDER "/home", 0755);
	mkdir(FOLDER "/sub/t", 0755);
	unlink(FOLDER "/home/ok");
	unlink(FOLDER "/sub/t/s");
	ASSERT_EQ(0, symlink(FOLDER "/sub", FOLDER "/home/ok"));
	policy_begin_open(self->id);
	policy_default(UNIX_BIND, ANY, -EACCES);
	policy_unix(UNIX_BIND, FOLDER "/home/ok/*", ANY, NULL, ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EACCES),
		  in_child(bind_made_up, FOLDER "/home/ok/t/s"));
	unlink(FOLDER "/sub/t/s");
	/* A file without a path is denied by a rule on any. */
	policy_begin_open(self->id);
	policy_unix(UNIX_BIND, "/etc/*", ANY, NULL, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EPERM), in_child(bind_hidden, FOLDER "/sub/s"));
	EXPECT_EQ(0, in_child(bind_relative, "s"));
	unlink(FOLDER "/sub/s");
	unlink(FOLDER "/home/ok");
}

/* A service with mounts of its own binds a socket that all others see. */
TEST_F(path, service)
{
	int ready[2];
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(ready));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (own_mounts() ||
		    mount("none", "/mnt", "tmpfs", 0, NULL) ||
		    local_server(SOCK_STREAM, GOOD) < 0 ||
		    local_server(SOCK_STREAM, SECRET) < 0 ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	close(ready[1]);
	EXPECT_EQ(1, read(ready[0], &byte, 1));
	close(ready[0]);
	ASSERT_EQ(0, allow_good(self->id));
	EXPECT_EQ(0, local_connect(SOCK_STREAM, GOOD));
	EXPECT_EQ(REFUSED(EACCES), local_connect(SOCK_STREAM, SECRET));
	ASSERT_EQ(0, deny_secret(self->id));
	EXPECT_EQ(0, local_connect(SOCK_STREAM, GOOD));
	EXPECT_EQ(REFUSED(EACCES), local_connect(SOCK_STREAM, SECRET));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* A renamed file is judged by its new name, as everybody finds it. */
TEST_F(path, renamed)
{
	struct servers servers = serve(_metadata);

	unlink(FOLDER "/moved");
	ASSERT_EQ(0, deny_secret(self->id));
	ASSERT_EQ(0, rename(GOOD, FOLDER "/moved"));
	EXPECT_EQ(0, local_connect(SOCK_STREAM, FOLDER "/moved"));
	ASSERT_EQ(0, rename(FOLDER "/moved", SECRET));
	EXPECT_EQ(REFUSED(EACCES), local_connect(SOCK_STREAM, SECRET));
	stop(servers);
}

/* Binds: by a link, in a root and below mounts of one's own. */
TEST_F(path, binds)
{
	struct stat status;

	unlink(FOLDER "/link");
	ASSERT_EQ(0, symlink(FOLDER "/sub", FOLDER "/link"));
	policy_begin_open(self->id);
	policy_default(UNIX_BIND, ANY, -EACCES);
	policy_unix(UNIX_BIND, FOLDER "/sub/*", ANY, NULL, ALLOW);
	policy_unix(UNIX_BIND, FOLDER "/sub/no", ANY, NULL, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, in_child(bind_relative, "yes"));
	EXPECT_EQ(REFUSED(EPERM), in_child(bind_relative, "no"));
	EXPECT_EQ(REFUSED(EACCES), in_child(bind_relative, "../up"));
	EXPECT_EQ(REFUSED(EPERM), in_child(bind_relative, FOLDER "/link/no"));
	EXPECT_EQ(0, in_child(bind_relative, FOLDER "/link/yes"));
	EXPECT_EQ(0, in_child(bind_in_root, "/sub/yes"));
	EXPECT_EQ(REFUSED(EPERM), in_child(bind_in_root, "/sub/no"));
	EXPECT_EQ(REFUSED(EACCES), in_child(bind_in_root, "/up"));
	EXPECT_EQ(0, stat(FOLDER "/sub/yes", &status));
	/* On a file system that process 1 does not see it has no path. */
	EXPECT_EQ(REFUSED(EPERM), in_child(bind_hidden, FOLDER "/sub/yes"));
	unlink(FOLDER "/link");
	unlink(FOLDER "/sub/yes");
	unlink(FOLDER "/sub/no");
	unlink(FOLDER "/up");
}

/* Two names that change places all the time. */
static atomic_bool over;

static void *exchange(void *unused)
{
	while (!over)
		syscall(SYS_renameat2, AT_FDCWD, FOLDER "/a", AT_FDCWD,
			FOLDER "/b", 2 /* RENAME_EXCHANGE */);

	return NULL;
}

static int which(int fd)
{
	char byte = 0;

	return recv(fd, &byte, 1, 0) == 1 ? byte : 0;
}

/*
 * Links to the two servers change places: a call reaches the allowed one or
 * none. Threads share their root directory, so that paths are found in both
 * ways: by the task alone, and beside a thread.
 */
TEST_F(path, race)
{
	struct servers servers = serve(_metadata);
	int i, fd, err, reached = 0, refused = 0;
	pthread_t thread;
	pid_t answer;

	answer = fork();
	if (!answer) {
		/* Each server says who it is. */
		for (;;) {
			fd_set set;

			FD_ZERO(&set);
			FD_SET(servers.good, &set);
			FD_SET(servers.secret, &set);
			select(64, &set, NULL, NULL, NULL);
			if (FD_ISSET(servers.good, &set)) {
				fd = accept(servers.good, NULL, NULL);
				send(fd, "g", 1, MSG_NOSIGNAL);
				close(fd);
			}
			if (FD_ISSET(servers.secret, &set)) {
				fd = accept(servers.secret, NULL, NULL);
				send(fd, "s", 1, MSG_NOSIGNAL);
				close(fd);
			}
		}
	}
	unlink(FOLDER "/a");
	unlink(FOLDER "/b");
	ASSERT_EQ(0, symlink(GOOD, FOLDER "/a"));
	ASSERT_EQ(0, symlink(SECRET, FOLDER "/b"));
	ASSERT_EQ(0, allow_good(self->id));
	over = false;
	ASSERT_EQ(0, pthread_create(&thread, NULL, exchange, NULL));
	for (i = 0; i < 3000 && (i < 200 || !reached || !refused); i++) {
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		err = local_connect_fd(fd, FOLDER "/a");
		if (!err && which(fd) == 'g')
			reached++;
		else if (self->free || err)
			refused++;
		else
			EXPECT_EQ(-EACCES, err);
		close(fd);
	}
	over = true;
	pthread_join(thread, NULL);
	EXPECT_NE(0, reached);
	EXPECT_NE(0, refused);
	kill(answer, SIGKILL);
	waitpid(answer, NULL, 0);
	stop(servers);
}

int main(int argc, char **argv)
{
	return local_main(argc, argv, FOLDER);
}
