// SPDX-License-Identifier: GPL-2.0
/*
 * Loads a YAML file with libyaml, and rejects the parts of YAML that policy
 * files do not use. The parser, folder.c and the command oci-hook call it.
 */
#include "policy_file/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/word.h"

#define MAX_FILE	(16 << 20)
#define MAX_DEPTH	16

/* Sections are read in another order than that of the file. */
struct yaml_errors {
	struct error {
		size_t line;
		size_t number;
		char *text;
	} *list;
	size_t nr;
};

static int order(const void *left, const void *right)
{
	const struct error *a = left, *b = right;

	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;

	return a->number < b->number ? -1 : 1;
}

static void keep_error(struct yaml_errors *errors, size_t line,
		       const char *what)
{
	errors->list = need(realloc(errors->list, (errors->nr + 1) *
						   sizeof(*errors->list)));
	errors->list[errors->nr] = (struct error){
		.line = line,
		.number = errors->nr,
		.text = need(strdup(what)),
	};
	errors->nr++;
}

static void print_errors(const struct yaml *yaml)
{
	struct yaml_errors *errors = yaml->errors;
	size_t i;

	if (errors->nr)
		qsort(errors->list, errors->nr, sizeof(*errors->list), order);
	for (i = 0; i < errors->nr; i++) {
		report_error("%s:%zu: %s", yaml->path,
			     errors->list[i].line + 1, errors->list[i].text);
		free(errors->list[i].text);
	}
	free(errors->list);
	free(errors);
}

static bool read_file(struct yaml *yaml, FILE *file)
{
	size_t room = 0;

	do {
		char *more;

		if (yaml->length == room) {
			room = room ? 2 * room : 65536;
			more = realloc(yaml->text, room);
			if (!more) {
				report_error("out of memory");
				return false;
			}
			yaml->text = more;
		}
		yaml->length += fread(yaml->text + yaml->length, 1,
				      room - yaml->length, file);
		if (ferror(file)) {
			report_error("%s: cannot be read (%s)", yaml->path,
				     strerror(errno));
			return false;
		}
		if (yaml->length > MAX_FILE) {
			report_error("%s: is longer than 16 MiB", yaml->path);
			return false;
		}
	} while (!feof(file));

	return true;
}

static bool file_error(const struct yaml *yaml, size_t line, const char *what)
{
	keep_error(yaml->errors, line, what);

	return false;
}

static bool has_anchor(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return true;
	case YAML_SCALAR_EVENT:
		return event->data.scalar.anchor;
	case YAML_SEQUENCE_START_EVENT:
		return event->data.sequence_start.anchor;
	case YAML_MAPPING_START_EVENT:
		return event->data.mapping_start.anchor;
	default:
		return false;
	}
}

static bool has_tag(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return event->data.scalar.tag;
	case YAML_SEQUENCE_START_EVENT:
		return event->data.sequence_start.tag;
	case YAML_MAPPING_START_EVENT:
		return event->data.mapping_start.tag;
	default:
		return false;
	}
}

/*
 * Reject further documents, tags, and aliases, with which a small file can
 * describe a huge one. libyaml recurses, so the depth is limited.
 */
static bool check_event(const struct yaml *yaml, const yaml_event_t *event,
			unsigned int *documents, unsigned int *depth)
{
	size_t line = event->start_mark.line;

	if (has_anchor(event))
		return file_error(yaml, line,
				  "anchors and aliases are not supported: put a text that begins with * or & in quotes");
	if (has_tag(event))
		return file_error(yaml, line, "tags are not supported");
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (++*documents > 1)
			return file_error(yaml, line,
					  "a policy file has one document");
		return true;
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		if (++*depth > MAX_DEPTH)
			return file_error(yaml, line, "this is nested too deeply");
		return true;
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		--*depth;
		return true;
	default:
		return true;
	}
}

static bool parser_error(const struct yaml *yaml, const yaml_parser_t *parser)
{
	size_t line = parser->problem_mark.line;
	char text[256], begun[48] = "";
	bool alias;

	if (parser->error == YAML_MEMORY_ERROR) {
		report_error("out of memory");
		return false;
	}
	/* For a byte that is no text, libyaml reports only an offset. */
	if (parser->error == YAML_READER_ERROR) {
		size_t i;

		for (i = 0, line = 0;
		     i < parser->problem_offset && i < yaml->length; i++)
			line += yaml->text[i] == '\n';
	}
	/* A missing bracket or quote is an error at the end of the file. */
	if (parser->context && parser->context_mark.line != line)
		snprintf(begun, sizeof(begun), " that begins on line %zu",
			 parser->context_mark.line + 1);
	/* "*.example.com" is a host name, but only with quotes. */
	alias = parser->context && strstr(parser->context, "scanning an alias");
	snprintf(text, sizeof(text), "%s%s%s%s%s", parser->context ?: "", begun,
		 parser->context ? ": " : "",
		 parser->problem ?: "this is not YAML",
		 alias ? ": put a text that begins with * in quotes" : "");

	return file_error(yaml, line, text);
}

static bool scan(const struct yaml *yaml)
{
	unsigned int documents = 0, depth = 0;
	yaml_parser_t parser;
	yaml_event_t event;
	bool good = true, over = false;

	if (!yaml_parser_initialize(&parser)) {
		report_error("out of memory");
		return false;
	}
	yaml_parser_set_input_string(&parser, (unsigned char *)yaml->text,
				     yaml->length);
	while (good && !over) {
		if (!yaml_parser_parse(&parser, &event)) {
			good = parser_error(yaml, &parser);
			break;
		}
		good = check_event(yaml, &event, &documents, &depth);
		over = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);

	return good;
}

