// SPDX-License-Identifier: GPL-2.0
/*
 * Builds a JSON value with json-c, and prints it. json.c calls it, and is not
 * the same file because json-c has a type of the name of its json_object().
 */
#include "base/json_tree.h"

#include <json-c/json.h>

#include "base/error.h"
#include "base/fold.h"
#include "base/text.h"

static FILE *out;
static int flags;
static struct json_object *root;
static struct json_object *inner;	/* the innermost open object or array */
static bool listed;	/* elements of the root have been printed */

/*
 * json-c hands bytes that are not UTF-8 on, which JSON cannot contain, and the
 * control characters beyond U+001F, although JSON goes to terminals. All of
 * these are in strings.
 */
static void print(struct json_object *value)
{
	const unsigned char *c;
	int length;

	c = need((void *)json_object_to_json_string_ext(value, flags));
	while (*c) {
		length = text_length(c);
		if (!length) {
			fputs("\\ufffd", out);
			length = 1;
		} else if (*c == 0x7f) {
			fputs("\\u007f", out);
		} else if (*c == 0xc2 && c[1] < 0xa0) {
			fprintf(out, "\\u%04x", c[1]);
		} else {
			fwrite(c, 1, length, out);
		}
		c += length;
	}
}

static bool is_list(void)
{
	return json_object_is_type(root, json_type_array);
}

/*
 * A list of all sockets or cgroups has megabytes, and a tree of it twenty times
 * that: its elements are printed, and dropped, as they are complete.
 */
static void print_elements(void)
{
	size_t i, nr = json_object_array_length(root);

	for (i = 0; i < nr; i++) {
		fputc(listed ? ',' : '[', out);
		print(json_object_array_get_idx(root, i));
		listed = true;
	}
	if (nr)
		json_object_array_del_idx(root, 0, nr);
}

void json_tree_start(FILE *stream, bool pretty)
{
	out = stream;
	fold_choose(out, FOLD_NEVER);
	flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	if (pretty)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	listed = false;
	/* After an error nothing has finished the last one. */
	json_object_put(root);
	root = NULL;
	inner = NULL;
}

void json_tree_finish(void)
{
	if (listed) {
		print_elements();
		fputc(']', out);
	} else {
		print(root);
	}
	fputc('\n', out);
	fold_choose(out, FOLD_TEXT);
	json_object_put(root);
	root = NULL;
}

/* Add @value, and own it. */
static void add(const char *key, struct json_object *value)
{
	int failed = 0;

	need(value);
	if (!inner)
		root = value;
	else if (key)
		failed = json_object_object_add(inner, key, value);
	else
		failed = json_object_array_add(inner, value);
	need(failed ? NULL : value);
}

/* The user data of an open value is the one around it. */
static void begin(const char *key, struct json_object *value)
{
	add(key, value);
	json_object_set_userdata(value, inner, NULL);
	inner = value;
}

void json_tree_object(const char *key)
{
	begin(key, json_object_new_object());
}

void json_tree_array(const char *key)
{
	begin(key, json_object_new_array());
}

void json_tree_end(void)
{
	inner = json_object_get_userdata(inner);
	if (inner == root && is_list() && !(flags & JSON_C_TO_STRING_PRETTY))
		print_elements();
}

void json_tree_string(const char *key, const char *value)
{
	add(key, json_object_new_string(value));
}

void json_tree_u64(const char *key, uint64_t value)
{
	add(key, json_object_new_uint64(value));
}

void json_tree_i64(const char *key, int64_t value)
{
	add(key, json_object_new_int64(value));
}

void json_tree_bool(const char *key, bool value)
{
	add(key, json_object_new_boolean(value));
}
