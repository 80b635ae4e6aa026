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
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "cgroup/attach.h"
#include "cgroup/stack.h"
#include "socket/af_persock.h"
#include "socket/judge.h"
#include "socket/note.h"
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
		 struct persock_stack *stack,
		 const struct persock_provider *provider,
		 const struct persock_request *request)
{
	struct persock_router *router;
	int err;

	router = persock_router_get(stack, provider, request->family, NULL,
				    NULL);
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

/**
 * struct making - a socket that is judged
 * @request: the request
 * @net: the network namespace for it
 * @provider: the provider that serves it, or an ERR_PTR
 * @full: a limit is exceeded: the socket does not count
 * @used: by layer, see persock_charge_limited()
 */
struct making {
	struct persock_request request;
	struct net *net;
	const struct persock_provider *provider;
	bool full;
	unsigned int used[PERSOCK_MAX_LAYERS];
};

static int judge(const struct persock_version *version,
		 struct persock_call *call, void *data)
{
	const struct making *making = data;
	int verdict;

	if (persock_records(version)) {
		persock_note_sockets(call);
		return PERSOCK_ALLOW;
	}
	verdict = persock_judge_request(&version->policy, &making->request,
					&call->section, &call->rule);
	if (!verdict)
		verdict = persock_judge_limit(version, call,
					      making->used[call->layer]);

	return verdict;
}

/*
 * Can the provider serve? The interception point does not send a request here
 * for a provider that interposes, so the layers that govern the task have just
 * changed. Or a task of another network namespace was first, so the socket
 * cannot be made in the named one.
 */
static bool can_serve(struct persock_stack *stack,
		      const struct persock_view *view,
		      const struct persock_provider *provider,
		      const struct net *elsewhere)
{
	return provider && !provider->interposes &&
	       (!elsewhere || persock_stack_claim(stack, view));
}

/* Nearly every request: it passes, and no layer has a limit. */
static bool passes(const struct persock_view *view,
		   const struct making *making)
{
	return persock_view_allows(view, &making->request) && !view->limits &&
	       !trace_persock_create_enabled();
}

/*
 * Judge the request. The provider stays: the personality pins it, and @stack
 * holds the personality. @net gets a reference. RCU read side.
 */
static void judge_request(struct persock_stack *stack,
			  const struct persock_view *view,
			  struct making *making)
{
	struct persock_call call = {
		.operation = PERSOCK_OP_CREATE,
		.section = PERSOCK_SECTION_SOCKETS,
		.request = &making->request,
	};
	struct persock_call asked = call;
	const struct persock_provider *provider;
	struct net *elsewhere;
	int verdict;

	elsewhere = persock_stack_net(stack, view, making->request.family);
	provider = persock_view_provider(view, &making->request, elsewhere);
	if (passes(view, making) && can_serve(stack, view, provider, elsewhere)) {
		persock_count(stack->totals, PERSOCK_OP_CREATE,
			      PERSOCK_OUTCOME_ALLOWED);
		verdict = 0;
	} else if (persock_judge_silently(stack, view, &asked, judge, making) ||
		   can_serve(stack, view, provider, elsewhere)) {
		verdict = persock_judge(stack, view, &call, judge, making);
	} else {
		verdict = persock_deny_unjudged(stack, view, &call, view->server,
						-EAFNOSUPPORT);
	}
	making->provider = verdict ? ERR_PTR(verdict) : provider;
	making->net = get_net(elsewhere ?: making->net);
}

/*
 * Hold the layers for a socket, and judge it by the view by which it was
 * counted. @kern: an interception point has sent the request here.
 */
static struct persock_stack *hold_stack(struct making *making, int kern)
{
	const struct persock_view *view;
	struct persock_stack *stack;
	int held = 0;

	do {
		rcu_read_lock();
		stack = persock_stack_current();
		if (stack) {
			view = persock_stack_view(stack);
			held = persock_stack_get(stack, view, making->used);
		}
		if (stack && held != -ESTALE)
			judge_request(stack, view, making);
		rcu_read_unlock();
		/* Changed meanwhile: look up the layers that govern now. */
	} while (stack && held == -ESTALE);

	if (stack) {
		making->full = held;
		return stack;
	}
	/*
	 * The task's attachment has just gone: the request cannot be served.
	 */
	if (kern)
		return ERR_PTR(-EAFNOSUPPORT);
	/*
	 * An open stack arms the interception points of the whole machine.
	 */
	if (!capable(CAP_NET_ADMIN))
		return ERR_PTR(-EPERM);

	stack = persock_stack_open();
	if (IS_ERR(stack))
		return stack;
	rcu_read_lock();
	judge_request(stack, persock_stack_view(stack), making);
	rcu_read_unlock();

	return stack;
}

static int family_create(struct net *net, struct socket *sock, int protocol,
			 int kern)
{
	struct making making = { .request.type = sock->type, .net = net };
	struct persock_stack *stack;
	int err;

	err = persock_family_unpack(protocol, &making.request);
	if (err)
		return err;

	stack = hold_stack(&making, kern);
	if (IS_ERR(stack))
		return PTR_ERR(stack);

	err = PTR_ERR_OR_ZERO(making.provider);
	if (!err)
		err = before_first();
	if (!err)
		err = serve(making.net, sock, stack, making.provider,
			    &making.request);
	put_net(making.net);
	if (making.full)
		persock_stack_drop(stack);
	else if (err)
		persock_stack_put(stack);
	else
		this_cpu_inc(stack->totals->created);

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
