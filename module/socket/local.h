/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Local peers: the AF_UNIX calls whose peer or name is judged, and the sockets
 * that they receive. operations.c, message.c and cmsg.c call the first
 * functions here; hook/local.c calls the last ones when the kernel has found
 * the peer.
 */
#ifndef _PERSOCK_LOCAL_H
#define _PERSOCK_LOCAL_H

#include <linux/socket.h>

#include "cgroup/version.h"
#include "socket/router.h"

struct dentry;
struct file;
struct path;
struct persock_call;

int persock_local_init(int (*arm)(void));
void persock_local_exit(void);

int persock_local_connect(struct socket *sock, struct sockaddr *address,
			  int length, int flags);
int persock_local_bind(struct socket *sock, struct sockaddr *address,
		       int length);
int persock_local_send(struct socket *sock, struct msghdr *msg, size_t length);
int persock_local_receive(struct socket *sock, struct msghdr *msg,
			  size_t length, int flags);
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
