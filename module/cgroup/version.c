// SPDX-License-Identifier: GPL-2.0
/*
 * Versions of personalities: their memory, network namespace, shortcuts, and
 * the provider that serves a request for a socket. personality.c makes them;
 * view.c asks for the provider.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "cgroup/version.h"
#include "policy/address_index.h"
#include "policy/guard.h"
#include "provider/registry.h"
#include "state.h"

/**
 * persock_store_put() - release the lists of a policy
 * @store: the last reference frees them; may be NULL
 *
 * Context: process context; no reader is left.
 */
void persock_store_put(struct persock_store *store)
{
	unsigned int i;

	if (!store || !refcount_dec_and_test(&store->ref))
		return;

	for (i = 0; i < ARRAY_SIZE(store->indexes); i++)
		persock_address_index_free(store->indexes[i]);
	kvfree(store->memory);
	kfree(store);
}

/**
 * persock_version_free() - free a version
 * @version: a version that no view has; may be NULL
 *
 * Context: process context.
 */
void persock_version_free(struct persock_version *version)
{
	if (!version)
		return;
	persock_store_put(version->store);
	if (version->net)
		put_net_track(version->net, &version->tracker);
	kfree(version);
}

static void version_free_work(struct work_struct *work)
{
	persock_version_free(container_of(to_rcu_work(work),
					  struct persock_version, free));
}

/**
 * persock_version_replaced() - free a version a grace period later
 * @version: a version that no view has any more
 *
 * Context: any.
 */
void persock_version_replaced(struct persock_version *version)
{
	queue_rcu_work(persock_workqueue, &version->free);
}

/**
 * persock_version_alloc() - make a version without providers
 * @policy: its policy
 * @store: owner of the policy's lists, a reference is taken; NULL: they are
 *	   constants
 *
 * persock_version_complete() ends it.
 *
 * Context: process context.
 * Return: the version, or NULL without memory.
 */
struct persock_version *persock_version_alloc(const struct persock_policy *policy,
					      struct persock_store *store)
{
	static atomic64_t numbers;
	struct persock_version *version = kzalloc(sizeof(*version), GFP_KERNEL);

	if (!version)
		return NULL;

	version->number = atomic64_inc_return(&numbers);
	version->policy = *policy;
	version->store = store;
	if (store)
		refcount_inc(&store->ref);
	INIT_RCU_WORK(&version->free, version_free_work);

	return version;
}

/**
 * persock_version_complete() - find the shortcuts of a version
 * @version: its policy and its providers are set
 */
void persock_version_complete(struct persock_version *version)
{
	unsigned int kind;

	for (kind = 0; kind < PERSOCK_NR_KINDS; kind++)
		persock_shortcut_build(&version->shortcuts[kind],
				       &version->policy, kind);
}

/**
 * persock_version_set_network() - name the network namespace of a version
 * @version: its providers are set
 * @net: the network namespace, a reference is taken
 * @network: the path that names it
 * @extack: reports the reason of a failure
 *
 * Only a provider that makes sockets itself can make them in another network
 * namespace. Native ones would be in the task's, against the policy.
 *
 * Context: process context.
 * Return: 0, or -EINVAL without such a provider.
 */
int persock_version_set_network(struct persock_version *version, struct net *net,
				const char *network,
				struct netlink_ext_ack *extack)
{
	unsigned int i;

	for (i = 0; i < version->nr_providers; i++) {
		if (!version->providers[i]->interposes)
			break;
	}
	if (i == version->nr_providers) {
		NL_SET_ERR_MSG(extack,
			       "sockets of another network namespace need a provider that makes them: hostinet");
		return -EINVAL;
	}

	version->net = get_net_track(net, &version->tracker, GFP_KERNEL);
	strscpy(version->network, network, sizeof(version->network));
	persock_guard_policy(&version->policy);

	return 0;
}

/**
 * persock_version_set_from() - name the network namespace whose tasks have
 *				sockets in the other one
 * @version: it names a network namespace
 * @from: cookie of the namespace
 * @inode: its inode number
 * @path: the path that names it
 */
void persock_version_set_from(struct persock_version *version, u64 from,
			      u32 inode, const char *path)
{
	version->from = from;
	version->from_inode = inode;
	strscpy(version->from_path, path, sizeof(version->from_path));
}

/**
 * persock_version_provider() - the provider that serves a request for a socket
 * @version: the version that governs
 * @request: the request
 * @elsewhere: the socket must be in the network namespace that @version names,
 *	       where no native socket can be
 *
 * Context: any; does not sleep.
 * Return: the provider, or NULL if none serves the request.
 */
const struct persock_provider *
persock_version_provider(const struct persock_version *version,
			 const struct persock_request *request, bool elsewhere)
{
	unsigned int i;

	for (i = 0; i < version->nr_providers; i++) {
		if (persock_provider_serves(version->providers[i],
					    request->family, request->type,
					    request->protocol, elsewhere))
			return version->providers[i];
	}

	return NULL;
}
