// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of which peers are resolvers, and which rules go before that. KUnit runs
 * the suite against module/policy/host.c.
 */
#include <kunit/test.h>
#include <linux/socket.h>

#include "policy/host.h"

/* A resolver is allowed unless a rule is about its address alone. */
static void resolvers(struct kunit *test)
{
	static const struct persock_address_rule rules[] = {
		{ .family = AF_INET, .prefix = 32 },
		{ .family = AF_INET, .prefix = 31 },
		{ .family = AF_INET6, .prefix = 128 },
		{ .family = AF_INET6, .prefix = 32 },
	};
	static const struct persock_policy policy = {
		.connect = { .rules = rules, .nr = ARRAY_SIZE(rules) },
		.names = {
			.nr_resolvers = 2,
			.resolvers = {
				{ AF_INET, PERSOCK_DNS_PORT, { 1 } },
				{ AF_INET6, PERSOCK_DNS_PORT, { 2 } },
			},
		},
	};
	static const struct persock_endpoint others[] = {
		{ AF_INET, PERSOCK_DNS_PORT + 1, { 1 } },
		{ AF_INET6, PERSOCK_DNS_PORT, { 1 } },
		{ AF_INET, PERSOCK_DNS_PORT, { 1, 1 } },
	};
	const struct persock_endpoint *first = &policy.names.resolvers[0];
	const struct persock_endpoint *second = &policy.names.resolvers[1];
	unsigned int i;

	KUNIT_EXPECT_TRUE(test, persock_is_resolver(&policy.names, first));
	KUNIT_EXPECT_TRUE(test, persock_is_resolver(&policy.names, second));
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		KUNIT_EXPECT_FALSE(test, persock_is_resolver(&policy.names,
							     &others[i]));
		KUNIT_EXPECT_FALSE(test, persock_allows_resolver(&policy,
								 &others[i],
								 0));
	}

	KUNIT_EXPECT_TRUE(test, persock_allows_resolver(&policy, first, 0));
	KUNIT_EXPECT_FALSE(test, persock_allows_resolver(&policy, first, 1));
	KUNIT_EXPECT_TRUE(test, persock_allows_resolver(&policy, first, 2));
	KUNIT_EXPECT_FALSE(test, persock_allows_resolver(&policy, second, 3));
	KUNIT_EXPECT_TRUE(test, persock_allows_resolver(&policy, second, 4));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(resolvers),
	{ }
};

static struct kunit_suite suite = {
	.name = "persock_resolver",
	.test_cases = cases,
};

kunit_test_suite(suite);
