/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the tool refuses: one sentence on stderr, and an exit status that
 * distinguishes a wrong command line from a request that the system refused.
 * Every part of the tool calls it.
 */
#ifndef _PERSOCK_BASE_COMPLAIN_H
#define _PERSOCK_BASE_COMPLAIN_H

#define EXIT_REFUSED	1
#define EXIT_USAGE	2

/* Both print "persock: " and the sentence, and return their exit status. */
int refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
int misuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* @memory; without any the tool ends, refused. */
void *need(void *memory);

/*
 * Sentences begin with this from now on, so that a reader knows where they
 * come from; NULL: they do not. It is not copied.
 */
void complain_about(const char *what);

/* Sentences go to the system's log, too, for a caller that keeps stderr to itself. */
void complain_to_log(void);

/* misuse() for what getopt_long() answered '?' or ':' to (with opterr = 0). */
int misuse_option(int answer, char **argv);

#endif
