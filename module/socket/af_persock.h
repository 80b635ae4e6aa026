/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AF_PERSOCK: the sockets of providers that do not interpose.
 */
#ifndef _PERSOCK_AF_PERSOCK_H
#define _PERSOCK_AF_PERSOCK_H

#include <linux/net.h>

#include "cgroup/personality.h"

struct proto_accept_arg;

/* The number under which the family is registered. */
extern int persock_family;

int persock_family_init(int number);
void persock_family_exit(void);

int persock_family_unpack(int packed, struct persock_request *request);
int persock_family_accept(struct socket *sock, struct socket *newsock,
			  struct proto_accept_arg *arg);
void persock_family_release(struct socket *sock);

#endif /* _PERSOCK_AF_PERSOCK_H */
