// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's functions that ask LSMs about a socket: ftrace gives them the
 * socket behind the application's, if a provider made it.
 * intercept.c sets it up; af_persock.c arms it before a provider makes its
 * first socket.
 */
#include <linux/atomic.h>
#include <linux/ftrace.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <net/sock.h>

#include "hook/arch.h"
#include "hook/lsm.h"
#include "hook/point.h"
#include "hook/point_names.h"
#include "socket/router.h"
#include "state.h"

/*
 * The functions that call LSMs about a socket. LSMs do not know the
 * application's socket of a provider, so they get the socket behind it.
 */
#define POINT(name, function) #function,

static const char *const points[] = {
	PERSOCK_LSM_POINTS(POINT)
};

/* Addresses at which ftrace calls us; written once, at load. */
static unsigned long ips[ARRAY_SIZE(points)] __ro_after_init;

/*
 * The handler of all of them: it only changes the first argument, the socket.
 */
static void swap_socket(unsigned long ip, unsigned long parent_ip,
			struct ftrace_ops *ops, struct ftrace_regs *regs)
{
	struct socket *sock = (struct socket *)persock_arg(regs, 0);
	struct persock_router *router = persock_router_peek(sock);
	const struct sock *sk;

	if (!router || router->native || !router->provider->ops->sk)
		return;
	sk = router->provider->ops->sk(sock);
	if (sk && sk->sk_socket)
		persock_set_arg(regs, 0, (unsigned long)sk->sk_socket);
}

static struct ftrace_ops ftrace_ops = {
	.func = swap_socket,
	.flags = FTRACE_OPS_FL_PERMANENT,
};

/* Are the interception points armed? Called with persock_mutex held. */
static bool (*wanted)(void) __ro_after_init;

/* Are the functions intercepted? Written under persock_mutex. */
static bool armed;

/* Number of attempts to arm, and the result of the last one. */
static atomic_t tries;
static int answer;
static DECLARE_WAIT_QUEUE_HEAD(tried);

static void arm_lsm_points(struct work_struct *work)
{
	int err = 0;

	mutex_lock(&persock_mutex);
	/*
	 * The task that asked may have been killed, and its socket may be
	 * gone.
	 */
	if (!armed && wanted()) {
		err = register_ftrace_function(&ftrace_ops);
		if (err)
			pr_err_ratelimited("cannot let LSMs judge the sockets of providers: error %d\n",
					   err);
		else
			WRITE_ONCE(armed, true);
	}
	WRITE_ONCE(answer, err);
	mutex_unlock(&persock_mutex);
	/* Pairs with the acquire in persock_lsm_arm(). */
	atomic_inc_return_release(&tries);
	wake_up_all(&tried);
}

static DECLARE_WORK(arm_work, arm_lsm_points);

/**
 * persock_lsm_arm() - let LSMs judge the sockets behind those of providers
 *
 * Called before a provider makes its first socket. Stays armed as long as the
 * interception points are, because such a socket holds its attachment. If no
 * provider makes sockets it costs nothing.
 *
 * A work item does it: a task that gets no CPU time would hold persock_mutex,
 * and ftrace's locks, for as long.
 *
 * Context: process context, may sleep.
 * Return: 0; -ERESTARTSYS if the task was killed; the errno of ftrace.
 */
int persock_lsm_arm(void)
{
	int seen, err;

	if (likely(READ_ONCE(armed)))
		return 0;

	seen = atomic_read_acquire(&tries);
	queue_work(system_unbound_wq, &arm_work);
	err = wait_event_killable(tried, READ_ONCE(armed) ||
				  atomic_read_acquire(&tries) != seen);
	if (err || READ_ONCE(armed))
		return err;

	return READ_ONCE(answer);
}

/**
 * persock_lsm_disarm() - undo persock_lsm_arm()
 *
 * No socket of a provider is left.
 *
 * Context: process context; persock_mutex is held.
 */
void persock_lsm_disarm(void)
{
	lockdep_assert_held(&persock_mutex);
	if (armed)
		WARN_ON_ONCE(unregister_ftrace_function(&ftrace_ops));
	WRITE_ONCE(armed, false);
}

/**
 * persock_lsm_init() - find the functions that call LSMs
 * @intercepts: are the interception points armed? Called with persock_mutex
 *		held
 *
 * Return: 0, or a negative errno after a line in the kernel log.
 */
int __init persock_lsm_init(bool (*intercepts)(void))
{
	unsigned int i;
	int err;

	wanted = intercepts;
	for (i = 0; i < ARRAY_SIZE(points); i++) {
		err = persock_find_point(points[i], &ips[i]);
		if (err)
			return err;
	}
	err = ftrace_set_filter_ips(&ftrace_ops, ips, ARRAY_SIZE(points), 0, 1);
	if (err)
		pr_err("ftrace does not know where LSMs are asked: error %d\n",
		       err);

	return err;
}

/**
 * persock_lsm_exit() - release the functions that call LSMs
 *
 * Nothing is armed; the caller waits for tasks that were in the handler.
 *
 * Context: process context, may sleep; persock_mutex is not held.
 */
void persock_lsm_exit(void)
{
	cancel_work_sync(&arm_work);
	ftrace_free_filter(&ftrace_ops);
}
