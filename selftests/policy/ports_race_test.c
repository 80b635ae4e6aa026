// SPDX-License-Identifier: GPL-2.0
/*
 * Ports that a socket would have for a moment only. The kernel chooses a port and
 * lets go of the sock's lock before its choice is judged: whoever takes the lock
 * then, and sleeps with it, keeps the socket as it is for as long as it likes.
 * And a thread that takes the port off lets the kernel choose once more.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "inet.h"
#include "late.h"
#include "ports.h"
#include "path.h"

#ifndef TCP_FASTOPEN_KEY
#define TCP_FASTOPEN_KEY 33
#endif

/* MPTCP reads the value of few options with its lock; this is one, since 6.2. */
static int linger_mptcp(int fd, struct late *late)
{
	return setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_KEY, late->page, 16) ?
	       -errno : 0;
}

/* Does a socket of UDP have one of these ports, in our network namespace? */
static bool bound_between(const char *table, unsigned int first,
			  unsigned int last)
{
	FILE *file = fopen(table, "r");
	char line[512];
	unsigned int port;
	bool found = false;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %*d: %*[0-9A-F]:%x", &port) == 1)
			found |= first <= port && port <= last;
	}
	if (file)
		fclose(file);

	return found;
}

static bool has_port(int fd, unsigned int first, unsigned int last)
{
	return bound_between("/proc/self/net/udp", first, last) ||
	       bound_between("/proc/self/net/udp6", first, last);
}

/* The lock is not needed to ask. */
static bool accepts(int fd, unsigned int first, unsigned int last)
{
	return get_int(fd, SOL_SOCKET, SO_ACCEPTCONN) == 1;
}

/* A call that brings a port, and what of it others can see or use. */
static const struct held {
	const char *name;
	int type;
	int protocol;
	int (*hold)(int fd, struct late *late);
	int (*way)(int fd, int family);
	bool (*seen)(int fd, unsigned int first, unsigned int last);
} held[] = {
	{ "bind of UDP", SOCK_DGRAM, 0, late_linger, by_bind, has_port },
	{ "bind to any of UDP", SOCK_DGRAM, 0, late_linger, by_bind_any,
	  has_port },
	{ "listen", SOCK_STREAM, 0, late_linger, by_listen, accepts },
	{ "listen of MPTCP", SOCK_STREAM, IPPROTO_MPTCP, linger_mptcp,
	  by_listen, accepts },
	{ "listen of SCTP", SOCK_STREAM, IPPROTO_SCTP, late_linger, by_listen,
	  accepts },
	{ "listen of one-to-many SCTP", SOCK_SEQPACKET, IPPROTO_SCTP,
	  late_linger, by_listen, accepts },
	{ "listen of DCCP", SOCK_DCCP, IPPROTO_DCCP, late_linger, by_listen,
	  accepts },
};

/* How often the lock changes hands in a call, at most. */
#define TURNS	8

/* One of the calls that are made of a socket. */
struct turn {
	int fd;
	int family;
	const struct held *held;
	struct late late;
	struct call call;
};

static int hold_in_turn(void *data)
{
	struct turn *turn = data;

	return turn->held->hold(turn->fd, &turn->late);
}

static int way_in_turn(void *data)
{
	struct turn *turn = data;

	return turn->held->way(turn->fd, turn->family);
}

/*
 * A thread has the lock, the call waits for it, and another thread waits to have
 * it next: once that has it, the call has gone as far as it goes until it needs
 * the lock again. So it goes on until the call has ended.
 *
 * Return: 1: a socket was seen with one of these ports; 0: none; -1: the kernel
 * has no such socket, or no such option. @err: what the call has returned.
 */
