/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Straight-through operations: the functions in a routing table that depend on
 * what the policies restrict. router.c calls persock_straight_choose() for each
 * new router, and for all routers of a stack that gets another view.
 */
#ifndef _PERSOCK_STRAIGHT_H
#define _PERSOCK_STRAIGHT_H

#include "socket/router.h"

void persock_straight_choose(struct persock_router *router,
			     const struct persock_view *view);

#endif /* _PERSOCK_STRAIGHT_H */
