// SPDX-License-Identifier: GPL-2.0
/*
 * Prints a warning of a line of a policy file. The command check and its parts
 * call it.
 */
#include "command/warn_line.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "policy_file/draft.h"

void warn_line(const char *path, unsigned int line, const char *format, ...)
{
	char text[512];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	report_warning("%s:%u: warning: %s", path, line & ~DRAFT_MARK, text);
}
