// SPDX-License-Identifier: GPL-2.0
/*
 * Personalities: the list of them, and the verdict on a request for a socket.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "personality.h"

/* All changes, see personality.h. */
DEFINE_MUTEX(persock_mutex);
unsigned int persock_generation = 1;

static LIST_HEAD(personalities);

/**
 * persock_personality_find() - find a personality by name
 * @name: its name
 *
 * Context: persock_mutex is held, and protects what is returned.
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
 * @previous: personality returned last, or NULL to begin
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

static struct persock_personality *
personality_alloc(const char *name, const char *base,
		  const struct persock_policy *policy)
{
	struct persock_personality *personality;

	personality = kzalloc(sizeof(*personality), GFP_KERNEL);
	if (!personality)
		return NULL;

	refcount_set(&personality->ref, 1);
	INIT_LIST_HEAD(&personality->node);
	strscpy(personality->name, name, sizeof(personality->name));
	strscpy(personality->base, base, sizeof(personality->base));
	personality->policy = policy;

	return personality;
}

/**
 * persock_personality_put() - let go of a personality
 * @personality: the last reference frees it
 *
 * Context: process context. Nothing reads a personality under RCU but through
 * an attachment object, which puts it a grace period after its own last use.
 */
void persock_personality_put(struct persock_personality *personality)
{
	unsigned int i;

	if (!refcount_dec_and_test(&personality->ref))
		return;

	for (i = 0; i < personality->nr_providers; i++)
		persock_provider_put(personality->providers[i]);
	kfree(personality);
}

static int add_provider(struct persock_personality *personality,
			const char *name, struct netlink_ext_ack *extack)
{
	const struct persock_provider *provider;
	unsigned int i;

	for (i = 0; i < personality->nr_providers; i++) {
		if (!strcmp(personality->providers[i]->name, name)) {
			NL_SET_ERR_MSG(extack, "a provider is named twice");
			return -EINVAL;
		}
	}
	if (personality->nr_providers == PERSOCK_MAX_PROVIDERS) {
		NL_SET_ERR_MSG(extack,
			       "a personality has at most 8 providers");
		return -E2BIG;
	}

	provider = persock_provider_get(name);
	if (!provider) {
		NL_SET_ERR_MSG(extack, "no provider of that name is registered");
		return -ENOENT;
	}
	personality->providers[personality->nr_providers++] = provider;

	return 0;
}

/**
 * persock_personality_add() - make a personality from another one
 * @name: name of the new one
 * @base: name of the one whose policy it starts with
 * @providers: names of its providers, in order
 * @nr_providers: number of names; with 0 it takes the base's providers
 * @extack: told why it was refused
 *
 * Context: process context; persock_mutex is held.
 * Return: the personality, which the list owns, or an ERR_PTR: -EINVAL for a
 * name that is not valid, -EEXIST for one that is taken, -ENOENT when base or
 * a provider does not exist, -E2BIG for too many providers, -ENOMEM.
 */
struct persock_personality *
persock_personality_add(const char *name, const char *base,
			char (*providers)[PERSOCK_NAME_MAX + 1],
			unsigned int nr_providers,
			struct netlink_ext_ack *extack)
{
	struct persock_personality *personality, *source;
	unsigned int i;
	int err = 0;

	lockdep_assert_held(&persock_mutex);
	if (!persock_name_valid(name)) {
		NL_SET_ERR_MSG(extack,
			       "a personality's name is 1 to 63 of [A-Za-z0-9._-] and does not begin with -");
		return ERR_PTR(-EINVAL);
	}
	if (persock_personality_find(name)) {
		NL_SET_ERR_MSG(extack, "a personality of that name exists");
		return ERR_PTR(-EEXIST);
	}
	source = persock_personality_find(base);
	if (!source) {
		NL_SET_ERR_MSG(extack, "no personality has the base's name");
		return ERR_PTR(-ENOENT);
	}

