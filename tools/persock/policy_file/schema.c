// SPDX-License-Identifier: GPL-2.0
/*
 * Makes the JSON Schema of policy files from the table of keys. The command keys
 * calls it.
 *
 * It knows less than the parser: names of options and the like are texts to it.
 */
#include "policy_file/schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "policy_file/key.h"

#define NAME	"^[A-Za-z0-9._][A-Za-z0-9._-]{0,62}$"
#define ERRNO	"^(E[A-Z0-9]+|[0-9]+)$"
#define PORTS	"^([0-9]+|[A-Za-z0-9._+-]*[A-Za-z][A-Za-z0-9._+-]*)(-[0-9]+)?$"

/*
 * Where a key is. @item: the place of items with sizes, in options.get and set.
 * @others: within others, where limits has fewer keys.
 */
struct where {
	enum key_place place;
	enum key_place item;
	bool others;
};

static void mapping(const char *name, const struct where *where,
		    const char *about);

static void begin(const char *name, const char *type, const char *about)
{
	json_object(name);
	if (about)
		json_string("description", about);
	if (type)
		json_string("type", type);
}

static void text(const char *name, const char *pattern, const char *about)
{
	begin(name, "string", about);
	if (pattern)
		json_string("pattern", pattern);
	json_object_end();
}

static void number(const char *name, uint64_t max, const char *about)
{
	begin(name, "integer", about);
	json_u64("minimum", 0);
	if (max)
		json_u64("maximum", max);
	json_object_end();
}

/* One of the words, which have bars between them. */
static void words(const char *name, const char *list, const char *about)
{
	char *copy = need(strdup(list)), *rest = copy, *word;

	begin(name, NULL, about);
	json_array("enum");
	while ((word = strsep(&rest, " |"))) {
		if (*word)
			json_string(NULL, word);
	}
	json_array_end();
	json_object_end();
	free(copy);
}

/* A text, or a number up to @max. */
static void either(const char *name, const char *pattern, uint64_t max,
		   const char *about)
{
	begin(name, NULL, about);
	json_array("anyOf");
	text(NULL, pattern, NULL);
	number(NULL, max, NULL);
	json_array_end();
	json_object_end();
}

static void verdict(const char *name, const char *about)
{
	either(name, "^(allow|ignore|E[A-Z0-9]+|[0-9]+)$", 133, about);
}

static void error(const char *name, const char *about)
{
	either(name, ERRNO, 133, about);
}

/* An item, or a list of @min to @max items; @max 0: of any length. */
static void list(const char *name, void (*item)(const struct where *where),
		 const struct where *where, unsigned int min, unsigned int max,
		 const char *about)
{
	begin(name, NULL, about);
	json_array("anyOf");
	item(where);
	json_object(NULL);
	json_string("type", "array");
	if (min)
		json_u64("minItems", min);
	if (max)
		json_u64("maxItems", max);
	json_object("items");
	json_array("anyOf");
	item(where);
	json_array_end();
	json_object_end();
	json_object_end();
	json_array_end();
	json_object_end();
}

static void name_item(const struct where *where)
{
	(void)where;
	text(NULL, NAME, NULL);
}

static void constant_item(const struct where *where)
{
	(void)where;
	text(NULL, NULL, NULL);
	number(NULL, 0, NULL);
}

static void text_item(const struct where *where)
{
	(void)where;
	text(NULL, NULL, NULL);
}

/* An AF_UNIX socket by its name alone, or with more. */
static void socket_item(const struct where *where)
{
	text(NULL, "^([/@]|unnamed$)", NULL);
	mapping(NULL, where, NULL);
}

static void ports_item(const struct where *where)
{
	(void)where;
	text(NULL, PORTS, NULL);
	number(NULL, 4294967294, NULL);
}

/* An option, flag or ioctl; an option may have sizes. */
static void listed_item(const struct where *where)
{
	const struct where inner = { .place = where->item };

	constant_item(where);
	if (where->item != KEY_NR_PLACES)
		mapping(NULL, &inner, NULL);
}

static void denied_item(const struct where *where)
{
	constant_item(where);
	json_object(NULL);
	json_string("type", "object");
	error("additionalProperties", NULL);
	json_object_end();
}

static void just_true(const char *name, const char *about)
{
	begin(name, NULL, about);
	json_array("enum");
	json_bool(NULL, true);
	json_string(NULL, "true");
	json_array_end();
	json_object_end();
}

static void rules(const char *name, const struct where *where, const char *about)
{
	begin(name, "array", about);
	mapping("items", where, NULL);
	json_object_end();
}

static void pair(const char *name, const char *about)
{
	begin(name, "array", about);
	json_u64("minItems", 2);
	json_u64("maxItems", 2);
	number("items", 0x7fffffff, NULL);
	json_object_end();
}

static void number_or_mapping(const char *name, const struct where *inside,
			      const char *about)
{
	begin(name, NULL, about);
	json_array("anyOf");
	number(NULL, 0, NULL);
	mapping(NULL, inside, NULL);
	json_array_end();
	json_object_end();
}

