/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of ignored options, flags and ioctls of an attachment.
 * socket/report.c counts, control/netlink.c lists it, and ignored.c describes
 * it.
 */
#ifndef _PERSOCK_IGNORED_H
#define _PERSOCK_IGNORED_H

#include <linux/types.h>
#include <uapi/linux/persock_netlink.h>

struct persock_ignored;
struct sk_buff;

void persock_ignored_count(struct persock_ignored **ignored,
			   enum persock_section section, u32 subject,
			   u32 detail);
int persock_ignored_put(struct sk_buff *skb,
			const struct persock_ignored *ignored, unsigned int i);

#endif /* _PERSOCK_IGNORED_H */
