/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tasks that create a socket for another one, and the attachment that governs
 * a new socket. native.c and hostinet.c mark their tasks, interpose.c finds
 * the mark, and hook/intercept.c asks persock_governor().
 */
#ifndef _PERSOCK_CREATION_H
#define _PERSOCK_CREATION_H

#include <linux/atomic.h>
#include <linux/net.h>
#include <linux/sched.h>
/* It does not include what it needs. */
#include <linux/list_bl.h>

#include "cgroup/attachment.h"

/**
 * struct persock_creation - marks a task that creates a socket for another one
 * @node: in the table of such tasks; the lock of its bucket
 * @task: the task
 * @attachment: what governs the new socket; NULL when nothing does
 * @unfinished: a socket was made that had no ops yet, and has not been released
 *		before it was given some
 *
 * Lives on the task's stack from persock_creation_begin() to
 * persock_creation_end().
 */
struct persock_creation {
	struct hlist_bl_node node;
	struct task_struct *task;
	struct persock_attachment *attachment;
	bool unfinished;
};

extern const struct proto_ops persock_unfinished_ops;

void persock_creation_begin(struct persock_creation *creation,
			    struct persock_attachment *attachment);
void persock_creation_end(struct persock_creation *creation);
struct persock_creation *persock_creation_own(void);
struct persock_attachment *persock_governor_among(void);

extern atomic_t persock_nr_creations;

/**
 * persock_governor() - what governs a socket that the current task creates
 *
 * Context: process context, RCU read side, which also protects what is returned.
 * Return: the attachment, or NULL when nothing does.
 */
static __always_inline struct persock_attachment *persock_governor(void)
{
	/* The task's own entry, if there is one, was counted by the task. */
	if (likely(!atomic_read(&persock_nr_creations)))
		return persock_attachment_current();

	return persock_governor_among();
}

#endif /* _PERSOCK_CREATION_H */
