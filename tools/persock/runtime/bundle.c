// SPDX-License-Identifier: GPL-2.0
/*
 * Puts persock's hook into the config.json of a bundle. oci_runtime.c calls it.
 */
#include "runtime/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/replacement.h"
#include "runtime/annotation.h"
#include "runtime/json_text.h"

/* As in hooks.d, see tools/oci/persock.json. */
#define TIMEOUT_S	10

bool bundle_open(struct bundle *bundle, const char *folder)
{
	FILE *file;

	bundle->specification = NULL;
	if (asprintf(&bundle->file, "%s/config.json", folder) < 0)
		bundle->file = need(NULL);
	file = fopen(bundle->file, "re");
	if (file) {
		bundle->specification = json_text_object(file, bundle->file);
		fclose(file);
	} else {
		report_error("%s: %s", bundle->file, strerror(errno));
	}
	if (!bundle->specification)
		free(bundle->file);

	return bundle->specification;
}

void bundle_close(struct bundle *bundle)
{
	json_object_put(bundle->specification);
	free(bundle->file);
}

/* The member @key of @object, which is made empty if it is not there. */
static struct json_object *member(struct json_object *object, const char *key,
				  enum json_type type)
{
	struct json_object *value;

	if (!json_text_member(object, key, type, &value) || value)
		return value;
	value = need(type == json_type_array ? json_object_new_array() :
		     json_object_new_object());
	json_object_object_add(object, key, value);

	return value;
}

static bool is_string(struct json_object *string, const char *text)
{
	return json_object_is_type(string, json_type_string) &&
	       !strcmp(json_object_get_string(string), text);
}

static bool is_hook(struct json_object *hook, const char *program)
{
	struct json_object *args = json_object_object_get(hook, "args");

	return is_string(json_object_object_get(hook, "path"), program) &&
	       json_object_is_type(args, json_type_array) &&
	       json_object_array_length(args) == 2 &&
	       is_string(json_object_array_get_idx(args, 1), "oci-hook");
}

static struct json_object *new_hook(const char *program)
{
	struct json_object *hook = need(json_object_new_object());
	struct json_object *args = need(json_object_new_array());

	json_object_object_add(hook, "path", json_object_new_string(program));
	json_object_array_add(args, json_object_new_string("persock"));
	json_object_array_add(args, json_object_new_string("oci-hook"));
	json_object_object_add(hook, "args", args);
	json_object_object_add(hook, "timeout", json_object_new_int(TIMEOUT_S));

	return hook;
}

/* Each sets *@changed if the specification has been changed. */
static bool put_hook(struct bundle *bundle, const char *program, bool *changed)
{
	struct json_object *hooks, *stage = NULL;
	size_t i;

	hooks = member(bundle->specification, "hooks", json_type_object);
	if (hooks)
		stage = member(hooks, "createRuntime", json_type_array);
	if (!stage)
		return false;
	for (i = 0; i < json_object_array_length(stage); i++) {
		if (is_hook(json_object_array_get_idx(stage, i), program))
			return true;
	}
	json_object_array_add(stage, new_hook(program));
	*changed = true;

	return true;
}

static bool put_annotation(struct bundle *bundle, const char *personality,
			   bool *changed)
{
	struct json_object *annotations, *value;
	int count;

	annotations = member(bundle->specification, "annotations",
			     json_type_object);
	if (!annotations)
		return false;
	count = json_object_object_length(annotations);
	annotation_forget_names(annotations);
	*changed |= count != json_object_object_length(annotations);
	value = json_object_object_get(annotations, ANNOTATION);
	if (is_string(value, personality))
		return true;
	value = need(json_object_new_string(personality));
	json_object_object_add(annotations, ANNOTATION, value);
	*changed = true;

	return true;
}

static bool write_file(struct bundle *bundle)
{
	struct replacement replacement;
	struct stat status;
	const char *text;
	bool good;

	text = need((char *)json_object_to_json_string_ext(bundle->specification,
							   JSON_C_TO_STRING_PLAIN |
							   JSON_C_TO_STRING_NOSLASHESCAPE));
	if (stat(bundle->file, &status) ||
	    !replacement_begin(&replacement, bundle->file)) {
		report_error("%s: %s", bundle->file, strerror(errno));
		return false;
	}
	/* The owner first: a change of it takes bits of the mode. */
	good = !fchown(fileno(replacement.file), status.st_uid, status.st_gid) &&
	       !fchmod(fileno(replacement.file), status.st_mode & 07777) &&
	       fputs(text, replacement.file) >= 0;
	good = replacement_end(&replacement, good);
	if (!good)
		report_error("%s: cannot be replaced (%s)", bundle->file,
			     strerror(errno));

	return good;
}

bool bundle_govern(struct bundle *bundle, const char *personality,
		   const char *program)
{
	bool changed = false;

	if (!put_annotation(bundle, personality, &changed) ||
	    !put_hook(bundle, program, &changed))
		return false;

	return !changed || write_file(bundle);
}
