// SPDX-License-Identifier: GPL-2.0
/*
 * The dump of a policy: its items as netlink messages, one after the other.
 * Defaults, limits and flags come first, then the rules of every list in its
 * order. netlink_personality.c calls persock_policy_put_item() for POLICY_GET.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/socket.h>
#include <net/netlink.h>

#include "control/parse_policy.h"
#include "policy/section.h"
#include "policy/vsock_rule.h"

static struct nlattr *rule_begin(struct sk_buff *skb,
				 enum persock_section section, int class,
				 s16 verdict, u32 line)
{
	struct nlattr *nest = nla_nest_start(skb, PERSOCK_A_RULE);

	if (!nest || nla_put_u32(skb, PERSOCK_A_RULE_SECTION, section) ||
	    (persock_section_by_class(section) &&
	     nla_put_u32(skb, PERSOCK_A_RULE_CLASS, class)) ||
	    nla_put_s32(skb, PERSOCK_A_RULE_VERDICT, verdict) ||
	    (line && nla_put_u32(skb, PERSOCK_A_RULE_LINE, line)))
		return NULL;

	return nest;
}

static int put_any(struct sk_buff *skb, int attribute, s32 value)
{
	return value == PERSOCK_ANY ? 0 : nla_put_u32(skb, attribute, value);
}

static int put_socket(struct sk_buff *skb,
		      const struct persock_socket_rule *rule)
{
	struct nlattr *nest = rule_begin(skb, PERSOCK_SECTION_SOCKETS, 0,
					 rule->verdict, rule->line);

	if (!nest || put_any(skb, PERSOCK_A_RULE_FAMILY, rule->family) ||
	    put_any(skb, PERSOCK_A_RULE_TYPE, rule->type) ||
	    put_any(skb, PERSOCK_A_RULE_PROTOCOL, rule->protocol))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static int put_ports(struct sk_buff *skb, u16 first, u16 last, s32 protocol)
{
	if ((first && nla_put_u16(skb, PERSOCK_A_RULE_PORT_FIRST, first)) ||
	    (last != U16_MAX &&
	     nla_put_u16(skb, PERSOCK_A_RULE_PORT_LAST, last)))
		return -EMSGSIZE;

	return put_any(skb, PERSOCK_A_RULE_PROTOCOL, protocol);
}

static int put_address(struct sk_buff *skb, enum persock_section section,
		       const struct persock_address_rule *rule)
{
	struct nlattr *nest = rule_begin(skb, section, 0, rule->verdict,
					 rule->line);

	if (!nest ||
	    nla_put(skb, PERSOCK_A_RULE_ADDRESS,
		    rule->family == AF_INET ? 4 : 16, rule->address) ||
	    nla_put_u8(skb, PERSOCK_A_RULE_PREFIX_LENGTH, rule->prefix) ||
	    put_ports(skb, rule->first, rule->last, rule->protocol))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static int put_host(struct sk_buff *skb, const struct persock_host_rule *rule)
{
	struct nlattr *nest = rule_begin(skb, PERSOCK_SECTION_CONNECT, -1,
					 rule->verdict, rule->line);
	char host[PERSOCK_HOST_MAX + 1];

	snprintf(host, sizeof(host), "%s%s", rule->below ? "*." : "",
		 rule->name);
	if (!nest || nla_put_string(skb, PERSOCK_A_RULE_HOST, host) ||
	    put_ports(skb, rule->first, rule->last, rule->protocol))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static int put_vsock(struct sk_buff *skb, enum persock_section section,
		     const struct persock_vsock_rule *rule)
{
	struct nlattr *nest = rule_begin(skb, section, 0, rule->verdict,
					 rule->line);

	if (!nest || nla_put_u32(skb, PERSOCK_A_RULE_VSOCK_FIRST, rule->first) ||
	    nla_put_u32(skb, PERSOCK_A_RULE_VSOCK_LAST, rule->last) ||
	    (rule->cid != PERSOCK_VSOCK_ANY &&
	     nla_put_u32(skb, PERSOCK_A_RULE_CID, rule->cid)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

/* How addresses of host names are learnt. */
static int put_names(struct sk_buff *skb, const struct persock_names *names)
{
	struct nlattr *nest;
	unsigned int i;

	if (!names->nr_resolvers)
		return 0;
	nest = nla_nest_start(skb, PERSOCK_A_NAMES);
	if (!nest || nla_put_u32(skb, PERSOCK_A_NAMES_QUERIES, names->queries) ||
	    nla_put_u32(skb, PERSOCK_A_NAMES_HOLD, names->hold) ||
	    nla_put_u32(skb, PERSOCK_A_NAMES_LIMIT, names->max))
		return -EMSGSIZE;
	for (i = 0; i < names->nr_resolvers; i++) {
		const struct persock_endpoint *resolver = &names->resolvers[i];

		if (nla_put(skb, PERSOCK_A_NAMES_RESOLVER,
			    resolver->family == AF_INET ? 4 : 16,
			    resolver->address))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);

	return 0;
}

