// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of verdicts. KUnit runs the suite; it reaches every branch of
 * module/policy/verdict.c.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/limits.h>
#include <linux/net.h>
#include <linux/socket.h>

#include "policy/verdict.h"

static void class_of_family(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, persock_class_of(AF_INET), PERSOCK_CLASS_INET);
	KUNIT_EXPECT_EQ(test, persock_class_of(AF_INET6), PERSOCK_CLASS_INET);
	KUNIT_EXPECT_EQ(test, persock_class_of(AF_UNIX), PERSOCK_CLASS_OTHER);
	KUNIT_EXPECT_EQ(test, persock_class_of(AF_PACKET), PERSOCK_CLASS_OTHER);
}

/* The first match decides; each field alone can prevent a match. */
static void socket_first_match(struct kunit *test)
{
	static const struct persock_socket_rule rules[] = {
		{ AF_INET, SOCK_STREAM, 6, PERSOCK_ALLOW },
		{ AF_INET, SOCK_STREAM, PERSOCK_ANY, -EPROTONOSUPPORT },
		{ AF_INET, PERSOCK_ANY, PERSOCK_ANY, -ESOCKTNOSUPPORT },
		{ PERSOCK_ANY, SOCK_DGRAM, PERSOCK_ANY, PERSOCK_ALLOW },
	};
	const struct persock_sockets sockets = {
		rules, ARRAY_SIZE(rules), -EAFNOSUPPORT
	};
	const struct {
		int family, type, protocol, verdict;
		unsigned int rule;
	} cases[] = {
		{ AF_INET, SOCK_STREAM, 6, PERSOCK_ALLOW, 1 },
		{ AF_INET, SOCK_STREAM, 0, PERSOCK_ALLOW, 1 },
		{ AF_INET, SOCK_STREAM, 262, -EPROTONOSUPPORT, 2 },
		{ AF_INET, SOCK_DGRAM, 0, -ESOCKTNOSUPPORT, 3 },
		{ AF_UNIX, SOCK_DGRAM, 0, PERSOCK_ALLOW, 4 },
		{ AF_UNIX, SOCK_STREAM, 0, -EAFNOSUPPORT, 0 },
	};
	unsigned int i, rule;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		KUNIT_EXPECT_EQ_MSG(test,
				    persock_judge_socket(&sockets,
							 cases[i].family,
							 cases[i].type,
							 cases[i].protocol,
							 &rule),
				    cases[i].verdict, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, rule, cases[i].rule, "case %u", i);
	}
}

/*
 * Protocol 0 does not bypass a rule on the protocol that it stands for. A rule
 * on 0 itself matches only 0.
 */
static void socket_protocol_zero(struct kunit *test)
{
	const struct {
		int family, type, protocol;
		bool matches;
	} cases[] = {
		{ AF_INET, SOCK_STREAM, IPPROTO_TCP, true },
		{ AF_INET6, SOCK_STREAM, IPPROTO_TCP, true },
		{ AF_INET, SOCK_DGRAM, IPPROTO_UDP, true },
		{ AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP, true },
		{ AF_INET, SOCK_DCCP, IPPROTO_DCCP, true },
		{ AF_INET, SOCK_STREAM, IPPROTO_UDP, false },
		{ AF_INET, SOCK_RAW, IPPROTO_TCP, false },
		{ AF_UNIX, SOCK_STREAM, IPPROTO_TCP, false },
		{ AF_INET, SOCK_STREAM, 0, true },
	};
	unsigned int i, rule;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct persock_socket_rule deny = {
			PERSOCK_ANY, PERSOCK_ANY, cases[i].protocol, -EPERM
		};
		const struct persock_sockets sockets = { &deny, 1 };
		int verdict = persock_judge_socket(&sockets, cases[i].family,
						   cases[i].type, 0, &rule);

		KUNIT_EXPECT_EQ_MSG(test, verdict < 0, cases[i].matches,
				    "case %u", i);
	}
}

static void socket_no_rules(struct kunit *test)
{
	const struct persock_sockets open = { .fallback = PERSOCK_ALLOW };
	const struct persock_sockets closed = { .fallback = -EACCES };
	unsigned int rule = 1;

	KUNIT_EXPECT_EQ(test, persock_judge_socket(&open, 1, 2, 3, &rule),
			PERSOCK_ALLOW);
	KUNIT_EXPECT_EQ(test, persock_judge_socket(&closed, 1, 2, 3, &rule),
			-EACCES);
	KUNIT_EXPECT_EQ(test, rule, 0);
}

