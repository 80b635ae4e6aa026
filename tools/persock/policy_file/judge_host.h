/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Judges host names and DNS queries, with the functions of the module. The
 * command explain calls it.
 */
#ifndef _PERSOCK_POLICY_FILE_JUDGE_HOST_H
#define _PERSOCK_POLICY_FILE_JUDGE_HOST_H

#include "policy_file/judgement.h"

/* Any address that DNS answers for a host, where no rule on addresses matches. */
void judge_host(const struct draft *draft, const char *host, u16 port,
		int protocol, struct judgement *judgement);

/* A DNS query for records of a type. */
void judge_query(const struct draft *draft, const char *host, u16 type,
		 struct judgement *judgement);

#endif
