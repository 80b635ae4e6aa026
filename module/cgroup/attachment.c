// SPDX-License-Identifier: GPL-2.0
/*
 * Attachments of cgroups: attach, detach, lifetime, and the lookup for the
 * current task. control/netlink.c attaches and detaches. hook/intercept.c and
 * socket/creation.c look up; each governed socket takes and drops a reference.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/cgroup.h>
#include <linux/hash.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/nsproxy.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include <linux/wait_bit.h>
#include <linux/workqueue.h>

#include "cgroup/attachment.h"
#include "report/trace.h"
#include "state.h"

/* Attached cgroups, by address. Readers: RCU. Writers: persock_mutex. */
static DEFINE_HASHTABLE(attached, 12);

/* Attached cgroups, by id; persock_mutex. */
static DEFINE_HASHTABLE(ids, 12);

/* All attachment objects, including those that wait for their last socket. */
static LIST_HEAD(attachments);

/* Serves explicit AF_PERSOCK sockets of ungoverned tasks; persock_mutex. */
static struct persock_attachment *open_attachment;

DEFINE_PER_CPU(struct persock_cached, persock_cache[1 << PERSOCK_CACHE_BITS]);
atomic_long_t persock_cache_generation = ATOMIC_LONG_INIT(1);

/* Functions of higher layers; set before there are attachments. */
static const struct persock_attachment_hooks *hooks __ro_after_init;

static void cache_forget(void)
{
	/* Pairs with smp_rmb() below: readers see the change first. */
	smp_mb__before_atomic();
	atomic_long_inc(&persock_cache_generation);
}

static struct persock_attachment *nearest(struct cgroup *cgroup)
{
	struct persock_attachment *attachment;

	for (; cgroup; cgroup = cgroup_parent(cgroup)) {
		hash_for_each_possible_rcu(attached, attachment, hash,
					   (unsigned long)cgroup) {
			if (attachment->cgroup == cgroup)
				return attachment;
		}
	}

	return NULL;
}

/**
 * persock_attachment_lookup() - the attachment that governs tasks of a cgroup
 * @cgroup: the cgroup
 *
 * The nearest attached ancestor governs, the cgroup itself included. The
 * answer is cached.
 *
 * Context: RCU read side, which also protects the result.
 * Return: the attachment, or NULL if they are not governed.
 */
struct persock_attachment *persock_attachment_lookup(struct cgroup *cgroup)
{
	unsigned long generation = atomic_long_read(&persock_cache_generation);
	struct persock_attachment *attachment;
	struct persock_cached *entry;

	/* Pairs with cache_forget(). */
	smp_rmb();

	preempt_disable();
	attachment = nearest(cgroup);
	entry = this_cpu_ptr(&persock_cache[hash_ptr(cgroup,
						     PERSOCK_CACHE_BITS)]);
	entry->cgroup = cgroup;
	entry->attachment = attachment;
	entry->generation = generation;
	preempt_enable();

	return attachment;
}

/**
 * persock_attachment_get() - hold an attachment for a socket
 * @attachment: found under RCU
 *
 * Context: any.
 * Return: the number of the cgroup's live sockets, this one included; 0 if the
 * last reference is already gone: then the cgroup was detached, and the caller
 * must look it up again.
 */
unsigned int persock_attachment_get(struct persock_attachment *attachment)
{
	if (!refcount_inc_not_zero(&attachment->ref))
		return 0;

	return atomic_inc_return(&attachment->account->sockets);
}

static void drop(struct persock_attachment *attachment)
{
	if (refcount_dec_and_test(&attachment->ref))
		queue_work(persock_workqueue, &attachment->free_work);
}

/**
 * persock_attachment_put() - release a socket's reference to its attachment
 * @attachment: the attachment; the last reference frees it, later
 *
 * Context: any.
 */
void persock_attachment_put(struct persock_attachment *attachment)
{
	atomic_dec(&attachment->account->sockets);
	drop(attachment);
}

/**
 * persock_attachment_sockets() - number of governed sockets of an object
 * @a: the attachment
 *
 * Sockets that were created under an object that it replaced do not count.
 *
 * Context: persock_mutex is held.
 * Return: the number.
 */
unsigned int persock_attachment_sockets(const struct persock_attachment *a)
{
	lockdep_assert_held(&persock_mutex);
	return refcount_read(&a->ref) - a->attached;
}

