// SPDX-License-Identifier: GPL-2.0
/*
 * Lists, makes and ends attachments. The commands that attach cgroups or show
 * attachments call it.
 */
#include <linux/genetlink.h>

#include "wire/attachment.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "wire/ignored.h"

int attachment_list(struct netlink *nl, struct replies *replies)
{
	netlink_request(nl, PERSOCK_CMD_ATTACHMENT_GET);
	return netlink_dump(nl, replies) ? netlink_error(nl) : 0;
}

int attachment_get_fd(struct netlink *nl, int fd, struct replies *replies)
{
	netlink_request(nl, PERSOCK_CMD_ATTACHMENT_GET);
	netlink_put_u32(nl, PERSOCK_A_CGROUP_FD, fd);
	return netlink_do(nl, replies);
}

int attachment_get_by_id(struct netlink *nl, uint64_t id,
			 struct replies *replies)
{
	netlink_request(nl, PERSOCK_CMD_ATTACHMENT_GET);
	netlink_put_u64(nl, PERSOCK_A_CGROUP_ID, id);
	return netlink_do(nl, replies);
}

bool attachment_can_delegate(const struct netlink *nl, const char *where)
{
	if (netlink_knows_attribute(nl, PERSOCK_A_DELEGATE))
		return true;
	report_error("%s%sthe persock module does not delegate in full: it is older than this tool",
		     where ?: "", where ? ": " : "");

	return false;
}

int attachment_new(struct netlink *nl, int fd, const char *personality,
		   bool anew)
{
	netlink_request(nl, PERSOCK_CMD_ATTACH);
	netlink_put_u32(nl, PERSOCK_A_CGROUP_FD, fd);
	netlink_put_string(nl, PERSOCK_A_PERSONALITY, personality);
	/* An older module rejects the attribute. */
	if (anew)
		netlink_put_u32(nl, PERSOCK_A_DELEGATE, PERSOCK_DELEGATE_FULL);
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

int attachment_error(const struct netlink *nl, const char *cgroup)
{
	if (nl->error == ENOENT &&
	    !strcmp(nl->reason, "the cgroup is not attached to a personality"))
		return report_error("cgroup \"%s\": not attached; \"persock status\" lists those that are",
				    cgroup);
	/* Too many layers. */
	if (nl->error == E2BIG)
		return report_error("cgroup \"%s\": %s", cgroup, nl->reason);

	return netlink_error(nl);
}

static void parse_layer(struct attachment *attachment, uint64_t id)
{
	if (attachment->nr_layers < ATTACHMENT_LAYERS)
		attachment->layers[attachment->nr_layers++] = id;
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
		case PERSOCK_A_DELEGATE:
			attachment->anew = attribute_number(attribute) ==
					   PERSOCK_DELEGATE_FULL;
			break;
		case PERSOCK_A_LAYER:
			parse_layer(attachment, attribute_number(attribute));
			break;
		case PERSOCK_A_COUNTER:
			counters_parse(&attachment->counters, attribute);
			break;
		}
	}
	/* An older module reports no layers: the nearest attachment governs. */
	if (!attachment->nr_layers)
		parse_layer(attachment, attachment->cgroup_id);
}

void attachment_json_layers(const struct attachment *attachment)
{
	unsigned int i;

	json_array("layers");
	for (i = 0; i < attachment->nr_layers; i++)
		json_u64(NULL, attachment->layers[i]);
	json_array_end();
	json_string("delegate", attachment->anew ? "full" : "none");
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
		fprintf(stream, "  denials dropped: %" PRIu64 "\n",
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
	attachment_json_layers(attachment);
	json_u64("sockets_live", attachment->sockets_live);
	json_u64("sockets_created", attachment->sockets_created);
	if (attachment->from_inode)
		json_u64("network_from_inode", attachment->from_inode);
	json_u64("lost", attachment->lost);
	counters_json(&attachment->counters);
	ignored_json(ignored, attachment->cgroup_id);
	json_object_end();
}
