// SPDX-License-Identifier: GPL-2.0
/*
 * Charges accounts for the live sockets of their stacks, see charge.h.
 *
 * Each layer of a stack is charged for at least as many sockets as the stack
 * has. A new socket is counted, and then charged, if there are more now than
 * are charged to each layer. Who finds that the charges of an account reach its limit reduces
 * them to what there is, and so has the number.
 */
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/rculist.h>
#include <linux/spinlock.h>

#include "cgroup/charge.h"

static unsigned int sockets_of(const struct persock_layer *layer)
{
	return atomic_read(&layer->stack->sockets);
}

/* The least that a layer is charged for; the stack's lock is held. */
static unsigned int least_of(const struct persock_stack *stack)
{
	unsigned int least = stack->layers[0].charged, i;

	for (i = 1; i < stack->nr; i++)
		least = min(least, stack->layers[i].charged);

	return least;
}

static void set_charge(struct persock_layer *layer, unsigned int sockets)
{
	struct persock_account *account = layer->attachment->account;
	struct persock_stack *stack = layer->stack;
	unsigned int before = layer->charged;

	lockdep_assert_held(&account->charge_lock);
	if (sockets == before)
		return;
	WRITE_ONCE(account->charged, account->charged + sockets - before);
	raw_spin_lock(&stack->charge_lock);
	WRITE_ONCE(layer->charged, sockets);
	WRITE_ONCE(stack->charged,
		   sockets < before ? min(stack->charged, sockets) :
				      least_of(stack));
	raw_spin_unlock(&stack->charge_lock);
}

/*
 * Charge what there is. A socket that is counted meanwhile either is in the
 * second number, or finds the charge that the first one has made, as both sides
 * have a full barrier between. Another one may have found enough there, so it
 * is not reduced once more.
 */
static void trim(struct persock_account *account)
{
	struct persock_layer *layer;

	list_for_each_entry_rcu(layer, &account->layers, use,
				lockdep_is_held(&account->charge_lock)) {
		set_charge(layer, sockets_of(layer));
		smp_mb(); /* pairs with atomic_inc_return() of a new socket */
		set_charge(layer, max(layer->charged, sockets_of(layer)));
	}
}

/* @max: the layer's limit: no more is charged in advance. 0: there is none. */
static void charge_layer(struct persock_layer *layer, unsigned int sockets,
			 unsigned int max)
{
	struct persock_account *account = layer->attachment->account;
	unsigned int ahead = roundup_pow_of_two(sockets);
	unsigned long flags;

	raw_spin_lock_irqsave(&account->charge_lock, flags);
	if (sockets > layer->charged) {
		if (max && account->charged + ahead - layer->charged > max)
			ahead = sockets;
		set_charge(layer, ahead);
	}
	raw_spin_unlock_irqrestore(&account->charge_lock, flags);
}

/**
 * persock_charge() - charge the layers of a stack for its sockets
 * @stack: the stack, a reference is held
 * @sockets: number of its sockets, with a new one that atomic_inc_return() has
 *	     counted
 * @view: what the stack is held to, with limits; NULL: no limits
 *
 * Context: any; RCU read side for @view.
 */
void persock_charge(struct persock_stack *stack, unsigned int sockets,
		    const struct persock_view *view)
{
	unsigned int i;

	for (i = 0; i < stack->nr; i++) {
		if (sockets > READ_ONCE(stack->layers[i].charged))
			charge_layer(&stack->layers[i], sockets,
				     view ? view->layers[i]->policy.max_sockets : 0);
	}
}

/**
 * persock_charge_used() - number of live sockets that a limit applies to
 * @account: the account
 * @max: the limit
 *
 * Context: any; RCU read side of either kind.
 * Return: the number, if it is @max or more; otherwise one that is less than
 * @max, but not less than the number.
 */
unsigned int persock_charge_used(struct persock_account *account,
				 unsigned int max)
{
	unsigned int used = READ_ONCE(account->charged);
	unsigned long flags;

	if (used < max)
		return used;

	raw_spin_lock_irqsave(&account->charge_lock, flags);
	trim(account);
	used = account->charged;
	raw_spin_unlock_irqrestore(&account->charge_lock, flags);

	return used;
}

/* The number of sockets that a layer's limit applies to, with the new one. */
static unsigned int used_with(const struct persock_layer *layer,
			      unsigned int sockets, unsigned int max)
{
	struct persock_account *account = layer->attachment->account;
	unsigned int used = READ_ONCE(account->charged);

	if (sockets <= READ_ONCE(layer->charged) && used <= max)
		return used;

	return persock_charge_used(account, max) + 1;
}

/**
 * persock_charge_limited() - count one more socket of a stack with limits
 * @stack: the stack, a reference is held
 * @view: its view, in which some layer has a limit
 * @used: filled in, for each such layer: the number of its live sockets, this
 *	  one included; or a larger one, if that is within the limit, too
 * @keep: count it even if a limit is exceeded
 *
 * All sockets that a layer limits are counted under one lock, that of the
 * outermost layer with a limit, so that the last free place is given away once.
 *
 * Context: any; RCU read side for @view.
 * Return: true if a limit that is enforced is exceeded.
 */
bool persock_charge_limited(struct persock_stack *stack,
			    const struct persock_view *view,
			    unsigned int *used, bool keep)
{
	struct persock_account *outermost =
		stack->layers[view->limited].attachment->account;
	unsigned int sockets, i;
	bool full = false;
	unsigned long flags;

	raw_spin_lock_irqsave(&outermost->lock, flags);
	sockets = atomic_read(&stack->sockets) + 1;
	for (i = view->limited; i < view->nr; i++) {
		const struct persock_version *version = view->layers[i];
		u32 max = version->policy.max_sockets;

		if (!max)
			continue;
		used[i] = used_with(&stack->layers[i], sockets, max);
		full |= used[i] > max && persock_enforces(version);
	}
	if (!full || keep) {
		sockets = atomic_inc_return(&stack->sockets);
		if (sockets > READ_ONCE(stack->charged))
			persock_charge(stack, sockets, view);
	}
	raw_spin_unlock_irqrestore(&outermost->lock, flags);

	return full;
}

/**
 * persock_charge_end() - take back what a stack has charged, which has ended
 * @layer: a layer of the stack; it leaves the list of its account
 *
 * Context: persock_mutex is held.
 */
void persock_charge_end(struct persock_layer *layer)
{
	struct persock_account *account = layer->attachment->account;
	unsigned long flags;

	raw_spin_lock_irqsave(&account->charge_lock, flags);
	set_charge(layer, 0);
	list_del_rcu(&layer->use);
	raw_spin_unlock_irqrestore(&account->charge_lock, flags);
}
