// SPDX-License-Identifier: GPL-2.0
/*
 * Rules on names of AF_UNIX sockets: which peers are reached, to which names
 * sockets are bound, and which sockets are received.
 */
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "local.h"
#include "rights.h"

#define FOLDER	"/run/persock-local"

static int server(struct __test_metadata *_metadata, int type, const char *name)
{
	int fd = local_server(type, name);

	EXPECT_LE(0, fd);

	return fd;
}

/* The whole name decides, then the longest prefix, then the default. */
TEST_F(path, longest)
{
	int one, two, three, deep;

	one = server(_metadata, SOCK_STREAM, FOLDER "/one");
	two = server(_metadata, SOCK_STREAM, FOLDER "/two");
	three = server(_metadata, SOCK_STREAM, FOLDER "/sub/three");
	deep = server(_metadata, SOCK_STREAM, FOLDER "/sub/deep");
	policy_begin_open(self->id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, FOLDER "/*", ANY, NULL, ALLOW);
	policy_unix(UNIX_CONNECT, FOLDER "/two", ANY, NULL, -EPERM);
	policy_unix(UNIX_CONNECT, FOLDER "/sub/*", ANY, NULL, -ECONNREFUSED);
	policy_unix(UNIX_CONNECT, FOLDER "/sub/deep", ANY, NULL, ALLOW);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(0, local_connect(SOCK_STREAM, FOLDER "/one"));
	EXPECT_EQ(REFUSED(EPERM), local_connect(SOCK_STREAM, FOLDER "/two"));
	EXPECT_EQ(REFUSED(ECONNREFUSED),
		  local_connect(SOCK_STREAM, FOLDER "/sub/three"));
	EXPECT_EQ(0, local_connect(SOCK_STREAM, FOLDER "/sub/deep"));
	/* What is not there is the kernel's answer. */
	EXPECT_EQ(-ENOENT, local_connect(SOCK_STREAM, FOLDER "/none"));
	close(one);
	EXPECT_EQ(-ECONNREFUSED, local_connect(SOCK_STREAM, FOLDER "/one"));
	close(two);
	close(three);
	close(deep);
}

/* Abstract names, some with zero bytes, are names of their own. */
TEST_F(path, abstract)
{
	struct sockaddr_un zeros = { .sun_family = AF_UNIX };
	const socklen_t length = offsetof(struct sockaddr_un, sun_path) + 12;
	int bus, other, zero, fd;

	memcpy(zeros.sun_path, "\0persock\0one", 12);
	zero = socket(AF_UNIX, SOCK_STREAM, 0);
	ASSERT_EQ(0, bind(zero, (struct sockaddr *)&zeros, length));
	ASSERT_EQ(0, listen(zero, 8));
	bus = server(_metadata, SOCK_STREAM, "@persock-bus-1");
	other = server(_metadata, SOCK_STREAM, "@persock");
	policy_begin_open(self->id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, "@persock-bus-*", ANY, NULL, ALLOW);
	policy_unix(UNIX_CONNECT, "/*", ANY, NULL, ALLOW);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(0, local_connect(SOCK_STREAM, "@persock-bus-1"));
	EXPECT_EQ(REFUSED(EACCES), local_connect(SOCK_STREAM, "@persock"));
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	EXPECT_EQ(REFUSED(EACCES),
		  connect(fd, (struct sockaddr *)&zeros, length) ? -errno : 0);
	close(fd);

	policy_begin_open(self->id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, "@persock", ANY, NULL, ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, local_connect(SOCK_STREAM, "@persock"));
	EXPECT_EQ(REFUSED(EACCES), local_connect(SOCK_STREAM, "@persock-bus-1"));
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	EXPECT_EQ(REFUSED(EACCES),
		  connect(fd, (struct sockaddr *)&zeros, length) ? -errno : 0);
	close(fd);
	close(zero);
	close(bus);
	close(other);
}

