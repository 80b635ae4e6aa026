// SPDX-License-Identifier: GPL-2.0
/*
 * Brings the keys of a policy file into the order of the table of keys, and
 * prints it. The command fmt calls it.
 *
 * What is in brackets stays so if it fits into a line and has no comments; what
 * is on lines of its own stays so.
 */
#include "policy_file/format.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "policy_file/format_scalar.h"
#include "policy_file/format_tree.h"

#define WIDTH	99
#define INDENT	2

/* Where the lines go. @column: the length of the current one. */
struct printer {
	FILE *out;
	size_t column;
	bool begun;		/* there are lines */
};

static void put(struct printer *printer, const char *text)
{
	fputs(text, printer->out);
	printer->column += text_width(text);
}

static void pad(struct printer *printer, size_t column)
{
	while (printer->column < column)
		put(printer, " ");
}

static void end_line(struct printer *printer)
{
	putc('\n', printer->out);
	printer->column = 0;
	printer->begun = true;
}

static void blank_line(struct printer *printer, bool wanted)
{
	if (wanted && printer->begun)
		putc('\n', printer->out);
}

static void put_comment(struct printer *printer, const struct comment *comment)
{
	fwrite(comment->text, 1, comment->length, printer->out);
	end_line(printer);
}

static void put_remarks(struct printer *printer, const struct remarks *remarks,
			unsigned int indent, bool first)
{
	size_t i;

	for (i = 0; i < remarks->nr; i++) {
		blank_line(printer, remarks->of[i]->apart && !(first && !i));
		pad(printer, indent);
		put_comment(printer, remarks->of[i]);
	}
}

/* End the line of an entry. A comment stays in its column, if there is room. */
static void end_entry(struct printer *printer, const struct entry *entry)
{
	if (!entry->beside) {
		end_line(printer);
		return;
	}
	put(printer, "  ");
	pad(printer, entry->column);
	put_comment(printer, entry->beside);
}

static void put_flow(FILE *out, const struct tree *tree);

static void put_value(FILE *out, const struct entry *entry)
{
	if (entry->value)
		put_flow(out, entry->value);
	else
		format_scalar(out, entry->node);
}

static void put_flow(FILE *out, const struct tree *tree)
{
	bool mapping = tree->node->type == YAML_MAPPING_NODE;
	unsigned int i;

	putc(mapping ? '{' : '[', out);
	for (i = 0; i < tree->nr; i++) {
		if (i)
			fputs(", ", out);
		if (mapping) {
			format_scalar(out, tree->entries[i].key);
			fputs(": ", out);
		}
		put_value(out, &tree->entries[i]);
	}
	putc(mapping ? '}' : ']', out);
}

/* The text of an entry's value in one line, to be freed. */
static char *in_line(const struct entry *entry)
{
	char *text = NULL;
	size_t size;
	FILE *memory = need(open_memstream(&text, &size));

	put_value(memory, entry);
	fclose(memory);

	return need(text);
}

static bool only_scalars(const struct tree *tree)
{
	unsigned int i;

	for (i = 0; i < tree->nr; i++) {
		if (tree->entries[i].value)
			return false;
	}

	return true;
}

static bool is_block(const struct tree *tree)
{
	return tree && tree->nr && (!tree_is_flow(tree) || tree->commented);
}

enum shape { LINE, FILLED, BLOCK };

/* How a value is printed behind @column. */
static enum shape shape_of(const struct entry *entry, const char *line,
			   size_t column)
{
	const struct tree *value = entry->value;

	if (!value || !value->nr)
		return value && value->commented ? BLOCK : LINE;
	if (!tree_is_flow(value) || value->commented)
		return BLOCK;
	if (column + text_width(line) <= WIDTH)
		return LINE;

	return value->node->type == YAML_SEQUENCE_NODE && only_scalars(value) ?
	       FILLED : BLOCK;
}

/* A list of scalars in as few lines as possible. */
static void put_filled(struct printer *printer, const struct tree *tree,
		       unsigned int indent)
{
	unsigned int i;

	put(printer, "[");
	for (i = 0; i < tree->nr; i++) {
		char *text = in_line(&tree->entries[i]);

		if (i && printer->column + text_width(text) + 2 > WIDTH) {
			end_line(printer);
			pad(printer, indent);
		} else if (i) {
			put(printer, " ");
		}
		put(printer, text);
		put(printer, i + 1 < tree->nr ? "," : "]");
		free(text);
	}
}

