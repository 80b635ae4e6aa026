// SPDX-License-Identifier: GPL-2.0
/*
 * The pool of routing tables: they are allocated in advance, handed out by
 * stack and kind of socket, and kept for reuse when the stack is gone.
 * native/native.c and af_persock.c get a table for each socket, and unsent.c
 * changes its phase.
 */
#include <linux/hash.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <crypto/if_alg.h>

#include "cgroup/stack.h"
#include "socket/router.h"
#include "state.h"

/*
 * Spare routers. Nothing may be allocated where a router is put in front of a
 * socket, so tables are allocated in advance; a work item makes new ones.
 */
#define SPARES_LOW	64
#define SPARES_HIGH	96

/*
 * The last spares are reserved for stacks that have had few. All kinds of
 * sockets together need about a hundred routers. So one stack could take
 * all spares before the work item runs, and others would be refused their
 * first socket.
 */
#define SPARES_RESERVED	32
#define FEW		8

/* Writes a routing table; set before there are any. */
static persock_router_fill_t fill __ro_after_init;

/* Chooses the functions that depend on the view. */
static persock_router_choose_t choose __ro_after_init;

static HLIST_HEAD(spares);
static unsigned int nr_spares;

/*
 * Protects the spares and every stack's routers. Innermost lock; raw, as
 * the interception point takes it.
 */
static DEFINE_RAW_SPINLOCK(router_lock);

static void spare_add(struct persock_router *router)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&router_lock, flags);
	hlist_add_head(&router->hash, &spares);
	nr_spares++;
	raw_spin_unlock_irqrestore(&router_lock, flags);
}

static int refill(unsigned int nr)
{
	while (READ_ONCE(nr_spares) < nr) {
		struct persock_router *router = kzalloc(sizeof(*router),
							GFP_KERNEL);

		if (!router)
			return -ENOMEM;
		spare_add(router);
	}

	return 0;
}

static void refill_work_fn(struct work_struct *work)
{
	/* Without memory the next socket of a new kind is refused: ENOBUFS. */
	refill(SPARES_HIGH);
}

static DECLARE_WORK(refill_work, refill_work_fn);

/**
 * persock_router_reserve() - have more spares than usual
 * @nr: how many
 *
 * Stacks are about to take the place of others, whose sockets of these kinds
 * were made before: the next ones are made all at once.
 *
 * Context: process context.
 * Return: 0 or -ENOMEM.
 */
int persock_router_reserve(unsigned int nr)
{
	return refill(SPARES_HIGH + nr);
}

/**
 * persock_router_init() - make the first spares
 * @filler: writes a routing table
 * @chooser: chooses the functions that depend on the view
 *
 * Return: 0 or -ENOMEM.
 */
int __init persock_router_init(persock_router_fill_t filler,
			       persock_router_choose_t chooser)
{
	int err = refill(SPARES_HIGH);

	fill = filler;
	choose = chooser;
	if (err)
		persock_router_exit();

	return err;
}

/**
 * persock_router_exit() - free the spares
 *
 * The module is being removed: every router has become a spare again.
 */
void persock_router_exit(void)
{
	struct persock_router *router;
	struct hlist_node *next;

	cancel_work_sync(&refill_work);
	hlist_for_each_entry_safe(router, next, &spares, hash)
		kfree(router);
	INIT_HLIST_HEAD(&spares);
	nr_spares = 0;
}

/**
 * persock_routers_free() - return a stack's routers to the spares
 * @stack: it has no more sockets, and a grace period has passed since
 *
 * Context: process context.
 */
void persock_routers_free(struct persock_stack *stack)
{
	struct persock_router *router;
	struct hlist_node *next;
	unsigned long flags;
	int bucket;

	hash_for_each_safe(stack->routers, bucket, next, router, hash) {
		raw_spin_lock_irqsave(&router_lock, flags);
		hash_del(&router->hash);
		raw_spin_unlock_irqrestore(&router_lock, flags);
		module_put(router->pinned);
		router->pinned = NULL;
		router->listed = NULL;
		/* ops stay: see struct persock_router about type stability. */
		spare_add(router);
	}
}

/**
 * persock_routers_choose() - choose the functions that a stack's view allows
 * @stack: the stack; it shows the view
 *
 * Context: persock_mutex is held.
 */
void persock_routers_choose(struct persock_stack *stack)
{
	const struct persock_view *view =
		rcu_dereference_protected(stack->view,
					  lockdep_is_held(&persock_mutex));
	struct persock_router *router;
	unsigned long flags;
	int bucket;

	raw_spin_lock_irqsave(&router_lock, flags);
	hash_for_each(stack->routers, bucket, router, hash)
		choose(router, view);
	raw_spin_unlock_irqrestore(&router_lock, flags);
}

static struct persock_router *
router_find(struct persock_stack *stack,
	    const struct persock_provider *provider, enum persock_kind kind,
	    const struct proto_ops *native, enum persock_phase phase)
{
	const void *key = native ? (const void *)native : provider;
	struct persock_router *router;

	hash_for_each_possible_rcu(stack->routers, router, hash,
				   (unsigned long)key, true) {
		if (router->native == native && router->provider == provider &&
		    router->kind == kind && router->phase == phase)
			return router;
	}

	return NULL;
}

