/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads the section unix: rules on peers and names of AF_UNIX sockets, and the
 * verdicts on what they pass. parse.c calls it.
 */
#ifndef _PERSOCK_POLICY_FILE_PARSE_UNIX_H
#define _PERSOCK_POLICY_FILE_PARSE_UNIX_H

#include "policy_file/parse_value.h"

/* Returns false after an error. */
bool parse_unix(struct parse *parse, yaml_node_t *node);

#endif
