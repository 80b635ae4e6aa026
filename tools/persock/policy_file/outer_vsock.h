/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules on addresses of AF_VSOCK: do the layers around a policy deny all of
 * them? unreachable.c calls it.
 */
#ifndef _PERSOCK_POLICY_FILE_OUTER_VSOCK_H
#define _PERSOCK_POLICY_FILE_OUTER_VSOCK_H

#include "policy_file/outer.h"

bool outer_denies_vsock(struct outer *outer, enum persock_section section,
			const struct persock_vsock_rule *rule,
			struct denier *denier);

#endif
