/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sender of denials as netlink messages. main.c includes this to pass the
 * sender to report/denial.c.
 */
#ifndef _PERSOCK_NETLINK_DENIAL_H
#define _PERSOCK_NETLINK_DENIAL_H

#include "report/denial.h"

extern const struct persock_denial_sender persock_netlink_denials;

#endif /* _PERSOCK_NETLINK_DENIAL_H */
