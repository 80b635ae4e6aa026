/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Makes rules on AF_UNIX sockets of recorded facts. recorded.c calls it.
 */
#ifndef _PERSOCK_POLICY_FILE_RECORDED_UNIX_H
#define _PERSOCK_POLICY_FILE_RECORDED_UNIX_H

#include <stdbool.h>

struct draft;
struct fact;
struct judgement;
struct persock_policy;

/*
 * Without a section everything is allowed: have a new policy deny what was not
 * recorded, also if sockets were made that have reached none.
 */
void recorded_close_unix(struct persock_policy *policy,
			 const struct fact *facts, unsigned int nr);

/* The verdict of the policy on the socket of a fact. */
void recorded_judge_unix(const struct draft *draft, const struct fact *fact,
			 struct judgement *judgement);

/* Allow it. Returns false for a file without a path: no rule can name it. */
bool recorded_add_unix(struct draft *draft, const struct fact *fact,
		       unsigned int number);

#endif
