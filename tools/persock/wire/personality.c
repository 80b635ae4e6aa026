// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>

#include "wire/personality.h"

#include <getopt.h>
#include <string.h>

#include "base/complain.h"
#include "command/arguments.h"
#include "command/personality_load.h"
#include "command/show.h"

int personality_from_base(struct netlink *nl, uint8_t command, const char *name,
			  const char *base, const char *const *providers,
			  unsigned int nr_providers)
{
	unsigned int i;

	netlink_request(nl, command);
	netlink_put_string(nl, PERSOCK_A_PERSONALITY, name);
	netlink_put_string(nl, PERSOCK_A_BASE, base);
	for (i = 0; i < nr_providers; i++)
		netlink_put_string(nl, PERSOCK_A_PROVIDER, providers[i]);
	return netlink_do(nl, NULL);
}

int personality_del(struct netlink *nl, const char *name)
{
	netlink_request(nl, PERSOCK_CMD_PERSONALITY_DEL);
	netlink_put_string(nl, PERSOCK_A_PERSONALITY, name);
	return netlink_do(nl, NULL);
}

void personality_parse(const struct nlmsghdr *message,
		       struct personality *personality)
{
	const struct nlattr *attribute;

	*personality = (struct personality){ .name = "", .base = "" };
	reply_for_each_attribute(attribute, message) {
		switch (mnl_attr_get_type(attribute)) {
		case PERSOCK_A_PERSONALITY:
			personality->name = attribute_string(attribute);
			break;
		case PERSOCK_A_BASE:
			personality->base = attribute_string(attribute);
			break;
		case PERSOCK_A_BUILTIN:
			personality->builtin = attribute_number(attribute);
			break;
		case PERSOCK_A_ATTACHMENTS:
			personality->attachments = attribute_number(attribute);
			break;
		case PERSOCK_A_SOCKETS_LIVE:
			personality->sockets_live = attribute_number(attribute);
			break;
		case PERSOCK_A_SOCKETS_CREATED:
			personality->sockets_created =
				attribute_number(attribute);
			break;
		case PERSOCK_A_COUNTER:
			counters_parse(&personality->counters, attribute);
			break;
		}
	}
}

static int del_command(int argc, char **argv)
{
	struct netlink nl;
	int status;

	status = command_options(argc, argv);
	if (status)
		return status;
	if (optind == argc)
		return misuse("personality del needs a name: persock personality del NAME");
	if (argc - optind > 1)
		return misuse("personality del takes one name, not also \"%s\"",
			      argv[optind + 1]);
	status = command_check_name("personality", argv[optind]);
	if (status)
		return status;

	status = netlink_open(&nl);
	if (status)
		return status;
	status = personality_del(&nl, argv[optind]) ? netlink_refusal(&nl) : 0;
	netlink_close(&nl);
	return status;
}

int personality_command(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : NULL;

	if (!verb)
		return misuse("personality needs one of add, set, show and del");
	if (!strcmp(verb, "add") || !strcmp(verb, "set"))
		return personality_load_command(argc - 1, argv + 1);
	if (!strcmp(verb, "show"))
		return show_command(argc - 1, argv + 1);
	if (!strcmp(verb, "del"))
		return del_command(argc - 1, argv + 1);
	return misuse("personality needs one of add, set, show and del, not \"%s\"",
		      verb);
}
