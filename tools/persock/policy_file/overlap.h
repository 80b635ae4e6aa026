/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What rules on addresses have in common. check, check_reach and hosts_file
 * compare rules by it.
 */
#ifndef _PERSOCK_POLICY_FILE_OVERLAP_H
#define _PERSOCK_POLICY_FILE_OVERLAP_H

#include "module/policy/policy.h"

/* Is an address in the prefix of @rule? */
bool overlap_has(const struct persock_address_rule *rule, int family,
		 const u8 *address);

/* Is the prefix of @other in that of @rule, and has a port and protocol of it? */
bool overlap_around(const struct persock_address_rule *rule,
		    const struct persock_address_rule *other);

/* Is there a protocol that both may be? */
static inline bool overlap_protocols(s32 a, s32 b)
{
	return a == PERSOCK_ANY || b == PERSOCK_ANY || a == b;
}

#endif
