/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules of a policy that no call reaches, because a layer around it denies all
 * that they match. The command show remarks on them.
 */
#ifndef _PERSOCK_POLICY_FILE_UNREACHABLE_H
#define _PERSOCK_POLICY_FILE_UNREACHABLE_H

#include "policy_file/outer.h"

/**
 * struct unreachable - a rule that no call reaches
 * @section: its section
 * @classes: a bit for each class of sockets of which it is true; 0: the section
 *	     is not specified per class
 * @rule: number of the rule, from 1; 0: a flag, or the default
 * @item: the option, message, ioctl or flag that it is about, or ""
 * @line: line of its file; 0: unknown
 * @denier: what denies it
 */
struct unreachable {
	enum persock_section section;
	unsigned int classes;
	unsigned int rule;
	char item[96];
	unsigned int line;
	struct denier denier;
};

/*
 * Report all such rules of a policy with these layers around it, and the
 * sections without rules whose calls are all denied. There may be more: each
 * that is reported is sure. Returns false if not all rules were looked at,
 * because they are too many.
 */
bool unreachable_find(const struct draft *const *layers, unsigned int nr,
		      const struct draft *draft,
		      void (*report)(const struct unreachable *unreachable,
				     void *data),
		      void *data);

#endif
