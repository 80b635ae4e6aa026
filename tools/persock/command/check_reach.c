// SPDX-License-Identifier: GPL-2.0
/*
 * Compares rules of a policy file with each other: does one decide all that
 * another one matches? The command check calls it.
 *
 * What several rules together decide is not found, and neither is what follows
 * from a base: each warning is sure. A list of a file makes a rule of each item;
 * if only some of them never decide, the list has its use.
 */
#include "command/check_reach.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "command/warn_line.h"
#include "module/policy/guard.h"
#include "policy_file/draft.h"
#include "policy_file/overlap.h"
#include "policy_file/section_name.h"

/* Each rule is compared with each: of more rules it would take seconds. */
#define RULES_MAX	4096

/* What a rule is beside another one that matches all that it matches. */
enum relation {
	NEEDED,
	AS_MUCH,	/* it decides, and the other one would decide the same */
	UNREACHED,	/* the other one decides */
};

/**
 * struct reach - the rules of a section
 * @path: the policy file
 * @section: the section
 * @nr: number of rules
 * @draft: the policy
 * @line: the line of a rule, 0 if it is not one of the file's own
 * @compare: what is rule @rule beside rule @by?
 */
struct reach {
	const char *path;
	enum persock_section section;
	unsigned int nr;
	const struct draft *draft;
	unsigned int (*line)(const struct reach *reach, unsigned int rule);
	enum relation (*compare)(const struct reach *reach, unsigned int by,
				 unsigned int rule);
};

static unsigned int own(unsigned int line)
{
	return line & DRAFT_MARK ? 0 : line;
}

/*
 * The line of a rule beside which @rule changes nothing, or 0. @reached: set if
 * @rule decides all the same.
 */
static unsigned int decider(const struct reach *reach, unsigned int rule,
			    bool *reached)
{
	unsigned int line = reach->line(reach, rule), other, i;
	enum relation relation;

	for (i = 0; i < reach->nr; i++) {
		other = reach->line(reach, i);
		if (!other || other == line)
			continue;
		relation = reach->compare(reach, i, rule);
		if (relation == NEEDED)
			continue;
		*reached |= relation == AS_MUCH;
		return other;
	}

	return 0;
}

static void warn_of_unreached(const struct reach *reach)
{
	unsigned int i, line, by, first, last;
	bool reached;

	if (reach->nr > RULES_MAX)
		return;
	for (i = 0; i < reach->nr;) {
		line = reach->line(reach, i);
		reached = false;
		first = line ? decider(reach, i, &reached) : 0;
		last = first;
		by = first;
		for (i++; i < reach->nr && reach->line(reach, i) == line; i++) {
			by = by ? decider(reach, i, &reached) : 0;
			last = by > last ? by : last;
		}
		if (!by)
			continue;
		if (reached || last != first)
			warn_line(reach->path, line,
				  "this rule of %s changes nothing beside line %u",
				  section_name(reach->section), last);
		else
			warn_line(reach->path, line,
				  "this rule of %s is never reached: line %u decides all that it matches",
				  section_name(reach->section), first);
	}
}

static unsigned int line_of_kind(const struct reach *reach, unsigned int rule)
{
	return own(reach->draft->policy.sockets.rules[rule].line);
}

static bool is_any_or(int value, int other)
{
	return value == PERSOCK_ANY || value == other;
}

/* The first one that matches decides. */
static enum relation compare_kinds(const struct reach *reach, unsigned int by,
				   unsigned int rule)
{
	const struct persock_sockets *sockets = &reach->draft->policy.sockets;
	const struct persock_socket_rule *a = &sockets->rules[by];
	const struct persock_socket_rule *b = &sockets->rules[rule];

	/* Under a guard, a rule on a family does not name raw sockets. */
	if (sockets->guard && persock_guard_names_raw(b) &&
	    !persock_guard_names_raw(a))
		return NEEDED;

	return by < rule && is_any_or(a->family, b->family) &&
	       is_any_or(a->type, b->type) &&
	       is_any_or(a->protocol, b->protocol) ? UNREACHED : NEEDED;
}

static const struct persock_addresses *addresses_of(const struct reach *reach)
{
	return persock_section_addresses((struct persock_policy *)
					 &reach->draft->policy,
					 reach->section);
}

static unsigned int line_of_address(const struct reach *reach,
				    unsigned int rule)
{
	return own(addresses_of(reach)->rules[rule].line);
}

/*
 * What a rule is beside one that has all of it. Deny goes first, then the rule
 * that comes first. @same: ports and protocol are.
 */
