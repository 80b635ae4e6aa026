// SPDX-License-Identifier: GPL-2.0
/*
 * Reads policies of several files and folders. The commands apply and diff call
 * it.
 */
#include "command/policy_set.h"

#include "command/local_names.h"
#include "command/source.h"

bool policy_set_read(struct folder *folder, char *const *paths, int nr)
{
	bool good = true;
	unsigned int i;
	int path;

	*folder = (struct folder){ 0 };
	/* Report the errors of all files at once. */
	for (path = 0; path < nr; path++)
		good &= folder_add(folder, paths[path], source_base);
	/* Before policies are compared with what is loaded. */
	for (i = 0; i < folder->nr_policies && good; i++) {
		struct policy *policy = &folder->policies[i];

		good = !local_names_add(&policy->draft, policy->path);
	}

	return good;
}
