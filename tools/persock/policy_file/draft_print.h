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

/* Print a policy file. */
void draft_print_yaml(const struct draft *draft, FILE *stream);

/*
 * Print a policy file with comments: @remark gives that of a rule or default by
 * its line in the draft, if it has one, or NULL. @added: what has no line is left
 * out, and the file names the draft's base.
 */
void draft_print_remarks(const struct draft *draft, FILE *stream,
			 const char *(*remark)(unsigned int line, void *data),
			 void *data, bool added);

/* Print the same as a member "policy" of the open JSON object. */
void draft_print_json(const struct draft *draft);

#endif
