/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Makes rules on AF_UNIX sockets of recorded facts. recorded.c calls it.
 */
#ifndef _PERSOCK_POLICY_FILE_RECORDED_UNIX_H
#define _PERSOCK_POLICY_FILE_RECORDED_UNIX_H

#include "policy_file/recorded.h"

struct judgement;

/*
 * Without a section everything is allowed: have a new policy deny what was not
 * recorded. A module that knows no such facts has recorded none.
 */
void recorded_close_unix(const struct recorded *recorded);

/* The verdict of the policy on the socket of a fact. */
void recorded_judge_unix(const struct recorded *recorded,
			 const struct fact *fact, struct judgement *judgement);

/* Allow it. No rule can name a file without a path. */
void recorded_add_unix(struct recorded *recorded, const struct fact *fact,
		       unsigned int number);

#endif
