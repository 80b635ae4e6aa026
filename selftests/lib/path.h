/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fixture of tests that try ways around a policy. A test begins under a
 * policy that allows everything, and sets its own when it has prepared what it
 * needs. Ungoverned, setting a policy does nothing.
 */
#ifndef SELFTESTS_PATH_H
#define SELFTESTS_PATH_H

#include <stdio.h>
#include <stdlib.h>

#include "harness.h"
#include "policy.h"

FIXTURE(path)
{
	enum govern_id id;
	bool free;		/* nothing governs */
};

GOVERNED_VARIANTS(path, NATIVE, HOSTINET);

FIXTURE_SETUP(path)
{
	self->id = variant->id;
	self->free = variant->id == UNGOVERNED;
	if (!self->free)
		ASSERT_EQ(0, policy_open());
	/* What the test before this one has left does not matter. */
	policy_begin_open(variant->id);
	ASSERT_EQ(0, policy_set());
	govern_setup(_metadata, variant->id);
}

FIXTURE_TEARDOWN(path)
{
}

/* What a governed call answers; the same call ungoverned succeeds. */
#define REFUSED(err) (self->free ? 0 : -(err))

/* @modules are loaded before anything is governed, up to the first NULL. */
static inline int path_main(int argc, char **argv, const char *const *modules)
{
	char command[128];

	for (; *modules; modules++) {
		snprintf(command, sizeof(command), "modprobe -q %s", *modules);
		/* Without it an ungoverned variant fails, and says which. */
		if (system(command))
			fprintf(stderr, "# there is no %s\n", *modules);
	}
	govern_prepare(1 << NATIVE | 1 << HOSTINET);

	return test_harness_run(argc, argv);
}

#endif /* SELFTESTS_PATH_H */
