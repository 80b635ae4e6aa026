// SPDX-License-Identifier: GPL-2.0
/*
 * persock, the command line tool: see persock(8). It reads the options before
 * the command, and calls the function of the command.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/word.h"
#include "command/commands.h"

#define VERSION	"0.1.0"

static const char help[] =
"persock governs the sockets of the processes in a cgroup: persock(8)\n"
"\n"
"Usage: persock [-j | -p] COMMAND\n"
"\n"
"  status                              does governance hold, and for whom\n"
"  doctor                              what of this kernel and machine is in the way\n"
"  attach CGROUP PERSONALITY           govern the sockets created in CGROUP\n"
"  detach CGROUP | id:N | --all        end an attachment, or all of them\n"
"  personality add FILE [NAME]         load a policy file: persock-policy(5)\n"
"  personality set FILE [NAME]         replace the policy of a personality\n"
"  personality add|set NAME --base BASE [--provider PROVIDER]...\n"
"  personality show [NAME]             the policy of one, or the list of all\n"
"  personality del NAME\n"
"  show FILE|PERSONALITY               a policy in full\n"
"  check [FILE]                        is a policy file valid\n"
"  keys                                the keys of policy files, each explained\n"
"  explain FILE|PERSONALITY -- OPERATION [ARGUMENT]...\n"
"                                      what a policy says of it, and which line\n"
"  monitor [--count N] [--ignored]     what is denied, and ignored, as it happens\n"
"  counters [CGROUP | id:N]            what was allowed, ignored and denied\n"
"  run -p PERSONALITY [--provider PROVIDER]... [--counters]\n"
"      -- COMMAND [ARGUMENT]...        run a command under a personality\n"
"  apply [--dry-run] [--prune] FOLDER  load what a folder says, and attach\n"
"  oci-hook                            attach a container: createRuntime hook\n"
"  help\n"
"\n"
"  -j, --json      write JSON\n"
"  -p, --pretty    write JSON with line breaks\n"
"  -V, --version   write the version of this tool\n"
"\n"
"Exit status: 0, 1 when something was refused, 2 for bad usage; of run: the\n"
"command's, 126 when it cannot be executed, 127 when it does not exist and\n"
"128 + N when signal N killed it.\n";

static int help_command(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	fputs(help, stdout);
	return 0;
}

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
	{ "keys",		keys_command },
	{ "explain",		explain_command },
	{ "monitor",		monitor_command },
	{ "counters",		counters_command },
	{ "run",		run_command },
	{ "apply",		apply_command },
	{ "oci-hook",		oci_hook_command },
	{ "help",		help_command },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int dispatch(int argc, char **argv)
{
	const char *words[NR_COMMANDS], *like;
	size_t i;

	for (i = 0; i < NR_COMMANDS; i++) {
		words[i] = commands[i].name;
		if (strcmp(commands[i].name, argv[0]))
			continue;
		if (argc > 1 && !strcmp(argv[1], "--help"))
			return help_command(0, NULL);
		/* 0, not 1: getopt begins anew, whatever it did before. */
		optind = 0;
		return commands[i].function(argc, argv);
	}
	like = word_like(words, NR_COMMANDS, argv[0]);
	if (like)
		return usage_error("there is no command \"%s\": did you mean \"%s\"?",
				   argv[0], like);
	return usage_error("there is no command \"%s\"; \"persock help\" lists them",
			   argv[0]);
}

/* What is not written is no success. */
static int finish(int status)
{
	if ((fflush(stdout) || ferror(stdout)) && !status)
		return report_error("cannot write the output (%s)", strerror(errno));
	return status;
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

	opterr = 0;
	while ((option = getopt_long(argc, argv, "+:jpVh", options,
				     NULL)) >= 0) {
		switch (option) {
		case 'j':
		case 'p':
			json_choose(option);
			break;
		case 'V':
			puts("persock " VERSION);
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
