/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The screen of persock top. top.c shows samples on it.
 */
#ifndef _PERSOCK_COMMAND_TOP_SCREEN_H
#define _PERSOCK_COMMAND_TOP_SCREEN_H

#include "command/top_sample.h"

/* What the user wants. */
enum top_key { TOP_KEY_NONE, TOP_KEY_QUIT, TOP_KEY_DRAW };

/* Take the terminal. Returns 0, or an exit status after an error. */
int top_screen_open(void);

/* Give it back. */
void top_screen_close(void);

void top_screen_draw(struct top_sample *sample, enum top_order order);

/*
 * Read the keys that were pressed, and react to another size of the terminal.
 * TOP_KEY_DRAW: @order, the size or the place is another one.
 */
enum top_key top_screen_key(enum top_order *order);

#endif
