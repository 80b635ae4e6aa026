// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's functions that ask LSMs about a socket: ftrace gives them the
 * socket behind the application's, if a provider made it.
 * intercept.c sets it up; af_persock.c arms it before a provider makes its
 * first socket.
 */
#include <linux/ftrace.h>
#include <net/sock.h>

#include "hook/arch.h"
#include "hook/demand.h"
#include "hook/lsm.h"
#include "hook/point_names.h"
#include "socket/router.h"
#include "socket/wrapper.h"

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

static void ask_about(struct ftrace_regs *regs, const struct sock *sk)
{
	if (sk && sk->sk_socket)
		persock_set_arg(regs, 0, (unsigned long)sk->sk_socket);
}

static noinline void swap_asked(struct ftrace_regs *regs, struct socket *sock,
				const struct persock_provider_ops *ops)
{
	if (ops->sk)
		ask_about(regs, ops->sk(sock));
}

/*
 * The handler of all of them: it only changes the first argument, the socket.
 */
static void swap_socket(unsigned long ip, unsigned long parent_ip,
			struct ftrace_ops *ops, struct ftrace_regs *regs)
{
	struct socket *sock = (struct socket *)persock_arg(regs, 0);
	struct persock_router *router = persock_router_peek(sock);
	const struct socket *behind;

	if (!router || router->native)
		return;
	if (!router->provider->private_is_socket) {
		swap_asked(regs, sock, router->provider->ops);
		return;
	}
	behind = persock_wrapper_private(sock);
	ask_about(regs, behind->sk);
}

static struct ftrace_ops ftrace_ops = {
	.func = swap_socket,
	.flags = FTRACE_OPS_FL_PERMANENT,
};

static struct persock_demand demand = {
	.ops = &ftrace_ops,
	.what = "cannot let LSMs judge the sockets of providers",
};

/**
 * persock_lsm_arm() - let LSMs judge the sockets behind those of providers
 *
 * Called before a provider makes its first socket. If no provider makes
 * sockets it costs nothing.
 *
 * Context: process context, may sleep.
 * Return: as persock_demand_arm().
 */
int persock_lsm_arm(void)
{
	return persock_demand_arm(&demand);
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
	persock_demand_disarm(&demand);
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
	demand.wanted = intercepts;

	return persock_demand_init(&demand, points, ips, ARRAY_SIZE(points));
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
	persock_demand_exit(&demand);
}