/**
 * persock_attachment_used() - number of governed sockets of a cgroup
 * @a: its attachment
 *
 * Includes all sockets that limits count, since the cgroup was attached first.
 *
 * Context: any; the caller keeps the attachment alive.
 * Return: the number.
 */
unsigned int persock_attachment_used(const struct persock_attachment *a)
{
	return atomic_read(&a->account->sockets);
}

/**
 * persock_attachment_counts() - the counts of a cgroup
 * @a: its attachment
 * @sum: the sum; the counts since the cgroup was attached first are added
 *
 * Context: persock_mutex is held.
 */
void persock_attachment_counts(const struct persock_attachment *a,
			       struct persock_totals *sum)
{
	const struct persock_attachment *member;

	lockdep_assert_held(&persock_mutex);
	persock_totals_add(sum, &a->account->retired);
	list_for_each_entry(member, &a->account->members, sibling)
		persock_totals_read(member->totals, sum);
}

/* Remove an object from its account; the last one frees the account. */
static void account_leave(struct persock_attachment *attachment)
{
	struct persock_account *account = attachment->account;

	persock_totals_read(attachment->totals, &account->retired);
	list_del(&attachment->sibling);
	if (list_empty(&account->members))
		kfree(account);
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
 * persock_attachment_net() - the network namespace for a socket of the current
 *			      task
 * @attachment: the attachment that governs it
 * @version: the current version of the attachment's personality
 * @family: family of the socket
 *
 * Two kinds of tasks have sockets made in the network namespace that the
 * policy names: tasks of the network namespace that the policy is for, and
 * tasks of the named one. A task that has entered yet another one, for example
 * one without a network as sandboxes do, gets sockets of its own network
 * namespace.
 *
 * Context: any of the task's own; RCU read side, which protects the result.
 * Return: the network namespace that the policy names, or NULL for the task's.
 */
struct net *persock_attachment_net(const struct persock_attachment *attachment,
				   const struct persock_version *version,
				   int family)
{
	struct net *net = persock_version_net(version, family);
	const struct net *own = task_net();
	u64 from;

	if (likely(!net) || !own)
		return NULL;
	if (own == net)
		return net;
	from = version->from ?: atomic64_read(&attachment->from);

	return !from || from == own->net_cookie ? net : NULL;
}

/**
 * persock_attachment_meant() - may a socket be made in the named network
 *				namespace?
 * @attachment: the attachment that governs
 * @version: the version of the attachment's personality
 *
 * If the policy does not specify whose tasks may, the first task of another
 * network namespace decides: from then on the policy is for that task's
 * network namespace.
 *
 * Context: as persock_attachment_net(), which has not returned NULL.
 * Return: false if a task of another namespace was faster.
 */
bool persock_attachment_meant(struct persock_attachment *attachment,
			      const struct persock_version *version)
{
	const struct net *own = task_net();
	u64 from;

	if (own == version->net)
		return true;
	if (version->from)
		return version->from == own->net_cookie;
	from = atomic64_cmpxchg(&attachment->from, 0, own->net_cookie);
	if (!from)
		WRITE_ONCE(attachment->from_inode, own->ns.inum);

	return !from || from == own->net_cookie;
}

static void attachment_free(struct work_struct *work)
{
	struct persock_attachment *attachment =
		container_of(work, struct persock_attachment, free_work);

	/* Lookups and the interception points may still read it. */
	synchronize_rcu();
	hooks->free_routers(attachment);
	persock_denials_end(&attachment->denials);

	mutex_lock(&persock_mutex);
	list_del(&attachment->node);
	if (open_attachment == attachment)
		open_attachment = NULL;
	hooks->disarm();
	persock_totals_read(attachment->totals,
			    &attachment->personality->retired);
	account_leave(attachment);
	persock_personality_put(attachment->personality);
	mutex_unlock(&persock_mutex);
	if (attachment->cgroup)
		cgroup_put(attachment->cgroup);
	free_percpu(attachment->totals);
	kfree(attachment->ignored);
	kfree(attachment);
	wake_up_var(&attachments);
}

/*
 * Takes over a reference to @personality and one to @cgroup if it succeeds.
 * @previous is the object that it replaces, or NULL. The interception points
 * are armed as long as the object exists: its sockets are governed until the
 * last one is closed, attached or not.
 */
static struct persock_attachment *
attachment_alloc(struct persock_personality *personality,
		 struct cgroup *cgroup, struct persock_attachment *previous,
		 struct netlink_ext_ack *extack)
{
	struct persock_account *account = previous ? previous->account : NULL;
	struct persock_attachment *attachment;
	int err;

	attachment = kzalloc(sizeof(*attachment), GFP_KERNEL);
	if (!attachment)
		return ERR_PTR(-ENOMEM);

	err = -ENOMEM;
	attachment->totals = alloc_percpu(struct persock_totals);
	if (!attachment->totals)
		goto free;
	if (!account)
		account = kzalloc(sizeof(*account), GFP_KERNEL);
	if (!account)
		goto free_totals;
	err = hooks->arm(extack);
	if (err)
		goto free_account;

	if (!previous)
		INIT_LIST_HEAD(&account->members);
	attachment->account = account;
	list_add(&attachment->sibling, &account->members);
	refcount_set(&attachment->ref, 1);
	attachment->personality = personality;
	attachment->cgroup = cgroup;
	attachment->id = cgroup ? cgroup_id(cgroup) : 0;
	persock_denials_init(&attachment->denials, attachment->id,
			     personality->name);
	hash_init(attachment->routers);
	INIT_WORK(&attachment->free_work, attachment_free);
	list_add_tail(&attachment->node, &attachments);

	return attachment;

free_account:
	if (!previous)
		kfree(account);
free_totals:
	free_percpu(attachment->totals);
free:
	kfree(attachment);
	return ERR_PTR(err);
}

/**
 * persock_attachment_open() - the attachment of an ungoverned AF_PERSOCK
 *			       socket
 *
 * Context: process context; takes persock_mutex.
 * Return: the attachment, with a reference for one socket, or an ERR_PTR.
 */
struct persock_attachment *persock_attachment_open(void)
{
	struct persock_personality *personality;
	struct persock_attachment *attachment;

	mutex_lock(&persock_mutex);
	if (open_attachment && persock_attachment_get(open_attachment)) {
		attachment = open_attachment;
		goto unlock;
	}

	personality = persock_personality_open();
	if (IS_ERR(personality)) {
		attachment = ERR_CAST(personality);
		goto unlock;
	}
	attachment = attachment_alloc(personality, NULL, NULL, NULL);
	if (IS_ERR(attachment)) {
		persock_personality_put(personality);
		goto unlock;
	}
	/* Its one reference is the socket's. */
	atomic_set(&attachment->account->sockets, 1);
	open_attachment = attachment;
unlock:
	mutex_unlock(&persock_mutex);
	return attachment;
}

static struct persock_attachment *find_attached(u64 id)
{
	struct persock_attachment *attachment;

	hash_for_each_possible(ids, attachment, by_id, id) {
		if (attachment->id == id)
			return attachment;
	}

	return NULL;
}

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
	drop(attachment);
	module_put(THIS_MODULE);
}

