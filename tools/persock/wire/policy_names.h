/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a policy learns the addresses of host names, in requests and replies: its
 * resolvers, queries and limits. policy.c calls it.
 */
#ifndef _PERSOCK_WIRE_POLICY_NAMES_H
#define _PERSOCK_WIRE_POLICY_NAMES_H

#include "policy_file/draft.h"

struct netlink;
struct nlattr;

/* Put it into a request. A policy without resolvers learns nothing. */
void policy_put_names(struct netlink *nl, const struct persock_names *names);

/*
 * Read the nest PERSOCK_A_NAMES. Returns false if a newer module has sent what
 * is unknown here.
 */
bool policy_read_names(struct draft *draft, const struct nlattr *nest);

#endif
