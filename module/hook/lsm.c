// SPDX-License-Identifier: GPL-2.0
/*
 * The LSM hooks for sockets of providers: this file intercepts the functions
 * that call LSMs and passes them the socket behind the application's.
 * intercept.c sets it up; main.c arms it with the first socket of AF_PERSOCK.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

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
 * Where an LSM is asked about a socket. One that a provider has made is none
 * that an LSM knows: it is asked about the socket behind it.
 */
#define POINT(name, function) #function,

static const char *const points[] = {
	PERSOCK_LSM_POINTS(POINT)
};

/* Where ftrace meets each of them; written once, at load. */
static unsigned long ips[ARRAY_SIZE(points)] __ro_after_init;

/* For all of them: only the first argument, the socket, is changed. */
static void handler(unsigned long ip, unsigned long parent_ip,
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
	.func = handler,
	.flags = FTRACE_OPS_FL_PERMANENT,
};

/* Is anything intercepted? persock_mutex is held. */
static bool (*wanted)(void) __ro_after_init;

/* Are they intercepted? Written under persock_mutex. */
static bool armed;

/* How often that was tried, with what the last time answered. */
static atomic_t tries;
static int answer;
static DECLARE_WAIT_QUEUE_HEAD(tried);

static void intercept_questions(struct work_struct *work)
{
	int err = 0;

	mutex_lock(&persock_mutex);
	/* Who asked may have been killed, and its socket be gone. */
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

static DECLARE_WORK(arm_work, intercept_questions);

/**
 * persock_lsm_arm() - let LSMs judge the sockets behind those of providers
 *
 * Called before the first socket of a provider's own is made; holds as long as
 * anything is armed, as such a socket holds its attachment. Where no provider
 * makes sockets it costs nothing.
 *
 * A work item does it: a task that is given no time would hold persock_mutex,
 * and ftrace's locks, for as long.
 *
 * Context: process context, may sleep.
 * Return: 0; -ERESTARTSYS when the task was killed; what ftrace answers.
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
 * No socket of a provider's is left.
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
 * persock_lsm_init() - find where LSMs are asked
 * @intercepts: is anything intercepted? Called with persock_mutex held
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
 * persock_lsm_exit() - forget where LSMs are asked
 *
 * Nothing is armed; the caller waits for what was in the handler.
 *
 * Context: process context, may sleep; persock_mutex is not held.
 */
void persock_lsm_exit(void)
{
	cancel_work_sync(&arm_work);
	ftrace_free_filter(&ftrace_ops);
}
