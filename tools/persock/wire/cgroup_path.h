/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The paths of cgroups that are known by their ids, remembered: an id is never
 * given to another cgroup. The command monitor calls it, and denial.c.
 */
#ifndef _PERSOCK_WIRE_CGROUP_PATH_H
#define _PERSOCK_WIRE_CGROUP_PATH_H

#include <stdint.h>

struct netlink;

/*
 * The path below the root of the hierarchy, as persock status shows it; NULL
 * when there is no such cgroup any more. @nl is asked first.
 */
const char *cgroup_path(struct netlink *nl, uint64_t id);

void cgroup_path_forget(void);

#endif
