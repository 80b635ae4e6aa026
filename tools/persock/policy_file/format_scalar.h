/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prints a scalar of a policy file in the canonical style. format.c calls it.
 */
#ifndef _PERSOCK_POLICY_FILE_FORMAT_SCALAR_H
#define _PERSOCK_POLICY_FILE_FORMAT_SCALAR_H

#include <stdbool.h>
#include <stdio.h>
#include <yaml.h>

/* Not if it is a block of lines, which may have a comment of its own. */
bool format_can_scalar(const yaml_node_t *node);

/* Plain text stays plain, other text gets double quotes. */
void format_scalar(FILE *out, const yaml_node_t *node);

#endif
