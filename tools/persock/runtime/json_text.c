// SPDX-License-Identifier: GPL-2.0
/*
 * Reads JSON with json-c. The hook and the runtime call it.
 */
#include "runtime/json_text.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Specifications of containers have a tenth of this. */
#define MOST_BYTES	(64 << 20)

/* All of @file, with a zero byte behind it, or NULL after an error. */
static char *read_all(FILE *file, const char *name, size_t *size)
{
	char *text = NULL;
	size_t got, room = 0;

	*size = 0;
	do {
		if (room - *size < BUFSIZ) {
			room = room ? 2 * room : 4 * BUFSIZ;
			text = need(realloc(text, room));
		}
		got = fread(text + *size, 1, room - *size - 1, file);
		*size += got;
	} while (got && *size < MOST_BYTES);
	text[*size] = '\0';
	if (!ferror(file) && *size < MOST_BYTES)
		return text;
	if (ferror(file))
		report_error("%s: %s", name, strerror(errno));
	else
		report_error("%s: too long", name);
	free(text);

	return NULL;
}

static unsigned int line_of(const char *text, size_t place)
{
	unsigned int line = 1;
	size_t i;

	for (i = 0; i < place; i++)
		line += text[i] == '\n';

	return line;
}

static struct json_object *parse(const char *text, size_t size, const char *name)
{
	struct json_tokener *tokener = need(json_tokener_new());
	struct json_object *object;
	const char *why = NULL;
	size_t end;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
			       JSON_TOKENER_ALLOW_TRAILING_CHARS);
	object = json_tokener_parse_ex(tokener, text, size);
	end = json_tokener_get_parse_end(tokener);
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		why = "it ends too early";
	else if (json_tokener_get_error(tokener) != json_tokener_success)
		why = json_tokener_error_desc(json_tokener_get_error(tokener));
	else if (end + strspn(text + end, " \t\r\n") < size)
		why = "something follows the object";
	else if (!json_object_is_type(object, json_type_object))
		why = "this is not an object";
	if (why) {
		report_error("%s:%u: no JSON that can be read: %s", name,
			     line_of(text, end), why);
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);

	return object;
}

struct json_object *json_text_object(FILE *file, const char *name)
{
	struct json_object *object = NULL;
	size_t size;
	char *text = read_all(file, name, &size);

	if (text)
		object = parse(text, size, name);
	free(text);

	return object;
}

bool json_text_member(struct json_object *object, const char *key,
		      enum json_type type, struct json_object **value)
{
	*value = NULL;
	if (!json_object_object_get_ex(object, key, value) || !*value)
		return true;
	if (json_object_is_type(*value, type))
		return true;
	report_error("\"%s\" must be of type %s, not %s", key,
		     json_type_to_name(type),
		     json_type_to_name(json_object_get_type(*value)));

	return false;
}

const char *json_text_string(struct json_object *string, const char *what)
{
	const char *text;

	if (!json_object_is_type(string, json_type_string)) {
		report_error("%s must be a string", what);
		return NULL;
	}
	text = json_object_get_string(string);
	if (strlen(text) == (size_t)json_object_get_string_len(string))
		return text;
	report_error("%s has a zero byte", what);

	return NULL;
}
