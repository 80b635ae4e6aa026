/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Judges peers by host names, and DNS queries, with the functions of the module.
 * judge.c calls it, and the command explain.
 */
#ifndef _PERSOCK_POLICY_FILE_JUDGE_HOST_H
#define _PERSOCK_POLICY_FILE_JUDGE_HOST_H

#include "policy_file/judge.h"

/* Change a judgement of rules on addresses by what the policy's names say. */
void judge_names(const struct draft *draft,
		 const struct persock_endpoint *endpoint, int protocol,
		 struct judgement *judgement);

/* Has a name of the address a rule that allows it on any port? */
bool judge_has_allowed(const struct draft *draft,
		       const struct persock_endpoint *endpoint);

/* Any address that DNS answers for a host, where no rule on addresses matches. */
void judge_host(const struct draft *draft, const char *host, u16 port,
		int protocol, struct judgement *judgement);

/* A DNS query for records of a type. */
void judge_query(const struct draft *draft, const char *host, u16 type,
		 struct judgement *judgement);

#endif
