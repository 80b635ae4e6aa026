/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A JSON writer, called by whatever has output in JSON. It takes care of
 * commas, line breaks and escapes; that objects and arrays nest, and that
 * members of an object have a key (and elements of an array have none: NULL),
 * is up to the caller.
 */
#ifndef _PERSOCK_BASE_JSON_H
#define _PERSOCK_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What -j and -p ask for: JSON at all, and with line breaks. */
extern bool json_wanted;
extern bool json_pretty;

/* Take in one of the two, by its letter. */
void json_choose(int option);

void json_start(FILE *stream);
void json_finish(void);

void json_object(const char *key);
void json_object_end(void);
void json_array(const char *key);
void json_array_end(void);

/* Bytes that are not UTF-8 become U+FFFD: JSON has no place for them. */
void json_string(const char *key, const char *value);
void json_u64(const char *key, uint64_t value);
void json_i64(const char *key, int64_t value);
void json_bool(const char *key, bool value);

#endif
