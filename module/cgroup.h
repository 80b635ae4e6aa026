/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attachments: which cgroup runs under which personality.
 */
#ifndef _PERSOCK_CGROUP_H
#define _PERSOCK_CGROUP_H

#include <linux/cgroup.h>
#include <linux/hashtable.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>

#include "personality.h"

#define PERSOCK_ROUTER_BITS	3

/**
 * struct persock_attachment - a cgroup, its personality, and their sockets
 * @hash: among the attached ones by @cgroup; RCU, written under persock_mutex
 * @by_id: among the attached ones by @id; persock_mutex
 * @node: in the list of all attachment objects; persock_mutex
 * @ref: one while attached, one for each governed socket
 * @sockets: governed sockets that are open
 * @cgroup: the cgroup, a reference is held; NULL for the attachment object of
 *	    explicit AF_PERSOCK sockets of ungoverned tasks
 * @id: the cgroup's id, 0 without one
 * @attached: in the hash; persock_mutex
 * @personality: what governs; a reference is held
 * @totals: counters
 * @routers: the routing tables of its sockets by native proto_ops; RCU, written
 *	     under the router's lock
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
	atomic_t sockets;
	struct cgroup *cgroup;
	u64 id;
	bool attached;
	struct persock_personality *personality;
	struct persock_totals __percpu *totals;
	DECLARE_HASHTABLE(routers, PERSOCK_ROUTER_BITS);
	struct work_struct free_work;
};

int persock_cgroup_init(void);
void persock_cgroup_wait(void);
void persock_cgroup_exit(void);

struct persock_attachment *persock_attachment_current(void);
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

#endif /* _PERSOCK_CGROUP_H */
