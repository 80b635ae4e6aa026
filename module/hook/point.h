/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The addresses at which ftrace calls us in functions of the kernel, and the way
 * in which a handler fails such a function. intercept.c and local.c do that;
 * they and lsm.c look up the functions that they intercept.
 */
#ifndef _PERSOCK_POINT_H
#define _PERSOCK_POINT_H

#include <linux/types.h>

struct ftrace_regs;

int persock_find_point(const char *name, unsigned long *ip);
void persock_fail_call(struct ftrace_regs *regs, long err);

#endif /* _PERSOCK_POINT_H */
