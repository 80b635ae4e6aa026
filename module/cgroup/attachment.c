// SPDX-License-Identifier: GPL-2.0
/*
 * Attachment objects: their memory, references and accounts. attach.c makes one
 * when a cgroup is attached; stack.c holds those that are layers.
 */
#include <linux/atomic.h>
#include <linux/cgroup.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>
#include <linux/workqueue.h>

#include "cgroup/attachment.h"
#include "cgroup/learnt.h"
#include "report/record.h"
#include "state.h"

/* All attachment objects, including those that wait for their last socket. */
static LIST_HEAD(attachments);

/* Functions of higher layers; set before there are attachments. */
static const struct persock_attachment_hooks *hooks __ro_after_init;

/* Remove an object from its account; the last one frees the account. */
static void account_leave(struct persock_attachment *attachment,
			  const struct persock_totals *counts)
{
	struct persock_account *account = attachment->account;

	persock_totals_add(&account->retired, counts);
	list_del(&attachment->sibling);
	if (!list_empty(&account->members))
		return;
	persock_learnt_free(&account->learnt);
	persock_record_free(account->record);
	kfree_rcu(account, rcu);
}

/* A grace period has passed: no lookup has it any more. */
static void attachment_free(struct work_struct *work)
{
	struct persock_attachment *attachment =
		container_of(to_rcu_work(work), struct persock_attachment,
			     free_work);

	persock_denials_end(&attachment->denials);

	mutex_lock(&persock_mutex);
	list_del(&attachment->node);
	hooks->disarm();
	persock_totals_read(attachment->totals, &attachment->passed);
	persock_totals_add(&attachment->personality->retired,
			   &attachment->passed);
	account_leave(attachment, &attachment->passed);
	persock_personality_put(attachment->personality);
	mutex_unlock(&persock_mutex);
	if (attachment->cgroup)
		cgroup_put(attachment->cgroup);
	free_percpu(attachment->totals);
	kfree(attachment->ignored);
	kfree(attachment->revealed);
	kfree(attachment);
	wake_up_var(&attachments);
}

/**
 * persock_attachment_alloc() - make an attachment object
 * @personality: its personality; takes over the caller's reference if it
 *		 succeeds
 * @cgroup: its cgroup; takes over the caller's reference if it succeeds. NULL:
 *	    that of explicit AF_PERSOCK sockets of ungoverned tasks
 * @previous: the object that it replaces, or NULL
 * @extack: reports the reason of a failure
 *
 * The interception points are armed as long as the object exists: its sockets
 * are governed until the last one is closed, attached or not.
 *
 * Context: process context; persock_mutex is held.
 * Return: the object with one reference, or an ERR_PTR: -ENOMEM, or the errno
 * of persock_arm().
 */
struct persock_attachment *
persock_attachment_alloc(struct persock_personality *personality,
			 struct cgroup *cgroup,
			 struct persock_attachment *previous,
			 struct netlink_ext_ack *extack)
{
	struct persock_account *account = previous ? previous->account : NULL;
	struct persock_attachment *attachment;
	int err;

	lockdep_assert_held(&persock_mutex);
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

	if (!previous) {
		raw_spin_lock_init(&account->lock);
		raw_spin_lock_init(&account->charge_lock);
		INIT_HLIST_HEAD(&account->layers);
		INIT_LIST_HEAD(&account->members);
	}
	attachment->account = account;
	list_add(&attachment->sibling, &account->members);
	refcount_set(&attachment->ref, 1);
	attachment->personality = personality;
	attachment->cgroup = cgroup;
	attachment->id = cgroup ? cgroup_id(cgroup) : 0;
	INIT_LIST_HEAD(&attachment->layers);
	persock_denials_init(&attachment->denials, attachment->id);
	INIT_RCU_WORK(&attachment->free_work, attachment_free);
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
 * persock_attachment_put() - release an attachment object
 * @attachment: the object; the last reference frees it, later
 *
 * Context: any.
 */
void persock_attachment_put(struct persock_attachment *attachment)
{
	if (refcount_dec_and_test(&attachment->ref))
		queue_rcu_work(persock_workqueue, &attachment->free_work);
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

/**
 * persock_attachment_init() - set the functions of higher layers
 * @own: the functions
 */
void __init persock_attachment_init(const struct persock_attachment_hooks *own)
{
	hooks = own;
}

/**
 * persock_attachment_reserve() - have routing tables ready
 * @nr: how many more than usual
 *
 * Context: process context.
 * Return: 0 or -ENOMEM.
 */
int persock_attachment_reserve(unsigned int nr)
{
	return hooks->reserve(nr);
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
