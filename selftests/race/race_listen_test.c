// SPDX-License-Identifier: GPL-2.0
/*
 * A listener that is closed while others accept from it, and sockets that are
 * closed while the kernel lists them (what ss does) and destroys them (ss -K).
 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <sys/un.h>

#include "race.h"
#include "same.h"

#ifndef SOCK_DESTROY
#define SOCK_DESTROY	21
#endif

/* The number; no other descriptor gets it by itself. */
#define PLACE		500
#define CLIENTS		4

static atomic_uint answered, refused, unexpected, foreign;

static void count(int n, const int *errnos)
{
	int err = errno;

	if (n >= 0) {
		answered++;
		return;
	}
	for (; *errnos; errnos++) {
		if (*errnos == err) {
			refused++;
			return;
		}
	}
	fprintf(stderr, "# unexpected: %s\n", strerror(err));
	unexpected++;
}

/* Of both, so that there was a race. */
static bool enough(void)
{
	return answered > 10 && refused > 10;
}

struct listening {
	int family;
	const char *personality;	/* of the listener; "" without one */
};

static void *accepting(void *data)
{
	static const int errnos[] = { EBADF, EAGAIN, EINVAL, ECONNABORTED, 0 };
	const struct listening *listening = data;
	char name[64];
	int fd;

	while (!race_over) {
		fd = accept4(PLACE, NULL, NULL, SOCK_NONBLOCK);
		count(fd, errnos);
		if (fd < 0)
			continue;
		if (!(answered % 4)) {
			race_field(fd, "persock_personality", name,
				   sizeof(name));
			foreign += strcmp(name, listening->personality) != 0;
		}
		close(fd);
	}

	return NULL;
}

/* Listens at PLACE and is connected to; then nobody is there to accept. */
static void listen_and_close(void *data)
{
	const struct listening *listening = data;
	time_t start = race_now();
	struct timeval patience = { .tv_usec = 20000 };
	unsigned int turn, i;

	for (turn = 0; race_on(start, enough()); turn++) {
		struct inet_addr inet = loopback(AF_INET, 0);
		sa_family_t automatic = AF_UNIX;
		bool is_unix = listening->family == AF_UNIX;
		struct sockaddr_storage name;
		socklen_t length = sizeof(name);
		int clients[CLIENTS];
		int fd = socket(listening->family, SOCK_STREAM, 0);

		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			   sizeof(patience));
		if (bind(fd, is_unix ? (void *)&automatic : (void *)&inet.sa,
			 is_unix ? sizeof(automatic) : inet.len) ||
		    listen(fd, CLIENTS) ||
		    getsockname(fd, (void *)&name, &length))
			unexpected++;
		dup2(fd, PLACE);
		close(fd);
		for (i = 0; i < CLIENTS; i++) {
			clients[i] = socket(listening->family,
					    SOCK_STREAM | SOCK_NONBLOCK, 0);
			connect(clients[i], (void *)&name, length);
		}
		for (i = turn % 8; i; i--)
			sched_yield();
		if (turn % 4 == 3)
			shutdown(PLACE, SHUT_RDWR);
		close(PLACE);
		for (i = 0; i < CLIENTS; i++)
			close(clients[i]);
	}
}

static void accept_race(struct __test_metadata *_metadata, enum govern_id id,
			int family)
{
	void *(*const others[])(void *) = { accepting, accepting, accepting };
	struct listening listening = { family, govern_personality(id) };
	long pins = memory_users();

	ASSERT_EQ(0, race_run(others, 3, listen_and_close, &listening));
	EXPECT_EQ(0, unexpected);
	EXPECT_EQ(0, foreign);
	EXPECT_TRUE(enough());
	race_expect_settled(_metadata, pins);
}

TEST_F(same, accept_tcp)
{
	accept_race(_metadata, variant->id, AF_INET);
}

TEST_F(same, accept_unix)
{
	accept_race(_metadata, variant->id, AF_UNIX);
}

/* A connection as the kernel's lists name it. */
struct pair {
	int protocol;
	struct inet_addr source, destination;
};

struct listed {
	struct pair steady[2];		/* TCP, UDP: open all the time */
	struct pair passing[2];		/* somebody closes them */
	pthread_mutex_t lock;		/* of @passing */
};

struct query {
	struct nlmsghdr header;
	union {
		struct inet_diag_req_v2 inet;
		struct unix_diag_req local;
	};
};

static struct query about(const struct pair *pair)
{
	struct query query = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(query.inet)),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
		.inet = {
			.sdiag_family = AF_INET,
			.sdiag_protocol = pair->protocol,
			.idiag_ext = 0xff,
			.idiag_states = ~0,
			.id = {
				.idiag_sport = pair->source.in.sin_port,
				.idiag_dport = pair->destination.in.sin_port,
				.idiag_cookie = { INET_DIAG_NOCOOKIE,
						  INET_DIAG_NOCOOKIE },
			},
		},
	};

	query.inet.id.idiag_src[0] = pair->source.in.sin_addr.s_addr;
	query.inet.id.idiag_dst[0] = pair->destination.in.sin_addr.s_addr;
	return query;
}

static struct query about_all(int protocol)
{
	struct query query = {
		.header = {
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
	};

