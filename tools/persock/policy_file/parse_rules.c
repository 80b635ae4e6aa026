// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the sections with ordered rules, sockets and addresses, and the limits.
 * parse.c calls it.
 */
#include "policy_file/parse_rules.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "policy_file/host.h"
#include "policy_file/names.h"
#include "policy_file/parse_names.h"
#include "policy_file/parse_vsock.h"
#include "policy_file/section_name.h"
#include "policy_file/service.h"
#include "policy_file/vsock_name.h"
#include "policy_file/yaml.h"

#define MAX_ITEMS 32

/* The numbers of a list in a rule, such as [inet, inet6]. */
struct numbers {
	s32 value[MAX_ITEMS];
	unsigned int nr;
};

static bool read_numbers(struct parse *parse, yaml_node_t *map, const char *key,
			 enum name_kind kind, const char *what, s64 max,
			 struct numbers *numbers)
{
	yaml_node_t *node = yaml_find(parse->yaml, map, key);
	unsigned int i;

	numbers->value[0] = PERSOCK_ANY;
	numbers->nr = 1;
	if (!node)
		return true;
	if (node->type == YAML_MAPPING_NODE || !yaml_size(node) ||
	    yaml_size(node) > MAX_ITEMS)
		return yaml_error(parse->yaml, node,
				  "%s, or a list of up to %d, is expected here",
				  what, MAX_ITEMS);
	numbers->nr = yaml_size(node);
	for (i = 0; i < numbers->nr; i++) {
		if (!parse_name(parse, yaml_item(parse->yaml, node, i), kind,
				what, max, &numbers->value[i]))
			return false;
	}

	return true;
}

bool parse_rule_verdict(struct parse *parse, yaml_node_t *map,
			enum persock_section section, bool denies, s16 *verdict)
{
	yaml_node_t *node = yaml_find(parse->yaml, map, "errno");
	s16 fallback = *persock_section_fallback(&parse->draft->policy, section,
						 PERSOCK_CLASS_INET);

	*verdict = PERSOCK_ALLOW;
	if (!denies)
		return !node || yaml_error(parse->yaml, node,
					   "a rule that allows has no errno");
	*verdict = fallback < 0 ? fallback : -EACCES;
	if (!node)
		return true;
	if (!parse_verdict(parse, node, section, verdict))
		return false;
	if (*verdict >= 0)
		return yaml_error(parse->yaml, node,
				  "an errno is expected here");

	return true;
}

static bool socket_rule(struct parse *parse, yaml_node_t *map, bool denies,
			unsigned int line, unsigned int *place)
{
	struct persock_socket_rule rule = { .line = line };
	struct numbers families, types, protocols;
	unsigned int i, j, k;

	if (!key_mapping(parse->yaml, map, "a rule on sockets", KEY_REQUEST) ||
	    !read_numbers(parse, map, "family", NAME_FAMILY, "a family",
			  S16_MAX, &families) ||
	    !read_numbers(parse, map, "type", NAME_TYPE, "a socket type",
			  S16_MAX, &types) ||
	    !read_numbers(parse, map, "protocol", NAME_PROTOCOL, "a protocol",
			  S32_MAX, &protocols) ||
	    !parse_rule_verdict(parse, map, PERSOCK_SECTION_SOCKETS, denies,
				&rule.verdict))
		return false;

	for (i = 0; i < families.nr; i++) {
		for (j = 0; j < types.nr; j++) {
			for (k = 0; k < protocols.nr; k++) {
				rule.family = families.value[i];
				rule.type = types.value[j];
				rule.protocol = protocols.value[k];
				draft_add_socket(parse->draft, (*place)++,
						 &rule);
			}
		}
	}

	return true;
}

