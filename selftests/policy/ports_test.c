// SPDX-License-Identifier: GPL-2.0
/*
 * Ports that nobody names: the kernel chooses one for bind() to port 0, for
 * listen(), connect() and sends without bind(). A rule that denies the port
 * holds all the same, whatever sets the range to choose from:
 * IP_LOCAL_PORT_RANGE of the socket (since 6.3, and in Debian's 6.1), or
 * net.ipv4.ip_local_port_range of a network namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/uio.h>

#include "inet.h"
#include "ports.h"
#include "path.h"

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif
#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

#define ROUNDS		48

/* Calls that give a socket a port, besides those of ports.h; 0 or -errno. */

/* Bound to an address, and to no port before it listens. */
static int by_listen_bound(int fd, int family)
{
	int err = set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);

	return err ?: by_bind(fd, family) ?: by_listen(fd, family);
}

/* There is no peer, but a port there is then. */
static int by_send(int fd, int family)
{
	return send(fd, "x", 1, 0) < 0 && errno != EDESTADDRREQ ? -errno : 0;
}

/* What splices asks the socket in another way (sendpage before 6.5). */
static int by_splice(int fd, int family)
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
	int (*way)(int fd, int family);
} ways[] = {
	{ "bind", SOCK_STREAM, by_bind },
	{ "bind to any", SOCK_STREAM, by_bind_any },
	{ "listen", SOCK_STREAM, by_listen },
	{ "listen at an address", SOCK_STREAM, by_listen_bound },
	{ "bind of UDP", SOCK_DGRAM, by_bind },
	{ "bind to any of UDP", SOCK_DGRAM, by_bind_any },
	{ "connect of UDP", SOCK_DGRAM, by_connect },
	{ "sendto", SOCK_DGRAM, by_sendto },
	{ "send", SOCK_DGRAM, by_send },
	{ "splice", SOCK_DGRAM, by_splice },
};

static int set_range(int fd, unsigned int first, unsigned int last)
{
	return set_int(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, last << 16 | first);
}

/* Whether the kernel has the option at all. */
static int has_range(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err = set_range(fd, 0, 0);

	close(fd);
	return err;
}

/* A range of one port is a bind to it. */
TEST_F(path, range_of_one_port)
{
	unsigned int i, j;
	int fd;

	if (has_range() == -ENOPROTOOPT)
		SKIP(return, "the kernel has no IP_LOCAL_PORT_RANGE");
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED));
	for (i = 0; i < 2 * ARRAY_SIZE(ways); i++) {
		j = i / 2;
		fd = socket(families[i % 2], ways[j].type, 0);
		ASSERT_LE(0, fd);
		EXPECT_EQ(REFUSED(EACCES), set_range(fd, DENIED, DENIED));
		EXPECT_EQ(0, ways[j].way(fd, families[i % 2]));
		EXPECT_EQ(self->free, port_of(fd) == DENIED)
			TH_LOG("%s took port %u", ways[j].name, port_of(fd));
		close(fd);
	}
}

/* One that was set while it might be. */
TEST_F(path, range_from_before)
{
	unsigned int i, j;
	int fds[2 * ARRAY_SIZE(ways)], family;

	if (has_range() == -ENOPROTOOPT)
		SKIP(return, "the kernel has no IP_LOCAL_PORT_RANGE");
	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = socket(families[i % 2], ways[i / 2].type, 0);
		ASSERT_EQ(0, set_range(fds[i], DENIED, DENIED));
	}
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED));
	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		j = i / 2;
		family = families[i % 2];
		EXPECT_EQ(REFUSED(EACCES), ways[j].way(fds[i], family))
			TH_LOG("%s", ways[j].name);
		EXPECT_EQ(self->free ? DENIED : 0, port_of(fds[i]))
			TH_LOG("%s took port %u", ways[j].name,
			       port_of(fds[i]));
		close(fds[i]);
	}
}

