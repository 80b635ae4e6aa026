// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of verdicts on names of AF_UNIX sockets: which of several rules decides,
 * where a peer may have been created, and how reports write a name. KUnit runs
 * the suite against module/policy/unix_rule.c.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/net.h>
#include <linux/string.h>

#include "policy/unix_rule.h"

#define ANY	PERSOCK_ANY
#define ALLOW	PERSOCK_ALLOW
#define STREAM	SOCK_STREAM
#define DGRAM	SOCK_DGRAM

/* The default of the tests. */
#define NO_RULE	(-ECONNREFUSED)

/* A name of a literal, which may have zero bytes. */
#define NAMED(_kind, _name, _prefix, _type, _peer, _verdict) \
	{ .kind = PERSOCK_UNIX_##_kind, .name = (_name), \
	  .length = sizeof(_name) - 1, .prefix = (_prefix), \
	  .type = (_type), .peer = (_peer), .verdict = (_verdict) }
#define PATH(name, verdict)	NAMED(PATH, name, false, ANY, NULL, verdict)
#define BELOW(name, verdict)	NAMED(PATH, name, true, ANY, NULL, verdict)
#define ABSTRACT(name, verdict)	NAMED(ABSTRACT, name, false, ANY, NULL, verdict)
#define ABSTRACTS(name, verdict) NAMED(ABSTRACT, name, true, ANY, NULL, verdict)
#define UNNAMED(verdict)	NAMED(UNNAMED, "", false, ANY, NULL, verdict)
#define EVERY(verdict)		NAMED(ANY, "", false, ANY, NULL, verdict)

/* A name, and the number of the rule that must decide about it. */
struct question {
	struct persock_unix_name name;
	unsigned int rule;
};

#define ASK(_kind, _name, _type, _same, _cgroup, _rule) \
	{ .name = { .kind = PERSOCK_UNIX_##_kind, .name = (_name), \
		    .length = sizeof(_name) - 1, .type = (_type), \
		    .same = (_same), .cgroup = (_cgroup) }, .rule = (_rule) }
#define ASK_PATH(name, rule)	ASK(PATH, name, STREAM, false, NULL, rule)
#define ASK_ABSTRACT(name, rule) ASK(ABSTRACT, name, STREAM, false, NULL, rule)

static void sort_rules(struct kunit *test, struct persock_unix_rules *section,
		       const struct persock_unix_rule *rules, unsigned int nr)
{
	struct persock_unix_entry *sorted;

	sorted = kunit_kcalloc(test, nr + 1, sizeof(*sorted), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sorted);
	*section = (struct persock_unix_rules){
		.rules = rules,
		.nr = nr,
		.fallback = NO_RULE,
	};
	persock_unix_sort(section, sorted);
}

static void ask(struct kunit *test, const struct persock_unix_rule *rules,
		unsigned int nr, const struct question *questions,
		unsigned int nr_questions)
{
	struct persock_unix_rules section;
	unsigned int i;

	sort_rules(test, &section, rules, nr);
	for (i = 0; i < nr_questions; i++) {
		unsigned int rule = UINT_MAX, wanted = questions[i].rule;
		int verdict = persock_judge_unix(&section, &questions[i].name,
						 &rule);

		KUNIT_EXPECT_EQ_MSG(test, rule, wanted, "question %u", i);
		KUNIT_EXPECT_EQ_MSG(test, verdict,
				    wanted ? rules[wanted - 1].verdict :
					     NO_RULE, "question %u", i);
	}
}

/* Without rules the default decides. */
static void no_rules(struct kunit *test)
{
	static const struct question questions[] = {
		ASK_PATH("/run/x", 0), ASK_PATH("", 0), ASK_ABSTRACT("", 0),
		ASK(UNNAMED, "", STREAM, true, "/", 0),
	};

	ask(test, NULL, 0, questions, ARRAY_SIZE(questions));
}