static int put_unix(struct sk_buff *skb, enum persock_section section,
		    const struct persock_unix_rule *rule)
{
	struct nlattr *nest = rule_begin(skb, section, 0, rule->verdict,
					 rule->line);
	int err = 0;

	if (!nest)
		return -EMSGSIZE;
	if (rule->kind == PERSOCK_UNIX_PATH)
		err = nla_put_string(skb, PERSOCK_A_RULE_PATH, rule->name);
	else if (rule->kind == PERSOCK_UNIX_ABSTRACT)
		err = nla_put(skb, PERSOCK_A_RULE_ABSTRACT, rule->length,
			      rule->name);
	else if (rule->kind == PERSOCK_UNIX_UNNAMED)
		err = nla_put_flag(skb, PERSOCK_A_RULE_UNNAMED);
	if (!err && rule->prefix)
		err = nla_put_flag(skb, PERSOCK_A_RULE_PREFIX);
	if (!err && rule->peer)
		err = nla_put_string(skb, PERSOCK_A_RULE_PEER,
				     *rule->peer ? rule->peer : "same");
	if (!err)
		err = put_any(skb, PERSOCK_A_RULE_TYPE, rule->type);
	if (err)
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static int put_option(struct sk_buff *skb, enum persock_section section,
		      int class, const struct persock_option *option)
{
	struct nlattr *nest = rule_begin(skb, section, class, option->verdict,
					 option->line);

	if (!nest || nla_put_s32(skb, PERSOCK_A_RULE_LEVEL, option->level) ||
	    nla_put_s32(skb, PERSOCK_A_RULE_NAME, option->name) ||
	    (option->size &&
	     nla_put_u32(skb, PERSOCK_A_RULE_SIZE, option->size)) ||
	    (option->max &&
	     nla_put_u32(skb, PERSOCK_A_RULE_SIZE_MAX, option->max)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static int put_ioctl(struct sk_buff *skb, int class,
		     const struct persock_ioctl *ioctl)
{
	struct nlattr *nest = rule_begin(skb, PERSOCK_SECTION_IOCTLS, class,
					 ioctl->verdict, ioctl->line);

	if (!nest || nla_put_u32(skb, PERSOCK_A_RULE_COMMAND, ioctl->cmd))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static int put_flag_rule(struct sk_buff *skb, enum persock_section section,
			 int class, s16 verdict, u32 flags)
{
	struct nlattr *nest = rule_begin(skb, section, class, verdict, 0);

	if (!nest || nla_put_u32(skb, PERSOCK_A_RULE_FLAGS, flags))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

/* Put all flags of a section: they are few. */
static int put_flags(struct sk_buff *skb, const struct persock_policy *policy,
		     enum persock_section section, int class)
{
	struct persock_policy *lists = (struct persock_policy *)policy;
	const struct persock_flags *flags =
		persock_section_flags(&lists->rules[class], section);
	unsigned long deny = flags->deny;
	unsigned int bit;
	int err = 0;

	/* A flag that is denied with its own errno takes precedence. */
	if (flags->allow & ~flags->deny)
		err = put_flag_rule(skb, section, class, PERSOCK_ALLOW,
				    flags->allow & ~flags->deny);
	if (!err && flags->ignore)
		err = put_flag_rule(skb, section, class, PERSOCK_IGNORE,
				    flags->ignore);
	for_each_set_bit(bit, &deny, PERSOCK_NR_FLAGS) {
		if (!err)
			err = put_flag_rule(skb, section, class,
					    flags->errnos[bit], BIT(bit));
	}

	return err;
}

static int put_default(struct sk_buff *skb, const struct persock_policy *policy,
		       enum persock_section section, int class)
{
	/*
	 * persock_section_fallback() needs a non-const policy, but changes
	 * nothing.
	 */
	s16 verdict = *persock_section_fallback((struct persock_policy *)policy,
						section, class);
	struct nlattr *nest = nla_nest_start(skb, PERSOCK_A_DEFAULT);

	if (!nest || nla_put_u32(skb, PERSOCK_A_DEFAULT_SECTION, section) ||
	    (persock_section_by_class(section) &&
	     nla_put_u32(skb, PERSOCK_A_DEFAULT_CLASS, class)) ||
	    nla_put_s32(skb, PERSOCK_A_DEFAULT_VERDICT, verdict))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static int put_bound(struct sk_buff *skb, enum persock_limit limit, int class,
		     u32 value, s16 verdict)
{
	struct nlattr *nest;

	if (!value)
		return 0;
	nest = nla_nest_start(skb, PERSOCK_A_BOUND);
	if (!nest || nla_put_u32(skb, PERSOCK_A_BOUND_LIMIT, limit) ||
	    (class >= 0 && nla_put_u32(skb, PERSOCK_A_BOUND_CLASS, class)) ||
	    nla_put_u32(skb, PERSOCK_A_BOUND_VALUE, value) ||
	    (verdict && nla_put_s32(skb, PERSOCK_A_BOUND_VERDICT, verdict)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

/* Put all limits: they are few. */
static int put_bounds(struct sk_buff *skb, const struct persock_policy *policy)
{
	int class, err;

	err = put_bound(skb, PERSOCK_LIMIT_SOCKETS, -1, policy->max_sockets,
			policy->max_sockets_verdict) ?:
	      put_bound(skb, PERSOCK_LIMIT_BACKLOG_FLOOR, -1,
			policy->backlog.floor, 0) ?:
	      put_bound(skb, PERSOCK_LIMIT_BACKLOG_CEILING, -1,
			policy->backlog.ceiling, 0);
	for (class = 0; !err && class < PERSOCK_NR_CLASSES; class++) {
		const struct persock_rules *rules = &policy->rules[class];

		err = put_bound(skb, PERSOCK_LIMIT_OPTION, class,
				rules->option_max, 0) ?:
		      put_bound(skb, PERSOCK_LIMIT_CONTROL, class,
				rules->control_max, 0) ?:
		      put_bound(skb, PERSOCK_LIMIT_ADDRESS, class,
				rules->address_max, 0) ?:
		      put_bound(skb, PERSOCK_LIMIT_RECEIVED_CONTROL, class,
				rules->received_max, 0);
	}

	return err;
}

/* The length of a section's list of rules, and below its @i-th rule. */
static unsigned int list_length(const struct persock_policy *policy,
				enum persock_section section, int class)
{
	struct persock_policy *lists = (struct persock_policy *)policy;
	const struct persock_addresses *addresses;

	if (section == PERSOCK_SECTION_SOCKETS)
		return policy->sockets.nr;
	if (persock_section_is_address(section)) {
		addresses = persock_section_addresses(lists, section);
		return persock_vsock_number(policy, addresses) +
		       addresses->nr_vsock;
	}
	if (persock_section_is_option(section))
		return persock_section_options(&lists->rules[class],
					       section)->nr;
	if (section == PERSOCK_SECTION_IOCTLS)
		return policy->rules[class].ioctls.nr;
	if (persock_section_is_unix(section))
		return persock_section_unix(lists, section)->nr;

	return 0;
}

static int put_peer(struct sk_buff *skb, const struct persock_policy *policy,
		    enum persock_section section, unsigned int i)
{
	struct persock_policy *lists = (struct persock_policy *)policy;
	const struct persock_addresses *addresses =
		persock_section_addresses(lists, section);
	unsigned int others = persock_vsock_number(policy, addresses);

	if (i < addresses->nr)
		return put_address(skb, section, &addresses->rules[i]);
	if (i < others)
		return put_host(skb, &policy->names.rules[i - addresses->nr]);

	return put_vsock(skb, section, &addresses->vsock[i - others]);
}

static int put_rule(struct sk_buff *skb, const struct persock_policy *policy,
		    enum persock_section section, int class, unsigned int i)
{
	struct persock_policy *lists = (struct persock_policy *)policy;

	if (section == PERSOCK_SECTION_SOCKETS)
		return put_socket(skb, &policy->sockets.rules[i]);
	if (persock_section_is_address(section))
		return put_peer(skb, policy, section, i);
	if (persock_section_is_unix(section))
		return put_unix(skb, section,
				&persock_section_unix(lists, section)->rules[i]);
	if (section == PERSOCK_SECTION_IOCTLS)
		return put_ioctl(skb, class, &policy->rules[class].ioctls.list[i]);

	return put_option(skb, section, class,
			  &persock_section_options(&lists->rules[class],
						   section)->list[i]);
}

/**
 * persock_policy_put_item() - put one item of a policy into a message
 * @skb: the message
 * @policy: the policy
 * @item: number of the item, from 0
 *
 * Context: process context; the caller ensures that the policy does not
 * change.
 * Return: 0; -EMSGSIZE if it does not fit; -ENOENT if there are no more.
 */
int persock_policy_put_item(struct sk_buff *skb,
			    const struct persock_policy *policy,
			    unsigned int item)
{
	unsigned int section, class, length;

	if (!item--)
		return put_bounds(skb, policy);
	if (!item--)
		return put_names(skb, &policy->names);

	for (section = 0; section < PERSOCK_NR_SECTIONS; section++) {
		unsigned int classes = persock_section_by_class(section) ?
				       PERSOCK_NR_CLASSES : 1;

		/* Put above. */
		if (section == PERSOCK_SECTION_LIMITS)
			continue;
		for (class = 0; class < classes; class++) {
			if (!item--)
				return put_default(skb, policy, section, class);
			if (persock_section_is_flags(section)) {
				if (!item--)
					return put_flags(skb, policy, section,
							 class);
				continue;
			}
			length = list_length(policy, section, class);
			if (item < length)
				return put_rule(skb, policy, section, class,
						item);
			item -= length;
		}
	}

	return -ENOENT;
}
