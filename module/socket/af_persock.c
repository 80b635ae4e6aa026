// SPDX-License-Identifier: GPL-2.0
/*
 * The family AF_PERSOCK: sockets of providers that do not interpose. main.c
 * registers it, and the socket layer calls create().
 *
 * create() is reached in two ways: by a request that the interception point
 * has packed, and by an explicit socket(AF_PERSOCK, ...). Both are judged
 * here, with the same result, so a program gains nothing by forging a packed
 * request.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "cgroup/attachment.h"
#include "socket/af_persock.h"
#include "socket/report.h"
#include "socket/router.h"
#include "socket/wrapper.h"

/**
 * persock_family_unpack() - undo PERSOCK_PROTOCOL()
 * @packed: the protocol of an AF_PERSOCK request
 * @request: family and protocol are filled in
 *
 * Return: 0, or -EINVAL if bits are set that PERSOCK_PROTOCOL() never sets.
 */
int persock_family_unpack(int packed, struct persock_request *request)
{
	unsigned int bits = packed;

	if (bits >> (PERSOCK_PROTOCOL_BITS + PERSOCK_FAMILY_BITS))
		return -EINVAL;

	request->family = bits >> PERSOCK_PROTOCOL_BITS;
	request->protocol = bits & ((1U << PERSOCK_PROTOCOL_BITS) - 1);

	return 0;
}

/* Called before a provider makes a socket of its own. */
static int (*before_first)(void) __ro_after_init;

static int serve(struct net *net, struct socket *sock,
		 struct persock_attachment *attachment,
		 const struct persock_provider *provider,
		 const struct persock_request *request)
{
	struct persock_router *router;
	int err;

	router = persock_router_get(attachment, provider, request->family,
				    NULL, NULL);
	if (!router)
		return -ENOBUFS;

	err = persock_wrapper_make(net, sock, request);
	if (err)
		return err;
	err = provider->ops->socket(sock, request->family, request->type,
				    request->protocol);
	if (err) {
		persock_wrapper_release(sock);
		return err;
	}
	sock->ops = &router->ops;

	return 0;
}

/*
 * @nr: number of live sockets of the attachment, including the new one.
 * @kern: an interception point has sent the request here.
 */
static struct persock_attachment *hold_attachment(unsigned int *nr, int kern)
{
	struct persock_attachment *attachment;

	do {
		rcu_read_lock();
		attachment = persock_attachment_current();
		if (attachment) {
			*nr = persock_attachment_get(attachment);
			if (!*nr)
				attachment = ERR_PTR(-ESTALE);
		}
		rcu_read_unlock();
		/*
		 * It was being detached: look up the attachment that governs
		 * now.
		 */
	} while (IS_ERR(attachment));

	if (attachment)
		return attachment;
	/*
	 * The task's attachment has just gone: the request cannot be served.
	 */
	if (kern)
		return ERR_PTR(-EAFNOSUPPORT);
	/*
	 * An open attachment arms the interception points of the whole
	 * machine.
	 */
	if (!capable(CAP_NET_ADMIN))
		return ERR_PTR(-EPERM);

	*nr = 1;
	return persock_attachment_open();
}

/*
 * The provider stays: the personality pins it, and @attachment holds the
 * personality. @net is the network namespace for the socket, with a reference.
 */
static const struct persock_provider *
judge_request(struct persock_attachment *attachment,
	      const struct persock_request *request, unsigned int nr,
	      struct net **net)
{
	const struct persock_provider *provider;
	const struct persock_version *version;
	struct net *elsewhere;
	struct persock_call call = {
		.operation = PERSOCK_OP_CREATE,
		.section = PERSOCK_SECTION_SOCKETS,
		.request = request,
	};
	int verdict;

	rcu_read_lock();
	version = persock_version_of(attachment->personality);
	elsewhere = persock_attachment_net(attachment, version,
					   request->family);
	provider = persock_version_provider(version, request, elsewhere);
	verdict = persock_judge_request(&version->policy, request,
					&call.section, &call.rule);
	if (!verdict && version->policy.max_sockets &&
	    nr > version->policy.max_sockets) {
		call.section = PERSOCK_SECTION_LIMITS;
		call.rule = 0;
		verdict = version->policy.max_sockets_verdict;
	}
	/*
	 * The interception point does not send a request here for a provider
	 * that interposes, so the attachment that governs the task has just
	 * changed. Or a task of another network namespace was first, so the
	 * socket cannot be made in the named one.
	 */
	if ((!verdict || !persock_enforces(version)) &&
	    (!provider || provider->interposes ||
	     (elsewhere && !persock_attachment_meant(attachment, version)))) {
		call.always = true;
		call.section = PERSOCK_SECTION_SOCKETS;
		call.rule = 0;
		verdict = -EAFNOSUPPORT;
	}
	verdict = persock_report(attachment, version, &call, verdict);
	*net = get_net(elsewhere ?: *net);
	rcu_read_unlock();

	return verdict ? ERR_PTR(verdict) : provider;
}

static int family_create(struct net *net, struct socket *sock, int protocol,
			 int kern)
{
	struct persock_request request = { .type = sock->type };
	const struct persock_provider *provider;
	struct persock_attachment *attachment;
	unsigned int nr;
	int err;

	err = persock_family_unpack(protocol, &request);
	if (err)
		return err;

	attachment = hold_attachment(&nr, kern);
	if (IS_ERR(attachment))
		return PTR_ERR(attachment);

	provider = judge_request(attachment, &request, nr, &net);
	err = PTR_ERR_OR_ZERO(provider);
	if (!err)
		err = before_first();
	if (!err)
		err = serve(net, sock, attachment, provider, &request);
	put_net(net);
	if (err)
		persock_attachment_put(attachment);
	else
		this_cpu_inc(attachment->totals->created);

	return err;
}

static struct net_proto_family family = {
	.owner = THIS_MODULE,
	.create = family_create,
};

/**
 * persock_family_init() - register AF_PERSOCK
 * @number: number to register it under
 * @before: called before a provider makes a socket of its own; returns 0, or
 *	    an errno that refuses the socket. Process context, may sleep
 *
 * Return: 0; -EINVAL if @number is no address family; -EEXIST if the number is
 * in use; or the errno of persock_wrapper_init().
 */
int __init persock_family_init(int number, int (*before)(void))
{
	int err;

	if (number <= AF_UNSPEC || number >= NPROTO) {
		pr_err("family=%d is not an address family: 1 to %d are\n",
		       number, NPROTO - 1);
		return -EINVAL;
	}

	err = persock_wrapper_init();
	if (err)
		return err;

	before_first = before;
	persock_family = number;
	family.family = number;
	err = sock_register(&family);
	if (err) {
		pr_err("family=%d is taken: choose a free one with the parameter family=, such as 13, 14, 18, 19, 22, 23 or 25\n",
		       number);
		persock_wrapper_exit();
	}

	return err;
}

/**
 * persock_family_exit() - unregister AF_PERSOCK
 *
 * Call it when no requests are sent here any more: without the family
 * socket(2) would call modprobe for it.
 */
void persock_family_exit(void)
{
	sock_unregister(persock_family);
	persock_wrapper_exit();
}
