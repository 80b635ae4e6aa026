/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Marks of tasks that make an AF_UNIX call. local_call.c marks them; local.c
 * finds the mark when the kernel has found a peer.
 */
#ifndef _PERSOCK_MARK_H
#define _PERSOCK_MARK_H

#include <linux/dcache.h>
#include <linux/net.h>
#include <linux/path.h>

#include "policy/unix_rule.h"
#include "socket/router.h"
#include "socket/task_table.h"

/* Longer paths are named with the call's locks released. */
#define PERSOCK_MARK_NAME	256

/**
 * struct persock_mark - an AF_UNIX call that a task makes
 * @entry: in the table of marks
 * @sock: the governed socket
 * @router: the socket's
 * @operation: the call
 * @view: number of the view by which a step of the call was judged; 0: none was
 * @changed: the socket is held to another view by now: the call has failed, and
 *	     must be judged from its first step on
 * @flags: flags of a receive
 * @control: length of its control buffer
 * @judged: it was judged, or has failed for want of a name
 * @allowed: the peer that was allowed, only to be compared
 * @again: it cannot be judged before it has ended; then it is made again
 * @known: @peer, or @file and @last, was judged and is allowed
 * @name: what is judged
 * @cgroup: the cgroup in which the peer was created; NULL: there is no peer
 * @place: memory for the path of @cgroup, or NULL
 * @peer: a peer that could not be judged at once; NULL or with a reference
 * @file: its file, or the directory of the file that is made; without dentry,
 *	  or with references
 * @last: name of the file that is made
 * @rooted: the task's root directory is that of process 1, and no other task
 *	    can change that
 * @text: room for @name
 *
 * Lives on the task's stack, not cleared but by persock_mark_init(): @text is
 * written before it is read. Only the task itself uses it.
 */
struct persock_mark {
	struct persock_task_entry entry;
	struct socket *sock;
	struct persock_router *router;
	enum persock_operation operation;
	u64 view;
	bool changed;
	u32 flags;
	size_t control;
	bool judged;
	const struct sock *allowed;
	bool again;
	bool known;
	struct persock_unix_name name;
	struct cgroup *cgroup;
	char *place;
	struct sock *peer;
	struct path file;
	struct name_snapshot last;
	bool rooted;
	char text[PERSOCK_MARK_NAME];
};

void persock_mark_init(struct persock_mark *mark, struct socket *sock,
		       enum persock_operation operation);
void persock_mark_begin(struct persock_mark *mark);
void persock_mark_end(struct persock_mark *mark);
struct persock_mark *persock_mark_own(void);

/**
 * persock_mark_binds() - is it the mark of a bind?
 * @mark: the mark
 *
 * Return: true if it is; otherwise the call has a peer.
 */
static inline bool persock_mark_binds(const struct persock_mark *mark)
{
	return mark->operation == PERSOCK_OP_BIND;
}

#endif /* _PERSOCK_MARK_H */
