// SPDX-License-Identifier: GPL-2.0
/*
 * Personalities: the list of them, and the provider that serves a request for
 * a socket. control/netlink_personality.c changes the list; attachment.c takes
 * references. intercept.c, interpose.c and af_persock.c ask for a provider.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "cgroup/personality.h"
#include "provider/registry.h"
#include "state.h"

/* Number of changes that wait for the end of a batch. */
atomic_t persock_nr_held;

/* All users hold persock_mutex, see personality.h. */

static LIST_HEAD(personalities);

/**
 * persock_personality_find() - find a personality by name
 * @name: its name
 *
 * Context: persock_mutex is held, and protects the result.
 * Return: the personality, or NULL.
 */
struct persock_personality *persock_personality_find(const char *name)
{
	struct persock_personality *personality;

	lockdep_assert_held(&persock_mutex);
	list_for_each_entry(personality, &personalities, node) {
		if (!strcmp(personality->name, name))
			return personality;
	}

	return NULL;
}

/**
 * persock_personality_next() - walk the list of personalities
 * @previous: the personality returned last, or NULL to begin
 *
 * Context: persock_mutex is held throughout the walk.
 * Return: the next personality, or NULL at the end.
 */
struct persock_personality *
persock_personality_next(struct persock_personality *previous)
{
	struct list_head *next = previous ? previous->node.next :
					    personalities.next;

	lockdep_assert_held(&persock_mutex);
	if (next == &personalities)
		return NULL;

	return list_entry(next, struct persock_personality, node);
}

/**
 * persock_personality_version() - the version of a personality
 * @personality: the personality
 *
 * Context: persock_mutex is held, and protects the result.
 * Return: its version.
 */
const struct persock_version *
persock_personality_version(const struct persock_personality *personality)
{
	lockdep_assert_held(&persock_mutex);
	return personality->version;
}

static struct persock_personality *personality_alloc(const char *name)
{
	struct persock_personality *personality;

	personality = kzalloc(sizeof(*personality), GFP_KERNEL);
	if (!personality)
		return NULL;

	refcount_set(&personality->ref, 1);
	INIT_LIST_HEAD(&personality->node);
	strscpy(personality->name, name, sizeof(personality->name));

	return personality;
}

/* Unpin the providers that were pinned last, down to @nr. */
static void unpin(struct persock_personality *personality, unsigned int nr)
{
	while (personality->nr_pins > nr)
		persock_provider_put(personality->pins[--personality->nr_pins]);
}

/**
 * persock_personality_put() - release a personality
 * @personality: the last reference frees it
 *
 * Context: process context. RCU readers reach it only through an attachment
 * object, and its version through a view; both are gone a grace period before.
 */
void persock_personality_put(struct persock_personality *personality)
{
	if (!refcount_dec_and_test(&personality->ref))
		return;

	persock_version_free(personality->held);
	persock_version_free(personality->version);
	unpin(personality, 0);
	kfree(personality->pins);
	kfree(personality);
}

/* A personality never unpins a provider that it has named, see @pins. */
static int pin(struct persock_personality *personality,
	       const struct persock_provider *provider)
{
	const struct persock_provider **pins;
	unsigned int i;

	for (i = 0; i < personality->nr_pins; i++) {
		if (personality->pins[i] == provider) {
			persock_provider_put(provider);
			return 0;
		}
	}

	pins = krealloc_array(personality->pins, i + 1, sizeof(*pins),
			      GFP_KERNEL);
	if (!pins) {
		persock_provider_put(provider);
		return -ENOMEM;
	}
	pins[i] = provider;
	personality->pins = pins;
	personality->nr_pins++;

	return 0;
}

static int add_provider(struct persock_personality *personality,
			struct persock_version *version, const char *name,
			struct netlink_ext_ack *extack)
{
	const struct persock_provider *provider;
	unsigned int i;
	int err;

	for (i = 0; i < version->nr_providers; i++) {
		if (!strcmp(version->providers[i]->name, name)) {
			NL_SET_ERR_MSG(extack, "a provider is named twice");
			return -EINVAL;
		}
	}
	if (version->nr_providers == PERSOCK_MAX_PROVIDERS) {
		NL_SET_ERR_MSG(extack,
			       "a personality has at most 8 providers");
		return -E2BIG;
	}

