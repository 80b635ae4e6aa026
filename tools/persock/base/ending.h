/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The end of commands that run until a signal comes: monitor, top and
 * apply --watch.
 */
#ifndef _PERSOCK_BASE_ENDING_H
#define _PERSOCK_BASE_ENDING_H

#include <signal.h>
#include <stdbool.h>

/*
 * From now on SIGINT and SIGTERM, and SIGHUP if @hangup, ask the command to end.
 * They are blocked except in ppoll() with @mask, so that none is missed before
 * it.
 */
void ending_catch(sigset_t *mask, bool hangup);

/* Has one of them come? */
bool ending(void);

#endif
