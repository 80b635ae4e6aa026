// SPDX-License-Identifier: GPL-2.0
/*
 * UDP sockets that are connected to a peer as long as nothing is sent to it.
 * operations.c calls persock_connect_judged() for each connect that is judged,
 * and puts persock_frozen_sendmsg() into the tables of frozen sockets.
 *
 * Programs connect a UDP socket to learn which of their own addresses would be
 * used, and send nothing: getaddrinfo() sorts addresses so, ping finds its
 * source. If a rule allows the address for any port or protocol, such a
 * connect passes. From then on each send without a name is judged by the peer
 * that the socket has.
 *
 * A resolver of a policy with host names is such a peer, too: what is sent to
 * it are queries, which must be judged. A socket is in phase UNSENT from the
 * beginning if a policy has host names then. It can be connected to a resolver
 * without these steps unless it has had another peer before.
 *
 * Other sends are not judged again. So none may be under way while the socket
 * gets a peer that it may not send to, because such a send would use that
 * peer. Hence the phases, each with a router of its own in sock->ops:
 *
 * - JUDGED -> FROZEN: sends that begin now wait. Sends that have begun before
 *   hold a reference to the file, or a ring of io_uring does for them. If
 *   there is a reference that is not ours the connect is refused, as it would
 *   be without these phases.
 * - FROZEN -> UNSENT: when the peer is connected. The socket remains so,
 *   whatever it is connected to later. It is frozen again for the next peer of
 *   this kind.
 *
 * No lock: a connect that finds the socket frozen by another is refused.
 */
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/wait.h>
#include <asm/syscall.h>

#include "compat.h"
#include "socket/endpoint.h"
#include "socket/flags.h"
#include "socket/host.h"
#include "socket/judge.h"
#include "socket/note.h"
#include "socket/port.h"
#include "socket/query.h"
#include "socket/report.h"
#include "socket/unsent.h"
#include "socket/vsock.h"

/* So many descriptors are searched, however many the task has. */
#define SEARCHED	1024

/*
 * Does the calling task's table of descriptors have @file? The call's first
 * argument says where, except in a 32-bit program's socketcall(). Where it is
 * not found the answer is no. No lock: close() takes a file from the table
 * before it drops the reference. RCU read side.
 */
static bool table_has(const struct file *file)
{
	unsigned long arguments[6];
	unsigned int fd, nr;

	syscall_get_arguments(current, task_pt_regs(current), arguments);
	if (files_lookup_fd_raw(current->files, arguments[0]) == file)
		return true;
	nr = min_t(unsigned int, files_fdtable(current->files)->max_fds,
		   SEARCHED);
	for (fd = 0; fd < nr; fd++) {
		if (files_lookup_fd_raw(current->files, fd) == file)
			return true;
	}

	return false;
}

/*
 * Is the calling task the only user of @sock's file? The table of descriptors
 * holds one reference. A call holds another one only if the task shares its
 * table. A request of io_uring for a file that is registered with a ring holds
 * none, so a task that has used a ring is never alone. The table is searched
 * after the references were counted: a table that has the file now had it then.
 * Otherwise the one reference could be that of another call. RCU read side.
 */
static bool alone(const struct socket *sock)
{
	struct file *file = sock->file;
	long references = 1;

	if (!file || !current->files || current->flags & PF_IO_WORKER ||
	    persock_uses_uring())
		return false;
	if (atomic_read(&current->files->count) > 1)
		references++;
	if (file_count(file) > references)
		return false;
	/* Orders the search after the count. */
	smp_rmb();

	return table_has(file);
}

static void leave(struct socket *sock, const struct persock_router *router)
{
	WRITE_ONCE(sock->ops, &router->ops);
	/* Pairs with the barrier in the waiter's prepare_to_wait_event(). */
	smp_mb();
	wake_up_all(&sock->wq.wait);
}

/*
 * Begin to connect a UDP socket to a peer on condition that nothing is sent to
 * it: sends wait until unsent_end(). Returns false if that is impossible:
 * others use the socket, or there is no spare router. Does not sleep.
 */
static bool unsent_begin(struct socket *sock)
{
	struct persock_router *router = persock_router_of(sock);
	const struct proto_ops *ops = &router->ops;
	struct persock_router *frozen;

	if (router->phase == PERSOCK_PHASE_FROZEN ||
	    !persock_router_in(router, PERSOCK_PHASE_UNSENT))
		return false;
	frozen = persock_router_in(router, PERSOCK_PHASE_FROZEN);
	/*
	 * Orders the exchange before the count, as taking a reference is
	 * ordered.
	 */
	if (!frozen || cmpxchg(&sock->ops, ops, &frozen->ops) != ops)
		return false;
	if (alone(sock))
		return true;
	leave(sock, router);

	return false;
}

/* The connect has ended, with or without success. */
static void unsent_end(struct socket *sock)
{
	/*
	 * unsent_begin() has made this router; it stays as long as the socket.
	 */
	leave(sock, persock_router_in(persock_router_of(sock), PERSOCK_PHASE_UNSENT));
}

