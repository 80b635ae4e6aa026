/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Judges addresses of AF_VSOCK by a policy, with the functions of the module.
 * The command explain calls it, and recorded.c.
 */
#ifndef _PERSOCK_POLICY_FILE_JUDGE_VSOCK_H
#define _PERSOCK_POLICY_FILE_JUDGE_VSOCK_H

#include "module/policy/vsock_rule.h"
#include "policy_file/judgement.h"

/* @section is connect, bind or accept. */
void judge_vsock(const struct draft *draft, enum persock_section section,
		 const struct persock_vsock *vsock,
		 struct judgement *judgement);

#endif
