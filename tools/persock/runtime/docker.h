/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Docker's labels. Docker passes none to its runtime, so they are read from its
 * own file of the container. oci_runtime.c calls it.
 */
#ifndef _PERSOCK_RUNTIME_DOCKER_H
#define _PERSOCK_RUNTIME_DOCKER_H

#include <stdbool.h>

/*
 * Find the label of the container @id in @folder, Docker's folder of containers.
 * *@personality is to be freed; it is NULL if there is no such label, or if this
 * is no container of Docker's. False after an error.
 */
bool docker_label(const char *folder, const char *id, char **personality);

#endif