static int while_held(const struct held *held, int family, unsigned int first,
		      unsigned int last, int *err)
{
	int fd = socket(family, held->type, held->protocol), seen = 0, i;
	struct turn caller = { .fd = fd, .family = family, .held = held };
	struct turn turns[TURNS] = { };

	if (fd < 0)
		return -1;
	for (i = 0; i < TURNS; i++) {
		turns[i].fd = fd;
		turns[i].held = held;
		if (late_open(&turns[i].late))
			return -1;
	}
	if (call_first(&turns[0].call, hold_in_turn, &turns[0]))
		return -1;
	if (!sleeps(turns[0].call.tid)) {
		call_end(&turns[0].call);
		seen = -1;
		goto out;
	}
	if (call_begin(&caller.call, way_in_turn, &caller))
		return -1;
	for (i = 1; i < TURNS && blocked(caller.call.tid); i++) {
		if (call_first(&turns[i].call, hold_in_turn, &turns[i]))
			return -1;
		blocked(turns[i].call.tid);
		late_arrives(&turns[i - 1].late, "", 1);
		call_end(&turns[i - 1].call);
		if (!sleeps(turns[i].call.tid))
			return -1;
		seen |= held->seen(fd, first, last);
	}
	late_arrives(&turns[i - 1].late, "", 1);
	call_end(&turns[i - 1].call);
	*err = call_end(&caller.call);
out:
	for (i = 0; i < TURNS; i++)
		late_close(&turns[i].late);
	close(fd);

	return seen;
}

/* With no port to choose but one that is denied nobody ever has it. */
TEST_F(path, held)
{
	unsigned int i;
	int seen, err;

	if (late_missing())
		SKIP(return, "the kernel has no userfaultfd");
	ASSERT_EQ(0, choose_from("40000 40000"));
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED));
	ASSERT_EQ(0, one_processor());
	for (i = 0; i < 2 * ARRAY_SIZE(held); i++) {
		seen = while_held(&held[i / 2], families[i % 2], DENIED, DENIED,
				  &err);
		if (seen < 0) {
			TH_LOG("not on this kernel: %s", held[i / 2].name);
			EXPECT_LT(0, held[i / 2].protocol);
			continue;
		}
		EXPECT_EQ(self->free, seen)
			TH_LOG("%s", held[i / 2].name);
		EXPECT_EQ(REFUSED(EACCES), err)
			TH_LOG("%s", held[i / 2].name);
	}
}

/* With other ports to choose it has one of these, and no other before. */
TEST_F(path, held_often)
{
	unsigned int i, denied = 0;
	int err;

	if (late_missing())
		SKIP(return, "the kernel has no userfaultfd");
	ASSERT_EQ(0, choose_from("40000 40007"));
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED + 5));
	ASSERT_EQ(0, one_processor());
	for (i = 0; i < 8; i++) {
		denied += while_held(&held[0], families[i % 2], DENIED,
				     DENIED + 5, &err) == 1;
		EXPECT_EQ(0, err);
	}
	EXPECT_EQ(self->free, denied > 0)
		TH_LOG("%u of %u sockets were seen with a denied port", denied,
		       i);
}

static int set_only(void *data)
{
	return set_int(*(int *)data, IPPROTO_IPV6, IPV6_V6ONLY, 1);
}

static int set_both(void *data)
{
	return set_int(*(int *)data, IPPROTO_IPV6, IPV6_V6ONLY, 0);
}

static int bind_denied(void *data)
{
	struct inet_addr any = at("::", DENIED);

	return bind(*(int *)data, &any.sa, any.len) ? -errno : 0;
}

/* Whether what is sent to the port over IPv4 arrives; else it is logged. */
static bool serves_ipv4(int fd)
{
	struct inet_addr to = at("127.0.0.1", DENIED);
	int client = socket(AF_INET, SOCK_DGRAM, 0);
	struct pollfd polled[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = client, .events = POLLIN },
	};

	try_connect(client, &to);
	send(client, "x", 1, 0);
	poll(polled, ARRAY_SIZE(polled), SOON_MS);
	close(client);

	return polled[0].revents & POLLIN;
}

/*
 * The port may be had for IPv6 alone. The socket is IPv6 only when that is
 * judged, and an option that was begun before it was so comes in between.
 */
