/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Options of governed sockets: verdict, lengths, and the way to the provider.
 */
#ifndef _PERSOCK_OPTION_H
#define _PERSOCK_OPTION_H

#include <linux/sockptr.h>

#include "compat.h"
#include "socket/router.h"

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

#endif /* _PERSOCK_OPTION_H */
