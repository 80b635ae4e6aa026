// SPDX-License-Identifier: GPL-2.0
/*
 * The sections of a policy but those of addresses: each allows and denies, and
 * the same call ungoverned succeeds.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/sockios.h>

#include "harness.h"
#include "inet.h"
#include "policy.h"

#define INET PERSOCK_CLASS_INET
#define OTHER PERSOCK_CLASS_OTHER

FIXTURE(section)
{
	enum govern_id id;
};

GOVERNED_VARIANTS(section, NATIVE, HOSTINET);

FIXTURE_SETUP(section)
{
	self->id = variant->id;
	if (variant->id != UNGOVERNED)
		ASSERT_EQ(0, policy_open());
	/* What the test before this one has left does not matter. */
	policy_begin_open(variant->id);
	ASSERT_EQ(0, policy_set());
	govern_setup(_metadata, variant->id);
}

FIXTURE_TEARDOWN(section)
{
}

#define REFUSED(err) (self->id == UNGOVERNED ? 0 : -(err))

/* The first rule that matches decides; 0 is the protocol that it stands for. */
TEST_F(section, sockets)
{
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_SOCKETS, ANY, -EAFNOSUPPORT);
	policy_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP, -EPERM);
	policy_socket(AF_INET, ANY, ANY, ALLOW);
	policy_socket(AF_UNIX, SOCK_STREAM, ANY, ALLOW);
	policy_socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP, ALLOW);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(0, try_socket(AF_INET, SOCK_STREAM, 0));
	EXPECT_EQ(REFUSED(EPERM), try_socket(AF_INET, SOCK_DGRAM, 0));
	EXPECT_EQ(REFUSED(EPERM), try_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP));
	EXPECT_EQ(0, try_socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
	EXPECT_EQ(REFUSED(EAFNOSUPPORT), try_socket(AF_UNIX, SOCK_DGRAM, 0));
	EXPECT_EQ(0, try_socket(AF_INET6, SOCK_STREAM, 0));
	EXPECT_EQ(REFUSED(EAFNOSUPPORT), try_socket(AF_INET6, SOCK_DGRAM, 0));
	EXPECT_EQ(REFUSED(EAFNOSUPPORT), try_socket(AF_NETLINK, SOCK_RAW, 0));
}

static int read_int(int fd, int level, int name)
{
	int value = get_int(fd, level, name);

	return value < 0 ? value : 0;
}

/* Options, at and above SOL_SOCKET: allowed, ignored, denied. */
TEST_F(section, options)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int mine = self->id == UNGOVERNED;

	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_OPTIONS_GET, INET, -ENOPROTOOPT);
	policy_default(PERSOCK_SECTION_OPTIONS_GET, OTHER, ALLOW);
	/* A section has one default for a class: a second one is rejected. */
	ASSERT_EQ(self->id == UNGOVERNED ? 0 : -EINVAL, policy_set());

	policy_begin_open(self->id);
	policy_option(PERSOCK_SECTION_OPTIONS_GET, INET, SOL_TCP, TCP_MAXSEG,
		      -ENOPROTOOPT);
	policy_option(PERSOCK_SECTION_OPTIONS_GET, INET, SOL_SOCKET, SO_RCVBUF,
		      -EPERM);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, INET, SOL_TCP, TCP_NODELAY,
		      IGNORE);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, INET, SOL_SOCKET,
		      SO_KEEPALIVE, IGNORE);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, INET, SOL_SOCKET,
		      SO_REUSEADDR, -EPERM);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, INET, SOL_TCP, TCP_CORK,
		      -ENOPROTOOPT);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(REFUSED(ENOPROTOOPT), read_int(fd, SOL_TCP, TCP_MAXSEG));
	EXPECT_EQ(REFUSED(EPERM), read_int(fd, SOL_SOCKET, SO_RCVBUF));
	EXPECT_EQ(0, read_int(fd, SOL_SOCKET, SO_SNDBUF));
	EXPECT_EQ(0, set_int(fd, SOL_TCP, TCP_NODELAY, 1));
	EXPECT_EQ(mine, get_int(fd, SOL_TCP, TCP_NODELAY));
	EXPECT_EQ(0, set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1));
	EXPECT_EQ(mine, get_int(fd, SOL_SOCKET, SO_KEEPALIVE));
	EXPECT_EQ(REFUSED(EPERM), set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1));
	EXPECT_EQ(REFUSED(ENOPROTOOPT), set_int(fd, SOL_TCP, TCP_CORK, 1));
	close(fd);
}

