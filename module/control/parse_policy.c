// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of policies: it checks a netlink request and lays its policy out
 * as the verdicts look it up. netlink_personality.c calls
 * persock_policy_parse() and changes a personality only if the whole request is
 * valid.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <net/genetlink.h>

#include "control/netlink-gen.h"
#include "control/parse_limit.h"
#include "control/parse_names.h"
#include "control/parse_policy.h"
#include "control/parse_rule.h"
#include "control/parse_unix.h"
#include "control/parse_vsock.h"
#include "policy/address_index.h"
#include "policy/section.h"

#define MAX_RULES	65536
/*
 * Default if control-receive restricts and no limit is specified, as in
 * gVisor.
 */
#define RECEIVED_MAX	1024

#define BOTH		PERSOCK_NR_CLASSES

/**
 * struct load - a policy that is being read
 * @policy: the policy to fill in
 * @store: owner of its lists
 * @extack: reports the reason of a refusal
 * @seen: which defaults were specified, by section and class
 * @limits: its limits
 * @names: its rules on host names
 * @local: its rules on names of AF_UNIX sockets
 * @vsock: its rules on addresses of AF_VSOCK
 * @nr: number of rules by section and class
 * @lists: the lists for the rules, by section and class
 */
struct load {
	struct persock_policy *policy;
	struct persock_store *store;
	struct netlink_ext_ack *extack;
	bool seen[PERSOCK_NR_SECTIONS][PERSOCK_NR_CLASSES];
	struct persock_limits limits;
	struct persock_names_load names;
	struct persock_unix_load local;
	struct persock_vsock_load vsock;
	unsigned int nr[PERSOCK_NR_SECTIONS][PERSOCK_NR_CLASSES];
	void *lists[PERSOCK_NR_SECTIONS][PERSOCK_NR_CLASSES];
};

static int reject(struct load *load, const struct nlattr *attribute,
		  const char *why)
{
	return persock_reject(load->extack, attribute, why);
}

/*
 * The defaults of sections that are not specified: as in the preset "none".
 * Names of AF_UNIX sockets are restricted only where the policy says so.
 */
static void deny_all(struct persock_policy *policy)
{
	unsigned int i;

	memset(policy, 0, sizeof(*policy));
	policy->sockets.fallback = -EAFNOSUPPORT;
	policy->connect.fallback = -EACCES;
	policy->bind.fallback = -EACCES;
	policy->accept.fallback = -EACCES;
	policy->unix_rights = -EACCES;
	policy->unix_credentials = -EACCES;
	for (i = 0; i < PERSOCK_NR_CLASSES; i++) {
		struct persock_rules *rules = &policy->rules[i];

		rules->get.fallback = -ENOPROTOOPT;
		rules->set.fallback = -ENOPROTOOPT;
		rules->send.fallback = -EINVAL;
		rules->receive.fallback = -EINVAL;
		rules->control_send.fallback = -EINVAL;
		rules->ioctls.fallback = -ENOTTY;
		rules->listen = -EACCES;
		rules->pair = -EAFNOSUPPORT;
		rules->mmap = -ENODEV;
	}
	policy->rules[PERSOCK_CLASS_INET].control_receive.fallback =
		PERSOCK_IGNORE;
}

/* Section, class and verdict have the same numbers in both kinds of nests. */
static_assert((int)PERSOCK_A_DEFAULT_SECTION == PERSOCK_A_RULE_SECTION);
static_assert((int)PERSOCK_A_DEFAULT_CLASS == PERSOCK_A_RULE_CLASS);
static_assert((int)PERSOCK_A_DEFAULT_VERDICT == PERSOCK_A_RULE_VERDICT);