bool parse_rules_begin(struct parse *parse, yaml_node_t *node,
		       enum persock_section section, enum key_place place,
		       yaml_node_t **rules)
{
	bool good = key_mapping(parse->yaml, node, section_name(section), place);
	yaml_node_t *fallback;

	*rules = NULL;
	if (node->type != YAML_MAPPING_NODE)
		return false;
	fallback = yaml_find(parse->yaml, node, "default");
	*rules = yaml_find(parse->yaml, node, "rules");
	if (fallback) {
		good &= parse_default(parse, fallback, section, ALL_CLASSES);
		draft_clear(parse->draft, section, PERSOCK_CLASS_INET);
	}
	if (*rules && (*rules)->type != YAML_SEQUENCE_NODE) {
		good = yaml_error(parse->yaml, *rules,
				  "the rules of %s must be a list",
				  section_name(section));
		*rules = NULL;
	}

	return good;
}

static bool parse_socket_rule(struct parse *parse, yaml_node_t *rule,
			      unsigned int *place)
{
	yaml_node_t *allow, *deny;

	if (!key_mapping(parse->yaml, rule, "a rule", KEY_SOCKETS_RULE))
		return false;
	allow = yaml_find(parse->yaml, rule, "allow");
	deny = yaml_find(parse->yaml, rule, "deny");
	if (!allow == !deny)
		return yaml_error(parse->yaml, rule,
				  "a rule either allows or denies");

	return socket_rule(parse, allow ?: deny, deny, yaml_line(rule), place) &&
	       parse_room(parse, rule);
}

bool parse_sockets(struct parse *parse, yaml_node_t *node)
{
	unsigned int i, place = 0;
	yaml_node_t *rules;
	bool good = parse_rules_begin(parse, node, PERSOCK_SECTION_SOCKETS,
				      KEY_SOCKETS, &rules);

	for (i = 0; rules && i < yaml_size(rules); i++) {
		yaml_node_t *rule = yaml_item(parse->yaml, rules, i);

		if (!parse_goes_on(parse, parse_socket_rule(parse, rule, &place),
				   &good))
			return false;
	}

	return good;
}

static bool read_prefix(struct parse *parse, const yaml_node_t *node,
			struct persock_address_rule *rule)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	const char *text = yaml_text(parse->yaml, node, "a prefix");
	char address[64], *slash, *end;
	unsigned int bits, i, wrong = 0;
	unsigned long prefix;

	if (!text)
		return false;
	snprintf(address, sizeof(address), "%s", text);
	slash = strchr(address, '/');
	if (slash)
		*slash++ = '\0';
	memset(rule->address, 0, sizeof(rule->address));
	rule->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	bits = rule->family == AF_INET ? 32 : 128;
	if (strlen(text) >= sizeof(address) ||
	    inet_pton(rule->family, address, rule->address) != 1)
		return yaml_error(parse->yaml, node,
				  "\"%.64s\" is no address and no prefix, such as 10.0.0.0/8 or 2001:db8::/32",
				  text);
	prefix = bits;
	if (slash) {
		prefix = strtoul(slash, &end, 10);
		if (*slash < '0' || *slash > '9' || *end || prefix > bits)
			return yaml_error(parse->yaml, node,
					  "a prefix of this family has 0 to %u bits",
					  bits);
	}
	rule->prefix = prefix;
	if (rule->family == AF_INET6 && prefix >= 96 &&
	    !memcmp(rule->address, mapped, sizeof(mapped)))
		return yaml_error(parse->yaml, node,
				  "an IPv4-mapped address is judged as IPv4: write it as IPv4");

	for (i = prefix; i < bits; i++) {
		wrong |= rule->address[i / 8] & 0x80 >> i % 8;
		rule->address[i / 8] &= ~(0x80 >> i % 8);
	}
	if (wrong) {
		inet_ntop(rule->family, rule->address, address,
			  sizeof(address));
		return yaml_error(parse->yaml, node,
				  "%.64s has bits that its prefix does not cover: did you mean %s/%lu?",
				  text, address, prefix);
	}

	return true;
}

