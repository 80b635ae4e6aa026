/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The number of verdicts for each operation, of a personality or an attachment.
 * attachment.c calls it, and personality.c and the command show for those of
 * personalities.
 */
#ifndef _PERSOCK_WIRE_COUNTERS_H
#define _PERSOCK_WIRE_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <linux/netlink.h>

/* More operations than any module has; others are not shown. */
#define COUNTERS_MAX	64

struct counter {
	bool present;
	uint64_t allowed;
	uint64_t ignored;
	uint64_t denied;
	uint64_t audited;	/* allowed in mode audit, otherwise denied */
};

struct counters {
	struct counter of[COUNTERS_MAX];	/* by enum persock_operation */
};

/* "create" for PERSOCK_OP_CREATE; "operation-N" for one without a name. */
const char *operation_name(unsigned int operation);

/* How many operations have a name. */
unsigned int operation_count(void);

/* Add the counter of a PERSOCK_A_COUNTER attribute. */
void counters_parse(struct counters *counters, const struct nlattr *nest);

/* Print a table with @indent blanks before each line of a used operation. */
void counters_print(FILE *stream, const struct counters *counters, int indent);

/* Print a member "counters" of the open JSON object. */
void counters_json(const struct counters *counters);

#endif
