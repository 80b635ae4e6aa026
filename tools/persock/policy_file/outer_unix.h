/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Do the layers around a policy deny every AF_UNIX socket that one of its rules
 * matches? unreachable.c asks.
 */
#ifndef _PERSOCK_POLICY_FILE_OUTER_UNIX_H
#define _PERSOCK_POLICY_FILE_OUTER_UNIX_H

#include "policy_file/outer.h"

/* @section is unix.connect or unix.bind. */
bool outer_denies_unix(struct outer *outer, enum persock_section section,
		       const struct persock_unix_rule *rule,
		       struct denier *denier);

#endif
