// SPDX-License-Identifier: GPL-2.0
/*
 * persock show and persock personality show: a policy file in full, a
 * personality with its policy, the policies that govern a cgroup, or the list
 * of personalities. main.c calls it, and personality.c.
 */
#include <linux/genetlink.h>

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "command/arguments.h"
#include "command/commands.h"
#include "command/show_effective.h"
#include "command/source.h"
#include "policy_file/draft.h"
#include "policy_file/draft_print.h"
#include "wire/personality.h"
#include "wire/policy.h"

/* A row of the table, or its head when there is no message. */
static void print_row(const struct nlmsghdr *message, int width)
{
	const struct nlattr *attribute;
	struct personality personality;
	const char *before = "";
	uint64_t denied = 0;
	int i;

	if (!message) {
		printf("%-*s  %-11s %8s %7s %8s %7s  %s\n", width, "name",
		       "base", "attached", "sockets", "created", "denied",
		       "providers");
		return;
	}
	personality_parse(message, &personality);
	for (i = 0; i < COUNTERS_MAX; i++)
		denied += personality.counters.of[i].denied;
	text_print(stdout, personality.name);
	printf("%*s  %-11s %8u %7" PRIu64 " %8" PRIu64 " %7" PRIu64 "  ",
	       width - (int)strlen(personality.name), "",
	       personality.builtin ? "(builtin)" :
	       *personality.base ? personality.base : "-",
	       personality.attachments, personality.sockets_live,
	       personality.sockets_created, denied);
	reply_for_each_attribute(attribute, message) {
		if (mnl_attr_get_type(attribute) != PERSOCK_A_PROVIDER)
			continue;
		fputs(before, stdout);
		text_print(stdout, attribute_string(attribute));
		before = ", ";
	}
	puts(*before ? "" : "-");
}

static void print_table(const struct replies *replies)
{
	const struct nlmsghdr *message;
	struct personality personality;
	int width = 4;

	replies_for_each(message, replies) {
		personality_parse(message, &personality);
		if ((int)strlen(personality.name) > width)
			width = strlen(personality.name);
	}
	print_row(NULL, width);
	replies_for_each(message, replies)
		print_row(message, width);
}

/* @draft: its policy, or NULL to leave the policy out. */
static void print_json(const struct nlmsghdr *message,
		       const struct draft *draft)
{
	const struct nlattr *attribute;
	struct personality personality;

	personality_parse(message, &personality);
	json_object(NULL);
	json_string("name", personality.name);
	json_string("base", personality.base);
	json_bool("builtin", personality.builtin);
	json_array("providers");
	reply_for_each_attribute(attribute, message) {
		if (mnl_attr_get_type(attribute) == PERSOCK_A_PROVIDER)
			json_string(NULL, attribute_string(attribute));
	}
	json_array_end();
	json_u64("attachments", personality.attachments);
	json_u64("sockets_live", personality.sockets_live);
	json_u64("sockets_created", personality.sockets_created);
	counters_json(&personality.counters);
	if (draft)
		draft_print_json(draft);
	json_object_end();
}

static int show_all(struct netlink *nl)
{
	const struct nlmsghdr *message;
	struct replies replies;

	if (personality_list(nl, &replies))
		return EXIT_FAILURE;
	if (json_wanted) {
		json_start(stdout);
		json_array(NULL);
		replies_for_each(message, &replies)
			print_json(message, NULL);
		json_array_end();
		json_finish();
	} else {
		print_table(&replies);
	}
	replies_free(&replies);
	return 0;
}

/* Print a comment with data that is not policy, and the policy file. */
static void print_policy(const struct nlmsghdr *message,
			 const struct draft *draft)
{
	struct personality personality;

	personality_parse(message, &personality);
	printf("# ");
	if (personality.builtin)
		fputs("builtin, ", stdout);
	else if (*personality.base)
		printf("made from %s, ", personality.base);
	printf("attached cgroups: %u, sockets: %" PRIu64 " live, %" PRIu64
	       " created\n", personality.attachments,
	       personality.sockets_live, personality.sockets_created);
	draft_print_yaml(draft, stdout);
}

static int show_one(struct netlink *nl, const char *name)
{
	const struct nlmsghdr *message;
	struct replies replies;
	struct draft draft;
	int error;

	netlink_request(nl, PERSOCK_CMD_PERSONALITY_GET);
	netlink_put_string(nl, PERSOCK_A_PERSONALITY, name);
	if (netlink_do(nl, &replies))
		return personality_error(nl, name);
	error = policy_read(nl, name, &draft);
	message = replies_next(&replies, NULL);
	if (error) {
		netlink_error(nl);
	} else if (message && json_wanted) {
		json_start(stdout);
		print_json(message, &draft);
		json_finish();
	} else if (message) {
		print_policy(message, &draft);
	}
	draft_free(&draft);
	replies_free(&replies);
	return error ? EXIT_FAILURE : 0;
}

/* Show a personality with its policy, or for NULL the list of all. */
static int show_loaded(const char *name)
{
	struct netlink nl;
	int status = name ? command_check_name("personality", name) : 0;

	if (status)
		return status;
	status = netlink_open(&nl);
	if (status)
		return status;
	status = name ? show_one(&nl, name) : show_all(&nl);
	netlink_close(&nl);
	return status;
}

static int show_file(const char *path)
{
	struct draft draft;
	bool good = source_file(&draft, path);

	if (good && json_wanted) {
		json_start(stdout);
		json_object(NULL);
		json_string("name", draft.name);
		json_string("base", draft.base);
		draft_print_json(&draft);
		json_object_end();
		json_finish();
	} else if (good) {
		draft_print_yaml(&draft, stdout);
	}
	draft_free(&draft);

	return good ? 0 : EXIT_FAILURE;
}

static int parse_options(int argc, char **argv, bool *effective)
{
	static const struct option options[] = {
		{ "effective",	no_argument, NULL, 'e' },
		{ "json",	no_argument, NULL, 'j' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ }
	};
	int option;

	while ((option = getopt_long(argc, argv, ":j", options, NULL)) >= 0) {
		switch (option) {
		case 'e':
			*effective = true;
			break;
		case 'j':
		case 'p':
			json_choose(option);
			break;
		default:
			return option_error(option, argv);
		}
	}
	if (*effective && optind == argc)
		return usage_error("show needs a cgroup, or several policies: persock show --effective CGROUP");

	return 0;
}

int show_command(int argc, char **argv)
{
	bool effective = false;
	int status = parse_options(argc, argv, &effective);

	if (status)
		return status;
	if (effective)
		return show_effective(argv + optind, argc - optind);
	if (argc - optind > 1)
		return usage_error("show takes one file or personality, not also \"%s\"",
				   argv[optind + 1]);
	if (optind < argc && source_is_file(argv[optind]))
		return show_file(argv[optind]);

	status = show_loaded(argv[optind]);
	if (status && argv[optind])
		source_hint(argv[optind]);

	return status;
}
