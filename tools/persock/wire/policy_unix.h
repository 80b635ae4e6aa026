/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of a policy that is about AF_UNIX sockets, in requests and replies.
 * policy.c calls it.
 */
#ifndef _PERSOCK_WIRE_POLICY_UNIX_H
#define _PERSOCK_WIRE_POLICY_UNIX_H

#include "policy_file/draft.h"

struct netlink;
struct nlattr;

/*
 * Put both sections into a request. One that allows everything is left out, as
 * it is the same as none, and older modules know none.
 */
void policy_put_unix(struct netlink *nl, const struct persock_policy *policy);

/*
 * Add the rule with these attributes, by PERSOCK_A_RULE_*. Returns false if a
 * newer module has sent it.
 */
bool policy_read_unix(struct draft *draft, enum persock_section section,
		      const struct nlattr **tb, s16 verdict, unsigned int line);

#endif
