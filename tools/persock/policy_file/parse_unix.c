// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the section unix of a policy file. parse.c calls it.
 */
#include "policy_file/parse_unix.h"

#include <linux/persock.h>

#include "policy_file/draft_unix.h"
#include "policy_file/key.h"
#include "policy_file/names.h"
#include "policy_file/parse_rules.h"
#include "policy_file/unix_name.h"
#include "policy_file/yaml.h"

/* The types of AF_UNIX. */
static const s16 unix_types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };

/**
 * struct socket - what a rule matches
 * @section: section of the rule
 * @rule: the rule; its name is that of @name
 * @name: the name
 * @types: types, or PERSOCK_ANY alone
 * @nr_types: length of @types
 */
struct socket {
	enum persock_section section;
	struct persock_unix_rule rule;
	struct unix_name name;
	s16 types[ARRAY_SIZE(unix_types)];
	unsigned int nr_types;
};

static bool read_name(struct parse *parse, const yaml_node_t *node,
		      struct socket *socket)
{
	const char *text = yaml_text(parse->yaml, node,
				     "the name of an AF_UNIX socket");
	const char *reason;

	if (!text)
		return false;
	reason = unix_name_read(text, &socket->name);
	if (reason)
		return yaml_error(parse->yaml, node,
				  "\"%.64s\" is no name of an AF_UNIX socket: %s",
				  text, reason);
	socket->rule.kind = socket->name.kind;
	socket->rule.name = socket->name.bytes;
	socket->rule.length = socket->name.length;
	socket->rule.prefix = socket->name.prefix;

	return true;
}

/* A name of the kind of its key. */
static bool read_kind(struct parse *parse, const yaml_node_t *node,
		      enum persock_unix_kind kind, struct socket *socket)
{
	if (!read_name(parse, node, socket))
		return false;
	if (socket->rule.kind == kind)
		return true;

	return yaml_error(parse->yaml, node,
			  kind == PERSOCK_UNIX_PATH ?
			  "path is an absolute path" :
			  "an abstract name begins with \"@\"");
}

static bool read_unnamed(struct parse *parse, const yaml_node_t *node,
			 struct socket *socket)
{
	const char *text = yaml_text(parse->yaml, node, "true");

	if (!text)
		return false;
	if (strcmp(text, "true"))
		return yaml_error(parse->yaml, node, "unnamed is true, not \"%.64s\"",
				  text);
	socket->rule.kind = PERSOCK_UNIX_UNNAMED;

	return true;
}

/* At most one of three keys. */
static bool read_names(struct parse *parse, yaml_node_t *map,
		       struct socket *socket)
{
	yaml_node_t *path = yaml_find(parse->yaml, map, "path");
	yaml_node_t *abstract = yaml_find(parse->yaml, map, "abstract");
	yaml_node_t *unnamed = yaml_find(parse->yaml, map, "unnamed");

	if (!!path + !!abstract + !!unnamed > 1)
		return yaml_error(parse->yaml, map,
				  "a socket has one kind of name: path, abstract or unnamed");
	if (path)
		return read_kind(parse, path, PERSOCK_UNIX_PATH, socket);
	if (abstract)
		return read_kind(parse, abstract, PERSOCK_UNIX_ABSTRACT,
				 socket);

	return !unnamed || read_unnamed(parse, unnamed, socket);
}

static bool read_type(struct parse *parse, const yaml_node_t *node, s16 *type)
{
	unsigned int i;
	s32 value;

	if (!parse_name(parse, node, NAME_TYPE, "a socket type", S16_MAX,
			&value))
		return false;
	for (i = 0; i < ARRAY_SIZE(unix_types); i++) {
		if (unix_types[i] == value) {
			*type = value;
			return true;
		}
	}

	return yaml_error(parse->yaml, node,
			  "AF_UNIX has the types stream, dgram and seqpacket");
}

static bool read_types(struct parse *parse, yaml_node_t *map,
		       struct socket *socket)
{
	yaml_node_t *node = yaml_find(parse->yaml, map, "type");
	unsigned int i;

	if (!node)
		return true;
	if (node->type == YAML_MAPPING_NODE || !yaml_size(node) ||
	    yaml_size(node) > ARRAY_SIZE(unix_types))
		return yaml_error(parse->yaml, node,
				  "a socket type, or a list of up to 3, is expected here");
	socket->nr_types = yaml_size(node);
	for (i = 0; i < socket->nr_types; i++) {
		if (!read_type(parse, yaml_item(parse->yaml, node, i),
			       &socket->types[i]))
			return false;
	}

	return true;
}

static bool read_peer(struct parse *parse, yaml_node_t *map,
		      struct socket *socket)
{
	yaml_node_t *node = yaml_find(parse->yaml, map, "peer");
	const char *text, *reason;

