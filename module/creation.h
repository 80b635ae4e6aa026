/* SPDX-License-Identifier: GPL-2.0 */
/*
 * New sockets: those that a task creates for another one (a provider's, or one
 * that is peeled off a socket), and the verdict on native ones.
 */
#ifndef _PERSOCK_CREATION_H
#define _PERSOCK_CREATION_H

#include <linux/restart_block.h>
#include <linux/sched.h>

#include "cgroup.h"

struct persock_request;
struct socket;

/**
 * struct persock_creation - marks a task that creates a socket for another one
 * @restart: what the task's restart block was before
 * @attachment: what governs the new socket; NULL when nothing does
 *
 * Lives on the task's stack from persock_creation_begin() to
 * persock_creation_end(); the task's restart block points here meanwhile. The
 * block says how a system call that a signal has interrupted is to be restarted:
 * those that sleep for a time, poll or wait for a futex write it as the last
 * they do. So its own task alone sees it, it means nothing in the middle of a
 * call that creates sockets, and it is put back as it was.
 */
struct persock_creation {
	struct restart_block restart;
	struct persock_attachment *attachment;
};

void persock_creation_begin(struct persock_creation *creation,
			    struct persock_attachment *attachment);
void persock_creation_end(struct persock_creation *creation);
long persock_creation_mark(struct restart_block *block);
int persock_creation_interpose(struct persock_attachment *attachment,
			       struct socket *sock,
			       const struct persock_request *request);

/**
 * persock_governor() - what governs a socket that the current task creates
 *
 * Context: RCU read side, which also protects what is returned.
 * Return: the attachment, or NULL when nothing does.
 */
static __always_inline struct persock_attachment *persock_governor(void)
{
	const struct restart_block *block = &current->restart_block;
	const struct persock_creation *creation;

	if (likely(block->fn != persock_creation_mark))
		return persock_attachment_current();

	creation = (void *)(unsigned long)block->nanosleep.expires;
	return creation->attachment;
}

#endif /* _PERSOCK_CREATION_H */
