// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of the limits of a policy. parse_policy.c calls it for each limit
 * of a request.
 */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/netlink.h>
#include <net/netlink.h>

#include "control/netlink-gen.h"
#include "control/parse_limit.h"
#include "control/parse_rule.h"
#include "policy/section.h"

#define BOTH	PERSOCK_NR_CLASSES

/* A limit may be specified only once, like a default. */
static int bound(struct persock_limits *load, const struct nlattr *nest,
		 enum persock_limit limit, enum persock_class class)
{
	if (load->bounded[limit][class])
		return persock_reject(load->extack, nest, "the limit is specified already");
	load->bounded[limit][class] = true;

	return 0;
}

/* The place of a limit that is specified per class, or NULL. */
static u32 *class_limit(struct persock_rules *rules, enum persock_limit limit)
{
	switch (limit) {
	case PERSOCK_LIMIT_OPTION:
		return &rules->option_max;
	case PERSOCK_LIMIT_CONTROL:
		return &rules->control_max;
	default:
		return NULL;
	}
}

static int set_limit(struct persock_limits *load, const struct nlattr *nest,
		     enum persock_limit limit, enum persock_class class,
		     u32 value)
{
	struct persock_rules *rules = &load->policy->rules[class];

	if (class_limit(rules, limit)) {
		*class_limit(rules, limit) = value;
		return 0;
	}
	if (value > U16_MAX)
		return persock_reject(load->extack, nest, "the limit is at most 65535");
	if (limit == PERSOCK_LIMIT_ADDRESS)
		rules->address_max = value;
	else
		rules->received_max = value;

	return 0;
}

static int read_class_bound(struct persock_limits *load, const struct nlattr *nest,
			    struct nlattr **tb, enum persock_limit limit,
			    u32 value)
{
	unsigned int class = BOTH, i;
	int err = 0;

	if (tb[PERSOCK_A_BOUND_CLASS])
		class = nla_get_u32(tb[PERSOCK_A_BOUND_CLASS]);
	if (limit == PERSOCK_LIMIT_RECEIVED_CONTROL) {
		if (class == PERSOCK_CLASS_OTHER)
			return persock_reject(load->extack, nest,
				      "control messages are judged on receipt for class inet only");
		class = PERSOCK_CLASS_INET;
	}
	for (i = 0; !err && i < PERSOCK_NR_CLASSES; i++) {
		if (class != BOTH && class != i)
			continue;
		err = bound(load, nest, limit, i);
		if (!err)
			err = set_limit(load, nest, limit, i, value);
	}

	return err;
}

static int read_socket_bound(struct persock_limits *load, struct nlattr **tb, u32 value)
{
	struct persock_policy *policy = load->policy;
	s32 verdict = -ENFILE;

	if (tb[PERSOCK_A_BOUND_VERDICT])
		verdict = nla_get_s32(tb[PERSOCK_A_BOUND_VERDICT]);
	if (verdict >= 0 || verdict < -PERSOCK_MAX_VERDICT)
		return persock_reject(load->extack, tb[PERSOCK_A_BOUND_VERDICT],
			      "the errno of a limit is -1 to -133");
	policy->max_sockets = value;
	policy->max_sockets_verdict = value ? verdict : 0;

	return 0;
}

/**
 * persock_limits_read() - read one limit of a policy
 * @load: what was read before
 * @nest: the limit
 *
 * Return: 0 or -EINVAL.
 */
int persock_limits_read(struct persock_limits *load, const struct nlattr *nest)
{
	struct persock_backlog *backlog = &load->policy->backlog;
	struct nlattr *tb[PERSOCK_A_BOUND_MAX + 1];
	enum persock_limit limit;
	u32 value;
	int err;

	err = nla_parse_nested(tb, PERSOCK_A_BOUND_MAX, nest,
			       persock_bound_nl_policy, load->extack);
	if (err)
		return err;
	if (!tb[PERSOCK_A_BOUND_LIMIT] || !tb[PERSOCK_A_BOUND_VALUE])
		return persock_reject(load->extack, nest, "limit and value are needed");

	limit = nla_get_u32(tb[PERSOCK_A_BOUND_LIMIT]);
	value = nla_get_u32(tb[PERSOCK_A_BOUND_VALUE]);
	if (tb[PERSOCK_A_BOUND_VERDICT] && limit != PERSOCK_LIMIT_SOCKETS)
		return persock_reject(load->extack, tb[PERSOCK_A_BOUND_VERDICT],
			      "the errno of this limit cannot be chosen");
	if (persock_limit_by_class(limit))
		return read_class_bound(load, nest, tb, limit, value);
	if (tb[PERSOCK_A_BOUND_CLASS])
		return persock_reject(load->extack, tb[PERSOCK_A_BOUND_CLASS],
			      "the limit is not specified by class");
	err = bound(load, nest, limit, 0);
	if (err)
		return err;
	if (limit == PERSOCK_LIMIT_SOCKETS)
		return read_socket_bound(load, tb, value);

	if (value > INT_MAX)
		return persock_reject(load->extack, nest, "a backlog is at most 2147483647");
	if (limit == PERSOCK_LIMIT_BACKLOG_FLOOR)
		backlog->floor = value;
	else
		backlog->ceiling = value;

	return 0;
}
