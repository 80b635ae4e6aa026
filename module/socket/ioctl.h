/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verdict on ioctls of governed sockets. hook/intercept.c asks for it at
 * sock_ioctl(), and message.c for io_uring's commands.
 */
#ifndef _PERSOCK_IOCTL_H
#define _PERSOCK_IOCTL_H

#include <linux/types.h>

struct socket;

int persock_ioctl_judge(struct socket *sock, u32 cmd);

#endif /* _PERSOCK_IOCTL_H */
