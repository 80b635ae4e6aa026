// SPDX-License-Identifier: GPL-2.0
/*
 * Makes the lines of persock top. top.c calls it, and top_screen.c.
 */
#include "command/top_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/text.h"
#include "command/top_sample.h"

/* Columns of the personality, and of all numbers. */
#define PERSONALITY	18
#define NUMBERS		32
/* The cgroup gets the rest, but at least this. */
#define CGROUP_LEAST	12

/* What is being written. */
struct line {
	char *text;
	size_t length;
	FILE *stream;
};

static FILE *begin(struct line *line)
{
	line->text = NULL;
	line->stream = need(open_memstream(&line->text, &line->length));

	return line->stream;
}

/* The character at @c; printed text is UTF-8. */
static int character(const char *c)
{
	int length = text_length((const unsigned char *)c);

	return length ? length : 1;
}

/* Cut a line behind @width columns; the last of them says so. */
static void cut(char *text, int width)
{
	char *c = text, *last = text;
	int column;

	for (column = 0; *c && column < width; column++) {
		last = c;
		c += character(c);
	}
	if (*c && width > 0) {
		*last = '>';
		last[1] = 0;
	}
}

static void end(struct top_table *table, struct line *line, int width)
{
	if (fclose(line->stream))
		need(NULL);
	cut(line->text, width);
	table->lines = need(reallocarray(table->lines, table->nr + 1,
					 sizeof(*table->lines)));
	table->lines[table->nr++] = line->text;
}

/* Of a name that is too long, the end says most: "<e.slice/web.service". */
static void print_end(FILE *out, const char *name, int width)
{
	struct line line;
	char *c;
	int left;

	text_print(begin(&line), name);
	if (fclose(line.stream))
		need(NULL);
	c = line.text;
	left = text_width(c);
	if (left > width) {
		for (; left >= width; left--)
			c += character(c);
		fputc('<', out);
		left++;
	}
	fprintf(out, "%s%*s", c, width - left, "");
	free(line.text);
}

static void print_rate(FILE *out, const struct top_sample *sample,
		       uint64_t number)
{
	uint64_t rate = top_sample_rate(sample, number);

	fprintf(out, " %9" PRIu64 ".%" PRIu64, rate / 10, rate % 10);
}

static void put_summary(struct top_table *table, struct top_sample *sample,
			int width)
{
	uint64_t sockets = 0, verdicts = 0, denials = 0;
	time_t now = time(NULL);
	struct line line;
	char stamp[16];
	FILE *out;
	size_t i;

	for (i = 0; i < sample->nr; i++) {
		sockets += sample->rows[i].sockets;
		verdicts += sample->rows[i].verdicts;
		denials += sample->rows[i].denials;
	}
	verdicts = top_sample_rate(sample, verdicts);
	denials = top_sample_rate(sample, denials);
	strftime(stamp, sizeof(stamp), "%H:%M:%S", localtime(&now));
	out = begin(&line);
	fprintf(out, "%s  %zu attached, %" PRIu64 " socket%s; each second: ",
		stamp, sample->nr, sockets, sockets == 1 ? "" : "s");
	fprintf(out, "%" PRIu64 ".%" PRIu64 " verdicts, ", verdicts / 10,
		verdicts % 10);
	fprintf(out, "%" PRIu64 ".%" PRIu64 " denials", denials / 10,
		denials % 10);
	end(table, &line, width);
}

/* "  3 s ago: 819/curl connect inet/stream/tcp 127.0.0.2:8080: EACCES" */
static void put_last(struct top_table *table, struct top_sample *sample,
		     const struct top_row *row, int width)
{
	time_t ago = time(NULL) - row->when;
	struct line line;
	FILE *out = begin(&line);

	if (ago < 100)
		fprintf(out, "  %2d s ago: ", (int)ago);
	else if (ago < 100 * 60)
		fprintf(out, "  %2d min ago: ", (int)(ago / 60));
	else
		fprintf(out, "  %2d h ago: ", (int)(ago / 60 / 60));
	top_sample_last(sample, row, out);
	end(table, &line, width);
}

static void put_row(struct top_table *table, struct top_sample *sample,
		    const struct top_row *row, int width)
{
	int cgroup = width - PERSONALITY - NUMBERS - 1;
	struct line line;
	FILE *out = begin(&line);

	print_end(out, row->path, cgroup > CGROUP_LEAST ? cgroup :
							  CGROUP_LEAST);
	fputc(' ', out);
	print_end(out, row->personality, PERSONALITY);
	fprintf(out, " %7" PRIu64, row->sockets);
	print_rate(out, sample, row->verdicts);
	print_rate(out, sample, row->denials);
	end(table, &line, width);
	if (row->last)
		put_last(table, sample, row, width);
}

static void put_head(struct top_table *table, int width)
{
	int cgroup = width - PERSONALITY - NUMBERS - 1;
	struct line line;

	fprintf(begin(&line), "%-*s %-*s %7s %11s %11s",
		cgroup > CGROUP_LEAST ? cgroup : CGROUP_LEAST, "CGROUP",
		PERSONALITY, "PERSONALITY", "SOCKETS", "VERDICTS/S",
		"DENIALS/S");
	end(table, &line, width);
}

void top_table_make(struct top_table *table, struct top_sample *sample,
		    int width)
{
	struct line empty;
	size_t i;

	*table = (struct top_table){ 0 };
	put_summary(table, sample, width);
	begin(&empty);
	end(table, &empty, width);
	put_head(table, width);
	for (i = 0; i < sample->nr; i++)
		put_row(table, sample, &sample->rows[i], width);
}

void top_table_free(struct top_table *table)
{
	size_t i;

	for (i = 0; i < table->nr; i++)
		free(table->lines[i]);
	free(table->lines);
}
