/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arming: the interception points are hooked while there are attachments.
 * main.c sets them up, attachments and probe.c arm them, and control/netlink.c
 * reports whether they are armed.
 */
#ifndef _PERSOCK_ARM_H
#define _PERSOCK_ARM_H

#include <linux/types.h>

struct netlink_ext_ack;

int persock_intercept_init(void);
void persock_intercept_exit(void);
int persock_arm(struct netlink_ext_ack *extack);
void persock_disarm(void);
bool persock_armed(void);

#endif /* _PERSOCK_ARM_H */
