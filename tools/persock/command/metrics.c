// SPDX-License-Identifier: GPL-2.0
/*
 * persock metrics: what the module counts, as OpenMetrics text. main.c calls
 * it.
 *
 * All samples of a family are together, so each function below reads the list of
 * attachments or personalities once more.
 */
#include <linux/genetlink.h>

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/openmetrics.h"
#include "base/replacement.h"
#include "command/commands.h"
#include "wire/attachment.h"
#include "wire/name.h"
#include "wire/netlink.h"
#include "wire/personality.h"
#include "wire/status.h"

/* All that is printed, read before the first line. */
struct metrics {
	struct status status;
	struct replies status_replies;
	struct replies attachments;
	struct replies personalities;
	struct replies names;
	bool has_names;		/* the module knows host names */
};

static unsigned int length(const struct replies *replies)
{
	const struct nlmsghdr *message;
	unsigned int nr = 0;

	replies_for_each(message, replies)
		nr++;

	return nr;
}

static void put_one(FILE *out, const char *name, const char *unit,
		    const char *help, uint64_t value)
{
	const struct metric metric = { name, 0, unit, help };

	openmetrics_family(out, &metric);
	openmetrics_sample(out, &metric, value, NULL);
}

static void put_module(FILE *out, const struct metrics *all)
{
	const struct metric build = {
		"persock_build_info", 0, NULL,
		"The module; the value is always 1."
	};
	const struct metric lost = {
		"persock_lost_denials", 1, "denials",
		"Denials that were dropped instead of being reported."
	};

	openmetrics_family(out, &build);
	openmetrics_sample(out, &build, 1, "version", all->status.version, NULL);
	put_one(out, "persock_governance_holds", NULL,
		"1 if every interception point works, else 0.",
		all->status.holds);
	put_one(out, "persock_armed", NULL,
		"1 if the interception points are armed: a cgroup is attached.",
		all->status.armed);
	put_one(out, "persock_sockets", "sockets", "Governed sockets that live.",
		all->status.sockets_live);
	put_one(out, "persock_attachments", "attachments",
		"Cgroups that are attached.", length(&all->attachments));
	put_one(out, "persock_personalities", "personalities",
		"Personalities that are loaded, with those of the module.",
		length(&all->personalities));
	openmetrics_family(out, &lost);
	openmetrics_sample(out, &lost, all->status.lost, NULL);
}

static uint64_t sockets_of(const struct attachment *attachment)
{
	return attachment->sockets_live;
}

static uint64_t created_of(const struct attachment *attachment)
{
	return attachment->sockets_created;
}

static uint64_t layers_of(const struct attachment *attachment)
{
	return attachment->nr_layers;
}

static uint64_t lost_of(const struct attachment *attachment)
{
	return attachment->lost;
}

static const struct {
	struct metric metric;
	uint64_t (*value)(const struct attachment *attachment);
} of_attachment[] = {
	{ { "persock_attachment_sockets", 0, "sockets",
	    "Sockets of an attachment that live." }, sockets_of },
	{ { "persock_attachment_created_sockets", 1, "sockets",
	    "Sockets that were created under an attachment." }, created_of },
	{ { "persock_attachment_layers", 0, "layers",
	    "Attachments that govern the cgroup, itself included." }, layers_of },
	{ { "persock_attachment_lost_denials", 1, "denials",
	    "Denials of an attachment that were dropped." }, lost_of },
};

static void put_attachments(FILE *out, const struct metrics *all)
{
	const struct nlmsghdr *message;
	struct attachment attachment;
	size_t i;

	for (i = 0; i < sizeof(of_attachment) / sizeof(*of_attachment); i++) {
		openmetrics_family(out, &of_attachment[i].metric);
		replies_for_each(message, &all->attachments) {
			attachment_parse(message, &attachment);
			openmetrics_sample(out, &of_attachment[i].metric,
					   of_attachment[i].value(&attachment),
					   "cgroup", attachment.path,
					   "personality", attachment.personality,
					   NULL);
		}
	}
}

/* Four samples for each operation. @cgroup may be NULL. */
static void put_counters(FILE *out, const struct metric *metric,
			 const struct counters *counters,
			 const char *personality, const char *cgroup)
{
	unsigned int operation, i;

	for (operation = 0; operation < COUNTERS_MAX; operation++) {
		const struct counter *counter = &counters->of[operation];
		const char *name = operation_name(operation);
		const struct {
			const char *verdict;
			uint64_t count;
		} parts[] = {
			{ "allowed", counter->allowed },
			{ "ignored", counter->ignored },
			{ "denied", counter->denied },
			{ "audited", counter->audited },
		};

		for (i = 0; counter->present && i < 4; i++)
			openmetrics_sample(out, metric, parts[i].count,
					   "personality", personality,
					   "operation", name,
					   "verdict", parts[i].verdict,
					   cgroup ? "cgroup" : NULL, cgroup,
					   NULL);
	}
}

static void put_verdicts(FILE *out, const struct metrics *all)
{
	const struct metric metric = {
		"persock_attachment_verdicts", 1, "verdicts",
		"Verdicts of an attachment, by operation."
	};
	const struct nlmsghdr *message;
	struct attachment attachment;

	openmetrics_family(out, &metric);
	replies_for_each(message, &all->attachments) {
		attachment_parse(message, &attachment);
		put_counters(out, &metric, &attachment.counters,
			     attachment.personality, attachment.path);
	}
}

