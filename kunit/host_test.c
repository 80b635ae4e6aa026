// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of verdicts on host names and on DNS queries for them: which names a
 * rule may have, which of several rules decides, and which queries leave the
 * machine. KUnit runs the suite against module/policy/host.c.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "policy/dns.h"
#include "policy/host.h"

#define TCP	IPPROTO_TCP
#define UDP	IPPROTO_UDP
#define ANY	PERSOCK_ANY
#define ALLOW	PERSOCK_ALLOW

/* The default of the tests. */
#define NO_RULE	(-EHOSTUNREACH)

#define RULES	256

/* Rules on a name, or on those below it. */
#define ON(_name, _first, _last, _protocol, _verdict) \
	{ .name = (_name), .length = sizeof(_name) - 1, .first = (_first), \
	  .last = (_last), .protocol = (_protocol), .verdict = (_verdict) }
#define BELOW(_name, _first, _last, _protocol, _verdict) \
	{ .name = (_name), .length = sizeof(_name) - 1, .below = true, \
	  .first = (_first), .last = (_last), .protocol = (_protocol), \
	  .verdict = (_verdict) }

/* About all ports and protocols. */
#define ALL_ON(name, verdict)		ON(name, 0, 65535, ANY, verdict)
#define ALL_BELOW(name, verdict)	BELOW(name, 0, 65535, ANY, verdict)

/* A policy has no room on the stack. */
static struct persock_policy *
policy_of(struct kunit *test, const struct persock_host_rule *rules,
	  unsigned int nr)
{
	struct persock_policy *policy;
	u32 *sorted;

	policy = kunit_kzalloc(test, sizeof(*policy), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, policy);
	sorted = kunit_kcalloc(test, nr + 1, sizeof(*sorted), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sorted);

	persock_hosts_sort(rules, nr, sorted);
	policy->connect.fallback = NO_RULE;
	policy->names.rules = rules;
	policy->names.sorted = sorted;
	policy->names.nr = nr;

	return policy;
}

/* The name of the question, and the number of the rule that must decide. */
struct question {
	const char *host;
	u16 port;
	int protocol;
	unsigned int rule;
};

static void ask(struct kunit *test, const struct persock_host_rule *rules,
		unsigned int nr, const struct question *questions,
		unsigned int nr_questions)
{
	struct persock_policy *policy = policy_of(test, rules, nr);
	unsigned int i, rule;

	for (i = 0; i < nr_questions; i++) {
		const struct question *question = &questions[i];
		int verdict;

		rule = UINT_MAX;
		verdict = persock_judge_host(&policy->names, question->host,
					     question->port,
					     question->protocol, &rule);
		KUNIT_EXPECT_EQ_MSG(test, rule, question->rule, "question %u",
				    i);
		KUNIT_EXPECT_EQ_MSG(test, verdict,
				    question->rule ?
				    rules[question->rule - 1].verdict :
				    PERSOCK_NO_HOST_RULE, "question %u", i);
		/* A rule that decides lists the name. */
		if (question->rule)
			KUNIT_EXPECT_TRUE_MSG(test,
					      persock_host_listed(&policy->names,
								  question->host),
					      "question %u", i);
	}
}

#define LABEL_63 "abcdefghijklmnopqrstuvwxyz-0123456789_abcdefghijklmnopqrstuvwxy"
#define NAME_191 LABEL_63 "." LABEL_63 "." LABEL_63
#define LABEL_61 "abcdefghijklmnopqrstuvwxyz-0123456789_abcdefghijklmnopqrstuvw"

