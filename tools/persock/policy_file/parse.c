// SPDX-License-Identifier: GPL-2.0
/*
 * Reads a policy file section by section. source.c calls it for the commands,
 * and folder.c for each file of a folder.
 */
#include "policy_file/parse.h"

#include <stdio.h>

#include "base/error.h"
#include "policy_file/draft.h"
#include "policy_file/key.h"
#include "policy_file/mode_name.h"
#include "policy_file/parse_list.h"
#include "policy_file/parse_names.h"
#include "policy_file/parse_rules.h"
#include "policy_file/parse_unix.h"
#include "policy_file/parse_value.h"
#include "policy_file/yaml.h"

static bool parse_switch(struct parse *parse, yaml_node_t *node,
			 enum persock_section section, unsigned int classes)
{
	return parse_default(parse, node, section, classes);
}

static bool parse_options(struct parse *parse, yaml_node_t *node,
			  unsigned int classes)
{
	yaml_node_t *get, *set;
	bool good;

	if (!key_mapping(parse->yaml, node, "options", KEY_OPTIONS))
		return false;
	get = yaml_find(parse->yaml, node, "get");
	set = yaml_find(parse->yaml, node, "set");

	good = !get || parse_list(parse, get, PERSOCK_SECTION_OPTIONS_GET,
				  classes);
	good &= !set || parse_list(parse, set, PERSOCK_SECTION_OPTIONS_SET,
				   classes);

	return good;
}

static bool parse_flags(struct parse *parse, yaml_node_t *node,
			unsigned int classes)
{
	yaml_node_t *send, *recv;
	bool good;

	if (!key_mapping(parse->yaml, node, "flags", KEY_FLAGS))
		return false;
	send = yaml_find(parse->yaml, node, "send");
	recv = yaml_find(parse->yaml, node, "recv");

	good = !send || parse_list(parse, send, PERSOCK_SECTION_FLAGS_SEND,
				   classes);
	good &= !recv || parse_list(parse, recv, PERSOCK_SECTION_FLAGS_RECEIVE,
				    classes);

	return good;
}

static bool parse_control(struct parse *parse, yaml_node_t *node,
			  unsigned int classes)
{
	yaml_node_t *received;

	if (!parse_list(parse, node, PERSOCK_SECTION_CONTROL_SEND, classes))
		return false;
	received = yaml_find(parse->yaml, node, "received");
	if (!received)
		return true;
	if (classes == OTHER_ONLY)
		return yaml_error(parse->yaml, received,
				  "received control messages are judged only for class inet");

	return parse_list(parse, received, PERSOCK_SECTION_CONTROL_RECEIVE,
			  classes & INET_ONLY);
}

/* The path must mean the same to the module: it must be absolute. */
static const char *parse_path(struct parse *parse, yaml_node_t *node)
{
	const char *path = yaml_text(parse->yaml, node,
				     "the path of a network namespace");

	if (!path || (*path == '/' && strlen(path) <= PERSOCK_NETWORK_MAX))
		return path;
	yaml_error(parse->yaml, node,
		   "the path of a network namespace begins with / and has at most %d bytes",
		   PERSOCK_NETWORK_MAX);

	return NULL;
}

static bool parse_network(struct parse *parse, yaml_node_t *node)
{
	struct draft *draft = parse->draft;
	yaml_node_t *namespace, *from;
	const char *path;

	if (!key_mapping(parse->yaml, node, "network", KEY_NETWORK))
		return false;
	namespace = yaml_find(parse->yaml, node, "namespace");
	from = yaml_find(parse->yaml, node, "from");
	if (!namespace)
		return yaml_error(parse->yaml, node,
				  "network must have a namespace, such as {namespace: /run/netns/host}");
	path = parse_path(parse, namespace);
	if (!path)
		return false;
	/* A base with a network lists what is allowed there already. */
	if (!*draft->network)
		draft_guard(draft);
	strcpy(draft->network, path);
	draft->network_line = yaml_line(namespace);
	/* The tasks of the base's "from" do not apply to another namespace. */
	*draft->from = '\0';
	draft->from_line = 0;
	if (!from)
		return true;
	path = parse_path(parse, from);
	if (!path)
		return false;
	strcpy(draft->from, path);
	draft->from_line = yaml_line(from);

	return true;
}

static bool parse_mode(struct parse *parse, yaml_node_t *node)
{
	const char *text = yaml_text(parse->yaml, node,
				     "enforce, audit or record");

	if (!text)
		return false;
	if (mode_find(text, &parse->draft->policy.mode))
		return true;

	return yaml_error(parse->yaml, node,
			  "a mode is enforce, audit or record, not \"%.64s\"",
			  text);
}

