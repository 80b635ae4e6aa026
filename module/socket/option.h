/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Options of governed sockets: verdict, lengths, and the path to the provider.
 * operations.c and hook/intercept.c call these functions; probe.c and
 * hostinet.c use sk_getsockopt() from here.
 */
#ifndef _PERSOCK_OPTION_H
#define _PERSOCK_OPTION_H

#include <linux/sockptr.h>
#include <net/sock.h>

#include "compat.h"
#include "socket/router.h"

/*
 * sk_getsockopt(), whose address hook/intercept.c has found; see
 * persock_sol_socket_get().
 */
extern persock_sk_getsockopt_t persock_sk_getsockopt;

int persock_router_getsockopt(struct socket *sock, int level, int optname,
			      char __user *optval, int __user *optlen);
#ifdef PERSOCK_HAVE_GETSOCKOPT_ITER
int persock_router_getsockopt_iter(struct socket *sock, int level, int optname,
				   sockopt_t *opt);
#endif
int persock_router_setsockopt(struct socket *sock, int level, int optname,
			      sockptr_t optval, unsigned int optlen);

int persock_option_judge_get(struct socket *sock, int level, int optname,
			     int len, unsigned int *max);
int persock_option_judge_set(struct socket *sock, int level, int optname,
			     unsigned int *optlen);

int persock_option_sk_get(struct sock *sk, int level, int optname,
			  sockptr_t optval, sockptr_t optlen);
int persock_option_sk_set(struct sock *sk, int level, int optname,
			  sockptr_t optval, unsigned int optlen);

/**
 * persock_socket_behind() - the application's socket, if a sock shows another
 * @sk: a sock
 * @shown: its sk_socket
 *
 * Context: as persock_socket_of().
 * Return: the socket; NULL if it is @shown.
 */
static inline struct socket *persock_socket_behind(const struct sock *sk,
						   const struct socket *shown)
{
	struct socket_wq *wq = rcu_dereference_raw(sk->sk_wq);
	struct socket *own = container_of(wq, struct socket, wq);

	if (likely(own == shown) || !sk_is_tcp(sk))
		return NULL;

	return own->sk == sk ? own : NULL;
}

/**
 * persock_socket_of() - the application's socket of a sock
 * @sk: a sock that has a socket
 *
 * A decoy replaces the socket in sk_socket, but not the wait queue, which is
 * part of the socket. The same holds for a host socket of hostinet, but the
 * application's socket has another sock.
 *
 * Context: any; the caller holds the file open.
 * Return: sk_socket, or if that is a decoy, the socket that it stands for.
 */
static inline struct socket *persock_socket_of(const struct sock *sk)
{
	struct socket *shown = READ_ONCE(sk->sk_socket);
	struct socket *own = persock_socket_behind(sk, shown);

	return unlikely(own) ? own : shown;
}

#endif /* _PERSOCK_OPTION_H */
