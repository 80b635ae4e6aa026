// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>

#include "wire/attachment.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/complain.h"
#include "base/json.h"
#include "base/text.h"
#include "command/arguments.h"

int attachment_list(struct netlink *nl, struct replies *replies)
{
	netlink_request(nl, PERSOCK_CMD_ATTACHMENT_GET);
	return netlink_dump(nl, replies) ? netlink_refusal(nl) : 0;
}

int attachment_get_fd(struct netlink *nl, int fd, struct replies *replies)
{
	netlink_request(nl, PERSOCK_CMD_ATTACHMENT_GET);
	netlink_put_u32(nl, PERSOCK_A_CGROUP_FD, fd);
	return netlink_do(nl, replies);
}

int attachment_get(struct netlink *nl, const char *cgroup,
		   struct replies *replies)
{
	uint64_t id;
	int fd, error;

	if (cgroup_parse_id(cgroup, &id)) {
		netlink_request(nl, PERSOCK_CMD_ATTACHMENT_GET);
		netlink_put_u64(nl, PERSOCK_A_CGROUP_ID, id);
		return netlink_do(nl, replies) ? netlink_refusal(nl) : 0;
	}
	fd = cgroup_open(cgroup);
	if (fd < 0)
		return EXIT_REFUSED;
	error = attachment_get_fd(nl, fd, replies);
	close(fd);
	return error ? netlink_refusal(nl) : 0;
}

int attachment_new(struct netlink *nl, int fd, const char *personality)
{
	netlink_request(nl, PERSOCK_CMD_ATTACH);
	netlink_put_u32(nl, PERSOCK_A_CGROUP_FD, fd);
	netlink_put_string(nl, PERSOCK_A_PERSONALITY, personality);
	return netlink_do(nl, NULL);
}

int attachment_end(struct netlink *nl, int fd)
{
	netlink_request(nl, PERSOCK_CMD_DETACH);
	netlink_put_u32(nl, PERSOCK_A_CGROUP_FD, fd);
	return netlink_do(nl, NULL);
}

int attachment_end_by_id(struct netlink *nl, uint64_t id)
{
	netlink_request(nl, PERSOCK_CMD_DETACH);
	netlink_put_u64(nl, PERSOCK_A_CGROUP_ID, id);
	return netlink_do(nl, NULL);
}

void attachment_parse(const struct nlmsghdr *message,
		      struct attachment *attachment)
{
	const struct nlattr *attribute;

	*attachment = (struct attachment){ .path = "", .personality = "" };
	reply_for_each_attribute(attribute, message) {
		switch (mnl_attr_get_type(attribute)) {
		case PERSOCK_A_CGROUP_ID:
			attachment->cgroup_id = attribute_number(attribute);
			break;
		case PERSOCK_A_CGROUP_PATH:
			attachment->path = attribute_string(attribute);
			break;
		case PERSOCK_A_PERSONALITY:
			attachment->personality = attribute_string(attribute);
			break;
		case PERSOCK_A_SOCKETS_LIVE:
			attachment->sockets_live = attribute_number(attribute);
			break;
		case PERSOCK_A_SOCKETS_CREATED:
			attachment->sockets_created = attribute_number(attribute);
			break;
		case PERSOCK_A_NETWORK_FROM_INODE:
			attachment->from_inode = attribute_number(attribute);
			break;
		case PERSOCK_A_ATTACHMENT_LOST:
			attachment->lost = attribute_number(attribute);
			break;
		case PERSOCK_A_COUNTER:
			counters_parse(&attachment->counters, attribute);
			break;
		}
	}
}

void attachment_print(FILE *stream, const struct attachment *attachment,
		      const struct replies *ignored)
{
	text_print(stream, attachment->path);
	fputs(" -> ", stream);
	text_print(stream, attachment->personality);
	fprintf(stream, " (id:%" PRIu64 ")\n", attachment->cgroup_id);
	fprintf(stream, "  sockets: %" PRIu64 " live, %" PRIu64 " created\n",
		attachment->sockets_live, attachment->sockets_created);
	if (attachment->from_inode)
		fprintf(stream, "  delegated: from net:[%u]\n",
			attachment->from_inode);
	if (attachment->lost)
		fprintf(stream, "  denials not told: %" PRIu64 "\n",
			attachment->lost);
	counters_print(stream, &attachment->counters, 2);
	ignored_print(stream, ignored, attachment->cgroup_id, 2);
}

void attachment_json(const struct attachment *attachment,
		     const struct replies *ignored)
{
	json_object(NULL);
	json_u64("cgroup_id", attachment->cgroup_id);
	json_string("path", attachment->path);
	json_string("personality", attachment->personality);
	json_u64("sockets_live", attachment->sockets_live);
	json_u64("sockets_created", attachment->sockets_created);
	if (attachment->from_inode)
		json_u64("network_from_inode", attachment->from_inode);
	json_u64("lost", attachment->lost);
	counters_json(&attachment->counters);
	ignored_json(ignored, attachment->cgroup_id);
	json_object_end();
}

int attach_command(int argc, char **argv)
{
	struct netlink nl;
	int status, fd;

	status = command_options(argc, argv);
	if (status)
		return status;
	if (argc - optind < 2)
		return misuse("attach needs a cgroup and a personality: persock attach CGROUP PERSONALITY");
	if (argc - optind > 2)
		return misuse("attach takes a cgroup and a personality, not also \"%s\"",
			      argv[optind + 2]);
	status = command_check_name("personality", argv[optind + 1]);
	if (status)
		return status;

	status = netlink_open(&nl);
	if (status)
		return status;
	status = EXIT_REFUSED;
	fd = cgroup_open(argv[optind]);
	if (fd >= 0) {
		status = attachment_new(&nl, fd, argv[optind + 1]) ?
			 netlink_refusal(&nl) : 0;
		close(fd);
	}
	netlink_close(&nl);
	return status;
}

static int detach_one(struct netlink *nl, const char *name)
{
	uint64_t id;
	int fd, error;

	if (cgroup_parse_id(name, &id))
		return attachment_end_by_id(nl, id) ? netlink_refusal(nl) : 0;
	fd = cgroup_open(name);
	if (fd < 0)
		return EXIT_REFUSED;
	error = attachment_end(nl, fd);
	close(fd);
	return error ? netlink_refusal(nl) : 0;
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
			status = netlink_refusal(nl);
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

	while ((option = getopt_long(argc, argv, ":ajp", options, NULL)) >= 0) {
		switch (option) {
		case 'a':
			all = true;
			break;
		case 'j':
		case 'p':
			break;
		default:
			return misuse_option(option, argv);
		}
	}
	if (all && optind < argc)
		return misuse("detach takes --all or a cgroup, not both");
	if (!all && optind == argc)
		return misuse("detach needs a cgroup, or --all: persock detach CGROUP");
	if (!all && argc - optind > 1)
		return misuse("detach takes one cgroup, not also \"%s\"",
			      argv[optind + 1]);

	status = netlink_open(&nl);
	if (status)
		return status;
	status = all ? detach_all(&nl) : detach_one(&nl, argv[optind]);
	netlink_close(&nl);
	return status;
}
