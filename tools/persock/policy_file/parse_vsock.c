// SPDX-License-Identifier: GPL-2.0
/*
 * Reads rules on addresses of AF_VSOCK. parse_rules.c calls it.
 */
#include "module/policy/vsock_rule.h"
#include "policy_file/parse_vsock.h"

#include "policy_file/vsock_name.h"
#include "policy_file/yaml.h"

static bool read_cid(struct parse *parse, const yaml_node_t *node, u32 *cid)
{
	const char *text = yaml_text(parse->yaml, node, "a CID");

	if (!text)
		return false;
	text += strlen("vsock:");
	if (!vsock_number(text, strlen(text), cid) ||
	    (*cid == PERSOCK_VSOCK_ANY && strcmp(text, "any")))
		return yaml_error(parse->yaml, node,
				  "\"vsock:%.64s\" is no address of AF_VSOCK: vsock:2 and vsock:any are; ports have a key of their own",
				  text);

	return true;
}

static bool read_ports(struct parse *parse, const yaml_node_t *node,
		       struct persock_vsock_rule *rule)
{
	const char *text = yaml_text(parse->yaml, node,
				     "a port or a range of ports");
	const char *dash = text ? strchr(text, '-') : NULL;

	if (!text)
		return false;
	if (!vsock_number(text, dash ? (size_t)(dash - text) : strlen(text),
			  &rule->first) ||
	    (dash && !vsock_number(dash + 1, strlen(dash + 1), &rule->last)))
		return yaml_error(parse->yaml, node,
				  "\"%.64s\" is no port of AF_VSOCK and no range of them: a number from 0 to 4294967294, two as in 1024-2047, or any, with which a program leaves the port to the kernel",
				  text);
	if (!dash)
		rule->last = rule->first;
	if (rule->first > rule->last)
		return yaml_error(parse->yaml, node,
				  "the first port is after the last");

	return true;
}

static bool add(struct parse *parse, const yaml_node_t *map,
		enum persock_section section,
		const struct persock_vsock_rule *rule)
{
	struct draft *draft = parse->draft;

	if (persock_section_addresses(&draft->policy, section)->nr_vsock ==
	    PERSOCK_MAX_VSOCK)
		return yaml_error(parse->yaml, map,
				  "a section has at most %u rules on AF_VSOCK",
				  PERSOCK_MAX_VSOCK);
	draft_add_vsock(draft, section, rule);

	return parse_room(parse, map);
}

bool parse_vsock(struct parse *parse, const yaml_node_t *map,
		 const yaml_node_t *peer, yaml_node_t *ports,
		 enum persock_section section,
		 const struct persock_vsock_rule *given)
{
	struct persock_vsock_rule rule = *given;
	unsigned int i;

	if (!read_cid(parse, peer, &rule.cid))
		return false;
	rule.last = PERSOCK_VSOCK_ANY;
	if (!ports)
		return add(parse, map, section, &rule);
	for (i = 0; i < yaml_size(ports); i++) {
		if (!read_ports(parse, yaml_item(parse->yaml, ports, i), &rule) ||
		    !add(parse, map, section, &rule))
			return false;
	}

	return true;
}
