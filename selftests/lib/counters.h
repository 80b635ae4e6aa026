/* SPDX-License-Identifier: GPL-2.0 */
/* The counters of an attachment: calls by operation and verdict. */
#ifndef SELFTESTS_COUNTERS_H
#define SELFTESTS_COUNTERS_H

#include "govern.h"

enum operation {
	CREATE, PAIR, CONNECT, ACCEPT, BIND, LISTEN, SHUTDOWN, GETSOCKOPT,
	SETSOCKOPT, GETNAME, SENDMSG, RECVMSG, NR_OPERATIONS,
};

extern const char *const operation_names[NR_OPERATIONS];

struct counts {
	unsigned long allowed, ignored, denied;
};

struct tally {
	struct counts of[NR_OPERATIONS];
};

/* Read the counters of the cgroup of @id; 0 or -errno. */
int read_tally(enum govern_id id, struct tally *tally);

/* What has been counted since @before; all are -1 after an error. */
struct counts counts_since(enum govern_id id, const struct tally *before,
			   enum operation operation);

#endif /* SELFTESTS_COUNTERS_H */
