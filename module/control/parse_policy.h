/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The translation of policies from and to netlink. netlink_personality.c calls
 * both functions: parse_policy.c has the first, dump_policy.c the second.
 */
#ifndef _PERSOCK_PARSE_POLICY_H
#define _PERSOCK_PARSE_POLICY_H

#include "cgroup/version.h"

struct genl_info;
struct sk_buff;

int persock_policy_parse(struct genl_info *info, struct persock_policy *policy,
			 struct persock_store **store);
int persock_policy_put_item(struct sk_buff *skb,
			    const struct persock_policy *policy,
			    unsigned int item);

#endif /* _PERSOCK_PARSE_POLICY_H */
