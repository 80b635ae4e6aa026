/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether governance holds, as the module says. doctor.c calls it.
 */
#ifndef _PERSOCK_COMMAND_STATUS_H
#define _PERSOCK_COMMAND_STATUS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Does governance hold? @reason is filled in with why not. Returns 0, or an exit
 * status after the sentence that says why it could not be asked.
 */
int status_holds(bool *holds, char *reason, size_t room);

#endif
