/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stacks: the attachments that govern a socket together, the outermost first.
 * attach.c makes them, and finds the one of a new socket. Every router points
 * at a stack, and every socket holds one.
 */
#ifndef _PERSOCK_STACK_H
#define _PERSOCK_STACK_H

#include <linux/atomic.h>
#include <linux/refcount.h>

#include "cgroup/layer.h"

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
