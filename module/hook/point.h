/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where functions of the kernel are that ftrace is to meet.
 */
#ifndef _PERSOCK_POINT_H
#define _PERSOCK_POINT_H

#include <linux/types.h>

int persock_find_point(const char *name, unsigned long *ip);

#endif /* _PERSOCK_POINT_H */
