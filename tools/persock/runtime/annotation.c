// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the annotation that names a container's personality. The hook and the
 * runtime call it.
 */
#include "runtime/annotation.h"

#include <string.h>

#include "base/error.h"
#include "runtime/json_text.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* What the engines of Kubernetes call a container of a pod: containerd and CRI-O. */
static const char *const name_keys[] = {
	"io.kubernetes.cri.container-name",
	"io.kubernetes.cri-o.ContainerName",
};

static const char *const type_keys[] = {
	"io.kubernetes.cri.container-type",
	"io.kubernetes.cri-o.ContainerType",
};

/* What the first of these @keys says, or NULL. */
static const char *first_of(struct json_object *annotations,
			    const char *const *keys, size_t count)
{
	struct json_object *value;
	size_t i;

	for (i = 0; i < count; i++) {
		if (json_object_object_get_ex(annotations, keys[i], &value) &&
		    json_object_is_type(value, json_type_string))
			return json_object_get_string(value);
	}

	return NULL;
}

/* The sandbox of a pod has its annotations, and is none of its containers. */
static bool is_sandbox(struct json_object *annotations)
{
	const char *type = first_of(annotations, type_keys, COUNT(type_keys));

	return type && !strcmp(type, "sandbox");
}

static bool is_named(const char *key)
{
	return !strncmp(key, ANNOTATION ".", strlen(ANNOTATION ".")) &&
	       key[strlen(ANNOTATION ".")];
}

bool annotation_find(struct json_object *holder, const char *key,
		     const char *what, const char *name,
		     const char **personality)
{
	struct json_object *annotations;
	const char *own = NULL;

	*personality = NULL;
	if (!json_text_member(holder, key, json_type_object, &annotations))
		return false;
	if (!annotations)
		return true;
	name = first_of(annotations, name_keys, COUNT(name_keys)) ?: name;
	json_object_object_foreach(annotations, word, value) {
		const char *text;

		if (strncmp(word, ANNOTATION_PREFIX, strlen(ANNOTATION_PREFIX)))
			continue;
		if (strcmp(word, ANNOTATION) && !is_named(word)) {
			report_error("unknown %s \"%s\": only \"" ANNOTATION "\" is known, and the same with \".\" and the name of a container",
				     what, word);
			return false;
		}
		text = json_text_string(value, "the name of a personality");
		if (!text)
			return false;
		if (!is_named(word)) {
			*personality = text;
		} else if (name) {
			if (!strcmp(word + strlen(ANNOTATION "."), name))
				own = text;
		} else if (!is_sandbox(annotations)) {
			report_error("%s \"%s\" might be for this container, whose name its engine does not tell",
				     what, word);
			return false;
		}
	}
	if (own)
		*personality = own;

	return true;
}

void annotation_forget_names(struct json_object *annotations)
{
	json_object_object_foreach(annotations, key, value) {
		(void)value;
		if (is_named(key))
			json_object_object_del(annotations, key);
	}
}
