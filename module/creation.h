/* SPDX-License-Identifier: GPL-2.0 */
/*
 * New sockets: those that a task creates for another one (a provider's, or one
 * that is peeled off a socket), and the verdict on native ones.
 */
#ifndef _PERSOCK_CREATION_H
#define _PERSOCK_CREATION_H

#include <linux/list.h>
#include <linux/sched.h>

struct persock_attachment;
struct persock_request;
struct socket;

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
struct persock_attachment *persock_governor(void);
int persock_creation_interpose(struct persock_attachment *attachment,
			       struct socket *sock,
			       const struct persock_request *request);

#endif /* _PERSOCK_CREATION_H */
