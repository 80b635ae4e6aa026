/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Host names: verdicts on the addresses of a name, and on DNS queries for it.
 * socket/endpoint.c and socket/query.c ask for them, and so does "persock
 * explain". control/parse_policy.c checks and sorts the rules.
 *
 * Of the rules that match name, port and protocol the most specific one
 * decides: a rule on the name itself, then the one on names below the longest
 * suffix. For the same name a rule that denies goes before one that allows,
 * and then the earlier one. Pure functions: no socket, no netlink, no lock.
 *
 * A name is text in lower case, without a final dot, at most
 * PERSOCK_HOST_LENGTH bytes; "" is the root. Functions that get a name from
 * dns.c or the tool rely on this. A name with a "\\" has bytes that no host
 * name has (dns.h): no rule allows it, and rules on names above it may deny it.
 */
#ifndef _PERSOCK_HOST_H
#define _PERSOCK_HOST_H

#include <linux/types.h>

#include "policy/policy.h"

/* No rule on host names decides. */
#define PERSOCK_NO_HOST_RULE	1

int persock_host_check(const char *text, const char **reason);
void persock_hosts_sort(const struct persock_host_rule *rules,
			unsigned int nr, u32 *sorted);
bool persock_host_listed(const struct persock_names *names, const char *host);
int persock_judge_host(const struct persock_names *names, const char *host,
		       u16 port, int protocol, unsigned int *rule);
bool persock_host_has_allowed(const struct persock_names *names,
			      const char *host);
bool persock_is_resolver(const struct persock_names *names,
			 const struct persock_endpoint *endpoint);
bool persock_allows_resolver(const struct persock_policy *policy,
			     const struct persock_endpoint *endpoint,
			     unsigned int rule);
int persock_judge_query(const struct persock_policy *policy, const char *host,
			u16 type, unsigned int *rule);

#endif /* _PERSOCK_HOST_H */
