// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of requests for sockets and of detours. KUnit runs the suite; it
 * reaches every branch of module/policy/request.c and module/policy/detour.c.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/sctp.h>
#include <linux/socket.h>

#include "policy/detour.h"
#include "policy/guard.h"
#include "policy/request.h"

static const struct persock_socket_rule rules[] = {
	{ AF_INET, SOCK_RAW, 1, PERSOCK_ALLOW },
	{ AF_RXRPC, PERSOCK_ANY, PERSOCK_ANY, PERSOCK_ALLOW },
	{ AF_INET6, SOCK_RAW, PERSOCK_ANY, -EPERM },
	{ PERSOCK_ANY, PERSOCK_ANY, PERSOCK_ANY, PERSOCK_ALLOW },
};

static int judge(const struct persock_policy *policy, int family, int type,
		 int protocol, enum persock_section *section, unsigned int *rule)
{
	const struct persock_request request = { family, type, protocol };

	return persock_judge_request(policy, &request, section, rule);
}

/* Without address rules the section of sockets alone decides. */
static void request_without_addresses(struct kunit *test)
{
	const struct persock_policy policy = {
		.sockets = { rules, ARRAY_SIZE(rules), -EAFNOSUPPORT },
	};
	enum persock_section section;
	unsigned int rule;

	KUNIT_EXPECT_EQ(test, 0, judge(&policy, AF_PACKET, SOCK_RAW, 0,
				       &section, &rule));
	KUNIT_EXPECT_EQ(test, rule, 4);
	KUNIT_EXPECT_EQ(test, section, PERSOCK_SECTION_SOCKETS);
	KUNIT_EXPECT_EQ(test, 0, judge(&policy, AF_INET, SOCK_RAW, 6, &section,
				       &rule));
	KUNIT_EXPECT_EQ(test, -EPERM, judge(&policy, AF_INET6, SOCK_RAW, 6,
					    &section, &rule));
	KUNIT_EXPECT_EQ(test, rule, 3);
	/* Protocol 257 is ICMP on the wire. */
	KUNIT_EXPECT_EQ(test, 0, judge(&policy, AF_INET, SOCK_RAW, 257,
				       &section, &rule));
	KUNIT_EXPECT_EQ(test, rule, 1);
}

/* A rule names MPTCP if it has its number and allows it. */
static void request_names_mptcp(struct kunit *test)
{
	static const struct persock_socket_rule named[] = {
		{ AF_INET, SOCK_STREAM, IPPROTO_MPTCP, PERSOCK_ALLOW },
		{ AF_INET6, SOCK_STREAM, IPPROTO_MPTCP, -EPERM },
		{ PERSOCK_ANY, SOCK_STREAM, PERSOCK_ANY, PERSOCK_ALLOW },
	};
	const struct persock_sockets some = { named, ARRAY_SIZE(named) };
	const struct persock_sockets other = { &named[2], 1 };
	const struct persock_sockets none = { };

	KUNIT_EXPECT_TRUE(test, persock_names_mptcp(&some, AF_INET));
	KUNIT_EXPECT_FALSE(test, persock_names_mptcp(&some, AF_INET6));
	KUNIT_EXPECT_FALSE(test, persock_names_mptcp(&other, AF_INET));
	KUNIT_EXPECT_FALSE(test, persock_names_mptcp(&none, AF_INET));
}

/* Sockets to which address rules cannot apply are denied unless listed. */
static void request_that_is_unheld(struct kunit *test)
{
	const struct persock_policy policy = {
		.sockets = { rules, ARRAY_SIZE(rules), -EAFNOSUPPORT },
		.connect = { .fallback = -ENETUNREACH },
	};
	static const int judged[] = {
		AF_UNIX, AF_NETLINK, AF_KEY, AF_ALG, AF_INET, AF_INET6,
	};
	enum persock_section section;
	unsigned int rule, i;

	for (i = 0; i < ARRAY_SIZE(judged); i++)
		KUNIT_EXPECT_EQ(test, 0, judge(&policy, judged[i], SOCK_DGRAM,
					       0, &section, &rule));
	KUNIT_EXPECT_EQ(test, rule, 4);

	KUNIT_EXPECT_EQ(test, -ENETUNREACH,
			judge(&policy, AF_PACKET, SOCK_RAW, 0, &section,
			      &rule));
	KUNIT_EXPECT_EQ(test, section, PERSOCK_SECTION_CONNECT);
	KUNIT_EXPECT_EQ(test, rule, 0);
	KUNIT_EXPECT_EQ(test, -ENETUNREACH,
			judge(&policy, AF_INET, SOCK_RAW, 6, &section, &rule));
	/* Listed, by family or as raw. */
	KUNIT_EXPECT_EQ(test, 0, judge(&policy, AF_RXRPC, SOCK_DGRAM, 2,
				       &section, &rule));
	KUNIT_EXPECT_EQ(test, 0, judge(&policy, AF_INET, SOCK_RAW, 1, &section,
				       &rule));
	KUNIT_EXPECT_EQ(test, rule, 1);
	/* Another denial keeps its own errno. */
	KUNIT_EXPECT_EQ(test, -EPERM, judge(&policy, AF_INET6, SOCK_RAW, 1,
					    &section, &rule));
	KUNIT_EXPECT_EQ(test, section, PERSOCK_SECTION_SOCKETS);
}

