/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The help: of the tool, and of each command. main.c prints it.
 */
#ifndef _PERSOCK_HELP_H
#define _PERSOCK_HELP_H

#include <stdbool.h>

/* Print the usage of all commands. */
void help_print_all(void);

/* Print the usage of a command, and its options. False: there is no help on it. */
bool help_print(const char *command);

#endif
