/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads JSON with json-c: the state of a container, and the files of bundles
 * and engines. Files that include it cannot include base/json.h, whose function
 * json_object() has the name of a type of json-c.
 */
#ifndef _PERSOCK_RUNTIME_JSON_TEXT_H
#define _PERSOCK_RUNTIME_JSON_TEXT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * The object that @file has, to be given back by json_object_put(), or NULL after
 * an error, which begins with @name.
 */
struct json_object *json_text_object(FILE *file, const char *name);

/*
 * Find the member @key of @object. Absent and null are the same: *@value is NULL.
 * False after an error: it has another type.
 */
bool json_text_member(struct json_object *object, const char *key,
		      enum json_type type, struct json_object **value);

/* The text of @string, or NULL after an error: it is not text. @what names it. */
const char *json_text_string(struct json_object *string, const char *what);

#endif