static const struct persock_option gets[] = {
	{ .level = 0, .name = 1, .size = 4 },
	{ .level = 0, .name = 8, .size = 4 },
	{ .level = 1, .name = 2, .verdict = -EPERM },
	{ .level = 6, .name = 11, .size = 104, .max = 104 },
	{ .level = 6, .name = 13 },
};

static const struct persock_option sets[] = {
	{ .level = 0, .name = 1, .size = 4 },
	{ .level = 0, .name = 8, .size = 12 },
	{ .level = 1, .name = 2, .verdict = -EACCES, .size = 4 },
	{ .level = 6, .name = 11, .verdict = PERSOCK_IGNORE },
	{ .level = 6, .name = 13 },
};

static const struct persock_rules rules = {
	.get = { gets, ARRAY_SIZE(gets), -ENOPROTOOPT },
	.set = { sets, ARRAY_SIZE(sets), PERSOCK_IGNORE },
	.option_max = 8192,
};

static void find_all_of(struct kunit *test, const struct persock_options *some)
{
	int level, name;

	for (level = -1; level <= 7; level++) {
		for (name = -1; name <= 14; name++) {
			const struct persock_option *expected = NULL;
			unsigned int i;

			for (i = 0; i < some->nr; i++) {
				if (some->list[i].level == level &&
				    some->list[i].name == name)
					expected = &some->list[i];
			}
			KUNIT_EXPECT_PTR_EQ_MSG(test,
						persock_option_find(some, level,
								    name),
						expected, "(%d, %d)", level,
						name);
		}
	}
}

/* Each entry is found, and nothing before, between or after the entries. */
static void option_find_all(struct kunit *test)
{
	struct persock_options some = { .list = gets };

	for (some.nr = 0; some.nr <= ARRAY_SIZE(gets); some.nr++)
		find_all_of(test, &some);
}

static void get_listed_and_not(struct kunit *test)
{
	unsigned int size, max, rule;

	KUNIT_EXPECT_EQ(test, persock_judge_get(&rules, 0, 8, &size, &max, &rule), 0);
	KUNIT_EXPECT_EQ(test, size, 4);
	KUNIT_EXPECT_EQ(test, max, 0);
	KUNIT_EXPECT_EQ(test, persock_judge_get(&rules, 6, 11, &size, &max, &rule), 0);
	KUNIT_EXPECT_EQ(test, size, 104);
	KUNIT_EXPECT_EQ(test, max, 104);
	KUNIT_EXPECT_EQ(test, persock_judge_get(&rules, 1, 2, &size, &max, &rule), -EPERM);
	KUNIT_EXPECT_EQ(test, persock_judge_get(&rules, 1, 3, &size, &max, &rule),
			-ENOPROTOOPT);
	KUNIT_EXPECT_EQ(test, size, 0);
	KUNIT_EXPECT_EQ(test, max, 0);
	KUNIT_EXPECT_EQ(test, rule, 0);
	persock_judge_get(&rules, 1, 2, &size, &max, &rule);
	KUNIT_EXPECT_EQ(test, rule, 3);
}

