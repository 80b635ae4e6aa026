/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ports that the kernel chooses for a socket that is bound to port 0, or that
 * listens, connects or sends without a port. operations.c, message.c,
 * sendpage.c and unsent.c call these functions.
 */
#ifndef _PERSOCK_PORT_H
#define _PERSOCK_PORT_H

#include <net/inet_sock.h>

#include "report/counters.h"
#include "socket/router.h"

int persock_port_bind(struct persock_router *router, struct socket *sock,
		      struct sockaddr *address, int length, u64 number);
int persock_port_choose(struct persock_router *router, struct socket *sock,
			enum persock_operation operation, u64 number);
void persock_port_hold(struct persock_router *router, struct socket *sock);
int persock_port_listening(struct persock_router *router, struct socket *sock);

/**
 * persock_port_missing() - does a socket still lack a port?
 * @router: the socket's
 * @sock: a governed socket
 *
 * Context: any; does not sleep.
 * Return: true for an INET socket to which a send, connect or listen gives
 * one.
 */
static __always_inline bool
persock_port_missing(const struct persock_router *router, struct socket *sock)
{
	const struct persock_provider_ops *ops = router->provider->ops;
	const struct sock *sk;

	if (router->class != PERSOCK_CLASS_INET)
		return false;
	sk = router->native ? sock->sk : ops->sk ? ops->sk(sock) : NULL;

	return sk && !READ_ONCE(inet_sk(sk)->inet_num);
}

#endif /* _PERSOCK_PORT_H */
