// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of rules on addresses of AF_VSOCK. parse_policy.c calls it.
 *
 * The rules are a part of the memory that parse_policy.c allocates for all
 * lists.
 */
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/netlink.h>
#include <linux/string.h>
#include <net/netlink.h>

#include "control/parse_rule.h"
#include "control/parse_vsock.h"
#include "policy/section.h"
#include "policy/vsock_rule.h"

static unsigned int index_of(enum persock_section section)
{
	return section - PERSOCK_SECTION_CONNECT;
}

/**
 * persock_vsock_is_rule() - is a rule about AF_VSOCK?
 * @tb: its attributes
 *
 * Return: true if it is.
 */
bool persock_vsock_is_rule(struct nlattr **tb)
{
	return tb[PERSOCK_A_RULE_VSOCK_FIRST] ||
	       tb[PERSOCK_A_RULE_VSOCK_LAST] || tb[PERSOCK_A_RULE_CID];
}

/* Is there an attribute of rules on other addresses? */
static bool has_others(struct nlattr **tb)
{
	return tb[PERSOCK_A_RULE_ADDRESS] || tb[PERSOCK_A_RULE_PREFIX_LENGTH] ||
	       tb[PERSOCK_A_RULE_PORT_FIRST] || tb[PERSOCK_A_RULE_PORT_LAST] ||
	       tb[PERSOCK_A_RULE_PROTOCOL] || tb[PERSOCK_A_RULE_HOST];
}

/**
 * persock_vsock_count() - check and count a rule
 * @load: what was counted before
 * @extack: reports the reason of a refusal
 * @nest: the rule
 * @tb: its attributes
 * @section: its section
 *
 * Return: 0, -EINVAL or -E2BIG.
 */
int persock_vsock_count(struct persock_vsock_load *load,
			struct netlink_ext_ack *extack,
			const struct nlattr *nest, struct nlattr **tb,
			enum persock_section section)
{
	const struct nlattr *first = tb[PERSOCK_A_RULE_VSOCK_FIRST];
	const struct nlattr *last = tb[PERSOCK_A_RULE_VSOCK_LAST];

	if (has_others(tb))
		return persock_reject(extack, nest,
			      "a rule on AF_VSOCK has a CID and ports of AF_VSOCK, and no other address");
	if (!first || !last)
		return persock_reject(extack, nest,
			      "a rule on AF_VSOCK needs vsock-first and vsock-last");
	if (nla_get_u32(first) > nla_get_u32(last))
		return persock_reject(extack, nest,
			      "the first port is after the last");
	if (tb[PERSOCK_A_RULE_CID] &&
	    nla_get_u32(tb[PERSOCK_A_RULE_CID]) == PERSOCK_VSOCK_ANY)
		return persock_reject(extack, tb[PERSOCK_A_RULE_CID],
			      "CID 4294967295 is none: a rule on any CID has no CID");
	if (++load->nr[index_of(section)] > PERSOCK_MAX_VSOCK) {
		persock_reject(extack, nest,
			       "a section has at most 1024 rules on AF_VSOCK");
		return -E2BIG;
	}

	return 0;
}

/**
 * persock_vsock_rules() - the number of rules that were counted
 * @load: the rules
 *
 * Return: those of all sections.
 */
unsigned int persock_vsock_rules(const struct persock_vsock_load *load)
{
	unsigned int i, nr = 0;

	for (i = 0; i < PERSOCK_VSOCK_SECTIONS; i++)
		nr += load->nr[i];

	return nr;
}

/**
 * persock_vsock_size() - the memory that the counted rules need
 * @load: the rules
 *
 * Return: bytes, a multiple of the alignment of any list.
 */
size_t persock_vsock_size(const struct persock_vsock_load *load)
{
	return ALIGN(persock_vsock_rules(load) * sizeof(*load->rules[0]),
		     sizeof(u64));
}

/**
 * persock_vsock_place() - give the counted rules their memory
 * @load: the rules; from now on it counts those that are filled in
 * @memory: aligned for any type
 *
 * Return: what follows their memory.
 */
void *persock_vsock_place(struct persock_vsock_load *load, void *memory)
{
	void *end = memory + persock_vsock_size(load);
	unsigned int i;

	for (i = 0; i < PERSOCK_VSOCK_SECTIONS; i++) {
		load->rules[i] = memory;
		memory += load->nr[i] * sizeof(*load->rules[i]);
		load->nr[i] = 0;
	}

	return end;
}

/**
 * persock_vsock_fill() - read a rule
 * @load: the rules; this one is appended
 * @tb: its attributes, which were checked
 * @section: its section
 * @verdict: its verdict
 */
void persock_vsock_fill(struct persock_vsock_load *load, struct nlattr **tb,
			enum persock_section section, s16 verdict)
{
	unsigned int i = index_of(section);
	struct persock_vsock_rule *rule = &load->rules[i][load->nr[i]++];

	rule->cid = tb[PERSOCK_A_RULE_CID] ?
		    nla_get_u32(tb[PERSOCK_A_RULE_CID]) : PERSOCK_VSOCK_ANY;
	rule->first = nla_get_u32(tb[PERSOCK_A_RULE_VSOCK_FIRST]);
	rule->last = nla_get_u32(tb[PERSOCK_A_RULE_VSOCK_LAST]);
	rule->verdict = verdict;
	rule->line = persock_rule_line(tb);
}

/**
 * persock_vsock_publish() - hand the rules to their policy
 * @load: the rules, all of them filled in
 * @policy: the policy
 */
void persock_vsock_publish(struct persock_vsock_load *load,
			   struct persock_policy *policy)
{
	unsigned int i;

	for (i = 0; i < PERSOCK_VSOCK_SECTIONS; i++) {
		struct persock_addresses *addresses =
			persock_section_addresses(policy,
						  PERSOCK_SECTION_CONNECT + i);

		addresses->vsock = load->rules[i];
		addresses->nr_vsock = load->nr[i];
	}
}
