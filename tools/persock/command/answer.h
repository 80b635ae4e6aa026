/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A judgement, as text and as JSON. The command explain prints with it what a
 * policy says, or each layer of a cgroup.
 */
#ifndef _PERSOCK_COMMAND_ANSWER_H
#define _PERSOCK_COMMAND_ANSWER_H

#include "policy_file/judge.h"

/* "allow", "ignore" or the name of an errno. */
const char *answer_verdict(int verdict);

/* Print it, and when it holds. */
void answer_print_verdict(const struct judgement *judgement);

/*
 * Print what decided: "web.yaml:27", or what is known of it. @source is the
 * file, or the name of the personality.
 */
void answer_print_place(const char *source, const struct draft *draft,
			const struct judgement *judgement);

/* Print the verdict, as members of the open JSON object. */
void answer_json_verdict(int verdict);

/* The same for what decided. */
void answer_json_place(const struct judgement *judgement);

#endif