	if (!node)
		return true;
	if (socket->section == PERSOCK_SECTION_UNIX_BIND)
		return yaml_error(parse->yaml, node,
				  "a socket that is bound has no peer: only the rules of unix.connect do");
	text = yaml_text(parse->yaml, node, "same, or the path of a cgroup");
	if (!text)
		return false;
	reason = unix_peer_check(text);
	if (reason)
		return yaml_error(parse->yaml, node, "\"%.64s\" is no peer: %s",
				  text, reason);
	socket->rule.peer = strcmp(text, "same") ? text : "";

	return true;
}

/* Add a rule for each type. */
static bool add_socket(struct parse *parse, yaml_node_t *node,
		       struct socket *socket)
{
	unsigned int i;

	if (node->type == YAML_SEQUENCE_NODE)
		return yaml_error(parse->yaml, node,
				  "a path, \"@NAME\", unnamed or a mapping is expected here");
	socket->types[0] = PERSOCK_ANY;
	socket->nr_types = 1;
	socket->rule.kind = PERSOCK_UNIX_ANY;
	socket->rule.name = "";
	socket->rule.length = 0;
	socket->rule.prefix = false;
	socket->rule.peer = NULL;
	if (node->type == YAML_SCALAR_NODE) {
		if (!read_name(parse, node, socket))
			return false;
	} else if (!key_mapping(parse->yaml, node, "a socket", KEY_UNIX_NAME) ||
		   !read_names(parse, node, socket) ||
		   !read_types(parse, node, socket) ||
		   !read_peer(parse, node, socket)) {
		return false;
	}
	for (i = 0; i < socket->nr_types; i++) {
		socket->rule.type = socket->types[i];
		draft_add_unix(&parse->draft->policy, socket->section,
			       &socket->rule);
	}

	return parse_room(parse, node);
}

static bool parse_rule(struct parse *parse, yaml_node_t *map,
		       enum persock_section section)
{
	struct socket socket = {
		.section = section,
		.rule.line = yaml_line(map),
	};
	yaml_node_t *allow, *deny, *sockets;
	unsigned int i;

	if (!key_mapping(parse->yaml, map, "a rule on AF_UNIX sockets",
			 KEY_UNIX_RULE))
		return false;
	allow = yaml_find(parse->yaml, map, "allow");
	deny = yaml_find(parse->yaml, map, "deny");
	if (!allow == !deny)
		return yaml_error(parse->yaml, map,
				  "a rule either allows or denies");
	if (!parse_rule_verdict(parse, map, section, deny, &socket.rule.verdict))
		return false;
	sockets = allow ?: deny;
	if (sockets->type != YAML_SEQUENCE_NODE)
		return add_socket(parse, sockets, &socket);
	if (!yaml_size(sockets))
		return yaml_error(parse->yaml, sockets,
				  "a socket, or a list of them, is expected here");
	for (i = 0; i < yaml_size(sockets); i++) {
		if (!add_socket(parse, yaml_item(parse->yaml, sockets, i),
				&socket))
			return false;
	}

	return true;
}

static bool parse_names_of(struct parse *parse, yaml_node_t *node,
			   enum persock_section section)
{
	yaml_node_t *rules;
	bool good = parse_rules_begin(parse, node, section, KEY_UNIX_NAMES,
				      &rules);
	unsigned int i;

	for (i = 0; rules && i < yaml_size(rules); i++) {
		if (!parse_goes_on(parse,
				   parse_rule(parse, yaml_item(parse->yaml,
							       rules, i),
					      section), &good))
			return false;
	}

	return good;
}

bool parse_unix(struct parse *parse, yaml_node_t *node)
{
	yaml_node_t *rights, *credentials, *connect, *bind;
	bool good = true;

	if (!key_mapping(parse->yaml, node, "unix", KEY_UNIX))
		return false;
	rights = yaml_find(parse->yaml, node, "rights");
	credentials = yaml_find(parse->yaml, node, "credentials");
	connect = yaml_find(parse->yaml, node, "connect");
	bind = yaml_find(parse->yaml, node, "bind");

	if (rights)
		good &= parse_default(parse, rights,
				      PERSOCK_SECTION_UNIX_RIGHTS, ALL_CLASSES);
	if (credentials)
		good &= parse_default(parse, credentials,
				      PERSOCK_SECTION_UNIX_CREDENTIALS,
				      ALL_CLASSES);
	if (connect)
		good &= parse_names_of(parse, connect,
				       PERSOCK_SECTION_UNIX_CONNECT);
	if (bind)
		good &= parse_names_of(parse, bind, PERSOCK_SECTION_UNIX_BIND);

	return good;
}
