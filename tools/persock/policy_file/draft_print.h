/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prints a policy as a complete policy file, without a base. The commands show,
 * personality show and apply call it.
 */
#ifndef _PERSOCK_POLICY_FILE_DRAFT_PRINT_H
#define _PERSOCK_POLICY_FILE_DRAFT_PRINT_H

#include <stdbool.h>
#include <stdio.h>

struct draft;

/**
 * enum draft_extent - what of a draft is printed
 * @DRAFT_WHOLE: all of it
 * @DRAFT_ADDED: what has a line, as a change of the draft's base
 * @DRAFT_BRIEF: what a file without a base has to say: what has a line, AF_UNIX
 *		 and limits. Of the rest the draft has what base none has
 */
enum draft_extent {
	DRAFT_WHOLE,
	DRAFT_ADDED,
	DRAFT_BRIEF,
};

/* Print a policy file. */
void draft_print_yaml(const struct draft *draft, FILE *stream);

/*
 * Print a policy file with comments: @remark gives that of a rule or default by
 * its line in the draft, if it has one, or NULL.
 */
void draft_print_remarks(const struct draft *draft, FILE *stream,
			 const char *(*remark)(unsigned int line, void *data),
			 void *data, enum draft_extent extent);

/* Print the same as a member "policy" of the open JSON object. */
void draft_print_json(const struct draft *draft);

#endif
