// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks that create a socket for another one: hostinet's host sockets, and
 * those that native accept() or SCTP's peeling off makes. native.c and
 * hostinet.c mark such tasks; hook/intercept.c asks here which attachment
 * governs a new socket.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/in.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/sched.h>
/* It does not include what it needs. */
#include <linux/list_bl.h>

#include "cgroup/attachment.h"
#include "socket/creation.h"

/*
 * Tasks that create a socket for another one, by task. One may sleep there for
 * as long as it likes, in a page of user space, so there may be as many as
 * there are tasks. Whoever creates a socket meanwhile looks into one bucket, in
 * which a few are even then, and waits for nobody but who does the same.
 */
#define CREATION_BITS 12

static struct hlist_bl_head creations[1 << CREATION_BITS];
atomic_t persock_nr_creations;

static struct hlist_bl_head *creation_bucket(const struct task_struct *task)
{
	return &creations[hash_ptr(task, CREATION_BITS)];
}

/**
 * persock_creation_begin() - say what governs the sockets that a task creates
 * @creation: on the stack
 * @attachment: what does; NULL: nothing, since the sockets are a provider's,
 *	and what they serve is governed
 *
 * Holds until persock_creation_end(), for the current task, which may sleep.
 *
 * Context: process context; the caller keeps @attachment alive.
 */
void persock_creation_begin(struct persock_creation *creation,
			    struct persock_attachment *attachment)
{
	struct hlist_bl_head *bucket = creation_bucket(current);

	creation->task = current;
	creation->attachment = attachment;
	creation->unfinished = false;
	hlist_bl_lock(bucket);
	hlist_bl_add_head(&creation->node, bucket);
	hlist_bl_unlock(bucket);
	atomic_inc(&persock_nr_creations);
}

/**
 * persock_creation_end() - let the task's cgroup decide again
 * @creation: from persock_creation_begin()
 *
 * A socket that had no ops has its parent's now, and with them what it holds
 * of this module; what it held before is put.
 *
 * Context: process context.
 */
void persock_creation_end(struct persock_creation *creation)
{
	struct hlist_bl_head *bucket = creation_bucket(current);

	hlist_bl_lock(bucket);
	hlist_bl_del(&creation->node);
	hlist_bl_unlock(bucket);
	atomic_dec(&persock_nr_creations);
	if (creation->unfinished)
		module_put(THIS_MODULE);
}

/**
 * persock_creation_own() - the mark of the current task
 *
 * Context: process context.
 * Return: the mark, which nobody else removes, or NULL.
 */
struct persock_creation *persock_creation_own(void)
{
	struct hlist_bl_head *bucket = creation_bucket(current);
	struct persock_creation *creation, *own = NULL;
	struct hlist_bl_node *node;

	hlist_bl_lock(bucket);
	hlist_bl_for_each_entry(creation, node, bucket, node) {
		if (creation->task == current) {
			own = creation;
			break;
		}
	}
	hlist_bl_unlock(bucket);

	return own;
}

/**
 * persock_governor_among() - persock_governor() while any task creates sockets
 *			      for another one
 *
 * Context: process context, RCU read side, which also protects what is returned.
 * Return: the attachment, or NULL when nothing does.
 */
struct persock_attachment *persock_governor_among(void)
{
	const struct persock_creation *creation = persock_creation_own();

	return creation ? creation->attachment : persock_attachment_current();
}

/* Released before it was given ops: what it holds goes back. */
static int unfinished_release(struct socket *sock)
{
	struct persock_creation *creation = persock_creation_own();

	/* Nobody else knows the socket. */
	if (WARN_ON_ONCE(!creation || !creation->unfinished))
		return 0;
	creation->unfinished = false;
	persock_attachment_put(creation->attachment);

	return 0;
}

/*
 * What a governed socket has that is given its parent's ops later: those of a
 * router, which are released as a socket is that holds the attachment.
 */
const struct proto_ops persock_unfinished_ops = {
	.family = PF_UNSPEC,
	.owner = THIS_MODULE,
	.release = unfinished_release,
};
