// SPDX-License-Identifier: GPL-2.0
/*
 * Control messages of governed sockets.
 *
 * On the way out they are in kernel memory when proto_ops see them, so what is
 * judged is what is sent. On the way in the protocol writes them to user
 * memory itself; to judge them first they are received into a buffer of ours,
 * and those that pass are put to user memory from there.
 *
 * That cannot be done for AF_UNIX: descriptors are installed while SCM_RIGHTS is
 * written, and scm_detach_fds() does not accept a kernel buffer. Only the INET
 * class is filtered on the way in.
 */
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/socket.h>

#include "cmsg.h"

static void take_out(struct msghdr *msg, struct cmsghdr *cmsg)
{
	char *end = (char *)msg->msg_control + msg->msg_controllen;
	struct cmsghdr *next = CMSG_NXTHDR(msg, cmsg);

	if (!next) {
		msg->msg_controllen = (char *)cmsg - (char *)msg->msg_control;
		return;
	}
	msg->msg_controllen -= (char *)next - (char *)cmsg;
	memmove(cmsg, next, end - (char *)next);
}

/**
 * persock_cmsg_send() - judge the control messages of a send
 * @rules: rules of the socket's class
 * @msg: those to be ignored are taken out
 *
 * Context: any.
 * Return: PERSOCK_ALLOW; -EINVAL for a malformed buffer, as every protocol
 * answers it; or the errno of the rule (seed H8).
 */
int persock_cmsg_send(const struct persock_rules *rules, struct msghdr *msg)
{
	struct cmsghdr *cmsg;
	int verdict;

	if (!msg->msg_controllen ||
	    (!rules->nr_cmsgs && rules->cmsg_send_default == PERSOCK_ALLOW))
		return PERSOCK_ALLOW;
	/*
	 * It is in kernel memory: sendmsg(2), io_uring and the compat layer copy
	 * it in. msg_control_is_user says so too, but for the compat layer
	 * before 6.2, which leaves it as it was.
	 */
	cmsg = CMSG_FIRSTHDR(msg);
	while (cmsg) {
		if (!CMSG_OK(msg, cmsg))
			return -EINVAL;
		verdict = persock_judge_cmsg_send(rules, cmsg->cmsg_level,
						  cmsg->cmsg_type);
		if (verdict < 0)
			return verdict;
		if (verdict == PERSOCK_ALLOW) {
			cmsg = CMSG_NXTHDR(msg, cmsg);
			continue;
		}
		take_out(msg, cmsg);
		/* What follows has moved here, if anything does. */
		if ((char *)cmsg + sizeof(*cmsg) >
		    (char *)msg->msg_control + msg->msg_controllen)
			break;
	}

	return PERSOCK_ALLOW;
}

/* Put what passes to the caller's buffer, which put_cmsg() bounds. */
static void put_allowed(const struct persock_rules *rules, struct msghdr *msg,
			void *control, size_t length)
{
	struct msghdr received = {
		.msg_control = control,
		.msg_controllen = length,
	};
	struct cmsghdr *cmsg;

	for_each_cmsghdr(cmsg, &received) {
		if (!CMSG_OK(&received, cmsg))
			break;
		/* Without the type of a record an alert would pass for data. */
		if (cmsg->cmsg_level != SOL_TLS &&
		    persock_judge_cmsg_recv(rules, cmsg->cmsg_level,
					    cmsg->cmsg_type) != PERSOCK_ALLOW) {
			msg->msg_flags |= MSG_CTRUNC;
			continue;
		}
		put_cmsg(msg, cmsg->cmsg_level, cmsg->cmsg_type,
			 cmsg->cmsg_len - CMSG_LEN(0), CMSG_DATA(cmsg));
	}
}

/**
 * persock_cmsg_recv() - receive, and judge the control messages
 * @router: the socket's
 * @sock: the socket
 * @msg: where the message goes
 * @length: room for data
 * @flags: judged already
 *
 * MSG_CTRUNC tells that a message was cut (seed H7).
 *
 * Context: process context, may sleep.
 * Return: as recvmsg(); -ENOBUFS without memory for the buffer.
 */
int persock_cmsg_recv(struct persock_router *router, struct socket *sock,
		      struct msghdr *msg, size_t length, int flags)
{
	const struct persock_provider_ops *ops = router->provider->ops;
	const struct persock_rules *rules = persock_router_rules(router);
	unsigned int compat = msg->msg_flags & MSG_CMSG_COMPAT;
	void __user *control = msg->msg_control_user;
	size_t room = msg->msg_controllen;
	void *buffer;
	int received;

	/* A kernel caller gets what it asks for into its own buffer. */
	if (!rules->cmsg_recv_max || router->class != PERSOCK_CLASS_INET ||
	    !control || !room || !msg->msg_control_is_user)
		return ops->recvmsg(sock, msg, length, flags);

	buffer = kzalloc(rules->cmsg_recv_max, GFP_KERNEL_ACCOUNT);
	if (!buffer)
		return -ENOBUFS;

	/* With it put_cmsg() would write a 32-bit layout, to user memory. */
	msg->msg_flags &= ~MSG_CMSG_COMPAT;
	msg->msg_control_is_user = false;
	msg->msg_control = buffer;
	msg->msg_controllen = rules->cmsg_recv_max;

	received = ops->recvmsg(sock, msg, length, flags);

	length = msg->msg_control - buffer;
	msg->msg_control_is_user = true;
	msg->msg_control_user = control;
	msg->msg_controllen = room;
	msg->msg_flags |= compat;
	if (received >= 0)
		put_allowed(rules, msg, buffer, length);
	kfree(buffer);

	return received;
}
