/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DNS answers: receives of sockets that have asked a resolver. operations.c
 * puts persock_unsent_recvmsg() and persock_unsent_poll() into the tables of
 * sockets that may ask; message.c and cmsg.c receive with persock_receive().
 */
#ifndef _PERSOCK_ANSWER_H
#define _PERSOCK_ANSWER_H

#include <linux/bitops.h>
#include <linux/net.h>
#include <linux/poll.h>

#include "socket/router.h"

bool persock_answer_is_due(const struct persock_router *router,
			   const struct socket *sock, int flags);
int persock_answer_receive(struct persock_router *router, struct socket *sock,
			   struct msghdr *msg, size_t length, int flags);
__poll_t persock_unsent_poll(struct file *file, struct socket *sock,
			     struct poll_table_struct *wait);

/**
 * persock_receive() - receive from the provider, and learn from an answer
 * @router: the socket's
 * @sock: the governed socket
 * @msg: the message to fill in
 * @length: room for data
 * @flags: flags of the call
 *
 * Context: process context, may sleep.
 * Return: as recvmsg().
 */
static inline int persock_receive(struct persock_router *router,
				  struct socket *sock, struct msghdr *msg,
				  size_t length, int flags)
{
	if (unlikely(persock_answer_is_due(router, sock, flags)))
		return persock_answer_receive(router, sock, msg, length, flags);

	return router->provider->ops->recvmsg(sock, msg, length, flags);
}

#endif /* _PERSOCK_ANSWER_H */
