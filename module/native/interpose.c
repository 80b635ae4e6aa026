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

#include "cgroup/attach.h"
#include "cgroup/charge.h"
#include "cgroup/stack.h"
#include "native/interpose.h"
#include "native/native.h"
#include "socket/creation.h"
#include "socket/judge.h"
#include "socket/note.h"
#include "socket/router.h"
#include "state.h"

/**
 * struct making - a new socket that is judged
 * @request: the request
 * @used: by layer, see persock_charge_limited()
 */
struct making {
	const struct persock_request *request;
	unsigned int used[PERSOCK_MAX_LAYERS];
};

static int judge_new(const struct persock_version *version,
		     struct persock_call *call, void *data)
{
	const struct making *making = data;
	int verdict;

	if (unlikely(persock_records(version))) {
		persock_note_sockets(call);
		return PERSOCK_ALLOW;
	}
	verdict = persock_judge_request(&version->policy, making->request,
					&call->section, &call->rule);
	if (!verdict && version->policy.max_sockets)
		verdict = persock_judge_limit(version, call,
					      making->used[call->layer]);

	return verdict;
}

/* Is it a native socket that the layers want? Returns 0 or the errno. */
static int judge_provider(struct persock_stack *stack,
			  const struct persock_view *view,
			  struct persock_call *call)
{
	const struct persock_provider *provider;

	provider = persock_view_provider(view, call->request,
					 persock_stack_net(stack, view,
							   call->request->family));
	if (provider && provider->interposes)
		return 0;

	return persock_deny_unjudged(stack, view, call, view->server, -EAFNOSUPPORT);
}

/* Judge a request that may not pass, and report a denial. */
static noinline int judge_made(struct persock_stack *stack,
			       const struct persock_view *view,
			       struct persock_call *call, struct making *making)
{
	int err = persock_judge_ahead(stack, view, call, judge_new, making);

	return err ? err : judge_provider(stack, view, call);
}

/* The stack holds the socket, and this module is held for it. */
static int govern(struct persock_stack *stack, const struct persock_view *view,
		  struct socket *sock, struct making *making)
{
	const struct persock_request *request = making->request;
	bool passes = view->requests & persock_shortcut_request(request);
	struct persock_call call = {
		.operation = PERSOCK_OP_CREATE,
		.section = PERSOCK_SECTION_SOCKETS,
		.request = request,
	};
	int err = passes ? 0 : judge_made(stack, view, &call, making);

	if (err)
		return err;
	err = persock_native_route(stack, sock);
	if (err)
		return persock_deny_unjudged(stack, view, &call, view->nr - 1, err);

	this_cpu_inc(stack->totals->created);
	/* Each layer counts what its stacks have counted. */
	if (passes && !view->limits && !trace_persock_create_enabled())
		persock_count(stack->totals, PERSOCK_OP_CREATE,
			      PERSOCK_OUTCOME_ALLOWED);
	else
		persock_judge(stack, view, &call, judge_new, making);

	return 0;
}

/* The limit of a layer is exceeded. */
static noinline int report_full(struct persock_stack *stack,
				const struct persock_view *view,
				struct making *making)
{
	struct persock_call call = {
		.operation = PERSOCK_OP_CREATE,
		.section = PERSOCK_SECTION_SOCKETS,
		.request = making->request,
	};

	return persock_judge(stack, view, &call, judge_new, making);
}

/**
 * persock_interpose_pass() - govern a new native socket that needs no verdict
 * @stack: the layers that govern, found under RCU
 * @sock: the socket
 * @request: the bit of the request, by persock_shortcut_request()
 *
 * Nearly every socket: its request passes, no layer has a limit, and the stack
 * has a router for its kind.
 *
 * Context: RCU-sched read side.
 * Return: true if the socket is governed, as by persock_interpose(); false if
 * that must be called.
 */
bool persock_interpose_pass(struct persock_stack *stack, struct socket *sock,
			    u64 request)
{
	const struct persock_view *view = persock_stack_view(stack);
	const struct proto_ops *native = sock->ops;
	struct persock_router *router;

	if (!(view->requests & request) ||
	    view->limits || !native || trace_persock_create_enabled())
		return false;
	router = persock_router_known(stack, native);
	if (!router || !refcount_inc_not_zero(&stack->ref))
		return false;
	if (unlikely(!persock_module_hold())) {
		persock_stack_drop(stack);
		return false;
	}
	persock_charge_socket(stack, NULL);
	WRITE_ONCE(sock->ops, &router->ops);
	if (native->owner)
		module_put(native->owner);
	this_cpu_inc(stack->totals->created);
	persock_count(stack->totals, PERSOCK_OP_CREATE, PERSOCK_OUTCOME_ALLOWED);

	return true;
}

/**
 * persock_interpose() - judge a new native socket, and govern it
 * @stack: the layers that govern, found under RCU
 * @sock: the socket, complete, with native ops, or without ops; not yet
 *	  visible to user space
 * @request: the request
 *
 * The request was judged before the socket was made. Since then a cgroup may
 * have been attached, or the task may have moved, so it is judged again.
 *
 * On success the socket holds @stack, and this module instead of the module of
 * its native ops.
 *
 * Context: RCU read side; does not sleep.
 * Return: 0; the errno of the refusal; -ENOBUFS if there is no spare router;
 * -ESTALE if the layers have changed meanwhile and nothing holds @stack;
 * -ENODEV if the module is being removed by force.
 */
int persock_interpose(struct persock_stack *stack, struct socket *sock,
		      const struct persock_request *request)
{
	const struct persock_view *view = persock_stack_view(stack);
	const struct proto_ops *native = sock->ops;
	struct making making;
	int err;

	making.request = request;
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	err = persock_stack_get(stack, view, making.used);
	if (err > 0) {
		err = report_full(stack, view, &making);
		persock_stack_drop(stack);
	} else if (!err) {
		err = govern(stack, view, sock, &making);
		if (err)
			persock_stack_put(stack);
	}
	if (err)
		module_put(THIS_MODULE);
	else if (native)
		module_put(native->owner);

	return err;
}

/**
 * persock_interpose_kernel() - judge a socket that is made as a kernel socket
 * @sock: the socket
 * @request: its family, type and protocol
 *
 * All pass except those that SCTP peels off since 6.19: it makes them with
 * sock_create_lite(), without ops. Later it gives them the parent's ops, which
 * no interception point sees. If the parent is governed, these are a router's
 * ops; then the socket only needs a reference to the stack, and a count.
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
	struct persock_stack *stack;
	struct persock_call call = {
		.operation = PERSOCK_OP_CREATE,
		.section = PERSOCK_SECTION_SOCKETS,
		.request = request,
	};
	int err;

	if (request->type != SOCK_SEQPACKET ||
	    request->protocol != IPPROTO_SCTP || sock->ops)
		return 0;

	creation = persock_creation_own();
	rcu_read_lock();
	stack = creation ? creation->stack : persock_stack_current();
	if (!stack) {
		err = 0;
	} else if (creation) {
		err = persock_interpose(stack, sock, request);
		creation->unfinished = !err;
	} else {
		err = persock_deny_unjudged(stack, persock_stack_view(stack), &call,
					    stack->nr - 1, -EOPNOTSUPP);
	}
	rcu_read_unlock();

	return err;
}
