// SPDX-License-Identifier: GPL-2.0
/*
 * The table of recorded facts. socket/note.c notes a fact for each judged call
 * under mode record; control/netlink_record.c lists the table and clears it.
 *
 * A table is made with the first fact. It is bounded, and so is each section of
 * it: a server that is reached from everywhere leaves room for the options of
 * its sockets. A fact that finds no room is counted. The key of the hash is
 * random, so that nobody can choose facts that share a bucket.
 *
 * Facts are noted in any context, so entries are found and made under a raw
 * lock. They are only taken away all at once, by who holds persock_mutex; so
 * whoever holds it walks the list without the lock.
 */
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "policy/section.h"
#include "report/record.h"
#include "state.h"

#define BITS	8

/**
 * struct persock_record - the facts of an account
 * @lock: protects all of it; innermost, raw
 * @nr: number of entries
 * @nr_of: the same by section
 * @lost: number of calls whose fact was not kept
 * @key: of the hash; does not change
 * @entries: all entries, the oldest first; written under @lock
 * @buckets: the same by hash
 */
struct persock_record {
	raw_spinlock_t lock;
	unsigned int nr;
	unsigned int nr_of[PERSOCK_NR_SECTIONS];
	u64 lost;
	hsiphash_key_t key;
	struct list_head entries;
	struct hlist_head buckets[1 << BITS];
};

static struct persock_record *table(struct persock_record **record)
{
	/* Pairs with the exchange below. */
	struct persock_record *was = smp_load_acquire(record), *made;

