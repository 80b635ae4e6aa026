/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prints text from other sources, such as names of cgroups, on a terminal:
 * control characters and bytes that are not UTF-8 are printed as \ooo, all
 * others unchanged. Commands, error.c and the printing of the module's replies
 * call it.
 */
#ifndef _PERSOCK_BASE_TEXT_H
#define _PERSOCK_BASE_TEXT_H

#include <stdio.h>

/*
 * The length of the UTF-8 character at @c, or 0 if there is none: overlong
 * forms, surrogates and numbers above U+10FFFF are not UTF-8.
 */
int text_length(const unsigned char *c);

/* Print @text. Returns the number of columns, one for each character. */
int text_print(FILE *stream, const char *text);

/* The same, padded with blanks to @width columns. */
void text_column(FILE *stream, const char *text, int width);

/* How many columns text_print() would use. */
int text_width(const char *text);

#endif