static bool parse_reveal(struct parse *parse, yaml_node_t *node)
{
	const char *text = yaml_text(parse->yaml, node, "none or denials");
	enum persock_reveal *reveal = &parse->draft->policy.reveal;

	if (!text)
		return false;
	*reveal = strcmp(text, "denials") ? PERSOCK_REVEAL_NONE :
					    PERSOCK_REVEAL_DENIALS;
	if (*reveal == PERSOCK_REVEAL_DENIALS || !strcmp(text, "none"))
		return true;

	return yaml_error(parse->yaml, node,
			  "a policy reveals none or denials, not \"%.64s\"",
			  text);
}

static bool parse_counters(struct parse *parse, yaml_node_t *node)
{
	const char *text = yaml_text(parse->yaml, node, "least or full");

	if (!text)
		return false;
	parse->draft->policy.counts = !strcmp(text, "full");
	if (parse->draft->policy.counts || !strcmp(text, "least"))
		return true;

	return yaml_error(parse->yaml, node,
			  "counters are least or full, not \"%.64s\"", text);
}

static bool copy_name(struct parse *parse, const yaml_node_t *node, char *to,
		      const char *what)
{
	const char *text = yaml_text(parse->yaml, node, what);
	size_t length = text ? strlen(text) : 0;

	if (!text)
		return false;
	if (!length || length > PERSOCK_NAME_MAX || text[0] == '-' ||
	    strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != length)
		return yaml_error(parse->yaml, node,
				  "%s has 1 to %d letters, digits, '.', '_' and '-', and does not begin with '-'",
				  what, PERSOCK_NAME_MAX);
	memcpy(to, text, length + 1);

	return true;
}

static bool parse_providers(struct parse *parse, yaml_node_t *node)
{
	struct draft *draft = parse->draft;
	unsigned int i, j, nr = yaml_size(node);

	if (node->type == YAML_MAPPING_NODE)
		return yaml_error(parse->yaml, node,
				  "providers must be a list of names");
	if (!nr || nr > PERSOCK_MAX_PROVIDERS)
		return yaml_error(parse->yaml, node,
				  "a personality has 1 to %d providers",
				  PERSOCK_MAX_PROVIDERS);
	for (i = 0; i < nr; i++) {
		yaml_node_t *item = yaml_item(parse->yaml, node, i);

		if (!copy_name(parse, item, draft->providers[i],
			       "the name of a provider"))
			return false;
		draft->provider_lines[i] = yaml_line(item);
		for (j = 0; j < i; j++) {
			if (!strcmp(draft->providers[i], draft->providers[j]))
				return yaml_error(parse->yaml, item,
						  "the provider is listed twice");
		}
	}
	draft->nr_providers = nr;

	return true;
}

/* The sections that may be specified for one class of sockets. */
static bool parse_classed(struct parse *parse, yaml_node_t *map,
			  unsigned int classes, bool whole)
{
	yaml_node_t *options = yaml_find(parse->yaml, map, "options");
	yaml_node_t *flags = yaml_find(parse->yaml, map, "flags");
	yaml_node_t *control = yaml_find(parse->yaml, map, "control");
	yaml_node_t *ioctls = yaml_find(parse->yaml, map, "ioctls");
	yaml_node_t *limits = yaml_find(parse->yaml, map, "limits");
	yaml_node_t *listen = yaml_find(parse->yaml, map, "listen");
	yaml_node_t *pair = yaml_find(parse->yaml, map, "pair");
	yaml_node_t *mmap = yaml_find(parse->yaml, map, "mmap");
	bool good = true;

	if (options)
		good &= parse_options(parse, options, classes);
	if (flags)
		good &= parse_flags(parse, flags, classes);
	if (control)
		good &= parse_control(parse, control, classes);
	if (ioctls)
		good &= parse_list(parse, ioctls, PERSOCK_SECTION_IOCTLS,
				   classes);
	if (listen)
		good &= parse_switch(parse, listen, PERSOCK_SECTION_LISTEN,
				     classes);
	if (pair)
		good &= parse_switch(parse, pair, PERSOCK_SECTION_PAIR, classes);
	if (mmap)
		good &= parse_switch(parse, mmap, PERSOCK_SECTION_MMAP, classes);
	if (limits)
		good &= parse_limits(parse, limits, classes, whole);

	return good;
}

