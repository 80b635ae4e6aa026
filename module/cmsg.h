/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Control messages of governed sockets, on the way out and on the way in.
 */
#ifndef _PERSOCK_CMSG_H
#define _PERSOCK_CMSG_H

#include <linux/socket.h>

#include "router.h"

int persock_cmsg_send(const struct persock_rules *rules, struct msghdr *msg);
int persock_cmsg_recv(struct persock_router *router, struct socket *sock,
		      struct msghdr *msg, size_t length, int flags);

#endif /* _PERSOCK_CMSG_H */
