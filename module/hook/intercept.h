/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interception points, where persock intercepts system calls on their way
 * to a socket. main.c sets them up, attachments arm them, probe.c tests them,
 * and control/netlink.c reports whether they are armed.
 */
#ifndef _PERSOCK_INTERCEPT_H
#define _PERSOCK_INTERCEPT_H

#include "compat.h"
#include "hook/point_names.h"

struct netlink_ext_ack;

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

int persock_intercept_init(void);
void persock_intercept_exit(void);
int persock_arm(struct netlink_ext_ack *extack);
void persock_disarm(void);
bool persock_armed(void);
void persock_intercept_fail(enum persock_point point);
void persock_intercept_resume(void);

#endif /* _PERSOCK_INTERCEPT_H */
