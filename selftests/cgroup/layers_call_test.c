// SPDX-License-Identifier: GPL-2.0
/*
 * Calls under two layers, kind by kind: what each layer denies, removes or cuts
 * of listens, accepts, messages, options, peers of AF_UNIX, mappings and explicit
 * requests for a provider. Beside each is the same call under the inner layer
 * alone, or one that both layers allow.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/un.h>

#include <linux/persock.h>

#include "layers.h"
#include "rights.h"

#define INET	PERSOCK_CLASS_INET

/* The inner policy allows all that the outer one is asked about. */
static int begin(enum govern_id outer, enum govern_id inner)
{
	int err;

	policy_begin_open(inner);
	err = policy_set();
	policy_begin_open(outer);

	return err;
}

static int listens_on(const char *address)
{
	struct inet_addr addr = at(address, 0);
	int fd = socket(AF_INET, SOCK_STREAM, 0), err;

	err = bind(fd, &addr.sa, addr.len) || listen(fd, 1) ? -errno : 0;
	close(fd);

	return err;
}

TEST_F(layers, listens)
{
	ASSERT_EQ(0, begin(variant->outer, variant->inner));
	policy_prefix(PERSOCK_SECTION_BIND, "127.0.0.2/32", -EACCES);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, govern_enter_path(self->path));
	EXPECT_EQ(0, listens_on("127.0.0.1"));
	EXPECT_EQ(-EACCES, listens_on("127.0.0.2"));
	policy_begin_open(variant->outer);
	policy_default(PERSOCK_SECTION_LISTEN, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(-EPERM, listens_on("127.0.0.1"));
	ASSERT_EQ(0, govern_enter(variant->inner));
	EXPECT_EQ(0, listens_on("127.0.0.1"));
	EXPECT_EQ(0, listens_on("127.0.0.2"));
}

/* The backlog that a listener has got. */
static int backlog_of(int wanted)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct tcp_info info = {};
	socklen_t length = sizeof(info);

	if (listen(fd, wanted) ||
	    getsockopt(fd, SOL_TCP, TCP_INFO, &info, &length)) {
		close(fd);
		return -1;
	}
	close(fd);

	/* Of a listener, this field is the backlog. */
	return info.tcpi_sacked;
}

/* The tightest clamp holds, whichever layer has it. */
TEST_F(layers, backlogs)
{
	enum govern_id ids[2] = { variant->outer, variant->inner };
	int i;

	for (i = 0; i < 2; i++) {
		policy_begin_open(ids[i]);
		policy_bound(PERSOCK_LIMIT_BACKLOG_FLOOR, ANY, 3, 0);
		policy_bound(PERSOCK_LIMIT_BACKLOG_CEILING, ANY, 20, 0);
		ASSERT_EQ(0, policy_set());
		policy_begin_open(ids[!i]);
		policy_bound(PERSOCK_LIMIT_BACKLOG_FLOOR, ANY, 5, 0);
		policy_bound(PERSOCK_LIMIT_BACKLOG_CEILING, ANY, 10, 0);
		ASSERT_EQ(0, policy_set());
		ASSERT_EQ(0, govern_enter_path(self->path));
		EXPECT_EQ(3, backlog_of(0));
		EXPECT_EQ(7, backlog_of(7));
		EXPECT_EQ(10, backlog_of(100));
		ASSERT_EQ(0, govern_leave());
	}
}

/* What a server is answered whose listener is older than the policy. */
static int accepts(int listener, const struct inet_addr *addr)
{
	int client = socket(AF_INET, SOCK_STREAM, 0), fd, err = 0;

	if (client < 0 || connect(client, &addr->sa, addr->len))
		return -ENOTCONN;
	fd = accept(listener, NULL, NULL);
	if (fd < 0)
		err = -errno;
	else
		close(fd);
	close(client);

	return err;
}

