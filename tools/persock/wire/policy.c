// SPDX-License-Identifier: GPL-2.0
/*
 * Writes a draft to a request, and reads a draft from replies. personality.c
 * calls it to load a policy; show, apply and source.c to read one.
 */
#include <linux/genetlink.h>

#include "module/policy/guard.h"
#include "module/policy/host.h"
#include "wire/policy.h"

#include <stdio.h>

#include "policy_file/host.h"
#include "wire/netlink.h"
#include "wire/policy_names.h"
#include "wire/policy_unix.h"
#include "wire/policy_vsock.h"

static void put_s32(struct netlink *nl, uint16_t type, int32_t value)
{
	netlink_put(nl, type, &value, sizeof(value));
}

static void put_u16(struct netlink *nl, uint16_t type, uint16_t value)
{
	netlink_put(nl, type, &value, sizeof(value));
}

/* An absent attribute means any. */
static void put_any(struct netlink *nl, uint16_t type, int32_t value)
{
	if (value != PERSOCK_ANY)
		netlink_put_u32(nl, type, value);
}

static void put_default(struct netlink *nl, const struct draft *draft,
			enum persock_section section, unsigned int class)
{
	struct persock_policy *policy = (struct persock_policy *)&draft->policy;
	size_t nest = netlink_nest(nl, PERSOCK_A_DEFAULT);

	netlink_put_u32(nl, PERSOCK_A_DEFAULT_SECTION, section);
	if (persock_section_by_class(section))
		netlink_put_u32(nl, PERSOCK_A_DEFAULT_CLASS, class);
	put_s32(nl, PERSOCK_A_DEFAULT_VERDICT,
		*persock_section_fallback(policy, section, class));
	netlink_nest_end(nl, nest);
}

static size_t rule_begin(struct netlink *nl, enum persock_section section,
			 unsigned int class, int verdict, unsigned int line)
{
	size_t nest = netlink_nest(nl, PERSOCK_A_RULE);

	netlink_put_u32(nl, PERSOCK_A_RULE_SECTION, section);
	if (persock_section_by_class(section))
		netlink_put_u32(nl, PERSOCK_A_RULE_CLASS, class);
	put_s32(nl, PERSOCK_A_RULE_VERDICT, verdict);
	if (line)
		netlink_put_u32(nl, PERSOCK_A_RULE_LINE, line);

	return nest;
}

static void put_sockets(struct netlink *nl, const struct persock_sockets *sockets)
{
	unsigned int i;

	for (i = 0; i < sockets->nr; i++) {
		const struct persock_socket_rule *rule = &sockets->rules[i];
		size_t nest = rule_begin(nl, PERSOCK_SECTION_SOCKETS, 0,
					 rule->verdict, rule->line);

		put_any(nl, PERSOCK_A_RULE_FAMILY, rule->family);
		put_any(nl, PERSOCK_A_RULE_TYPE, rule->type);
		put_any(nl, PERSOCK_A_RULE_PROTOCOL, rule->protocol);
		netlink_nest_end(nl, nest);
	}
}

/* An absent attribute means the first port, or the last one. */
static void put_ports(struct netlink *nl, u16 first, u16 last)
{
	if (first)
		put_u16(nl, PERSOCK_A_RULE_PORT_FIRST, first);
	if (last != U16_MAX)
		put_u16(nl, PERSOCK_A_RULE_PORT_LAST, last);
}

static void put_addresses(struct netlink *nl, enum persock_section section,
			  const struct persock_addresses *addresses)
{
	unsigned int i;

	for (i = 0; i < addresses->nr; i++) {
		const struct persock_address_rule *rule = &addresses->rules[i];
		size_t nest = rule_begin(nl, section, 0, rule->verdict,
					 rule->line);

		netlink_put(nl, PERSOCK_A_RULE_ADDRESS, rule->address,
			    rule->family == AF_INET ? 4 : 16);
		netlink_put(nl, PERSOCK_A_RULE_PREFIX_LENGTH, &rule->prefix, 1);
		put_ports(nl, rule->first, rule->last);
		put_any(nl, PERSOCK_A_RULE_PROTOCOL, rule->protocol);
		netlink_nest_end(nl, nest);
	}
}

