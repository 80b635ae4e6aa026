/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file that takes the place of another one at once: who reads it sees the old
 * one or the new one. fmt.c and metrics.c write so.
 */
#ifndef _PERSOCK_BASE_REPLACEMENT_H
#define _PERSOCK_BASE_REPLACEMENT_H

#include <stdbool.h>
#include <stdio.h>

/**
 * struct replacement - a file that is being written
 * @path: the file that it will replace
 * @other: its own name until then
 * @file: where to write
 */
struct replacement {
	const char *path;
	char *other;
	FILE *file;
};

/* Begin one for the file @path, in the same folder; false sets errno. */
bool replacement_begin(struct replacement *replacement, const char *path);

/*
 * End it: the file takes its place if @good and if all was written; else it is
 * removed, and the result is false, with errno.
 */
bool replacement_end(struct replacement *replacement, bool good);

#endif
