/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The multicast groups of the module, and the socket that listens to them. The
 * commands monitor, run and top call it.
 */
#ifndef _PERSOCK_WIRE_GROUP_H
#define _PERSOCK_WIRE_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/netlink.h"

/* The groups by the order of the specification; 0: the module has none. */
struct groups {
	uint32_t denials;
	uint32_t ignored;
	uint32_t names;
};

/*
 * Is this another network namespace than that of process 1, where no denial is
 * reported? This is a hint only: process 1 may be that of a container, or not
 * accessible.
 */
bool group_in_other_namespace(void);

/* These return 0, or an exit status after an error. */
int groups_find(struct netlink *nl, struct groups *groups);
int group_join(struct mnl_socket *socket, const char *name, uint32_t group);

/*
 * Open a socket with a large buffer that does not wait for messages; NULL after
 * an error.
 */
struct mnl_socket *group_socket(void);

#endif