/* Load what has been read. */
static bool load(struct yaml *yaml)
{
	yaml_parser_t parser;

	if (!scan(yaml))
		return false;
	if (!yaml_parser_initialize(&parser)) {
		report_error("out of memory");
		return false;
	}
	yaml_parser_set_input_string(&parser, (unsigned char *)yaml->text,
				     yaml->length);
	yaml->loaded = yaml_parser_load(&parser, &yaml->document);
	if (!yaml->loaded)
		parser_error(yaml, &parser);
	yaml_parser_delete(&parser);
	if (yaml->loaded && !yaml_root(yaml)) {
		report_error("%s: is empty", yaml->path);
		return false;
	}

	return yaml->loaded;
}

bool yaml_open(struct yaml *yaml, const char *path)
{
	bool from_stdin = !strcmp(path, "-");
	FILE *file;
	bool good;

	*yaml = (struct yaml){
		.path = from_stdin ? "stdin" : path,
		.errors = need(calloc(1, sizeof(*yaml->errors))),
	};
	file = from_stdin ? stdin : fopen(path, "re");
	if (!file) {
		if (*path)
			report_error("%s: cannot be opened (%s)", path,
				     strerror(errno));
		else
			report_error("the name of a file cannot be empty");
		return false;
	}
	good = read_file(yaml, file);
	if (!from_stdin)
		fclose(file);

	return good && load(yaml);
}

bool yaml_open_text(struct yaml *yaml, const char *path, const char *text,
		    size_t length)
{
	*yaml = (struct yaml){
		.path = path,
		.errors = need(calloc(1, sizeof(*yaml->errors))),
		.text = need(malloc(length + 1)),
		.length = length,
	};
	memcpy(yaml->text, text, length);

	return load(yaml);
}

void yaml_close(struct yaml *yaml)
{
	print_errors(yaml);
	if (yaml->loaded)
		yaml_document_delete(&yaml->document);
	free(yaml->text);
}

yaml_node_t *yaml_root(struct yaml *yaml)
{
	return yaml_document_get_root_node(&yaml->document);
}

unsigned int yaml_line(const yaml_node_t *node)
{
	return node->start_mark.line + 1;
}

bool yaml_error(const struct yaml *yaml, const yaml_node_t *node,
		const char *format, ...)
{
	char sentence[512];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);

	return file_error(yaml, node->start_mark.line, sentence);
}

const char *yaml_text(const struct yaml *yaml, const yaml_node_t *node,
		      const char *what)
{
	const char *text;

	if (node->type != YAML_SCALAR_NODE) {
		yaml_error(yaml, node, "%s is expected here, not a %s", what,
			   node->type == YAML_MAPPING_NODE ? "mapping" :
								"list");
		return NULL;
	}
	text = (const char *)node->data.scalar.value;
	if (strlen(text) != node->data.scalar.length) {
		yaml_error(yaml, node, "%s is expected here, not a NUL", what);
		return NULL;
	}

	return text;
}

unsigned int yaml_size(const yaml_node_t *node)
{
	switch (node->type) {
	case YAML_MAPPING_NODE:
		return node->data.mapping.pairs.top -
		       node->data.mapping.pairs.start;
	case YAML_SEQUENCE_NODE:
		return node->data.sequence.items.top -
		       node->data.sequence.items.start;
	default:
		return 1;
	}
}

yaml_node_t *yaml_key(struct yaml *yaml, const yaml_node_t *node,
		      unsigned int i)
{
	return yaml_document_get_node(&yaml->document,
				      node->data.mapping.pairs.start[i].key);
}

yaml_node_t *yaml_value(struct yaml *yaml, const yaml_node_t *node,
			unsigned int i)
{
	return yaml_document_get_node(&yaml->document,
				      node->data.mapping.pairs.start[i].value);
}

yaml_node_t *yaml_item(struct yaml *yaml, yaml_node_t *node, unsigned int i)
{
	if (node->type != YAML_SEQUENCE_NODE)
		return node;

	return yaml_document_get_node(&yaml->document,
				      node->data.sequence.items.start[i]);
}

yaml_node_t *yaml_find(struct yaml *yaml, const yaml_node_t *node,
		       const char *key)
{
	unsigned int i;

	for (i = 0; i < yaml_size(node); i++) {
		yaml_node_t *name = yaml_key(yaml, node, i);

		if (name->type == YAML_SCALAR_NODE &&
		    !strcmp((const char *)name->data.scalar.value, key))
			return yaml_value(yaml, node, i);
	}

	return NULL;
}

static bool known(const char *const *keys, size_t nr, const char *key)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (!strcmp(keys[i], key))
			return true;
	}

	return false;
}

bool yaml_mapping(struct yaml *yaml, const yaml_node_t *node, const char *what,
		  const char *const *keys, size_t nr)
{
	unsigned int i, j;
	bool good = true;

	if (node->type != YAML_MAPPING_NODE)
		return yaml_error(yaml, node,
				  "%s is a mapping of keys to values", what);

	for (i = 0; i < yaml_size(node); i++) {
		yaml_node_t *name = yaml_key(yaml, node, i);
		const char *key = yaml_text(yaml, name, "a key"), *like;

		if (!key)
			return false;
		for (j = 0; j < i; j++) {
			const yaml_node_t *other = yaml_key(yaml, node, j);

			if (!strcmp((char *)other->data.scalar.value, key))
				return yaml_error(yaml, name,
						  "%s has \"%s\" twice",
						  what, key);
		}
		if (known(keys, nr, key))
			continue;
		like = word_like(keys, nr, key);
		good = yaml_error(yaml, name,
				  "%s has no key \"%.64s\"%s%s%s", what, key,
				  like ? ": did you mean \"" : "",
				  like ?: "", like ? "\"?" : "");
	}

	return good;
}
