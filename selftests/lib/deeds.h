/* SPDX-License-Identifier: GPL-2.0 */
/* Calls of the socket layer, each with what must be there before it is made. */
#ifndef SELFTESTS_DEEDS_H
#define SELFTESTS_DEEDS_H

#include <stddef.h>

#include "inet.h"

#define FDS	4

struct deed;

/* What one call needs and makes: closed when it is over. */
struct trial {
	int fd[FDS];
	struct inet_addr addr;
};

struct deed {
	const char *group;
	const char *name;
	/* 0 or -errno; what is called and judged comes after it. */
	int (*prepare)(struct trial *trial, const struct deed *deed);
	int (*act)(struct trial *trial, const struct deed *deed);
	int family;
	int type;
	int level;
	int option;
	const void *value;
	socklen_t size;
};

extern const struct deed deeds[];
extern const size_t nr_deeds;

/* Nothing is open yet, and what is open is closed. */
void trial_begin(struct trial *trial);
void trial_end(struct trial *trial);

#endif /* SELFTESTS_DEEDS_H */
