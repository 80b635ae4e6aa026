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

/* These return 0, or an exit status after an error. */
int groups_find(struct netlink *nl, struct groups *groups);
int group_join(struct mnl_socket *socket, const char *name, uint32_t group);

/*
 * Open a socket with a large buffer that does not wait for messages; NULL after
 * an error.
 */
struct mnl_socket *group_socket(void);

/*
 * Pass each denial that has arrived to @read, as its nest. Returns whether some
 * were lost, because they did not fit into the socket's buffer.
 */
bool group_denials(struct mnl_socket *socket, uint16_t family,
		   void (*read)(void *data, const struct nlattr *nest),
		   void *data);

#endif
