// SPDX-License-Identifier: GPL-2.0
/*
 * Control messages of governed sockets: they are judged when they are sent and
 * when they are received. message.c calls these functions for sends and
 * receives.
 *
 * Control messages that are sent are in kernel memory when proto_ops see them,
 * so persock judges what is sent. Control messages that are received are
 * written to user memory by the protocol itself. To judge them first, persock
 * receives them into a buffer of its own and copies those that pass to user
 * memory from there.
 *
 * That is impossible for AF_UNIX: descriptors are installed while SCM_RIGHTS
 * is written, and scm_detach_fds() does not accept a kernel buffer. So only
 * received control messages of the INET class are filtered. An AF_UNIX socket
 * that may not receive descriptors or credentials receives no control message
 * at all.
 */
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/socket.h>

#include "compat.h"
#include "policy/detour.h"
#include "policy/verdict.h"
#include "socket/answer.h"
#include "socket/cmsg.h"
#include "socket/judge.h"
#include "socket/local_call.h"
#include "socket/note.h"
#include "socket/report.h"

/* The size of a buffer for control messages that are only noted. */
#define NOTED_MAX	16384

/*
 * Keep a control message: move it behind those that were kept before, over the
 * removed ones. Each is moved at most once. Returns the place for the next
 * one.
 */
static char *keep(const struct msghdr *msg, char *to, struct cmsghdr *cmsg)
{
	size_t left = msg->msg_controllen -
		      ((char *)cmsg - (char *)msg->msg_control);
	size_t length = min_t(size_t, CMSG_ALIGN(cmsg->cmsg_len), left);

	if (to != (char *)cmsg)
		memmove(to, cmsg, length);

	return to + length;
}

static int judge(const struct persock_router *router,
		 const struct persock_version *version,
		 const struct cmsghdr *cmsg, struct persock_call *call)
{
	const struct persock_policy *policy = &version->policy;
	const struct persock_rules *rules =
		persock_router_rules(router, version);

	call->rule = 0;
	if (persock_router_unix(router) && cmsg->cmsg_level == SOL_SOCKET) {
		call->section = PERSOCK_SECTION_UNIX_RIGHTS;
		if (cmsg->cmsg_type == SCM_RIGHTS && policy->unix_rights < 0)
			return policy->unix_rights;
		call->section = PERSOCK_SECTION_UNIX_CREDENTIALS;
		if (cmsg->cmsg_type == SCM_CREDENTIALS &&
		    policy->unix_credentials)
			return policy->unix_credentials;
	}
	call->section = PERSOCK_SECTION_CONNECT;
	if (router->class == PERSOCK_CLASS_INET &&
	    persock_restricts(&policy->connect) &&
	    persock_detour_message(cmsg->cmsg_level, cmsg->cmsg_type))
		return persock_unjudged_errno(&policy->connect);

	call->section = PERSOCK_SECTION_CONTROL_SEND;
	return persock_judge_control_message(rules, cmsg->cmsg_level, cmsg->cmsg_type,
					     &call->rule);
}

/*
 * Report a message that is removed, or would be if the policy did not audit.
 */
static void report_ignored(const struct persock_version *version,
			   const struct persock_call *call,
			   const struct cmsghdr *cmsg)
{
	struct persock_call ignored_part = *call;

	ignored_part.message = true;
	ignored_part.subject = cmsg->cmsg_level;
	ignored_part.detail = cmsg->cmsg_type;
	persock_report_ignored(version, &ignored_part);
}

/* Can the policy deny or ignore any message of this socket? */
static bool judges(const struct persock_router *router,
		   const struct persock_version *version)
{
	const struct persock_policy *policy = &version->policy;

	return !persock_allows_all(&persock_router_rules(router, version)->control_send) ||
	       policy->unix_rights < 0 || policy->unix_credentials ||
	       persock_restricts(&policy->connect);
}