/* A rule may be about one type. */
TEST_F(path, type)
{
	static const char * const names[] = {
		FOLDER "/stream", FOLDER "/seqpacket", FOLDER "/dgram",
	};
	static const int types[] = { SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM };
	int fds[3], i;

	for (i = 0; i < 3; i++)
		fds[i] = server(_metadata, types[i], names[i]);
	policy_begin_open(self->id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, FOLDER "/*", SOCK_STREAM, NULL, ALLOW);
	policy_unix(UNIX_CONNECT, FOLDER "/*", SOCK_DGRAM, NULL, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, local_connect(SOCK_STREAM, names[0]));
	EXPECT_EQ(REFUSED(EACCES), local_connect(SOCK_SEQPACKET, names[1]));
	EXPECT_EQ(REFUSED(EPERM), local_connect(SOCK_DGRAM, names[2]));
	EXPECT_EQ(REFUSED(EPERM), local_send(names[2]));
	for (i = 0; i < 3; i++)
		close(fds[i]);
}

/* Datagrams: the peer of each that specifies one; others go to the connected. */
TEST_F(path, datagrams)
{
	int good = server(_metadata, SOCK_DGRAM, FOLDER "/good");
	int bad = server(_metadata, SOCK_DGRAM, FOLDER "/bad");
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char byte;

	policy_begin_open(self->id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, FOLDER "/good", ANY, NULL, ALLOW);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(0, local_send_fd(fd, FOLDER "/good"));
	EXPECT_EQ(1, recv(good, &byte, 1, MSG_DONTWAIT));
	EXPECT_EQ('x', byte);
	EXPECT_EQ(REFUSED(EACCES), local_send_fd(fd, FOLDER "/bad"));
	EXPECT_EQ(REFUSED(EACCES), local_connect_fd(fd, FOLDER "/bad"));
	EXPECT_EQ(0, local_connect_fd(fd, FOLDER "/good"));
	EXPECT_EQ(1, send(fd, "y", 1, 0));
	/* Connected, and to another name. */
	EXPECT_EQ(REFUSED(EACCES), local_send_fd(fd, FOLDER "/bad"));
	EXPECT_EQ(1, send(fd, "z", 1, 0));
	EXPECT_EQ(1, recv(good, &byte, 1, MSG_DONTWAIT));
	EXPECT_EQ('y', byte);
	EXPECT_EQ(1, recv(good, &byte, 1, MSG_DONTWAIT));
	EXPECT_EQ('z', byte);
	EXPECT_EQ(self->free ? 1 : -1, recv(bad, &byte, 1, MSG_DONTWAIT));
	close(fd);
	close(good);
	close(bad);
}

/* Pairs are allowed alone: asyncio and node work, and no name is reached. */
TEST_F(path, pairs)
{
	static const int types[] = { SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM };
	int listener = server(_metadata, SOCK_STREAM, FOLDER "/pairs");
	int pair[2], i;
	char byte;

	policy_begin_open(self->id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, "unnamed", ANY, NULL, ALLOW);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, socketpair(AF_UNIX, types[i], 0, pair));
		EXPECT_EQ(1, write(pair[0], "x", 1));
		EXPECT_EQ(1, read(pair[1], &byte, 1));
		close(pair[0]);
		close(pair[1]);
	}
	EXPECT_EQ(REFUSED(EACCES), local_connect(SOCK_STREAM, FOLDER "/pairs"));

	policy_begin_open(self->id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, "/*", ANY, NULL, ALLOW);
	ASSERT_EQ(0, policy_set());
	i = socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	EXPECT_EQ(REFUSED(EACCES), i ? -errno : 0);
	EXPECT_EQ(0, local_connect(SOCK_STREAM, FOLDER "/pairs"));
	close(listener);
}

/* A child outside of the cgroup listens; returns its pid. */
static pid_t outside(struct __test_metadata *_metadata, int type,
		     const char *name)
{
	int ready[2];
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(ready));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (govern_leave() || local_server(type, name) < 0)
			_exit(1);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	EXPECT_EQ(1, read(ready[0], &byte, 1));
	close(ready[0]);

	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Peers by the cgroup in which their socket was created. */
