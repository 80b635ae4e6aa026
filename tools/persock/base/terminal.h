/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The terminal that text goes to. Commands whose lines may be long break them
 * for it.
 */
#ifndef _PERSOCK_BASE_TERMINAL_H
#define _PERSOCK_BASE_TERMINAL_H

#include <stdio.h>

/* The descriptor that @stream writes to. */
int terminal_fd(FILE *stream);

/* Columns of the terminal that @stream writes to; 0 if it is none. */
int terminal_width(FILE *stream);

/*
 * Print the rest of a line that is at @column. On a terminal it is broken at
 * blanks, and further lines begin at @indent.
 */
void terminal_print(FILE *stream, int column, int indent, const char *text);

#endif
