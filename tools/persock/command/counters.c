// SPDX-License-Identifier: GPL-2.0
/*
 * persock counters: what each attachment allowed, ignored and denied. main.c
 * calls it.
 */
#include <linux/genetlink.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/error.h"
#include "base/json.h"
#include "command/arguments.h"
#include "command/commands.h"
#include "wire/attachment.h"
#include "wire/ignored.h"
#include "wire/netlink.h"

static int get(struct netlink *nl, const char *name, struct replies *replies)
{
	uint64_t id;
	int fd, error;

	if (cgroup_parse_id(name, &id))
		return attachment_get_by_id(nl, id, replies) ?
		       attachment_error(nl, name) : 0;
	fd = cgroup_open(name);
	if (fd < 0)
		return EXIT_FAILURE;
	error = attachment_get_fd(nl, fd, replies);
	close(fd);
	return error ? attachment_error(nl, name) : 0;
}

/* Every attachment, or the one that @name names. */
static int show(struct netlink *nl, const char *name)
{
	struct replies replies, ignored;
	const struct nlmsghdr *message;
	struct attachment attachment;
	bool first = true;
	int status;

	status = name ? get(nl, name, &replies) :
			attachment_list(nl, &replies);
	if (status)
		return status;
	attachment.cgroup_id = 0;
	replies_for_each(message, &replies) {
		if (name)
			attachment_parse(message, &attachment);
	}
	status = ignored_list(nl, attachment.cgroup_id, &ignored);
	if (status) {
		replies_free(&replies);
		return status;
	}

	if (json_wanted) {
		json_start(stdout);
		if (!name)
			json_array(NULL);
	}
	replies_for_each(message, &replies) {
		attachment_parse(message, &attachment);
		if (json_wanted) {
			attachment_json(&attachment, &ignored);
			continue;
		}
		if (!first)
			putchar('\n');
		first = false;
		attachment_print(stdout, &attachment, &ignored);
	}
	if (json_wanted) {
		if (!name)
			json_array_end();
		json_finish();
	}
	replies_free(&ignored);
	replies_free(&replies);
	return 0;
}

int counters_command(int argc, char **argv)
{
	struct netlink nl;
	int status;

	status = command_options(argc, argv);
	if (status)
		return status;
	if (argc - optind > 1)
		return usage_error("counters takes one cgroup at most, not also \"%s\"",
				   argv[optind + 1]);

	status = netlink_open(&nl);
	if (status)
		return status;
	status = show(&nl, argv[optind]);
	netlink_close(&nl);
	return status;
}
