// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of verdicts on addresses: what each field of a rule means, and which
 * of several rules decides. KUnit runs the suite against
 * module/policy/address.c.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/limits.h>
#include <linux/socket.h>
#include <linux/string.h>

#include "policy/address.h"
#include "policy/address_index.h"
#include "policy/verdict.h"

#define TCP	IPPROTO_TCP
#define UDP	IPPROTO_UDP
#define ANY	PERSOCK_ANY

/* A verdict that no rule of a test has. */
#define NO_RULE	(-EHOSTUNREACH)

#define RULE(_family, _prefix, _first, _last, _protocol, _verdict, ...) \
	{ .family = (_family), .prefix = (_prefix), \
	  .address = { __VA_ARGS__ }, .first = (_first), .last = (_last), \
	  .protocol = (_protocol), .verdict = (_verdict) }

/* The number of the rule that must decide, from 1; 0: none. */
struct question {
	struct persock_endpoint endpoint;
	int protocol;
	unsigned int rule;
};

#define ASK(_rule, _family, _port, _protocol, ...) \
	{ .endpoint = { .family = (_family), .port = (_port), \
			.address = { __VA_ARGS__ } }, \
	  .protocol = (_protocol), .rule = (_rule) }

static void ask(struct kunit *test, const struct persock_address_rule *rules,
		unsigned int nr, const struct question *questions,
		unsigned int nr_questions)
{
	struct persock_addresses addresses = {
		.rules = rules,
		.nr = nr,
		.fallback = NO_RULE,
		.index = persock_address_index(rules, nr),
	};
	unsigned int i, rule;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, addresses.index);

	for (i = 0; i < nr_questions; i++) {
		const struct question *question = &questions[i];
		int verdict;

		rule = UINT_MAX;
		verdict = persock_judge_address(&addresses, &question->endpoint,
						question->protocol, &rule);
		KUNIT_EXPECT_EQ_MSG(test, rule, question->rule, "question %u",
				    i);
		KUNIT_EXPECT_EQ_MSG(test, verdict,
				    question->rule ?
				    rules[question->rule - 1].verdict :
				    NO_RULE, "question %u", i);
	}

	persock_address_index_free(addresses.index);
}

/* Without rules there is no index, and the fallback is the verdict. */
static void no_rules(struct kunit *test)
{
	static const struct persock_endpoint endpoint = { .family = AF_INET };
	struct persock_addresses addresses = { .fallback = NO_RULE };
	unsigned int rule = UINT_MAX;

	KUNIT_EXPECT_NULL(test, persock_address_index(NULL, 0));
	persock_address_index_free(NULL);

	KUNIT_EXPECT_EQ(test, persock_judge_address(&addresses, &endpoint, TCP,
						    &rule), NO_RULE);
	KUNIT_EXPECT_EQ(test, rule, 0);
	addresses.fallback = PERSOCK_ALLOW;
	KUNIT_EXPECT_EQ(test, persock_judge_address(&addresses, &endpoint, TCP,
						    &rule), PERSOCK_ALLOW);
}

/*
 * The longest prefix decides, with any verdict and at any place in the policy.
 * On both sides of a prefix the next shorter one decides.
 */
