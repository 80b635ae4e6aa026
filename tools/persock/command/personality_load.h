/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PERSOCK_COMMAND_PERSONALITY_LOAD_H
#define _PERSOCK_COMMAND_PERSONALITY_LOAD_H

#include <stdint.h>

struct draft;
struct netlink;

/*
 * Make or replace a personality: PERSOCK_CMD_PERSONALITY_NEW or _SET. @file is
 * where the draft is from, for complaints. 0, or an exit status after one.
 */
int personality_load_draft(struct netlink *nl, uint8_t command,
			   const struct draft *draft, const char *file);

/* personality add, and personality set: argv[0] says which. */
int personality_load_command(int argc, char **argv);

#endif