/* Each kind has its names, to the byte. */
static void kinds(struct kunit *test)
{
	static const struct persock_unix_rule rules[] = {
		PATH("/run/x", ALLOW),
		ABSTRACT("/run/x", -EPERM),
		UNNAMED(-EACCES),
		ABSTRACT("a\0b", ALLOW),
		ABSTRACT("", ALLOW),
		BELOW("/tmp/", ALLOW),
	};
	static const struct question questions[] = {
		ASK_PATH("/run/x", 1), ASK_PATH("/run/xy", 0),
		ASK_PATH("/run/", 0), ASK_PATH("/run/w", 0),
		ASK_PATH("/run/y", 0), ASK_PATH("/", 0), ASK_PATH("/z", 0),
		/* A file without a path is matched by no rule on paths. */
		ASK_PATH("", 0),
		ASK_ABSTRACT("/run/x", 2), ASK_ABSTRACT("/tmp/x", 0),
		ASK(UNNAMED, "", DGRAM, false, NULL, 3),
		ASK_ABSTRACT("a\0b", 4), ASK_ABSTRACT("a", 0),
		ASK_ABSTRACT("a\0c", 0), ASK_ABSTRACT("a\0b\0", 0),
		ASK_ABSTRACT("", 5),
		ASK_PATH("/tmp/", 6), ASK_PATH("/tmp/a/b", 6),
		ASK_PATH("/tmp", 0), ASK_PATH("/tmp/\xff", 6),
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
}

/* A whole name decides, then the longest prefix, then a rule without a name. */
static void most_specific(struct kunit *test)
{
	static const struct persock_unix_rule rules[] = {
		EVERY(-EPERM),
		BELOW("/", ALLOW),
		BELOW("/run/", -EACCES),
		BELOW("/run/user/", ALLOW),
		PATH("/run/user/", -EINVAL),
		PATH("/run/a", ALLOW),
		BELOW("/run/user/1000", -EMFILE),
		PATH("/run/user/1000", ALLOW),
		ABSTRACTS("", ALLOW),
		ABSTRACTS("b", -EACCES),
		BELOW("/sbin", -EACCES),
	};
	static const struct question questions[] = {
		ASK_PATH("/etc/x", 2), ASK_PATH("/run/x", 3),
		ASK_PATH("/run/a", 6), ASK_PATH("/run/ab", 3),
		ASK_PATH("/run/user/1", 4), ASK_PATH("/run/user/", 5),
		ASK_PATH("/run/user/1000", 8), ASK_PATH("/run/user/1000/bus", 7),
		ASK_PATH("/run/user/2", 4), ASK_PATH("/run0", 2),
		ASK_PATH("/sbin2", 11), ASK_PATH("/s", 2), ASK_PATH("", 3),
		ASK_ABSTRACT("", 9), ASK_ABSTRACT("a", 9),
		ASK_ABSTRACT("b", 10), ASK_ABSTRACT("bus", 10),
		ASK_ABSTRACT("c", 9),
		ASK(UNNAMED, "", STREAM, true, NULL, 1),
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
}

/*
 * A file without a path might have any: it is denied as the first of the paths
 * is, unless it is known where its socket was created.
 */
static void nameless(struct kunit *test)
{
	static const struct persock_unix_rule rules[] = {
		NAMED(ANY, "", false, ANY, "", ALLOW),
		NAMED(PATH, "/a", false, DGRAM, NULL, -EPERM),
		NAMED(PATH, "/b", false, ANY, "/c", -EINVAL),
		PATH("/d", ALLOW),
		EVERY(-EACCES),
		ABSTRACTS("", -EMFILE),
	};
	static const struct persock_unix_rule allowing[] = {
		PATH("/d", ALLOW),
	};
	static const struct question questions[] = {
		ASK(PATH, "", DGRAM, true, NULL, 1),
		ASK(PATH, "", DGRAM, false, NULL, 2),
		ASK(PATH, "", STREAM, false, "/c", 3),
		ASK(PATH, "", STREAM, false, "/e", 5),
	};
	static const struct question other[] = {
		ASK_PATH("", 0),
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
	ask(test, allowing, ARRAY_SIZE(allowing), other, ARRAY_SIZE(other));
}

/* For one name: peer, then type, then deny, then the earlier rule. */
static void same_name(struct kunit *test)
{
	static const struct persock_unix_rule rules[] = {
		PATH("/x", ALLOW),
		PATH("/x", ALLOW),
		NAMED(PATH, "/x", false, DGRAM, NULL, ALLOW),
		NAMED(PATH, "/x", false, ANY, "", ALLOW),
		NAMED(PATH, "/x", false, DGRAM, "/a", -EPERM),
		NAMED(PATH, "/y", false, DGRAM, NULL, ALLOW),
		NAMED(PATH, "/y", false, DGRAM, NULL, -EPERM),
		NAMED(PATH, "/y", false, DGRAM, NULL, -EACCES),
		PATH("/y", -EINVAL),
		BELOW("/y", ALLOW),
	};
	static const struct question questions[] = {
		ASK_PATH("/x", 1),
		ASK(PATH, "/x", DGRAM, false, NULL, 3),
		ASK(PATH, "/x", STREAM, true, NULL, 4),
		ASK(PATH, "/x", DGRAM, true, "/b", 4),
		ASK(PATH, "/x", DGRAM, true, "/a/b", 5),
		ASK(PATH, "/y", DGRAM, false, NULL, 7),
		ASK_PATH("/y", 9),
		ASK_PATH("/yy", 10),
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
}

/* If no rule of a name matches in all else, those of shorter ones are asked. */
static void next_name(struct kunit *test)
{
	static const struct persock_unix_rule rules[] = {
		NAMED(PATH, "/a/b", false, DGRAM, NULL, ALLOW),
		NAMED(PATH, "/a/", true, DGRAM, NULL, -EPERM),
		NAMED(PATH, "/a/", true, SOCK_SEQPACKET, NULL, ALLOW),
		NAMED(PATH, "/", true, ANY, "", ALLOW),
		NAMED(ANY, "", false, STREAM, "/c", ALLOW),
		NAMED(ANY, "", false, SOCK_SEQPACKET, NULL, -EACCES),
	};
	static const struct question questions[] = {
		ASK(PATH, "/a/b", DGRAM, true, NULL, 1),
		ASK(PATH, "/a/c", DGRAM, true, NULL, 2),
		ASK(PATH, "/a/b", SOCK_SEQPACKET, false, NULL, 3),
		ASK(PATH, "/a/b", STREAM, true, "/c", 4),
		ASK(PATH, "/a/b", STREAM, false, "/c", 5),
		ASK(PATH, "/a/b", STREAM, false, "/d", 0),
		ASK(PATH, "/b", DGRAM, false, NULL, 0),
		ASK(PATH, "/b", SOCK_SEQPACKET, false, NULL, 6),
		ASK(PATH, "", SOCK_SEQPACKET, true, NULL, 6),
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
}

/* A peer was created in a cgroup, or below it. */
static void peers(struct kunit *test)
{
	static const struct persock_unix_rule rules[] = {
		NAMED(UNNAMED, "", false, ANY, "/a.slice", ALLOW),
		NAMED(PATH, "/x", false, ANY, "/", ALLOW),
		NAMED(PATH, "/y", false, ANY, "", ALLOW),
	};
	static const struct question questions[] = {
		ASK(UNNAMED, "", STREAM, false, "/a.slice", 1),
		ASK(UNNAMED, "", STREAM, false, "/a.slice/b/c", 1),
		ASK(UNNAMED, "", STREAM, true, "/a.slices", 0),
		ASK(UNNAMED, "", STREAM, true, "/a", 0),
		ASK(UNNAMED, "", STREAM, true, "/", 0),
		ASK(UNNAMED, "", STREAM, true, NULL, 0),
		ASK(PATH, "/x", STREAM, false, "/", 2),
		ASK(PATH, "/x", STREAM, false, "/b", 2),
		ASK(PATH, "/x", STREAM, true, NULL, 0),
		ASK(PATH, "/y", STREAM, true, NULL, 3),
		ASK(PATH, "/y", STREAM, false, "/", 0),
	};

	ask(test, rules, ARRAY_SIZE(rules), questions, ARRAY_SIZE(questions));
}

/* Sorted by kind and name, and each name knows its longest prefix. */
static void sorted(struct kunit *test)
{
	static const struct persock_unix_rule rules[] = {
		PATH("/ab", ALLOW),
		BELOW("/a", ALLOW),
		BELOW("/", ALLOW),
		BELOW("/a", -EPERM),
		PATH("/a", ALLOW),
		ABSTRACTS("/a", ALLOW),
		BELOW("/abc", ALLOW),
		PATH("/b", ALLOW),
		EVERY(ALLOW),
	};
	static const u32 order[] = { 8, 2, 3, 1, 4, 0, 6, 7, 5 };
	static const u32 outer[] = { 9, 9, 1, 1, 2, 2, 2, 1, 9 };
	struct persock_unix_rules section;
	unsigned int i;

	sort_rules(test, &section, rules, ARRAY_SIZE(rules));
	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		KUNIT_EXPECT_EQ_MSG(test, section.sorted[i].rule, order[i],
				    "place %u", i);
		KUNIT_EXPECT_EQ_MSG(test, section.sorted[i].outer, outer[i],
				    "place %u", i);
	}
}

/* A section that allows everything need not be asked. */
static void restricts(struct kunit *test)
{
	static const struct persock_unix_rule rule = UNNAMED(ALLOW);
	struct persock_unix_rules section = { .fallback = ALLOW };

	KUNIT_EXPECT_FALSE(test, persock_unix_restricts(&section));
	section.fallback = -EPERM;
	KUNIT_EXPECT_TRUE(test, persock_unix_restricts(&section));
	section = (struct persock_unix_rules){ .rules = &rule, .nr = 1 };
	KUNIT_EXPECT_TRUE(test, persock_unix_restricts(&section));
}

/* What rules may have is written as it is, all other bytes as digits. */
static void texts(struct kunit *test)
{
	static const struct {
		struct question name;
		const char *text;
		size_t size;
	} cases[] = {
		{ ASK_PATH("/run/a-b.sock", 0), "/run/a-b.sock", 64 },
		{ ASK_PATH("", 0), "/", 64 },
		{ ASK_PATH("/a b\\c*d*\xff~\x7f", 0),
		  "/a\\x20b\\x5cc\\x2ad\\x2a\\xff~\\x7f", 64 },
		{ ASK_ABSTRACT("", 0), "@", 64 },
		{ ASK_ABSTRACT("a\0\x1f!@", 0), "@a\\x00\\x1f!@", 64 },
		{ ASK(UNNAMED, "", STREAM, false, NULL, 0), "", 64 },
		/* What does not fit is cut, and no byte in its middle. */
		{ ASK_PATH("/abc", 0), "/ab", 4 },
		{ ASK_PATH("/a\n", 0), "/a\\x0a", 7 },
		{ ASK_PATH("/a\n", 0), "/a", 6 },
		{ ASK_ABSTRACT("a", 0), "", 1 },
		{ ASK_PATH("", 0), "", 1 },
	};
	char text[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t used;

		memset(text, '#', sizeof(text));
		used = persock_unix_text(&cases[i].name.name, text,
					 cases[i].size);
		KUNIT_EXPECT_STREQ_MSG(test, text, cases[i].text, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, used, strlen(cases[i].text),
				    "case %u", i);
	}
	text[0] = '#';
	KUNIT_EXPECT_EQ(test, persock_unix_text(&cases[0].name.name, text, 0),
			0);
	KUNIT_EXPECT_EQ(test, text[0], '#');
}

static struct kunit_case cases[] = {
	KUNIT_CASE(no_rules),
	KUNIT_CASE(kinds),
	KUNIT_CASE(most_specific),
	KUNIT_CASE(nameless),
	KUNIT_CASE(same_name),
	KUNIT_CASE(next_name),
	KUNIT_CASE(peers),
	KUNIT_CASE(sorted),
	KUNIT_CASE(restricts),
	KUNIT_CASE(texts),
	{ }
};

static struct kunit_suite suite = {
	.name = "persock_unix_rule",
	.test_cases = cases,
};

kunit_test_suite(suite);