static void put_hosts(struct netlink *nl, const struct persock_names *names)
{
	unsigned int i;

	for (i = 0; i < names->nr; i++) {
		const struct persock_host_rule *rule = &names->rules[i];
		size_t nest = rule_begin(nl, PERSOCK_SECTION_CONNECT, 0,
					 rule->verdict, rule->line);

		netlink_put_string(nl, PERSOCK_A_RULE_HOST, host_text(rule));
		put_ports(nl, rule->first, rule->last);
		put_any(nl, PERSOCK_A_RULE_PROTOCOL, rule->protocol);
		netlink_nest_end(nl, nest);
	}
}

static void put_options(struct netlink *nl, enum persock_section section,
			unsigned int class,
			const struct persock_options *options)
{
	unsigned int i;

	for (i = 0; i < options->nr; i++) {
		const struct persock_option *option = &options->list[i];
		size_t nest = rule_begin(nl, section, class, option->verdict,
					 option->line);

		put_s32(nl, PERSOCK_A_RULE_LEVEL, option->level);
		put_s32(nl, PERSOCK_A_RULE_NAME, option->name);
		if (option->size)
			netlink_put_u32(nl, PERSOCK_A_RULE_SIZE, option->size);
		if (option->max)
			netlink_put_u32(nl, PERSOCK_A_RULE_SIZE_MAX, option->max);
		netlink_nest_end(nl, nest);
	}
}

static void put_ioctls(struct netlink *nl, unsigned int class,
		       const struct persock_ioctls *ioctls)
{
	unsigned int i;

	for (i = 0; i < ioctls->nr; i++) {
		size_t nest = rule_begin(nl, PERSOCK_SECTION_IOCTLS, class,
					 ioctls->list[i].verdict,
					 ioctls->list[i].line);

		netlink_put_u32(nl, PERSOCK_A_RULE_COMMAND,
				ioctls->list[i].cmd);
		netlink_nest_end(nl, nest);
	}
}

static void put_flags(struct netlink *nl, enum persock_section section,
		      unsigned int class, int verdict, uint32_t flags)
{
	size_t nest;

	if (!flags)
		return;
	nest = rule_begin(nl, section, class, verdict, 0);
	netlink_put_u32(nl, PERSOCK_A_RULE_FLAGS, flags);
	netlink_nest_end(nl, nest);
}

/* Denied flags may have different errnos. */
static void put_all_flags(struct netlink *nl, enum persock_section section,
			  unsigned int class, const struct persock_flags *flags)
{
	unsigned int bit;

	put_flags(nl, section, class, PERSOCK_ALLOW, flags->allow);
	put_flags(nl, section, class, PERSOCK_IGNORE, flags->ignore);
	for (bit = 0; bit < PERSOCK_NR_FLAGS; bit++)
		put_flags(nl, section, class, flags->errnos[bit],
			  flags->deny & 1U << bit);
}

static void put_section(struct netlink *nl, const struct draft *draft,
			enum persock_section section, unsigned int class)
{
	struct persock_policy *policy = (struct persock_policy *)&draft->policy;
	struct persock_rules *rules = &policy->rules[class];

	/* Received messages of the other class are not filtered. */
	if (section == PERSOCK_SECTION_CONTROL_RECEIVE &&
	    class == PERSOCK_CLASS_OTHER)
		return;
	put_default(nl, draft, section, class);
	if (section == PERSOCK_SECTION_SOCKETS)
		put_sockets(nl, &policy->sockets);
	else if (persock_section_is_address(section))
		put_addresses(nl, section,
			      persock_section_addresses(policy, section));
	else if (persock_section_is_option(section))
		put_options(nl, section, class,
			    persock_section_options(rules, section));
	else if (persock_section_is_flags(section))
		put_all_flags(nl, section, class,
			      persock_section_flags(rules, section));
	else if (section == PERSOCK_SECTION_IOCTLS)
		put_ioctls(nl, class, &rules->ioctls);
}

