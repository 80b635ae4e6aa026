// SPDX-License-Identifier: GPL-2.0
#include "complain.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "text.h"

static const char *about;

void complain_about(const char *what)
{
	about = what;
}

static void __attribute__((format(printf, 1, 0)))
complain(const char *format, va_list args)
{
	char *sentence;

	/* What is quoted in the sentence may come from anywhere. */
	fflush(stdout);
	fputs("persock: ", stderr);
	if (about)
		text_print(stderr, about);
	if (vasprintf(&sentence, format, args) >= 0) {
		text_print(stderr, sentence);
		free(sentence);
	} else {
		fputs("out of memory", stderr);
	}
	fputc('\n', stderr);
}

int refuse(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(format, args);
	va_end(args);
	return EXIT_REFUSED;
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
