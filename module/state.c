// SPDX-License-Identifier: GPL-2.0
/*
 * State that the whole module shares. main.c makes it first and destroys it
 * last.
 */
#include "state.h"

/* See state.h. */
DEFINE_MUTEX(persock_mutex);
unsigned int persock_generation = 1;
struct workqueue_struct *persock_workqueue;

/**
 * persock_state_init() - make the workqueue
 *
 * Return: 0 or -ENOMEM.
 */
int persock_state_init(void)
{
	persock_workqueue = alloc_workqueue("persock", WQ_UNBOUND, 0);

	return persock_workqueue ? 0 : -ENOMEM;
}

/**
 * persock_state_exit() - finish queued work and destroy the workqueue
 *
 * Nothing queues work any more.
 *
 * Context: process context.
 */
void persock_state_exit(void)
{
	destroy_workqueue(persock_workqueue);
}
