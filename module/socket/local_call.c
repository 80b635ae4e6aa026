// SPDX-License-Identifier: GPL-2.0
/*
 * AF_UNIX calls whose peer or name is judged: they run the native call in a task
 * that is marked, so that local.c can judge what the call finds. operations.c,
 * message.c and cmsg.c call these functions.
 */
#include <linux/minmax.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/un.h>
#include <net/af_unix.h>

#include "compat.h"
#include "socket/endpoint.h"
#include "socket/judge.h"
#include "socket/local.h"
#include "socket/local_call.h"
#include "socket/mark.h"
#include "socket/path.h"

/* Calls that find another peer each time end with -EAGAIN. */
#define TRIES		16

/* Arms the interception points that find marks. */
static int (*arm_points)(void) __ro_after_init;

/* The interception points cannot be armed: no peer could be judged. */
static int refuse(struct persock_mark *mark, int err)
{
	struct persock_call call = {
		.operation = mark->operation,
		.sock = mark->sock,
	};
	const struct persock_view *view;

	if (err == -ERESTARTSYS)
		return err;
	call.reason = err == -EBUSY ? PERSOCK_REASON_LIVEPATCH :
				      PERSOCK_REASON_FUNCTION;
	rcu_read_lock();
	view = persock_router_view(mark->router);
	err = persock_deny_unjudged(mark->router->stack, view, &call, view->locals_by,
				    -EACCES);
	rcu_read_unlock();

	return err;
}

/**
 * struct native - a native call
 * @call: makes the call
 * @mark: its mark
 * @address: its address, if it has one as an argument
 * @msg: its message, if it is a send
 * @length: length of the address or the message
 * @flags: flags of a connect
 */
struct native {
	int (*call)(const struct native *native);
	struct persock_mark *mark;
	struct sockaddr *address;
	struct msghdr *msg;
	size_t length;
	int flags;
};

static int make_call(const struct native *native)
{
	struct persock_mark *mark = native->mark;
	unsigned int tries;
	int err;

	err = arm_points();
	if (err)
		return err == -ERESTARTSYS || persock_local_held(mark) ?
		       refuse(mark, err) : native->call(native);
	mark->rooted = persock_path_rooted();

	persock_mark_begin(mark);
	for (tries = 0; ; tries++) {
		err = native->call(native);
		if (!mark->again)
			break;
		err = tries < TRIES ? persock_local_again(mark) : -EAGAIN;
		if (err)
			break;
	}
	persock_mark_end(mark);

	if (!mark->judged)
		persock_local_pass(mark);
	persock_local_forget(mark);
	kfree(mark->place);

	return err;
}

static int cut_address(const struct persock_mark *mark, int length)
{
	rcu_read_lock();
	length = persock_endpoint_length(mark->router,
					 persock_router_view(mark->router),
					 length);
	rcu_read_unlock();

	return length;
}

/* Programs of BPF may change the address in place. */
static int native_connect(const struct native *native)
{
	size_t length = min(native->length, sizeof(struct sockaddr_un));
	const struct persock_mark *mark = native->mark;
	struct sockaddr_un whole __uninitialized;
	int err;

	memcpy(&whole, native->address, length);
	err = mark->router->provider->ops->connect(mark->sock, native->address,
						   native->length,
						   native->flags);
	if (mark->again || mark->changed)
		memcpy(native->address, &whole, length);

	return err;
}

/**
 * persock_local_autobinds() - would a send give a socket a name?
 * @sock: a governed socket of AF_UNIX
 *
 * A socket that asks for credentials gets a name that the kernel chooses, before
 * a connect or a send even looks for the peer.
 *
 * Context: any; does not sleep.
 * Return: true if it has none and asks for credentials.
 */
bool persock_local_autobinds(const struct socket *sock)
{
	return unlikely(persock_passes_credentials(sock)) &&
	       !READ_ONCE(unix_sk(sock->sk)->addr);
}

/* Few sockets need this mark: not on the stack of all. */
static noinline int judge_own_name(struct persock_mark *call)
{
	struct persock_mark mark __uninitialized;
	int err;

	persock_mark_init(&mark, call->sock, PERSOCK_OP_BIND);
	mark.name.kind = PERSOCK_UNIX_UNNAMED;
	mark.view = call->view;
	err = persock_local_judge(&mark);
	call->view = mark.view;
	call->changed = mark.changed;

	return err;
}

/* @call: the mark of the connect or send that would do it. */
static int judge_autobind(struct persock_mark *call)
{
	return persock_local_autobinds(call->sock) ? judge_own_name(call) : 0;
}

/**
 * persock_local_connect() - connect a socket if its peer is allowed
 * @sock: a governed socket of AF_UNIX
 * @address: in kernel memory
 * @length: its length
 * @flags: flags of the file
 *
 * Context: process context, may sleep.
 * Return: as connect(); or the errno of the rule.
 */
int persock_local_connect(struct socket *sock, struct sockaddr *address,
			  int length, int flags)
{
	struct persock_mark mark __uninitialized;
	struct native native = {
		.call = native_connect,
		.mark = &mark,
		.address = address,
		.flags = flags,
	};
	int err;

	do {
		persock_mark_init(&mark, sock, PERSOCK_OP_CONNECT);
		err = judge_autobind(&mark);
		if (err)
			break;
		native.length = cut_address(&mark, length);
		err = make_call(&native);
	} while (mark.changed);

	return err;
}

