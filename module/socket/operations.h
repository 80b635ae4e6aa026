/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The proto_ops of governed sockets: verdict, then provider. main.c passes
 * persock_router_fill() to router.c, which calls it for every routing table.
 */
#ifndef _PERSOCK_OPERATIONS_H
#define _PERSOCK_OPERATIONS_H

#include "socket/router.h"

void persock_router_fill(struct proto_ops *table,
			 const struct persock_provider *provider,
			 const struct proto_ops *native,
			 enum persock_phase phase);

#endif /* _PERSOCK_OPERATIONS_H */
