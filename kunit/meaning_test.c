// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the meaning of options: the keys of one option, and the options
 * that no default ignores. KUnit runs the suite; it reaches every branch of
 * module/policy/meaning.c, and the verdicts that result from it.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ioctl.h>
#include <linux/limits.h>
#include <linux/socket.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/vm_sockets.h>

#include "policy/meaning.h"
#include "policy/policy.h"
#include "policy/verdict.h"

static const struct {
	int level, name, level2, name2;
} pairs[] = {
	{ SOL_UDP, UDP_SEGMENT, SOL_UDPLITE, UDP_SEGMENT },
	{ SOL_UDP, -1, SOL_UDPLITE, -1 },
	{ SOL_IP, IP_FREEBIND, SOL_IPV6, IPV6_FREEBIND },
	{ SOL_IP, IP_TRANSPARENT, SOL_IPV6, IPV6_TRANSPARENT },
	{ SOL_SOCKET, SO_RCVTIMEO_OLD, SOL_SOCKET, SO_RCVTIMEO_NEW },
	{ SOL_SOCKET, SO_SNDTIMEO_OLD, SOL_SOCKET, SO_SNDTIMEO_NEW },
	{ SOL_SOCKET, SO_BINDTODEVICE, SOL_SOCKET, SO_BINDTOIFINDEX },
	{ SOL_SOCKET, SO_TIMESTAMP_OLD, SOL_SOCKET, SO_TIMESTAMP_NEW },
	{ SOL_SOCKET, SO_TIMESTAMPNS_OLD, SOL_SOCKET, SO_TIMESTAMPNS_NEW },
	{ SOL_SOCKET, SO_TIMESTAMPING_OLD, SOL_SOCKET, SO_TIMESTAMPING_NEW },
	{ SOL_IPV6, IPV6_CHECKSUM, SOL_RAW, IPV6_CHECKSUM },
	{ SOL_IPV6, IPV6_HDRINCL, SOL_RAW, IPV6_HDRINCL },
	{ AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD,
	  AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW },
	{ SOL_RDS, SO_TIMESTAMP_OLD, SOL_RDS, SO_TIMESTAMP_NEW },
};

/* Types of one control message, all of one level. */
static const struct {
	int level, type, type2;
} message_pairs[] = {
	{ SOL_SOCKET, SO_TIMESTAMP_OLD, SO_TIMESTAMP_NEW },
	{ SOL_SOCKET, SO_TIMESTAMPNS_OLD, SO_TIMESTAMPNS_NEW },
	{ SOL_SOCKET, SO_TIMESTAMPING_OLD, SO_TIMESTAMPING_NEW },
	{ SOL_IPV6, IPV6_PKTINFO, IPV6_2292PKTINFO },
	{ SOL_IPV6, IPV6_HOPLIMIT, IPV6_2292HOPLIMIT },
	{ SOL_IPV6, IPV6_HOPOPTS, IPV6_2292HOPOPTS },
	{ SOL_IPV6, IPV6_RTHDR, IPV6_2292RTHDR },
	{ SOL_IPV6, IPV6_DSTOPTS, IPV6_2292DSTOPTS },
};

static const u32 command_pairs[][2] = {
	{ FIOSETOWN, SIOCSPGRP },
	{ FIOGETOWN, SIOCGPGRP },
	{ SIOCGSTAMP_OLD, SIOCGSTAMP_NEW },
	{ SIOCGSTAMPNS_OLD, SIOCGSTAMPNS_NEW },
};

static void aliases(struct kunit *test)
{
	unsigned int i, turn;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		int level = pairs[i].level, name = pairs[i].name;

		/* In both directions. */
		for (turn = 0; turn < 2; turn++) {
			KUNIT_EXPECT_TRUE(test, persock_alias(&level, &name));
			KUNIT_EXPECT_EQ(test, level, turn ? pairs[i].level :
							    pairs[i].level2);
			KUNIT_EXPECT_EQ(test, name, turn ? pairs[i].name :
							   pairs[i].name2);
		}
	}
}

