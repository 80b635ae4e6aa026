/* SPDX-License-Identifier: GPL-2.0 */
/*
 * State that the whole module shares: the mutex of all changes, the number of
 * the last change, and the workqueue. Every folder may use it.
 */
#ifndef _PERSOCK_STATE_H
#define _PERSOCK_STATE_H

#include <linux/atomic.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

/*
 * Serialises every change: personalities, providers, attachments, arming.
 * Outermost lock of the module; ftrace's and the cgroup core's locks nest
 * inside. No call on a socket takes it, except the first explicit AF_PERSOCK
 * socket of an ungoverned task.
 */
extern struct mutex persock_mutex;

/*
 * Grows with every change of an object that the control plane lists, so that
 * it can recognise an interrupted listing; persock_mutex.
 */
extern unsigned int persock_generation;

/* For deferred work: frees, reaping, sending of denials. */
extern struct workqueue_struct *persock_workqueue;

/**
 * persock_module_hold() - hold this module for one more socket
 *
 * What __module_get() does, without a call and without its tracepoint: it takes
 * as long as the rest of what a new socket needs. An attachment or another
 * socket holds the module already.
 *
 * Context: any.
 * Return: false if the last of them has let go just now, or if the module is
 * being removed by force.
 */
static inline bool persock_module_hold(void)
{
#ifdef CONFIG_MODULE_UNLOAD
	if (unlikely(!module_is_live(THIS_MODULE)))
		return false;
	return atomic_inc_not_zero(&THIS_MODULE->refcnt);
#else
	return true;
#endif
}

int persock_state_init(void);
void persock_state_exit(void);

#endif /* _PERSOCK_STATE_H */