static void put_bound(struct netlink *nl, enum persock_limit limit, int class,
		      uint32_t value, int verdict)
{
	size_t nest;

	if (!value)
		return;
	nest = netlink_nest(nl, PERSOCK_A_BOUND);
	netlink_put_u32(nl, PERSOCK_A_BOUND_LIMIT, limit);
	if (class >= 0)
		netlink_put_u32(nl, PERSOCK_A_BOUND_CLASS, class);
	netlink_put_u32(nl, PERSOCK_A_BOUND_VALUE, value);
	if (verdict)
		put_s32(nl, PERSOCK_A_BOUND_VERDICT, verdict);
	netlink_nest_end(nl, nest);
}

static void put_bounds(struct netlink *nl, const struct persock_policy *policy)
{
	unsigned int class;

	put_bound(nl, PERSOCK_LIMIT_SOCKETS, -1, policy->max_sockets,
		  policy->max_sockets_verdict);
	put_bound(nl, PERSOCK_LIMIT_BACKLOG_FLOOR, -1, policy->backlog.floor,
		  0);
	put_bound(nl, PERSOCK_LIMIT_BACKLOG_CEILING, -1,
		  policy->backlog.ceiling, 0);
	for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
		const struct persock_rules *rules = &policy->rules[class];

		put_bound(nl, PERSOCK_LIMIT_OPTION, class, rules->option_max,
			  0);
		put_bound(nl, PERSOCK_LIMIT_CONTROL, class, rules->control_max,
			  0);
		put_bound(nl, PERSOCK_LIMIT_ADDRESS, class, rules->address_max,
			  0);
		if (class == PERSOCK_CLASS_INET)
			put_bound(nl, PERSOCK_LIMIT_RECEIVED_CONTROL, class,
				  rules->received_max, 0);
	}
}

int policy_send(struct netlink *nl, uint8_t command, const struct draft *draft,
		int network, int from, bool hold)
{
	const uint8_t on = 1;
	enum persock_section section;
	unsigned int i;

	netlink_request(nl, command);
	netlink_put_string(nl, PERSOCK_A_PERSONALITY, draft->name);
	if (*draft->base)
		netlink_put_string(nl, PERSOCK_A_BASE, draft->base);
	for (i = 0; i < draft->nr_providers; i++)
		netlink_put_string(nl, PERSOCK_A_PROVIDER, draft->providers[i]);
	netlink_put_u32(nl, PERSOCK_A_MODE, draft->policy.mode);
	if (draft->policy.reveal)
		netlink_put_u32(nl, PERSOCK_A_REVEAL, draft->policy.reveal);
	/* An older module has no other counters. */
	if (draft->policy.counts)
		netlink_put_u32(nl, PERSOCK_A_COUNTERS, PERSOCK_COUNTERS_FULL);
	if (network >= 0) {
		netlink_put_string(nl, PERSOCK_A_NETWORK, draft->network);
		netlink_put_u32(nl, PERSOCK_A_NETWORK_FD, network);
	}
	if (from >= 0) {
		netlink_put_string(nl, PERSOCK_A_NETWORK_FROM, draft->from);
		netlink_put_u32(nl, PERSOCK_A_NETWORK_FROM_FD, from);
	}
	if (hold)
		netlink_put(nl, PERSOCK_A_HOLD, &on, sizeof(on));
	for (section = 0; section < PERSOCK_SECTION_LIMITS; section++) {
		put_section(nl, draft, section, PERSOCK_CLASS_INET);
		if (persock_section_by_class(section))
			put_section(nl, draft, section, PERSOCK_CLASS_OTHER);
	}
	/* In section connect the module counts these after the addresses. */
	put_hosts(nl, &draft->policy.names);
	policy_put_names(nl, &draft->policy.names);
	policy_put_unix(nl, &draft->policy);
	policy_put_vsock(nl, &draft->policy);
	put_bounds(nl, &draft->policy);

	return netlink_do(nl, NULL);
}