static void no_aliases(struct kunit *test)
{
	static const int keys[][2] = {
		{ SOL_SOCKET, SO_REUSEADDR }, { SOL_IP, IP_TOS },
		{ SOL_IPV6, IPV6_TCLASS }, { SOL_RAW, 1 }, { SOL_TCP, 1 },
		{ -1, -1 }, { SOL_IP, IP_XFRM_POLICY },
		/* These are pairs as control messages only. */
		{ SOL_IPV6, IPV6_PKTINFO }, { SOL_IPV6, IPV6_2292PKTINFO },
		{ SOL_IPV6, IPV6_RECVPKTINFO },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		int level = keys[i][0], name = keys[i][1];

		KUNIT_EXPECT_FALSE(test, persock_alias(&level, &name));
		KUNIT_EXPECT_EQ(test, level, keys[i][0]);
		KUNIT_EXPECT_EQ(test, name, keys[i][1]);
	}
}

/* A rule on one key holds for both keys; with two rules each has its own. */
static void judged_as_one(struct kunit *test)
{
	unsigned int i, rule;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct persock_option list[2] = {
			{ pairs[i].level, pairs[i].name, -EPERM },
			{ pairs[i].level2, pairs[i].name2, -EACCES },
		};
		struct persock_options options = {
			.list = list, .nr = 1, .fallback = PERSOCK_ALLOW,
		};

		KUNIT_EXPECT_EQ(test, -EPERM,
				persock_judge_option(&options, pairs[i].level2,
						     pairs[i].name2, &rule));
		KUNIT_EXPECT_EQ(test, 1, rule);
		options.list = &list[1];
		KUNIT_EXPECT_EQ(test, -EACCES,
				persock_judge_option(&options, pairs[i].level,
						     pairs[i].name, &rule));
		KUNIT_EXPECT_EQ(test, 1, rule);

		options.list = list;
		options.nr = 2;
		if (pairs[i].level > pairs[i].level2 ||
		    (pairs[i].level == pairs[i].level2 &&
		     pairs[i].name > pairs[i].name2))
			swap(list[0], list[1]);
		KUNIT_EXPECT_EQ(test, -EPERM,
				persock_judge_option(&options, pairs[i].level,
						     pairs[i].name, &rule));
		KUNIT_EXPECT_EQ(test, -EACCES,
				persock_judge_option(&options, pairs[i].level2,
						     pairs[i].name2, &rule));

		options.nr = 0;
		KUNIT_EXPECT_EQ(test, PERSOCK_ALLOW,
				persock_judge_option(&options, pairs[i].level,
						     pairs[i].name, &rule));
		KUNIT_EXPECT_EQ(test, 0, rule);
	}
}

static void message_aliases(struct kunit *test)
{
	unsigned int i, turn, rule;

	for (i = 0; i < ARRAY_SIZE(message_pairs) * 2; i++) {
		int level = message_pairs[i / 2].level;
		int one = i % 2 ? message_pairs[i / 2].type2 :
				  message_pairs[i / 2].type;
		int other = i % 2 ? message_pairs[i / 2].type :
				    message_pairs[i / 2].type2;
		struct persock_option list[2] = {
			{ level, one, -EPERM },
		};
		struct persock_rules rules = {
			.control_send = { list, 1, PERSOCK_ALLOW },
		};
		int level2 = level, type = one;

		for (turn = 0; turn < 2; turn++) {
			KUNIT_EXPECT_TRUE(test,
					  persock_message_alias(&level2,
								&type));
			KUNIT_EXPECT_EQ(test, level2, level);
			KUNIT_EXPECT_EQ(test, type, turn ? one : other);
		}
		KUNIT_EXPECT_EQ(test, -EPERM,
				persock_judge_control_message(&rules, level, other,
							      &rule));
		KUNIT_EXPECT_EQ(test, 1, rule);
		KUNIT_EXPECT_EQ(test, -EPERM,
				persock_judge_control(&rules.control_send,
						      level, other, &rule));
		/* The rule of the caller's key takes precedence. */
		list[1] = (struct persock_option){ level, other, -EACCES };
		rules.control_send.nr = 2;
		if (other < one)
			swap(list[0], list[1]);
		KUNIT_EXPECT_EQ(test, -EACCES,
				persock_judge_control_message(&rules, level, other,
							      &rule));
		KUNIT_EXPECT_EQ(test, -EPERM,
				persock_judge_control_message(&rules, level, one,
							      &rule));
		rules.control_send.nr = 0;
		KUNIT_EXPECT_EQ(test, PERSOCK_ALLOW,
				persock_judge_control_message(&rules, level, one,
							      &rule));
		KUNIT_EXPECT_EQ(test, 0, rule);
	}
}

