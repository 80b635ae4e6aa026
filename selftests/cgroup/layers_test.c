// SPDX-License-Identifier: GPL-2.0
/*
 * Layers: every attached ancestor of a cgroup governs its sockets, and what one
 * nearer to the root restricts cannot be loosened below.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <libmnl/libmnl.h>

#include "control.h"
#include "layers.h"

static int attach_anew(const char *path, const char *personality)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = policy_attach_anew(fd, personality);
	close(fd);

	return err;
}

/* A policy further in that allows all does not allow what an outer one denies. */
TEST_F(layers, inner_does_not_loosen)
{
	ASSERT_EQ(0, deny_peer(variant->outer, "127.0.0.1/32", -EPERM));
	ASSERT_EQ(0, deny_peer(variant->inner, NULL, 0));
	EXPECT_EQ(0, sends(FIRST));
	ASSERT_EQ(0, govern_enter_path(self->path));
	EXPECT_EQ(-EPERM, sends(FIRST));
	EXPECT_EQ(0, sends(SECOND));
	/* The same policy, and nothing around it. */
	ASSERT_EQ(0, govern_enter(variant->inner));
	EXPECT_EQ(0, sends(FIRST));
}

/* It restricts further, for itself only. */
TEST_F(layers, inner_restricts)
{
	ASSERT_EQ(0, deny_peer(variant->outer, "127.0.0.1/32", -EPERM));
	ASSERT_EQ(0, deny_peer(variant->inner, "127.0.0.2/32", -EACCES));
	ASSERT_EQ(0, govern_enter_path(self->path));
	EXPECT_EQ(-EPERM, sends(FIRST));
	EXPECT_EQ(-EACCES, sends(SECOND));
	EXPECT_EQ(0, sends(THIRD));
	ASSERT_EQ(0, govern_enter(variant->outer));
	EXPECT_EQ(-EPERM, sends(FIRST));
	EXPECT_EQ(0, sends(SECOND));
}

/* Of several layers that deny, the outermost one's errno is the answer. */
TEST_F(layers, outermost_denial_is_reported)
{
	const struct nlattr *tb[PERSOCK_A_DENIAL_MAX + 1];
	int monitor = policy_monitor();

	ASSERT_LE(0, monitor);
	ASSERT_EQ(0, deny_peer(variant->outer, "127.0.0.1/32", -EPERM));
	ASSERT_EQ(0, deny_peer(variant->inner, "127.0.0.0/24", -EACCES));
	ASSERT_EQ(0, govern_enter_path(self->path));
	EXPECT_EQ(-EPERM, sends(FIRST));
	EXPECT_EQ(EPERM, policy_denial(monitor, tb));
	ASSERT_NE(NULL, tb[PERSOCK_A_DENIAL_LAYER]);
	EXPECT_EQ(1, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_LAYER]));
	EXPECT_EQ(2, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_LAYERS]));
	EXPECT_STREQ(govern_personality(variant->outer),
		     mnl_attr_get_str(tb[PERSOCK_A_DENIAL_PERSONALITY]));
	EXPECT_EQ(-EACCES, sends(SECOND));
	EXPECT_EQ(EACCES, policy_denial(monitor, tb));
	ASSERT_NE(NULL, tb[PERSOCK_A_DENIAL_LAYER]);
	EXPECT_EQ(2, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_LAYER]));
	EXPECT_STREQ(govern_personality(variant->inner),
		     mnl_attr_get_str(tb[PERSOCK_A_DENIAL_PERSONALITY]));
	EXPECT_EQ(mnl_attr_get_u64(tb[PERSOCK_A_DENIAL_CGROUP_ID]),
		  mnl_attr_get_u64(tb[PERSOCK_A_DENIAL_INNER_ID]));
	close(monitor);
}

/* An outer layer that only audits reports, and does not take part. */
TEST_F(layers, audit_is_the_layers_own)
{
	policy_begin_open(variant->outer);
	policy_mode(PERSOCK_MODE_AUDIT);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.1/32", -EPERM);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.2/32", -EPERM);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, deny_peer(variant->inner, "127.0.0.2/32", -EACCES));
	ASSERT_EQ(0, govern_enter_path(self->path));
	EXPECT_EQ(0, sends(FIRST));
	EXPECT_EQ(-EACCES, sends(SECOND));
}

