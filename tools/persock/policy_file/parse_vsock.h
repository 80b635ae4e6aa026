/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules on addresses of AF_VSOCK in the sections connect, bind and accept.
 * parse_rules.c calls it.
 */
#ifndef _PERSOCK_POLICY_FILE_PARSE_VSOCK_H
#define _PERSOCK_POLICY_FILE_PARSE_VSOCK_H

#include "policy_file/parse_value.h"

/*
 * Add a rule for each range of ports, or one for all. @peer: "vsock:CID". @rule:
 * has the verdict and the line. Returns false after an error.
 */
bool parse_vsock(struct parse *parse, const yaml_node_t *map,
		 const yaml_node_t *peer, yaml_node_t *ports,
		 enum persock_section section,
		 const struct persock_vsock_rule *rule);

#endif