static void put_personalities(FILE *out, const struct metrics *all)
{
	const struct metric attached = {
		"persock_personality_attachments", 0, "attachments",
		"Cgroups that are attached to a personality."
	};
	const struct metric sockets = {
		"persock_personality_sockets", 0, "sockets",
		"Sockets of a personality that live."
	};
	const struct metric verdicts = {
		"persock_personality_verdicts", 1, "verdicts",
		"Verdicts of a personality, by operation, also of ended attachments."
	};
	const struct nlmsghdr *message;
	struct personality personality;

	openmetrics_family(out, &attached);
	replies_for_each(message, &all->personalities) {
		personality_parse(message, &personality);
		openmetrics_sample(out, &attached, personality.attachments,
				   "personality", personality.name, NULL);
	}
	openmetrics_family(out, &sockets);
	replies_for_each(message, &all->personalities) {
		personality_parse(message, &personality);
		openmetrics_sample(out, &sockets, personality.sockets_live,
				   "personality", personality.name, NULL);
	}
	openmetrics_family(out, &verdicts);
	replies_for_each(message, &all->personalities) {
		personality_parse(message, &personality);
		put_counters(out, &verdicts, &personality.counters,
			     personality.name, NULL);
	}
}

/* The addresses that a cgroup has learnt. @lost: those that were dropped. */
static uint64_t learnt(const struct replies *names, uint64_t cgroup,
		       uint64_t *lost)
{
	const struct nlmsghdr *message;
	struct name name;
	uint64_t nr = 0;

	*lost = 0;
	replies_for_each(message, names) {
		name_parse(message, &name);
		if (name.cgroup_id != cgroup)
			continue;
		nr += name.address != NULL;
		if (name.lost > *lost)
			*lost = name.lost;
	}

	return nr;
}

static void put_names(FILE *out, const struct metrics *all)
{
	const struct metric metrics[] = {
		{ "persock_attachment_learnt_addresses", 0, "addresses",
		  "Addresses that a cgroup has learnt for host names." },
		{ "persock_attachment_lost_addresses", 1, "addresses",
		  "Learnt addresses that were dropped before their time." },
	};
	const struct nlmsghdr *message;
	struct attachment attachment;
	uint64_t nr, lost;
	int i;

	for (i = 0; all->has_names && i < 2; i++) {
		openmetrics_family(out, &metrics[i]);
		replies_for_each(message, &all->attachments) {
			attachment_parse(message, &attachment);
			nr = learnt(&all->names, attachment.cgroup_id, &lost);
			openmetrics_sample(out, &metrics[i], i ? lost : nr,
					   "cgroup", attachment.path,
					   "personality", attachment.personality,
					   NULL);
		}
	}
}

static void put(FILE *out, const struct metrics *all)
{
	put_module(out, all);
	put_attachments(out, all);
	put_verdicts(out, all);
	put_names(out, all);
	put_personalities(out, all);
	openmetrics_end(out);
}

static int get(struct metrics *all)
{
	struct netlink nl;
	int status;

	status = netlink_open(&nl);
	if (status)
		return status;
	status = status_get(&nl, &all->status_replies, &all->status);
	if (!status)
		status = attachment_list(&nl, &all->attachments);
	if (!status)
		status = personality_list(&nl, &all->personalities);
	all->has_names = netlink_knows_command(&nl, PERSOCK_CMD_NAME_GET);
	if (!status && all->has_names)
		status = name_list(&nl, 0, &all->names);
	netlink_close(&nl);

	return status;
}

static int write_file(const struct metrics *all, const char *path)
{
	struct replacement replacement;
	bool good = replacement_begin(&replacement, path);

	if (good) {
		put(replacement.file, all);
		/* Another user reads it. */
		good = replacement_end(&replacement,
				       !fchmod(fileno(replacement.file), 0644));
	}

	return good ? 0 : report_error("cannot write \"%s\" (%s)", path,
				       strerror(errno));
}

static int parse_options(int argc, char **argv, const char **path)
{
	static const struct option options[] = {
		{ "output",	required_argument, NULL, 'o' },
		{ "json",	no_argument, NULL, 'j' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ }
	};
	int option;

	while ((option = getopt_long(argc, argv, ":j", options, NULL)) >= 0) {
		switch (option) {
		case 'o':
			*path = optarg;
			break;
		case 'j':
		case 'p':
			json_choose(option);
			break;
		default:
			return option_error(option, argv);
		}
	}
	if (optind < argc)
		return usage_error("metrics takes no arguments, not \"%s\"",
				   argv[optind]);
	if (json_wanted)
		return usage_error("metrics writes OpenMetrics text, not JSON; \"persock -j counters\" writes JSON");

	return 0;
}

int metrics_command(int argc, char **argv)
{
	struct metrics all = { 0 };
	const char *path = NULL;
	int status;

	status = parse_options(argc, argv, &path);
	if (status)
		return status;
	status = get(&all);
	if (!status && path) {
		status = write_file(&all, path);
	} else if (!status) {
		fold_choose(stdout, FOLD_NEVER);
		put(stdout, &all);
	}
	/* Old numbers would look as if nothing had happened. */
	if (status && path)
		unlink(path);
	replies_free(&all.status_replies);
	replies_free(&all.attachments);
	replies_free(&all.personalities);
	replies_free(&all.names);

	return status;
}
