// SPDX-License-Identifier: GPL-2.0
/*
 * Decides whether a stream gets colours, and prints in them. The command status
 * calls it.
 */
#include "base/colour.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/terminal.h"

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

static bool has_colours(FILE *stream)
{
	return isatty(terminal_fd(stream)) && !is_set("NO_COLOR") &&
	       is_set("TERM") && strcmp(getenv("TERM"), "dumb");
}

void colour_red(FILE *stream, const char *text)
{
	bool colours = has_colours(stream);

	fprintf(stream, "%s%s%s", colours ? "\033[31m" : "", text,
		colours ? "\033[m" : "");
}
