/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A document that is being written, by libyaml, and printed as YAML or JSON.
 * draft_print.c calls it.
 *
 * Nodes are numbers, and what is added to them are nodes. In JSON, what was
 * added as a number is one.
 */
#ifndef _PERSOCK_POLICY_FILE_DOCUMENT_H
#define _PERSOCK_POLICY_FILE_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <yaml.h>

/* Memory that is not there ends the process. */
void document_init(yaml_document_t *document);

int document_text(yaml_document_t *document, const char *text);
int document_number(yaml_document_t *document, int64_t number);
/* In one line, or in several. */
int document_mapping(yaml_document_t *document, bool flow);
int document_list(yaml_document_t *document, bool flow);

void document_set(yaml_document_t *document, int mapping, const char *key,
		  int value);
void document_append(yaml_document_t *document, int list, int item);

/* These free it. The first node is the root. */
void document_print_yaml(yaml_document_t *document, FILE *stream);
void document_print_json(yaml_document_t *document, const char *key);

#endif