/**
 * persock_cmsg_send() - judge the control messages of a send by one layer
 * @router: the socket's
 * @version: the version that judges
 * @msg: the message
 * @call: if a message is not allowed, the section and rule that decided are
 *	  filled in
 * @removes: set if the layer ignores a message, and does not only audit; then
 *	     persock_cmsg_remove() follows once all layers have judged
 *
 * Context: any; RCU read side for @version.
 * Return: PERSOCK_ALLOW; -EINVAL for a malformed buffer, as in every protocol;
 * or the errno of the rule (seed H8).
 */
int persock_cmsg_send(const struct persock_router *router,
		      const struct persock_version *version,
		      struct msghdr *msg, struct persock_call *call,
		      bool *removes)
{
	bool enforce = persock_enforces(version);
	struct cmsghdr *cmsg;
	int verdict;

	if (!msg->msg_controllen || !judges(router, version))
		return PERSOCK_ALLOW;
	/*
	 * The buffer is in kernel memory: sendmsg(2), io_uring and the compat
	 * layer copy it. msg_control_is_user shows this, too, except for the
	 * compat layer before 6.2, which does not set it.
	 */
	for_each_cmsghdr(cmsg, msg) {
		if (!CMSG_OK(msg, cmsg)) {
			call->section = PERSOCK_SECTION_CONTROL_SEND;
			call->rule = 0;
			return -EINVAL;
		}
		verdict = judge(router, version, cmsg, call);
		if (verdict < 0) {
			call->message = true;
			call->subject = cmsg->cmsg_level;
			call->detail = cmsg->cmsg_type;
			return verdict;
		}
		if (verdict == PERSOCK_IGNORE) {
			report_ignored(version, call, cmsg);
			*removes |= enforce;
		}
	}
	call->rule = 0;

	return PERSOCK_ALLOW;
}

/* Does every layer that enforces let a control message be sent? */
static bool is_sent(const struct persock_router *router,
		    const struct persock_view *view, const struct cmsghdr *cmsg)
{
	struct persock_call call = {};
	unsigned int i;

	for (i = 0; i < view->nr; i++) {
		if (persock_enforces(view->layers[i]) &&
		    judges(router, view->layers[i]) &&
		    judge(router, view->layers[i], cmsg, &call))
			return false;
	}

	return true;
}

/**
 * persock_cmsg_remove() - remove the control messages that a layer ignores
 * @router: the socket's
 * @view: what it is held to; every layer has allowed the send
 * @msg: the message
 *
 * Context: any; RCU read side for @view.
 */
void persock_cmsg_remove(const struct persock_router *router,
			 const struct persock_view *view, struct msghdr *msg)
{
	struct cmsghdr *cmsg, *next;
	char *to = msg->msg_control;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = next) {
		/* Before it is moved. */
		next = CMSG_NXTHDR(msg, cmsg);
		if (is_sent(router, view, cmsg))
			to = keep(msg, to, cmsg);
	}
	msg->msg_controllen = to - (char *)msg->msg_control;
}

/**
 * persock_cmsg_filter() - decide how a receive handles control messages
 * @router: the socket's
 * @view: what it is held to
 * @sock: the socket
 * @filter: filled in
 *
 * Context: any; RCU read side for @view.
 */
void persock_cmsg_filter(const struct persock_router *router,
			 const struct persock_view *view,
			 const struct socket *sock,
			 struct persock_cmsg_filter *filter)
{
	unsigned int i;

	filter->view = view->number;
	filter->room = 0;
	filter->none = false;
	filter->rights = persock_router_unix(router) && view->rights;
	filter->notes = view->records;
	for (i = 0; i < view->nr; i++) {
		const struct persock_version *version = view->layers[i];
		const struct persock_policy *policy = &version->policy;
		unsigned int room;

		if (!persock_enforces(version))
			continue;
		room = persock_router_rules(router, version)->received_max;
		if (router->class == PERSOCK_CLASS_INET && room)
			filter->room = filter->room ? min(filter->room, room) :
						      room;
		if (persock_router_unix(router))
			filter->none |= policy->unix_rights < 0 ||
					(policy->unix_credentials &&
					 persock_passes_credentials(sock));
	}
}

