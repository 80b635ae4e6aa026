/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Learnt addresses: the host names by which a cgroup's own DNS exchanges have
 * shown an address. socket/answer.c adds what sockets receive, socket/host.c
 * looks addresses up, and control/netlink_name.c lists, adds and removes them.
 */
#ifndef _PERSOCK_LEARNT_H
#define _PERSOCK_LEARNT_H

#include <linux/list.h>
#include <linux/rhashtable-types.h>
#include <linux/types.h>

#include "policy/policy.h"

struct net;

/**
 * struct persock_learnt_key - an address, where it was learnt
 * @net: cookie of the network namespace; in no other one does it count
 * @family: AF_INET or AF_INET6
 * @address: in network order, as in struct persock_endpoint
 */
struct persock_learnt_key {
	u64 net;
	u64 family;
	u8 address[16];
};

/**
 * struct persock_learnt - an address that was learnt for a host name
 * @node: in the table, by @key
 * @key: the address
 * @age: in the table's list, the one that was learnt first comes first
 * @number: it grows with @age, for walks; the table's lock
 * @inode: inode number of the network namespace, for reports
 * @expires: end of the TTL in seconds since boot; U64_MAX: it does not end
 * @resolver: who has given it, so that it counts only for layers that name this
 *	      resolver; family 0: the administrator, for all
 * @rcu: frees it
 * @host: the name, as policy/host.h describes it
 */
struct persock_learnt {
	struct rhlist_head node;
	struct persock_learnt_key key;
	struct list_head age;
	u64 number;
	u32 inode;
	u64 expires;
	struct persock_endpoint resolver;
	struct rcu_head rcu;
	char host[];
};

/**
 * struct persock_learnt_table - the learnt addresses of a cgroup
 * @table: the addresses; readers: RCU, writers: @lock
 * @ages: the same, by age; @lock
 * @lock: an innermost lock, taken in process context
 * @nr: number of addresses; @lock
 * @numbers: the last number that an address has got; @lock
 * @lost: number of addresses that were dropped before their time; @lock
 */
struct persock_learnt_table {
	struct rhltable table;
	struct list_head ages;
	spinlock_t lock; /* of the table and the list */
	unsigned int nr;
	u64 numbers;
	u64 lost;
};

/* A TTL that does not end. */
#define PERSOCK_TTL_NONE	U32_MAX

/* So many names of one address are looked at; more are not remembered. */
#define PERSOCK_LEARNT_NAMES	64

int persock_learnt_prepare(struct persock_learnt_table **slot);
int persock_learnt_add(struct persock_learnt_table **slot, const struct net *net,
		       const struct persock_endpoint *endpoint,
		       const char *host,
		       const struct persock_endpoint *resolver, u32 ttl,
		       unsigned int max);
unsigned int persock_learnt_remove(struct persock_learnt_table **slot,
				   const struct net *net,
				   const struct persock_endpoint *endpoint,
				   const char *host);
const struct rhlist_head *
persock_learnt_find(struct persock_learnt_table *const *slot,
		    const struct net *net,
		    const struct persock_endpoint *endpoint);
int persock_learnt_walk(struct persock_learnt_table *const *slot, u64 *last,
			u64 *end,
			int (*look)(const struct persock_learnt *learnt,
				    void *data), void *data);
s64 persock_learnt_left(const struct persock_learnt *learnt);
u64 persock_learnt_lost(struct persock_learnt_table *const *slot);
void persock_learnt_free(struct persock_learnt_table **slot);

#endif /* _PERSOCK_LEARNT_H */
