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
struct persock_attachment;

/**
 * struct persock_creation - marks a task that creates a socket for another one
 * @node: in the table of such tasks
 * @task: the task
 * @attachment: what governs the new socket; NULL when nothing does
 *
 * Lives on the task's stack from persock_creation_begin() to
 * persock_creation_end().
 */
struct persock_creation {
	struct hlist_node node;
	struct task_struct *task;
	struct persock_attachment *attachment;
};

void persock_creation_begin(struct persock_creation *creation,
			    struct persock_attachment *attachment);
void persock_creation_end(struct persock_creation *creation);

/* sk_getsockopt(), or NULL where the compat layer has an exported way. */
extern persock_sk_getsockopt_t persock_sk_getsockopt;

int persock_intercept_init(void);
void persock_intercept_exit(void);
int persock_arm(struct netlink_ext_ack *extack);
void persock_disarm(void);
bool persock_armed(void);
int persock_probe(const char **failed);

#endif /* _PERSOCK_INTERCEPT_H */