static bool read_port(struct parse *parse, const yaml_node_t *node,
		      const char *text, size_t length, u16 *port)
{
	char number[8], *end;
	unsigned long value;

	snprintf(number, sizeof(number), "%.*s", (int)length, text);
	value = strtoul(number, &end, 10);
	if (!length || length > 5 || number[0] < '0' || number[0] > '9' ||
	    *end || value > U16_MAX)
		return yaml_error(parse->yaml, node,
				  "\"%.64s\" is no port and no range of ports: a number from 0 to 65535, or two as in 8000-8099",
				  text);
	*port = value;

	return true;
}

/* A service has the port of the rule's protocol, if there is only one. */
static bool read_service(struct parse *parse, const yaml_node_t *node,
			 const char *text, const struct numbers *protocols,
			 struct persock_address_rule *rule)
{
	s32 protocol = protocols->nr == 1 ? protocols->value[0] : PERSOCK_ANY;
	const char *problem = service_port(text, protocol, &rule->first);

	if (problem)
		return yaml_error(parse->yaml, node,
				  "\"%.64s\" is no port and no service: %s",
				  text, problem);
	rule->last = rule->first;

	return true;
}

static bool read_ports(struct parse *parse, const yaml_node_t *node,
		       const struct numbers *protocols,
		       struct persock_address_rule *rule)
{
	const char *text, *dash;

	text = yaml_text(parse->yaml, node, "a port or a range of ports");
	if (!text)
		return false;
	if (service_is_name(text))
		return read_service(parse, node, text, protocols, rule);
	dash = strchr(text, '-');
	if (!read_port(parse, node, text, dash ? (size_t)(dash - text) :
		       strlen(text), &rule->first))
		return false;
	rule->last = rule->first;
	if (dash && !read_port(parse, node, dash + 1, strlen(dash + 1),
			       &rule->last))
		return false;
	if (rule->first > rule->last)
		return yaml_error(parse->yaml, node,
				  "the first port is after the last");

	return true;
}

/* A prefix, or in section connect a host name. */
struct peer {
	struct persock_address_rule address;
	struct persock_host_rule host;
	char name[PERSOCK_HOST_LENGTH + 1];
	bool named;
};

static bool read_peer(struct parse *parse, const yaml_node_t *node,
		      enum persock_section section, struct peer *peer)
{
	const char *text = yaml_text(parse->yaml, node, "a prefix");

	if (!text)
		return false;
	peer->named = !host_is_address(text);
	if (!peer->named)
		return read_prefix(parse, node, &peer->address);
	if (section != PERSOCK_SECTION_CONNECT)
		return yaml_error(parse->yaml, node,
				  "\"%.64s\" is no address and no prefix: only the rules of connect may name hosts",
				  text);

	return parse_host(parse, node, peer->name, &peer->host);
}

static void add_peer(struct draft *draft, enum persock_section section,
		     const struct peer *peer, s32 protocol)
{
	struct persock_address_rule address = peer->address;
	struct persock_host_rule host = peer->host;

	address.protocol = protocol;
	host.first = address.first;
	host.last = address.last;
	host.protocol = protocol;
	host.verdict = address.verdict;
	host.line = address.line;
	if (peer->named)
		draft_add_host(draft, &host);
	else
		draft_add_address(draft, section, &address);
}

/* Is the item of the list one of AF_VSOCK? Then *@good tells if it is added. */
static bool vsock_rule(struct parse *parse, yaml_node_t *map,
		       const yaml_node_t *node, enum persock_section section,
		       const struct persock_address_rule *address, bool *good)
{
	const struct persock_vsock_rule rule = {
		.verdict = address->verdict, .line = address->line,
	};

	if (node->type != YAML_SCALAR_NODE ||
	    !vsock_is_name((const char *)node->data.scalar.value))
		return false;
	if (yaml_find(parse->yaml, map, "protocol"))
		*good = yaml_error(parse->yaml, map,
				   "AF_VSOCK has no protocols: a rule with a protocol is about other addresses");
	else
		*good = parse_vsock(parse, map, node,
				    yaml_find(parse->yaml, map, "ports"),
				    section, &rule);

	return true;
}

