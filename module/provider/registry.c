// SPDX-License-Identifier: GPL-2.0
/*
 * The registry of providers, in the order of registration. main.c and modules
 * with providers of their own register here. cgroup/personality.c looks
 * providers up, and control/netlink.c lists them.
 */
#include <linux/ctype.h>
#include <linux/module.h>

#include "provider/registry.h"
#include "state.h"

/* Writers and readers hold persock_mutex. */
static LIST_HEAD(providers);

/**
 * persock_name_valid() - may a personality or provider have this name?
 * @name: NUL-terminated
 *
 * Names appear in shell commands, files and messages, hence the narrow set.
 *
 * Return: true for 1 to PERSOCK_NAME_MAX characters of [A-Za-z0-9._-] that do
 * not begin with "-".
 */
bool persock_name_valid(const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++) {
		if (i >= PERSOCK_NAME_MAX || !isascii(name[i]))
			return false;
		if (!isalnum(name[i]) && !strchr("._-", name[i]))
			return false;
	}

	return i && name[0] != '-';
}

static struct persock_provider *find(const char *name)
{
	struct persock_provider *provider;

	lockdep_assert_held(&persock_mutex);
	list_for_each_entry(provider, &providers, node) {
		if (!strcmp(provider->name, name))
			return provider;
	}

	return NULL;
}

/**
 * persock_provider_register() - offer a provider to personalities
 * @provider: filled in by the caller, valid until it is unregistered
 *
 * Sockets reach the provider once a personality names it, or through an
 * explicit AF_PERSOCK socket of an ungoverned task, which tries all providers
 * that do not interpose in the order of registration.
 *
 * Context: process context, may sleep.
 * Return: 0; -EINVAL if the name is not valid, or if a required method is
 * missing (@serves, @socket and @release; only @serves if it interposes);
 * -EEXIST if the name is in use.
 */
int persock_provider_register(struct persock_provider *provider)
{
	const struct persock_provider_ops *ops = provider->ops;
	int err = 0;

	if (!persock_name_valid(provider->name) || !ops || !ops->serves)
		return -EINVAL;
	if (!provider->interposes && (!ops->socket || !ops->release))
		return -EINVAL;

	mutex_lock(&persock_mutex);
	if (find(provider->name)) {
		err = -EEXIST;
	} else {
		list_add_tail(&provider->node, &providers);
		persock_generation++;
	}
	mutex_unlock(&persock_mutex);

	return err;
}
EXPORT_SYMBOL_GPL(persock_provider_register);

/**
 * persock_provider_unregister() - remove a provider from the registry
 * @provider: a registered provider
 *
 * Call it only from the exit function of the provider's module: each user of
 * the provider (a personality that names it, a socket that it serves) holds a
 * reference to the module, so exit cannot run before they are gone.
 *
 * Context: process context, may sleep.
 */
void persock_provider_unregister(struct persock_provider *provider)
{
	mutex_lock(&persock_mutex);
	list_del(&provider->node);
	persock_generation++;
	mutex_unlock(&persock_mutex);
}
EXPORT_SYMBOL_GPL(persock_provider_unregister);

/**
 * persock_provider_get() - find a provider and pin its module
 * @name: its name
 *
 * Context: persock_mutex is held.
 * Return: the provider, or NULL if there is none or its module is being
 * removed.
 */
const struct persock_provider *persock_provider_get(const char *name)
{
	struct persock_provider *provider = find(name);

	/* A reference to this module pins its own providers. */
	if (!provider || (provider->owner != THIS_MODULE &&
			  !try_module_get(provider->owner)))
		return NULL;

	return provider;
}

/**
 * persock_provider_put() - unpin a provider's module
 * @provider: from persock_provider_get()
 *
 * Context: any.
 */
void persock_provider_put(const struct persock_provider *provider)
{
	if (provider->owner != THIS_MODULE)
		module_put(provider->owner);
}

/**
 * persock_provider_next() - walk the registry
 * @previous: the provider that was returned last, or NULL to begin
 *
 * Context: persock_mutex is held throughout the walk.
 * Return: the next provider, or NULL at the end.
 */
struct persock_provider *persock_provider_next(struct persock_provider *previous)
{
	struct list_head *next = previous ? previous->node.next : providers.next;

	lockdep_assert_held(&persock_mutex);
	if (next == &providers)
		return NULL;

	return list_entry(next, struct persock_provider, node);
}

/**
 * persock_provider_knows() - may a provider serve requests for a family at all?
 * @provider: the provider
 * @family: the family
 *
 * Context: any; does not sleep.
 * Return: false if it never does.
 */
bool persock_provider_knows(const struct persock_provider *provider, int family)
{
	unsigned int i;

	if (!provider->families)
		return true;
	for (i = 0; i < provider->nr_families; i++) {
		if (provider->families[i] == family)
			return true;
	}

	return false;
}

/**
 * persock_provider_serves() - does a provider serve this request?
 * @provider: the provider
 * @family: requested family
 * @type: requested type
 * @protocol: requested protocol
 * @elsewhere: the socket must be made in another network namespace
 *
 * Context: any; does not sleep.
 * Return: true if the provider serves it.
 */
bool persock_provider_serves(const struct persock_provider *provider,
			     int family, int type, int protocol, bool elsewhere)
{
	const struct persock_provider_ops *ops = provider->ops;

	/* A native socket is in the task's network namespace. */
	if (elsewhere && provider->interposes)
		return false;
	/* A packed request has no room for it, see PERSOCK_PROTOCOL(). */
	if (!provider->interposes && protocol & ~0xffff)
		return false;

	if (!persock_provider_knows(provider, family))
		return false;

	return ops->serves(family, type, protocol) ||
	       (elsewhere && ops->serves_elsewhere &&
		ops->serves_elsewhere(family, type, protocol));
}
