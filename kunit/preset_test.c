// SPDX-License-Identifier: GPL-2.0
/*
 * The presets, row by row of the seed contract, as far as tables can tell.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/tcp.h>
#include <net/sock.h>

#include "personality.h"

static const struct persock_policy *policy_of(struct kunit *test,
					      const char *name)
{
	unsigned int i;

	for (i = 0; i < persock_nr_presets; i++) {
		if (!strcmp(persock_presets[i].name, name))
			return persock_presets[i].policy;
	}
	KUNIT_FAIL_AND_ABORT(test, "no preset %s", name);

	return NULL;
}

/* persock_option_find() relies on it. */
static void options_sorted(struct kunit *test)
{
	unsigned int i, class, n;

	for (i = 0; i < persock_nr_presets; i++) {
		for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
			const struct persock_rules *rules =
				&persock_presets[i].policy->rules[class];

			for (n = 0; n < rules->nr_options; n++)
				KUNIT_EXPECT_PTR_EQ(test, &rules->options[n],
						    persock_option_find(rules,
									rules->options[n].level,
									rules->options[n].name));
		}
	}
}

static int judge_socket(const struct persock_policy *policy, int family,
			int type, int protocol)
{
	return persock_judge_socket(policy->sockets, policy->nr_sockets,
				    policy->socket_default, family, type,
				    protocol);
}

static void h1_types(struct kunit *test)
{
	const struct persock_policy *p = policy_of(test, "gvisor-2020");
	int family, type;

	for (family = AF_UNSPEC; family < AF_MAX; family++) {
		bool inet = family == AF_INET || family == AF_INET6;

		for (type = SOCK_STREAM; type <= SOCK_PACKET; type++) {
			bool takes = inet && (type == SOCK_STREAM ||
					      type == SOCK_DGRAM);
			int expected = takes || family == AF_UNIX ?
					       PERSOCK_ALLOW : -EAFNOSUPPORT;

			KUNIT_EXPECT_EQ_MSG(test,
					    judge_socket(p, family, type, 0),
					    expected, "family %d type %d",
					    family, type);
		}
	}
	KUNIT_EXPECT_EQ(test, judge_socket(p, AF_INET, SOCK_STREAM, IPPROTO_TCP), 0);
	KUNIT_EXPECT_EQ(test, judge_socket(p, AF_INET, SOCK_STREAM, IPPROTO_MPTCP),
			-EAFNOSUPPORT);
	KUNIT_EXPECT_EQ(test, judge_socket(p, AF_INET6, SOCK_DGRAM, IPPROTO_UDP), 0);
	KUNIT_EXPECT_EQ(test, judge_socket(p, AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6),
			-EAFNOSUPPORT);
}

static void host_allows(struct kunit *test)
{
	const struct persock_policy *p = policy_of(test, "host");
	unsigned int size, max, len = 100000;
	u32 flags = U32_MAX;

	KUNIT_EXPECT_EQ(test, judge_socket(p, AF_PACKET, SOCK_RAW, 3), 0);
	KUNIT_EXPECT_EQ(test, persock_judge_get(&p->rules[0], 1, 2, &size, &max), 0);
	KUNIT_EXPECT_EQ(test, persock_judge_set(&p->rules[1], 1, 2, &len), 0);
	KUNIT_EXPECT_EQ(test, len, 100000);
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&p->rules[0].send, 0, &flags), 0);
	KUNIT_EXPECT_EQ(test, flags, U32_MAX);
	KUNIT_EXPECT_EQ(test, persock_judge_ioctl(&p->rules[0], 0x8912), 0);
}

static void none_denies(struct kunit *test)
{
	const struct persock_policy *p = policy_of(test, "none");
	unsigned int size, max, len = 4, class;
	u32 flags = 1;
	int family;

	for (family = AF_UNSPEC; family < AF_MAX; family++)
		KUNIT_EXPECT_EQ(test, judge_socket(p, family, SOCK_DGRAM, 0),
				-EAFNOSUPPORT);
	for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
		const struct persock_rules *rules = &p->rules[class];

		KUNIT_EXPECT_LT(test, persock_judge_get(rules, 1, 2, &size, &max), 0);
		KUNIT_EXPECT_LT(test, persock_judge_set(rules, 1, 2, &len), 0);
		KUNIT_EXPECT_LT(test, persock_judge_flags(&rules->send, 0, &flags),
				0);
		KUNIT_EXPECT_LT(test, persock_judge_flags(&rules->recv, 0, &flags),
				0);
		KUNIT_EXPECT_LT(test, persock_judge_ioctl(rules, 0x541b), 0);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(options_sorted),
	KUNIT_CASE(h1_types),
	KUNIT_CASE(host_allows),
	KUNIT_CASE(none_denies),
	{ }
};

static struct kunit_suite suite = {
	.name = "persock_preset",
	.test_cases = cases,
};

kunit_test_suite(suite);
