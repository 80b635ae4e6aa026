/* SPDX-License-Identifier: GPL-2.0 */
/*
 * New native sockets: the verdict on them, and the router in front. For the
 * interception points.
 */
#ifndef _PERSOCK_INTERPOSE_H
#define _PERSOCK_INTERPOSE_H

struct persock_attachment;
struct persock_request;
struct socket;

int persock_interpose(struct persock_attachment *attachment,
		      struct socket *sock,
		      const struct persock_request *request);
int persock_interpose_kernel(struct socket *sock,
			     const struct persock_request *request);

#endif /* _PERSOCK_INTERPOSE_H */
