// SPDX-License-Identifier: GPL-2.0
/*
 * Shortcuts: the builder of the tables of calls that pass unchanged.
 * cgroup/version.c builds them with each version of a personality.
 *
 * The builder asks the functions that judge about options, flags and requests.
 * A new kind of rule that these functions know therefore needs nothing here.
 * The rest repeats under which conditions endpoint.c, cmsg.c, operations.c and
 * option.c look at a call at all: a new condition there must be repeated here.
 * A call that depends on more than the tables can express (a value, the
 * socket's state) has no shortcut, and is judged.
 */
#include <linux/bits.h>
#include <linux/in6.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "policy/detour.h"
#include "policy/guard.h"
#include "policy/shortcut.h"
#include "policy/verdict.h"

static const int levels[PERSOCK_SHORTCUT_LEVELS] = {
	[PERSOCK_SHORTCUT_SOCKET] = SOL_SOCKET,
	[PERSOCK_SHORTCUT_IP] = SOL_IP,
	[PERSOCK_SHORTCUT_TCP] = SOL_TCP,
	[PERSOCK_SHORTCUT_UDP] = SOL_UDP,
	[PERSOCK_SHORTCUT_IPV6] = SOL_IPV6,
};

static u8 size_entry(unsigned int size, bool exact)
{
	u8 entry = size + PERSOCK_SHORTCUT_SIZE;

	if (size >= PERSOCK_SHORTCUT_EXACT - PERSOCK_SHORTCUT_SIZE)
		return PERSOCK_SHORTCUT_NONE;

	return exact ? entry | PERSOCK_SHORTCUT_EXACT : entry;
}

static u8 entry_get(const struct persock_rules *rules, int level, int optname)
{
	unsigned int size, max, rule;

	if (persock_judge_get(rules, level, optname, &size, &max, &rule) ||
	    persock_detour_get(level, optname))
		return PERSOCK_SHORTCUT_NONE;
	/* A longer buffer has its length set to the longest answer. */
	if (max)
		return max == size ? size_entry(size, true) :
				     PERSOCK_SHORTCUT_NONE;
	if (!persock_judges_get_len(rules))
		return PERSOCK_SHORTCUT_ANY;

	return size_entry(size, false);
}

/* These need more than a verdict and the provider's call, see option.c. */
static bool is_special(int level, int optname)
{
	switch (level) {
	case SOL_TCP:
		return optname == TCP_ULP;
	case SOL_IPV6:
		return optname == IPV6_ADDRFORM || optname == IPV6_V6ONLY;
	default:
		return false;
	}
}

static u8 entry_set(const struct persock_rules *rules, int level, int optname)
{
	unsigned int rule, len;
	enum persock_section section;

	if (is_special(level, optname) ||
	    persock_guard_alias(rules->set.guard, SOCK_DGRAM, level, optname) !=
	    optname || persock_detour_set(level, optname, 1, &section) ||
	    persock_judge_set_option(rules, level, optname, &rule))
		return PERSOCK_SHORTCUT_NONE;
	if (!rule || !rules->set.list[rule - 1].size)
		return PERSOCK_SHORTCUT_ANY;

	len = rules->set.list[rule - 1].size;
	if (persock_judge_set(rules, level, optname, &len, &rule))
		return PERSOCK_SHORTCUT_NONE;

	return size_entry(len, true);
}

/* Nothing passes: each call is recorded. */
static void pass_nothing(struct persock_shortcut *shortcut)
{
	memset(shortcut, 0, sizeof(*shortcut));
	shortcut->send = U32_MAX;
	shortcut->receive = U32_MAX;
}

/*
 * Other families than AF_UNIX share its kind, unless they are judged by others
 * than its rules; what they pass is judged, too.
 */
static bool judges_address(const struct persock_addresses *addresses,
			   const struct persock_unix_rules *rules,
			   enum persock_kind kind)
{
	if (kind == PERSOCK_KIND_VSOCK)
		return addresses->nr_vsock;

	return kind == PERSOCK_KIND_INET ? persock_restricts(addresses) :
					   persock_unix_restricts(rules);
}

static u32 address_max(const struct persock_policy *policy,
		       const struct persock_addresses *addresses,
		       const struct persock_unix_rules *rules,
		       enum persock_kind kind)
{
	if (judges_address(addresses, rules, kind))
		return 0;

