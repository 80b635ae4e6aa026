// SPDX-License-Identifier: GPL-2.0
/*
 * The replacement of what personalities are, for all stacks at once: every
 * stack with a changed layer shows a view with the new versions of all its
 * layers from one moment on. control/netlink_personality.c calls this.
 */
#include <linux/errno.h>
#include <linux/netlink.h>

#include "cgroup/personality.h"
#include "cgroup/replace.h"
#include "cgroup/stack.h"
#include "state.h"

/* Prepare what a stack shows. Returns false without memory. */
static bool prepare(struct persock_stack *stack)
{
	const struct persock_version *versions[PERSOCK_MAX_LAYERS];
	bool changes = false;
	unsigned int i;

	for (i = 0; i < stack->nr; i++) {
		const struct persock_personality *personality =
			stack->layers[i].attachment->personality;

		changes |= !!personality->next;
		versions[i] = personality->next ?: personality->version;
	}
	if (!changes)
		return true;
	stack->next = persock_view_get(versions, stack->nr);

	return stack->next;
}

static void drop_prepared(void)
{
	struct persock_stack *stack = NULL;

	while ((stack = persock_stack_next(stack))) {
		if (stack->next)
			persock_view_put(stack->next);
		stack->next = NULL;
	}
}

/*
 * Give each personality with a next version that version, in all stacks at
 * once. A failure changes nothing, and drops the versions.
 */
static int replace(void)
{
	struct persock_personality *personality = NULL;
	struct persock_stack *stack = NULL;
	bool prepared = true;

	while (prepared && (stack = persock_stack_next(stack))) {
		prepared = prepare(stack);
		cond_resched();
	}
	if (!prepared)
		drop_prepared();
	while (prepared && (stack = persock_stack_next(stack))) {
		if (stack->next)
			persock_stack_show(stack);
	}
	while ((personality = persock_personality_next(personality))) {
		if (!personality->next)
			continue;
		if (prepared)
			persock_personality_accept(personality);
		else
			persock_personality_reject(personality);
	}

	return prepared ? 0 : -ENOMEM;
}

/**
 * persock_personality_set() - replace the content of a personality
 * @name: its name
 * @proposal: its requested content
 * @holder: the batch for whose end the change waits; NULL: change it now
 * @extack: reports the reason of a failure
 *
 * The new policy governs its live sockets from their next operation on. An
 * operation that sleeps has already been judged. They keep their provider.
 *
 * Context: process context; persock_mutex is held. Does not wait for readers.
 * Return: 0; -ENOMEM; -EBUSY if another batch changes it; or an errno of
 * persock_personality_propose(). A failure changes nothing.
 */
int persock_personality_set(const char *name,
			    const struct persock_proposal *proposal,
			    const struct persock_holder *holder,
			    struct netlink_ext_ack *extack)
{
	struct persock_personality *personality;

	lockdep_assert_held(&persock_mutex);
	personality = persock_personality_find(name);
	if (personality && personality->held && !holder) {
		NL_SET_ERR_MSG(extack,
			       "a batch has begun to change the personality");
		return -EBUSY;
	}
	personality = persock_personality_propose(name, proposal, extack);
	if (IS_ERR(personality))
		return PTR_ERR(personality);
	if (holder)
		return persock_personality_hold(personality, holder, extack);

	return replace();
}

/**
 * persock_batch_commit() - make the changes of a batch, all at once
 * @holder: the batch
 * @extack: reports the reason of a failure
 *
 * Context: process context; persock_mutex is held.
 * Return: 0; -ENOENT if the batch holds no change; -EBUSY if a personality
 * has got a network namespace since, which the change does not name; -ENOMEM. A
 * failure changes nothing, and drops the batch.
 */
int persock_batch_commit(const struct persock_holder *holder,
			 struct netlink_ext_ack *extack)
{
	struct persock_personality *personality = NULL;
	int err = -ENOENT;

	lockdep_assert_held(&persock_mutex);
	while ((personality = persock_personality_next(personality))) {
		if (!persock_personality_held_by(personality, holder))
			continue;
		if (err == -ENOENT)
			err = 0;
		if (personality->version->net && !personality->held->net) {
			NL_SET_ERR_MSG(extack,
				       "a personality with a network namespace keeps one: it has got one since");
			err = -EBUSY;
		}
	}
	if (err == -ENOENT)
		NL_SET_ERR_MSG(extack, "no change is held for this socket");
	if (err) {
		persock_batch_drop(holder);
		return err;
	}
	while ((personality = persock_personality_next(personality))) {
		if (!persock_personality_held_by(personality, holder))
			continue;
		persock_personality_take(personality);
	}

	return replace();
}

/**
 * persock_batch_drop() - drop the changes of a batch
 * @holder: the batch
 *
 * Context: process context; persock_mutex is held.
 */
void persock_batch_drop(const struct persock_holder *holder)
{
	struct persock_personality *personality = NULL;

	lockdep_assert_held(&persock_mutex);
	while ((personality = persock_personality_next(personality))) {
		if (!persock_personality_held_by(personality, holder))
			continue;
		persock_personality_take(personality);
		persock_personality_reject(personality);
	}
}
