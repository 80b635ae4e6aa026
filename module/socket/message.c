// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of governed sockets: the verdicts on their flags, control messages
 * and peers. The router's tables of operations.c point at the functions here;
 * those about io_uring's commands are called by hook/intercept.c.
 */
#include <linux/minmax.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/sockios.h>
#include <net/sock.h>
#include <asm/ioctls.h>

#include "compat.h"
#include "policy/verdict.h"

#ifdef PERSOCK_HAVE_URING_CMD
#include <linux/io_uring.h>
#endif

#include "socket/answer.h"
#include "socket/cmsg.h"
#include "socket/endpoint.h"
#include "socket/ioctl.h"
#include "socket/judge.h"
#include "socket/local.h"
#include "socket/local_call.h"
#include "socket/message.h"
#include "socket/note.h"
#include "socket/pass.h"
#include "socket/peer.h"
#include "socket/port.h"
#include "socket/query.h"
#include "socket/report.h"
#include "socket/router.h"
#include "socket/vsock.h"

DEFINE_PER_CPU(struct persock_peer, persock_peers[1 << PERSOCK_PEER_BITS]);

/* A control buffer that is too long is ENOBUFS (seeds S11, S14). */
static int judge_control(const struct persock_rules *rules, size_t length,
			 struct persock_call *call)
{
	if (!rules->control_max || length <= rules->control_max)
		return PERSOCK_ALLOW;

	call->section = PERSOCK_SECTION_LIMITS;
	return -ENOBUFS;
}

/**
 * persock_report_masked() - report the masked flags of a call that goes on
 * @version: the version that judged
 * @call: the judged call
 * @section: section of its flags
 * @masked: the masked flags
 *
 * Context: any; RCU read side for @version; does not sleep.
 */
void persock_report_masked(const struct persock_version *version,
			   const struct persock_call *call,
			   enum persock_section section, u32 masked)
{
	struct persock_call ignored_part = {
		.operation = call->operation,
		.section = section,
		.sock = call->sock,
		.subject = masked,
		.stack = call->stack,
		.layer = call->layer,
	};

	persock_report_ignored(version, &ignored_part);
}

/**
 * struct sending - a send that is judged
 * @router: the socket's
 * @msg: the message; an unspecified peer is replaced
 * @endpoint: the peer, as it is judged
 * @query: the DNS query that it is, or NULL
 * @flags: the flags that every layer lets through
 * @removes: a layer ignores a control message
 * @reports: a layer has something to report about each such send
 * @named: a layer may judge the peer by its host names, which may change
 */
struct sending {
	const struct persock_router *router;
	struct msghdr *msg;
	struct persock_endpoint endpoint;
	struct persock_query *query;
	u32 flags;
	bool removes;
	bool reports;
	bool named;
};

static int judge_parts(const struct persock_version *version,
		       const struct persock_rules *rules,
		       struct persock_call *call, struct sending *sending)
{
	struct msghdr *msg = sending->msg;
	int verdict;

	verdict = judge_control(rules, msg->msg_controllen, call);
	if (!verdict && msg->msg_controllen)
		verdict = persock_cmsg_send(sending->router, version, msg, call,
					    &sending->removes);
	if (!verdict)
		verdict = persock_endpoint_send(call->sock, msg,
						&version->policy,
						&sending->endpoint, call);
	/* What no rule on addresses decides, a name may decide differently. */
	if (version->policy.names.nr_resolvers &&
	    (!call->rule || call->rule > version->policy.connect.nr))
		sending->named = true;
	if (!verdict && version->policy.names.nr_resolvers)
		verdict = persock_query_judge(version, call, sending->query);

	return verdict;
}

/* The send is judged each time: no shortcut may hide it from the record. */
static int note_send(const struct persock_version *version,
		     struct persock_call *call, struct sending *sending)
{
	struct msghdr *msg = sending->msg;

