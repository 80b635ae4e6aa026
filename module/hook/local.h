/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The LSM hooks at which AF_UNIX has found a peer. intercept.c sets them up and
 * removes them; main.c passes persock_local_arm() to socket/local.c.
 */
#ifndef _PERSOCK_HOOK_LOCAL_H
#define _PERSOCK_HOOK_LOCAL_H

#include <linux/types.h>

void persock_local_points_init(bool (*intercepts)(void));
void persock_local_points_exit(void);
int persock_local_arm(void);
void persock_local_disarm(void);

#endif /* _PERSOCK_HOOK_LOCAL_H */