	if (was)
		return was;
	made = kzalloc(sizeof(*made), GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
	if (!made)
		return NULL;
	raw_spin_lock_init(&made->lock);
	get_random_bytes(&made->key, sizeof(made->key));
	INIT_LIST_HEAD(&made->entries);
	was = cmpxchg(record, NULL, made);
	if (!was)
		return made;
	kfree(made);

	return was;
}

static struct hlist_head *bucket_of(struct persock_record *record,
				    const struct persock_fact *fact,
				    const char *host, size_t length)
{
	u32 hash = hsiphash(fact, sizeof(*fact), &record->key) ^
		   hsiphash(host, length, &record->key);

	return &record->buckets[hash & ((1 << BITS) - 1)];
}

/* The lock is held, as for all functions up to persock_record_note(). */
static struct persock_entry *find(struct hlist_head *bucket,
				  const struct persock_fact *fact,
				  const char *host)
{
	struct persock_entry *entry;

	hlist_for_each_entry(entry, bucket, bucket) {
		if (!memcmp(&entry->fact, fact, sizeof(*fact)) &&
		    !strcmp(entry->host, host))
			return entry;
	}

	return NULL;
}

static bool has_room(const struct persock_record *record,
		     const struct persock_fact *fact)
{
	return record->nr < PERSOCK_FACTS_MAX &&
	       record->nr_of[fact->section] < PERSOCK_FACTS_SECTION;
}

static void add(struct persock_record *record, struct hlist_head *bucket,
		struct persock_entry *entry)
{
	record->nr++;
	record->nr_of[entry->fact.section]++;
	hlist_add_head(&entry->bucket, bucket);
	/* A walk that does not hold the lock finds it complete, or not yet. */
	list_add_tail_rcu(&entry->node, &record->entries);
}

static void count(struct persock_entry *entry, u32 value)
{
	unsigned int i;

	entry->count++;
	entry->value = max(entry->value, value);
	for (i = 0; i < PERSOCK_FACT_COMMS; i++) {
		if (!*entry->comms[i])
			strscpy_pad(entry->comms[i], current->comm,
				    TASK_COMM_LEN);
		if (!strncmp(entry->comms[i], current->comm,
			     TASK_COMM_LEN - 1))
			break;
	}
}

static struct persock_entry *make(const struct persock_fact *fact,
				  const char *host, size_t length)
{
	struct persock_entry *entry;

	entry = kzalloc(struct_size(entry, host, length + 1),
			GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
	if (!entry)
		return NULL;
	entry->fact = *fact;
	entry->first = ktime_get_boottime_ns();
	memcpy(entry->host, host, length + 1);

	return entry;
}

/**
 * persock_record_note() - note that a socket has done something
 * @record: the table, made if there is none; without memory nothing is noted
 * @fact: the fact; bytes that are not about it are 0
 * @host: the host name of its address, or NULL
 * @value: if it is about a limit: the value
 *
 * Context: any; does not sleep.
 */
void persock_record_note(struct persock_record **record,
			 const struct persock_fact *fact, const char *host,
			 u32 value)
{
	struct persock_entry *entry, *made = NULL;
	struct persock_record *all = table(record);
	struct hlist_head *bucket;
	unsigned long flags;
	size_t length;
	bool room;

	static_assert(sizeof(*fact) == 3 * sizeof(u32) +
		      sizeof(struct persock_endpoint));
	if (!all)
		return;
	host = host ?: "";
	length = strlen(host);
	bucket = bucket_of(all, fact, host, length);

	raw_spin_lock_irqsave(&all->lock, flags);
	entry = find(bucket, fact, host);
	room = has_room(all, fact);
	if (!entry && room) {
		raw_spin_unlock_irqrestore(&all->lock, flags);
		made = make(fact, host, length);
		raw_spin_lock_irqsave(&all->lock, flags);
		/* Another thread may have been faster, or have taken the room. */
		entry = find(bucket, fact, host);
		if (!entry && made && has_room(all, fact)) {
			add(all, bucket, made);
			entry = made;
			made = NULL;
		}
	}
	if (entry)
		count(entry, value);
	else
		all->lost++;
	raw_spin_unlock_irqrestore(&all->lock, flags);
	kfree(made);
}

/**
 * persock_record_lost() - number of calls whose fact was not kept
 * @record: the table, or NULL
 *
 * Context: any; the caller keeps the table alive.
 * Return: the number.
 */
u64 persock_record_lost(struct persock_record *record)
{
	unsigned long flags;
	u64 lost;

	if (!record)
		return 0;
	raw_spin_lock_irqsave(&record->lock, flags);
	lost = record->lost;
	raw_spin_unlock_irqrestore(&record->lock, flags);

	return lost;
}

/**
 * persock_record_next() - walk the facts, the oldest first
 * @record: the table, or NULL
 * @previous: the entry that was returned last, or NULL to begin
 *
 * Context: persock_mutex is held throughout the walk.
 * Return: the next entry, or NULL at the end. persock_record_copy() reads it.
 */
const struct persock_entry *
persock_record_next(struct persock_record *record,
		    const struct persock_entry *previous)
{
	const struct list_head *next;

	lockdep_assert_held(&persock_mutex);
	if (!record)
		return NULL;
	next = rcu_dereference_protected(list_next_rcu(previous ?
						       &previous->node :
						       &record->entries),
					 lockdep_is_held(&persock_mutex));
	if (next == &record->entries)
		return NULL;

	return list_entry(next, struct persock_entry, node);
}

/**
 * persock_record_copy() - read an entry that may change
 * @record: the table
 * @entry: the entry
 * @copy: filled in, except for the host name, which does not change
 *
 * Context: as persock_record_next().
 */
void persock_record_copy(struct persock_record *record,
			 const struct persock_entry *entry,
			 struct persock_entry *copy)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&record->lock, flags);
	*copy = *entry;
	raw_spin_unlock_irqrestore(&record->lock, flags);
}

/**
 * persock_record_clear() - forget all facts
 * @record: the table, or NULL
 *
 * Context: process context; persock_mutex is held.
 */
void persock_record_clear(struct persock_record *record)
{
	struct persock_entry *entry, *next;
	LIST_HEAD(entries);
	unsigned long flags;

	lockdep_assert_held(&persock_mutex);
	if (!record)
		return;
	raw_spin_lock_irqsave(&record->lock, flags);
	list_splice_init(&record->entries, &entries);
	memset(record->buckets, 0, sizeof(record->buckets));
	memset(record->nr_of, 0, sizeof(record->nr_of));
	record->nr = 0;
	record->lost = 0;
	raw_spin_unlock_irqrestore(&record->lock, flags);

	list_for_each_entry_safe(entry, next, &entries, node)
		kfree(entry);
}

/**
 * persock_record_free() - free a table
 * @record: nobody uses it any more; may be NULL
 *
 * Context: process context; persock_mutex is held.
 */
void persock_record_free(struct persock_record *record)
{
	persock_record_clear(record);
	kfree(record);
}
