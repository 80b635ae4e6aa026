/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PERSOCK_COMMAND_H
#define _PERSOCK_COMMAND_H

/* The options of a command that has none but those for its output. */
int command_options(int argc, char **argv);

/* 0 if @name can be the name of a @what, else the exit status for bad usage. */
int command_check_name(const char *what, const char *name);

#endif
