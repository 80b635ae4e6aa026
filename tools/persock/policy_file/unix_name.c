// SPDX-License-Identifier: GPL-2.0
/*
 * Reads and writes names of AF_UNIX sockets. The parser, recorded.c and the
 * commands call it.
 */
#include "policy_file/unix_name.h"

#include <ctype.h>
#include <stdio.h>

static int digit(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;

	return isdigit((unsigned char)c) ? c - '0' :
					   tolower((unsigned char)c) - 'a' + 10;
}

/* The bytes of a text. @max: how many there may be. */
static const char *read_bytes(const char *text, unsigned int max,
			      struct unix_name *name)
{
	name->length = 0;
	for (; *text; text++) {
		int byte = (unsigned char)*text;

		if (byte == '*' && text[1])
			return "\"*\" is only allowed at the end; \\x2a is that character itself";
		if (byte == '*') {
			name->prefix = true;
			break;
		}
		if (byte == '\\') {
			if (text[1] != 'x' || digit(text[2]) < 0 ||
			    digit(text[3]) < 0)
				return "behind a backslash is x and two hexadecimal digits, as in \\x5c, a backslash";
			byte = digit(text[2]) << 4 | digit(text[3]);
			text += 3;
		}
		if (name->length == max)
			return max == PERSOCK_PATH_MAX ?
			       "a path has at most 1023 bytes" :
			       "an abstract name has at most 107 bytes";
		name->bytes[name->length++] = byte;
	}
	name->bytes[name->length] = '\0';

	return NULL;
}

/* Only what the kernel can call a file. @prefix: the last part is a beginning. */
static const char *check_path(const char *path, bool prefix)
{
	const char *part = path + 1, *end;

	for (;;) {
		size_t length = strcspn(part, "/");

		end = part + length;
		if (!*end && prefix)
			return NULL;
		if (!length)
			return *end ? "it has \"//\"" :
				      "no socket has a path that ends with \"/\"; all below it are \"/*\"";
		if (length == 1 && *part == '.')
			return "it has a part \".\"";
		if (length == 2 && !strncmp(part, "..", 2))
			return "it has a part \"..\"";
		if (!*end)
			return NULL;
		part = end + 1;
	}
}

const char *unix_name_read(const char *text, struct unix_name *name)
{
	const char *reason;

	*name = (struct unix_name){ .kind = PERSOCK_UNIX_UNNAMED };
	if (!strcmp(text, "unnamed"))
		return NULL;
	if (*text == '@') {
		name->kind = PERSOCK_UNIX_ABSTRACT;
		return read_bytes(text + 1, PERSOCK_ABSTRACT_MAX, name);
	}
	if (*text != '/')
		return "it is no absolute path, no \"@\" with an abstract name, and not unnamed";
	name->kind = PERSOCK_UNIX_PATH;
	reason = read_bytes(text, PERSOCK_PATH_MAX, name);
	if (reason)
		return reason;
	if (strlen(name->bytes) != name->length)
		return "a path has no zero byte";

	return check_path(name->bytes, name->prefix);
}

/* Reports cut longer texts, maybe in the middle of a byte's. */
#define WHOLE	(511 - 4)

bool unix_name_reported(const char *text, struct unix_name *name)
{
	return strlen(text) < WHOLE &&
	       !unix_name_read(*text ? text : "unnamed", name);
}

const char *unix_peer_check(const char *text)
{
	static const char none[] = "a peer is same, or the absolute path of a cgroup";

	if (!strcmp(text, "same") || !strcmp(text, "/"))
		return NULL;
	if (*text != '/')
		return none;
	if (strlen(text) > PERSOCK_CGROUP_MAX)
		return "the path of a cgroup has at most 1023 bytes";
	if (strchr(text, '*'))
		return "a cgroup stands for those below it, without \"*\"";
	if (text[strlen(text) - 1] == '/')
		return "the path of a cgroup does not end with \"/\"";

	return check_path(text, false);
}

const char *unix_rule_text(const struct persock_unix_rule *rule)
{
	static char text[PERSOCK_UNIX_TEXT_MAX + 2];
	const struct persock_unix_name name = {
		.kind = rule->kind,
		.name = rule->name,
		.length = rule->length,
	};
	size_t used;

	if (rule->kind == PERSOCK_UNIX_UNNAMED)
		return "unnamed";
	used = persock_unix_text(&name, text, sizeof(text) - 1);
	strcpy(text + used, rule->prefix ? "*" : "");

	return text;
}
