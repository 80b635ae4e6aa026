/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Judges names and peers of AF_UNIX sockets, with the functions of the module.
 * The command explain calls it, recorded.c and outer_unix.c.
 */
#ifndef _PERSOCK_POLICY_FILE_JUDGE_UNIX_H
#define _PERSOCK_POLICY_FILE_JUDGE_UNIX_H

#include "module/policy/unix_rule.h"
#include "policy_file/judgement.h"

/* @section is unix.connect or unix.bind. */
void judge_unix(const struct draft *draft, enum persock_section section,
		const struct persock_unix_name *name,
		struct judgement *judgement);

/* May it depend on where the peer was created? */
bool judge_unix_asks_peer(const struct draft *draft,
			  enum persock_section section,
			  const struct persock_unix_name *name);

#endif
