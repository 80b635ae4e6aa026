// SPDX-License-Identifier: GPL-2.0
/*
 * persock record: runs a command, or watches a cgroup, under a personality of
 * its own that records, and writes a policy that allows what was done. main.c
 * calls it.
 *
 * Under mode record everything is allowed, and the module keeps each distinct
 * fact. Attached cgroups around this one still deny what they deny.
 */
#include "command/run.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/error.h"
#include "base/json.h"
#include "command/arguments.h"
#include "command/commands.h"
#include "command/record_facts.h"
#include "command/record_file.h"
#include "command/source.h"
#include "policy_file/draft.h"
#include "policy_file/generalise.h"
#include "policy_file/recorded.h"
#include "policy_file/resolver.h"
#include "wire/attachment.h"
#include "wire/fact.h"
#include "wire/personality.h"
#include "wire/policy.h"

#define TRIES		100
#define LONGEST		(366 * 24 * 60 * 60)

/**
 * struct recording - the state of the command
 * @base: the policy to add to, or NULL
 * @merge: likewise, a file
 * @output: the file to write, or NULL for stdout
 * @seconds: how long to watch a cgroup; 0: until a signal
 * @ports: join ports
 * @prefixes: join addresses
 * @wildcards: join hosts
 * @command: the command, or NULL
 * @cgroup: the cgroup, or NULL
 * @nl: the connection
 * @draft: the policy to add to
 * @resolvers: the resolvers that are watched
 * @name: name of the personality that records
 * @begun: when that began, in nanoseconds of CLOCK_BOOTTIME
 * @made: @output did not exist before
 * @record: what was recorded
 */
struct recording {
	const char *base;
	const char *merge;
	const char *output;
	unsigned int seconds;
	bool ports;
	bool prefixes;
	bool wildcards;
	char **command;
	const char *cgroup;

