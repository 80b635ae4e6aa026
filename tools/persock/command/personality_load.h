/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands that load a personality from a file or from another
 * personality. personality.c calls it.
 */
#ifndef _PERSOCK_COMMAND_PERSONALITY_LOAD_H
#define _PERSOCK_COMMAND_PERSONALITY_LOAD_H

/* personality add, and personality set: argv[0] says which. */
int personality_load_command(int argc, char **argv);

#endif
