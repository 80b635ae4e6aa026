// SPDX-License-Identifier: GPL-2.0
/*
 * Tries AF_UNIX sockets that a rule matches. unreachable.c calls it.
 *
 * The names of all layers' rules cut the names that the rule matches into
 * pieces, and a name of each piece is tried: each whole name, and one that
 * begins with it and that no rule has. So are types and the cgroups of peers.
 * More combinations are tried than there can be: if one of those is not denied,
 * the answer is that some socket passes.
 */
#include "policy_file/outer_unix.h"

#include <linux/persock.h>

#include "base/error.h"
#include "policy_file/judge_unix.h"

/* No rule has a name with such an end. */
#define OTHER "\001\177\002other"

/**
 * struct search - the sockets of a rule
 * @outer: the layers around the rule's policy
 * @section: section of the rule
 * @rule: the rule
 * @name: the name that is tried
 * @room: has space for it
 * @denier: what denies the sockets so far
 */
struct search {
	struct outer *outer;
	enum persock_section section;
	const struct persock_unix_rule *rule;
	struct persock_unix_name name;
	char room[PERSOCK_PATH_MAX + sizeof(OTHER)];
	struct denier *denier;
};

static const struct persock_unix_rules *rules_of(const struct search *search,
						 unsigned int layer)
{
	struct persock_policy *policy =
		(struct persock_policy *)&search->outer->layers[layer]->policy;

	return persock_section_unix(policy, search->section);
}

/*
 * Is the socket denied? A peer that was created in the cgroup of a layer, or
 * below, was created below those of the layers around it: @same of them.
 */
static bool is_denied(struct search *search, unsigned int same)
{
	struct judgement judgement;
	unsigned int i;

	for (i = 0; i < search->outer->nr; i++) {
		if (!outer_step(search->outer, 1))
			return false;
		if (!outer_enforces(search->outer, i))
			continue;
		search->name.same = i < same;
		judge_unix(search->outer->layers[i], search->section,
			   &search->name, &judgement);
		if (judgement.verdict >= 0)
			continue;
		denier_add(search->denier, i, &judgement);
		return true;
	}

	return false;
}

static bool in_each_layer(struct search *search)
{
	unsigned int nr = search->outer->nr, same;

	/* In the cgroup of the rule's layer, and so in all around it. */
	same = search->rule->peer && !*search->rule->peer ? nr : 0;
	for (; same <= nr; same++) {
		if (!is_denied(search, same))
			return false;
	}

	return true;
}

static bool is_within(const char *cgroup, const char *parent)
{
	size_t length = strlen(parent);

	return !strcmp(parent, "/") ||
	       (!strncmp(cgroup, parent, length) &&
		(!cgroup[length] || cgroup[length] == '/'));
}

/* Those of the rule, cut by those that rules of the layers name. */
static bool in_each_cgroup(struct search *search)
{
	const char *own = search->rule->peer;
	unsigned int i, j;

	own = own && *own ? own : NULL;
	search->name.cgroup = own ?: "/";
	if (!in_each_layer(search))
		return false;
	for (i = 0; i < search->outer->nr; i++) {
		const struct persock_unix_rules *rules = rules_of(search, i);

		for (j = 0; j < rules->nr; j++) {
			const char *peer = rules->rules[j].peer;

			if (!outer_step(search->outer, 1))
				return false;
			if (!peer || !*peer || (own && !is_within(peer, own)))
				continue;
			search->name.cgroup = peer;
			if (!in_each_layer(search))
				return false;
		}
	}

	return true;
}

static bool of_each_type(struct search *search)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		if (search->rule->type != PERSOCK_ANY &&
		    search->rule->type != types[i])
			continue;
		search->name.type = types[i];
		if (!in_each_cgroup(search))
			return false;
	}

	return true;
}

/* Is the name that is tried one of the rule's? */
static bool is_own(const struct search *search)
{
	const struct persock_unix_rule *rule = search->rule;
	const struct persock_unix_name *name = &search->name;

	if (rule->kind == PERSOCK_UNIX_ANY)
		return true;
	if (rule->kind != name->kind || name->length < rule->length ||
	    memcmp(name->name, rule->name, rule->length))
		return false;

	return rule->prefix || name->length == rule->length;
}

/* A name, and one that begins so. */
static bool try_name(struct search *search, enum persock_unix_kind kind,
		     const char *name, unsigned int length)
{
	search->name.kind = kind;
	search->name.name = search->room;
	search->name.length = length;
	memcpy(search->room, name, length);
	if (is_own(search) && !of_each_type(search))
		return false;
	if (kind == PERSOCK_UNIX_UNNAMED)
		return true;
	memcpy(search->room + length, OTHER, strlen(OTHER));
	search->name.length += strlen(OTHER);

	return !is_own(search) || of_each_type(search);
}

/* Names that no rule has: each kind, and a file without a path. */
static bool try_others(struct search *search)
{
	const struct persock_unix_rule *rule = search->rule;

	if (rule->kind != PERSOCK_UNIX_ANY)
		return try_name(search, rule->kind, rule->name, rule->length);

	return try_name(search, PERSOCK_UNIX_UNNAMED, "", 0) &&
	       try_name(search, PERSOCK_UNIX_ABSTRACT, "", 0) &&
	       try_name(search, PERSOCK_UNIX_PATH, "/", 1) &&
	       try_name(search, PERSOCK_UNIX_PATH, "", 0);
}

static bool all_denied(struct search *search)
{
	unsigned int i, j;

	if (!try_others(search))
		return false;
	for (i = 0; i < search->outer->nr; i++) {
		const struct persock_unix_rules *rules = rules_of(search, i);

		if (!outer_enforces(search->outer, i))
			continue;
		for (j = 0; j < rules->nr; j++) {
			const struct persock_unix_rule *other =
				&rules->rules[j];

			if (!outer_step(search->outer, 1))
				return false;
			if (other->kind != PERSOCK_UNIX_ANY &&
			    !try_name(search, other->kind, other->name,
				      other->length))
				return false;
		}
	}

	return search->denier->found;
}

bool outer_denies_unix(struct outer *outer, enum persock_section section,
		       const struct persock_unix_rule *rule,
		       struct denier *denier)
{
	struct search *search = need(calloc(1, sizeof(*search)));
	bool denied;

	search->outer = outer;
	search->section = section;
	search->rule = rule;
	search->denier = denier;
	denied = all_denied(search);
	free(search);

	return denied;
}
