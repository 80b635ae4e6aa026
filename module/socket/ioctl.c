// SPDX-License-Identifier: GPL-2.0
/*
 * The verdict on ioctls of governed sockets. hook/intercept.c asks for it at
 * sock_ioctl(), and message.c for the ioctls that io_uring has as commands.
 */
#include <linux/net.h>
#include <linux/rcupdate.h>

#include "policy/verdict.h"
#include "socket/ioctl.h"
#include "socket/judge.h"
#include "socket/note.h"
#include "socket/report.h"
#include "socket/router.h"

static int judge(const struct persock_version *version,
		 struct persock_call *call, void *router)
{
	if (persock_records(version)) {
		persock_note_ioctl(call);
		return PERSOCK_ALLOW;
	}

	return persock_judge_ioctl(&persock_router_rules(router,
							 version)->ioctls,
				   call->subject, &call->rule);
}

/**
 * persock_ioctl_judge() - judge and report an ioctl
 * @sock: a governed socket
 * @cmd: the command
 *
 * Context: any; does not sleep.
 * Return: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno.
 */
int persock_ioctl_judge(struct socket *sock, u32 cmd)
{
	struct persock_router *router = persock_router_of(sock);
	struct persock_call call = {
		.operation = PERSOCK_OP_IOCTL,
		.section = PERSOCK_SECTION_IOCTLS,
		.sock = sock,
		.subject = cmd,
	};
	int verdict;

	rcu_read_lock();
	verdict = persock_judge(router->stack, persock_router_view(router),
				&call, judge, router);
	rcu_read_unlock();

	return verdict;
}
