/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parser of the limits of a policy, from their netlink attributes.
 * parse_policy.c uses it.
 */
#ifndef _PERSOCK_PARSE_LIMIT_H
#define _PERSOCK_PARSE_LIMIT_H

#include "policy/policy.h"

struct netlink_ext_ack;
struct nlattr;

#define PERSOCK_NR_LIMITS	(PERSOCK_LIMIT_RECEIVED_CONTROL + 1)

/* The largest errno that programs know: EHWPOISON. */
#define PERSOCK_MAX_VERDICT	133

/**
 * struct persock_limits - the limits of a policy that is being read
 * @policy: the policy to fill in
 * @extack: reports the reason of a refusal
 * @bounded: which limits were specified, by class if they have one
 */
struct persock_limits {
	struct persock_policy *policy;
	struct netlink_ext_ack *extack;
	bool bounded[PERSOCK_NR_LIMITS][PERSOCK_NR_CLASSES];
};

int persock_limits_read(struct persock_limits *load, const struct nlattr *nest);

#endif /* _PERSOCK_PARSE_LIMIT_H */