/* Each section of addresses counts, with its own errno. */
static void request_and_section(struct kunit *test)
{
	static const struct persock_address_rule one = { .family = AF_INET };
	struct persock_policy policy = {
		.bind = { .fallback = -EADDRNOTAVAIL },
	};
	enum persock_section section;
	unsigned int rule;

	KUNIT_EXPECT_EQ(test, -EADDRNOTAVAIL,
			judge(&policy, AF_TIPC, SOCK_RDM, 0, &section, &rule));
	KUNIT_EXPECT_EQ(test, section, PERSOCK_SECTION_BIND);
	policy.bind.fallback = PERSOCK_ALLOW;
	KUNIT_EXPECT_EQ(test, 0, judge(&policy, AF_TIPC, SOCK_RDM, 0, &section,
				       &rule));
	policy.accept.rules = &one;
	policy.accept.nr = 1;
	KUNIT_EXPECT_EQ(test, -EACCES, judge(&policy, AF_TIPC, SOCK_RDM, 0,
					     &section, &rule));
	KUNIT_EXPECT_EQ(test, section, PERSOCK_SECTION_ACCEPT);
}

/* In another network namespace a rule must list raw sockets. */
static void request_for_raw_elsewhere(struct kunit *test)
{
	static const struct persock_socket_rule inet = {
		AF_INET, PERSOCK_ANY, PERSOCK_ANY, PERSOCK_ALLOW,
	};
	struct persock_policy policy = {
		.sockets = { rules, ARRAY_SIZE(rules), -EAFNOSUPPORT },
	};
	enum persock_section section;
	unsigned int rule;

	KUNIT_EXPECT_EQ(test, 0, judge(&policy, AF_INET, SOCK_RAW, 6, &section,
				       &rule));
	persock_guard_policy(&policy);
	KUNIT_EXPECT_EQ(test, -EPERM, judge(&policy, AF_INET, SOCK_RAW, 6,
					    &section, &rule));
	KUNIT_EXPECT_EQ(test, section, PERSOCK_SECTION_SOCKETS);
	KUNIT_EXPECT_EQ(test, rule, 0);
	KUNIT_EXPECT_EQ(test, 0, judge(&policy, AF_INET, SOCK_RAW, 1, &section,
				       &rule));
	KUNIT_EXPECT_EQ(test, rule, 1);
	/* AF_PACKET sockets are in the task's own network namespace. */
	KUNIT_EXPECT_EQ(test, 0, judge(&policy, AF_PACKET, SOCK_RAW, 0,
				       &section, &rule));

	/* This denial comes before that of the address rules. */
	policy.connect.fallback = -EACCES;
	KUNIT_EXPECT_EQ(test, -EPERM, judge(&policy, AF_INET, SOCK_RAW, 6,
					    &section, &rule));
	KUNIT_EXPECT_EQ(test, section, PERSOCK_SECTION_SOCKETS);
	policy.connect.fallback = PERSOCK_ALLOW;

	policy.sockets.rules = &inet;
	policy.sockets.nr = 1;
	KUNIT_EXPECT_EQ(test, -EPERM, judge(&policy, AF_INET, SOCK_RAW, 1,
					    &section, &rule));
	KUNIT_EXPECT_EQ(test, 0, judge(&policy, AF_INET, SOCK_DGRAM, 1,
				       &section, &rule));
}

static void ports(struct kunit *test)
{
	static const int with[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_SCTP,
		IPPROTO_DCCP,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(with); i++) {
		KUNIT_EXPECT_TRUE(test, persock_has_ports(SOCK_DGRAM, with[i]));
		KUNIT_EXPECT_FALSE(test, persock_has_ports(SOCK_RAW, with[i]));
	}
	KUNIT_EXPECT_FALSE(test, persock_has_ports(SOCK_DGRAM, IPPROTO_ICMP));
	KUNIT_EXPECT_FALSE(test, persock_has_ports(SOCK_DGRAM, 115));
}