	sending->reports = true;
	persock_note_flags(call, PERSOCK_SECTION_FLAGS_SEND,
			   msg->msg_flags & ~PERSOCK_KERNEL_SEND_FLAGS);
	if (msg->msg_controllen)
		persock_note_controls(call, msg);
	/* The peer of a stream was noted when it was connected. */
	if (call->sock->type != SOCK_STREAM || msg->msg_name) {
		persock_endpoint_send(call->sock, msg, &version->policy,
				      &sending->endpoint, call);
		persock_note_peer(call, true);
	}
	persock_note_query(call, sending->query);

	return PERSOCK_ALLOW;
}

/* A layer that only audits changes nothing about the message. */
static int judge_send(const struct persock_version *version,
		      struct persock_call *call, void *data)
{
	struct sending *sending = data;
	const struct persock_rules *rules =
		persock_router_rules(sending->router, version);
	u32 all = sending->msg->msg_flags, flags = all;
	int verdict, masked;

	if (persock_records(version))
		return note_send(version, call, sending);
	call->section = PERSOCK_SECTION_FLAGS_SEND;
	masked = persock_judge_flags(&rules->send, PERSOCK_KERNEL_SEND_FLAGS,
				     &flags);
	verdict = masked < 0 ? masked :
			       judge_parts(version, rules, call, sending);
	if (verdict) {
		sending->reports = true;
		return verdict;
	}
	if (!masked)
		return PERSOCK_ALLOW;
	if (persock_enforces(version)) {
		persock_report_masked(version, call, PERSOCK_SECTION_FLAGS_SEND,
				      all & ~flags);
		sending->flags &= flags;
		return PERSOCK_ALLOW;
	}
	sending->reports = true;
	call->section = PERSOCK_SECTION_FLAGS_SEND;
	call->rule = 0;
	call->subject = all & ~flags;

	return masked;
}

/* Would a send without a name give a socket of AF_UNIX one? No stream gets any. */
static bool binds_local(const struct persock_router *router,
			const struct socket *sock)
{
	return sock->type != SOCK_STREAM && persock_router_unix(router) &&
	       persock_local_autobinds(sock) && persock_local_judged(router);
}

/*
 * @changed: set if it must be judged again; then @msg is as it was. Control
 * messages that were removed are gone, so that the program must send again.
 */
static int send_by_view(struct persock_router *router, struct socket *sock,
			struct msghdr *msg, size_t length, bool *changed)
{
	struct persock_call call = {
		.operation = PERSOCK_OP_SENDMSG,
		.sock = sock,
		.subject = msg->msg_flags & ~PERSOCK_KERNEL_SEND_FLAGS,
	};
	struct sending sending = {
		.router = router,
		.msg = msg,
		.flags = U32_MAX,
	};
	int flags = msg->msg_flags, name_length = msg->msg_namelen;
	size_t control = msg->msg_controllen;
	const struct persock_view *view;
	bool local, removed;
	int verdict, sent;
	u64 number;

	if (unlikely(persock_router_names(router)) &&
	    router->class == PERSOCK_CLASS_INET) {
		sending.query = persock_query_begin(router, sock, msg, length);
		if (IS_ERR(sending.query))
			return PTR_ERR(sending.query);
	}

	call.own = persock_vsock_is_own(router, msg->msg_name,
					msg->msg_namelen);
	rcu_read_lock();
	view = persock_router_view(router);
	number = view->number;
	/* Cut first: the judged address is the one that is passed on. */
	if (msg->msg_name)
		msg->msg_namelen = persock_endpoint_length(router, view,
							   msg->msg_namelen);
	local = msg->msg_name && persock_router_unix(router) && view->locals;
	/* The peer of a local send is judged when it is found. */
	verdict = (local ? persock_judge_part : persock_judge)
		  (router->stack, view, &call, judge_send, &sending);
	if (!verdict) {
		msg->msg_flags &= sending.flags;
		if (sending.removes)
			persock_cmsg_remove(router, view, msg);
		if (!sending.reports && !sending.query && !sending.named)
			persock_peer_allowed(router, view, sock, msg,
					     &sending.endpoint);
	}
	rcu_read_unlock();
	/* A send of TCP that names a peer (MSG_FASTOPEN) connects. */
	if (!verdict && (sock->type == SOCK_DGRAM || msg->msg_name))
		verdict = persock_port_choose(router, sock, call.operation,
					      number);
	if (!verdict && !local && binds_local(router, sock))
		verdict = persock_local_bind_unnamed(sock, number);
	*changed = verdict == PERSOCK_CHANGED;

