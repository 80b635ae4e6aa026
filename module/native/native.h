/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The native provider: the socket that the kernel made, with the router in
 * front of its proto_ops.
 */
#ifndef _PERSOCK_NATIVE_H
#define _PERSOCK_NATIVE_H

#include "cgroup/attachment.h"
#include "compat.h"
#include "native/ktls.h"
#include "provider.h"

struct persock_router;

extern struct persock_provider persock_native;

/* The attachment has as many live sockets as its policy allows. */
#define PERSOCK_FULL 1

int persock_native_interpose(struct persock_attachment *attachment,
			     struct socket *sock,
			     const struct persock_policy *limits);
struct persock_router *
persock_native_router(struct persock_attachment *attachment,
		      struct socket *sock, const struct proto_ops *native);

/**
 * persock_native_release() - close a native socket
 * @native: its proto_ops
 * @sock: the socket
 *
 * Context: process context.
 */
static inline void persock_native_release(const struct proto_ops *native,
					  struct socket *sock)
{
	native->release(sock);
	persock_ktls_release(sock);
}

#endif /* _PERSOCK_NATIVE_H */
