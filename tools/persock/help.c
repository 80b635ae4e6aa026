// SPDX-License-Identifier: GPL-2.0
/*
 * The texts of persock help, of persock help COMMAND and of persock COMMAND
 * --help. main.c prints them.
 */
#include "help.h"

#include <stdio.h>
#include <string.h>

static const char head[] =
"persock governs the sockets of the processes in a cgroup: persock(8)\n"
"\n"
"Usage: persock [-j | --pretty] COMMAND\n"
"\n";

static const char tail[] =
"\n"
"  -j, --json      write JSON\n"
"      --pretty    write JSON with line breaks\n"
"  -V, --version   write the version of this tool\n"
"\n"
"\"persock help COMMAND\" explains the options of a command. A first policy:\n"
"    persock record -o FILE -- COMMAND   see what a program does\n"
"    persock apply FILE                  load that, and print the personality\n"
"    persock run -p PERSONALITY -- COMMAND\n"
"\n"
"Exit status: 0 for success, 1 for an error, 2 for bad usage. For run: that of\n"
"the command, 126 if it cannot be executed, 127 if it does not exist, 128 + N\n"
"if signal N killed it.\n";

/**
 * struct topic - a command
 * @command: its name
 * @usage: its lines: each a usage, or a tab and what it does, or both with the
 *	tab between them
 * @more: what the help on this command has besides
 */
