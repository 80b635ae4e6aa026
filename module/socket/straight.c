// SPDX-License-Identifier: GPL-2.0
/*
 * Straight-through operations. A call that no layer can deny, change or count
 * needs no verdict. So the routing table holds the native function itself, or
 * the provider's, if that is true of all calls of an operation, and a function
 * of this file if it is true of those that a few instructions recognise.
 * router.c calls persock_straight_choose().
 *
 * The tables of live sockets change when a policy is replaced. Every function
 * that may be chosen is right at any time in this sense: a call that began
 * before the change is judged by the policies of that time, as a call that
 * sleeps is. A call reads sock->ops->sendmsg, and then sock->ops once more for
 * one word of the router. It may get the function of one policy or phase and the
 * word of another: it passes what one of the two passes. If sends or receives
 * are not filtered by their flags in a table, its word has all bits set, and
 * passes no flag.
 *
 * There is a predicate for each operation, which says when it goes straight
 * through. Connects and binds never do: they are counted.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/tcp.h>
#include <linux/uaccess.h>
#include <net/inet_common.h>

#include "cgroup/stack.h"
#include "compat.h"
#include "report/trace.h"
#include "socket/message.h"
#include "socket/option.h"
#include "socket/pass.h"
#include "socket/straight.h"
#include "state.h"

/* Verdicts are traced: every call is judged. */
static bool traced;

typedef int (*send_t)(struct socket *sock, struct msghdr *msg, size_t length);
typedef int (*receive_t)(struct socket *sock, struct msghdr *msg,
			 size_t length, int flags);

/* The function that a call reaches if it passes. */
static __always_inline send_t send_of(const struct persock_router *router,
				      bool native)
{
	return native ? router->native->sendmsg :
			router->provider->ops->sendmsg;
}

static __always_inline receive_t
receive_of(const struct persock_router *router, bool native)
{
	return native ? router->native->recvmsg :
			router->provider->ops->recvmsg;
}

static __always_inline bool sends_plain(const struct persock_router *router,
					const struct msghdr *msg)
{
	return likely(!(msg->msg_flags & READ_ONCE(router->send)) &&
		      !msg->msg_controllen && !msg->msg_name);
}

static __always_inline bool receives_plain(const struct persock_router *router,
					   const struct msghdr *msg, int flags)
{
	return likely(!(flags & READ_ONCE(router->receive)) &&
		      !msg->msg_controllen);
}

static __always_inline int send_unless_judged(struct socket *sock,
					      struct msghdr *msg, size_t length,
					      bool native, bool stream)
{
	struct persock_router *router = persock_router_of(sock);

	if (!sends_plain(router, msg) ||
	    (stream && unlikely(sock->type != SOCK_STREAM)))
		return persock_router_sendmsg(sock, msg, length);

	return send_of(router, native)(sock, msg, length);
}

/* No address is judged, and the flags that are not judged are known. */
static int send_plain(struct socket *sock, struct msghdr *msg, size_t length)
{
	return send_unless_judged(sock, msg, length, true, false);
}

static int send_plain_wrapped(struct socket *sock, struct msghdr *msg,
			      size_t length)
{
	return send_unless_judged(sock, msg, length, false, false);
}

/* Addresses are judged; that of a stream was when it was connected. */
static int send_stream(struct socket *sock, struct msghdr *msg, size_t length)
{
	return send_unless_judged(sock, msg, length, true, true);
}

static int send_stream_wrapped(struct socket *sock, struct msghdr *msg,
			       size_t length)
{
	return send_unless_judged(sock, msg, length, false, true);
}

static __always_inline int receive_unless_judged(struct socket *sock,
						 struct msghdr *msg,
						 size_t length, int flags,
						 bool native)
{
	struct persock_router *router = persock_router_of(sock);

	if (!receives_plain(router, msg, flags))
		return persock_router_recvmsg(sock, msg, length, flags);

	return receive_of(router, native)(sock, msg, length, flags);
}

static int receive_plain(struct socket *sock, struct msghdr *msg,
			 size_t length, int flags)
{
	return receive_unless_judged(sock, msg, length, flags, true);
}

static int receive_plain_wrapped(struct socket *sock, struct msghdr *msg,
				 size_t length, int flags)
{
	return receive_unless_judged(sock, msg, length, flags, false);
}

