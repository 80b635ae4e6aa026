// SPDX-License-Identifier: GPL-2.0
/*
 * Ways around a policy by getting rid of the router: no option and no change of
 * a connection's state takes it off a socket.
 */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "option.h"

#ifndef IPV6_ADDRFORM
#define IPV6_ADDRFORM 1
#endif
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* The upper layer of MPTCP's subflows is the kernel's own, for nobody. */
TEST_F(path, ulp_of_mptcp)
{
	static const int protocols[] = { IPPROTO_TCP, IPPROTO_MPTCP };
	int fd, err;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		fd = socket(AF_INET, SOCK_STREAM, protocols[i]);
		ASSERT_GE(fd, 0);
		err = set(fd, SOL_TCP, TCP_ULP, "mptcp", 5);
		/* MPTCP's own sockets have no layers at all. */
		EXPECT_EQ(i ? -ENOPROTOOPT : -EOPNOTSUPP,
			  i && err == -EOPNOTSUPP ? -ENOPROTOOPT : err)
			TH_LOG("protocol %d", protocols[i]);
		EXPECT_EQ(!self->free, govern_shown(fd));
		close(fd);
	}
}

/* A connection that is declared, and not made: its peer is judged as well. */
TEST_F(path, repair)
{
	struct inet_addr own = at("127.0.0.1", 0), no = at("127.0.0.2", 9);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct tcp_info info = { };
	socklen_t len = sizeof(info);

	policy_begin_open(self->id);
	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.2/32", -EACCES);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, set_int(fd, SOL_TCP, TCP_REPAIR, 1));
	ASSERT_EQ(0, bind(fd, &own.sa, own.len));
	EXPECT_EQ(REFUSED(EACCES), try_connect(fd, &no));
	ASSERT_EQ(0, getsockopt(fd, SOL_TCP, TCP_INFO, &info, &len));
	EXPECT_EQ(self->free ? TCP_ESTABLISHED : TCP_CLOSE, info.tcpi_state);
	close(fd);
}

static int form(int fd)
{
	return set_int(fd, SOL_IPV6, IPV6_ADDRFORM, AF_INET);
}

static void *form_often(void *arg)
{
	int i, *fd = arg;

	for (i = 0; i < 500; i++) {
		form(*fd);
		send(*fd, "x", 1, MSG_DONTWAIT);
	}

	return NULL;
}

/* UDP would become IPv4, without the router: also by four threads at once. */
TEST_F(path, addrform_of_udp)
{
	struct inet_addr v4, to;
	int receiver, fd, i, round;
	pthread_t threads[4];

	receiver = inet_bound(AF_INET, SOCK_DGRAM, 0, &v4);
	to = mapped(&v4);
	for (round = 0; round < 2; round++) {
		fd = socket(AF_INET6, SOCK_DGRAM, 0);
		ASSERT_EQ(0, try_connect(fd, &to));
		if (round == 0)
			EXPECT_EQ(REFUSED(ENOPROTOOPT), form(fd));
		for (i = 0; round && i < 4; i++) {
			ASSERT_EQ(0, pthread_create(&threads[i], NULL,
						    form_often, &fd));
		}
		for (i = 0; round && i < 4; i++)
			pthread_join(threads[i], NULL);
		EXPECT_EQ(self->free ? AF_INET : AF_INET6,
			  get_int(fd, SOL_SOCKET, SO_DOMAIN));
		EXPECT_EQ(!self->free, govern_shown(fd));
		close(fd);
	}
	close(receiver);
}

#define ROUNDS	12
#define LOOKS	100

static atomic_bool over;
static struct inet_addr peer;
static int victim;		/* what every thread works on */

static void *by_layer(void *unused)
{
	while (!over)
		set(victim, SOL_TCP, TCP_ULP, "tls", 3);
	return NULL;
}

static void *by_form(void *unused)
{
	while (!over)
		form(victim);
	return NULL;
}

static void *by_repair(void *unused)
{
	while (!over) {
		set_int(victim, SOL_TCP, TCP_REPAIR, 1);
		set_int(victim, SOL_TCP, TCP_REPAIR, -1);
	}
	return NULL;
}

static void *by_connections(void *unused)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	while (!over) {
		connect(victim, &none, sizeof(none));
		sendto(victim, "x", 1,
		       MSG_FASTOPEN | MSG_DONTWAIT | MSG_NOSIGNAL, &peer.sa,
		       peer.len);
		connect(victim, &none, sizeof(none));
		try_connect(victim, &peer);
	}
	return NULL;
}

/* As long as it takes, one looks whether the socket is governed. */
static void watch(int *shown, int *hidden, int *denied, int *allowed)
{
	static const int options[][2] = {
		{ SOL_SOCKET, SO_RCVBUF }, { SOL_TCP, TCP_MAXSEG },
	};
	int i, j;

	for (i = 0; i < LOOKS; i++) {
		(*(govern_shown(victim) ? shown : hidden))++;
		for (j = 0; j < 2; j++) {
			int value = get_int(victim, options[j][0],
					    options[j][1]);

			(*(value == -EPERM ? denied : allowed))++;
		}
	}
}

/* Everything that touches a socket's operations at once, over and over. */
TEST_F(path, router_stays)
{
	void *(*const ways[])(void *) = {
		by_layer, by_form, by_repair, by_connections,
	};
	int listener, shown = 0, hidden = 0, denied = 0, allowed = 0;
	pthread_t threads[ARRAY_SIZE(ways)];
	struct inet_addr addr;
	size_t round, i;

	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	peer = mapped(&addr);
	policy_begin_open(self->id);
	policy_option(PERSOCK_SECTION_OPTIONS_GET, PERSOCK_CLASS_INET,
		      SOL_SOCKET, SO_RCVBUF, -EPERM);
	policy_option(PERSOCK_SECTION_OPTIONS_GET, PERSOCK_CLASS_INET,
		      SOL_TCP, TCP_MAXSEG, -EPERM);
	ASSERT_EQ(0, policy_set());
	for (round = 0; round < ROUNDS; round++) {
		victim = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
		ASSERT_GE(victim, 0);
		try_connect(victim, &peer);
		over = false;
		for (i = 0; i < ARRAY_SIZE(ways); i++) {
			ASSERT_EQ(0, pthread_create(&threads[i], NULL,
						    ways[i], NULL));
		}
		watch(&shown, &hidden, &denied, &allowed);
		over = true;
		for (i = 0; i < ARRAY_SIZE(ways); i++)
			pthread_join(threads[i], NULL);
		watch(&shown, &hidden, &denied, &allowed);
		close(victim);
		/* Room for those that come. */
		while (wait_for(listener, POLLIN, 0) == POLLIN)
			close(accept(listener, NULL, NULL));
	}
	EXPECT_EQ(self->free ? 0 : ROUNDS * 2 * LOOKS, shown);
	EXPECT_EQ(self->free ? ROUNDS * 2 * LOOKS : 0, hidden);
	EXPECT_EQ(self->free ? 0 : ROUNDS * 4 * LOOKS, denied);
	EXPECT_EQ(self->free ? ROUNDS * 4 * LOOKS : 0, allowed);
	close(listener);
}

int main(int argc, char **argv)
{
	static const char *const modules[] = { "tls", NULL };

	return path_main(argc, argv, modules);
}