static const int identity[] = { SO_DOMAIN, SO_TYPE, SO_PROTOCOL };

static int deny_identity(enum govern_id id, enum persock_mode mode)
{
	unsigned int i;

	policy_begin_open(id);
	policy_mode(mode);
	for (i = 0; i < ARRAY_SIZE(identity); i++)
		policy_option(PERSOCK_SECTION_OPTIONS_GET, INET, SOL_SOCKET,
			      identity[i], -EPERM);

	return policy_set();
}

/* What a policy that only audits would deny is answered as ever. */
TEST_F(section, identity_audited)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	unsigned int i;

	ASSERT_EQ(0, deny_identity(self->id, PERSOCK_MODE_ENFORCE));
	for (i = 0; i < ARRAY_SIZE(identity); i++)
		EXPECT_EQ(REFUSED(EPERM), read_int(fd, SOL_SOCKET, identity[i]));

	ASSERT_EQ(0, deny_identity(self->id, PERSOCK_MODE_AUDIT));
	EXPECT_EQ(AF_INET, get_int(fd, SOL_SOCKET, SO_DOMAIN));
	EXPECT_EQ(SOCK_STREAM, get_int(fd, SOL_SOCKET, SO_TYPE));
	EXPECT_EQ(IPPROTO_TCP, get_int(fd, SOL_SOCKET, SO_PROTOCOL));
	close(fd);
}

TEST_F(section, flags)
{
	int fds[2];
	char byte;

	ASSERT_EQ(0, udp_open(fds, AF_INET));
	policy_begin_open(self->id);
	policy_flags(PERSOCK_SECTION_FLAGS_SEND, INET, MSG_CONFIRM, -EPERM);
	policy_flags(PERSOCK_SECTION_FLAGS_SEND, INET, MSG_DONTROUTE, IGNORE);
	policy_flags(PERSOCK_SECTION_FLAGS_RECEIVE, INET, MSG_PEEK, -EACCES);
	policy_flags(PERSOCK_SECTION_FLAGS_RECEIVE, INET, MSG_TRUNC, IGNORE);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(1, send(fds[0], "x", 1, MSG_NOSIGNAL));
	EXPECT_EQ(self->id == UNGOVERNED ? 1 : -1,
		  send(fds[0], "x", 1, MSG_CONFIRM));
	EXPECT_EQ(2, send(fds[0], "xy", 2, MSG_DONTROUTE));
	EXPECT_EQ(self->id == UNGOVERNED ? 1 : -1,
		  recv(fds[1], &byte, 1, MSG_PEEK));
	EXPECT_EQ(1, recv(fds[1], &byte, 1, 0));
	if (self->id == UNGOVERNED)
		EXPECT_EQ(1, recv(fds[1], &byte, 1, 0));
	/* It would report the byte that did not fit. */
	EXPECT_EQ(self->id == UNGOVERNED ? 2 : 1,
		  recv(fds[1], &byte, 1, MSG_TRUNC));
	close(fds[0]);
	close(fds[1]);
}

/* Send one byte with an int for a control message: 1 or -errno. */
static int send_control(int fd, int level, int type, int value)
{
	char control[CMSG_SPACE(sizeof(int))] = { };
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int n;

	cmsg->cmsg_level = level;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &value, sizeof(value));
	n = sendmsg(fd, &msg, 0);

	return n < 0 ? -errno : n;
}