/**
 * struct connecting - a connect that is judged
 * @address: in kernel memory; an unspecified peer is replaced
 * @length: its length
 * @endpoint: the peer, as it is judged
 * @unsent: a layer allows it on condition that nothing is sent
 */
struct connecting {
	struct sockaddr *address;
	int length;
	struct persock_endpoint endpoint;
	bool unsent;
};

/*
 * May the socket be connected to a resolver? Sends that have begun under another
 * peer must not go there. RCU read side.
 */
static int prepare_resolver(struct persock_router *router, struct socket *sock,
			    const struct persock_view *view,
			    struct persock_call *call,
			    struct connecting *connecting)
{
	struct persock_identity who;

	if (connecting->unsent || !connecting->endpoint.family)
		return PERSOCK_ALLOW;
	if (!persock_view_has_resolver(view, &connecting->endpoint)) {
		set_bit(PERSOCK_MOVED, &sock->flags);
		return PERSOCK_ALLOW;
	}
	persock_identify(sock, &who);
	if (!persock_host_speaks_dns(who.type, who.protocol) ||
	    !view->holds_names || (router->phase == PERSOCK_PHASE_UNSENT &&
	     !test_bit(PERSOCK_MOVED, &sock->flags)))
		return PERSOCK_ALLOW;

	connecting->unsent = unsent_begin(sock);

	return connecting->unsent ? PERSOCK_ALLOW :
	       persock_deny_unjudged(router->stack, view, call, view->names_by,
				     -EACCES);
}

static int judge_connect(const struct persock_version *version,
			 struct persock_call *call, void *data)
{
	struct connecting *connecting = data;
	int verdict;

	verdict = persock_endpoint_connect(call->sock, connecting->address,
					   connecting->length, &version->policy,
					   &connecting->endpoint, call);
	if (persock_records(version)) {
		persock_note_peer(call, false);
		return PERSOCK_ALLOW;
	}
	if (!verdict ||
	    !persock_endpoint_unsent(call->sock, &version->policy, call))
		return verdict;
	if (!connecting->unsent)
		connecting->unsent = unsent_begin(call->sock);

	return connecting->unsent ? PERSOCK_ALLOW : verdict;
}

/* Returns PERSOCK_CHANGED if it must be judged again. */
static int connect_by_view(struct socket *sock, struct sockaddr *address,
			   int length, int flags)
{
	struct persock_router *router = persock_router_of(sock);
	struct persock_call call = {
		.operation = PERSOCK_OP_CONNECT,
		.sock = sock,
	};
	struct connecting connecting = { .address = address };
	const struct persock_view *view;
	int verdict, err;
	u64 number;

	call.own = persock_vsock_is_own(router, address, length);
	rcu_read_lock();
	view = persock_router_view(router);
	number = view->number;
	length = persock_endpoint_length(router, view, length);
	connecting.length = length;
	verdict = persock_judge(router->stack, view, &call, judge_connect,
				&connecting);
	if (!verdict && view->names)
		verdict = prepare_resolver(router, sock, view, &call,
					   &connecting);
	rcu_read_unlock();
	if (!verdict && length >= (int)sizeof(address->sa_family)) {
		if (address->sa_family == AF_UNSPEC)
			persock_port_hold(router, sock);
		else
			verdict = persock_port_choose(router, sock,
						      call.operation, number);
	}
	if (verdict) {
		if (connecting.unsent)
			leave(sock, router);
		return verdict;
	}

	err = router->provider->ops->connect(sock, address, length, flags);
	if (connecting.unsent)
		unsent_end(sock);

	return err;
}

/**
 * persock_connect_judged() - connect a socket if its peer is allowed
 * @sock: the governed socket
 * @address: in kernel memory
 * @length: its length
 * @flags: flags of the file
 *
 * Context: process context, may sleep.
 * Return: as connect(); or the errno of the rule.
 */
int persock_connect_judged(struct socket *sock, struct sockaddr *address,
			   int length, int flags)
{
	int err;

	do {
		err = connect_by_view(sock, address, length, flags);
	} while (err == PERSOCK_CHANGED);

	return err;
}

/**
 * persock_frozen_sendmsg() - a send while the peer is being connected
 * @sock: the governed socket
 * @msg: the message
 * @length: its length in bytes
 *
 * Context: process context, sleeps until the connect has ended.
 * Return: as sendmsg(); -EAGAIN if the send must not wait; -ERESTARTSYS if the
 * task is killed.
 */
int persock_frozen_sendmsg(struct socket *sock, struct msghdr *msg,
			   size_t length)
{
	struct persock_router *router;
	int err;

	if (msg->msg_flags & MSG_DONTWAIT)
		return -EAGAIN;
	/*
	 * The queue is the socket's own: nothing else walks it. The socket
	 * cannot be frozen again meanwhile: this call holds a reference to the
	 * file, so no other caller is alone with it.
	 */
	err = wait_event_killable(sock->wq.wait,
				  (router = persock_router_of(sock))->phase !=
				  PERSOCK_PHASE_FROZEN);
	if (err)
		return err;

	return router->ops.sendmsg(sock, msg, length);
}
