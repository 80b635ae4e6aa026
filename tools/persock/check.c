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
		json_object_end();
		json_finish();
		return;
	}
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
