// SPDX-License-Identifier: GPL-2.0
/*
 * Lists that take several messages are complete, and in order. Of what changes
 * meanwhile, either the list says that it is not of one time (NLM_F_DUMP_INTR),
 * or it is.
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
/* As many addresses as a cgroup learns, and more. */
#define LEARNT	4096
#define MORE	500
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

static void name_host(char *host, size_t size, unsigned int i)
{
	snprintf(host, size, "%sn%u.example", i % 3 ? "" : "*.", i);
}

/* Every fourth rule is on an address: those are listed first. */
static int load_hosts(void)
{
	char text[32];
	unsigned int i;

	policy_begin(NATIVE);
	for (i = 0; i < RULES; i++) {
		if (i % 4) {
			name_host(text, sizeof(text), i);
			policy_host(text, i, 65535 - i, ANY, ALLOW);
		} else {
			snprintf(text, sizeof(text), "10.0.%u.%u/32", i / 256,
				 i % 256);
			policy_prefix(PERSOCK_SECTION_CONNECT, text, ALLOW);
		}
	}
	policy_names("127.0.0.53", "::1", PERSOCK_QUERIES_ANY, 0, 1);

	return policy_set();
}

struct rules {
	unsigned int messages;
	unsigned int addresses;
	unsigned int hosts;
	unsigned int names;
	bool wrong;		/* out of order */
};

/* The @n-th number that is no multiple of 4, from 0. */
static unsigned int host_number(unsigned int n)
{
	return n / 3 * 4 + n % 3 + 1;
}

static void check_host(struct rules *rules, const struct nlattr **tb)
{
	unsigned int i = host_number(rules->hosts++);
	char host[32];

	name_host(host, sizeof(host), i);
	if (strcmp(host, mnl_attr_get_str(tb[PERSOCK_A_RULE_HOST])) ||
	    mnl_attr_get_u16(tb[PERSOCK_A_RULE_PORT_FIRST]) != i ||
	    mnl_attr_get_u16(tb[PERSOCK_A_RULE_PORT_LAST]) != 65535 - i)
		rules->wrong = true;
}

static void check_address(struct rules *rules, const struct nlattr **tb)
{
	const __u8 *address = mnl_attr_get_payload(tb[PERSOCK_A_RULE_ADDRESS]);

	if (rules->hosts || address[2] * 256 + address[3] != rules->addresses * 4)
		rules->wrong = true;
	rules->addresses++;
}

static int check_rules(const struct nlmsghdr *header, void *data)
{
	const struct nlattr *attribute, *field;
	struct rules *rules = data;

	rules->messages++;
	mnl_attr_for_each(attribute, header, sizeof(struct genlmsghdr)) {
		const struct nlattr *tb[PERSOCK_A_RULE_MAX + 1] = { };

		rules->names += mnl_attr_get_type(attribute) == PERSOCK_A_NAMES;
		if (mnl_attr_get_type(attribute) != PERSOCK_A_RULE)
			continue;
		mnl_attr_for_each_nested(field, attribute)
			tb[mnl_attr_get_type(field)] = field;
		if (tb[PERSOCK_A_RULE_HOST])
			check_host(rules, tb);
		else if (tb[PERSOCK_A_RULE_ADDRESS])
			check_address(rules, tb);
	}

	return MNL_CB_OK;
}

/* Rules on hosts are listed after those on addresses, in their order. */
TEST(hosts)
{
	struct rules rules = { };

	ASSERT_EQ(0, policy_open());
	ASSERT_EQ(0, load_hosts());
	ASSERT_EQ(0, dump(PERSOCK_CMD_POLICY_GET, govern_personality(NATIVE),
			  check_rules, &rules));
	EXPECT_LT(2, rules.messages);
	EXPECT_EQ(RULES / 4, rules.addresses);
	EXPECT_EQ(RULES / 4 * 3, rules.hosts);
	EXPECT_EQ(1, rules.names);
	EXPECT_FALSE(rules.wrong);
}

/* One address in three is IPv6. */
static int learn(int cgroup, unsigned int i)
{
	__u8 address[16] = { 10, 0, i / 256, i % 256 };
	char host[32];

	snprintf(host, sizeof(host), "n%u.example", i);
	return policy_learn(cgroup, host, address, i % 3 ? 4 : 16);
}

/* The addresses of one cgroup, in the order of the list. */
struct addresses {
	__u64 cgroup;
	unsigned int nr, others;
	__u64 lost;
	unsigned int list[2 * LEARNT];
};