/* TCP's own port of a connection, too, if a range from before chooses it. */
TEST_F(path, connection_from_a_range)
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
TEST_F(path, chosen_often)
{
	unsigned int i, j, n, denied;
	int fd, family;

	ASSERT_EQ(0, choose_from("40000 40007"));
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED + 3));
	for (i = 0; i < 2 * ARRAY_SIZE(ways); i++) {
		j = i / 2;
		family = families[i % 2];
		for (n = denied = 0; n < ROUNDS; n++) {
			fd = socket(family, ways[j].type, 0);
			ASSERT_LE(0, fd);
			EXPECT_EQ(0, ways[j].way(fd, family))
				TH_LOG("%s", ways[j].name);
			EXPECT_LE(DENIED, port_of(fd));
			denied += port_of(fd) < DENIED + 4;
			close(fd);
		}
		EXPECT_EQ(self->free, denied > 0)
			TH_LOG("%s took %u denied ports", ways[j].name, denied);
	}
}

/* Where there is no other port the call is refused, and leaves nothing. */
TEST_F(path, none_is_left)
{
	unsigned int i, j;
	int fd, family;

	ASSERT_EQ(0, choose_from("40000 40000"));
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED));
	for (i = 0; i < 2 * ARRAY_SIZE(ways); i++) {
		struct inet_addr other;

		j = i / 2;
		family = families[i % 2];
		other = loopback(family, DENIED + 1);
		fd = socket(family, ways[j].type, 0);
		ASSERT_LE(0, fd);
		EXPECT_EQ(REFUSED(EACCES), ways[j].way(fd, family))
			TH_LOG("%s", ways[j].name);
		EXPECT_EQ(self->free ? DENIED : 0, port_of(fd))
			TH_LOG("%s took port %u", ways[j].name, port_of(fd));
		if (!self->free)
			EXPECT_EQ(0, bind(fd, &other.sa, other.len));
		close(fd);
		/* Nobody has the port. */
		ASSERT_EQ(0, govern_leave());
		other = loopback(family, DENIED);
		fd = socket(family, ways[j].type, 0);
		EXPECT_EQ(0, bind(fd, &other.sa, other.len));
		close(fd);
		ASSERT_EQ(0, govern_enter(self->id));
	}
}

/* If no port is free, the answer is the kernel's own. */
TEST_F(path, all_are_taken)
{
	const struct inet_addr all = at("::", DENIED);
	unsigned int i, j;
	int fd, tcp, udp, wanted;

	ASSERT_EQ(0, choose_from("40000 40000"));
	ASSERT_EQ(0, deny_ports(self->id, DENIED + 1, DENIED + 1));
	ASSERT_EQ(0, govern_leave());
	tcp = socket(AF_INET6, SOCK_STREAM, 0);
	udp = socket(AF_INET6, SOCK_DGRAM, 0);
	ASSERT_EQ(0, bind(tcp, &all.sa, all.len));
	ASSERT_EQ(0, listen(tcp, 1));
	ASSERT_EQ(0, bind(udp, &all.sa, all.len));
	ASSERT_EQ(0, govern_enter(self->id));
	for (i = 0; i < 2 * ARRAY_SIZE(ways); i++) {
		j = i / 2;
		wanted = strncmp(ways[j].name, "bind", 4) &&
			 ways[j].type == SOCK_DGRAM ? -EAGAIN : -EADDRINUSE;
		fd = socket(families[i % 2], ways[j].type, 0);
		ASSERT_LE(0, fd);
		EXPECT_EQ(wanted, ways[j].way(fd, families[i % 2]))
			TH_LOG("%s", ways[j].name);
		EXPECT_EQ(0, port_of(fd));
		close(fd);
	}
	close(tcp);
	close(udp);
}

