// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of shortcuts: each gives the same answer about a call as the functions
 * that judge. KUnit runs the suite against module/policy/shortcut.c and
 * shortcut.h.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/bits.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/net.h>
#include <linux/sctp.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/tcp.h>

#include "policy/detour.h"
#include "policy/shortcut.h"
#include "policy/verdict.h"

static const struct persock_option some_options[] = {
	{ SOL_IP, IP_TOS, PERSOCK_ALLOW },
	{ SOL_IP, IP_TTL, PERSOCK_ALLOW, .size = 4 },
	{ SOL_IP, IP_OPTIONS, PERSOCK_ALLOW },
	{ SOL_SOCKET, SO_REUSEADDR, PERSOCK_ALLOW, .size = 4 },
	{ SOL_SOCKET, SO_TYPE, PERSOCK_ALLOW, .max = 2 },
	{ SOL_SOCKET, SO_ERROR, -EPERM },
	{ SOL_SOCKET, SO_LINGER, PERSOCK_ALLOW, .size = 125, .max = 125 },
	{ SOL_SOCKET, SO_BROADCAST, PERSOCK_IGNORE },
	{ SOL_SOCKET, SO_PASSCRED, PERSOCK_ALLOW },
	{ SOL_SOCKET, SO_KEEPALIVE, PERSOCK_ALLOW, .size = 126, .max = 126 },
	{ SOL_TCP, TCP_NODELAY, PERSOCK_ALLOW, .size = 4 },
	{ SOL_TCP, TCP_ULP, PERSOCK_ALLOW },
	{ SOL_IPV6, IPV6_ADDRFORM, PERSOCK_ALLOW, .size = 4 },
	{ SOL_SCTP, SCTP_NODELAY, PERSOCK_ALLOW },
};

/* Rules of every kind: allowed, denied, sized, bounded, ignored. */
#define SOME_RULES							\
{									\
	.get = { some_options, ARRAY_SIZE(some_options), -ENOPROTOOPT },	\
	.set = { some_options, ARRAY_SIZE(some_options), -ENOPROTOOPT },	\
	.send = { .allow = MSG_DONTWAIT, .ignore = MSG_OOB,		\
		  .fallback = -EINVAL },				\
	.receive = { .allow = MSG_PEEK, .fallback = PERSOCK_ALLOW },	\
	.address_max = 28,						\
	.option_max = 255,						\
}

static const struct persock_policy open_policy;
static const struct persock_policy some_policy = {
	.connect = { .fallback = -EACCES },
	.accept = { .fallback = -EACCES },
	.unix_rights = -EPERM,
	.rules = { SOME_RULES, SOME_RULES },
};

static const struct persock_policy limits_policy = {
	.bind = { .fallback = -EACCES },
	.unix_credentials = -EPERM,
	.max_sockets = 7,
	.rules[PERSOCK_CLASS_INET] = { .received_max = 100, .option_max = 4 },
	.rules[PERSOCK_CLASS_OTHER] = { .control_max = 100 },
};

static const struct persock_policy *policy_of(unsigned int number)
{
	static const struct persock_policy *const own[] = {
		&open_policy, &some_policy, &limits_policy,
	};

	if (number < ARRAY_SIZE(own))
		return own[number];
	number -= ARRAY_SIZE(own);

	return number < persock_nr_presets ? persock_presets[number].policy :
					     NULL;
}

static const int levels[] = {
	SOL_SOCKET, SOL_IP, SOL_TCP, SOL_UDP, SOL_IPV6, SOL_SCTP, -1,
};

static const int lengths[] = {
	INT_MIN, -1, 0, 1, 2, 3, 4, 5, 124, 125, 126, 127, 128, 255, 256, INT_MAX,
};

static bool get_passes(const struct persock_rules *rules, int level, int name,
		       int len)
{
	unsigned int size, max, rule;

	if (persock_judge_get(rules, level, name, &size, &max, &rule) ||
	    (max && (max != size || len > (int)max)) ||
	    persock_detour_get(level, name))
		return false;

	return !persock_judges_get_len(rules) ||
	       !persock_judge_get_len(size, len);
}

