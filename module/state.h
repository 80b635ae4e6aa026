/* SPDX-License-Identifier: GPL-2.0 */
/*
 * State that the whole module shares: the mutex of all changes, the number of
 * the last change, and the workqueue. Every folder may use it.
 */
#ifndef _PERSOCK_STATE_H
#define _PERSOCK_STATE_H

#include <linux/mutex.h>
#include <linux/workqueue.h>

/*
 * Serialises every change: personalities, providers, attachments, arming.
 * Outermost lock of the module; ftrace's and the cgroup core's locks nest
 * inside. Nothing on a socket's path takes it but the first explicit
 * AF_PERSOCK socket of an ungoverned task.
 */
extern struct mutex persock_mutex;

/*
 * Grows with every change of what the control plane lists, so that an
 * interrupted listing can be recognised; persock_mutex.
 */
extern unsigned int persock_generation;

/* For work that must happen later: frees, reaping, sending of denials. */
extern struct workqueue_struct *persock_workqueue;

int persock_state_init(void);
void persock_state_exit(void);

#endif /* _PERSOCK_STATE_H */
