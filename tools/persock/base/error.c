// SPDX-License-Identifier: GPL-2.0
/*
 * Prints errors and warnings on stderr, and writes them to the system's log on
 * request. Every part of the tool calls it.
 */
#include "base/error.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

#include "base/text.h"

static const char *prefix;
static bool logging;
static void (*other_log)(const char *sentence);
static FILE *collection;

void set_error_prefix(const char *text)
{
	prefix = text;
}

void collect_errors(FILE *stream)
{
	collection = stream;
}

void log_errors(void)
{
	openlog("persock", LOG_PID, LOG_DAEMON);
	logging = true;
}

void log_errors_by(void (*log)(const char *sentence))
{
	other_log = log;
}

/* The sentence may quote text from any source: escape it. */
static void put(FILE *to, const char *sentence)
{
	if (prefix)
		text_print(to, prefix);
	text_print(to, sentence ? sentence : "out of memory");
}

static void put_to_logs(const char *sentence)
{
	char *line = NULL;
	size_t size;
	FILE *memory = open_memstream(&line, &size);

	if (!memory)
		return;
	put(memory, sentence);
	if (!fclose(memory)) {
		if (logging)
			syslog(LOG_ERR, "%s", line);
		if (other_log)
			other_log(line);
	}
	free(line);
}

static void __attribute__((format(printf, 1, 0)))
print_sentence(const char *format, va_list args, bool is_error)
{
	char *sentence;

	if (vasprintf(&sentence, format, args) < 0)
		sentence = NULL;
	fflush(stdout);
	if (collection && is_error) {
		put(collection, sentence);
		fputc('\n', collection);
	} else {
		fputs("persock: ", stderr);
		put(stderr, sentence);
		fputc('\n', stderr);
	}
	if (logging || other_log)
		put_to_logs(sentence);
	free(sentence);
}

int report_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_sentence(format, args, true);
	va_end(args);
	return EXIT_FAILURE;
}

void report_warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_sentence(format, args, false);
	va_end(args);
}

void *need(void *memory)
{
	if (!memory)
		exit(report_error("out of memory"));

	return memory;
}

int usage_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_sentence(format, args, true);
	va_end(args);
	return EXIT_USAGE;
}

int option_error(int answer, char **argv)
{
	if (answer == ':')
		return usage_error("option %s needs a value", argv[optind - 1]);
	if (optopt && argv[optind - 1][0] == '-' && argv[optind - 1][1] == '-')
		return usage_error("option %s takes no value", argv[optind - 1]);
	if (optopt)
		return usage_error("unknown option -%c", optopt);
	return usage_error("unknown option %s", argv[optind - 1]);
}