TEST_F(layers, accepts)
{
	struct inet_addr addr;
	int listener;

	ASSERT_EQ(0, begin(variant->outer, variant->inner));
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, govern_enter_path(self->path));
	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_LE(0, listener);
	EXPECT_EQ(0, accepts(listener, &addr));
	policy_begin_open(variant->outer);
	policy_prefix(PERSOCK_SECTION_ACCEPT, "127.0.0.1/32", -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(-EPERM, accepts(listener, &addr));
	policy_begin_open(variant->outer);
	ASSERT_EQ(0, policy_set());
	policy_begin_open(variant->inner);
	policy_prefix(PERSOCK_SECTION_ACCEPT, "127.0.0.1/32", -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(-EACCES, accepts(listener, &addr));
	close(listener);
}

/* The control messages of the next datagram: bits of IP_TTL and IP_TOS. */
#define TTL	1
#define TOS	2

static int received(int fd)
{
	char byte, control[256];
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	int bits = 0;

	if (recvmsg(fd, &msg, MSG_DONTWAIT) != 1)
		return -errno;
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		if (cmsg->cmsg_level == SOL_IP)
			bits |= cmsg->cmsg_type == IP_TTL ? TTL : TOS;
	}

	return bits;
}

/* Each layer removes what it ignores, of a send and of a receive. */
TEST_F(layers, control_messages)
{
	int fds[2], nine = 9;

	ASSERT_EQ(0, begin(variant->outer, variant->inner));
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, govern_enter_path(self->path));
	ASSERT_EQ(0, udp_open(fds, AF_INET));
	ASSERT_EQ(0, set_int(fds[1], SOL_IP, IP_RECVTTL, 1));
	ASSERT_EQ(0, set_int(fds[1], SOL_IP, IP_RECVTOS, 1));
	EXPECT_EQ(0, send_with(fds[0], NULL, SOL_IP, IP_TTL, &nine, sizeof(nine)));
	EXPECT_EQ(TTL | TOS, received(fds[1]));

	policy_begin_open(variant->outer);
	policy_option(PERSOCK_SECTION_CONTROL_RECEIVE, INET, SOL_IP, IP_TTL,
		      IGNORE);
	policy_bound(PERSOCK_LIMIT_RECEIVED_CONTROL, INET, 512, 0);
	policy_option(PERSOCK_SECTION_CONTROL_SEND, INET, SOL_IP, IP_TTL,
		      -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(-EPERM, send_with(fds[0], NULL, SOL_IP, IP_TTL, &nine,
				    sizeof(nine)));
	ASSERT_EQ(1, send(fds[0], "x", 1, 0));
	EXPECT_EQ(TOS, received(fds[1]));
	policy_begin_open(variant->inner);
	policy_option(PERSOCK_SECTION_CONTROL_RECEIVE, INET, SOL_IP, IP_TOS,
		      IGNORE);
	policy_bound(PERSOCK_LIMIT_RECEIVED_CONTROL, INET, 256, 0);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(1, send(fds[0], "x", 1, 0));
	EXPECT_EQ(0, received(fds[1]));

	/* A TTL that one layer ignores, and a TOS that the other one does. */
	policy_begin_open(variant->outer);
	policy_option(PERSOCK_SECTION_CONTROL_SEND, INET, SOL_IP, IP_TTL, IGNORE);
	ASSERT_EQ(0, policy_set());
	policy_begin_open(variant->inner);
	ASSERT_EQ(0, policy_set());
	nine = 900;	/* as a TTL it is invalid */
	EXPECT_EQ(0, send_with(fds[0], NULL, SOL_IP, IP_TTL, &nine, sizeof(nine)));
	policy_begin_open(variant->outer);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(-EINVAL, send_with(fds[0], NULL, SOL_IP, IP_TTL, &nine,
				     sizeof(nine)));
	policy_begin_open(variant->inner);
	policy_option(PERSOCK_SECTION_CONTROL_SEND, INET, SOL_IP, IP_TTL, IGNORE);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, send_with(fds[0], NULL, SOL_IP, IP_TTL, &nine, sizeof(nine)));
	close(fds[0]);
	close(fds[1]);
}

static int set_long(int fd, unsigned int length)
{
	char value[64] = {};

	return setsockopt(fd, SOL_IP, IP_TOS, value, length) ? -errno : 0;
}

/* The strictest length holds, whichever layer has it. */
TEST_F(layers, lengths)
{
	enum govern_id ids[2] = { variant->outer, variant->inner };
	int fd, i;

	for (i = 0; i < 2; i++) {
		policy_begin_open(ids[i]);
		policy_bound(PERSOCK_LIMIT_OPTION, INET, 8, 0);
		ASSERT_EQ(0, policy_set());
		policy_begin_open(ids[!i]);
		policy_bound(PERSOCK_LIMIT_OPTION, INET, 32, 0);
		ASSERT_EQ(0, policy_set());
		ASSERT_EQ(0, govern_enter_path(self->path));
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		EXPECT_EQ(0, set_long(fd, 8));
		EXPECT_EQ(-EINVAL, set_long(fd, 16));
		EXPECT_EQ(-EINVAL, set_long(fd, 64));
		close(fd);
		ASSERT_EQ(0, govern_enter(ids[!i]));
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		EXPECT_EQ(0, set_long(fd, 16));
		EXPECT_EQ(-EINVAL, set_long(fd, 64));
		close(fd);
	}
}

