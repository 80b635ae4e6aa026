/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sends policies to the module, and reads them back: see the commands
 * personality-new, personality-set and policy-get in the specification.
 * personality.c calls it to load a policy; show, apply and source.c to read
 * one.
 */
#ifndef _PERSOCK_WIRE_POLICY_H
#define _PERSOCK_WIRE_POLICY_H

#include "policy_file/draft.h"

struct netlink;

/*
 * Add a personality, or replace the policy of one: PERSOCK_CMD_PERSONALITY_NEW
 * or _SET. @network is a descriptor of the draft's network namespace, @from of
 * the one whose tasks use it; either may be -1. @hold: the replacement waits for
 * PERSOCK_CMD_COMMIT. Returns 0 or a negative errno; the caller calls
 * netlink_error().
 */
int policy_send(struct netlink *nl, uint8_t command, const struct draft *draft,
		int network, int from, bool hold);

/* Read a policy into @draft, which the caller frees in either case. */
int policy_read(struct netlink *nl, const char *name, struct draft *draft);

#endif
