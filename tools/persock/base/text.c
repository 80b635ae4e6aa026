// SPDX-License-Identifier: GPL-2.0
/*
 * Prints text from other sources with control characters escaped. Commands,
 * error.c and the printing of the module's replies call it.
 */
#include "base/text.h"

#include <stdbool.h>

int text_length(const unsigned char *c)
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
	/* The NUL of a string that ends early is below every low. */
	if (c[1] < low || c[1] > high)
		return 0;
	for (i = 2; i < length; i++)
		if (c[i] < 0x80 || c[i] > 0xbf)
			return 0;
	return length;
}

/*
 * Is a character of @length bytes printed unchanged? Control characters
 * (including U+0080 to U+009F), characters that change the direction or the
 * line of the following text, and bytes that are no character are not.
 */
static bool is_plain(const unsigned char *c, int length)
{
	if (length == 1)
		return *c >= ' ' && *c != 0x7f;
	if (length == 2)
		return c[0] != 0xc2 || c[1] >= 0xa0;
	/* U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069 */
	if (length == 3 && c[0] == 0xe2)
		return !(c[1] == 0x80 && (c[2] == 0x8e || c[2] == 0x8f ||
					  (c[2] >= 0xa8 && c[2] <= 0xae))) &&
		       !(c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9);
	return length > 0;
}

/* Print @text, or only compute its width if @stream is NULL. */
static int print(FILE *stream, const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	int length, width = 0, i;
	bool plain;

	while (*c) {
		length = text_length(c);
		plain = is_plain(c, length);
		length = length ? length : 1;
		if (stream && plain)
			fwrite(c, 1, length, stream);
		for (i = 0; stream && !plain && i < length; i++)
			fprintf(stream, "\\%03o", c[i]);
		width += plain ? 1 : 4 * length;
		c += length;
	}
	return width;
}

int text_print(FILE *stream, const char *text)
{
	return print(stream, text);
}

void text_column(FILE *stream, const char *text, int width)
{
	fprintf(stream, "%*s", width - text_print(stream, text), "");
}

int text_width(const char *text)
{
	return print(NULL, text);
}