TEST_F(path, peer)
{
	const char *cgroup;
	int own;
	pid_t pid;

	pid = outside(_metadata, SOCK_STREAM, "@persock-outside");
	own = server(_metadata, SOCK_STREAM, "@persock-own");
	policy_begin_open(self->id);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_unix(UNIX_CONNECT, NULL, ANY, "same", ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, local_connect(SOCK_STREAM, "@persock-own"));
	EXPECT_EQ(REFUSED(EACCES), local_connect(SOCK_STREAM, "@persock-outside"));

	cgroup = self->free ? "/" : strstr(govern_path(self->id), "/persock");
	ASSERT_NE(NULL, cgroup);
	policy_begin_open(self->id);
	policy_unix(UNIX_CONNECT, "@persock-*", ANY, cgroup, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EPERM), local_connect(SOCK_STREAM, "@persock-own"));
	EXPECT_EQ(0, local_connect(SOCK_STREAM, "@persock-outside"));

	policy_begin_open(self->id);
	policy_unix(UNIX_CONNECT, NULL, ANY, "/", -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EPERM), local_connect(SOCK_STREAM, "@persock-outside"));
	end(pid);
	close(own);
}

static int try_bind(int type, const char *name)
{
	int fd = socket(AF_UNIX, type, 0), err;

	if (fd < 0)
		return -errno;
	err = local_bind(fd, name);
	close(fd);
	if (!err && *name == '/')
		unlink(name);

	return err;
}

/* Binds by path and abstract name; and names that the kernel chooses. */
TEST_F(path, binds)
{
	struct sockaddr_un none = { .sun_family = AF_UNIX };
	struct stat status;
	int fd, err;

	policy_begin_open(self->id);
	policy_default(UNIX_BIND, ANY, -EACCES);
	policy_unix(UNIX_BIND, FOLDER "/sub/*", ANY, NULL, ALLOW);
	policy_unix(UNIX_BIND, FOLDER "/sub/no", ANY, NULL, -EPERM);
	policy_unix(UNIX_BIND, "@persock-*", SOCK_DGRAM, NULL, ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, try_bind(SOCK_STREAM, FOLDER "/sub/yes"));
	EXPECT_EQ(REFUSED(EPERM), try_bind(SOCK_STREAM, FOLDER "/sub/no"));
	EXPECT_EQ(REFUSED(EACCES), try_bind(SOCK_STREAM, FOLDER "/up"));
	/* A bind that is refused makes no file. */
	EXPECT_EQ(-1, stat(FOLDER "/up", &status));
	EXPECT_EQ(0, try_bind(SOCK_DGRAM, "@persock-name"));
	EXPECT_EQ(REFUSED(EACCES), try_bind(SOCK_STREAM, "@persock-name"));
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	err = bind(fd, (struct sockaddr *)&none, sizeof(sa_family_t));
	EXPECT_EQ(REFUSED(EACCES), err ? -errno : 0);
	close(fd);

	policy_begin_open(self->id);
	policy_default(UNIX_BIND, ANY, -EACCES);
	policy_unix(UNIX_BIND, "unnamed", ANY, NULL, ALLOW);
	ASSERT_EQ(0, policy_set());
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	EXPECT_EQ(0, bind(fd, (struct sockaddr *)&none, sizeof(sa_family_t)));
	close(fd);
}

/* A socket that asks for credentials is bound by its connect or send. */
TEST_F(path, autobind)
{
	int box = server(_metadata, SOCK_DGRAM, FOLDER "/auto");
	int one = 1, fd, way;

	policy_begin_open(self->id);
	policy_unix(UNIX_BIND, "unnamed", ANY, NULL, -EACCES);
	ASSERT_EQ(0, policy_set());
	for (way = 0; way < 2; way++) {
		fd = socket(AF_UNIX, SOCK_DGRAM, 0);
		EXPECT_EQ(0, way ? local_connect_fd(fd, FOLDER "/auto") :
				   local_send_fd(fd, FOLDER "/auto"));
		close(fd);
		fd = socket(AF_UNIX, SOCK_DGRAM, 0);
		ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one,
					sizeof(one)));
		EXPECT_EQ(REFUSED(EACCES),
			  way ? local_connect_fd(fd, FOLDER "/auto") :
				local_send_fd(fd, FOLDER "/auto"));
		close(fd);
	}
	close(box);
}

static bool is_bound(int fd)
{
	struct sockaddr_un address;
	socklen_t length = sizeof(address);

	return !getsockname(fd, (struct sockaddr *)&address, &length) &&
	       length > sizeof(sa_family_t);
}

