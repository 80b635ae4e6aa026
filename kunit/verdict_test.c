// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts: every branch of module/verdict.c.
 */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/net.h>
#include <linux/socket.h>

#include "verdict.h"

static void class_of_family(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, persock_class_of(AF_INET), PERSOCK_CLASS_INET);
	KUNIT_EXPECT_EQ(test, persock_class_of(AF_INET6), PERSOCK_CLASS_INET);
	KUNIT_EXPECT_EQ(test, persock_class_of(AF_UNIX), PERSOCK_CLASS_OTHER);
	KUNIT_EXPECT_EQ(test, persock_class_of(AF_PACKET), PERSOCK_CLASS_OTHER);
}

/* The first match decides, each field alone can make a rule not match. */
static void socket_first_match(struct kunit *test)
{
	static const struct persock_socket_rule rules[] = {
		{ AF_INET, SOCK_STREAM, 6, PERSOCK_ALLOW },
		{ AF_INET, SOCK_STREAM, PERSOCK_ANY, -EPROTONOSUPPORT },
		{ AF_INET, PERSOCK_ANY, PERSOCK_ANY, -ESOCKTNOSUPPORT },
		{ PERSOCK_ANY, SOCK_DGRAM, PERSOCK_ANY, PERSOCK_ALLOW },
	};
	const struct {
		int family, type, protocol, verdict;
	} cases[] = {
		{ AF_INET, SOCK_STREAM, 6, PERSOCK_ALLOW },
		{ AF_INET, SOCK_STREAM, 262, -EPROTONOSUPPORT },
		{ AF_INET, SOCK_DGRAM, 0, -ESOCKTNOSUPPORT },
		{ AF_UNIX, SOCK_DGRAM, 0, PERSOCK_ALLOW },
		{ AF_UNIX, SOCK_STREAM, 0, -EAFNOSUPPORT },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test,
				    persock_judge_socket(rules, ARRAY_SIZE(rules),
							 -EAFNOSUPPORT,
							 cases[i].family,
							 cases[i].type,
							 cases[i].protocol),
				    cases[i].verdict, "case %u", i);
}

static void socket_no_rules(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, persock_judge_socket(NULL, 0, PERSOCK_ALLOW, 1, 2, 3),
			PERSOCK_ALLOW);
	KUNIT_EXPECT_EQ(test, persock_judge_socket(NULL, 0, -EACCES, 1, 2, 3),
			-EACCES);
}

static const struct persock_option options[] = {
	{ .level = 0, .name = 1, .get = PERSOCK_ALLOW, .get_size = 4,
	  .set = PERSOCK_ALLOW, .set_size = 4 },
	{ .level = 0, .name = 8, .get = PERSOCK_ALLOW, .get_size = 4,
	  .set = PERSOCK_ALLOW, .set_size = 12 },
	{ .level = 1, .name = 2, .get = -EPERM, .set = -EACCES, .set_size = 4 },
	{ .level = 6, .name = 11, .get = PERSOCK_ALLOW, .get_size = 104,
	  .get_max = 104, .set = PERSOCK_IGNORE },
	{ .level = 6, .name = 13, .get = PERSOCK_ALLOW, .set = PERSOCK_ALLOW },
};

static const struct persock_rules rules = {
	.options = options,
	.nr_options = ARRAY_SIZE(options),
	.get_default = -ENOPROTOOPT,
	.set_default = PERSOCK_IGNORE,
	.option_max = 8192,
};

/* Each entry is found, and nothing before, between or after them. */
static void option_find_all(struct kunit *test)
{
	int level, name;

	for (level = -1; level <= 7; level++) {
		for (name = -1; name <= 14; name++) {
			const struct persock_option *expected = NULL;
			unsigned int i;

			for (i = 0; i < ARRAY_SIZE(options); i++) {
				if (options[i].level == level &&
				    options[i].name == name)
					expected = &options[i];
			}
			KUNIT_EXPECT_PTR_EQ_MSG(test,
						persock_option_find(&rules, level,
								    name),
						expected, "(%d, %d)", level,
						name);
		}
	}
}

static void get_listed_and_not(struct kunit *test)
{
	unsigned int size, max;

	KUNIT_EXPECT_EQ(test, persock_judge_get(&rules, 0, 8, &size, &max), 0);
	KUNIT_EXPECT_EQ(test, size, 4);
	KUNIT_EXPECT_EQ(test, max, 0);
	KUNIT_EXPECT_EQ(test, persock_judge_get(&rules, 6, 11, &size, &max), 0);
	KUNIT_EXPECT_EQ(test, size, 104);
	KUNIT_EXPECT_EQ(test, max, 104);
	KUNIT_EXPECT_EQ(test, persock_judge_get(&rules, 1, 2, &size, &max), -EPERM);
	KUNIT_EXPECT_EQ(test, persock_judge_get(&rules, 1, 3, &size, &max),
			-ENOPROTOOPT);
	KUNIT_EXPECT_EQ(test, size, 0);
	KUNIT_EXPECT_EQ(test, max, 0);
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

/* Only a policy with rules on reading asks for the length. */
static void get_length_asked(struct kunit *test)
{
	static const struct persock_rules open = { };
	static const struct persock_rules closed = { .get_default = -EPERM };

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
		{ 6, 14, 77, PERSOCK_IGNORE, 77 },
		{ 6, 14, 8193, -EINVAL, 8193 },
		{ 6, 14, UINT_MAX, -EINVAL, UINT_MAX },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned int len = cases[i].len;

		KUNIT_EXPECT_EQ_MSG(test,
				    persock_judge_set(&rules, cases[i].level,
						      cases[i].name, &len),
				    cases[i].verdict, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, len, cases[i].cut, "case %u", i);
	}
}

