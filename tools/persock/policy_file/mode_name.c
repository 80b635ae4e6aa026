// SPDX-License-Identifier: GPL-2.0
/*
 * The table of the names of modes. The parser, and whatever prints a policy, use
 * it.
 */
#include "policy_file/mode_name.h"

#include <string.h>

static const char *const names[] = {
	[PERSOCK_MODE_ENFORCE]	= "enforce",
	[PERSOCK_MODE_AUDIT]	= "audit",
	[PERSOCK_MODE_RECORD]	= "record",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == PERSOCK_MODE_RECORD + 1,
	       "name each of the modes");

#define NR_NAMES	(sizeof(names) / sizeof(names[0]))

const char *mode_name(enum persock_mode mode)
{
	return names[mode < NR_NAMES ? mode : PERSOCK_MODE_ENFORCE];
}

bool mode_find(const char *name, enum persock_mode *mode)
{
	unsigned int i;

	for (i = 0; i < NR_NAMES; i++) {
		if (strcmp(name, names[i]))
			continue;
		*mode = i;
		return true;
	}

	return false;
}