	return policy->rules[persock_kind_class(kind)].address_max ?: U32_MAX;
}

/* Flags pass together if each passes by itself. */
static u32 judged_flags(const struct persock_flags *rule)
{
	unsigned int bit;
	u32 judged = 0;

	for (bit = 0; bit < PERSOCK_NR_FLAGS; bit++) {
		u32 flag = BIT(bit), left = flag;

		if (persock_judge_flags(rule, 0, &left) || left != flag)
			judged |= flag;
	}

	return judged;
}

/**
 * persock_shortcut_build() - find the calls that pass on sockets of a kind
 * @shortcut: filled in
 * @policy: the policy that judges
 * @kind: the kind
 */
void persock_shortcut_build(struct persock_shortcut *shortcut,
			    const struct persock_policy *policy,
			    enum persock_kind kind)
{
	const struct persock_rules *rules =
		&policy->rules[persock_kind_class(kind)];
	bool inet = kind == PERSOCK_KIND_INET;
	bool scm = policy->unix_rights < 0 || policy->unix_credentials;
	unsigned int row, name;

	if (policy->mode == PERSOCK_MODE_RECORD) {
		pass_nothing(shortcut);
		shortcut->counts = persock_counts_allowed(policy);
		return;
	}
	memset(shortcut, 0, sizeof(*shortcut));
	for (row = PERSOCK_SHORTCUT_SOCKET; row < PERSOCK_SHORTCUT_LEVELS; row++) {
		for (name = 0; name < PERSOCK_SHORTCUT_NAMES; name++) {
			shortcut->get[row][name] =
				entry_get(rules, levels[row], name);
			shortcut->set[row][name] =
				entry_set(rules, levels[row], name);
		}
	}
	/* Some of these options request credentials, see option.c. */
	if (!inet && policy->unix_credentials)
		memset(shortcut->set[PERSOCK_SHORTCUT_SOCKET],
		       PERSOCK_SHORTCUT_NONE, PERSOCK_SHORTCUT_NAMES);
	/* Refused, see option.c. */
	if (inet && policy->names.nr_resolvers) {
		shortcut->set[PERSOCK_SHORTCUT_UDP][UDP_CORK] =
			PERSOCK_SHORTCUT_NONE;
		shortcut->set[PERSOCK_SHORTCUT_UDP][UDP_SEGMENT] =
			PERSOCK_SHORTCUT_NONE;
		shortcut->get[PERSOCK_SHORTCUT_TCP][TCP_ZEROCOPY_RECEIVE] =
			PERSOCK_SHORTCUT_NONE;
	}
	shortcut->option_max = rules->option_max ?: U32_MAX;
	shortcut->send = judged_flags(&rules->send);
	shortcut->receive = judged_flags(&rules->receive);
	/* Port 53 is judged if there are resolvers, see bound.c. */
	shortcut->bind_max = inet && policy->names.nr_resolvers ? 0 :
			     address_max(policy, &policy->bind,
					 &policy->unix_bind, kind);
	/* A connect or send may also bind the socket: see port.c. */
	shortcut->connect_max = address_max(policy, &policy->connect,
					    &policy->unix_connect, kind);
	shortcut->connect_max = min(shortcut->connect_max, shortcut->bind_max);
	/* The conditions under which cmsg.c looks at control messages. */
	shortcut->control_send = persock_allows_all(&rules->control_send) && !scm &&
				 !rules->control_max &&
				 !persock_restricts(&policy->connect);
	shortcut->control_receive = !rules->control_max &&
				    !(inet && rules->received_max);
	/* An AF_UNIX socket may not receive any, see cmsg.c. */
	shortcut->receives = inet || (!scm && !policy->unix_rights);
	shortcut->accept = !policy->max_sockets &&
			   !(inet && persock_restricts(&policy->accept)) &&
			   !(kind == PERSOCK_KIND_VSOCK &&
			     policy->accept.nr_vsock);
	/* Detours are judged by these sections, see option.c. */
	shortcut->get_all = persock_allows_all(&rules->get) &&
			    !persock_judges_get_len(rules) &&
			    shortcut->connect_max;
	shortcut->set_all = persock_allows_all(&rules->set) &&
			    !rules->option_max && shortcut->connect_max &&
			    (inet || !policy->unix_credentials);
	shortcut->counts = persock_counts_allowed(policy);
}