	provider = persock_provider_get(name);
	if (!provider) {
		NL_SET_ERR_MSG(extack, "no provider of that name is registered");
		return -ENOENT;
	}
	err = pin(personality, provider);
	if (err)
		return err;
	version->providers[version->nr_providers++] = provider;

	return 0;
}

/* Make the version that a proposal requests, without publishing it. */
static struct persock_version *
version_make(struct persock_personality *personality,
	     const struct persock_proposal *proposal,
	     struct netlink_ext_ack *extack)
{
	const struct persock_version *base = NULL;
	struct persock_personality *source = NULL;
	unsigned int pinned = personality->nr_pins, i;
	struct persock_version *version;
	int err = 0;

	/* Listings show the base's name, even if no personality has it. */
	if (proposal->base && *proposal->base &&
	    !persock_name_valid(proposal->base)) {
		NL_SET_ERR_MSG(extack,
			       "the base's name is not valid");
		return ERR_PTR(-EINVAL);
	}
	if (proposal->base)
		source = persock_personality_find(proposal->base);
	if (source)
		base = persock_personality_version(source);
	if (!base && (!proposal->policy || (proposal->base &&
					    !proposal->nr_providers))) {
		NL_SET_ERR_MSG(extack, "no personality has the base's name");
		return ERR_PTR(-ENOENT);
	}

	if (proposal->policy)
		version = persock_version_alloc(proposal->policy, proposal->store);
	else
		version = persock_version_alloc(&base->policy, base->store);
	if (!version)
		return ERR_PTR(-ENOMEM);
	strscpy(version->base, proposal->base ?: "", sizeof(version->base));

	for (i = 0; !err && i < proposal->nr_providers; i++)
		err = add_provider(personality, version,
				   proposal->providers[i], extack);
	if (!proposal->nr_providers && base) {
		for (i = 0; !err && i < base->nr_providers; i++)
			err = add_provider(personality, version,
					   base->providers[i]->name, extack);
	} else if (!proposal->nr_providers) {
		err = add_provider(personality, version, "native", extack);
	}
	if (!err && proposal->net)
		err = persock_version_set_network(version, proposal->net,
						  proposal->network, extack);
	else if (!err && !proposal->policy && base->net)
		err = persock_version_set_network(version, base->net,
						  base->network, extack);
	if (err) {
		unpin(personality, pinned);
		persock_version_free(version);
		return ERR_PTR(err);
	}
	if (proposal->from)
		persock_version_set_from(version, proposal->from,
					 proposal->from_inode,
					 proposal->from_path);
	else if (!proposal->net && version->net)
		persock_version_set_from(version, base->from, base->from_inode,
					 base->from_path);
	persock_version_complete(version);

	return version;
}

/**
 * persock_personality_add() - make a personality
 * @name: its name
 * @proposal: its requested content
 * @extack: reports the reason of a failure
 *
 * Context: process context; persock_mutex is held.
 * Return: 0; -EINVAL for a bad name or a network namespace in which no
 * provider makes sockets, -EEXIST for a name in use, -ENOENT if base or a
 * provider is missing, -E2BIG for too many providers, -ENOMEM.
 */
int persock_personality_add(const char *name,
			    const struct persock_proposal *proposal,
			    struct netlink_ext_ack *extack)
{
	struct persock_personality *personality;
	struct persock_version *version;

	lockdep_assert_held(&persock_mutex);
	if (!persock_name_valid(name)) {
		NL_SET_ERR_MSG(extack,
			       "a personality's name is 1 to 63 of [A-Za-z0-9._-] and does not begin with -");
		return -EINVAL;
	}
	if (persock_personality_find(name)) {
		NL_SET_ERR_MSG(extack, "a personality of that name exists");
		return -EEXIST;
	}

	personality = personality_alloc(name);
	if (!personality)
		return -ENOMEM;
	version = version_make(personality, proposal, extack);
	if (IS_ERR(version)) {
		persock_personality_put(personality);
		return PTR_ERR(version);
	}

