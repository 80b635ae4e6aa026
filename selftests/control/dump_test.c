// SPDX-License-Identifier: GPL-2.0
/*
 * Lists that take several messages, of what changes meanwhile: either the
 * list says that it is not of one time (NLM_F_DUMP_INTR), or it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "harness.h"
#include "policy.h"

#define RULES	2000
#define CGROUPS	150
/* Whole lists that are wanted, and changes in between. */
#define WHOLE	5
#define TRIES	400

static atomic_bool over;

/* What the changes wait for: up to three listings, as long as they take here. */
static atomic_uint pace = 10000;

static void wait_a_turn(unsigned int turn)
{
	usleep(turn % 8 * pace);
}

/* policy_dump(), which sets the pace. */
static int dump(__u8 command, const char *name,
		int (*read)(const struct nlmsghdr *header, void *data),
		void *data)
{
	struct timespec start, end;
	unsigned int took;
	int err;

	clock_gettime(CLOCK_MONOTONIC, &start);
	err = policy_dump(command, name, read, data);
	clock_gettime(CLOCK_MONOTONIC, &end);
	took = (end.tv_sec - start.tv_sec) * 1000000 +
	       (end.tv_nsec - start.tv_nsec) / 1000;
	if (took / 2 > pace)
		pace = took / 2;

	return err;
}

/* The rules of a policy are all on one network: 10.0.0.0/8, or the next. */
static int load(unsigned int network)
{
	char prefix[32];
	unsigned int i;

	policy_begin(NATIVE);
	for (i = 0; i < RULES; i++) {
		snprintf(prefix, sizeof(prefix), "%u.0.%u.%u/32", 10 + network,
			 i / 256, i % 256);
		policy_prefix(PERSOCK_SECTION_CONNECT, prefix, ALLOW);
	}

	return policy_set();
}

static void *replace(void *unused)
{
	unsigned int turn = 0;

	while (!over) {
		load(++turn & 1);
		/* Some lists are to come through. */
		wait_a_turn(turn);
	}

	return NULL;
}

static int count_rules(const struct nlmsghdr *header, void *data)
{
	const struct nlattr *attribute, *field;
	unsigned int *of = data;

	mnl_attr_for_each(attribute, header, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attribute) != PERSOCK_A_RULE)
			continue;
		mnl_attr_for_each_nested(field, attribute) {
			if (mnl_attr_get_type(field) == PERSOCK_A_RULE_ADDRESS)
				of[*(__u8 *)mnl_attr_get_payload(field) & 1]++;
		}
	}

	return MNL_CB_OK;
}

/* A policy that is replaced while it is dumped. */
TEST(policy)
{
	unsigned int i, whole = 0, torn = 0;
	pthread_t thread;
	int err;

	ASSERT_EQ(0, policy_open());
	ASSERT_EQ(0, load(0));
	ASSERT_EQ(0, pthread_create(&thread, NULL, replace, NULL));
	for (i = 0; i < TRIES && (whole < WHOLE || !torn); i++) {
		unsigned int of[2] = { };

		err = dump(PERSOCK_CMD_POLICY_GET,
			   govern_personality(NATIVE), count_rules, of);
		if (err == -EINTR) {
			torn++;
			continue;
		}
		ASSERT_EQ(0, err);
		whole++;
		EXPECT_EQ(RULES, of[0] + of[1]);
		EXPECT_TRUE(!of[0] || !of[1]);
	}
	over = true;
	pthread_join(thread, NULL);
	TH_LOG("%u lists of one time, %u that say they are not", whole, torn);
	EXPECT_LE(WHOLE, whole);
	EXPECT_LT(0, torn);
}

static char many[PATH_MAX];

static int cgroup(unsigned int i)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/%u", many, i);
	if (mkdir(path, 0755) && errno != EEXIST)
		return -errno;

	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* The last one comes and goes. */
static void *come_and_go(void *unused)
{
	char path[PATH_MAX + 16];
	unsigned int turn = 0;

	snprintf(path, sizeof(path), "%s/%u", many, CGROUPS);
	while (!over) {
		int fd = cgroup(CGROUPS);

		policy_attach(fd, "host");
		close(fd);
		rmdir(path);
		wait_a_turn(turn++);
	}

	return NULL;
}

static int count_ours(const struct nlmsghdr *header, void *data)
{
	const struct nlattr *attribute;
	unsigned int *seen = data;

	mnl_attr_for_each(attribute, header, sizeof(struct genlmsghdr)) {
		const char *path;

		if (mnl_attr_get_type(attribute) != PERSOCK_A_CGROUP_PATH)
			continue;
		path = strstr(mnl_attr_get_str(attribute), "-dump/");
		if (path && atoi(path + 6) < CGROUPS)
			seen[atoi(path + 6)]++;
	}

	return MNL_CB_OK;
}

/* Attachments that come and go while they are listed: the others are all there. */
TEST(attachments)
{
	unsigned int i, j, whole = 0;
	pthread_t thread;
	int err, fd;

	ASSERT_EQ(0, policy_open());
	snprintf(many, sizeof(many), "%s-dump", govern_path(NATIVE));
	ASSERT_EQ(0, mkdir(many, 0755));
	for (i = 0; i < CGROUPS; i++) {
		fd = cgroup(i);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, policy_attach(fd, "host"));
		close(fd);
	}
	ASSERT_EQ(0, pthread_create(&thread, NULL, come_and_go, NULL));
	for (i = 0; i < TRIES && whole < WHOLE; i++) {
		unsigned int seen[CGROUPS] = { };

		err = dump(PERSOCK_CMD_ATTACHMENT_GET, NULL, count_ours, seen);
		if (err == -EINTR)
			continue;
		ASSERT_EQ(0, err);
		whole++;
		for (j = 0; j < CGROUPS; j++)
			EXPECT_EQ(1, seen[j]);
	}
	over = true;
	pthread_join(thread, NULL);
	EXPECT_LE(WHOLE, whole);

	for (i = 0; i < CGROUPS; i++) {
		char path[PATH_MAX + 16];

		snprintf(path, sizeof(path), "%s/%u", many, i);
		EXPECT_EQ(0, rmdir(path));
	}
	EXPECT_EQ(0, rmdir(many));
}

int main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE);
	return test_harness_run(argc, argv);
}
