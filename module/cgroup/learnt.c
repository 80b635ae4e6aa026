// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of learnt addresses: one for each cgroup that has learnt any, in
 * its account, so that it lasts across re-attachments. learnt.h says who
 * calls this.
 *
 * A table belongs to the cgroup of a socket's innermost layer. All layers
 * judge by it, each by its own rules on host names and by what its own
 * resolvers have answered, because an entry keeps its name and its resolver. So
 * what one cgroup learns allows nothing to another, and fills no table but its
 * own.
 *
 * A table is bounded. If it is full the oldest address is dropped, and counted.
 */
#include <linux/netlink.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <net/net_namespace.h>

#include "cgroup/learnt.h"

/* So many addresses are dropped for one that is learnt. */
#define DROPS_MAX	64

static const struct rhashtable_params params = {
	.key_len = sizeof(struct persock_learnt_key),
	.key_offset = offsetof(struct persock_learnt, key),
	.head_offset = offsetof(struct persock_learnt, node),
	.automatic_shrinking = true,
};

static void make_key(struct persock_learnt_key *key, const struct net *net,
		     const struct persock_endpoint *endpoint)
{
	key->net = net->net_cookie;
	key->family = endpoint->family;
	memcpy(key->address, endpoint->address, sizeof(key->address));
}

static struct persock_learnt_table *
table_of(struct persock_learnt_table *const *slot)
{
	/* Pairs with the exchange in persock_learnt_prepare(). */
	return smp_load_acquire(slot);
}

/**
 * persock_learnt_prepare() - have a table for learnt addresses
 * @slot: the cgroup's place of its table
 *
 * Context: process context, may sleep.
 * Return: 0, or -ENOMEM: nothing is learnt without it.
 */
int persock_learnt_prepare(struct persock_learnt_table **slot)
{
	struct persock_learnt_table *table;
	int err;

	if (table_of(slot))
		return 0;
	table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return -ENOMEM;
	INIT_LIST_HEAD(&table->ages);
	spin_lock_init(&table->lock);
	err = rhltable_init(&table->table, &params);
	if (err) {
		kfree(table);
		return err;
	}
	if (cmpxchg(slot, NULL, table)) {
		rhltable_destroy(&table->table);
		kfree(table);
	}

	return 0;
}

/* The caller holds the lock, as for all functions up to persock_learnt_add(). */
static void drop(struct persock_learnt_table *table,
		 struct persock_learnt *learnt)
{
	rhltable_remove(&table->table, &learnt->node, params);
	list_del(&learnt->age);
	table->nr--;
	kfree_rcu(learnt, rcu);
}

/* Is it known from this resolver, or for good from the administrator? */
static bool is_from(const struct persock_learnt *learnt,
		    const struct persock_endpoint *resolver)
{
	if (!learnt->resolver.family)
		return !resolver->family || learnt->expires == U64_MAX;

	return !memcmp(&learnt->resolver, resolver, sizeof(*resolver));
}

/*
 * The entry of a name; if there is none, NULL, and in *@oldest the oldest of
 * too many names of the address.
 */
static struct persock_learnt *
find_name(struct persock_learnt_table *table,
	  const struct persock_learnt_key *key, const char *host,
	  const struct persock_endpoint *resolver,
	  struct persock_learnt **oldest)
{
	struct persock_learnt *learnt, *eldest = NULL;
	struct rhlist_head *list, *position;
	unsigned int names = 0;

	*oldest = NULL;
	list = rhltable_lookup(&table->table, key, params);
	rhl_for_each_entry_rcu(learnt, position, list, node) {
		if (!strcmp(learnt->host, host) && is_from(learnt, resolver))
			return learnt;
		/* The list is by insertion: one may have been learnt again. */
		if (!eldest || learnt->number < eldest->number)
			eldest = learnt;
		names++;
	}
	if (names >= PERSOCK_LEARNT_NAMES)
		*oldest = eldest;

	return NULL;
}

static u64 end_of(u32 ttl)
{
	return ttl == PERSOCK_TTL_NONE ? U64_MAX :
					 ktime_get_boottime_seconds() + ttl;
}

