/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accepted sockets: the router's accept(). operations.c puts it into the
 * router's tables.
 */
#ifndef _PERSOCK_ACCEPT_H
#define _PERSOCK_ACCEPT_H

#include <linux/net.h>

#include "compat.h"

PERSOCK_DECLARE_ACCEPT(persock_router_accept);

#endif /* _PERSOCK_ACCEPT_H */
