// SPDX-License-Identifier: GPL-2.0
/*
 * Attaching and detaching cgroups, and the lookup of the stack that the current
 * task's new sockets get. control/netlink.c attaches and detaches;
 * hook/intercept.c and socket/creation.c look up.
 *
 * Every attached ancestor of a cgroup governs its sockets. So each attached
 * cgroup has a stack: the attachments from the outermost ancestor down to its
 * own. If a cgroup is attached or detached, the attached cgroups below it get
 * new stacks. All of them are made before the first one is used, so a failure
 * changes nothing.
 */
#include <linux/atomic.h>
#include <linux/cgroup.h>
#include <linux/hashtable.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "cgroup/attach.h"
#include "cgroup/stack.h"
#include "report/trace.h"
#include "state.h"

/* Attached cgroups, by address. Readers: RCU. Writers: persock_mutex. */
static DEFINE_HASHTABLE(attached, 12);

/* Attached cgroups, by id; persock_mutex. */
static DEFINE_HASHTABLE(ids, 12);

DEFINE_PER_CPU(struct persock_cached, persock_cache[1 << PERSOCK_CACHE_BITS]);
atomic_long_t persock_cache_generation = ATOMIC_LONG_INIT(1);

static void cache_forget(void)
{
	/* Pairs with smp_rmb() below: readers see the change first. */
	smp_mb__before_atomic();
	atomic_long_inc(&persock_cache_generation);
}

/* RCU read side, or persock_mutex. */
static struct persock_attachment *find_attached(const struct cgroup *cgroup)
{
	struct persock_attachment *attachment;

	hash_for_each_possible_rcu(attached, attachment, hash,
				   (unsigned long)cgroup,
				   lockdep_is_held(&persock_mutex)) {
		if (attachment->cgroup == cgroup)
			return attachment;
	}

	return NULL;
}

static struct persock_stack *nearest(struct cgroup *cgroup)
{
	struct persock_attachment *attachment;

	for (; cgroup; cgroup = cgroup_parent(cgroup)) {
		attachment = find_attached(cgroup);
		if (attachment)
			return rcu_dereference_check(attachment->stack,
						     rcu_read_lock_sched_held());
	}

	return NULL;
}

/**
 * persock_stack_lookup() - the stack of new sockets of a cgroup's tasks
 * @cgroup: the cgroup
 *
 * It is that of the nearest attached ancestor, the cgroup itself included. The
 * answer is cached.
 *
 * Context: RCU read side, which also protects the result.
 * Return: the stack, or NULL if they are not governed.
 */
struct persock_stack *persock_stack_lookup(struct cgroup *cgroup)
{
	unsigned long generation = atomic_long_read(&persock_cache_generation);
	struct persock_cached *entry;
	struct persock_stack *stack;

	/* Pairs with cache_forget(). */
	smp_rmb();

	preempt_disable();
	stack = nearest(cgroup);
	entry = this_cpu_ptr(&persock_cache[hash_ptr(cgroup,
						     PERSOCK_CACHE_BITS)]);
	entry->cgroup = cgroup;
	entry->stack = stack;
	entry->generation = generation;
	preempt_enable();

	return stack;
}

/**
 * struct change - an attachment that is about to come or to go
 * @cgroup: the cgroup
 * @attachment: its new attachment, or NULL
 * @below: there may be attached cgroups below it
 */
struct change {
	struct cgroup *cgroup;
	struct persock_attachment *attachment;
	bool below;
};

/*
 * The attachments that govern a cgroup once a change is made, the outermost
 * first. Returns their number; only PERSOCK_MAX_LAYERS of them are filled in.
 */
static unsigned int collect(struct cgroup *cgroup, const struct change *change,
			    struct persock_attachment **layers)
{
	struct persock_attachment *attachment;
	unsigned int nr = 0, i;

	for (; cgroup; cgroup = cgroup_parent(cgroup)) {
		attachment = cgroup == change->cgroup ? change->attachment :
							find_attached(cgroup);
		if (!attachment)
			continue;
		if (nr < PERSOCK_MAX_LAYERS)
			layers[nr] = attachment;
		nr++;
		if (attachment->anew)
			break;
	}
	for (i = 0; nr <= PERSOCK_MAX_LAYERS && i < nr / 2; i++)
		swap(layers[i], layers[nr - 1 - i]);

