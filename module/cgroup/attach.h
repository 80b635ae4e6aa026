/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attaching and detaching cgroups, and the stack of layers that a new socket
 * gets. control/netlink.c attaches and detaches. The interception points ask
 * persock_stack_current().
 */
#ifndef _PERSOCK_ATTACH_H
#define _PERSOCK_ATTACH_H

#include <linux/cgroup.h>
#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/sched.h>

#include "cgroup/layer.h"

int persock_attach_init(void);
void persock_attach_exit(void);

int persock_attach(struct cgroup *cgroup, const char *name, bool anew,
		   struct netlink_ext_ack *extack);
int persock_detach(u64 id, struct netlink_ext_ack *extack);
struct persock_attachment *persock_attached(u64 id);

/*
 * A per-CPU cache of the stack that new sockets of a cgroup get, so that a
 * lookup costs the same however deep the cgroup is and however many are
 * attached. An entry is valid while the generation is the one that was read
 * before the lookup. The generation changes whenever an answer may change: when
 * cgroups are attached, detached or removed.
 *
 * Keys are never dereferenced. The memory of a cgroup is not reused before the
 * cgroup was removed; a stack is not freed before a grace period has passed
 * since the generation changed.
 */
#define PERSOCK_CACHE_BITS	4

struct persock_cached {
	const struct cgroup *cgroup;
	struct persock_stack *stack;
	unsigned long generation;
};

DECLARE_PER_CPU(struct persock_cached, persock_cache[1 << PERSOCK_CACHE_BITS]);
extern atomic_long_t persock_cache_generation;

struct persock_stack *persock_stack_lookup(struct cgroup *cgroup);

/**
 * persock_stack_current_sched() - the same, if preemption is disabled anyway
 *
 * Context: RCU-sched read side, which also protects the result.
 * Return: as persock_stack_current().
 */
static __always_inline struct persock_stack *persock_stack_current_sched(void)
{
	struct cgroup *cgroup = task_dfl_cgroup(current);
	struct persock_cached *entry;
	struct persock_stack *stack;

	entry = this_cpu_ptr(&persock_cache[hash_ptr(cgroup,
						     PERSOCK_CACHE_BITS)]);
	if (likely(entry->cgroup == cgroup &&
		   entry->generation ==
		   atomic_long_read(&persock_cache_generation)))
		stack = entry->stack;
	else
		stack = persock_stack_lookup(cgroup);

	/* Kernel threads are not governed; the threads of io_uring are. */
	return stack && !(current->flags & PF_KTHREAD) ? stack : NULL;
}

/**
 * persock_stack_current() - the stack of a new socket of the current task
 *
 * Context: RCU read side, which also protects the result.
 * Return: the stack, or NULL if the task is not governed.
 */
static __always_inline struct persock_stack *persock_stack_current(void)
{
	struct persock_stack *stack;

	preempt_disable();
	stack = persock_stack_current_sched();
	preempt_enable();

	return stack;
}

#endif /* _PERSOCK_ATTACH_H */
