/* SPDX-License-Identifier: GPL-2.0 */
/*
 * UDP sockets that are connected to a peer as long as nothing is sent to it.
 * operations.c calls the first function for a connect, and routes the sends of
 * frozen sockets to the second.
 */
#ifndef _PERSOCK_UNSENT_H
#define _PERSOCK_UNSENT_H

#include <linux/net.h>

struct msghdr;
struct sockaddr;

int persock_connect_judged(struct socket *sock, struct sockaddr *address,
			   int length, int flags);
int persock_frozen_sendmsg(struct socket *sock, struct msghdr *msg,
			   size_t length);

#endif /* _PERSOCK_UNSENT_H */