/* Add a rule for each peer, range of ports and protocol. */
static bool address_rule(struct parse *parse, yaml_node_t *map,
			 enum persock_section section)
{
	yaml_node_t *allow = yaml_find(parse->yaml, map, "allow");
	yaml_node_t *deny = yaml_find(parse->yaml, map, "deny");
	yaml_node_t *ports = yaml_find(parse->yaml, map, "ports");
	yaml_node_t *peers = allow ?: deny;
	struct peer peer = {
		.address.last = U16_MAX,
		.address.line = yaml_line(map),
	};
	unsigned int i, j, k, nr_ports = ports ? yaml_size(ports) : 1;
	struct numbers protocols;
	bool good;

	if (!allow == !deny)
		return yaml_error(parse->yaml, map,
				  "a rule either allows or denies");
	if (peers->type == YAML_MAPPING_NODE || !yaml_size(peers))
		return yaml_error(parse->yaml, peers,
				  "a prefix, or a list of them, is expected here");
	if (ports && (ports->type == YAML_MAPPING_NODE || !nr_ports))
		return yaml_error(parse->yaml, ports,
				  "a port, a range of ports, or a list of them, is expected here");
	if (!read_numbers(parse, map, "protocol", NAME_PROTOCOL, "a protocol",
			  S32_MAX, &protocols) ||
	    !parse_rule_verdict(parse, map, section, deny,
				&peer.address.verdict))
		return false;

	for (i = 0; i < yaml_size(peers); i++) {
		if (vsock_rule(parse, map, yaml_item(parse->yaml, peers, i),
			       section, &peer.address, &good)) {
			if (!good)
				return false;
			continue;
		}
		if (!read_peer(parse, yaml_item(parse->yaml, peers, i), section,
			       &peer))
			return false;
		for (j = 0; j < nr_ports; j++) {
			if (ports &&
			    !read_ports(parse, yaml_item(parse->yaml, ports, j),
					&protocols, &peer.address))
				return false;
			for (k = 0; k < protocols.nr; k++) {
				if (protocols.value[k] == IPPROTO_MPTCP)
					return yaml_error(parse->yaml, map,
							  "MPTCP is judged as tcp");
				add_peer(parse->draft, section, &peer,
					 protocols.value[k]);
			}
			if (!parse_room(parse, map))
				return false;
		}
	}

	return true;
}

bool parse_addresses(struct parse *parse, yaml_node_t *node,
		     enum persock_section section)
{
	yaml_node_t *rules;
	bool good = parse_rules_begin(parse, node, section, KEY_ADDRESSES,
				      &rules);
	unsigned int i;

	for (i = 0; rules && i < yaml_size(rules); i++) {
		yaml_node_t *rule = yaml_item(parse->yaml, rules, i);

		if (!parse_goes_on(parse,
				   key_mapping(parse->yaml, rule,
					       "a rule on addresses",
					       KEY_ADDRESS_RULE) &&
				   address_rule(parse, rule, section), &good))
			return false;
	}

	return good;
}

static bool read_limit(struct parse *parse, yaml_node_t *map, const char *key,
		       s64 max, s64 *value)
{
	yaml_node_t *node = yaml_find(parse->yaml, map, key);
	const char *text;
	char *end;

	if (!node)
		return true;
	text = yaml_text(parse->yaml, node, "a number");
	if (!text)
		return false;
	errno = 0;
	*value = strtoll(text, &end, 0);
	if (errno || *text < '0' || *text > '9' || *end || *value > max)
		return yaml_error(parse->yaml, node,
				  "%s is a number from 0 to %lld", key,
				  (long long)max);

	return true;
}

