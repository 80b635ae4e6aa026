// SPDX-License-Identifier: GPL-2.0
#include "text.h"

#include <stdbool.h>

static bool is_control(unsigned char c)
{
	return c < ' ' || c == 0x7f;
}

/* The second and later bytes of a UTF-8 character take no column. */
static bool is_continuation(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

int text_print(FILE *stream, const char *text)
{
	const unsigned char *c;

	for (c = (const unsigned char *)text; *c; c++) {
		/* U+0080 to U+009F are control characters as well. */
		if (is_control(*c))
			fprintf(stream, "\\%03o", *c);
		else if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
			fprintf(stream, "\\%03o", *++c);
		else
			fputc(*c, stream);
	}
	return text_width(text);
}

void text_column(FILE *stream, const char *text, int width)
{
	fprintf(stream, "%*s", width - text_print(stream, text), "");
}

int text_width(const char *text)
{
	const unsigned char *c;
	int width = 0;

	for (c = (const unsigned char *)text; *c; c++) {
		if (is_control(*c)) {
			width += 4;
		} else if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) {
			width += 4;
			c++;
		} else if (!is_continuation(*c)) {
			width++;
		}
	}
	return width;
}
