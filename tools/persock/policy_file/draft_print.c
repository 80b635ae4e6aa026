// SPDX-License-Identifier: GPL-2.0
/*
 * Prints a draft as a policy file. The commands show, personality show and
 * apply call it.
 */
#include "policy_file/draft_print.h"

#include <stdio.h>

#include "policy_file/document.h"
#include "policy_file/draft.h"
#include "policy_file/mode_name.h"
#include "policy_file/names.h"
#include "policy_file/print_peers.h"
#include "policy_file/print_unix.h"
#include "policy_file/print_value.h"

/* Leave out what has no line. */
static bool only;

/* Leave out what base none has as well; without a line, but for AF_UNIX. */
static bool brief;

static int name(yaml_document_t *document, enum name_kind kind, int value)
{
	return document_text(document, name_of(kind, 0, value));
}

/* A list of a mapping, made for the first item. */
static int list_of(yaml_document_t *document, int mapping, const char *key,
		   int *list)
{
	if (!*list) {
		*list = document_list(document, true);
		document_set(document, mapping, key, *list);
	}

	return *list;
}

static int mapping_of(yaml_document_t *document, int mapping, const char *key,
		      int *below)
{
	if (!*below) {
		*below = document_mapping(document, false);
		document_set(document, mapping, key, *below);
	}

	return *below;
}

static void set_default(yaml_document_t *document, int section, int value)
{
	if (!only)
		document_set(document, section, "default",
			     print_verdict(document, value, 0));
}

/* A section, or 0 if nothing of it is shown. */
static int shown_section(yaml_document_t *document, int section)
{
	return document_filled(document, section) ? section : 0;
}

static void show_sockets(yaml_document_t *document, int root,
			 const struct persock_sockets *sockets)
{
	int section = document_mapping(document, false);
	int rules = document_list(document, false);
	unsigned int i;

	set_default(document, section, sockets->fallback);
	for (i = 0; i < sockets->nr; i++) {
		const struct persock_socket_rule *rule = &sockets->rules[i];
		int item, what;

		if (only && !rule->line)
			continue;
		item = document_mapping(document, true);
		what = document_mapping(document, true);
		if (rule->family != PERSOCK_ANY)
			document_set(document, what, "family",
				     document_text_of(document,
						      name_of(NAME_FAMILY, 0,
							      rule->family),
						      rule->line));
		if (rule->type != PERSOCK_ANY)
			document_set(document, what, "type",
				     name(document, NAME_TYPE, rule->type));
		if (rule->protocol != PERSOCK_ANY)
			document_set(document, what, "protocol",
				     print_protocol(document, rule->family,
					      rule->protocol));
		if (rule->verdict < 0 &&
		    rule->verdict != DEFAULT_ERRNO(sockets->fallback))
			document_set(document, what, "errno",
				     print_verdict(document, rule->verdict, 0));
		document_set(document, item, rule->verdict ? "deny" : "allow",
			     what);
		document_append(document, rules, item);
	}
	if (document_filled(document, rules))
		document_set(document, section, "rules", rules);
	if (document_filled(document, section))
		document_set(document, root, "sockets", section);
}

/**
 * struct entries - a section with allow, ignore and deny, while it is printed
 * @document: the document
 * @section: the mapping
 * @allow: the list, 0 before it has an item
 * @ignore: likewise
 * @deny: the mapping of names to errnos, likewise
 */
struct entries {
	yaml_document_t *document;
	int section;
	int allow;
	int ignore;
	int deny;
};

/* The order in which they are shown. */
enum pass { ALLOWED, IGNORED, DENIED, NR_PASSES };

static bool is_shown(int value, enum pass pass)
{
	if (value < 0)
		return pass == DENIED;

	return (value == PERSOCK_IGNORE) == (pass == IGNORED) && pass != DENIED;
}

/* @item is used if it is allowed or ignored, @name if it is denied. */
static void show_entry(struct entries *entries, int value, const char *name,
		       int item)
{
	if (value == PERSOCK_ALLOW)
		document_append(entries->document,
				list_of(entries->document, entries->section,
					"allow", &entries->allow), item);
	else if (value == PERSOCK_IGNORE)
		document_append(entries->document,
				list_of(entries->document, entries->section,
					"ignore", &entries->ignore), item);
	else
		document_set(entries->document,
			     mapping_of(entries->document, entries->section,
					"deny", &entries->deny), name,
			     print_verdict(entries->document, value, 0));
}