/* Attributes of a nest by type; unknown types are left out. */
static void read_nest(const struct nlattr *nest, const struct nlattr **tb,
		      unsigned int max)
{
	const struct nlattr *attribute;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	mnl_attr_for_each_nested(attribute, nest) {
		if (mnl_attr_get_type(attribute) <= max)
			tb[mnl_attr_get_type(attribute)] = attribute;
	}
}

static int64_t number(const struct nlattr *attribute, int64_t otherwise)
{
	return attribute ? (int64_t)attribute_number(attribute) : otherwise;
}

/* A signed number of 32 bits. */
static int integer(const struct nlattr *attribute)
{
	return (int32_t)number(attribute, 0);
}

/* Returns false for an unknown section, of a newer module. */
static bool read_head(const struct nlattr **tb, enum persock_section *section,
		      unsigned int *class, s16 *verdict)
{
	*section = number(tb[PERSOCK_A_RULE_SECTION], PERSOCK_SECTION_LIMITS);
	*class = number(tb[PERSOCK_A_RULE_CLASS], 0);
	*verdict = integer(tb[PERSOCK_A_RULE_VERDICT]);

	return *section < PERSOCK_NR_SECTIONS &&
	       *section != PERSOCK_SECTION_LIMITS && *class < PERSOCK_NR_CLASSES;
}

static bool read_default(struct draft *draft, const struct nlattr *nest)
{
	const struct nlattr *tb[PERSOCK_A_RULE_MAX + 1] = { NULL };
	enum persock_section section;
	unsigned int class;
	s16 verdict;

	read_nest(nest, tb, PERSOCK_A_DEFAULT_MAX);
	if (!read_head(tb, &section, &class, &verdict))
		return false;
	*persock_section_fallback(&draft->policy, section, class) = verdict;

	return true;
}

static void read_socket(struct draft *draft, const struct nlattr **tb,
			s16 verdict, unsigned int line)
{
	struct persock_socket_rule rule = {
		.family = number(tb[PERSOCK_A_RULE_FAMILY], PERSOCK_ANY),
		.type = number(tb[PERSOCK_A_RULE_TYPE], PERSOCK_ANY),
		.protocol = number(tb[PERSOCK_A_RULE_PROTOCOL], PERSOCK_ANY),
		.verdict = verdict,
		.line = line,
	};

	draft_add_socket(draft, draft->policy.sockets.nr, &rule);
}

static bool read_address(struct draft *draft, enum persock_section section,
			 const struct nlattr **tb, s16 verdict,
			 unsigned int line)
{
	const struct nlattr *address = tb[PERSOCK_A_RULE_ADDRESS];
	struct persock_address_rule rule = {
		.prefix = number(tb[PERSOCK_A_RULE_PREFIX_LENGTH], 0),
		.first = number(tb[PERSOCK_A_RULE_PORT_FIRST], 0),
		.last = number(tb[PERSOCK_A_RULE_PORT_LAST], U16_MAX),
		.protocol = number(tb[PERSOCK_A_RULE_PROTOCOL], PERSOCK_ANY),
		.verdict = verdict,
		.line = line,
	};
	size_t length = address ? mnl_attr_get_payload_len(address) : 0;

	if ((length != 4 && length != 16) || rule.prefix > 8 * length)
		return false;
	rule.family = length == 4 ? AF_INET : AF_INET6;
	memcpy(rule.address, mnl_attr_get_payload(address), length);
	draft_add_address(draft, section, &rule);

	return true;
}

