// SPDX-License-Identifier: GPL-2.0
/*
 * persock diff: how does a policy file differ from the loaded personality? main.c
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

static int compare(const struct policy *policy)
{
	struct draft loaded;
	struct netlink nl;
	int status, answer;

	status = netlink_open(&nl);
	if (status)
		return status;
	if (policy_read(&nl, policy->draft.name, &loaded)) {
		status = personality_error(&nl, policy->draft.name);
	} else {
		answer = difference(&loaded, policy);
		status = answer < 0 ? EXIT_FAILURE :
				      print(policy, &loaded, answer);
		/* As by diff(1): something would change. */
		if (!status && answer)
			status = EXIT_FAILURE;
	}
	draft_free(&loaded);
	netlink_close(&nl);

	return status;
}

int diff_command(int argc, char **argv)
{
	struct policy policy = { 0 };
	const char *name;
	int status;

	status = command_options(argc, argv);
	if (status)
		return status;
	if (optind == argc)
		return usage_error("diff needs a policy file: persock diff FILE [NAME]");
	if (argc - optind > 2)
		return usage_error("diff takes a policy file and one name, not also \"%s\"",
				   argv[optind + 2]);
	name = argv[optind + 1];
	if (name)
		status = command_check_name("personality", name);
	if (status)
		return status;

	policy.path = (char *)source_name(argv[optind]);
	status = EXIT_FAILURE;
	if (!source_file(&policy.draft, argv[optind]))
		goto free;
	if (name)
		snprintf(policy.draft.name, sizeof(policy.draft.name), "%s", name);
	if (!*policy.draft.name)
		report_error("%s: the key \"personality\" is missing, and no name is specified",
			     policy.path);
	else if (!local_names_add(&policy.draft, policy.path))
		status = compare(&policy);
free:
	draft_free(&policy.draft);

	return status;
}
