/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interception points, where persock intercepts system calls on their way
 * to a socket. arm.c hooks their handlers up, and probe.c tests them.
 */
#ifndef _PERSOCK_INTERCEPT_H
#define _PERSOCK_INTERCEPT_H

#include "compat.h"
#include "hook/point_names.h"

struct ftrace_ops;
struct ftrace_regs;

#define PERSOCK_POINT(name, function) PERSOCK_POINT_##name,

enum persock_point {
	PERSOCK_POINTS(PERSOCK_POINT)
#ifdef CONFIG_COMPAT
	PERSOCK_COMPAT_POINTS(PERSOCK_POINT)
#endif
#ifdef PERSOCK_HAVE_URING_CMD
	PERSOCK_URING_POINTS(PERSOCK_POINT)
#endif
	PERSOCK_NR_POINTS,
};

#undef PERSOCK_POINT

/* Names of the functions. */
extern const char *const persock_points[PERSOCK_NR_POINTS];

/*
 * The errno that refuses a call of the probe; the socket layer never uses it.
 */
#define PERSOCK_PROBE_ERRNO EDOTDOT

/* Addresses at which ftrace calls us; written once, at load. */
extern unsigned long persock_point_ips[PERSOCK_NR_POINTS];

void persock_divert_creation(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *regs);
void persock_divert_call(unsigned long ip, unsigned long parent_ip,
			 struct ftrace_ops *ops, struct ftrace_regs *regs);
void persock_intercept_fail(enum persock_point point);
void persock_intercept_resume(void);

#endif /* _PERSOCK_INTERCEPT_H */