static void no_message_aliases(struct kunit *test)
{
	static const int keys[][2] = {
		{ SOL_IPV6, IPV6_TCLASS }, { SOL_IP, IP_PKTINFO },
		{ SOL_IPV6, IPV6_RTHDRDSTOPTS }, { SOL_UDP, UDP_SEGMENT },
		{ SOL_SOCKET, SO_MARK }, { -1, -1 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		int level = keys[i][0], type = keys[i][1];

		KUNIT_EXPECT_FALSE(test, persock_message_alias(&level, &type));
		KUNIT_EXPECT_EQ(test, level, keys[i][0]);
		KUNIT_EXPECT_EQ(test, type, keys[i][1]);
	}
}

static void command_aliases(struct kunit *test)
{
	unsigned int i, rule;

	for (i = 0; i < ARRAY_SIZE(command_pairs) * 2; i++) {
		u32 one = command_pairs[i / 2][i % 2];
		u32 other = command_pairs[i / 2][!(i % 2)];
		struct persock_ioctl list[2] = { { one, -EPERM } };
		struct persock_ioctls ioctls = { list, 1, PERSOCK_ALLOW };

		KUNIT_EXPECT_EQ(test, other, persock_command_alias(one));
		KUNIT_EXPECT_EQ(test, -EPERM,
				persock_judge_ioctl(&ioctls, other, &rule));
		KUNIT_EXPECT_EQ(test, 1, rule);
		list[1] = (struct persock_ioctl){ other, -EACCES };
		ioctls.nr = 2;
		if (other < one)
			swap(list[0], list[1]);
		KUNIT_EXPECT_EQ(test, -EACCES,
				persock_judge_ioctl(&ioctls, other, &rule));
		ioctls.nr = 0;
		KUNIT_EXPECT_EQ(test, PERSOCK_ALLOW,
				persock_judge_ioctl(&ioctls, one, &rule));
		KUNIT_EXPECT_EQ(test, 0, rule);
	}
	KUNIT_EXPECT_EQ(test, SIOCATMARK, persock_command_alias(SIOCATMARK));
	KUNIT_EXPECT_EQ(test, U32_MAX, persock_command_alias(U32_MAX));
}

static const struct {
	int level, name;
	bool protects;
} options[] = {
	{ SOL_TCP, TCP_ULP, true }, { SOL_TCP, TCP_MD5SIG, true },
	{ SOL_TLS, 1, true }, { SOL_TLS, 9999, true },
	{ SOL_UDP, UDP_SEGMENT, true }, { SOL_UDPLITE, UDP_SEGMENT, true },
	{ SOL_RAW, IPV6_CHECKSUM, true }, { SOL_RAW, IPV6_HDRINCL, true },
	{ SOL_SOCKET, SO_ATTACH_FILTER, true }, { SOL_SOCKET, SO_MARK, true },
	{ SOL_SOCKET, SO_BINDTOIFINDEX, true }, { SOL_IP, IP_MINTTL, true },
	{ SOL_IPV6, IPV6_V6ONLY, true }, { SOL_IPV6, IPV6_FREEBIND, true },
	{ SOL_IP, 64, true }, { SOL_IPV6, 200, true },
	{ SOL_SOCKET, SO_KEEPALIVE }, { SOL_SOCKET, SO_TIMESTAMP_NEW },
	{ SOL_TCP, TCP_NODELAY }, { SOL_TCP, TCP_CORK }, { SOL_UDP, UDP_GRO },
	{ SOL_UDPLITE, UDP_GRO }, { SOL_IP, IP_TOS }, { SOL_NETLINK, 1 },
	{ -1, -1 },
};

/* A default that ignores does not apply; one that allows or denies does. */
static void protecting(struct kunit *test)
{
	static const int defaults[] = { PERSOCK_ALLOW, PERSOCK_IGNORE, -EPERM };
	unsigned int i, j, rule, len = 4;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		int level = options[i].level, name = options[i].name;
		const struct persock_option ignored = {
			level, name, PERSOCK_IGNORE
		};
		struct persock_rules rules = { };

		KUNIT_EXPECT_EQ_MSG(test, options[i].protects,
				    persock_protects(level, name), "case %u", i);
		for (j = 0; j < ARRAY_SIZE(defaults); j++) {
			bool kept = defaults[j] == PERSOCK_IGNORE &&
				    options[i].protects;

			rules.set.fallback = defaults[j];
			KUNIT_EXPECT_EQ(test, kept ? -ENOPROTOOPT : defaults[j],
					persock_judge_set_option(&rules, level,
								 name, &rule));
			KUNIT_EXPECT_EQ(test, kept ? -ENOPROTOOPT : defaults[j],
					persock_judge_set(&rules, level, name,
							  &len, &rule));
			/* Reads and bare lists are not affected. */
			KUNIT_EXPECT_EQ(test, defaults[j],
					persock_judge_option(&rules.set, level,
							     name, &rule));
		}
		rules.set = (struct persock_options){ &ignored, 1, -EPERM };
		KUNIT_EXPECT_EQ(test, PERSOCK_IGNORE,
				persock_judge_set_option(&rules, level, name,
							 &rule));
	}
}

