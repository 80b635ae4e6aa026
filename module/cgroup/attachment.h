/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attachments: the record of which cgroup runs under which personality.
 * control/netlink.c attaches and detaches. The interception points ask
 * persock_attachment_current(), and every router points at its attachment.
 */
#ifndef _PERSOCK_ATTACHMENT_H
#define _PERSOCK_ATTACHMENT_H

#include <linux/atomic.h>
#include <linux/cgroup.h>
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>

#include "cgroup/personality.h"
#include "report/denial.h"

#define PERSOCK_ROUTER_BITS	3

struct persock_ignored;

/**
 * struct persock_account - what a cgroup has used of its limits since it was
 *			    attached first, across re-attachments
 * @sockets: governed sockets that are open
 * @members: the cgroup's attachment objects, by @sibling; persock_mutex
 * @retired: counts of attachment objects that are gone; persock_mutex
 *
 * Lives as long as a member. Limits apply to it, so that attaching a cgroup
 * again gives it no second allowance in addition to its open sockets.
 */
struct persock_account {
	atomic_t sockets;
	struct list_head members;
	struct persock_totals retired;
};

/**
 * struct persock_attachment - a cgroup, its personality, and their sockets
 * @hash: in the table of attached ones by @cgroup; RCU, written under
 *	  persock_mutex
 * @by_id: in the table of attached ones by @id; persock_mutex
 * @node: in the list of all attachment objects; persock_mutex
 * @ref: one while attached, one for each governed socket
 * @account: what the cgroup has used of its limits, shared with the objects
 *	     that this one replaced; freed with the last of them
 * @sibling: in @account's members; persock_mutex
 * @cgroup: the cgroup, a reference is held; NULL for the attachment object of
 *	    explicit AF_PERSOCK sockets of ungoverned tasks
 * @id: the cgroup's id, 0 without one
 * @attached: in the hash; persock_mutex
 * @personality: the personality that governs; a reference is held
 * @totals: counters of the verdicts of @personality
 * @denials: its denials that wait for their report
 * @ignored: counts of ignored calls, by option; NULL as long as there are none
 * @routers: the routing tables of its sockets by native proto_ops; RCU,
 *	     written under the router's lock
 * @from: cookie of the network namespace whose tasks have sockets made in the
 *	  one that the policy names, if the policy does not specify it: that of
 *	  the first such task. 0: none yet. Written once
 * @from_inode: its inode number, for reports
 * @nr_routers: number of routing tables that it has ever had; the router's
 *		lock
 * @free_work: frees the object after the last reference is gone
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
	struct persock_personality *personality;
	struct persock_totals __percpu *totals;
	struct persock_denials denials;
	struct persock_ignored *ignored;
	DECLARE_HASHTABLE(routers, PERSOCK_ROUTER_BITS);
	atomic64_t from;
	u32 from_inode;
	unsigned int nr_routers;
	struct work_struct free_work;
};

/**
 * struct persock_attachment_hooks - functions of higher layers that
 *				     attachments call
 * @arm: intercept system calls for one more attachment; returns 0 or an errno,
 *	 with the reason in @extack. Process context, persock_mutex is held
 * @disarm: undo @arm; persock_mutex is held
 * @free_routers: free the routers of an attachment that is about to be freed;
 *	 no socket has it, and a grace period has passed. Process context
 */
struct persock_attachment_hooks {
	int (*arm)(struct netlink_ext_ack *extack);
	void (*disarm)(void);
	void (*free_routers)(struct persock_attachment *attachment);
};

int persock_attachment_init(const struct persock_attachment_hooks *own);
void persock_attachment_wait(void);
void persock_attachment_exit(void);

struct persock_attachment *persock_attachment_lookup(struct cgroup *cgroup);
unsigned int persock_attachment_get(struct persock_attachment *attachment);
void persock_attachment_put(struct persock_attachment *attachment);
struct persock_attachment *persock_attachment_open(void);

int persock_attach(struct cgroup *cgroup, const char *name,
		   struct netlink_ext_ack *extack);
int persock_detach(u64 id, struct netlink_ext_ack *extack);
struct persock_attachment *persock_attachment_find(u64 id);
struct persock_attachment *
persock_attachment_next(struct persock_attachment *previous);
unsigned int persock_attachment_sockets(const struct persock_attachment *a);
struct net *persock_attachment_net(const struct persock_attachment *attachment,
				   const struct persock_version *version,
				   int family);
bool persock_attachment_meant(struct persock_attachment *attachment,
			      const struct persock_version *version);
unsigned int persock_attachment_used(const struct persock_attachment *a);
void persock_attachment_counts(const struct persock_attachment *a,
			       struct persock_totals *sum);

/*
 * A per-CPU cache of the attachment that governs a cgroup, so that a lookup
 * costs the same however deep the cgroup is and however many are attached. An
 * entry is valid while the generation is the one that was read before the
 * lookup. The generation changes whenever an answer may change: when cgroups
 * are attached, detached or removed.
 *
 * Keys are never dereferenced. The memory of a cgroup is not reused before the
 * cgroup was removed; an attachment is not freed before a grace period has
 * passed since the generation changed.
 */
#define PERSOCK_CACHE_BITS	4

struct persock_cached {
	const struct cgroup *cgroup;
	struct persock_attachment *attachment;
	unsigned long generation;
};

DECLARE_PER_CPU(struct persock_cached, persock_cache[1 << PERSOCK_CACHE_BITS]);
extern atomic_long_t persock_cache_generation;

/**
 * persock_attachment_current() - the attachment that governs the current task
 *
 * Context: RCU read side, which also protects the result.
 * Return: the attachment, or NULL if the task is not governed.
 */
static __always_inline struct persock_attachment *
persock_attachment_current(void)
{
	struct persock_attachment *attachment;
	struct persock_cached *entry;
	struct cgroup *cgroup;
	bool known;

	/* Kernel threads are not governed; the threads of io_uring are. */
	if (current->flags & PF_KTHREAD)
		return NULL;

	cgroup = task_dfl_cgroup(current);
	preempt_disable();
	entry = this_cpu_ptr(&persock_cache[hash_ptr(cgroup,
						     PERSOCK_CACHE_BITS)]);
	attachment = entry->attachment;
	known = entry->cgroup == cgroup &&
		entry->generation == atomic_long_read(&persock_cache_generation);
	preempt_enable();

	return likely(known) ? attachment : persock_attachment_lookup(cgroup);
}

#endif /* _PERSOCK_ATTACHMENT_H */
