/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The family AF_PERSOCK: the sockets of providers that do not interpose.
 * main.c registers it, and hook/intercept.c unpacks a request that it has sent
 * there.
 */
#ifndef _PERSOCK_AF_PERSOCK_H
#define _PERSOCK_AF_PERSOCK_H

struct persock_request;

int persock_family_init(int number, int (*before)(void));
void persock_family_exit(void);

int persock_family_unpack(int packed, struct persock_request *request);

#endif /* _PERSOCK_AF_PERSOCK_H */