/* Sockets as well: their kinds, options, flags, listens. */
TEST_F(layers, every_section)
{
	struct inet_addr addr = loopback(AF_INET, 0);
	int one = 1, fd;

	policy_begin_open(variant->outer);
	policy_socket(AF_INET, SOCK_STREAM, ANY, -EPROTONOSUPPORT);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
		      SOL_SOCKET, SO_BROADCAST, -EPERM);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
		      SOL_IP, IP_TTL, IGNORE);
	policy_option(PERSOCK_SECTION_OPTIONS_GET, PERSOCK_CLASS_INET,
		      SOL_IP, IP_TOS, -ENOPROTOOPT);
	policy_flags(PERSOCK_SECTION_FLAGS_SEND, PERSOCK_CLASS_INET,
		     MSG_CONFIRM, -EOPNOTSUPP);
	policy_default(PERSOCK_SECTION_BIND, ANY, -EADDRNOTAVAIL);
	policy_ioctl(PERSOCK_CLASS_INET, FIONREAD, -ENOTTY);
	policy_default(PERSOCK_SECTION_PAIR, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, deny_peer(variant->inner, NULL, 0));
	ASSERT_EQ(0, govern_enter_path(self->path));

	EXPECT_EQ(-1, socket(AF_INET, SOCK_STREAM, 0));
	EXPECT_EQ(EPROTONOSUPPORT, errno);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one,
				 sizeof(one)));
	EXPECT_EQ(EPERM, errno);
	one = 9;
	EXPECT_EQ(0, setsockopt(fd, SOL_IP, IP_TTL, &one, sizeof(one)));
	one = 0;
	EXPECT_EQ(0, getsockopt(fd, SOL_IP, IP_TTL, &one,
				&(socklen_t){ sizeof(one) }));
	EXPECT_NE(9, one);
	EXPECT_EQ(-1, getsockopt(fd, SOL_IP, IP_TOS, &one,
				 &(socklen_t){ sizeof(one) }));
	EXPECT_EQ(ENOPROTOOPT, errno);
	EXPECT_EQ(-1, send(fd, "x", 1, MSG_CONFIRM));
	EXPECT_EQ(EOPNOTSUPP, errno);
	EXPECT_EQ(-1, bind(fd, &addr.sa, addr.len));
	EXPECT_EQ(EADDRNOTAVAIL, errno);
	EXPECT_EQ(-1, ioctl(fd, FIONREAD, &one));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-1, socketpair(AF_UNIX, SOCK_STREAM, 0, (int[2]){ }));
	EXPECT_EQ(EPERM, errno);
	close(fd);
}

/* A layer that denies wins over one that ignores, wherever it is. */
TEST_F(layers, deny_over_ignore)
{
	enum govern_id ids[2] = { variant->outer, variant->inner };
	int value = 5, fd, i;

	for (i = 0; i < 2; i++) {
		policy_begin_open(ids[i]);
		policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
			      SOL_IP, IP_TTL, IGNORE);
		policy_flags(PERSOCK_SECTION_FLAGS_SEND, PERSOCK_CLASS_INET,
			     MSG_CONFIRM, IGNORE);
		ASSERT_EQ(0, policy_set());
		policy_begin_open(ids[!i]);
		policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
			      SOL_IP, IP_TTL, -EPERM);
		policy_flags(PERSOCK_SECTION_FLAGS_SEND, PERSOCK_CLASS_INET,
			     MSG_CONFIRM, -EPERM);
		ASSERT_EQ(0, policy_set());
		ASSERT_EQ(0, govern_enter_path(self->path));
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		ASSERT_LE(0, fd);
		EXPECT_EQ(-1, setsockopt(fd, SOL_IP, IP_TTL, &value,
					 sizeof(value)));
		EXPECT_EQ(EPERM, errno);
		EXPECT_EQ(-1, send(fd, "x", 1, MSG_CONFIRM));
		EXPECT_EQ(EPERM, errno);
		close(fd);
		ASSERT_EQ(0, govern_leave());
	}
}

