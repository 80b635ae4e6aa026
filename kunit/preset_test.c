// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the presets, row by row of the seed contract, as far as tables can
 * show it. KUnit runs the suite against module/policy/preset.c.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/icmpv6.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/netfilter_ipv4.h>
#include <linux/socket.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include <asm/ioctls.h>

#include "policy/policy.h"
#include "policy/verdict.h"

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

static void check_sorted(struct kunit *test,
			 const struct persock_options *options)
{
	unsigned int i;

	for (i = 0; i < options->nr; i++)
		KUNIT_EXPECT_PTR_EQ(test, &options->list[i],
				    persock_option_find(options,
							options->list[i].level,
							options->list[i].name));
}

/* The searches rely on sorted lists. */
static void lists_sorted(struct kunit *test)
{
	unsigned int i, class, n;

	for (i = 0; i < persock_nr_presets; i++) {
		for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
			const struct persock_rules *rules =
				&persock_presets[i].policy->rules[class];

			check_sorted(test, &rules->get);
			check_sorted(test, &rules->set);
			check_sorted(test, &rules->control_send);
			check_sorted(test, &rules->control_receive);
			for (n = 1; n < rules->ioctls.nr; n++)
				KUNIT_EXPECT_LT(test,
						rules->ioctls.list[n - 1].cmd,
						rules->ioctls.list[n].cmd);
		}
	}
}

static int judge_socket(const struct persock_policy *policy, int family,
			int type, int protocol)
{
	unsigned int rule;

	return persock_judge_socket(&policy->sockets, family, type, protocol,
				    &rule);
}

static int judge_ioctl(const struct persock_rules *rules, u32 cmd)
{
	unsigned int rule;

	return persock_judge_ioctl(&rules->ioctls, cmd, &rule);
}

static int judge_get(const struct persock_rules *rules, int level, int name,
		     unsigned int *size, unsigned int *max)
{
	unsigned int rule;

	return persock_judge_get(rules, level, name, size, max, &rule);
}

static int judge_set(const struct persock_rules *rules, int level, int name,
		     unsigned int *len)
{
	unsigned int rule;

	return persock_judge_set(rules, level, name, len, &rule);
}

static int judge_send(const struct persock_rules *rules, int level, int type)
{
	unsigned int rule;

	return persock_judge_control(&rules->control_send, level, type, &rule);
}

static int judge_receive(const struct persock_rules *rules, int level, int type)
{
	unsigned int rule;

	return persock_judge_control(&rules->control_receive, level, type,
				     &rule);
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

/* Today's hostinet has ICMP datagram sockets as well. */
static void gvisor_types(struct kunit *test)
{
	const struct persock_policy *p = policy_of(test, "gvisor");
	const struct persock_policy *old = policy_of(test, "gvisor-2020");
	int family, type, protocol;

	for (family = AF_UNSPEC; family < AF_MAX; family++) {
		for (type = SOCK_STREAM; type <= SOCK_PACKET; type++) {
			for (protocol = 0; protocol < IPPROTO_RAW; protocol++) {
				int icmp = family == AF_INET ? IPPROTO_ICMP :
							       IPPROTO_ICMPV6;
				bool ping = (family == AF_INET ||
					     family == AF_INET6) &&
					    type == SOCK_DGRAM &&
					    protocol == icmp;
				int expected = ping ? PERSOCK_ALLOW :
						      judge_socket(old, family,
								   type,
								   protocol);

				KUNIT_EXPECT_EQ_MSG(test,
						    judge_socket(p, family,
								 type,
								 protocol),
						    expected,
						    "family %d type %d protocol %d",
						    family, type, protocol);
			}
		}
	}
}

/* Limits of both presets: S6, S9, S11, S14, H2, H7. */
static void gvisor_bounds(struct kunit *test)
{
	static const struct {
		const char *name;
		u32 option_max;
	} presets[] = {
		{ "gvisor-2020", 8192 },
		{ "gvisor", 32768 },
	};
	unsigned int i, class;

	for (i = 0; i < ARRAY_SIZE(presets); i++) {
		const struct persock_policy *p = policy_of(test,
							   presets[i].name);

		KUNIT_EXPECT_EQ(test, p->backlog.floor, 8);
		KUNIT_EXPECT_EQ(test, p->backlog.ceiling, 1024);
		for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
			const struct persock_rules *rules = &p->rules[class];

			KUNIT_EXPECT_EQ(test, rules->option_max,
					presets[i].option_max);
			KUNIT_EXPECT_EQ(test, rules->control_max, 10 << 20);
			KUNIT_EXPECT_EQ(test, rules->get.fallback, -ENOPROTOOPT);
			KUNIT_EXPECT_EQ(test, rules->set.fallback,
					PERSOCK_IGNORE);
			KUNIT_EXPECT_EQ(test, rules->ioctls.fallback, -ENOTTY);
			KUNIT_EXPECT_EQ(test, rules->control_send.fallback,
					-EINVAL);
			KUNIT_EXPECT_EQ(test, rules->mmap, -ENODEV);
		}
		KUNIT_EXPECT_EQ(test, p->rules[PERSOCK_CLASS_INET].address_max,
				28);
		KUNIT_EXPECT_EQ(test, p->rules[PERSOCK_CLASS_OTHER].address_max,
				0);
		KUNIT_EXPECT_EQ(test, p->rules[PERSOCK_CLASS_INET].received_max,
				1024);
		/* Descriptors cannot be received into a kernel buffer. */
		KUNIT_EXPECT_EQ(test,
				p->rules[PERSOCK_CLASS_OTHER].received_max, 0);
	}
}

