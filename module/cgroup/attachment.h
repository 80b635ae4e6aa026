/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attachments: the record of which cgroup runs under which personality, and
 * what its sockets have used and done. attach.c makes them; stack.c puts them
 * together as the layers of a socket.
 */
#ifndef _PERSOCK_ATTACHMENT_H
#define _PERSOCK_ATTACHMENT_H

#include <linux/atomic.h>
#include <linux/cgroup.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "cgroup/personality.h"
#include "report/denial.h"

struct persock_ignored;
struct persock_learnt_table;
struct persock_record;
struct persock_revealed;
struct persock_stack;

/**
 * struct persock_account - what a cgroup has used of its limits since it was
 *			    attached first, across re-attachments
 * @lock: orders the counts of sockets that a limit of this layer allows; raw,
 *	  as the interception points take it
 * @charge_lock: protects @charged and the charges of @layers; raw, one at a
 *		 time, inside of the @lock of any account
 * @charged: sum of the charges of @layers, see charge.h
 * @layers: the places of the cgroup's attachment objects in stacks, by @use of
 *	    struct persock_layer; RCU, written under persock_mutex
 * @members: the cgroup's attachment objects, by @sibling; persock_mutex
 * @retired: counts of attachment objects that are gone; persock_mutex
 * @learnt: the addresses of host names that its sockets have learnt; NULL
 *	    before the first one. Written once
 * @record: what its sockets have done under mode record; NULL before the first
 *	    fact. Written once
 * @rcu: frees it, when there are no members any more
 *
 * Lives as long as a member. Limits apply to it, so that attaching a cgroup
 * again gives it no second allowance in addition to its open sockets. It has
 * 512 bytes.
 */
struct persock_account {
	raw_spinlock_t lock;
	raw_spinlock_t charge_lock;
	unsigned long charged;
	struct hlist_head layers;
	union {
		struct list_head members;
		struct rcu_head rcu;
	};
	struct persock_totals retired;
	struct persock_learnt_table *learnt;
	struct persock_record *record;
};

/**
 * struct persock_attachment - a cgroup, its personality, and what they did
 * @hash: in the table of attached ones by @cgroup; RCU, written under
 *	  persock_mutex
 * @by_id: in the table of attached ones by @id; persock_mutex
 * @node: in the list of all attachment objects; persock_mutex
 * @ref: one while attached, one for each stack that has it as a layer
 * @account: what the cgroup has used of its limits, shared with the objects
 *	     that this one replaced; freed with the last of them
 * @sibling: in @account's members; persock_mutex
 * @cgroup: the cgroup, a reference is held; NULL for the attachment object of
 *	    explicit AF_PERSOCK sockets of ungoverned tasks
 * @id: the cgroup's id, 0 without one
 * @attached: in the hash; persock_mutex
 * @anew: outer attachments do not govern the cgroup's sockets
 * @personality: the personality that governs; a reference is held
 * @stack: the stack of new sockets of the cgroup; RCU, replaced under
 *	   persock_mutex. The attachment holds it while it is attached
 * @next: the stack that is about to take its place, or NULL; persock_mutex
 * @layers: its places in stacks; persock_mutex
 * @totals: counters of the verdicts of @personality
 * @passed: counts of stacks that are gone; persock_mutex
 * @denials: denials that wait for their report, of the sockets whose innermost
 *	     layer this is
 * @ignored: counts of what @personality ignores, by option; NULL as long as
 *	     there are none
 * @revealed: the last denials of these sockets that layers reveal; NULL before the
 *	    first one. Written once
 * @from: cookie of the network namespace whose tasks have sockets made in the
 *	  one that the policy names, if the policy does not specify it: that of
 *	  the first such task. 0: none yet. Written once
 * @from_inode: its inode number, for reports
 * @free_work: frees the object, a grace period after the last reference is gone
 *
 * A detached object lives on for the sockets that were created under it. It is
 * looked up under RCU and freed a grace period after the last reference.
 */
struct persock_attachment {
	struct hlist_node hash;
	struct hlist_node by_id;
	struct list_head node;
	refcount_t ref;
	struct persock_account *account;
	struct list_head sibling;
	struct cgroup *cgroup;
	u64 id;
	bool attached;
	bool anew;
	struct persock_personality *personality;
	struct persock_stack __rcu *stack;
	struct persock_stack *next;
	struct list_head layers;
	struct persock_totals __percpu *totals;
	struct persock_totals passed;
	struct persock_pending_denials denials;
	struct persock_ignored *ignored;
	struct persock_revealed *revealed;
	atomic64_t from;
	u32 from_inode;
	struct rcu_work free_work;
};

/**
 * struct persock_attachment_hooks - functions of higher layers that
 *				     attachments call
 * @arm: intercept system calls for one more attachment; returns 0 or an errno,
 *	 with the reason in @extack. Process context, persock_mutex is held
 * @disarm: undo @arm; persock_mutex is held
 * @reserve: have this many routing tables ready; returns 0 or -ENOMEM. Process
 *	     context
 */
struct persock_attachment_hooks {
	int (*arm)(struct netlink_ext_ack *extack);
	void (*disarm)(void);
	int (*reserve)(unsigned int nr);
};

void persock_attachment_init(const struct persock_attachment_hooks *own);
int persock_attachment_reserve(unsigned int nr);
void persock_attachment_wait(void);

struct persock_attachment *
persock_attachment_alloc(struct persock_personality *personality,
			 struct cgroup *cgroup,
			 struct persock_attachment *previous,
			 struct netlink_ext_ack *extack);
void persock_attachment_put(struct persock_attachment *attachment);
struct persock_attachment *
persock_attachment_next(struct persock_attachment *previous);

#endif /* _PERSOCK_ATTACHMENT_H */