static int read_head(struct load *load, const struct nlattr *nest,
		     struct nlattr **tb, enum persock_section *section,
		     unsigned int *class, s16 *verdict)
{
	s32 value;

	if (!tb[PERSOCK_A_RULE_SECTION] || !tb[PERSOCK_A_RULE_VERDICT])
		return reject(load, nest, "section and verdict are needed");

	*section = nla_get_u32(tb[PERSOCK_A_RULE_SECTION]);
	if (*section == PERSOCK_SECTION_LIMITS)
		return reject(load, tb[PERSOCK_A_RULE_SECTION],
			      "limits are specified as bounds");
	*class = BOTH;
	if (tb[PERSOCK_A_RULE_CLASS]) {
		*class = nla_get_u32(tb[PERSOCK_A_RULE_CLASS]);
		if (!persock_section_by_class(*section))
			return reject(load, tb[PERSOCK_A_RULE_CLASS],
				      "the section is not specified by class");
	}

	value = nla_get_s32(tb[PERSOCK_A_RULE_VERDICT]);
	if (value == PERSOCK_GOVERNED && *section == PERSOCK_SECTION_UNIX_RIGHTS) {
		*verdict = value;
		return 0;
	}
	if (value == PERSOCK_IGNORE && !persock_section_ignores(*section))
		return reject(load, tb[PERSOCK_A_RULE_VERDICT],
			      "the section does not ignore, it allows or denies");
	if (*section == PERSOCK_SECTION_CONTROL_RECEIVE && value < 0)
		return reject(load, tb[PERSOCK_A_RULE_VERDICT],
			      "a received control message is allowed or ignored");
	if (value > PERSOCK_IGNORE || value < -PERSOCK_MAX_VERDICT)
		return reject(load, tb[PERSOCK_A_RULE_VERDICT],
			      "a verdict is 0, 1 or a negative errno down to -133");
	*verdict = value;

	return 0;
}

static int read_default(struct load *load, const struct nlattr *nest)
{
	struct nlattr *tb[PERSOCK_A_RULE_MAX + 1] = { };
	enum persock_section section;
	unsigned int class, i;
	s16 verdict;
	int err;

	err = nla_parse_nested(tb, PERSOCK_A_DEFAULT_MAX, nest,
			       persock_default_nl_policy, load->extack);
	if (err)
		return err;
	err = read_head(load, nest, tb, &section, &class, &verdict);
	if (err)
		return err;

	for (i = 0; i < PERSOCK_NR_CLASSES; i++) {
		if (class != BOTH && class != i)
			continue;
		/*
		 * Other sockets than those of class inet are not filtered, see
		 * cmsg.c.
		 */
		if (section == PERSOCK_SECTION_CONTROL_RECEIVE &&
		    i == PERSOCK_CLASS_OTHER) {
			if (class == BOTH)
				continue;
			if (verdict)
				return reject(load, nest,
					      "control messages are judged on receipt for class inet only");
		}
		if (load->seen[section][i])
			return reject(load, nest,
				      "the section has a default already");
		load->seen[section][i] = true;
		*persock_section_fallback(load->policy, section, i) = verdict;
	}

	return 0;
}

/* Attributes that a rule of a section may have, besides the common ones. */
static u32 known(enum persock_section section)
{
	if (section == PERSOCK_SECTION_SOCKETS)
		return BIT(PERSOCK_A_RULE_FAMILY) | BIT(PERSOCK_A_RULE_TYPE) |
		       BIT(PERSOCK_A_RULE_PROTOCOL);
	if (persock_section_is_address(section))
		return BIT(PERSOCK_A_RULE_ADDRESS) |
		       BIT(PERSOCK_A_RULE_PREFIX_LENGTH) |
		       BIT(PERSOCK_A_RULE_PROTOCOL) |
		       BIT(PERSOCK_A_RULE_PORT_FIRST) |
		       BIT(PERSOCK_A_RULE_PORT_LAST) |
		       PERSOCK_VSOCK_ATTRIBUTES |
		       (section == PERSOCK_SECTION_CONNECT ?
			BIT(PERSOCK_A_RULE_HOST) : 0);
	if (section == PERSOCK_SECTION_OPTIONS_GET)
		return BIT(PERSOCK_A_RULE_LEVEL) | BIT(PERSOCK_A_RULE_NAME) |
		       BIT(PERSOCK_A_RULE_SIZE) | BIT(PERSOCK_A_RULE_SIZE_MAX);
	if (section == PERSOCK_SECTION_OPTIONS_SET)
		return BIT(PERSOCK_A_RULE_LEVEL) | BIT(PERSOCK_A_RULE_NAME) |
		       BIT(PERSOCK_A_RULE_SIZE);
	if (persock_section_is_option(section))
		return BIT(PERSOCK_A_RULE_LEVEL) | BIT(PERSOCK_A_RULE_NAME);
	if (persock_section_is_flags(section))
		return BIT(PERSOCK_A_RULE_FLAGS);
	if (persock_section_is_unix(section))
		return BIT(PERSOCK_A_RULE_TYPE) | BIT(PERSOCK_A_RULE_PATH) |
		       BIT(PERSOCK_A_RULE_ABSTRACT) |
		       BIT(PERSOCK_A_RULE_PREFIX) |
		       BIT(PERSOCK_A_RULE_UNNAMED) | BIT(PERSOCK_A_RULE_PEER);

	return BIT(PERSOCK_A_RULE_COMMAND);
}