/* A rule on port 0 lets the kernel choose, but no port below 1024. */
TEST_F(path, low_ports)
{
	unsigned int i, j;
	int fd, family;

	ASSERT_EQ(0, choose_from("32768 60999"));
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_BIND, ANY, -EACCES);
	policy_address(PERSOCK_SECTION_BIND, "0.0.0.0/0", 0, 0, ANY, ALLOW);
	policy_address(PERSOCK_SECTION_BIND, "::/0", 0, 0, ANY, ALLOW);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < 2 * ARRAY_SIZE(ways); i++) {
		fd = socket(families[i % 2], ways[i / 2].type, 0);
		EXPECT_EQ(0, ways[i / 2].way(fd, families[i % 2]))
			TH_LOG("%s", ways[i / 2].name);
		EXPECT_LE(32768, port_of(fd));
		close(fd);
	}

	ASSERT_EQ(0, put_text("/proc/sys/net/ipv4/ip_unprivileged_port_start",
			      "80"));
	ASSERT_EQ(0, put_text("/proc/sys/net/ipv4/ip_local_port_range",
			      "80 80"));
	for (i = 0; i < 2 * ARRAY_SIZE(ways); i++) {
		j = i / 2;
		family = families[i % 2];
		fd = socket(family, ways[j].type, 0);
		EXPECT_EQ(REFUSED(EACCES), ways[j].way(fd, family))
			TH_LOG("%s", ways[j].name);
		EXPECT_EQ(self->free ? 80 : 0, port_of(fd));
		close(fd);
	}
}

/* Rules that deny all that there is to choose from leave the choice to port 0. */
TEST_F(path, every_port_but_0)
{
	struct inet_addr named = at("127.0.0.1", DENIED);
	unsigned int i;
	int fd;

	ASSERT_EQ(0, deny_ports(self->id, 1, 65535));
	for (i = 0; i < 2 * ARRAY_SIZE(ways); i++) {
		fd = socket(families[i % 2], ways[i / 2].type, 0);
		EXPECT_EQ(0, ways[i / 2].way(fd, families[i % 2]))
			TH_LOG("%s", ways[i / 2].name);
		close(fd);
	}
	fd = socket(AF_INET, SOCK_STREAM, 0);
	EXPECT_EQ(REFUSED(EACCES),
		  bind(fd, &named.sa, named.len) ? -errno : 0);
	close(fd);
}

/* A port that was bound by name, before, is not taken for the kernel's choice. */
TEST_F(path, named_before)
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
TEST_F(path, mptcp_keeps_it)
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

/* Protocols that take a port in sockets of their own, or otherwise than TCP. */
static const struct {
	const char *name;
	int type;
	int protocol;
} others[] = {
	{ "MPTCP", SOCK_STREAM, IPPROTO_MPTCP },
	{ "SCTP", SOCK_STREAM, IPPROTO_SCTP },
	{ "one-to-many SCTP", SOCK_SEQPACKET, IPPROTO_SCTP },
	{ "DCCP", SOCK_DCCP, IPPROTO_DCCP },
};

static int (*const other_ways[])(int fd, int family) = {
	by_bind, by_bind_any, by_listen,
};

/* What listens takes a port that it may have, as a socket of TCP does. */
TEST_F(path, others_chosen_often)
{
	unsigned int i, j, k, n, denied, failed;
	int fd, family;

	ASSERT_EQ(0, choose_from("40000 40007"));
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED + 3));
	for (i = 0; i < 2 * ARRAY_SIZE(others); i++) {
		j = i / 2;
		family = families[i % 2];
		for (k = 0; k < ARRAY_SIZE(other_ways); k++) {
			for (n = denied = failed = 0; n < 20; n++) {
				fd = socket(family, others[j].type,
					    others[j].protocol);
				if (fd < 0)
					break;
				/* What is bound may listen there as well. */
				failed += other_ways[k](fd, family) ||
					  listen(fd, 1) || port_of(fd) < DENIED;
				denied += port_of(fd) < DENIED + 4;
				close(fd);
			}
			EXPECT_EQ(0, failed)
				TH_LOG("%s, way %u was refused %u times",
				       others[j].name, k, failed);
			EXPECT_EQ(self->free && n, denied > 0)
				TH_LOG("%s, way %u took %u denied ports",
				       others[j].name, k, denied);
		}
		if (!n)
			TH_LOG("the kernel has no %s", others[j].name);
	}
}

/* SCTP keeps a port until what was connected to it is gone, and says EAGAIN. */
static int listen_when_free(int fd, int family)
{
	int i, err;

	for (i = 0; i < SOON_MS / 10; i++) {
		err = by_listen(fd, family);
		if (err != -EAGAIN)
			break;
		poll(NULL, 0, 10);
	}

	return err;
}

