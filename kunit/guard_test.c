// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of guards: what sockets of another network namespace may do only if a
 * rule lists it. KUnit runs the suite; it reaches every branch of
 * module/policy/guard.c through the functions that judge.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/sockios.h>
#include <linux/tcp.h>

#include "policy/address.h"
#include "policy/address_index.h"
#include "policy/guard.h"
#include "policy/policy.h"
#include "policy/verdict.h"

static int set(const struct persock_policy *policy, int level, int name)
{
	unsigned int rule;

	return persock_judge_option(&policy->rules[PERSOCK_CLASS_INET].set,
				    level, name, &rule);
}

static int get(const struct persock_policy *policy, int level, int name)
{
	unsigned int rule;

	return persock_judge_option(&policy->rules[PERSOCK_CLASS_INET].get,
				    level, name, &rule);
}

/* Guards deny what a default allows or ignores, and keep its denials. */
static void guard_options(struct kunit *test)
{
	static const struct {
		int level, name;
		bool get;
	} guarded[] = {
		{ SOL_SOCKET, SO_BINDTODEVICE }, { SOL_SOCKET, SO_MARK },
		{ SOL_SOCKET, SO_BINDTOIFINDEX }, { SOL_IP, IP_TRANSPARENT },
		{ SOL_IP, IP_ADD_MEMBERSHIP }, { SOL_IP, MCAST_JOIN_GROUP },
		{ SOL_IPV6, IPV6_ADD_MEMBERSHIP },
		{ SOL_IPV6, MCAST_JOIN_GROUP }, { SOL_IPV6, IPV6_TRANSPARENT },
		{ SOL_SOCKET, SO_REUSEPORT },
		{ SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF },
		{ SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF },
		{ SOL_SOCKET, SO_DETACH_REUSEPORT_BPF },
		{ SOL_SOCKET, SO_DEBUG }, { SOL_SOCKET, SO_RCVMARK },
		{ SOL_TCP, TCP_CONGESTION }, { SOL_TCP, TCP_REPAIR },
		{ SOL_TCP, 42 /* TCP_AO_REPAIR */ },
		/* iptables, IPVS, ip6tables. */
		{ SOL_IP, 64, true }, { SOL_IP, 64 + 1024 + 64, true },
		{ SOL_IPV6, 64, true }, { SOL_IPV6, 65, true },
		/*
		 * Options of raw sockets: router alert, and multicast routing.
		 */
		{ SOL_IP, IP_ROUTER_ALERT }, { SOL_IPV6, IPV6_ROUTER_ALERT },
		{ SOL_IP, 200, true }, { SOL_IPV6, 200, true },
	};
	static const struct persock_policy plain;
	struct persock_policy policy = { };
	struct persock_rules *rules = &policy.rules[PERSOCK_CLASS_INET];
	unsigned int i;

	persock_guard_policy(&policy);
	for (i = 0; i < ARRAY_SIZE(guarded); i++) {
		int level = guarded[i].level, name = guarded[i].name;

		KUNIT_EXPECT_EQ(test, 0, set(&plain, level, name));
		KUNIT_EXPECT_EQ(test, -EPERM, set(&policy, level, name));
		KUNIT_EXPECT_EQ(test, guarded[i].get ? -EPERM : 0,
				get(&policy, level, name));
		rules->set.fallback = PERSOCK_IGNORE;
		KUNIT_EXPECT_EQ(test, -EPERM, set(&policy, level, name));
		rules->set.fallback = -ENOPROTOOPT;
		KUNIT_EXPECT_EQ(test, -ENOPROTOOPT, set(&policy, level, name));
		rules->set.fallback = PERSOCK_ALLOW;
	}
	KUNIT_EXPECT_EQ(test, 0, set(&policy, SOL_SOCKET, SO_REUSEADDR));
	KUNIT_EXPECT_EQ(test, 0, set(&policy, SOL_IP, IP_TOS));
	KUNIT_EXPECT_EQ(test, 0, set(&policy, SOL_IPV6, IPV6_TCLASS));
	KUNIT_EXPECT_EQ(test, 0, set(&policy, SOL_TCP, 1));
	KUNIT_EXPECT_FALSE(test, persock_allows_all(&rules->set));
}

