/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Routers: the routing tables of governed sockets, by stack and kind of socket.
 * Every function that has a socket finds its router here, with
 * persock_router_peek() or persock_router_of().
 */
#ifndef _PERSOCK_ROUTER_H
#define _PERSOCK_ROUTER_H

#include <linux/net.h>

#include "cgroup/stack.h"
#include "provider.h"

/**
 * enum persock_phase - how sends without a name are judged
 * @PERSOCK_PHASE_JUDGED: not at all, as the peer was judged when it was connected
 * @PERSOCK_PHASE_UNSENT: by the peer. It was connected on condition that nothing
 *			  is sent to it, see unsent.c; or a policy has rules on
 *			  host names, so that it may be a resolver, see query.c
 * @PERSOCK_PHASE_FROZEN: sends wait until such a peer is connected
 * @PERSOCK_NR_PHASES: number of phases
 */
enum persock_phase {
	PERSOCK_PHASE_JUDGED,
	PERSOCK_PHASE_UNSENT,
	PERSOCK_PHASE_FROZEN,
	PERSOCK_NR_PHASES,
};

/**
 * struct persock_router - routing table of one kind of socket of a stack
 * @ops: sock->ops of the sockets points to it
 * @native: the proto_ops that the socket had before persock interposed; NULL
 *	    for a provider with sockets of its own
 * @provider: the provider that serves
 * @stack: layers under which the sockets were created; each socket holds it
 * @kind: kind of the sockets, by their family
 * @class: its class
 * @phase: how sends without a name are judged
 * @totals: those of the stack; this and the next one are for pass.h
 * @shortcut: offset of the kind's shortcuts in a view, in bytes
 * @send: flags of a send that must be judged, for straight.c
 * @receive: flags of a receive that must be judged
 * @listed: the options that pass uncounted; RCU, part of the stack's view. NULL:
 *	    each is judged or counted, see pass.h
 * @pinned: module that @native belongs to, pinned; may be NULL
 * @hash: in the stack's routers, or in the list of spares
 *
 * There is one per native proto_ops (or provider and kind), phase and
 * stack: nothing is allocated per socket. A table is written before it is
 * published. While a socket or an RCU reader may use it, only the functions
 * that straight.c chooses change, when the stack gets another view: each of
 * them is right at any time, and a call reads one of them.
 *
 * Its memory is type-stable, because a socket that was never accepted may
 * still point at the table after the last accepted one has released the
 * stack (do_accept() points a new socket at the listener's ops before it
 * calls the LSM). Such a socket has no sock: its release has nothing to do,
 * whichever router the memory has become, and puts this module in any case.
 */
struct persock_router {
	struct proto_ops ops;
	const struct proto_ops *native;
	const struct persock_provider *provider;
	struct persock_stack *stack;
	enum persock_kind kind;
	enum persock_class class;
	enum persock_phase phase;
	struct persock_totals __percpu *totals;
	unsigned int shortcut;
	u32 send;
	u32 receive;
	const struct persock_shortcut *listed;
	struct module *pinned;
	struct hlist_node hash;
};

/**
 * typedef persock_router_fill_t - writes a routing table
 * @table: not published yet, or recycled
 * @provider: the provider that serves
 * @native: the proto_ops of a socket that the kernel made; NULL for a
 *	    provider with sockets of its own
 * @phase: how sends without a name are judged
 *
 * Context: any; does not sleep.
 */
typedef void (*persock_router_fill_t)(struct proto_ops *table,
				      const struct persock_provider *provider,
				      const struct proto_ops *native,
				      enum persock_phase phase);

/**
 * typedef persock_router_choose_t - choose the functions that a view allows
 * @router: the router; its table is filled
 * @view: what its sockets are held to
 *
 * Context: any; does not sleep.
 */
typedef void (*persock_router_choose_t)(struct persock_router *router,
					const struct persock_view *view);

int persock_router_init(persock_router_fill_t filler,
			persock_router_choose_t chooser);
int persock_router_reserve(unsigned int nr);
void persock_router_exit(void);
struct persock_router *
persock_router_get(struct persock_stack *stack,
		   const struct persock_provider *provider, int family,
		   const struct proto_ops *native, struct module *owner);
struct persock_router *
persock_router_native(struct persock_stack *stack,
		      const struct persock_provider *provider,
		      struct socket *sock, const struct proto_ops *native);
