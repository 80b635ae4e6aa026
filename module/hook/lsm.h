/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The LSM hooks for sockets of providers. intercept.c sets them up and removes
 * them; main.c passes persock_lsm_arm() to socket/af_persock.c.
 */
#ifndef _PERSOCK_LSM_H
#define _PERSOCK_LSM_H

#include <linux/types.h>

int persock_lsm_init(bool (*intercepts)(void));
void persock_lsm_exit(void);
int persock_lsm_arm(void);
void persock_lsm_disarm(void);

#endif /* _PERSOCK_LSM_H */