static void detours_set(struct kunit *test)
{
	static const struct {
		int level, name;
		bool without_value, bind;
	} detours[] = {
		{ SOL_IP, IP_OPTIONS },
		{ SOL_IP, IP_HDRINCL, true },
		{ SOL_IP, IP_IPSEC_POLICY, true },
		{ SOL_IP, IP_XFRM_POLICY, true },
		{ SOL_IP, 51 /* IP_LOCAL_PORT_RANGE */, true, true },
		{ SOL_IPV6, IPV6_RTHDR },
		{ SOL_IPV6, IPV6_2292PKTOPTIONS },
		{ SOL_IPV6, IPV6_FLOWLABEL_MGR, true },
		{ SOL_IPV6, IPV6_HDRINCL, true },
		{ SOL_RAW, IPV6_HDRINCL, true },
		{ SOL_IPV6, IPV6_IPSEC_POLICY, true },
		{ SOL_IPV6, IPV6_XFRM_POLICY, true },
		{ SOL_SCTP, SCTP_SOCKOPT_BINDX_ADD, true, true },
		{ SOL_SCTP, SCTP_SOCKOPT_BINDX_REM, true, true },
		{ SOL_SCTP, SCTP_SOCKOPT_CONNECTX_OLD, true },
		{ SOL_SCTP, SCTP_SOCKOPT_CONNECTX, true },
		{ SOL_SCTP, SCTP_REMOTE_UDP_ENCAPS_PORT, true },
	};
	enum persock_section section;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(detours); i++) {
		KUNIT_EXPECT_TRUE_MSG(test,
				      persock_detour_set(detours[i].level,
							 detours[i].name, 8,
							 &section),
				      "detour %u", i);
		KUNIT_EXPECT_EQ(test, section, detours[i].bind ?
				PERSOCK_SECTION_BIND : PERSOCK_SECTION_CONNECT);
		KUNIT_EXPECT_EQ_MSG(test, detours[i].without_value,
				    persock_detour_set(detours[i].level,
						       detours[i].name, 0,
						       &section),
				    "detour %u without a value", i);
	}
	KUNIT_EXPECT_FALSE(test, persock_detour_set(SOL_IP, IP_TOS, 4,
						    &section));
	KUNIT_EXPECT_FALSE(test, persock_detour_set(SOL_IPV6, IPV6_TCLASS, 4,
						    &section));
	KUNIT_EXPECT_FALSE(test, persock_detour_set(SOL_RAW, IPV6_CHECKSUM, 4,
						    &section));
	KUNIT_EXPECT_FALSE(test, persock_detour_set(SOL_SCTP, SCTP_NODELAY, 4,
						    &section));
	KUNIT_EXPECT_FALSE(test, persock_detour_set(SOL_TCP, IP_OPTIONS, 4,
						    &section));
}

static void detours_otherwise(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, persock_detour_get(SOL_SCTP,
						   SCTP_SOCKOPT_CONNECTX3));
	KUNIT_EXPECT_FALSE(test, persock_detour_get(SOL_SCTP, SCTP_NODELAY));
	KUNIT_EXPECT_FALSE(test, persock_detour_get(SOL_IP,
						    SCTP_SOCKOPT_CONNECTX3));

	KUNIT_EXPECT_TRUE(test, persock_detour_message(SOL_IP, IP_RETOPTS));
	KUNIT_EXPECT_TRUE(test, persock_detour_message(SOL_IPV6, IPV6_RTHDR));
	KUNIT_EXPECT_TRUE(test, persock_detour_message(SOL_IPV6,
						       IPV6_2292RTHDR));
	KUNIT_EXPECT_TRUE(test, persock_detour_message(SOL_SCTP,
						       SCTP_DSTADDRV4));
	KUNIT_EXPECT_TRUE(test, persock_detour_message(SOL_SCTP,
						       SCTP_DSTADDRV6));
	KUNIT_EXPECT_FALSE(test, persock_detour_message(SOL_IP, IP_PKTINFO));
	KUNIT_EXPECT_FALSE(test, persock_detour_message(SOL_SOCKET,
							IP_RETOPTS));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(request_without_addresses),
	KUNIT_CASE(request_names_mptcp),
	KUNIT_CASE(request_that_is_unheld),
	KUNIT_CASE(request_and_section),
	KUNIT_CASE(request_for_raw_elsewhere),
	KUNIT_CASE(ports),
	KUNIT_CASE(detours_set),
	KUNIT_CASE(detours_otherwise),
	{ }
};

static struct kunit_suite suite = {
	.name = "persock_request",
	.test_cases = cases,
};

kunit_test_suite(suite);
