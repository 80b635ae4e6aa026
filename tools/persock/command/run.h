/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs a command in a cgroup of its own. The command record calls it.
 */
#ifndef _PERSOCK_COMMAND_RUN_H
#define _PERSOCK_COMMAND_RUN_H

#include <stdint.h>

#include "wire/netlink.h"

/*
 * Run a command in a new cgroup that is attached to a personality. @ended is
 * called when no process is left in the cgroup, which is still attached. Returns
 * the exit status of the command, or that of an error.
 */
int run_attached_command(struct netlink *nl, const char *personality,
			 char **command,
			 int (*ended)(struct netlink *nl, uint64_t cgroup,
				      void *data), void *data);

#endif
