// SPDX-License-Identifier: GPL-2.0
/*
 * persock apply: makes the loaded personalities and the attachments equal to
 * policy files and folders, once or whenever a folder changes. main.c calls it.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/json.h"
#include "command/apply_watch.h"
#include "command/change_set.h"
#include "command/commands.h"
#include "command/policy_set.h"

/**
 * struct apply - the command line
 * @set: what is done
 * @watch: again whenever the folder changes
 * @metrics: the file for metrics, or NULL
 * @paths: files and folders
 * @nr: length of @paths
 */
struct apply {
	struct change_set set;
	bool watch;
	const char *metrics;
	char **paths;
	int nr;
};

static bool is_folder(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISDIR(status.st_mode);
}

static int run(struct apply *apply)
{
	struct folder folder;
	int status = EXIT_FAILURE;

	if (!policy_set_read(&folder, apply->paths, apply->nr))
		goto free;
	apply->set.out = stdout;
	if (json_wanted) {
		json_start(stdout);
		json_object(NULL);
		json_bool("dry_run", apply->set.dry);
		json_array("changes");
	}
	status = change_set_make(&apply->set, &folder);
	if (json_wanted) {
		json_array_end();
		json_object_end();
		json_finish();
	}
free:
	folder_free(&folder);

	return status;
}

static int parse_options(struct apply *apply, int argc, char **argv)
{
	static const struct option options[] = {
		{ "dry-run",	no_argument, NULL, 'n' },
		{ "prune",	no_argument, NULL, 'r' },
		{ "watch",	no_argument, NULL, 'w' },
		{ "metrics",	required_argument, NULL, 'm' },
		{ "json",	no_argument, NULL, 'j' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ }
	};
	int option;

	while ((option = getopt_long(argc, argv, ":nj", options, NULL)) >= 0) {
		switch (option) {
		case 'n':
			apply->set.dry = true;
			break;
		case 'r':
			apply->set.prune = true;
			break;
		case 'w':
			apply->watch = true;
			break;
		case 'm':
			apply->metrics = optarg;
			break;
		case 'j':
		case 'p':
			json_choose(option);
			break;
		default:
			return option_error(option, argv);
		}
	}
	apply->paths = argv + optind;
	apply->nr = argc - optind;

	return 0;
}

static int check(const struct apply *apply)
{
	int i;

	if (!apply->nr)
		return usage_error("apply needs policy files or a folder: persock apply [--dry-run] FILE|FOLDER...");
	if (apply->watch && apply->nr > 1)
		return usage_error("apply --watch takes one folder, not also \"%s\"",
				   apply->paths[1]);
	if (apply->watch && apply->set.dry)
		return usage_error("apply takes --watch or --dry-run, not both");
	if (apply->metrics && !apply->watch)
		return usage_error("apply --metrics is for --watch");
	for (i = 0; i < apply->nr; i++) {
		if (is_folder(apply->paths[i]))
			continue;
		if (apply->watch)
			return report_error("%s: is no folder, and only folders are watched",
					    apply->paths[i]);
		if (apply->set.prune)
			return usage_error("apply --prune is for folders, and \"%s\" is none: it would remove whatever the file does not list",
					   apply->paths[i]);
	}

	return 0;
}

int apply_command(int argc, char **argv)
{
	struct apply apply = { .watch = false };
	int status;

	status = parse_options(&apply, argc, argv);
	if (!status)
		status = check(&apply);
	if (status)
		return status;

	return apply.watch ? apply_watch(apply.paths[0], apply.set.prune,
					 apply.metrics) : run(&apply);
}
