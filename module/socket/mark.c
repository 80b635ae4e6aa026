// SPDX-License-Identifier: GPL-2.0
/*
 * Marks of tasks that make an AF_UNIX call, in a table by task. local_call.c
 * marks them; local.c finds the mark when the kernel has found a peer.
 */
#include <linux/hash.h>
#include <linux/string.h>

#include "socket/mark.h"

#define MARK_BITS	12

/*
 * Tasks in such calls. A task may stay in a receive for as long as it likes,
 * so there may be as many entries as there are tasks. A task that looks for its
 * own searches one bucket, which has few entries even then.
 */
static struct hlist_bl_head marks[1 << MARK_BITS];

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

static struct hlist_bl_head *bucket_of(const struct task_struct *task)
{
	return &marks[hash_ptr(task, MARK_BITS)];
}

/**
 * persock_mark_begin() - mark the current task
 * @mark: from persock_mark_init(); valid until persock_mark_end()
 *
 * Context: process context.
 */
void persock_mark_begin(struct persock_mark *mark)
{
	struct hlist_bl_head *bucket = bucket_of(current);

	mark->task = current;
	hlist_bl_lock(bucket);
	hlist_bl_add_head(&mark->node, bucket);
	hlist_bl_unlock(bucket);
}

/**
 * persock_mark_end() - remove the mark of the current task
 * @mark: the mark
 *
 * Context: process context.
 */
void persock_mark_end(struct persock_mark *mark)
{
	struct hlist_bl_head *bucket = bucket_of(current);

	hlist_bl_lock(bucket);
	hlist_bl_del(&mark->node);
	hlist_bl_unlock(bucket);
}

/**
 * persock_mark_own() - the mark of the current task
 *
 * Context: any; does not sleep.
 * Return: the mark, which no other task uses, or NULL.
 */
struct persock_mark *persock_mark_own(void)
{
	struct hlist_bl_head *bucket = bucket_of(current);
	struct persock_mark *mark, *own = NULL;
	struct hlist_bl_node *node;

	/* A task that has one has put it there itself. */
	if (likely(hlist_bl_empty(bucket)))
		return NULL;
	hlist_bl_lock(bucket);
	hlist_bl_for_each_entry(mark, node, bucket, node) {
		if (mark->task == current) {
			own = mark;
			break;
		}
	}
	hlist_bl_unlock(bucket);

	return own;
}
