// SPDX-License-Identifier: GPL-2.0
/*
 * Asks the kernel for the size of a terminal, and breaks lines for it. Commands
 * that print sentences call it.
 */
#include "base/terminal.h"

#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int terminal_fd(FILE *stream)
{
	/* A stream that is folded has none itself. */
	if (stream == stdout)
		return STDOUT_FILENO;

	return stream == stderr ? STDERR_FILENO : fileno(stream);
}

int terminal_width(FILE *stream)
{
	struct winsize size;

	return ioctl(terminal_fd(stream), TIOCGWINSZ, &size) ? 0 : size.ws_col;
}

void terminal_print(FILE *stream, int column, int indent, const char *text)
{
	int width = terminal_width(stream), length;
	bool first = true;

	for (; *text; text += length + strspn(text + length, " ")) {
		length = strcspn(text, " ");
		if (width && column > indent && column + !first + length > width) {
			fprintf(stream, "\n%*s", indent, "");
			column = indent;
			first = true;
		}
		column += fprintf(stream, "%s%.*s", first ? "" : " ", length, text);
		first = false;
	}
	fputc('\n', stream);
}