/* Does every layer let a control message be received? */
static bool is_received(const struct persock_router *router,
			const struct persock_view *view,
			const struct cmsghdr *cmsg, struct socket *sock)
{
	struct persock_call call = {
		.operation = PERSOCK_OP_RECVMSG,
		.section = PERSOCK_SECTION_CONTROL_RECEIVE,
		.sock = sock,
		.stack = router->stack,
	};
	bool received = true;

	for (; call.layer < view->nr; call.layer++) {
		const struct persock_version *version =
			view->layers[call.layer];
		const struct persock_options *options =
			&persock_router_rules(router, version)->control_receive;

		if (persock_records(version))
			persock_note_control(&call,
					     PERSOCK_SECTION_CONTROL_RECEIVE,
					     cmsg->cmsg_level, cmsg->cmsg_type);
		if (!persock_enforces(version) ||
		    persock_judge_control(options, cmsg->cmsg_level,
					  cmsg->cmsg_type,
					  &call.rule) == PERSOCK_ALLOW)
			continue;
		report_ignored(version, &call, cmsg);
		received = false;
	}

	return received;
}

/*
 * Remove messages that do not pass. The current view decides, as the receive
 * may have slept for a long time; if the receive itself does not pass it, none
 * does: what the earlier view would let through is not known any more. Returns
 * the remaining length.
 */
static size_t keep_allowed(const struct persock_router *router,
			   struct socket *sock, struct msghdr *msg, int flags,
			   const struct persock_cmsg_filter *filter,
			   void *control, size_t length)
{
	struct msghdr received = {
		.msg_control = control,
		.msg_controllen = length,
	};
	const struct persock_view *view;
	struct cmsghdr *cmsg, *next;
	char *to = control;
	bool any;

	rcu_read_lock();
	view = persock_router_view(router);
	any = view->number == filter->view ||
	      persock_still_receives(router, view, flags, msg->msg_controllen);
	for (cmsg = CMSG_FIRSTHDR(&received);
	     cmsg && CMSG_OK(&received, cmsg); cmsg = next) {
		next = CMSG_NXTHDR(&received, cmsg);
		/* Without its type an alert record would look like data. */
		if (cmsg->cmsg_level == SOL_TLS ||
		    (any && is_received(router, view, cmsg, sock)))
			to = keep(&received, to, cmsg);
		else
			msg->msg_flags |= MSG_CTRUNC;
	}
	rcu_read_unlock();

	return to - (char *)control;
}

/* Copy the rest to the caller's buffer, whose end put_cmsg() checks. */
static void put_allowed(struct msghdr *msg, void *control, size_t length)
{
	struct msghdr received = {
		.msg_control = control,
		.msg_controllen = length,
	};
	struct cmsghdr *cmsg;

	for_each_cmsghdr(cmsg, &received) {
		if (!CMSG_OK(&received, cmsg))
			break;
		put_cmsg(msg, cmsg->cmsg_level, cmsg->cmsg_type,
			 cmsg->cmsg_len - CMSG_LEN(0), CMSG_DATA(cmsg));
	}
}

/* Descriptors come with control messages only. */
static int receive(struct persock_router *router, struct socket *sock,
		   struct msghdr *msg, size_t length, int flags,
		   const struct persock_cmsg_filter *filter)
{
	return filter->rights && msg->msg_controllen ?
	       persock_local_receive(sock, msg, length, flags, filter->view) :
	       persock_receive(router, sock, msg, length, flags);
}

/*
 * Receive like a caller without a buffer: descriptors are dropped, and
 * MSG_CTRUNC is set.
 */
static int receive_none(struct persock_router *router, struct socket *sock,
			struct msghdr *msg, size_t length, int flags)
{
	void __user *control = msg->msg_control_user;
	size_t room = msg->msg_controllen;
	int received;

