/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lines of persock top, none longer than the terminal is wide. top.c prints
 * them, and top_screen.c.
 */
#ifndef _PERSOCK_COMMAND_TOP_TABLE_H
#define _PERSOCK_COMMAND_TOP_TABLE_H

#include <stddef.h>

struct top_sample;

/**
 * struct top_table - lines of text
 * @lines: without their ends; the first is a summary, then come an empty one, the
 *	heads of the columns, and the rows
 * @nr: length of @lines
 */
struct top_table {
	char **lines;
	size_t nr;
};

/* The first line of the rows. */
#define TOP_TABLE_ROWS	3

/* Make the lines for a terminal of @width columns. */
void top_table_make(struct top_table *table, struct top_sample *sample,
		    int width);
void top_table_free(struct top_table *table);

#endif