struct persock_router *persock_router_in(const struct persock_router *router,
					 enum persock_phase phase);
void persock_routers_free(struct persock_stack *stack);
void persock_routers_choose(struct persock_stack *stack);

int persock_router_release(struct socket *sock);

/**
 * persock_router_known() - the router of new sockets with native ops, if there
 *			    is one
 * @stack: stack of the socket
 * @native: its ops
 *
 * Context: RCU read side of either kind, or a reference to @stack.
 * Return: the router, or NULL: it must be made, or the sockets do not begin in
 * phase JUDGED.
 */
static __always_inline struct persock_router *
persock_router_known(const struct persock_stack *stack,
		     const struct proto_ops *native)
{
	struct persock_router *router;

	if (unlikely(READ_ONCE(stack->names)))
		return NULL;
	hash_for_each_possible_rcu(stack->routers, router, hash,
				   (unsigned long)native, true) {
		if (router->native == native &&
		    router->phase == PERSOCK_PHASE_JUDGED)
			return router;
	}

	return NULL;
}

/**
 * persock_router_peek() - the router of a socket if it is governed
 * @sock: any socket
 *
 * Return: the router, or NULL for a socket that persock does not govern.
 */
static inline struct persock_router *persock_router_peek(struct socket *sock)
{
	const struct proto_ops *ops = READ_ONCE(sock->ops);

	if (!ops || ops->release != persock_router_release)
		return NULL;

	return container_of(ops, struct persock_router, ops);
}

/**
 * persock_router_of() - the router of a socket that has one
 * @sock: a governed socket, whose proto_ops were called
 *
 * Return: the router.
 */
static inline struct persock_router *persock_router_of(const struct socket *sock)
{
	return container_of(READ_ONCE(sock->ops), struct persock_router, ops);
}

/**
 * persock_router_view() - what a socket is held to now
 * @router: its router
 *
 * Context: RCU read side of either kind, which protects the result.
 * Return: the view of the socket's stack.
 */
static __always_inline const struct persock_view *
persock_router_view(const struct persock_router *router)
{
	return persock_stack_view(router->stack);
}

/**
 * persock_router_changed() - is a socket held to another view by now?
 * @router: its router
 * @number: number of the view by which a step of the call was judged
 *
 * Context: any; does not sleep.
 * Return: true if it is.
 */
static inline bool persock_router_changed(const struct persock_router *router,
					  u64 number)
{
	bool changed;

	rcu_read_lock_sched();
	changed = persock_router_view(router)->number != number;
	rcu_read_unlock_sched();

	return changed;
}

/**
 * persock_router_names() - does a policy have rules on host names?
 * @router: the socket's
 *
 * Context: any; does not sleep.
 * Return: true if a layer that governs the socket has.
 */
static __always_inline bool
persock_router_names(const struct persock_router *router)
{
	bool names;

	rcu_read_lock_sched();
	names = persock_router_view(router)->names;
	rcu_read_unlock_sched();

	return names;
}

/**
 * persock_router_holds_names() - are rules on host names enforced?
 * @router: the socket's
 *
 * A policy that only audits them changes no call.
 *
 * Context: any; does not sleep.
 * Return: true if a layer that enforces has such rules.
 */
static inline bool persock_router_holds_names(const struct persock_router *router)
{
	bool holds;

	rcu_read_lock_sched();
	holds = persock_router_view(router)->holds_names;
	rcu_read_unlock_sched();

	return holds;
}

/**
 * persock_router_rules() - the rules of a version for a socket
 * @router: its router
 * @version: the version that governs
 *
 * Return: the rules of the socket's class.
 */
static inline const struct persock_rules *
persock_router_rules(const struct persock_router *router,
		     const struct persock_version *version)
{
	return &version->policy.rules[router->class];
}

/**
 * persock_router_unix() - is it the router of an AF_UNIX socket?
 * @router: the router
 *
 * Return: true if it is.
 */
static inline bool persock_router_unix(const struct persock_router *router)
{
	return router->native && router->native->family == AF_UNIX;
}

/**
 * persock_router_vsock() - is it the router of an AF_VSOCK socket?
 * @router: the router
 *
 * Return: true if it is, whichever provider serves.
 */
static inline bool persock_router_vsock(const struct persock_router *router)
{
	return router->kind == PERSOCK_KIND_VSOCK;
}

#endif /* _PERSOCK_ROUTER_H */
