// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the annotation that names a container's personality. The hook, and
 * choice.c of the runtime, call it.
 */
#include "runtime/annotation.h"

#include <string.h>

#include "base/error.h"
#include "runtime/json_text.h"

/* What the engines of Kubernetes call a container of a pod: containerd and CRI-O. */
static const char *const name_keys[] = {
	"io.kubernetes.cri.container-name",
	"io.kubernetes.cri-o.ContainerName",
};

/* The name of the container in its pod, or NULL. */
static const char *name_in_pod(struct json_object *annotations)
{
	struct json_object *name;
	size_t i;

	for (i = 0; i < sizeof(name_keys) / sizeof(name_keys[0]); i++) {
		if (json_object_object_get_ex(annotations, name_keys[i], &name) &&
		    json_object_is_type(name, json_type_string))
			return json_object_get_string(name);
	}

	return NULL;
}

bool annotation_find(struct json_object *holder, const char *key,
		     const char *what, const char **personality)
{
	struct json_object *annotations;
	const char *name, *own = NULL;

	*personality = NULL;
	if (!json_text_member(holder, key, json_type_object, &annotations))
		return false;
	if (!annotations)
		return true;
	name = name_in_pod(annotations);
	json_object_object_foreach(annotations, word, value) {
		const char *rest, *text;

		if (strncmp(word, ANNOTATION_PREFIX, strlen(ANNOTATION_PREFIX)))
			continue;
		rest = word + strlen(ANNOTATION);
		if (strncmp(word, ANNOTATION, strlen(ANNOTATION)) ||
		    (*rest && (*rest != '.' || !rest[1]))) {
			report_error("unknown %s \"%s\": only \"" ANNOTATION "\" is known, and the same with \".\" and the name of a container",
				     what, word);
			return false;
		}
		text = json_text_string(value, "the name of a personality");
		if (!text)
			return false;
		if (!*rest)
			*personality = text;
		else if (name && !strcmp(rest + 1, name))
			own = text;
	}
	if (own)
		*personality = own;

	return true;
}
