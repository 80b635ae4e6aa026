/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The config.json of a bundle: what an OCI runtime makes a container of.
 * oci_runtime.c calls it.
 */
#ifndef _PERSOCK_RUNTIME_BUNDLE_H
#define _PERSOCK_RUNTIME_BUNDLE_H

#include <stdbool.h>

struct json_object;

/**
 * struct bundle - an open bundle
 * @file: the path of its config.json
 * @specification: what is in it
 */
struct bundle {
	char *file;
	struct json_object *specification;
};

/* Open the bundle in @folder. False after an error. */
bool bundle_open(struct bundle *bundle, const char *folder);
void bundle_close(struct bundle *bundle);

/*
 * Have it started under @personality by the hook of @program, the tool's path.
 * The file is replaced at once, and keeps its owner and mode; it is not touched
 * if it says so already. False after an error.
 */
bool bundle_govern(struct bundle *bundle, const char *personality,
		   const char *program);

#endif