static enum relation relation_of(int by, int verdict, bool same, bool earlier)
{
	if (earlier ? by || !verdict : by && !verdict)
		return UNREACHED;

	return by || verdict || same ? NEEDED : AS_MUCH;
}

static enum relation compare_addresses(const struct reach *reach,
				       unsigned int by, unsigned int rule)
{
	const struct persock_addresses *addresses = addresses_of(reach);
	const struct persock_address_rule *a = &addresses->rules[by];
	const struct persock_address_rule *b = &addresses->rules[rule];
	bool same = a->first == b->first && a->last == b->last &&
		    a->protocol == b->protocol;

	/* Under a guard, a rule that names less allows less. */
	if (a->family != b->family || a->prefix != b->prefix ||
	    memcmp(a->address, b->address, sizeof(a->address)) ||
	    a->first > b->first || b->last > a->last ||
	    !is_any_or(a->protocol, b->protocol) ||
	    (!same && addresses->guard && !a->verdict))
		return NEEDED;

	return relation_of(a->verdict, b->verdict, same, by < rule);
}

static unsigned int line_of_host(const struct reach *reach, unsigned int rule)
{
	return own(reach->draft->policy.names.rules[rule].line);
}

static enum relation compare_hosts(const struct reach *reach, unsigned int by,
				   unsigned int rule)
{
	const struct persock_host_rule *rules =
		reach->draft->policy.names.rules;
	const struct persock_host_rule *a = &rules[by], *b = &rules[rule];
	bool same = a->first == b->first && a->last == b->last &&
		    a->protocol == b->protocol;

	if (a->below != b->below || a->first > b->first || b->last > a->last ||
	    !is_any_or(a->protocol, b->protocol) || strcmp(a->name, b->name))
		return NEEDED;

	return relation_of(a->verdict, b->verdict, same, by < rule);
}

/* Does the default say the same, and nothing around @rule anything else? */
static bool is_needless(const struct persock_addresses *addresses,
			const struct persock_address_rule *rule)
{
	unsigned int i;

	if (rule->verdict != addresses->fallback)
		return false;
	for (i = 0; i < addresses->nr; i++) {
		const struct persock_address_rule *other = &addresses->rules[i];

		if (other->verdict != rule->verdict &&
		    overlap_around(other, rule))
			return false;
	}

	return true;
}

/* Rules that deny what the default denies; check.c has those that allow. */
static void warn_of_needless(const struct reach *reach)
{
	const struct persock_addresses *addresses = addresses_of(reach);
	unsigned int i, line;
	bool all;

	/*
	 * A rule on addresses goes before one on hosts, and resolvers pass. A
	 * rule of bind denies ports that the kernel chooses, and its default
	 * does not.
	 */
	if (reach->section == PERSOCK_SECTION_BIND || !addresses->fallback ||
	    addresses->guard || addresses->nr > RULES_MAX ||
	    (reach->section == PERSOCK_SECTION_CONNECT &&
	     draft_has_names(reach->draft)))
		return;
	for (i = 0; i < addresses->nr;) {
		line = own(addresses->rules[i].line);
		all = line;
		do
			all = all && is_needless(addresses,
						 &addresses->rules[i]);
		while (++i < addresses->nr &&
		       own(addresses->rules[i].line) == line);
		if (all)
			warn_line(reach->path, line,
				  "denies what the default of %s denies already",
				  section_name(reach->section));
	}
}

void check_reach(const struct draft *draft, const char *path)
{
	static const enum persock_section sections[] = {
		PERSOCK_SECTION_CONNECT, PERSOCK_SECTION_BIND,
		PERSOCK_SECTION_ACCEPT,
	};
	struct reach reach = {
		.path = path,
		.section = PERSOCK_SECTION_SOCKETS,
		.nr = draft->policy.sockets.nr,
		.draft = draft,
		.line = line_of_kind,
		.compare = compare_kinds,
	};
	unsigned int i;

	warn_of_unreached(&reach);
	for (i = 0; i < ARRAY_SIZE(sections); i++) {
		reach.section = sections[i];
		reach.nr = addresses_of(&reach)->nr;
		reach.line = line_of_address;
		reach.compare = compare_addresses;
		warn_of_unreached(&reach);
		warn_of_needless(&reach);
	}
	reach.section = PERSOCK_SECTION_CONNECT;
	reach.nr = draft->policy.names.nr;
	reach.line = line_of_host;
	reach.compare = compare_hosts;
	warn_of_unreached(&reach);
}
