/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Batches of an operation, and what they cost in instructions: in a machine
 * whose time stamp counter counts them (QEMU's -icount shift=0).
 */
#ifndef SELFTESTS_BENCH_BATCH_H
#define SELFTESTS_BENCH_BATCH_H

#include <stdint.h>
#include <stdlib.h>
#include <x86intrin.h>

#define BATCHES		21

static inline uint64_t now(void)
{
	_mm_lfence();
	return __rdtsc();
}

static inline int compare_batches(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The first is the least then, and the one in the middle the median. */
static inline void sort_batches(uint64_t batches[BATCHES])
{
	qsort(batches, BATCHES, sizeof(*batches), compare_batches);
}

#endif /* SELFTESTS_BENCH_BATCH_H */
