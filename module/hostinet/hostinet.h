/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hostinet provider: a socket of AF_PERSOCK over a host socket. It serves
 * TCP and UDP, and in another network namespace also ping and raw sockets.
 * main.c sets it up and registers it.
 */
#ifndef _PERSOCK_HOSTINET_H
#define _PERSOCK_HOSTINET_H

#include "provider.h"

extern struct persock_provider persock_hostinet;

int persock_hostinet_init(void);

#endif /* _PERSOCK_HOSTINET_H */
