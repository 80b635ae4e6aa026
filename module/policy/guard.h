/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guards: what sockets of another network namespace may do only if the policy
 * names it. verdict.c, address.c and request.c ask, and so do socket/option.c
 * and the tool. Pure functions.
 *
 * A task whose sockets are made in another namespace, for example the host's,
 * must not get more rights there than the author of the policy meant to give.
 * A default that allows was not written with that namespace in mind. A
 * capability that counts in the task's user namespace may count in that of the
 * other network, too.
 */
#ifndef _PERSOCK_GUARD_H
#define _PERSOCK_GUARD_H

#include <linux/types.h>

#include "policy/policy.h"

void persock_guard_policy(struct persock_policy *policy);
bool persock_guard_configures(int level, int name);
bool persock_guard_names_raw(const struct persock_socket_rule *rule);
int persock_guard_option(enum persock_guard guard, int level, int name,
			 int fallback);
int persock_guard_alias(enum persock_guard guard, int type, int level,
			int name);
int persock_guard_ioctl(enum persock_guard guard, u32 cmd, int fallback);
bool persock_guard_names(enum persock_guard guard,
			 const struct persock_address_rule *rule);
int persock_guard_address(enum persock_guard guard,
			  const struct persock_endpoint *endpoint,
			  const struct persock_address_rule *rule);

#endif /* _PERSOCK_GUARD_H */
