/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control plane: the generic netlink family. main.c registers the family.
 * netlink_personality.c and netlink_denial.c use its helpers for replies,
 * dumps and attributes.
 */
#ifndef _PERSOCK_NETLINK_H
#define _PERSOCK_NETLINK_H

#include <linux/types.h>

struct genl_family;
struct genl_info;
struct netlink_callback;
struct persock_totals;
struct sk_buff;

extern struct genl_family persock_netlink_family;

int persock_netlink_personality_init(void);
void persock_netlink_personality_exit(void);
int persock_netlink_init(void);
void persock_netlink_exit(void);

struct sk_buff *persock_reply_new(struct genl_info *info, void **header);
int persock_reply_send(struct genl_info *info, struct sk_buff *reply,
		       void *header, int err);
int persock_put_u64(struct sk_buff *skb, int attribute, u64 value);
int persock_put_learnt(struct sk_buff *skb, const char *host, int family,
		       const u8 *address, u32 inode, s64 left);
int persock_put_counters(struct sk_buff *skb,
			 const struct persock_totals *totals);
int persock_dump_entry(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		       int (*put)(struct sk_buff *skb, const void *entry,
				  bool alone),
		       const void *entry);
int persock_dump_result(struct sk_buff *skb, struct netlink_callback *cb,
			int sent, int err);
const char *persock_request_personality(struct genl_info *info);
int persock_request_cgroup(struct genl_info *info, u64 *id);

#endif /* _PERSOCK_NETLINK_H */
