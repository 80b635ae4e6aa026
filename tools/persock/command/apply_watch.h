/* SPDX-License-Identifier: GPL-2.0 */
/*
 * persock apply --watch. apply.c calls it.
 */
#ifndef _PERSOCK_COMMAND_APPLY_WATCH_H
#define _PERSOCK_COMMAND_APPLY_WATCH_H

#include <stdbool.h>

/*
 * Apply a folder now and whenever it changes, until a signal ends it. @metrics:
 * the file that says how it went, or NULL. Returns the exit status.
 */
int apply_watch(const char *folder, bool prune, const char *metrics);

#endif
