// SPDX-License-Identifier: GPL-2.0
/*
 * Asks the layers around a policy about options, messages, ioctls and flags, by
 * the functions that judge them. unreachable.c calls it.
 */
#include "policy_file/outer.h"

#include <linux/persock.h>

#include "policy_file/judge.h"

/* A family of a class for which no section of its own decides. */
static int family_of(enum persock_class class)
{
	return class == PERSOCK_CLASS_INET ? AF_INET : AF_NETLINK;
}

bool outer_step(struct outer *outer, unsigned long steps)
{
	outer->steps -= min(outer->steps, steps);

	return outer->steps;
}

bool outer_enforces(const struct outer *outer, unsigned int layer)
{
	return outer->layers[layer]->policy.mode == PERSOCK_MODE_ENFORCE;
}

void denier_add(struct denier *denier, unsigned int layer,
		const struct judgement *judgement)
{
	if (!denier->found) {
		*denier = (struct denier){
			.found = true,
			.layer = layer,
			.section = judgement->section,
			.rule = judgement->rule,
			.line = judgement->line,
		};
		return;
	}
	denier->layers |= denier->layer != layer;
	denier->rules |= denier->section != judgement->section ||
			 denier->rule != judgement->rule;
}

/*
 * Judge an option by one layer. Some lengths of a value are denied, and others
 * are not: a value that is empty, and one that is as long as it must be, stand
 * for all.
 */
static bool denies_option(const struct draft *draft,
			  enum persock_section section,
			  enum persock_class class, int level, int name,
			  struct judgement *judgement)
{
	int family = family_of(class);

	if (section == PERSOCK_SECTION_CONTROL_SEND) {
		judge_control_send(draft, family, level, name, judgement);
		return judgement->verdict < 0;
	}
	judge_option(draft, section, family, level, name, 0, judgement);
	if (judgement->verdict >= 0)
		return false;
	judge_option(draft, section, family, level, name, -1, judgement);

	return judgement->verdict < 0;
}

bool outer_denies_option(const struct outer *outer,
			 enum persock_section section,
			 enum persock_class class, int level, int name,
			 struct denier *denier)
{
	struct judgement judgement;
	unsigned int i;

	for (i = 0; i < outer->nr; i++) {
		if (!outer_enforces(outer, i) ||
		    !denies_option(outer->layers[i], section, class, level,
				   name, &judgement))
			continue;
		denier_add(denier, i, &judgement);
		return true;
	}

	return false;
}

/* Is a judgement a denial that is enforced? Then @denier notes it. */
static bool denies(const struct outer *outer, unsigned int layer,
		   const struct judgement *judgement, struct denier *denier)
{
	if (!outer_enforces(outer, layer) || judgement->verdict >= 0)
		return false;
	denier_add(denier, layer, judgement);

	return true;
}

bool outer_denies_ioctl(const struct outer *outer, enum persock_class class,
			u32 command, struct denier *denier)
{
	struct judgement judgement;
	unsigned int i;

	for (i = 0; i < outer->nr; i++) {
		judge_ioctl(outer->layers[i], class, command, &judgement);
		if (denies(outer, i, &judgement, denier))
			return true;
	}

	return false;
}

/* A word with a denied flag is denied, whatever its other flags are. */
bool outer_denies_flag(const struct outer *outer, enum persock_section section,
		       enum persock_class class, u32 flag,
		       struct denier *denier)
{
	struct judgement judgement;
	unsigned int i;

	for (i = 0; i < outer->nr; i++) {
		judge_flags(outer->layers[i], section, class, flag, &judgement);
		if (denies(outer, i, &judgement, denier))
			return true;
	}

	return false;
}

bool outer_denies_all(const struct outer *outer, enum persock_section section,
		      enum persock_class class, struct denier *denier)
{
	struct judgement judgement;
	unsigned int i;

	for (i = 0; i < outer->nr; i++) {
		judge_default(outer->layers[i], section, class, &judgement);
		if (denies(outer, i, &judgement, denier))
			return true;
	}

	return false;
}