struct words {
	u32 recv;
	u32 send;
};

static void check_flags(struct kunit *test, const struct persock_rules *rules,
			const struct words *allowed, int other)
{
	unsigned int bit;
	u32 word;
	int err;

	for (bit = 0; bit < 32; bit++) {
		bool passes = allowed->recv & BIT(bit);

		word = BIT(bit);
		err = persock_judge_flags(&rules->receive, 0, &word);
		KUNIT_EXPECT_EQ_MSG(test, err, passes ? 0 :
				    rules->receive.deny & BIT(bit) ? -EAGAIN :
				    other, "recv %#lx", BIT(bit));
		if (err >= 0)
			KUNIT_EXPECT_EQ_MSG(test, word, passes ? BIT(bit) : 0,
					    "recv %#lx", BIT(bit));
		passes = allowed->send & BIT(bit);
		word = BIT(bit);
		err = persock_judge_flags(&rules->send, 0, &word);
		KUNIT_EXPECT_EQ_MSG(test, err, passes ? 0 : -EINVAL,
				    "send %#lx", BIT(bit));
	}
}

/* H6, H9; S11, S14 for the families that hostinet does not serve. */
static void gvisor_flags(struct kunit *test)
{
	const struct persock_policy *old = policy_of(test, "gvisor-2020");
	const struct persock_policy *p = policy_of(test, "gvisor");
	const struct words inet_2020 = {
		.recv = MSG_DONTWAIT | MSG_PEEK | MSG_TRUNC,
		.send = MSG_DONTWAIT | MSG_EOR | MSG_FASTOPEN | MSG_MORE |
			MSG_NOSIGNAL,
	};
	const struct words inet = {
		.recv = inet_2020.recv | MSG_CTRUNC | MSG_ERRQUEUE | MSG_OOB |
			MSG_WAITALL,
		.send = inet_2020.send | MSG_OOB,
	};
	const struct words other = {
		.recv = MSG_OOB | MSG_DONTROUTE | MSG_DONTWAIT | MSG_NOSIGNAL |
			MSG_WAITALL | MSG_TRUNC | MSG_CTRUNC | MSG_PEEK |
			MSG_CMSG_CLOEXEC,
		.send = MSG_DONTWAIT | MSG_EOR | MSG_MORE | MSG_NOSIGNAL,
	};

	check_flags(test, &old->rules[PERSOCK_CLASS_INET], &inet_2020, -EINVAL);
	check_flags(test, &old->rules[PERSOCK_CLASS_OTHER], &other, -EINVAL);
	/* Receive flags that Linux ignores are ignored. */
	check_flags(test, &p->rules[PERSOCK_CLASS_INET], &inet, PERSOCK_IGNORE);
	check_flags(test, &p->rules[PERSOCK_CLASS_OTHER], &other, -EINVAL);

	/* Seed S11: an error queue that is always empty. */
	KUNIT_EXPECT_EQ(test, old->rules[PERSOCK_CLASS_INET].receive.deny,
			MSG_ERRQUEUE);
	KUNIT_EXPECT_EQ(test, old->rules[PERSOCK_CLASS_OTHER].receive.deny,
			MSG_ERRQUEUE);
	/* Today there is an error queue, of AF_INET. */
	KUNIT_EXPECT_EQ(test, p->rules[PERSOCK_CLASS_INET].receive.deny, 0);
	KUNIT_EXPECT_EQ(test, p->rules[PERSOCK_CLASS_OTHER].receive.deny,
			MSG_ERRQUEUE);
}