/* The flags that any layer ignores are masked. */
TEST_F(layers, every_layer_masks)
{
	struct inet_addr addr;
	int fd, to;
	char byte;

	policy_begin_open(variant->outer);
	policy_flags(PERSOCK_SECTION_FLAGS_RECEIVE, PERSOCK_CLASS_INET,
		     MSG_PEEK, IGNORE);
	ASSERT_EQ(0, policy_set());
	policy_begin_open(variant->inner);
	policy_flags(PERSOCK_SECTION_FLAGS_RECEIVE, PERSOCK_CLASS_INET,
		     MSG_TRUNC, IGNORE);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, govern_enter_path(self->path));
	to = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr);
	ASSERT_LE(0, to);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(2, sendto(fd, "ab", 2, 0, &addr.sa, addr.len));
	/* Without MSG_TRUNC it is the length that fits, without MSG_PEEK it is gone. */
	EXPECT_EQ(1, recv(to, &byte, 1, MSG_PEEK | MSG_TRUNC));
	EXPECT_EQ(-1, recv(to, &byte, 1, MSG_DONTWAIT));
	EXPECT_EQ(EAGAIN, errno);
	close(fd);
	close(to);
}

/* Each layer counts the sockets of those below; the strictest limit holds. */
TEST_F(layers, limits_of_each_layer)
{
	int fds[4], other;

	policy_begin_open(variant->outer);
	policy_bound(PERSOCK_LIMIT_SOCKETS, ANY, 3, -EMFILE);
	ASSERT_EQ(0, policy_set());
	policy_begin_open(variant->inner);
	policy_bound(PERSOCK_LIMIT_SOCKETS, ANY, 2, -ENFILE);
	ASSERT_EQ(0, policy_set());

	ASSERT_EQ(0, govern_enter_path(self->path));
	fds[0] = socket(AF_INET, SOCK_DGRAM, 0);
	fds[1] = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, fds[0]);
	ASSERT_LE(0, fds[1]);
	EXPECT_EQ(-1, socket(AF_INET, SOCK_DGRAM, 0));
	EXPECT_EQ(ENFILE, errno);

	ASSERT_EQ(0, govern_enter(variant->outer));
	other = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, other);
	EXPECT_EQ(-1, socket(AF_INET, SOCK_DGRAM, 0));
	EXPECT_EQ(EMFILE, errno);

	/* One of the inner cgroup's makes room in both. */
	close(fds[0]);
	ASSERT_EQ(0, govern_enter_path(self->path));
	fds[2] = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, fds[2]);
	EXPECT_EQ(-1, socket(AF_INET, SOCK_DGRAM, 0));
	EXPECT_EQ(EMFILE, errno);
	close(fds[1]);
	close(fds[2]);
	close(other);
}

/* Open @nr sockets in a cgroup; how many there are before one fails. */
static int open_some(int *fds, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
		if (fds[i] < 0)
			break;
	}

	return i;
}

static void close_some(const int *fds, int nr)
{
	while (nr)
		close(fds[--nr]);
}

/* The inner layer limits nothing. */
static int limit_outer(enum govern_id outer, enum govern_id inner,
		       unsigned int limit)
{
	policy_begin_open(inner);
	if (policy_set())
		return -1;
	policy_begin_open(outer);
	if (limit)
		policy_bound(PERSOCK_LIMIT_SOCKETS, ANY, limit, -EMFILE);

	return policy_set();
}

/*
 * What counts is the number of live sockets of all cgroups below, whatever each
 * of them has had before.
 */
TEST_F(layers, limit_on_what_is_live)
{
	int inner[9], outer[9], round;

	ASSERT_EQ(0, limit_outer(variant->outer, variant->inner, 8));
	for (round = 0; round < 9; round++) {
		ASSERT_EQ(0, govern_enter_path(self->path));
		ASSERT_EQ(round, open_some(inner, round));
		ASSERT_EQ(0, govern_enter(variant->outer));
		EXPECT_EQ(8 - round, open_some(outer, 9));
		EXPECT_EQ(EMFILE, errno);
		/* Room comes from another cgroup, and is there once. */
		if (round) {
			close(inner[round - 1]);
			inner[round - 1] = socket(AF_INET, SOCK_DGRAM, 0);
			EXPECT_LE(0, inner[round - 1]);
			EXPECT_EQ(-1, socket(AF_INET, SOCK_DGRAM, 0));
			EXPECT_EQ(EMFILE, errno);
		}
		close_some(inner, round);
		close_some(outer, 8 - round);
	}
}