static void longest_prefix(struct kunit *test)
{
	static const struct persock_address_rule rules[] = {
		RULE(AF_INET, 16, 0, 65535, ANY, -EACCES, 10, 1),
		RULE(AF_INET, 24, 0, 65535, ANY, PERSOCK_ALLOW, 10, 1, 2),
		RULE(AF_INET, 8, 0, 65535, ANY, PERSOCK_ALLOW, 10),
		RULE(AF_INET, 32, 0, 65535, ANY, -EPERM, 10, 1, 2, 255),
		RULE(AF_INET6, 64, 0, 65535, ANY, -EACCES, 0x20, 1, 13),
		RULE(AF_INET6, 65, 0, 65535, ANY, PERSOCK_ALLOW, 0x20, 1, 13,
		     0, 0, 0, 0, 0, 0x80),
		RULE(AF_INET6, 16, 0, 65535, ANY, PERSOCK_ALLOW, 0x20, 1),
	};
	static const struct question questions[] = {
		ASK(0, AF_INET, 80, TCP, 9, 255, 255, 255),
		ASK(3, AF_INET, 80, TCP, 10, 0, 0, 0),
		ASK(3, AF_INET, 80, TCP, 10, 0, 255, 255),
		ASK(1, AF_INET, 80, TCP, 10, 1, 0, 0),
		ASK(1, AF_INET, 80, TCP, 10, 1, 1, 255),
		ASK(2, AF_INET, 80, TCP, 10, 1, 2, 0),
		ASK(2, AF_INET, 80, TCP, 10, 1, 2, 254),
		ASK(4, AF_INET, 80, TCP, 10, 1, 2, 255),
		ASK(1, AF_INET, 80, TCP, 10, 1, 3, 0),
		ASK(1, AF_INET, 80, TCP, 10, 1, 255, 255),
		ASK(3, AF_INET, 80, TCP, 10, 2, 0, 0),
		ASK(3, AF_INET, 80, TCP, 10, 255, 255, 255),
		ASK(0, AF_INET, 80, TCP, 11, 0, 0, 0),
		ASK(7, AF_INET6, 80, TCP, 0x20, 1, 12, 255, 255, 255, 255, 255,
		    255, 255, 255, 255, 255, 255, 255, 255),
		ASK(5, AF_INET6, 80, TCP, 0x20, 1, 13),
		ASK(5, AF_INET6, 80, TCP, 0x20, 1, 13, 0, 0, 0, 0, 0, 0x7f,
		    255, 255, 255, 255, 255, 255, 255),
		ASK(6, AF_INET6, 80, TCP, 0x20, 1, 13, 0, 0, 0, 0, 0, 0x80),
		ASK(6, AF_INET6, 80, TCP, 0x20, 1, 13, 0, 0, 0, 0, 0, 255, 255,
		    255, 255, 255, 255, 255, 255),
		ASK(7, AF_INET6, 80, TCP, 0x20, 1, 13, 0, 0, 0, 0, 1),
		ASK(0, AF_INET6, 80, TCP, 0x20, 2),
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
}

/* At one prefix a rule that denies goes before those that allow. */
static void deny_first(struct kunit *test)
{
	static const struct persock_address_rule rules[] = {
		RULE(AF_INET, 8, 0, 65535, ANY, PERSOCK_ALLOW, 10),
		RULE(AF_INET, 8, 80, 90, ANY, -EACCES, 10),
		RULE(AF_INET, 8, 85, 85, ANY, PERSOCK_ALLOW, 10),
		RULE(AF_INET, 8, 100, 100, TCP, PERSOCK_ALLOW, 10),
		RULE(AF_INET, 8, 100, 100, ANY, -EPERM, 10),
		RULE(AF_INET, 8, 200, 200, UDP, -EPERM, 10),
	};
	static const struct question questions[] = {
		ASK(1, AF_INET, 79, TCP, 10),
		ASK(2, AF_INET, 80, TCP, 10),
		ASK(2, AF_INET, 85, TCP, 10),
		ASK(2, AF_INET, 90, TCP, 10),
		ASK(1, AF_INET, 91, TCP, 10),
		/*
		 * A rule on the protocol has no precedence over one on any
		 * protocol.
		 */
		ASK(5, AF_INET, 100, TCP, 10),
		ASK(5, AF_INET, 100, UDP, 10),
		ASK(6, AF_INET, 200, UDP, 10),
		ASK(1, AF_INET, 200, TCP, 10),
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
}

/* Among equal rules the earlier one is reported. */
static void earlier_first(struct kunit *test)
{
	static const struct persock_address_rule rules[] = {
		RULE(AF_INET, 8, 10, 20, ANY, -EACCES, 10),
		RULE(AF_INET, 8, 0, 100, TCP, -EPERM, 10),
		RULE(AF_INET, 8, 15, 30, ANY, -ENETUNREACH, 10),
		RULE(AF_INET, 0, 5, 5, TCP, PERSOCK_ALLOW),
		RULE(AF_INET, 0, 5, 6, ANY, PERSOCK_ALLOW),
		RULE(AF_INET, 0, 5, 6, TCP, PERSOCK_ALLOW),
	};
	static const struct question questions[] = {
		ASK(2, AF_INET, 9, TCP, 10),
		ASK(1, AF_INET, 10, TCP, 10),
		ASK(1, AF_INET, 20, TCP, 10),
		ASK(2, AF_INET, 21, TCP, 10),
		ASK(1, AF_INET, 15, UDP, 10),
		ASK(3, AF_INET, 21, UDP, 10),
		ASK(0, AF_INET, 31, UDP, 10),
		ASK(4, AF_INET, 5, TCP, 11),
		ASK(5, AF_INET, 6, TCP, 11),
		ASK(5, AF_INET, 5, UDP, 11),
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
}

/* Ranges include their first and last port, even 0 and 65535. */
static void port_edges(struct kunit *test)
{
	static const struct persock_address_rule rules[] = {
		RULE(AF_INET, 8, 0, 0, ANY, -EACCES, 10),
		RULE(AF_INET, 8, 65535, 65535, ANY, -EACCES, 10),
		RULE(AF_INET, 8, 80, 81, ANY, -EACCES, 10),
		RULE(AF_INET, 8, 82, 82, ANY, -EACCES, 10),
		RULE(AF_INET, 8, 0, 65535, ANY, PERSOCK_ALLOW, 11),
		RULE(AF_INET, 8, 65534, 65535, ANY, PERSOCK_ALLOW, 12),
	};
	static const struct question questions[] = {
		ASK(1, AF_INET, 0, TCP, 10),
		ASK(0, AF_INET, 1, TCP, 10),
		ASK(0, AF_INET, 79, TCP, 10),
		ASK(3, AF_INET, 80, TCP, 10),
		ASK(3, AF_INET, 81, TCP, 10),
		ASK(4, AF_INET, 82, TCP, 10),
		ASK(0, AF_INET, 83, TCP, 10),
		ASK(0, AF_INET, 65534, TCP, 10),
		ASK(2, AF_INET, 65535, TCP, 10),
		ASK(5, AF_INET, 0, TCP, 11),
		ASK(5, AF_INET, 65535, TCP, 11),
		ASK(0, AF_INET, 65533, TCP, 12),
		ASK(6, AF_INET, 65535, TCP, 12),
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
}

/*
 * A rule on a protocol matches that one only. A rule on any protocol matches
 * all, including those that no rule lists. Both hold with few and many
 * protocols at a prefix.
 */
static void protocols(struct kunit *test)
{
	static const struct persock_address_rule rules[] = {
		RULE(AF_INET, 8, 0, 65535, TCP, -EACCES, 10),
		RULE(AF_INET, 8, 0, 65535, ANY, PERSOCK_ALLOW, 11),
		RULE(AF_INET, 8, 0, 65535, UDP, -EACCES, 11),
		RULE(AF_INET, 8, 0, 65535, 0, -EACCES, 12),
		RULE(AF_INET, 8, 0, 65535, 262, -EACCES, 12),
		RULE(AF_INET, 8, 0, 65535, INT_MAX, -EACCES, 12),
		RULE(AF_INET, 8, 0, 65535, UDP, -EACCES, 12),
		RULE(AF_INET, 8, 0, 65535, TCP, -EACCES, 12),
		RULE(AF_INET, 8, 7, 7, ANY, -EACCES, 12),
	};
	static const struct question questions[] = {
		ASK(1, AF_INET, 80, TCP, 10),
		ASK(0, AF_INET, 80, UDP, 10),
		ASK(0, AF_INET, 80, 0, 10),
		ASK(0, AF_INET, 80, ANY, 10),
		ASK(2, AF_INET, 80, TCP, 11),
		ASK(3, AF_INET, 80, UDP, 11),
		ASK(2, AF_INET, 80, 0, 11),
		ASK(2, AF_INET, 80, 255, 11),
		ASK(2, AF_INET, 80, ANY, 11),
		ASK(4, AF_INET, 80, 0, 12),
		ASK(5, AF_INET, 80, 262, 12),
		ASK(6, AF_INET, 80, INT_MAX, 12),
		ASK(7, AF_INET, 80, UDP, 12),
		ASK(8, AF_INET, 80, TCP, 12),
		ASK(0, AF_INET, 80, 1, 12),
		ASK(0, AF_INET, 80, 263, 12),
		ASK(9, AF_INET, 7, 1, 12),
		ASK(9, AF_INET, 7, ANY, 12),
		ASK(4, AF_INET, 7, 0, 12),
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
}

/* A prefix whose rules do not match port and protocol hides no shorter one. */
static void falls_back(struct kunit *test)
{
	static const struct persock_address_rule rules[] = {
		RULE(AF_INET, 0, 1000, 2000, ANY, -EPERM),
		RULE(AF_INET, 8, 80, 90, ANY, -EACCES, 10),
		RULE(AF_INET, 16, 0, 65535, UDP, -EACCES, 10, 1),
		RULE(AF_INET, 24, 85, 85, TCP, PERSOCK_ALLOW, 10, 1, 1),
	};
	static const struct question questions[] = {
		ASK(4, AF_INET, 85, TCP, 10, 1, 1, 1),
		ASK(2, AF_INET, 84, TCP, 10, 1, 1, 1),
		ASK(3, AF_INET, 85, UDP, 10, 1, 1, 1),
		ASK(1, AF_INET, 1000, TCP, 10, 1, 1, 1),
		ASK(0, AF_INET, 2001, TCP, 10, 1, 1, 1),
		ASK(0, AF_INET, 85, TCP, 11),
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
}

/* Rules of one family match neither the other family nor a third one. */
static void families(struct kunit *test)
{
	static const struct persock_address_rule rules[] = {
		RULE(AF_INET6, 8, 0, 65535, ANY, -EACCES, 10),
		RULE(AF_INET, 8, 0, 65535, ANY, -EPERM, 11),
	};
	static const struct question questions[] = {
		ASK(0, AF_INET, 80, TCP, 10),
		ASK(1, AF_INET6, 80, TCP, 10),
		ASK(2, AF_INET, 80, TCP, 11),
		ASK(0, AF_INET6, 80, TCP, 11),
		ASK(0, AF_UNSPEC, 80, TCP, 11),
		ASK(0, AF_UNIX, 80, TCP, 11),
	};
	static const struct question only6[] = {
		ASK(1, AF_INET6, 80, TCP, 10),
		ASK(0, AF_INET, 80, TCP, 10),
	};
	static const struct question only4[] = {
		ASK(1, AF_INET, 80, TCP, 11),
		ASK(0, AF_INET6, 80, TCP, 11),
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
	ask(test, &rules[0], 1, only6, ARRAY_SIZE(only6));
	ask(test, &rules[1], 1, only4, ARRAY_SIZE(only4));
}

/* The whole address space, its first and its last address, and its halves. */
static void extreme_prefixes(struct kunit *test)
{
	static const struct persock_address_rule rules[] = {
		RULE(AF_INET, 0, 0, 65535, ANY, -EACCES),
		RULE(AF_INET, 32, 0, 65535, ANY, -EPERM, 0, 0, 0, 0),
		RULE(AF_INET, 32, 0, 65535, ANY, -EPERM, 255, 255, 255, 255),
		RULE(AF_INET6, 0, 0, 65535, ANY, -EACCES),
		RULE(AF_INET6, 128, 0, 65535, ANY, -EPERM, 0),
		RULE(AF_INET6, 128, 0, 65535, ANY, -EPERM, 255, 255, 255, 255,
		     255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		     255),
		RULE(AF_INET, 1, 0, 65535, TCP, PERSOCK_ALLOW, 128),
		RULE(AF_INET6, 1, 0, 65535, TCP, PERSOCK_ALLOW, 128),
	};
	static const struct question questions[] = {
		ASK(2, AF_INET, 80, UDP, 0, 0, 0, 0),
		ASK(1, AF_INET, 80, UDP, 0, 0, 0, 1),
		ASK(1, AF_INET, 80, TCP, 127, 255, 255, 255),
		ASK(7, AF_INET, 80, TCP, 128, 0, 0, 0),
		ASK(1, AF_INET, 80, UDP, 128, 0, 0, 0),
		ASK(7, AF_INET, 80, TCP, 255, 255, 255, 254),
		ASK(3, AF_INET, 80, UDP, 255, 255, 255, 255),
		ASK(5, AF_INET6, 80, UDP, 0),
		ASK(4, AF_INET6, 80, UDP, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		    0, 0, 1),
		ASK(4, AF_INET6, 80, TCP, 127, 255, 255, 255, 255, 255, 255,
		    255, 255, 255, 255, 255, 255, 255, 255, 255),
		ASK(8, AF_INET6, 80, TCP, 128),
		ASK(8, AF_INET6, 80, TCP, 255, 255, 255, 255, 255, 255, 255,
		    255, 255, 255, 255, 255, 255, 255, 255, 254),
		ASK(6, AF_INET6, 80, UDP, 255, 255, 255, 255, 255, 255, 255,
		    255, 255, 255, 255, 255, 255, 255, 255, 255),
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
}

/* An endpoint's bytes after the IPv4 address do not count. */
static void only_four_bytes(struct kunit *test)
{
	static const struct persock_address_rule rules[] = {
		RULE(AF_INET, 32, 80, 80, ANY, -EACCES, 10, 1, 2, 3),
	};
	static const struct question questions[] = {
		ASK(1, AF_INET, 80, TCP, 10, 1, 2, 3, 4, 5, 6, 7),
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
}

/* Every length of prefix around one address, each on its own port. */
static void deepest_nesting(struct kunit *test)
{
	static struct persock_address_rule rules[129];
	struct question question = { .protocol = TCP };
	unsigned int families[] = { AF_INET, AF_INET6 };
	unsigned int i, bits, nr, prefix;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		bits = families[i] == AF_INET ? 32 : 128;
		nr = bits + 1;
		memset(rules, 0, sizeof(rules));
		for (prefix = 0; prefix < nr; prefix++) {
			struct persock_address_rule *rule = &rules[prefix];

			rule->family = families[i];
			rule->prefix = prefix;
			memset(rule->address, 0xff, prefix / 8);
			if (prefix % 8)
				rule->address[prefix / 8] =
					0xff << (8 - prefix % 8);
			rule->first = prefix;
			rule->last = prefix;
			rule->protocol = TCP;
			rule->verdict = -EACCES;
		}

		question.endpoint.family = families[i];
		memset(question.endpoint.address, 0xff, bits / 8);
		for (prefix = 0; prefix < nr; prefix++) {
			question.endpoint.port = prefix;
			question.rule = prefix + 1;
			ask(test, rules, nr, &question, 1);
		}
		question.endpoint.port = nr;
		question.rule = 0;
		ask(test, rules, nr, &question, 1);

		/*
		 * With one bit changed only the prefixes before that bit
		 * match.
		 */
		for (prefix = 0; prefix < bits; prefix++) {
			u8 *byte = &question.endpoint.address[prefix / 8];

			*byte ^= 0x80 >> prefix % 8;
			question.endpoint.port = prefix;
			question.rule = prefix + 1;
			ask(test, rules, nr, &question, 1);
			question.endpoint.port = prefix + 1;
			question.rule = 0;
			ask(test, rules, nr, &question, 1);
			*byte ^= 0x80 >> prefix % 8;
		}
	}
}

/*
 * A port that the kernel has chosen: only rules on particular ports deny it.
 */
static void chosen(struct kunit *test)
{
	static const struct persock_address_rule rules[] = {
		RULE(AF_INET, 32, 40000, 40000, UDP, -EPERM, 127, 0, 0, 1),
		RULE(AF_INET, 32, 1024, 65535, TCP, -EPERM, 127, 0, 0, 1),
		RULE(AF_INET, 32, 1025, 65535, TCP, -EPERM, 127, 0, 0, 2),
		RULE(AF_INET, 32, 0, 65534, TCP, -EPERM, 127, 0, 0, 3),
		RULE(AF_INET, 8, 0, 65535, ANY, -EACCES, 127),
		RULE(AF_INET, 8, 0, 65535, ANY, PERSOCK_ALLOW, 10),
	};
	static const struct {
		struct question question;
		int verdict;
	} cases[] = {
		{ ASK(1, AF_INET, 40000, UDP, 127, 0, 0, 1), -EPERM },
		{ ASK(0, AF_INET, 40001, UDP, 127, 0, 0, 1), 0 },
		{ ASK(5, AF_INET, 1023, UDP, 127, 0, 0, 1), -EACCES },
		{ ASK(0, AF_INET, 1024, TCP, 127, 0, 0, 1), 0 },
		{ ASK(0, AF_INET, 65535, TCP, 127, 0, 0, 1), 0 },
		{ ASK(3, AF_INET, 1025, TCP, 127, 0, 0, 2), -EPERM },
		{ ASK(4, AF_INET, 40000, TCP, 127, 0, 0, 3), -EPERM },
		{ ASK(6, AF_INET, 40000, TCP, 10), 0 },
		/*
		 * By default; the kernel chooses no port below 1024 by itself.
		 */
		{ ASK(0, AF_INET, 1024, TCP, 11), 0 },
		{ ASK(0, AF_INET, 1023, TCP, 11), NO_RULE },
	};
	struct persock_addresses addresses = {
		.rules = rules,
		.nr = ARRAY_SIZE(rules),
		.fallback = NO_RULE,
		.index = persock_address_index(rules, ARRAY_SIZE(rules)),
	};
	unsigned int i, rule;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, addresses.index);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct question *question = &cases[i].question;

		KUNIT_EXPECT_EQ_MSG(test, cases[i].verdict,
				    persock_judge_chosen(&addresses,
							 &question->endpoint,
							 question->protocol,
							 &rule),
				    "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, rule, question->rule, "case %u", i);
	}
	persock_address_index_free(addresses.index);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(no_rules),
	KUNIT_CASE(longest_prefix),
	KUNIT_CASE(deny_first),
	KUNIT_CASE(earlier_first),
	KUNIT_CASE(port_edges),
	KUNIT_CASE(protocols),
	KUNIT_CASE(falls_back),
	KUNIT_CASE(families),
	KUNIT_CASE(extreme_prefixes),
	KUNIT_CASE(only_four_bytes),
	KUNIT_CASE(deepest_nesting),
	KUNIT_CASE(chosen),
	{ }
};

static struct kunit_suite suite = {
	.name = "persock_address",
	.test_cases = cases,
};

kunit_test_suite(suite);
