/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Personalities, the named policies, as the module has them. The commands
 * personality, show, run and apply call it.
 */
#ifndef _PERSOCK_WIRE_PERSONALITY_H
#define _PERSOCK_WIRE_PERSONALITY_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/counters.h"
#include "wire/netlink.h"

struct draft;

struct personality {
	const char *name;	/* within the message it was read from */
	const char *base;	/* likewise */
	bool builtin;
	unsigned int attachments;
	uint64_t sockets_live;
	uint64_t sockets_created;
	struct counters counters;
};

/*
 * 0 or a negative errno; these leave the sentence to the caller. @command is
 * PERSOCK_CMD_PERSONALITY_NEW or _SET.
 */
int personality_from_base(struct netlink *nl, uint8_t command, const char *name,
			  const char *base, const char *const *providers,
			  unsigned int nr_providers);
int personality_del(struct netlink *nl, const char *name);

/*
 * Make or replace a personality: PERSOCK_CMD_PERSONALITY_NEW or _SET. @file is
 * where the draft is from, for complaints. 0, or an exit status after one.
 */
int personality_load_draft(struct netlink *nl, uint8_t command,
			   const struct draft *draft, const char *file);

void personality_parse(const struct nlmsghdr *message,
		       struct personality *personality);

#endif
