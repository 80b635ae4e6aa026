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
 * persock_ktls_slot() - the place of the pointer to a native socket's decoy
 * @sock: a socket of the socket layer, which has an inode of sockfs
 *
 * Return: address of a pointer that sockfs does not use; it is NULL in a new
 * socket.
 */
static inline void **persock_ktls_slot(struct socket *sock)
{
	return &SOCK_INODE(sock)->i_private;
}

/**
 * persock_ktls_release() - release the decoy of a native socket, if it has one
 * @sock: the socket; its native ops have released it, and no call is under way
 *
 * Context: process context.
 */
static inline void persock_ktls_release(struct socket *sock)
{
	/*
	 * A call that makes a decoy holds the file open, so none comes later.
	 */
	if (unlikely(*persock_ktls_slot(sock)))
		persock_ktls_discard(sock);
}

#endif /* _PERSOCK_KTLS_H */
