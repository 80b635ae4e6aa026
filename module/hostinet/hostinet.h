/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hostinet provider: a socket over a host socket: TCP and UDP, and in
 * another network namespace ping and raw sockets.
 */
#ifndef _PERSOCK_HOSTINET_H
#define _PERSOCK_HOSTINET_H

#include "provider.h"

extern struct persock_provider persock_hostinet;

int persock_hostinet_init(void);

#endif /* _PERSOCK_HOSTINET_H */
