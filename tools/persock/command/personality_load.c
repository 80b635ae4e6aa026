// SPDX-License-Identifier: GPL-2.0
/*
 * persock personality add and set: personalities from policy files, and from
 * other personalities. personality.c calls it.
 */
#include "command/personality_load.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "command/arguments.h"
#include "command/local_names.h"
#include "command/source.h"
#include "policy_file/draft.h"
#include "wire/netlink.h"
#include "wire/personality.h"

/**
 * struct request - a personality to be created or replaced
 * @command: PERSOCK_CMD_PERSONALITY_NEW or _SET
 * @verb: the word of the command line, "add" or "set"
 * @base: replaces a file, or NULL
 * @file: the policy file, or NULL
 * @name: name of the personality; NULL: that of the file
 * @providers: replace those of the file or of the base
 */
struct request {
	uint8_t command;
	const char *verb;
	const char *base;
	const char *file;
	const char *name;
	struct provider_names providers;
};

static int send_base(const struct request *request)
{
	struct netlink nl;
	int status;

	status = netlink_open(&nl);
	if (status)
		return status;
	if (personality_from_base(&nl, request->command, request->name,
				  request->base, request->providers.name,
				  request->providers.count))
		status = personality_error(&nl, strstr(nl.reason, "base") ?
						request->base : request->name);
	netlink_close(&nl);

	return status;
}

static int override(const struct request *request, struct draft *draft)
{
	unsigned int i;

	if (request->name)
		snprintf(draft->name, sizeof(draft->name), "%s", request->name);
	if (!*draft->name)
		return report_error("%s: the key \"personality\" is missing, and no name is specified",
				    request->file);
	if (!request->providers.count)
		return 0;
	if (request->providers.count > PERSOCK_MAX_PROVIDERS)
		return usage_error("a personality has at most %d providers",
				   PERSOCK_MAX_PROVIDERS);
	memset(draft->provider_lines, 0, sizeof(draft->provider_lines));
	for (i = 0; i < request->providers.count; i++)
		snprintf(draft->providers[i], sizeof(draft->providers[i]), "%s",
			 request->providers.name[i]);
	draft->nr_providers = i;

	return 0;
}

static int send_file(const struct request *request)
{
	struct draft draft;
	struct netlink nl;
	int status = EXIT_FAILURE;

	if (!source_file(&draft, request->file))
		goto free;
	status = override(request, &draft);
	if (!status)
		status = local_names_add(&draft, source_name(request->file));
	if (!status)
		status = netlink_open(&nl);
	if (status)
		goto free;
	status = personality_load_draft(&nl, request->command, &draft,
					source_name(request->file), false);
	netlink_close(&nl);
free:
	draft_free(&draft);

	return status;
}

static int parse_options(struct request *request, int argc, char **argv)
{
	static const struct option options[] = {
		{ "base",	required_argument, NULL, 'b' },
		{ "provider",	required_argument, NULL, 'P' },
		{ "json",	no_argument, NULL, 'j' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ }
	};
	int option, status = 0;

	while ((option = getopt_long(argc, argv, ":j", options, NULL)) >= 0) {
		switch (option) {
		case 'b':
			if (request->base)
				status = usage_error("personality %s takes one --base, not also \"%s\"",
						     request->verb, optarg);
			else
				status = command_check_name("personality",
							    optarg);
			request->base = optarg;
			break;
		case 'P':
			status = provider_names_add(&request->providers,
						    optarg);
			break;
		case 'j':
		case 'p':
			break;
		default:
			status = option_error(option, argv);
		}
		if (status)
			return status;
	}

	return 0;
}

static int parse_arguments(struct request *request, int nr, char **arguments)
{
	int most = request->base ? 1 : 2, status;

	if (!nr)
		return usage_error("personality %s needs a policy file, or a name and --base: persock personality %s FILE [NAME]",
				   request->verb, request->verb);
	if (nr > most && request->base)
		return usage_error("personality %s takes one name, not also \"%s\"",
				   request->verb, arguments[1]);
	if (nr > most)
		return usage_error("personality %s takes a policy file and one name, not also \"%s\"",
				   request->verb, arguments[2]);
	if (request->base) {
		request->name = arguments[0];
		status = command_check_name("personality", request->name);
		if (status)
			return status;
		if (source_is_file(request->name))
			return usage_error("personality %s takes a policy file or --base: every command would read the name \"%s\" as a file",
					   request->verb, request->name);
	} else {
		request->file = arguments[0];
		request->name = arguments[1];
	}
	/* An argument that is no file is probably a name. */
	if (request->file && !source_is_file(request->file) &&
	    access(request->file, F_OK))
		return usage_error("personality %s needs --base, the personality whose policy \"%s\" copies, or a policy file: there is no file \"%s\"",
				   request->verb, request->file, request->file);

	return request->name ? command_check_name("personality",
						  request->name) : 0;
}

int personality_load_command(int argc, char **argv)
{
	struct request request = {
		.command = strcmp(argv[0], "set") ?
			   PERSOCK_CMD_PERSONALITY_NEW :
			   PERSOCK_CMD_PERSONALITY_SET,
		.verb = argv[0],
	};
	int status;

	status = parse_options(&request, argc, argv);
	if (!status)
		status = parse_arguments(&request, argc - optind,
					 argv + optind);
	if (!status)
		status = request.file ? send_file(&request) :
					send_base(&request);
	free(request.providers.name);

	return status;
}
