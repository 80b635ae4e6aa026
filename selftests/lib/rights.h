/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Descriptors that are passed on over a socket of AF_UNIX.
 */
#ifndef SELFTESTS_RIGHTS_H
#define SELFTESTS_RIGHTS_H

#include <sys/socket.h>

/* Room for the control message of one descriptor. */
union rights_control {
	char buf[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

/* Let @msg carry @fd, in @control. */
void rights_put(struct msghdr *msg, union rights_control *control, int fd);

/* Send @fd over the connected socket @via; 0 or -errno. */
int rights_send(int via, int fd);

/* Receive one; -1 if none came. @flags: NULL, or gets those of the message. */
int rights_receive(int via, int *flags);

#endif /* SELFTESTS_RIGHTS_H */
