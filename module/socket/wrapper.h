/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The wrapper: the sock of a socket that a provider without native sockets
 * serves. af_persock.c and operations.c use it. The rest of the module sees
 * such sockets as governed ones without native proto_ops.
 */
#ifndef _PERSOCK_WRAPPER_H
#define _PERSOCK_WRAPPER_H

#include <linux/net.h>
#include <net/sock.h>

#include "policy/request.h"

struct net;
struct proto_accept_arg;

/**
 * struct persock_sock - the sock of a socket whose provider does not interpose
 * @sk: holds the network namespace and the state that the socket layer keeps in
 *	a sock. Its sk_protocol stays 0: BPF helpers trust IPPROTO_TCP without
 *	checking the family
 * @private: the provider's own state; the true sock belongs to the provider
 */
struct persock_sock {
	struct sock sk;
	void *private;
};

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

/**
 * persock_wrapper_private() - persock_private() for providers of this module
 * @sock: a socket that the provider serves
 *
 * Context: any; the caller keeps the socket open.
 * Return: as persock_private().
 */
static inline void *persock_wrapper_private(const struct socket *sock)
{
	return container_of(sock->sk, struct persock_sock, sk)->private;
}

#endif /* _PERSOCK_WRAPPER_H */
