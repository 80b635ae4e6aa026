// SPDX-License-Identifier: GPL-2.0
/*
 * Writes recorded facts as JSON, as the module has kept them. record.c calls it.
 */
#include "command/record_facts.h"

#include <arpa/inet.h>
#include <time.h>

#include "base/json.h"
#include "command/record_file.h"
#include "module/policy/vsock_rule.h"
#include "policy_file/fact.h"
#include "policy_file/names.h"
#include "policy_file/recorded.h"
#include "policy_file/section_name.h"

#define NSEC_PER_MSEC	1000000

static const char *const limits[] = {
	[PERSOCK_LIMIT_SOCKETS]		 = "sockets",
	[PERSOCK_LIMIT_BACKLOG_FLOOR]	 = "backlog.floor",
	[PERSOCK_LIMIT_BACKLOG_CEILING]	 = "backlog.ceiling",
	[PERSOCK_LIMIT_OPTION]		 = "option",
	[PERSOCK_LIMIT_CONTROL]		 = "control",
	[PERSOCK_LIMIT_ADDRESS]		 = "address",
	[PERSOCK_LIMIT_RECEIVED_CONTROL] = "received",
};

static void put_socket(const struct fact *fact)
{
	bool inet = fact->family == AF_INET || fact->family == AF_INET6;

	json_string("family", name_of(NAME_FAMILY, 0, fact->family));
	json_string("type", name_of(NAME_TYPE, 0, fact->type));
	if (inet && fact->protocol)
		json_string("protocol",
			    name_of(NAME_PROTOCOL, 0, fact->protocol));
}

static void put_peer(const struct fact *fact)
{
	char address[INET6_ADDRSTRLEN];
	struct persock_vsock vsock;

	if (fact->endpoint.family == AF_VSOCK) {
		vsock = persock_vsock_unpack(&fact->endpoint);
		json_u64("cid", vsock.cid);
		json_u64("vsock_port", vsock.port);
		return;
	}
	if (fact->protocol)
		json_string("protocol",
			    name_of(NAME_PROTOCOL, 0, fact->protocol));
	if (fact->endpoint.family) {
		inet_ntop(fact->endpoint.family, fact->endpoint.address,
			  address, sizeof(address));
		json_string("address", address);
	}
	json_u64("port", fact->endpoint.port);
	if (*fact->host)
		json_string("host", fact->host);
}

static void put_subject(const struct fact *fact)
{
	switch (fact->section) {
	case PERSOCK_SECTION_SOCKETS:
		put_socket(fact);
		break;
	case PERSOCK_SECTION_OPTIONS_GET:
	case PERSOCK_SECTION_OPTIONS_SET:
		json_string("option",
			    name_of_option(NAME_OPTION, fact->level,
					   fact->name));
		break;
	case PERSOCK_SECTION_CONTROL_SEND:
	case PERSOCK_SECTION_CONTROL_RECEIVE:
		json_string("option",
			    name_of_option(NAME_CONTROL, fact->level,
					   fact->name));
		break;
	case PERSOCK_SECTION_FLAGS_SEND:
	case PERSOCK_SECTION_FLAGS_RECEIVE:
		json_string("flag", name_of(NAME_FLAG, 0, fact->flag));
		break;
	case PERSOCK_SECTION_IOCTLS:
		json_string("command", name_of(NAME_IOCTL, 0, fact->command));
		break;
	case PERSOCK_SECTION_CONNECT:
	case PERSOCK_SECTION_BIND:
	case PERSOCK_SECTION_ACCEPT:
		put_peer(fact);
		break;
	case PERSOCK_SECTION_UNIX_CONNECT:
	case PERSOCK_SECTION_UNIX_BIND:
		json_string("type", name_of(NAME_TYPE, 0, fact->type));
		json_string("unix_name", fact->unix_name ?: "");
		break;
	case PERSOCK_SECTION_LIMITS:
		json_string("limit", limits[fact->limit]);
		json_u64("value", fact->value);
		break;
	default:
		break;
	}
}

static void put_fact(const struct record_file *file, const struct fact *fact)
{
	uint64_t after = fact->first > file->begun ? fact->first - file->begun :
						     0;
	int i;

	json_object(NULL);
	json_string("section", section_name(fact->section));
	json_string("class", fact->class == PERSOCK_CLASS_INET ? "inet" :
								 "others");
	json_u64("count", fact->count);
	json_u64("after_ms", after / NSEC_PER_MSEC);
	json_array("programs");
	for (i = 0; i < FACT_COMMS && *fact->comms[i]; i++)
		json_string(NULL, fact->comms[i]);
	json_array_end();
	put_subject(fact);
	json_object_end();
}

static void put_resolvers(const struct persock_names *resolvers)
{
	char address[INET6_ADDRSTRLEN];
	unsigned int i;

	json_array("resolvers");
	for (i = 0; i < resolvers->nr_resolvers; i++) {
		inet_ntop(resolvers->resolvers[i].family,
			  resolvers->resolvers[i].address, address,
			  sizeof(address));
		json_string(NULL, address);
	}
	json_array_end();
}

void record_facts_json(const struct record_file *file,
		       const struct persock_names *resolvers, FILE *stream)
{
	const struct recorded *recorded = file->recorded;
	time_t now = time(NULL);
	char stamp[32];
	unsigned int i;

	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	json_start(stream);
	json_object(NULL);
	json_string("of", file->what);
	json_string("time", stamp);
	json_u64("lost", file->lost);
	put_resolvers(resolvers);
	json_array("facts");
	for (i = 0; i < recorded->nr; i++)
		put_fact(file, &recorded->facts[i]);
	json_array_end();
	json_object_end();
	json_finish();
}
