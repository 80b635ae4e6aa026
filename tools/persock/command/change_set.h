/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The changes that make the module do what files say. The command apply makes
 * them once, or whenever a folder changes.
 */
#ifndef _PERSOCK_COMMAND_CHANGE_SET_H
#define _PERSOCK_COMMAND_CHANGE_SET_H

#include <stdbool.h>
#include <stdio.h>

struct folder;

/**
 * struct change_set - what is done, and how it is reported
 * @dry: report the changes, and do not make them
 * @prune: remove what is loaded and not in the files
 * @out: where to report them; JSON: elements of the array that is open
 * @nr: number of changes that were reported
 */
struct change_set {
	bool dry;
	bool prune;
	FILE *out;
	unsigned int nr;
};

/*
 * Make the changes for what was read from files. Returns 0, or an exit status
 * after an error.
 */
int change_set_make(struct change_set *set, const struct folder *folder);

#endif
