/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads values that several sections of a policy file have. The other files of
 * the parser call it.
 */
#ifndef _PERSOCK_POLICY_FILE_PARSE_VALUE_H
#define _PERSOCK_POLICY_FILE_PARSE_VALUE_H

#include <yaml.h>

#include "policy_file/draft.h"

struct yaml;

#define INET_ONLY	(1U << PERSOCK_CLASS_INET)
#define OTHER_ONLY	(1U << PERSOCK_CLASS_OTHER)
#define ALL_CLASSES	(INET_ONLY | OTHER_ONLY)

/**
 * struct parse - a file that is being read
 * @yaml: the file
 * @draft: the result
 * @errors: how many have been printed, of those after which reading goes on
 * @full: there are too many rules
 */
struct parse {
	struct yaml *yaml;
	struct draft *draft;
	unsigned int errors;
	bool full;
};

/*
 * After a part of a file: may the next one be read? After an error it may, so
 * that a run shows all errors, or the first of them. @good is that of this part;
 * *@all becomes false if it is.
 */
bool parse_goes_on(struct parse *parse, bool good, bool *all);

/*
 * Is the number of rules still acceptable? Lists in a rule multiply: a small
 * file could fill the memory before the whole policy is checked. Returns false
 * after an error.
 */
bool parse_room(struct parse *parse, const yaml_node_t *node);

/* Read a value. Each returns false after an error. */
bool parse_verdict(struct parse *parse, const yaml_node_t *node,
		   enum persock_section section, s16 *verdict);
bool parse_default(struct parse *parse, const yaml_node_t *node,
		   enum persock_section section, unsigned int classes);
bool parse_name(struct parse *parse, const yaml_node_t *node, int kind,
		const char *what, s64 max, s32 *value);

#endif