	msg->msg_control_user = NULL;
	msg->msg_controllen = 0;
	received = persock_receive(router, sock, msg, length, flags);
	msg->msg_control_user = control;
	msg->msg_controllen = room;

	return received;
}

/*
 * Note for each layer that records, of a receive that has returned control
 * messages of that length. A policy that denies descriptors receives none.
 */
static void note_received(const struct persock_router *router,
			  struct socket *sock, size_t length)
{
	struct persock_call call = {
		.operation = PERSOCK_OP_RECVMSG,
		.sock = sock,
		.stack = router->stack,
	};
	const struct persock_view *view;

	rcu_read_lock();
	view = persock_router_view(router);
	for (; call.layer < view->nr; call.layer++) {
		if (!persock_records(view->layers[call.layer]))
			continue;
		if (router->class == PERSOCK_CLASS_INET)
			persock_note_limit(&call,
					   PERSOCK_LIMIT_RECEIVED_CONTROL,
					   length);
		if (!persock_router_unix(router))
			continue;
		persock_note_default(&call, PERSOCK_SECTION_UNIX_RIGHTS);
		if (persock_passes_credentials(sock))
			persock_note_default(&call,
					     PERSOCK_SECTION_UNIX_CREDENTIALS);
	}
	rcu_read_unlock();
}

/* The control messages of such sockets are not read, only noted. */
static int receive_unread(struct persock_router *router, struct socket *sock,
			  struct msghdr *msg, size_t length, int flags,
			  const struct persock_cmsg_filter *filter)
{
	size_t room = msg->msg_controllen;
	int received;

	received = receive(router, sock, msg, length, flags, filter);
	if (received >= 0 && msg->msg_controllen < room)
		note_received(router, sock, room - msg->msg_controllen);

	return received;
}

/**
 * persock_cmsg_recv() - receive a message, and judge its control messages
 * @router: the socket's
 * @sock: the socket
 * @msg: the message to fill in
 * @length: room for data
 * @flags: flags of the receive, already judged
 * @filter: from persock_cmsg_filter()
 *
 * MSG_CTRUNC reports that a control message was removed (seed H7).
 *
 * Context: process context, may sleep.
 * Return: as recvmsg(); -ENOBUFS if there is no memory for the buffer.
 */
int persock_cmsg_recv(struct persock_router *router, struct socket *sock,
		      struct msghdr *msg, size_t length, int flags,
		      const struct persock_cmsg_filter *filter)
{
	unsigned int compat = msg->msg_flags & MSG_CMSG_COMPAT;
	void __user *control = msg->msg_control_user;
	unsigned int size = filter->room ?: NOTED_MAX;
	size_t room = msg->msg_controllen;
	void *buffer;
	int received;

	if (filter->none)
		return receive_none(router, sock, msg, length, flags);
	if (filter->notes && router->class != PERSOCK_CLASS_INET)
		return receive_unread(router, sock, msg, length, flags, filter);
	/* A kernel caller receives into its own buffer, unfiltered. */
	if ((!filter->room && !filter->notes) || !control || !room ||
	    !msg->msg_control_is_user)
		return receive(router, sock, msg, length, flags, filter);

	buffer = kvzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!buffer)
		return -ENOBUFS;

	/*
	 * With this flag put_cmsg() would write a 32-bit layout to user
	 * memory.
	 */
	msg->msg_flags &= ~MSG_CMSG_COMPAT;
	msg->msg_control_is_user = false;
	msg->msg_control = buffer;
	msg->msg_controllen = size;

	received = persock_receive(router, sock, msg, length, flags);

	length = msg->msg_control - buffer;
	msg->msg_control_is_user = true;
	msg->msg_control_user = control;
	msg->msg_controllen = room;
	msg->msg_flags |= compat;
	if (received >= 0)
		put_allowed(msg, buffer, keep_allowed(router, sock, msg, flags,
						      filter, buffer, length));
	kvfree(buffer);
	if (filter->notes && length && received >= 0)
		note_received(router, sock, length);

	return received;
}