static const struct topic {
	const char *command;
	const char *usage;
	const char *more;
} topics[] = {
	{ "status",
"status\tcheck governance, list attachments\n",
"The exit status is 1 if governance does not hold.\n" },
	{ "doctor",
"doctor\tcheck whether this machine can run persock\n",
"The module need not be loaded. The exit status is 1 if something is wrong.\n" },
	{ "attach",
"attach [--delegate none|full] CGROUP PERSONALITY\n"
"\tgovern the sockets created in CGROUP\n",
"  --delegate full   attached cgroups above do not govern its sockets\n"
"\n"
"Existing sockets are not affected: \"persock sockets CGROUP\" lists them.\n" },
	{ "detach",
"detach CGROUP | id:N | --all\tend an attachment, or all of them\n",
"  -a, --all         end all attachments\n"
"\n"
"Sockets stay governed until they are closed.\n" },
	{ "personality",
"personality add FILE [NAME]\tload a policy file: persock-policy(5)\n"
"personality set FILE [NAME]\treplace the policy of a personality\n"
"personality add|set NAME --base BASE [--provider PROVIDER]...\n"
"personality show [NAME]\tshow the policy of one, or list all\n"
"personality del NAME\tdelete a personality\n",
"  --base BASE           the policy of another personality\n"
"  --provider PROVIDER   instead of those of FILE or BASE; may be repeated\n"
"\n"
"FILE can be - for the standard input.\n" },
	{ "show",
"show FILE|PERSONALITY\tshow a complete policy\n"
"show --effective CGROUP | POLICY POLICY...\n"
"\tshow all layers, or policies as layers\n",
"  --effective       all layers, and the rules that no call reaches\n" },
	{ "check",
"check [FILE]\tcheck whether a policy file is valid\n",
"Nothing is loaded. Warnings are about rules that may not do what was meant.\n" },
	{ "fmt",
"fmt [--check] FILE...\tformat policy files, or check them\n",
"  --check           change nothing; exit with 1 if a file is not formatted\n"
"\n"
"FILE can be - : then the result is written to the standard output.\n" },
	{ "diff",
"diff FILE [NAME]\tcompare a file with what is loaded\n"
"diff FILE|FOLDER...\tthe same for several files\n",
"NAME is the personality, if it is not that of FILE. The exit status is 1 if\n"
"something would change.\n" },
	{ "keys",
"keys [--schema]\tlist the keys of policy files\n",
"  --schema          write the JSON Schema, for editors\n" },
	{ "explain",
"explain FILE|PERSONALITY... -- OPERATION [ARGUMENT]...\n"
"\tshow the verdict of a policy, and its line\n"
"explain --cgroup CGROUP -- OPERATION [ARGUMENT]...\n"
"\tshow the verdict of each layer of a cgroup\n",
"  --expect ANSWER   exit with 1 for another one than allow, deny, EPERM...\n"
"  --cgroup CGROUP   ask the layers that govern new sockets of a cgroup\n"
"  --family FAMILY   of the socket, if the verdict depends on it; inet if absent\n"
"  --type TYPE       of an AF_UNIX socket; stream if absent\n"
"  --peer PEER       where its peer was created: same, or the path of a cgroup\n"
"\n"
"Operations:\n"
"  socket FAMILY TYPE [PROTOCOL]       pair FAMILY TYPE [PROTOCOL]\n"
"  connect PROTOCOL ADDRESS:PORT       likewise sendto, bind, accept\n"
"  connect PROTOCOL HOST:PORT          likewise sendto\n"
"  connect unix PATH|@NAME|unnamed     likewise sendto, bind\n"
"  query HOST [TYPE]                   a DNS query\n"
"  listen                              mmap\n"
"  getsockopt LEVEL/NAME [LENGTH]      setsockopt LEVEL/NAME [LENGTH]\n"
"  send FLAG...                        recv FLAG...\n"
"  control LEVEL/NAME                  received-control LEVEL/NAME\n"
"  ioctl COMMAND\n"
"  -                                   read operations from the standard input\n" },
	{ "names",
"names [CGROUP | id:N]\tlist the addresses learnt for host names\n"
"names add CGROUP HOST ADDRESS [TTL]\tadd one\n"
"names del CGROUP [HOST] [ADDRESS]\tremove those of a host, an address, or all\n",
"TTL is a number of seconds. They count in the network namespace of the caller.\n" },
	{ "monitor",
"monitor [--cgroup CGROUP] [--personality NAME] [--operation OPERATION]\n"
"    [--count N] [--ignored] [--names] [--journal]\n"
"\treport calls as they are denied\n",
"  --cgroup CGROUP   only of an attached cgroup, and those below\n"
"  --personality NAME\n"
"                    only what this personality denies\n"
"  --operation OPERATION\n"
"                    only this operation, such as connect\n"
"  --count N         end after N lines\n"
"  --ignored         report ignored calls, too\n"
"  --names           report addresses that are learnt for host names, too\n"
"  --journal         write entries of the systemd journal\n" },
	{ "why",
"why\tshow what the caller was denied last\n",
"It needs no privileges, and a policy that says reveal: denials.\n" },
	{ "counters",
"counters [CGROUP | id:N]\tcount allowed, ignored and denied calls\n",
"Without a cgroup those of all attachments.\n" },
	{ "sockets",
"sockets [CGROUP | --all]\tlist sockets, and what governs them\n",
"  -a, --all         also governed sockets of processes outside attached cgroups\n"
"\n"
"Without a cgroup those of all attached ones. NOT GOVERNED are sockets that are\n"
"older than the attachment.\n" },
	{ "top",
"top [--sort ORDER] [--delay SECONDS] [--count N] [--batch]\n"
"\tshow what attachments do each second\n",
"  -b, --batch       write text, or lines of JSON, instead of using the terminal\n"
"  -d, --delay SECONDS\n"
"                    the length of an interval; 2 if absent\n"
"  -n, --count N     end after N intervals\n"
"  --sort ORDER      by denials, verdicts, sockets or cgroup\n"
"\n"
"Below an attachment is its last denial. Keys: q quits, d, v, s and c sort, the\n"
"arrows scroll.\n" },
	{ "metrics",
"metrics [--output FILE]\twrite all counters as OpenMetrics text\n",
"  --output FILE     replace FILE at once; remove it if the module is silent\n" },
	{ "record",
"record [-p BASE] [-o FILE] [--merge FILE]\n"
"    [--generalise ports,prefixes,wildcards]\n"
"    -- COMMAND [ARGUMENT]...\trun a command, and write its policy\n"
"record [OPTION]... [--for TIME] CGROUP\tthe same for what runs in a cgroup\n",
"  -p, --personality BASE\n"
"                    write only what differs from this personality\n"
"  -o, --output FILE write the policy to a file\n"
"  --merge FILE      add to the policy of a file, and show what is new\n"
"  --generalise LIST allow more: ranges of ports, prefixes, names below others\n"
"  --for TIME        end after this time, such as 10m\n"
"\n"
"Nothing is denied meanwhile. The exit status is that of the command.\n" },
	{ "run",
"run -p PERSONALITY [--provider PROVIDER]... [--counters] [--report]\n"
"    -- COMMAND [ARGUMENT]...\trun a command under a personality\n",
"  -p, --personality PERSONALITY\n"
"  --provider PROVIDER   instead of those of the personality; may be repeated\n"
"  --counters            write the counters to the standard error at the end\n"
"  --report              the same for the host names and AF_UNIX sockets refused\n"
"\n"
"The exit status is that of the command.\n" },
	{ "apply",
"apply [--dry-run] [--prune] FILE|FOLDER...\n"
"\tload or replace policies, and attach\n"
"apply --watch [--prune] [--metrics FILE] FOLDER\n"
"\tthe same whenever the folder changes\n",
"  --dry-run         change nothing, and show what would change\n"
"  --prune           remove what the folder does not list\n"
"  --watch           a line for each attempt; an error changes nothing\n"
"  --metrics FILE    write OpenMetrics text: attempts, last success and failure\n"
"\n"
"A FOLDER can have attachments.yaml, and FILE can be one, or - .\n" },
	{ "oci-hook",
"oci-hook\tattach a container: createRuntime hook\n",
"It reads the state of a container from the standard input.\n" },
	{ "help",
"help [COMMAND]\twrite this text, or that on a command\n",
"" },
};

