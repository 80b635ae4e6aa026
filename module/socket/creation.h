/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets that are made on behalf of a governed one (a host socket, one that is
 * accepted or peeled off): the mark on the task that makes them, and the stack
 * that governs a new socket. native.c and hostinet.c mark their tasks, interpose.c finds
 * the mark, and hook/intercept.c asks persock_governor().
 */
#ifndef _PERSOCK_CREATION_H
#define _PERSOCK_CREATION_H

#include <linux/atomic.h>
#include <linux/net.h>

#include "cgroup/attach.h"
#include "socket/task_table.h"

/**
 * struct persock_creation - marks a task that makes a socket on behalf of another
 *			     socket
 * @entry: in the table of such tasks
 * @stack: layers that govern the new socket; NULL: not governed
 * @unfinished: a socket without ops was made, and has not been released before
 *		it got some
 *
 * Lives on the task's stack from persock_creation_begin() to
 * persock_creation_end().
 */
struct persock_creation {
	struct persock_task_entry entry;
	struct persock_stack *stack;
	bool unfinished;
};

extern const struct proto_ops persock_unfinished_ops;

void persock_creation_begin(struct persock_creation *creation,
			    struct persock_stack *stack);
void persock_creation_end(struct persock_creation *creation);
struct persock_creation *persock_creation_own(void);
struct persock_stack *persock_governor_marked(void);

extern atomic_t persock_nr_creations;

/**
 * persock_governor() - the layers that govern a socket of the current task
 *
 * Context: process context, RCU read side, which also protects the result.
 * Return: the stack, or NULL if the socket is not governed.
 */
static __always_inline struct persock_stack *persock_governor(void)
{
	/* If the task has an entry, it has incremented the counter itself. */
	if (likely(!atomic_read(&persock_nr_creations)))
		return persock_stack_current();

	return persock_governor_marked();
}

/**
 * persock_governor_sched() - the same, if preemption is disabled anyway
 *
 * Context: process context, RCU-sched read side, which also protects the
 * result.
 * Return: as persock_governor().
 */
static __always_inline struct persock_stack *persock_governor_sched(void)
{
	if (likely(!atomic_read(&persock_nr_creations)))
		return persock_stack_current_sched();

	return persock_governor_marked();
}

#endif /* _PERSOCK_CREATION_H */
