// SPDX-License-Identifier: GPL-2.0
/*
 * Stacks of layers: their memory and references, what they show to their
 * sockets, and the network namespace in which these are made. attach.c makes
 * stacks; each governed socket takes and drops a reference.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/netlink.h>
#include <linux/nsproxy.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "cgroup/charge.h"
#include "cgroup/stack.h"
#include "state.h"

/* All stacks, including those that wait for their last socket; persock_mutex. */
static LIST_HEAD(stacks);

/* Serves explicit AF_PERSOCK sockets of ungoverned tasks; persock_mutex. */
static struct persock_stack *open_stack;

/* Frees the routers of a stack; set before there are stacks. */
static void (*free_routers)(struct persock_stack *stack) __ro_after_init;

/* Has the routers of a stack follow its view; set before there are stacks. */
static void (*choose_routers)(struct persock_stack *stack) __ro_after_init;

/**
 * persock_stack_init() - set the functions of a higher layer
 * @routers: frees the routers of a stack that is about to be freed: no socket
 *	     has it, and a grace period has passed. Process context
 * @chooser: has the routers of a stack follow the view that it shows.
 *	     persock_mutex is held
 */
void __init persock_stack_init(void (*routers)(struct persock_stack *stack),
			       void (*chooser)(struct persock_stack *stack))
{
	free_routers = routers;
	choose_routers = chooser;
}

static struct persock_personality *personality_of(const struct persock_stack *stack,
						  unsigned int layer)
{
	return stack->layers[layer].attachment->personality;
}

/* A personality that is several layers counts the sockets of a stack once. */
static bool is_counted(const struct persock_stack *stack, unsigned int layer)
{
	unsigned int i;

	for (i = 0; i < layer; i++) {
		if (personality_of(stack, i) == personality_of(stack, layer))
			return true;
	}

	return false;
}

/* A grace period has passed: no lookup, call or count has it any more. */
static void stack_free(struct work_struct *work)
{
	struct persock_stack *stack =
		container_of(to_rcu_work(work), struct persock_stack, free_work);
	struct persock_totals totals = {};
	unsigned int i;

	free_routers(stack);
	persock_totals_read(stack->totals, &totals);

	mutex_lock(&persock_mutex);
	list_del(&stack->node);
	if (open_stack == stack)
		open_stack = NULL;
	persock_view_put(rcu_dereference_protected(stack->view, true));
	for (i = 0; i < stack->nr; i++) {
		if (!is_counted(stack, i))
			personality_of(stack, i)->created += totals.created;
	}
	for (i = 0; i < stack->nr; i++) {
		struct persock_layer *layer = &stack->layers[i];

		list_del(&layer->node);
		persock_charge_end(layer);
		persock_totals_add(&layer->attachment->passed, &totals);
		persock_attachment_put(layer->attachment);
	}
	mutex_unlock(&persock_mutex);
	free_percpu(stack->totals);
	kfree_rcu(stack, rcu);
}

/**
 * persock_stack_last() - free a stack, later
 * @stack: the stack, which has lost its last reference
 *
 * Context: any.
 */
void persock_stack_last(struct persock_stack *stack)
{
	queue_rcu_work(persock_workqueue, &stack->free_work);
}

/**
 * persock_stack_make() - put attachments together as the layers of new sockets
 * @attachments: the attachments, the outermost first
 * @nr: how many, 1 to PERSOCK_MAX_LAYERS
 *
 * Context: process context; persock_mutex is held.
 * Return: the stack, with one reference for the caller, who publishes it or
 * retires it; or NULL without memory.
 */
struct persock_stack *persock_stack_make(struct persock_attachment **attachments,
					 unsigned int nr)
{
	const struct persock_version *versions[PERSOCK_MAX_LAYERS];
	struct persock_stack *stack;
	struct persock_view *view;
	unsigned int i;

	lockdep_assert_held(&persock_mutex);
	stack = kzalloc(struct_size(stack, layers, nr), GFP_KERNEL);
	if (!stack)
		return NULL;
	stack->totals = alloc_percpu(struct persock_totals);
	if (!stack->totals)
		goto free;
	for (i = 0; i < nr; i++)
		versions[i] = persock_personality_version(attachments[i]->personality);
	view = persock_view_get(versions, nr);
	if (!view)
		goto free_totals;

	hash_init(stack->routers);
	INIT_RCU_WORK(&stack->free_work, stack_free);
	refcount_set(&stack->ref, 1);
	raw_spin_lock_init(&stack->charge_lock);
	stack->in_use = true;
	RCU_INIT_POINTER(stack->view, view);
	stack->names = view->names || view->records;
	stack->nr = nr;
	for (i = 0; i < nr; i++) {
		struct persock_layer *layer = &stack->layers[i];

		refcount_inc(&attachments[i]->ref);
		layer->attachment = attachments[i];
		layer->stack = stack;
		list_add_tail(&layer->node, &attachments[i]->layers);
		hlist_add_head_rcu(&layer->use,
				   &attachments[i]->account->layers);
	}
	list_add_tail(&stack->node, &stacks);

	return stack;

free_totals:
	free_percpu(stack->totals);
free:
	kfree(stack);
	return NULL;
}