static void protecting_messages(struct kunit *test)
{
	static const struct {
		int level, type;
		bool protects;
	} messages[] = {
		{ SOL_UDP, UDP_SEGMENT, true }, { SOL_SOCKET, SO_MARK, true },
		{ SOL_IP, IP_PKTINFO, true }, { SOL_IPV6, IPV6_PKTINFO, true },
		{ SOL_TLS, 1, true }, { SOL_SCTP, 1, true },
		{ SOL_ALG, 3, true }, { SOL_RXRPC, 1, true },
		{ SOL_IP, IP_TOS }, { SOL_SOCKET, SCM_RIGHTS },
		{ SOL_IPV6, IPV6_TCLASS }, { -1, -1 },
	};
	unsigned int i, rule;

	for (i = 0; i < ARRAY_SIZE(messages); i++) {
		int level = messages[i].level, type = messages[i].type;
		const struct persock_option ignored = {
			level, type, PERSOCK_IGNORE
		};
		struct persock_rules rules = {
			.control_send.fallback = PERSOCK_IGNORE,
		};

		KUNIT_EXPECT_EQ_MSG(test, messages[i].protects,
				    persock_protects_message(level, type),
				    "case %u", i);
		KUNIT_EXPECT_EQ(test,
				messages[i].protects ? -EINVAL : PERSOCK_IGNORE,
				persock_judge_control_message(&rules, level, type,
							      &rule));
		rules.control_send.fallback = PERSOCK_ALLOW;
		KUNIT_EXPECT_EQ(test, PERSOCK_ALLOW,
				persock_judge_control_message(&rules, level, type,
							      &rule));
		rules.control_send.list = &ignored;
		rules.control_send.nr = 1;
		KUNIT_EXPECT_EQ(test, PERSOCK_IGNORE,
				persock_judge_control_message(&rules, level, type,
							      &rule));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(aliases),
	KUNIT_CASE(no_aliases),
	KUNIT_CASE(judged_as_one),
	KUNIT_CASE(message_aliases),
	KUNIT_CASE(no_message_aliases),
	KUNIT_CASE(command_aliases),
	KUNIT_CASE(protecting),
	KUNIT_CASE(protecting_messages),
	{ }
};

static struct kunit_suite suite = {
	.name = "persock_meaning",
	.test_cases = cases,
};

kunit_test_suite(suite);
