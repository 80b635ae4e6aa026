/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prints the section unix of a policy. draft_print.c calls it.
 */
#ifndef _PERSOCK_POLICY_FILE_PRINT_UNIX_H
#define _PERSOCK_POLICY_FILE_PRINT_UNIX_H

#include <stdbool.h>
#include <yaml.h>

struct draft;

/* Put it into @root. @only: leave out rules and defaults without a line. */
void print_unix(yaml_document_t *document, int root, const struct draft *draft,
		bool only);

#endif