	personality->version = version;
	list_add_tail(&personality->node, &personalities);
	persock_generation++;

	return 0;
}

/**
 * persock_personality_propose() - make new content for a personality
 * @name: its name
 * @proposal: its requested content
 * @extack: reports the reason of a failure
 *
 * Nothing changes before persock_personality_accept(); until then, or until
 * persock_personality_reject(), the new version is @next of the personality.
 *
 * Context: process context; persock_mutex is held.
 * Return: the personality, or an ERR_PTR: -ENOENT if it, its base or a provider
 * does not exist; -EPERM for a preset; -EBUSY if the proposal no longer names a
 * network namespace; -EINVAL, -E2BIG, -ENOMEM as persock_personality_add(). A
 * failure changes nothing.
 */
struct persock_personality *
persock_personality_propose(const char *name,
			    const struct persock_proposal *proposal,
			    struct netlink_ext_ack *extack)
{
	struct persock_personality *personality;
	struct persock_version *version;

	lockdep_assert_held(&persock_mutex);
	personality = persock_personality_find(name);
	if (!personality) {
		NL_SET_ERR_MSG(extack, "no such personality");
		return ERR_PTR(-ENOENT);
	}
	if (personality->builtin) {
		NL_SET_ERR_MSG(extack,
			       "the personality comes with the module and cannot be changed");
		return ERR_PTR(-EPERM);
	}
	version = version_make(personality, proposal, extack);
	if (IS_ERR(version))
		return ERR_CAST(version);
	/* Its sockets stay there and would lose that network's guards. */
	if (personality->version->net && !version->net) {
		NL_SET_ERR_MSG(extack,
			       "a personality with a network namespace keeps one, as its sockets do: make another personality");
		persock_version_free(version);
		return ERR_PTR(-EBUSY);
	}
	personality->next = version;

	return personality;
}

/**
 * persock_personality_hold() - let new content wait for the end of a batch
 * @personality: a personality with @next
 * @holder: the batch
 * @extack: reports the reason of a failure
 *
 * A change of the same personality that the batch holds already is dropped.
 *
 * Context: process context; persock_mutex is held.
 * Return: 0, or -EBUSY if another batch holds a change of it; then @next is
 * dropped.
 */
int persock_personality_hold(struct persock_personality *personality,
			     const struct persock_holder *holder,
			     struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&persock_mutex);
	if (personality->held &&
	    !persock_personality_held_by(personality, holder)) {
		persock_personality_reject(personality);
		NL_SET_ERR_MSG(extack,
			       "another batch has begun to change the personality");
		return -EBUSY;
	}
	if (!personality->held)
		atomic_inc(&persock_nr_held);
	persock_version_free(personality->held);
	personality->held = personality->next;
	personality->next = NULL;
	personality->holder = *holder;

	return 0;
}

/**
 * persock_personality_take() - make held content the next
 * @personality: a personality with a change that is held
 *
 * Context: persock_mutex is held.
 */
void persock_personality_take(struct persock_personality *personality)
{
	lockdep_assert_held(&persock_mutex);
	personality->next = personality->held;
	personality->held = NULL;
	atomic_dec(&persock_nr_held);
}

/**
 * persock_personality_accept() - let new content take the place of the old
 * @personality: a personality with @next
 *
 * All stacks show views with the new version already; the old one is freed a
 * grace period later.
 *
 * Context: process context; persock_mutex is held. Does not wait for readers.
 */
void persock_personality_accept(struct persock_personality *personality)
{
	struct persock_version *previous = personality->version;

	lockdep_assert_held(&persock_mutex);
	personality->version = personality->next;
	personality->next = NULL;
	persock_generation++;
	persock_version_replaced(previous);
}

/**
 * persock_personality_reject() - drop new content
 * @personality: a personality with @next, which no view has
 *
 * Context: process context; persock_mutex is held.
 */
void persock_personality_reject(struct persock_personality *personality)
{
	lockdep_assert_held(&persock_mutex);
	persock_version_free(personality->next);
	personality->next = NULL;
}

