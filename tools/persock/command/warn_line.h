/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A warning of a line of a policy file. The command check and its parts call it.
 */
#ifndef _PERSOCK_COMMAND_WARN_LINE_H
#define _PERSOCK_COMMAND_WARN_LINE_H

/* The lines of a base have a mark, which is left out. */
void warn_line(const char *path, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
