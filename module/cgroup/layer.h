/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Layers: the attachments of a stack, in their order. stack.c makes stacks, and
 * charge.c counts the sockets of each for the limits of its layers.
 */
#ifndef _PERSOCK_LAYER_H
#define _PERSOCK_LAYER_H

#include <linux/atomic.h>
#include <linux/hashtable.h>
#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
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
 * @charged: what the account is charged for the stack's sockets: at least their
 *	     number, as soon as these are charged; both charge_locks
 */
struct persock_layer {
	struct persock_attachment *attachment;
	struct persock_stack *stack;
	struct list_head node;
	struct hlist_node use;
	unsigned int charged;
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
 * @charged: the least that a layer is charged for; @charge_lock
 * @charge_lock: protects @charged and the charges of @layers; an innermost
 *		 lock, raw, taken under the charge_lock of an account
 * @nr: number of layers, at least 1
 * @in_use: new sockets of the innermost layer's cgroup get it; persock_mutex
 * @names: new sockets may ask resolvers, or are recorded, as @view says
 * @next: the view that is about to be shown, or NULL; persock_mutex
 * @node: in the list of all stacks; persock_mutex
 * @free_work: frees the stack, a grace period after the last reference is gone
 * @rcu: frees its memory, as counts may still read it
 * @layers: the layers, the outermost first; they never change
 *
 * If a cgroup between the root and a socket's cgroup is attached or detached,
 * new sockets get another stack. Sockets keep theirs, and with it each of its
 * layers, attached or not. With one layer it has 256 bytes.
 */
struct persock_stack {
	struct persock_view __rcu *view;
	struct persock_totals __percpu *totals;
	DECLARE_HASHTABLE(routers, PERSOCK_ROUTER_BITS);
	unsigned int nr_routers;
	refcount_t ref;
	atomic_t sockets;
	unsigned int charged;
	raw_spinlock_t charge_lock;
	u16 nr;
	bool in_use;
	bool names;
	struct persock_view *next;
	struct list_head node;
	struct rcu_work free_work;
	struct rcu_head rcu;
	struct persock_layer layers[];
};

#endif /* _PERSOCK_LAYER_H */
