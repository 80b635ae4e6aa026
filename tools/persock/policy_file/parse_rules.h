/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads the sections with ordered rules, sockets and addresses, and the limits.
 * parse.c calls it.
 */
#ifndef _PERSOCK_POLICY_FILE_PARSE_RULES_H
#define _PERSOCK_POLICY_FILE_PARSE_RULES_H

#include "policy_file/parse_value.h"

/* Each returns false after an error. */
bool parse_sockets(struct parse *parse, yaml_node_t *node);
bool parse_addresses(struct parse *parse, yaml_node_t *node,
		     enum persock_section section);
bool parse_limits(struct parse *parse, yaml_node_t *node, unsigned int classes,
		  bool whole);

#endif
