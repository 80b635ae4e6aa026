// SPDX-License-Identifier: GPL-2.0
/*
 * persock why: the last denials of the caller's own attachment, for programs
 * without privileges. It needs no socket: its personality may refuse it one.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "base/moment.h"
#include "command/commands.h"
#include "wire/denial.h"
#include "wire/revealed.h"

static bool any;

/* Nothing is written before it is known that something is revealed. */
static void begin(void)
{
	if (json_wanted && !any) {
		json_start(stdout);
		json_array(NULL);
	}
	any = true;
}

static void print(const struct revealed *revealed)
{
	begin();
	if (json_wanted) {
		json_object(NULL);
		moment_json(revealed->time);
		denial_json_call(&revealed->denial);
		json_object_end();
		return;
	}
	moment_print(stdout, revealed->time);
	denial_print_call(stdout, &revealed->denial);
	putchar('\n');
}

static int parse_options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json",	no_argument, NULL, 'j' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ }
	};
	int option;

	while ((option = getopt_long(argc, argv, ":j", options, NULL)) >= 0) {
		if (option != 'j' && option != 'p')
			return option_error(option, argv);
		json_choose(option);
	}
	if (optind < argc)
		return usage_error("why takes no arguments, not \"%s\"",
				   argv[optind]);
	return 0;
}

int why_command(int argc, char **argv)
{
	int status = parse_options(argc, argv);

	if (status)
		return status;
	status = revealed_read(print);
	if (!status && json_wanted) {
		begin();
		json_array_end();
		json_finish();
	} else if (!status && !any) {
		fputs("persock: nothing was denied\n", stderr);
	}

	return status;
}
