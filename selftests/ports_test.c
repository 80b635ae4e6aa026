// SPDX-License-Identifier: GPL-2.0
/*
 * Ports that nobody names: the kernel chooses one for bind() to port 0, for
 * listen(), connect() and sends without bind(). A rule that denies the port holds
 * all the same, whoever has told the kernel where to choose: IP_LOCAL_PORT_RANGE
 * of the socket (since 6.3, and in Debian's 6.1), or net.ipv4.ip_local_port_range
 * of a network namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/uio.h>

#include "inet.h"
#include "roads.h"

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif
#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define DENIED		40000
#define ROUNDS		48

/* Every call that gives a socket a port; 0 or -errno. */
static int road_bind(int fd, int family)
{
	struct inet_addr addr = loopback(family, 0);

	return bind(fd, &addr.sa, addr.len) ? -errno : 0;
}

static int road_bind_any(int fd, int family)
{
	struct inet_addr addr = at(family == AF_INET ? "0.0.0.0" : "::", 0);

	return bind(fd, &addr.sa, addr.len) ? -errno : 0;
}

static int road_listen(int fd, int family)
{
	return listen(fd, 1) ? -errno : 0;
}

/* Bound to an address, and to no port before it listens. */
static int road_listen_bound(int fd, int family)
{
	int err = set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);

	return err ?: road_bind(fd, family) ?: road_listen(fd, family);
}

static int road_connect(int fd, int family)
{
	struct inet_addr to = loopback(family, 9);

	return try_connect(fd, &to);
}

static int road_sendto(int fd, int family)
{
	struct inet_addr to = loopback(family, 9);

	return try_sendto(fd, &to, 0);
}

/* There is no peer, but a port there is then. */
static int road_send(int fd, int family)
{
	return send(fd, "x", 1, 0) < 0 && errno != EDESTADDRREQ ? -errno : 0;
}

/* What splices asks the socket in another way (sendpage before 6.5). */
static int road_splice(int fd, int family)
{
	struct inet_addr to = loopback(family, 9);
	int pipes[2], err = 0;

	if (pipe(pipes) || write(pipes[1], "x", 1) != 1)
		return -errno;
	if (splice(pipes[0], NULL, fd, NULL, 1, 0) < 0 &&
	    errno != EDESTADDRREQ)
		err = -errno;
	close(pipes[0]);
	close(pipes[1]);

	return err ?: try_sendto(fd, &to, 0);
}

static const struct {
	const char *name;
	int type;
	int (*road)(int fd, int family);
} roads[] = {
	{ "bind", SOCK_STREAM, road_bind },
	{ "bind to any", SOCK_STREAM, road_bind_any },
	{ "listen", SOCK_STREAM, road_listen },
	{ "listen at an address", SOCK_STREAM, road_listen_bound },
	{ "bind of UDP", SOCK_DGRAM, road_bind },
	{ "bind to any of UDP", SOCK_DGRAM, road_bind_any },
	{ "connect of UDP", SOCK_DGRAM, road_connect },
	{ "sendto", SOCK_DGRAM, road_sendto },
	{ "send", SOCK_DGRAM, road_send },
	{ "splice", SOCK_DGRAM, road_splice },
};

static const int families[] = { AF_INET, AF_INET6 };

static unsigned int port_of(int fd)
{
	struct inet_addr addr = { .len = sizeof(addr.in6) };

	if (bound_to(fd, &addr))
		return 0;

	return ntohs(addr.sa.sa_family == AF_INET ? addr.in.sin_port :
						    addr.in6.sin6_port);
}

/* All other ports are allowed. */
static int deny_ports(enum govern_id id, unsigned int first, unsigned int last)
{
	policy_begin_open(id);
	policy_address(PERSOCK_SECTION_BIND, "0.0.0.0/0", first, last, ANY,
		       -EACCES);
	policy_address(PERSOCK_SECTION_BIND, "::/0", first, last, ANY, -EACCES);

	return policy_set();
}

static int set_range(int fd, unsigned int first, unsigned int last)
{
	return set_int(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, last << 16 | first);
}

/* A network namespace of our own, whose kernel chooses among these ports. */
static int choose_from(const char *range)
{
	int err;

	if (unshare(CLONE_NEWNET))
		return -errno;
	err = system("ip link set lo up") ? -EIO : 0;

	return err ?: put_text("/proc/sys/net/ipv4/ip_local_port_range", range);
}