static void put_block(struct printer *printer, const struct tree *tree,
		      unsigned int indent, bool within);

/*
 * An entry behind its indentation. What is in front of the first key of an item
 * is in front of the item.
 */
static void put_entry(struct printer *printer, const struct entry *entry,
		      unsigned int indent)
{
	unsigned int inner = indent + INDENT;
	char *line = in_line(entry);
	enum shape shape;

	if (entry->key) {
		char *key = NULL;
		size_t size;
		FILE *memory = need(open_memstream(&key, &size));

		format_scalar(memory, entry->key);
		fclose(memory);
		put(printer, need(key));
		put(printer, ":");
		free(key);
	} else {
		put(printer, "-");
	}
	shape = shape_of(entry, line, printer->column + 1);
	if (shape == BLOCK && entry->key) {
		end_entry(printer, entry);
		put_block(printer, entry->value, inner, false);
	} else if (shape == BLOCK) {
		put(printer, " ");
		put_block(printer, entry->value, inner, true);
	} else {
		if (*line)
			put(printer, " ");
		if (shape == FILLED)
			put_filled(printer, entry->value, inner);
		else
			put(printer, line);
		end_entry(printer, entry);
	}
	free(line);
}

/* Is an item at @column printed as a block? */
static bool is_block_item(const struct entry *entry, unsigned int column)
{
	char *line = in_line(entry);
	bool block = !entry->key &&
		     shape_of(entry, line, column + INDENT) == BLOCK;

	free(line);

	return block;
}

/*
 * Comments that belong above an entry at @column, or above the first one inside.
 */
static void put_above(struct printer *printer, const struct entry *entry,
		      unsigned int indent, unsigned int column, bool first)
{

	blank_line(printer, entry->moved);
	first |= entry->moved;
	put_remarks(printer, &entry->before, indent, first);
	blank_line(printer, entry->apart && !(first && !entry->before.nr));
	if (!is_block_item(entry, column))
		return;
	if (entry->beside) {
		pad(printer, indent);
		put_comment(printer, entry->beside);
	}
	if (entry->value->nr)
		put_above(printer, &entry->value->entries[0], indent,
			  column + INDENT, true);
}

/* @within: the first line has been begun, and what is above it printed. */
static void put_block(struct printer *printer, const struct tree *tree,
		      unsigned int indent, bool within)
{
	unsigned int i;

	for (i = 0; i < tree->nr; i++) {
		if (i || !within) {
			put_above(printer, &tree->entries[i], indent, indent, !i);
			pad(printer, indent);
		}
		put_entry(printer, &tree->entries[i], indent);
	}
	put_remarks(printer, &tree->after, indent, false);
}

/* The place of a key in the table; unknown keys are last. */
static unsigned int rank(const struct tree *tree, const struct entry *entry)
{
	const struct key *key = NULL;
	unsigned int i = 0;

	while ((key = key_next(tree->place, key)) &&
	       strcmp(key->name, (char *)entry->key->data.scalar.value))
		i++;

	return i;
}

/* A section that was moved behind one with several lines is set apart. */
static void set_apart(struct tree *tree)
{
	unsigned int i;

	for (i = 1; i < tree->nr; i++) {
		const struct entry *before = &tree->entries[i - 1];

		if (before->number + 1 != tree->entries[i].number &&
		    is_block(before->value))
			tree->entries[i].moved = true;
	}
}

static void order(struct tree *tree)
{
	unsigned int i, j;

	for (i = 0; i < tree->nr; i++) {
		struct entry entry = tree->entries[i];

		if (entry.value)
			order(entry.value);
		if (!entry.key || tree->place == KEY_NR_PLACES)
			continue;
		for (j = i; j && rank(tree, &tree->entries[j - 1]) >
				 rank(tree, &entry); j--)
			tree->entries[j] = tree->entries[j - 1];
		tree->entries[j] = entry;
	}
}

/*
 * The comments at the beginning are about the file if a blank line follows, and
 * stay there. Returns how many.
 */
static size_t head(const struct tree *tree)
{
	const struct entry *first = &tree->entries[0];
	size_t nr = first->before.nr;

	if (!tree->nr || first->apart)
		return nr;
	while (nr && !first->before.of[nr - 1]->apart)
		nr--;

	return nr ? nr - 1 : 0;
}

