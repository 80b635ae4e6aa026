/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The wrapper: the sock of a socket that a provider without native sockets
 * serves. af_persock.c and operations.c use it. The rest of the module sees
 * such sockets as governed ones without native proto_ops.
 */
#ifndef _PERSOCK_WRAPPER_H
#define _PERSOCK_WRAPPER_H

#include <linux/net.h>

#include "policy/request.h"

struct net;
struct proto_accept_arg;

/*
 * The number under which AF_PERSOCK is registered: the family of these socks.
 */
extern int persock_family;

int persock_wrapper_init(void);
void persock_wrapper_exit(void);
int persock_wrapper_make(struct net *net, struct socket *sock,
			 const struct persock_request *request);
int persock_wrapper_accept(struct socket *sock, struct socket *newsock,
			   struct proto_accept_arg *arg);
void persock_wrapper_release(struct socket *sock);

#endif /* _PERSOCK_WRAPPER_H */
