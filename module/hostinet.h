/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hostinet provider: a socket over a host socket, for TCP and UDP.
 */
#ifndef _PERSOCK_HOSTINET_H
#define _PERSOCK_HOSTINET_H

#include "provider.h"

extern struct persock_provider persock_hostinet;

#endif /* _PERSOCK_HOSTINET_H */
