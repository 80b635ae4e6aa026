/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module reports of itself: does governance hold? The commands status
 * and metrics call it.
 */
#ifndef _PERSOCK_WIRE_STATUS_H
#define _PERSOCK_WIRE_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/netlink.h"

/**
 * struct status - the module's report
 * @version: of the module; points into the replies, as @reason
 * @address_family: the number of AF_PERSOCK
 * @holds: does every interception point work?
 * @reason: why not; "" if governance holds
 * @armed: are the interception points armed?
 * @sockets_live: number of governed sockets
 * @lost: number of dropped denials
 * @network_inode: inode number of the initial network namespace; 0: unknown
 */
struct status {
	const char *version;
	unsigned int address_family;
	bool holds;
	const char *reason;
	bool armed;
	uint64_t sockets_live;
	uint64_t lost;
	uint64_t network_inode;
};

/*
 * Ask the module. Returns 0, or an exit status after an error. The caller frees
 * @replies in either case.
 */
int status_get(struct netlink *nl, struct replies *replies,
	       struct status *status);

/*
 * Is this another network namespace than the initial one? Only there does the
 * module report events, and it says which one that is. Without /proc, and with
 * an older module, nobody knows. Returns 0, or an exit status after an error.
 */
int status_elsewhere(struct netlink *nl, bool *elsewhere);

#endif