static void set_without_limit(struct kunit *test)
{
	static const struct persock_rules open = { };
	unsigned int len = UINT_MAX;

	KUNIT_EXPECT_EQ(test, persock_judge_set(&open, 0, 0, &len), PERSOCK_ALLOW);
	KUNIT_EXPECT_EQ(test, len, UINT_MAX);
}

/* Allowed flags stay, ignored ones go, others are refused or go. */
static void flags(struct kunit *test)
{
	const struct persock_flags deny = { .allow = 0x3, .ignore = 0x4,
					    .other = -EINVAL };
	const struct persock_flags mask = { .allow = 0x3, .ignore = 0x4,
					    .other = PERSOCK_IGNORE };
	const struct persock_flags all = { .allow = U32_MAX };
	u32 word;

	word = 0x3;
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&deny, 0, &word), 0);
	KUNIT_EXPECT_EQ(test, word, 0x3);
	word = 0x7;
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&deny, 0, &word), 0);
	KUNIT_EXPECT_EQ(test, word, 0x3);
	word = 0xb;
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&deny, 0, &word), -EINVAL);
	KUNIT_EXPECT_EQ(test, word, 0xb);
	word = 0x8b;
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&deny, 0x88, &word), 0);
	KUNIT_EXPECT_EQ(test, word, 0x8b);
	word = 0xff;
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&mask, 0x80, &word), 0);
	KUNIT_EXPECT_EQ(test, word, 0x83);
	word = U32_MAX;
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&all, 0, &word), 0);
	KUNIT_EXPECT_EQ(test, word, U32_MAX);
}

static void ioctls(struct kunit *test)
{
	static const struct persock_ioctl list[] = {
		{ 0x541b, PERSOCK_ALLOW },
		{ 0x8905, -EPERM },
	};
	const struct persock_rules some = { .ioctls = list, .nr_ioctls = 2,
					    .ioctl_default = -ENOTTY };

	KUNIT_EXPECT_EQ(test, persock_judge_ioctl(&some, 0x541b), PERSOCK_ALLOW);
	KUNIT_EXPECT_EQ(test, persock_judge_ioctl(&some, 0x8905), -EPERM);
	KUNIT_EXPECT_EQ(test, persock_judge_ioctl(&some, 0x8912), -ENOTTY);
}

static void ioctl_no_list(struct kunit *test)
{
	const struct persock_rules open = { .ioctl_default = PERSOCK_ALLOW };

	KUNIT_EXPECT_EQ(test, persock_judge_ioctl(&open, 0x541b),
			PERSOCK_ALLOW);
}

/* Seed rows H7 and H8: level and type both decide, each way by itself. */
static void cmsgs(struct kunit *test)
{
	static const struct persock_cmsg list[] = {
		{ 0, 1, PERSOCK_ALLOW, PERSOCK_IGNORE },
		{ 0, 2, -EPERM, PERSOCK_ALLOW },
		{ 41, 1, PERSOCK_IGNORE, PERSOCK_ALLOW },
	};
	const struct persock_rules some = {
		.cmsgs = list,
		.nr_cmsgs = ARRAY_SIZE(list),
		.cmsg_send_default = -EINVAL,
		.cmsg_recv_default = PERSOCK_IGNORE,
	};
	const struct {
		int level, type, send, recv;
	} cases[] = {
		{ 0, 1, PERSOCK_ALLOW, PERSOCK_IGNORE },
		{ 0, 2, -EPERM, PERSOCK_ALLOW },
		{ 41, 1, PERSOCK_IGNORE, PERSOCK_ALLOW },
		{ 41, 2, -EINVAL, PERSOCK_IGNORE },
		{ 0, 3, -EINVAL, PERSOCK_IGNORE },
		{ 1, 1, -EINVAL, PERSOCK_IGNORE },
		{ -1, -1, -EINVAL, PERSOCK_IGNORE },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		KUNIT_EXPECT_EQ_MSG(test,
				    persock_judge_cmsg_send(&some,
							    cases[i].level,
							    cases[i].type),
				    cases[i].send, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test,
				    persock_judge_cmsg_recv(&some,
							    cases[i].level,
							    cases[i].type),
				    cases[i].recv, "case %u", i);
	}
}

static void cmsg_no_list(struct kunit *test)
{
	const struct persock_rules open = { };
	const struct persock_rules closed = {
		.cmsg_send_default = -EACCES,
		.cmsg_recv_default = PERSOCK_IGNORE,
	};

	KUNIT_EXPECT_EQ(test, persock_judge_cmsg_send(&open, 0, 1),
			PERSOCK_ALLOW);
	KUNIT_EXPECT_EQ(test, persock_judge_cmsg_recv(&open, 0, 1),
			PERSOCK_ALLOW);
	KUNIT_EXPECT_EQ(test, persock_judge_cmsg_send(&closed, 0, 1), -EACCES);
	KUNIT_EXPECT_EQ(test, persock_judge_cmsg_recv(&closed, 0, 1),
			PERSOCK_IGNORE);
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
	KUNIT_CASE(socket_no_rules),
	KUNIT_CASE(option_find_all),
	KUNIT_CASE(get_listed_and_not),
	KUNIT_CASE(get_length),
	KUNIT_CASE(get_length_asked),
	KUNIT_CASE(set_length),
	KUNIT_CASE(set_without_limit),
	KUNIT_CASE(flags),
	KUNIT_CASE(ioctls),
	KUNIT_CASE(ioctl_no_list),
	KUNIT_CASE(cmsgs),
	KUNIT_CASE(cmsg_no_list),
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
