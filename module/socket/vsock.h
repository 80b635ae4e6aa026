/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses of AF_VSOCK sockets, as they are judged. endpoint.c and bound.c
 * ask for the verdicts, operations.c, unsent.c and message.c for the rest.
 */
#ifndef _PERSOCK_VSOCK_H
#define _PERSOCK_VSOCK_H

#include <linux/net.h>

#include "policy/vsock_rule.h"
#include "socket/report.h"
#include "socket/router.h"

bool persock_vsock_is_own(const struct persock_router *router,
			  const struct sockaddr *address, int length);
int persock_vsock_judge_peer(struct socket *sock,
			     const struct sockaddr *address, int length,
			     const struct persock_policy *policy, bool sends,
			     struct persock_endpoint *endpoint,
			     struct persock_call *call);
bool persock_vsock_is_unbound(const struct socket *sock);
int persock_vsock_judge_send(struct socket *sock, const struct msghdr *msg,
			     const struct persock_policy *policy,
			     struct persock_endpoint *endpoint,
			     struct persock_call *call);
int persock_vsock_judge_bind(struct socket *sock,
			     const struct sockaddr *address, int length,
			     const struct persock_policy *policy,
			     struct persock_endpoint *endpoint,
			     struct persock_call *call);
bool persock_vsock_peer(struct socket *sock, struct persock_endpoint *endpoint);
int persock_vsock_judge_accept(struct socket *newsock,
			       const struct persock_policy *policy,
			       struct persock_endpoint *endpoint,
			       struct persock_call *call);
void persock_vsock_bound(struct socket *sock, struct persock_endpoint *endpoint);
int persock_vsock_judge_listen(struct socket *sock,
			       const struct persock_policy *policy,
			       const struct persock_endpoint *endpoint,
			       struct persock_call *call);
int persock_vsock_bind(struct persock_router *router, struct socket *sock,
		       struct sockaddr *address, int length, u64 number);

/**
 * persock_is_vsock() - is it a socket of AF_VSOCK?
 * @sock: a governed socket
 *
 * Return: true if it is.
 */
static inline bool persock_is_vsock(const struct socket *sock)
{
	return persock_router_vsock(persock_router_of(sock));
}

#endif /* _PERSOCK_VSOCK_H */