	return nr;
}

static struct persock_stack *stack_of(const struct persock_attachment *attachment)
{
	return rcu_dereference_protected(attachment->stack,
					 lockdep_is_held(&persock_mutex));
}

static bool is_made_of(const struct persock_stack *stack,
		       struct persock_attachment *const *layers,
		       unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr && stack->nr == nr; i++) {
		if (stack->layers[i].attachment != layers[i])
			return false;
	}

	return stack->nr == nr;
}

static int too_many(const struct persock_attachment *attachment,
		    const struct change *change, struct netlink_ext_ack *extack)
{
	if (attachment->cgroup == change->cgroup)
		NL_SET_ERR_MSG(extack,
			       "it would have more than 16 layers: itself and its attached ancestors");
	else
		persock_err_msg_id(extack, "an attached cgroup", attachment->id,
				   "below it would have more than 16 layers");

	return -E2BIG;
}

/* Make the stack that a cgroup has after a change, if it gets another one. */
static int prepare(struct persock_attachment *attachment,
		   const struct change *change, struct netlink_ext_ack *extack)
{
	struct persock_attachment *layers[PERSOCK_MAX_LAYERS];
	unsigned int nr = collect(attachment->cgroup, change, layers);
	struct persock_stack *stack = stack_of(attachment);

	static_assert(PERSOCK_MAX_LAYERS == 16); /* the messages say so */
	if (nr > PERSOCK_MAX_LAYERS)
		return too_many(attachment, change, extack);
	if (stack && is_made_of(stack, layers, nr))
		return 0;
	attachment->next = persock_stack_make(layers, nr);
	if (!attachment->next)
		return -ENOMEM;

	return 0;
}

/* Mirrors cgroup_is_dead(), which is private to the cgroup core. */
static bool cgroup_dead(const struct cgroup *cgroup)
{
	return !(READ_ONCE(cgroup->self.flags) & CSS_ONLINE);
}

/*
 * Does a change concern an attachment? A removed cgroup has no tasks, and none
 * below it.
 */
static bool is_below(const struct persock_attachment *attachment,
		     const struct change *change)
{
	return attachment->attached && attachment->cgroup != change->cgroup &&
	       cgroup_is_descendant(attachment->cgroup, change->cgroup) &&
	       !cgroup_dead(attachment->cgroup);
}

static void drop_prepared(void)
{
	struct persock_attachment *attachment = NULL;

	while ((attachment = persock_attachment_next(attachment))) {
		if (attachment->next)
			persock_stack_retire(attachment->next);
		attachment->next = NULL;
	}
}

/* How many routing tables the sockets under replaced stacks have had. */
static unsigned int routers_replaced(void)
{
	struct persock_attachment *attachment = NULL;
	unsigned int nr = 0;

	while ((attachment = persock_attachment_next(attachment))) {
		const struct persock_stack *stack = stack_of(attachment);

		if (attachment->next && stack)
			nr += READ_ONCE(stack->nr_routers);
	}

	return nr;
}

/* Make the stacks of a change. A failure makes none. */
static int prepare_all(struct change *change, struct netlink_ext_ack *extack)
{
	struct persock_attachment *attachment = NULL;
	int err = 0;

	lockdep_assert_held(&persock_mutex);
	/*
	 * Most cgroups that are attached have none below them. One that is
	 * attached below was in this list before.
	 */
	change->below = !list_empty(&change->cgroup->self.children);

	if (change->attachment)
		err = prepare(change->attachment, change, extack);
	while (change->below && !err &&
	       (attachment = persock_attachment_next(attachment))) {
		if (is_below(attachment, change))
			err = prepare(attachment, change, extack);
		cond_resched();
	}
	if (change->below && !err)
		err = persock_attachment_reserve(routers_replaced());
	if (err)
		drop_prepared();

	return err;
}

/*
 * Let new sockets have the stacks of a change. They must not find a stack that
 * has lost its last reference: so the old ones are retired after the cache has
 * forgotten them.
 */
static void use_prepared(const struct change *change)
{
	struct persock_attachment *attachment = NULL;

	while (change->below &&
	       (attachment = persock_attachment_next(attachment))) {
		if (attachment->next)
			attachment->next =
				rcu_replace_pointer(attachment->stack,
						    attachment->next,
						    lockdep_is_held(&persock_mutex));
	}
	cache_forget();
	/* What is in @next now has been replaced. */
	if (change->below)
		drop_prepared();
}

