/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rules of a draft's policy on names of AF_UNIX sockets, which own text.
 * draft.c and the files that read such rules call it.
 */
#ifndef _PERSOCK_POLICY_FILE_DRAFT_UNIX_H
#define _PERSOCK_POLICY_FILE_DRAFT_UNIX_H

#include "module/policy/section.h"

/* Append a rule; its name and peer are copied. Ends the process without memory. */
void draft_add_unix(struct persock_policy *policy, enum persock_section section,
		    const struct persock_unix_rule *rule);

/* Remove the rules of a section. */
void draft_clear_unix(struct persock_policy *policy,
		      enum persock_section section);

/* Sort the rules of both sections, so that judge_unix.c finds them. */
void draft_sort_unix(struct persock_policy *policy);

/* Free both sections. */
void draft_free_unix(struct persock_policy *policy);

/* The rules are of no line, as those of a base. */
void draft_forget_unix_lines(struct persock_policy *policy);

/* Are the rules of both sections on the same lines? They are as many. */
bool draft_same_unix_lines(const struct persock_policy *a,
			   const struct persock_policy *b);

#endif
