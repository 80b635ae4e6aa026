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
"  status                              check governance, list attachments\n"
"  doctor                              check whether this machine can run persock\n"
"  attach [--delegate none|full] CGROUP PERSONALITY\n"
"                                      govern the sockets created in CGROUP\n"
"  detach CGROUP | id:N | --all        end an attachment, or all of them\n"
"  personality add FILE [NAME]         load a policy file: persock-policy(5)\n"
"  personality set FILE [NAME]         replace the policy of a personality\n"
"  personality add|set NAME --base BASE [--provider PROVIDER]...\n"
"  personality show [NAME]             show the policy of one, or list all\n"
"  personality del NAME                delete a personality\n"
"  show FILE|PERSONALITY               show a complete policy\n"
"  show --effective CGROUP | POLICY POLICY...\n"
"                                      show all layers of a cgroup, or policies as layers\n"
"  check [FILE]                        check whether a policy file is valid\n"
"  keys                                list and explain the keys of policy files\n"
"  explain FILE|PERSONALITY... -- OPERATION [ARGUMENT]...\n"
"                                      show the verdict of a policy, and its line\n"
"  explain --cgroup CGROUP -- OPERATION [ARGUMENT]...\n"
"                                      show the verdict of each layer of a cgroup\n"
"  names [CGROUP | id:N]               list the addresses that were learnt for host names\n"
"  names add CGROUP HOST ADDRESS [TTL] add one\n"
"  names del CGROUP [HOST] [ADDRESS]   remove those of a host, an address, or all\n"
"  monitor [--count N] [--ignored] [--names]\n"
"                                      report calls as they are denied\n"
"  counters [CGROUP | id:N]            count allowed, ignored and denied calls\n"
"  run -p PERSONALITY [--provider PROVIDER]... [--counters] [--report]\n"
"      -- COMMAND [ARGUMENT]...        run a command under a personality\n"
"  record [-p BASE] [-o FILE] [--merge FILE] [--generalise ports,prefixes,wildcards]\n"
"      -- COMMAND [ARGUMENT]...        run a command, and write a policy that allows what it did\n"
"  record [OPTION]... [--for TIME] CGROUP\n"
"                                      the same for what runs in a cgroup\n"
"  apply [--dry-run] [--prune] FOLDER  load the policies of a folder, and attach\n"
"  oci-hook                            attach a container: createRuntime hook\n"
"  help                                write this text\n"
"\n"
"  -j, --json      write JSON\n"
"  -p, --pretty    write JSON with line breaks\n"
"  -V, --version   write the version of this tool\n"
"\n"
"Exit status: 0 for success, 1 for an error, 2 for bad usage. For run and\n"
"record: that of the command, 126 if it cannot be executed, 127 if it does not\n"
"exist, 128 + N if signal N killed it.\n";

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
	{ "names",		names_command },
	{ "monitor",		monitor_command },
	{ "counters",		counters_command },
	{ "record",		record_command },
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
		/* 0 makes getopt() start anew. */
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

/* A failed write is an error. */
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
