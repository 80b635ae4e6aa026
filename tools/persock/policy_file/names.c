// SPDX-License-Identifier: GPL-2.0
/*
 * Looks up names and numbers in a table that names/generate makes from the
 * system's headers. Every part of the tool that reads or prints the name of a
 * family, option, flag or the like calls it.
 */
#include "policy_file/names.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy_file/names/headers.h"
#include "base/word.h"

#define ANY_LEVEL	(-1)

static const struct entry {
	enum name_kind kind;
	int level;
	const char *name;
	int64_t value;
} entries[] = {
#include "table.inc"
};

#define NR_ENTRIES	(sizeof(entries) / sizeof(entries[0]))

/* The prefix that the short form of a kind leaves out, or NULL. */
static const char *prefix_of(enum name_kind kind)
{
	switch (kind) {
	case NAME_FAMILY:
		return "AF_";
	case NAME_TYPE:
		return "SOCK_";
	case NAME_PROTOCOL:
		return "IPPROTO_";
	default:
		return NULL;
	}
}

static bool is_of(const struct entry *entry, enum name_kind kind,
		  int64_t level)
{
	if (entry->kind != kind)
		return false;

	return (kind != NAME_OPTION && kind != NAME_CONTROL) ||
	       entry->level == level;
}

static const struct entry *find(enum name_kind kind, int64_t level,
				const char *text)
{
	const char *prefix = prefix_of(kind);
	size_t i;

	for (i = 0; i < NR_ENTRIES; i++) {
		const char *name = entries[i].name;

		if (!is_of(&entries[i], kind, level))
			continue;
		if (!strcmp(name, text))
			return &entries[i];
		/* The short form has small letters. */
		if (prefix && !strpbrk(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") &&
		    !strcasecmp(name + strlen(prefix), text))
			return &entries[i];
	}

	return NULL;
}

static bool number(const char *text, int64_t *value)
{
	char *end;

	if (!isdigit((unsigned char)text[text[0] == '-']))
		return false;
	errno = 0;
	*value = strtoll(text, &end, 0);

	return !errno && !*end;
}

bool name_value(enum name_kind kind, int64_t level, const char *text,
		int64_t *value)
{
	const struct entry *entry = find(kind, level, text);

	/* A control message may have the name of the option that requests it. */
	if (!entry && kind == NAME_CONTROL)
		entry = find(NAME_OPTION, level, text);
	/* Levels of options are the numbers of protocols. */
	if (!entry && kind == NAME_LEVEL && !strncmp(text, "IPPROTO_", 8))
		entry = find(NAME_PROTOCOL, level, text);
	if (!entry && kind == NAME_LEVEL && !strcmp(text, "AF_VSOCK"))
		entry = find(NAME_FAMILY, level, text);
	/* The name in the kernel's messages. */
	if (!entry && kind == NAME_PROTOCOL && !strcmp(text, "ipv6-icmp"))
		entry = find(NAME_PROTOCOL, level, "icmpv6");
	if (!entry)
		return number(text, value);
	*value = entry->value;

	return true;
}

static const struct entry *find_number(enum name_kind kind, int64_t level,
				       int64_t value)
{
	size_t i;

	for (i = 0; i < NR_ENTRIES; i++) {
		if (is_of(&entries[i], kind, level) &&
		    entries[i].value == value)
			return &entries[i];
	}

	return NULL;
}

static char *room(void)
{
	static char text[4][64];
	static unsigned int next;

	return text[next++ % 4];
}

const char *name_of(enum name_kind kind, int64_t level, int64_t value)
{
	const struct entry *entry = find_number(kind, level, value);
	const char *prefix = prefix_of(kind);
	char *text = room();
	size_t i;

	if (!entry && kind == NAME_CONTROL)
		entry = find_number(NAME_OPTION, level, value);
	/* As in the manual pages: IPPROTO_TCP, not SOL_TCP. */
	if (kind == NAME_LEVEL && value != SOL_SOCKET && value < IPPROTO_MAX)
		entry = find_number(NAME_PROTOCOL, 0, value) ?: entry;
	if (!entry) {
		snprintf(text, 64, kind == NAME_IOCTL || kind == NAME_FLAG ?
			 "%#" PRIx64 : "%" PRId64, value);
		return text;
	}
	if (!prefix)
		return entry->name;

	snprintf(text, 64, "%s", entry->name + strlen(prefix));
	for (i = 0; text[i]; i++)
		text[i] = tolower((unsigned char)text[i]);

	return text;
}

const char *name_constant(enum name_kind kind, int64_t value)
{
	const struct entry *entry = find_number(kind, 0, value);

	return entry ? entry->name : name_of(kind, 0, value);
}

const char *name_of_option(enum name_kind kind, int level, int name)
{
	const char *text = name_of(NAME_LEVEL, 0, level);
	char *both = room();

	snprintf(both, 64, "%s/%s", text, name_of(kind, level, name));

	return both;
}

bool name_option_value(enum name_kind kind, const char *text, int *level,
		       int *name)
{
	const char *slash = strchr(text, '/');
	int64_t first, second;
	char part[64];

	if (!slash || slash - text >= (ptrdiff_t)sizeof(part))
		return false;
	snprintf(part, sizeof(part), "%.*s", (int)(slash - text), text);
	if (!name_value(NAME_LEVEL, 0, part, &first) || first != (int)first ||
	    !name_value(kind, first, slash + 1, &second) ||
	    second != (int)second)
		return false;
	*level = first;
	*name = second;

	return true;
}

const char *name_like(enum name_kind kind, int64_t level, const char *text)
{
	const char *prefix = prefix_of(kind), *like = NULL;
	unsigned int best = WORD_FAR;
	size_t i;

	/* See name_value(): these are levels as well. */
	if (kind == NAME_LEVEL && !strncmp(text, "IPPROTO_", 8))
		return name_like(NAME_PROTOCOL, level, text);
	for (i = 0; i < NR_ENTRIES; i++) {
		const char *name = entries[i].name;

		if (!is_of(&entries[i], kind, level))
			continue;
		if (prefix && strncmp(text, prefix, strlen(prefix)))
			name += strlen(prefix);
		if (!word_nearer(name, text, &best))
			continue;
		like = prefix && name != entries[i].name ?
		       name_of(kind, level, entries[i].value) : name;
	}

	return like;
}
