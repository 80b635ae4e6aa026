// SPDX-License-Identifier: GPL-2.0
/*
 * Random rules on names of AF_UNIX sockets decide as a search through all of
 * them says. KUnit runs the suite against module/policy/unix_rule.c.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/net.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "policy/unix_rule.h"

#define RULES	256
#define ROUNDS	500
#define QUESTIONS	8

#define NAMES	64
#define LENGTH	24

/* Few names, which begin with each other, so that many rules match. */
static const char few[][LENGTH] = {
	"", "/", "/a", "/aa", "/aaa", "/ab", "/b", "/ba", "/a/", "/a/a", "/a/b",
	"/a/aa", "/b/a", "/\xff", "/\x01", "/aab",
};

/* Many names, each of which begins as one before it does. */
static void make_names(struct rnd_state *random, char (*names)[LENGTH])
{
	static const char bytes[] = { 'a', 'b', '\x01', '\xff' };
	unsigned int i;

	memset(names, 0, NAMES * sizeof(*names));
	names[0][0] = '/';
	for (i = 1; i < NAMES; i++) {
		u32 bits = prandom_u32_state(random);
		unsigned int length = 1 + bits % 16, more = (bits >> 4) % 8;

		memcpy(names[i], names[(bits >> 8) % i], length);
		length = strlen(names[i]);
		while (more-- && length < LENGTH - 1) {
			names[i][length++] =
				bytes[prandom_u32_state(random) % 4];
		}
	}
}

/* The first of all is "same". */
static const char * const random_peers[] = {
	"", "/", "/a", "/a/b", "/b", "/ab", "/a/b/c", "/b/a",
};

static bool is_prefix(const char *prefix, const char *text)
{
	return !strncmp(prefix, text, strlen(prefix));
}

static bool is_within(const char *cgroup, const char *parent)
{
	size_t length = strlen(parent);

	if (length == 1)
		return true;

	return is_prefix(parent, cgroup) &&
	       (cgroup[length] == '\0' || cgroup[length] == '/');
}

static bool matches(const struct persock_unix_rule *rule,
		    const struct persock_unix_name *name)
{
	if (rule->kind != PERSOCK_UNIX_ANY) {
		if (rule->kind != name->kind)
			return false;
		if (rule->prefix ? !is_prefix(rule->name, name->name) :
				   strcmp(rule->name, name->name) != 0)
			return false;
	}
	if (rule->type != PERSOCK_ANY && rule->type != name->type)
		return false;
	if (!rule->peer)
		return true;
	if (!*rule->peer)
		return name->same;

	return name->cgroup && is_within(name->cgroup, rule->peer);
}

/* How much a rule says about the name: whole, by its length, nothing. */
static unsigned int weight(const struct persock_unix_rule *rule)
{
	if (rule->kind == PERSOCK_UNIX_ANY)
		return 0;

	return rule->prefix ? 1 + rule->length : 1000;
}

/* Does rule @a decide rather than rule @b, both of which match? */
static bool precedes(const struct persock_unix_rule *a,
		     const struct persock_unix_rule *b)
{
	if (weight(a) != weight(b))
		return weight(a) > weight(b);
	if (!a->peer != !b->peer)
		return a->peer;
	if (a->type != b->type && (a->type == PERSOCK_ANY ||
				   b->type == PERSOCK_ANY))
		return b->type == PERSOCK_ANY;
	if (a->verdict != b->verdict && (a->verdict >= 0 || b->verdict >= 0))
		return a->verdict < 0;

	return a < b;
}

static void fill(struct rnd_state *random, struct persock_unix_rule *rule,
		 const char (*names)[LENGTH], unsigned int nr_names)
{
	u32 bits = prandom_u32_state(random);
	const char *name = names[prandom_u32_state(random) % nr_names];

	*rule = (struct persock_unix_rule){
		.kind = bits >> 4 & 3,
		.type = bits & 64 ? PERSOCK_ANY : 1 + (bits >> 7 & 1),
		.peer = bits & 256 ? NULL : random_peers[bits >> 9 & 7],
		.verdict = bits & 4096 ? PERSOCK_ALLOW : -EPERM,
		.name = "",
	};
	if (rule->kind != PERSOCK_UNIX_PATH &&
	    rule->kind != PERSOCK_UNIX_ABSTRACT)
		return;
	rule->prefix = bits & 8192;
	/* A rule on a path has one. */
	if (rule->kind == PERSOCK_UNIX_PATH && !*name)
		name = "/";
	rule->name = name;
	rule->length = strlen(name);
}

static void ask(struct kunit *test, struct rnd_state *random, unsigned int round,
		const struct persock_unix_rules *section, const char *text)
{
	const struct persock_unix_rule *best = NULL;
	u32 bits = prandom_u32_state(random);
	struct persock_unix_name name = {
		.kind = 1 + bits % 3,
		.type = 1 + (bits >> 6 & 1),
		.same = bits & 128,
		.cgroup = bits & 256 ? random_peers[1 + (bits >> 9) % 7] : NULL,
	};
	unsigned int i, rule;
	int verdict;

	name.name = name.kind == PERSOCK_UNIX_UNNAMED ? "" : text;
	/* unix_rule_test.c has files without a path. */
	if (name.kind == PERSOCK_UNIX_PATH && !*name.name)
		name.name = "/";
	name.length = strlen(name.name);
	for (i = 0; i < section->nr; i++) {
		if (matches(&section->rules[i], &name) &&
		    (!best || precedes(&section->rules[i], best)))
			best = &section->rules[i];
	}

	verdict = persock_judge_unix(section, &name, &rule);
	KUNIT_EXPECT_EQ_MSG(test, rule, best ? best - section->rules + 1 : 0,
			    "round %u", round);
	KUNIT_EXPECT_EQ_MSG(test, verdict, best ? best->verdict : -EMFILE,
			    "round %u", round);
}

/* The best of all rules that match decides. */
static void compare(struct kunit *test, struct rnd_state *random,
		    const char (*names)[LENGTH], unsigned int nr_names,
		    unsigned int round)
{
	static struct persock_unix_rule rules[RULES];
	static struct persock_unix_entry sorted[RULES];
	struct persock_unix_rules section = {
		.rules = rules,
		.nr = 1 + prandom_u32_state(random) % RULES,
		.fallback = -EMFILE,
	};
	unsigned int i;

	if (round % 2)
		section.nr = 1 + section.nr % 12;
	for (i = 0; i < section.nr; i++)
		fill(random, &rules[i], names, nr_names);
	persock_unix_sort(&section, sorted);
	for (i = 0; i < QUESTIONS; i++)
		ask(test, random, round, &section,
		    names[prandom_u32_state(random) % nr_names]);
}

static void few_names(struct kunit *test)
{
	struct rnd_state random;
	unsigned int round;

	prandom_seed_state(&random, 55);
	for (round = 0; round < ROUNDS; round++)
		compare(test, &random, few, ARRAY_SIZE(few), round);
}

static void many_names(struct kunit *test)
{
	static char names[NAMES][LENGTH];
	struct rnd_state random;
	unsigned int round;

	prandom_seed_state(&random, 56);
	for (round = 0; round < ROUNDS; round++) {
		make_names(&random, names);
		compare(test, &random, names, NAMES, round);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(few_names),
	KUNIT_CASE(many_names),
	{ }
};

static struct kunit_suite suite = {
	.name = "persock_unix_rule_random",
	.test_cases = cases,
};

kunit_test_suite(suite);
