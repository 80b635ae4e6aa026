// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of verdicts on addresses of AF_VSOCK: which of several rules decides,
 * what is denied with another CID of this machine or with all of them, and
 * which ports the kernel may choose. KUnit runs the suite against
 * module/policy/vsock_rule.c.
 */
#include <kunit/test.h>
#include <linux/errno.h>

#include "policy/shortcut.h"
#include "policy/vsock_rule.h"

#define ANY	PERSOCK_VSOCK_ANY
#define ALLOW	PERSOCK_ALLOW
#define LOCAL	PERSOCK_CID_LOCAL
#define HOST	PERSOCK_CID_HOST

/* The default of the tests. */
#define NO_RULE	(-ECONNREFUSED)

#define RULE(_cid, _first, _last, _verdict) \
	{ .cid = (_cid), .first = (_first), .last = (_last), \
	  .verdict = (_verdict) }

typedef int (*judge_t)(const struct persock_addresses *addresses,
		       const struct persock_vsock *vsock, unsigned int *rule);

/* An address, and the number of the rule that must decide about it. */
struct question {
	u32 cid;
	u32 port;
	unsigned int rule;
};

static struct persock_addresses section_of(const struct persock_vsock_rule *rules,
					   unsigned int nr, s16 fallback)
{
	return (struct persock_addresses){
		.vsock = rules, .nr_vsock = nr, .fallback = fallback,
	};
}

static void ask(struct kunit *test, const struct persock_addresses *addresses,
		judge_t judge, const struct question *questions,
		unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		const struct persock_vsock vsock = {
			questions[i].cid, questions[i].port,
		};
		unsigned int rule = UINT_MAX, wanted = questions[i].rule;
		int verdict = judge(addresses, &vsock, &rule);

		KUNIT_EXPECT_EQ_MSG(test, rule, wanted, "question %u", i);
		KUNIT_EXPECT_EQ_MSG(test, verdict,
				    wanted ?
				    addresses->vsock[wanted - 1].verdict :
				    addresses->fallback, "question %u", i);
	}
}

/* The very CID, then a denial, then the earlier one. */
static void specific(struct kunit *test)
{
	static const struct persock_vsock_rule rules[] = {
		RULE(ANY, 0, ANY, -EPERM),
		RULE(5, 10, 20, ALLOW),
		RULE(5, 15, 15, -EACCES),
		RULE(5, 15, 30, -EROFS),
		RULE(ANY, 40, 40, ALLOW),
		RULE(6, 0, 0, ALLOW),
		RULE(6, ANY, ANY, ALLOW),
	};
	static const struct question questions[] = {
		{ 5, 9, 1 }, { 5, 10, 2 }, { 5, 15, 3 }, { 5, 16, 4 },
		{ 5, 30, 4 }, { 5, 31, 1 }, { 7, 40, 1 }, { 6, 0, 6 },
		{ 6, 1, 1 }, { 6, ANY, 7 }, { 7, ANY, 1 },
	};
	const struct persock_addresses all =
		section_of(rules, ARRAY_SIZE(rules), NO_RULE);
	const struct persock_addresses some = section_of(rules + 1, 3, NO_RULE);
	static const struct question others[] = {
		{ 5, 9, 0 }, { 4, 15, 0 }, { 5, 12, 1 }, { ANY, 15, 0 },
	};

	ask(test, &all, persock_judge_vsock, questions, ARRAY_SIZE(questions));
	ask(test, &some, persock_judge_vsock, others, ARRAY_SIZE(others));
}

static int own_peer(const struct persock_addresses *addresses,
		    const struct persock_vsock *vsock, unsigned int *rule)
{
	return persock_judge_vsock_peer(addresses, vsock, true, rule);
}

static int other_peer(const struct persock_addresses *addresses,
		      const struct persock_vsock *vsock, unsigned int *rule)
{
	return persock_judge_vsock_peer(addresses, vsock, false, rule);
}

/* What is denied on loopback is denied by another CID of this machine. */
static void peers(struct kunit *test)
{
	static const struct persock_vsock_rule rules[] = {
		RULE(LOCAL, 5, 6, -EACCES),
		RULE(HOST, 6, 6, ALLOW),
		RULE(ANY, 7, 7, -EPERM),
		RULE(LOCAL, 8, 8, ALLOW),
	};
	static const struct question own[] = {
		{ HOST, 5, 1 }, { HOST, 6, 2 }, { HOST, 7, 3 }, { HOST, 8, 0 },
		{ 9, 5, 1 }, { 9, 6, 1 }, { LOCAL, 5, 1 },
	};
	static const struct question other[] = {
		{ HOST, 5, 0 }, { 9, 6, 0 }, { 9, 7, 3 },
	};
	const struct persock_addresses section =
		section_of(rules, ARRAY_SIZE(rules), ALLOW);
	struct persock_vsock none = { ANY, 5 };
	unsigned int rule;

	ask(test, &section, own_peer, own, ARRAY_SIZE(own));
	ask(test, &section, other_peer, other, ARRAY_SIZE(other));
	/* No peer has any CID. */
	KUNIT_EXPECT_EQ(test, -EACCES,
			persock_judge_vsock_peer(&section, &none, false, &rule));
	KUNIT_EXPECT_EQ(test, 0, rule);
}

