/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interposition on new native sockets: the verdict on them, and the router
 * in front. hook/intercept.c calls it for each native socket of a governed
 * task.
 */
#ifndef _PERSOCK_INTERPOSE_H
#define _PERSOCK_INTERPOSE_H

#include <linux/types.h>

struct persock_request;
struct persock_stack;
struct socket;

bool persock_interpose_pass(struct persock_stack *stack, struct socket *sock,
			    u64 request);
int persock_interpose(struct persock_stack *stack, struct socket *sock,
		      const struct persock_request *request);
int persock_interpose_kernel(struct socket *sock,
			     const struct persock_request *request);

#endif /* _PERSOCK_INTERPOSE_H */