/* Where there is no other port nobody is served, whatever is left of the call. */
TEST_F(path, others_have_none_left)
{
	unsigned int i, j;
	int fd, peer, family;

	ASSERT_EQ(0, choose_from("40000 40000"));
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED));
	for (i = 0; i < 2 * ARRAY_SIZE(others); i++) {
		struct inet_addr to;

		j = i / 2;
		family = families[i % 2];
		to = loopback(family, DENIED);
		fd = socket(family, others[j].type, others[j].protocol);
		if (fd < 0)
			continue;
		EXPECT_EQ(REFUSED(EACCES), listen_when_free(fd, family))
			TH_LOG("%s", others[j].name);
		EXPECT_EQ(self->free, get_int(fd, SOL_SOCKET, SO_ACCEPTCONN))
			TH_LOG("%s", others[j].name);
		/* Once more, now that it may have a port. */
		EXPECT_EQ(REFUSED(EACCES), by_listen(fd, family));
		EXPECT_EQ(self->free, get_int(fd, SOL_SOCKET, SO_ACCEPTCONN));

		ASSERT_EQ(0, set_local_range("40100 40199"));
		peer = socket(family, others[j].type, others[j].protocol);
		EXPECT_EQ(self->free ? 0 : -ECONNREFUSED,
			  try_connect(peer, &to))
			TH_LOG("%s", others[j].name);
		close(peer);
		close(fd);
		ASSERT_EQ(0, set_local_range("40000 40000"));
	}
}

/* A rule on port 0 alone: what was bound by it may listen. */
TEST_F(path, listens_by_port_0)
{
	unsigned int i, j, k;
	int fd, family;

	ASSERT_EQ(0, choose_from("40000 40007"));
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_BIND, ANY, -EACCES);
	policy_address(PERSOCK_SECTION_BIND, "0.0.0.0/0", 0, 0, ANY, ALLOW);
	policy_address(PERSOCK_SECTION_BIND, "::/0", 0, 0, ANY, ALLOW);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < 2 * ARRAY_SIZE(others) + 2; i++) {
		j = i / 2;
		family = families[i % 2];
		for (k = 0; k < ARRAY_SIZE(other_ways); k++) {
			fd = j == ARRAY_SIZE(others) ?
			     socket(family, SOCK_STREAM, 0) :
			     socket(family, others[j].type, others[j].protocol);
			if (fd < 0)
				continue;
			EXPECT_EQ(0, other_ways[k](fd, family))
				TH_LOG("protocol %u, way %u", j, k);
			EXPECT_EQ(0, listen(fd, 1))
				TH_LOG("protocol %u, way %u", j, k);
			close(fd);
		}
	}
}

/*
 * A port that was chosen for a send stays with the socket where ports are
 * restricted: connecting it to nobody has the kernel choose no other one.
 */
TEST_F(path, kept)
{
	static int (*const sends[])(int fd, int family) = {
		by_sendto, by_send, by_splice, by_connect,
	};
	struct inet_addr none = { .sa.sa_family = AF_UNSPEC,
				  .len = sizeof(none.in6) };
	unsigned int i, j, port, restricted;
	int fd, family;

	ASSERT_EQ(0, choose_from("40000 40007"));
	for (restricted = 0; restricted < 2; restricted++) {
		for (i = 0; i < 2 * ARRAY_SIZE(sends); i++) {
			j = i / 2;
			family = families[i % 2];
			fd = socket(family, SOCK_DGRAM, 0);
			EXPECT_EQ(0, sends[j](fd, family));
			port = port_of(fd);
			EXPECT_LE(DENIED, port);
			EXPECT_EQ(0, try_connect(fd, &none));
			EXPECT_EQ(restricted && !self->free ? port : 0,
				  port_of(fd))
				TH_LOG("send %u", j);
			EXPECT_EQ(0, by_sendto(fd, family));
			EXPECT_LE(DENIED, port_of(fd));
			close(fd);
		}
		ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED + 3));
	}
}