TEST_F(path, ipv6_only_held)
{
	static const struct held linger = { .hold = late_linger };
	struct turn turns[3] = { };
	struct call only, both, bound;
	unsigned int i;
	int fd;

	if (late_missing())
		SKIP(return, "the kernel has no userfaultfd");
	ASSERT_EQ(0, choose_from("40100 40199"));
	policy_begin_open(self->id);
	policy_address(PERSOCK_SECTION_BIND, "0.0.0.0/0", DENIED, DENIED, ANY,
		       -EACCES);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, one_processor());
	fd = socket(AF_INET6, SOCK_DGRAM, 0);
	for (i = 0; i < ARRAY_SIZE(turns); i++) {
		turns[i].fd = fd;
		turns[i].held = &linger;
		ASSERT_EQ(0, late_open(&turns[i].late));
	}

	/* Who has the lock, and who waits for it, in this order. */
	ASSERT_EQ(0, call_first(&turns[0].call, hold_in_turn, &turns[0]));
	ASSERT_TRUE(sleeps(turns[0].call.tid));
	ASSERT_EQ(0, call_begin(&only, set_only, &fd));
	ASSERT_TRUE(blocked(only.tid));
	ASSERT_EQ(0, call_first(&turns[1].call, hold_in_turn, &turns[1]));
	ASSERT_TRUE(blocked(turns[1].call.tid));
	/* It may be over already, as there is nothing to do. */
	ASSERT_EQ(0, call_begin(&both, set_both, &fd));
	blocked(both.tid);

	EXPECT_EQ(0, late_arrives(&turns[0].late, "", 1));
	EXPECT_EQ(0, call_end(&turns[0].call));
	ASSERT_TRUE(sleeps(turns[1].call.tid));
	EXPECT_EQ(0, call_end(&only));
	ASSERT_EQ(0, call_begin(&bound, bind_denied, &fd));
	blocked(bound.tid);
	ASSERT_EQ(0, call_first(&turns[2].call, hold_in_turn, &turns[2]));
	blocked(turns[2].call.tid);

	EXPECT_EQ(0, late_arrives(&turns[1].late, "", 1));
	EXPECT_EQ(0, call_end(&turns[1].call));
	ASSERT_TRUE(sleeps(turns[2].call.tid));
	EXPECT_EQ(self->free, serves_ipv4(fd));
	EXPECT_EQ(0, late_arrives(&turns[2].late, "", 1));
	EXPECT_EQ(0, call_end(&turns[2].call));
	call_end(&both);
	call_end(&bound);
	EXPECT_EQ(self->free, serves_ipv4(fd));
	for (i = 0; i < ARRAY_SIZE(turns); i++)
		late_close(&turns[i].late);
	close(fd);
}

#define TRIES	5000

static int racing, over, found;

static void look(int fd)
{
	unsigned int port = port_of(fd);

	if (port && port < DENIED + 6)
		__atomic_store_n(&found, 1, __ATOMIC_RELAXED);
}

static void *take_off(void *unused)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int fd;

	while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		fd = __atomic_load_n(&racing, __ATOMIC_RELAXED);
		look(fd);
		connect(fd, &none, sizeof(none));
	}

	return NULL;
}

/* Whether a denied port is seen while a thread takes the port off; or -1. */
static int seen_denied(int (*way)(int fd, int family))
{
	pthread_t thread;
	int i, fd = -1;

	racing = -1;
	over = 0;
	found = 0;
	if (pthread_create(&thread, NULL, take_off, NULL))
		return -1;
	for (i = 0; i < TRIES && !__atomic_load_n(&found, __ATOMIC_RELAXED);
	     i++) {
		/* One that has kept its port does not get another. */
		if (i % 64 == 0) {
			__atomic_store_n(&racing, socket(AF_INET, SOCK_DGRAM, 0),
					 __ATOMIC_RELAXED);
			close(fd);
			fd = racing;
		}
		way(fd, AF_INET);
		look(fd);
	}
	__atomic_store_n(&over, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	close(fd);

	return found;
}

/* A port that is taken off just before the kernel needs one, see ports_test kept. */
TEST_F(path, taken_off)
{
	ASSERT_EQ(0, choose_from("40000 40007"));
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED + 5));
	EXPECT_EQ(self->free, seen_denied(by_sendto));
	EXPECT_EQ(self->free, seen_denied(by_connect));
}

