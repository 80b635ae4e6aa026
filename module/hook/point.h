/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The addresses at which ftrace calls us in functions of the kernel.
 * intercept.c and lsm.c look up the functions that they intercept.
 */
#ifndef _PERSOCK_POINT_H
#define _PERSOCK_POINT_H

#include <linux/types.h>

int persock_find_point(const char *name, unsigned long *ip);

#endif /* _PERSOCK_POINT_H */
