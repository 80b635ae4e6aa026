// SPDX-License-Identifier: GPL-2.0
/*
 * Lists and prints the module's providers, and checks those of a policy file.
 * The command status and personality.c call it.
 */
#include <linux/genetlink.h>

#include "wire/provider.h"

#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "base/word.h"
#include "policy_file/draft.h"
#include "policy_file/names.h"

int provider_list(struct netlink *nl, struct replies *replies)
{
	netlink_request(nl, PERSOCK_CMD_PROVIDER_GET);
	return netlink_dump(nl, replies) ? netlink_error(nl) : 0;
}

static const char *string_of(const struct nlmsghdr *message, int type)
{
	const struct nlattr *attribute;

	reply_for_each_attribute(attribute, message) {
		if (mnl_attr_get_type(attribute) == type)
			return attribute_string(attribute);
	}
	return "";
}

void provider_print(const struct nlmsghdr *message)
{
	const struct nlattr *attribute;
	const char *before = "";

	fputs("  ", stdout);
	text_print(stdout, string_of(message, PERSOCK_A_PROVIDER));
	fputs(" (module ", stdout);
	text_print(stdout, string_of(message, PERSOCK_A_MODULE));
	fputs("): ", stdout);
	reply_for_each_attribute(attribute, message) {
		if (mnl_attr_get_type(attribute) != PERSOCK_A_FAMILY)
			continue;
		printf("%s%s", before,
		       name_constant(NAME_FAMILY,
				     attribute_number(attribute)));
		before = ", ";
	}
	puts(*before ? "" : "all families");

	before = "    LSM hooks not called: ";
	reply_for_each_attribute(attribute, message) {
		if (mnl_attr_get_type(attribute) != PERSOCK_A_LSM_GAP)
			continue;
		fputs(before, stdout);
		text_print(stdout, attribute_string(attribute));
		before = ", ";
	}
	if (*before == ',')
		putchar('\n');
}

void provider_json(const struct nlmsghdr *message)
{
	const struct nlattr *attribute;
	bool all = true;

	json_object(NULL);
	json_string("name", string_of(message, PERSOCK_A_PROVIDER));
	json_string("module", string_of(message, PERSOCK_A_MODULE));
	json_array("families");
	reply_for_each_attribute(attribute, message) {
		if (mnl_attr_get_type(attribute) != PERSOCK_A_FAMILY)
			continue;
		json_string(NULL,
			    name_constant(NAME_FAMILY,
					  attribute_number(attribute)));
		all = false;
	}
	json_array_end();
	json_bool("all_families", all);
	json_array("lsm_gaps");
	reply_for_each_attribute(attribute, message) {
		if (mnl_attr_get_type(attribute) == PERSOCK_A_LSM_GAP)
			json_string(NULL, attribute_string(attribute));
	}
	json_array_end();
	json_object_end();
}

static bool is_among(const struct replies *replies, const char *name)
{
	const struct nlmsghdr *message;

	replies_for_each(message, replies) {
		if (!strcmp(string_of(message, PERSOCK_A_PROVIDER), name))
			return true;
	}

	return false;
}

static int provider_error(const struct replies *replies, const char *path,
			  unsigned int line, const char *name)
{
	const struct nlmsghdr *message;
	const char *words[64], *like;
	size_t nr = 0;

	replies_for_each(message, replies) {
		if (nr < ARRAY_SIZE(words))
			words[nr++] = string_of(message, PERSOCK_A_PROVIDER);
	}
	like = word_like(words, nr, name);

	return report_error("%s:%u: no provider called \"%s\" is registered%s%s%s",
			    path, line, name, like ? ": did you mean " : "",
			    like ?: "", like ? "?" : "");
}

int provider_check(struct netlink *nl, const struct draft *draft,
		   const char *path)
{
	struct replies replies;
	unsigned int i;
	int status;

	/* A file specifies all of them, or none. */
	if (!draft->provider_lines[0])
		return 0;
	status = provider_list(nl, &replies);
	if (status)
		return status;
	for (i = 0; i < draft->nr_providers && !status; i++) {
		unsigned int line = draft->provider_lines[i];

		if (line && !is_among(&replies, draft->providers[i]))
			status = provider_error(&replies, path, line,
						draft->providers[i]);
	}
	replies_free(&replies);

	return status;
}
