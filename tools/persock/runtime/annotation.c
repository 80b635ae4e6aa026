// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the annotation that names a container's personality. The hook, and
 * choice.c of the runtime, call it.
 */
#include "runtime/annotation.h"

#include <string.h>

#include "base/error.h"
#include "runtime/json_text.h"

bool annotation_find(struct json_object *holder, const char *key,
		     const char *what, const char **personality)
{
	struct json_object_iterator at, end;
	struct json_object *annotations;

	*personality = NULL;
	if (!json_text_member(holder, key, json_type_object, &annotations))
		return false;
	if (!annotations)
		return true;
	at = json_object_iter_begin(annotations);
	end = json_object_iter_end(annotations);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *name = json_object_iter_peek_name(&at);

		if (strncmp(name, ANNOTATION_PREFIX, strlen(ANNOTATION_PREFIX)))
			continue;
		if (strcmp(name, ANNOTATION)) {
			report_error("unknown %s \"%s\": only \"" ANNOTATION "\" is known",
				     what, name);
			return false;
		}
		*personality = json_text_string(json_object_iter_peek_value(&at),
						"the name of a personality");
		if (!*personality)
			return false;
	}

	return true;
}
