/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policy files: from YAML to a draft, see persock-policy(5). source.c calls it
 * for the commands, and folder.c for each file of a folder.
 */
#ifndef _PERSOCK_POLICY_FILE_PARSE_H
#define _PERSOCK_POLICY_FILE_PARSE_H

#include <stdbool.h>

struct draft;

/* Copy the policy of a loaded personality. Returns false after an error. */
typedef bool (*parse_base_fn)(struct draft *draft, const char *name);

/* Read a file. Returns false after an error. The caller frees the draft. */
bool parse_file(struct draft *draft, const char *path, parse_base_fn base);

#endif
