// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that are made on behalf of a governed one: hostinet's host sockets,
 * and those that native accept() or SCTP's peeling off makes. native.c and
 * hostinet.c mark such tasks; hook/intercept.c asks here which layers
 * govern a new socket.
 */
#include <linux/atomic.h>
#include <linux/module.h>
#include <linux/net.h>

#include "cgroup/attach.h"
#include "cgroup/stack.h"
#include "socket/creation.h"

/* Tasks that make a socket on behalf of another socket. */
static struct persock_task_table creations;
atomic_t persock_nr_creations;

/**
 * persock_creation_begin() - set the layers that govern the sockets of a task
 * @creation: the mark, on the stack
 * @stack: the layers; NULL: the sockets belong to a provider and are not
 *	   governed, because the sockets that they serve are
 *
 * Valid until persock_creation_end(), for the current task, which may sleep.
 *
 * Context: process context; the caller keeps @stack alive.
 */
void persock_creation_begin(struct persock_creation *creation,
			    struct persock_stack *stack)
{
	creation->stack = stack;
	creation->unfinished = false;
	persock_task_add(&creations, &creation->entry);
	atomic_inc(&persock_nr_creations);
}

/**
 * persock_creation_end() - let the task's cgroup decide again
 * @creation: from persock_creation_begin()
 *
 * A socket without ops now has its parent's ops, which hold a module reference
 * of their own. So the reference that the socket held before is put.
 *
 * Context: process context.
 */
void persock_creation_end(struct persock_creation *creation)
{
	persock_task_remove(&creations, &creation->entry);
	atomic_dec(&persock_nr_creations);
	if (creation->unfinished)
		module_put(THIS_MODULE);
}

/**
 * persock_creation_own() - the mark of the current task
 *
 * Context: process context.
 * Return: the mark, which no other task removes, or NULL.
 */
struct persock_creation *persock_creation_own(void)
{
	struct persock_task_entry *own = persock_task_own(&creations);

	return own ? container_of(own, struct persock_creation, entry) : NULL;
}

/**
 * persock_governor_marked() - persock_governor() if there are tasks that create
 *			      sockets for others
 *
 * Context: process context, RCU read side, which also protects the result.
 * Return: the stack, or NULL if the socket is not governed.
 */
struct persock_stack *persock_governor_marked(void)
{
	const struct persock_creation *creation = persock_creation_own();

	return creation ? creation->stack : persock_stack_current();
}

/* The socket is released before it got ops: put its references. */
static int unfinished_release(struct socket *sock)
{
	struct persock_creation *creation = persock_creation_own();

	/* Only this task knows the socket. */
	if (WARN_ON_ONCE(!creation || !creation->unfinished))
		return 0;
	creation->unfinished = false;
	persock_stack_put(creation->stack);

	return 0;
}

/*
 * The ops of a governed socket that gets its parent's ops later. Those are the
 * ops of a router, whose release puts the reference to the stack.
 */
const struct proto_ops persock_unfinished_ops = {
	.family = PF_UNSPEC,
	.owner = THIS_MODULE,
	.release = unfinished_release,
};