static void show_option(struct entries *entries, enum name_kind kind,
			const struct persock_option *option)
{
	yaml_document_t *document = entries->document;
	const char *name = name_of_option(kind, option->level, option->name);
	int item = document_text_of(document, name, option->line);

	if (option->size || option->max) {
		int sized = document_mapping(document, true);

		document_set(document, sized, "option", item);
		if (option->size)
			document_set(document, sized, "size",
				     document_number(document, option->size));
		if (option->max)
			document_set(document, sized, "max",
				     document_number(document, option->max));
		item = sized;
	}
	show_entry(entries, option->verdict, name, item);
}

static int show_options(yaml_document_t *document, enum name_kind kind,
			const struct persock_options *options)
{
	struct entries entries = {
		.document = document,
		.section = document_mapping(document, false),
	};
	enum pass pass;
	unsigned int i;

	set_default(document, entries.section, options->fallback);
	for (pass = 0; pass < NR_PASSES; pass++) {
		for (i = 0; i < options->nr; i++) {
			if (is_shown(options->list[i].verdict, pass) &&
			    (!only || options->list[i].line))
				show_option(&entries, kind, &options->list[i]);
		}
	}

	return shown_section(document, entries.section);
}

static int show_ioctls(yaml_document_t *document,
		       const struct persock_ioctls *ioctls)
{
	struct entries entries = {
		.document = document,
		.section = document_mapping(document, false),
	};
	enum pass pass;
	unsigned int i;

	set_default(document, entries.section, ioctls->fallback);
	for (pass = 0; pass < NR_PASSES; pass++) {
		for (i = 0; i < ioctls->nr; i++) {
			const struct persock_ioctl *ioctl = &ioctls->list[i];
			const char *name = name_of(NAME_IOCTL, 0, ioctl->cmd);

			if (is_shown(ioctl->verdict, pass) &&
			    (!only || ioctl->line))
				show_entry(&entries, ioctl->verdict, name,
					   document_text_of(document, name,
							    ioctl->line));
		}
	}

	return shown_section(document, entries.section);
}

/* PERSOCK_ALLOW, PERSOCK_IGNORE or the errno of one flag. */
static int flag_verdict(const struct persock_flags *flags, unsigned int bit)
{
	if (flags->allow & 1U << bit)
		return PERSOCK_ALLOW;
	if (flags->deny & 1U << bit)
		return flags->errnos[bit];
	if (flags->ignore & 1U << bit)
		return PERSOCK_IGNORE;

	return flags->fallback;
}

/* Flags with the verdict of the default are left out. */
static int show_flags(yaml_document_t *document,
		      const struct persock_flags *flags,
		      const unsigned int *lines)
{
	struct entries entries = {
		.document = document,
		.section = document_mapping(document, false),
	};
	enum pass pass;
	unsigned int bit;

	set_default(document, entries.section, flags->fallback);
	for (pass = 0; pass < NR_PASSES; pass++) {
		for (bit = 0; bit < PERSOCK_NR_FLAGS; bit++) {
			const char *name = name_of(NAME_FLAG, 0, 1U << bit);
			int value = flag_verdict(flags, bit);

			if (value != flags->fallback && is_shown(value, pass) &&
			    (!only || lines[bit]))
				show_entry(&entries, value, name,
					   document_text_of(document, name,
							    lines[bit]));
		}
	}

	return shown_section(document, entries.section);
}

static bool same_flags(const struct persock_flags *a,
		       const struct persock_flags *b)
{
	unsigned int bit;

	if (a->fallback != b->fallback)
		return false;
	for (bit = 0; bit < PERSOCK_NR_FLAGS; bit++) {
		if (flag_verdict(a, bit) != flag_verdict(b, bit))
			return false;
	}

	return true;
}

/**
 * struct differences - the sections in which two classes of sockets differ
 *
 * These are printed for each class, the others once for both. @limits is set if
 * any limit differs.
 */
struct differences {
	bool get, set, send, receive, control, ioctls, listen, pair, mmap, limits;
};

static void compare(const struct persock_rules *a, const struct persock_rules *b,
		    struct differences *differ)
{
	differ->get = !draft_same_options(&a->get, &b->get);
	differ->set = !draft_same_options(&a->set, &b->set);
	differ->send = !same_flags(&a->send, &b->send);
	differ->receive = !same_flags(&a->receive, &b->receive);
	differ->control = !draft_same_options(&a->control_send, &b->control_send);
	differ->ioctls = !draft_same_ioctls(&a->ioctls, &b->ioctls);
	differ->listen = a->listen != b->listen;
	differ->pair = a->pair != b->pair;
	differ->mmap = a->mmap != b->mmap;
	differ->limits = a->option_max != b->option_max ||
			 a->control_max != b->control_max ||
			 a->address_max != b->address_max;
}

