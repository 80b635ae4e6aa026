// SPDX-License-Identifier: GPL-2.0
/*
 * Builds the sections of a draft's policy on names of AF_UNIX sockets. draft.c
 * and the files that read such rules call it.
 */
#include "module/policy/unix_rule.h"
#include "policy_file/draft_unix.h"

#include "base/error.h"

static const enum persock_section sections[] = {
	PERSOCK_SECTION_UNIX_CONNECT, PERSOCK_SECTION_UNIX_BIND,
};

static struct persock_unix_rules *rules_of(const struct persock_policy *policy,
					   unsigned int i)
{
	return persock_section_unix((struct persock_policy *)policy,
				    sections[i]);
}

/* An abstract name may have zero bytes. */
static char *copy(const char *text, size_t length)
{
	char *own = need(malloc(length + 1));

	if (length)
		memcpy(own, text, length);
	own[length] = '\0';

	return own;
}

void draft_add_unix(struct persock_policy *policy, enum persock_section section,
		    const struct persock_unix_rule *rule)
{
	struct persock_unix_rules *rules =
		persock_section_unix(policy, section);
	struct persock_unix_rule *list = (struct persock_unix_rule *)rules->rules;
	struct persock_unix_rule own = *rule;

	own.name = copy(rule->name, rule->length);
	if (rule->peer)
		own.peer = copy(rule->peer, strlen(rule->peer));
	/* The list grows when its length is a power of 2. */
	if (!(rules->nr & (rules->nr - 1)))
		list = need(reallocarray(list, rules->nr ? 2 * rules->nr : 1,
					 sizeof(*list)));
	list[rules->nr++] = own;
	rules->rules = list;
	rules->cgroups |= own.peer && *own.peer;
}

static void clear(struct persock_unix_rules *rules)
{
	while (rules->nr) {
		const struct persock_unix_rule *rule =
			&rules->rules[--rules->nr];

		free((void *)rule->name);
		free((void *)rule->peer);
	}
	free((void *)rules->rules);
	free((void *)rules->sorted);
	rules->rules = NULL;
	rules->sorted = NULL;
	rules->cgroups = false;
}

void draft_clear_unix(struct persock_policy *policy,
		      enum persock_section section)
{
	clear(persock_section_unix(policy, section));
}

void draft_sort_unix(struct persock_policy *policy)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sections); i++) {
		struct persock_unix_rules *rules = rules_of(policy, i);
		struct persock_unix_entry *sorted =
			need(calloc(rules->nr + 1, sizeof(*sorted)));

		free((void *)rules->sorted);
		persock_unix_sort(rules, sorted);
	}
}

void draft_free_unix(struct persock_policy *policy)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sections); i++)
		clear(rules_of(policy, i));
}

void draft_forget_unix_lines(struct persock_policy *policy)
{
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(sections); i++) {
		struct persock_unix_rules *rules = rules_of(policy, i);

		for (j = 0; j < rules->nr; j++)
			((struct persock_unix_rule *)rules->rules)[j].line = 0;
	}
}

bool draft_same_unix_lines(const struct persock_policy *a,
			   const struct persock_policy *b)
{
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(sections); i++) {
		const struct persock_unix_rules *x = rules_of(a, i);
		const struct persock_unix_rules *y = rules_of(b, i);

		for (j = 0; j < x->nr; j++) {
			if (x->rules[j].line != y->rules[j].line)
				return false;
		}
	}

	return true;
}
