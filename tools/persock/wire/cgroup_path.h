/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds the path of a cgroup by its id, and remembers it: the kernel does not
 * reuse an id. The command monitor calls it, and denial.c.
 */
#ifndef _PERSOCK_WIRE_CGROUP_PATH_H
#define _PERSOCK_WIRE_CGROUP_PATH_H

#include <stdint.h>
#include <stdio.h>

struct netlink;

/*
 * The path below the root of the hierarchy, as in persock status; NULL if the
 * cgroup does not exist any more. The module is asked first.
 */
const char *cgroup_path(struct netlink *nl, uint64_t id);

/*
 * The path, or "id:" and the id of a cgroup that does not exist any more; valid
 * until the next call.
 */
const char *cgroup_text(struct netlink *nl, uint64_t id);

/* Print it. */
void cgroup_print(FILE *stream, uint64_t id, struct netlink *nl);

/* Members of the open JSON object: the id, and the path if it exists. */
void cgroup_json(uint64_t id, struct netlink *nl);

void cgroup_path_forget(void);

#endif
