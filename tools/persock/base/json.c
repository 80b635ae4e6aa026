// SPDX-License-Identifier: GPL-2.0
/*
 * Writes JSON to a stream, compact or with line breaks. Whatever has output in
 * JSON calls it.
 */
#include "base/json.h"

#include <inttypes.h>

#include "base/fold.h"
#include "base/text.h"

bool json_wanted;
bool json_pretty;

void json_choose(int option)
{
	json_wanted = true;
	if (option == 'p')
		json_pretty = true;
}

static FILE *out;
static int depth;	/* objects and arrays that are open */
static bool empty;	/* the innermost of them has no member yet */
static json_field_fn field;	/* gets the values, if it is not NULL */
static const char *list;	/* key of the array whose values it gets */

void json_fields(json_field_fn function)
{
	field = function;
	list = NULL;
}

void json_start(FILE *stream)
{
	out = stream;
	depth = 0;
	empty = true;
	fold_choose(out, FOLD_NEVER);
}

void json_finish(void)
{
	fputc('\n', out);
	fold_choose(out, FOLD_TEXT);
}

static void line(void)
{
	if (json_pretty)
		fprintf(out, "\n%*s", depth * 4, "");
}

static void quote(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	int length;

	fputc('"', out);
	while (*c) {
		length = text_length(c);
		if (!length) {
			fputs("\\ufffd", out);
			length = 1;
		} else if (*c == '"' || *c == '\\') {
			fprintf(out, "\\%c", *c);
		} else if (*c < ' ' || *c == 0x7f) {
			fprintf(out, "\\u%04x", *c);
		} else if (*c == 0xc2 && c[1] < 0xa0) {
			/* Control characters as well: JSON goes to terminals. */
			fprintf(out, "\\u%04x", c[1]);
		} else {
			fwrite(c, 1, length, out);
		}
		c += length;
	}
	fputc('"', out);
}

/* Print what goes before a value. */
static void lead(const char *key)
{
	if (!empty)
		fputc(',', out);
	if (depth)
		line();
	empty = false;
	if (key) {
		quote(key);
		fputs(json_pretty ? ": " : ":", out);
	}
}

static void open_bracket(const char *key, char bracket)
{
	if (field) {
		list = bracket == '[' ? key : NULL;
		return;
	}
	lead(key);
	fputc(bracket, out);
	depth++;
	empty = true;
}

static void close_bracket(char bracket)
{
	if (field) {
		list = NULL;
		return;
	}
	depth--;
	if (!empty)
		line();
	empty = false;
	fputc(bracket, out);
}

void json_object(const char *key)
{
	open_bracket(key, '{');
}

void json_object_end(void)
{
	close_bracket('}');
}

void json_array(const char *key)
{
	open_bracket(key, '[');
}

void json_array_end(void)
{
	close_bracket(']');
}

/* A value that is no string. */
static void plain(const char *key, const char *text)
{
	if (field) {
		field(key ?: list, text);
		return;
	}
	lead(key);
	fputs(text, out);
}

void json_string(const char *key, const char *value)
{
	if (field) {
		field(key ?: list, value);
		return;
	}
	lead(key);
	quote(value);
}

void json_u64(const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	plain(key, text);
}

void json_i64(const char *key, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	plain(key, text);
}

void json_bool(const char *key, bool value)
{
	plain(key, value ? "true" : "false");
}
