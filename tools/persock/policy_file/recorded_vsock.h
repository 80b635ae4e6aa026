/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules on AF_VSOCK of recorded facts. recorded.c calls it.
 */
#ifndef _PERSOCK_POLICY_FILE_RECORDED_VSOCK_H
#define _PERSOCK_POLICY_FILE_RECORDED_VSOCK_H

#include "policy_file/fact.h"
#include "policy_file/judgement.h"

/* Is it about an address of AF_VSOCK? */
bool recorded_is_vsock(const struct fact *fact);

/* The verdict of a draft on such a fact. */
int recorded_judge_vsock(const struct draft *draft, const struct fact *fact,
			 struct judgement *judgement);

/* Add a rule. */
void recorded_add_vsock(struct draft *draft, const struct fact *fact,
			unsigned int number);

#endif