static bool read_host(struct draft *draft, enum persock_section section,
		      const struct nlattr **tb, s16 verdict, unsigned int line)
{
	const char *text = attribute_string(tb[PERSOCK_A_RULE_HOST]);
	struct persock_host_rule rule = {
		.below = !strncmp(text, "*.", 2),
		.first = number(tb[PERSOCK_A_RULE_PORT_FIRST], 0),
		.last = number(tb[PERSOCK_A_RULE_PORT_LAST], U16_MAX),
		.protocol = number(tb[PERSOCK_A_RULE_PROTOCOL], PERSOCK_ANY),
		.verdict = verdict,
		.line = line,
	};
	const char *reason;

	rule.name = text + (rule.below ? 2 : 0);
	if (section != PERSOCK_SECTION_CONNECT ||
	    persock_host_check(rule.name, &reason))
		return false;
	draft_add_host(draft, &rule);

	return true;
}

static bool read_rule(struct draft *draft, const struct nlattr *nest)
{
	const struct nlattr *tb[PERSOCK_A_RULE_MAX + 1];
	enum persock_section section;
	unsigned int class, line;
	s16 verdict;

	read_nest(nest, tb, PERSOCK_A_RULE_MAX);
	if (!read_head(tb, &section, &class, &verdict))
		return false;
	line = number(tb[PERSOCK_A_RULE_LINE], 0);
	if (section == PERSOCK_SECTION_SOCKETS) {
		read_socket(draft, tb, verdict, line);
	} else if (tb[PERSOCK_A_RULE_HOST]) {
		return read_host(draft, section, tb, verdict, line);
	} else if (tb[PERSOCK_A_RULE_VSOCK_FIRST]) {
		return policy_read_vsock(draft, section, tb, verdict, line);
	} else if (persock_section_is_address(section)) {
		return read_address(draft, section, tb, verdict, line);
	} else if (persock_section_is_unix(section)) {
		return policy_read_unix(draft, section, tb, verdict, line);
	} else if (persock_section_is_option(section)) {
		struct persock_option option = {
			.level = integer(tb[PERSOCK_A_RULE_LEVEL]),
			.name = integer(tb[PERSOCK_A_RULE_NAME]),
			.size = number(tb[PERSOCK_A_RULE_SIZE], 0),
			.max = number(tb[PERSOCK_A_RULE_SIZE_MAX], 0),
			.verdict = verdict,
			.line = line,
		};

		draft_add_option(draft, section, class, &option);
	} else if (persock_section_is_flags(section)) {
		draft_add_flags(draft, section, class,
				number(tb[PERSOCK_A_RULE_FLAGS], 0), verdict);
	} else if (section == PERSOCK_SECTION_IOCTLS) {
		struct persock_ioctl ioctl = {
			.cmd = number(tb[PERSOCK_A_RULE_COMMAND], 0),
			.verdict = verdict,
			.line = line,
		};

		draft_add_ioctl(draft, class, &ioctl);
	}

	return true;
}

static bool read_bound(struct draft *draft, const struct nlattr *nest)
{
	const struct nlattr *tb[PERSOCK_A_BOUND_MAX + 1];
	struct persock_policy *policy = &draft->policy;
	struct persock_rules *rules;
	unsigned int class;
	uint32_t value;

	read_nest(nest, tb, PERSOCK_A_BOUND_MAX);
	class = number(tb[PERSOCK_A_BOUND_CLASS], 0);
	value = number(tb[PERSOCK_A_BOUND_VALUE], 0);
	if (!tb[PERSOCK_A_BOUND_LIMIT] || class >= PERSOCK_NR_CLASSES)
		return false;
	rules = &policy->rules[class];
	switch (number(tb[PERSOCK_A_BOUND_LIMIT], 0)) {
	case PERSOCK_LIMIT_SOCKETS:
		policy->max_sockets = value;
		policy->max_sockets_verdict =
			integer(tb[PERSOCK_A_BOUND_VERDICT]);
		return true;
	case PERSOCK_LIMIT_BACKLOG_FLOOR:
		policy->backlog.floor = value;
		return true;
	case PERSOCK_LIMIT_BACKLOG_CEILING:
		policy->backlog.ceiling = value;
		return true;
	case PERSOCK_LIMIT_OPTION:
		rules->option_max = value;
		return true;
	case PERSOCK_LIMIT_CONTROL:
		rules->control_max = value;
		return true;
	case PERSOCK_LIMIT_ADDRESS:
		rules->address_max = value;
		return true;
	case PERSOCK_LIMIT_RECEIVED_CONTROL:
		rules->received_max = value;
		return true;
	default:
		return false;
	}
}

