/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes a policy that was made of recorded facts. record.c calls it.
 */
#ifndef _PERSOCK_COMMAND_RECORD_FILE_H
#define _PERSOCK_COMMAND_RECORD_FILE_H

#include <stdint.h>
#include <stdio.h>

#include "policy_file/draft_print.h"

struct recorded;

/**
 * struct record_file - how a policy is written
 * @recorded: the policy, and its facts
 * @what: what was recorded: the name of the command or cgroup
 * @begun: when the recording began, in nanoseconds of CLOCK_BOOTTIME
 * @lost: number of calls whose fact was not kept
 * @extent: what of the policy is written
 */
struct record_file {
	const struct recorded *recorded;
	const char *what;
	uint64_t begun;
	uint64_t lost;
	enum draft_extent extent;
};

/* Write the file. */
void record_file_write(const struct record_file *file, FILE *stream);

/* Print the lines of what was added on stderr. */
void record_file_difference(const struct record_file *file);

/* Warn of what the policy cannot say. */
void record_file_warn(const struct record_file *file);

#endif
