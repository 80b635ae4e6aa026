/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Do the layers around a policy deny every address that one of its rules
 * matches? unreachable.c asks.
 */
#ifndef _PERSOCK_POLICY_FILE_OUTER_ADDRESS_H
#define _PERSOCK_POLICY_FILE_OUTER_ADDRESS_H

#include "policy_file/outer.h"

/* @section is connect, bind or accept. */
bool outer_denies_addresses(struct outer *outer, enum persock_section section,
			    const struct persock_address_rule *rule,
			    struct denier *denier);

#endif