/* What a name of a rule may be, and the reason if it may not. */
static void names(struct kunit *test)
{
	static const char empty[] = "a label is empty";
	static const char byte[] =
		"a host name has only lower case letters, digits, \"-\" and \"_\"";
	static const char star[] = "\"*\" stands only before the first dot";
	static const char dot[] = "a host name has no final dot here";
	static const char label[] = "a label has at most 63 bytes";
	static const char whole[] = "a host name has at most 253 bytes";
	static const struct {
		const char *text, *reason;
	} texts[] = {
		{ "a" },
		{ "localhost" },
		{ "example.com" },
		{ "*.example.com" },
		{ "*.com" },
		{ "_sip._tcp.example.com" },
		{ "-a.b-" },
		{ "0.9.az" },
		{ "xn--bcher-kva.example" },
		{ LABEL_63 },
		{ NAME_191 "." LABEL_61 },
		{ "*." NAME_191 "." LABEL_61 },
		{ "", "a host name is empty" },
		{ "*.", "a name must follow \"*.\"" },
		{ ".", empty },
		{ ".a", empty },
		{ "a..b", empty },
		{ "*..a", empty },
		{ "a.", dot },
		{ "*.a.", dot },
		{ "*", star },
		{ "*a.b", star },
		{ "a.*", star },
		{ "a.*.b", star },
		{ "*.*.b", star },
		{ "**.b", star },
		{ "a*", star },
		{ "Example.com", byte },
		{ "exampl\xc3\xa9", byte },
		{ "a b", byte },
		{ "a\\b", byte },
		{ "a/b", byte },
		{ "a:b", byte },
		{ "a`b", byte },
		{ "a{b", byte },
		{ "a@b", byte },
		{ "a[b", byte },
		{ LABEL_63 "a", label },
		{ "a." LABEL_63 "a.b", label },
		{ NAME_191 "." LABEL_61 "a", whole },
		{ "*." NAME_191 "." LABEL_61 "a", whole },
		{ NAME_191 "." LABEL_61 ".", dot },
		{ NAME_191 "." LABEL_61 ".a", whole },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *reason = "none";
		int expected = texts[i].reason ? -EINVAL : 0;
		int result = persock_host_check(texts[i].text, &reason);

		KUNIT_EXPECT_EQ_MSG(test, result, expected, "case %u", i);
		if (texts[i].reason)
			KUNIT_EXPECT_STREQ_MSG(test, reason, texts[i].reason,
					       "case %u", i);
		else
			KUNIT_EXPECT_NULL_MSG(test, reason, "case %u", i);
	}
}

/* Sorted by name, below, verdict and place; neighbours are below one name. */
static void sorted(struct kunit *test)
{
	static const struct persock_host_rule rules[] = {
		ALL_ON("b.example.com", ALLOW),
		ALL_BELOW("example.com", ALLOW),
		ALL_BELOW("example.com", -EPERM),
		ALL_ON("example.com", ALLOW),
		ALL_ON("example.com", ALLOW),
		ALL_ON("example.com", -EACCES),
		ALL_ON("a-example.com", ALLOW),
		ALL_ON("org", ALLOW),
		ALL_ON("com", ALLOW),
		ALL_ON("a.example.com", ALLOW),
	};
	static const u32 expected[] = { 7, 8, 5, 3, 4, 2, 1, 6, 9, 0 };
	u32 indexes[ARRAY_SIZE(rules)];
	unsigned int i;

	persock_hosts_sort(rules, ARRAY_SIZE(rules), indexes);
	for (i = 0; i < ARRAY_SIZE(rules); i++)
		KUNIT_EXPECT_EQ_MSG(test, indexes[i], expected[i], "place %u",
				    i);

	persock_hosts_sort(NULL, 0, NULL);
}

/* Without rules nothing decides, and only the default lets a query out. */
static void no_rules(struct kunit *test)
{
	struct persock_policy *policy = policy_of(test, NULL, 0);
	const struct persock_names *none = &policy->names;
	unsigned int rule = UINT_MAX;

	KUNIT_EXPECT_EQ(test, persock_judge_host(none, "a.b", 80, TCP, &rule),
			PERSOCK_NO_HOST_RULE);
	KUNIT_EXPECT_EQ(test, rule, 0);
	KUNIT_EXPECT_FALSE(test, persock_host_listed(none, "a.b"));
	KUNIT_EXPECT_FALSE(test, persock_host_has_allowed(none, "a.b"));
	rule = UINT_MAX;
	KUNIT_EXPECT_EQ(test, persock_judge_query(policy, "a.b",
						  PERSOCK_DNS_DS, &rule),
			NO_RULE);
	KUNIT_EXPECT_EQ(test, rule, 0);
}