/* It counts sockets that are older than the limit, and those made without one. */
TEST_F(layers, limit_that_comes_later)
{
	int fds[16], more[16];

	ASSERT_EQ(0, limit_outer(variant->outer, variant->inner, 0));
	ASSERT_EQ(0, govern_enter_path(self->path));
	ASSERT_EQ(5, open_some(fds, 5));
	ASSERT_EQ(0, limit_outer(variant->outer, variant->inner, 5));
	EXPECT_EQ(0, open_some(more, 1));
	EXPECT_EQ(EMFILE, errno);
	close(fds[4]);
	ASSERT_EQ(0, govern_enter(variant->outer));
	EXPECT_EQ(1, open_some(more, 2));
	EXPECT_EQ(EMFILE, errno);
	ASSERT_EQ(0, limit_outer(variant->outer, variant->inner, 0));
	EXPECT_EQ(10, open_some(more + 1, 10));
	/* Less than there are; then exactly as many. */
	ASSERT_EQ(0, limit_outer(variant->outer, variant->inner, 4));
	EXPECT_EQ(0, open_some(fds + 4, 1));
	EXPECT_EQ(EMFILE, errno);
	close_some(more, 11);
	EXPECT_EQ(0, open_some(fds + 4, 1));
	close(fds[3]);
	EXPECT_EQ(1, open_some(fds + 3, 2));
	EXPECT_EQ(EMFILE, errno);
	close_some(fds, 4);
}

/* A layer that comes above live sockets governs new ones only. */
TEST_F(layers, attached_above_live_sockets)
{
	int before, after;

	ASSERT_EQ(0, deny_peer(variant->outer, NULL, 0));
	ASSERT_EQ(0, deny_peer(variant->inner, NULL, 0));
	ASSERT_EQ(0, deny_peer(variant->third, "127.0.0.1/32", -EPERM));
	ASSERT_EQ(0, govern_enter_path(self->path));
	before = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, before);
	ASSERT_EQ(0, policy_attach_path(self->middle, govern_personality(variant->third)));
	after = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, after);
	EXPECT_EQ(0, sends_on(before, FIRST));
	EXPECT_EQ(-EPERM, sends_on(after, FIRST));
	EXPECT_EQ(0, sends_on(after, SECOND));

	/* Both keep their layers; the third one's policy holds for one of them. */
	ASSERT_EQ(0, detach(self->middle));
	EXPECT_EQ(0, sends(FIRST));
	EXPECT_EQ(0, sends_on(before, FIRST));
	EXPECT_EQ(-EPERM, sends_on(after, FIRST));
	ASSERT_EQ(0, deny_peer(variant->third, "127.0.0.2/32", -EPERM));
	EXPECT_EQ(0, sends_on(after, FIRST));
	EXPECT_EQ(-EPERM, sends_on(after, SECOND));
	EXPECT_EQ(0, sends_on(before, SECOND));
	close(before);
	close(after);
}

/* The outermost is detached: its sockets stay restricted, new ones are not. */
TEST_F(layers, outer_detached)
{
	char *path = strdup(govern_path(variant->outer));
	int live;

	ASSERT_EQ(0, deny_peer(variant->outer, "127.0.0.1/32", -EPERM));
	ASSERT_EQ(0, deny_peer(variant->inner, "127.0.0.2/32", -EACCES));
	ASSERT_EQ(0, govern_enter_path(self->path));
	live = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, live);
	ASSERT_EQ(0, detach(path));
	EXPECT_EQ(0, sends(FIRST));
	EXPECT_EQ(-EACCES, sends(SECOND));
	EXPECT_EQ(-EPERM, sends_on(live, FIRST));
	EXPECT_EQ(-EACCES, sends_on(live, SECOND));
	ASSERT_EQ(0, policy_attach_path(path, govern_personality(variant->outer)));
	EXPECT_EQ(-EPERM, sends(FIRST));
	close(live);
	free(path);
}

/* Delegated in full, a cgroup starts anew. */
TEST_F(layers, delegated_in_full)
{
	ASSERT_EQ(0, deny_peer(variant->outer, "127.0.0.1/32", -EPERM));
	ASSERT_EQ(0, deny_peer(variant->third, NULL, 0));
	ASSERT_EQ(0, deny_peer(variant->inner, "127.0.0.2/32", -EACCES));
	ASSERT_EQ(0, attach_anew(self->middle,
				 govern_personality(variant->third)));
	ASSERT_EQ(0, govern_enter_path(self->middle));
	EXPECT_EQ(0, sends(FIRST));
	/* What is attached below it has it as a layer, and none above. */
	ASSERT_EQ(0, govern_enter_path(self->path));
	EXPECT_EQ(0, sends(FIRST));
	EXPECT_EQ(-EACCES, sends(SECOND));
	ASSERT_EQ(0, policy_attach_path(self->middle, govern_personality(variant->third)));
	EXPECT_EQ(-EPERM, sends(FIRST));
}

