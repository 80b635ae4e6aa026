/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Errors and warnings: one sentence on stderr. An error has an exit status that
 * distinguishes a wrong command line from a failure. Every part of the tool
 * calls it.
 */
#ifndef _PERSOCK_BASE_ERROR_H
#define _PERSOCK_BASE_ERROR_H

#include <stdio.h>

/* Beside EXIT_SUCCESS and EXIT_FAILURE of <stdlib.h>. */
#define EXIT_USAGE	2

/* Print "persock: " and the sentence. Returns EXIT_FAILURE. */
int report_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for a wrong command line. Returns EXIT_USAGE. */
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for the answer '?' or ':' of getopt_long() (with opterr = 0). */
int option_error(int answer, char **argv);

/* The same for a warning or a note, which does not change the exit status. */
void report_warning(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* Returns @memory. If it is NULL, reports an error and ends the process. */
void *need(void *memory);

/*
 * Put @text before each sentence from now on; NULL: no prefix. The string is
 * not copied.
 */
void set_error_prefix(const char *text);

/*
 * Write the sentence of each error to @stream instead, a line for each; NULL: to
 * stderr again.
 */
void collect_errors(FILE *stream);

/* Write each sentence to the system's log, too: the caller may hide stderr. */
void log_errors(void);

/* Call @log with each sentence, too. It cannot report errors itself. */
void log_errors_by(void (*log)(const char *sentence));

#endif
