// SPDX-License-Identifier: GPL-2.0
/*
 * Hands values to json_tree.c, which writes them as JSON, or to a function.
 * Whatever has output in JSON calls it.
 */
#include "base/json.h"

#include <inttypes.h>

#include "base/json_tree.h"

bool json_wanted;
bool json_pretty;

void json_choose(int option)
{
	json_wanted = true;
	if (option == 'p')
		json_pretty = true;
}

static json_field_fn field;	/* gets the values, if it is not NULL */
static const char *list;	/* key of the array whose values it gets */

void json_fields(json_field_fn function)
{
	field = function;
	list = NULL;
}

void json_start(FILE *stream)
{
	json_tree_start(stream, json_pretty);
}

void json_finish(void)
{
	json_tree_finish();
}

void json_object(const char *key)
{
	list = NULL;
	if (!field)
		json_tree_object(key);
}

void json_object_end(void)
{
	list = NULL;
	if (!field)
		json_tree_end();
}

void json_array(const char *key)
{
	list = key;
	if (!field)
		json_tree_array(key);
}

void json_array_end(void)
{
	list = NULL;
	if (!field)
		json_tree_end();
}

void json_string(const char *key, const char *value)
{
	if (field)
		field(key ?: list, value);
	else
		json_tree_string(key, value);
}

void json_u64(const char *key, uint64_t value)
{
	char text[24];

	if (!field) {
		json_tree_u64(key, value);
		return;
	}
	snprintf(text, sizeof(text), "%" PRIu64, value);
	field(key ?: list, text);
}

void json_i64(const char *key, int64_t value)
{
	char text[24];

	if (!field) {
		json_tree_i64(key, value);
		return;
	}
	snprintf(text, sizeof(text), "%" PRId64, value);
	field(key ?: list, text);
}

void json_bool(const char *key, bool value)
{
	if (field)
		field(key ?: list, value ? "true" : "false");
	else
		json_tree_bool(key, value);
}
