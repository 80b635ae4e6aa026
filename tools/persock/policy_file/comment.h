/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The comments of a YAML file, which libyaml does not report. format_tree.c
 * calls it.
 */
#ifndef _PERSOCK_POLICY_FILE_COMMENT_H
#define _PERSOCK_POLICY_FILE_COMMENT_H

#include "policy_file/yaml.h"

/**
 * struct comment - a comment, with its '#'
 * @text: points into the file
 * @length: in bytes
 * @index: its place in characters, as in libyaml's marks
 * @column: likewise
 * @alone: nothing is before it on its line, or the dash of an item, whose column
 *	it has then
 * @apart: the line before it is blank
 */
struct comment {
	const char *text;
	size_t length;
	size_t index;
	size_t column;
	bool alone;
	bool apart;
};

/* The place of a line's first character. @apart: the line before it is blank. */
struct line {
	size_t index;
	bool apart;
};

/**
 * struct comments - all comments of a file
 * @of: in their order
 * @nr: length of @of
 * @lines: the lines of the file
 * @nr_lines: length of @lines
 */
struct comments {
	struct comment *of;
	size_t nr;
	struct line *lines;
	size_t nr_lines;
};

/* Find the comments of a file that libyaml has read. */
void comments_find(const struct yaml *yaml, struct comments *comments);
void comments_free(struct comments *comments);

/* Is the line before that of a character blank? */
bool comments_apart(const struct comments *comments, size_t index);

#endif
