/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interception points: where system calls are met on their way to a
 * socket.
 */
#ifndef _PERSOCK_INTERCEPT_H
#define _PERSOCK_INTERCEPT_H

#include "compat.h"

struct netlink_ext_ack;

/* sk_getsockopt(), or NULL where the compat layer has an exported way. */
extern persock_sk_getsockopt_t persock_sk_getsockopt;

int persock_intercept_init(void);
void persock_intercept_exit(void);
int persock_arm(struct netlink_ext_ack *extack);
void persock_disarm(void);
bool persock_armed(void);
int persock_probe(const char **failed);

#endif /* _PERSOCK_INTERCEPT_H */