/* It asks when it has a peer: by its send then, to this one. */
TEST_F(path, autobind_when_connected)
{
	static const int types[] = { SOCK_DGRAM, SOCK_SEQPACKET };
	int one = 1, pair[2], i, audits;

	for (i = 0; i < 4; i++) {
		audits = i / 2;
		policy_begin_open(self->id);
		if (audits)
			policy_mode(PERSOCK_MODE_AUDIT);
		policy_unix(UNIX_BIND, "unnamed", ANY, NULL, -EPERM);
		ASSERT_EQ(0, policy_set());
		ASSERT_EQ(0, socketpair(AF_UNIX, types[i % 2], 0, pair));
		EXPECT_EQ(1, send(pair[0], "x", 1, 0));
		EXPECT_FALSE(is_bound(pair[0]));
		ASSERT_EQ(0, setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &one,
					sizeof(one)));
		EXPECT_EQ(audits ? 0 : REFUSED(EPERM),
			  send(pair[0], "y", 1, 0) == 1 ? 0 : -errno);
		EXPECT_EQ(audits ? 0 : REFUSED(EPERM),
			  write(pair[0], "z", 1) == 1 ? 0 : -errno);
		EXPECT_EQ(self->free || audits, is_bound(pair[0]));
		/* The other end asks for nothing. */
		EXPECT_EQ(1, send(pair[1], "w", 1, 0));
		EXPECT_FALSE(is_bound(pair[1]));
		close(pair[0]);
		close(pair[1]);
	}
	/* Names that the kernel chooses are allowed. */
	policy_begin_open(self->id);
	policy_default(UNIX_BIND, ANY, -EACCES);
	policy_unix(UNIX_BIND, "unnamed", ANY, NULL, ALLOW);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
	ASSERT_EQ(0, setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &one,
				sizeof(one)));
	EXPECT_EQ(1, send(pair[0], "y", 1, 0));
	EXPECT_TRUE(is_bound(pair[0]));
	close(pair[0]);
	close(pair[1]);
}

/* Send a descriptor through a pair, and count those that arrive. */
static int pass(int fd)
{
	int pair[2], got, flags, err;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -errno;
	err = rights_send(pair[0], fd);
	if (err)
		return err;
	got = rights_receive(pair[1], &flags);
	close(pair[0]);
	close(pair[1]);
	if (got < 0)
		return flags & MSG_CTRUNC ? -EACCES : -ENODATA;
	close(got);

	return 0;
}

/* Of sockets only those that the layer governs are received; and all files. */
TEST_F(path, rights)
{
	int own, foreign, file;

	ASSERT_EQ(0, govern_leave());
	foreign = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, foreign);
	ASSERT_EQ(0, govern_enter(self->id));
	own = socket(AF_UNIX, SOCK_STREAM, 0);
	file = open("/dev/null", O_RDONLY);
	EXPECT_EQ(0, pass(foreign));
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_UNIX_RIGHTS, ANY, 2);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, pass(file));
	EXPECT_EQ(0, pass(own));
	EXPECT_EQ(REFUSED(EACCES), pass(foreign));
	close(own);
	close(foreign);
	close(file);
}

/* A descriptor of the socket's file is one of a file. */
TEST_F(path, file_of_a_socket)
{
	int fd = server(_metadata, SOCK_STREAM, FOLDER "/opened");
	int file = open(FOLDER "/opened", O_PATH);

	ASSERT_LE(0, file);
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_UNIX_RIGHTS, ANY, 2);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, pass(file));
	close(file);
	close(fd);
}

/* A policy that only audits lets all pass. */
TEST_F(path, audit)
{
	int fd = server(_metadata, SOCK_DGRAM, FOLDER "/audit"), pair[2];

	policy_begin_open(self->id);
	policy_mode(PERSOCK_MODE_AUDIT);
	policy_default(UNIX_CONNECT, ANY, -EACCES);
	policy_default(UNIX_BIND, ANY, -EACCES);
	policy_default(PERSOCK_SECTION_UNIX_RIGHTS, ANY, 2);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, local_connect(SOCK_DGRAM, FOLDER "/audit"));
	EXPECT_EQ(0, local_send(FOLDER "/audit"));
	EXPECT_EQ(0, try_bind(SOCK_STREAM, FOLDER "/sub/audit"));
	EXPECT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	EXPECT_EQ(0, pass(fd));
	close(pair[0]);
	close(pair[1]);
	close(fd);
}

int main(int argc, char **argv)
{
	return local_main(argc, argv, FOLDER);
}
