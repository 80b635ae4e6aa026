/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names of the system's headers, as in policy files and messages. Every
 * part of the tool that reads or prints the name of a family, option, flag or
 * the like calls it.
 *
 * Families, types and protocols are written as in "inet", "stream", "tcp", or
 * as the constants AF_INET, SOCK_STREAM, IPPROTO_TCP.
 */
#ifndef _PERSOCK_POLICY_FILE_NAMES_H
#define _PERSOCK_POLICY_FILE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum name_kind {
	NAME_FAMILY,
	NAME_TYPE,
	NAME_PROTOCOL,
	NAME_ERRNO,
	NAME_FLAG,
	NAME_IOCTL,
	NAME_LEVEL,
	NAME_OPTION,	/* of a level */
	NAME_CONTROL,	/* of a level; names of options are valid, too */
};

/* The value of a name, or of a number in text; false: there is none. */
bool name_value(enum name_kind kind, int64_t level, const char *text,
		int64_t *value);

/*
 * The name of a number in messages, or the number in text if it has no name.
 * Valid until the fourth call after this one.
 */
const char *name_of(enum name_kind kind, int64_t level, int64_t value);

/* The same as a constant: "AF_INET". */
const char *name_constant(enum name_kind kind, int64_t value);

/* "LEVEL/NAME" and back. */
const char *name_of_option(enum name_kind kind, int level, int name);
bool name_option_value(enum name_kind kind, const char *text, int *level,
		       int *name);

/* The name that is nearest to @text, or NULL. */
const char *name_like(enum name_kind kind, int64_t level, const char *text);

/*
 * What probably was meant by a text that is no name of @kind, as the end of a
 * sentence: ": did you mean inet?", or "". Valid until the next call.
 */
const char *name_hint(enum name_kind kind, int64_t level, const char *text);

#endif