static void print(FILE *out, struct tree *tree)
{
	struct printer printer = { .out = out };
	struct remarks *before = &tree->entries[0].before;
	struct remarks top = { .of = before->of, .nr = head(tree) };
	size_t i;

	put_remarks(&printer, &top, 0, true);
	blank_line(&printer, top.nr);
	for (i = top.nr; i < before->nr; i++)
		before->of[i - top.nr] = before->of[i];
	before->nr -= top.nr;
	order(tree);
	set_apart(tree);
	put_block(&printer, tree, 0, false);
}

/* Is every part of the file one that can be formatted? */
static bool check(struct yaml *yaml, yaml_node_t *node)
{
	bool mapping = node->type == YAML_MAPPING_NODE;
	unsigned int i;

	if (node->type == YAML_SCALAR_NODE)
		return format_can_scalar(node) ||
		       yaml_error(yaml, node,
				  "a text of several lines cannot be formatted: put it in quotes on one line");
	for (i = 0; i < yaml_size(node); i++) {
		if (mapping && !yaml_text(yaml, yaml_key(yaml, node, i), "a key"))
			return false;
		if ((mapping && !check(yaml, yaml_key(yaml, node, i))) ||
		    !check(yaml, mapping ? yaml_value(yaml, node, i) :
					   yaml_item(yaml, node, i)))
			return false;
	}

	return true;
}

/* Do two files say the same? The order of keys does not count. */
static bool same(struct yaml *a, yaml_node_t *one, struct yaml *b,
		 yaml_node_t *other)
{
	unsigned int i;

	if (!other || one->type != other->type ||
	    yaml_size(one) != yaml_size(other))
		return false;
	if (one->type == YAML_SCALAR_NODE)
		return one->data.scalar.length == other->data.scalar.length &&
		       !memcmp(one->data.scalar.value, other->data.scalar.value,
			       one->data.scalar.length);
	for (i = 0; i < yaml_size(one); i++) {
		yaml_node_t *key;

		if (one->type == YAML_SEQUENCE_NODE) {
			if (!same(a, yaml_item(a, one, i), b,
				  yaml_item(b, other, i)))
				return false;
			continue;
		}
		key = yaml_key(a, one, i);
		if (!same(a, yaml_value(a, one, i), b,
			  yaml_find(b, other, (char *)key->data.scalar.value)))
			return false;
	}

	return true;
}

static bool has(const struct comments *comments, const struct comment *comment)
{
	size_t i;

	for (i = 0; i < comments->nr; i++) {
		if (comments->of[i].length == comment->length &&
		    !memcmp(comments->of[i].text, comment->text, comment->length))
			return true;
	}

	return false;
}

/* A formatter that loses something would be worse than none. */
static bool verify(struct yaml *yaml, const struct comments *comments,
		   const char *text, size_t length)
{
	struct comments kept = { 0 };
	struct yaml again;
	bool good;
	size_t i;

	good = yaml_open_text(&again, yaml->path, text, length) &&
	       same(yaml, yaml_root(yaml), &again, yaml_root(&again));
	if (good)
		comments_find(&again, &kept);
	good = good && kept.nr == comments->nr;
	for (i = 0; good && i < kept.nr; i++)
		good = has(&kept, &comments->of[i]);
	comments_free(&kept);
	yaml_close(&again);
	if (!good)
		report_error("%s: cannot be formatted without a change of what it says",
			     yaml->path);

	return good;
}

char *format(struct yaml *yaml)
{
	yaml_node_t *root = yaml_root(yaml);
	struct comments comments;
	struct tree *tree;
	char *text = NULL;
	FILE *memory;
	size_t size;
	bool good;

	if (root->type != YAML_MAPPING_NODE || !yaml_size(root)) {
		yaml_error(yaml, root, "a policy is a mapping of keys to values");
		return NULL;
	}
	if (!check(yaml, root))
		return NULL;
	comments_find(yaml, &comments);
	tree = tree_make(yaml, &comments);
	memory = need(open_memstream(&text, &size));
	print(memory, tree);
	if (fclose(memory))
		exit(report_error("out of memory"));
	tree_free(tree);
	good = verify(yaml, &comments, text, size);
	comments_free(&comments);
	if (good)
		return text;
	free(text);

	return NULL;
}
