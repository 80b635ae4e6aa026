// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the labels of a container from Docker's own file. oci_runtime.c calls
 * it.
 */
#include "runtime/docker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "runtime/annotation.h"
#include "runtime/json_text.h"

static bool find(struct json_object *container, char **personality)
{
	struct json_object *config;
	const char *name = NULL;

	if (!json_text_member(container, "Config", json_type_object, &config) ||
	    (config && !annotation_find(config, "Labels", "label", NULL, &name)))
		return false;
	*personality = name ? need(strdup(name)) : NULL;

	return true;
}

bool docker_label(const char *folder, const char *id, char **personality)
{
	struct json_object *container;
	char *path;
	FILE *file;
	bool good;

	*personality = NULL;
	if (!id || strchr(id, '/') || id[0] == '.')
		return true;
	if (asprintf(&path, "%s/%s/config.v2.json", folder, id) < 0)
		path = need(NULL);
	file = fopen(path, "re");
	if (file) {
		container = json_text_object(file, path);
		fclose(file);
		good = container && find(container, personality);
		json_object_put(container);
	} else {
		good = errno == ENOENT;
		if (!good)
			report_error("%s: %s", path, strerror(errno));
	}
	free(path);

	return good;
}
