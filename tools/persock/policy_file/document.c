// SPDX-License-Identifier: GPL-2.0
/*
 * Builds and prints a document with libyaml. draft_print.c calls it.
 */
#include "policy_file/document.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/fold.h"
#include "base/json.h"

#define WIDTH	100

/* Before the number of a line, behind the text that it is about. */
#define MARK	"~~"

static bool marks;

static int made(int node)
{
	if (!node)
		exit(report_error("out of memory"));

	return node;
}

void document_init(yaml_document_t *document)
{
	made(yaml_document_initialize(document, NULL, NULL, NULL, 1, 1));
}

static int add_scalar(yaml_document_t *document, const char *text,
		      yaml_scalar_style_t style)
{
	return made(yaml_document_add_scalar(document, NULL,
					     (const yaml_char_t *)text,
					     strlen(text), style));
}

int document_text(yaml_document_t *document, const char *text)
{
	return add_scalar(document, text, YAML_ANY_SCALAR_STYLE);
}

int document_text_of(yaml_document_t *document, const char *text,
		     unsigned int line)
{
	char *marked;
	int node;

	if (!marks || !line)
		return document_text(document, text);
	if (asprintf(&marked, "%s" MARK "%u", text, line) < 0)
		need(NULL);
	node = document_text(document, marked);
	free(marked);

	return node;
}

void document_mark(bool on)
{
	marks = on;
}

bool document_marks(void)
{
	return marks;
}

int document_number(yaml_document_t *document, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, number);

	return add_scalar(document, text, YAML_PLAIN_SCALAR_STYLE);
}

int document_mapping(yaml_document_t *document, bool flow)
{
	return made(yaml_document_add_mapping(document, NULL, flow ?
					      YAML_FLOW_MAPPING_STYLE :
					      YAML_BLOCK_MAPPING_STYLE));
}

int document_list(yaml_document_t *document, bool flow)
{
	return made(yaml_document_add_sequence(document, NULL, flow && !marks ?
					       YAML_FLOW_SEQUENCE_STYLE :
					       YAML_BLOCK_SEQUENCE_STYLE));
}

void document_set(yaml_document_t *document, int mapping, const char *key,
		  int value)
{
	made(yaml_document_append_mapping_pair(document, mapping,
					       document_text(document, key),
					       value));
}

void document_append(yaml_document_t *document, int list, int item)
{
	made(yaml_document_append_sequence_item(document, list, item));
}

void document_print_yaml(yaml_document_t *document, FILE *stream)
{
	yaml_emitter_t emitter;

	fold_choose(stream, FOLD_POLICY);
	made(yaml_emitter_initialize(&emitter));
	yaml_emitter_set_output_file(&emitter, stream);
	yaml_emitter_set_width(&emitter, fold_folds(stream) ? -1 : WIDTH);
	yaml_emitter_set_unicode(&emitter, 1);
	/* Frees the document. The flush of stdout reports a failed write. */
	if (yaml_emitter_open(&emitter) &&
	    yaml_emitter_dump(&emitter, document) &&
	    yaml_emitter_close(&emitter))
		yaml_emitter_flush(&emitter);
	else if (emitter.error == YAML_MEMORY_ERROR)
		exit(report_error("out of memory"));
	yaml_emitter_delete(&emitter);
	fold_choose(stream, FOLD_TEXT);
}

bool document_filled(yaml_document_t *document, int node)
{
	yaml_node_t *found = yaml_document_get_node(document, node);

	if (found->type == YAML_MAPPING_NODE)
		return found->data.mapping.pairs.top >
		       found->data.mapping.pairs.start;

	return found->data.sequence.items.top >
	       found->data.sequence.items.start;
}

/* Print a line without its marks, and then the comments. */
static void print_line(char *line, FILE *stream,
		       const char *(*remark)(unsigned int line, void *data),
		       void *data)
{
	const char *comment = NULL;
	char *mark = line, *end;

	while ((mark = strstr(mark, MARK))) {
		unsigned int number = strtoul(mark + strlen(MARK), &end, 10);

		/* A path may contain what looks like a mark. */
		if (!number) {
			mark += strlen(MARK);
			continue;
		}
		comment = remark(number, data);
		memmove(mark, end, strlen(end) + 1);
	}
	fold_choose(stream, FOLD_POLICY);
	fputs(line, stream);
	if (comment)
		fprintf(stream, "  # %s", comment);
	fputc('\n', stream);
	fold_choose(stream, FOLD_TEXT);
}

void document_print_marked(yaml_document_t *document, FILE *stream,
			   const char *(*remark)(unsigned int line, void *data),
			   void *data)
{
	char *text = NULL, *line, *next;
	size_t size;
	FILE *memory = need(open_memstream(&text, &size));

	document_print_yaml(document, memory);
	if (fclose(memory))
		need(NULL);
	for (line = text; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		print_line(line, stream, remark, data);
	}
	free(text);
}

static const char *scalar(const yaml_node_t *node)
{
	return (const char *)node->data.scalar.value;
}

static void print_node(yaml_document_t *document, const char *key, int index)
{
	yaml_node_t *node = yaml_document_get_node(document, index);
	yaml_node_item_t *item;
	yaml_node_pair_t *pair;

	switch (node->type) {
	case YAML_MAPPING_NODE:
		json_object(key);
		for (pair = node->data.mapping.pairs.start;
		     pair < node->data.mapping.pairs.top; pair++)
			print_node(document,
				   scalar(yaml_document_get_node(document,
								 pair->key)),
				   pair->value);
		json_object_end();
		break;
	case YAML_SEQUENCE_NODE:
		json_array(key);
		for (item = node->data.sequence.items.start;
		     item < node->data.sequence.items.top; item++)
			print_node(document, NULL, *item);
		json_array_end();
		break;
	default:
		if (node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
			json_i64(key, strtoll(scalar(node), NULL, 10));
		else
			json_string(key, scalar(node));
	}
}

void document_print_json(yaml_document_t *document, const char *key)
{
	print_node(document, key, 1);
	yaml_document_delete(document);
}