static bool has_rules(enum persock_section section)
{
	return persock_section_rule_size(section) ||
	       persock_section_is_flags(section) ||
	       persock_section_is_unix(section);
}

static int parse_rule(struct load *load, const struct nlattr *nest,
		      struct nlattr **tb, enum persock_section *section,
		      unsigned int *class, s16 *verdict)
{
	unsigned int i;
	int err;

	err = nla_parse_nested(tb, PERSOCK_A_RULE_MAX, nest,
			       persock_rule_nl_policy, load->extack);
	if (err)
		return err;
	err = read_head(load, nest, tb, section, class, verdict);
	if (err)
		return err;
	if (!has_rules(*section))
		return reject(load, nest, "the section has no rules");
	if (*section == PERSOCK_SECTION_CONTROL_RECEIVE &&
	    *class != PERSOCK_CLASS_INET)
		return reject(load, nest,
			      "control messages are judged on receipt for class inet only");
	for (i = PERSOCK_A_RULE_FAMILY; i <= PERSOCK_A_RULE_MAX; i++) {
		if (tb[i] && !(known(*section) & BIT(i)))
			return reject(load, tb[i],
				      "a rule of the section does not have this attribute");
	}

	return 0;
}

static int count_rule(struct load *load, const struct nlattr *nest)
{
	struct nlattr *tb[PERSOCK_A_RULE_MAX + 1];
	enum persock_section section;
	unsigned int class, i;
	s16 verdict;
	int err;

	err = parse_rule(load, nest, tb, &section, &class, &verdict);
	if (err)
		return err;
	if (persock_section_is_unix(section))
		return persock_unix_count(&load->local, load->extack, nest, tb,
					  section);
	if (!persock_section_rule_size(section))
		return 0;
	if (persock_vsock_is_rule(tb))
		return persock_vsock_count(&load->vsock, load->extack, nest, tb,
					   section);
	if (tb[PERSOCK_A_RULE_HOST])
		return persock_names_count(&load->names, load->extack, tb);
	if (!persock_section_by_class(section))
		class = 0;
	for (i = 0; i < PERSOCK_NR_CLASSES; i++)
		load->nr[section][i] += class == BOTH || class == i;

	return 0;
}

static int fill_one(struct load *load, const struct nlattr *nest,
		    struct nlattr **tb, enum persock_section section,
		    unsigned int class, s16 verdict)
{
	void *list = load->lists[section][class];
	unsigned int nr = load->nr[section][class];

	if (persock_section_is_flags(section))
		return persock_rule_flags(load->extack, nest, tb, verdict,
				  persock_section_flags(&load->policy->rules[class],
							section));

	if (persock_section_is_unix(section)) {
		persock_unix_fill(&load->local, tb, section, verdict);
		return 0;
	}
	if (persock_vsock_is_rule(tb)) {
		persock_vsock_fill(&load->vsock, tb, section, verdict);
		return 0;
	}
	if (tb[PERSOCK_A_RULE_HOST])
		return persock_names_fill(&load->names, load->extack, nest, tb,
					  verdict);
	load->nr[section][class]++;
	list += nr * persock_section_rule_size(section);
	if (section == PERSOCK_SECTION_SOCKETS)
		return persock_rule_socket(load->extack, tb, verdict, list);
	if (persock_section_is_address(section))
		return persock_rule_address(load->extack, nest, tb, verdict, list);
	if (section == PERSOCK_SECTION_IOCTLS)
		return persock_rule_ioctl(load->extack, nest, tb, verdict, list);

	return persock_rule_option(load->extack, nest, tb, verdict, list);
}

static int fill_rule(struct load *load, const struct nlattr *nest)
{
	struct nlattr *tb[PERSOCK_A_RULE_MAX + 1];
	enum persock_section section;
	unsigned int class, i;
	s16 verdict;
	int err;

	err = parse_rule(load, nest, tb, &section, &class, &verdict);
	if (!persock_section_by_class(section))
		class = 0;
	for (i = 0; !err && i < PERSOCK_NR_CLASSES; i++) {
		if (class == BOTH || class == i)
			err = fill_one(load, nest, tb, section, i, verdict);
	}

	return err;
}

