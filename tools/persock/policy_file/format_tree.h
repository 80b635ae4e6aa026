/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A YAML file as a tree, with each comment at the entry that it is about.
 * format.c brings it into order and prints it.
 */
#ifndef _PERSOCK_POLICY_FILE_FORMAT_TREE_H
#define _PERSOCK_POLICY_FILE_FORMAT_TREE_H

#include "policy_file/comment.h"
#include "policy_file/key.h"

struct tree;

/* Comments that follow each other. */
struct remarks {
	const struct comment **of;
	size_t nr;
};

/**
 * struct entry - a key with its value, or an item of a list
 * @key: the key, or NULL for an item
 * @node: the value
 * @value: the value if it is a mapping or a list, else NULL
 * @before: comments on lines of their own before it
 * @beside: a comment behind it, or NULL
 * @column: where that is kept, if there is room
 * @apart: a blank line is before it
 * @number: its place among the others, in the file
 * @moved: a blank line is to be added above it
 */
struct entry {
	yaml_node_t *key;
	yaml_node_t *node;
	struct tree *value;
	struct remarks before;
	const struct comment *beside;
	size_t column;
	bool apart;
	unsigned int number;
	bool moved;
};

/**
 * struct tree - a mapping or a list
 * @node: it
 * @place: the place of its keys, or of those of its items
 * @entries: what is in it
 * @nr: length of @entries
 * @after: comments behind the last entry
 * @commented: a comment is inside
 */
struct tree {
	yaml_node_t *node;
	enum key_place place;
	struct entry *entries;
	unsigned int nr;
	struct remarks after;
	bool commented;
};

/* The tree of a file, to be freed. It points into @yaml and @comments. */
struct tree *tree_make(struct yaml *yaml, const struct comments *comments);
void tree_free(struct tree *tree);

bool tree_is_flow(const struct tree *tree);

#endif
