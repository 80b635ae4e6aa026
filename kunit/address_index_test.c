// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the index of address rules: it finds the same rule as a search
 * through all rules. KUnit runs the suite; it reaches every branch of
 * module/policy/address.c and module/policy/address_index.c except failing
 * allocations.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/limits.h>
#include <linux/prandom.h>
#include <linux/slab.h>
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

static bool covers(const struct persock_address_rule *rule,
		   const struct persock_endpoint *endpoint)
{
	unsigned int bytes = rule->prefix / 8, bits = rule->prefix % 8;

	if (memcmp(rule->address, endpoint->address, bytes))
		return false;

	return !bits || !((rule->address[bytes] ^ endpoint->address[bytes]) >>
			  (8 - bits));
}

/* Judge without an index: look at all rules, in the order of the policy. */
static unsigned int judge_plainly(const struct persock_address_rule *rules,
				  unsigned int nr,
				  const struct persock_endpoint *endpoint,
				  int protocol)
{
	const struct persock_address_rule *best = NULL;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		const struct persock_address_rule *rule = &rules[i];

		if (rule->family != endpoint->family ||
		    endpoint->port < rule->first ||
		    endpoint->port > rule->last ||
		    (rule->protocol != ANY && rule->protocol != protocol) ||
		    !covers(rule, endpoint))
			continue;
		if (!best || rule->prefix > best->prefix ||
		    (rule->prefix == best->prefix && rule->verdict < 0 &&
		     best->verdict == PERSOCK_ALLOW))
			best = rule;
	}

	return best ? best - rules + 1 : 0;
}

static u32 below(struct rnd_state *random, u32 limit)
{
	return prandom_u32_state(random) % limit;
}

static void set_host_bits(u8 *address, unsigned int family,
			  unsigned int prefix, bool value)
{
	unsigned int bits = family == AF_INET ? 32 : 128, bit;

	for (bit = prefix; bit < bits; bit++) {
		if (value)
			address[bit / 8] |= 0x80 >> bit % 8;
		else
			address[bit / 8] &= ~(0x80 >> bit % 8);
	}
}

/* An address that equals one of a few up to some bit, and differs after it. */
static void clustered_address(struct rnd_state *random, unsigned int family,
			      u8 *address)
{
	unsigned int bytes = family == AF_INET ? 4 : 16, i;

	memset(address, 0, 16);
	for (i = 0; i < bytes; i++)
		address[i] = (i + 1) * 0x35;
	if (!below(random, 4))
		address[0] ^= 0x80;
	for (i = 0; i < 2; i++) {
		unsigned int bit = below(random, bytes * 8);

		address[bit / 8] ^= 0x80 >> bit % 8;
	}
	if (!below(random, 8))
		address[below(random, bytes)] = below(random, 256);
}

static void random_rule(struct rnd_state *random, int prefix,
			struct persock_address_rule *rule)
{
	static const int protocols[] = { ANY, ANY, TCP, TCP, UDP, UDP, 0, 132 };
	static const u32 widths[] = { 1, 2, 100, 65536 };
	unsigned int family = below(random, 2) ? AF_INET6 : AF_INET;
	u32 width = widths[below(random, ARRAY_SIZE(widths))];

	memset(rule, 0, sizeof(*rule));
	rule->family = prefix < 0 ? family : AF_INET;
	clustered_address(random, rule->family, rule->address);
	rule->prefix = prefix < 0 ?
		       below(random, family == AF_INET ? 33 : 129) : prefix;
	set_host_bits(rule->address, rule->family, rule->prefix, false);
	rule->first = below(random, U16_MAX + 1);
	rule->last = rule->first + below(random, width);
	if (rule->last < rule->first)
		rule->last = U16_MAX;
	if (!below(random, 16))
		rule->first = 0;
	rule->protocol = protocols[below(random, ARRAY_SIZE(protocols))];
	rule->verdict = below(random, 2) ? PERSOCK_ALLOW : -EACCES;
}

/* An address and a port at, just before or just after an edge of a rule. */
static void random_endpoint(struct rnd_state *random,
			    const struct persock_address_rule *rules,
			    unsigned int nr, struct persock_endpoint *endpoint)
{
	const struct persock_address_rule *rule = &rules[below(random, nr)];
	unsigned int bytes = rule->family == AF_INET ? 4 : 16;
	unsigned int way = below(random, 6), i;

	endpoint->family = rule->family;
	memcpy(endpoint->address, rule->address, sizeof(endpoint->address));
	switch (way) {
	case 0:
		break;
	case 1:
		for (i = bytes; i && !endpoint->address[i - 1]--; i--)
			;
		break;
	case 2:
	case 3:
		set_host_bits(endpoint->address, rule->family, rule->prefix,
			      true);
		if (way == 2)
			break;
		for (i = bytes; i && !++endpoint->address[i - 1]; i--)
			;
		break;
	case 4:
		clustered_address(random, rule->family, endpoint->address);
		break;
	default:
		for (i = rule->prefix / 8 + 1; i < bytes; i++)
			endpoint->address[i] = below(random, 256);
		break;
	}

	rule = &rules[below(random, nr)];
	endpoint->port = below(random, 2) ? rule->first : rule->last;
	endpoint->port += below(random, 3) - 1;
	if (!below(random, 4))
		endpoint->port = below(random, U16_MAX + 1);
}

