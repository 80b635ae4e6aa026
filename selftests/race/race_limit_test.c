// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks of three cgroups race for the last places of a limit on the outermost
 * one: as many get one as there are, neither more nor fewer, whatever sockets
 * the cgroups have had before, and whether these were limited.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "policy.h"
#include "race.h"

#define TASKS	3
#define PLACES	8
#define ROUNDS	150

/* What the tasks share. */
struct round {
	pthread_barrier_t barrier;
	atomic_uint taken, strange;
	atomic_bool listens;
};

FIXTURE(race_limit)
{
	char path[TASKS][PATH_MAX + 64];
	struct round *round;
	long pins;
};

FIXTURE_VARIANT(race_limit)
{
	enum govern_id outer, inner;
};

FIXTURE_VARIANT_ADD(race_limit, native)
{
	.outer = NATIVE,
	.inner = GVISOR_NATIVE,
};

FIXTURE_VARIANT_ADD(race_limit, hostinet)
{
	.outer = HOSTINET,
	.inner = GVISOR_HOSTINET,
};

/* The task of one cgroup. The parent takes part in the barriers. */
static int race(struct round *round, const char *path, unsigned int task)
{
	int fds[PLACES], nr, i, turn;

	if (govern_enter_path(path))
		return 1;
	for (turn = 0; turn < ROUNDS; turn++) {
		pthread_barrier_wait(&round->barrier);
		for (nr = 0; nr < PLACES; nr++) {
			fds[nr] = socket(AF_INET, SOCK_DGRAM, 0);
			if (fds[nr] < 0)
				break;
			round->taken++;
		}
		if (nr < PLACES && errno != EMFILE)
			round->strange++;
		pthread_barrier_wait(&round->barrier);
		/* Nobody closes any while they are compared. */
		pthread_barrier_wait(&round->barrier);
		for (i = 0; i < nr; i++)
			close(fds[i]);
		/* Places come and go between, in another cgroup each time. */
		if ((turn + task) % 3 == 0) {
			fds[0] = socket(AF_INET, SOCK_DGRAM, 0);
			if (fds[0] >= 0)
				close(fds[0]);
		}
		pthread_barrier_wait(&round->barrier);
	}

	return 0;
}

/* Whoever accepts compares with the limit, too, and takes no place. */
static void accept_nothing(struct round *round, const char *path)
{
	struct inet_addr addr;
	int fd;

	if (govern_enter_path(path))
		_exit(1);
	fd = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	if (fd < 0 || listen(fd, 1))
		_exit(1);
	round->listens = true;
	while (accept4(fd, NULL, NULL, SOCK_NONBLOCK) < 0)
		;
	_exit(1);
}

static int set_limit(enum govern_id outer, unsigned int limit)
{
	policy_begin_open(outer);
	if (limit)
		policy_bound(PERSOCK_LIMIT_SOCKETS, ANY, limit, -EMFILE);

	return policy_set();
}

FIXTURE_SETUP(race_limit)
{
	pthread_barrierattr_t shared;
	unsigned int i;

	ASSERT_EQ(0, policy_open());
	govern_setup(_metadata, variant->outer);
	if (_metadata->exit_code)
		return;
	ASSERT_EQ(0, govern_leave());
	snprintf(self->path[0], PATH_MAX, "%s", govern_path(variant->outer));
	for (i = 1; i < TASKS; i++) {
		ASSERT_GT(sizeof(self->path[i]),
			  snprintf(self->path[i], sizeof(self->path[i]), "%s/%u",
				   self->path[0], i));
		ASSERT_EQ(0, mkdir(self->path[i], 0755));
		ASSERT_EQ(0, policy_attach_path(self->path[i],
						govern_personality(variant->inner)));
	}
	self->pins = memory_users();
	self->round = mmap(NULL, sizeof(*self->round), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->round);
	pthread_barrierattr_init(&shared);
	pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&self->round->barrier, &shared, TASKS + 1);
}

FIXTURE_TEARDOWN(race_limit)
{
	int i;

	for (i = 1; i < TASKS; i++)
		rmdir(self->path[i]);
	policy_begin_open(variant->outer);
	policy_set();
}

TEST_F_TIMEOUT(race_limit, last_places, 300)
{
	unsigned int turn, i, wrong = 0;
	struct round *round = self->round;
	pid_t tasks[TASKS], listener;
	int status;

	listener = fork();
	ASSERT_LE(0, listener);
	if (!listener)
		accept_nothing(round, self->path[0]);
	for (i = 0; i < SOON_MS && !round->listens; i++)
		usleep(1000);
	ASSERT_TRUE(round->listens);
	for (i = 0; i < TASKS; i++) {
		tasks[i] = fork();
		ASSERT_LE(0, tasks[i]);
		if (!tasks[i])
			_exit(race(round, self->path[i], i));
	}
	for (turn = 0; turn < ROUNDS; turn++) {
		/* Every other time nobody is limited, and all get what they want. */
		bool limited = turn % 4 < 2;

		ASSERT_EQ(0, set_limit(variant->outer, limited ? PLACES + 1 : 0));
		round->taken = 0;
		pthread_barrier_wait(&round->barrier);
		pthread_barrier_wait(&round->barrier);
		if (round->taken != (limited ? PLACES : TASKS * PLACES) &&
		    wrong++ < 10)
			TH_LOG("round %u: %u sockets", turn, round->taken);
		pthread_barrier_wait(&round->barrier);
		pthread_barrier_wait(&round->barrier);
	}
	EXPECT_EQ(0, wrong);
	EXPECT_EQ(0, round->strange);
	for (i = 0; i < TASKS; i++) {
		ASSERT_EQ(tasks[i], waitpid(tasks[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	EXPECT_EQ(0, waitpid(listener, NULL, WNOHANG));
	kill(listener, SIGKILL);
	EXPECT_EQ(listener, waitpid(listener, NULL, 0));
	race_expect_settled(_metadata, self->pins);
}

int main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE | 1 << HOSTINET | 1 << GVISOR_NATIVE |
		       1 << GVISOR_HOSTINET);
	return test_harness_run(argc, argv);
}