static bool may_take(const struct persock_stack *stack)
{
	lockdep_assert_held(&router_lock);
	return nr_spares > (stack->nr_routers < FEW ? 0 : SPARES_RESERVED);
}

static struct persock_router *
router_get(struct persock_stack *stack,
	   const struct persock_provider *provider, enum persock_kind kind,
	   const struct proto_ops *native, enum persock_phase phase,
	   struct module *owner)
{
	struct persock_router *router;
	unsigned long flags;
	bool low;

	router = router_find(stack, provider, kind, native, phase);
	if (likely(router))
		return router;

	raw_spin_lock_irqsave(&router_lock, flags);
	router = router_find(stack, provider, kind, native, phase);
	if (router || !may_take(stack) || !try_module_get(owner))
		goto unlock;

	router = hlist_entry(spares.first, struct persock_router, hash);
	hlist_del(&router->hash);
	nr_spares--;
	stack->nr_routers++;
	fill(&router->ops, provider, native, phase);
	router->native = native;
	router->provider = provider;
	router->stack = stack;
	router->kind = kind;
	router->class = persock_kind_class(kind);
	router->phase = phase;
	router->totals = stack->totals;
	router->shortcut = offsetof(struct persock_view, shortcuts[kind]);
	router->pinned = owner;
	router->listed = NULL;
	/* A call may read a word of this table in a function of another's. */
	router->send = U32_MAX;
	router->receive = U32_MAX;
	/* A view that is shown from now on is chosen for under the lock. */
	choose(router, persock_stack_view(stack));
	hash_add_rcu(stack->routers, &router->hash,
		     native ? (unsigned long)native : (unsigned long)provider);
unlock:
	low = nr_spares < SPARES_LOW;
	raw_spin_unlock_irqrestore(&router_lock, flags);
	if (low)
		schedule_work(&refill_work);

	return router;
}

/* The phase of a new socket. */
static __always_inline enum persock_phase
first_phase(const struct persock_stack *stack, enum persock_kind kind)
{
	return unlikely(READ_ONCE(stack->names)) &&
	       kind == PERSOCK_KIND_INET ? PERSOCK_PHASE_UNSENT : PERSOCK_PHASE_JUDGED;
}

/**
 * persock_router_get() - the router for a kind of socket
 * @stack: stack of the new socket; the caller keeps it alive
 * @provider: the provider that serves
 * @family: the application's address family
 * @native: the socket's proto_ops; NULL for a provider's own socket
 * @owner: module that @native belongs to, may be NULL
 *
 * Context: any, does not sleep; under RCU, or with a reference to @stack.
 * Return: the router, or NULL if there is no spare: the caller refuses the
 * socket with ENOBUFS.
 */
struct persock_router *
persock_router_get(struct persock_stack *stack,
		   const struct persock_provider *provider, int family,
		   const struct proto_ops *native, struct module *owner)
{
	enum persock_kind kind = persock_kind_of(family);

	return router_get(stack, provider, kind, native,
			  first_phase(stack, kind), owner);
}

/*
 * The module that contains native ops. The router pins it, as the router
 * outlives the socket. The owner of two kinds of ops is another module: kTLS
 * copies the owner of the ops that it copied, and AF_ALG's algorithms name
 * af_alg.
 */
static struct module *module_of(struct socket *sock,
				const struct proto_ops *native)
{
	if (sk_is_tcp(sock->sk) && inet_csk_has_ulp(sock->sk))
		return inet_csk(sock->sk)->icsk_ulp_ops->owner;
	if (native->family == AF_ALG && alg_sk(sock->sk)->type)
		return alg_sk(sock->sk)->type->owner;

	return native->owner;
}

/**
 * persock_router_native() - the router for the ops of a native socket
 * @stack: stack of the socket; the caller keeps it alive
 * @provider: the native provider
 * @sock: the socket
 * @native: its ops
 *
 * Context: any, does not sleep.
 * Return: the router, or NULL if there is no spare.
 */
struct persock_router *
persock_router_native(struct persock_stack *stack,
		      const struct persock_provider *provider,
		      struct socket *sock, const struct proto_ops *native)
{
	enum persock_kind kind = persock_kind_of(native->family);
	enum persock_phase phase = first_phase(stack, kind);
	struct persock_router *router;

	router = router_find(stack, provider, kind, native, phase);
	if (likely(router))
		return router;

	return router_get(stack, provider, kind, native, phase,
			  module_of(sock, native));
}

/**
 * persock_router_in() - the router of the same kind of socket in another phase
 * @router: router of an open socket, which holds its stack
 * @phase: the phase
 *
 * Context: any, does not sleep.
 * Return: the router, or NULL if there is no spare.
 */
struct persock_router *persock_router_in(const struct persock_router *router,
					 enum persock_phase phase)
{
	return router_get(router->stack, router->provider, router->kind,
			  router->native, phase, router->pinned);
}