/* Mirrors cgroup_is_dead(), which is private to the cgroup core. */
static bool cgroup_dead(const struct cgroup *cgroup)
{
	return !(READ_ONCE(cgroup->self.flags) & CSS_ONLINE);
}

/**
 * persock_attach() - govern a cgroup
 * @cgroup: a cgroup v2; a reference is taken
 * @name: name of the personality
 * @extack: reports the reason of a failure
 *
 * An attached cgroup is re-attached: it is governed at any time in between,
 * and keeps its account.
 *
 * Context: process context; persock_mutex is held.
 * Return: 0; -EINVAL for the root cgroup, because every task that may detach
 * it would be governed; -ENOENT if there is no such personality; -ENODEV if
 * the cgroup was removed meanwhile, or the module is being removed; -ENOMEM;
 * or the errno of persock_arm().
 */
int persock_attach(struct cgroup *cgroup, const char *name,
		   struct netlink_ext_ack *extack)
{
	struct persock_attachment *attachment, *previous;
	struct persock_personality *personality;

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
	previous = find_attached(cgroup_id(cgroup));
	attachment = attachment_alloc(personality, cgroup, previous, extack);
	if (IS_ERR(attachment)) {
		module_put(THIS_MODULE);
		return PTR_ERR(attachment);
	}