	if (protocol) {
		query.header.nlmsg_len = NLMSG_LENGTH(sizeof(query.inet));
		query.inet.sdiag_family = AF_INET;
		query.inet.sdiag_protocol = protocol;
		query.inet.idiag_ext = 0xff;
		query.inet.idiag_states = ~0;
	} else {
		query.header.nlmsg_len = NLMSG_LENGTH(sizeof(query.local));
		query.local.sdiag_family = AF_UNIX;
		query.local.udiag_states = ~0;
		query.local.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER |
					 UDIAG_SHOW_ICONS | UDIAG_SHOW_RQLEN |
					 UDIAG_SHOW_MEMINFO;
	}
	return query;
}

/* How many sockets the answer lists, or -1 with the errno it ends with. */
static int ask(int fd, struct query *query)
{
	char answer[1 << 15];
	int sockets = 0;

	if (send(fd, query, query->header.nlmsg_len, 0) < 0)
		return -1;
	for (;;) {
		struct nlmsghdr *message = (void *)answer;
		int left = recv(fd, answer, sizeof(answer), 0);
		int err;

		if (left < 0)
			return -1;
		for (; NLMSG_OK(message, left);
		     message = NLMSG_NEXT(message, left)) {
			if (message->nlmsg_type == NLMSG_DONE)
				return sockets;
			sockets += message->nlmsg_type == SOCK_DIAG_BY_FAMILY;
			if (message->nlmsg_type != NLMSG_ERROR)
				continue;
			err = ((struct nlmsgerr *)NLMSG_DATA(message))->error;
			errno = -err;
			return err ? -1 : sockets;
		}
	}
}

static const int protocols[] = { IPPROTO_TCP, IPPROTO_UDP, 0 };

static int list_once(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		struct query query = about_all(protocols[i]);

		err |= ask(fd, &query) < 0 ? errno : 0;
	}
	close(fd);

	return err;
}

static void *listing(void *data)
{
	static const int none[] = { 0 };
	struct listed *listed = data;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
	unsigned int turn;

	for (turn = 0; !race_over; turn++) {
		struct query query = about_all(protocols[turn % 3]);

		count(ask(fd, &query), none);
		/* This one is not closed: the kernel always finds it. */
		query = about(&listed->steady[turn & 1]);
		if (ask(fd, &query) != 1)
			foreign++;
	}
	close(fd);

	return NULL;
}

/* Looked up, and every other time destroyed, or gone. */
static void *destroying(void *data)
{
	static const int errnos[] = { ENOENT, 0 };
	struct listed *listed = data;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
	unsigned int turn;

	for (turn = 0; !race_over; turn++) {
		struct query query;
		struct pair pair;

		pthread_mutex_lock(&listed->lock);
		pair = listed->passing[turn & 1];
		pthread_mutex_unlock(&listed->lock);
		query = about(&pair);
		if (turn & 2)
			query.header.nlmsg_type = SOCK_DESTROY;
		count(ask(fd, &query), errnos);
	}
	close(fd);

	return NULL;
}

static int name_pair(struct pair *pair, int protocol, int fd)
{
	socklen_t *from = &pair->source.len, *to = &pair->destination.len;

	pair->protocol = protocol;
	*from = sizeof(pair->source.in);
	*to = sizeof(pair->destination.in);
	return getsockname(fd, &pair->source.sa, from) ||
	       getpeername(fd, &pair->destination.sa, to);
}

static void pass_by(void *data)
{
	struct listed *listed = data;
	time_t start = race_now();
	struct pair pairs[2];
	struct tcp tcp;
	int udp[2], local[2];

	while (race_on(start, enough())) {
		if (tcp_open(&tcp, AF_INET) || udp_open(udp, AF_INET) ||
		    socketpair(AF_UNIX, SOCK_STREAM, 0, local)) {
			unexpected++;
			return;
		}
		/* It has not been named to anybody who would destroy it. */
		if (name_pair(&pairs[0], IPPROTO_TCP, tcp.client) ||
		    name_pair(&pairs[1], IPPROTO_UDP, udp[0]))
			unexpected++;
		pthread_mutex_lock(&listed->lock);
		memcpy(listed->passing, pairs, sizeof(pairs));
		pthread_mutex_unlock(&listed->lock);
		send(tcp.client, "t", 1, MSG_NOSIGNAL);
		send(udp[0], "u", 1, MSG_NOSIGNAL);
		send(local[0], "l", 1, MSG_NOSIGNAL);
		sched_yield();
		tcp_close(&tcp);
		close(udp[0]);
		close(udp[1]);
		close(local[0]);
		close(local[1]);
	}
}

TEST_F(same, listed)
{
	void *(*const others[])(void *) = { listing, listing, destroying };
	struct listed listed = { .lock = PTHREAD_MUTEX_INITIALIZER };
	long pins = memory_users();
	struct tcp tcp;
	int udp[2];

	/* The kernel loads what it lists them with when it is first asked. */
	ASSERT_EQ(0, list_once());
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	ASSERT_EQ(0, udp_open(udp, AF_INET));
	ASSERT_EQ(0, name_pair(&listed.steady[0], IPPROTO_TCP, tcp.client));
	ASSERT_EQ(0, name_pair(&listed.steady[1], IPPROTO_UDP, udp[0]));
	memcpy(listed.passing, listed.steady, sizeof(listed.passing));
	listed.passing[0].source.in.sin_port = htons(1);
	listed.passing[1].source.in.sin_port = htons(1);
	ASSERT_EQ(0, race_run(others, 3, pass_by, &listed));

	EXPECT_EQ(0, unexpected);
	EXPECT_EQ(0, foreign);
	EXPECT_TRUE(enough());
	/* What was listed all the time was not harmed. */
	EXPECT_EQ(1, passes(tcp.client, tcp.server));
	EXPECT_EQ(1, passes(udp[0], udp[1]));
	tcp_close(&tcp);
	close(udp[0]);
	close(udp[1]);
	race_expect_settled(_metadata, pins);
}

int main(int argc, char **argv)
{
	return same_main(argc, argv);
}