/* Receive a byte, and what comes with it: 1 or -errno. @msg has room for control messages. */
static int receive_byte(int fd, struct msghdr *msg)
{
	char byte;
	struct iovec iov = { &byte, 1 };
	int n;

	msg->msg_iov = &iov;
	msg->msg_iovlen = 1;
	n = recvmsg(fd, msg, 0);
	if (n < 0)
		return -errno;

	return n ?: -ENODATA;
}

/* Receive a byte: the flags that came, and which control messages. */
static int receive_control(int fd, bool *ttl, bool *tos)
{
	char control[256];
	struct msghdr msg = {
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int err;
	struct cmsghdr *cmsg;

	*ttl = false;
	*tos = false;
	err = receive_byte(fd, &msg);
	if (err < 0)
		return err;
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		*ttl |= cmsg->cmsg_level == SOL_IP && cmsg->cmsg_type == IP_TTL;
		*tos |= cmsg->cmsg_level == SOL_IP && cmsg->cmsg_type == IP_TOS;
	}

	return msg.msg_flags;
}

TEST_F(section, control)
{
	bool ttl, tos, mine = self->id == UNGOVERNED;
	int fds[2];

	ASSERT_EQ(0, udp_open(fds, AF_INET));
	ASSERT_EQ(0, set_int(fds[1], SOL_IP, IP_RECVTTL, 1));
	ASSERT_EQ(0, set_int(fds[1], SOL_IP, IP_RECVTOS, 1));

	policy_begin_open(self->id);
	policy_option(PERSOCK_SECTION_CONTROL_SEND, INET, SOL_IP, IP_TTL,
		      -EPERM);
	policy_option(PERSOCK_SECTION_CONTROL_SEND, INET, SOL_IP, IP_TOS,
		      IGNORE);
	policy_option(PERSOCK_SECTION_CONTROL_RECEIVE, INET, SOL_IP, IP_TTL,
		      IGNORE);
	policy_bound(PERSOCK_LIMIT_RECEIVED_CONTROL, INET, 512, 0);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(mine ? 1 : -EPERM, send_control(fds[0], SOL_IP, IP_TTL, 9));
	if (mine)
		receive_control(fds[1], &ttl, &tos);
	EXPECT_EQ(1, send_control(fds[0], SOL_IP, IP_TOS, 4));
	/* The message that may not be received is cut, and MSG_CTRUNC set. */
	EXPECT_EQ(mine ? 0 : MSG_CTRUNC,
		  receive_control(fds[1], &ttl, &tos));
	EXPECT_EQ(mine, ttl);
	EXPECT_TRUE(tos);
	close(fds[0]);
	close(fds[1]);
}

TEST_F(section, ioctls)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), value = 7;

	policy_begin_open(self->id);
	policy_ioctl(INET, FIONREAD, -EPERM);
	policy_ioctl(INET, SIOCOUTQ, IGNORE);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(REFUSED(EPERM), ioctl(fd, FIONREAD, &value) ? -errno : 0);
	value = 7;
	EXPECT_EQ(0, ioctl(fd, SIOCOUTQ, &value));
	EXPECT_EQ(self->id == UNGOVERNED ? 0 : 7, value);
	close(fd);
}

TEST_F(section, listen_and_pair)
{
	struct inet_addr addr = loopback(AF_INET, 0);
	int fd = socket(AF_INET, SOCK_STREAM, 0), fds[2];

	ASSERT_EQ(0, bind(fd, &addr.sa, addr.len));
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_LISTEN, ANY, -EPERM);
	policy_default(PERSOCK_SECTION_PAIR, ANY, -EACCES);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(REFUSED(EPERM), listen(fd, 1) ? -errno : 0);
	EXPECT_EQ(REFUSED(EACCES),
		  socketpair(AF_UNIX, SOCK_STREAM, 0, fds) ? -errno : 0);
	close(fd);
}

static int unix_listen(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), err = 0;

	/* The kernel chooses a name. */
	if (bind(fd, (struct sockaddr *)&address, sizeof(sa_family_t)) ||
	    listen(fd, 1))
		err = -errno;
	close(fd);

	return err;
}