	refcount_inc(&personality->ref);
	cgroup_get(cgroup);
	personality->attachments++;
	/*
	 * The new one is added first: a lookup in between finds either of
	 * them.
	 */
	attachment->attached = true;
	persock_generation++;
	trace_persock_attach(attachment->id, personality->name, true);
	hash_add_rcu(attached, &attachment->hash, (unsigned long)cgroup);
	cache_forget();
	if (previous)
		detach(previous);
	hash_add(ids, &attachment->by_id, attachment->id);

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
 * persock_detach() - stop governing the new sockets of a cgroup
 * @id: id of the cgroup
 * @extack: reports the reason of a failure
 *
 * Context: process context; persock_mutex is held.
 * Return: 0, or -ENOENT if the cgroup itself is not attached (an ancestor may
 * still govern it).
 */
int persock_detach(u64 id, struct netlink_ext_ack *extack)
{
	struct persock_attachment *attachment = persock_attachment_find(id);

	if (!attachment) {
		NL_SET_ERR_MSG(extack,
			       "the cgroup is not attached to a personality");
		return -ENOENT;
	}
	detach(attachment);

	return 0;
}

/**
 * persock_attachment_find() - the attachment of a cgroup
 * @id: id of the cgroup
 *
 * Context: persock_mutex is held, and protects the result.
 * Return: the attachment, or NULL if the cgroup itself is not attached.
 */
struct persock_attachment *persock_attachment_find(u64 id)
{
	lockdep_assert_held(&persock_mutex);
	return find_attached(id);
}

/**
 * persock_attachment_next() - walk all attachment objects
 * @previous: the object that was returned last, or NULL to begin
 *
 * Includes objects that are detached but still have sockets.
 *
 * Context: persock_mutex is held throughout the walk.
 * Return: the next one, or NULL at the end.
 */
struct persock_attachment *
persock_attachment_next(struct persock_attachment *previous)
{
	struct list_head *next = previous ? previous->node.next :
					    attachments.next;

	lockdep_assert_held(&persock_mutex);
	if (next == &attachments)
		return NULL;

	return list_entry(next, struct persock_attachment, node);
}

static void reap(struct work_struct *work)
{
	struct persock_attachment *attachment;

	mutex_lock(&persock_mutex);
	/* detach() unhashes; attachment_free() removes from the list. */
	list_for_each_entry(attachment, &attachments, node) {
		if (attachment->attached && cgroup_dead(attachment->cgroup))
			detach(attachment);
	}
	mutex_unlock(&persock_mutex);
}

static DECLARE_WORK(reap_work, reap);

static bool is_attached(const struct cgroup *cgroup)
{
	const struct persock_attachment *attachment;
	bool found = false;

	rcu_read_lock();
	hash_for_each_possible_rcu(attached, attachment, hash,
				   (unsigned long)cgroup)
		found |= attachment->cgroup == cgroup;
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
 * persock_attachment_init() - register for the removal of cgroups
 * @own: the functions of higher layers
 *
 * Return: 0; -ENOENT if the kernel does not report removals (it is built
 * without tracepoints); or the errno of the registration.
 */
int __init persock_attachment_init(const struct persock_attachment_hooks *own)
{
	for_each_kernel_tracepoint(find_tracepoint, NULL);
	if (!cgroup_rmdir) {
		pr_err("the tracepoint cgroup_rmdir is missing: CONFIG_TRACEPOINTS is needed\n");
		return -ENOENT;
	}

	hooks = own;

	return tracepoint_probe_register(cgroup_rmdir, cgroup_removed, NULL);
}

/**
 * persock_attachment_wait() - wait until all attachment objects are freed
 *
 * References to the module ensure this, unless the removal of the module is
 * forced. Then no new socket is made in attached cgroups, and this waits until
 * the cgroups are detached or removed and the last governed socket is closed.
 */
void persock_attachment_wait(void)
{
	wait_var_event(&attachments, list_empty(&attachments));
}

/**
 * persock_attachment_exit() - unregister, and finish all queued work
 *
 * The module is being removed: nothing is attached and no socket is governed.
 */
void persock_attachment_exit(void)
{
	tracepoint_probe_unregister(cgroup_rmdir, cgroup_removed, NULL);
	tracepoint_synchronize_unregister();
	/* Replaced versions are queued a grace period later. */
	rcu_barrier();
	/* Run all of it, including the last frees. */
	drain_workqueue(persock_workqueue);
}
