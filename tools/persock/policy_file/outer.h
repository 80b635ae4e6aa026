/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The layers around a policy: which of them denies a call, whatever else is true
 * of it. unreachable.c asks for each rule of the policy.
 *
 * Each function is sure if it returns true: no call of that kind passes. False
 * can also mean that it does not know.
 */
#ifndef _PERSOCK_POLICY_FILE_OUTER_H
#define _PERSOCK_POLICY_FILE_OUTER_H

#include "policy_file/draft.h"

struct judgement;

/**
 * struct outer - the layers around a policy
 * @layers: their policies, the outermost first; those that only audit let pass
 * @nr: length of @layers
 * @steps: steps that are left for the search in many rules; at 0 it gives up
 *
 * Nobody waits for hours for a remark: with very many rules some are not looked
 * at.
 */
struct outer {
	const struct draft *const *layers;
	unsigned int nr;
	unsigned long steps;
};

/**
 * struct denier - what denies all calls of some kind
 * @found: something does; otherwise the rest has no meaning
 * @layer: index of the layer
 * @section: section that decides
 * @rule: number of the rule, from 1; 0: the default
 * @line: line of the rule or default in its file; 0: unknown
 * @rules: several rules of the layer deny one part each
 * @layers: several layers do
 */
struct denier {
	bool found;
	unsigned int layer;
	enum persock_section section;
	unsigned int rule;
	unsigned int line;
	bool rules;
	bool layers;
};

/* Take steps. Returns false if none are left. */
bool outer_step(struct outer *outer, unsigned long steps);

/* Does a layer take part in the answer, or does it only audit? */
bool outer_enforces(const struct outer *outer, unsigned int layer);

/* A part of the calls is denied by a layer: note by which rule. */
void denier_add(struct denier *denier, unsigned int layer,
		const struct judgement *judgement);

/* The key of an option or a control message, for sockets of a class. */
bool outer_denies_option(const struct outer *outer,
			 enum persock_section section,
			 enum persock_class class, int level, int name,
			 struct denier *denier);
bool outer_denies_ioctl(const struct outer *outer, enum persock_class class,
			u32 command, struct denier *denier);
bool outer_denies_flag(const struct outer *outer, enum persock_section section,
		       enum persock_class class, u32 flag,
		       struct denier *denier);
/* For sections that have only a default. */
bool outer_denies_all(const struct outer *outer, enum persock_section section,
		      enum persock_class class, struct denier *denier);

#endif