/* Whether the kernel has the option at all. */
static int has_range(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err = set_range(fd, 0, 0);

	close(fd);
	return err;
}

/* A range of one port is a bind to it. */
TEST_F(road, range_of_one_port)
{
	unsigned int i, j;
	int fd;

	if (has_range() == -ENOPROTOOPT)
		SKIP(return, "the kernel has no IP_LOCAL_PORT_RANGE");
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED));
	for (i = 0; i < 2 * ARRAY_SIZE(roads); i++) {
		j = i / 2;
		fd = socket(families[i % 2], roads[j].type, 0);
		ASSERT_LE(0, fd);
		EXPECT_EQ(REFUSED(EACCES), set_range(fd, DENIED, DENIED));
		EXPECT_EQ(0, roads[j].road(fd, families[i % 2]));
		EXPECT_EQ(self->free, port_of(fd) == DENIED)
			TH_LOG("%s took port %u", roads[j].name, port_of(fd));
		close(fd);
	}
}

/* One that was set while it might be. */
TEST_F(road, range_from_before)
{
	unsigned int i, j;
	int fds[2 * ARRAY_SIZE(roads)], family;

	if (has_range() == -ENOPROTOOPT)
		SKIP(return, "the kernel has no IP_LOCAL_PORT_RANGE");
	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = socket(families[i % 2], roads[i / 2].type, 0);
		ASSERT_EQ(0, set_range(fds[i], DENIED, DENIED));
	}
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED));
	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		j = i / 2;
		family = families[i % 2];
		EXPECT_EQ(REFUSED(EACCES), roads[j].road(fds[i], family))
			TH_LOG("%s", roads[j].name);
		EXPECT_EQ(self->free ? DENIED : 0, port_of(fds[i]))
			TH_LOG("%s took port %u", roads[j].name,
			       port_of(fds[i]));
		close(fds[i]);
	}
}

/* TCP's own port of a connection, too, if a range from before chooses it. */
TEST_F(road, connection_from_a_range)
{
	struct inet_addr to;
	int listener, fd, fast;

	if (has_range() == -ENOPROTOOPT)
		SKIP(return, "the kernel has no IP_LOCAL_PORT_RANGE");
	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &to);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	fast = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_EQ(0, set_range(fd, DENIED, DENIED));
	ASSERT_EQ(0, set_range(fast, DENIED, DENIED));
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED));
	EXPECT_EQ(REFUSED(EACCES), try_sendto(fast, &to, MSG_FASTOPEN));
	EXPECT_EQ(self->free, port_of(fast) == DENIED);
	close(fast);
	if (!self->free)
		EXPECT_EQ(-EACCES, try_connect(fd, &to));
	close(fd);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	EXPECT_EQ(0, try_connect(fd, &to));
	close(fd);
	close(listener);
}

/*
 * Who lets the kernel choose often enough gets every port: none that is denied,
 * and no call fails because of it.
 */
TEST_F(road, chosen_often)
{
	unsigned int i, j, n, denied;
	int fd, family;

	ASSERT_EQ(0, choose_from("40000 40007"));
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED + 3));
	for (i = 0; i < 2 * ARRAY_SIZE(roads); i++) {
		j = i / 2;
		family = families[i % 2];
		for (n = denied = 0; n < ROUNDS; n++) {
			fd = socket(family, roads[j].type, 0);
			ASSERT_LE(0, fd);
			EXPECT_EQ(0, roads[j].road(fd, family))
				TH_LOG("%s", roads[j].name);
			EXPECT_LE(DENIED, port_of(fd));
			denied += port_of(fd) < DENIED + 4;
			close(fd);
		}
		EXPECT_EQ(self->free, denied > 0)
			TH_LOG("%s took %u denied ports", roads[j].name, denied);
	}
}

/* Where there is no other port the call is refused, and leaves nothing. */
TEST_F(road, none_is_left)
{
	unsigned int i, j;
	int fd, family;

	ASSERT_EQ(0, choose_from("40000 40000"));
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED));
	for (i = 0; i < 2 * ARRAY_SIZE(roads); i++) {
		struct inet_addr other;

		j = i / 2;
		family = families[i % 2];
		other = loopback(family, DENIED + 1);
		fd = socket(family, roads[j].type, 0);
		ASSERT_LE(0, fd);
		EXPECT_EQ(REFUSED(EACCES), roads[j].road(fd, family))
			TH_LOG("%s", roads[j].name);
		EXPECT_EQ(self->free ? DENIED : 0, port_of(fd))
			TH_LOG("%s took port %u", roads[j].name, port_of(fd));
		if (!self->free)
			EXPECT_EQ(0, bind(fd, &other.sa, other.len));
		close(fd);
		/* Nobody has the port. */
		ASSERT_EQ(0, govern_leave());
		other = loopback(family, DENIED);
		fd = socket(family, roads[j].type, 0);
		EXPECT_EQ(0, bind(fd, &other.sa, other.len));
		close(fd);
		ASSERT_EQ(0, govern_enter(self->id));
	}
}

