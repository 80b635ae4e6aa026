// SPDX-License-Identifier: GPL-2.0
/*
 * Random rules on host names decide as a search through all of them says.
 * KUnit runs the suite against module/policy/host.c.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "policy/host.h"

#define RULES	256

/* Few names, so that many rules match. */
static const char * const random_names[] = {
	"a", "b", "a.a", "b.a", "aa", "-a", "a-a", "a.b", "a.a.a", "b.a.a",
	"a.b.a", "-.a", "b.b.a.a", "aa.a", "a.aa", "c",
};

static bool matches(const struct persock_host_rule *rule, const char *host)
{
	unsigned int length = strlen(host);

	if (!rule->below)
		return !strcmp(rule->name, host);

	return length > rule->length &&
	       host[length - rule->length - 1] == '.' &&
	       !strcmp(host + length - rule->length, rule->name);
}

/* Does rule @a decide rather than rule @b, both of which match? */
static bool precedes(const struct persock_host_rule *a,
		     const struct persock_host_rule *b)
{
	if (a->below != b->below)
		return !a->below;
	if (a->length != b->length)
		return a->length > b->length;
	if (a->verdict != b->verdict)
		return a->verdict < 0;

	return a < b;
}

/* The best of all rules that match decides. */
static void random_rules(struct kunit *test)
{
	static struct persock_host_rule rules[RULES];
	static u32 sorted[RULES];
	struct persock_names names = { .rules = rules };
	struct rnd_state random;
	unsigned int round, i;

	prandom_seed_state(&random, 53);
	for (round = 0; round < 300; round++) {
		unsigned int nr = 1 + prandom_u32_state(&random) % RULES;
		const struct persock_host_rule *best = NULL;
		u16 port = prandom_u32_state(&random) % 4;
		const char *host;
		unsigned int rule;

		if (round % 2)
			nr = 1 + nr % 12;
		for (i = 0; i < nr; i++) {
			u32 bits = prandom_u32_state(&random);
			const char *name = random_names[bits % 16];

			rules[i] = (struct persock_host_rule){
				.name = name,
				.length = strlen(name),
				.below = bits & 16,
				.first = bits >> 5 & 3,
				.last = (bits >> 5 & 3) + (bits >> 7 & 3),
				.protocol = bits & 512 ? PERSOCK_ANY :
							  IPPROTO_TCP,
				.verdict = bits & 1024 ? PERSOCK_ALLOW : -EPERM,
			};
		}
		persock_hosts_sort(rules, nr, sorted);
		names.sorted = sorted;
		names.nr = nr;

		host = random_names[prandom_u32_state(&random) % 16];
		for (i = 0; i < nr; i++) {
			if (matches(&rules[i], host) &&
			    rules[i].first <= port && port <= rules[i].last &&
			    (!best || precedes(&rules[i], best)))
				best = &rules[i];
		}

		KUNIT_EXPECT_EQ_MSG(test,
				    persock_judge_host(&names, host,
						       port, IPPROTO_TCP,
						       &rule),
				    best ? best->verdict :
					   PERSOCK_NO_HOST_RULE,
				    "round %u", round);
		KUNIT_EXPECT_EQ_MSG(test, rule, best ? best - rules + 1 : 0,
				    "round %u", round);
		/* What is allowed on a port, is allowed on some port. */
		if (best && best->verdict == PERSOCK_ALLOW)
			KUNIT_EXPECT_TRUE_MSG(test,
					      persock_host_has_allowed(&names,
								       host),
					      "round %u", round);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(random_rules),
	{ }
};

static struct kunit_suite suite = {
	.name = "persock_host_random",
	.test_cases = cases,
};

kunit_test_suite(suite);
