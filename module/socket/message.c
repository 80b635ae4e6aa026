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

#include "socket/cmsg.h"
#include "socket/endpoint.h"
#include "socket/ioctl.h"
#include "socket/message.h"
#include "socket/pass.h"
#include "socket/peer.h"
#include "socket/port.h"
#include "socket/report.h"
#include "socket/router.h"

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
 * @router: the socket's
 * @version: the version that judged
 * @call: the judged call
 * @section: section of its flags
 * @masked: the masked flags
 *
 * Context: any; RCU read side for @version; does not sleep.
 */
void persock_report_masked(struct persock_router *router,
			   const struct persock_version *version,
			   const struct persock_call *call,
			   enum persock_section section, u32 masked)
{
	struct persock_call ignored_part = {
		.operation = call->operation,
		.section = section,
		.sock = call->sock,
		.subject = masked,
	};

	persock_report_ignored(router->attachment, version, &ignored_part);
}

/* If a policy only audits, the message does not change. */
static int judge_send(struct persock_router *router,
		      const struct persock_version *version,
		      struct msghdr *msg, struct persock_endpoint *endpoint,
		      struct persock_call *call)
{
	const struct persock_rules *rules =
		persock_router_rules(router, version);
	bool enforce = persock_enforces(version);
	u32 flags = msg->msg_flags;
	int verdict, masked;

	call->section = PERSOCK_SECTION_FLAGS_SEND;
	masked = persock_judge_flags(&rules->send, PERSOCK_KERNEL_SEND_FLAGS,
				     &flags);
	if (masked < 0)
		return masked;
	verdict = judge_control(rules, msg->msg_controllen, call);
	if (!verdict && msg->msg_controllen)
		verdict = persock_cmsg_send(router, version, msg, call);
	if (!verdict)
		verdict = persock_endpoint_send(call->sock, msg,
						&version->policy, endpoint,
						call);
	if (verdict)
		return verdict;
	if (enforce) {
		if (masked)
			persock_report_masked(router, version, call,
					      PERSOCK_SECTION_FLAGS_SEND,
					      msg->msg_flags & ~flags);
		msg->msg_flags = flags;
		return PERSOCK_ALLOW;
	}
	if (masked) {
		call->section = PERSOCK_SECTION_FLAGS_SEND;
		call->rule = 0;
		call->subject = msg->msg_flags & ~flags;
	}
	return masked;
}

static noinline int send_judged(struct persock_router *router,
				struct socket *sock, struct msghdr *msg,
				size_t length)
{
	struct persock_call call = {
		.operation = PERSOCK_OP_SENDMSG,
		.sock = sock,
		.subject = msg->msg_flags & ~PERSOCK_KERNEL_SEND_FLAGS,
	};
	size_t control = msg->msg_controllen;
	const struct persock_version *version;
	struct persock_endpoint endpoint;
	int verdict, sent;

	rcu_read_lock();
	version = persock_router_version(router);
	/* Cut first: the judged address is the one that is passed on. */
	if (msg->msg_name)
		msg->msg_namelen = persock_endpoint_length(router, version,
							   msg->msg_namelen);
	verdict = judge_send(router, version, msg, &endpoint, &call);
	if (!verdict)
		persock_peer_allowed(router, version, sock, msg);
	verdict = persock_report(router->attachment, version, &call, verdict);
	rcu_read_unlock();
	/* A send of TCP that names a peer (MSG_FASTOPEN) connects. */
	if (!verdict && (sock->type == SOCK_DGRAM || msg->msg_name))
		verdict = persock_port_choose(router, sock, call.operation);

	sent = verdict ? verdict :
			 router->provider->ops->sendmsg(sock, msg, length);
	/* io_uring may retry with the same message, so restore its length. */
	msg->msg_controllen = control;

	return sent;
}

/* In phase UNSENT there is no shortcut: the socket's peer is judged. */
int persock_unsent_sendmsg(struct socket *sock, struct msghdr *msg,
			   size_t length)
{
	return send_judged(persock_router_of(sock), sock, msg, length);
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
	 * chooses a port for a socket without one.
	 */
	if ((sock->type != SOCK_STREAM &&
	     (unlikely(sock->type == SOCK_RAW) ||
	      unlikely(persock_port_missing(router, sock)))) ||
	    (!persock_pass_send(router, msg) &&
	     (!msg->msg_name || !persock_peer_pass(router, sock, msg))))
		return send_judged(router, sock, msg, length);
	if (router->native)
		return router->native->sendmsg(sock, msg, length);

	return ops->sendmsg(sock, msg, length);
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
	const struct persock_version *version;
	const struct persock_rules *rules;
	struct persock_cmsg_filter filter;
	u32 judged = flags;
	int masked, verdict;
	bool empty;

	rcu_read_lock();
	version = persock_router_version(router);
	rules = persock_router_rules(router, version);
	masked = persock_judge_flags(&rules->receive, MSG_CMSG_COMPAT, &judged);
	verdict = min(masked, 0);
	if (!verdict)
		verdict = judge_control(rules, msg->msg_controllen, &call);
	if (!verdict && masked && persock_enforces(version))
		persock_report_masked(router, version, &call,
				      PERSOCK_SECTION_FLAGS_RECEIVE,
				      flags & ~judged);
	if (!persock_enforces(version)) {
		if (!verdict && masked)
			call.subject = flags & ~judged;
		judged = flags;
		if (!verdict)
			verdict = masked;
	}
	empty = says_empty(&call, verdict);
	verdict = persock_report(router->attachment, version, &call,
				 empty ? PERSOCK_IGNORE : verdict);
	if (empty && verdict)
		verdict = -EAGAIN;
	persock_cmsg_filter(router, version, sock, &filter);
	rcu_read_unlock();
	if (verdict)
		return verdict;

	return persock_cmsg_recv(router, sock, msg, length, judged, &filter);
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

#ifdef PERSOCK_HAVE_URING_TX_TIMESTAMP
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
	const struct persock_version *version;
	const struct persock_rules *rules;
	u32 flags = MSG_ERRQUEUE;
	int verdict;

	rcu_read_lock();
	version = persock_router_version(router);
	rules = persock_router_rules(router, version);
	verdict = persock_judge_flags(&rules->receive, 0, &flags);
	if (!verdict) {
		call.section = PERSOCK_SECTION_CONTROL_RECEIVE;
		call.message = true;
		call.subject = SOL_SOCKET;
		call.detail = SO_TIMESTAMPING_NEW;
		verdict = persock_judge_control(&rules->control_receive,
						SOL_SOCKET, SO_TIMESTAMPING_NEW,
						&call.rule);
	}
	if (verdict > 0)
		verdict = -EOPNOTSUPP;
	if (says_empty(&call, verdict))
		verdict = persock_report(router->attachment, version, &call,
					 PERSOCK_IGNORE) ? -EOPNOTSUPP : 0;
	else
		verdict = persock_report(router->attachment, version, &call,
					 verdict);
	rcu_read_unlock();

	return verdict;
}
#endif

#ifdef PERSOCK_HAVE_URING_CMD
/**
 * persock_message_judge_command() - judge a command of io_uring
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
int persock_message_judge_command(struct socket *sock, u32 command)
{
	switch (command) {
	case SOCKET_URING_OP_SIOCINQ:
		return persock_router_judge_ioctl(sock, SIOCINQ);
	case SOCKET_URING_OP_SIOCOUTQ:
		return persock_router_judge_ioctl(sock, SIOCOUTQ);
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
