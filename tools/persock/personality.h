/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Personalities: the named policies, and the commands about them.
 */
#ifndef _PERSOCK_PERSONALITY_H
#define _PERSOCK_PERSONALITY_H

#include "netlink.h"

/*
 * 0 or a negative errno; these leave the sentence to the caller. @command is
 * PERSOCK_CMD_PERSONALITY_NEW or _SET.
 */
int personality_from_base(struct netlink *nl, uint8_t command, const char *name,
			  const char *base, const char *const *providers,
			  unsigned int nr_providers);
int personality_del(struct netlink *nl, const char *name);

/* Of a message that tells of one: has it come with the module? And its name. */
bool personality_builtin(const struct nlmsghdr *message, const char **name);

/* Show one with its policy, or with NULL list all; returns the exit status. */
int personality_show(const char *name);

int personality_command(int argc, char **argv);

#endif