/* A rule on port 0 lets the kernel choose, but no port below 1024. */
TEST_F(road, low_ports)
{
	unsigned int i, j;
	int fd, family;

	ASSERT_EQ(0, choose_from("32768 60999"));
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_BIND, ANY, -EACCES);
	policy_address(PERSOCK_SECTION_BIND, "0.0.0.0/0", 0, 0, ANY, ALLOW);
	policy_address(PERSOCK_SECTION_BIND, "::/0", 0, 0, ANY, ALLOW);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < 2 * ARRAY_SIZE(roads); i++) {
		fd = socket(families[i % 2], roads[i / 2].type, 0);
		EXPECT_EQ(0, roads[i / 2].road(fd, families[i % 2]))
			TH_LOG("%s", roads[i / 2].name);
		EXPECT_LE(32768, port_of(fd));
		close(fd);
	}

	ASSERT_EQ(0, put_text("/proc/sys/net/ipv4/ip_unprivileged_port_start",
			      "80"));
	ASSERT_EQ(0, put_text("/proc/sys/net/ipv4/ip_local_port_range",
			      "80 80"));
	for (i = 0; i < 2 * ARRAY_SIZE(roads); i++) {
		j = i / 2;
		family = families[i % 2];
		fd = socket(family, roads[j].type, 0);
		EXPECT_EQ(REFUSED(EACCES), roads[j].road(fd, family))
			TH_LOG("%s", roads[j].name);
		EXPECT_EQ(self->free ? 80 : 0, port_of(fd));
		close(fd);
	}
}

/* Rules that deny all that there is to choose from leave the choice to port 0. */
TEST_F(road, every_port_but_0)
{
	struct inet_addr named = at("127.0.0.1", DENIED);
	unsigned int i;
	int fd;

	ASSERT_EQ(0, deny_ports(self->id, 1, 65535));
	for (i = 0; i < 2 * ARRAY_SIZE(roads); i++) {
		fd = socket(families[i % 2], roads[i / 2].type, 0);
		EXPECT_EQ(0, roads[i / 2].road(fd, families[i % 2]))
			TH_LOG("%s", roads[i / 2].name);
		close(fd);
	}
	fd = socket(AF_INET, SOCK_STREAM, 0);
	EXPECT_EQ(REFUSED(EACCES),
		  bind(fd, &named.sa, named.len) ? -errno : 0);
	close(fd);
}

/* A port that was bound by name, before, is not taken for the kernel's choice. */
TEST_F(road, named_before)
{
	struct inet_addr addr = at("127.0.0.1", DENIED + 2);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	ASSERT_EQ(0, bind(fd, &addr.sa, addr.len));
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_BIND, ANY, -EACCES);
	policy_address(PERSOCK_SECTION_BIND, "0.0.0.0/0", 0, 0, ANY, ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EACCES), listen(fd, 1) ? -errno : 0);
	close(fd);
}

/* MPTCP cannot give a port back: it keeps it, and does not listen. */
TEST_F(road, mptcp_keeps_it)
{
	struct inet_addr addr = at("127.0.0.1", 0);
	int fd;

	ASSERT_EQ(0, choose_from("40000 40000"));
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED));
	fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	if (fd < 0 && errno == EPROTONOSUPPORT)
		SKIP(return, "the kernel has no MPTCP");
	ASSERT_LE(0, fd);
	EXPECT_EQ(REFUSED(EACCES),
		  bind(fd, &addr.sa, addr.len) ? -errno : 0);
	EXPECT_EQ(REFUSED(EACCES), listen(fd, 1) ? -errno : 0);
	close(fd);
	fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	EXPECT_EQ(REFUSED(EACCES), listen(fd, 1) ? -errno : 0);
	close(fd);
}

int main(int argc, char **argv)
{
	static const char *const none[] = { NULL };

	return roads_main(argc, argv, none);
}