/*
 * H11: two ioctls, and today those that read the interfaces' configuration.
 * if_nametoindex() issues one on an AF_UNIX socket.
 */
static void gvisor_ioctls(struct kunit *test)
{
	static const u32 today[] = {
		SIOCGIFNAME, SIOCGIFCONF, SIOCGIFFLAGS, SIOCGIFADDR,
		SIOCGIFDSTADDR, SIOCGIFBRDADDR, SIOCGIFNETMASK, SIOCGIFMETRIC,
		SIOCGIFMTU, SIOCGIFHWADDR, SIOCGIFINDEX, SIOCGIFTXQLEN,
		SIOCGIFMAP,
	};
	const struct persock_policy *old = policy_of(test, "gvisor-2020");
	const struct persock_policy *p = policy_of(test, "gvisor");
	u32 cmd, allowed = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(today); i++) {
		KUNIT_EXPECT_EQ(test, judge_ioctl(&p->rules[0],
						  today[i]), 0);
		KUNIT_EXPECT_EQ(test, judge_ioctl(&old->rules[0],
						  today[i]), -ENOTTY);
	}
	for (cmd = 0; cmd < 0x10000; cmd++) {
		bool both = cmd == FIONREAD || cmd == TIOCOUTQ;

		KUNIT_EXPECT_EQ_MSG(test,
				    judge_ioctl(&old->rules[0], cmd),
				    both ? 0 : -ENOTTY, "ioctl %#x", cmd);
		KUNIT_EXPECT_EQ_MSG(test,
				    judge_ioctl(&p->rules[1], cmd),
				    judge_ioctl(&p->rules[0], cmd),
				    "ioctl %#x", cmd);
		allowed += !judge_ioctl(&p->rules[0], cmd);
	}
	KUNIT_EXPECT_EQ(test, allowed, ARRAY_SIZE(today) + 2);
}

/* The number of options that may be read, or set, at a level. */
static unsigned int count(const struct persock_rules *rules, int level,
			  bool set)
{
	const struct persock_options *options = set ? &rules->set : &rules->get;
	unsigned int i, n = 0;

	for (i = 0; i < options->nr; i++)
		n += options->list[i].level == level &&
		     options->list[i].verdict == PERSOCK_ALLOW;

	return n;
}

