/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Denials as netlink messages: for netlink.c, which offers them.
 */
#ifndef _PERSOCK_NETLINK_DENIAL_H
#define _PERSOCK_NETLINK_DENIAL_H

#include "report/denial.h"

extern const struct persock_denial_sender persock_netlink_denials;

#endif /* _PERSOCK_NETLINK_DENIAL_H */
