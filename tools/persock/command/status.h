/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asks the module whether governance holds. doctor.c calls it.
 */
#ifndef _PERSOCK_COMMAND_STATUS_H
#define _PERSOCK_COMMAND_STATUS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Does governance hold? If not, @reason receives the reason. Returns 0, or an
 * exit status after an error.
 */
int status_holds(bool *holds, char *reason, size_t room);

#endif
