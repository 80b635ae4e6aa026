/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Local peers: verdicts on the peers and names of AF_UNIX calls, and on the
 * sockets that they receive. local_call.c makes the calls; hook/local.c calls
 * the last functions here when the kernel has found the peer.
 */
#ifndef _PERSOCK_LOCAL_H
#define _PERSOCK_LOCAL_H

#include "cgroup/version.h"
#include "socket/router.h"

struct dentry;
struct file;
struct path;
struct persock_call;
struct persock_mark;
struct sockaddr_un;

int persock_local_judge(struct persock_mark *mark);
void persock_local_pass(struct persock_mark *mark);
bool persock_local_held(const struct persock_mark *mark);
void persock_local_abstract(struct persock_mark *mark,
			    const struct sockaddr_un *address, int length);
int persock_local_again(struct persock_mark *mark);
void persock_local_forget(struct persock_mark *mark);
int persock_local_judge_pair(const struct persock_version *version,
			     struct persock_call *call);

int persock_local_found(const struct socket *sock, struct sock *peer);
int persock_local_creates(const struct path *directory,
			  const struct dentry *entry);
int persock_local_receives(const struct file *file);

/**
 * persock_local_judged() - are names of the socket's peers judged?
 * @router: the socket's
 *
 * Context: any; does not sleep.
 * Return: true for AF_UNIX, if a layer has rules on names, or records them.
 */
static inline bool persock_local_judged(const struct persock_router *router)
{
	bool judged;

	if (!persock_router_unix(router))
		return false;
	rcu_read_lock_sched();
	judged = persock_router_view(router)->locals;
	rcu_read_unlock_sched();

	return judged;
}

#endif /* _PERSOCK_LOCAL_H */
