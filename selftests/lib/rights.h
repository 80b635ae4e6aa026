/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Descriptors that are passed on over a socket of AF_UNIX.
 */
#ifndef SELFTESTS_RIGHTS_H
#define SELFTESTS_RIGHTS_H

/* Send @fd over the connected socket @via; 0 or -errno. */
int rights_send(int via, int fd);

/* Receive one; -1 if none came. @flags: NULL, or gets those of the message. */
int rights_receive(int via, int *flags);

#endif /* SELFTESTS_RIGHTS_H */