/* By class: local servers are another matter than those of a network. */
TEST_F(section, listen_by_class)
{
	static const int classes[] = { INET, OTHER, ANY };
	enum persock_section section;
	struct inet_addr addr;
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		policy_begin(self->id);
		for (section = 0; section < PERSOCK_SECTION_LIMITS; section++) {
			if (section != PERSOCK_SECTION_LISTEN)
				policy_default(section, ANY, ALLOW);
		}
		policy_default(PERSOCK_SECTION_LISTEN, classes[i], -EPERM);
		if (classes[i] != ANY)
			policy_default(PERSOCK_SECTION_LISTEN,
				       classes[i] == INET ? OTHER : INET, 0);
		ASSERT_EQ(0, policy_set());
		fd = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
		EXPECT_EQ(classes[i] == OTHER ? 0 : REFUSED(EPERM),
			  fd < 0 ? fd : 0);
		if (fd >= 0)
			close(fd);
		EXPECT_EQ(classes[i] == INET ? 0 : REFUSED(EPERM),
			  unix_listen());
	}
}

/* A TCP socket can be mapped, for receives without a copy. */
static int try_mmap(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), err = 0;
	void *map = mmap(NULL, getpagesize(), PROT_READ, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		err = -errno;
	else
		munmap(map, getpagesize());
	close(fd);

	return err;
}

TEST_F(section, mmap)
{
	EXPECT_EQ(0, try_mmap());

	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_MMAP, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EPERM), try_mmap());
}

/* Of a listener, this field of TCP_INFO is the backlog. */
static int backlog_of(int asked)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct tcp_info info = { };
	socklen_t length = sizeof(info);

	if (listen(fd, asked) ||
	    getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length))
		return -errno;
	close(fd);

	return info.tcpi_sacked;
}

TEST_F(section, limits_of_the_backlog)
{
	policy_begin_open(self->id);
	policy_bound(PERSOCK_LIMIT_BACKLOG_FLOOR, ANY, 5, 0);
	policy_bound(PERSOCK_LIMIT_BACKLOG_CEILING, ANY, 50, 0);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(self->id == UNGOVERNED ? 0 : 5, backlog_of(0));
	EXPECT_EQ(1, backlog_of(1));
	EXPECT_EQ(50, backlog_of(50));
	EXPECT_EQ(self->id == UNGOVERNED ? 51 : 50, backlog_of(51));
}

/* Pass descriptor 0: 1 or -errno. */
static int send_rights(int fd)
{
	return send_control(fd, SOL_SOCKET, SCM_RIGHTS, 0);
}

/* A descriptor that was received, -1 without one; *@flags as they came. */
static int receive_rights(int fd, int *flags)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct msghdr msg = {
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	int passed = -1, err;

	err = receive_byte(fd, &msg);
	if (err < 0)
		return err;
	*flags = msg.msg_flags;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (cmsg && cmsg->cmsg_type == SCM_RIGHTS)
		memcpy(&passed, CMSG_DATA(cmsg), sizeof(passed));

	return passed;
}

/* Do credentials come with the next byte? *@flags as they came. */
static bool received_credentials(int fd, int *flags)
{
	char control[CMSG_SPACE(sizeof(struct ucred))];
	struct msghdr msg = {
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;

	if (receive_byte(fd, &msg) < 0)
		return false;
	*flags = msg.msg_flags;
	cmsg = CMSG_FIRSTHDR(&msg);

	return cmsg && cmsg->cmsg_type == SCM_CREDENTIALS;
}

/* Neither sent, nor received where they were sent before it was denied. */
TEST_F(section, unix_rights)
{
	int fds[2], fd, flags = 0;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	EXPECT_EQ(1, send_rights(fds[0]));

	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_UNIX_RIGHTS, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());

	fd = receive_rights(fds[1], &flags);
	if (self->id == UNGOVERNED) {
		EXPECT_GE(fd, 0);
		close(fd);
	} else {
		EXPECT_EQ(-1, fd);
		EXPECT_EQ(MSG_CTRUNC, flags & MSG_CTRUNC);
	}
	EXPECT_EQ(self->id == UNGOVERNED ? 1 : -EPERM, send_rights(fds[0]));
	/* Data is not concerned. */
	EXPECT_EQ(1, send(fds[0], "x", 1, 0));
	close(fds[0]);
	close(fds[1]);
}

