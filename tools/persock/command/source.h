/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where policies come from: files, and personalities that are loaded. The
 * commands check, explain, show, apply and personality call it.
 */
#ifndef _PERSOCK_COMMAND_SOURCE_H
#define _PERSOCK_COMMAND_SOURCE_H

#include "policy_file/draft.h"

/* Does an argument name a file: "-", or has it a '/', or the end of one? */
bool source_is_file(const char *argument);

/* What a file that is named by an argument is called in messages. */
const char *source_name(const char *argument);

/*
 * Read a policy file; its base may be a personality that is loaded. False
 * after a complaint; the draft is to be freed in either case.
 */
bool source_file(struct draft *draft, const char *path);

/* The same for a preset's or a loaded personality's policy. */
bool source_personality(struct draft *draft, const char *name);

/*
 * For parse_file() and folder_read(): the draft's policy becomes that of a
 * preset or loaded personality. False after a complaint.
 */
bool source_base(struct draft *draft, const char *name);

/* After a refusal of a personality: say so if there is a file of that name. */
void source_hint(const char *argument);

/* Whichever of them the argument names. */
bool source_read(struct draft *draft, const char *argument);

#endif