/* Have the port, and do not have it. */
static void take_turns(const struct inet_addr *addr)
{
	int fd;

	while (1) {
		fd = socket(addr->sa.sa_family, SOCK_DGRAM, 0);
		bind(fd, &addr->sa, addr->len);
		close(fd);
	}
}

#define LOOKS		600

/* A port that becomes free after a first look has found none. */
TEST_F(path, freed_meanwhile)
{
	const struct inet_addr addr = loopback(AF_INET, DENIED);
	unsigned int i, others = 0, found = 0;
	pid_t other;
	int fd, err;

	ASSERT_EQ(0, choose_from("40000 40000"));
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED));
	ASSERT_EQ(0, govern_leave());
	other = fork();
	if (!other)
		take_turns(&addr);
	ASSERT_LT(0, other);
	ASSERT_EQ(0, govern_enter(self->id));
	for (i = 0; i < LOOKS; i++) {
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		err = i & 1 ? by_connect(fd, AF_INET) : by_sendto(fd, AF_INET);
		others += err != -EAGAIN && err != REFUSED(EACCES);
		found += port_of(fd) == DENIED;
		close(fd);
	}
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	EXPECT_EQ(0, others);
	EXPECT_EQ(self->free, found > 0)
		TH_LOG("%u of %u sockets", found, LOOKS);
}

/* Send to each of the denied ports, again and again. */
static void flood(const struct inet_addr *denied, unsigned int nr)
{
	int fds[] = { socket(AF_INET, SOCK_DGRAM, 0),
		      socket(AF_INET6, SOCK_DGRAM, 0) };
	unsigned int i;

	for (i = 0; ; i = (i + 1) % nr)
		sendto(fds[denied[i].sa.sa_family == AF_INET6], "!", 1,
		       MSG_DONTWAIT, &denied[i].sa, denied[i].len);
}

#define NR_DENIED	8
#define CHOICES		150

/*
 * A socket of UDP receives without its lock, from the moment at which it has a
 * port. What others send to a denied port does not arrive while the kernel's
 * choice is judged.
 */
TEST_F(path, received_meanwhile)
{
	static const struct {
		const char *name;
		int (*way)(int fd, int family);
	} udp[] = {
		{ "bind", by_bind }, { "bind to any", by_bind_any },
		{ "connect", by_connect }, { "sendto", by_sendto },
	};
	struct inet_addr denied[2 * NR_DENIED];
	unsigned int i, n, received = 0;
	pid_t sender;
	int fd, err;
	char byte;

	ASSERT_EQ(0, choose_from("40000 40009"));
	ASSERT_EQ(0, deny_ports(self->id, DENIED, DENIED + NR_DENIED - 1));
	for (i = 0; i < ARRAY_SIZE(denied); i++)
		denied[i] = loopback(families[i % 2], DENIED + i / 2);
	ASSERT_EQ(0, govern_leave());
	sender = fork();
	if (!sender)
		flood(denied, ARRAY_SIZE(denied));
	ASSERT_LT(0, sender);
	ASSERT_EQ(0, govern_enter(self->id));

	for (i = 0; i < 2 * ARRAY_SIZE(udp); i++) {
		for (n = 0; n < (self->free ? CHOICES / 10 : CHOICES); n++) {
			fd = socket(families[i % 2], SOCK_DGRAM, 0);
			err = udp[i / 2].way(fd, families[i % 2]);
			/* Now and then all that the kernel chooses are denied. */
			EXPECT_TRUE(!err || (!self->free && err == -EACCES));
			/* Who may have the port receives what is sent to it. */
			if (self->free)
				wait_for(fd, POLLIN, 10);
			received += recv(fd, &byte, 1, MSG_DONTWAIT) == 1;
			close(fd);
		}
		if (!self->free)
			EXPECT_EQ(0, received)
				TH_LOG("%s", udp[i / 2].name);
	}
	EXPECT_EQ(self->free, received > 0);
	kill(sender, SIGKILL);
	EXPECT_EQ(sender, waitpid(sender, NULL, 0));
}

int main(int argc, char **argv)
{
	static const char *const modules[] = {
		"sctp", "dccp_ipv4", "dccp_ipv6", NULL,
	};

	return path_main(argc, argv, modules);
}
