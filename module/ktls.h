/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kTLS on a native socket.
 */
#ifndef _PERSOCK_KTLS_H
#define _PERSOCK_KTLS_H

#include <linux/net.h>
#include <linux/sockptr.h>

int persock_ktls_setsockopt(struct socket *sock, int level, int optname,
			    sockptr_t optval, unsigned int optlen);
struct socket *persock_ktls_socket(struct socket *sock);
void persock_ktls_release(struct socket *sock);

#endif /* _PERSOCK_KTLS_H */
