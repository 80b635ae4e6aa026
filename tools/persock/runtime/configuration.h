/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration file of persock-runtime: lines "key = value".
 * oci_runtime.c calls it.
 */
#ifndef _PERSOCK_RUNTIME_CONFIGURATION_H
#define _PERSOCK_RUNTIME_CONFIGURATION_H

#include <stdbool.h>

#define CONFIGURATION_FILE	"/etc/persock/runtime.conf"

/* Each is NULL without its line. */
struct configuration {
	char *runtime;		/* a path, or a name in PATH */
	char *personality;	/* of containers that name none */
	char *docker_containers;	/* Docker's folder of containers */
};

/*
 * Read @file; NULL: the usual one, which need not exist. False after an error,
 * which begins with file and line.
 */
bool configuration_read(const char *file, struct configuration *configuration);

#endif
