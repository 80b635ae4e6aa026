// SPDX-License-Identifier: GPL-2.0
/*
 * Loads and deletes personalities, and parses the module's replies on them. The
 * commands personality, show, run and apply call it.
 */
#include <linux/genetlink.h>

#include "wire/personality.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/word.h"
#include "policy_file/draft.h"
#include "wire/policy.h"
#include "wire/provider.h"

#define MOST_NAMES	12

int personality_list(struct netlink *nl, struct replies *replies)
{
	netlink_request(nl, PERSOCK_CMD_PERSONALITY_GET);
	return netlink_dump(nl, replies) ? netlink_error(nl) : 0;
}

/* "host, none, gvisor and 3 more"; to be freed. */
static char *list_of(const char *const *names, size_t nr)
{
	char *text = NULL;
	size_t size, i;
	FILE *memory = need(open_memstream(&text, &size));

	for (i = 0; i < nr && i < MOST_NAMES; i++)
		fprintf(memory, "%s%s", i ? ", " : "", names[i]);
	if (i < nr)
		fprintf(memory, " and %zu more", nr - i);
	fclose(memory);

	return need(text);
}

static int no_personality(const struct replies *replies, const char *name)
{
	const struct nlmsghdr *message;
	struct personality personality;
	const char **names = NULL, *like;
	size_t nr = 0;
	char *list;

	replies_for_each(message, replies) {
		personality_parse(message, &personality);
		names = need(reallocarray(names, nr + 1, sizeof(*names)));
		names[nr++] = personality.name;
	}
	like = word_like(names, nr, name);
	list = list_of(names, nr);
	if (like)
		report_error("personality \"%s\": not loaded: did you mean \"%s\"?",
			     name, like);
	else
		report_error("personality \"%s\": not loaded; loaded are %s",
			     name, list);
	free(list);
	free(names);

	return EXIT_FAILURE;
}

int personality_check_loaded(struct netlink *nl, const char *name)
{
	const struct nlmsghdr *message;
	struct personality personality;
	struct replies replies;
	bool found = false;
	int status;

	status = personality_list(nl, &replies);
	if (status)
		return status;
	replies_for_each(message, &replies) {
		personality_parse(message, &personality);
		found = found || !strcmp(personality.name, name);
	}
	if (!found)
		status = no_personality(&replies, name);
	replies_free(&replies);

	return status;
}

int personality_error(struct netlink *nl, const char *name)
{
	struct replies replies;
	int status;

	/* The module says so, too, if a cgroup or provider is missing. */
	if (nl->error != ENOENT ||
	    (strcmp(nl->reason, "no such personality") &&
	     strcmp(nl->reason, "no personality has the base's name")))
		return netlink_error(nl);
	status = personality_list(nl, &replies);
	if (status)
		return status;
	status = no_personality(&replies, name);
	replies_free(&replies);

	return status;
}

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

/* Open the network namespace of a file, or of its base, by its path. */
static int open_network(const struct draft *draft, const char *file,
			const char *path, unsigned int line, int *network)
{
	*network = -1;
	if (!*path)
		return 0;
	*network = open(path, O_RDONLY | O_CLOEXEC);
	if (*network >= 0)
		return 0;
	if (line)
		return report_error("%s:%u: network namespace %s: %s", file, line,
				    path, strerror(errno));

	return report_error("%s: network namespace %s of base %s: %s", file, path,
			    draft->base, strerror(errno));
}

/* What an older module does not know. */
static int check_known(const struct netlink *nl, const struct draft *draft,
		       const char *file)
{
	if (draft->policy.reveal &&
	    !netlink_knows_attribute(nl, PERSOCK_A_REVEAL))
		return report_error("%s: the persock module does not know \"reveal\": it is older than this tool",
				    file);
	if (!draft_has_names(draft) ||
	    netlink_knows_attribute(nl, PERSOCK_A_NAMES))
		return 0;

	return report_error("%s: the persock module knows no host names: it is older than this tool",
			    file);
}

int personality_load_draft(struct netlink *nl, uint8_t command,
			   const struct draft *draft, const char *file,
			   bool hold)
{
	int network, from, status;

	status = open_network(draft, file, draft->network, draft->network_line,
			      &network);
	if (status)
		return status;
	status = open_network(draft, file, draft->from, draft->from_line,
			      &from);
	if (!status)
		status = check_known(nl, draft, file);
	if (!status)
		status = provider_check(nl, draft, file);
	if (!status && policy_send(nl, command, draft, network, from, hold))
		status = personality_error(nl, draft->name);
	if (network >= 0)
		close(network);
	if (from >= 0)
		close(from);

	return status;
}

int personality_commit(struct netlink *nl)
{
	netlink_request(nl, PERSOCK_CMD_COMMIT);
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