/* Returns the number of endpoints that a rule decided. */
static unsigned int compare(struct kunit *test, struct rnd_state *random,
			    const struct persock_address_rule *rules,
			    unsigned int nr, unsigned int nr_endpoints)
{
	static const int protocols[] = { TCP, UDP, 0, 1, 132, 262, ANY };
	struct persock_addresses addresses = {
		.rules = rules,
		.nr = nr,
		.fallback = NO_RULE,
		.index = persock_address_index(rules, nr),
	};
	struct persock_endpoint endpoint;
	unsigned int i, rule, expected, decided = 0, wrong = 0;
	int protocol, verdict;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, addresses.index);

	for (i = 0; i < nr_endpoints; i++) {
		random_endpoint(random, rules, nr, &endpoint);
		protocol = below(random, 2) ?
			   protocols[below(random, ARRAY_SIZE(protocols))] :
			   rules[below(random, nr)].protocol;
		expected = judge_plainly(rules, nr, &endpoint, protocol);
		verdict = persock_judge_address(&addresses, &endpoint, protocol,
						&rule);
		decided += rule != 0;
		wrong += rule != expected ||
			 verdict != (rule ? rules[rule - 1].verdict : NO_RULE);
	}
	KUNIT_EXPECT_EQ_MSG(test, wrong, 0, "of %u with %u rules", nr_endpoints,
			    nr);

	persock_address_index_free(addresses.index);
	return decided;
}

/*
 * Few and many rules, nested and side by side: same result as judge_plainly().
 */
static void random_rules(struct kunit *test)
{
	static const struct {
		unsigned int rules, endpoints, rounds;
	} sizes[] = {
		{ 1, 50, 40 }, { 2, 100, 40 }, { 10, 200, 40 },
		{ 100, 1000, 10 }, { 1000, 5000, 2 }, { 5000, 5000, 1 },
	};
	struct persock_address_rule *rules;
	unsigned int i, round, rule, decided = 0, asked = 0;
	struct rnd_state random;

	rules = kunit_kcalloc(test, 5000, sizeof(*rules), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, rules);
	prandom_seed_state(&random, 20);

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (round = 0; round < sizes[i].rounds; round++) {
			for (rule = 0; rule < sizes[i].rules; rule++)
				random_rule(&random, -1, &rules[rule]);
			decided += compare(test, &random, rules,
					   sizes[i].rules, sizes[i].endpoints);
			asked += sizes[i].endpoints;
		}
	}

	/* Both answers were compared often. */
	KUNIT_EXPECT_GT(test, decided, asked / 4);
	KUNIT_EXPECT_LT(test, decided, asked - asked / 4);
}

/* All rules have one prefix: only ports and protocols distinguish them. */
static void one_prefix(struct kunit *test)
{
	const unsigned int nr = 10000;
	struct persock_address_rule *rules;
	struct rnd_state random;
	unsigned int i;

	rules = kunit_kcalloc(test, nr, sizeof(*rules), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, rules);
	prandom_seed_state(&random, 21);
	for (i = 0; i < nr; i++) {
		random_rule(&random, 16, &rules[i]);
		memset(rules[i].address, 10, 2);
	}

	KUNIT_EXPECT_GT(test, compare(test, &random, rules, nr, 3000), 0);

	/*
	 * Each range lies inside the one before: the largest number of pieces.
	 */
	for (i = 0; i < nr; i++) {
		rules[i].first = 3 * (nr - 1 - i);
		rules[i].last = U16_MAX - 3 * (nr - 1 - i);
		rules[i].protocol = TCP;
	}

	KUNIT_EXPECT_GT(test, compare(test, &random, rules, nr, 3000), 0);
}

/*
 * Many protocols and many rules on any protocol: their lists are neither
 * merged nor copied to longer prefixes.
 */
static void many_protocols(struct kunit *test)
{
	static const int prefixes[] = { 0, 0, 0, 0, 0, 0, 0, 8, 16, 24 };
	const unsigned int nr = 2000;
	struct persock_address_rule *rules;
	struct rnd_state random;
	unsigned int i;

	rules = kunit_kcalloc(test, nr, sizeof(*rules), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, rules);
	prandom_seed_state(&random, 22);
	for (i = 0; i < nr; i++) {
		int prefix = prefixes[below(&random, ARRAY_SIZE(prefixes))];

		random_rule(&random, prefix, &rules[i]);
		rules[i].protocol = below(&random, 2) ?
				    below(&random, 1000) : ANY;
	}

	KUNIT_EXPECT_GT(test, compare(test, &random, rules, nr, 10000), 0);

	/* Each prefix has few, but all of them together have too many. */
	for (i = 0; i < nr; i++) {
		random_rule(&random, 1 + i % 32, &rules[i]);
		rules[i].protocol = below(&random, 14);
	}

	KUNIT_EXPECT_GT(test, compare(test, &random, rules, nr, 10000), 0);

	/* Few protocols, but each list would have nearly all of the rules. */
	for (i = 0; i < nr; i++) {
		random_rule(&random, 16, &rules[i]);
		memset(rules[i].address, 10, 2);
		rules[i].protocol = i < 14 ? (int)i : ANY;
	}

	KUNIT_EXPECT_GT(test, compare(test, &random, rules, nr, 3000), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(random_rules),
	KUNIT_CASE(one_prefix),
	KUNIT_CASE(many_protocols),
	{ }
};

static struct kunit_suite suite = {
	.name = "persock_address_index",
	.test_cases = cases,
};

kunit_test_suite(suite);