static bool parse_class(struct parse *parse, yaml_node_t *root,
			const char *key, unsigned int class)
{
	yaml_node_t *node = yaml_find(parse->yaml, root, key);

	if (!node)
		return true;

	return key_mapping(parse->yaml, node, key, KEY_CLASS) &&
	       parse_classed(parse, node, class, false);
}

static bool parse_base(struct parse *parse, yaml_node_t *node,
		       parse_base_fn load)
{
	struct draft *draft = parse->draft;
	char about[512], name[sizeof(draft->base)];
	bool good;

	if (!copy_name(parse, node, draft->base, "the name of a base"))
		return false;
	if (draft_preset(draft, draft->base))
		return true;
	snprintf(about, sizeof(about),
		 "%s:%u: the base \"%s\" is no preset (host, none, gvisor, gvisor-2020), and not read from the module: ",
		 parse->yaml->path, yaml_line(node), draft->base);
	/* A copy: load() replaces the draft. */
	snprintf(name, sizeof(name), "%s", draft->base);
	set_error_prefix(about);
	good = load(draft, name);
	set_error_prefix(NULL);

	return good;
}

static bool parse_whole(struct parse *parse, yaml_node_t *root)
{
	yaml_node_t *sockets = yaml_find(parse->yaml, root, "sockets");
	yaml_node_t *connect = yaml_find(parse->yaml, root, "connect");
	yaml_node_t *bind = yaml_find(parse->yaml, root, "bind");
	yaml_node_t *accept = yaml_find(parse->yaml, root, "accept");
	yaml_node_t *family = yaml_find(parse->yaml, root, "unix");
	bool good = true;

	if (sockets)
		good &= parse_sockets(parse, sockets);
	if (connect)
		good &= parse_addresses(parse, connect, PERSOCK_SECTION_CONNECT);
	good &= parse_names(parse, yaml_find(parse->yaml, root, "names"));
	if (bind)
		good &= parse_addresses(parse, bind, PERSOCK_SECTION_BIND);
	if (accept)
		good &= parse_addresses(parse, accept, PERSOCK_SECTION_ACCEPT);
	if (family)
		good &= parse_unix(parse, family);

	return good;
}

static bool parse_root(struct parse *parse, parse_base_fn load)
{
	yaml_node_t *root = yaml_root(parse->yaml);
	yaml_node_t *name, *base, *providers, *mode, *network, *reveal;
	yaml_node_t *counters;
	const char *problem;
	bool good;

	if (root->type != YAML_MAPPING_NODE)
		return key_mapping(parse->yaml, root, "a policy", KEY_POLICY);
	good = key_mapping(parse->yaml, root, "a policy", KEY_POLICY);
	name = yaml_find(parse->yaml, root, "personality");
	base = yaml_find(parse->yaml, root, "base");
	providers = yaml_find(parse->yaml, root, "providers");
	mode = yaml_find(parse->yaml, root, "mode");
	counters = yaml_find(parse->yaml, root, "counters");
	network = yaml_find(parse->yaml, root, "network");
	reveal = yaml_find(parse->yaml, root, "reveal");

	/* All other parts change what the base has; their errors are found without it. */
	if (base && !parse_base(parse, base, load)) {
		draft_init(parse->draft);
		good = false;
	}
	if (name)
		good &= copy_name(parse, name, parse->draft->name,
				  "the name of a personality");
	if (providers)
		good &= parse_providers(parse, providers);
	if (mode)
		good &= parse_mode(parse, mode);
	if (reveal)
		good &= parse_reveal(parse, reveal);
	if (counters)
		good &= parse_counters(parse, counters);
	if (network)
		good &= parse_network(parse, network);
	good &= parse_whole(parse, root);
	good &= parse_classed(parse, root, ALL_CLASSES, true);
	good &= parse_class(parse, root, "inet", INET_ONLY);
	good &= parse_class(parse, root, "others", OTHER_ONLY);
	if (!good)
		return false;

	if (network && !providers)
		draft_serve_network(parse->draft);
	problem = draft_problem(parse->draft);
	if (problem)
		return yaml_error(parse->yaml, root, "%s", problem);

	return true;
}

bool parse_file(struct draft *draft, const char *path, parse_base_fn base)
{
	struct yaml yaml;
	struct parse parse = { .yaml = &yaml, .draft = draft };
	bool good;

	draft_init(draft);
	good = yaml_open(&yaml, path) && parse_root(&parse, base);
	yaml_close(&yaml);
	if (!good)
		return false;
	if (!draft->nr_providers) {
		strcpy(draft->providers[0], "native");
		draft->nr_providers = 1;
	}
	draft_index(draft);

	return true;
}
