// SPDX-License-Identifier: GPL-2.0
/*
 * Writes complaints to stderr, and to the system's log on request. Every part
 * of the tool calls it.
 */
#include "base/complain.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

#include "base/text.h"

static const char *about;
static bool logging;

void complain_about(const char *what)
{
	about = what;
}

void complain_to_log(void)
{
	openlog("persock", LOG_PID, LOG_DAEMON);
	logging = true;
}

/* What is quoted in the sentence may come from anywhere. */
static void put(FILE *to, const char *sentence)
{
	if (about)
		text_print(to, about);
	text_print(to, sentence ? sentence : "out of memory");
}

static void put_to_log(const char *sentence)
{
	char *line = NULL;
	size_t size;
	FILE *memory = open_memstream(&line, &size);

	if (!memory)
		return;
	put(memory, sentence);
	if (!fclose(memory))
		syslog(LOG_ERR, "%s", line);
	free(line);
}

static void __attribute__((format(printf, 1, 0)))
complain(const char *format, va_list args)
{
	char *sentence;

	if (vasprintf(&sentence, format, args) < 0)
		sentence = NULL;
	fflush(stdout);
	fputs("persock: ", stderr);
	put(stderr, sentence);
	fputc('\n', stderr);
	if (logging)
		put_to_log(sentence);
	free(sentence);
}

int refuse(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(format, args);
	va_end(args);
	return EXIT_REFUSED;
}

void *need(void *memory)
{
	if (!memory)
		exit(refuse("out of memory"));

	return memory;
}

int misuse(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(format, args);
	va_end(args);
	return EXIT_USAGE;
}

int misuse_option(int answer, char **argv)
{
	if (answer == ':')
		return misuse("option %s needs a value", argv[optind - 1]);
	if (optopt && argv[optind - 1][0] == '-' && argv[optind - 1][1] == '-')
		return misuse("option %s takes no value", argv[optind - 1]);
	if (optopt)
		return misuse("unknown option -%c", optopt);
	return misuse("unknown option %s", argv[optind - 1]);
}
