/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Batches of an operation, and what they cost in instructions: in a machine
 * whose virtual time is their number (QEMU's -icount shift=0).
 */
#ifndef SELFTESTS_BENCH_BATCH_H
#define SELFTESTS_BENCH_BATCH_H

#include <stdint.h>
#include <stdlib.h>
#ifdef __x86_64__
#include <x86intrin.h>
#endif

#define BATCHES		21

#if defined(__x86_64__)
static inline uint64_t now(void)
{
	_mm_lfence();
	return __rdtsc();
}
#elif defined(__aarch64__)
/* The timer's ticks, which are of some sixteen instructions each there. */
static inline uint64_t now(void)
{
	uint64_t ticks;

	asm volatile("isb; mrs %0, cntvct_el0" : "=r" (ticks) : : "memory");
	return ticks;
}
#endif

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