	if (sending.query)
		sent = persock_query_finish(sending.query, router, sock, msg,
					    verdict);
	else if (verdict)
		sent = verdict;
	else if (local)
		sent = persock_local_send(sock, msg, length, number, changed);
	else
		sent = router->provider->ops->sendmsg(sock, msg, length);
	/* io_uring may retry with the same message, so restore its length. */
	removed = msg->msg_controllen != control;
	msg->msg_controllen = control;
	if (!*changed)
		return sent;

	msg->msg_flags = flags;
	msg->msg_namelen = name_length;
	*changed = !removed;

	return -EAGAIN;
}

static noinline int send_judged(struct persock_router *router,
				struct socket *sock, struct msghdr *msg,
				size_t length)
{
	bool changed;
	int sent;

	do {
		changed = false;
		sent = send_by_view(router, sock, msg, length, &changed);
	} while (changed);

	return sent;
}

/* Would a send give a socket that is no stream a port, or a name? */
static __always_inline bool binds(const struct persock_router *router,
				  struct socket *sock)
{
	if (router->class == PERSOCK_CLASS_INET)
		return persock_port_missing(router, sock);
	if (persock_router_vsock(router))
		return persock_vsock_is_unbound(sock);

	return binds_local(router, sock);
}

int persock_router_sendmsg(struct socket *sock, struct msghdr *msg,
			   size_t length)
{
	struct persock_router *router = persock_router_of(sock);
	const struct persock_provider_ops *ops = router->provider->ops;

	if (!router->native && !ops->sendmsg)
		return -EOPNOTSUPP;
	/*
	 * A raw socket's message may contain an address, and the kernel
	 * chooses a port, or a name, for a socket without one.
	 */
	if ((sock->type != SOCK_STREAM &&
	     (unlikely(sock->type == SOCK_RAW) ||
	      unlikely(binds(router, sock)))) ||
	    (!persock_pass_send(router, msg) &&
	     (!msg->msg_name ||
	      !persock_peer_pass(router, persock_peer_name(router, sock, msg),
				 msg))))
		return send_judged(router, sock, msg, length);
	if (router->native)
		return router->native->sendmsg(sock, msg, length);

	return ops->sendmsg(sock, msg, length);
}

/* A stream to a resolver: each query is judged. */
static int send_queries(struct persock_router *router, struct socket *sock,
			struct msghdr *msg, size_t length)
{
	size_t done = 0;
	int sent;

	do {
		sent = send_judged(router, sock, msg, length - done);
		if (sent <= 0)
			return done ? done : sent;
		done += sent;
	} while (done < length);

	return done;
}

/*
 * In phase UNSENT there is no shortcut for datagrams: the socket's peer is
 * judged, unless it was judged recently. That of a stream was judged, but it may
 * be a resolver.
 */
int persock_unsent_sendmsg(struct socket *sock, struct msghdr *msg,
			   size_t length)
{
	struct persock_router *router = persock_router_of(sock);
	bool asks;
	int err;

	if (sock->type != SOCK_STREAM) {
		u64 name = msg->msg_name ?
			   persock_peer_name(router, sock, msg) :
			   persock_peer_connected(router, sock, msg);

		if (persock_port_missing(router, sock) ||
		    !persock_peer_pass(router, name, msg))
			return send_judged(router, sock, msg, length);
		/* Only peers of native sockets are remembered. */
		return router->native->sendmsg(sock, msg, length);
	}
	err = persock_query_stream(router, sock, msg, &asks);
	if (err)
		return err;

	return asks ? send_queries(router, sock, msg, length) :
		      persock_router_sendmsg(sock, msg, length);
}

