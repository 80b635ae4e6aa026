// SPDX-License-Identifier: GPL-2.0
/*
 * persock status: does governance hold, and for whom? main.c calls it, and
 * doctor.c asks whether governance holds.
 */
#include <linux/genetlink.h>

#include "command/status.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "command/arguments.h"
#include "command/attachment_tree.h"
#include "command/commands.h"
#include "wire/attachment.h"
#include "wire/netlink.h"
#include "wire/provider.h"
#include "wire/status.h"

static void print(const struct status *status,
		  const struct replies *attachments,
		  const struct replies *providers)
{
	const struct nlmsghdr *message;

	fputs("persock ", stdout);
	text_print(stdout, status->version);
	printf(", AF_PERSOCK is address family %u\n", status->address_family);
	printf("governance: %s\n", status->holds ?
	       "holds, every interception point works" : "DOES NOT HOLD");
	printf("interception points: %s\n", status->armed ? "armed" :
	       "not armed, no cgroup is attached");
	printf("governed sockets live: %" PRIu64 "\n", status->sockets_live);
	printf("denials dropped: %" PRIu64 "\n", status->lost);

	puts(replies_next(attachments, NULL) ? "attachments:" :
	     "attachments: none");
	attachment_tree_print(stdout, attachments, 2);

	puts(replies_next(providers, NULL) ? "providers:" : "providers: none");
	replies_for_each(message, providers)
		provider_print(message);
}

static void print_json(const struct status *status,
		       const struct replies *attachments,
		       const struct replies *providers)
{
	const struct nlmsghdr *message;
	struct attachment attachment;

	json_start(stdout);
	json_object(NULL);
	json_string("version", status->version);
	json_u64("address_family", status->address_family);
	json_bool("holds", status->holds);
	json_string("reason", status->reason);
	json_bool("armed", status->armed);
	json_u64("sockets_live", status->sockets_live);
	json_u64("lost", status->lost);
	json_array("attachments");
	replies_for_each(message, attachments) {
		attachment_parse(message, &attachment);
		json_object(NULL);
		json_u64("cgroup_id", attachment.cgroup_id);
		json_string("path", attachment.path);
		json_string("personality", attachment.personality);
		attachment_json_layers(&attachment);
		if (attachment.from_inode)
			json_u64("network_from_inode", attachment.from_inode);
		json_u64("lost", attachment.lost);
		json_object_end();
	}
	json_array_end();
	json_array("providers");
	replies_for_each(message, providers)
		provider_json(message);
	json_array_end();
	json_object_end();
	json_finish();
}

static int show(struct netlink *nl)
{
	struct replies replies = { 0 }, attachments = { 0 }, providers = { 0 };
	struct status status;
	int result;

	result = status_get(nl, &replies, &status);
	if (!result)
		result = attachment_list(nl, &attachments);
	if (!result)
		result = provider_list(nl, &providers);
	if (result)
		goto free;

	if (json_wanted)
		print_json(&status, &attachments, &providers);
	else
		print(&status, &attachments, &providers);
	if (!status.holds)
		result = report_error("GOVERNANCE DOES NOT HOLD: %s", status.reason);
free:
	replies_free(&replies);
	replies_free(&attachments);
	replies_free(&providers);
	return result;
}

int status_holds(bool *holds, char *reason, size_t room)
{
	struct replies replies = { 0 };
	struct status status;
	struct netlink nl;
	int result;

	result = netlink_open(&nl);
	if (result)
		return result;
	result = status_get(&nl, &replies, &status);
	if (!result) {
		*holds = status.holds;
		snprintf(reason, room, "%s", status.reason);
	}
	replies_free(&replies);
	netlink_close(&nl);

	return result;
}

int status_command(int argc, char **argv)
{
	struct netlink nl;
	int status;

	status = command_options(argc, argv);
	if (status)
		return status;
	if (optind < argc)
		return usage_error("status takes no arguments, not \"%s\"",
				   argv[optind]);

	status = netlink_open(&nl);
	if (status)
		return status;
	status = show(&nl);
	netlink_close(&nl);
	return status;
}
