/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An operation in words, as "connect tcp 10.1.2.3:443". The command explain
 * reads it, and has policies judge it.
 */
#ifndef _PERSOCK_COMMAND_QUESTION_H
#define _PERSOCK_COMMAND_QUESTION_H

#include "command/question_words.h"
#include "policy_file/judge.h"

/* What a kind is called in a family: its protocol or its type. */
const char *question_kind_name(const struct kind *kind);

/*
 * Ask a policy. Returns 0, or an exit status after an error. Texts of the
 * judgement are valid until the next one.
 */
int question_judge(const struct question *question, const struct draft *draft,
		   struct judgement *judgement);

#define QUESTION_KINDS	8

/*
 * The kinds of sockets that a valid question is about: that of socket or pair,
 * those that can have the address of connect, bind and the like, the usual one
 * first. Returns how many, at most QUESTION_KINDS; 0 for other operations.
 */
unsigned int question_kinds(const struct question *question,
			    struct kind *kinds);

#endif
