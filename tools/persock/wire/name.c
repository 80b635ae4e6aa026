// SPDX-License-Identifier: GPL-2.0
/*
 * Lists, adds, removes and prints learnt addresses. The commands names, monitor
 * and explain call it.
 */
#include <linux/genetlink.h>

#include "wire/name.h"

#include <arpa/inet.h>
#include <errno.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

#define TOO_OLD "the persock module knows no host names: it is older than this tool"

int name_list(struct netlink *nl, uint64_t id, struct replies *replies)
{
	*replies = (struct replies){ 0 };
	if (!netlink_knows_command(nl, PERSOCK_CMD_NAME_GET))
		return report_error(TOO_OLD);
	netlink_request(nl, PERSOCK_CMD_NAME_GET);
	if (id)
		netlink_put_u64(nl, PERSOCK_A_CGROUP_ID, id);

	return netlink_dump(nl, replies) ? netlink_error(nl) : 0;
}

static void parse_learnt(struct name *name, const struct nlattr *nest)
{
	const struct nlattr *attribute;

	mnl_attr_for_each_nested(attribute, nest) {
		switch (mnl_attr_get_type(attribute)) {
		case PERSOCK_A_LEARNT_HOST:
			name->host = attribute_string(attribute);
			break;
		case PERSOCK_A_LEARNT_ADDRESS:
			name->address = mnl_attr_get_payload(attribute);
			name->length = mnl_attr_get_payload_len(attribute);
			break;
		case PERSOCK_A_LEARNT_NETWORK_INODE:
			name->network_inode = attribute_number(attribute);
			break;
		case PERSOCK_A_LEARNT_TTL:
			name->ttl = attribute_number(attribute);
			break;
		case PERSOCK_A_LEARNT_STATIC:
			name->fixed = attribute_number(attribute);
			break;
		}
	}
	if (name->length != 4 && name->length != 16)
		name->address = NULL;
}

void name_parse(const struct nlmsghdr *message, struct name *name)
{
	const struct nlattr *attribute;

	*name = (struct name){ .host = "" };
	reply_for_each_attribute(attribute, message) {
		switch (mnl_attr_get_type(attribute)) {
		case PERSOCK_A_CGROUP_ID:
			name->cgroup_id = attribute_number(attribute);
			break;
		case PERSOCK_A_LEARNT_LOST:
			name->lost = attribute_number(attribute);
			break;
		case PERSOCK_A_LEARNT:
			parse_learnt(name, attribute);
			break;
		}
	}
}

static int change(struct netlink *nl, uint8_t command, const struct name *name)
{
	size_t nest;

	if (!netlink_knows_command(nl, command)) {
		nl->error = EOPNOTSUPP;
		snprintf(nl->reason, sizeof(nl->reason), TOO_OLD);
		return -EOPNOTSUPP;
	}
	netlink_request(nl, command);
	netlink_put_u64(nl, PERSOCK_A_CGROUP_ID, name->cgroup_id);
	nest = netlink_nest(nl, PERSOCK_A_LEARNT);
	if (name->host)
		netlink_put_string(nl, PERSOCK_A_LEARNT_HOST, name->host);
	if (name->address)
		netlink_put(nl, PERSOCK_A_LEARNT_ADDRESS, name->address,
			    name->length);
	if (command == PERSOCK_CMD_NAME_NEW && !name->fixed)
		netlink_put(nl, PERSOCK_A_LEARNT_TTL, &name->ttl,
			    sizeof(name->ttl));
	netlink_nest_end(nl, nest);

	return netlink_do(nl, NULL);
}

int name_add(struct netlink *nl, const struct name *name)
{
	return change(nl, PERSOCK_CMD_NAME_NEW, name);
}

int name_remove(struct netlink *nl, const struct name *name)
{
	return change(nl, PERSOCK_CMD_NAME_DEL, name);
}

const char *name_address(const struct name *name)
{
	static char text[INET6_ADDRSTRLEN];

	if (!name->address)
		return "";
	inet_ntop(name->length == 4 ? AF_INET : AF_INET6, name->address, text,
		  sizeof(text));

	return text;
}

void name_print(FILE *stream, const struct name *name)
{
	text_print(stream, name->host);
	fprintf(stream, " %s", name_address(name));
	if (name->fixed)
		fputs(", no TTL", stream);
	else
		fprintf(stream, ", TTL %d s", name->ttl);
}

void name_json(const struct name *name)
{
	json_string("host", name->host);
	json_string("address", name_address(name));
	json_u64("network_inode", name->network_inode);
	if (!name->fixed)
		json_i64("ttl", name->ttl);
}