/* The size of an entry that has one. */
static unsigned int entry_size(u8 entry)
{
	return (entry & ~PERSOCK_SHORTCUT_EXACT) - PERSOCK_SHORTCUT_SIZE;
}

static bool is_exact(u8 entry)
{
	return entry & PERSOCK_SHORTCUT_EXACT;
}

/* The lengths that pass both: exactly one, or all from one on. */
static u8 join_get(u8 a, u8 b)
{
	if (a == PERSOCK_SHORTCUT_NONE || b == PERSOCK_SHORTCUT_NONE)
		return PERSOCK_SHORTCUT_NONE;
	if (a == PERSOCK_SHORTCUT_ANY || a == b)
		return b;
	if (b == PERSOCK_SHORTCUT_ANY)
		return a;
	if (!is_exact(a) && !is_exact(b))
		return max(a, b);
	if (is_exact(a) && !is_exact(b))
		return entry_size(a) >= entry_size(b) ? a :
		       PERSOCK_SHORTCUT_NONE;
	if (is_exact(b) && !is_exact(a))
		return entry_size(b) >= entry_size(a) ? b :
		       PERSOCK_SHORTCUT_NONE;

	return PERSOCK_SHORTCUT_NONE;
}

/* @a_max, @b_max: longest value for an entry without a size. */
static u8 join_set(u8 a, u32 a_max, u8 b, u32 b_max)
{
	if (a == PERSOCK_SHORTCUT_NONE || b == PERSOCK_SHORTCUT_NONE)
		return PERSOCK_SHORTCUT_NONE;
	if (a == b)
		return a;
	if (a == PERSOCK_SHORTCUT_ANY)
		return entry_size(b) <= a_max ? b : PERSOCK_SHORTCUT_NONE;
	if (b == PERSOCK_SHORTCUT_ANY)
		return entry_size(a) <= b_max ? a : PERSOCK_SHORTCUT_NONE;

	return PERSOCK_SHORTCUT_NONE;
}

/**
 * persock_shortcut_join() - leave the calls that pass another policy, too
 * @all: the calls that pass some policies; those that do not pass @more are
 *	 taken out
 * @more: the calls that pass another policy, for the same kind
 */
void persock_shortcut_join(struct persock_shortcut *all,
			   const struct persock_shortcut *more)
{
	unsigned int row, name;

	for (row = PERSOCK_SHORTCUT_SOCKET; row < PERSOCK_SHORTCUT_LEVELS; row++) {
		for (name = 0; name < PERSOCK_SHORTCUT_NAMES; name++) {
			all->get[row][name] = join_get(all->get[row][name],
						       more->get[row][name]);
			all->set[row][name] = join_set(all->set[row][name],
						       all->option_max,
						       more->set[row][name],
						       more->option_max);
		}
	}
	all->option_max = min(all->option_max, more->option_max);
	all->send |= more->send;
	all->receive |= more->receive;
	all->connect_max = min(all->connect_max, more->connect_max);
	all->bind_max = min(all->bind_max, more->bind_max);
	all->control_send &= more->control_send;
	all->control_receive &= more->control_receive;
	all->receives &= more->receives;
	all->accept &= more->accept;
	all->get_all &= more->get_all;
	all->set_all &= more->set_all;
	all->counts |= more->counts;
}

/**
 * persock_shortcut_requests() - find the requests for sockets that pass
 * @passes: does this request pass?
 * @data: argument of @passes
 *
 * Return: the bits of persock_shortcut_request() of all requests that pass.
 */
u64 persock_shortcut_requests(bool (*passes)(const struct persock_request *request,
					     const void *data),
			      const void *data)
{
	static const int families[] = { AF_INET, AF_UNIX, AF_INET6 };
	static const int protocols[] = { 0, IPPROTO_TCP, IPPROTO_UDP };
	struct persock_request request;
	unsigned int i, j;
	u64 bits = 0;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		for (j = 0; j < ARRAY_SIZE(protocols); j++) {
			request.family = families[i];
			request.protocol = protocols[j];
			for (request.type = 0;
			     request.type < PERSOCK_SHORTCUT_TYPES;
			     request.type++) {
				if (passes(&request, data))
					bits |= persock_shortcut_request(&request);
			}
		}
	}

	return bits;
}
