/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where policies come from: files, and personalities that are loaded. The
 * commands check, explain, show, apply and personality call it.
 */
#ifndef _PERSOCK_COMMAND_SOURCE_H
#define _PERSOCK_COMMAND_SOURCE_H

#include "policy_file/draft.h"

/* Is an argument a file: "-", or has it a '/' or a known extension? */
bool source_is_file(const char *argument);

/* The name of a file in messages. */
const char *source_name(const char *argument);

/*
 * Read a policy file; its base may be a loaded personality. Returns false after
 * an error. The caller frees the draft in either case.
 */
bool source_file(struct draft *draft, const char *path);

/* The same for a preset's or a loaded personality's policy. */
bool source_personality(struct draft *draft, const char *name);

/*
 * For parse_file() and folder_read(): copy the policy of a preset or loaded
 * personality to the draft. Returns false after an error.
 */
bool source_base(struct draft *draft, const char *name);

/* Forget the lines of the file that a draft was read from. */
void source_forget_lines(struct draft *draft);

/* After an error on a personality: warn if a file has this name. */
void source_hint(const char *argument);

/* Read the file or personality that the argument specifies. */
bool source_read(struct draft *draft, const char *argument);

#endif
