// SPDX-License-Identifier: GPL-2.0
/*
 * Looks at each rule of a policy: does a call that it matches pass the layers
 * around it? The command show calls it.
 *
 * Two keys of one option are one option (see options.h of the module), so both
 * are asked about. What is received is not denied, only removed: each layer
 * looks at it.
 */
#include "policy_file/unreachable.h"

#include <linux/persock.h>
#include <stdio.h>

#include "module/policy/meaning.h"
#include "module/policy/verdict.h"
#include "module/policy/vsock_rule.h"
#include "policy_file/names.h"
#include "policy_file/outer_address.h"
#include "policy_file/outer_socket.h"
#include "policy_file/outer_unix.h"
#include "policy_file/outer_vsock.h"

/* A few seconds. */
#define STEPS	20000000UL

/*
 * Flags that the kernel adds to a send, and that no layer judges: see
 * PERSOCK_KERNEL_SEND_FLAGS of the module. MSG_SENDPAGE_NOPOLICY and _NOTLAST,
 * MSG_BATCH, MSG_SENDPAGE_DECRYPTED, MSG_SPLICE_PAGES, MSG_CMSG_COMPAT.
 */
#define UNJUDGED_SEND		0x88170000U
#define UNJUDGED_RECEIVE	0x80000000U

/**
 * struct find - a policy that is looked at
 * @outer: the layers around it
 * @policy: the policy
 * @draft: its draft
 * @report: called for each rule that is found
 * @data: for @report
 */
struct find {
	struct outer outer;
	struct persock_policy *policy;
	const struct draft *draft;
	void (*report)(const struct unreachable *unreachable, void *data);
	void *data;
};

/* Is item @i of a section unreachable for a class? Then it is filled in. */
typedef bool (*check_t)(struct find *find, enum persock_class class,
			unsigned int i, struct unreachable *item);

static bool same_denier(const struct denier *a, const struct denier *b)
{
	return a->layer == b->layer && a->section == b->section &&
	       a->rule == b->rule && a->rules == b->rules &&
	       a->layers == b->layers;
}

/*
 * Check a section that is specified per class, with @nr items. If these are the
 * @same for both classes, what is true of both is reported once.
 */
static void check_classes(struct find *find, enum persock_section section,
			  const unsigned int *nr, bool same, check_t check)
{
	unsigned int i, class;

	for (i = 0; i < max(nr[0], nr[1]); i++) {
		struct unreachable items[PERSOCK_NR_CLASSES] = { 0 };
		bool found[PERSOCK_NR_CLASSES];

		for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
			items[class].section = section;
			items[class].classes = 1U << class;
			found[class] = i < nr[class] &&
				       check(find, class, i, &items[class]);
		}
		if (same && found[0] && found[1] &&
		    same_denier(&items[0].denier, &items[1].denier)) {
			items[0].classes |= items[1].classes;
			found[1] = false;
		}
		for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
			if (found[class])
				find->report(&items[class], find->data);
		}
	}
}

static bool check_option(struct find *find, enum persock_class class,
			 unsigned int i, struct unreachable *item)
{
	bool message = item->section == PERSOCK_SECTION_CONTROL_SEND;
	const struct persock_options *options =
		persock_section_options(&find->policy->rules[class],
					item->section);
	const struct persock_option *option = &options->list[i];
	int level = option->level, name = option->name;

	if (!outer_denies_option(&find->outer, item->section, class, level,
				 name, &item->denier))
		return false;
	/* The rule decides about the other key as well, without one for it. */
	if ((message ? persock_message_alias(&level, &name) :
		       persock_alias(&level, &name)) &&
	    !persock_option_find(options, level, name) &&
	    !outer_denies_option(&find->outer, item->section, class, level,
				 name, &item->denier))
		return false;
	item->rule = i + 1;
	item->line = option->line & ~DRAFT_MARK;
	snprintf(item->item, sizeof(item->item), "%s",
		 name_of_option(message ? NAME_CONTROL : NAME_OPTION,
				option->level, option->name));

	return true;
}

