/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Personalities: named policies with the providers that serve their sockets.
 * control/netlink_personality.c adds, replaces and deletes them. Attachments
 * hold them, and every function that judges a call reads a version of them.
 */
#ifndef _PERSOCK_PERSONALITY_H
#define _PERSOCK_PERSONALITY_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <net/net_namespace.h>

#include "cgroup/version.h"
#include "policy/policy.h"
#include "report/counters.h"

struct netlink_ext_ack;

/**
 * struct persock_holder - who holds changes of personalities until the end of a
 *			   batch
 * @net: cookie of the network namespace of the netlink socket
 * @port: its port there
 */
struct persock_holder {
	u64 net;
	u32 port;
};

/**
 * struct persock_personality - a named policy object
 * @node: in the list of personalities; persock_mutex
 * @ref: one for the list, one for each attachment object
 * @name: unique among the listed ones
 * @builtin: comes with the module and cannot be changed or deleted
 * @version: its current version; persock_mutex
 * @next: the version that is about to take its place, or NULL; persock_mutex
 * @held: a version that waits for the end of a batch, or NULL; persock_mutex
 * @holder: the batch that it belongs to; persock_mutex
 * @pins: all providers that it has ever named, each pinned through its owner,
 *	  because a socket keeps its provider when the policy is replaced
 * @nr_pins: length of @pins
 * @attachments: number of cgroups attached to it now; persock_mutex
 * @retired: counts of attachment objects that are gone; persock_mutex
 * @created: number of sockets that have had it as a layer, of stacks that are
 *	     gone; persock_mutex
 *
 * A deleted personality leaves the list at once and lives until the last
 * socket that was created under it is closed.
 */
struct persock_personality {
	struct list_head node;
	refcount_t ref;
	char name[PERSOCK_NAME_MAX + 1];
	bool builtin;
	struct persock_version *version;
	struct persock_version *next;
	struct persock_version *held;
	struct persock_holder holder;
	const struct persock_provider **pins;
	unsigned int nr_pins;
	unsigned int attachments;
	struct persock_totals retired;
	u64 created;
};

/**
 * struct persock_proposal - the requested content of a personality
 * @base: name of the personality that this one is made from, or NULL
 * @policy: the policy; NULL: that of the base
 * @store: owner of @policy's lists; accepting the proposal takes a reference
 * @providers: names of its providers, in order
 * @nr_providers: length of @providers; 0: the base's, or native without a base
 * @net: the network namespace of its AF_INET and AF_INET6 sockets; NULL: the
 *	 base's if @policy is NULL, too, else the task's
 * @network: the path that named @net
 * @from: cookie of the network namespace whose tasks have sockets in @net; 0:
 *	  not specified
 * @from_inode: its inode number
 * @from_path: the path that named it
 */
struct persock_proposal {
	const char *base;
	const struct persock_policy *policy;
	struct persock_store *store;
	char providers[PERSOCK_MAX_PROVIDERS][PERSOCK_NAME_MAX + 1];
	unsigned int nr_providers;
	struct net *net;
	const char *network;
	u64 from;
	u32 from_inode;
	const char *from_path;
};

extern atomic_t persock_nr_held;

int persock_personality_init(void);
void persock_personality_exit(void);
struct persock_personality *persock_personality_find(const char *name);
int persock_personality_add(const char *name,
			    const struct persock_proposal *proposal,
			    struct netlink_ext_ack *extack);
struct persock_personality *
persock_personality_propose(const char *name,
			    const struct persock_proposal *proposal,
			    struct netlink_ext_ack *extack);
int persock_personality_hold(struct persock_personality *personality,
			     const struct persock_holder *holder,
			     struct netlink_ext_ack *extack);
void persock_personality_take(struct persock_personality *personality);
void persock_personality_accept(struct persock_personality *personality);
void persock_personality_reject(struct persock_personality *personality);
int persock_personality_del(const char *name, struct netlink_ext_ack *extack);
void persock_personality_put(struct persock_personality *personality);
struct persock_personality *persock_personality_open(void);
const struct persock_version *
persock_personality_version(const struct persock_personality *personality);
struct persock_personality *
persock_personality_next(struct persock_personality *previous);

/**
 * persock_personality_held_by() - does a batch hold a change of a personality?
 * @personality: the personality
 * @holder: the batch
 *
 * Context: persock_mutex is held.
 * Return: true if it does.
 */
static inline bool
persock_personality_held_by(const struct persock_personality *personality,
			    const struct persock_holder *holder)
{
	return personality->held && personality->holder.net == holder->net &&
	       personality->holder.port == holder->port;
}

#endif /* _PERSOCK_PERSONALITY_H */