static bool class_limits(struct parse *parse, yaml_node_t *map,
			 unsigned int classes)
{
	s64 option = -1, control = -1, address = -1, received = -1;
	const yaml_node_t *node = yaml_find(parse->yaml, map, "option");
	unsigned int class;

	if (!read_limit(parse, map, "option", U32_MAX, &option) ||
	    !read_limit(parse, map, "control", U32_MAX, &control) ||
	    !read_limit(parse, map, "address", U16_MAX, &address) ||
	    !read_limit(parse, map, "received", U16_MAX, &received))
		return false;
	for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
		struct persock_rules *rules =
			&parse->draft->policy.rules[class];

		if (!(classes & 1U << class))
			continue;
		if (option >= 0) {
			rules->option_max = option;
			parse->draft->lines[PERSOCK_SECTION_LIMITS][class] =
				yaml_line(node);
		}
		if (control >= 0)
			rules->control_max = control;
		if (address >= 0)
			rules->address_max = address;
		if (received >= 0 && class == PERSOCK_CLASS_INET)
			rules->received_max = received;
	}

	return true;
}

/* A number, or {max: N, errno: E}. */
static bool socket_limit(struct parse *parse, yaml_node_t *map)
{
	yaml_node_t *node = yaml_find(parse->yaml, map, "sockets");
	struct persock_policy *policy = &parse->draft->policy;
	yaml_node_t *number = NULL;
	s64 max = 0;

	if (!node)
		return true;
	policy->max_sockets_verdict = -ENFILE;
	if (node->type == YAML_MAPPING_NODE) {
		if (!key_mapping(parse->yaml, node, "limits.sockets",
				 KEY_LIMITS_SOCKETS) ||
		    !read_limit(parse, node, "max", U32_MAX, &max))
			return false;
		/* An errno without a limit has no use. */
		if (!yaml_find(parse->yaml, node, "max"))
			return yaml_error(parse->yaml, node,
					  "the key \"max\" is missing");
		number = yaml_find(parse->yaml, node, "errno");
		if (number && !parse_verdict(parse, number,
					     PERSOCK_SECTION_SOCKETS,
					     &policy->max_sockets_verdict))
			return false;
	} else if (!read_limit(parse, map, "sockets", U32_MAX, &max)) {
		return false;
	}
	if (policy->max_sockets_verdict >= 0)
		return yaml_error(parse->yaml, number,
				  "an errno is expected here");
	policy->max_sockets = max;
	if (!max)
		policy->max_sockets_verdict = 0;

	return true;
}

static bool backlog_limit(struct parse *parse, yaml_node_t *map)
{
	yaml_node_t *node = yaml_find(parse->yaml, map, "backlog");
	struct persock_backlog *backlog = &parse->draft->policy.backlog;
	s32 value[2];
	unsigned int i;

	if (!node)
		return true;
	if (node->type != YAML_SEQUENCE_NODE || yaml_size(node) != 2)
		return yaml_error(parse->yaml, node,
				  "backlog must be a list of two numbers: the floor and the ceiling");
	for (i = 0; i < 2; i++) {
		if (!parse_name(parse, yaml_item(parse->yaml, node, i), -1,
				"a backlog", S32_MAX, &value[i]))
			return false;
	}
	if (value[0] && value[1] && value[0] > value[1])
		return yaml_error(parse->yaml, node,
				  "the backlog's floor is above its ceiling");
	backlog->floor = value[0];
	backlog->ceiling = value[1];

	return true;
}

bool parse_limits(struct parse *parse, yaml_node_t *node, unsigned int classes,
		  bool whole)
{
	enum key_place place = classes == OTHER_ONLY ? KEY_LIMITS_OTHERS :
						       KEY_LIMITS_INET;

	if (!key_mapping(parse->yaml, node, "limits", whole ? KEY_LIMITS : place))
		return false;
	if (whole && (!socket_limit(parse, node) ||
		      !backlog_limit(parse, node)))
		return false;

	return class_limits(parse, node, classes);
}
