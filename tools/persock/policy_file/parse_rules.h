/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads the sections with ordered rules, sockets and addresses, and the limits.
 * parse.c calls it.
 */
#ifndef _PERSOCK_POLICY_FILE_PARSE_RULES_H
#define _PERSOCK_POLICY_FILE_PARSE_RULES_H

#include "policy_file/key.h"
#include "policy_file/parse_value.h"

/*
 * Read the default of a section, which replaces the base, and find the rules. After
 * an error there may be rules all the same: theirs are reported, too.
 * @place is that of its keys.
 */
bool parse_rules_begin(struct parse *parse, yaml_node_t *node,
		       enum persock_section section, enum key_place place,
		       yaml_node_t **rules);

/* The errno of a rule that denies: its own, or the default, or EACCES. */
bool parse_rule_verdict(struct parse *parse, yaml_node_t *map,
			enum persock_section section, bool denies, s16 *verdict);

/* Each returns false after an error. */
bool parse_sockets(struct parse *parse, yaml_node_t *node);
bool parse_addresses(struct parse *parse, yaml_node_t *node,
		     enum persock_section section);
bool parse_limits(struct parse *parse, yaml_node_t *node, unsigned int classes,
		  bool whole);

#endif
