// SPDX-License-Identifier: GPL-2.0
/*
 * Reads options and checks names that commands have in common. The commands
 * call it.
 */
#include "command/arguments.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <linux/persock.h>

#include "base/error.h"
#include "base/json.h"

int command_options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json",	no_argument, NULL, 'j' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ }
	};
	int option;

	while ((option = getopt_long(argc, argv, ":j", options, NULL)) >= 0) {
		switch (option) {
		case 'j':
		case 'p':
			json_choose(option);
			break;
		default:
			return option_error(option, argv);
		}
	}
	return 0;
}

int command_check_name(const char *what, const char *name)
{
	size_t good = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz"
				   "0123456789._-");

	if (!*name)
		return usage_error("the name of a %s cannot be empty", what);
	if (name[good])
		return usage_error("the name of a %s consists of letters, digits, '.', '_' and '-', and \"%s\" has something else",
				   what, name);
	if (name[0] == '-')
		return usage_error("the name of a %s does not begin with '-', as \"%s\" does",
				   what, name);
	if (good > PERSOCK_NAME_MAX)
		return usage_error("the name of a %s has at most %d characters, and \"%s\" has %zu",
				   what, PERSOCK_NAME_MAX, name, good);
	return 0;
}

/* A decimal number of at least 1. */
int count_option(const char *text, uint64_t *count)
{
	char *rest;

	errno = 0;
	*count = strtoull(text, &rest, 10);
	if (*text < '0' || *text > '9' || *rest || errno || !*count)
		return usage_error("--count takes a number of at least 1, not \"%s\"",
				   text);

	return 0;
}

int provider_names_add(struct provider_names *names, const char *name)
{
	const char **more;
	int status;

	status = command_check_name("provider", name);
	if (status)
		return status;
	more = reallocarray(names->name, names->count + 1, sizeof(*more));
	if (!more)
		return report_error("out of memory");
	names->name = more;
	names->name[names->count++] = name;
	return 0;
}
