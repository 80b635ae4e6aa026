/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interception points that are armed when a socket needs them, and not with
 * the first attachment. lsm.c and local.c have some.
 */
#ifndef _PERSOCK_DEMAND_H
#define _PERSOCK_DEMAND_H

#include <linux/atomic.h>
#include <linux/ftrace.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

/**
 * struct persock_demand - a set of points that is armed on demand
 * @ops: its ftrace_ops; the filter is set
 * @what: what does not work if it cannot be armed, for the kernel's log
 * @wanted: are the points of system calls armed? Called with persock_mutex held
 * @armed: calls are intercepted; written under persock_mutex
 * @answer: result of the last attempt
 * @tries: number of attempts
 * @tried: those who wait for an attempt
 * @work: arms it
 */
struct persock_demand {
	struct ftrace_ops *ops;
	const char *what;
	bool (*wanted)(void);
	bool armed;
	int answer;
	atomic_t tries;
	wait_queue_head_t tried;
	struct work_struct work;
};

int persock_demand_init(struct persock_demand *demand,
			const char *const *points, unsigned long *ips,
			unsigned int nr);
int persock_demand_arm(struct persock_demand *demand);
void persock_demand_disarm(struct persock_demand *demand);
void persock_demand_exit(struct persock_demand *demand);

#endif /* _PERSOCK_DEMAND_H */