/* Seed rows S8 and H4. */
static void get_length(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, persock_judge_get_len(4, 4), 0);
	KUNIT_EXPECT_EQ(test, persock_judge_get_len(4, 5), 0);
	KUNIT_EXPECT_EQ(test, persock_judge_get_len(4, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, persock_judge_get_len(4, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, persock_judge_get_len(4, -1), -EINVAL);
	KUNIT_EXPECT_EQ(test, persock_judge_get_len(4, INT_MIN), -EINVAL);
	KUNIT_EXPECT_EQ(test, persock_judge_get_len(0, 0), 0);
	KUNIT_EXPECT_EQ(test, persock_judge_get_len(0, -1), -EINVAL);
}

/* Only a policy with rules on reads judges the length. */
static void get_length_asked(struct kunit *test)
{
	static const struct persock_rules open = { };
	static const struct persock_rules closed = { .get.fallback = -EPERM };

	KUNIT_EXPECT_TRUE(test, persock_judges_get_len(&rules));
	KUNIT_EXPECT_TRUE(test, persock_judges_get_len(&closed));
	KUNIT_EXPECT_FALSE(test, persock_judges_get_len(&open));
}

/* Seed rows S9 and H5. */
static void set_length(struct kunit *test)
{
	const struct {
		int level, name;
		unsigned int len;
		int verdict;
		unsigned int cut;
	} cases[] = {
		{ 0, 1, 4, PERSOCK_ALLOW, 4 },
		{ 0, 1, 5, PERSOCK_ALLOW, 4 },
		{ 0, 1, 3, -EINVAL, 3 },
		{ 0, 1, 0, -EINVAL, 0 },
		{ 0, 8, 8192, PERSOCK_ALLOW, 12 },
		{ 0, 8, 8193, -EINVAL, 8193 },
		{ 1, 2, 4, -EACCES, 4 },
		{ 1, 2, 0, -EACCES, 0 },
		{ 6, 11, 0, PERSOCK_IGNORE, 0 },
		{ 6, 11, 8192, PERSOCK_IGNORE, 8192 },
		{ 6, 11, 8193, -EINVAL, 8193 },
		{ 1, 2, 8193, -EINVAL, 8193 },
		{ 6, 13, 0, PERSOCK_ALLOW, 0 },
		{ 6, 13, 77, PERSOCK_ALLOW, 77 },
		{ 6, 23, 77, PERSOCK_IGNORE, 77 },
		{ 6, 23, 8193, -EINVAL, 8193 },
		{ 6, 23, UINT_MAX, -EINVAL, UINT_MAX },
		/* TCP_MD5SIG: no default ignores it. */
		{ 6, 14, 77, -ENOPROTOOPT, 77 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned int len = cases[i].len, rule;

		KUNIT_EXPECT_EQ_MSG(test,
				    persock_judge_set(&rules, cases[i].level,
						      cases[i].name, &len,
						      &rule),
				    cases[i].verdict, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, len, cases[i].cut, "case %u", i);
	}
}

static void set_without_limit(struct kunit *test)
{
	static const struct persock_rules open = { };
	unsigned int len = UINT_MAX, rule;

	KUNIT_EXPECT_EQ(test, persock_judge_set(&open, 0, 0, &len, &rule),
			PERSOCK_ALLOW);
	KUNIT_EXPECT_EQ(test, len, UINT_MAX);
}

/*
 * Allowed flags stay, ignored ones are cleared, others are denied or cleared.
 */
static void flags(struct kunit *test)
{
	const struct persock_flags deny = { .allow = 0x3, .ignore = 0x4,
					    .fallback = -EINVAL };
	const struct persock_flags mask = { .allow = 0x3, .ignore = 0x4,
					    .fallback = PERSOCK_IGNORE };
	const struct persock_flags all = { .allow = U32_MAX };
	u32 word;

	word = 0x3;
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&deny, 0, &word), 0);
	KUNIT_EXPECT_EQ(test, word, 0x3);
	word = 0x7;
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&deny, 0, &word),
			PERSOCK_IGNORE);
	KUNIT_EXPECT_EQ(test, word, 0x3);
	word = 0xb;
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&deny, 0, &word), -EINVAL);
	KUNIT_EXPECT_EQ(test, word, 0xb);
	word = 0x8b;
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&deny, 0x88, &word), 0);
	KUNIT_EXPECT_EQ(test, word, 0x8b);
	word = 0xff;
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&mask, 0x80, &word),
			PERSOCK_IGNORE);
	KUNIT_EXPECT_EQ(test, word, 0x83);
	word = U32_MAX;
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&all, 0, &word), 0);
	KUNIT_EXPECT_EQ(test, word, U32_MAX);
}

/* Flags with their own errno are checked first; the lowest one decides. */
static void flags_own_errno(struct kunit *test)
{
	const struct persock_flags some = {
		.allow = 0x1, .ignore = 0x2, .deny = 0x30,
		.errnos = { [4] = -EAGAIN, [5] = -EPERM },
		.fallback = PERSOCK_ALLOW,
	};
	u32 word;

	word = 0x31;
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&some, 0, &word), -EAGAIN);
	word = 0x21;
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&some, 0, &word), -EPERM);
	KUNIT_EXPECT_EQ(test, word, 0x21);
	word = 0x20;
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&some, 0x20, &word), 0);
	/* With a default that allows, ignored flags are still masked. */
	word = 0x43;
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&some, 0, &word),
			PERSOCK_IGNORE);
	KUNIT_EXPECT_EQ(test, word, 0x41);
	word = 0x40;
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&some, 0, &word), 0);
	KUNIT_EXPECT_EQ(test, word, 0x40);
}

