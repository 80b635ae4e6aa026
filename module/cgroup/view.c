// SPDX-License-Identifier: GPL-2.0
/*
 * The builder of views, and the table of those that are in use. stack.c and
 * replace.c get a view for each stack here.
 *
 * Most stacks on a machine have the same layers (a baseline, and one of a few
 * personalities), so stacks with the same versions share a view.
 */
#include <linux/hashtable.h>
#include <linux/jhash.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "cgroup/view.h"
#include "policy/verdict.h"
#include "provider/registry.h"
#include "state.h"

/* Views in use, by their versions; persock_mutex. */
static DEFINE_HASHTABLE(views, 8);

static u32 key_of(const struct persock_version *const *layers, unsigned int nr)
{
	unsigned int i;
	u32 key = nr;

	for (i = 0; i < nr; i++)
		key = jhash_2words(layers[i]->number, layers[i]->number >> 32,
				   key);

	return key;
}

static bool passes(const struct persock_request *request, const void *data)
{
	const struct persock_view *view = data;
	enum persock_section section;
	unsigned int i, rule;

	for (i = 0; i < view->nr; i++) {
		if (persock_records(view->layers[i]) ||
		    persock_judge_request(&view->layers[i]->policy, request,
					  &section, &rule))
			return false;
	}

	return true;
}

/*
 * Other providers that know the family must be asked each time: their answers may
 * change. @data: the view, which knows what passes.
 */
static bool passes_natively(const struct persock_request *request,
			    const void *data)
{
	const struct persock_view *view = data;
	const struct persock_version *server = view->layers[view->server];
	unsigned int i;

	if (!persock_view_allows(view, request))
		return false;
	for (i = 0; i < server->nr_providers; i++) {
		const struct persock_provider *provider = server->providers[i];

		if (provider->interposes)
			return persock_provider_serves(provider, request->family,
						       request->type,
						       request->protocol,
						       persock_view_net(view, request->family));
		if (persock_provider_knows(provider, request->family))
			return false;
	}

	return false;
}

/* Of two bounds of which 0 is none. */
static unsigned int least(unsigned int a, unsigned int b)
{
	return !a ? b : !b ? a : min(a, b);
}

static bool holds_locals(const struct persock_policy *policy)
{
	return persock_unix_restricts(&policy->unix_connect) ||
	       persock_unix_restricts(&policy->unix_bind) ||
	       policy->unix_rights == PERSOCK_GOVERNED;
}

/* Add what a layer restricts. Layers that only audit restrict nothing. */
static void add_layer(struct persock_view *view, unsigned int i)
{
	const struct persock_version *version = view->layers[i];
	const struct persock_policy *policy = &version->policy;
	unsigned int class;

	if (policy->max_sockets && !persock_records(version) && !view->limits) {
		view->limits = true;
		view->limited = i;
	}
	if (policy->names.nr_resolvers)
		view->names = least(view->names, policy->names.max);
	view->records |= persock_records(version);
	view->locals |= persock_unix_reads(policy, &policy->unix_connect) ||
			persock_unix_reads(policy, &policy->unix_bind);
	view->rights |= policy->unix_rights == PERSOCK_GOVERNED;
	view->counts |= persock_counts_allowed(policy);
	if (!persock_enforces(version))
		return;

	if (policy->names.nr_resolvers && !view->holds_names) {
		view->holds_names = true;
		view->names_by = i;
	}
	if (holds_locals(policy) && !view->holds_locals) {
		view->holds_locals = true;
		view->locals_by = i;
	}
	for (class = 0; class < PERSOCK_NR_CLASSES; class++)
		view->address_max[class] =
			least(view->address_max[class],
			      policy->rules[class].address_max);
	view->restricts_bind |= persock_restricts(&policy->bind);
	view->backlog.floor = least(view->backlog.floor, policy->backlog.floor);
	view->backlog.ceiling = least(view->backlog.ceiling,
				      policy->backlog.ceiling);
}

/*
 * Does a layer decide which provider serves? The native one is what a policy
 * has that names none, so it gives way to the providers of outer layers.
 */
static bool names_providers(const struct persock_version *version)
{
	return version->nr_providers != 1 || !version->providers[0]->interposes;
}

/*
 * The innermost layer that decides which provider serves, and the one that
 * names a network namespace. A layer that only audits takes no part, unless no
 * other layer names any.
 */
static void find_server(struct persock_view *view, bool enforces)
{
	unsigned int i;

	for (i = 0; i < view->nr; i++) {
		const struct persock_version *version = view->layers[i];

		if (persock_enforces(version) != enforces)
			continue;
		if (names_providers(version))
			view->server = i;
		if (version->net)
			view->network = i;
	}
}

/* @view is complete except for this: its layers are set. */
static void find_common(struct persock_view *view)
{
	unsigned int i, kind;

	view->server = view->nr;
	view->network = view->nr;
	view->limited = view->nr;
	find_server(view, true);
	if (view->server == view->nr && view->network == view->nr)
		find_server(view, false);
	if (view->server == view->nr)
		view->server = view->nr - 1;
	for (i = 0; i < view->nr; i++) {
		const struct persock_version *version = view->layers[i];

		add_layer(view, i);
		for (kind = 0; kind < PERSOCK_NR_KINDS; kind++) {
			if (!i)
				view->shortcuts[kind] =
					version->shortcuts[kind];
			else
				persock_shortcut_join(&view->shortcuts[kind],
						      &version->shortcuts[kind]);
		}
	}
	view->allowed = persock_shortcut_requests(passes, view);
	view->requests = persock_shortcut_requests(passes_natively, view);
}

/**
 * persock_view_get() - the view of some versions, for one more stack
 * @layers: the versions, the outermost first
 * @nr: how many, 1 to PERSOCK_MAX_LAYERS
 *
 * Context: process context; persock_mutex is held.
 * Return: the view, or NULL without memory.
 */
struct persock_view *persock_view_get(const struct persock_version *const *layers,
				      unsigned int nr)
{
	u32 key = key_of(layers, nr);
	struct persock_view *view;
	static u64 last;

	lockdep_assert_held(&persock_mutex);
	hash_for_each_possible(views, view, node, key) {
		if (view->nr == nr &&
		    !memcmp(view->layers, layers, nr * sizeof(*layers))) {
			view->users++;
			return view;
		}
	}

	view = kzalloc(struct_size(view, layers, nr), GFP_KERNEL);
	if (!view)
		return NULL;
	view->number = ++last;
	view->users = 1;
	view->nr = nr;
	memcpy(view->layers, layers, nr * sizeof(*layers));
	find_common(view);
	hash_add(views, &view->node, key);

	return view;
}

/**
 * persock_view_put() - a stack no longer shows a view
 * @view: the view; it is freed a grace period after its last stack
 *
 * Context: persock_mutex is held.
 */
void persock_view_put(struct persock_view *view)
{
	lockdep_assert_held(&persock_mutex);
	if (--view->users)
		return;
	hash_del(&view->node);
	kfree_rcu(view, rcu);
}
