/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bind() of governed sockets whose addresses are restricted. operations.c calls
 * it.
 */
#ifndef _PERSOCK_BIND_H
#define _PERSOCK_BIND_H

#include "socket/router.h"

int persock_bind_judged(struct persock_router *router, struct socket *sock,
			struct sockaddr *address, int length);

#endif /* _PERSOCK_BIND_H */
