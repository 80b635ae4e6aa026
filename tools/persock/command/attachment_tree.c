// SPDX-License-Identifier: GPL-2.0
/*
 * Draws attachments as a tree, with what is effective for each. The command
 * status calls it.
 *
 * An attachment that is delegated in full is below its attached ancestor, too,
 * though that does not govern it. So the paths say where it is, not the layers.
 * Attachments of one level are in the order of the module.
 */
#include <linux/genetlink.h>

#include "command/attachment_tree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/colour.h"
#include "base/error.h"
#include "base/terminal.h"
#include "base/text.h"

#define STEP	2

/**
 * struct node - an attachment in the tree
 * @attachment: the attachment
 * @parent: that of the nearest attached ancestor, or NULL
 * @below: the first one below it, or NULL
 * @next: the next one of its level, or NULL
 * @depth: number of its attached ancestors
 */
struct node {
	struct attachment attachment;
	struct node *parent;
	struct node *below;
	struct node *next;
	int depth;
};

/**
 * struct tree - the attachments
 * @nodes: in the order of the module
 * @nr: length of @nodes
 * @top: the first one without an attached ancestor, or NULL
 */
struct tree {
	struct node *nodes;
	size_t nr;
	struct node *top;
};

static bool is_below(const char *path, const char *ancestor)
{
	size_t length = strlen(ancestor);

	return length && !strncmp(path, ancestor, length) &&
	       path[length] == '/';
}

/* A slash sorts before all letters, so a path is followed by those below it. */
static int order(const void *left, const void *right)
{
	const char *a = (*(struct node *const *)left)->attachment.path;
	const char *b = (*(struct node *const *)right)->attachment.path;

	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (!*a || !*b)
		return !!*a - !!*b;
	if (*a == '/' || *b == '/')
		return *a == '/' ? -1 : 1;

	return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
}

static void find_parents(struct tree *tree)
{
	struct node **sorted = need(calloc(tree->nr + 1, sizeof(*sorted)));
	size_t i;

	for (i = 0; i < tree->nr; i++)
		sorted[i] = &tree->nodes[i];
	qsort(sorted, tree->nr, sizeof(*sorted), order);
	for (i = 1; i < tree->nr; i++) {
		struct node *parent = sorted[i - 1];

		while (parent && !is_below(sorted[i]->attachment.path,
					   parent->attachment.path))
			parent = parent->parent;
		sorted[i]->parent = parent;
		sorted[i]->depth = parent ? parent->depth + 1 : 0;
	}
	free(sorted);
}

static void link_levels(struct tree *tree)
{
	size_t i;

	for (i = tree->nr; i; i--) {
		struct node *node = &tree->nodes[i - 1];
		struct node **first = node->parent ? &node->parent->below :
						     &tree->top;

		node->next = *first;
		*first = node;
	}
}

static void tree_make(struct tree *tree, const struct replies *attachments)
{
	const struct nlmsghdr *message;
	size_t nr = 0;

	replies_for_each(message, attachments)
		nr++;
	tree->nodes = need(calloc(nr + 1, sizeof(*tree->nodes)));
	replies_for_each(message, attachments)
		attachment_parse(message, &tree->nodes[tree->nr++].attachment);
	find_parents(tree);
	link_levels(tree);
}

/* The personality of an attached cgroup; NULL: it is not attached. */
static const char *personality_of(const struct tree *tree, uint64_t id)
{
	size_t i;

	for (i = 0; i < tree->nr; i++) {
		if (tree->nodes[i].attachment.cgroup_id == id)
			return tree->nodes[i].attachment.personality;
	}

	return NULL;
}

/* What is effective, if it is more than the attachment's own personality. */
static bool print_layers(FILE *stream, const struct tree *tree,
			 const struct attachment *attachment,
			 const char *before)
{
	unsigned int i;

	if (attachment->nr_layers < 2)
		return false;
	fprintf(stream, "%slayers: ", before);
	for (i = 0; i < attachment->nr_layers; i++) {
		const char *name = personality_of(tree, attachment->layers[i]);

		if (i)
			fputs(", ", stream);
		if (name)
			text_print(stream, name);
		else
			fprintf(stream, "id:%" PRIu64, attachment->layers[i]);
	}

	return true;
}

/* @before: what comes before the first detail. */
static void print_details(FILE *stream, const struct tree *tree,
			  const struct attachment *attachment,
			  const char *before)
{
	if (print_layers(stream, tree, attachment, before))
		before = ", ";
	if (attachment->anew) {
		fputs(before, stream);
		colour_red(stream, "delegated in full");
		before = ", ";
	}
	if (attachment->from_inode) {
		fprintf(stream, "%sdelegated from net:[%u]", before,
			attachment->from_inode);
		before = ", ";
	}
	if (attachment->lost)
		fprintf(stream, "%sdenials dropped: %" PRIu64, before,
			attachment->lost);
}

/* @width: that of the column of paths; 0: details have a line of their own. */
static void print_node(FILE *stream, const struct tree *tree,
		       const struct node *node, int indent, int width)
{
	const struct attachment *attachment = &node->attachment;
	int left = node->depth * STEP;
	char before[64];

	fprintf(stream, "%*s", indent + left, "");
	if (width)
		text_column(stream, attachment->path, width - left);
	else
		text_print(stream, attachment->path);
	fputs(" -> ", stream);
	text_print(stream, attachment->personality);
	fprintf(stream, " (id:%" PRIu64 ")", attachment->cgroup_id);
	snprintf(before, sizeof(before), "\n%*s", indent + left + STEP, "");
	print_details(stream, tree, attachment, width ? ", " : before);
	fputc('\n', stream);
}

/* The one that is printed after @node. */
static const struct node *node_after(const struct node *node)
{
	if (node->below)
		return node->below;
	while (node && !node->next)
		node = node->parent;

	return node ? node->next : NULL;
}

static int width_of(const struct tree *tree)
{
	int width = 0;
	size_t i;

	for (i = 0; i < tree->nr; i++) {
		const struct node *node = &tree->nodes[i];
		int own = node->depth * STEP +
			  text_width(node->attachment.path);

		if (own > width)
			width = own;
	}

	return width;
}

static void print_nodes(FILE *stream, const struct tree *tree, int indent,
			int width)
{
	const struct node *node;

	for (node = tree->top; node; node = node_after(node))
		print_node(stream, tree, node, indent, width);
}

static bool fits(const struct tree *tree, int indent, int width, int columns)
{
	char *text, *line, *end;
	bool fit = true;
	size_t size;
	FILE *stream = need(open_memstream(&text, &size));

	print_nodes(stream, tree, indent, width);
	if (fclose(stream))
		need(NULL);
	for (line = text; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		fit &= text_width(line) <= columns;
	}
	free(text);

	return fit;
}

void attachment_tree_print(FILE *stream, const struct replies *attachments,
			   int indent)
{
	int columns = terminal_width(stream), width;
	struct tree tree = { 0 };

	tree_make(&tree, attachments);
	width = width_of(&tree);
	if (columns && !fits(&tree, indent, width, columns))
		width = 0;
	print_nodes(stream, &tree, indent, width);
	free(tree.nodes);
}
