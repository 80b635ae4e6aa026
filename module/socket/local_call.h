/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AF_UNIX calls whose peer or name is judged. operations.c, message.c and
 * cmsg.c call these functions.
 */
#ifndef _PERSOCK_LOCAL_CALL_H
#define _PERSOCK_LOCAL_CALL_H

#include <linux/socket.h>
#include <linux/types.h>

struct socket;

void persock_local_init(int (*arm)(void));

int persock_local_connect(struct socket *sock, struct sockaddr *address,
			  int length, int flags);
int persock_local_bind(struct socket *sock, struct sockaddr *address,
		       int length);
bool persock_local_autobinds(const struct socket *sock);
int persock_local_bind_unnamed(struct socket *sock, u64 number);
int persock_local_send(struct socket *sock, struct msghdr *msg, size_t length,
		       u64 number, bool *changed);
int persock_local_receive(struct socket *sock, struct msghdr *msg,
			  size_t length, int flags, u64 number);

#endif /* _PERSOCK_LOCAL_CALL_H */
