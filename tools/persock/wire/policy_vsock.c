// SPDX-License-Identifier: GPL-2.0
/*
 * Writes rules on addresses of AF_VSOCK to a request, and reads them from
 * replies. policy.c calls it.
 */
#include <linux/genetlink.h>

#include "wire/policy_vsock.h"

#include "wire/netlink.h"

static void put_rule(struct netlink *nl, enum persock_section section,
		     const struct persock_vsock_rule *rule)
{
	size_t nest = netlink_nest(nl, PERSOCK_A_RULE);
	int32_t verdict = rule->verdict;

	netlink_put_u32(nl, PERSOCK_A_RULE_SECTION, section);
	netlink_put(nl, PERSOCK_A_RULE_VERDICT, &verdict, sizeof(verdict));
	if (rule->line)
		netlink_put_u32(nl, PERSOCK_A_RULE_LINE, rule->line);
	netlink_put_u32(nl, PERSOCK_A_RULE_VSOCK_FIRST, rule->first);
	netlink_put_u32(nl, PERSOCK_A_RULE_VSOCK_LAST, rule->last);
	if (rule->cid != PERSOCK_VSOCK_ANY)
		netlink_put_u32(nl, PERSOCK_A_RULE_CID, rule->cid);
	netlink_nest_end(nl, nest);
}

void policy_put_vsock(struct netlink *nl, const struct persock_policy *policy)
{
	struct persock_policy *lists = (struct persock_policy *)policy;
	enum persock_section section;
	unsigned int i;

	for (section = PERSOCK_SECTION_CONNECT;
	     section <= PERSOCK_SECTION_ACCEPT; section++) {
		const struct persock_addresses *addresses =
			persock_section_addresses(lists, section);

		for (i = 0; i < addresses->nr_vsock; i++)
			put_rule(nl, section, &addresses->vsock[i]);
	}
}

bool policy_read_vsock(struct draft *draft, enum persock_section section,
		       const struct nlattr **tb, s16 verdict,
		       unsigned int line)
{
	const struct nlattr *first = tb[PERSOCK_A_RULE_VSOCK_FIRST];
	const struct nlattr *last = tb[PERSOCK_A_RULE_VSOCK_LAST];
	struct persock_vsock_rule rule = {
		.cid = PERSOCK_VSOCK_ANY, .verdict = verdict, .line = line,
	};

	if (!persock_section_is_address(section) || !first || !last)
		return false;
	rule.first = attribute_number(first);
	rule.last = attribute_number(last);
	if (tb[PERSOCK_A_RULE_CID])
		rule.cid = attribute_number(tb[PERSOCK_A_RULE_CID]);
	draft_add_vsock(draft, section, &rule);

	return true;
}
