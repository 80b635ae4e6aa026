/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The layers of a cgroup: the attachments that govern its new sockets, as the
 * module reports them. stack.c reads their policies.
 */
#ifndef _PERSOCK_WIRE_LAYERS_H
#define _PERSOCK_WIRE_LAYERS_H

#include <stdbool.h>
#include <stdint.h>

struct netlink;

/**
 * struct layer - an attachment that governs
 * @cgroup_id: the attached cgroup
 * @path: its path below the root of the hierarchy
 * @personality: its personality
 */
struct layer {
	uint64_t cgroup_id;
	char *path;
	char *personality;
};

/**
 * struct layers - all that govern a cgroup
 * @of: the layers, the outermost first
 * @nr: length of @of
 * @inherited: the cgroup itself is not attached
 */
struct layers {
	struct layer *of;
	unsigned int nr;
	bool inherited;
};

/*
 * Read the layers of a cgroup: "id:N" of an attached one, or a path. What
 * governs one that is not attached is that of its nearest attached ancestor.
 * Returns 0, or an exit status after an error: a cgroup that is not governed is
 * one. The caller frees the layers in either case.
 */
int layers_read(struct netlink *nl, const char *cgroup, struct layers *layers);
void layers_free(struct layers *layers);

#endif
