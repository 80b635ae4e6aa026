/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of ignored calls, by option, flag, control message and ioctl. The
 * commands counters and run call it, and attachment.c.
 */
#ifndef _PERSOCK_WIRE_IGNORED_H
#define _PERSOCK_WIRE_IGNORED_H

#include <stdint.h>
#include <stdio.h>

#include "wire/netlink.h"

/*
 * The counters of all attachments, or those of the cgroup @id; an older module
 * has none. Returns 0, or an exit status after an error.
 */
int ignored_list(struct netlink *nl, uint64_t id, struct replies *replies);

/* Print a table for one attachment with @indent blanks before each line. */
void ignored_print(FILE *stream, const struct replies *replies, uint64_t id,
		   int indent);

/* Print a member "ignored" of the open JSON object. */
void ignored_json(const struct replies *replies, uint64_t id);

#endif
