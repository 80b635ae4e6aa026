/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What LSMs are asked about sockets of providers.
 */
#ifndef _PERSOCK_LSM_H
#define _PERSOCK_LSM_H

#include <linux/types.h>

int persock_lsm_init(bool (*intercepts)(void));
void persock_lsm_exit(void);
int persock_lsm_arm(void);
void persock_lsm_disarm(void);

#endif /* _PERSOCK_LSM_H */
