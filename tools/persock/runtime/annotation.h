/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The annotation, or label, of a container that names its personality. The hook
 * and the runtime call it.
 */
#ifndef _PERSOCK_RUNTIME_ANNOTATION_H
#define _PERSOCK_RUNTIME_ANNOTATION_H

#include <stdbool.h>

struct json_object;

#define ANNOTATION_PREFIX	"io.persock."
#define ANNOTATION		ANNOTATION_PREFIX "personality"

/*
 * In a pod of Kubernetes all containers have the annotations of the pod. There
 * ANNOTATION ".NAME" is for its container NAME, and goes before the other. The
 * annotations tell the name, or else it is @name, or NULL if nobody knows it.
 *
 * Find it in the member @key of @holder. *@personality is NULL if it is not
 * there. False after an error: one that is misspelt, or for a container which
 * might be this one, must not look effective. @what is "annotation" or "label",
 * for errors.
 */
bool annotation_find(struct json_object *holder, const char *key,
		     const char *what, const char *name,
		     const char **personality);

/* Delete the annotations for containers by name: the choice has been made. */
void annotation_forget_names(struct json_object *annotations);

#endif