TEST_F(section, unix_credentials)
{
	char control[CMSG_SPACE(sizeof(struct ucred))] = { };
	struct ucred self_creds = { getpid(), getuid(), getgid() };
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int fds[2];

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_CREDENTIALS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(self_creds));
	memcpy(CMSG_DATA(cmsg), &self_creds, sizeof(self_creds));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fds));

	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_UNIX_CREDENTIALS, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(self->id == UNGOVERNED ? 1 : -1, sendmsg(fds[0], &msg, 0));
	EXPECT_EQ(REFUSED(EPERM), set_int(fds[1], SOL_SOCKET, SO_PASSCRED, 1));
	close(fds[0]);
	close(fds[1]);
}

/*
 * Where they were asked for before they were denied none comes, nor any other
 * control message; where they were not, descriptors pass.
 */
TEST_F(section, unix_credentials_asked_before)
{
	int asked[2], plain[2], fd, flags = 0;
	bool mine = self->id == UNGOVERNED;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, asked));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, plain));
	ASSERT_EQ(0, set_int(asked[1], SOL_SOCKET, SO_PASSCRED, 1));

	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_UNIX_CREDENTIALS, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(1, send(asked[0], "x", 1, 0));
	EXPECT_EQ(mine, received_credentials(asked[1], &flags));
	EXPECT_EQ(mine ? 0 : MSG_CTRUNC, flags & MSG_CTRUNC);
	EXPECT_EQ(1, send_rights(plain[0]));
	fd = receive_rights(plain[1], &flags);
	EXPECT_GE(fd, 0);
	close(fd);
	for (fd = 0; fd < 2; fd++) {
		close(asked[fd]);
		close(plain[fd]);
	}
}

/* As many sockets as may be, and again one when another is closed. */
TEST_F(section, limit_of_sockets)
{
	int fds[8], i;

	policy_begin_open(self->id);
	policy_bound(PERSOCK_LIMIT_SOCKETS, ANY, 6, -EMFILE);
	ASSERT_EQ(0, policy_set());

	for (i = 0; i < 6; i++) {
		fds[i] = socket(i & 1 ? AF_INET : AF_UNIX, SOCK_STREAM, 0);
		EXPECT_GE(fds[i], 0);
	}
	EXPECT_EQ(REFUSED(EMFILE), try_socket(AF_INET, SOCK_STREAM, 0));
	EXPECT_EQ(REFUSED(EMFILE), try_socket(AF_UNIX, SOCK_STREAM, 0));
	close(fds[0]);
	EXPECT_EQ(0, try_socket(AF_INET, SOCK_STREAM, 0));
	for (i = 1; i < 6; i++)
		close(fds[i]);
}

static int read_attachment(const struct nlmsghdr *header, void *data)
{
	const struct nlattr *attribute, *field;
	__u64 *sums = data, id = 0;
	__u64 live = 0, created = 0, allowed = 0;
	bool create;

	mnl_attr_for_each(attribute, header, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attribute)) {
		case PERSOCK_A_CGROUP_ID:
			id = mnl_attr_get_u64(attribute);
			break;
		case PERSOCK_A_SOCKETS_LIVE:
			live = mnl_attr_get_u64(attribute);
			break;
		case PERSOCK_A_SOCKETS_CREATED:
			created = mnl_attr_get_u64(attribute);
			break;
		case PERSOCK_A_COUNTER:
			create = false;
			mnl_attr_for_each_nested(field, attribute) {
				if (mnl_attr_get_type(field) ==
				    PERSOCK_A_COUNTER_OPERATION)
					create = mnl_attr_get_u32(field) ==
						 PERSOCK_OP_CREATE;
				if (create && mnl_attr_get_type(field) ==
				    PERSOCK_A_COUNTER_ALLOWED)
					allowed = mnl_attr_get_u64(field);
			}
		}
	}
	if (id == sums[0]) {
		sums[1] = live;
		sums[2] = created;
		sums[3] = allowed;
	}
	return MNL_CB_OK;
}