#define NR_TOPICS	(sizeof(topics) / sizeof(topics[0]))

/* A line of a usage, and what is behind its tab; both may be empty. */
struct line {
	int length;
	const char *about;
	int about_length;
};

/* The next line, or NULL. */
static const char *next_line(const char *usage, struct line *line)
{
	size_t end = strcspn(usage, "\n"), tab = strcspn(usage, "\t\n");

	if (!*usage)
		return NULL;
	*line = (struct line){
		.length = tab,
		.about = usage + tab + (tab < end),
		.about_length = end - tab - (tab < end),
	};

	return usage + end + 1;
}

static void print_line(const char *usage)
{
	struct line line;
	const char *next;

	for (; (next = next_line(usage, &line)); usage = next) {
		if (line.about_length)
			printf("  %-35.*s %.*s\n", line.length, usage,
			       line.about_length, line.about);
		else
			printf("  %.*s\n", line.length, usage);
	}
}

void help_print_all(void)
{
	size_t i;

	fputs(head, stdout);
	for (i = 0; i < NR_TOPICS; i++)
		print_line(topics[i].usage);
	fputs(tail, stdout);
}

/* What it does is on a line of its own. */
static void print_usage(const char *usage)
{
	struct line line;
	const char *next;

	for (; (next = next_line(usage, &line)); usage = next) {
		if (line.length)
			printf("%s%.*s\n", *usage == ' ' ? "    " : "persock ",
			       line.length, usage);
		if (line.about_length)
			printf("        %.*s\n", line.about_length, line.about);
	}
}

bool help_print(const char *command)
{
	size_t i;

	for (i = 0; i < NR_TOPICS; i++) {
		if (strcmp(topics[i].command, command))
			continue;
		print_usage(topics[i].usage);
		if (*topics[i].more)
			printf("\n%s", topics[i].more);
		return true;
	}

	return false;
}
