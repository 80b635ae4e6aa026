/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads host names of rules, and the section names. parse_rules.c and parse.c
 * call it.
 */
#ifndef _PERSOCK_POLICY_FILE_PARSE_NAMES_H
#define _PERSOCK_POLICY_FILE_PARSE_NAMES_H

#include "policy_file/parse_value.h"

/* Read the host name of a rule into @name, of PERSOCK_HOST_LENGTH + 1 bytes. */
bool parse_host(struct parse *parse, const yaml_node_t *node, char *name,
		struct persock_host_rule *rule);

/*
 * Read the section names, or NULL if the file has none. @node is read when the
 * rules are. Returns false after an error.
 */
bool parse_names(struct parse *parse, yaml_node_t *node);

#endif
