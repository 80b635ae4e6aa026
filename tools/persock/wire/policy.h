/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policies on their way to the module and back: see the commands
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
 * or _SET. @network is a descriptor of the draft's network namespace, or -1, and
 * @from of the one whose tasks that is for.
 * 0 or a negative errno; the sentence is left to the caller.
 */
int policy_send(struct netlink *nl, uint8_t command, const struct draft *draft,
		int network, int from);

/* The same for a policy to be read; @draft is made, and is to be freed. */
int policy_read(struct netlink *nl, const char *name, struct draft *draft);

#endif
