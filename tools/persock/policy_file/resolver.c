// SPDX-License-Identifier: GPL-2.0
/*
 * Reads addresses of resolvers, from policy files and from /etc/resolv.conf.
 * parse_names.c calls it, and the commands that judge or load a policy.
 */
#include "policy_file/resolver.h"

#include <arpa/inet.h>
#include <stdio.h>

bool resolver_read(const char *text, struct persock_endpoint *resolver)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	memset(resolver, 0, sizeof(*resolver));
	resolver->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	resolver->port = PERSOCK_DNS_PORT;
	if (inet_pton(resolver->family, text, resolver->address) != 1)
		return false;
	if (resolver->family == AF_INET6 &&
	    !memcmp(resolver->address, mapped, sizeof(mapped))) {
		resolver->family = AF_INET;
		memmove(resolver->address, resolver->address + 12, 4);
		memset(resolver->address + 4, 0, 12);
	}

	return true;
}

bool resolver_add(struct persock_names *names,
		  const struct persock_endpoint *resolver)
{
	unsigned int i;

	for (i = 0; i < names->nr_resolvers; i++) {
		if (names->resolvers[i].family == resolver->family &&
		    !memcmp(names->resolvers[i].address, resolver->address,
			    sizeof(resolver->address)))
			return true;
	}
	if (names->nr_resolvers == PERSOCK_MAX_RESOLVERS)
		return false;
	names->resolvers[names->nr_resolvers++] = *resolver;

	return true;
}

/* The unspecified address is the loopback address, as for connect(2). */
static void point_to_loopback(struct persock_endpoint *resolver)
{
	static const u8 unspecified[16];

	if (memcmp(resolver->address, unspecified, sizeof(unspecified)))
		return;
	if (resolver->family == AF_INET6) {
		resolver->address[15] = 1;
	} else {
		resolver->address[0] = 127;
		resolver->address[3] = 1;
	}
}

/* The address of a line "nameserver ADDRESS", without its zone. */
static bool read_line(char *line, struct persock_endpoint *resolver)
{
	static const char keyword[] = "nameserver";
	char *address, *rest = NULL;

	if (strncmp(line, keyword, strlen(keyword)) ||
	    !strchr(" \t", line[strlen(keyword)]))
		return false;
	address = strtok_r(line + strlen(keyword), " \t\r\n%", &rest);
	if (!address || !resolver_read(address, resolver))
		return false;
	point_to_loopback(resolver);

	return true;
}

void resolver_resolve(struct draft *draft)
{
	struct persock_names *names = &draft->policy.names;
	struct persock_endpoint resolver;
	FILE *file;
	char *line = NULL;
	bool found = false;
	size_t size = 0;

	if (!draft->system_resolvers)
		return;
	draft->system_resolvers = false;
	file = fopen(RESOLVER_CONF, "re");
	while (file && getline(&line, &size, file) >= 0) {
		if (!read_line(line, &resolver))
			continue;
		found = true;
		resolver_add(names, &resolver);
	}
	free(line);
	if (file)
		fclose(file);
	if (found)
		return;
	resolver_read("127.0.0.1", &resolver);
	resolver_add(names, &resolver);
}
