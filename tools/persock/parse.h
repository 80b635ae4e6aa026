/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policy files: from YAML to a draft. See persock-policy(5).
 */
#ifndef _PERSOCK_PARSE_H
#define _PERSOCK_PARSE_H

#include "draft.h"
#include "key.h"
#include "section_name.h"
#include "yaml.h"

#define INET_ONLY	(1U << PERSOCK_CLASS_INET)
#define OTHER_ONLY	(1U << PERSOCK_CLASS_OTHER)
#define ALL_CLASSES	(INET_ONLY | OTHER_ONLY)

/**
 * struct parse - a file that is being read
 * @yaml: the file
 * @draft: what it says
 */
struct parse {
	struct yaml *yaml;
	struct draft *draft;
};

/* Take over the policy of a loaded personality; false after a complaint. */
typedef bool (*parse_base_fn)(struct draft *draft, const char *name);

/* Read a file; false after a complaint. The draft is to be freed either way. */
bool parse_file(struct draft *draft, const char *path, parse_base_fn base);

/*
 * Have too many rules been told for what follows to mend it? Lists in a rule
 * multiply: a small file could fill the memory before the whole is looked at.
 */
bool parse_room(struct parse *parse, const yaml_node_t *node);

/* The parts; each returns false after a complaint. */
bool parse_verdict(struct parse *parse, const yaml_node_t *node,
		   enum persock_section section, s16 *verdict);
bool parse_default(struct parse *parse, const yaml_node_t *node,
		   enum persock_section section, unsigned int classes);
bool parse_name(struct parse *parse, const yaml_node_t *node, int kind,
		const char *what, s64 max, s32 *value);
bool parse_list(struct parse *parse, yaml_node_t *node,
		enum persock_section section, unsigned int classes);
bool parse_sockets(struct parse *parse, yaml_node_t *node);
bool parse_addresses(struct parse *parse, yaml_node_t *node,
		     enum persock_section section);
bool parse_limits(struct parse *parse, yaml_node_t *node, unsigned int classes,
		  bool whole);

#endif
