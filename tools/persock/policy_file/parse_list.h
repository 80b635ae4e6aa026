/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads sections that list options, control messages, flags or ioctls. parse.c
 * calls it.
 */
#ifndef _PERSOCK_POLICY_FILE_PARSE_LIST_H
#define _PERSOCK_POLICY_FILE_PARSE_LIST_H

#include "policy_file/parse_value.h"

/* Returns false after an error. */
bool parse_list(struct parse *parse, yaml_node_t *node,
		enum persock_section section, unsigned int classes);

#endif
