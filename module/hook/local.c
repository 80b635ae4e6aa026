// SPDX-License-Identifier: GPL-2.0
/*
 * The functions that ask LSMs about a peer of AF_UNIX, about the file that a
 * bind makes, and about a descriptor that a message brings: ftrace lets
 * socket/local.c judge them for a task whose call it has marked.
 * intercept.c sets it up; socket/local.c arms it before the first such call.
 *
 * Handlers run with locks of AF_UNIX and of the file system held: they never
 * sleep.
 */
#include <linux/ftrace.h>
#include <linux/net.h>
#include <net/sock.h>

#include "hook/arch.h"
#include "hook/demand.h"
#include "hook/local.h"
#include "hook/point.h"
#include "hook/point_names.h"
#include "socket/local.h"

#define POINT(name, function) #function,

static const char *const points[] = {
	PERSOCK_LOCAL_POINTS(POINT)
};

#undef POINT
#define POINT(name, function) name,

enum {
	PERSOCK_LOCAL_POINTS(POINT)
};

/* Addresses at which ftrace calls us; written once, at load. */
static unsigned long ips[ARRAY_SIZE(points)] __ro_after_init;

/*
 * int security_unix_stream_connect(struct sock *sock, struct sock *other,
 *				    struct sock *newsk)
 * int security_unix_may_send(struct socket *sock, struct socket *other)
 * int security_path_mknod(const struct path *dir, struct dentry *dentry,
 *			   umode_t mode, unsigned int dev)
 * int security_file_receive(struct file *file)
 */
static int judge(unsigned long ip, struct ftrace_regs *regs)
{
	const void *first = (const void *)persock_arg(regs, 0);
	void *second = (void *)persock_arg(regs, 1);

	if (ip == ips[STREAM_CONNECT])
		return persock_local_found(((const struct sock *)first)->sk_socket,
					   second);
	if (ip == ips[MAY_SEND])
		return persock_local_found(first, ((struct socket *)second)->sk);
	if (ip == ips[MKNOD])
		return persock_local_creates(first, second);

	return persock_local_receives(first);
}

static void judge_peer(unsigned long ip, unsigned long parent_ip,
		       struct ftrace_ops *ops, struct ftrace_regs *regs)
{
	int err = judge(ip, regs);

	if (err)
		persock_fail_call(regs, err);
}

static struct ftrace_ops ftrace_ops = {
	.func = judge_peer,
	.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT,
};

static struct persock_demand demand = {
	.ops = &ftrace_ops,
	.what = "cannot judge peers of AF_UNIX",
};

/* The errno if this kernel lacks one of the functions. */
static int missing __ro_after_init;

/**
 * persock_local_arm() - let peers of AF_UNIX be judged
 *
 * Context: process context, may sleep.
 * Return: as persock_demand_arm(); the errno of the search if the kernel lacks
 * one of the functions.
 */
int persock_local_arm(void)
{
	return missing ? missing : persock_demand_arm(&demand);
}

/**
 * persock_local_disarm() - undo persock_local_arm()
 *
 * No governed socket is left.
 *
 * Context: process context; persock_mutex is held.
 */
void persock_local_disarm(void)
{
	persock_demand_disarm(&demand);
}

/**
 * persock_local_points_init() - find the functions that ask about peers
 * @intercepts: are the interception points armed? Called with persock_mutex
 *		held
 *
 * If one is missing there is a line in the kernel log, and peers that a policy
 * restricts are refused.
 */
void __init persock_local_points_init(bool (*intercepts)(void))
{
	demand.wanted = intercepts;
	missing = persock_demand_init(&demand, points, ips,
				      ARRAY_SIZE(points));
}

/**
 * persock_local_points_exit() - release the functions that ask about peers
 *
 * Nothing is armed; the caller waits for tasks that were in the handler.
 *
 * Context: process context, may sleep; persock_mutex is not held.
 */
void persock_local_points_exit(void)
{
	persock_demand_exit(&demand);
}
