/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's kselftest harness for tests with one variant per personality.
 *
 * Every fixture has the variant "ungoverned", the baseline: it shows that what
 * a personality refuses works without one, and that what a personality must
 * not change is what the kernel does. Ungoverned variants run without the
 * module too; the others are skipped then, with the reason.
 */
#ifndef SELFTESTS_HARNESS_H
#define SELFTESTS_HARNESS_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The debug kernel, by the variable that selftests/runner/vm/guest sets. */
static inline bool slow_kernel(void)
{
	const char *kernel = getenv("PERSOCK_KERNEL");

	return kernel && !strcmp(kernel, "debug");
}

/* The harness's limit on a test, as run_kselftest's on all of them. */
static inline unsigned int harness_alarm(unsigned int seconds)
{
	return alarm(slow_kernel() ? 4 * seconds : seconds);
}

#define alarm(seconds) harness_alarm(seconds)
#include <kselftest_harness.h>
#undef alarm

#include "govern.h"

/* An emulated machine is some twenty times slower than a real one. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 120

/* The variants of a fixture: ungoverned, and governed with each provider. */
#define GOVERNED_VARIANTS(fixture, by_native, by_hostinet)		\
	FIXTURE_VARIANT(fixture) {					\
		enum govern_id id;					\
	};								\
									\
	FIXTURE_VARIANT_ADD(fixture, ungoverned) {			\
		.id = UNGOVERNED,					\
	};								\
									\
	FIXTURE_VARIANT_ADD(fixture, native) {				\
		.id = by_native,					\
	};								\
									\
	FIXTURE_VARIANT_ADD(fixture, hostinet) {			\
		.id = by_hostinet,					\
	}

/* Run the rest of this test, which has its own process, under @id. */
static inline void govern_setup(struct __test_metadata *_metadata,
				enum govern_id id)
{
	const char *problem;
	bool absent;

	problem = govern_problem(id, &absent);
	if (problem && absent)
		SKIP(return, "%s", problem);
	ASSERT_EQ(NULL, problem)
		TH_LOG("%s", problem);
	ASSERT_EQ(0, govern_enter(id));
}

#endif /* SELFTESTS_HARNESS_H */
