// SPDX-License-Identifier: GPL-2.0
/*
 * Prints scalars, with double quotes rather than single ones. format.c calls it.
 */
#include "policy_file/format_scalar.h"

#include <string.h>

bool format_can_scalar(const yaml_node_t *node)
{
	yaml_scalar_style_t style = node->data.scalar.style;

	return style != YAML_LITERAL_SCALAR_STYLE &&
	       style != YAML_FOLDED_SCALAR_STYLE;
}

/* Has a text characters that double quotes would escape? */
static bool needs_escape(const unsigned char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		if (text[i] < ' ' || text[i] == 0x7f || text[i] == '"' ||
		    text[i] == '\\')
			return true;
	}

	return false;
}

static void put_quoted(FILE *out, const unsigned char *text, size_t length)
{
	size_t i;

	putc('"', out);
	for (i = 0; i < length; i++) {
		if (text[i] == '"' || text[i] == '\\')
			fprintf(out, "\\%c", text[i]);
		else if (text[i] < ' ' || text[i] == 0x7f)
			fprintf(out, "\\x%02x", text[i]);
		else
			putc(text[i], out);
	}
	putc('"', out);
}

static void put_single(FILE *out, const unsigned char *text, size_t length)
{
	size_t i;

	putc('\'', out);
	for (i = 0; i < length; i++) {
		if (text[i] == '\'')
			putc('\'', out);
		putc(text[i], out);
	}
	putc('\'', out);
}

void format_scalar(FILE *out, const yaml_node_t *node)
{
	const unsigned char *text = node->data.scalar.value;
	size_t length = node->data.scalar.length;
	bool lines = memchr(text, '\n', length);

	switch (node->data.scalar.style) {
	case YAML_PLAIN_SCALAR_STYLE:
		if (lines)
			put_quoted(out, text, length);
		else
			fwrite(text, 1, length, out);
		break;
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		/* They spare the escapes, as of a regular expression. */
		if (!lines && needs_escape(text, length))
			put_single(out, text, length);
		else
			put_quoted(out, text, length);
		break;
	default:
		put_quoted(out, text, length);
	}
}
