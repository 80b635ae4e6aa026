/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interception points: where system calls are met on their way to a
 * socket.
 */
#ifndef _PERSOCK_INTERCEPT_H
#define _PERSOCK_INTERCEPT_H

#include <linux/list.h>
#include <linux/sched.h>

#include "compat.h"

struct netlink_ext_ack;

/**
 * struct persock_inner - marks a task that makes a socket for a provider
 * @node: in the table of such tasks
 * @task: the task
 *
 * Lives on the task's stack from persock_inner_begin() to persock_inner_end().
 */
struct persock_inner {
	struct hlist_node node;
	struct task_struct *task;
};

void persock_inner_begin(struct persock_inner *inner);
void persock_inner_end(struct persock_inner *inner);

/* sk_getsockopt(), or NULL where the compat layer has an exported way. */
extern persock_sk_getsockopt_t persock_sk_getsockopt;

int persock_intercept_init(void);
void persock_intercept_exit(void);
int persock_arm(struct netlink_ext_ack *extack);
void persock_disarm(void);
bool persock_armed(void);
int persock_probe(const char **failed);

#endif /* _PERSOCK_INTERCEPT_H */
