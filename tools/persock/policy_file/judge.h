/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a policy says of one operation, by the very functions that the module
 * judges with. The commands explain and check call it, and ways.c.
 */
#ifndef _PERSOCK_POLICY_FILE_JUDGE_H
#define _PERSOCK_POLICY_FILE_JUDGE_H

#include "policy_file/draft.h"

/**
 * struct judgement - a verdict, and what decided
 * @verdict: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno
 * @section: the part of the policy that decided
 * @rule: number of the rule, from 1; 0: none
 * @line: of the file, where the rule or the default was told; 0: not there
 * @flag: the flag that decided, in sections of flags; 0: none
 * @address: the judged address, or key of an option, where it is another than
 *	     the one that was asked for
 * @remark: what has to be said besides, or NULL
 * @always: denied in mode audit as well
 * @socket: a negative errno when there is no socket to begin with, else 0
 * @unsent: a peer of UDP that is denied and can be connected all the same, as
 *	    long as nothing is sent
 */
struct judgement {
	int verdict;
	enum persock_section section;
	unsigned int rule;
	unsigned int line;
	u32 flag;
	const char *address;
	const char *remark;
	bool always;
	int socket;
	bool unsent;
};

void judge_socket(const struct draft *draft, int family, int type, int protocol,
		  struct judgement *judgement);
/* @section is connect, bind or accept. */
void judge_address(const struct draft *draft, enum persock_section section,
		   const struct persock_endpoint *endpoint, int protocol,
		   struct judgement *judgement);
/* @size is the length of the value or buffer, negative when it is not told. */
void judge_option(const struct draft *draft, enum persock_section section,
		  int family, int level, int name, int size,
		  struct judgement *judgement);
void judge_control_send(const struct draft *draft, int family, int level,
			int name, struct judgement *judgement);
void judge_control_receive(const struct draft *draft, int family, int level,
			   int name, struct judgement *judgement);
void judge_flags(const struct draft *draft, enum persock_section section,
		 enum persock_class class, u32 flags,
		 struct judgement *judgement);
void judge_ioctl(const struct draft *draft, enum persock_class class,
		 u32 command, struct judgement *judgement);
/* Sections that have a default only. */
void judge_default(const struct draft *draft, enum persock_section section,
		   enum persock_class class, struct judgement *judgement);

#endif