#define NAME	"persock-layers-"

/* Send a byte to an abstract name, of which this is the end. */
static int reaches(char end)
{
	struct sockaddr_un peer = {
		.sun_family = AF_UNIX,
		.sun_path = "\0" NAME,
	};
	socklen_t length = offsetof(struct sockaddr_un, sun_path) +
			   sizeof(NAME) + 1;
	int server = socket(AF_UNIX, SOCK_DGRAM, 0);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), err;

	peer.sun_path[sizeof(NAME)] = end;
	err = bind(server, (struct sockaddr *)&peer, length) ||
	      sendto(fd, "x", 1, 0, (struct sockaddr *)&peer, length) != 1 ?
	      -errno : 0;
	close(server);
	close(fd);

	return err;
}

static int sends_right(void)
{
	int fds[2], err;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		return -errno;
	err = rights_send(fds[0], fds[1]);
	close(fds[0]);
	close(fds[1]);

	return err;
}

/* Peers, names and descriptors of AF_UNIX. */
TEST_F(layers, local)
{
	policy_begin_open(variant->outer);
	policy_unix(PERSOCK_SECTION_UNIX_CONNECT, "@" NAME "a", ANY, NULL,
		    -EPERM);
	ASSERT_EQ(0, policy_set());
	policy_begin_open(variant->inner);
	policy_unix(PERSOCK_SECTION_UNIX_CONNECT, "@" NAME "b", ANY, NULL,
		    -EACCES);
	policy_unix(PERSOCK_SECTION_UNIX_BIND, "@" NAME "c", ANY, NULL,
		    -EADDRNOTAVAIL);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, govern_enter_path(self->path));
	EXPECT_EQ(-EPERM, reaches('a'));
	EXPECT_EQ(-EACCES, reaches('b'));
	EXPECT_EQ(-EADDRNOTAVAIL, reaches('c'));
	EXPECT_EQ(0, reaches('d'));
	EXPECT_EQ(0, sends_right());
	policy_begin_open(variant->outer);
	policy_default(PERSOCK_SECTION_UNIX_RIGHTS, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(-EPERM, sends_right());
	EXPECT_EQ(0, reaches('a'));
	ASSERT_EQ(0, govern_enter(variant->inner));
	EXPECT_EQ(0, sends_right());
	EXPECT_EQ(-EACCES, reaches('b'));
}

static int maps(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), err;
	void *map = mmap(NULL, getpagesize(), PROT_READ, MAP_SHARED, fd, 0);

	err = map == MAP_FAILED ? -errno : munmap(map, getpagesize());
	close(fd);

	return err;
}

TEST_F(layers, mappings)
{
	ASSERT_EQ(0, begin(variant->outer, variant->inner));
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, govern_enter_path(self->path));
	EXPECT_EQ(0, maps());
	policy_begin_open(variant->outer);
	policy_default(PERSOCK_SECTION_MMAP, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(-EPERM, maps());
	ASSERT_EQ(0, govern_enter(variant->inner));
	EXPECT_EQ(0, maps());
}

/* A packed request is judged as the plain one is. */
TEST_F(layers, explicit_request)
{
	const int packed = PERSOCK_PROTOCOL(AF_INET, 0);

	ASSERT_EQ(0, begin(variant->outer, variant->inner));
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, govern_enter_path(self->path));
	EXPECT_EQ(0, try_socket(AF_PERSOCK, SOCK_DGRAM, packed));
	policy_begin_open(variant->outer);
	policy_socket(AF_INET, SOCK_DGRAM, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(-EPERM, try_socket(AF_PERSOCK, SOCK_DGRAM, packed));
	EXPECT_EQ(-EPERM, try_socket(AF_INET, SOCK_DGRAM, 0));
	EXPECT_EQ(0, try_socket(AF_PERSOCK, SOCK_STREAM, packed));
	ASSERT_EQ(0, govern_enter(variant->inner));
	EXPECT_EQ(0, try_socket(AF_PERSOCK, SOCK_DGRAM, packed));
}

int main(int argc, char **argv)
{
	return layers_main(argc, argv);
}
