/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Folds lines that are wider than the terminal they go to. main.c begins it for
 * all that is written to stdout and stderr: no command needs to care. What goes
 * to a pipe or a file is not changed: a record stays a line there.
 *
 * A line is broken at a blank, and a word that is wider than a line behind a
 * slash, or anywhere. What follows is indented by four columns more, and of a
 * comment it is one, too.
 */
#ifndef _PERSOCK_BASE_FOLD_H
#define _PERSOCK_BASE_FOLD_H

#include <stdbool.h>
#include <stdio.h>

/* From now on stdout and stderr are folded if they are terminals. */
void fold_begin(void);

/* Where a folded stream writes to, or @stream: only that has a descriptor. */
FILE *fold_sink(FILE *stream);

/* Is @stream folded? */
bool fold_folds(FILE *stream);

/* How lines of a stream are folded from now on. */
enum fold_style {
	FOLD_TEXT,
	FOLD_POLICY,	/* at blanks only: it is still that policy */
	FOLD_MARKED,	/* they begin with a mark, as those of diff(1): repeat it */
	FOLD_NEVER,	/* machines read them */
};

void fold_choose(FILE *stream, enum fold_style style);

#endif
