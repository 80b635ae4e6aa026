/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of governed sockets.
 */
#ifndef _PERSOCK_MESSAGE_H
#define _PERSOCK_MESSAGE_H

#include <linux/net.h>

#include "compat.h"

int persock_router_sendmsg(struct socket *sock, struct msghdr *msg,
			   size_t length);
int persock_router_recvmsg(struct socket *sock, struct msghdr *msg,
			   size_t length, int flags);
#ifdef PERSOCK_HAVE_SENDPAGE
ssize_t persock_router_sendpage(struct socket *sock, struct page *page,
				int offset, size_t size, int flags);
#endif

#endif /* _PERSOCK_MESSAGE_H */
