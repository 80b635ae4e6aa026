// SPDX-License-Identifier: GPL-2.0
/*
 * Marks of tasks that make an AF_UNIX call, in a table by task. local_call.c
 * marks them; local.c finds the mark when the kernel has found a peer.
 */
#include <linux/container_of.h>
#include <linux/string.h>

#include "socket/mark.h"

/* Tasks in such calls. */
static struct persock_task_table marks;

/**
 * persock_mark_init() - prepare a mark
 * @mark: the mark, on the stack
 * @sock: the governed socket of AF_UNIX
 * @operation: what is done
 */
void persock_mark_init(struct persock_mark *mark, struct socket *sock,
		       enum persock_operation operation)
{
	memset(mark, 0, offsetof(struct persock_mark, text));
	mark->sock = sock;
	mark->router = persock_router_of(sock);
	mark->operation = operation;
	mark->name.type = sock->type;
}

/**
 * persock_mark_begin() - mark the current task
 * @mark: from persock_mark_init(); valid until persock_mark_end()
 *
 * Context: process context.
 */
void persock_mark_begin(struct persock_mark *mark)
{
	persock_task_add(&marks, &mark->entry);
}

/**
 * persock_mark_end() - remove the mark of the current task
 * @mark: the mark
 *
 * Context: process context.
 */
void persock_mark_end(struct persock_mark *mark)
{
	persock_task_remove(&marks, &mark->entry);
}

/**
 * persock_mark_own() - the mark of the current task
 *
 * Context: any; does not sleep.
 * Return: the mark, which no other task uses, or NULL.
 */
struct persock_mark *persock_mark_own(void)
{
	struct persock_task_entry *own = persock_task_own(&marks);

	return own ? container_of(own, struct persock_mark, entry) : NULL;
}
