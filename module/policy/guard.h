/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What sockets of another network namespace may do only where the policy names
 * it. Pure.
 *
 * A task whose sockets are made in another namespace, the host's say, is not to
 * have more rights there than a policy was meant to give: a default that allows
 * was not written with that namespace in mind, and a capability that counts in
 * the task's user namespace may count in that of the other network, too.
 */
#ifndef _PERSOCK_GUARD_H
#define _PERSOCK_GUARD_H

#include <linux/types.h>

struct persock_address_rule;
struct persock_endpoint;
struct persock_policy;
struct persock_socket_rule;

/**
 * enum persock_guard - what a section has to name, or nothing
 * @PERSOCK_GUARD_NONE: its default decides on all that no rule does
 * @PERSOCK_GUARD_GET: of options that are read: netfilter's, multicast
 *		       routing's
 * @PERSOCK_GUARD_SET: of options that are set: interfaces, multicast groups,
 *		       broadcasts, marks, foreign addresses, ports that are
 *		       shared, what needs CAP_NET_ADMIN, and what is read
 * @PERSOCK_GUARD_CONTROL: of control messages that are sent: marks, and what
 *			   chooses an interface
 * @PERSOCK_GUARD_CONNECT: multicast peers: by a prefix of such addresses
 * @PERSOCK_GUARD_BIND: multicast addresses as well, and ports below 1024: by a
 *			rule on ports
 * @PERSOCK_GUARD_IOCTL: all but what tells of the socket, or of interfaces
 * @PERSOCK_GUARD_SOCKET: raw sockets, which see what others receive and forge
 *			  what they send: by a rule on the type
 */
enum persock_guard {
	PERSOCK_GUARD_NONE,
	PERSOCK_GUARD_GET,
	PERSOCK_GUARD_SET,
	PERSOCK_GUARD_CONTROL,
	PERSOCK_GUARD_CONNECT,
	PERSOCK_GUARD_BIND,
	PERSOCK_GUARD_IOCTL,
	PERSOCK_GUARD_SOCKET,
};

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
