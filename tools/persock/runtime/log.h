/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log of an OCI runtime, in which engines look for why a container did not
 * start. oci_runtime.c calls it.
 */
#ifndef _PERSOCK_RUNTIME_LOG_H
#define _PERSOCK_RUNTIME_LOG_H

#include <stdbool.h>

/* From now on errors go to @file, too, as runc and crun write them there. */
void log_open(const char *file, bool json);

#endif
