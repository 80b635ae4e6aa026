/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kTLS on a native socket.
 */
#ifndef _PERSOCK_KTLS_H
#define _PERSOCK_KTLS_H

#include <linux/atomic.h>
#include <linux/net.h>
#include <linux/sockptr.h>

int persock_ktls_setsockopt(struct socket *sock, int level, int optname,
			    sockptr_t optval, unsigned int optlen);
struct socket *persock_ktls_socket(struct socket *sock);
void persock_ktls_discard(struct socket *sock);

extern atomic_t persock_nr_decoys;

/**
 * persock_ktls_release() - a native socket is gone, and its decoy with it
 * @sock: its native ops have released it; no call is under way
 *
 * Context: process context.
 */
static inline void persock_ktls_release(struct socket *sock)
{
	/* Whoever made an entry for this socket held its file open. */
	if (unlikely(atomic_read(&persock_nr_decoys)))
		persock_ktls_discard(sock);
}

#endif /* _PERSOCK_KTLS_H */
