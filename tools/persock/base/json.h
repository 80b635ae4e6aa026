/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes JSON. Every part of the tool that prints JSON calls it. The caller nests
 * objects and arrays correctly, and passes a key for each member of an object,
 * NULL for each element of an array.
 */
#ifndef _PERSOCK_BASE_JSON_H
#define _PERSOCK_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Options -j and -p: print JSON, and print line breaks in it. */
extern bool json_wanted;
extern bool json_pretty;

/* Set one of the two by its letter. */
void json_choose(int option);

void json_start(FILE *stream);
void json_finish(void);

void json_object(const char *key);
void json_object_end(void);
void json_array(const char *key);
void json_array_end(void);

/* Bytes that are not UTF-8 become U+FFFD: JSON cannot contain them. */
void json_string(const char *key, const char *value);
void json_u64(const char *key, uint64_t value);
void json_i64(const char *key, int64_t value);
void json_bool(const char *key, bool value);

/*
 * From now on a value is no output: it goes to a function, as a text, with its
 * key. The values of an array all have the key of the array. With NULL they are
 * output again.
 */
typedef void (*json_field_fn)(const char *key, const char *value);
void json_fields(json_field_fn function);

#endif