/* The counts of the cgroup of @id, whose number is @sums[0]. */
static int read_counts(enum govern_id id, __u64 *sums)
{
	int err = govern_leave();

	if (!err)
		err = policy_dump(PERSOCK_CMD_ATTACHMENT_GET, NULL,
				  read_attachment, sums);
	return err ? err : govern_enter(id);
}

/*
 * Attached again, to the same or to another personality: what the cgroup has
 * used up, and what was counted for it, stay with it.
 */
TEST_F(section, limit_holds_when_attached_again)
{
	const char *name = govern_personality(self->id);
	__u64 before[4] = { }, after[4] = { };
	struct stat status;
	int fds[2] = { -1, -1 }, cgroup, i;

	policy_begin_open(self->id);
	policy_bound(PERSOCK_LIMIT_SOCKETS, ANY, 2, -EMFILE);
	ASSERT_EQ(0, policy_set());
	fds[0] = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fds[0]);
	if (self->id == UNGOVERNED) {
		EXPECT_EQ(0, try_socket(AF_INET, SOCK_STREAM, 0));
		close(fds[0]);
		return;
	}
	cgroup = open(govern_path(self->id), O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, cgroup);
	ASSERT_EQ(0, fstat(cgroup, &status));
	before[0] = status.st_ino;
	after[0] = status.st_ino;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, read_counts(self->id, before));
		if (i)
			ASSERT_EQ(0, policy_attach(cgroup, "host"));
		ASSERT_EQ(0, policy_attach(cgroup, name));
		ASSERT_EQ(0, read_counts(self->id, after));
		EXPECT_EQ(1 + i, (int)after[1]);
		EXPECT_EQ(before[1], after[1]);
		EXPECT_EQ(before[2], after[2]);
		EXPECT_EQ(before[3], after[3]);
		EXPECT_LT(0, (int)after[3]);
		if (!i) {
			fds[1] = socket(AF_INET, SOCK_DGRAM, 0);
			ASSERT_LE(0, fds[1]);
		}
		EXPECT_EQ(-EMFILE, try_socket(AF_INET, SOCK_STREAM, 0));
	}
	/* One of before the last time makes room. */
	close(fds[0]);
	EXPECT_EQ(0, try_socket(AF_INET, SOCK_STREAM, 0));
	close(fds[1]);
	close(cgroup);
}

/* What is accepted counts, and the connection waits until there is room. */
TEST_F(section, limit_of_accepted)
{
	struct inet_addr addr;
	int listener, client, spare, fd;

	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	client = socket(AF_INET, SOCK_STREAM, 0);
	spare = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_EQ(0, connect(client, &addr.sa, addr.len));
	policy_begin_open(self->id);
	policy_bound(PERSOCK_LIMIT_SOCKETS, ANY, 3, 0);
	ASSERT_EQ(0, policy_set());

	fd = accept(listener, NULL, NULL);
	if (self->id != UNGOVERNED) {
		EXPECT_EQ(-1, fd);
		EXPECT_EQ(ENFILE, errno);
		close(spare);
		fd = accept(listener, NULL, NULL);
	}
	EXPECT_GE(fd, 0);
	EXPECT_TRUE(passes(client, fd));
	close(fd);
	close(client);
	close(listener);
}

TEST_F(section, other_limits)
{
	int fds[2], fd = socket(AF_INET, SOCK_DGRAM, 0);
	char value[128] = { 1 };
	char control[128] = { };
	struct iovec iov = { value, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};

	ASSERT_EQ(0, udp_open(fds, AF_INET));
	policy_begin_open(self->id);
	policy_bound(PERSOCK_LIMIT_OPTION, ANY, 16, 0);
	policy_bound(PERSOCK_LIMIT_CONTROL, ANY, 100, 0);
	ASSERT_EQ(0, policy_set());

	EXPECT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, value, 16));
	EXPECT_EQ(REFUSED(EINVAL), setsockopt(fd, SOL_SOCKET, SO_REUSEADDR,
					      value, 17) ? -errno : 0);
	EXPECT_EQ(1, send(fds[0], "x", 1, 0));
	EXPECT_EQ(self->id == UNGOVERNED ? 1 : -1, recvmsg(fds[1], &msg, 0));
	if (self->id != UNGOVERNED)
		EXPECT_EQ(ENOBUFS, errno);
	close(fd);
	close(fds[0]);
	close(fds[1]);
}

