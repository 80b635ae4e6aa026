/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Learnt addresses of host names: those of a cgroup, or of all. The commands
 * names, monitor and explain call it.
 */
#ifndef _PERSOCK_WIRE_NAME_H
#define _PERSOCK_WIRE_NAME_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "wire/netlink.h"

/**
 * struct name - an address that a cgroup has learnt for a host
 * @cgroup_id: the attached cgroup
 * @host: the host, or "" if the message has none; points into the message
 * @address: the address, or NULL; likewise
 * @length: its length in bytes, 4 or 16
 * @network_inode: the network namespace in which it counts
 * @ttl: seconds until the TTL ends, negative if it has ended
 * @fixed: the TTL does not end
 * @lost: number of addresses that were dropped before their time
 */
struct name {
	uint64_t cgroup_id;
	const char *host;
	const void *address;
	unsigned int length;
	unsigned int network_inode;
	int32_t ttl;
	bool fixed;
	uint64_t lost;
};

/*
 * The addresses of the cgroup @id, or of all if it is 0. Returns 0, or an exit
 * status after an error.
 */
int name_list(struct netlink *nl, uint64_t id, struct replies *replies);

void name_parse(const struct nlmsghdr *message, struct name *name);

/*
 * Add an address, or remove those that match: an absent host (NULL) or address
 * matches any. The TTL of @name counts if it is not @fixed. Return 0 or a
 * negative errno; the caller calls netlink_error().
 */
int name_add(struct netlink *nl, const struct name *name);
int name_remove(struct netlink *nl, const struct name *name);

/* The address as text; valid until the next call. */
const char *name_address(const struct name *name);

/* Print "host address, TTL 20 s", and members of the open JSON object. */
void name_print(FILE *stream, const struct name *name);
void name_json(const struct name *name);

#endif