static bool set_passes(const struct persock_rules *rules, int level, int name,
		       unsigned int len)
{
	enum persock_section section;
	unsigned int cut = len, rule;

	if ((level == SOL_TCP && name == TCP_ULP) ||
	    (level == SOL_IPV6 &&
	     (name == IPV6_ADDRFORM || name == IPV6_V6ONLY)))
		return false;

	return !persock_judge_set(rules, level, name, &cut, &rule) &&
	       cut == len && !persock_detour_set(level, name, 1, &section);
}

/*
 * Checks both directions: no option passes that the functions would judge
 * differently, and every option passes that may, except for levels, names and
 * sizes that the tables do not have.
 */
static void options(struct kunit *test, const struct persock_shortcut *shortcut,
		    const struct persock_rules *rules, bool judges_credentials,
		    int level, int name)
{
	bool judged = judges_credentials && level == SOL_SOCKET;
	bool known = persock_shortcut_level(level) != PERSOCK_SHORTCUT_UNLISTED &&
		     name >= 0 && name < PERSOCK_SHORTCUT_NAMES;
	unsigned int i, rule, size;
	bool passes;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		int len = lengths[i];

		persock_judge_option(&rules->get, level, name, &rule);
		size = rule ? rules->get.list[rule - 1].size : 0;
		passes = known && size <= 125 &&
			 get_passes(rules, level, name, len);
		if (persock_shortcut_get(shortcut, level, name, len) != passes)
			KUNIT_FAIL(test, "get %d %d %d", level, name, len);

		persock_judge_option(&rules->set, level, name, &rule);
		size = rule ? rules->set.list[rule - 1].size : 0;
		passes = known && size <= 125 && !judged &&
			 set_passes(rules, level, name, len);
		if (persock_shortcut_set(shortcut, level, name, len) != passes)
			KUNIT_FAIL(test, "set %d %d %d", level, name, len);
	}
}

static void all_options(struct kunit *test,
			const struct persock_shortcut *shortcut,
			const struct persock_rules *rules,
			bool judges_credentials)
{
	unsigned int i;
	int name;

	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		for (name = -1; name <= PERSOCK_SHORTCUT_NAMES; name++)
			options(test, shortcut, rules, judges_credentials,
				levels[i], name);
	}
}

static void messages(struct kunit *test,
		     const struct persock_shortcut *shortcut,
		     const struct persock_rules *rules)
{
	unsigned int bit;

	for (bit = 0; bit < PERSOCK_NR_FLAGS; bit++) {
		u32 sent = 1U << bit, received = sent;

		KUNIT_EXPECT_EQ(test,
				persock_shortcut_send(shortcut, sent, NULL, 0,
						      0),
				!persock_judge_flags(&rules->send, 0, &sent) &&
				sent == 1U << bit);
		if (shortcut->receives)
			KUNIT_EXPECT_EQ(test,
					persock_shortcut_receive(shortcut,
								 received, 0),
					!persock_judge_flags(&rules->receive, 0,
							     &received) &&
					received == 1U << bit);
	}
}

static void as_judged(struct kunit *test)
{
	const struct persock_policy *policy;
	struct persock_shortcut *shortcut;
	unsigned int i, class;

	shortcut = kunit_kzalloc(test, sizeof(*shortcut), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, shortcut);
	for (i = 0; (policy = policy_of(i)); i++) {
		for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
			persock_shortcut_build(shortcut, policy, class);
			all_options(test, shortcut, &policy->rules[class],
				    class == PERSOCK_CLASS_OTHER &&
				    policy->unix_credentials);
			messages(test, shortcut, &policy->rules[class]);
		}
	}
}

