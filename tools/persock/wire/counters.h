/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verdicts counted per operation, as a personality or an attachment has
 * them. attachment.c calls it, and personality.c and the command show for
 * those of personalities.
 */
#ifndef _PERSOCK_WIRE_COUNTERS_H
#define _PERSOCK_WIRE_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <linux/netlink.h>

/* More than any module has today; one with more would show fewer of them. */
#define COUNTERS_MAX	64

struct counter {
	bool present;
	uint64_t allowed;
	uint64_t ignored;
	uint64_t denied;
	uint64_t audited;	/* allowed, as the mode is audit; else denied */
};

struct counters {
	struct counter of[COUNTERS_MAX];	/* by enum persock_operation */
};

/* "create" for PERSOCK_OP_CREATE; "operation-N" where there is no name for it. */
const char *operation_name(unsigned int operation);

/* Add what a PERSOCK_A_COUNTER attribute tells. */
void counters_parse(struct counters *counters, const struct nlattr *nest);

/* A table, each line behind @indent blanks; operations never used are left out. */
void counters_print(FILE *stream, const struct counters *counters, int indent);

/* A member "counters" of the JSON object that is open. */
void counters_json(const struct counters *counters);

#endif