/* SO_REUSEADDR has the effect of another option on some sockets. */
static void guard_alias(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, SO_REUSEPORT,
			persock_guard_alias(PERSOCK_GUARD_SET, SOCK_DGRAM,
					    SOL_SOCKET, SO_REUSEADDR));
	KUNIT_EXPECT_EQ(test, SO_REUSEADDR,
			persock_guard_alias(PERSOCK_GUARD_SET, SOCK_STREAM,
					    SOL_SOCKET, SO_REUSEADDR));
	KUNIT_EXPECT_EQ(test, SO_REUSEADDR,
			persock_guard_alias(PERSOCK_GUARD_NONE, SOCK_DGRAM,
					    SOL_SOCKET, SO_REUSEADDR));
	KUNIT_EXPECT_EQ(test, SO_REUSEADDR,
			persock_guard_alias(PERSOCK_GUARD_SET, SOCK_DGRAM,
					    SOL_IP, SO_REUSEADDR));
	KUNIT_EXPECT_EQ(test, SO_KEEPALIVE,
			persock_guard_alias(PERSOCK_GUARD_SET, SOCK_DGRAM,
					    SOL_SOCKET, SO_KEEPALIVE));
}

/* Sent messages that have the effect of a guarded option. */
static void guard_messages(struct kunit *test)
{
	static const struct {
		int level, name, verdict;
	} messages[] = {
		{ SOL_SOCKET, SO_MARK, -EPERM },
		{ SOL_SOCKET, SO_PRIORITY, -EPERM },
		{ SOL_SOCKET, SCM_TXTIME, -EPERM },
		{ SOL_SOCKET, SO_TIMESTAMPING_OLD, 0 },
		{ SOL_IP, IP_PKTINFO, -EPERM }, { SOL_IP, IP_TOS, 0 },
		{ SOL_IPV6, IPV6_PKTINFO, -EPERM },
		{ SOL_IPV6, IPV6_2292PKTINFO, -EPERM },
		{ SOL_IPV6, IPV6_HOPOPTS, -EPERM },
		{ SOL_IPV6, IPV6_DSTOPTS, -EPERM },
		{ SOL_IPV6, IPV6_TCLASS, 0 }, { SOL_UDP, 103, 0 },
	};
	static const struct persock_policy plain;
	struct persock_policy policy = { };
	const struct persock_options *sent =
		&policy.rules[PERSOCK_CLASS_INET].control_send;
	const struct persock_options *free =
		&plain.rules[PERSOCK_CLASS_INET].control_send;
	unsigned int i, rule;

	persock_guard_policy(&policy);
	for (i = 0; i < ARRAY_SIZE(messages); i++) {
		int level = messages[i].level, name = messages[i].name;

		KUNIT_EXPECT_EQ(test, messages[i].verdict,
				persock_judge_control(sent, level, name, &rule));
		KUNIT_EXPECT_EQ(test, 0,
				persock_judge_control(free, level, name, &rule));
	}
}

/* A rule that lists the option decides, with any verdict. */
static void guard_options_named(struct kunit *test)
{
	static const struct persock_option list[] = {
		{ SOL_SOCKET, SO_BINDTODEVICE, PERSOCK_ALLOW },
		{ SOL_SOCKET, SO_MARK, -EACCES },
	};
	struct persock_policy policy = { };

	policy.rules[PERSOCK_CLASS_INET].set.list = list;
	policy.rules[PERSOCK_CLASS_INET].set.nr = ARRAY_SIZE(list);
	persock_guard_policy(&policy);
	KUNIT_EXPECT_EQ(test, 0, set(&policy, SOL_SOCKET, SO_BINDTODEVICE));
	KUNIT_EXPECT_EQ(test, -EACCES, set(&policy, SOL_SOCKET, SO_MARK));
	/* The other key is the same option. */
	KUNIT_EXPECT_EQ(test, 0, set(&policy, SOL_SOCKET, SO_BINDTOIFINDEX));
	KUNIT_EXPECT_EQ(test, -EPERM, set(&policy, SOL_SOCKET, SO_PRIORITY));
}

static void guard_ioctls(struct kunit *test)
{
	static const struct persock_ioctl list[] = {
		{ SIOCSIFADDR, PERSOCK_ALLOW },
	};
	struct persock_policy policy = { };
	struct persock_ioctls *ioctls =
		&policy.rules[PERSOCK_CLASS_INET].ioctls;
	unsigned int rule;

	KUNIT_EXPECT_EQ(test, 0, persock_judge_ioctl(ioctls, SIOCSIFMTU, &rule));
	persock_guard_policy(&policy);
	ioctls->list = list;
	ioctls->nr = ARRAY_SIZE(list);
	KUNIT_EXPECT_EQ(test, -EPERM,
			persock_judge_ioctl(ioctls, SIOCSIFMTU, &rule));
	KUNIT_EXPECT_EQ(test, -EPERM,
			persock_judge_ioctl(ioctls, SIOCGSKNS, &rule));
	KUNIT_EXPECT_EQ(test, 0,
			persock_judge_ioctl(ioctls, SIOCGIFCONF, &rule));
	KUNIT_EXPECT_EQ(test, 0,
			persock_judge_ioctl(ioctls, SIOCSIFADDR, &rule));
	ioctls->fallback = -ENOTTY;
	KUNIT_EXPECT_EQ(test, -ENOTTY,
			persock_judge_ioctl(ioctls, SIOCSIFMTU, &rule));
}

