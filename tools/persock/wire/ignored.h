/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was ignored, by option, flag, control message and ioctl. The commands
 * counters and run call it, and attachment.c.
 */
#ifndef _PERSOCK_WIRE_IGNORED_H
#define _PERSOCK_WIRE_IGNORED_H

#include <stdint.h>
#include <stdio.h>

#include "wire/netlink.h"

/*
 * Of every attachment, or with @id of that one; nothing of a module that is
 * older. 0, or an exit status after the sentence that says why not.
 */
int ignored_list(struct netlink *nl, uint64_t id, struct replies *replies);

/* Of one attachment: a table, each line behind @indent blanks. */
void ignored_print(FILE *stream, const struct replies *replies, uint64_t id,
		   int indent);

/* A member "ignored" of the JSON object that is open. */
void ignored_json(const struct replies *replies, uint64_t id);

#endif