/* Without rules everything passes: the tables are not just empty. */
static void open(struct kunit *test)
{
	struct persock_shortcut *s;

	s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s);
	persock_shortcut_build(s, persock_presets[0].policy,
			       PERSOCK_KIND_INET);
	KUNIT_EXPECT_STREQ(test, persock_presets[0].name, "host");
	KUNIT_EXPECT_TRUE(test, persock_shortcut_get(s, SOL_SOCKET, SO_TYPE, -1));
	KUNIT_EXPECT_TRUE(test, persock_shortcut_set(s, SOL_TCP, TCP_NODELAY, 4));
	KUNIT_EXPECT_TRUE(test, persock_shortcut_send(s, MSG_OOB, s, 1 << 20,
						      1 << 20));
	KUNIT_EXPECT_TRUE(test, persock_shortcut_receive(s, MSG_OOB, 1 << 20));
	KUNIT_EXPECT_TRUE(test, s->accept);
	KUNIT_EXPECT_EQ(test, s->bind_max, U32_MAX);
	KUNIT_EXPECT_EQ(test, s->connect_max, U32_MAX);
	KUNIT_EXPECT_TRUE(test, s->get_all);
	KUNIT_EXPECT_TRUE(test, s->set_all);
	KUNIT_EXPECT_FALSE(test, s->counts);
}

/* Sections of a policy that must be judged, each by itself. */
static void restricted(struct kunit *test)
{
	struct persock_shortcut *s;

	s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s);

	persock_shortcut_build(s, &some_policy, PERSOCK_KIND_INET);
	KUNIT_EXPECT_FALSE(test, persock_shortcut_send(s, 0, s, 16, 0));
	KUNIT_EXPECT_TRUE(test, persock_shortcut_send(s, 0, s, 0, 0));
	KUNIT_EXPECT_TRUE(test, persock_shortcut_send(s, 0, NULL, 16, 0));
	KUNIT_EXPECT_FALSE(test, persock_shortcut_send(s, 0, NULL, 0, 16));
	KUNIT_EXPECT_TRUE(test, persock_shortcut_receive(s, 0, 16));
	KUNIT_EXPECT_EQ(test, s->connect_max, 0);
	KUNIT_EXPECT_EQ(test, s->bind_max, 28);
	KUNIT_EXPECT_FALSE(test, s->accept);

	/* Other families have no rules on peers, but on descriptors. */
	persock_shortcut_build(s, &some_policy, PERSOCK_KIND_OTHER);
	KUNIT_EXPECT_TRUE(test, persock_shortcut_send(s, 0, s, 28, 0));
	KUNIT_EXPECT_FALSE(test, persock_shortcut_send(s, 0, s, 29, 0));
	KUNIT_EXPECT_FALSE(test, persock_shortcut_send(s, 0, s, -1, 0));
	KUNIT_EXPECT_FALSE(test, persock_shortcut_send(s, 0, NULL, 0, 16));
	KUNIT_EXPECT_FALSE(test, persock_shortcut_receive(s, 0, 0));
	KUNIT_EXPECT_TRUE(test, s->accept);

	/* If binds are restricted: a send may bind the socket, too. */
	persock_shortcut_build(s, &limits_policy, PERSOCK_KIND_INET);
	KUNIT_EXPECT_FALSE(test, persock_shortcut_send(s, 0, s, 16, 0));
	KUNIT_EXPECT_TRUE(test, persock_shortcut_send(s, 0, NULL, 0, 0));
	KUNIT_EXPECT_FALSE(test, persock_shortcut_send(s, 0, s, 16, 16));
	KUNIT_EXPECT_TRUE(test, persock_shortcut_receive(s, 0, 0));
	KUNIT_EXPECT_FALSE(test, persock_shortcut_receive(s, 0, 16));
	KUNIT_EXPECT_EQ(test, s->connect_max, 0);
	KUNIT_EXPECT_EQ(test, s->bind_max, 0);
	KUNIT_EXPECT_FALSE(test, s->accept);
	persock_shortcut_build(s, &limits_policy, PERSOCK_KIND_OTHER);
	KUNIT_EXPECT_TRUE(test, persock_shortcut_send(s, 0, s, 16, 0));
	KUNIT_EXPECT_FALSE(test, persock_shortcut_send(s, 0, s, 16, 16));
	KUNIT_EXPECT_FALSE(test, persock_shortcut_receive(s, 0, 0));
	KUNIT_EXPECT_EQ(test, s->bind_max, U32_MAX);
}

