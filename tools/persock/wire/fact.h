/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recorded facts of an attachment. The command record calls it.
 */
#ifndef _PERSOCK_WIRE_FACT_H
#define _PERSOCK_WIRE_FACT_H

#include <stdint.h>

#include "wire/netlink.h"

struct fact;

/**
 * struct record - what an attachment has recorded
 * @facts: the facts, the oldest first
 * @nr: length of @facts
 * @lost: number of calls whose fact was not kept
 */
struct record {
	struct fact *facts;
	unsigned int nr;
	uint64_t lost;
};

/* 0, or an exit status with a report if the module is older than mode record. */
int record_known(const struct netlink *nl);

/* Read the record of a cgroup. Returns 0, or an exit status after an error. */
int record_read(struct netlink *nl, uint64_t cgroup, struct record *record);

void record_free(struct record *record);

#endif