static bool read_message(struct draft *draft, const struct nlmsghdr *message)
{
	const struct nlattr *attribute;
	bool good = true;

	reply_for_each_attribute(attribute, message) {
		switch (mnl_attr_get_type(attribute)) {
		case PERSOCK_A_PERSONALITY:
			snprintf(draft->name, sizeof(draft->name), "%s",
				 attribute_string(attribute));
			break;
		case PERSOCK_A_BASE:
			snprintf(draft->base, sizeof(draft->base), "%s",
				 attribute_string(attribute));
			break;
		case PERSOCK_A_PROVIDER:
			if (draft->nr_providers < PERSOCK_MAX_PROVIDERS)
				snprintf(draft->providers[draft->nr_providers++],
					 sizeof(draft->providers[0]), "%s",
					 attribute_string(attribute));
			break;
		case PERSOCK_A_MODE:
			draft->policy.mode = attribute_number(attribute);
			break;
		case PERSOCK_A_REVEAL:
			draft->policy.reveal = attribute_number(attribute);
			break;
		case PERSOCK_A_COUNTERS:
			draft->policy.counts = attribute_number(attribute) ==
					       PERSOCK_COUNTERS_FULL;
			break;
		case PERSOCK_A_NETWORK:
			snprintf(draft->network, sizeof(draft->network), "%s",
				 attribute_string(attribute));
			persock_guard_policy(&draft->policy);
			break;
		case PERSOCK_A_NETWORK_INODE:
			draft->network_inode = attribute_number(attribute);
			break;
		case PERSOCK_A_NETWORK_FROM:
			snprintf(draft->from, sizeof(draft->from), "%s",
				 attribute_string(attribute));
			break;
		case PERSOCK_A_NETWORK_FROM_INODE:
			draft->from_inode = attribute_number(attribute);
			break;
		case PERSOCK_A_DEFAULT:
			good = good && read_default(draft, attribute);
			break;
		case PERSOCK_A_RULE:
			good = good && read_rule(draft, attribute);
			break;
		case PERSOCK_A_BOUND:
			good = good && read_bound(draft, attribute);
			break;
		case PERSOCK_A_NAMES:
			good = good && policy_read_names(draft, attribute);
			break;
		}
	}

	return good;
}

int policy_read(struct netlink *nl, const char *name, struct draft *draft)
{
	const struct nlmsghdr *message;
	struct replies replies;
	bool good = true;
	int error;

	draft_init(draft);
	/* A limit that the module does not report is 0, no limit. */
	draft->policy.rules[PERSOCK_CLASS_INET].received_max = 0;
	netlink_request(nl, PERSOCK_CMD_POLICY_GET);
	netlink_put_string(nl, PERSOCK_A_PERSONALITY, name);
	error = netlink_dump(nl, &replies);
	if (error)
		return error;
	replies_for_each(message, &replies)
		good = good && read_message(draft, message);
	replies_free(&replies);
	if (!good) {
		snprintf(nl->reason, sizeof(nl->reason),
			 "this tool is older than the module: the policy of \"%s\" contains something unknown",
			 name);
		nl->error = EPROTO;
		return -EPROTO;
	}
	draft_index(draft);

	return 0;
}
