// SPDX-License-Identifier: GPL-2.0
/*
 * Makes the tree of a YAML file, and finds the entry of each comment. format.c
 * calls it.
 */
#include "policy_file/format_tree.h"

#include <stdlib.h>

#include "base/error.h"

bool tree_is_flow(const struct tree *tree)
{
	return tree->node->type == YAML_MAPPING_NODE ?
	       tree->node->data.mapping.style == YAML_FLOW_MAPPING_STYLE :
	       tree->node->data.sequence.style == YAML_FLOW_SEQUENCE_STYLE;
}

static size_t start(const struct entry *entry)
{
	return (entry->key ?: entry->node)->start_mark.index;
}

/* The place of the keys in a key's value. */
static enum key_place inside_of(enum key_place place, const yaml_node_t *name)
{
	const struct key *key = NULL;

	if (name->type == YAML_SCALAR_NODE)
		key = key_find(place, (const char *)name->data.scalar.value);

	return key ? key->inside : KEY_NR_PLACES;
}

static struct tree *make(struct yaml *yaml, const struct comments *comments,
			 yaml_node_t *node, enum key_place place)
{
	struct tree *tree;
	unsigned int i;

	if (node->type == YAML_SCALAR_NODE)
		return NULL;
	tree = need(calloc(1, sizeof(*tree)));
	tree->node = node;
	tree->place = place;
	tree->nr = yaml_size(node);
	tree->entries = need(calloc(tree->nr + 1, sizeof(*tree->entries)));
	for (i = 0; i < tree->nr; i++) {
		struct entry *entry = &tree->entries[i];
		enum key_place inside = place;

		if (node->type == YAML_MAPPING_NODE) {
			entry->key = yaml_key(yaml, node, i);
			entry->node = yaml_value(yaml, node, i);
			inside = inside_of(place, entry->key);
		} else {
			entry->node = yaml_item(yaml, node, i);
		}
		entry->number = i;
		entry->apart = comments_apart(comments, start(entry));
		entry->value = make(yaml, comments, entry->node, inside);
	}

	return tree;
}

static void add(struct remarks *remarks, const struct comment *comment)
{
	remarks->of = need(reallocarray(remarks->of, remarks->nr + 1,
					sizeof(*remarks->of)));
	remarks->of[remarks->nr++] = comment;
}

/* The number of entries that begin before a comment. */
static unsigned int begun(const struct tree *tree, size_t index)
{
	unsigned int i = 0;

	while (i < tree->nr && start(&tree->entries[i]) < index)
		i++;

	return i;
}

/* Is a comment between the brackets, or between two lines of a block? */
static bool is_inside(const struct tree *tree, size_t index)
{
	if (tree_is_flow(tree))
		return tree->node->start_mark.index < index &&
		       tree->node->end_mark.index > index;

	return tree->nr && start(&tree->entries[tree->nr - 1]) > index;
}

/* Behind the last line of a block the column says what a comment is about. */
static bool is_at_end(const struct tree *tree, const struct tree *around,
		      const struct comment *comment)
{
	return !tree_is_flow(tree) &&
	       tree->node->start_mark.column > around->node->start_mark.column &&
	       tree->node->start_mark.column <= comment->column;
}

static void place_alone(struct tree *tree, const struct comment *comment)
{
	unsigned int next = begun(tree, comment->index);
	struct entry *last = next ? &tree->entries[next - 1] : NULL;

	tree->commented = true;
	if (last && last->value && (is_inside(last->value, comment->index) ||
				    is_at_end(last->value, tree, comment)))
		place_alone(last->value, comment);
	else if (last && !last->value &&
		 last->node->start_mark.index > comment->index)
		add(&last->before, comment);
	else if (next < tree->nr)
		add(&tree->entries[next].before, comment);
	else
		add(&tree->after, comment);
}

static void place_beside(struct tree *tree, const struct comment *comment)
{
	unsigned int next = begun(tree, comment->index);
	struct entry *last = next ? &tree->entries[next - 1] : NULL;
	bool closed = last && last->value && tree_is_flow(last->value) &&
		      !is_inside(last->value, comment->index);

	tree->commented = true;
	if (last && last->value && !closed &&
	    begun(last->value, comment->index)) {
		place_beside(last->value, comment);
	} else if (last && !last->beside) {
		last->beside = comment;
		last->column = tree_is_flow(tree) ? 0 : comment->column;
	} else if (last) {
		add(&last->before, comment);
	} else if (tree->nr) {
		add(&tree->entries[0].before, comment);
	} else {
		add(&tree->after, comment);
	}
}

struct tree *tree_make(struct yaml *yaml, const struct comments *comments)
{
	yaml_node_t *root = yaml_root(yaml);
	bool folder = yaml_find(yaml, root, "attachments");
	struct tree *tree = make(yaml, comments, root,
				 folder ? KEY_FOLDER : KEY_POLICY);
	size_t i;

	for (i = 0; tree && i < comments->nr; i++) {
		if (comments->of[i].alone)
			place_alone(tree, &comments->of[i]);
		else
			place_beside(tree, &comments->of[i]);
	}

	return tree;
}

void tree_free(struct tree *tree)
{
	unsigned int i;

	if (!tree)
		return;
	for (i = 0; i < tree->nr; i++) {
		tree_free(tree->entries[i].value);
		free(tree->entries[i].before.of);
	}
	free(tree->entries);
	free(tree->after.of);
	free(tree);
}