/* The caller has made the new stacks of attached cgroups below. */
static void detach(struct persock_attachment *attachment)
{
	lockdep_assert_held(&persock_mutex);
	hash_del_rcu(&attachment->hash);
	hash_del(&attachment->by_id);
	cache_forget();
	attachment->attached = false;
	attachment->personality->attachments--;
	persock_generation++;
	trace_persock_attach(attachment->id, attachment->personality->name,
			     false);
	persock_stack_retire(stack_of(attachment));
	persock_attachment_put(attachment);
	module_put(THIS_MODULE);
}

/**
 * persock_attached() - the attachment of a cgroup
 * @id: id of the cgroup
 *
 * Context: persock_mutex is held, and protects the result.
 * Return: the attachment, or NULL if the cgroup itself is not attached.
 */
struct persock_attachment *persock_attached(u64 id)
{
	struct persock_attachment *attachment;

	lockdep_assert_held(&persock_mutex);
	hash_for_each_possible(ids, attachment, by_id, id) {
		if (attachment->id == id)
			return attachment;
	}

	return NULL;
}

/* Let a new attachment govern, in place of @previous if there is one. */
static void publish(struct persock_attachment *attachment,
		    struct persock_attachment *previous,
		    const struct change *change)
{
	struct persock_personality *personality = attachment->personality;

	personality->attachments++;
	attachment->attached = true;
	persock_generation++;
	trace_persock_attach(attachment->id, personality->name, true);
	RCU_INIT_POINTER(attachment->stack, attachment->next);
	attachment->next = NULL;
	/*
	 * The new one is added first: a lookup in between finds either of
	 * them.
	 */
	hash_add_rcu(attached, &attachment->hash,
		     (unsigned long)attachment->cgroup);
	use_prepared(change);
	if (previous)
		detach(previous);
	hash_add(ids, &attachment->by_id, attachment->id);
}

/* Make the attachment of a cgroup, with the stacks that follow from it. */
static struct persock_attachment *
prepare_attachment(struct cgroup *cgroup, struct persock_personality *personality,
		   bool anew, struct persock_attachment *previous,
		   struct change *change, struct netlink_ext_ack *extack)
{
	struct persock_attachment *attachment;
	int err;

	attachment = persock_attachment_alloc(personality, cgroup, previous,
					      extack);
	if (IS_ERR(attachment))
		return attachment;
	refcount_inc(&personality->ref);
	cgroup_get(cgroup);
	attachment->anew = anew;
	change->cgroup = cgroup;
	change->attachment = attachment;
	err = prepare_all(change, extack);
	if (!err)
		return attachment;

	persock_attachment_put(attachment);
	return ERR_PTR(err);
}

/**
 * persock_attach() - govern a cgroup
 * @cgroup: a cgroup v2; a reference is taken
 * @name: name of the personality
 * @anew: its sockets are not governed by attached ancestors
 * @extack: reports the reason of a failure
 *
 * An attached cgroup is re-attached: it is governed at any time in between,
 * and keeps its account. New sockets of attached cgroups below are governed by
 * this attachment, too.
 *
 * Context: process context; persock_mutex is held.
 * Return: 0; -EINVAL for the root cgroup, because every task that may detach
 * it would be governed; -ENOENT if there is no such personality; -E2BIG if a
 * cgroup would have too many layers; -ENODEV if the cgroup was removed
 * meanwhile, or the module is being removed; -ENOMEM; or the errno of
 * persock_arm(). A failure changes nothing.
 */
int persock_attach(struct cgroup *cgroup, const char *name, bool anew,
		   struct netlink_ext_ack *extack)
{
	struct persock_attachment *attachment, *previous;
	struct persock_personality *personality;
	struct change change;

	lockdep_assert_held(&persock_mutex);
	if (!cgroup_parent(cgroup)) {
		NL_SET_ERR_MSG(extack,
			       "the root cgroup cannot be attached: no task would be left that can detach it");
		return -EINVAL;
	}
	personality = persock_personality_find(name);
	if (!personality) {
		NL_SET_ERR_MSG(extack, "no such personality");
		return -ENOENT;
	}