/* Neither a cgroup of the same name nor one further in inherits it. */
TEST_F(layers, delegated_again)
{
	char path[PATH_MAX + 64];

	ASSERT_EQ(0, deny_peer(variant->outer, "127.0.0.1/32", -EPERM));
	ASSERT_EQ(0, deny_peer(variant->third, "127.0.0.2/32", -EACCES));
	ASSERT_EQ(0, deny_peer(variant->inner, NULL, 0));
	ASSERT_GT(sizeof(path), snprintf(path, sizeof(path), "%s/again",
					 self->middle));
	ASSERT_EQ(0, attach_anew(self->middle,
				 govern_personality(variant->third)));
	ASSERT_EQ(0, mkdir(path, 0755));
	ASSERT_EQ(0, attach_anew(path, govern_personality(variant->inner)));
	/* The one further in decides. */
	ASSERT_EQ(0, govern_enter_path(path));
	EXPECT_EQ(0, sends(FIRST));
	EXPECT_EQ(0, sends(SECOND));
	ASSERT_EQ(0, govern_leave());
	ASSERT_EQ(0, rmdir(path));
	ASSERT_EQ(0, mkdir(path, 0755));
	ASSERT_EQ(0, govern_enter_path(path));
	EXPECT_EQ(0, sends(FIRST));
	EXPECT_EQ(-EACCES, sends(SECOND));
	/* Without it again, the outer one governs what is below, too. */
	ASSERT_EQ(0, policy_attach_path(self->middle,
					govern_personality(variant->third)));
	EXPECT_EQ(-EPERM, sends(FIRST));
	ASSERT_EQ(0, govern_leave());
	ASSERT_EQ(0, rmdir(path));
}

/* At most 16 layers. */
TEST_F(layers, sixteen)
{
	char path[PATH_MAX + 64];
	int i, depth;

	ASSERT_EQ(0, deny_peer(variant->outer, "127.0.0.1/32", -EPERM));
	ASSERT_EQ(0, deny_peer(variant->inner, NULL, 0));
	snprintf(path, sizeof(path), "%s", self->path);
	/* The outer cgroup and the inner one are two. */
	for (depth = 2; depth < 16; depth++) {
		strcat(path, "/x");
		ASSERT_EQ(0, mkdir(path, 0755));
		ASSERT_EQ(0, policy_attach_path(path, govern_personality(variant->inner)));
	}
	ASSERT_EQ(0, govern_enter_path(path));
	EXPECT_EQ(-EPERM, sends(FIRST));
	EXPECT_EQ(0, sends(SECOND));
	strcat(path, "/x");
	ASSERT_EQ(0, mkdir(path, 0755));
	EXPECT_EQ(-E2BIG, policy_attach_path(path, govern_personality(variant->inner)));
	/* Nor can one come in between. */
	EXPECT_EQ(-E2BIG,
		  policy_attach_path(self->middle,
				     govern_personality(variant->inner)));
	EXPECT_EQ(-EPERM, sends(FIRST));
	ASSERT_EQ(0, govern_leave());
	for (i = 16; i > 1; i--) {
		ASSERT_EQ(0, rmdir(path));
		*strrchr(path, '/') = '\0';
	}
}

/* A change that is held does nothing until it is committed with the others. */
TEST_F(layers, batch)
{
	int live;

	ASSERT_EQ(0, deny_peer(variant->outer, "127.0.0.1/32", -EPERM));
	ASSERT_EQ(0, deny_peer(variant->inner, "127.0.0.2/32", -EACCES));
	ASSERT_EQ(0, govern_enter_path(self->path));
	live = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, live);

	policy_begin_open(variant->outer);
	policy_hold();
	ASSERT_EQ(0, policy_set());
	policy_begin_open(variant->inner);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.3/32", -EACCES);
	policy_hold();
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(-EPERM, sends_on(live, FIRST));
	EXPECT_EQ(-EACCES, sends_on(live, SECOND));
	EXPECT_EQ(0, sends_on(live, THIRD));
	ASSERT_EQ(0, policy_commit());
	EXPECT_EQ(0, sends_on(live, FIRST));
	EXPECT_EQ(0, sends_on(live, SECOND));
	EXPECT_EQ(-EACCES, sends_on(live, THIRD));
	close(live);
}

