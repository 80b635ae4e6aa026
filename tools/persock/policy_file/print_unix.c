// SPDX-License-Identifier: GPL-2.0
/*
 * Prints the section unix of a policy. draft_print.c calls it.
 */
#include "policy_file/print_unix.h"

#include <stdio.h>

#include "policy_file/document.h"
#include "policy_file/draft.h"
#include "policy_file/names.h"
#include "policy_file/print_value.h"
#include "policy_file/unix_name.h"

static void print_switch(yaml_document_t *document, int section,
			 const char *key, int value, unsigned int line,
			 bool only)
{
	if (only && !line)
		return;
	document_set(document, section, key,
		     value == PERSOCK_GOVERNED ?
		     document_text_of(document, "governed", line) :
		     print_verdict(document, value, line));
}

static const char *key_of(enum persock_unix_kind kind)
{
	return kind == PERSOCK_UNIX_PATH ? "path" : "abstract";
}

/* A name alone is a text, all else a mapping. */
static int print_socket(yaml_document_t *document,
			const struct persock_unix_rule *rule)
{
	int socket;

	if (rule->kind != PERSOCK_UNIX_ANY && rule->type == PERSOCK_ANY &&
	    !rule->peer)
		return document_text_of(document, unix_rule_text(rule),
					rule->line);
	socket = document_mapping(document, true);
	if (rule->kind == PERSOCK_UNIX_UNNAMED)
		document_set(document, socket, "unnamed",
			     document_text_of(document, "true", rule->line));
	else if (rule->kind != PERSOCK_UNIX_ANY)
		document_set(document, socket, key_of(rule->kind),
			     document_text_of(document, unix_rule_text(rule),
					      rule->line));
	if (rule->type != PERSOCK_ANY)
		document_set(document, socket, "type",
			     document_text(document, name_of(NAME_TYPE, 0,
							     rule->type)));
	if (rule->peer)
		document_set(document, socket, "peer",
			     document_text(document,
					   *rule->peer ? rule->peer : "same"));

	return socket;
}

static void print_rules(yaml_document_t *document, int section,
			const struct persock_unix_rules *names, bool only)
{
	int rules = document_list(document, false), item;
	unsigned int i;

	for (i = 0; i < names->nr; i++) {
		const struct persock_unix_rule *rule = &names->rules[i];

		if (only && !rule->line)
			continue;
		item = document_mapping(document, true);
		document_set(document, item, rule->verdict ? "deny" : "allow",
			     print_socket(document, rule));
		if (rule->verdict &&
		    rule->verdict != DEFAULT_ERRNO(names->fallback))
			document_set(document, item, "errno",
				     print_verdict(document, rule->verdict, 0));
		document_append(document, rules, item);
	}
	if (document_filled(document, rules))
		document_set(document, section, "rules", rules);
}

/* A section that allows everything is the same as none. */
static void print_names_of(yaml_document_t *document, int root,
			   const struct draft *draft,
			   enum persock_section which, const char *key,
			   bool only)
{
	struct persock_policy *policy = (struct persock_policy *)&draft->policy;
	const struct persock_unix_rules *names =
		persock_section_unix(policy, which);
	unsigned int line = draft->lines[which][0];
	int section;

	if (!persock_unix_restricts(names))
		return;
	section = document_mapping(document, false);
	if (!only || line)
		document_set(document, section, "default",
			     print_verdict(document, names->fallback, line));
	print_rules(document, section, names, only);
	if (document_filled(document, section))
		document_set(document, root, key, section);
}

void print_unix(yaml_document_t *document, int root, const struct draft *draft,
		bool only)
{
	const struct persock_policy *policy = &draft->policy;
	bool names = persock_unix_restricts(&policy->unix_connect) ||
		     persock_unix_restricts(&policy->unix_bind);
	int section = document_mapping(document, !names && !document_marks());

	print_switch(document, section, "rights", policy->unix_rights,
		     draft->lines[PERSOCK_SECTION_UNIX_RIGHTS][0], only);
	print_switch(document, section, "credentials",
		     policy->unix_credentials,
		     draft->lines[PERSOCK_SECTION_UNIX_CREDENTIALS][0], only);
	print_names_of(document, section, draft, PERSOCK_SECTION_UNIX_CONNECT,
		       "connect", only);
	print_names_of(document, section, draft, PERSOCK_SECTION_UNIX_BIND,
		       "bind", only);
	if (document_filled(document, section))
		document_set(document, root, "unix", section);
}
