// SPDX-License-Identifier: GPL-2.0
/*
 * Operations that go straight through: a policy that begins to restrict one
 * does so at once on sockets whose calls it did not see before, and back; and
 * allowed messages and options are counted if the policy says so.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "counters.h"
#include "harness.h"
#include "inet.h"
#include "policy.h"

/* The policies of a live socket take turns this often. */
#define ROUNDS 20

#define KINDS 3

FIXTURE(straight)
{
	enum govern_id id;
	struct tcp tcp;
	int fds[KINDS][2];	/* TCP, UDP, AF_UNIX */
};

GOVERNED_VARIANTS(straight, NATIVE, HOSTINET);

FIXTURE_SETUP(straight)
{
	self->id = variant->id;
	if (variant->id != UNGOVERNED)
		ASSERT_EQ(0, policy_open());
	policy_begin_open(variant->id);
	ASSERT_EQ(0, policy_set());
	govern_setup(_metadata, variant->id);
	if (_metadata->exit_code)
		return;
	ASSERT_EQ(0, tcp_open(&self->tcp, AF_INET));
	self->fds[0][0] = self->tcp.client;
	self->fds[0][1] = self->tcp.server;
	ASSERT_EQ(0, udp_open(self->fds[1], AF_INET));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, self->fds[2]));
}

FIXTURE_TEARDOWN(straight)
{
	int i;

	tcp_close(&self->tcp);
	for (i = 1; i < KINDS; i++) {
		close(self->fds[i][0]);
		close(self->fds[i][1]);
	}
}

#define REFUSED(err) (self->id == UNGOVERNED ? 0 : -(err))

/* A byte each way, with or without a flag: 0 or -errno. */
static int pass(const int fds[2], int send_flags, int receive_flags)
{
	char byte;

	if (send(fds[0], "x", 1, send_flags) != 1)
		return -errno;
	if (recv(fds[1], &byte, 1, receive_flags) != 1)
		return -errno;

	return 0;
}

/* Read what a receive that was refused has left. */
static void drain(const int fds[2])
{
	char byte;

	recv(fds[1], &byte, 1, 0);
}

/* Each flag is judged from the next call on, on the same sockets. */
TEST_F(straight, flags)
{
	int round, kind;

	for (round = 0; round < ROUNDS; round++) {
		for (kind = 0; kind < KINDS; kind++)
			EXPECT_EQ(0, pass(self->fds[kind], MSG_NOSIGNAL,
					  MSG_WAITALL));

		policy_begin_open(self->id);
		policy_default(PERSOCK_SECTION_FLAGS_SEND, ANY, -EPERM);
		ASSERT_EQ(0, policy_set());
		for (kind = 0; kind < KINDS; kind++) {
			EXPECT_EQ(0, pass(self->fds[kind], 0, MSG_WAITALL));
			EXPECT_EQ(REFUSED(EPERM),
				  pass(self->fds[kind], MSG_NOSIGNAL, 0));
		}

		policy_begin_open(self->id);
		policy_default(PERSOCK_SECTION_FLAGS_RECEIVE, ANY, -EPERM);
		ASSERT_EQ(0, policy_set());
		for (kind = 0; kind < KINDS; kind++) {
			EXPECT_EQ(0, pass(self->fds[kind], MSG_NOSIGNAL, 0));
			EXPECT_EQ(REFUSED(EPERM), pass(self->fds[kind], 0,
						       MSG_WAITALL));
			if (self->id != UNGOVERNED)
				drain(self->fds[kind]);
		}

		policy_begin_open(self->id);
		ASSERT_EQ(0, policy_set());
	}
}

