/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/persock.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_PERSOCK_GEN_H
#define _LINUX_PERSOCK_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/persock_netlink.h>

/* Common nested types */
extern const struct nla_policy persock_bound_nl_policy[PERSOCK_A_BOUND_VERDICT + 1];
extern const struct nla_policy persock_default_nl_policy[PERSOCK_A_DEFAULT_VERDICT + 1];
extern const struct nla_policy persock_learnt_nl_policy[PERSOCK_A_LEARNT_STATIC + 1];
extern const struct nla_policy persock_names_nl_policy[PERSOCK_A_NAMES_LIMIT + 1];
extern const struct nla_policy persock_rule_nl_policy[PERSOCK_A_RULE_CID + 1];

/* Global operation policy for persock */
extern const struct nla_policy persock_nl_policy[PERSOCK_A_COUNTERS + 1];

/* Ops table for persock */
extern const struct genl_small_ops persock_nl_ops[17];

int persock_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info);
int persock_nl_provider_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int persock_nl_personality_new_doit(struct sk_buff *skb,
				    struct genl_info *info);
int persock_nl_personality_get_doit(struct sk_buff *skb,
				    struct genl_info *info);
int persock_nl_personality_get_dumpit(struct sk_buff *skb,
				      struct netlink_callback *cb);
int persock_nl_personality_del_doit(struct sk_buff *skb,
				    struct genl_info *info);
int persock_nl_attach_doit(struct sk_buff *skb, struct genl_info *info);
int persock_nl_detach_doit(struct sk_buff *skb, struct genl_info *info);
int persock_nl_attachment_get_doit(struct sk_buff *skb, struct genl_info *info);
int persock_nl_attachment_get_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb);
int persock_nl_personality_set_doit(struct sk_buff *skb,
				    struct genl_info *info);
int persock_nl_policy_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int persock_nl_ignored_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int persock_nl_commit_doit(struct sk_buff *skb, struct genl_info *info);
int persock_nl_name_new_doit(struct sk_buff *skb, struct genl_info *info);
int persock_nl_name_del_doit(struct sk_buff *skb, struct genl_info *info);
int persock_nl_name_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int persock_nl_record_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int persock_nl_record_del_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	PERSOCK_NLGRP_DENIALS,
	PERSOCK_NLGRP_IGNORED,
	PERSOCK_NLGRP_NAMES,
};

#endif /* _LINUX_PERSOCK_GEN_H */
