/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the names of a policy say of an address: is it a resolver, and was it
 * learnt for a host? judge.c asks after it has asked the rules on addresses.
 */
#ifndef _PERSOCK_POLICY_FILE_JUDGE_NAMES_H
#define _PERSOCK_POLICY_FILE_JUDGE_NAMES_H

#include "policy_file/judgement.h"

/* Change a judgement of rules on addresses by what the policy's names say. */
void judge_names(const struct draft *draft,
		 const struct persock_endpoint *endpoint, int protocol,
		 struct judgement *judgement);

/* Has a name of the address a rule that allows it on any port? */
bool judge_has_allowed(const struct draft *draft,
		       const struct persock_endpoint *endpoint);

/* A rule on hosts, numbered among these from 1, has decided. */
void judge_by_host(const struct draft *draft, unsigned int rule, int verdict,
		   struct judgement *judgement);

#endif
