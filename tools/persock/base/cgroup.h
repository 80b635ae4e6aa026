/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Directories of the cgroup v2 hierarchy: found, made, emptied and removed.
 * The commands call it; whatever returns int here reports itself what went
 * wrong.
 */
#ifndef _PERSOCK_BASE_CGROUP_H
#define _PERSOCK_BASE_CGROUP_H

#include <stdbool.h>
#include <signal.h>
#include <stdint.h>

/*
 * Open the cgroup that the user calls @name: a path or, when there is no such
 * path, one below the mount point of the hierarchy. Returns a descriptor or -1.
 */
int cgroup_open(const char *name);

/* "id:N" names a cgroup by its number, for when its directory is gone. */
bool cgroup_parse_id(const char *name, uint64_t *id);

/*
 * The same for one that may have to be made, with those above it. A name that
 * begins with '/' may also be one below the mount point, as systemd and
 * /proc/PID/cgroup call it. Returns a descriptor or -1.
 */
int cgroup_make(const char *name);

/* The number of an open cgroup, as "id:N" has it; 0 if it cannot be told. */
uint64_t cgroup_id(int directory);

/* Would cgroup_make() find it? */
bool cgroup_exists(const char *name);

/* Where the hierarchy is mounted, to be freed; NULL, without a word, if nowhere. */
char *cgroup_mount_point(void);

/*
 * The directory of the cgroup that a process is in, to be freed; NULL if none.
 * @process is a number or "self".
 */
char *cgroup_of(const char *process);

/* Move the calling process. 0 or an errno, and silent: for use after fork(). */
int cgroup_enter(int directory);

/*
 * Kill what is left in it and below, and wait until it is gone: half a minute,
 * or until one of @signals comes, which are blocked. 0 or -1.
 */
int cgroup_empty(int directory, const char *path, const sigset_t *signals);

/* Remove the cgroup and those below it. 0 or -1. */
int cgroup_remove(const char *path);

#endif
