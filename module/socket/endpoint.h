/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Endpoints: the address that a call of an INET socket is about, as it is
 * judged. operations.c, message.c, port.c, unsent.c and query.c call these
 * functions; endpoint.c has those about peers, bound.c the others.
 */
#ifndef _PERSOCK_ENDPOINT_H
#define _PERSOCK_ENDPOINT_H

#include <linux/net.h>

#include "policy/policy.h"
#include "socket/identity.h"
#include "socket/report.h"
#include "socket/router.h"

/**
 * persock_endpoint_length() - the length of an address for the provider
 * @router: the socket's
 * @view: what the socket is held to
 * @length: the caller's length
 *
 * Return: @length; a length beyond the longest address that each layer passes
 * on is cut (seed H2).
 */
static inline int persock_endpoint_length(const struct persock_router *router,
					  const struct persock_view *view,
					  int length)
{
	u16 max = view->address_max[router->class];

	return max && length > max ? max : length;
}

int persock_endpoint_connect(struct socket *sock, struct sockaddr *address,
			     int length, const struct persock_policy *policy,
			     struct persock_endpoint *endpoint,
			     struct persock_call *call);
bool persock_endpoint_peer(const struct persock_identity *who,
			   const struct msghdr *msg,
			   struct persock_endpoint *endpoint);
bool persock_endpoint_unsent(struct socket *sock,
			     const struct persock_policy *policy,
			     const struct persock_call *call);
int persock_endpoint_send(struct socket *sock, struct msghdr *msg,
			  const struct persock_policy *policy,
			  struct persock_endpoint *endpoint,
			  struct persock_call *call);
int persock_endpoint_bind(struct socket *sock, struct sockaddr *address,
			  int length, const struct persock_policy *policy,
			  struct persock_endpoint *endpoint,
			  struct persock_call *call);
int persock_endpoint_chosen(struct socket *sock, const struct sockaddr *address,
			    int length, const struct persock_policy *policy,
			    struct persock_endpoint *endpoint,
			    struct persock_call *call);
int persock_endpoint_port(struct socket *sock,
			  const struct persock_policy *policy,
			  struct persock_endpoint *endpoint,
			  struct persock_call *call);
bool persock_endpoint_named(struct socket *sock,
			    struct persock_endpoint *endpoint);
void persock_endpoint_fill_bound(struct socket *sock,
				 struct persock_endpoint *endpoint,
				 struct persock_call *call);
int persock_endpoint_listen(struct socket *sock,
			    const struct persock_policy *policy,
			    struct persock_endpoint *endpoint,
			    struct persock_call *call);
int persock_endpoint_accept(struct socket *newsock,
			    const struct persock_policy *policy,
			    struct persock_endpoint *endpoint,
			    struct persock_call *call);

#endif /* _PERSOCK_ENDPOINT_H */