/* Who, what, where to and why: everything that an operator asks. */
TEST_F(section, denial_is_reported)
{
	const struct nlattr *tb[PERSOCK_A_DENIAL_MAX + 1];
	struct inet_addr addr = loopback(AF_INET, 443);
	int monitor, fd;

	if (self->id == UNGOVERNED) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		EXPECT_EQ(-1, connect(fd, &addr.sa, addr.len));
		EXPECT_EQ(ECONNREFUSED, errno);
		close(fd);
		return;
	}
	policy_begin_open(self->id);
	policy_prefix(PERSOCK_SECTION_CONNECT, "10.0.0.0/8", ALLOW);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.1/32", 443, 443, ANY,
		       -EACCES);
	ASSERT_EQ(0, policy_set());
	monitor = policy_monitor();
	ASSERT_GE(monitor, 0);

	fd = socket(AF_INET, SOCK_STREAM, 0);
	EXPECT_EQ(-1, connect(fd, &addr.sa, addr.len));
	ASSERT_EQ(EACCES, policy_denial(monitor, tb));
	ASSERT_NE(NULL, tb[PERSOCK_A_DENIAL_PERSONALITY]);
	EXPECT_STREQ(govern_personality(self->id),
		     mnl_attr_get_str(tb[PERSOCK_A_DENIAL_PERSONALITY]));
	EXPECT_EQ(PERSOCK_OP_CONNECT,
		  mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_OPERATION]));
	EXPECT_EQ(PERSOCK_SECTION_CONNECT,
		  mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_SECTION]));
	ASSERT_NE(NULL, tb[PERSOCK_A_DENIAL_RULE]);
	EXPECT_EQ(2, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_RULE]));
	EXPECT_EQ(getpid(), mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_PID]));
	EXPECT_EQ(AF_INET, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_FAMILY]));
	EXPECT_EQ(SOCK_STREAM, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_TYPE]));
	EXPECT_EQ(IPPROTO_TCP, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_PROTOCOL]));
	ASSERT_NE(NULL, tb[PERSOCK_A_DENIAL_ADDRESS]);
	EXPECT_EQ(4, mnl_attr_get_payload_len(tb[PERSOCK_A_DENIAL_ADDRESS]));
	EXPECT_EQ(443, mnl_attr_get_u16(tb[PERSOCK_A_DENIAL_PORT]));
	close(fd);
}

/* A denied listen is reported with the address of the socket. */
TEST_F(section, denied_listen_reports_the_port)
{
	static const enum persock_section sections[] = {
		PERSOCK_SECTION_LISTEN, PERSOCK_SECTION_BIND,
	};
	const struct nlattr *tb[PERSOCK_A_DENIAL_MAX + 1];
	struct inet_addr addr;
	int monitor, fd;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sections); i++) {
		policy_begin_open(self->id);
		ASSERT_EQ(0, policy_set());
		addr = loopback(AF_INET, 0);
		fd = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_EQ(0, bind(fd, &addr.sa, addr.len));
		ASSERT_EQ(0, bound_to(fd, &addr));
		if (self->id == UNGOVERNED) {
			EXPECT_EQ(0, listen(fd, 1));
			close(fd);
			continue;
		}
		monitor = policy_monitor();
		ASSERT_LE(0, monitor);
		policy_begin_open(self->id);
		policy_default(sections[i], ANY, -EPERM);
		ASSERT_EQ(0, policy_set());
		EXPECT_EQ(-1, listen(fd, 1));
		EXPECT_EQ(EPERM, errno);
		ASSERT_EQ(EPERM, policy_denial(monitor, tb));
		EXPECT_EQ(PERSOCK_OP_LISTEN,
			  mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_OPERATION]));
		EXPECT_EQ(sections[i],
			  mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_SECTION]));
		ASSERT_NE(NULL, tb[PERSOCK_A_DENIAL_PORT]);
		EXPECT_EQ(ntohs(addr.in.sin_port),
			  mnl_attr_get_u16(tb[PERSOCK_A_DENIAL_PORT]));
		ASSERT_NE(NULL, tb[PERSOCK_A_DENIAL_ADDRESS]);
		EXPECT_EQ(0, memcmp(&addr.in.sin_addr,
				    mnl_attr_get_payload(tb[PERSOCK_A_DENIAL_ADDRESS]),
				    4));
		close(monitor);
		close(fd);
	}
}

