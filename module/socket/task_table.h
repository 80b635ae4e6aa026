/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables of tasks that do something for a while, each with an entry on its
 * stack. creation.c has one, and mark.c.
 */
#ifndef _PERSOCK_TASK_TABLE_H
#define _PERSOCK_TASK_TABLE_H

#include <linux/sched.h>
/* list_bl.h lacks an include that it needs. */
#include <linux/list_bl.h>

#define PERSOCK_TASK_BITS 12

/**
 * struct persock_task_table - entries by task
 * @buckets: the entries; each bucket has a lock of its own
 *
 * A task may stay in what it does for as long as it likes, so there may be as
 * many entries as there are tasks. A task that looks for its own searches one
 * bucket, which has few entries even then, and only waits for tasks that do the
 * same.
 */
struct persock_task_table {
	struct hlist_bl_head buckets[1 << PERSOCK_TASK_BITS];
};

/**
 * struct persock_task_entry - the entry of a task
 * @node: in the table; protected by the lock of its bucket
 * @task: the task
 */
struct persock_task_entry {
	struct hlist_bl_node node;
	struct task_struct *task;
};

void persock_task_add(struct persock_task_table *table,
		      struct persock_task_entry *entry);
void persock_task_remove(struct persock_task_table *table,
			 struct persock_task_entry *entry);
struct persock_task_entry *persock_task_own(struct persock_task_table *table);

#endif /* _PERSOCK_TASK_TABLE_H */
