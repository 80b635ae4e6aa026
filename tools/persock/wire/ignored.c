// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the counters of ignored calls, and prints them. The commands counters
 * and run call it, and attachment.c.
 */
#include <linux/genetlink.h>

#include "wire/ignored.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/json.h"
#include "policy_file/names.h"
#include "policy_file/section_name.h"

struct ignored {
	uint64_t cgroup_id;
	const struct nlattr *of[PERSOCK_A_IGNORED_MAX + 1];
};

int ignored_list(struct netlink *nl, uint64_t id, struct replies *replies)
{
	int error;

	netlink_request(nl, PERSOCK_CMD_IGNORED_GET);
	if (id)
		netlink_put_u64(nl, PERSOCK_A_CGROUP_ID, id);
	error = netlink_dump(nl, replies);
	if (error == -EOPNOTSUPP) {
		*replies = (struct replies){ 0 };
		error = 0;
	}

	return error ? netlink_error(nl) : 0;
}

static void parse(struct ignored *ignored, const struct nlmsghdr *message)
{
	const struct nlattr *attribute, *nested;

	memset(ignored, 0, sizeof(*ignored));
	reply_for_each_attribute(attribute, message) {
		if (mnl_attr_get_type(attribute) == PERSOCK_A_CGROUP_ID)
			ignored->cgroup_id = attribute_number(attribute);
		if (mnl_attr_get_type(attribute) != PERSOCK_A_IGNORED)
			continue;
		mnl_attr_for_each_nested(nested, attribute) {
			unsigned int type = mnl_attr_get_type(nested);

			if (type <= PERSOCK_A_IGNORED_MAX)
				ignored->of[type] = nested;
		}
	}
}

static uint64_t number(const struct ignored *ignored, int type)
{
	return ignored->of[type] ? attribute_number(ignored->of[type]) : 0;
}

static const char *section(const struct ignored *ignored)
{
	return section_name(number(ignored, PERSOCK_A_IGNORED_SECTION));
}

/* "" for the rest, which is counted together. */
static const char *subject(const struct ignored *ignored)
{
	enum name_kind kind =
		number(ignored, PERSOCK_A_IGNORED_SECTION) ==
		PERSOCK_SECTION_OPTIONS_SET ? NAME_OPTION : NAME_CONTROL;

	if (ignored->of[PERSOCK_A_IGNORED_LEVEL])
		return name_of_option(kind,
				      number(ignored, PERSOCK_A_IGNORED_LEVEL),
				      number(ignored, PERSOCK_A_IGNORED_NAME));
	if (ignored->of[PERSOCK_A_IGNORED_FLAGS])
		return name_of(NAME_FLAG, 0,
			       number(ignored, PERSOCK_A_IGNORED_FLAGS));
	if (ignored->of[PERSOCK_A_IGNORED_COMMAND])
		return name_of(NAME_IOCTL, 0,
			       number(ignored, PERSOCK_A_IGNORED_COMMAND));

	return "";
}

void ignored_print(FILE *stream, const struct replies *replies, uint64_t id,
		   int indent)
{
	const struct nlmsghdr *message;
	struct ignored ignored;
	bool header = false;

	replies_for_each(message, replies) {
		bool rest;

		parse(&ignored, message);
		if (ignored.cgroup_id != id)
			continue;
		if (!header)
			fprintf(stream, "%*s%-16s %12s\n", indent, "",
				"ignored", "times");
		header = true;
		rest = !ignored.of[PERSOCK_A_IGNORED_SECTION];
		fprintf(stream, "%*s%-16s %12" PRIu64 " %s\n", indent, "",
			rest ? "others" : section(&ignored),
			number(&ignored, PERSOCK_A_IGNORED_COUNT),
			subject(&ignored));
	}
}

void ignored_json(const struct replies *replies, uint64_t id)
{
	const struct nlmsghdr *message;
	struct ignored ignored;

	json_array("ignored");
	replies_for_each(message, replies) {
		parse(&ignored, message);
		if (ignored.cgroup_id != id)
			continue;
		json_object(NULL);
		if (ignored.of[PERSOCK_A_IGNORED_SECTION])
			json_string("section", section(&ignored));
		if (ignored.of[PERSOCK_A_IGNORED_LEVEL]) {
			json_i64("level", (int32_t)number(&ignored, PERSOCK_A_IGNORED_LEVEL));
			json_i64("name", (int32_t)number(&ignored, PERSOCK_A_IGNORED_NAME));
			json_string("option", subject(&ignored));
		}
		if (ignored.of[PERSOCK_A_IGNORED_FLAGS]) {
			json_u64("flag", number(&ignored, PERSOCK_A_IGNORED_FLAGS));
			json_string("flag_name", subject(&ignored));
		}
		if (ignored.of[PERSOCK_A_IGNORED_COMMAND]) {
			json_u64("command", number(&ignored, PERSOCK_A_IGNORED_COMMAND));
			json_string("command_name", subject(&ignored));
		}
		json_u64("times", number(&ignored, PERSOCK_A_IGNORED_COUNT));
		json_object_end();
	}
	json_array_end();
}
