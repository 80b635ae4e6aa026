/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fixture of tests whose outcome is the same under every provider, as long
 * as the policy allows everything: what the kernel does without persock.
 */
#ifndef SELFTESTS_SAME_H
#define SELFTESTS_SAME_H

#include "harness.h"

FIXTURE(same) {
};

GOVERNED_VARIANTS(same, NATIVE, HOSTINET);

FIXTURE_SETUP(same)
{
	govern_setup(_metadata, variant->id);
}

FIXTURE_TEARDOWN(same)
{
}

static inline int same_main(int argc, char **argv)
{
	govern_prepare(1U << NATIVE | 1U << HOSTINET);
	return test_harness_run(argc, argv);
}

#endif /* SELFTESTS_SAME_H */
