/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Personalities of the module, the named policies. The commands personality,
 * show, run and apply call it.
 */
#ifndef _PERSOCK_WIRE_PERSONALITY_H
#define _PERSOCK_WIRE_PERSONALITY_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/counters.h"
#include "wire/netlink.h"

struct draft;

struct personality {
	const char *name;	/* points into the parsed message */
	const char *base;	/* likewise */
	bool builtin;
	unsigned int attachments;
	uint64_t sockets_live;
	uint64_t sockets_created;
	struct counters counters;
};

/* Returns 0, or an exit status after an error. */
int personality_list(struct netlink *nl, struct replies *replies);

/* Is @name loaded? Returns 0, or an exit status after an error that says so. */
int personality_check_loaded(struct netlink *nl, const char *name);

/*
 * Both return 0 or a negative errno; the caller calls netlink_error(). @command
 * is PERSOCK_CMD_PERSONALITY_NEW or _SET.
 */
int personality_from_base(struct netlink *nl, uint8_t command, const char *name,
			  const char *base, const char *const *providers,
			  unsigned int nr_providers);
int personality_del(struct netlink *nl, const char *name);

/*
 * Make or replace a personality: PERSOCK_CMD_PERSONALITY_NEW or _SET. @hold: the
 * replacement waits for personality_commit() by the same socket. Errors begin
 * with @file. Returns 0, or an exit status after an error.
 */
int personality_load_draft(struct netlink *nl, uint8_t command,
			   const struct draft *draft, const char *file,
			   bool hold);

/*
 * Make all replacements that wait, at once. Returns 0 or a negative errno; the
 * caller calls netlink_error().
 */
int personality_commit(struct netlink *nl);

/*
 * Print the error of the last request, which named the personality @name. If
 * there is none, say which there are. Returns EXIT_FAILURE.
 */
int personality_error(struct netlink *nl, const char *name);

void personality_parse(const struct nlmsghdr *message,
		       struct personality *personality);

#endif
