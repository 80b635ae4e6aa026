// SPDX-License-Identifier: GPL-2.0
/*
 * Finds comments between the tokens of a file. format_tree.c calls it.
 */
#include "policy_file/comment.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* A place in the file: in bytes, and as libyaml counts. */
struct cursor {
	const struct yaml *yaml;
	struct comments *comments;
	size_t byte;
	size_t index;
	size_t column;
	bool blank;		/* the line so far */
	bool apart;		/* the line before is blank */
	bool dash;		/* behind the dash of an item */
	size_t dash_column;
};

/* libyaml does not count the mark at the beginning of a file. */
static size_t begin(const struct yaml *yaml)
{
	return yaml->length >= 3 && !memcmp(yaml->text, "\xef\xbb\xbf", 3) ? 3 : 0;
}

static char at(const struct cursor *cursor)
{
	return cursor->byte < cursor->yaml->length ?
	       cursor->yaml->text[cursor->byte] : '\0';
}

static void add_line(struct cursor *cursor)
{
	struct comments *comments = cursor->comments;

	/* Twice as much whenever it is full. */
	if (!(comments->nr_lines & (comments->nr_lines - 1)))
		comments->lines = need(reallocarray(comments->lines,
						    2 * comments->nr_lines + 1,
						    sizeof(*comments->lines)));
	comments->lines[comments->nr_lines++] = (struct line){
		cursor->index, cursor->apart
	};
}

static void step(struct cursor *cursor)
{
	char c = at(cursor);

	cursor->index++;
	cursor->column++;
	do {
		cursor->byte++;
	} while ((at(cursor) & 0xc0) == 0x80);
	if (c != '\n') {
		cursor->blank &= c == ' ' || c == '\t' || c == '\r';
		return;
	}
	cursor->apart = cursor->blank;
	cursor->blank = true;
	cursor->column = 0;
	add_line(cursor);
}

static void add(struct cursor *cursor, size_t end)
{
	struct comments *comments = cursor->comments;
	struct comment *more = need(reallocarray(comments->of, comments->nr + 1,
						 sizeof(*more)));
	struct comment *comment = &more[comments->nr++];

	comments->of = more;
	*comment = (struct comment){
		.text = cursor->yaml->text + cursor->byte,
		.index = cursor->index,
		.column = cursor->dash ? cursor->dash_column : cursor->column,
		.alone = cursor->blank || cursor->dash,
		.apart = cursor->apart,
	};
	while (cursor->byte < cursor->yaml->length && cursor->index < end &&
	       at(cursor) != '\n' && at(cursor) != '\r')
		step(cursor);
	comment->length = cursor->yaml->text + cursor->byte - comment->text;
	while (comment->text[comment->length - 1] == ' ' ||
	       comment->text[comment->length - 1] == '\t')
		comment->length--;
}

/* Between two tokens are blanks and comments. */
static void search(struct cursor *cursor, size_t end)
{
	while (cursor->byte < cursor->yaml->length && cursor->index < end) {
		if (at(cursor) == '#')
			add(cursor, end);
		else
			step(cursor);
	}
}

static void skip(struct cursor *cursor, size_t end)
{
	while (cursor->byte < cursor->yaml->length && cursor->index < end)
		step(cursor);
}

void comments_find(const struct yaml *yaml, struct comments *comments)
{
	struct cursor cursor = {
		.yaml = yaml,
		.comments = comments,
		.byte = begin(yaml),
		.blank = true,
	};
	yaml_parser_t parser;
	yaml_token_t token;
	bool over = false;

	*comments = (struct comments){ 0 };
	add_line(&cursor);
	if (!yaml_parser_initialize(&parser))
		exit(report_error("out of memory"));
	yaml_parser_set_input_string(&parser, (unsigned char *)yaml->text,
				     yaml->length);
	while (!over && yaml_parser_scan(&parser, &token)) {
		search(&cursor, token.start_mark.index);
		skip(&cursor, token.end_mark.index);
		cursor.dash = token.type == YAML_BLOCK_ENTRY_TOKEN;
		cursor.dash_column = token.start_mark.column;
		over = token.type == YAML_STREAM_END_TOKEN;
		yaml_token_delete(&token);
	}
	yaml_parser_delete(&parser);
}

void comments_free(struct comments *comments)
{
	free(comments->of);
	free(comments->lines);
}

bool comments_apart(const struct comments *comments, size_t index)
{
	size_t first = 0, end = comments->nr_lines;

	/* The last line that begins at or before it. */
	while (end - first > 1) {
		size_t middle = first + (end - first) / 2;

		if (comments->lines[middle].index <= index)
			first = middle;
		else
			end = middle;
	}

	return comments->lines[first].apart;
}