static void check_options(struct find *find, enum persock_section section)
{
	const struct persock_options *options[PERSOCK_NR_CLASSES];
	unsigned int nr[PERSOCK_NR_CLASSES], class;

	for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
		options[class] =
			persock_section_options(&find->policy->rules[class],
						section);
		nr[class] = options[class]->nr;
	}
	check_classes(find, section, nr,
		      draft_same_options(options[0], options[1]), check_option);
}

static bool lists_ioctl(const struct persock_ioctls *ioctls, u32 command)
{
	unsigned int i;

	for (i = 0; i < ioctls->nr; i++) {
		if (ioctls->list[i].cmd == command)
			return true;
	}

	return false;
}

static bool check_ioctl(struct find *find, enum persock_class class,
			unsigned int i, struct unreachable *item)
{
	const struct persock_ioctls *ioctls =
		&find->policy->rules[class].ioctls;
	u32 command = ioctls->list[i].cmd;
	u32 other = persock_command_alias(command);

	if (!outer_denies_ioctl(&find->outer, class, command, &item->denier))
		return false;
	if (other != command && !lists_ioctl(ioctls, other) &&
	    !outer_denies_ioctl(&find->outer, class, other, &item->denier))
		return false;
	item->rule = i + 1;
	item->line = ioctls->list[i].line & ~DRAFT_MARK;
	snprintf(item->item, sizeof(item->item), "%s",
		 name_of(NAME_IOCTL, 0, command));

	return true;
}

static void check_ioctls(struct find *find)
{
	const struct persock_rules *rules = find->policy->rules;
	const unsigned int nr[] = { rules[0].ioctls.nr, rules[1].ioctls.nr };

	check_classes(find, PERSOCK_SECTION_IOCTLS, nr,
		      draft_same_ioctls(&rules[0].ioctls, &rules[1].ioctls),
		      check_ioctl);
}

static int verdict_of_flag(const struct persock_flags *flags, u32 flag)
{
	return persock_judge_flags(flags, 0, &flag);
}

/* Flags with the verdict of the default are no rules: show leaves them out. */
static bool check_flag(struct find *find, enum persock_class class,
		       unsigned int i, struct unreachable *item)
{
	bool send = item->section == PERSOCK_SECTION_FLAGS_SEND;
	const struct persock_flags *flags =
		persock_section_flags(&find->policy->rules[class],
				      item->section);
	u32 flag = 1U << i;

	if (!((flags->allow | flags->ignore | flags->deny) & flag) ||
	    verdict_of_flag(flags, flag) == flags->fallback ||
	    flag & (send ? UNJUDGED_SEND : UNJUDGED_RECEIVE) ||
	    !outer_denies_flag(&find->outer, item->section, class, flag,
			       &item->denier))
		return false;
	item->line = find->draft->flag_lines[!send][class][i];
	snprintf(item->item, sizeof(item->item), "%s",
		 name_of(NAME_FLAG, 0, flag));

	return true;
}

static void check_flags(struct find *find, enum persock_section section)
{
	static const unsigned int nr[] = { PERSOCK_NR_FLAGS, PERSOCK_NR_FLAGS };

	/* An item is the same if its flag is: check_flag() compares verdicts. */
	check_classes(find, section, nr, true, check_flag);
}

/* What a section allows is what somebody may miss. */
static bool check_default(struct find *find, enum persock_class class,
			  unsigned int i, struct unreachable *item)
{
	(void)i;
	if (*persock_section_fallback(find->policy, item->section, class) !=
	    PERSOCK_ALLOW ||
	    !outer_denies_all(&find->outer, item->section, class,
			      &item->denier))
		return false;
	item->line = find->draft->lines[item->section][class];

	return true;
}

