// SPDX-License-Identifier: GPL-2.0
/*
 * Charges accounts for the live sockets of their stacks, see charge.h.
 *
 * A new socket is counted first. If its stack has more sockets now than some
 * layer is charged for, that layer is charged for more. So each account is
 * charged for every socket at the moment at which it is compared with a limit,
 * under whatever lock. Who finds too much reduces the charges of all stacks to
 * what there is, and compares again.
 */
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/rculist.h>
#include <linux/spinlock.h>

#include "cgroup/charge.h"

/* The least that a layer is charged for; the stack's lock is held. */
static unsigned int least_of(const struct persock_stack *stack)
{
	unsigned int least = stack->layers[0].charged, i;

	for (i = 1; i < stack->nr; i++)
		least = min(least, stack->layers[i].charged);

	return least;
}

/* The lock of the layer's account is held. Its sum is the caller's business. */
static void set_charge(struct persock_layer *layer, unsigned int sockets)
{
	struct persock_stack *stack = layer->stack;
	unsigned int before = layer->charged;

	if (sockets == before)
		return;
	raw_spin_lock(&stack->charge_lock);
	WRITE_ONCE(layer->charged, sockets);
	WRITE_ONCE(stack->charged,
		   sockets < before ? min(stack->charged, sockets) :
				      least_of(stack));
	raw_spin_unlock(&stack->charge_lock);
}

/* Whoever finds the charge of the layer finds it in the sum, too. */
static void raise_charge(struct persock_layer *layer, unsigned int sockets)
{
	struct persock_account *account = layer->attachment->account;

	WRITE_ONCE(account->charged,
		   account->charged + sockets - layer->charged);
	smp_wmb(); /* pairs with smp_rmb() in persock_charge_limited() */
	set_charge(layer, sockets);
}

/*
 * Charge what there is. A socket that is counted meanwhile is in the second
 * number of its stack, or its task finds the charge that is reduced to the first
 * one and waits for the lock: both sides have a full barrier between. Another
 * task may have found enough in the first one, so it is not reduced once more.
 * The sum, which is compared without the lock, is reduced when all of this is
 * over.
 */
static void trim(struct persock_account *account)
{
	struct persock_layer *layer;
	unsigned long sum = 0;

	lockdep_assert_held(&account->charge_lock);
	hlist_for_each_entry_rcu(layer, &account->layers, use,
				 lockdep_is_held(&account->charge_lock)) {
		unsigned int sockets = atomic_read(&layer->stack->sockets);

		set_charge(layer, min(layer->charged, sockets));
	}
	smp_mb(); /* pairs with atomic_inc_return() of a new socket */
	hlist_for_each_entry_rcu(layer, &account->layers, use,
				 lockdep_is_held(&account->charge_lock)) {
		unsigned int sockets = atomic_read(&layer->stack->sockets);

		if (sockets > layer->charged)
			raise_charge(layer, sockets);
		sum += layer->charged;
	}
	WRITE_ONCE(account->charged, sum);
}

/*
 * How many to charge for so many sockets: a power of two. Less than that near a
 * limit, so that what is charged in advance never reaches it.
 */
static unsigned int with_advance(unsigned int sockets, unsigned long charged,
				 unsigned int max)
{
	unsigned int advance = roundup_pow_of_two(sockets) - sockets;

	if (!max)
		return sockets + advance;
	if (charged >= max)
		return sockets;

	return sockets + min_t(unsigned long, advance, (max - charged) / 2);
}

static void charge_layer(struct persock_layer *layer, unsigned int sockets,
			 unsigned int max)
{
	struct persock_account *account = layer->attachment->account;
	unsigned long flags, charged;

	raw_spin_lock_irqsave(&account->charge_lock, flags);
	if (sockets > layer->charged) {
		charged = account->charged + sockets - layer->charged;
		raise_charge(layer, with_advance(sockets, charged, max));
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

/*
 * The number of sockets that an account has, those of the caller included; or a
 * larger one, if that is within the limit, too.
 */
static unsigned int used_of(struct persock_account *account, unsigned int max)
{
	unsigned long used = READ_ONCE(account->charged), flags;

	if (used > max) {
		raw_spin_lock_irqsave(&account->charge_lock, flags);
		trim(account);
		used = account->charged;
		raw_spin_unlock_irqrestore(&account->charge_lock, flags);
	}

	return used;
}

/**
 * persock_charge_limited() - count one more socket of a stack with limits
 * @stack: the stack, a reference is held
 * @view: its view, in which some layer has a limit
 * @used: filled in, for each layer whose limit is judged: the number of its live
 *	  sockets, this one included; or a larger one, if that is within the
 *	  limit, too
 * @keep: count it even if a limit is exceeded
 *
 * No limit is exceeded, whatever happens meanwhile. Sockets of stacks that have
 * the outermost layer with a limit in common are counted one after the other, by
 * its lock, so that one of two that race for the last free place gets it.
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
	bool full = false;
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&outermost->lock, flags);
	persock_charge_socket(stack, view);
	smp_rmb(); /* pairs with smp_wmb() in raise_charge() */
	for (i = view->limited; i < view->nr; i++) {
		const struct persock_version *version = view->layers[i];
		u32 max = version->policy.max_sockets;

		if (!max || persock_records(version))
			continue;
		used[i] = used_of(stack->layers[i].attachment->account, max);
		full |= used[i] > max && persock_enforces(version);
	}
	if (full && !keep)
		atomic_dec(&stack->sockets);
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
	WRITE_ONCE(account->charged, account->charged - layer->charged);
	set_charge(layer, 0);
	hlist_del_rcu(&layer->use);
	raw_spin_unlock_irqrestore(&account->charge_lock, flags);
}
