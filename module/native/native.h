/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The native provider: the socket that the kernel made, with the router in
 * front of its proto_ops. main.c registers it; interpose.c puts routers there.
 */
#ifndef _PERSOCK_NATIVE_H
#define _PERSOCK_NATIVE_H

#include "provider.h"

struct persock_stack;
struct socket;

extern struct persock_provider persock_native;

int persock_native_route(struct persock_stack *stack,
			 struct socket *sock);

#endif /* _PERSOCK_NATIVE_H */