/* UDP that is bound to an address, and to no port before it sends. */
TEST_F(path, address_without_port)
{
	struct inet_addr none = { .sa.sa_family = AF_UNSPEC,
				  .len = sizeof(none.in6) };
	unsigned int i, port, denied = 0, kept = 0;
	int fd, family;

	ASSERT_EQ(0, choose_from("40000 40007"));
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED + 3));
	for (i = 0; i < ROUNDS; i++) {
		family = families[i % 2];
		fd = socket(family, SOCK_DGRAM, 0);
		ASSERT_EQ(0, set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT,
				     1));
		EXPECT_EQ(0, by_bind(fd, family));
		/* Whether it has one now is all the same. */
		port = port_of(fd);
		denied += port && port < DENIED + 4;
		EXPECT_EQ(0, by_sendto(fd, family));
		port = port_of(fd);
		EXPECT_LE(DENIED, port);
		denied += port < DENIED + 4;
		EXPECT_EQ(0, try_connect(fd, &none));
		kept += port_of(fd) == port;
		close(fd);
	}
	EXPECT_EQ(self->free, denied > 0);
	EXPECT_EQ(self->free ? 0 : ROUNDS, kept);
}

/*
 * A bind to port 0 of a connected socket fails, and takes its peer from nobody:
 * not that of broadcast either, which stands for no peer while a port is judged.
 */
TEST_F(path, broadcast_stays_the_peer)
{
	struct sockaddr_in peer = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_BROADCAST),
	}, now = {};
	socklen_t len = sizeof(now);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED));
	ASSERT_EQ(0, set_int(fd, SOL_SOCKET, SO_BROADCAST, 1));
	ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2));
	ASSERT_EQ(0, connect(fd, (void *)&peer, sizeof(peer)));
	EXPECT_EQ(-EINVAL, by_bind(fd, AF_INET));
	ASSERT_EQ(0, getpeername(fd, (void *)&now, &len));
	EXPECT_EQ(peer.sin_addr.s_addr, now.sin_addr.s_addr);
	close(fd);
}

/* The port may be had for IPv6 alone: a socket that is IPv6 only remains so. */
TEST_F(path, ipv6_only)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };
	struct inet_addr any = at("::", DENIED);
	unsigned int i;
	int fd;

	/* Where nothing is restricted the option is as ever. */
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		fd = socket(AF_INET6, types[i], 0);
		EXPECT_EQ(0, set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
		EXPECT_EQ(0, set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0));
		EXPECT_EQ(0, get_int(fd, IPPROTO_IPV6, IPV6_V6ONLY));
		close(fd);
	}
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_BIND, ANY, -EPERM);
	policy_address(PERSOCK_SECTION_BIND, "0.0.0.0/0", DENIED, DENIED, ANY,
		       -EACCES);
	policy_prefix(PERSOCK_SECTION_BIND, "::/0", ALLOW);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		/* As a server of both families does. */
		fd = socket(AF_INET6, types[i], 0);
		EXPECT_EQ(0, set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0));
		EXPECT_EQ(0, get_int(fd, IPPROTO_IPV6, IPV6_V6ONLY));
		EXPECT_EQ(REFUSED(EACCES),
			  bind(fd, &any.sa, any.len) ? -errno : 0);
		close(fd);

		fd = socket(AF_INET6, types[i], 0);
		EXPECT_EQ(0, set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
		EXPECT_EQ(0, set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
		EXPECT_EQ(REFUSED(EPERM),
			  set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0));
		EXPECT_EQ(!self->free, get_int(fd, IPPROTO_IPV6, IPV6_V6ONLY));
		EXPECT_EQ(0, bind(fd, &any.sa, any.len));
		EXPECT_EQ(!self->free, get_int(fd, IPPROTO_IPV6, IPV6_V6ONLY));
		close(fd);
	}
}

int main(int argc, char **argv)
{
	static const char *const modules[] = {
		"sctp", "dccp_ipv4", "dccp_ipv6", NULL,
	};

	return path_main(argc, argv, modules);
}
