// SPDX-License-Identifier: GPL-2.0
/*
 * Reads /etc/services itself: the C library might ask a server, and a policy must
 * not depend on that. The parser and the command explain call it.
 */
#include "policy_file/service.h"

#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/word.h"
#include "module/policy/verdict.h"

#define SERVICES	"/etc/services"
#define BLANKS		" \t\n"

/* What has been found for a name. */
struct search {
	const char *name;
	int protocol;
	bool found;
	bool several;		/* protocols have different ports */
	uint16_t port;
	char like[64];		/* the nearest name, or "" */
	unsigned int best;
};

bool service_is_name(const char *text)
{
	for (; *text; text++) {
		if (isalpha((unsigned char)*text))
			return true;
	}

	return false;
}

static bool is_of(const char *name, int protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_MPTCP:
		return !strcmp(name, "tcp");
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return !strcmp(name, "udp");
	case IPPROTO_SCTP:
		return !strcmp(name, "sctp");
	case IPPROTO_DCCP:
		return !strcmp(name, "dccp");
	default:
		/* Others have ports of another kind. */
		return !strcmp(name, "tcp") || !strcmp(name, "udp") ||
		       !strcmp(name, "sctp") || !strcmp(name, "dccp");
	}
}

/* "https 443/tcp www-https # comment" */
static void read_line(struct search *search, char *line)
{
	char *save, *name, *port, *protocol, *end;
	unsigned long value;

	line[strcspn(line, "#")] = '\0';
	name = strtok_r(line, BLANKS, &save);
	port = name ? strtok_r(NULL, BLANKS, &save) : NULL;
	if (!port)
		return;
	value = strtoul(port, &end, 10);
	if (*end != '/' || value > UINT16_MAX)
		return;
	protocol = end + 1;
	if (!is_of(protocol, search->protocol))
		return;
	for (; name; name = strtok_r(NULL, BLANKS, &save)) {
		if (word_nearer(name, search->name, &search->best))
			snprintf(search->like, sizeof(search->like), "%s", name);
		if (strcmp(name, search->name))
			continue;
		search->several |= search->found && search->port != value;
		search->found = true;
		search->port = value;
	}
}

const char *service_port(const char *name, int protocol, uint16_t *port)
{
	struct search search = {
		.name = name, .protocol = protocol, .best = WORD_FAR
	};
	FILE *file = fopen(SERVICES, "re");
	static char text[160];
	char *line = NULL;
	size_t size = 0;

	if (!file)
		return SERVICES " cannot be read";
	while (getline(&line, &size, file) >= 0)
		read_line(&search, line);
	free(line);
	fclose(file);
	*port = search.port;
	if (search.several)
		return "in " SERVICES " its port depends on the protocol: specify that";
	if (search.found)
		return NULL;
	snprintf(text, sizeof(text), "%s has none of that name%s%s%s", SERVICES,
		 *search.like ? ": did you mean " : "", search.like,
		 *search.like ? "?" : "");

	return text;
}
