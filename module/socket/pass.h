/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fast path of calls that have a shortcut: look up, count, and nothing
 * else. operations.c, message.c, option.c and hook/intercept.c try it before
 * they judge.
 *
 * A call that is judged at length is judged under rcu_read_lock(), which is a
 * function call in a module. These few instructions disable preemption
 * instead, which RCU waits for as well. No call passes here while verdicts are
 * traced. Messages and options are counted if a layer wants it, the rest
 * always.
 */
#ifndef _PERSOCK_PASS_H
#define _PERSOCK_PASS_H

#include <linux/rcupdate.h>

#include "compat.h"
#include "policy/shortcut.h"
#include "socket/report.h"
#include "socket/router.h"

/* Between begin and end the view is the current one and does not change. */
static __always_inline const struct persock_shortcut *
persock_pass_begin(const struct persock_router *router)
{
	rcu_read_lock_sched();

	return (const void *)persock_router_view(router) + router->shortcut;
}

static __always_inline bool persock_pass_end(const struct persock_router *router,
					     enum persock_operation operation,
					     bool counts, bool passes)
{
	if (trace_persock_verdict_enabled())
		passes = false;
	if (likely(passes) && counts)
		persock_count(router->totals, operation, PERSOCK_OUTCOME_ALLOWED);
	rcu_read_unlock_sched();

	return passes;
}

/**
 * persock_pass_get_listed() - does the reading of an option pass uncounted?
 * @router: the socket's
 * @level: level of the option
 * @optname: name of the option
 * @len: the caller's length
 *
 * Context: any; does not sleep. This holds for all functions here.
 * Return: true if it passes; false if persock_pass_get() must be asked.
 */
static __always_inline bool
persock_pass_get_listed(const struct persock_router *router, int level,
			int optname, int len)
{
	const struct persock_shortcut *listed;
	bool passes;

	rcu_read_lock_sched();
	listed = READ_ONCE(router->listed);
	passes = listed && persock_shortcut_get(listed, level, optname, len);
	rcu_read_unlock_sched();

	return passes;
}

/**
 * persock_pass_set_listed() - does the setting of an option pass uncounted?
 * @router: the socket's
 * @level: level of the option
 * @optname: name of the option
 * @len: the caller's length
 *
 * Return: as persock_pass_get_listed().
 */
static __always_inline bool
persock_pass_set_listed(const struct persock_router *router, int level,
			int optname, unsigned int len)
{
	const struct persock_shortcut *listed;
	bool passes;

	rcu_read_lock_sched();
	listed = READ_ONCE(router->listed);
	passes = listed && persock_shortcut_set(listed, level, optname, len);
	rcu_read_unlock_sched();

	return passes;
}

/**
 * persock_pass_get() - does the reading of an option pass?
 * @router: the socket's
 * @level: level of the option
 * @optname: name of the option
 * @len: the caller's length
 *
 * Context: any; does not sleep. This holds for all functions here.
 * Return: true if it passes, and was counted; false if it must be judged.
 */
static __always_inline bool persock_pass_get(const struct persock_router *router,
					     int level, int optname, int len)
{
	const struct persock_shortcut *shortcut = persock_pass_begin(router);

	return persock_pass_end(router, PERSOCK_OP_GETSOCKOPT,
				shortcut->counts,
				persock_shortcut_get(shortcut, level, optname,
						     len));
}

/**
 * persock_pass_set() - does the setting of an option pass?
 * @router: the socket's
 * @level: level of the option
 * @optname: name of the option
 * @len: the caller's length
 *
 * Return: as persock_pass_get().
 */
static __always_inline bool persock_pass_set(const struct persock_router *router,
					     int level, int optname,
					     unsigned int len)
{
	const struct persock_shortcut *shortcut = persock_pass_begin(router);

	return persock_pass_end(router, PERSOCK_OP_SETSOCKOPT,
				shortcut->counts,
				persock_shortcut_set(shortcut, level, optname,
						     len));
}

/**
 * persock_pass_send() - does a send pass?
 * @router: the socket's
 * @msg: the message
 *
 * Return: as persock_pass_get().
 */
static __always_inline bool persock_pass_send(const struct persock_router *router,
					      const struct msghdr *msg)
{
	const struct persock_shortcut *shortcut = persock_pass_begin(router);

	return persock_pass_end(router, PERSOCK_OP_SENDMSG,
				shortcut->counts,
				persock_shortcut_send(shortcut,
						      msg->msg_flags &
						      ~PERSOCK_KERNEL_SEND_FLAGS,
						      msg->msg_name,
						      msg->msg_namelen,
						      msg->msg_controllen));
}

/**
 * persock_pass_receive() - does a receive pass?
 * @router: the socket's
 * @msg: the message
 * @flags: flags of the call
 *
 * Return: as persock_pass_get().
 */
static __always_inline bool
persock_pass_receive(const struct persock_router *router,
		     const struct msghdr *msg, int flags)
{
	const struct persock_shortcut *shortcut = persock_pass_begin(router);

	return persock_pass_end(router, PERSOCK_OP_RECVMSG,
				shortcut->counts,
				persock_shortcut_receive(shortcut,
							 flags & ~MSG_CMSG_COMPAT,
							 msg->msg_controllen));
}

/**
 * persock_pass_connect() - does a connect pass?
 * @router: the socket's
 * @length: length of the address; its content needs no verdict
 *
 * Return: as persock_pass_get().
 */
static __always_inline bool
persock_pass_connect(const struct persock_router *router, int length)
{
	const struct persock_shortcut *shortcut = persock_pass_begin(router);

	return persock_pass_end(router, PERSOCK_OP_CONNECT, true,
				(u32)(length - 1) < shortcut->connect_max);
}

/**
 * persock_pass_bind() - does a bind pass?
 * @router: the socket's
 * @length: length of the address
 *
 * Return: as persock_pass_get().
 */
static __always_inline bool persock_pass_bind(const struct persock_router *router,
					      int length)
{
	const struct persock_shortcut *shortcut = persock_pass_begin(router);

	return persock_pass_end(router, PERSOCK_OP_BIND, true,
				(u32)(length - 1) < shortcut->bind_max);
}

/**
 * persock_pass_accepted() - does an accepted connection pass?
 * @router: the listener's
 *
 * Return: as persock_pass_get().
 */
static __always_inline bool
persock_pass_accepted(const struct persock_router *router)
{
	const struct persock_shortcut *shortcut = persock_pass_begin(router);

	return persock_pass_end(router, PERSOCK_OP_ACCEPT, true,
				shortcut->accept);
}

/**
 * persock_pass_unsectioned() - does a call pass for which a policy has no section?
 * @router: the socket's
 * @operation: the call
 *
 * Return: as persock_pass_get(), but false only if verdicts are traced.
 */
static __always_inline bool persock_pass_unsectioned(const struct persock_router *router,
						     enum persock_operation operation)
{
	rcu_read_lock_sched();

	return persock_pass_end(router, operation, true, true);
}

#endif /* _PERSOCK_PASS_H */
