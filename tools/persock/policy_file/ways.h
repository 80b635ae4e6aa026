/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Options, control messages and ioctls that do much the same: who denies one
 * and leaves another one allowed has denied little. The command check calls it
 * for its warnings.
 */
#ifndef _PERSOCK_POLICY_FILE_WAYS_H
#define _PERSOCK_POLICY_FILE_WAYS_H

#include "policy_file/draft.h"

/**
 * struct way_left - a rule denies one way, and another one is left
 * @line: of the rule
 * @denied: what it denies
 * @left: what is allowed
 */
struct way_left {
	unsigned int line;
	const char *denied;
	const char *left;
};

/* Tell each to @tell. */
void ways_left(const struct draft *draft,
	       void (*tell)(const struct way_left *way, void *data), void *data);

#endif
