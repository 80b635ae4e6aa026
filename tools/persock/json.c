// SPDX-License-Identifier: GPL-2.0
#include "json.h"

#include <inttypes.h>

bool json_wanted;
bool json_pretty;

static FILE *out;
static int depth;	/* objects and arrays that are open */
static bool empty;	/* the innermost of them has nothing in it yet */

void json_start(FILE *stream)
{
	out = stream;
	depth = 0;
	empty = true;
}

void json_finish(void)
{
	fputc('\n', out);
}

static void line(void)
{
	if (json_pretty)
		fprintf(out, "\n%*s", depth * 4, "");
}

/*
 * The length of the UTF-8 character at @c, or 0 if there is none: overlong
 * forms, surrogates and what lies above U+10FFFF are not UTF-8.
 */
static int utf8_length(const unsigned char *c)
{
	unsigned char low = 0x80, high = 0xbf;
	int length, i;

	if (c[0] < 0x80)
		return 1;
	if (c[0] >= 0xc2 && c[0] <= 0xdf)
		length = 2;
	else if (c[0] >= 0xe0 && c[0] <= 0xef)
		length = 3;
	else if (c[0] >= 0xf0 && c[0] <= 0xf4)
		length = 4;
	else
		return 0;

	switch (c[0]) {
	case 0xe0:
		low = 0xa0;
		break;
	case 0xed:
		high = 0x9f;
		break;
	case 0xf0:
		low = 0x90;
		break;
	case 0xf4:
		high = 0x8f;
		break;
	}
	/* A string that ends early has its NUL here, which is below every low. */
	if (c[1] < low || c[1] > high)
		return 0;
	for (i = 2; i < length; i++)
		if (c[i] < 0x80 || c[i] > 0xbf)
			return 0;
	return length;
}

static void quote(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	int length;

	fputc('"', out);
	while (*c) {
		length = utf8_length(c);
		if (!length) {
			fputs("\\ufffd", out);
			length = 1;
		} else if (*c == '"' || *c == '\\') {
			fprintf(out, "\\%c", *c);
		} else if (*c < ' ' || *c == 0x7f) {
			fprintf(out, "\\u%04x", *c);
		} else {
			fwrite(c, 1, length, out);
		}
		c += length;
	}
	fputc('"', out);
}

/* Everything that goes before a value. */
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
	lead(key);
	fputc(bracket, out);
	depth++;
	empty = true;
}

static void close_bracket(char bracket)
{
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

void json_string(const char *key, const char *value)
{
	lead(key);
	quote(value);
}

void json_u64(const char *key, uint64_t value)
{
	lead(key);
	fprintf(out, "%" PRIu64, value);
}

void json_i64(const char *key, int64_t value)
{
	lead(key);
	fprintf(out, "%" PRId64, value);
}

void json_bool(const char *key, bool value)
{
	lead(key);
	fputs(value ? "true" : "false", out);
}