static void ioctls(struct kunit *test)
{
	static const struct persock_ioctl list[] = {
		{ 0x541b, PERSOCK_ALLOW },
		{ 0x8905, -EPERM },
		{ 0x8910, PERSOCK_IGNORE },
	};
	unsigned int i, nr, rule;
	u32 cmd;

	for (nr = 0; nr <= ARRAY_SIZE(list); nr++) {
		const struct persock_ioctls some = { list, nr, -ENOTTY };

		for (cmd = 0x541a; cmd < 0x8912; cmd++) {
			int expected = -ENOTTY;
			unsigned int number = 0;

			for (i = 0; i < nr; i++) {
				if (list[i].cmd == cmd) {
					expected = list[i].verdict;
					number = i + 1;
				}
			}
			KUNIT_EXPECT_EQ(test,
					persock_judge_ioctl(&some, cmd, &rule),
					expected);
			KUNIT_EXPECT_EQ(test, rule, number);
		}
	}
}

/* Seed rows H7 and H8: level and type both decide. */
static void control_messages(struct kunit *test)
{
	static const struct persock_option list[] = {
		{ 0, 1, PERSOCK_ALLOW },
		{ 0, 2, -EPERM },
		{ 41, 1, PERSOCK_IGNORE },
	};
	const struct persock_options some = { list, ARRAY_SIZE(list), -EINVAL };
	const struct persock_options open = { };
	const struct {
		int level, type, verdict;
		unsigned int rule;
	} cases[] = {
		{ 0, 1, PERSOCK_ALLOW, 1 },
		{ 0, 2, -EPERM, 2 },
		{ 41, 1, PERSOCK_IGNORE, 3 },
		{ 41, 2, -EINVAL, 0 },
		{ 0, 3, -EINVAL, 0 },
		{ 1, 1, -EINVAL, 0 },
		{ -1, -1, -EINVAL, 0 },
	};
	unsigned int i, rule;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		KUNIT_EXPECT_EQ_MSG(test,
				    persock_judge_control(&some, cases[i].level,
							  cases[i].type, &rule),
				    cases[i].verdict, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, rule, cases[i].rule, "case %u", i);
		KUNIT_EXPECT_EQ(test,
				persock_judge_control(&open, cases[i].level,
						      cases[i].type, &rule),
				PERSOCK_ALLOW);
	}
}

/* Seed row S6. */
static void backlog(struct kunit *test)
{
	const struct persock_backlog clamp = { .floor = 8, .ceiling = 1024 };
	const struct persock_backlog open = { };

	KUNIT_EXPECT_EQ(test, persock_clamp_backlog(&clamp, INT_MIN), 8);
	KUNIT_EXPECT_EQ(test, persock_clamp_backlog(&clamp, -1), 8);
	KUNIT_EXPECT_EQ(test, persock_clamp_backlog(&clamp, 0), 8);
	KUNIT_EXPECT_EQ(test, persock_clamp_backlog(&clamp, 1), 1);
	KUNIT_EXPECT_EQ(test, persock_clamp_backlog(&clamp, 1024), 1024);
	KUNIT_EXPECT_EQ(test, persock_clamp_backlog(&clamp, 1025), 1024);
	KUNIT_EXPECT_EQ(test, persock_clamp_backlog(&clamp, INT_MAX), 1024);
	KUNIT_EXPECT_EQ(test, persock_clamp_backlog(&open, -1), -1);
	KUNIT_EXPECT_EQ(test, persock_clamp_backlog(&open, INT_MAX), INT_MAX);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(class_of_family),
	KUNIT_CASE(socket_first_match),
	KUNIT_CASE(socket_protocol_zero),
	KUNIT_CASE(socket_no_rules),
	KUNIT_CASE(option_find_all),
	KUNIT_CASE(get_listed_and_not),
	KUNIT_CASE(get_length),
	KUNIT_CASE(get_length_asked),
	KUNIT_CASE(set_length),
	KUNIT_CASE(set_without_limit),
	KUNIT_CASE(flags),
	KUNIT_CASE(flags_own_errno),
	KUNIT_CASE(ioctls),
	KUNIT_CASE(control_messages),
	KUNIT_CASE(backlog),
	{ }
};

static struct kunit_suite suite = {
	.name = "persock_verdict",
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suites of persock");
MODULE_LICENSE("GPL");
