// SPDX-License-Identifier: GPL-2.0
/*
 * persock attach and persock detach: make and end attachments. main.c calls
 * it.
 */
#include <linux/genetlink.h>

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/error.h"
#include "base/held_socket.h"
#include "command/arguments.h"
#include "command/commands.h"
#include "wire/attachment.h"
#include "wire/netlink.h"
#include "wire/personality.h"

/* "none" or "full"; returns 0, or the exit status for bad usage. */
static int parse_delegate(const char *text, bool *anew)
{
	*anew = !strcmp(text, "full");
	if (*anew || !strcmp(text, "none"))
		return 0;

	return usage_error("--delegate takes none or full, not \"%s\"", text);
}

static int parse_options(int argc, char **argv, bool *anew)
{
	static const struct option options[] = {
		{ "delegate",	required_argument, NULL, 'd' },
		{ "json",	no_argument, NULL, 'j' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ }
	};
	int option, status = 0;

	while (!status &&
	       (option = getopt_long(argc, argv, ":j", options, NULL)) >= 0) {
		switch (option) {
		case 'd':
			status = parse_delegate(optarg, anew);
			break;
		case 'j':
		case 'p':
			break;
		default:
			status = option_error(option, argv);
		}
	}

	return status;
}

/* An attachment governs no socket that is older. */
static void report_older(int fd, const char *cgroup, const char *personality)
{
	struct held_sockets held = { 0 };
	size_t i, nr = 0;

	held_add_cgroup(&held, fd);
	held_find(&held);
	for (i = 0; i < held.nr; i++)
		nr += !held_has_layer(&held.of[i], personality);
	if (nr)
		report_warning("note: %zu %s of processes in %s %s not governed by %s, being older; \"persock sockets\" lists them",
			       nr, nr == 1 ? "socket" : "sockets", cgroup,
			       nr == 1 ? "is" : "are", personality);
	held_free(&held);
}

static int attach_error(struct netlink *nl, const char *cgroup,
			const char *personality)
{
	return nl->error == ENOENT ? personality_error(nl, personality) :
				     attachment_error(nl, cgroup);
}

static int attach(struct netlink *nl, const char *cgroup,
		  const char *personality, bool anew)
{
	int fd, status;

	if (anew && !attachment_can_delegate(nl, NULL))
		return EXIT_FAILURE;
	fd = cgroup_open(cgroup);
	if (fd < 0)
		return EXIT_FAILURE;
	status = attachment_new(nl, fd, personality, anew) ?
		 attach_error(nl, cgroup, personality) : 0;
	if (!status)
		report_older(fd, cgroup, personality);
	close(fd);

	return status;
}

int attach_command(int argc, char **argv)
{
	bool anew = false;
	struct netlink nl;
	int status;

	status = parse_options(argc, argv, &anew);
	if (status)
		return status;
	if (argc - optind < 2)
		return usage_error("attach needs a cgroup and a personality: persock attach CGROUP PERSONALITY");
	if (argc - optind > 2)
		return usage_error("attach takes a cgroup and a personality, not also \"%s\"",
				   argv[optind + 2]);
	status = command_check_name("personality", argv[optind + 1]);
	if (status)
		return status;

	status = netlink_open(&nl);
	if (status)
		return status;
	status = attach(&nl, argv[optind], argv[optind + 1], anew);
	netlink_close(&nl);
	return status;
}

static int detach_one(struct netlink *nl, const char *name)
{
	uint64_t id;
	int fd, error;

	if (cgroup_parse_id(name, &id))
		return attachment_end_by_id(nl, id) ? attachment_error(nl, name) : 0;
	fd = cgroup_open(name);
	if (fd < 0)
		return EXIT_FAILURE;
	error = attachment_end(nl, fd);
	close(fd);
	return error ? attachment_error(nl, name) : 0;
}

static int detach_all(struct netlink *nl)
{
	const struct nlmsghdr *message;
	struct attachment attachment;
	struct replies replies;
	int status;

	status = attachment_list(nl, &replies);
	if (status)
		return status;
	replies_for_each(message, &replies) {
		attachment_parse(message, &attachment);
		/* The cgroup may have been removed since, and so detached. */
		if (attachment_end_by_id(nl, attachment.cgroup_id) && nl->error != ENOENT)
			status = netlink_error(nl);
	}
	replies_free(&replies);
	return status;
}

int detach_command(int argc, char **argv)
{
	static const struct option options[] = {
		{ "all",	no_argument, NULL, 'a' },
		{ "json",	no_argument, NULL, 'j' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ }
	};
	bool all = false;
	struct netlink nl;
	int option, status;

	while ((option = getopt_long(argc, argv, ":aj", options, NULL)) >= 0) {
		switch (option) {
		case 'a':
			all = true;
			break;
		case 'j':
		case 'p':
			break;
		default:
			return option_error(option, argv);
		}
	}
	if (all && optind < argc)
		return usage_error("detach takes --all or a cgroup, not both");
	if (!all && optind == argc)
		return usage_error("detach needs a cgroup, or --all: persock detach CGROUP");
	if (!all && argc - optind > 1)
		return usage_error("detach takes one cgroup, not also \"%s\"",
				   argv[optind + 1]);

	status = netlink_open(&nl);
	if (status)
		return status;
	status = all ? detach_all(&nl) : detach_one(&nl, argv[optind]);
	netlink_close(&nl);
	return status;
}
