// SPDX-License-Identifier: GPL-2.0
/*
 * persock fmt: formats policy files. main.c calls it. The module is not needed.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fold.h"
#include "base/replacement.h"
#include "base/text.h"
#include "command/commands.h"
#include "policy_file/format.h"

/* Keep the owner and mode of the file. Only root can give a file away. */
static bool write_as(FILE *file, const struct stat *old, const char *text)
{
	int fd = fileno(file);

	return (!fchown(fd, old->st_uid, old->st_gid) || errno == EPERM) &&
	       !fchmod(fd, old->st_mode & 07777) && fputs(text, file) >= 0;
}

static int replace(const char *path, const char *text)
{
	struct replacement replacement;
	char *real = realpath(path, NULL);
	struct stat old;
	bool good;

	good = real && !stat(real, &old) &&
	       replacement_begin(&replacement, real);
	if (good)
		good = replacement_end(&replacement,
				       write_as(replacement.file, &old, text));
	if (!good)
		report_error("%s: cannot be written (%s)", path, strerror(errno));
	free(real);

	return good ? 0 : EXIT_FAILURE;
}

static bool is_json(const char *path)
{
	size_t length = strlen(path);

	return length > 5 && !strcmp(path + length - 5, ".json");
}

/* @changes: set if the file is not formatted. */
static int format_file(const char *path, bool check, bool *changes)
{
	bool from_stdin = !strcmp(path, "-"), differs;
	struct yaml yaml;
	char *text = NULL;
	int status = EXIT_FAILURE;

	if (is_json(path))
		return report_error("%s: is JSON, and would be YAML", path);
	if (yaml_open(&yaml, path))
		text = format(&yaml);
	if (text) {
		differs = strlen(text) != yaml.length ||
			  memcmp(text, yaml.text, yaml.length);
		status = 0;
		if (differs && check) {
			*changes = true;
			text_print(stdout, yaml.path);
			puts(": is not formatted");
		} else if (from_stdin && !check) {
			fold_choose(stdout, FOLD_NEVER);
			fputs(text, stdout);
			fold_choose(stdout, FOLD_TEXT);
		} else if (differs) {
			status = replace(path, text);
		}
	}
	free(text);
	yaml_close(&yaml);

	return status;
}

int fmt_command(int argc, char **argv)
{
	static const struct option options[] = {
		{ "check",	no_argument, NULL, 'c' },
		{ "json",	no_argument, NULL, 'j' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ }
	};
	bool check = false, changes = false;
	int option, status = 0;

	while ((option = getopt_long(argc, argv, ":j", options, NULL)) >= 0) {
		switch (option) {
		case 'c':
			check = true;
			break;
		case 'j':
		case 'p':
			break;
		default:
			return option_error(option, argv);
		}
	}
	if (optind == argc)
		return usage_error("fmt needs a policy file, or - for the standard input: persock fmt FILE...");
	for (; optind < argc; optind++)
		status |= format_file(argv[optind], check, &changes);

	return status || changes ? EXIT_FAILURE : 0;
}
