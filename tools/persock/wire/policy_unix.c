// SPDX-License-Identifier: GPL-2.0
/*
 * Writes rules on AF_UNIX sockets to a request, and reads them from replies.
 * policy.c calls it.
 */
#include "wire/policy_unix.h"

#include "policy_file/draft_unix.h"
#include "policy_file/unix_name.h"
#include "wire/netlink.h"

static void put_s32(struct netlink *nl, uint16_t type, int32_t value)
{
	netlink_put(nl, type, &value, sizeof(value));
}

static void put_name(struct netlink *nl, const struct persock_unix_rule *rule)
{
	if (rule->kind == PERSOCK_UNIX_PATH)
		netlink_put_string(nl, PERSOCK_A_RULE_PATH, rule->name);
	else if (rule->kind == PERSOCK_UNIX_ABSTRACT)
		netlink_put(nl, PERSOCK_A_RULE_ABSTRACT, rule->name,
			    rule->length);
	else if (rule->kind == PERSOCK_UNIX_UNNAMED)
		netlink_put(nl, PERSOCK_A_RULE_UNNAMED, "", 0);
	if (rule->prefix)
		netlink_put(nl, PERSOCK_A_RULE_PREFIX, "", 0);
}

static void put_rule(struct netlink *nl, enum persock_section section,
		     const struct persock_unix_rule *rule)
{
	size_t nest = netlink_nest(nl, PERSOCK_A_RULE);

	netlink_put_u32(nl, PERSOCK_A_RULE_SECTION, section);
	put_s32(nl, PERSOCK_A_RULE_VERDICT, rule->verdict);
	if (rule->line)
		netlink_put_u32(nl, PERSOCK_A_RULE_LINE, rule->line);
	put_name(nl, rule);
	if (rule->type != PERSOCK_ANY)
		netlink_put_u32(nl, PERSOCK_A_RULE_TYPE, rule->type);
	if (rule->peer)
		netlink_put_string(nl, PERSOCK_A_RULE_PEER,
				   *rule->peer ? rule->peer : "same");
	netlink_nest_end(nl, nest);
}

static void put_section(struct netlink *nl, enum persock_section section,
			const struct persock_unix_rules *rules)
{
	unsigned int i;
	size_t nest;

	if (!persock_unix_restricts(rules))
		return;
	nest = netlink_nest(nl, PERSOCK_A_DEFAULT);
	netlink_put_u32(nl, PERSOCK_A_DEFAULT_SECTION, section);
	put_s32(nl, PERSOCK_A_DEFAULT_VERDICT, rules->fallback);
	netlink_nest_end(nl, nest);
	for (i = 0; i < rules->nr; i++)
		put_rule(nl, section, &rules->rules[i]);
}

void policy_put_unix(struct netlink *nl, const struct persock_policy *policy)
{
	put_section(nl, PERSOCK_SECTION_UNIX_CONNECT, &policy->unix_connect);
	put_section(nl, PERSOCK_SECTION_UNIX_BIND, &policy->unix_bind);
}

static bool read_name(const struct nlattr **tb, struct persock_unix_rule *rule)
{
	const struct nlattr *abstract = tb[PERSOCK_A_RULE_ABSTRACT];

	rule->name = "";
	if (tb[PERSOCK_A_RULE_PATH]) {
		rule->kind = PERSOCK_UNIX_PATH;
		rule->name = attribute_string(tb[PERSOCK_A_RULE_PATH]);
		rule->length = strlen(rule->name);
		return *rule->name == '/';
	}
	if (abstract) {
		rule->kind = PERSOCK_UNIX_ABSTRACT;
		rule->name = mnl_attr_get_payload(abstract);
		rule->length = mnl_attr_get_payload_len(abstract);
		return rule->length <= PERSOCK_ABSTRACT_MAX;
	}
	if (tb[PERSOCK_A_RULE_UNNAMED])
		rule->kind = PERSOCK_UNIX_UNNAMED;

	return true;
}

bool policy_read_unix(struct draft *draft, enum persock_section section,
		      const struct nlattr **tb, s16 verdict, unsigned int line)
{
	struct persock_unix_rule rule = {
		.prefix = tb[PERSOCK_A_RULE_PREFIX],
		.type = PERSOCK_ANY,
		.verdict = verdict,
		.line = line,
	};

	if (!read_name(tb, &rule))
		return false;
	if (tb[PERSOCK_A_RULE_TYPE])
		rule.type = attribute_number(tb[PERSOCK_A_RULE_TYPE]);
	if (tb[PERSOCK_A_RULE_PEER]) {
		rule.peer = attribute_string(tb[PERSOCK_A_RULE_PEER]);
		if (unix_peer_check(rule.peer))
			return false;
		if (!strcmp(rule.peer, "same"))
			rule.peer = "";
	}
	draft_add_unix(&draft->policy, section, &rule);

	return true;
}