static int judge(const struct persock_addresses *addresses,
		 const struct persock_endpoint *endpoint, unsigned int *rule)
{
	return persock_judge_address(addresses, endpoint, IPPROTO_UDP, rule);
}

/* Ports below 1024 and multicast addresses, by the default and by rules. */
static void guard_addresses(struct kunit *test)
{
	static const struct persock_address_rule rules[] = {
		{ AF_INET, 0, { }, 0, U16_MAX, PERSOCK_ANY, PERSOCK_ALLOW },
		{ AF_INET, 8, { 10 }, 80, 90, PERSOCK_ANY, PERSOCK_ALLOW },
		{ AF_INET, 8, { 239 }, 0, U16_MAX, PERSOCK_ANY, PERSOCK_ALLOW },
		{ AF_INET6, 0, { }, 0, 1023, PERSOCK_ANY, PERSOCK_ALLOW },
		{ AF_INET6, 16, { 0xff, 2 }, 0, U16_MAX, PERSOCK_ANY,
		  PERSOCK_ALLOW },
	};
	static const struct {
		struct persock_endpoint endpoint;
		int fallback, connect, bind;	/* the rules' verdicts */
	} cases[] = {
		{ { AF_INET, 80, { 10, 1 } }, -EACCES, 0, 0 },
		{ { AF_INET, 91, { 10, 1 } }, -EACCES, 0, -EACCES },
		{ { AF_INET, 1023, { 11 } }, -EACCES, 0, -EACCES },
		{ { AF_INET, 1024, { 11 } }, 0, 0, 0 },
		{ { AF_INET, 0, { 11 } }, 0, 0, 0 },
		{ { AF_INET, 5000, { 239, 1 } }, -EACCES, 0, 0 },
		{ { AF_INET, 5000, { 224, 1 } }, -EACCES, -EACCES, -EACCES },
		{ { AF_INET, 5000, { 240, 1 } }, 0, 0, 0 },
		{ { AF_INET6, 80, { 0x20, 1 } }, -EACCES, 0, 0 },
		{ { AF_INET6, 5000, { 0xff, 2 } }, -EACCES, 0, 0 },
		{ { AF_INET6, 80, { 0xff, 5 } }, -EACCES, -EACCES, -EACCES },
	};
	struct persock_policy policy = { }, *named;
	struct persock_address_index *index;
	unsigned int i, rule;

	named = kunit_kzalloc(test, sizeof(*named), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, named);
	index = persock_address_index(rules, ARRAY_SIZE(rules));
	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(index));
	named->connect.rules = rules;
	named->connect.nr = ARRAY_SIZE(rules);
	named->connect.index = index;
	named->bind = named->connect;
	KUNIT_EXPECT_FALSE(test, persock_restricts(&policy.bind));
	persock_guard_policy(&policy);
	persock_guard_policy(named);
	KUNIT_EXPECT_TRUE(test, persock_restricts(&policy.bind));

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct persock_endpoint *endpoint = &cases[i].endpoint;

		KUNIT_EXPECT_EQ(test, cases[i].fallback,
				judge(&policy.bind, endpoint, &rule));
		KUNIT_EXPECT_EQ(test, cases[i].connect,
				judge(&named->connect, endpoint, &rule));
		KUNIT_EXPECT_EQ(test, !cases[i].connect, !!rule);
		KUNIT_EXPECT_EQ(test, cases[i].bind,
				judge(&named->bind, endpoint, &rule));
	}
	persock_address_index_free(index);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(guard_options),
	KUNIT_CASE(guard_alias),
	KUNIT_CASE(guard_options_named),
	KUNIT_CASE(guard_messages),
	KUNIT_CASE(guard_ioctls),
	KUNIT_CASE(guard_addresses),
	{ }
};

static struct kunit_suite suite = {
	.name = "persock_guard",
	.test_cases = cases,
};

kunit_test_suite(suite);