static int for_each(struct load *load, struct genl_info *info, int type,
		    int (*read)(struct load *load, const struct nlattr *nest))
{
	const struct nlattr *attribute;
	int err, left;

	nlmsg_for_each_attr(attribute, info->nlhdr, GENL_HDRLEN, left) {
		if (nla_type(attribute) != type)
			continue;
		err = read(load, attribute);
		if (err)
			return err;
	}

	return 0;
}

static int compare_options(const void *a, const void *b)
{
	const struct persock_option *first = a, *second = b;

	if (first->level != second->level)
		return first->level < second->level ? -1 : 1;
	if (first->name != second->name)
		return first->name < second->name ? -1 : 1;
	return 0;
}

static int compare_ioctls(const void *a, const void *b)
{
	const struct persock_ioctl *first = a, *second = b;

	if (first->cmd != second->cmd)
		return first->cmd < second->cmd ? -1 : 1;
	return 0;
}

static bool sort_unique(void *list, unsigned int nr, size_t size,
			int (*compare)(const void *a, const void *b))
{
	unsigned int i;

	sort(list, nr, size, compare, NULL);
	for (i = 1; i < nr; i++) {
		if (!compare(list + (i - 1) * size, list + i * size))
			return false;
	}

	return true;
}

/* Allocate all lists in one piece: the elements of each are aligned to 4. */
static int allocate(struct load *load)
{
	unsigned int section, class;
	unsigned int nr = load->names.nr + persock_unix_rules(&load->local) +
			  persock_vsock_rules(&load->vsock);
	size_t size = persock_names_size(&load->names) +
		      persock_unix_size(&load->local) +
		      persock_vsock_size(&load->vsock);
	char *memory;

	for (section = 0; section < PERSOCK_NR_SECTIONS; section++) {
		for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
			if (class && !persock_section_by_class(section))
				load->nr[section][class] = 0;
			nr += load->nr[section][class];
			size += load->nr[section][class] * persock_section_rule_size(section);
		}
	}
	if (nr > MAX_RULES) {
		load->extack->_msg = "a policy has at most 65536 rules";
		return -E2BIG;
	}

	load->store = kzalloc(sizeof(*load->store), GFP_KERNEL);
	if (!load->store)
		return -ENOMEM;
	refcount_set(&load->store->ref, 1);
	memory = kvzalloc(max_t(size_t, size, 1), GFP_KERNEL);
	if (!memory)
		return -ENOMEM;
	load->store->memory = memory;
	memory = persock_names_place(&load->names, memory);
	memory = persock_unix_place(&load->local, memory);
	memory = persock_vsock_place(&load->vsock, memory);

	for (section = 0; section < PERSOCK_NR_SECTIONS; section++) {
		for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
			load->lists[section][class] = memory;
			memory += load->nr[section][class] *
				  persock_section_rule_size(section);
			load->nr[section][class] = 0;
		}
	}

	return 0;
}

static int publish_addresses(struct load *load, enum persock_section section)
{
	struct persock_addresses *addresses =
		persock_section_addresses(load->policy, section);
	const struct persock_address_index *index;

	addresses->rules = load->lists[section][0];
	addresses->nr = load->nr[section][0];
	index = persock_address_index(addresses->rules, addresses->nr);
	if (IS_ERR(index))
		return PTR_ERR(index);
	addresses->index = index;
	load->store->indexes[section - PERSOCK_SECTION_CONNECT] = index;

	return 0;
}

static int publish_class(struct load *load, enum persock_class class)
{
	struct persock_rules *rules = &load->policy->rules[class];
	enum persock_section section;

	for (section = 0; section < PERSOCK_NR_SECTIONS; section++) {
		struct persock_options *options;

		if (!persock_section_is_option(section))
			continue;
		options = persock_section_options(rules, section);
		options->nr = load->nr[section][class];
		if (!sort_unique(load->lists[section][class], options->nr,
				 sizeof(*options->list), compare_options)) {
			load->extack->_msg =
				"a level and name is listed twice in a section";
			return -EINVAL;
		}
		options->list = load->lists[section][class];
	}

	rules->ioctls.nr = load->nr[PERSOCK_SECTION_IOCTLS][class];
	rules->ioctls.list = load->lists[PERSOCK_SECTION_IOCTLS][class];
	if (!sort_unique(load->lists[PERSOCK_SECTION_IOCTLS][class],
			 rules->ioctls.nr, sizeof(*rules->ioctls.list),
			 compare_ioctls)) {
		load->extack->_msg = "a command is listed twice";
		return -EINVAL;
	}

	return 0;
}

