/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Address rules: verdicts by prefix, port range and protocol.
 * socket/endpoint.c asks for them, and so does "persock explain".
 *
 * Among the rules that match port and protocol the one with the longest prefix
 * decides. At the same prefix a rule that denies goes before one that allows,
 * and then the earlier one. Pure functions: no socket, no netlink, no lock.
 */
#ifndef _PERSOCK_ADDRESS_H
#define _PERSOCK_ADDRESS_H

#include <linux/types.h>

#include "policy/policy.h"

bool persock_address_has_allowed(const struct persock_addresses *addresses,
				 const struct persock_endpoint *endpoint,
				 int protocol);
int persock_judge_address(const struct persock_addresses *addresses,
			  const struct persock_endpoint *endpoint,
			  int protocol, unsigned int *rule);
int persock_judge_chosen(const struct persock_addresses *addresses,
			 const struct persock_endpoint *endpoint, int protocol,
			 unsigned int *rule);

#endif /* _PERSOCK_ADDRESS_H */
