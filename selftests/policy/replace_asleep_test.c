// SPDX-License-Identifier: GPL-2.0
/*
 * A policy that is replaced while a call sleeps that is judged in several steps:
 * the peer and then the port, the control messages and then the peer, the option
 * and then what it does. A call that neither the old policy nor the new one allows
 * must not pass because each of them allows one of the steps.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "late.h"
#include "ports.h"
#include "rights.h"

#define INET	PERSOCK_CLASS_INET

/* The kernel may choose no port of those that it chooses among. */
static void deny_chosen_ports(void)
{
	policy_address(PERSOCK_SECTION_BIND, "0.0.0.0/0", DENIED, DENIED + 9,
		       ANY, -EACCES);
}

static void deny_port_0(void)
{
	policy_address(PERSOCK_SECTION_BIND, "0.0.0.0/0", 0, 0, ANY, -EPERM);
}

static void deny_loopback(void)
{
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.1/32", -EPERM);
}

static void deny_listens(void)
{
	policy_default(PERSOCK_SECTION_LISTEN, ANY, -EPERM);
}

static int set(enum govern_id id, void (*rules)(void))
{
	policy_begin_open(id);
	rules();

	return policy_set();
}

/* Calls that wait for the sock's lock between two steps. */
static const struct locked {
	const char *name;
	int type;
	int (*call)(int fd, int family);
	void (*after)(void);
} locked[] = {
	{ "bind", SOCK_DGRAM, by_bind, deny_port_0 },
	{ "connect", SOCK_DGRAM, by_connect, deny_loopback },
	{ "send", SOCK_DGRAM, by_sendto, deny_loopback },
	{ "listen", SOCK_STREAM, by_listen, deny_listens },
};

/* One of them, that a thread makes, and the one that has the lock. */
struct locking {
	const struct locked *locked;
	int fd;
	struct late late;
};

static int hold(void *data)
{
	struct locking *locking = data;

	return late_linger(locking->fd, &locking->late);
}

static int make(void *data)
{
	const struct locking *locking = data;

	return locking->locked->call(locking->fd, AF_INET);
}

/* What a socket of its own is answered. */
static int alone(const struct locked *locked)
{
	int fd = socket(AF_INET, locked->type, 0), err;

	if (fd < 0)
		return -errno;
	err = locked->call(fd, AF_INET);
	close(fd);

	return err;
}

TEST_F(path, lock)
{
	struct call holder, caller;
	struct locking locking;
	unsigned int i;

	if (late_missing())
		SKIP(return, "the kernel has no userfaultfd");
	ASSERT_EQ(0, choose_from("40000 40009"));
	ASSERT_EQ(0, one_processor());
	for (i = 0; i < ARRAY_SIZE(locked); i++) {
		locking.locked = &locked[i];
		ASSERT_EQ(0, late_open(&locking.late));
		locking.fd = socket(AF_INET, locked[i].type, 0);
		ASSERT_LE(0, locking.fd);
		ASSERT_EQ(0, set(self->id, deny_chosen_ports));
		EXPECT_EQ(REFUSED(EACCES), alone(&locked[i]))
			TH_LOG("%s, before", locked[i].name);

		ASSERT_EQ(0, call_first(&holder, hold, &locking));
		ASSERT_TRUE(sleeps(holder.tid));
		ASSERT_EQ(0, call_begin(&caller, make, &locking));
		ASSERT_TRUE(blocked(caller.tid));
		ASSERT_EQ(0, set(self->id, locked[i].after));
		EXPECT_EQ(0, late_arrives(&locking.late, "", 1));
		EXPECT_EQ(0, call_end(&holder));
		EXPECT_EQ(REFUSED(EPERM), call_end(&caller))
			TH_LOG("%s", locked[i].name);

		EXPECT_EQ(REFUSED(EPERM), alone(&locked[i]))
			TH_LOG("%s, after", locked[i].name);
		close(locking.fd);
		late_close(&locking.late);
	}
}

static void deny_v6only(void)
{
	policy_option(PERSOCK_SECTION_OPTIONS_SET, INET, SOL_IPV6, IPV6_V6ONLY,
		      -EPERM);
}

/* An option whose value sleeps, and a socket. */
struct setting {
	int fd;
	struct late late;
};

static int set_both(void *data)
{
	const struct setting *setting = data;

	return setsockopt(setting->fd, SOL_IPV6, IPV6_V6ONLY,
			  setting->late.page, sizeof(int)) ? -errno : 0;
}

/* An IPv6 socket may not get IPv4, too: first by its ports, then by the option. */
TEST_F(path, option)
{
	struct setting setting;
	struct call setter;
	int zero = 0;

	if (late_missing())
		SKIP(return, "the kernel has no userfaultfd");
	ASSERT_EQ(0, late_open(&setting.late));
	setting.fd = socket(AF_INET6, SOCK_DGRAM, 0);
	ASSERT_LE(0, setting.fd);
	ASSERT_EQ(0, set_int(setting.fd, SOL_IPV6, IPV6_V6ONLY, 1));
	ASSERT_EQ(0, set(self->id, deny_chosen_ports));

	ASSERT_EQ(0, call_begin(&setter, set_both, &setting));
	ASSERT_TRUE(sleeps(setter.tid));
	ASSERT_EQ(0, set(self->id, deny_v6only));
	EXPECT_EQ(0, late_arrives(&setting.late, &zero, sizeof(zero)));
	EXPECT_EQ(REFUSED(EPERM), call_end(&setter));
	EXPECT_EQ(!self->free, get_int(setting.fd, SOL_IPV6, IPV6_V6ONLY));
	close(setting.fd);
	late_close(&setting.late);
}