/**
 * persock_personality_del() - remove a personality from the list
 * @name: its name
 * @extack: reports the reason of a failure
 *
 * It lives on for the sockets that were created under it.
 *
 * Context: process context; persock_mutex is held.
 * Return: 0; -ENOENT if there is none; -EBUSY while a cgroup is attached to
 * it, since its policy would continue without a name; -EPERM for a preset.
 */
int persock_personality_del(const char *name, struct netlink_ext_ack *extack)
{
	struct persock_personality *personality;

	personality = persock_personality_find(name);
	if (!personality) {
		NL_SET_ERR_MSG(extack, "no such personality");
		return -ENOENT;
	}
	if (personality->builtin) {
		NL_SET_ERR_MSG(extack,
			       "the personality comes with the module and cannot be deleted");
		return -EPERM;
	}
	if (personality->attachments) {
		NL_SET_ERR_MSG(extack,
			       "a cgroup is attached to the personality: detach it first");
		return -EBUSY;
	}
	if (personality->held) {
		NL_SET_ERR_MSG(extack,
			       "a change of the personality waits for the end of a batch");
		return -EBUSY;
	}
	list_del(&personality->node);
	persock_generation++;
	persock_personality_put(personality);

	return 0;
}

/**
 * persock_personality_open() - the personality of ungoverned AF_PERSOCK
 *				sockets
 *
 * It allows everything, as the task is not governed, and offers all providers
 * that do not interpose in the order of registration. It is not listed.
 *
 * Context: process context; persock_mutex is held.
 * Return: a personality with one reference, or an ERR_PTR with -ENOMEM.
 */
struct persock_personality *persock_personality_open(void)
{
	struct persock_personality *host = persock_personality_find("host");
	struct persock_provider *provider = NULL;
	struct persock_personality *personality;
	struct persock_version *version;
	int err = 0;

	personality = personality_alloc("");
	if (!personality)
		return ERR_PTR(-ENOMEM);
	version = persock_version_alloc(&host->version->policy, NULL);
	if (!version) {
		persock_personality_put(personality);
		return ERR_PTR(-ENOMEM);
	}
	strscpy(version->base, "host", sizeof(version->base));

	while (!err && (provider = persock_provider_next(provider))) {
		if (!provider->interposes)
			err = add_provider(personality, version, provider->name,
					   NULL);
	}
	persock_version_complete(version);
	personality->version = version;
	if (err == -ENOMEM) {
		persock_personality_put(personality);
		return ERR_PTR(err);
	}

	/* The loop stops after 8 providers, or at one being removed. */
	return personality;
}

static int add_preset(const struct persock_preset *preset)
{
	struct persock_personality *personality;
	struct persock_version *version;
	unsigned int i;
	int err = 0;

	personality = personality_alloc(preset->name);
	version = persock_version_alloc(preset->policy, NULL);
	if (!personality || !version)
		err = -ENOMEM;
	for (i = 0; !err && i < PERSOCK_MAX_PROVIDERS && preset->providers[i];
	     i++)
		err = add_provider(personality, version, preset->providers[i],
				   NULL);
	if (err) {
		persock_version_free(version);
		if (personality)
			persock_personality_put(personality);
		return err;
	}

	personality->builtin = true;
	persock_version_complete(version);
	personality->version = version;
	list_add_tail(&personality->node, &personalities);

	return 0;
}

/**
 * persock_personality_init() - list the personalities that come with the
 *				module
 *
 * The providers of the presets must be registered.
 *
 * Return: 0 or a negative errno.
 */
int persock_personality_init(void)
{
	unsigned int i;
	int err = 0;

	mutex_lock(&persock_mutex);
	for (i = 0; !err && i < persock_nr_presets; i++)
		err = add_preset(&persock_presets[i]);
	mutex_unlock(&persock_mutex);
	if (err)
		persock_personality_exit();

	return err;
}

/**
 * persock_personality_exit() - drop all personalities
 *
 * The module is being removed: there is no attachment or governed socket.
 */
void persock_personality_exit(void)
{
	struct persock_personality *personality, *next;

	mutex_lock(&persock_mutex);
	list_for_each_entry_safe(personality, next, &personalities, node) {
		list_del(&personality->node);
		persock_personality_put(personality);
	}
	mutex_unlock(&persock_mutex);
}
