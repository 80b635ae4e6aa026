// SPDX-License-Identifier: GPL-2.0
/*
 * persock diff: how do policy files differ from the loaded personalities? main.c
 * calls it.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "command/arguments.h"
#include "command/commands.h"
#include "command/difference.h"
#include "command/local_names.h"
#include "command/policy_set.h"
#include "command/source.h"
#include "wire/netlink.h"
#include "wire/personality.h"
#include "wire/policy.h"

static int print(const struct policy *policy, const struct draft *loaded,
		 bool differs)
{
	if (json_wanted) {
		json_start(stdout);
		json_object(NULL);
		json_string("file", policy->path);
		json_string("personality", policy->draft.name);
		json_bool("differs", differs);
		json_object_end();
		json_finish();
		return 0;
	}
	if (!differs)
		return 0;
	if (difference_same_text(loaded, policy)) {
		text_print(stdout, policy->path);
		puts(": only numbers of lines differ, or a network namespace");
		return 0;
	}

	return difference_print(loaded, policy) ? 0 : EXIT_FAILURE;
}

/* Returns 0, or the exit status: 1 also if they differ, as that of diff(1). */
static int compare(struct netlink *nl, const struct policy *policy)
{
	struct draft loaded;
	bool differs;
	int status;

	if (policy_read(nl, policy->draft.name, &loaded)) {
		status = personality_error(nl, policy->draft.name);
	} else {
		differs = difference(&loaded, policy);
		status = print(policy, &loaded, differs);
		if (!status && differs)
			status = EXIT_FAILURE;
	}
	draft_free(&loaded);

	return status;
}

static int compare_all(const struct folder *folder)
{
	struct netlink nl;
	unsigned int i;
	int status;

	status = netlink_open(&nl);
	if (status)
		return status;
	for (i = 0; i < folder->nr_policies; i++) {
		if (compare(&nl, &folder->policies[i]))
			status = EXIT_FAILURE;
	}
	netlink_close(&nl);

	return status;
}

/* A file that need not say which personality it is about. */
static int compare_named(const char *file, const char *name)
{
	struct policy policy = { .path = (char *)source_name(file) };
	struct folder one = { .policies = &policy, .nr_policies = 1 };
	int status = EXIT_FAILURE;

	if (source_file(&policy.draft, file)) {
		snprintf(policy.draft.name, sizeof(policy.draft.name), "%s",
			 name);
		status = local_names_add(&policy.draft, policy.path);
		if (!status)
			status = compare_all(&one);
	}
	draft_free(&policy.draft);

	return status;
}

static int compare_set(char *const *paths, int nr)
{
	struct folder folder;
	int status = EXIT_FAILURE;

	if (policy_set_read(&folder, paths, nr))
		status = compare_all(&folder);
	folder_free(&folder);

	return status;
}

int diff_command(int argc, char **argv)
{
	int status, i;

	status = command_options(argc, argv);
	if (status)
		return status;
	if (optind == argc)
		return usage_error("diff needs a policy file: persock diff FILE [NAME], or persock diff FILE|FOLDER...");
	/* A last argument that is no file is a name. */
	if (argc - optind == 2 && !source_is_file(argv[optind + 1])) {
		status = command_check_name("personality", argv[optind + 1]);
		return status ? status : compare_named(argv[optind],
						       argv[optind + 1]);
	}
	for (i = optind + 1; i < argc; i++) {
		if (!source_is_file(argv[i]))
			return usage_error("diff takes one policy file and a name, or files: \"%s\" is none, and a folder is specified as \"./%s\"",
					   argv[i], argv[i]);
	}

	return compare_set(argv + optind, argc - optind);
}