/**
 * persock_stack_open() - the stack of an ungoverned AF_PERSOCK socket
 *
 * Context: process context; takes persock_mutex.
 * Return: the stack, with a reference for one socket, or an ERR_PTR.
 */
struct persock_stack *persock_stack_open(void)
{
	struct persock_personality *personality;
	struct persock_attachment *attachment;
	struct persock_stack *stack;

	mutex_lock(&persock_mutex);
	stack = open_stack;
	if (stack && refcount_inc_not_zero(&stack->ref)) {
		persock_charge_socket(stack, NULL);
		goto unlock;
	}

	personality = persock_personality_open();
	if (IS_ERR(personality)) {
		stack = ERR_CAST(personality);
		goto unlock;
	}
	attachment = persock_attachment_alloc(personality, NULL, NULL, NULL);
	if (IS_ERR(attachment)) {
		persock_personality_put(personality);
		stack = ERR_CAST(attachment);
		goto unlock;
	}
	stack = persock_stack_make(&attachment, 1);
	/* Only the stack holds it, and only sockets hold the stack. */
	persock_attachment_put(attachment);
	if (!stack) {
		stack = ERR_PTR(-ENOMEM);
		goto unlock;
	}
	stack->in_use = false;
	persock_charge_socket(stack, NULL);
	open_stack = stack;
unlock:
	mutex_unlock(&persock_mutex);
	return stack;
}

/**
 * persock_stack_show() - show the view that was prepared in @next
 * @stack: the stack
 *
 * Its sockets are held to it from their next operation on. An operation that
 * sleeps has already been judged.
 *
 * Context: persock_mutex is held.
 */
void persock_stack_show(struct persock_stack *stack)
{
	struct persock_view *previous;

	/* A socket that is made now may begin either way, see unsent.c. */
	WRITE_ONCE(stack->names,
		   stack->next->names || stack->next->records);
	previous = rcu_replace_pointer(stack->view, stack->next,
				       lockdep_is_held(&persock_mutex));
	stack->next = NULL;
	choose_routers(stack);
	persock_view_put(previous);
}

/**
 * persock_stacks_choose() - have all routers follow their views again
 *
 * What they depend on beside the view has changed.
 *
 * Context: process context; persock_mutex is held.
 */
void persock_stacks_choose(void)
{
	struct persock_stack *stack = NULL;

	while ((stack = persock_stack_next(stack))) {
		choose_routers(stack);
		cond_resched();
	}
}

/**
 * persock_stack_retire() - new sockets do not get a stack any more
 * @stack: the stack; it lives on for its sockets
 *
 * Context: persock_mutex is held.
 */
void persock_stack_retire(struct persock_stack *stack)
{
	lockdep_assert_held(&persock_mutex);
	stack->in_use = false;
	persock_stack_drop(stack);
}

/**
 * persock_stack_next() - walk all stacks
 * @previous: the stack that was returned last, or NULL to begin
 *
 * Context: persock_mutex is held throughout the walk.
 * Return: the next one, or NULL at the end.
 */
struct persock_stack *persock_stack_next(struct persock_stack *previous)
{
	struct list_head *next = previous ? previous->node.next : stacks.next;

	lockdep_assert_held(&persock_mutex);
	if (next == &stacks)
		return NULL;

	return list_entry(next, struct persock_stack, node);
}

/**
 * persock_account_sockets() - number of governed sockets of a cgroup
 * @account: its account
 *
 * Includes all sockets that limits count, since the cgroup was attached first,
 * and those of cgroups below it.
 *
 * Context: any; RCU read side.
 * Return: the number.
 */
unsigned int persock_account_sockets(const struct persock_account *account)
{
	const struct persock_layer *layer;
	unsigned int sockets = 0;

	hlist_for_each_entry_rcu(layer, &account->layers, use,
				 rcu_read_lock_any_held())
		sockets += atomic_read(&layer->stack->sockets);

	return sockets;
}

/**
 * persock_stack_get() - hold a stack for a new socket, if its limits allow
 * @stack: found under RCU
 * @view: its view
 * @used: filled in, as by persock_charge_limited()
 *
 * Context: any; RCU read side for @view.
 * Return: 0; 1 if a limit that is enforced is exceeded: then the stack is held
 * by persock_stack_drop(), and the socket does not count; -ESTALE if the last
 * reference is already gone: then the layers have changed, and the caller must
 * look the stack up again.
 */
int persock_stack_get(struct persock_stack *stack,
		      const struct persock_view *view, unsigned int *used)
{
	if (!refcount_inc_not_zero(&stack->ref))
		return -ESTALE;
	if (unlikely(view->limits))
		return persock_charge_limited(stack, view, used, false);
	persock_charge_socket(stack, NULL);

	return 0;
}

/**
 * persock_stack_add() - hold a stack for an accepted socket
 * @stack: that of the listener, which is open
 * @view: its view
 * @used: as for persock_stack_get()
 *
 * The socket counts even if a limit is exceeded; its release ends that.
 *
 * Context: any; RCU read side for @view.
 */
