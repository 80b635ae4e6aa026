/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sections that list options, control messages, flags or ioctls. parse.c calls
 * it.
 */
#ifndef _PERSOCK_POLICY_FILE_PARSE_LIST_H
#define _PERSOCK_POLICY_FILE_PARSE_LIST_H

#include "policy_file/parse_value.h"

/* False after a complaint. */
bool parse_list(struct parse *parse, yaml_node_t *node,
		enum persock_section section, unsigned int classes);

#endif
