// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts on names of AF_UNIX sockets. socket/local.c asks for them, and so
 * does "persock explain". control/parse_unix.c checks and sorts the rules.
 * unix_rule.h says which rule decides.
 *
 * The rules are sorted by name, from its first byte on, a prefix before the
 * names that begin with it. So every prefix of a name is the rule that sorts
 * last before the name, or one of the prefixes of that rule; and each rule
 * knows the longest of its own prefixes. One binary search finds the way.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "policy/unix_rule.h"

static int order_names(const char *a, unsigned int a_length, const char *b,
		       unsigned int b_length)
{
	int order = memcmp(a, b, min(a_length, b_length));

	return order ? order : (int)a_length - (int)b_length;
}

/* By name only: rules of the same order are one group. */
static int order_groups(const struct persock_unix_rule *a,
			const struct persock_unix_rule *b)
{
	int order;

	if (a->kind != b->kind)
		return (int)a->kind - (int)b->kind;
	order = order_names(a->name, a->length, b->name, b->length);
	if (order)
		return order;

	return (int)b->prefix - (int)a->prefix;
}

static bool denies(const struct persock_unix_rule *rule)
{
	return rule->verdict < 0;
}

static int order_rules(const void *left, const void *right, const void *data)
{
	const struct persock_unix_rule *rules = data, *a, *b;
	int order;

	a = &rules[*(const u32 *)left];
	b = &rules[*(const u32 *)right];

	order = order_groups(a, b);
	if (order)
		return order;
	if (!a->peer != !b->peer)
		return a->peer ? -1 : 1;
	if (a->type != b->type &&
	    (a->type == PERSOCK_ANY || b->type == PERSOCK_ANY))
		return a->type == PERSOCK_ANY ? 1 : -1;
	if (denies(a) != denies(b))
		return denies(a) ? -1 : 1;

	return a < b ? -1 : 1;
}

static const struct persock_unix_rule *
rule_at(const struct persock_unix_rules *rules, unsigned int place)
{
	return &rules->rules[rules->sorted[place]];
}

static bool begins(const char *name, unsigned int length,
		   const struct persock_unix_rule *rule)
{
	return rule->prefix && length >= rule->length &&
	       !memcmp(name, rule->name, rule->length);
}

/* The place of the first rule on the same name; @nr for @nr. */
static unsigned int group_of(const struct persock_unix_rules *rules,
			     unsigned int place)
{
	const struct persock_unix_rule *rule;
	unsigned int low = 0, high = place;

	if (place == rules->nr)
		return place;
	rule = rule_at(rules, place);
	if (!place || order_groups(rule_at(rules, place - 1), rule))
		return place;
	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (order_groups(rule_at(rules, middle), rule) < 0)
			low = middle + 1;
		else
			high = middle;
	}

	return low;
}

/**
 * persock_unix_sort() - sort a section's rules
 * @rules: the section, with its list; the two other lists are set
 * @sorted: room for as many indexes as there are rules
 * @outer: the same
 */
void persock_unix_sort(struct persock_unix_rules *rules, u32 *sorted,
		       u32 *outer)
{
	unsigned int i, place;

	for (i = 0; i < rules->nr; i++)
		sorted[i] = i;
	sort_r(sorted, rules->nr, sizeof(*sorted), order_rules, NULL,
	       rules->rules);
	rules->sorted = sorted;
	rules->outer = outer;
	for (i = 0; i < rules->nr; i++) {
		const struct persock_unix_rule *rule = rule_at(rules, i);

		if (i && !order_groups(rule_at(rules, i - 1), rule)) {
			outer[i] = outer[i - 1];
			continue;
		}
		/* The prefixes of this one are among those of the one before. */
		place = i ? i - 1 : rules->nr;
		while (place < rules->nr &&
		       (rule_at(rules, place)->kind != rule->kind ||
			!begins(rule->name, rule->length,
				rule_at(rules, place))))
			place = outer[place];
		outer[i] = group_of(rules, place);
	}
}

/* The last place whose name does not sort after @name; @nr if there is none. */
static unsigned int find_last(const struct persock_unix_rules *rules,
			      const struct persock_unix_name *name)
{
	unsigned int low = 0, high = rules->nr;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		const struct persock_unix_rule *rule = rule_at(rules, middle);
		int order = (int)rule->kind - (int)name->kind;

		if (!order)
			order = order_names(rule->name, rule->length,
					    name->name, name->length);
		if (order <= 0)
			low = middle + 1;
		else
			high = middle;
	}

	return low ? low - 1 : rules->nr;
}

static bool is_below(const char *cgroup, const char *parent)
{
	size_t length = strlen(parent);

	/* The root: every other path begins with it. */
	if (!strcmp(parent, "/"))
		return true;

	return !strncmp(cgroup, parent, length) &&
	       (!cgroup[length] || cgroup[length] == '/');
}

