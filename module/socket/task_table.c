// SPDX-License-Identifier: GPL-2.0
/*
 * Tables of tasks that do something for a while, with an entry on each one's
 * stack. creation.c has a table of the tasks that make sockets, mark.c one of
 * those whose AF_UNIX call is judged.
 */
#include <linux/hash.h>

#include "socket/task_table.h"

static struct hlist_bl_head *bucket_of(struct persock_task_table *table)
{
	return &table->buckets[hash_ptr(current, PERSOCK_TASK_BITS)];
}

/**
 * persock_task_add() - add an entry for the current task
 * @table: the table
 * @entry: the entry, valid until persock_task_remove()
 *
 * Context: process context.
 */
void persock_task_add(struct persock_task_table *table,
		      struct persock_task_entry *entry)
{
	struct hlist_bl_head *bucket = bucket_of(table);

	entry->task = current;
	hlist_bl_lock(bucket);
	hlist_bl_add_head(&entry->node, bucket);
	hlist_bl_unlock(bucket);
}

/**
 * persock_task_remove() - remove an entry of the current task
 * @table: the table
 * @entry: the entry
 *
 * Context: process context.
 */
void persock_task_remove(struct persock_task_table *table,
			 struct persock_task_entry *entry)
{
	struct hlist_bl_head *bucket = bucket_of(table);

	hlist_bl_lock(bucket);
	hlist_bl_del(&entry->node);
	hlist_bl_unlock(bucket);
}

/**
 * persock_task_own() - the entry of the current task
 * @table: the table
 *
 * Context: any; does not sleep.
 * Return: the entry that was added last, which no other task removes, or NULL.
 */
struct persock_task_entry *persock_task_own(struct persock_task_table *table)
{
	struct hlist_bl_head *bucket = bucket_of(table);
	struct persock_task_entry *entry, *own = NULL;
	struct hlist_bl_node *node;

	/* A task that has one has put it there itself. */
	if (likely(hlist_bl_empty(bucket)))
		return NULL;
	hlist_bl_lock(bucket);
	hlist_bl_for_each_entry(entry, node, bucket, node) {
		if (entry->task == current) {
			own = entry;
			break;
		}
	}
	hlist_bl_unlock(bucket);

	return own;
}
