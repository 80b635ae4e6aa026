/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rules of a policy on addresses of AF_VSOCK, in requests and replies.
 * policy.c calls it.
 */
#ifndef _PERSOCK_WIRE_POLICY_VSOCK_H
#define _PERSOCK_WIRE_POLICY_VSOCK_H

#include "policy_file/draft.h"

struct netlink;
struct nlattr;

/* Put those of all sections into a request. */
void policy_put_vsock(struct netlink *nl, const struct persock_policy *policy);

/*
 * Add the rule with these attributes, by PERSOCK_A_RULE_*. Returns false if a
 * newer module has sent it.
 */
bool policy_read_vsock(struct draft *draft, enum persock_section section,
		       const struct nlattr **tb, s16 verdict,
		       unsigned int line);

#endif
