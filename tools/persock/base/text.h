/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text that others chose (names of cgroups above all), on its way to a
 * terminal: control characters and what is not UTF-8 are printed as \ooo, byte
 * by byte, everything else as it is. Commands, complaints and the printing of
 * the module's replies call it.
 */
#ifndef _PERSOCK_BASE_TEXT_H
#define _PERSOCK_BASE_TEXT_H

#include <stdio.h>

/*
 * The length of the UTF-8 character at @c, or 0 if there is none: overlong
 * forms, surrogates and what lies above U+10FFFF are not UTF-8.
 */
int text_length(const unsigned char *c);

/* Print @text; returns the number of columns, taking each character for one. */
int text_print(FILE *stream, const char *text);

/* The same, filled up with blanks to @width columns. */
void text_column(FILE *stream, const char *text, int width);

/* How many columns text_print() would use. */
int text_width(const char *text);

#endif
