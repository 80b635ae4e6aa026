// SPDX-License-Identifier: GPL-2.0
/*
 * Interception points that are armed on demand: as long as no socket needs
 * them they cost nothing. lsm.c and local.c have such points; intercept.c sets
 * them up and disarms them.
 */
#include <linux/errno.h>
#include <linux/mutex.h>

#include "hook/demand.h"
#include "hook/point.h"
#include "state.h"

static void arm_demanded(struct work_struct *work)
{
	struct persock_demand *demand =
		container_of(work, struct persock_demand, work);
	int err = 0;

	mutex_lock(&persock_mutex);
	/*
	 * The task that asked may have been killed, and its socket may be
	 * gone.
	 */
	if (!demand->armed && demand->wanted()) {
		err = register_ftrace_function(demand->ops);
		if (err)
			pr_err_ratelimited("%s: error %d\n", demand->what, err);
		else
			WRITE_ONCE(demand->armed, true);
	}
	WRITE_ONCE(demand->answer, err);
	mutex_unlock(&persock_mutex);
	/* Pairs with the acquire in persock_demand_arm(). */
	atomic_inc_return_release(&demand->tries);
	wake_up_all(&demand->tried);
}

/**
 * persock_demand_arm() - arm points
 * @demand: the points
 *
 * They stay armed as long as the points of system calls are, because a socket
 * that needs them holds its attachment.
 *
 * A work item does it: a task that gets no CPU time would hold persock_mutex,
 * and ftrace's locks, for as long.
 *
 * Context: process context, may sleep.
 * Return: 0; -ERESTARTSYS if the task was killed; the errno of ftrace: -EBUSY if
 * a livepatch redirects one of the functions.
 */
int persock_demand_arm(struct persock_demand *demand)
{
	int seen, err = 0;

	/* An attempt for somebody else may have found that none was wanted. */
	while (!err && !READ_ONCE(demand->armed)) {
		seen = atomic_read_acquire(&demand->tries);
		queue_work(system_unbound_wq, &demand->work);
		err = wait_event_killable(demand->tried,
					  READ_ONCE(demand->armed) ||
					  atomic_read_acquire(&demand->tries) !=
					  seen);
		if (!err && !READ_ONCE(demand->armed))
			err = READ_ONCE(demand->answer);
	}

	return err;
}

/**
 * persock_demand_disarm() - undo persock_demand_arm()
 * @demand: the points; no socket needs them
 *
 * Context: process context; persock_mutex is held.
 */
void persock_demand_disarm(struct persock_demand *demand)
{
	lockdep_assert_held(&persock_mutex);
	if (demand->armed)
		WARN_ON_ONCE(unregister_ftrace_function(demand->ops));
	WRITE_ONCE(demand->armed, false);
}

/**
 * persock_demand_init() - find points
 * @demand: the rest is set
 * @points: names of their functions
 * @ips: set to the addresses at which ftrace calls us
 * @nr: number of points
 *
 * Return: 0, or a negative errno after a line in the kernel log.
 */
int __init persock_demand_init(struct persock_demand *demand,
			       const char *const *points, unsigned long *ips,
			       unsigned int nr)
{
	unsigned int i;
	int err;

	init_waitqueue_head(&demand->tried);
	INIT_WORK(&demand->work, arm_demanded);
	for (i = 0; i < nr; i++) {
		err = persock_find_point(points[i], &ips[i]);
		if (err)
			return err;
	}
	err = ftrace_set_filter_ips(demand->ops, ips, nr, 0, 1);
	if (err)
		pr_err("%s: ftrace does not know its functions: error %d\n",
		       demand->what, err);

	return err;
}

/**
 * persock_demand_exit() - release points
 * @demand: nothing is armed; the caller waits for tasks that were in the
 *	    handler
 *
 * Context: process context, may sleep; persock_mutex is not held.
 */
void persock_demand_exit(struct persock_demand *demand)
{
	cancel_work_sync(&demand->work);
	ftrace_free_filter(demand->ops);
}