/* What passes two policies together passes each of them, and nothing else. */
static void join_options(struct kunit *test,
			 const struct persock_shortcut *joined,
			 const struct persock_shortcut *a,
			 const struct persock_shortcut *b)
{
	unsigned int i, j;
	int name;

	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		for (name = 0; name < PERSOCK_SHORTCUT_NAMES; name++) {
			for (j = 0; j < ARRAY_SIZE(lengths); j++) {
				int level = levels[i], len = lengths[j];
				bool get = persock_shortcut_get(a, level, name,
								len) &&
					   persock_shortcut_get(b, level, name,
								len);
				bool set = persock_shortcut_set(a, level, name,
								len) &&
					   persock_shortcut_set(b, level, name,
								len);

				if (persock_shortcut_get(joined, level, name,
							 len) != get)
					KUNIT_FAIL(test, "get %d %d %d", level,
						   name, len);
				if (persock_shortcut_set(joined, level, name,
							 len) != set)
					KUNIT_FAIL(test, "set %d %d %d", level,
						   name, len);
			}
		}
	}
}

static void join_pair(struct kunit *test, const struct persock_policy *first,
		      const struct persock_policy *second,
		      enum persock_kind kind)
{
	struct persock_shortcut *set = kunit_kcalloc(test, 3, sizeof(*set),
						     GFP_KERNEL);
	struct persock_shortcut *a, *b, *joined;
	unsigned int bit;

	KUNIT_ASSERT_NOT_NULL(test, set);
	a = set;
	b = set + 1;
	joined = set + 2;
	persock_shortcut_build(a, first, kind);
	persock_shortcut_build(b, second, kind);
	*joined = *a;
	persock_shortcut_join(joined, b);
	join_options(test, joined, a, b);
	for (bit = 0; bit < PERSOCK_NR_FLAGS; bit++) {
		u32 flag = BIT(bit);
		bool sent = persock_shortcut_send(a, flag, NULL, 0, 0) &&
			    persock_shortcut_send(b, flag, NULL, 0, 0);
		bool received = persock_shortcut_receive(a, flag, 0) &&
				persock_shortcut_receive(b, flag, 0);

		KUNIT_EXPECT_EQ(test, persock_shortcut_send(joined, flag, NULL,
							    0, 0), sent);
		KUNIT_EXPECT_EQ(test, persock_shortcut_receive(joined, flag, 0),
				received);
	}
	KUNIT_EXPECT_EQ(test, joined->connect_max,
			min(a->connect_max, b->connect_max));
	KUNIT_EXPECT_EQ(test, joined->bind_max, min(a->bind_max, b->bind_max));
	KUNIT_EXPECT_EQ(test, joined->accept, a->accept && b->accept);
	KUNIT_EXPECT_EQ(test, joined->control_send,
			a->control_send && b->control_send);
	KUNIT_EXPECT_EQ(test, joined->control_receive,
			a->control_receive && b->control_receive);
	kunit_kfree(test, set);
}

static void join(struct kunit *test)
{
	const struct persock_policy *a, *b;
	unsigned int i, j;

	for (i = 0; (a = policy_of(i)); i++) {
		for (j = 0; j <= i && j < 3; j++) {
			b = policy_of(j);
			join_pair(test, a, b, (i + j) % PERSOCK_NR_KINDS);
		}
	}
}

