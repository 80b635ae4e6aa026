// SPDX-License-Identifier: GPL-2.0
/*
 * Accepted sockets: the verdict on the peer and on the number of live sockets,
 * and what holds the new socket. operations.c puts the function into the
 * router's tables.
 */
#include <linux/module.h>
#include <linux/net.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>

#include "cgroup/stack.h"
#include "compat.h"
#include "socket/accept.h"
#include "socket/endpoint.h"
#include "socket/flags.h"
#include "socket/judge.h"
#include "socket/note.h"
#include "socket/pass.h"
#include "socket/router.h"
#include "socket/wrapper.h"

/* Would one more socket be one too many? Only near a limit they are counted. */
static int judge_one_more(const struct persock_version *version,
			  struct persock_call *call, void *unused)
{
	const struct persock_account *account =
		persock_call_attachment(call)->account;
	unsigned int max = version->policy.max_sockets;

	if (!max || READ_ONCE(account->charged) < max)
		return PERSOCK_ALLOW;

	return persock_judge_limit(version, call,
				   persock_account_sockets(account) + 1);
}

/*
 * Before a peer is known: do not accept if the limit is reached. An accept that
 * goes on is reported after the peer's verdict.
 */
static noinline int judge_accept(struct persock_router *router,
				 struct socket *sock)
{
	struct persock_call call = {
		.operation = PERSOCK_OP_ACCEPT,
		.sock = sock,
	};
	int verdict;

	rcu_read_lock();
	verdict = persock_judge_again(router->stack,
				      persock_router_view(router), &call,
				      judge_one_more, NULL);
	rcu_read_unlock();

	return verdict;
}

/**
 * struct accepted - an accepted connection that is judged
 * @used: by layer, see persock_charge_limited()
 * @endpoint: the peer, as it is judged
 */
struct accepted {
	unsigned int used[PERSOCK_MAX_LAYERS];
	struct persock_endpoint endpoint;
};

static int judge_peer(const struct persock_version *version,
		      struct persock_call *call, void *data)
{
	struct accepted *accepted = data;
	int verdict;

	if (persock_records(version)) {
		persock_note_accept(call);
		return PERSOCK_ALLOW;
	}
	verdict = persock_endpoint_accept(call->sock, &version->policy,
					  &accepted->endpoint, call);
	/* Other sockets may have been accepted and counted meanwhile. */
	if (!verdict && version->policy.max_sockets)
		verdict = persock_judge_limit(version, call,
					      accepted->used[call->layer]);

	return verdict;
}

static noinline int judge_accepted(struct persock_router *router,
				   const struct persock_view *view,
				   struct socket *newsock,
				   struct accepted *accepted)
{
	struct persock_call call = {
		.operation = PERSOCK_OP_ACCEPT,
		.sock = newsock,
	};

	return persock_judge(router->stack, view, &call, judge_peer, accepted);
}

static bool limits_sockets(const struct persock_router *router)
{
	bool limits;

	rcu_read_lock_sched();
	limits = persock_router_view(router)->limits;
	rcu_read_unlock_sched();

	return limits;
}

static int accept_routed(struct socket *sock, struct socket *newsock,
			 struct proto_accept_arg *arg)
{
	struct persock_router *router = persock_router_of(sock);
	bool given = newsock->ops;
	const struct persock_view *view;
	struct accepted accepted;
	int err, verdict;

	if (!router->provider->ops->accept)
		return -EOPNOTSUPP;
	verdict = limits_sockets(router) ? judge_accept(router, sock) : 0;
	if (verdict)
		return verdict;

	if (router->native)
		err = router->provider->ops->accept(sock, newsock, arg);
	else
		err = persock_wrapper_accept(sock, newsock, arg);
	if (err < 0)
		return err;

	rcu_read_lock();
	view = persock_router_view(router);
	persock_stack_add(router->stack, view, accepted.used);
	this_cpu_inc(router->totals->created);
	/*
	 * do_accept() has set the listener's ops; kernel_accept() sets them
	 * later.
	 */
	if (!newsock->ops)
		WRITE_ONCE(newsock->ops, sock->ops);
	/* It has a peer, see unsent.c. */
	if (unlikely(router->phase != PERSOCK_PHASE_JUDGED))
		set_bit(PERSOCK_MOVED, &newsock->flags);
	if (unlikely(!persock_pass_accepted(router)))
		verdict = judge_accepted(router, view, newsock, &accepted);
	rcu_read_unlock();
	if (!verdict)
		return err;

	/* The caller releases the socket, and this module with it. */
	if (!given)
		__module_get(THIS_MODULE);
	return verdict;
}

PERSOCK_DEFINE_ACCEPT(persock_router_accept, accept_routed)