#define NAME	"persock-asleep"

static void deny_name(void)
{
	policy_unix(PERSOCK_SECTION_UNIX_CONNECT, "@" NAME, ANY, NULL, -EACCES);
}

static void deny_rights(void)
{
	policy_default(PERSOCK_SECTION_UNIX_RIGHTS, ANY, -EPERM);
}

/* A datagram with a descriptor to NAME, whose bytes are at @data. */
static int send_right(int fd, void *data)
{
	struct sockaddr_un peer = {
		.sun_family = AF_UNIX,
		.sun_path = "\0" NAME,
	};
	union rights_control control;
	struct iovec iov = { data, 1 };
	struct msghdr msg = {
		.msg_name = &peer,
		.msg_namelen = offsetof(struct sockaddr_un, sun_path) +
			       sizeof(NAME),
		.msg_iov = &iov, .msg_iovlen = 1,
	};

	rights_put(&msg, &control, fd);
	return sendmsg(fd, &msg, 0) == 1 ? 0 : -errno;
}

static int send_late(void *data)
{
	const struct setting *sending = data;

	return send_right(sending->fd, sending->late.page);
}

/* A descriptor may not go to that peer: first to none, then to no peer. */
TEST_F(path, local)
{
	struct sockaddr_un name = {
		.sun_family = AF_UNIX,
		.sun_path = "\0" NAME,
	};
	struct setting sending;
	struct call sender;
	int peer;

	if (late_missing())
		SKIP(return, "the kernel has no userfaultfd");
	ASSERT_EQ(0, late_open(&sending.late));
	peer = socket(AF_UNIX, SOCK_DGRAM, 0);
	ASSERT_LE(0, peer);
	ASSERT_EQ(0, bind(peer, (struct sockaddr *)&name,
			  offsetof(struct sockaddr_un, sun_path) + sizeof(NAME)));
	sending.fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	ASSERT_LE(0, sending.fd);
	ASSERT_EQ(0, set(self->id, deny_name));
	EXPECT_EQ(REFUSED(EACCES), send_right(sending.fd, "x"));

	ASSERT_EQ(0, call_begin(&sender, send_late, &sending));
	ASSERT_TRUE(sleeps(sender.tid));
	ASSERT_EQ(0, set(self->id, deny_rights));
	EXPECT_EQ(0, late_arrives(&sending.late, "x", 1));
	EXPECT_EQ(REFUSED(EPERM), call_end(&sender));
	EXPECT_EQ(REFUSED(EPERM), send_right(sending.fd, "x"));
	close(sending.fd);
	close(peer);
	late_close(&sending.late);
}

static void hide_ttl(void)
{
	policy_option(PERSOCK_SECTION_CONTROL_RECEIVE, INET, SOL_IP, IP_TTL,
		      IGNORE);
	policy_bound(PERSOCK_LIMIT_RECEIVED_CONTROL, INET, 512, 0);
}

static void deny_peeks(void)
{
	policy_flags(PERSOCK_SECTION_FLAGS_RECEIVE, INET, MSG_PEEK, -EPERM);
}

/* How many control messages a look at the next datagram returns, or -errno. */
static int peeks(int fd, int flags)
{
	char byte, control[512];
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	int nr = 0;

	if (recvmsg(fd, &msg, MSG_PEEK | flags) < 0)
		return -errno;
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg))
		nr++;

	return nr;
}

static int peek_late(void *data)
{
	return peeks(*(int *)data, 0);
}

/* No look at a datagram shows its TTL: first none does, then there is none. */
TEST_F(path, receive)
{
	int fds[2];
	struct call receiver;

	ASSERT_EQ(0, udp_open(fds, AF_INET));
	ASSERT_EQ(0, set_int(fds[0], SOL_IP, IP_RECVTTL, 1));
	ASSERT_EQ(0, set(self->id, hide_ttl));
	ASSERT_EQ(0, call_begin(&receiver, peek_late, &fds[0]));
	ASSERT_TRUE(sleeps(receiver.tid));
	ASSERT_EQ(0, set(self->id, deny_peeks));
	ASSERT_EQ(1, send(fds[1], "x", 1, 0));
	EXPECT_EQ(self->free, call_end(&receiver));
	EXPECT_EQ(self->free ? 1 : -EPERM, peeks(fds[0], MSG_DONTWAIT));
	ASSERT_EQ(0, set(self->id, hide_ttl));
	EXPECT_EQ(self->free, peeks(fds[0], MSG_DONTWAIT));
	close(fds[0]);
	close(fds[1]);
}

int main(int argc, char **argv)
{
	return path_main(argc, argv, (const char *const []){ NULL });
}
