// SPDX-License-Identifier: GPL-2.0
/*
 * Reads recorded facts from the module. The command record calls it.
 */
#include <linux/genetlink.h>

#include "wire/fact.h"

#include <errno.h>
#include <stdio.h>

#include "base/error.h"
#include "module/policy/section.h"
#include "module/policy/vsock_rule.h"
#include "policy_file/fact.h"

int record_known(const struct netlink *nl)
{
	if (netlink_knows_command(nl, PERSOCK_CMD_RECORD_GET))
		return 0;

	return report_error("the persock module does not record: it is older than this tool");
}

static void parse_address(struct fact *fact, const struct nlattr *attribute)
{
	size_t length = mnl_attr_get_payload_len(attribute);

	if (length != 4 && length != 16)
		return;
	fact->endpoint.family = length == 4 ? AF_INET : AF_INET6;
	fact->prefix = 8 * length;
	memcpy(fact->endpoint.address, mnl_attr_get_payload(attribute), length);
}

static void parse_vsock(struct fact *fact, const struct nlattr *attribute,
			bool cid)
{
	struct persock_vsock vsock = persock_vsock_unpack(&fact->endpoint);

	if (cid)
		vsock.cid = attribute_number(attribute);
	else
		vsock.port = attribute_number(attribute);
	persock_vsock_pack(&fact->endpoint, &vsock);
}

static void parse_comm(struct fact *fact, const struct nlattr *attribute)
{
	unsigned int i;

	for (i = 0; i < FACT_COMMS; i++) {
		if (*fact->comms[i])
			continue;
		snprintf(fact->comms[i], sizeof(fact->comms[i]), "%s",
			 attribute_string(attribute));
		return;
	}
}

static void parse_attribute(struct fact *fact, const struct nlattr *attribute)
{
	switch (mnl_attr_get_type(attribute)) {
	case PERSOCK_A_FACT_SECTION:
		fact->section = attribute_number(attribute);
		break;
	case PERSOCK_A_FACT_CLASS:
		fact->class = attribute_number(attribute);
		break;
	case PERSOCK_A_FACT_COUNT:
		fact->count = attribute_number(attribute);
		break;
	case PERSOCK_A_FACT_FIRST:
		fact->first = attribute_number(attribute);
		break;
	case PERSOCK_A_FACT_COMM:
		parse_comm(fact, attribute);
		break;
	case PERSOCK_A_FACT_FAMILY:
		fact->family = attribute_number(attribute);
		break;
	case PERSOCK_A_FACT_TYPE:
		fact->type = attribute_number(attribute);
		break;
	case PERSOCK_A_FACT_PROTOCOL:
		fact->protocol = attribute_number(attribute);
		break;
	case PERSOCK_A_FACT_LEVEL:
		fact->level = attribute_number(attribute);
		break;
	case PERSOCK_A_FACT_NAME:
		fact->name = attribute_number(attribute);
		break;
	case PERSOCK_A_FACT_FLAGS:
		fact->flag = attribute_number(attribute);
		break;
	case PERSOCK_A_FACT_COMMAND:
		fact->command = attribute_number(attribute);
		break;
	case PERSOCK_A_FACT_ADDRESS:
		parse_address(fact, attribute);
		break;
	case PERSOCK_A_FACT_PORT:
		fact->endpoint.port = attribute_number(attribute);
		fact->last = fact->endpoint.port;
		break;
	case PERSOCK_A_FACT_CID:
		parse_vsock(fact, attribute, true);
		break;
	case PERSOCK_A_FACT_VSOCK_PORT:
		parse_vsock(fact, attribute, false);
		break;
	case PERSOCK_A_FACT_HOST:
		snprintf(fact->host, sizeof(fact->host), "%s",
			 attribute_string(attribute));
		break;
	case PERSOCK_A_FACT_UNIX_NAME:
		free(fact->unix_name);
		fact->unix_name = need(strdup(attribute_string(attribute)));
		break;
	case PERSOCK_A_FACT_LIMIT:
		fact->limit = attribute_number(attribute);
		break;
	case PERSOCK_A_FACT_VALUE:
		fact->value = attribute_number(attribute);
		break;
	}
}

static void parse_fact(struct record *record, const struct nlattr *nest)
{
	const struct nlattr *attribute;
	struct fact *fact;

	record->facts = need(reallocarray(record->facts, record->nr + 1,
					  sizeof(*record->facts)));
	fact = &record->facts[record->nr++];
	*fact = (struct fact){ .joined = 1 };
	mnl_attr_for_each_nested(attribute, nest)
		parse_attribute(fact, attribute);
	/* A newer module may know sections and limits that this tool does not. */
	if (fact->section >= PERSOCK_NR_SECTIONS ||
	    fact->limit > PERSOCK_LIMIT_RECEIVED_CONTROL ||
	    fact->class >= PERSOCK_NR_CLASSES) {
		free(fact->unix_name);
		record->nr--;
		return;
	}
	/* As a file without a path is called. */
	if (persock_section_is_unix(fact->section) && !fact->unix_name)
		fact->unix_name = need(strdup("/"));
}

static void parse(struct record *record, const struct nlmsghdr *message)
{
	const struct nlattr *attribute;

	reply_for_each_attribute(attribute, message) {
		if (mnl_attr_get_type(attribute) == PERSOCK_A_FACT)
			parse_fact(record, attribute);
		else if (mnl_attr_get_type(attribute) == PERSOCK_A_FACT_LOST)
			record->lost = attribute_number(attribute);
	}
}

int record_read(struct netlink *nl, uint64_t cgroup, struct record *record)
{
	const struct nlmsghdr *message;
	struct replies replies;

	*record = (struct record){ 0 };
	netlink_request(nl, PERSOCK_CMD_RECORD_GET);
	netlink_put_u64(nl, PERSOCK_A_CGROUP_ID, cgroup);
	if (netlink_dump(nl, &replies))
		return netlink_error(nl);
	replies_for_each(message, &replies)
		parse(record, message);
	replies_free(&replies);

	return 0;
}

void record_free(struct record *record)
{
	while (record->nr)
		free(record->facts[--record->nr].unix_name);
	free(record->facts);
	*record = (struct record){ 0 };
}