/* The same of options, and of those that are special on every socket. */
TEST_F(straight, options)
{
	int round, fd = self->tcp.client;

	for (round = 0; round < ROUNDS; round++) {
		EXPECT_EQ(0, set_int(fd, SOL_TCP, TCP_NODELAY, 1));
		EXPECT_EQ(1, get_int(fd, SOL_TCP, TCP_NODELAY));
		EXPECT_EQ(0, set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1));

		policy_begin_open(self->id);
		policy_default(PERSOCK_SECTION_OPTIONS_SET, ANY, -EPERM);
		policy_option(PERSOCK_SECTION_OPTIONS_GET, ANY, SOL_TCP,
			      TCP_NODELAY, -EACCES);
		ASSERT_EQ(0, policy_set());
		EXPECT_EQ(REFUSED(EPERM), set_int(fd, SOL_TCP, TCP_NODELAY, 1));
		EXPECT_EQ(REFUSED(EPERM), set_int(fd, SOL_SOCKET, SO_KEEPALIVE,
						  1));
		EXPECT_EQ(self->id == UNGOVERNED ? 1 : -EACCES,
			  get_int(fd, SOL_TCP, TCP_NODELAY));
		EXPECT_EQ(1, get_int(fd, SOL_SOCKET, SO_KEEPALIVE));

		policy_begin_open(self->id);
		ASSERT_EQ(0, policy_set());
	}
}

/* A peer that is not allowed any more: a send names it on an open socket. */
TEST_F(straight, peers)
{
	struct inet_addr peer = self->tcp.addr;
	int round, fd = socket(AF_INET, SOCK_DGRAM, 0);

	ASSERT_LE(0, fd);
	for (round = 0; round < ROUNDS; round++) {
		EXPECT_EQ(1, sendto(fd, "x", 1, 0, &peer.sa, peer.len));

		policy_begin_open(self->id);
		policy_default(PERSOCK_SECTION_CONNECT, ANY, -EPERM);
		ASSERT_EQ(0, policy_set());
		EXPECT_EQ(self->id == UNGOVERNED ? 1 : -1,
			  sendto(fd, "x", 1, 0, &peer.sa, peer.len));
		/* The peer of an open connection was judged. */
		EXPECT_EQ(0, pass(self->fds[0], 0, 0));

		policy_begin_open(self->id);
		ASSERT_EQ(0, policy_set());
	}
	close(fd);
}

static void take_turns(const int fds[2], int fd)
{
	int i;

	for (i = 0; i < 5; i++) {
		pass(fds, 0, 0);
		get_int(fd, SOL_TCP, TCP_NODELAY);
		set_int(fd, SOL_TCP, TCP_NODELAY, 1);
	}
}

/*
 * Counted if the policy says so, or only audits. What is denied is counted
 * always.
 */
TEST_F(straight, counters)
{
	static const struct {
		bool full;
		enum persock_mode mode;
		int counted;
	} cases[] = {
		{ false, PERSOCK_MODE_ENFORCE, 0 },
		{ true, PERSOCK_MODE_ENFORCE, 5 },
		{ false, PERSOCK_MODE_AUDIT, 5 },
		{ false, PERSOCK_MODE_ENFORCE, 0 },
	};
	static const enum operation operations[] = {
		SENDMSG, RECVMSG, GETSOCKOPT, SETSOCKOPT,
	};
	struct tally before;
	unsigned int i, j;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		policy_begin_open(self->id);
		policy_mode(cases[i].mode);
		if (cases[i].full)
			policy_count_fully();
		ASSERT_EQ(0, policy_set());
		if (self->id == UNGOVERNED) {
			EXPECT_EQ(0, pass(self->fds[0], 0, 0));
			continue;
		}
		ASSERT_EQ(0, read_tally(self->id, &before));
		take_turns(self->fds[0], self->tcp.client);
		for (j = 0; j < 4; j++)
			EXPECT_EQ(cases[i].counted,
				  (int)counts_since(self->id, &before,
						    operations[j]).allowed)
				TH_LOG("case %u: %s", i,
				       operation_names[operations[j]]);
	}
	if (self->id == UNGOVERNED)
		return;

	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_FLAGS_SEND, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, read_tally(self->id, &before));
	EXPECT_EQ(-EPERM, pass(self->fds[0], MSG_NOSIGNAL, 0));
	EXPECT_EQ(1, (int)counts_since(self->id, &before, SENDMSG).denied);
}

int main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE | 1 << HOSTINET);
	return test_harness_run(argc, argv);
}
