/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fixture of tests that try the roads around a policy. A test begins under
 * a policy that allows everything, and tells its own when it has prepared what
 * it needs; ungoverned, telling one does nothing.
 */
#ifndef SELFTESTS_ROADS_H
#define SELFTESTS_ROADS_H

#include <stdio.h>
#include <stdlib.h>

#include "harness.h"
#include "policy.h"

FIXTURE(road)
{
	enum govern_id id;
	bool free;		/* nothing governs */
};

FIXTURE_VARIANT(road)
{
	enum govern_id id;
};

FIXTURE_VARIANT_ADD(road, ungoverned)
{
	.id = UNGOVERNED,
};

FIXTURE_VARIANT_ADD(road, native)
{
	.id = NATIVE,
};

FIXTURE_VARIANT_ADD(road, hostinet)
{
	.id = HOSTINET,
};

FIXTURE_SETUP(road)
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

FIXTURE_TEARDOWN(road)
{
}

/* What a governed call answers; the same call ungoverned succeeds. */
#define REFUSED(err) (self->free ? 0 : -(err))

/* @modules are loaded before anything is governed, up to the first NULL. */
static inline int roads_main(int argc, char **argv, const char *const *modules)
{
	char command[128];

	for (; *modules; modules++) {
		snprintf(command, sizeof(command), "modprobe -q %s", *modules);
		/* Without it an ungoverned variant fails, and tells which. */
		if (system(command))
			fprintf(stderr, "# there is no %s\n", *modules);
	}
	govern_prepare(1 << NATIVE | 1 << HOSTINET);

	return test_harness_run(argc, argv);
}

#endif /* SELFTESTS_ROADS_H */
