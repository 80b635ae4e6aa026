/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Builds a document with libyaml, and prints it as YAML or JSON. draft_print.c
 * calls it.
 *
 * A node is the number of a node in the document. document_number() adds a
 * number, which is a number in JSON, too.
 */
#ifndef _PERSOCK_POLICY_FILE_DOCUMENT_H
#define _PERSOCK_POLICY_FILE_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <yaml.h>

/* The functions end the process if there is no memory. */
void document_init(yaml_document_t *document);

int document_text(yaml_document_t *document, const char *text);
/*
 * The same for the text of a rule or default on a line of a file. If lines are
 * marked, document_print_marked() finds it again. 0: there is no line.
 */
int document_text_of(yaml_document_t *document, const char *text,
		     unsigned int line);
int document_number(yaml_document_t *document, int64_t number);
/* @flow: in one line. */
int document_mapping(yaml_document_t *document, bool flow);
int document_list(yaml_document_t *document, bool flow);

void document_set(yaml_document_t *document, int mapping, const char *key,
		  int value);
void document_append(yaml_document_t *document, int list, int item);

/* Mark the texts of lines from now on, or no more; lists have a line for each. */
void document_mark(bool on);
bool document_marks(void);

/* Has a mapping or list anything in it? */
bool document_filled(yaml_document_t *document, int node);

/*
 * Print a document with marked texts and free it: @remark gives the comment for
 * a line, or NULL. Ends the process if there is no memory.
 */
void document_print_marked(yaml_document_t *document, FILE *stream,
			   const char *(*remark)(unsigned int line, void *data),
			   void *data);

/* Print the document and free it. The first node is the root. */
void document_print_yaml(yaml_document_t *document, FILE *stream);
void document_print_json(yaml_document_t *document, const char *key);

#endif