/*
 * A policy's EAGAIN for a read of the error queue means that the queue is
 * empty, which it mostly is. So such a verdict is no denial. Programs read it
 * again and again.
 */
static bool says_empty(const struct persock_call *call, int verdict)
{
	return verdict == -EAGAIN && call->subject & MSG_ERRQUEUE &&
	       call->section == PERSOCK_SECTION_FLAGS_RECEIVE;
}

/**
 * struct receiving - a receive that is judged
 * @router: the socket's
 * @flags: its flags
 * @left: the flags that every layer lets through
 * @control: length of its control buffer
 * @empty: a layer answers that the queue is empty
 */
struct receiving {
	const struct persock_router *router;
	u32 flags;
	u32 left;
	size_t control;
	bool empty;
};

static int judge_receive(const struct persock_version *version,
			 struct persock_call *call, void *data)
{
	struct receiving *receiving = data;
	const struct persock_rules *rules =
		persock_router_rules(receiving->router, version);
	bool enforce = persock_enforces(version);
	u32 left = receiving->flags;
	int masked, verdict;

	if (persock_records(version)) {
		persock_note_flags(call, PERSOCK_SECTION_FLAGS_RECEIVE,
				   call->subject);
		persock_note_limit(call, PERSOCK_LIMIT_CONTROL,
				   receiving->control);
		return PERSOCK_ALLOW;
	}
	masked = persock_judge_flags(&rules->receive, MSG_CMSG_COMPAT, &left);
	verdict = min(masked, 0);
	if (!verdict)
		verdict = judge_control(rules, receiving->control, call);
	if (says_empty(call, verdict)) {
		receiving->empty |= enforce;
		call->final = true;
		return PERSOCK_IGNORE;
	}
	if (verdict || !masked)
		return verdict;
	if (enforce) {
		persock_report_masked(version, call,
				      PERSOCK_SECTION_FLAGS_RECEIVE,
				      receiving->flags & ~left);
		receiving->left &= left;
		return PERSOCK_ALLOW;
	}
	call->subject = receiving->flags & ~left;

	return masked;
}

static noinline int receive_judged(struct persock_router *router,
				   struct socket *sock, struct msghdr *msg,
				   size_t length, int flags)
{
	struct persock_call call = {
		.operation = PERSOCK_OP_RECVMSG,
		.section = PERSOCK_SECTION_FLAGS_RECEIVE,
		.sock = sock,
		.subject = flags & ~MSG_CMSG_COMPAT,
	};
	struct receiving receiving = {
		.router = router,
		.flags = flags,
		.left = flags,
		.control = msg->msg_controllen,
	};
	struct persock_cmsg_filter filter;
	const struct persock_view *view;
	int verdict;

	rcu_read_lock();
	view = persock_router_view(router);
	verdict = persock_judge(router->stack, view, &call, judge_receive,
				&receiving);
	if (receiving.empty)
		verdict = -EAGAIN;
	persock_cmsg_filter(router, view, sock, &filter);
	rcu_read_unlock();
	if (verdict)
		return verdict;

	return persock_cmsg_recv(router, sock, msg, length, receiving.left,
				 &filter);
}

int persock_router_recvmsg(struct socket *sock, struct msghdr *msg,
			   size_t length, int flags)
{
	struct persock_router *router = persock_router_of(sock);
	const struct persock_provider_ops *ops = router->provider->ops;

	if (!router->native && !ops->recvmsg)
		return -EOPNOTSUPP;
	if (unlikely(!persock_pass_receive(router, msg, flags)))
		return receive_judged(router, sock, msg, length, flags);
	if (router->native)
		return router->native->recvmsg(sock, msg, length, flags);

	return ops->recvmsg(sock, msg, length, flags);
}

