/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Warnings of rules that never decide, because another rule of the file decides
 * all that they match, or because they say what the default says. The command
 * check calls it.
 */
#ifndef _PERSOCK_COMMAND_CHECK_REACH_H
#define _PERSOCK_COMMAND_CHECK_REACH_H

struct draft;

void check_reach(const struct draft *draft, const char *path);

#endif
