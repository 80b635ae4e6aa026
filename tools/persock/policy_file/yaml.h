/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads YAML files with libyaml: one document of mappings, sequences and
 * scalars. Other parts of YAML are rejected. Each error has file and line. The
 * parser, folder.c and the command oci-hook call it.
 */
#ifndef _PERSOCK_POLICY_FILE_YAML_H
#define _PERSOCK_POLICY_FILE_YAML_H

#include <stdbool.h>
#include <stdio.h>
#include <yaml.h>

struct yaml_errors;

struct yaml {
	const char *path;	/* for messages */
	struct yaml_errors *errors;	/* until yaml_close() prints them */
	char *text;
	size_t length;
	yaml_document_t document;
	bool loaded;
};

/*
 * "-" is stdin. False after an error; call yaml_close() in either case: it prints
 * the errors on nodes in the order of their lines.
 */
bool yaml_open(struct yaml *yaml, const char *path);
/* The same for a copy of @text; @path is for messages. */
bool yaml_open_text(struct yaml *yaml, const char *path, const char *text,
		    size_t length);
void yaml_close(struct yaml *yaml);

yaml_node_t *yaml_root(struct yaml *yaml);
unsigned int yaml_line(const yaml_node_t *node);

/* Report an error on a node. Returns false. */
bool yaml_error(const struct yaml *yaml, const yaml_node_t *node,
		const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The text of a scalar; NULL after the error that @what is expected. */
const char *yaml_text(const struct yaml *yaml, const yaml_node_t *node,
		      const char *what);

/* Entries of a mapping, items of a sequence; 1 for a scalar. */
unsigned int yaml_size(const yaml_node_t *node);
yaml_node_t *yaml_key(struct yaml *yaml, const yaml_node_t *node,
		      unsigned int i);
yaml_node_t *yaml_value(struct yaml *yaml, const yaml_node_t *node,
			unsigned int i);
yaml_node_t *yaml_item(struct yaml *yaml, yaml_node_t *node, unsigned int i);

/* The value of a key, or NULL. */
yaml_node_t *yaml_find(struct yaml *yaml, const yaml_node_t *node,
		       const char *key);

/*
 * Is @node a mapping whose keys are among @keys, each at most once? Returns
 * false after an error, which suggests the nearest key.
 */
bool yaml_mapping(struct yaml *yaml, const yaml_node_t *node, const char *what,
		  const char *const *keys, size_t nr);

#endif
