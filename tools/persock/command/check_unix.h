/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Warnings of rules on AF_UNIX sockets that probably do not do what was meant.
 * The command check calls it.
 */
#ifndef _PERSOCK_COMMAND_CHECK_UNIX_H
#define _PERSOCK_COMMAND_CHECK_UNIX_H

struct draft;

void check_unix(const struct draft *draft, const char *path);

#endif
