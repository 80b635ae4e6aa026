// SPDX-License-Identifier: GPL-2.0
/*
 * Writes how a policy learns the addresses of host names to a request, and reads
 * it from replies. policy.c calls it.
 */
#include "wire/policy_names.h"

#include "wire/netlink.h"

void policy_put_names(struct netlink *nl, const struct persock_names *names)
{
	unsigned int i;
	size_t nest;

	if (!names->nr_resolvers)
		return;
	nest = netlink_nest(nl, PERSOCK_A_NAMES);
	for (i = 0; i < names->nr_resolvers; i++)
		netlink_put(nl, PERSOCK_A_NAMES_RESOLVER,
			    names->resolvers[i].address,
			    names->resolvers[i].family == AF_INET ? 4 : 16);
	netlink_put_u32(nl, PERSOCK_A_NAMES_QUERIES, names->queries);
	netlink_put_u32(nl, PERSOCK_A_NAMES_HOLD, names->hold);
	netlink_put_u32(nl, PERSOCK_A_NAMES_LIMIT, names->max);
	netlink_nest_end(nl, nest);
}

/* A resolver that is not IPv4 or IPv6 is of a newer module. */
static bool read_resolver(struct persock_names *names,
			  const struct nlattr *attribute)
{
	size_t length = mnl_attr_get_payload_len(attribute);
	struct persock_endpoint *resolver;

	if ((length != 4 && length != 16) ||
	    names->nr_resolvers == PERSOCK_MAX_RESOLVERS)
		return false;
	resolver = &names->resolvers[names->nr_resolvers++];
	memset(resolver, 0, sizeof(*resolver));
	resolver->family = length == 4 ? AF_INET : AF_INET6;
	resolver->port = PERSOCK_DNS_PORT;
	memcpy(resolver->address, mnl_attr_get_payload(attribute), length);

	return true;
}

bool policy_read_names(struct draft *draft, const struct nlattr *nest)
{
	struct persock_names *names = &draft->policy.names;
	const struct nlattr *attribute;
	bool good = true;

	if (!draft_has_names(draft))
		draft_begin_names(draft);
	draft->system_resolvers = false;
	mnl_attr_for_each_nested(attribute, nest) {
		switch (mnl_attr_get_type(attribute)) {
		case PERSOCK_A_NAMES_RESOLVER:
			good = good && read_resolver(names, attribute);
			break;
		case PERSOCK_A_NAMES_QUERIES:
			names->queries = attribute_number(attribute);
			good = good && names->queries <= PERSOCK_QUERIES_ANY;
			break;
		case PERSOCK_A_NAMES_HOLD:
			names->hold = attribute_number(attribute);
			break;
		case PERSOCK_A_NAMES_LIMIT:
			names->max = attribute_number(attribute);
			break;
		}
	}

	return good;
}
