// SPDX-License-Identifier: GPL-2.0
/*
 * persock personality: calls the function for its second word, and deletes
 * personalities itself. main.c calls it.
 */
#include <getopt.h>
#include <string.h>

#include "base/error.h"
#include "command/arguments.h"
#include "command/commands.h"
#include "command/personality_load.h"
#include "wire/netlink.h"
#include "wire/personality.h"

static int del_command(int argc, char **argv)
{
	struct netlink nl;
	int status;

	status = command_options(argc, argv);
	if (status)
		return status;
	if (optind == argc)
		return usage_error("personality del needs a name: persock personality del NAME");
	if (argc - optind > 1)
		return usage_error("personality del takes one name, not also \"%s\"",
				   argv[optind + 1]);
	status = command_check_name("personality", argv[optind]);
	if (status)
		return status;

	status = netlink_open(&nl);
	if (status)
		return status;
	status = personality_del(&nl, argv[optind]) ?
		 personality_error(&nl, argv[optind]) : 0;
	netlink_close(&nl);
	return status;
}

int personality_command(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : NULL;

	if (!verb)
		return usage_error("personality needs one of add, set, show and del");
	if (!strcmp(verb, "add") || !strcmp(verb, "set"))
		return personality_load_command(argc - 1, argv + 1);
	if (!strcmp(verb, "show"))
		return show_command(argc - 1, argv + 1);
	if (!strcmp(verb, "del"))
		return del_command(argc - 1, argv + 1);
	return usage_error("personality needs one of add, set, show and del, not \"%s\"",
			   verb);
}
