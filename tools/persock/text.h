/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text that others chose (names of cgroups above all), on its way to a
 * terminal: control characters come out as \ooo, everything else as it is.
 */
#ifndef _PERSOCK_TEXT_H
#define _PERSOCK_TEXT_H

#include <stdio.h>

/* Print @text; returns the number of columns, taking each character for one. */
int text_print(FILE *stream, const char *text);

/* The same, filled up with blanks to @width columns. */
void text_column(FILE *stream, const char *text, int width);

/* How many columns text_print() would use. */
int text_width(const char *text);

#endif
