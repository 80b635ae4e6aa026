/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a policy says of one operation. judge.c and its neighbours fill it in,
 * and the command explain prints it.
 */
#ifndef _PERSOCK_POLICY_FILE_JUDGEMENT_H
#define _PERSOCK_POLICY_FILE_JUDGEMENT_H

#include "policy_file/draft.h"

/**
 * struct judgement - a verdict, and the rule or default that decided
 * @verdict: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno
 * @section: the section of the policy that decided
 * @rule: number of the rule, from 1; 0: none
 * @line: line of the file that specifies the rule or default; 0: none
 * @flag: the flag that decided, in sections of flags; 0: none
 * @address: the judged address, or key of an option, if it is not the requested
 *	     one
 * @host: the host of the rule that decided, or NULL
 * @key: the key of section names that decided, or NULL
 * @condition: when the verdict holds, or NULL
 * @remark: a remark to print, or NULL
 * @always: denied in mode audit, too
 * @socket: a negative errno if the socket itself cannot be created, else 0
 * @unsent: the peer of UDP is denied, but connect succeeds as long as nothing
 *	    is sent
 */
struct judgement {
	int verdict;
	enum persock_section section;
	unsigned int rule;
	unsigned int line;
	u32 flag;
	const char *address;
	const char *host;
	const char *key;
	const char *condition;
	const char *remark;
	bool always;
	int socket;
	bool unsent;
};

#endif