static void list_address(const struct nlattr *learnt, struct addresses *all)
{
	const struct nlattr *field, *tb[PERSOCK_A_LEARNT_MAX + 1] = { };
	const __u8 *address;
	unsigned int i;

	mnl_attr_for_each_nested(field, learnt)
		tb[mnl_attr_get_type(field)] = field;
	address = mnl_attr_get_payload(tb[PERSOCK_A_LEARNT_ADDRESS]);
	i = atoi(mnl_attr_get_str(tb[PERSOCK_A_LEARNT_HOST]) + 1);
	/* What is no address of this host is no number of one either. */
	if (address[2] * 256 + address[3] != i ||
	    mnl_attr_get_payload_len(tb[PERSOCK_A_LEARNT_ADDRESS]) !=
	    (i % 3 ? 4 : 16))
		i = -1;
	if (all->nr < 2 * LEARNT)
		all->list[all->nr] = i;
	all->nr++;
}

static int read_address(const struct nlmsghdr *header, void *data)
{
	const struct nlattr *attribute, *tb[PERSOCK_A_MAX + 1] = { };
	struct addresses *all = data;

	mnl_attr_for_each(attribute, header, sizeof(struct genlmsghdr))
		tb[mnl_attr_get_type(attribute)] = attribute;
	if (mnl_attr_get_u64(tb[PERSOCK_A_CGROUP_ID]) != all->cgroup) {
		all->others++;
		return MNL_CB_OK;
	}
	all->lost = mnl_attr_get_u64(tb[PERSOCK_A_LEARNT_LOST]);
	list_address(tb[PERSOCK_A_LEARNT], all);

	return MNL_CB_OK;
}

static int list_addresses(int cgroup, struct addresses *all)
{
	struct stat stat;

	memset(all, 0, sizeof(*all));
	if (fstat(cgroup, &stat))
		return -errno;
	all->cgroup = stat.st_ino;

	return dump(PERSOCK_CMD_NAME_GET, NULL, read_address, all);
}

/* Are all addresses from @first to below @end listed, one after the other? */
static bool lists(const struct addresses *all, unsigned int first,
		  unsigned int end)
{
	unsigned int i;

	for (i = 0; i < all->nr && i < end - first; i++) {
		if (all->list[i] != first + i)
			return false;
	}

	return all->nr == end - first;
}

static int learner = -1;

static void *learn_again(void *unused)
{
	unsigned int i;

	while (!over) {
		for (i = MORE + 1; !over && i < MORE + LEARNT; i += 2)
			learn(learner, i);
	}

	return NULL;
}

/* Even ones are as they were; those that are learnt again are not missed. */
static bool lists_halves(const struct addresses *all)
{
	static bool seen[MORE + LEARNT];
	unsigned int i, next = MORE + 2;

	memset(seen, 0, sizeof(seen));
	if (all->nr > 2 * LEARNT)
		return false;
	for (i = 0; i < all->nr; i++) {
		unsigned int number = all->list[i];

		if (number >= MORE + LEARNT)
			return false;
		if (number % 2 == 0 && number != MORE) {
			if (number != next)
				return false;
			next += 2;
		}
		seen[number] = true;
	}
	for (i = MORE; i < MORE + LEARNT; i++) {
		if (!seen[i])
			return false;
	}

	return true;
}

/*
 * Thousands of learnt addresses are listed, the oldest first; also while some of
 * them are learnt again.
 */
TEST(learnt)
{
	static struct addresses all;
	unsigned int i, whole;
	pthread_t thread;
	int other;

	ASSERT_EQ(0, policy_open());
	snprintf(many, sizeof(many), "%s-learnt", govern_path(NATIVE));
	ASSERT_EQ(0, mkdir(many, 0755));
	learner = cgroup(0);
	other = cgroup(1);
	ASSERT_EQ(0, policy_attach(other, "host"));
	ASSERT_EQ(0, policy_attach(learner, "host"));
	EXPECT_EQ(0, learn(other, 1));
	for (i = 0; i < LEARNT; i++)
		ASSERT_EQ(0, learn(learner, i));
	EXPECT_EQ(0, list_addresses(learner, &all));
	EXPECT_TRUE(lists(&all, 0, LEARNT));
	EXPECT_EQ(0, all.lost);
	EXPECT_EQ(1, all.others);

	for (; i < LEARNT + MORE; i++)
		ASSERT_EQ(0, learn(learner, i));
	EXPECT_EQ(0, list_addresses(learner, &all));
	EXPECT_TRUE(lists(&all, MORE, LEARNT + MORE));
	EXPECT_EQ(MORE, all.lost);

	/* Learnt again, the oldest is the youngest. */
	EXPECT_EQ(0, learn(learner, MORE));
	EXPECT_EQ(0, list_addresses(learner, &all));
	EXPECT_EQ(MORE, all.list[LEARNT - 1]);
	all.nr--;
	EXPECT_TRUE(lists(&all, MORE + 1, LEARNT + MORE));

	ASSERT_EQ(0, pthread_create(&thread, NULL, learn_again, NULL));
	for (whole = 0; whole < WHOLE; whole++) {
		EXPECT_EQ(0, list_addresses(learner, &all));
		EXPECT_TRUE(lists_halves(&all));
	}
	over = true;
	pthread_join(thread, NULL);

	close(learner);
	close(other);
	for (i = 0; i < 2; i++) {
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
