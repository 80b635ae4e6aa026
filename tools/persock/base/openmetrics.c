// SPDX-License-Identifier: GPL-2.0
/*
 * Writes families of metrics and their samples. The command metrics calls it.
 */
#include "base/openmetrics.h"

#include <inttypes.h>
#include <stdarg.h>

#include "base/text.h"

void openmetrics_family(FILE *stream, const struct metric *metric)
{
	fprintf(stream, "# HELP %s %s\n", metric->name, metric->help);
	fprintf(stream, "# TYPE %s %s\n", metric->name,
		metric->counter ? "counter" : "gauge");
	if (metric->unit)
		fprintf(stream, "# UNIT %s %s\n", metric->name, metric->unit);
}

/*
 * The value of a label is UTF-8. A byte that is none becomes \ooo: two names
 * that differ must not become one, which readers reject.
 */
static void print_value(FILE *stream, const char *value)
{
	const unsigned char *c = (const unsigned char *)value;
	int length;

	while (*c) {
		length = text_length(c);
		if (!length)
			fprintf(stream, "\\\\%03o", *c);
		else if (*c == '\n')
			fputs("\\n", stream);
		else if (*c == '"' || *c == '\\')
			fprintf(stream, "\\%c", *c);
		else
			fwrite(c, 1, length, stream);
		c += length ? length : 1;
	}
}

void openmetrics_sample(FILE *stream, const struct metric *metric,
			uint64_t value, ...)
{
	const char *label, *before = "{";
	va_list list;

	fprintf(stream, "%s%s", metric->name, metric->counter ? "_total" : "");
	va_start(list, value);
	while ((label = va_arg(list, const char *))) {
		fprintf(stream, "%s%s=\"", before, label);
		print_value(stream, va_arg(list, const char *));
		fputc('"', stream);
		before = ",";
	}
	va_end(list);
	fprintf(stream, "%s %" PRIu64 "\n", *before == ',' ? "}" : "", value);
}

void openmetrics_end(FILE *stream)
{
	fputs("# EOF\n", stream);
}
