/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of AF_UNIX sockets as policy files, commands and reports have them: a
 * path, "@" and an abstract name, or "unnamed". "\x" and two digits are a byte.
 * The parser, recorded.c and the commands read them.
 */
#ifndef _PERSOCK_POLICY_FILE_UNIX_NAME_H
#define _PERSOCK_POLICY_FILE_UNIX_NAME_H

#include "module/policy/unix_rule.h"

/**
 * struct unix_name - a name that was read
 * @kind: its kind, not PERSOCK_UNIX_ANY
 * @bytes: the path, or the abstract name without its first zero byte
 * @length: length of @bytes
 * @prefix: "*" was behind it: all names that begin so
 */
struct unix_name {
	enum persock_unix_kind kind;
	char bytes[PERSOCK_PATH_MAX + 1];
	unsigned int length;
	bool prefix;
};

/* Read a name. Returns NULL, or why it is none. */
const char *unix_name_read(const char *text, struct unix_name *name);

/*
 * Read the text that a report has of one name: "" is an unnamed socket. False:
 * no rule can name it, as its file has no path, or the text was cut.
 */
bool unix_name_reported(const char *text, struct unix_name *name);

/* Read where a peer was created: "same", or a cgroup. NULL, or why it is none. */
const char *unix_peer_check(const char *text);

/* The name of a rule as files have it; valid until the next call. */
const char *unix_rule_text(const struct persock_unix_rule *rule);

#endif