/* SCTP makes a socket of an association by reading an option, see native.c. */
static int get_plain(struct socket *sock, int level, int optname,
		     char __user *optval, int __user *optlen)
{
	if (unlikely(level == SOL_SCTP))
		return persock_router_getsockopt(sock, level, optname, optval,
						 optlen);

	return persock_router_of(sock)->native->getsockopt(sock, level, optname,
							   optval, optlen);
}

/* Options that may replace a socket's ops, or add an address, are elsewhere. */
static int set_plain(struct socket *sock, int level, int optname,
		     sockptr_t optval, unsigned int optlen)
{
	if (unlikely((level != SOL_TCP || optname == TCP_ULP) &&
		     level != SOL_IP && level != SOL_UDP &&
		     (level != SOL_IPV6 || optname == IPV6_ADDRFORM)))
		return persock_router_setsockopt(sock, level, optname, optval,
						 optlen);

	return persock_router_of(sock)->native->setsockopt(sock, level, optname,
							   optval, optlen);
}

/* Options are listed with the sizes that pass. */
static __always_inline int get_if_listed(struct socket *sock, int level,
					 int optname, char __user *optval,
					 int __user *optlen, bool native)
{
	struct persock_router *router = persock_router_of(sock);
	int len;

	if (unlikely(get_user(len, optlen) ||
		     !persock_pass_get_listed(router, level, optname, len)))
		return persock_router_getsockopt(sock, level, optname, optval,
						 optlen);

	return native ? router->native->getsockopt(sock, level, optname, optval,
						   optlen) :
			router->provider->ops->getsockopt(sock, level, optname,
							  USER_SOCKPTR(optval),
							  USER_SOCKPTR(optlen));
}

static int get_listed(struct socket *sock, int level, int optname,
		      char __user *optval, int __user *optlen)
{
	return get_if_listed(sock, level, optname, optval, optlen, true);
}

static int get_wrapped(struct socket *sock, int level, int optname,
		       char __user *optval, int __user *optlen)
{
	return get_if_listed(sock, level, optname, optval, optlen, false);
}

static __always_inline int set_if_listed(struct socket *sock, int level,
					 int optname, sockptr_t optval,
					 unsigned int optlen, bool native)
{
	struct persock_router *router = persock_router_of(sock);

	if (unlikely(!persock_pass_set_listed(router, level, optname, optlen)))
		return persock_router_setsockopt(sock, level, optname, optval,
						 optlen);

	return native ? router->native->setsockopt(sock, level, optname, optval,
						   optlen) :
			router->provider->ops->setsockopt(sock, level, optname,
							  optval, optlen);
}

static int set_listed(struct socket *sock, int level, int optname,
		      sockptr_t optval, unsigned int optlen)
{
	return set_if_listed(sock, level, optname, optval, optlen, true);
}

static int set_wrapped(struct socket *sock, int level, int optname,
		       sockptr_t optval, unsigned int optlen)
{
	return set_if_listed(sock, level, optname, optval, optlen, false);
}

/*
 * Is anything chosen here at all? Not if it must be seen.
 * Not if a policy has host names either: the socket may speak to a resolver.
 */
static bool is_free(const struct persock_view *view)
{
	return !view->counts && !view->names && !READ_ONCE(traced);
}

/* Is no send judged by its peer, and gets none a port that is judged? */
static bool sends_anywhere(const struct persock_shortcut *shortcut)
{
	return shortcut->connect_max;
}

static bool sends_straight(const struct persock_router *router,
			   const struct persock_view *view)
{
	const struct persock_shortcut *shortcut =
		&view->shortcuts[router->kind];

	/* This maximum is 0 if peers or ports are judged, or finite. */
	return is_free(view) && shortcut->connect_max == U32_MAX &&
	       shortcut->control_send &&
	       !(shortcut->send & ~PERSOCK_KERNEL_SEND_FLAGS);
}

static bool receives_straight(const struct persock_router *router,
			      const struct persock_view *view)
{
	const struct persock_shortcut *shortcut =
		&view->shortcuts[router->kind];

	return is_free(view) && shortcut->receives &&
	       shortcut->control_receive &&
	       !(shortcut->receive & ~MSG_CMSG_COMPAT);
}

