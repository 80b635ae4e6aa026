/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Directories of the cgroup v2 hierarchy: found, made, emptied and removed.
 * The commands call it. Functions that return int print their errors, except
 * cgroup_enter().
 */
#ifndef _PERSOCK_BASE_CGROUP_H
#define _PERSOCK_BASE_CGROUP_H

#include <stdbool.h>
#include <signal.h>
#include <stdint.h>

/*
 * Open the cgroup @name: a path or, if this does not exist, a path below the
 * mount point of the hierarchy. Returns a descriptor or -1.
 */
int cgroup_open(const char *name);

/* Parse "id:N", the number of a cgroup, which is valid without a directory. */
bool cgroup_parse_id(const char *name, uint64_t *id);

/*
 * The same, but make the cgroup and its parents if they do not exist. A name
 * that begins with '/' may also be a path below the mount point, as in systemd
 * and /proc/PID/cgroup. Returns a descriptor or -1.
 */
int cgroup_make(const char *name);

/* The number N of an open cgroup, as in "id:N"; 0 after an error. */
uint64_t cgroup_id(int directory);

/* Of the root of the hierarchy. */
#define CGROUP_ROOT_ID	1

/*
 * Open the parent of an open cgroup. Returns a descriptor, or -1 if there is
 * none in the mounted part of the hierarchy. Prints no error.
 */
int cgroup_parent(int directory);

/* Would cgroup_make() find it? */
bool cgroup_exists(const char *name);

/* The mount point of the hierarchy, to be freed, or NULL. Prints no error. */
char *cgroup_mount_point(void);

/*
 * The directory of the cgroup of a process, to be freed; NULL after an error.
 * @process is a number or "self".
 */
char *cgroup_of(const char *process);

/* Move the calling process. Returns 0 or an errno; for use after fork(). */
int cgroup_enter(int directory);

/*
 * Kill the processes in the cgroup and below, and wait until they end: half a
 * minute at most, or until one of @signals arrives, which are blocked. Returns
 * 0 or -1.
 */
int cgroup_empty(int directory, const char *path, const sigset_t *signals);

/* Remove the cgroup and those below it. Returns 0 or -1. */
int cgroup_remove(const char *path);

#endif
