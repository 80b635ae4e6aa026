// SPDX-License-Identifier: GPL-2.0
/*
 * Loads and deletes personalities, and parses the module's replies on them. The
 * commands personality, show, run and apply call it.
 */
#include <linux/genetlink.h>

#include "wire/personality.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "policy_file/draft.h"
#include "wire/policy.h"
#include "wire/provider.h"

int personality_list(struct netlink *nl, struct replies *replies)
{
	netlink_request(nl, PERSOCK_CMD_PERSONALITY_GET);
	return netlink_dump(nl, replies) ? netlink_error(nl) : 0;
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

static int check_names(const struct netlink *nl, const struct draft *draft,
		       const char *file)
{
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
		status = check_names(nl, draft, file);
	if (!status)
		status = provider_check(nl, draft, file);
	if (!status && policy_send(nl, command, draft, network, from, hold))
		status = netlink_error(nl);
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