	/* Unloading must never remove a policy silently; it may have begun. */
	if (!try_module_get(THIS_MODULE)) {
		NL_SET_ERR_MSG(extack, "the module is being removed");
		return -ENODEV;
	}
	previous = persock_attached(cgroup_id(cgroup));
	attachment = prepare_attachment(cgroup, personality, anew, previous,
					&change, extack);
	if (IS_ERR(attachment)) {
		module_put(THIS_MODULE);
		return PTR_ERR(attachment);
	}
	publish(attachment, previous, &change);

	/*
	 * The cgroup's removal may have been reported before it was in the
	 * list.
	 */
	if (cgroup_dead(cgroup)) {
		detach(attachment);
		NL_SET_ERR_MSG(extack, "the cgroup has been removed");
		return -ENODEV;
	}

	return 0;
}

/**
 * persock_detach() - an attachment no longer governs new sockets
 * @id: id of the cgroup
 * @extack: reports the reason of a failure
 *
 * Attached ancestors go on governing the cgroup.
 *
 * Context: process context; persock_mutex is held.
 * Return: 0; -ENOENT if the cgroup itself is not attached; -ENOMEM. A failure
 * changes nothing.
 */
int persock_detach(u64 id, struct netlink_ext_ack *extack)
{
	struct persock_attachment *attachment = persock_attached(id);
	struct change change = {};
	int err;

	if (!attachment) {
		NL_SET_ERR_MSG(extack,
			       "the cgroup is not attached to a personality");
		return -ENOENT;
	}
	change.cgroup = attachment->cgroup;
	err = prepare_all(&change, extack);
	if (err)
		return err;
	use_prepared(&change);
	detach(attachment);

	return 0;
}

static void reap(struct work_struct *work)
{
	struct persock_attachment *attachment = NULL;

	mutex_lock(&persock_mutex);
	/* detach() unhashes; the object is removed from the list when it is freed. */
	while ((attachment = persock_attachment_next(attachment))) {
		if (attachment->attached && cgroup_dead(attachment->cgroup))
			detach(attachment);
	}
	mutex_unlock(&persock_mutex);
}

static DECLARE_WORK(reap_work, reap);

static bool is_attached(const struct cgroup *cgroup)
{
	bool found;

	rcu_read_lock();
	found = find_attached(cgroup);
	rcu_read_unlock();

	return found;
}

/*
 * Runs under the cgroup core's locks and with preemption off: it may only
 * queue work. There is no lifetime notifier for cgroups on these kernels.
 *
 * A user who was given a cgroup can make and remove others in it at will. The
 * cost for others must not grow with the number of attachments.
 */
static void cgroup_removed(void *data, struct cgroup *cgroup, const char *path)
{
	cache_forget();
	/*
	 * persock_attach() adds it first, and checks then whether it is dead.
	 */
	smp_mb__after_atomic();
	if (is_attached(cgroup))
		queue_work(persock_workqueue, &reap_work);
}

static struct tracepoint *cgroup_rmdir;

static void find_tracepoint(struct tracepoint *tracepoint, void *unused)
{
	if (!strcmp(tracepoint->name, "cgroup_rmdir"))
		cgroup_rmdir = tracepoint;
}

/**
 * persock_attach_init() - register for the removal of cgroups
 *
 * Return: 0; -ENOENT if the kernel does not report removals (it is built
 * without tracepoints); or the errno of the registration.
 */
int __init persock_attach_init(void)
{
	for_each_kernel_tracepoint(find_tracepoint, NULL);
	if (!cgroup_rmdir) {
		pr_err("the tracepoint cgroup_rmdir is missing: CONFIG_TRACEPOINTS is needed\n");
		return -ENOENT;
	}

	return tracepoint_probe_register(cgroup_rmdir, cgroup_removed, NULL);
}

/**
 * persock_attach_exit() - unregister, and finish all queued work
 *
 * The module is being removed: nothing is attached and no socket is governed.
 */
void persock_attach_exit(void)
{
	tracepoint_probe_unregister(cgroup_rmdir, cgroup_removed, NULL);
	tracepoint_synchronize_unregister();
	/* What is replaced or freed is queued a grace period later. */
	rcu_barrier();
	/* Run all of it, including the last frees. */
	drain_workqueue(persock_workqueue);
}