/* S8 and S17 add five options of SOL_SOCKET to those of the seeds' tables. */
static void option_counts(struct kunit *test)
{
	const struct persock_rules *old =
		&policy_of(test, "gvisor-2020")->rules[PERSOCK_CLASS_INET];
	const struct persock_rules *p =
		&policy_of(test, "gvisor")->rules[PERSOCK_CLASS_INET];

	KUNIT_EXPECT_EQ(test, p->get.nr, 58 + 5);
	KUNIT_EXPECT_EQ(test, p->set.nr, 58 + 5);
	KUNIT_EXPECT_EQ(test, count(p, SOL_IP, false), 15 - 2);
	KUNIT_EXPECT_EQ(test, count(p, SOL_IP, true), 15 - 1);
	KUNIT_EXPECT_EQ(test, count(p, SOL_IPV6, false), 11);
	KUNIT_EXPECT_EQ(test, count(p, SOL_IPV6, true), 11 - 1);
	KUNIT_EXPECT_EQ(test, count(p, SOL_SOCKET, false), 16 - 1 + 5);
	KUNIT_EXPECT_EQ(test, count(p, SOL_SOCKET, true), 16 - 1 + 2);
	KUNIT_EXPECT_EQ(test, count(p, SOL_TCP, false), 15);
	KUNIT_EXPECT_EQ(test, count(p, SOL_TCP, true), 15 - 1);
	KUNIT_EXPECT_EQ(test, count(p, SOL_ICMPV6, false), 1);
	KUNIT_EXPECT_EQ(test, count(p, SOL_ICMPV6, true), 1);

	KUNIT_EXPECT_EQ(test, count(old, SOL_IP, false), 3);
	KUNIT_EXPECT_EQ(test, count(old, SOL_IP, true), 3);
	KUNIT_EXPECT_EQ(test, count(old, SOL_IPV6, false), 3);
	KUNIT_EXPECT_EQ(test, count(old, SOL_IPV6, true), 3);
	KUNIT_EXPECT_EQ(test, count(old, SOL_SOCKET, false), 6 + 5);
	KUNIT_EXPECT_EQ(test, count(old, SOL_SOCKET, true), 3 + 2);
	KUNIT_EXPECT_EQ(test, count(old, SOL_TCP, false), 2);
	KUNIT_EXPECT_EQ(test, count(old, SOL_TCP, true), 1);
}

/* Options of gvisor that are not just read and set with their 4 bytes. */
static void gvisor_options(struct kunit *test)
{
	const struct persock_rules *rules =
		&policy_of(test, "gvisor")->rules[PERSOCK_CLASS_INET];
	static const struct {
		int level, name, get, set;
		unsigned int get_size, set_size;
	} cases[] = {
		{ SOL_IP, IP_TOS, 0, 0, 0, 0 },
		{ SOL_IP, IP_TTL, 0, 0, 0, 4 },
		{ SOL_IP, IP_PKTINFO, 0, 0, 4, 4 },
		{ SOL_IP, IP_ADD_MEMBERSHIP, -EINVAL, 0, 0, 0 },
		{ SOL_IP, IP_DROP_MEMBERSHIP, -EINVAL, 0, 0, 0 },
		{ SOL_IP, SO_ORIGINAL_DST, 0, -EINVAL, 16, 0 },
		{ SOL_IPV6, IPV6_TCLASS, 0, 0, 0, 4 },
		{ SOL_SOCKET, SO_ERROR, 0, -EINVAL, 4, 0 },
		{ SOL_SOCKET, SO_RCVBUFFORCE, -EINVAL, 0, 0, 4 },
		{ SOL_SOCKET, SO_LINGER, 0, 0, 8, 8 },
		{ SOL_SOCKET, SO_BINDTODEVICE, 0, 0, 0, 0 },
		{ SOL_SOCKET, SO_TYPE, 0, PERSOCK_IGNORE, 4, 0 },
		{ SOL_TCP, TCP_INFO, 0, -EINVAL, 0, 0 },
		{ SOL_TCP, TCP_CONGESTION, 0, 0, 0, 0 },
		{ SOL_ICMPV6, ICMPV6_FILTER, 0, 0, 0, 32 },
		{ SOL_SOCKET, SO_PRIORITY, -ENOPROTOOPT, PERSOCK_IGNORE, 0, 0 },
		{ SOL_TCP, TCP_FASTOPEN, -ENOPROTOOPT, PERSOCK_IGNORE, 0, 0 },
		{ SOL_SOCKET, SO_BINDTOIFINDEX, 0, 0, 0, 0 },
		{ SOL_SOCKET, SO_TIMESTAMP_NEW, 0, 0, 4, 4 },
		{ SOL_TCP, TCP_ULP, -ENOPROTOOPT, -ENOPROTOOPT, 0, 0 },
		{ SOL_TLS, 1, -ENOPROTOOPT, -ENOPROTOOPT, 0, 0 },
	};
	unsigned int i, size, max, len;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		KUNIT_EXPECT_EQ_MSG(test,
				    judge_get(rules, cases[i].level,
					      cases[i].name, &size,
						      &max),
				    cases[i].get, "case %u", i);
		if (!cases[i].get)
			KUNIT_EXPECT_EQ_MSG(test, size, cases[i].get_size,
					    "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, max, 0, "case %u", i);
		len = 100;
		KUNIT_EXPECT_EQ_MSG(test,
				    judge_set(rules, cases[i].level,
					      cases[i].name, &len),
				    cases[i].set, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, len, cases[i].set_size ?: 100,
				    "case %u", i);
		len = cases[i].set_size - 1;
		if (cases[i].set_size)
			KUNIT_EXPECT_EQ_MSG(test,
					    judge_set(rules,
						      cases[i].level,
							      cases[i].name,
							      &len),
					    -EINVAL, "case %u", i);
	}
}

