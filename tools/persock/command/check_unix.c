// SPDX-License-Identifier: GPL-2.0
/*
 * Warns of rules on AF_UNIX sockets that probably do not do what was meant. The
 * command check calls it.
 */
#include "command/check_unix.h"

#include <string.h>

#include "command/warn_line.h"
#include "policy_file/judge.h"
#include "policy_file/judge_unix.h"
#include "policy_file/real_path.h"
#include "policy_file/section_name.h"
#include "policy_file/unix_name.h"

/* Is a rule about all names of another one? */
static bool covers(const struct persock_unix_rule *rule,
		   const struct persock_unix_rule *other)
{
	if (rule->kind == PERSOCK_UNIX_ANY)
		return true;
	if (rule->kind != other->kind || rule->length > other->length ||
	    memcmp(rule->name, other->name, rule->length))
		return false;

	return rule->prefix || rule->length == other->length;
}

/* Does a rule deny a part of what @rule allows, or what is around it? */
static bool denied_around(const struct persock_unix_rules *rules,
			  const struct persock_unix_rule *rule)
{
	unsigned int i;

	for (i = 0; i < rules->nr; i++) {
		if (rules->rules[i].verdict && covers(&rules->rules[i], rule))
			return true;
	}

	return false;
}

static void warn_of_idle(const struct persock_unix_rules *rules,
			 enum persock_section section, const char *path)
{
	unsigned int i;

	if (rules->fallback)
		return;
	for (i = 0; i < rules->nr; i++) {
		const struct persock_unix_rule *rule = &rules->rules[i];

		if (!rule->verdict && !denied_around(rules, rule))
			warn_line(path, rule->line,
				  "allows what the default of %s allows already: to deny the rest add \"default: EACCES\"",
				  section_name(section));
	}
}

/* A socket has the path without links, wherever it was found. */
static void warn_of_links(const struct persock_unix_rules *rules,
			  const char *path)
{
	char begin[PATH_MAX], real[PATH_MAX], *slash;
	unsigned int i;

	for (i = 0; i < rules->nr; i++) {
		const struct persock_unix_rule *rule = &rules->rules[i];

		/* Lines of a base are those of another file. */
		if (rule->kind != PERSOCK_UNIX_PATH || !rule->line ||
		    rule->length >= sizeof(begin))
			continue;
		memcpy(begin, rule->name, rule->length + 1);
		slash = strrchr(begin, '/');
		if (rule->prefix)
			slash[slash == begin] = '\0';
		if (real_path_differs(begin, real))
			warn_line(path, rule->line,
				  "%.120s is a symbolic link here, or below one: sockets have the path %.120s, so the rule does not match them",
				  begin, real);
	}
}

static bool has_sockets(const struct draft *draft)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	struct judgement judgement;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		judge_socket(draft, AF_UNIX, types[i], 0, &judgement);
		if (!judgement.verdict)
			return true;
	}

	return false;
}

static void warn_of_unused(const struct persock_unix_rules *rules,
			   enum persock_section section, const char *path)
{
	unsigned int i;

	for (i = 0; i < rules->nr; i++) {
		if (rules->rules[i].verdict || !rules->rules[i].line)
			continue;
		warn_line(path, rules->rules[i].line,
			  "sockets allow none of family unix: the rules of %s are never asked",
			  section_name(section));
		return;
	}
}

/* asyncio, node and multiprocessing make pairs, and do not work without. */
static void warn_of_pairs(const struct draft *draft, const char *path)
{
	const struct persock_unix_name name = {
		.kind = PERSOCK_UNIX_UNNAMED,
		.name = "",
		.type = SOCK_STREAM,
		.same = true,
	};
	unsigned int line = draft->lines[PERSOCK_SECTION_UNIX_CONNECT][0];
	struct judgement judgement;

	judge_default(draft, PERSOCK_SECTION_PAIR, PERSOCK_CLASS_OTHER,
		      &judgement);
	if (!line || judgement.verdict)
		return;
	judge_unix(draft, PERSOCK_SECTION_UNIX_CONNECT, &name, &judgement);
	if (judgement.verdict && !judgement.rule)
		warn_line(path, line,
			  "unix.connect does not allow unnamed: socketpair fails, which asyncio, node and others need");
}

void check_unix(const struct draft *draft, const char *path)
{
	const struct persock_policy *policy = &draft->policy;

	if (!has_sockets(draft)) {
		warn_of_unused(&policy->unix_connect,
			       PERSOCK_SECTION_UNIX_CONNECT, path);
		warn_of_unused(&policy->unix_bind, PERSOCK_SECTION_UNIX_BIND,
			       path);
		return;
	}
	warn_of_idle(&policy->unix_connect, PERSOCK_SECTION_UNIX_CONNECT, path);
	warn_of_idle(&policy->unix_bind, PERSOCK_SECTION_UNIX_BIND, path);
	warn_of_links(&policy->unix_connect, path);
	warn_of_links(&policy->unix_bind, path);
	warn_of_pairs(draft, path);
}
