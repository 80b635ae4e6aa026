/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Questions about AF_UNIX sockets, as "connect unix /run/docker.sock". question.c
 * and explain_layers.c call it.
 */
#ifndef _PERSOCK_COMMAND_QUESTION_UNIX_H
#define _PERSOCK_COMMAND_QUESTION_UNIX_H

#include "command/question_words.h"

struct draft;
struct judgement;

/* Is it about the name of an AF_UNIX socket? */
bool question_is_unix(const struct question *question);

/* Ask a policy, as question_judge(). */
int question_judge_unix(const struct question *question,
			const struct draft *draft, struct judgement *judgement);

/* The kinds of sockets that it is about, as question_kinds(). */
unsigned int question_kinds_unix(const struct question *question,
				 struct kind *kinds);

/* Judge socketpair(2) of sockets that may be created. */
void question_judge_pair(const struct question *question,
			 const struct draft *draft, const struct kind *kind,
			 struct judgement *judgement);

#endif
