// SPDX-License-Identifier: GPL-2.0
/*
 * Reads host names of rules, and the section names. parse_rules.c and parse.c
 * call it.
 */
#include "policy_file/parse_names.h"

#include "policy_file/host.h"
#include "policy_file/key.h"
#include "policy_file/resolver.h"
#include "policy_file/yaml.h"

#define MAX_HOLD	(7 * 24 * 60 * 60)
#define MAX_LEARNT	65536

bool parse_host(struct parse *parse, const yaml_node_t *node, char *name,
		struct persock_host_rule *rule)
{
	const char *text = yaml_text(parse->yaml, node, "a host name");
	const char *reason;

	if (!text)
		return false;
	reason = host_read(text, name, &rule->below);
	if (reason)
		return yaml_error(parse->yaml, node,
				  "\"%.64s\" is no address, no prefix and no host name: %s",
				  text, reason);
	rule->name = name;

	return true;
}

static bool read_resolver(struct parse *parse, const yaml_node_t *node)
{
	const char *text = yaml_text(parse->yaml, node, "a resolver");
	struct persock_endpoint resolver;

	if (!text)
		return false;
	if (!strcmp(text, "system")) {
		parse->draft->system_resolvers = true;
		return true;
	}
	if (!resolver_read(text, &resolver))
		return yaml_error(parse->yaml, node,
				  "\"%.64s\" is no resolver: an address, or system",
				  text);
	if (!resolver_add(&parse->draft->policy.names, &resolver))
		return yaml_error(parse->yaml, node,
				  "a policy has 1 to %d resolvers",
				  PERSOCK_MAX_RESOLVERS);

	return true;
}

/* The list replaces that of the base. */
static bool read_resolvers(struct parse *parse, yaml_node_t *node)
{
	unsigned int i;

	if (node->type == YAML_MAPPING_NODE || !yaml_size(node))
		return yaml_error(parse->yaml, node,
				  "an address, system, or a list of 1 to %d of them, is expected here",
				  PERSOCK_MAX_RESOLVERS);
	parse->draft->resolvers_line = yaml_line(node);
	parse->draft->policy.names.nr_resolvers = 0;
	parse->draft->system_resolvers = false;
	for (i = 0; i < yaml_size(node); i++) {
		if (!read_resolver(parse, yaml_item(parse->yaml, node, i)))
			return false;
	}

	return true;
}

static bool read_queries(struct parse *parse, const yaml_node_t *node)
{
	const char *text = yaml_text(parse->yaml, node, "listed or any");
	enum persock_queries *queries = &parse->draft->policy.names.queries;

	if (!text)
		return false;
	parse->draft->queries_line = yaml_line(node);
	if (!strcmp(text, "listed"))
		*queries = PERSOCK_QUERIES_LISTED;
	else if (!strcmp(text, "any"))
		*queries = PERSOCK_QUERIES_ANY;
	else
		return yaml_error(parse->yaml, node,
				  "queries is listed or any, not \"%.64s\"",
				  text);

	return true;
}

/* The seconds of a unit; 0: there is no such unit. */
static unsigned int unit_of(const char *text)
{
	static const struct {
		const char *name;
		unsigned int seconds;
	} units[] = {
		{ "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 60 * 60 },
		{ "d", 24 * 60 * 60 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(units); i++) {
		if (!strcmp(text, units[i].name))
			return units[i].seconds;
	}

	return 0;
}

static bool read_hold(struct parse *parse, const yaml_node_t *node)
{
	const char *text = yaml_text(parse->yaml, node, "a time");
	unsigned long value;
	unsigned int unit;
	char *end;

	if (!text)
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	unit = unit_of(end);
	if (*text < '0' || *text > '9' || errno || !unit)
		return yaml_error(parse->yaml, node,
				  "\"%.64s\" is no time: a number of seconds, or one with s, m, h or d, such as 10m",
				  text);
	if (value > MAX_HOLD / unit)
		return yaml_error(parse->yaml, node, "hold is at most 7d");
	parse->draft->policy.names.hold = value * unit;

	return true;
}

static bool read_max(struct parse *parse, const yaml_node_t *node)
{
	const char *text = yaml_text(parse->yaml, node, "a number");
	unsigned long value;
	char *end;

	if (!text)
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || errno || *end || !value ||
	    value > MAX_LEARNT)
		return yaml_error(parse->yaml, node,
				  "max is a number from 1 to %d", MAX_LEARNT);
	parse->draft->policy.names.max = value;

	return true;
}

static bool read_names(struct parse *parse, yaml_node_t *node)
{
	yaml_node_t *resolvers, *queries, *hold, *max;

	if (!key_mapping(parse->yaml, node, "names", KEY_NAMES))
		return false;
	resolvers = yaml_find(parse->yaml, node, "resolvers");
	queries = yaml_find(parse->yaml, node, "queries");
	hold = yaml_find(parse->yaml, node, "hold");
	max = yaml_find(parse->yaml, node, "max");

	return (!resolvers || read_resolvers(parse, resolvers)) &&
	       (!queries || read_queries(parse, queries)) &&
	       (!hold || read_hold(parse, hold)) &&
	       (!max || read_max(parse, max));
}

bool parse_names(struct parse *parse, yaml_node_t *node)
{
	struct draft *draft = parse->draft;
	bool replaced = draft->lines[PERSOCK_SECTION_CONNECT][PERSOCK_CLASS_INET];

	if ((node || draft->policy.names.nr) && !draft_has_names(draft))
		draft_begin_names(draft);
	if (node)
		return read_names(parse, node);
	/* The resolvers of the base were for its hosts: none are left. */
	if (replaced && !draft->policy.names.nr) {
		draft->policy.names.nr_resolvers = 0;
		draft->system_resolvers = false;
	}

	return true;
}
