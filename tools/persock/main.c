// SPDX-License-Identifier: GPL-2.0
/*
 * persock, the command line tool: see persock(8). It reads the options before
 * the command, and calls the function of the command.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/word.h"
#include "command/commands.h"
#include "help.h"

#define VERSION	"0.1.0"

static int help_command(int argc, char **argv);

static const struct command {
	const char *name;
	int (*function)(int argc, char **argv);
} commands[] = {
	{ "status",		status_command },
	{ "doctor",		doctor_command },
	{ "attach",		attach_command },
	{ "detach",		detach_command },
	{ "personality",	personality_command },
	{ "show",		show_command },
	{ "check",		check_command },
	{ "fmt",		fmt_command },
	{ "diff",		diff_command },
	{ "keys",		keys_command },
	{ "explain",		explain_command },
	{ "names",		names_command },
	{ "monitor",		monitor_command },
	{ "why",		why_command },
	{ "counters",		counters_command },
	{ "sockets",		sockets_command },
	{ "top",		top_command },
	{ "metrics",		metrics_command },
	{ "record",		record_command },
	{ "run",		run_command },
	{ "apply",		apply_command },
	{ "oci-hook",		oci_hook_command },
	{ "help",		help_command },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int no_command(const char *name)
{
	const char *words[NR_COMMANDS], *like;
	size_t i;

	for (i = 0; i < NR_COMMANDS; i++)
		words[i] = commands[i].name;
	like = word_like(words, NR_COMMANDS, name);
	if (like)
		return usage_error("there is no command \"%s\": did you mean \"%s\"?",
				   name, like);
	return usage_error("there is no command \"%s\"; \"persock help\" lists them",
			   name);
}

static int help_command(int argc, char **argv)
{
	if (argc > 2)
		return usage_error("help takes one command, not also \"%s\"",
				   argv[2]);
	if (argc < 2)
		help_print_all();
	else if (!help_print(argv[1]))
		return no_command(argv[1]);
	return 0;
}

static int dispatch(int argc, char **argv)
{
	size_t i;

	for (i = 0; i < NR_COMMANDS; i++) {
		if (strcmp(commands[i].name, argv[0]))
			continue;
		if (argc > 1 && (!strcmp(argv[1], "--help") ||
				 !strcmp(argv[1], "-h")))
			return help_command(2, (char *[]){ argv[1], argv[0] });
		/* 0 makes getopt() start anew. */
		optind = 0;
		return commands[i].function(argc, argv);
	}
	return no_command(argv[0]);
}

/* The name under which the tool is an OCI runtime, with a command line of its own. */
static bool is_runtime(const char *name)
{
	const char *slash = strrchr(name, '/');

	return !strcmp(slash ? slash + 1 : name, "persock-runtime");
}

/*
 * The version of the output in JSON is raised when a member goes or gets another
 * meaning, and is part of the names of the schemas.
 */
static void print_version(void)
{
	if (!json_wanted) {
		puts("persock " VERSION);
		return;
	}
	json_start(stdout);
	json_object(NULL);
	json_string("version", VERSION);
	json_u64("json", 1);
	json_object_end();
	json_finish();
}

/* A failed write is an error, also of a command that has failed. */
static int finish(int status)
{
	int written = 0;

	if (fflush(stdout) || ferror(stdout))
		written = report_error("cannot write the output (%s)",
				       strerror(errno));
	return status ? status : written;
}

/*
 * If a standard stream is closed, another file must not get its number and what
 * is written to it: writing fails, as it would. A command that is run finds the
 * stream closed.
 */
static void keep_standard_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json",	no_argument, NULL, 'j' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ "version",	no_argument, NULL, 'V' },
		{ "help",	no_argument, NULL, 'h' },
		{ }
	};
	int option;

	keep_standard_streams();
	if (argc && is_runtime(argv[0]))
		return oci_runtime_command(argc, argv);
	fold_begin();
	opterr = 0;
	while ((option = getopt_long(argc, argv, "+:jVh", options,
				     NULL)) >= 0) {
		switch (option) {
		case 'j':
		case 'p':
			json_choose(option);
			break;
		case 'V':
			print_version();
			return finish(0);
		case 'h':
			return finish(help_command(0, NULL));
		default:
			return option_error(option, argv);
		}
	}
	if (optind == argc)
		return usage_error("a command is needed; \"persock help\" lists them");

	return finish(dispatch(argc - optind, argv + optind));
}