/* A bind to every CID is one to each. */
static void binds(struct kunit *test)
{
	static const struct persock_vsock_rule rules[] = {
		RULE(LOCAL, 5, 6, -EACCES),
		RULE(ANY, 6, 6, ALLOW),
		RULE(3, 7, ANY, -EPERM),
	};
	static const struct question questions[] = {
		{ LOCAL, 5, 1 }, { ANY, 5, 1 }, { ANY, 6, 1 }, { 4, 6, 2 },
		{ ANY, 7, 3 }, { 4, 7, 0 }, { 3, ANY, 3 },
		/* Which one it becomes is judged later. */
		{ ANY, ANY, 0 },
	};
	const struct persock_addresses section =
		section_of(rules, ARRAY_SIZE(rules), ALLOW);

	ask(test, &section, persock_judge_vsock_bind, questions,
	    ARRAY_SIZE(questions));
}

/* Only rules on particular ports deny a port that the kernel has chosen. */
static void chosen(struct kunit *test)
{
	static const struct persock_vsock_rule rules[] = {
		RULE(ANY, 0, ANY, -EPERM),
		RULE(4, 1024, 2000, -EACCES),
		RULE(4, 3000, ANY, -EROFS),
		RULE(5, 1024, ANY, -EROFS),
	};
	static const struct {
		u32 cid;
		u32 port;
		int verdict;
	} questions[] = {
		{ 3, 1024, ALLOW }, { 3, 1023, -EPERM }, { 4, 1500, -EACCES },
		{ 4, 2500, ALLOW }, { 4, 3500, -EROFS }, { 5, 3500, ALLOW },
		/* Every CID includes this one. */
		{ ANY, 1500, ALLOW },
	};
	const struct persock_addresses section =
		section_of(rules, ARRAY_SIZE(rules), NO_RULE);
	const struct persock_addresses open = section_of(rules + 1, 3, ALLOW);
	const struct persock_vsock every = { ANY, 1500 };
	unsigned int i, rule;

	for (i = 0; i < ARRAY_SIZE(questions); i++) {
		const struct persock_vsock vsock = {
			questions[i].cid, questions[i].port,
		};

		KUNIT_EXPECT_EQ_MSG(test, questions[i].verdict,
				    persock_judge_vsock_chosen(&section, &vsock,
							       &rule),
				    "question %u", i);
	}
	KUNIT_EXPECT_EQ(test, -EACCES,
			persock_judge_vsock_chosen(&open, &every, &rule));
}

/* The numbers of reports go on after the other rules of the section. */
static void numbers(struct kunit *test)
{
	static const struct persock_policy policy = {
		.connect = { .nr = 3 }, .bind = { .nr = 2 }, .names = { .nr = 4 },
	};

	KUNIT_EXPECT_EQ(test, 7, persock_vsock_number(&policy, &policy.connect));
	KUNIT_EXPECT_EQ(test, 2, persock_vsock_number(&policy, &policy.bind));
	KUNIT_EXPECT_EQ(test, 0, persock_vsock_number(&policy, &policy.accept));
}

/* Rules on AF_VSOCK have sockets of AF_VSOCK judged, and no others. */
static void shortcuts(struct kunit *test)
{
	static const struct persock_vsock_rule rule = RULE(5, 0, 1, -EACCES);
	struct persock_policy policy = {
		.connect = { .vsock = &rule, .nr_vsock = 1 },
		.accept = { .vsock = &rule, .nr_vsock = 1 },
	};
	struct persock_shortcut *shortcut;

	shortcut = kunit_kzalloc(test, sizeof(*shortcut), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, shortcut);
	persock_shortcut_build(shortcut, &policy, PERSOCK_KIND_VSOCK);
	KUNIT_EXPECT_EQ(test, 0, shortcut->connect_max);
	KUNIT_EXPECT_NE(test, 0, shortcut->bind_max);
	KUNIT_EXPECT_FALSE(test, shortcut->accept);
	persock_shortcut_build(shortcut, &policy, PERSOCK_KIND_OTHER);
	KUNIT_EXPECT_NE(test, 0, shortcut->connect_max);
	KUNIT_EXPECT_TRUE(test, shortcut->accept);
	persock_shortcut_build(shortcut, &policy, PERSOCK_KIND_INET);
	KUNIT_EXPECT_NE(test, 0, shortcut->connect_max);

	policy = (struct persock_policy){ .unix_connect = { .fallback = -EPERM } };
	persock_shortcut_build(shortcut, &policy, PERSOCK_KIND_VSOCK);
	KUNIT_EXPECT_NE(test, 0, shortcut->connect_max);
	policy = (struct persock_policy){
		.bind = { .vsock = &rule, .nr_vsock = 1 },
	};
	persock_shortcut_build(shortcut, &policy, PERSOCK_KIND_VSOCK);
	KUNIT_EXPECT_EQ(test, 0, shortcut->bind_max);
	/* A connect binds. */
	KUNIT_EXPECT_EQ(test, 0, shortcut->connect_max);
	KUNIT_EXPECT_TRUE(test, shortcut->accept);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(specific),
	KUNIT_CASE(peers),
	KUNIT_CASE(binds),
	KUNIT_CASE(chosen),
	KUNIT_CASE(numbers),
	KUNIT_CASE(shortcuts),
	{}
};

static struct kunit_suite suite = {
	.name = "persock_vsock_rule",
	.test_cases = cases,
};

kunit_test_suite(suite);