static void show_two(yaml_document_t *document, int to, const char *key,
		     const char *first_key, int first, const char *second_key,
		     int second)
{
	int both = 0;

	if (first)
		document_set(document, mapping_of(document, to, key, &both),
			     first_key, first);
	if (second)
		document_set(document, mapping_of(document, to, key, &both),
			     second_key, second);
}

static int show_limits(yaml_document_t *document, int limits, bool shown,
		       const struct persock_rules *rules)
{
	if (!shown)
		return limits;
	if (rules->option_max)
		document_set(document, limits, "option",
			     document_number(document, rules->option_max));
	if (rules->control_max)
		document_set(document, limits, "control",
			     document_number(document, rules->control_max));
	if (rules->address_max)
		document_set(document, limits, "address",
			     document_number(document, rules->address_max));

	return limits;
}

static void show_verdict(yaml_document_t *document, int to, const char *key,
			 int value, unsigned int line)
{
	if (!only || line)
		document_set(document, to, key,
			     print_verdict(document, value, line));
}

static void show_control(yaml_document_t *document, int to,
			 const struct persock_rules *rules, bool inet)
{
	int control = show_options(document, NAME_CONTROL,
				   &rules->control_send);
	int received = inet ? show_options(document, NAME_CONTROL,
					   &rules->control_receive) : 0;

	if (received && !control)
		control = document_mapping(document, false);
	if (received)
		document_set(document, control, "received", received);
	if (control)
		document_set(document, to, "control", control);
}

/* Print the sections of @shown, for a class or for both. */
static void show_class(yaml_document_t *document, int to,
		       const struct draft *draft, enum persock_class class,
		       const struct differences *shown)
{
	const struct persock_rules *rules = &draft->policy.rules[class];
	int ioctls;

	show_two(document, to, "options", "get",
		 shown->get ? show_options(document, NAME_OPTION, &rules->get) :
			      0,
		 "set",
		 shown->set ? show_options(document, NAME_OPTION, &rules->set) :
			      0);
	show_two(document, to, "flags", "send",
		 shown->send ? show_flags(document, &rules->send,
					  draft->flag_lines[0][class]) : 0,
		 "recv",
		 shown->receive ? show_flags(document, &rules->receive,
					     draft->flag_lines[1][class]) : 0);
	if (shown->control)
		show_control(document, to, rules, class == PERSOCK_CLASS_INET);
	ioctls = shown->ioctls ? show_ioctls(document, &rules->ioctls) : 0;
	if (ioctls)
		document_set(document, to, "ioctls", ioctls);
	if (shown->listen)
		show_verdict(document, to, "listen", rules->listen,
			     draft->lines[PERSOCK_SECTION_LISTEN][class]);
	if (shown->pair)
		show_verdict(document, to, "pair", rules->pair,
			     draft->lines[PERSOCK_SECTION_PAIR][class]);
	if (shown->mmap)
		show_verdict(document, to, "mmap", rules->mmap,
			     draft->lines[PERSOCK_SECTION_MMAP][class]);
}

static bool any(const struct differences *shown)
{
	return shown->get || shown->set || shown->send || shown->receive ||
	       shown->control || shown->ioctls || shown->listen || shown->pair ||
	       shown->mmap || shown->limits;
}

static void show_whole_limits(yaml_document_t *document, int root, bool classes,
			      const struct persock_policy *policy)
{
	const struct persock_rules *inet = &policy->rules[PERSOCK_CLASS_INET];
	int limits = document_mapping(document, true);
	int max, backlog;

	if (policy->max_sockets) {
		max = document_number(document, policy->max_sockets);
		if (policy->max_sockets_verdict != -ENFILE) {
			int both = document_mapping(document, true);

			document_set(document, both, "max", max);
			document_set(document, both, "errno",
				     print_verdict(document,
					     policy->max_sockets_verdict, 0));
			max = both;
		}
		document_set(document, limits, "sockets", max);
	}
	if (policy->backlog.floor || policy->backlog.ceiling) {
		backlog = document_list(document, true);
		document_append(document, backlog,
				document_number(document,
						policy->backlog.floor));
		document_append(document, backlog,
				document_number(document,
						policy->backlog.ceiling));
		document_set(document, limits, "backlog", backlog);
	}
	show_limits(document, limits, classes, inet);
	if (inet->received_max)
		document_set(document, limits, "received",
			     document_number(document, inet->received_max));
	if (document_filled(document, limits))
		document_set(document, root, "limits", limits);
}

