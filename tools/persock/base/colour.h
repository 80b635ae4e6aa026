/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Colours of text on terminals. Commands print in them what must not be
 * overlooked.
 */
#ifndef _PERSOCK_BASE_COLOUR_H
#define _PERSOCK_BASE_COLOUR_H

#include <stdio.h>

/*
 * Print @text in red if @stream is a terminal that has colours, and the user has
 * not set NO_COLOR (https://no-color.org); else plain.
 */
void colour_red(FILE *stream, const char *text);

#endif