/* Flags are reported as the program has set them, without the kernel's own. */
TEST_F(section, denied_flags_are_the_programs)
{
	const struct nlattr *tb[PERSOCK_A_DENIAL_MAX + 1];
	struct mmsghdr messages[2] = { };
	struct iovec iov = { "x", 1 };
	int monitor, fds[2], i;

	ASSERT_EQ(0, udp_open(fds, AF_INET));
	for (i = 0; i < 2; i++) {
		messages[i].msg_hdr.msg_iov = &iov;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	if (self->id == UNGOVERNED) {
		EXPECT_EQ(2, sendmmsg(fds[0], messages, 2, MSG_CONFIRM));
		return;
	}
	monitor = policy_monitor();
	ASSERT_LE(0, monitor);
	policy_begin_open(self->id);
	policy_flags(PERSOCK_SECTION_FLAGS_SEND, ANY, MSG_CONFIRM, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(-1, sendmmsg(fds[0], messages, 2, MSG_CONFIRM));
	ASSERT_EQ(EPERM, policy_denial(monitor, tb));
	EXPECT_EQ(MSG_CONFIRM, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_FLAGS]));
	close(monitor);
	close(fds[0]);
	close(fds[1]);
}

/* An error queue that is said to be empty: nothing was denied. */
TEST_F(section, empty_error_queue_is_no_denial)
{
	const struct nlattr *tb[PERSOCK_A_DENIAL_MAX + 1];
	int monitor, fds[2];
	char in;

	ASSERT_EQ(0, udp_open(fds, AF_INET));
	EXPECT_EQ(-1, recv(fds[0], &in, 1, MSG_ERRQUEUE));
	EXPECT_EQ(EAGAIN, errno);
	if (self->id == UNGOVERNED)
		return;
	monitor = policy_monitor();
	ASSERT_LE(0, monitor);
	policy_begin_open(self->id);
	policy_flags(PERSOCK_SECTION_FLAGS_RECEIVE, ANY, MSG_ERRQUEUE, -EAGAIN);
	policy_flags(PERSOCK_SECTION_FLAGS_RECEIVE, ANY, MSG_PEEK, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(-1, recv(fds[0], &in, 1, MSG_ERRQUEUE));
	EXPECT_EQ(EAGAIN, errno);
	/* The first that is reported is this one. */
	EXPECT_EQ(-1, recv(fds[0], &in, 1, MSG_PEEK | MSG_DONTWAIT));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(EPERM, policy_denial(monitor, tb));

	/* Where it only audits, too. */
	policy_begin_open(self->id);
	policy_mode(PERSOCK_MODE_AUDIT);
	policy_flags(PERSOCK_SECTION_FLAGS_RECEIVE, ANY, MSG_ERRQUEUE, -EAGAIN);
	policy_flags(PERSOCK_SECTION_FLAGS_RECEIVE, ANY, MSG_PEEK, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(-1, recv(fds[0], &in, 1, MSG_ERRQUEUE));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(-1, recv(fds[0], &in, 1, MSG_PEEK | MSG_DONTWAIT));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(EPERM, policy_denial(monitor, tb));
	close(monitor);
	close(fds[0]);
	close(fds[1]);
}

int main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE | 1 << HOSTINET);
	return test_harness_run(argc, argv);
}
