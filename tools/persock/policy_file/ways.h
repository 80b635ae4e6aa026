/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Options, control messages and ioctls with nearly the same effect: a policy
 * that denies one and allows another one denies little. The command check calls
 * it for its warnings.
 */
#ifndef _PERSOCK_POLICY_FILE_WAYS_H
#define _PERSOCK_POLICY_FILE_WAYS_H

#include "policy_file/draft.h"

/**
 * struct way_left - a rule denies one item, and a similar one is allowed
 * @line: line of the rule
 * @denied: the denied item
 * @left: the allowed item
 */
struct way_left {
	unsigned int line;
	const char *denied;
	const char *left;
};

/* Call @report for each. */
void ways_left(const struct draft *draft,
	       void (*report)(const struct way_left *way, void *data),
	       void *data);

#endif