	struct netlink nl;
	struct draft draft;
	struct persock_names resolvers;
	char name[PERSOCK_NAME_MAX + 1];
	uint64_t begun;
	bool made;
	struct record record;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* What was recorded: the name of the program or of the cgroup. */
static const char *name_of_record(const struct recording *recording)
{
	return base_name(recording->command ? recording->command[0] :
					      recording->cgroup);
}

/* A name for the new personality, from that of the program or cgroup. */
static void name_draft(struct recording *recording)
{
	const char *from = name_of_record(recording);
	char *to = recording->draft.name;
	unsigned int i;

	for (i = 0; from[i] && i < PERSOCK_NAME_MAX; i++) {
		bool good = (from[i] >= '0' && from[i] <= '9') ||
			    ((from[i] | 0x20) >= 'a' &&
			     (from[i] | 0x20) <= 'z') ||
			    (i && strchr("._-", from[i]));

		to[i] = good ? from[i] : '_';
	}
	to[i] = '\0';
}

/* Read the policy to add to. Returns 0 or an exit status. */
static int read_base(struct recording *recording)
{
	struct draft *draft = &recording->draft;
	bool good = true;

	if (recording->merge) {
		good = source_file(draft, recording->merge);
	} else {
		draft_init(draft);
		if (recording->base)
			good = source_base(draft, recording->base);
	}
	if (!good)
		return EXIT_FAILURE;
	source_forget_lines(draft);
	if (!recording->merge)
		name_draft(recording);
	if (recording->merge && !*draft->name)
		name_draft(recording);

	return 0;
}

/* Those of the policy to add to, or of this machine. */
static void find_resolvers(struct recording *recording, struct draft *watch)
{
	const struct draft *draft = &recording->draft;

	draft_begin_names(watch);
	if (draft_has_names(draft)) {
		watch->policy.names.nr_resolvers =
			draft->policy.names.nr_resolvers;
		memcpy(watch->policy.names.resolvers,
		       draft->policy.names.resolvers,
		       sizeof(watch->policy.names.resolvers));
		watch->system_resolvers = draft->system_resolvers;
	}
	resolver_resolve(watch);
	watch->policy.names.queries = PERSOCK_QUERIES_ANY;
	recording->resolvers = watch->policy.names;
	recording->resolvers.rules = NULL;
	recording->resolvers.nr = 0;
}

/*
 * Whether the file can be written is known before there is anything to lose.
 * Returns 0 or an exit status.
 */
static int check_output(struct recording *recording)
{
	int fd;

	if (!recording->output || !strcmp(recording->output, "-"))
		return 0;
	recording->made = access(recording->output, F_OK) && errno == ENOENT;
	fd = open(recording->output, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return report_error("cannot write %s (%s)", recording->output,
				    strerror(errno));
	close(fd);

	return 0;
}

/* Nothing is written: leave no empty file. */
static void forget_output(const struct recording *recording)
{
	if (recording->made)
		unlink(recording->output);
}

/* Make the personality that records. Returns 0 or an exit status. */
static int make_personality(struct recording *recording)
{
	struct netlink *nl = &recording->nl;
	struct draft watch;
	int try, status;

	draft_init(&watch);
	watch.policy.mode = PERSOCK_MODE_RECORD;
	find_resolvers(recording, &watch);
	/* A process of another PID namespace may have made the same name. */
	for (try = 0; try < TRIES; try++) {
		snprintf(watch.name, sizeof(watch.name), "record-%d-%d",
			 getpid(), try);
		status = policy_send(nl, PERSOCK_CMD_PERSONALITY_NEW, &watch,
				     -1, -1, false);
		if (status != -EEXIST)
			break;
	}
	if (status)
		status = netlink_error(nl);
	snprintf(recording->name, sizeof(recording->name), "%s", watch.name);
	draft_free(&watch);

	return status;
}

static void note_begin(struct recording *recording)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	recording->begun = now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static int read_record(struct netlink *nl, uint64_t cgroup, void *data)
{
	struct recording *recording = data;

	return record_read(nl, cgroup, &recording->record);
}

/* Wait for the time to end, or for a signal. */
static void wait_for_end(const struct recording *recording,
			 const sigset_t *signals)
{
	struct timespec time = { .tv_sec = recording->seconds };

	if (recording->seconds)
		sigtimedwait(signals, NULL, &time);
	else
		sigwaitinfo(signals, NULL);
}

/* The way that does not end the attachment, or "": the root cannot be attached. */
static char *way_above(const char *cgroup, int directory)
{
	int parent = cgroup_parent(directory);
	uint64_t id = parent < 0 ? CGROUP_ROOT_ID : cgroup_id(parent);
	char *path = need(strdup(cgroup)), *way = NULL;

	if (parent >= 0)
		close(parent);
	if (id != CGROUP_ROOT_ID &&
	    asprintf(&way, "; or record the one above it, \"%s\": then this one stays governed, and what it is denied is recorded, too, with all else that runs there",
		     dirname(path)) < 0)
		way = NULL;
	else if (id == CGROUP_ROOT_ID)
		way = strdup("");
	free(path);

	return need(way);
}

/* A cgroup has one personality: that of the recording finds no place. */
static int refuse_attached(const struct recording *recording, int directory,
			   const struct replies *replies)
{
	struct attachment attachment;
	char *way;

	attachment_parse(replies_next(replies, NULL), &attachment);
	way = way_above(recording->cgroup, directory);
	report_error("the cgroup \"%s\" is attached to \"%s\", and a cgroup has one personality: detach it, record it, and attach it again%s",
		     recording->cgroup, attachment.personality, way);
	free(way);

	return EXIT_FAILURE;
}

static int watch_cgroup(struct recording *recording)
{
	struct netlink *nl = &recording->nl;
	struct replies replies;
	sigset_t signals, old;
	int directory, status;

	directory = cgroup_open(recording->cgroup);
	if (directory < 0)
		return EXIT_FAILURE;
	if (!attachment_get_fd(nl, directory, &replies)) {
		status = refuse_attached(recording, directory, &replies);
		replies_free(&replies);
		close(directory);
		return status;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, &old);
	if (attachment_new(nl, directory, recording->name, false)) {
		status = attachment_error(nl, recording->cgroup);
	} else {
		report_warning("recording sockets that are created in %s from now on%s",
			       recording->cgroup, recording->seconds ?
			       "" : ", until ^C");
		wait_for_end(recording, &signals);
		status = read_record(nl, cgroup_id(directory), recording);
		if (attachment_end(nl, directory) && nl->error != ENOENT)
			status = netlink_error(nl);
	}
	close(directory);
	sigprocmask(SIG_SETMASK, &old, NULL);

	return status;
}

static void generalise(struct recording *recording)
{
	struct record *record = &recording->record;

	generalise_chosen(record->facts, record->nr);
	if (recording->ports)
		generalise_ports(record->facts, record->nr);
	if (recording->prefixes) {
		generalise_prefixes(record->facts, record->nr);
		generalise_folders(record->facts, record->nr);
	}
	if (recording->wildcards)
		generalise_wildcards(record->facts, record->nr);
}

static int write_file(struct recording *recording,
		      const struct record_file *file)
{
	FILE *stream = stdout;

	if (recording->output && strcmp(recording->output, "-")) {
		stream = fopen(recording->output, "we");
		if (!stream)
			return report_error("cannot write %s (%s)",
					    recording->output, strerror(errno));
	}
	if (json_wanted)
		record_facts_json(file, &recording->resolvers, stream);
	else
		record_file_write(file, stream);
	if (stream != stdout && fclose(stream))
		return report_error("cannot write %s (%s)", recording->output,
				    strerror(errno));

	return 0;
}

static int write_policy(struct recording *recording)
{
	struct recorded recorded = {
		.draft = &recording->draft,
		.facts = recording->record.facts,
		.nr = recording->record.nr,
		.resolvers = &recording->resolvers,
		.limits = !recording->base && !recording->merge,
	};
	struct record_file file = {
		.recorded = &recorded,
		.what = name_of_record(recording),
		.begun = recording->begun,
		.lost = recording->record.lost,
		.extent = recording->base ? DRAFT_ADDED :
			  recording->merge ? DRAFT_WHOLE : DRAFT_BRIEF,
	};
	const char *problem;

	if (json_wanted)
		return write_file(recording, &file);
	recorded_drop(&recorded);
	generalise(recording);
	recorded_sort(recorded.facts, recorded.nr);
	recorded_add(&recorded);
	problem = draft_problem(&recording->draft);
	if (problem)
		report_warning("the policy cannot be loaded: %s", problem);
	record_file_warn(&file);
	if (recording->merge)
		record_file_difference(&file);

	return write_file(recording, &file);
}

static int record(struct recording *recording)
{
	struct netlink *nl = &recording->nl;
	int status, written;

	status = record_known(nl);
	if (!status)
		status = read_base(recording);
	if (!status)
		status = check_output(recording);
	if (!status)
		status = make_personality(recording);
	if (status) {
		forget_output(recording);
		return status;
	}

	note_begin(recording);
	status = recording->command ?
		 run_attached_command(nl, recording->name, recording->command,
				      read_record, recording) :
		 watch_cgroup(recording);
	if (personality_del(nl, recording->name) && nl->error != ENOENT) {
		netlink_error(nl);
		status = status ? status : EXIT_FAILURE;
	}
	/* Without a record the command has not run. */
	if (!recording->record.facts && status) {
		forget_output(recording);
		return status;
	}
	written = write_policy(recording);

	return status ? status : written;
}

static int read_generalise(struct recording *recording, char *list)
{
	char *word, *rest;

	for (word = strtok_r(list, ",", &rest); word;
	     word = strtok_r(NULL, ",", &rest)) {
		if (!strcmp(word, "ports"))
			recording->ports = true;
		else if (!strcmp(word, "prefixes"))
			recording->prefixes = true;
		else if (!strcmp(word, "wildcards"))
			recording->wildcards = true;
		else
			return usage_error("--generalise takes ports, prefixes and wildcards, not \"%s\"",
					   word);
	}

	return 0;
}

/* As 90, 90s, 10m, 2h or 1d. */
static int read_time(const char *text, unsigned int *seconds)
{
	static const char units[] = "smhd";
	static const unsigned int factors[] = { 1, 60, 60 * 60, 24 * 60 * 60 };
	const char *unit;
	unsigned long value;
	char *end;

	value = strtoul(text, &end, 10);
	unit = *end ? strchr(units, *end) : units;
	if (*text < '0' || *text > '9' || !unit || (*end && end[1]) ||
	    !value || value > LONGEST / factors[unit - units])
		return usage_error("--for takes a time such as 90s, 10m or 2h, not \"%s\"",
				   text);
	*seconds = value * factors[unit - units];

	return 0;
}

static int parse_options(struct recording *recording, int argc, char **argv)
{
	static const struct option options[] = {
		{ "personality", required_argument, NULL, 'p' },
		{ "output",	 required_argument, NULL, 'o' },
		{ "merge",	 required_argument, NULL, 'm' },
		{ "for",	 required_argument, NULL, 'f' },
		{ "generalise",	 required_argument, NULL, 'g' },
		{ "json",	 no_argument, NULL, 'j' },
		{ "pretty",	 no_argument, NULL, 'y' },
		{ }
	};
	int option, status = 0;

	/* '+': arguments after the command's name belong to the command. */
	while ((option = getopt_long(argc, argv, "+:jp:o:", options,
				     NULL)) >= 0) {
		switch (option) {
		case 'p':
			recording->base = optarg;
			status = command_check_name("personality", optarg);
			break;
		case 'o':
			recording->output = optarg;
			break;
		case 'm':
			recording->merge = optarg;
			break;
		case 'f':
			status = read_time(optarg, &recording->seconds);
			break;
		case 'g':
			status = read_generalise(recording, optarg);
			break;
		case 'j':
			json_wanted = true;
			break;
		case 'y':
			json_choose('p');
			break;
		default:
			status = option_error(option, argv);
		}
		if (status)
			return status;
	}

	return 0;
}

static int parse(struct recording *recording, int argc, char **argv)
{
	int status = parse_options(recording, argc, argv);

	if (status)
		return status;
	if (json_wanted && (recording->base || recording->merge ||
			    recording->ports || recording->prefixes ||
			    recording->wildcards))
		return usage_error("record -j writes facts, not a policy: leave out -p, --merge and --generalise");
	if (recording->base && recording->merge)
		return usage_error("record takes a base or a file to merge with, not both");
	if (optind == argc)
		return usage_error("record needs a command or a cgroup: persock record -- COMMAND [ARGUMENT]..., or persock record CGROUP");
	if (!strcmp(argv[optind - 1], "--")) {
		if (recording->seconds)
			return usage_error("record --for is for a cgroup: a command is recorded until it ends");
		recording->command = argv + optind;
		return 0;
	}
	if (argc - optind > 1)
		return usage_error("record takes one cgroup, not also \"%s\"; a command comes after \"--\"",
				   argv[optind + 1]);
	recording->cgroup = argv[optind];

	return 0;
}

int record_command(int argc, char **argv)
{
	struct recording recording = { .nl.error = 0 };
	int status;

	status = parse(&recording, argc, argv);
	if (!status)
		status = netlink_open(&recording.nl);
	if (status)
		return status;
	status = record(&recording);
	netlink_close(&recording.nl);
	record_free(&recording.record);
	draft_free(&recording.draft);

	return status;
}
