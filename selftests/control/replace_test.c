// SPDX-License-Identifier: GPL-2.0
/*
 * A policy that is replaced under load: what is judged in one call is judged by
 * one policy, never by parts of two.
 *
 * One policy allows a flag and a peer, the other another flag and another peer.
 * No send may ever get through with the flag of one to the peer of the other.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

#include "harness.h"
#include "inet.h"
#include "policy.h"

#define THREADS		4
/* With PERSOCK_SOAK in the environment, else less than a third of them. */
#define REPLACEMENTS	10000
#define FEWER		3000

static const struct {
	int flag;
	const char *prefix;
	in_addr_t peer;
} sets[2] = {
	{ MSG_CONFIRM, "127.0.0.1/32", 0x7f000001 },
	{ MSG_DONTROUTE, "127.0.0.2/32", 0x7f000002 },
};

static atomic_bool over;
/* By flag and peer. */
static atomic_ulong passed[2][2], refused[2][2], unexpected;

static void *load(void *unused)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct inet_addr addr = loopback(AF_INET, 9);
	unsigned int turn = 0;

	while (!over) {
		unsigned int flag = turn & 1, peer = turn >> 1 & 1;
		int other = socket(AF_INET, SOCK_DGRAM, 0);
		ssize_t n;

		turn++;
		addr.in.sin_addr.s_addr = htonl(sets[peer].peer);
		n = sendto(fd, "x", 1, sets[flag].flag, &addr.sa, addr.len);
		if (n == 1)
			passed[flag][peer]++;
		else if (errno == EPERM || errno == EACCES)
			refused[flag][peer]++;
		else if (errno != ECONNREFUSED)
			unexpected++;
		if (connect(other, &addr.sa, addr.len) && errno != EACCES)
			unexpected++;
		close(other);
	}
	close(fd);

	return NULL;
}

static void choose(enum govern_id id, unsigned int set)
{
	policy_begin_open(id);
	policy_flags(PERSOCK_SECTION_FLAGS_SEND, PERSOCK_CLASS_INET,
		     sets[!set].flag, -EPERM);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_prefix(PERSOCK_SECTION_CONNECT, sets[set].prefix, ALLOW);
}

FIXTURE(replace)
{
	pthread_t threads[THREADS];
};

GOVERNED_VARIANTS(replace, NATIVE, HOSTINET);

FIXTURE_SETUP(replace)
{
	if (variant->id != UNGOVERNED)
		ASSERT_EQ(0, policy_open());
	govern_setup(_metadata, variant->id);
}

FIXTURE_TEARDOWN(replace)
{
}

TEST_F_TIMEOUT(replace, one_policy_judges_a_call, 300)
{
	unsigned int rounds = getenv("PERSOCK_SOAK") ? REPLACEMENTS : FEWER;
	unsigned int i;

	if (variant->id == UNGOVERNED)
		rounds = 100;
	else if (slow_kernel())
		rounds = REPLACEMENTS / 10;
	choose(variant->id, 0);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_create(&self->threads[i], NULL, load,
					    NULL));
	for (i = 1; i <= rounds; i++) {
		choose(variant->id, i & 1);
		ASSERT_EQ(0, policy_set());
		if (variant->id == UNGOVERNED)
			usleep(1000);
	}
	over = true;
	for (i = 0; i < THREADS; i++)
		pthread_join(self->threads[i], NULL);

	EXPECT_EQ(0, unexpected);
	EXPECT_LT(0, passed[0][0]);
	EXPECT_LT(0, passed[1][1]);
	if (variant->id == UNGOVERNED) {
		EXPECT_LT(0, passed[0][1]);
		EXPECT_LT(0, passed[1][0]);
	} else {
		EXPECT_EQ(0, passed[0][1]);
		EXPECT_EQ(0, passed[1][0]);
		EXPECT_LT(0, refused[0][1]);
		EXPECT_LT(0, refused[1][0]);
	}
}

/*
 * Two layers that are replaced in one batch: the outer one allows a flag, the
 * inner one a peer. No send may get through with the flag of one stack to the
 * peer of the other.
 */
FIXTURE(replace_layers)
{
	pthread_t threads[THREADS];
	char path[PATH_MAX];
};

FIXTURE_VARIANT(replace_layers)
{
	enum govern_id outer, inner;
};

FIXTURE_VARIANT_ADD(replace_layers, native)
{
	.outer = NATIVE,
	.inner = GVISOR_NATIVE,
};

FIXTURE_VARIANT_ADD(replace_layers, hostinet)
{
	.outer = HOSTINET,
	.inner = GVISOR_HOSTINET,
};

FIXTURE_SETUP(replace_layers)
{
	ASSERT_EQ(0, policy_open());
	govern_setup(_metadata, variant->outer);
	if (_metadata->exit_code)
		return;
	ASSERT_GT(sizeof(self->path),
		  snprintf(self->path, sizeof(self->path), "%s/inner",
			   govern_path(variant->outer)));
	ASSERT_EQ(0, mkdir(self->path, 0755));
	ASSERT_EQ(0, policy_attach_path(self->path,
					govern_personality(variant->inner)));
	ASSERT_EQ(0, govern_enter_path(self->path));
}

FIXTURE_TEARDOWN(replace_layers)
{
	govern_leave();
	rmdir(self->path);
}

static int choose_both(enum govern_id outer, enum govern_id inner,
		       unsigned int set)
{
	int err;

	policy_begin_open(outer);
	policy_flags(PERSOCK_SECTION_FLAGS_SEND, PERSOCK_CLASS_INET,
		     sets[!set].flag, -EPERM);
	policy_hold();
	err = policy_set();
	if (err)
		return err;
	policy_begin_open(inner);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_prefix(PERSOCK_SECTION_CONNECT, sets[set].prefix, ALLOW);
	policy_hold();
	err = policy_set();

	return err ? err : policy_commit();
}

TEST_F_TIMEOUT(replace_layers, one_stack_judges_a_call, 300)
{
	unsigned int rounds = getenv("PERSOCK_SOAK") ? REPLACEMENTS : FEWER;
	unsigned int i;

	if (slow_kernel())
		rounds = REPLACEMENTS / 10;
	ASSERT_EQ(0, choose_both(variant->outer, variant->inner, 0));
	for (i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_create(&self->threads[i], NULL, load,
					    NULL));
	for (i = 1; i <= rounds / 2; i++)
		ASSERT_EQ(0, choose_both(variant->outer, variant->inner,
					 i & 1));
	over = true;
	for (i = 0; i < THREADS; i++)
		pthread_join(self->threads[i], NULL);

	EXPECT_EQ(0, unexpected);
	EXPECT_LT(0, passed[0][0]);
	EXPECT_LT(0, passed[1][1]);
	EXPECT_EQ(0, passed[0][1]);
	EXPECT_EQ(0, passed[1][0]);
	EXPECT_LT(0, refused[0][1]);
	EXPECT_LT(0, refused[1][0]);
}

int main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE | 1 << HOSTINET | 1 << GVISOR_NATIVE |
		       1 << GVISOR_HOSTINET);
	return test_harness_run(argc, argv);
}
