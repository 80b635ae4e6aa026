// SPDX-License-Identifier: GPL-2.0
/*
 * Is a policy file valid? Nothing is told to the module.
 */
#include <getopt.h>
#include <stdio.h>

#include "command.h"
#include "complain.h"
#include "explain.h"
#include "json.h"
#include "source.h"
#include "text.h"
#include "ways.h"

/* To a person, who may have meant it: the file is valid. */
static void warn(const struct way_left *way, void *data)
{
	fputs("persock: ", stderr);
	text_print(stderr, data);
	fprintf(stderr, ":%u: warning: %s is denied, but %s does much the same and is allowed\n",
		way->line, way->denied, way->left);
}

static void warn_json(const struct way_left *way, void *data)
{
	(void)data;
	json_object(NULL);
	json_u64("line", way->line);
	json_string("denied", way->denied);
	json_string("allowed", way->left);
	json_object_end();
}

static void tell(const struct draft *draft, const char *path)
{
	unsigned int rules = draft_rules(draft);
	bool audit = draft->policy.mode == PERSOCK_MODE_AUDIT;

	if (json_wanted) {
		json_start(stdout);
		json_object(NULL);
		json_string("file", path);
		json_string("name", draft->name);
		json_string("base", draft->base);
		json_string("mode", audit ? "audit" : "enforce");
		json_u64("rules", rules);
		json_array("warnings");
		ways_left(draft, warn_json, NULL);
		json_array_end();
		json_object_end();
		json_finish();
		return;
	}
	ways_left(draft, warn, (void *)path);
	text_print(stdout, path);
	fputs(": valid, ", stdout);
	if (*draft->name)
		printf("personality \"%s\", ", draft->name);
	printf("%u %s%s\n", rules, rules == 1 ? "rule" : "rules",
	       audit ? ", mode audit: nothing is denied" : "");
}

int check_command(int argc, char **argv)
{
	struct draft draft;
	const char *path;
	int status;
	bool good;

	status = command_options(argc, argv);
	if (status)
		return status;
	if (argc - optind > 1)
		return misuse("check takes one file, not also \"%s\"",
			      argv[optind + 1]);
	path = optind < argc ? argv[optind] : "-";
	good = source_file(&draft, path);
	if (good)
		tell(&draft, source_name(path));
	draft_free(&draft);

	return good ? 0 : EXIT_REFUSED;
}
