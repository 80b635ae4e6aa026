// SPDX-License-Identifier: GPL-2.0
/*
 * Folds lines that are wider than their terminal. A stream of our own takes the
 * place of stdout and of stderr: it gets what is printed, and writes folded lines
 * to the stream that was there before. main.c begins it, and the writers of JSON,
 * OpenMetrics, policy files and differences choose how.
 */
#include "base/fold.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/terminal.h"
#include "base/text.h"

#define STEP	4
/* Narrower terminals get lines as they are. */
#define NARROWEST	20

/**
 * struct fold - a stream that is folded
 * @stream: what commands print to
 * @sink: the stream of the terminal
 * @style: how
 * @line: a line whose end was not printed yet
 * @length: its length
 * @room: size of @line
 */
struct fold {
	FILE *stream;
	FILE *sink;
	enum fold_style style;
	char *line;
	size_t length;
	size_t room;
};

static struct fold folds[2];

/* What is left of a line: from its first byte to behind its last one. */
struct piece {
	const char *text;
	const char *end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Length of the character, or of the sequence that sets a colour, at @c. */
static int unit(const char *c, const char *end)
{
	int length;

	if (*c == '\033' && end - c > 1 && c[1] == '[') {
		const char *last = memchr(c, 'm', end - c);

		return last ? last + 1 - c : 1;
	}
	length = text_length((const unsigned char *)c);

	return length && length <= end - c ? length : 1;
}

/* Length of the word behind the blanks at @c. */
static int word_length(const char *c, const char *end)
{
	const char *begin;

	while (c < end && is_blank(*c))
		c++;
	begin = c;
	while (c < end && !is_blank(*c))
		c++;

	return c - begin;
}

/* Where a line of @columns ends; @piece->end: all fits. */
static const char *find_break(const struct piece *piece, int columns,
			      enum fold_style style)
{
	const char *blank = NULL, *comma = NULL, *slash = NULL;
	const char *comment = NULL, *c;
	bool word = false, wide = false;
	int column = 0;

	for (c = piece->text; c < piece->end; c += unit(c, piece->end)) {
		if (is_blank(*c) && word && !is_blank(c[-1])) {
			blank = c;
			if (c[-1] == ',')
				comma = c;
			if (wide)
				break;
		}
		if (*c == '#' && blank && is_blank(c[-1]) && is_blank(c[1]))
			comment = comment ?: blank;
		if (*c != '\033' && ++column > columns && !is_blank(*c)) {
			wide = true;
			if (blank || style != FOLD_POLICY)
				break;
		}
		word = word || !is_blank(*c);
		if (*c == '/' && column < columns && column > columns / 2)
			slash = c + 1;
	}
	if (!wide)
		return c;
	if (style != FOLD_TEXT && (comment || comma))
		return comment ?: comma;
	/* A word that fits nowhere need not begin on a line of its own. */
	if (blank && (style == FOLD_POLICY || slash < blank ||
		      word_length(blank, piece->end) <= columns))
		return blank;

	return slash && style != FOLD_POLICY ? slash : c;
}

/* Does a comment begin in this part of a line? */
static bool has_comment(const char *c, const char *end, const char *line)
{
	for (; c + 1 < end; c++) {
		if (*c == '#' && is_blank(c[1]) &&
		    (c == line || is_blank(c[-1])))
			return true;
	}

	return false;
}

static int leading(const char *c, const char *end)
{
	const char *begin = c;

	while (c < end && is_blank(*c))
		c++;

	return c < end ? c - begin : 0;
}

static void put_folded(const struct fold *fold, const char *line,
		       const char *end, int columns)
{
	struct piece piece = { .text = line, .end = end };
	bool all = line < end && *line == '#', comment = false;
	bool marked = all || (fold->style == FOLD_MARKED && line < end);
	int indent = marked + leading(line + marked, end) + STEP, left = columns;
	const char *next;

	while (end > line && is_blank(end[-1]))
		end--;
	piece.end = end;
	if (indent > columns / 2)
		indent = columns / 2;
	for (;;) {
		next = find_break(&piece, left, fold->style);
		comment = comment ||
			  (!all && has_comment(piece.text, next, line));
		fwrite(piece.text, 1, next - piece.text, fold->sink);
		while (next < end && is_blank(*next))
			next++;
		if (next == end)
			break;
		fprintf(fold->sink, "\n%c%*s%s", marked ? *line : ' ',
			indent - 1, "", comment ? "# " : "");
		left = columns - indent - 2 * comment;
		piece.text = next;
	}
}

/* Print a line, or the rest of one that does not end. */
static void put_line(const struct fold *fold, const char *line, size_t length)
{
	const char *end = line + length;
	int columns = terminal_width(fold->sink);

	if (end > line && end[-1] == '\n')
		end--;
	if (fold->style == FOLD_NEVER || columns < NARROWEST)
		fwrite(line, 1, end - line, fold->sink);
	else
		put_folded(fold, line, end, columns);
	if (end < line + length)
		fputc('\n', fold->sink);
}

static bool keep(struct fold *fold, const char *text, size_t length)
{
	if (fold->length + length >= fold->room) {
		size_t room = 2 * fold->room + length + 1;
		char *line = realloc(fold->line, room);

		if (!line)
			return false;
		fold->line = line;
		fold->room = room;
	}
	memcpy(fold->line + fold->length, text, length);
	fold->length += length;
	fold->line[fold->length] = '\0';

	return true;
}

static void put_kept(struct fold *fold)
{
	if (fold->length)
		put_line(fold, fold->line, fold->length);
	fold->length = 0;
}

/* A write function of fopencookie(3): 0 is an error. */
static ssize_t write_text(void *cookie, const char *text, size_t size)
{
	struct fold *fold = cookie;
	const char *end;
	size_t done = 0, length;

	while (done < size) {
		end = memchr(text + done, '\n', size - done);
		length = (end ? end + 1 : text + size) - (text + done);
		if (!keep(fold, text + done, length))
			return 0;
		done += length;
		if (end)
			put_kept(fold);
	}

	return ferror(fold->sink) ? 0 : (ssize_t)size;
}

/* What does not end with a line, at the end of the program. */
static void put_rest(void)
{
	size_t i;

	for (i = 0; i < sizeof(folds) / sizeof(*folds); i++) {
		if (!folds[i].stream)
			continue;
		fflush(folds[i].stream);
		put_kept(&folds[i]);
	}
}

static bool begin(struct fold *fold, FILE **stream, int mode)
{
	static const cookie_io_functions_t functions = { .write = write_text };

	if (!isatty(fileno(*stream)))
		return false;
	fold->stream = fopencookie(fold, "w", functions);
	if (!fold->stream)
		return false;
	setvbuf(fold->stream, NULL, mode, BUFSIZ);
	fold->sink = *stream;
	*stream = fold->stream;

	return true;
}

void fold_begin(void)
{
	bool out = begin(&folds[0], &stdout, _IOLBF);

	if (begin(&folds[1], &stderr, _IONBF) || out)
		atexit(put_rest);
}

static struct fold *find(FILE *stream)
{
	size_t i;

	for (i = 0; i < sizeof(folds) / sizeof(*folds); i++) {
		if (stream && folds[i].stream == stream)
			return &folds[i];
	}

	return NULL;
}

FILE *fold_sink(FILE *stream)
{
	struct fold *fold = find(stream);

	return fold ? fold->sink : stream;
}

bool fold_folds(FILE *stream)
{
	return find(stream);
}

void fold_choose(FILE *stream, enum fold_style style)
{
	struct fold *fold = find(stream);

	if (!fold)
		return;
	fflush(stream);
	fold->style = style;
}
