/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Control messages of governed sockets, when they are sent and when they are
 * received. message.c calls these functions.
 */
#ifndef _PERSOCK_CMSG_H
#define _PERSOCK_CMSG_H

#include <linux/socket.h>

#include "socket/router.h"

struct persock_call;

/**
 * struct persock_cmsg_filter - how a receive handles control messages
 * @view: number of the view that the receive is judged by
 * @room: size in bytes of the buffer in which they are judged; 0: not judged
 * @none: no control messages are received
 * @rights: received sockets are judged one by one
 * @notes: a layer notes those that are
 *
 * Filled in before the receive may sleep.
 */
struct persock_cmsg_filter {
	u64 view;
	unsigned int room;
	bool none;
	bool rights;
	bool notes;
};

int persock_cmsg_send(const struct persock_router *router,
		      const struct persock_version *version,
		      struct msghdr *msg, struct persock_call *call,
		      bool *removes);
void persock_cmsg_remove(const struct persock_router *router,
			 const struct persock_view *view, struct msghdr *msg);
void persock_cmsg_filter(const struct persock_router *router,
			 const struct persock_view *view,
			 const struct socket *sock,
			 struct persock_cmsg_filter *filter);
int persock_cmsg_recv(struct persock_router *router, struct socket *sock,
		      struct msghdr *msg, size_t length, int flags,
		      const struct persock_cmsg_filter *filter);

#endif /* _PERSOCK_CMSG_H */
