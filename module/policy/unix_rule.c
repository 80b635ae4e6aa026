// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts on names of AF_UNIX sockets. socket/local.c asks for them, and so
 * does "persock explain". control/parse_unix.c checks and sorts the rules.
 * unix_rule.h says which rule decides.
 *
 * The rules are sorted by name, from its first byte on, a prefix before the
 * names that begin with it; each rule knows the longest of its own prefixes. A
 * tree finds the rule that has most in common with a name: every prefix of the
 * name is this rule, or one of the prefixes of it.
 *
 * The tree is a crit-bit tree: a node knows the first bit in which the names
 * below it differ, and has those without it on one side, those with it on the
 * other. So a search looks at no byte twice, however many rules begin alike, and
 * compares the name with one rule, at its end. A name has nine bits for each
 * byte: the first one is set, so that a name that ends sorts before those that
 * go on.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "policy/unix_rule.h"

/* Bytes that are compared at once. */
#define STEP	sizeof(u64)

/* Set in each byte that a name has. */
#define THERE	0x100

/* A name's byte with the bit that tells that it is there; 0 behind the end. */
static unsigned int symbol_at(const char *name, unsigned int length,
			      unsigned int i)
{
	return i < length ? THERE | (unsigned char)name[i] : 0;
}

/* The number of bytes with which both begin. */
static unsigned int count_common(const char *a, const char *b,
				 unsigned int shorter)
{
	unsigned int i = 0;

	/* Compilers make this one comparison. */
	while (i + STEP <= shorter && !memcmp(a + i, b + i, STEP))
		i += STEP;
	while (i < shorter && a[i] == b[i])
		i++;

	return i;
}

static unsigned int common_of(const struct persock_unix_rule *a,
			      const struct persock_unix_rule *b)
{
	return count_common(a->name, b->name, min(a->length, b->length));
}

static int order_names(const struct persock_unix_rule *a,
		       const struct persock_unix_rule *b)
{
	unsigned int i;

	if (a->kind != b->kind)
		return (int)a->kind - (int)b->kind;
	i = common_of(a, b);

	return (int)symbol_at(a->name, a->length, i) -
	       (int)symbol_at(b->name, b->length, i);
}

/* By name only: rules of the same order are one group. */
static int order_groups(const struct persock_unix_rule *a,
			const struct persock_unix_rule *b)
{
	int order = order_names(a, b);

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

/* Is the border of one node nearer to the end of a name? */
static bool differs_later(const struct persock_unix_entry *one,
			  const struct persock_unix_entry *other)
{
	return one->byte != other->byte ? one->byte > other->byte :
					  one->bit < other->bit;
}

/*
 * Grow the tree by a name that sorts last: it differs from the name before it,
 * and begins at @place. @spine: the node that the right side of the tree ends
 * with, which knows the one above it as its outer; @nr if there is none.
 */
static void grow(const struct persock_unix_rules *rules,
		 struct persock_unix_entry *sorted, unsigned int place,
		 unsigned int *root, unsigned int *spine)
{
	const struct persock_unix_rule *before = rule_at(rules, place - 1);
	const struct persock_unix_rule *rule = rule_at(rules, place);
	unsigned int below = rules->nr + place - 1;
	struct persock_unix_entry *node = &sorted[place];
	unsigned int above = *spine;

	node->byte = common_of(before, rule);
	node->bit = symbol_at(before->name, before->length, node->byte) ^
		    symbol_at(rule->name, rule->length, node->byte);
	/* The first of the bits. */
	while (node->bit & (node->bit - 1))
		node->bit &= node->bit - 1;
	while (above < rules->nr && differs_later(&sorted[above], node)) {
		below = above;
		above = sorted[above].outer;
	}
	node->next[0] = below;
	if (above < rules->nr)
		sorted[above].next[1] = place;
	else
		*root = place;
	node->outer = above;
	*spine = place;
}

/* Make the tree of each kind of names. */
static void make_trees(struct persock_unix_rules *rules,
		       struct persock_unix_entry *sorted)
{
	unsigned int spine = rules->nr, place, *root, *last;
	const struct persock_unix_rule *rule;

	for (place = 0; place < ARRAY_SIZE(rules->roots); place++)
		rules->roots[place] = 2 * rules->nr;
	for (place = 0; place < rules->nr; place++) {
		rule = rule_at(rules, place);
		root = &rules->roots[rule->kind];
		if (!place || rule_at(rules, place - 1)->kind != rule->kind)
			spine = rules->nr;
		else if (order_names(rule_at(rules, place - 1), rule))
			grow(rules, sorted, place, root, &spine);
		/* Of the rules on one name, the last one is the leaf. */
		last = spine < rules->nr ? &sorted[spine].next[1] : root;
		*last = rules->nr + place;
	}
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
	make_trees(rules, sorted);
	for (i = 0; i < rules->nr; i++) {
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
 * The place of the last rule of those that have most in common with @name; @nr
 * if none is of its kind. @common: set to the number of bytes.
 */
static unsigned int find_nearest(const struct persock_unix_rules *rules,
				 const struct persock_unix_name *name,
				 unsigned int *common)
{
	const struct persock_unix_entry *sorted = rules->sorted;
	unsigned int at = rules->roots[name->kind], symbol;
	const struct persock_unix_rule *rule;

	while (at < rules->nr) {
		symbol = symbol_at(name->name, name->length, sorted[at].byte);
		at = sorted[at].next[!!(symbol & sorted[at].bit)];
	}
	at -= rules->nr;
	if (at == rules->nr)
		return at;
	rule = &rules->rules[sorted[at].rule];
	*common = count_common(rule->name, name->name,
			       min_t(unsigned int, rule->length, name->length));

	return at;
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
 * The rule has most in common with the name, or is a prefix of the one that
 * has. @common: the number of bytes.
 */
static bool name_matches(const struct persock_unix_rule *rule,
			 const struct persock_unix_name *name,
			 unsigned int common)
{
	return common >= rule->length &&
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
	unsigned int place, common = 0;

	if (rules->nr && name->kind == PERSOCK_UNIX_PATH && !name->length)
		return find_nameless(rules, name);
	for (place = find_nearest(rules, name, &common); place < rules->nr;
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