static void check_defaults(struct find *find)
{
	static const enum persock_section by_class[] = {
		PERSOCK_SECTION_LISTEN, PERSOCK_SECTION_PAIR,
		PERSOCK_SECTION_MMAP,
	};
	static const enum persock_section others[] = {
		PERSOCK_SECTION_UNIX_RIGHTS, PERSOCK_SECTION_UNIX_CREDENTIALS,
	};
	static const unsigned int nr[] = { 1, 1 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(by_class); i++)
		check_classes(find, by_class[i], nr, true, check_default);
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		struct unreachable item = { .section = others[i] };

		if (check_default(find, PERSOCK_CLASS_OTHER, 0, &item))
			find->report(&item, find->data);
	}
}

static void check_sockets(struct find *find)
{
	const struct persock_sockets *sockets = &find->policy->sockets;
	unsigned int i;

	for (i = 0; i < sockets->nr; i++) {
		struct unreachable item = {
			.section = PERSOCK_SECTION_SOCKETS,
			.rule = i + 1,
			.line = sockets->rules[i].line & ~DRAFT_MARK,
		};

		if (outer_denies_sockets(&find->outer, &sockets->rules[i],
					 &item.denier))
			find->report(&item, find->data);
	}
}

static void check_addresses(struct find *find, enum persock_section section)
{
	const struct persock_addresses *addresses =
		persock_section_addresses(find->policy, section);
	unsigned int i;

	for (i = 0; i < addresses->nr; i++) {
		struct unreachable item = {
			.section = section,
			.rule = i + 1,
			.line = addresses->rules[i].line & ~DRAFT_MARK,
		};

		if (outer_denies_addresses(&find->outer, section,
					   &addresses->rules[i], &item.denier))
			find->report(&item, find->data);
	}
}

static void check_vsock(struct find *find, enum persock_section section)
{
	const struct persock_addresses *addresses =
		persock_section_addresses(find->policy, section);
	unsigned int i;

	for (i = 0; i < addresses->nr_vsock; i++) {
		struct unreachable item = {
			.section = section,
			.rule = persock_vsock_number(find->policy, addresses) +
				i + 1,
			.line = addresses->vsock[i].line & ~DRAFT_MARK,
		};

		if (outer_denies_vsock(&find->outer, section,
				       &addresses->vsock[i], &item.denier))
			find->report(&item, find->data);
	}
}

static void check_unix(struct find *find, enum persock_section section)
{
	const struct persock_unix_rules *rules =
		persock_section_unix(find->policy, section);
	unsigned int i;

	for (i = 0; i < rules->nr; i++) {
		struct unreachable item = {
			.section = section,
			.rule = i + 1,
			.line = rules->rules[i].line & ~DRAFT_MARK,
		};

		if (outer_denies_unix(&find->outer, section, &rules->rules[i],
				      &item.denier))
			find->report(&item, find->data);
	}
}

bool unreachable_find(const struct draft *const *layers, unsigned int nr,
		      const struct draft *draft,
		      void (*report)(const struct unreachable *unreachable,
				     void *data),
		      void *data)
{
	struct find find = {
		.outer = { .layers = layers, .nr = nr, .steps = STEPS },
		.policy = (struct persock_policy *)&draft->policy,
		.draft = draft, .report = report, .data = data,
	};

	check_sockets(&find);
	check_options(&find, PERSOCK_SECTION_OPTIONS_GET);
	check_options(&find, PERSOCK_SECTION_OPTIONS_SET);
	check_flags(&find, PERSOCK_SECTION_FLAGS_SEND);
	check_flags(&find, PERSOCK_SECTION_FLAGS_RECEIVE);
	check_options(&find, PERSOCK_SECTION_CONTROL_SEND);
	check_ioctls(&find);
	check_addresses(&find, PERSOCK_SECTION_CONNECT);
	check_addresses(&find, PERSOCK_SECTION_BIND);
	check_addresses(&find, PERSOCK_SECTION_ACCEPT);
	check_vsock(&find, PERSOCK_SECTION_CONNECT);
	check_vsock(&find, PERSOCK_SECTION_BIND);
	check_vsock(&find, PERSOCK_SECTION_ACCEPT);
	check_defaults(&find);
	check_unix(&find, PERSOCK_SECTION_UNIX_CONNECT);
	check_unix(&find, PERSOCK_SECTION_UNIX_BIND);

	return find.outer.steps;
}