	personality = personality_alloc(name, base, source->policy);
	if (!personality)
		return ERR_PTR(-ENOMEM);

	for (i = 0; !err && i < nr_providers; i++)
		err = add_provider(personality, providers[i], extack);
	for (i = 0; !err && !nr_providers && i < source->nr_providers; i++)
		err = add_provider(personality, source->providers[i]->name,
				   extack);
	if (err) {
		persock_personality_put(personality);
		return ERR_PTR(err);
	}
	list_add_tail(&personality->node, &personalities);
	persock_generation++;

	return personality;
}

/**
 * persock_personality_del() - take a personality out of the list
 * @name: its name
 * @extack: told why it was refused
 *
 * It lives on for the sockets that were created under it.
 *
 * Context: process context; persock_mutex is held.
 * Return: 0; -ENOENT when there is none; -EBUSY while a cgroup is attached to
 * it, since its policy would go on without a name; -EPERM for one that comes
 * with the module.
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
	list_del(&personality->node);
	persock_generation++;
	persock_personality_put(personality);

	return 0;
}

/**
 * persock_personality_open() - the personality of ungoverned AF_PERSOCK sockets
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

	personality = personality_alloc("", "host", host->policy);
	if (!personality)
		return ERR_PTR(-ENOMEM);

	while ((provider = persock_provider_next(provider))) {
		if (provider->interposes)
			continue;
		/* More than that many, or one that leaves: tried no further. */
		if (add_provider(personality, provider->name, NULL))
			break;
	}

	return personality;
}

/**
 * persock_personality_judge() - the verdict on a request, and who serves it
 * @personality: who judges
 * @request: what is requested
 *
 * Context: any; does not sleep. The caller keeps the personality alive.
 * Return: the provider, or an ERR_PTR: the errno of the rule, or
 * -EAFNOSUPPORT when no provider takes the request (seed S1).
 */
const struct persock_provider *
persock_personality_judge(const struct persock_personality *personality,
			  const struct persock_request *request)
{
	const struct persock_policy *policy = personality->policy;
	unsigned int i;
	int verdict;

	verdict = persock_judge_socket(policy->sockets, policy->nr_sockets,
				       policy->socket_default, request->family,
				       request->type, request->protocol);
	if (verdict < 0)
		return ERR_PTR(verdict);

	for (i = 0; i < personality->nr_providers; i++) {
		if (persock_provider_serves(personality->providers[i],
					    request->family, request->type,
					    request->protocol))
			return personality->providers[i];
	}

	return ERR_PTR(-EAFNOSUPPORT);
}

static bool rules_sorted(const struct persock_rules *rules)
{
	unsigned int i;

	for (i = 1; i < rules->nr_options; i++) {
		const struct persock_option *a = &rules->options[i - 1];
		const struct persock_option *b = &rules->options[i];

		if (a->level > b->level ||
		    (a->level == b->level && a->name >= b->name))
			return false;
	}

	return true;
}

static int add_preset(const struct persock_preset *preset)
{
	struct persock_personality *personality;
	unsigned int i;
	int err;

	for (i = 0; i < PERSOCK_NR_CLASSES; i++) {
		if (!rules_sorted(&preset->policy->rules[i])) {
			pr_err("preset %s: options are not sorted\n",
			       preset->name);
			return -EINVAL;
		}
	}

	personality = personality_alloc(preset->name, "", preset->policy);
	if (!personality)
		return -ENOMEM;

	personality->builtin = true;
	for (i = 0; i < PERSOCK_MAX_PROVIDERS && preset->providers[i]; i++) {
		err = add_provider(personality, preset->providers[i], NULL);
		if (err) {
			persock_personality_put(personality);
			return err;
		}
	}
	list_add_tail(&personality->node, &personalities);

	return 0;
}

/**
 * persock_personality_init() - list the personalities that come with the module
 *
 * The providers that they name must be registered.
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
 * The module is leaving: there is no attachment and no governed socket.
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
