// SPDX-License-Identifier: GPL-2.0
/*
 * Arming: the interception points are found when the module is loaded, and
 * hooked while there are attachments. main.c sets them up and removes them;
 * attachments arm and disarm them.
 *
 * PERMANENT makes a write of kernel.ftrace_enabled fail while persock is
 * armed. RECURSION is left out: it asks ftrace to skip a handler that is
 * entered again, and a skipped handler would leave a socket ungoverned.
 * Nothing that the handlers call reaches one of these functions, so there is
 * no recursion.
 *
 * The points that make sockets have an ftrace_ops, and with it a trampoline, of
 * their own, so that their handler has little to ask. More of them would make
 * disarming slow: the kernel waits for all tasks for each.
 */
#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/netlink.h>

#include "compat.h"
#include "hook/arm.h"
#include "hook/intercept.h"
#include "hook/local.h"
#include "hook/lsm.h"
#include "hook/point.h"
#include "socket/option.h"
#include "state.h"

#define POINT(name, function) [PERSOCK_POINT_##name] = #function,

const char *const persock_points[PERSOCK_NR_POINTS] = {
	PERSOCK_POINTS(POINT)
#ifdef CONFIG_COMPAT
	PERSOCK_COMPAT_POINTS(POINT)
#endif
#ifdef PERSOCK_HAVE_URING_CMD
	PERSOCK_URING_POINTS(POINT)
#endif
};

unsigned long persock_point_ips[PERSOCK_NR_POINTS] __ro_after_init;

#define FLAGS	(FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT)

static struct ftrace_ops creation_ops = {
	.func = persock_divert_creation,
	.flags = FLAGS,
};

static struct ftrace_ops other_ops = {
	.func = persock_divert_call,
	.flags = FLAGS,
};

static int hook(void)
{
	int err = register_ftrace_function(&creation_ops);

	if (err)
		return err;
	err = register_ftrace_function(&other_ops);
	if (err)
		WARN_ON_ONCE(unregister_ftrace_function(&creation_ops));

	return err;
}

static void unhook(void)
{
	WARN_ON_ONCE(unregister_ftrace_function(&other_ops));
	WARN_ON_ONCE(unregister_ftrace_function(&creation_ops));
}

static void free_filters(void)
{
	ftrace_free_filter(&creation_ops);
	ftrace_free_filter(&other_ops);
}

/* Number of attachment objects; persock_mutex. */
static unsigned int nr_armed;

/**
 * persock_arm() - arm the interception points
 * @extack: reports the reason of a failure
 *
 * Calls nest; each is undone by persock_disarm(). If nothing is armed the
 * kernel runs as without the module.
 *
 * Context: process context; persock_mutex is held.
 * Return: 0; -EBUSY if another user redirects one of the functions (a
 * livepatch) or if kernel.ftrace_enabled is 0; another errno of ftrace.
 */
int persock_arm(struct netlink_ext_ack *extack)
{
	int err;

	lockdep_assert_held(&persock_mutex);
	if (nr_armed++)
		return 0;

	err = hook();
	if (err) {
		nr_armed--;
		pr_err("cannot intercept the socket layer: error %d\n", err);
		if (err == -EBUSY)
			NL_SET_ERR_MSG(extack,
				       "cannot intercept the socket layer: kernel.ftrace_enabled is 0, or a livepatch redirects one of its functions");
		else
			NL_SET_ERR_MSG(extack,
				       "cannot intercept the socket layer: ftrace refuses");
	}

	return err;
}

/**
 * persock_disarm() - undo one persock_arm()
 *
 * Context: process context; persock_mutex is held.
 */
void persock_disarm(void)
{
	lockdep_assert_held(&persock_mutex);
	if (--nr_armed)
		return;
	unhook();
	persock_lsm_disarm();
	persock_local_disarm();
}

/**
 * persock_armed() - are the interception points armed?
 *
 * Context: persock_mutex is held.
 * Return: true while attachment objects exist.
 */
bool persock_armed(void)
{
	lockdep_assert_held(&persock_mutex);
	return nr_armed;
}

static bool makes_sockets(unsigned int point)
{
	return point == PERSOCK_POINT_CREATE ||
	       point == PERSOCK_POINT_POST_CREATE;
}

/**
 * persock_intercept_init() - find the interception points
 *
 * Return: 0, or a negative errno after a line in the kernel log that names the
 * missing function.
 */
int __init persock_intercept_init(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < PERSOCK_NR_POINTS; i++) {
		err = persock_find_point(persock_points[i], &persock_point_ips[i]);
		if (err)
			return err;
	}
	persock_sk_getsockopt = (void *)persock_point_ips[PERSOCK_POINT_GETSOCKOPT];

	for (i = 0; i < PERSOCK_NR_POINTS && !err; i++)
		err = ftrace_set_filter_ips(makes_sockets(i) ? &creation_ops :
							       &other_ops,
					    &persock_point_ips[i], 1, 0, 0);
	if (err)
		pr_err("ftrace does not know the interception points: error %d\n",
		       err);
	else
		err = persock_lsm_init(persock_armed);
	if (err)
		free_filters();
	else
		persock_local_points_init(persock_armed);

	return err;
}

/**
 * persock_intercept_exit() - release the interception points
 *
 * Nothing is armed. No task is in a handler any more:
 * unregister_ftrace_function() waits for that. But a task may have been
 * preempted on its way into a function of ours of point.c, hence the wait.
 */
void persock_intercept_exit(void)
{
	free_filters();
	persock_lsm_exit();
	persock_local_points_exit();
	synchronize_rcu_tasks();
}