/* What a layer ignores is counted, and listed, for that layer alone. */
TEST_F(layers, ignored_by_layer)
{
	char outer[8192], inner[8192];
	int one = 1;
	int fd;

	policy_begin_open(variant->outer);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
		      SOL_IP, IP_RECVTTL, IGNORE);
	ASSERT_EQ(0, policy_set());
	policy_begin_open(variant->inner);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
		      SOL_IP, IP_RECVTOS, IGNORE);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, govern_enter_path(self->path));
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, setsockopt(fd, SOL_IP, IP_RECVTTL, &one, sizeof(one)));
	EXPECT_EQ(0, setsockopt(fd, SOL_IP, IP_RECVTOS, &one, sizeof(one)));
	ASSERT_EQ(0, govern_tool(outer, sizeof(outer), "counters",
				 govern_path(variant->outer), NULL));
	ASSERT_EQ(0, govern_tool(inner, sizeof(inner), "counters", self->path,
				 NULL));
	EXPECT_NE(NULL, strstr(outer, "IP_RECVTTL"))
		TH_LOG("%s", outer);
	EXPECT_EQ(NULL, strstr(outer, "IP_RECVTOS"));
	EXPECT_NE(NULL, strstr(inner, "IP_RECVTOS"))
		TH_LOG("%s", inner);
	EXPECT_EQ(NULL, strstr(inner, "IP_RECVTTL"));
	close(fd);
}

static bool sockets_are(const char *personality, unsigned int live,
			unsigned int created)
{
	char text[16384], wanted[64];

	snprintf(wanted, sizeof(wanted), "sockets: %u live, %u created", live,
		 created);
	if (govern_tool(text, sizeof(text), "show", personality, NULL))
		return false;

	return strstr(text, wanted);
}

/* A socket of which a personality is two layers is one socket. */
TEST_F(layers, one_personality_twice)
{
	static const char name[] = "layers-twice";
	int fds[2], i;

	ASSERT_EQ(0, control_open());
	ASSERT_EQ(0, control_policy_put(PERSOCK_CMD_PERSONALITY_NEW, name,
					"host", NULL));
	ASSERT_EQ(0, policy_attach_path(self->middle, name));
	ASSERT_EQ(0, policy_attach_path(self->path, name));
	ASSERT_EQ(0, govern_enter_path(self->path));
	EXPECT_TRUE(sockets_are(name, 0, 0));
	for (i = 0; i < 2; i++) {
		fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
		ASSERT_LE(0, fds[i]);
	}
	close(fds[0]);
	EXPECT_TRUE(sockets_are(name, 1, 2));
	close(fds[1]);
	/* What is gone is counted in the same way. */
	ASSERT_EQ(0, govern_leave());
	ASSERT_EQ(0, detach(self->path));
	ASSERT_EQ(0, detach(self->middle));
	for (i = 0; i < SOON_MS / 100 && !sockets_are(name, 0, 2); i++)
		usleep(100000);
	EXPECT_TRUE(sockets_are(name, 0, 2));
	EXPECT_EQ(0, control_do(PERSOCK_CMD_PERSONALITY_DEL, name, -1));
}

/* The changes of a socket that is closed are dropped. */
TEST_F(layers, batch_dropped)
{
	ASSERT_EQ(0, deny_peer(variant->outer, "127.0.0.1/32", -EPERM));
	policy_begin_open(variant->outer);
	policy_hold();
	ASSERT_EQ(0, policy_set());
	/* Nobody else can change it, or delete it, meanwhile. */
	EXPECT_EQ(-EBUSY, deny_peer(variant->outer, NULL, 0));
	policy_close();
	ASSERT_EQ(0, policy_open());
	EXPECT_EQ(-ENOENT, policy_commit());
	ASSERT_EQ(0, deny_peer(variant->inner, NULL, 0));
	ASSERT_EQ(0, govern_enter_path(self->path));
	EXPECT_EQ(-EPERM, sends(FIRST));
}

int main(int argc, char **argv)
{
	return layers_main(argc, argv);
}