/* H7, H8: send and receive, of both. */
static void gvisor_cmsgs(struct kunit *test)
{
	static const struct {
		int level, type;
		bool old, send, recv;
	} listed[] = {
		{ SOL_IP, IP_TOS, true, true, true },
		{ SOL_IP, IP_PKTINFO, true, true, true },
		{ SOL_IPV6, IPV6_TCLASS, true, true, true },
		{ SOL_IP, IP_TTL, false, true, true },
		{ SOL_IP, IP_RECVERR, false, false, true },
		{ SOL_IP, IP_ORIGDSTADDR, false, false, true },
		{ SOL_SOCKET, SO_TIMESTAMP_OLD, false, false, true },
		{ SOL_SOCKET, SO_TIMESTAMP_NEW, false, false, true },
		{ SOL_TCP, TCP_CM_INQ, false, false, true },
		{ SOL_IPV6, IPV6_RECVERR, false, false, true },
		{ SOL_IPV6, IPV6_PKTINFO, false, true, true },
		{ SOL_IPV6, IPV6_HOPLIMIT, false, true, true },
		{ SOL_IPV6, IPV6_2292PKTINFO, false, true, true },
		{ SOL_IPV6, IPV6_2292HOPLIMIT, false, true, true },
		{ SOL_IPV6, IPV6_ORIGDSTADDR, false, false, true },
	};
	static const int levels[] = {
		SOL_IP, SOL_SOCKET, SOL_TCP, SOL_UDP, SOL_IPV6, SOL_TLS,
	};
	const struct persock_rules *old =
		&policy_of(test, "gvisor-2020")->rules[PERSOCK_CLASS_INET];
	const struct persock_rules *p =
		&policy_of(test, "gvisor")->rules[PERSOCK_CLASS_INET];
	unsigned int i, n;
	int type;

	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		for (type = 0; type < 130; type++) {
			bool was = false, send = false, recv = false;
			int level = levels[i];

			for (n = 0; n < ARRAY_SIZE(listed); n++) {
				if (listed[n].level != level ||
				    listed[n].type != type)
					continue;
				was = listed[n].old;
				send = listed[n].send;
				recv = listed[n].recv;
			}
			KUNIT_EXPECT_EQ_MSG(test,
					    judge_send(old, level,
						       type),
					    was ? 0 : -EINVAL, "(%d, %d)",
					    level, type);
			KUNIT_EXPECT_EQ_MSG(test,
					    judge_receive(old, level,
							  type),
					    was ? 0 : PERSOCK_IGNORE,
					    "(%d, %d)", level, type);
			KUNIT_EXPECT_EQ_MSG(test,
					    judge_send(p, level,
						       type),
					    send ? 0 : -EINVAL, "(%d, %d)",
					    level, type);
			KUNIT_EXPECT_EQ_MSG(test,
					    judge_receive(p, level,
							  type),
					    recv ? 0 : PERSOCK_IGNORE,
					    "(%d, %d)", level, type);
		}
	}
}

