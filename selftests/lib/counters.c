// SPDX-License-Identifier: GPL-2.0
/* The counters of an attachment: see counters.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "counters.h"

const char *const operation_names[NR_OPERATIONS] = {
	"create", "pair", "connect", "accept", "bind", "listen", "shutdown",
	"getsockopt", "setsockopt", "getname", "sendmsg", "recvmsg",
};

int read_tally(enum govern_id id, struct tally *tally)
{
	char output[4096], key[32], *found;
	struct counts *c;
	int i;

	if (govern_tool(output, sizeof(output), "-j", "counters",
			govern_path(id), NULL))
		return -EIO;
	for (i = 0; i < NR_OPERATIONS; i++) {
		c = &tally->of[i];
		snprintf(key, sizeof(key), "\"%s\":{", operation_names[i]);
		found = strstr(output, key);
		if (!found ||
		    sscanf(found + strlen(key),
			   "\"allowed\":%lu,\"ignored\":%lu,\"denied\":%lu",
			   &c->allowed, &c->ignored, &c->denied) != 3)
			return -EPROTO;
	}
	return 0;
}

struct counts counts_since(enum govern_id id, const struct tally *before,
			   enum operation operation)
{
	const struct counts *b = &before->of[operation], *n;
	struct tally now;

	if (read_tally(id, &now))
		return (struct counts) { -1, -1, -1 };
	n = &now.of[operation];
	return (struct counts) {
		n->allowed - b->allowed, n->ignored - b->ignored,
		n->denied - b->denied,
	};
}