static bool peer_matches(const struct persock_unix_rule *rule,
			 const struct persock_unix_name *name)
{
	if (!rule->peer)
		return true;
	if (!*rule->peer)
		return name->same;

	return name->cgroup && is_below(name->cgroup, rule->peer);
}

static bool name_matches(const struct persock_unix_rule *rule,
			 const struct persock_unix_name *name)
{
	if (rule->kind != name->kind)
		return false;
	if (rule->prefix)
		return begins(name->name, name->length, rule);

	return rule->length == name->length &&
	       !memcmp(rule->name, name->name, name->length);
}

/* The rule of a group that matches in all else, or NULL. */
static const struct persock_unix_rule *
match_group(const struct persock_unix_rules *rules, unsigned int first,
	    const struct persock_unix_name *name)
{
	const struct persock_unix_rule *head = rule_at(rules, first), *rule;
	unsigned int place;

	for (place = first; place < rules->nr; place++) {
		rule = rule_at(rules, place);
		if (place != first && order_groups(head, rule))
			break;
		if ((rule->type == PERSOCK_ANY || rule->type == name->type) &&
		    peer_matches(rule, name))
			return rule;
	}

	return NULL;
}

/*
 * The rule on a file without a path. Any path might be its own, so a rule that
 * denies some path denies it; one that says where the peer was created goes
 * first.
 */
static const struct persock_unix_rule *
find_nameless(const struct persock_unix_rules *rules,
	      const struct persock_unix_name *name)
{
	const struct persock_unix_rule *open = NULL, *rule;
	unsigned int place;

	if (rule_at(rules, 0)->kind == PERSOCK_UNIX_ANY)
		open = match_group(rules, 0, name);
	if (open && open->peer)
		return open;
	for (place = 0; place < rules->nr; place++) {
		rule = rule_at(rules, place);
		if (rule->kind == PERSOCK_UNIX_PATH && denies(rule) &&
		    (rule->type == PERSOCK_ANY || rule->type == name->type) &&
		    peer_matches(rule, name))
			return rule;
	}

	return open;
}

static const struct persock_unix_rule *
find_rule(const struct persock_unix_rules *rules,
	  const struct persock_unix_name *name)
{
	const struct persock_unix_rule *rule;
	unsigned int place;

	if (rules->nr && name->kind == PERSOCK_UNIX_PATH && !name->length)
		return find_nameless(rules, name);
	for (place = group_of(rules, find_last(rules, name));
	     place < rules->nr; place = rules->outer[place]) {
		if (!name_matches(rule_at(rules, place), name))
			continue;
		rule = match_group(rules, place, name);
		if (rule)
			return rule;
	}
	/* Those that leave the name open sort first. */
	if (rules->nr && rule_at(rules, 0)->kind == PERSOCK_UNIX_ANY)
		return match_group(rules, 0, name);

	return NULL;
}

/**
 * persock_judge_unix() - judge a name, and the peer that has it
 * @rules: the section
 * @name: the name
 * @rule: number of the rule that decided, from 1; 0: the default did
 *
 * Context: Any. Takes no lock and does not sleep.
 * Return: PERSOCK_ALLOW or a negative errno.
 */
int persock_judge_unix(const struct persock_unix_rules *rules,
		       const struct persock_unix_name *name,
		       unsigned int *rule)
{
	const struct persock_unix_rule *found = find_rule(rules, name);

	*rule = found ? found - rules->rules + 1 : 0;

	return found ? found->verdict : rules->fallback;
}

static bool is_plain(const struct persock_unix_name *name, unsigned int i)
{
	unsigned char byte = name->name[i];

	return byte > ' ' && byte < 0x7f && byte != '\\' && byte != '*';
}

/**
 * persock_unix_text() - write a name as policy files and reports have it
 * @name: the name
 * @text: where to; ends with a NUL unless @size is 0
 * @size: its size in bytes
 *
 * A path as it is, "/" for a file without one, an abstract name after "@",
 * nothing for an unnamed socket. Bytes that do not print, backslashes and "*"
 * are "\\x" and two digits. What does not fit is cut.
 *
 * Return: the number of bytes of the text without its NUL.
 */
size_t persock_unix_text(const struct persock_unix_name *name, char *text,
			 size_t size)
{
	static const char digits[] = "0123456789abcdef";
	size_t used = 0;
	unsigned int i;

	if (!size)
		return 0;
	if (name->kind == PERSOCK_UNIX_ABSTRACT && used + 1 < size)
		text[used++] = '@';
	/* No socket has the root's path. */
	if (name->kind == PERSOCK_UNIX_PATH && !name->length && used + 1 < size)
		text[used++] = '/';
	for (i = 0; i < name->length; i++) {
		unsigned char byte = name->name[i];

		if (is_plain(name, i)) {
			if (used + 1 >= size)
				break;
			text[used++] = byte;
			continue;
		}
		if (used + 4 >= size)
			break;
		text[used++] = '\\';
		text[used++] = 'x';
		text[used++] = digits[byte >> 4];
		text[used++] = digits[byte & 15];
	}
	text[used] = '\0';

	return used;
}