void persock_stack_add(struct persock_stack *stack,
		       const struct persock_view *view, unsigned int *used)
{
	refcount_inc(&stack->ref);
	if (unlikely(view->limits))
		persock_charge_limited(stack, view, used, true);
	else
		persock_charge_socket(stack, NULL);
}

/**
 * persock_stack_sockets() - number of governed sockets of a stack
 * @stack: the stack
 *
 * Context: persock_mutex is held.
 * Return: the number.
 */
unsigned int persock_stack_sockets(const struct persock_stack *stack)
{
	lockdep_assert_held(&persock_mutex);
	return atomic_read(&stack->sockets);
}

/* The number of sockets that a stack has had. */
static u64 created_of(const struct persock_stack *stack)
{
	u64 created = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		created += READ_ONCE(per_cpu_ptr(stack->totals, cpu)->created);

	return created;
}

/**
 * persock_stacks_count() - count the sockets that have a personality as a layer
 * @personality: the personality
 * @live: set to their number
 * @created: set to the number of those that have ever been
 *
 * A socket with several such layers counts once.
 *
 * Context: persock_mutex is held.
 */
void persock_stacks_count(const struct persock_personality *personality,
			  u64 *live, u64 *created)
{
	struct persock_stack *stack = NULL;
	unsigned int i;

	*live = 0;
	*created = personality->created;
	while ((stack = persock_stack_next(stack))) {
		for (i = 0; i < stack->nr; i++) {
			if (personality_of(stack, i) != personality)
				continue;
			*live += persock_stack_sockets(stack);
			*created += created_of(stack);
			break;
		}
	}
}

/**
 * persock_layer_counts() - the counts of an attachment object
 * @attachment: the attachment object
 * @sum: the sum; its counts are added
 *
 * Context: persock_mutex is held.
 */
void persock_layer_counts(const struct persock_attachment *attachment,
			  struct persock_totals *sum)
{
	const struct persock_layer *layer;

	lockdep_assert_held(&persock_mutex);
	persock_totals_add(sum, &attachment->passed);
	persock_totals_read(attachment->totals, sum);
	list_for_each_entry(layer, &attachment->layers, node) {
		persock_totals_read(layer->stack->totals, sum);
		cond_resched();
	}
}

/**
 * persock_account_counts() - the counts of a cgroup
 * @a: its attachment
 * @sum: the sum; the counts since the cgroup was attached first are added
 *
 * Context: persock_mutex is held.
 */
void persock_account_counts(const struct persock_attachment *a,
			    struct persock_totals *sum)
{
	const struct persock_attachment *member;

	lockdep_assert_held(&persock_mutex);
	persock_totals_add(sum, &a->account->retired);
	list_for_each_entry(member, &a->account->members, sibling)
		persock_layer_counts(member, sum);
}

/*
 * The network namespace of the current task. An exiting task has none, and
 * makes no sockets.
 */
static struct net *task_net(void)
{
	return current->nsproxy ? current->nsproxy->net_ns : NULL;
}

/**
 * persock_stack_net() - the network namespace for a socket of the current task
 * @stack: the stack of the socket
 * @view: its view
 * @family: family of the socket
 *
 * Two kinds of tasks have sockets made in the network namespace that a policy
 * names: tasks of the network namespace that the policy is for, and tasks of
 * the named one. A task that has entered yet another one, for example one
 * without a network as sandboxes do, gets sockets of its own network namespace.
 *
 * Context: any of the task's own; RCU read side, which protects the result.
 * Return: the network namespace that a layer names, or NULL for the task's.
 */
struct net *persock_stack_net(const struct persock_stack *stack,
			      const struct persock_view *view, int family)
{
	struct net *net = persock_view_net(view, family);
	const struct net *own = task_net();
	const struct persock_attachment *a;
	u64 from;

	if (likely(!net) || !own)
		return NULL;
	if (own == net)
		return net;
	a = stack->layers[view->network].attachment;
	from = view->layers[view->network]->from ?: atomic64_read(&a->from);

	return !from || from == own->net_cookie ? net : NULL;
}

/**
 * persock_stack_claim() - may a socket be made in the named network namespace?
 * @stack: the stack of the socket
 * @view: its view
 *
 * If the policy does not specify whose tasks may, the first task of another
 * network namespace decides: from then on the policy is for that task's network
 * namespace.
 *
 * Context: as persock_stack_net(), which has not returned NULL.
 * Return: false if a task of another namespace was faster.
 */
bool persock_stack_claim(struct persock_stack *stack,
			 const struct persock_view *view)
{
	struct persock_attachment *a = stack->layers[view->network].attachment;
	const struct persock_version *version = view->layers[view->network];
	const struct net *own = task_net();
	u64 from;

	if (own == version->net)
		return true;
	if (version->from)
		return version->from == own->net_cookie;
	from = atomic64_cmpxchg(&a->from, 0, own->net_cookie);
	if (!from)
		WRITE_ONCE(a->from_inode, own->ns.inum);

	return !from || from == own->net_cookie;
}
