/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policies that govern sockets together: those of a cgroup, or those of files as
 * if cgroups were attached to them. The commands explain and show read them.
 */
#ifndef _PERSOCK_COMMAND_STACK_H
#define _PERSOCK_COMMAND_STACK_H

#include "policy_file/draft.h"

/**
 * struct stack_layer - a layer with its policy
 * @cgroup_id: the attached cgroup; 0: a policy that was named
 * @path: its path below the root of the hierarchy, or the name of the policy
 * @source: where the policy comes from, for answer_print_place()
 * @draft: the policy
 */
struct stack_layer {
	u64 cgroup_id;
	char *path;
	char *source;
	struct draft draft;
};

/**
 * struct stack - the layers
 * @layers: the layers, the outermost first
 * @nr: length of @layers
 * @inherited: the cgroup itself is not attached
 * @learnt: what the innermost attachment has learnt; NULL: not asked
 */
struct stack {
	struct stack_layer *layers;
	unsigned int nr;
	bool inherited;
	struct learnt *learnt;
};

/*
 * Read the layers of a cgroup, see layers_read(). Returns 0, or an exit status
 * after an error. The caller frees the stack in either case.
 */
int stack_read(struct stack *stack, const char *cgroup);

/* The same for files and personalities, the outermost first. */
int stack_read_policies(struct stack *stack, char **sources, unsigned int nr);

void stack_free(struct stack *stack);

/* Does a layer take part in the answer, or does it only audit or record? */
bool stack_enforces(const struct stack_layer *layer);

/* "layer 2 of 3: /web.slice, personality web", with the number @i + 1. */
void stack_print_layer(const struct stack *stack, unsigned int i);

/* "", or ", which only audits": what is to be said of a layer's mode. */
const char *stack_remark(const struct stack_layer *layer);

/* The layer, as members of the open JSON object. */
void stack_json_layer(const struct stack_layer *layer);

/*
 * Find the layer whose providers serve, and the policy that names the network
 * namespace, or NULL: as persock_view_get() of the module chooses them.
 */
void stack_find_server(const struct stack *stack, unsigned int *server,
		       const struct draft **network);

#endif