/* Only of protocols that are known not to make sockets by it. */
static bool gets_straight(const struct persock_router *router)
{
	return router->native == &inet_stream_ops ||
	       router->native == &inet_dgram_ops;
}

static void choose_send(struct persock_router *router,
			const struct persock_view *view)
{
	const struct persock_shortcut *shortcut =
		&view->shortcuts[router->kind];
	send_t send = persock_router_sendmsg;
	bool native = router->native;
	u32 judged = U32_MAX;

	if (!send_of(router, native))
		return;
	if (sends_straight(router, view)) {
		send = send_of(router, native);
	} else if (is_free(view)) {
		if (sends_anywhere(shortcut))
			send = native ? send_plain : send_plain_wrapped;
		else
			send = native ? send_stream : send_stream_wrapped;
		judged = shortcut->send & ~PERSOCK_KERNEL_SEND_FLAGS;
	}
	WRITE_ONCE(router->send, judged);
	/* The word first, as the function reads it. */
	smp_store_release(&router->ops.sendmsg, send);
}

static void choose_receive(struct persock_router *router,
			   const struct persock_view *view)
{
	const struct persock_shortcut *shortcut =
		&view->shortcuts[router->kind];
	receive_t receive = persock_router_recvmsg;
	bool native = router->native;
	u32 judged = U32_MAX;

	if (!receive_of(router, native))
		return;
	if (receives_straight(router, view)) {
		receive = receive_of(router, native);
	} else if (is_free(view) && shortcut->receives) {
		receive = native ? receive_plain : receive_plain_wrapped;
		judged = shortcut->receive & ~MSG_CMSG_COMPAT;
	}
	WRITE_ONCE(router->receive, judged);
	/* As in choose_send(). */
	smp_store_release(&router->ops.recvmsg, receive);
}

/* What the provider lacks is lacking in the table as well, see operations.c. */
static void choose_wrapped_options(struct persock_router *router, bool free)
{
	const struct persock_provider_ops *ops = router->provider->ops;

	if (ops->getsockopt)
		WRITE_ONCE(router->ops.getsockopt,
			   free ? get_wrapped : persock_router_getsockopt);
	if (ops->setsockopt)
		WRITE_ONCE(router->ops.setsockopt,
			   free ? set_wrapped : persock_router_setsockopt);
}

static void choose_options(struct persock_router *router,
			   const struct persock_view *view)
{
	const struct persock_shortcut *shortcut =
		&view->shortcuts[router->kind];
	const struct proto_ops *native = router->native;
	bool free = is_free(view);

	/* The view is freed a grace period after it was replaced here. */
	WRITE_ONCE(router->listed, free ? shortcut : NULL);
	if (!native) {
		choose_wrapped_options(router, free);
		return;
	}
	if (native->getsockopt)
		WRITE_ONCE(router->ops.getsockopt,
			   !free ? persock_router_getsockopt :
			   !shortcut->get_all ? get_listed :
			   gets_straight(router) ? native->getsockopt :
						   get_plain);
	if (native->setsockopt)
		WRITE_ONCE(router->ops.setsockopt,
			   !free ? persock_router_setsockopt :
			   !shortcut->set_all ? set_listed : set_plain);
}

/**
 * persock_straight_choose() - choose the functions that a view allows
 * @router: the router; its table is filled
 * @view: what its sockets are held to
 *
 * Sockets whose sends without a name are judged have the same functions at any
 * time.
 *
 * Context: any; does not sleep; the router's lock is held.
 */
void persock_straight_choose(struct persock_router *router,
			     const struct persock_view *view)
{
	if (router->phase != PERSOCK_PHASE_JUDGED)
		return;
	choose_send(router, view);
	choose_receive(router, view);
	choose_options(router, view);
}

static void trace(bool on)
{
	mutex_lock(&persock_mutex);
	WRITE_ONCE(traced, on);
	persock_stacks_choose();
	mutex_unlock(&persock_mutex);
}

/**
 * persock_trace_begin() - let the tracepoint persock_verdict see every call
 *
 * Context: process context; the tracepoints' mutex is held.
 * Return: 0.
 */
int persock_trace_begin(void)
{
	trace(true);

	return 0;
}

/**
 * persock_trace_end() - the tracepoint persock_verdict has no user any more
 *
 * Context: process context; the tracepoints' mutex is held.
 */
void persock_trace_end(void)
{
	trace(false);
}
