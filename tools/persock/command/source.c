// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the policy of the file or personality that an argument specifies. The
 * commands check, explain, show, apply and personality call it.
 */
#include "command/source.h"

#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "command/arguments.h"
#include "policy_file/draft_unix.h"
#include "policy_file/parse.h"
#include "wire/netlink.h"
#include "wire/personality.h"
#include "wire/policy.h"

bool source_is_file(const char *argument)
{
	static const char *const ends[] = { ".yaml", ".yml", ".json" };
	size_t length = strlen(argument), i;

	if (!strcmp(argument, "-") || strchr(argument, '/'))
		return true;
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t end = strlen(ends[i]);

		if (length > end && !strcmp(argument + length - end, ends[i]))
			return true;
	}

	return false;
}

bool source_personality(struct draft *draft, const char *name)
{
	struct netlink nl;
	bool good;

	draft_init(draft);
	if (draft_preset(draft, name)) {
		snprintf(draft->name, sizeof(draft->name), "%s", name);
		draft_index(draft);
		return true;
	}
	if (command_check_name("personality", name) || netlink_open(&nl))
		return false;
	draft_free(draft);
	good = !policy_read(&nl, name, draft);
	if (!good)
		personality_error(&nl, name);
	netlink_close(&nl);

	return good;
}

const char *source_name(const char *argument)
{
	return strcmp(argument, "-") ? argument : "stdin";
}

/* The line numbers of a base are not those of the file. */
static void forget_lines(struct persock_policy *policy)
{
	enum persock_section section;
	unsigned int class, i;

	for (i = 0; i < policy->sockets.nr; i++)
		((struct persock_socket_rule *)policy->sockets.rules)[i].line = 0;
	for (i = 0; i < policy->names.nr; i++)
		((struct persock_host_rule *)policy->names.rules)[i].line = 0;
	for (section = 0; section < PERSOCK_NR_SECTIONS; section++) {
		struct persock_addresses *addresses;

		if (!persock_section_is_address(section))
			continue;
		addresses = persock_section_addresses(policy, section);
		for (i = 0; i < addresses->nr; i++)
			((struct persock_address_rule *)addresses->rules)[i].line = 0;
		for (i = 0; i < addresses->nr_vsock; i++)
			((struct persock_vsock_rule *)addresses->vsock)[i].line = 0;
	}
	draft_forget_unix_lines(policy);
	for (class = 0; class < PERSOCK_NR_CLASSES; class++) {
		struct persock_rules *rules = &policy->rules[class];

		for (section = 0; section < PERSOCK_NR_SECTIONS; section++) {
			struct persock_options *options;

			if (!persock_section_is_option(section))
				continue;
			options = persock_section_options(rules, section);
			for (i = 0; i < options->nr; i++)
				((struct persock_option *)options->list)[i].line = 0;
		}
		for (i = 0; i < rules->ioctls.nr; i++)
			((struct persock_ioctl *)rules->ioctls.list)[i].line = 0;
	}
}

void source_forget_lines(struct draft *draft)
{
	forget_lines(&draft->policy);
	memset(draft->lines, 0, sizeof(draft->lines));
	memset(draft->flag_lines, 0, sizeof(draft->flag_lines));
	draft->resolvers_line = 0;
	draft->queries_line = 0;
}

bool source_base(struct draft *draft, const char *name)
{
	struct draft base;
	bool good = source_personality(&base, name);

	if (good) {
		char own[PERSOCK_NAME_MAX + 1];

		/* The draft has its name and base already. */
		memcpy(own, draft->name, sizeof(own));
		draft_free(draft);
		*draft = base;
		memcpy(draft->name, own, sizeof(own));
		snprintf(draft->base, sizeof(draft->base), "%s", name);
		draft->network_line = 0;
		draft->from_line = 0;
		draft->resolvers_line = 0;
		draft->queries_line = 0;
		forget_lines(&draft->policy);
	} else {
		draft_free(&base);
	}

	return good;
}

bool source_file(struct draft *draft, const char *path)
{
	return parse_file(draft, path, source_base);
}

void source_hint(const char *argument)
{
	if (!access(argument, F_OK))
		report_warning("\"%s\" was read as a personality: specify the file as \"./%s\"",
			       argument, argument);
}

bool source_read(struct draft *draft, const char *argument)
{
	bool good;

	if (source_is_file(argument))
		return source_file(draft, argument);
	good = source_personality(draft, argument);
	if (!good)
		source_hint(argument);

	return good;
}
