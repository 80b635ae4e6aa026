/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes one JSON value at a time, by json-c: it grows from the outside in, and
 * is printed when it is complete. json.c calls it.
 */
#ifndef _PERSOCK_BASE_JSON_TREE_H
#define _PERSOCK_BASE_JSON_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

void json_tree_start(FILE *stream, bool pretty);

/* The value, or what is in the innermost open object or array. */
void json_tree_object(const char *key);
void json_tree_array(const char *key);
void json_tree_end(void);

void json_tree_string(const char *key, const char *value);
void json_tree_u64(const char *key, uint64_t value);
void json_tree_i64(const char *key, int64_t value);
void json_tree_bool(const char *key, bool value);

void json_tree_finish(void);

#endif
