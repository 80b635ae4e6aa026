/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the machine says of host names: its resolvers, /etc/hosts and how
 * programs look names up. The commands that read a policy file call it.
 */
#ifndef _PERSOCK_COMMAND_LOCAL_NAMES_H
#define _PERSOCK_COMMAND_LOCAL_NAMES_H

#include "policy_file/draft.h"

/*
 * Before a policy with names is loaded: replace "system" by addresses, add rules
 * for /etc/hosts, and warn. @path is the file, for messages. Returns 0, or an
 * exit status after an error.
 */
int local_names_add(struct draft *draft, const char *path);

/* Warn where programs look names up so that the module does not see it. */
void local_names_warn(const struct draft *draft, const char *path);

#endif