static int read_limit(struct load *load, const struct nlattr *nest)
{
	return persock_limits_read(&load->limits, nest);
}

static int publish(struct load *load, const struct nlattr *names)
{
	struct persock_policy *policy = load->policy;
	struct persock_rules *inet = &policy->rules[PERSOCK_CLASS_INET];
	enum persock_section section;
	unsigned int class;
	int err = 0;

	policy->sockets.rules = load->lists[PERSOCK_SECTION_SOCKETS][0];
	policy->sockets.nr = load->nr[PERSOCK_SECTION_SOCKETS][0];
	for (section = PERSOCK_SECTION_CONNECT;
	     !err && section <= PERSOCK_SECTION_ACCEPT; section++)
		err = publish_addresses(load, section);
	for (class = 0; !err && class < PERSOCK_NR_CLASSES; class++)
		err = publish_class(load, class);
	persock_unix_publish(&load->local, policy);
	persock_vsock_publish(&load->vsock, policy);
	if (!err)
		err = persock_names_publish(&load->names, load->extack, names,
					    policy);
	if (err)
		return err;

	if (policy->backlog.floor && policy->backlog.ceiling &&
	    policy->backlog.floor > policy->backlog.ceiling) {
		load->extack->_msg = "the backlog's floor is above its ceiling";
		return -EINVAL;
	}
	if (!inet->control_receive.nr &&
	    inet->control_receive.fallback == PERSOCK_ALLOW)
		inet->received_max = 0;
	else if (!inet->received_max)
		inet->received_max = RECEIVED_MAX;

	return 0;
}

/**
 * persock_policy_parse() - read the policy of a request
 * @info: the request
 * @policy: filled in
 * @store: owner of the policy's lists, with one reference; NULL if the request
 *	   has no policy
 *
 * Context: process context, may sleep.
 * Return: 0; -EINVAL for an invalid policy, with a sentence in the extack;
 * -E2BIG for too many rules; -ENOMEM.
 */
int persock_policy_parse(struct genl_info *info, struct persock_policy *policy,
			 struct persock_store **store)
{
	struct load *load;
	int err;

	*store = NULL;
	if (!info->attrs[PERSOCK_A_MODE] && !info->attrs[PERSOCK_A_DEFAULT] &&
	    !info->attrs[PERSOCK_A_COUNTERS] &&
	    !info->attrs[PERSOCK_A_RULE] && !info->attrs[PERSOCK_A_BOUND] &&
	    !info->attrs[PERSOCK_A_NAMES] && !info->attrs[PERSOCK_A_REVEAL])
		return 0;

	load = kzalloc(sizeof(*load), GFP_KERNEL);
	if (!load)
		return -ENOMEM;
	load->policy = policy;
	load->extack = info->extack;
	load->limits.policy = policy;
	load->limits.extack = info->extack;
	deny_all(policy);
	if (info->attrs[PERSOCK_A_MODE])
		policy->mode = nla_get_u32(info->attrs[PERSOCK_A_MODE]);
	if (info->attrs[PERSOCK_A_REVEAL])
		policy->reveal = nla_get_u32(info->attrs[PERSOCK_A_REVEAL]);
	if (info->attrs[PERSOCK_A_COUNTERS])
		policy->counts = nla_get_u32(info->attrs[PERSOCK_A_COUNTERS]) ==
				 PERSOCK_COUNTERS_FULL;

	err = for_each(load, info, PERSOCK_A_RULE, count_rule);
	if (!err)
		err = allocate(load);
	if (!err)
		err = for_each(load, info, PERSOCK_A_DEFAULT, read_default);
	if (!err)
		err = for_each(load, info, PERSOCK_A_RULE, fill_rule);
	if (!err)
		err = for_each(load, info, PERSOCK_A_BOUND, read_limit);
	if (!err)
		err = publish(load, info->attrs[PERSOCK_A_NAMES]);
	if (err)
		persock_store_put(load->store);
	else
		*store = load->store;
	kfree(load);

	return err;
}