/* Where the keys of a key's value are. */
static struct where inside_of(const struct where *where, const struct key *key)
{
	struct where inside = {
		.place = key->inside,
		.item = KEY_NR_PLACES,
		.others = where->others || !strcmp(key->name, "others"),
	};

	if (where->place == KEY_OPTIONS)
		inside.item = strcmp(key->name, "get") ? KEY_OPTION_SET :
							  KEY_OPTION_GET;
	if (inside.place == KEY_LIMITS_INET && where->others)
		inside.place = KEY_LIMITS_OTHERS;

	return inside;
}

static bool is(const struct key *key, const char *value)
{
	return !strcmp(key->value, value);
}

/* By the kind of value that the table has. A new kind needs a line here. */
static void value_of(const struct key *key, const struct where *where)
{
	const struct where inside = inside_of(where, key);
	const char *name = key->name, *about = key->about;

	if (is(key, "MAPPING"))
		mapping(name, &inside, about);
	else if (is(key, "LIST"))
		rules(name, &inside, about);
	else if (is(key, "NAME"))
		text(name, NAME, about);
	else if (is(key, "LIST of names"))
		list(name, name_item, where, 1, 8, about);
	else if (is(key, "PATH"))
		text(name, "^/", about);
	else if (is(key, "VERDICT"))
		verdict(name, about);
	else if (is(key, "ERRNO"))
		error(name, about);
	else if (is(key, "FAMILY or LIST") || is(key, "TYPE or LIST") ||
		 is(key, "PROTOCOL or LIST"))
		list(name, constant_item, where, 1, 32, about);
	else if (is(key, "PREFIX, HOST, vsock:CID or LIST"))
		list(name, text_item, where, 1, 0, about);
	else if (is(key, "SOCKET or LIST"))
		list(name, socket_item, &inside, 1, 0, about);
	else if (is(key, "PATH of a socket"))
		text(name, "^/", about);
	else if (is(key, "\"@NAME\""))
		text(name, "^@", about);
	else if (is(key, "true"))
		just_true(name, about);
	else if (is(key, "same | /CGROUP"))
		text(name, "^(same$|/)", about);
	else if (is(key, "VERDICT or governed"))
		either(name, "^(allow|governed|E[A-Z0-9]+|[0-9]+)$", 133, about);
	else if (is(key, "ADDRESS, system or LIST"))
		list(name, text_item, where, 1, 0, about);
	else if (is(key, "PORTS or LIST"))
		list(name, ports_item, where, 1, 0, about);
	else if (is(key, "NAME or LIST"))
		list(name, listed_item, where, 0, 0, about);
	else if (is(key, "NAME or LIST, or MAPPING of names to errnos"))
		list(name, denied_item, where, 0, 0, about);
	else if (is(key, "LEVEL/NAME"))
		text(name, "/", about);
	else if (is(key, "TIME"))
		either(name, "^[0-9]+[smhd]?$", 0, about);
	else if (is(key, "BYTES") || is(key, "NUMBER"))
		number(name, 0, about);
	else if (is(key, "NUMBER, or MAPPING"))
		number_or_mapping(name, &inside, about);
	else if (is(key, "[FLOOR, CEILING]"))
		pair(name, about);
	else if (strstr(key->value, " | "))
		words(name, key->value, about);
	else
		exit(report_error("the schema knows no value \"%s\"", key->value));
}

/* A rule has one of the two. */
static void either_allows_or_denies(void)
{
	static const char *const keys[] = { "allow", "deny" };
	unsigned int i;

	json_array("oneOf");
	for (i = 0; i < 2; i++) {
		json_object(NULL);
		json_array("required");
		json_string(NULL, keys[i]);
		json_array_end();
		json_object_end();
	}
	json_array_end();
}

static void require(const char *name)
{
	json_array("required");
	json_string(NULL, name);
	json_array_end();
}

static void mapping(const char *name, const struct where *where,
		    const char *about)
{
	const struct key *key = NULL;

	begin(name, "object", about);
	json_bool("additionalProperties", false);
	json_object("properties");
	while ((key = key_next(where->place, key)))
		value_of(key, where);
	json_object_end();
	switch (where->place) {
	case KEY_SOCKETS_RULE:
	case KEY_ADDRESS_RULE:
	case KEY_UNIX_RULE:
		either_allows_or_denies();
		break;
	case KEY_OPTION_GET:
	case KEY_OPTION_SET:
		require("option");
		break;
	case KEY_NETWORK:
		require("namespace");
		break;
	case KEY_LIMITS_SOCKETS:
		require("max");
		break;
	default:
		break;
	}
	json_object_end();
}

void schema_print(FILE *stream)
{
	const struct where top = { .item = KEY_NR_PLACES, .place = KEY_POLICY };
	const struct key *key = NULL;

	json_start(stream);
	json_object(NULL);
	json_string("$schema", "http://json-schema.org/draft-07/schema#");
	json_string("title", "persock policy");
	json_string("description", "A policy file of persock: persock-policy(5)");
	json_string("type", "object");
	json_bool("additionalProperties", false);
	json_object("properties");
	while ((key = key_next(KEY_POLICY, key)))
		value_of(key, &top);
	json_object_end();
	json_object_end();
	json_finish();
}