int persock_unsent_recvmsg(struct socket *sock, struct msghdr *msg,
			   size_t length, int flags)
{
	struct persock_router *router = persock_router_of(sock);

	if (likely(!persock_answer_is_due(router, sock, flags)))
		return persock_router_recvmsg(sock, msg, length, flags);

	return receive_judged(router, sock, msg, length, flags);
}

#ifdef PERSOCK_HAVE_URING_TX_TIMESTAMP
static int judge_timestamp(const struct persock_version *version,
			   struct persock_call *call, void *router)
{
	const struct persock_rules *rules =
		persock_router_rules(router, version);
	u32 flags = MSG_ERRQUEUE;
	int verdict;

	if (persock_records(version)) {
		persock_note_flags(call, PERSOCK_SECTION_FLAGS_RECEIVE, flags);
		persock_note_control(call, PERSOCK_SECTION_CONTROL_RECEIVE,
				     SOL_SOCKET, SO_TIMESTAMPING_NEW);
		return PERSOCK_ALLOW;
	}
	verdict = persock_judge_flags(&rules->receive, 0, &flags);
	if (says_empty(call, verdict)) {
		call->final = true;
		return PERSOCK_IGNORE;
	}
	if (!verdict) {
		call->section = PERSOCK_SECTION_CONTROL_RECEIVE;
		call->message = true;
		call->subject = SOL_SOCKET;
		call->detail = SO_TIMESTAMPING_NEW;
		verdict = persock_judge_control(&rules->control_receive,
						SOL_SOCKET, SO_TIMESTAMPING_NEW,
						&call->rule);
	}

	return verdict > 0 ? -EOPNOTSUPP : verdict;
}

/*
 * Timestamps of sent messages are judged like a receive from the error queue,
 * which returns them as control messages. -EOPNOTSUPP if the flag or the
 * message would be ignored, because nothing would be left.
 */
static int judge_timestamps(struct socket *sock)
{
	struct persock_router *router = persock_router_of(sock);
	struct persock_call call = {
		.operation = PERSOCK_OP_RECVMSG,
		.section = PERSOCK_SECTION_FLAGS_RECEIVE,
		.sock = sock,
		.subject = MSG_ERRQUEUE,
	};
	int verdict;

	rcu_read_lock();
	verdict = persock_judge(router->stack, persock_router_view(router),
				&call, judge_timestamp, router);
	rcu_read_unlock();

	return verdict > 0 ? -EOPNOTSUPP : verdict;
}
#endif

#ifdef PERSOCK_HAVE_URING_CMD
/**
 * persock_message_judge_uring() - judge a command of io_uring
 * @sock: a governed socket
 * @command: the command, see io_uring_cmd_sock()
 *
 * Two are ioctls by another name, one reads the error queue. Options and names
 * go through proto_ops or sk_getsockopt(), and are judged there. Unknown
 * commands are refused.
 *
 * Context: any; does not sleep.
 * Return: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno.
 */
int persock_message_judge_uring(struct socket *sock, u32 command)
{
	switch (command) {
	case SOCKET_URING_OP_SIOCINQ:
		return persock_ioctl_judge(sock, SIOCINQ);
	case SOCKET_URING_OP_SIOCOUTQ:
		return persock_ioctl_judge(sock, SIOCOUTQ);
	case SOCKET_URING_OP_GETSOCKOPT:
	case SOCKET_URING_OP_SETSOCKOPT:
		return PERSOCK_ALLOW;
#ifdef PERSOCK_HAVE_URING_TX_TIMESTAMP
	case SOCKET_URING_OP_TX_TIMESTAMP:
		/*
		 * It would read the queue of the wrapper, not of the
		 * provider's sock.
		 */
		if (!persock_router_of(sock)->native)
			return -EOPNOTSUPP;
		return judge_timestamps(sock);
	case SOCKET_URING_OP_GETSOCKNAME:
		return PERSOCK_ALLOW;
#endif
	default:
		return -EOPNOTSUPP;
	}
}
#endif
