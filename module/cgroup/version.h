/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Versions: what a personality is at one time. personality.c makes one whenever
 * the personality changes, and views show them to sockets.
 */
#ifndef _PERSOCK_VERSION_H
#define _PERSOCK_VERSION_H

#include <linux/refcount.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "policy/policy.h"
#include "policy/request.h"
#include "policy/shortcut.h"
#include "provider.h"

struct netlink_ext_ack;

/**
 * struct persock_store - the lists that a loaded policy points at
 * @ref: one for each version that points here
 * @memory: all lists but the address rules' indexes, in one piece
 * @indexes: of the rules of connect, bind and accept; NULL without rules
 */
struct persock_store {
	refcount_t ref;
	void *memory;
	const struct persock_address_index *indexes[3];
};

/**
 * struct persock_version - the content of a personality at one time, immutable
 * @base: name of the personality that it was made from
 * @policy: its policy; its lists are constants of preset.c or belong to @store
 * @providers: its providers in order of preference; the personality pins them
 * @nr_providers: length of @providers
 * @store: owner of the lists, NULL for a preset
 * @net: network namespace of sockets of AF_INET and AF_INET6; NULL: the
 *	 task's. The version holds a reference
 * @network: the path that named @net, for reports; "" without @net
 * @tracker: tracker of the reference to @net
 * @from: cookie of the network namespace whose tasks have their sockets made
 *	  in @net; 0: that of the first such task, see attachment.h. No
 *	  reference is held: no other namespace ever has this cookie
 * @from_inode: its inode number, for reports
 * @from_path: the path that named it; "" without one
 * @number: unique number of the version; not 0
 * @shortcuts: the calls that pass @policy unchanged, by kind of socket
 * @free: work that frees it, a grace period after it was replaced
 *
 * Sockets are judged by the versions in a view, see view.h.
 */
struct persock_version {
	char base[PERSOCK_NAME_MAX + 1];
	struct persock_policy policy;
	const struct persock_provider *providers[PERSOCK_MAX_PROVIDERS];
	unsigned int nr_providers;
	struct persock_store *store;
	struct net *net;
	char network[PERSOCK_NETWORK_MAX + 1];
	netns_tracker tracker;
	u64 from;
	u32 from_inode;
	char from_path[PERSOCK_NETWORK_MAX + 1];
	u64 number;
	struct persock_shortcut shortcuts[PERSOCK_NR_KINDS];
	struct rcu_work free;
};

void persock_store_put(struct persock_store *store);
struct persock_version *persock_version_alloc(const struct persock_policy *policy,
					      struct persock_store *store);
void persock_version_free(struct persock_version *version);
void persock_version_replaced(struct persock_version *version);
int persock_version_set_network(struct persock_version *version, struct net *net,
				const char *network,
				struct netlink_ext_ack *extack);
void persock_version_set_from(struct persock_version *version, u64 from,
			      u32 inode, const char *path);
void persock_version_complete(struct persock_version *version);
const struct persock_provider *
persock_version_provider(const struct persock_version *version,
			 const struct persock_request *request, bool elsewhere);

/**
 * persock_version_net() - the network namespace that a version names for a
 *			   family
 * @version: the version that governs
 * @family: the family
 *
 * Return: the network namespace that the personality names, or NULL for the
 * task's.
 */
static inline struct net *
persock_version_net(const struct persock_version *version, int family)
{
	return persock_class_of(family) == PERSOCK_CLASS_INET ? version->net :
								NULL;
}

#endif /* _PERSOCK_VERSION_H */
