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
 *
 * The search compares each byte of a name once, however many rules begin alike.
 * It knows what the name has in common with the rules that bound the search,
 * and each rule knows what it has in common with them: a rule is only ever come
 * upon between the same two. What two names have in common is 0 if they are of
 * different kinds, else 1 and the number of equal bytes.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "policy/unix_rule.h"

/* Bytes that are compared at once. */
#define STEP	sizeof(u64)

/*
 * Compare the name of a rule with another one. @common: what they are known to
 * have in common; set to what they have.
 */
static int order_names(const struct persock_unix_rule *rule,
		       enum persock_unix_kind kind, const char *name,
		       unsigned int length, unsigned int *common)
{
	unsigned int shorter = min_t(unsigned int, rule->length, length), i;

	if (!*common && rule->kind != kind)
		return (int)rule->kind - (int)kind;
	i = *common ? *common - 1 : 0;
	/* Compilers make this one comparison. */
	while (i + STEP <= shorter && !memcmp(rule->name + i, name + i, STEP))
		i += STEP;
	while (i < shorter && rule->name[i] == name[i])
		i++;
	*common = i + 1;
	if (i < shorter)
		return (unsigned char)rule->name[i] - (unsigned char)name[i];

	return (int)rule->length - (int)length;
}

/* By name only: rules of the same order are one group. */
static int order_groups(const struct persock_unix_rule *a,
			const struct persock_unix_rule *b)
{
	unsigned int common = 0;
	int order = order_names(a, b->kind, b->name, b->length, &common);

	return order ? order : (int)b->prefix - (int)a->prefix;
}

static bool denies(const struct persock_unix_rule *rule)
{
	return rule->verdict < 0;
}

static int order_rules(const void *left, const void *right, const void *data)
{
	const struct persock_unix_rule *rules = data, *a, *b;
	int order;

	a = &rules[((const struct persock_unix_entry *)left)->rule];
	b = &rules[((const struct persock_unix_entry *)right)->rule];
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
	return &rules->rules[rules->sorted[place].rule];
}

static bool begins(const struct persock_unix_rule *rule,
		   const struct persock_unix_rule *prefix)
{
	return prefix->prefix && prefix->kind == rule->kind &&
	       prefix->length <= rule->length &&
	       !memcmp(rule->name, prefix->name, prefix->length);
}

/* The first rule of the longest prefix of a rule, which is not the first. */
static unsigned int find_outer(const struct persock_unix_rules *rules,
			       unsigned int place)
{
	const struct persock_unix_rule *rule = rule_at(rules, place);

	/* The prefixes of this one are among those of the one before. */
	place--;
	while (place < rules->nr && !begins(rule, rule_at(rules, place)))
		place = rules->sorted[place].outer;

	return place < rules->nr ? rules->sorted[place].first : place;
}

/* What two rules have in common. */
static unsigned int common_of(const struct persock_unix_rules *rules,
			      unsigned int one, unsigned int other)
{
	const struct persock_unix_rule *rule = rule_at(rules, other);
	unsigned int common = 0;

	order_names(rule_at(rules, one), rule->kind, rule->name, rule->length,
		    &common);

	return common;
}

/* As find_last() comes upon the rule. */
static void compare_bounds(const struct persock_unix_rules *rules,
			   unsigned int place, struct persock_unix_entry *entry)
{
	unsigned int low = 0, high = rules->nr, middle;

	while ((middle = low + (high - low) / 2) != place) {
		if (middle < place)
			low = middle + 1;
		else
			high = middle;
	}
	entry->low = low ? common_of(rules, low - 1, place) : 0;
	entry->high = high < rules->nr ? common_of(rules, high, place) : 0;
}

/**
 * persock_unix_sort() - sort a section's rules
 * @rules: the section, with its list; the sorted one is set
 * @sorted: room for as many entries as there are rules
 */
void persock_unix_sort(struct persock_unix_rules *rules,
		       struct persock_unix_entry *sorted)
{
	unsigned int i;

	for (i = 0; i < rules->nr; i++)
		sorted[i].rule = i;
	sort_r(sorted, rules->nr, sizeof(*sorted), order_rules, NULL,
	       rules->rules);
	rules->sorted = sorted;
	for (i = 0; i < rules->nr; i++) {
		compare_bounds(rules, i, &sorted[i]);
		if (i && !order_groups(rule_at(rules, i - 1),
				       rule_at(rules, i))) {
			sorted[i].first = sorted[i - 1].first;
			sorted[i].outer = sorted[i - 1].outer;
			continue;
		}
		sorted[i].first = i;
		sorted[i].outer = i ? find_outer(rules, i) : rules->nr;
	}
}

/*
 * The last place whose name does not sort after @name; @nr if there is none.
 * @common: set to what they have in common.
 */
static unsigned int find_last(const struct persock_unix_rules *rules,
			      const struct persock_unix_name *name,
			      unsigned int *common)
{
	unsigned int low = 0, high = rules->nr, of_low = 0, of_high = 0;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		const struct persock_unix_entry *entry = &rules->sorted[middle];
		/* Judged by the bound that the name has more in common with. */
		bool by_low = of_low >= of_high;
		unsigned int known = by_low ? entry->low : entry->high;
		unsigned int has = by_low ? of_low : of_high;
		bool after;

		/* A rule that has less in common with it is beyond the name. */
		if (known < has) {
			after = by_low;
			has = known;
		} else if (known > has) {
			after = !by_low;
		} else {
			after = order_names(&rules->rules[entry->rule],
					    name->kind, name->name,
					    name->length, &has) > 0;
		}
		if (after) {
			high = middle;
			of_high = has;
		} else {
			low = middle + 1;
			of_low = has;
		}
	}
	*common = of_low;

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

/*
 * The rule is the last before the name, or a prefix of it. @common: what that
 * one and the name have in common.
 */
static bool name_matches(const struct persock_unix_rule *rule,
			 const struct persock_unix_name *name,
			 unsigned int common)
{
	return common > rule->length &&
	       (rule->prefix || rule->length == name->length);
}

/* The rule of a group that matches in all else, or NULL. */
static const struct persock_unix_rule *
match_group(const struct persock_unix_rules *rules, unsigned int first,
	    const struct persock_unix_name *name)
{
	const struct persock_unix_rule *rule;
	unsigned int place;

	for (place = first; place < rules->nr; place++) {
		rule = rule_at(rules, place);
		if (rules->sorted[place].first != first)
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
	unsigned int place, common;

	if (rules->nr && name->kind == PERSOCK_UNIX_PATH && !name->length)
		return find_nameless(rules, name);
	for (place = find_last(rules, name, &common); place < rules->nr;
	     place = rules->sorted[place].outer) {
		if (!name_matches(rule_at(rules, place), name, common))
			continue;
		rule = match_group(rules, rules->sorted[place].first, name);
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