static void lose(struct persock_learnt_table *table,
		 struct persock_learnt *learnt)
{
	table->lost++;
	if (learnt)
		drop(table, learnt);
}

static void make_room(struct persock_learnt_table *table,
		      struct persock_learnt *oldest, unsigned int max)
{
	unsigned int drops = DROPS_MAX;


	if (oldest)
		lose(table, oldest);
	/* A limit that was lowered is reached step by step. */
	for (; table->nr >= max && drops; drops--)
		lose(table, list_first_entry(&table->ages,
					     struct persock_learnt, age));
}

static int add(struct persock_learnt_table *table,
	       const struct persock_learnt_key *key, u32 inode,
	       const char *host, const struct persock_endpoint *resolver,
	       u32 ttl, unsigned int max)
{
	struct persock_learnt *learnt, *oldest;
	size_t length = strlen(host) + 1;
	int err;

	learnt = find_name(table, key, host, resolver, &oldest);
	if (learnt) {
		/* What does not end is not shortened by an answer. */
		if (learnt->expires != U64_MAX)
			WRITE_ONCE(learnt->expires, end_of(ttl));
		learnt->number = ++table->numbers;
		list_move_tail(&learnt->age, &table->ages);
		return 0;
	}

	make_room(table, oldest, max);
	learnt = kzalloc(struct_size(learnt, host, length),
			 GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
	if (!learnt) {
		lose(table, NULL);
		return -ENOMEM;
	}
	learnt->key = *key;
	learnt->inode = inode;
	learnt->expires = end_of(ttl);
	learnt->resolver = *resolver;
	memcpy(learnt->host, host, length);
	err = rhltable_insert(&table->table, &learnt->node, params);
	if (err) {
		kfree(learnt);
		lose(table, NULL);
		return err;
	}
	learnt->number = ++table->numbers;
	list_add_tail(&learnt->age, &table->ages);
	table->nr++;

	return 1;
}

/**
 * persock_learnt_add() - learn an address of a host name
 * @slot: the cgroup's place of its table; persock_learnt_prepare() was called
 *	  for it
 * @net: the network namespace in which it was learnt
 * @endpoint: the address; its port does not matter
 * @host: the name
 * @resolver: who has given it; NULL: the administrator
 * @ttl: seconds, or PERSOCK_TTL_NONE
 * @max: so many addresses at most, at least 1
 *
 * Context: process context; does not sleep.
 * Return: 1 if it is new, 0 if it was known, and lasts longer now; -ENOMEM or
 * the errno of rhltable_insert(), and then it is counted as lost.
 */
int persock_learnt_add(struct persock_learnt_table **slot, const struct net *net,
		       const struct persock_endpoint *endpoint,
		       const char *host,
		       const struct persock_endpoint *resolver, u32 ttl,
		       unsigned int max)
{
	static const struct persock_endpoint administrator;
	struct persock_learnt_table *table = table_of(slot);
	struct persock_learnt_key key;
	int err;

	if (!table)
		return -ENOMEM;
	make_key(&key, net, endpoint);
	rcu_read_lock();
	spin_lock(&table->lock);
	err = add(table, &key, net->ns.inum, host, resolver ?: &administrator,
		  ttl, max);
	spin_unlock(&table->lock);
	rcu_read_unlock();

	return err;
}

/**
 * persock_learnt_remove() - forget addresses
 * @slot: the cgroup's place of its table
 * @net: the network namespace in which they were learnt
 * @endpoint: the address, or NULL for any
 * @host: the name, or NULL for any
 *
 * Context: process context; does not sleep.
 * Return: the number of removed addresses.
 */
unsigned int persock_learnt_remove(struct persock_learnt_table **slot,
				   const struct net *net,
				   const struct persock_endpoint *endpoint,
				   const char *host)
{
	struct persock_learnt_table *table = table_of(slot);
	struct persock_learnt *learnt, *next;
	struct persock_learnt_key key;
	unsigned int nr = 0;

	if (!table)
		return 0;
	if (endpoint)
		make_key(&key, net, endpoint);
	spin_lock(&table->lock);
	list_for_each_entry_safe(learnt, next, &table->ages, age) {
		if (learnt->key.net != net->net_cookie ||
		    (endpoint && memcmp(&learnt->key, &key, sizeof(key))) ||
		    (host && strcmp(learnt->host, host)))
			continue;
		drop(table, learnt);
		nr++;
	}
	spin_unlock(&table->lock);

	return nr;
}

/**
 * persock_learnt_find() - the names of an address
 * @slot: the cgroup's place of its table
 * @net: the network namespace of the socket
 * @endpoint: the address
 *
 * Context: any; RCU read side, which protects the result.
 * Return: the entries, for rhl_for_each_entry_rcu(); NULL if there are none.
 */
const struct rhlist_head *
persock_learnt_find(struct persock_learnt_table *const *slot,
		    const struct net *net,
		    const struct persock_endpoint *endpoint)
{
	struct persock_learnt_table *table = table_of(slot);
	struct persock_learnt_key key;

	if (!table)
		return NULL;
	make_key(&key, net, endpoint);

	return rhltable_lookup(&table->table, &key, params);
}

/**
 * persock_learnt_walk() - look at learnt addresses by age
 * @slot: the cgroup's place of its table
 * @last: number of the last address that was looked at, 0 to begin; set to that
 *	  of the next one
 * @end: number after which nothing is looked at; set if it is 0
 * @look: looks at one; must not sleep. An errno ends the walk before this one
 * @data: argument of @look
 *
 * An address that is learnt again meanwhile becomes the youngest, so it may be
 * seen twice. The end leaves room for each to be learnt again once: a program
 * that looks up names without end must not make a walk that lasts as long.
 *
 * Context: process context; the caller keeps the account alive.
 * Return: 0 at the end, or the errno of @look.
 */
int persock_learnt_walk(struct persock_learnt_table *const *slot, u64 *last,
			u64 *end,
			int (*look)(const struct persock_learnt *learnt,
				    void *data), void *data)
{
	struct persock_learnt_table *table = table_of(slot);
	struct persock_learnt *learnt;
	int err = 0;

	if (!table)
		return 0;
	spin_lock(&table->lock);
	if (!*end)
		*end = table->numbers + table->nr;
	list_for_each_entry(learnt, &table->ages, age) {
		if (learnt->number <= *last)
			continue;
		if (learnt->number > *end)
			break;
		err = look(learnt, data);
		if (err)
			break;
		*last = learnt->number;
	}
	spin_unlock(&table->lock);

	return err;
}

/**
 * persock_learnt_left() - how long the TTL of an address lasts
 * @learnt: the address
 *
 * Context: any.
 * Return: seconds, negative if it has ended; S64_MAX if it does not end.
 */
s64 persock_learnt_left(const struct persock_learnt *learnt)
{
	u64 expires = READ_ONCE(learnt->expires);

	return expires == U64_MAX ? S64_MAX :
				    expires - ktime_get_boottime_seconds();
}

/**
 * persock_learnt_lost() - number of addresses that were dropped too early
 * @slot: the cgroup's place of its table
 *
 * Context: process context; the caller keeps the account alive.
 * Return: the number.
 */
u64 persock_learnt_lost(struct persock_learnt_table *const *slot)
{
	struct persock_learnt_table *table = table_of(slot);
	u64 lost = 0;

	if (table) {
		spin_lock(&table->lock);
		lost = table->lost;
		spin_unlock(&table->lock);
	}

	return lost;
}

static void free_one(void *learnt, void *unused)
{
	kfree(learnt);
}

/**
 * persock_learnt_free() - free the table of an account
 * @slot: place of the table of a cgroup without sockets, which nobody looks up
 *	  any more
 *
 * Context: process context, may sleep.
 */
void persock_learnt_free(struct persock_learnt_table **slot)
{
	if (!*slot)
		return;
	rhltable_free_and_destroy(&(*slot)->table, free_one, NULL);
	kfree(*slot);
}
