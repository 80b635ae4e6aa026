/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Questions about AF_VSOCK sockets, as "connect vsock 2:1024". question.c calls
 * it.
 */
#ifndef _PERSOCK_COMMAND_QUESTION_VSOCK_H
#define _PERSOCK_COMMAND_QUESTION_VSOCK_H

#include "command/question_words.h"

struct draft;
struct judgement;

/* Is it about an address of AF_VSOCK? */
bool question_is_vsock(const struct question *question);

/* Ask a policy, as question_judge(). */
int question_judge_vsock(const struct question *question,
			 const struct draft *draft,
			 struct judgement *judgement);

/* The kinds of sockets that it is about, as question_kinds(). */
unsigned int question_kinds_vsock(const struct question *question,
				  struct kind *kinds);

#endif