/* S16: messages that AF_UNIX may send; received ones are not filtered. */
static void unix_cmsgs(struct kunit *test)
{
	static const char *const names[] = { "gvisor-2020", "gvisor" };
	unsigned int i;
	int type;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		const struct persock_rules *rules =
			&policy_of(test, names[i])->rules[PERSOCK_CLASS_OTHER];

		for (type = 0; type < 64; type++) {
			bool listed = type == SCM_RIGHTS ||
				      type == SCM_CREDENTIALS;

			KUNIT_EXPECT_EQ(test,
					judge_send(rules,
						   SOL_SOCKET,
								type),
					listed ? 0 : -EINVAL);
			KUNIT_EXPECT_EQ(test,
					judge_send(rules, SOL_IP,
						   type),
					-EINVAL);
			KUNIT_EXPECT_EQ(test,
					judge_receive(rules,
						      SOL_SOCKET,
								type),
					PERSOCK_ALLOW);
		}
	}
}

static void host_allows(struct kunit *test)
{
	const struct persock_policy *p = policy_of(test, "host");
	unsigned int size, max, len = 100000;
	u32 flags = U32_MAX;

	KUNIT_EXPECT_EQ(test, judge_socket(p, AF_PACKET, SOCK_RAW, 3), 0);
	KUNIT_EXPECT_EQ(test, judge_get(&p->rules[0], 1, 2, &size, &max), 0);
	KUNIT_EXPECT_EQ(test, judge_set(&p->rules[1], 1, 2, &len), 0);
	KUNIT_EXPECT_EQ(test, len, 100000);
	KUNIT_EXPECT_EQ(test, persock_judge_flags(&p->rules[0].send, 0, &flags), 0);
	KUNIT_EXPECT_EQ(test, flags, U32_MAX);
	KUNIT_EXPECT_EQ(test, judge_ioctl(&p->rules[0], 0x8912), 0);
	KUNIT_EXPECT_FALSE(test, persock_restricts(&p->connect));
	KUNIT_EXPECT_FALSE(test, persock_restricts(&p->bind));
	KUNIT_EXPECT_FALSE(test, persock_restricts(&p->accept));
	KUNIT_EXPECT_EQ(test, p->rules[PERSOCK_CLASS_INET].listen, 0);
	KUNIT_EXPECT_EQ(test, p->rules[PERSOCK_CLASS_OTHER].listen, 0);
	KUNIT_EXPECT_EQ(test, p->unix_rights, 0);
	KUNIT_EXPECT_EQ(test, p->unix_credentials, 0);
	KUNIT_EXPECT_EQ(test, p->max_sockets, 0);
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
	KUNIT_EXPECT_EQ(test, p->connect.fallback, -EACCES);
	KUNIT_EXPECT_EQ(test, p->bind.fallback, -EACCES);
	KUNIT_EXPECT_EQ(test, p->accept.fallback, -EACCES);
	KUNIT_EXPECT_EQ(test, p->rules[PERSOCK_CLASS_INET].listen, -EACCES);
	KUNIT_EXPECT_EQ(test, p->rules[PERSOCK_CLASS_OTHER].listen, -EACCES);
	KUNIT_EXPECT_EQ(test, p->unix_rights, -EACCES);
	KUNIT_EXPECT_EQ(test, p->unix_credentials, -EACCES);
	for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
		const struct persock_rules *rules = &p->rules[class];

		KUNIT_EXPECT_LT(test, judge_get(rules, 1, 2, &size, &max), 0);
		KUNIT_EXPECT_LT(test, judge_set(rules, 1, 2, &len), 0);
		KUNIT_EXPECT_LT(test, persock_judge_flags(&rules->send, 0, &flags),
				0);
		KUNIT_EXPECT_LT(test, persock_judge_flags(&rules->receive, 0, &flags),
				0);
		KUNIT_EXPECT_LT(test, judge_ioctl(rules, 0x541b), 0);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(lists_sorted),
	KUNIT_CASE(h1_types),
	KUNIT_CASE(gvisor_types),
	KUNIT_CASE(gvisor_bounds),
	KUNIT_CASE(gvisor_flags),
	KUNIT_CASE(gvisor_ioctls),
	KUNIT_CASE(option_counts),
	KUNIT_CASE(gvisor_options),
	KUNIT_CASE(gvisor_cmsgs),
	KUNIT_CASE(unix_cmsgs),
	KUNIT_CASE(host_allows),
	KUNIT_CASE(none_denies),
	{ }
};

static struct kunit_suite suite = {
	.name = "persock_preset",
	.test_cases = cases,
};

kunit_test_suite(suite);