/* Each known request has a bit of its own; the others have none. */
static void requests(struct kunit *test)
{
	static const int families[] = { AF_INET, AF_UNIX, AF_INET6 };
	static const int protocols[] = { 0, IPPROTO_TCP, IPPROTO_UDP };
	static const struct persock_request unknown[] = {
		{ AF_PACKET, SOCK_RAW, 0 },
		{ AF_INET, SOCK_PACKET, 0 },
		{ AF_INET, SOCK_RAW, IPPROTO_ICMP },
		{ AF_INET, SOCK_DCCP, 0 },
		{ AF_INET, -1, 0 },
		{ -1, SOCK_STREAM, 0 },
		{ AF_INET, SOCK_STREAM, 1 << 30 },
	};
	unsigned int i, j;
	u64 seen = 0;
	int type;

	for (i = 0; i < 9; i++) {
		for (type = 0; type < PERSOCK_SHORTCUT_TYPES; type++) {
			struct persock_request request = {
				families[i / 3], type, protocols[i % 3],
			};
			u64 bit = persock_shortcut_request(&request);

			KUNIT_EXPECT_EQ(test, hweight64(bit), 1);
			KUNIT_EXPECT_EQ(test, seen & bit, 0);
			seen |= bit;
		}
	}
	for (j = 0; j < ARRAY_SIZE(unknown); j++)
		KUNIT_EXPECT_EQ(test, persock_shortcut_request(&unknown[j]), 0);
}

static bool is_tcp(const struct persock_request *request, const void *family)
{
	return request->family == *(const int *)family &&
	       request->type == SOCK_STREAM;
}

/* The callback is called for all requests, and its answers decide. */
static void requests_found(struct kunit *test)
{
	struct persock_request request = { AF_INET6, SOCK_STREAM, IPPROTO_TCP };
	int family = AF_INET6;
	u64 bits = persock_shortcut_requests(is_tcp, &family);

	KUNIT_EXPECT_EQ(test, hweight64(bits), 3);
	KUNIT_EXPECT_NE(test, bits & persock_shortcut_request(&request), 0);
	request.type = SOCK_DGRAM;
	KUNIT_EXPECT_EQ(test, bits & persock_shortcut_request(&request), 0);
}

/* What is recorded is looked at in full. */
static void recorded(struct kunit *test)
{
	static const struct persock_policy policy = {
		.mode = PERSOCK_MODE_RECORD,
	};
	struct persock_shortcut *shortcut;
	unsigned int class;

	shortcut = kunit_kzalloc(test, sizeof(*shortcut), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, shortcut);
	for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
		persock_shortcut_build(shortcut, &policy, class);
		KUNIT_EXPECT_FALSE(test, persock_shortcut_get(shortcut,
							      SOL_SOCKET,
							      SO_TYPE, 4));
		KUNIT_EXPECT_FALSE(test, persock_shortcut_set(shortcut, SOL_TCP,
							      TCP_NODELAY, 4));
		KUNIT_EXPECT_FALSE(test, persock_shortcut_send(shortcut,
							       MSG_DONTWAIT,
							       NULL, 0, 0));
		KUNIT_EXPECT_FALSE(test, persock_shortcut_send(shortcut, 0,
							       shortcut, 1, 0));
		KUNIT_EXPECT_FALSE(test, persock_shortcut_send(shortcut, 0,
							       NULL, 0, 1));
		KUNIT_EXPECT_FALSE(test, persock_shortcut_receive(shortcut, 0,
								  0));
		KUNIT_EXPECT_EQ(test, shortcut->connect_max, 0);
		KUNIT_EXPECT_EQ(test, shortcut->bind_max, 0);
		KUNIT_EXPECT_FALSE(test, shortcut->accept);
	}
}

static struct kunit_case shortcut_cases[] = {
	KUNIT_CASE(as_judged),
	KUNIT_CASE(open),
	KUNIT_CASE(restricted),
	KUNIT_CASE(join),
	KUNIT_CASE(requests),
	KUNIT_CASE(requests_found),
	KUNIT_CASE(recorded),
	{ }
};

static struct kunit_suite shortcut_suite = {
	.name = "persock_shortcut",
	.test_cases = shortcut_cases,
};

kunit_test_suite(shortcut_suite);