static void show_own_class(yaml_document_t *document, int root, const char *key,
			   const struct draft *draft,
			   enum persock_class class,
			   const struct differences *shown)
{
	const struct persock_rules *rules = &draft->policy.rules[class];
	int block = document_mapping(document, false);
	int limits = document_mapping(document, true);

	show_class(document, block, draft, class, shown);
	show_limits(document, limits, shown->limits, rules);
	if (document_filled(document, limits))
		document_set(document, block, "limits", limits);
	if (document_filled(document, block))
		document_set(document, root, key, block);
}

static void negate(const struct differences *differ, struct differences *same)
{
	*same = (struct differences){
		.get = !differ->get,
		.set = !differ->set,
		.send = !differ->send,
		.receive = !differ->receive,
		.control = !differ->control,
		.ioctls = !differ->ioctls,
		.listen = !differ->listen,
		.pair = !differ->pair,
		.mmap = !differ->mmap,
		.limits = !differ->limits,
	};
}

static void show_properties(yaml_document_t *document, int root,
			    const struct draft *draft)
{
	int providers, network;
	unsigned int i;

	if (*draft->name)
		document_set(document, root, "personality",
			     document_text(document, draft->name));
	if (only && !brief) {
		document_set(document, root, "base",
			     document_text(document, draft->base));
		return;
	}
	if (draft->nr_providers) {
		providers = document_list(document, true);
		for (i = 0; i < draft->nr_providers; i++)
			document_append(document, providers,
					document_text(document,
						      draft->providers[i]));
		document_set(document, root, "providers", providers);
	}
	document_set(document, root, "mode",
		     document_text(document, mode_name(draft->policy.mode)));
	if (draft->policy.reveal == PERSOCK_REVEAL_DENIALS)
		document_set(document, root, "reveal",
			     document_text(document, "denials"));
	if (draft->policy.counts)
		document_set(document, root, "counters",
			     document_text(document, "full"));
	if (*draft->network) {
		network = document_mapping(document, true);
		document_set(document, network, "namespace",
			     document_text(document, draft->network));
		if (*draft->from)
			document_set(document, network, "from",
				     document_text(document, draft->from));
		document_set(document, root, "network", network);
	}
}

/* What the classes have in common is printed once, unless a base has the rest. */
static void find_differences(const struct persock_policy *policy,
			     struct differences *differ)
{
	static const struct differences none;

	if (only && !brief)
		negate(&none, differ);
	else
		compare(&policy->rules[PERSOCK_CLASS_INET],
			&policy->rules[PERSOCK_CLASS_OTHER], differ);
}

static void write_document(yaml_document_t *document, const struct draft *draft)
{
	const struct persock_policy *policy = &draft->policy;
	struct differences differ, same;
	int root;

	document_init(document);
	root = document_mapping(document, false);
	show_properties(document, root, draft);
	find_differences(policy, &differ);
	negate(&differ, &same);

	show_sockets(document, root, &policy->sockets);
	show_class(document, root, draft, PERSOCK_CLASS_INET, &same);
	print_peers(document, root, "connect", &policy->connect,
		    &policy->names, draft->lines[PERSOCK_SECTION_CONNECT][0],
		    only);
	print_names(document, root, draft);
	print_peers(document, root, "bind", &policy->bind, NULL,
		    draft->lines[PERSOCK_SECTION_BIND][0], only);
	print_peers(document, root, "accept", &policy->accept, NULL,
		    draft->lines[PERSOCK_SECTION_ACCEPT][0], only);
	/* Base none does not restrict the peers of AF_UNIX. */
	print_unix(document, root, draft, only && !brief);
	differ.limits &= !only || draft->lines[PERSOCK_SECTION_LIMITS][0];
	if (!only || brief || differ.limits)
		show_whole_limits(document, root, same.limits, policy);
	if (!any(&differ))
		return;
	show_own_class(document, root, "inet", draft, PERSOCK_CLASS_INET,
		       &differ);
	show_own_class(document, root, "others", draft, PERSOCK_CLASS_OTHER,
		       &differ);
}

void draft_print_remarks(const struct draft *draft, FILE *stream,
			 const char *(*remark)(unsigned int line, void *data),
			 void *data, enum draft_extent extent)
{
	yaml_document_t document;

	only = extent != DRAFT_WHOLE;
	brief = extent == DRAFT_BRIEF;
	document_mark(true);
	write_document(&document, draft);
	document_mark(false);
	only = false;
	brief = false;
	document_print_marked(&document, stream, remark, data);
}

void draft_print_yaml(const struct draft *draft, FILE *stream)
{
	yaml_document_t document;

	write_document(&document, draft);
	document_print_yaml(&document, stream);
}

void draft_print_json(const struct draft *draft)
{
	yaml_document_t document;

	write_document(&document, draft);
	document_print_json(&document, "policy");
}
