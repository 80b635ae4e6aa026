/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stacks: the attachments that govern a socket together, the outermost first.
 * attach.c makes them, and finds the one of a new socket. Every router points
 * at a stack, and every socket holds one.
 */
#ifndef _PERSOCK_STACK_H
#define _PERSOCK_STACK_H

#include <linux/atomic.h>
#include <linux/hashtable.h>
#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>

#include "cgroup/attachment.h"
#include "cgroup/view.h"

#define PERSOCK_ROUTER_BITS	3

/**
 * struct persock_layer - an attachment in a stack
 * @attachment: the attachment; the stack holds a reference
 * @stack: the stack
 * @node: in the attachment's list of layers; persock_mutex
 * @use: in the account's list of layers; RCU, written under persock_mutex
 */
struct persock_layer {
	struct persock_attachment *attachment;
	struct persock_stack *stack;
	struct list_head node;
	struct list_head use;
};

/**
 * struct persock_stack - the layers of some sockets
 * @view: what they are held to now; RCU, replaced under persock_mutex
 * @totals: counts of what passed all layers, and of created sockets
 * @routers: the routing tables of the sockets, by native proto_ops; RCU,
 *	     written under the router's lock
 * @nr_routers: number of routing tables that it has ever had; the router's
 *		lock
 * @ref: one while new sockets get it, one for each socket
 * @sockets: number of live sockets
 * @in_use: new sockets of the innermost layer's cgroup get it; persock_mutex
 * @names: new sockets may ask resolvers, or are recorded, as @view says
 * @next: the view that is about to be shown, or NULL; persock_mutex
 * @node: in the list of all stacks; persock_mutex
 * @free_work: frees the stack, a grace period after the last reference is gone
 * @rcu: frees its memory, as counts may still read it
 * @nr: number of layers, at least 1
 * @layers: the layers, the outermost first; they never change
 *
 * If a cgroup between the root and a socket's cgroup is attached or detached,
 * new sockets get another stack. Sockets keep theirs, and with it each of its
 * layers, attached or not.
 */
struct persock_stack {
	struct persock_view __rcu *view;
	struct persock_totals __percpu *totals;
	DECLARE_HASHTABLE(routers, PERSOCK_ROUTER_BITS);
	unsigned int nr_routers;
	refcount_t ref;
	atomic_t sockets;
	bool in_use;
	bool names;
	struct persock_view *next;
	struct list_head node;
	struct rcu_work free_work;
	struct rcu_head rcu;
	unsigned int nr;
	struct persock_layer layers[];
};

void persock_stack_init(void (*routers)(struct persock_stack *stack),
			void (*chooser)(struct persock_stack *stack));
struct persock_stack *persock_stack_make(struct persock_attachment **attachments,
					 unsigned int nr);
struct persock_stack *persock_stack_open(void);
void persock_stack_show(struct persock_stack *stack);
void persock_stacks_choose(void);
void persock_stack_retire(struct persock_stack *stack);
struct persock_stack *persock_stack_next(struct persock_stack *previous);

int persock_stack_get(struct persock_stack *stack,
		      const struct persock_view *view, unsigned int *used);
void persock_stack_add(struct persock_stack *stack,
		       const struct persock_view *view, unsigned int *used);
void persock_stack_last(struct persock_stack *stack);
unsigned int persock_account_sockets(const struct persock_account *account);
unsigned int persock_stack_sockets(const struct persock_stack *stack);
void persock_stacks_count(const struct persock_personality *personality,
			  u64 *live, u64 *created);
void persock_account_counts(const struct persock_attachment *a,
			    struct persock_totals *sum);
void persock_layer_counts(const struct persock_attachment *attachment,
			  struct persock_totals *sum);

struct net *persock_stack_net(const struct persock_stack *stack,
			      const struct persock_view *view, int family);
bool persock_stack_claim(struct persock_stack *stack,
			 const struct persock_view *view);

/**
 * persock_stack_drop() - release a reference that counts no socket
 * @stack: the stack; the last reference frees it, later
 *
 * Context: any.
 */
static inline void persock_stack_drop(struct persock_stack *stack)
{
	if (refcount_dec_and_test(&stack->ref))
		persock_stack_last(stack);
}

/**
 * persock_stack_put() - release a socket's reference to its stack
 * @stack: the stack; the last reference frees it, later
 *
 * Context: any.
 */
static inline void persock_stack_put(struct persock_stack *stack)
{
	atomic_dec(&stack->sockets);
	persock_stack_drop(stack);
}

/**
 * persock_stack_inner() - the innermost layer's attachment
 * @stack: the stack
 *
 * Return: the attachment of the cgroup that the socket was created in, or of
 * its nearest attached ancestor.
 */
static inline struct persock_attachment *
persock_stack_inner(const struct persock_stack *stack)
{
	return stack->layers[stack->nr - 1].attachment;
}

/**
 * persock_stack_view() - what a stack is held to now
 * @stack: the stack
 *
 * Context: RCU read side of either kind, which protects the result.
 * Return: its view.
 */
static __always_inline const struct persock_view *
persock_stack_view(const struct persock_stack *stack)
{
	return rcu_dereference_check(stack->view, rcu_read_lock_sched_held());
}

#endif /* _PERSOCK_STACK_H */
