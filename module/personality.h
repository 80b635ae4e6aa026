/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Personalities: named policies and the providers that serve their sockets.
 */
#ifndef _PERSOCK_PERSONALITY_H
#define _PERSOCK_PERSONALITY_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>

#include "counters.h"
#include "provider.h"
#include "verdict.h"

struct netlink_ext_ack;

#define PERSOCK_MAX_PROVIDERS	8

/**
 * struct persock_policy - everything that a personality says, immutable
 * @sockets: rules on creation, the first match decides
 * @nr_sockets: length of @sockets
 * @socket_default: verdict when no rule on creation matches
 * @backlog: clamp of listen(2)
 * @rules: the rules of each class of sockets
 */
struct persock_policy {
	const struct persock_socket_rule *sockets;
	unsigned int nr_sockets;
	s16 socket_default;
	struct persock_backlog backlog;
	struct persock_rules rules[PERSOCK_NR_CLASSES];
};

/**
 * struct persock_personality - a named policy object
 * @node: in the list of personalities; persock_mutex
 * @ref: one for the list, one for each attachment object
 * @name: unique among the listed ones
 * @base: name of the personality that it was made from
 * @builtin: comes with the module and cannot be deleted
 * @policy: what it says
 * @providers: tried in this order; each is pinned through its owner
 * @nr_providers: length of @providers
 * @attachments: number of cgroups attached to it now; persock_mutex
 * @retired: counts of attachment objects that are gone; persock_mutex
 *
 * A deleted personality leaves the list at once and lives until the last
 * socket that was created under it is closed.
 */
struct persock_personality {
	struct list_head node;
	refcount_t ref;
	char name[PERSOCK_NAME_MAX + 1];
	char base[PERSOCK_NAME_MAX + 1];
	bool builtin;
	const struct persock_policy *policy;
	const struct persock_provider *providers[PERSOCK_MAX_PROVIDERS];
	unsigned int nr_providers;
	unsigned int attachments;
	struct persock_totals retired;
};

/**
 * struct persock_request - a request for a socket, as socket(2) takes it
 * @family: address family
 * @type: type without flags
 * @protocol: protocol
 */
struct persock_request {
	int family;
	int type;
	int protocol;
};

/*
 * Serialises every change: personalities, providers, attachments, arming.
 * Outermost lock of the module; ftrace's and the cgroup core's locks nest
 * inside. Nothing on a socket's path takes it but the first explicit
 * AF_PERSOCK socket of an ungoverned task.
 */
extern struct mutex persock_mutex;

/*
 * Grows with every change of what the control plane lists, so that a listing
 * that was interrupted by one can be told; persock_mutex.
 */
extern unsigned int persock_generation;

/* The preset tables, see preset.c. */
struct persock_preset {
	const char *name;
	const struct persock_policy *policy;
	const char *providers[PERSOCK_MAX_PROVIDERS];
};

extern const struct persock_preset persock_presets[];
extern const unsigned int persock_nr_presets;

int persock_personality_init(void);
void persock_personality_exit(void);
struct persock_personality *persock_personality_find(const char *name);
struct persock_personality *
persock_personality_add(const char *name, const char *base,
			char (*providers)[PERSOCK_NAME_MAX + 1],
			unsigned int nr_providers,
			struct netlink_ext_ack *extack);
int persock_personality_del(const char *name, struct netlink_ext_ack *extack);
void persock_personality_put(struct persock_personality *personality);
struct persock_personality *persock_personality_open(void);
const struct persock_provider *
persock_personality_judge(const struct persock_personality *personality,
			  const struct persock_request *request);
struct persock_personality *
persock_personality_next(struct persock_personality *previous);

#endif /* _PERSOCK_PERSONALITY_H */