/* A rule is about a name or about those below it, to the byte. */
static void patterns(struct kunit *test)
{
	static const struct persock_host_rule rules[] = {
		ALL_ON("example.com", ALLOW),
		ALL_BELOW("example.org", ALLOW),
		ALL_ON("net", -EACCES),
		ALL_BELOW("net", -EPERM),
	};
	static const struct question questions[] = {
		{ "example.com", 80, TCP, 1 },
		{ "www.example.com", 80, TCP, 0 },
		{ "xexample.com", 80, TCP, 0 },
		{ "xample.com", 80, TCP, 0 },
		{ "com", 80, TCP, 0 },
		{ "example.com.evil", 80, TCP, 0 },
		{ "example.co", 80, TCP, 0 },
		{ "example-com", 80, TCP, 0 },
		{ "example.org", 80, TCP, 0 },
		{ "a.example.org", 80, TCP, 2 },
		{ "a.b.example.org", 80, TCP, 2 },
		{ "aexample.org", 80, TCP, 0 },
		{ "-example.org", 80, TCP, 0 },
		{ "org", 80, TCP, 0 },
		{ "net", 80, TCP, 3 },
		{ "a.net", 80, TCP, 4 },
		{ "anet", 80, TCP, 0 },
		{ "", 80, TCP, 0 },
		{ "zzz", 80, TCP, 0 },
		{ "-", 80, TCP, 0 },
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
}

/* The rule on the name decides, then that on the longest suffix. */
static void longest_suffix(struct kunit *test)
{
	static const struct persock_host_rule rules[] = {
		ALL_BELOW("com", -EACCES),
		ALL_BELOW("b.example.com", -EPERM),
		ALL_BELOW("example.com", ALLOW),
		ALL_ON("a.b.example.com", ALLOW),
	};
	static const struct question questions[] = {
		{ "a.b.example.com", 80, TCP, 4 },
		{ "c.b.example.com", 80, TCP, 2 },
		{ "a.a.b.example.com", 80, TCP, 2 },
		{ "b.example.com", 80, TCP, 3 },
		{ "c.example.com", 80, TCP, 3 },
		{ "example.com", 80, TCP, 1 },
		{ "com", 80, TCP, 0 },
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
}

/* For one pattern those that deny go first, then the earlier one. */
static void deny_first(struct kunit *test)
{
	static const struct persock_host_rule rules[] = {
		ALL_ON("a", ALLOW),
		ON("a", 80, 90, ANY, -EACCES),
		ON("a", 85, 85, ANY, ALLOW),
		ON("a", 90, 100, ANY, -EPERM),
		ALL_BELOW("a", ALLOW),
		ALL_BELOW("a", ALLOW),
		ON("a", 0, 0, UDP, -EPERM),
		ON("a", 65535, 65535, UDP, -EPERM),
	};
	static const struct question questions[] = {
		{ "a", 79, TCP, 1 },
		{ "a", 80, TCP, 2 },
		{ "a", 85, TCP, 2 },
		{ "a", 90, TCP, 2 },
		{ "a", 91, TCP, 4 },
		{ "a", 100, TCP, 4 },
		{ "a", 101, TCP, 1 },
		{ "b.a", 85, TCP, 5 },
		{ "a", 0, UDP, 7 },
		{ "a", 0, TCP, 1 },
		{ "a", 65535, UDP, 8 },
		{ "a", 65535, ANY, 1 },
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
}

/* A pattern whose rules do not match port and protocol hides no other one. */
static void falls_back(struct kunit *test)
{
	static const struct persock_host_rule rules[] = {
		ON("a.b", 80, 80, TCP, ALLOW),
		BELOW("b", 80, 90, UDP, -EPERM),
		BELOW("b", 100, 100, ANY, ALLOW),
		ON("a.b", 200, 200, INT_MAX, -EPERM),
	};
	static const struct question questions[] = {
		{ "a.b", 80, TCP, 1 },
		{ "a.b", 80, UDP, 2 },
		{ "a.b", 80, 0, 0 },
		{ "a.b", 100, 0, 3 },
		{ "a.b", 100, ANY, 3 },
		{ "a.b", 200, INT_MAX, 4 },
		{ "a.b", 200, TCP, 0 },
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
}

/* No rule allows a name with bytes that no host has, and some deny it. */
static void odd_names(struct kunit *test)
{
	static const struct persock_host_rule rules[] = {
		ALL_BELOW("good.com", ALLOW),
		ALL_BELOW("bad.com", -EPERM),
		ALL_BELOW("com", ALLOW),
	};
	static const struct question questions[] = {
		{ "a\\032b.good.com", 80, TCP, 0 },
		{ "a\\032b.bad.com", 80, TCP, 2 },
		{ "\\.bad.com", 80, TCP, 2 },
		{ "\\.com", 80, TCP, 0 },
		{ "a\\046bad.com", 80, TCP, 0 },
	};
	struct persock_policy *policy = policy_of(test, rules,
						  ARRAY_SIZE(rules));
	unsigned int rule;

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
	KUNIT_EXPECT_FALSE(test, persock_host_listed(&policy->names,
						     "\\.good.com"));
	KUNIT_EXPECT_FALSE(test, persock_host_has_allowed(&policy->names,
							  "\\.good.com"));
	KUNIT_EXPECT_EQ(test, persock_judge_query(policy, "\\.good.com",
						  PERSOCK_DNS_A, &rule),
			NO_RULE);
	KUNIT_EXPECT_EQ(test, rule, 0);

	policy->connect.fallback = ALLOW;
	KUNIT_EXPECT_EQ(test, persock_judge_query(policy, "\\.good.com",
						  PERSOCK_DNS_A, &rule),
			ALLOW);
	KUNIT_EXPECT_EQ(test, persock_judge_query(policy, "\\.bad.com",
						  PERSOCK_DNS_A, &rule),
			-EPERM);
	KUNIT_EXPECT_EQ(test, rule, 2);
}

/* Every depth of names, each with its own port. */
static void deepest_name(struct kunit *test)
{
	static char name[2 * 127];
	static struct persock_host_rule rules[127];
	struct question question = { .host = name, .protocol = TCP };
	unsigned int i;

	for (i = 0; i < 127; i++) {
		name[2 * i] = 'a' + i % 26;
		name[2 * i + 1] = i == 126 ? '\0' : '.';
	}
	for (i = 0; i < 127; i++)
		rules[i] = (struct persock_host_rule){
			.name = name + 2 * i,
			.length = sizeof(name) - 1 - 2 * i,
			.below = i,
			.first = i,
			.last = i,
			.protocol = TCP,
			.verdict = -EPERM,
		};

	for (i = 0; i < 128; i++) {
		question.port = i;
		question.rule = i < 127 ? i + 1 : 0;
		ask(test, rules, ARRAY_SIZE(rules), &question, 1);
	}
}

/* A rule that allows counts, unless another one denies all that it allows. */
static void has_allowed(struct kunit *test)
{
	static const struct persock_host_rule rules[] = {
		ON("a.a", 443, 443, TCP, ALLOW),
		ALL_ON("a.b", -EPERM),
		ALL_BELOW("b", ALLOW),
		ALL_ON("a.c", -EPERM),
		ALL_ON("a.c", ALLOW),
		/* Denied for one of many ports, or one protocol. */
		ON("a.d", 80, 80, ANY, -EPERM),
		ON("b.d", 0, 65535, TCP, -EPERM),
		ON("c.d", 0, 65534, ANY, -EPERM),
		ON("d.d", 1, 65535, ANY, -EPERM),
		ALL_BELOW("d", ALLOW),
		/* All that is allowed is denied. */
		ON("a.e", 400, 500, ANY, -EPERM),
		ON("b.e", 443, 443, TCP, -EPERM),
		ON("c.e", 443, 443, UDP, -EPERM),
		ON("d.e", 444, 500, ANY, -EPERM),
		ON("e.e", 400, 442, ANY, -EPERM),
		BELOW("e", 443, 443, TCP, ALLOW),
		/* What denies comes after what allows. */
		ON("a.f", 443, 443, TCP, ALLOW),
		ALL_BELOW("f", -EPERM),
	};
	static const struct {
		const char *host;
		bool listed, allowed;
	} cases[] = {
		{ "a.a", true, true },
		{ "b.a", false, false },
		{ "a", false, false },
		{ "a.b", true, false },
		{ "b.b", true, true },
		{ "a.c", true, false },
		{ "a.d", true, true },
		{ "b.d", true, true },
		{ "c.d", true, true },
		{ "d.d", true, true },
		{ "a.e", true, false },
		{ "b.e", true, false },
		{ "c.e", true, true },
		{ "d.e", true, true },
		{ "e.e", true, true },
		{ "a.f", true, true },
		{ "b.f", true, false },
		{ "", false, false },
	};
	struct persock_policy *policy = policy_of(test, rules,
						  ARRAY_SIZE(rules));
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		KUNIT_EXPECT_EQ_MSG(test,
				    persock_host_listed(&policy->names,
							cases[i].host),
				    cases[i].listed, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test,
				    persock_host_has_allowed(&policy->names,
							     cases[i].host),
				    cases[i].allowed, "case %u", i);
	}
}

/* After many comparisons a rule counts, whether or not it is hidden. */
static void many_denials(struct kunit *test)
{
	static struct persock_host_rule rules[RULES];
	struct persock_policy *policy;
	unsigned int i;

	for (i = 0; i < RULES; i++)
		rules[i] = (struct persock_host_rule)ON("a.b", i, i, TCP,
							-EPERM);
	rules[RULES - 1] = (struct persock_host_rule)BELOW("b", 0, 0, TCP,
							   ALLOW);
	policy = policy_of(test, rules, RULES);
	KUNIT_EXPECT_FALSE(test, persock_host_has_allowed(&policy->names,
							  "a.b"));

	rules[RULES - 1].first = 200;
	rules[RULES - 1].last = 200;
	KUNIT_EXPECT_TRUE(test, persock_host_has_allowed(&policy->names,
							 "a.b"));
}

#define A	PERSOCK_DNS_A
#define SIGNER	PERSOCK_DNS_DS

/* Which queries leave the machine, with the default that denies and allows. */
static void queries(struct kunit *test)
{
	static const struct persock_host_rule rules[] = {
		ON("www.example.com", 443, 443, TCP, ALLOW),
		ALL_BELOW("cdn.example.org", ALLOW),
		ALL_BELOW("ads.cdn.example.org", -EPERM),
		ON("www.example.net", 25, 25, TCP, -EPERM),
		ALL_ON("mail.example.net", -ECONNREFUSED),
		ALL_ON("a.denied", -EPERM),
		ALL_BELOW("a.denied", -EPERM),
		ALL_ON("example.info", -EPERM),
		ALL_BELOW("example.info", ALLOW),
		ON("b.both", 80, 80, TCP, -EPERM),
		ALL_BELOW("both", -EACCES),
	};
	static const struct {
		const char *host;
		u16 type;
		int listed, open;
		unsigned int rule;
	} cases[] = {
		{ "www.example.com", A, ALLOW, ALLOW },
		{ "www.example.com", 65535, ALLOW, ALLOW },
		{ "xyz.example.com", A, NO_RULE, ALLOW },
		{ "data.www.example.com", A, NO_RULE, ALLOW },
		{ "data.www.example.com", SIGNER, NO_RULE, ALLOW },
		{ "x.cdn.example.org", A, ALLOW, ALLOW },
		{ "ads.cdn.example.org", A, ALLOW, ALLOW },
		{ "x.ads.cdn.example.org", A, -EPERM, -EPERM, 3 },
		{ "x.ads.cdn.example.org", SIGNER, -EPERM, -EPERM, 3 },
		/* Other ports may be allowed by the default. */
		{ "www.example.net", A, NO_RULE, ALLOW },
		{ "mail.example.net", A, -ECONNREFUSED, -ECONNREFUSED, 5 },
		{ "mail.example.net", SIGNER, -ECONNREFUSED, -ECONNREFUSED, 5 },
		{ "b.both", A, -EACCES, -EACCES, 11 },
		/* What a resolver needs that validates. */
		{ "example.com", SIGNER, ALLOW, ALLOW },
		{ "example.com", PERSOCK_DNS_DNSKEY, ALLOW, ALLOW },
		{ "example.com", PERSOCK_DNS_NS, ALLOW, ALLOW },
		{ "example.com", PERSOCK_DNS_SOA, ALLOW, ALLOW },
		{ "example.com", A, NO_RULE, ALLOW },
		{ "xample.com", SIGNER, NO_RULE, ALLOW },
		{ "com", SIGNER, ALLOW, ALLOW },
		{ "om", SIGNER, NO_RULE, ALLOW },
		{ "", SIGNER, ALLOW, ALLOW },
		{ "", A, NO_RULE, ALLOW },
		{ "cdn.example.org", SIGNER, ALLOW, ALLOW },
		{ "cdn.example.org", A, NO_RULE, ALLOW },
		{ "example.org", SIGNER, ALLOW, ALLOW },
		{ "example.info", SIGNER, ALLOW, ALLOW },
		{ "example.info", A, -EPERM, -EPERM, 8 },
		/* Rules that deny need no keys. */
		{ "example.net", SIGNER, NO_RULE, ALLOW },
		{ "net", SIGNER, NO_RULE, ALLOW },
		{ "denied", SIGNER, NO_RULE, ALLOW },
		{ "a.denied", SIGNER, -EPERM, -EPERM, 6 },
		{ "zzz", SIGNER, NO_RULE, ALLOW },
		{ NAME_191 "." LABEL_63, SIGNER, NO_RULE, ALLOW },
	};
	struct persock_policy *policy = policy_of(test, rules,
						  ARRAY_SIZE(rules));
	unsigned int i, rule;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		policy->names.queries = PERSOCK_QUERIES_LISTED;
		policy->connect.fallback = NO_RULE;
		rule = UINT_MAX;
		KUNIT_EXPECT_EQ_MSG(test,
				    persock_judge_query(policy, cases[i].host,
							cases[i].type, &rule),
				    cases[i].listed, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, rule, cases[i].rule, "case %u", i);

		policy->connect.fallback = ALLOW;
		rule = UINT_MAX;
		KUNIT_EXPECT_EQ_MSG(test,
				    persock_judge_query(policy, cases[i].host,
							cases[i].type, &rule),
				    cases[i].open, "case %u, open", i);
		KUNIT_EXPECT_EQ_MSG(test, rule, cases[i].rule, "case %u, open",
				    i);

		policy->names.queries = PERSOCK_QUERIES_ANY;
		policy->connect.fallback = NO_RULE;
		rule = UINT_MAX;
		KUNIT_EXPECT_EQ_MSG(test,
				    persock_judge_query(policy, cases[i].host,
							cases[i].type, &rule),
				    ALLOW, "case %u, any", i);
		KUNIT_EXPECT_EQ_MSG(test, rule, 0, "case %u, any", i);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(names),
	KUNIT_CASE(sorted),
	KUNIT_CASE(no_rules),
	KUNIT_CASE(patterns),
	KUNIT_CASE(longest_suffix),
	KUNIT_CASE(deny_first),
	KUNIT_CASE(falls_back),
	KUNIT_CASE(odd_names),
	KUNIT_CASE(deepest_name),
	KUNIT_CASE(has_allowed),
	KUNIT_CASE(many_denials),
	KUNIT_CASE(queries),
	{ }
};

static struct kunit_suite suite = {
	.name = "persock_host",
	.test_cases = cases,
};

kunit_test_suite(suite);
