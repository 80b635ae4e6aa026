/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kTLS on a native socket: the option TCP_ULP, and the decoy that it needs.
 * native.c calls both functions.
 */
#ifndef _PERSOCK_KTLS_H
#define _PERSOCK_KTLS_H

#include <linux/fs.h>
#include <linux/net.h>
#include <linux/sockptr.h>
#include <net/sock.h>

int persock_ktls_setsockopt(struct socket *sock, int level, int optname,
			    sockptr_t optval, unsigned int optlen);
void persock_ktls_discard(struct socket *sock);

/**
 * persock_ktls_slot() - where a native socket's stand-in is kept
 * @sock: made by the socket layer, so it has an inode of sockfs
 *
 * Return: a pointer that sockfs has no use for; it is NULL in a new socket.
 */
static inline void **persock_ktls_slot(struct socket *sock)
{
	return &SOCK_INODE(sock)->i_private;
}

/**
 * persock_ktls_release() - a native socket is gone, and its decoy with it
 * @sock: its native ops have released it; no call is under way
 *
 * Context: process context.
 */
static inline void persock_ktls_release(struct socket *sock)
{
	/* Whoever made a stand-in for this socket held its file open. */
	if (unlikely(*persock_ktls_slot(sock)))
		persock_ktls_discard(sock);
}

#endif /* _PERSOCK_KTLS_H */