static int native_bind(const struct native *native)
{
	const struct persock_mark *mark = native->mark;

	return mark->router->provider->ops->bind(mark->sock, native->address,
						 native->length);
}

/* A name that is not a file's is judged as it is. */
static bool names_no_file(struct persock_mark *mark, const struct sockaddr *address,
			  int length)
{
	const struct sockaddr_un *name = (const struct sockaddr_un *)address;
	const int start = offsetof(struct sockaddr_un, sun_path);

	if (length == start) {
		/* The kernel chooses an abstract name. */
		mark->name.kind = PERSOCK_UNIX_UNNAMED;
		return true;
	}
	if (length <= start || length > (int)sizeof(*name) || name->sun_path[0])
		return false;
	persock_local_abstract(mark, name, length);

	return true;
}

/**
 * persock_local_bind() - bind a socket if its name is allowed
 * @sock: a governed socket of AF_UNIX
 * @address: in kernel memory
 * @length: its length
 *
 * Context: process context, may sleep.
 * Return: as bind(); or the errno of the rule.
 */
int persock_local_bind(struct socket *sock, struct sockaddr *address,
		       int length)
{
	struct persock_mark mark __uninitialized;
	struct native native = {
		.call = native_bind,
		.mark = &mark,
		.address = address,
	};
	int err;

	persock_mark_init(&mark, sock, PERSOCK_OP_BIND);
	native.length = cut_address(&mark, length);
	if (names_no_file(&mark, address, native.length)) {
		err = persock_local_judge(&mark);
		return err ? err : native_bind(&native);
	}

	return make_call(&native);
}

/**
 * persock_local_bind_unnamed() - judge the name that a send gives its socket
 * @sock: a governed socket of AF_UNIX, about to send to the connected peer
 * @number: number of the view by which the send was allowed
 *
 * Context: process context; does not sleep.
 * Return: 0; the errno of the rule; PERSOCK_CHANGED if the send must be judged
 * again.
 */
int persock_local_bind_unnamed(struct socket *sock, u64 number)
{
	struct persock_mark mark __uninitialized;
	int err;

	persock_mark_init(&mark, sock, PERSOCK_OP_SENDMSG);
	mark.view = number;
	err = judge_autobind(&mark);

	return mark.changed ? PERSOCK_CHANGED : err;
}

/* A send that is made again sends the same bytes. */
static int native_send(const struct native *native)
{
	const struct persock_mark *mark = native->mark;
	struct msghdr *msg = native->msg;
	struct iov_iter whole = msg->msg_iter;
	int sent, length = msg->msg_namelen;
	struct sockaddr_un name __uninitialized;

	memcpy(&name, msg->msg_name, min_t(size_t, length, sizeof(name)));
	sent = mark->router->provider->ops->sendmsg(mark->sock, msg,
						    native->length);
	if (mark->again || mark->changed) {
		msg->msg_iter = whole;
		msg->msg_namelen = length;
		memcpy(msg->msg_name, &name,
		       min_t(size_t, length, sizeof(name)));
	}

	return sent;
}

/**
 * persock_local_send() - send to a peer that the message specifies, if it is
 *			  allowed
 * @sock: a governed socket of AF_UNIX
 * @msg: the message, allowed otherwise
 * @length: its length in bytes
 * @number: number of the view by which it was allowed
 * @changed: set if the socket is held to another view by now: then nothing was
 *	     sent, and the message must be judged again
 *
 * Context: process context, may sleep.
 * Return: as sendmsg(); or the errno of the rule.
 */
int persock_local_send(struct socket *sock, struct msghdr *msg, size_t length,
		       u64 number, bool *changed)
{
	struct persock_mark mark __uninitialized;
	const struct native native = {
		.call = native_send,
		.mark = &mark,
		.msg = msg,
		.length = length,
	};
	int sent;

	persock_mark_init(&mark, sock, PERSOCK_OP_SENDMSG);
	mark.view = number;
	sent = judge_autobind(&mark);
	if (!sent)
		sent = make_call(&native);
	*changed = mark.changed;

	return sent;
}

/**
 * persock_local_receive() - receive a message, and judge each socket that
 *			     comes with it
 * @sock: a governed socket of AF_UNIX
 * @msg: where to put the message
 * @length: room for its data in bytes
 * @flags: flags of the call
 * @number: number of the view by which it was allowed
 *
 * Context: process context, may sleep.
 * Return: as recvmsg(). A socket that is refused is left out, as one for which
 * there is no descriptor is: most kernels cut the control message there.
 */
int persock_local_receive(struct socket *sock, struct msghdr *msg,
			  size_t length, int flags, u64 number)
{
	struct persock_mark mark __uninitialized;
	int received;

	persock_mark_init(&mark, sock, PERSOCK_OP_RECVMSG);
	mark.view = number;
	mark.flags = flags;
	mark.control = msg->msg_controllen;
	received = arm_points();
	if (received && (received == -ERESTARTSYS || persock_local_held(&mark)))
		return refuse(&mark, received);
	persock_mark_begin(&mark);
	received = mark.router->provider->ops->recvmsg(sock, msg, length,
						       flags);
	persock_mark_end(&mark);

	return received;
}

/**
 * persock_local_init() - get ready to judge local peers
 * @arm: arms the interception points that find marks; see persock_demand_arm()
 */
void __init persock_local_init(int (*arm)(void))
{
	arm_points = arm;
}
