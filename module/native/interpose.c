// SPDX-License-Identifier: GPL-2.0
/*
 * The interposition on new native sockets: the verdict on a socket that the
 * kernel has made for a governed task, and the router in front of it.
 * hook/intercept.c calls this at security_socket_post_create(), when the
 * socket is complete.
 */
#include <linux/in.h>
#include <linux/module.h>
#include <linux/net.h>

#include "cgroup/attachment.h"
#include "native/interpose.h"
#include "native/native.h"
#include "socket/creation.h"
#include "socket/report.h"

/* The attachment already has all live sockets that its policy allows. */
#define FULL 1

static int interpose_new(struct persock_attachment *attachment,
			 struct socket *sock, const struct persock_policy *limits)
{
	unsigned int nr = persock_attachment_get(attachment);
	int err;

	if (!nr)
		return -ESTALE;
	if (limits && limits->max_sockets && nr > limits->max_sockets)
		err = FULL;
	else
		err = persock_native_route(attachment, sock);
	if (err)
		persock_attachment_put(attachment);
	else
		this_cpu_inc(attachment->totals->created);

	return err;
}

/*
 * interpose_limited() - put the router in front of a new socket
 * @attachment: attachment of the socket, found under RCU
 * @sock: the socket, with native ops, or without ops; not yet visible to user
 *	  space
 * @limits: policy whose limit on live sockets applies, or NULL
 *
 * On success the socket holds @attachment, and this module instead of the
 * module of its native ops.
 *
 * Context: RCU read side; does not sleep.
 * Return: 0; FULL if the limit is reached; -ENOBUFS if there is no spare
 * router; -ESTALE if the attachment was detached meanwhile and nothing holds
 * it; -ENODEV if the module is being removed by force.
 */
static int interpose_limited(struct persock_attachment *attachment,
			     struct socket *sock,
			     const struct persock_policy *limits)
{
	const struct proto_ops *native = sock->ops;
	int err;

	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	err = interpose_new(attachment, sock, limits);
	if (err)
		module_put(THIS_MODULE);
	else if (native)
		module_put(native->owner);

	return err;
}

/**
 * persock_interpose() - judge a new native socket, and govern it
 * @attachment: the attachment that governs
 * @sock: the socket, complete, with native ops
 * @request: the request
 *
 * The request was judged before the socket was made. Since then a cgroup may
 * have been attached, or the task may have moved, so it is judged again.
 *
 * Context: RCU read side; does not sleep.
 * Return: 0; the errno of the refusal; -ESTALE if @attachment was detached
 * meanwhile.
 */
int persock_interpose(struct persock_attachment *attachment,
		      struct socket *sock,
		      const struct persock_request *request)
{
	const struct persock_version *version =
		persock_version_of(attachment->personality);
	const struct persock_policy *policy = &version->policy;
	struct persock_call call = {
		.operation = PERSOCK_OP_CREATE,
		.section = PERSOCK_SECTION_SOCKETS,
		.request = request,
	};
	const struct persock_provider *provider;
	int err, verdict = PERSOCK_ALLOW;

	if (likely(version->requests & persock_shortcut_request(request)))
		goto interpose;
	verdict = persock_judge_request(policy, request, &call.section,
					&call.rule);
	if (verdict && persock_enforces(version))
		return persock_report(attachment, version, &call, verdict);
	/* The current policy requires another provider's socket. */
	provider = persock_version_provider(version, request,
					    persock_attachment_net(attachment,
								   version,
								   request->family));
	if (!provider || !provider->interposes) {
		call.always = true;
		call.section = PERSOCK_SECTION_SOCKETS;
		call.rule = 0;
		return persock_report(attachment, version, &call,
				      -EAFNOSUPPORT);
	}

interpose:
	err = interpose_limited(attachment, sock, policy);
	if (err == FULL) {
		call.section = PERSOCK_SECTION_LIMITS;
		call.rule = 0;
		verdict = persock_report(attachment, version, &call,
					 policy->max_sockets_verdict);
		return verdict ? verdict :
		       interpose_limited(attachment, sock, NULL);
	}
	if (err == -ESTALE)
		return err;
	if (err) {
		call.always = true;
		call.rule = 0;
		verdict = err;
	}

	return persock_report(attachment, version, &call, verdict);
}

/**
 * persock_interpose_kernel() - judge a socket that is made as a kernel socket
 * @sock: the socket
 * @request: its family, type and protocol
 *
 * All pass except those that SCTP peels off since 6.19: it makes them with
 * sock_create_lite(), without ops. Later it gives them the parent's ops, which
 * no interception point sees. If the parent is governed, these are a router's
 * ops; then the socket only needs a reference to the attachment, and a count.
 * If it is not, the new socket cannot be governed, so a governed task gets
 * none.
 *
 * Context: process context; does not sleep.
 * Return: 0, or the errno of the refusal.
 */
int persock_interpose_kernel(struct socket *sock,
			     const struct persock_request *request)
{
	struct persock_creation *creation;
	struct persock_attachment *attachment;
	struct persock_call call = {
		.operation = PERSOCK_OP_CREATE,
		.section = PERSOCK_SECTION_SOCKETS,
		.request = request,
		.always = true,
	};
	int err;

	if (request->type != SOCK_SEQPACKET ||
	    request->protocol != IPPROTO_SCTP || sock->ops)
		return 0;

	creation = persock_creation_own();
	rcu_read_lock();
	attachment = creation ? creation->attachment :
				persock_attachment_current();
	if (!attachment) {
		err = 0;
	} else if (creation) {
		err = persock_interpose(attachment, sock, request);
		creation->unfinished = !err;
	} else {
		err = persock_report(attachment,
				     persock_version_of(attachment->personality),
				     &call, -EOPNOTSUPP);
	}
	rcu_read_unlock();

	return err;
}
