/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which denials and learnt addresses are printed: those of a cgroup, a
 * personality, an operation. The command monitor calls it.
 */
#ifndef _PERSOCK_COMMAND_MONITOR_FILTER_H
#define _PERSOCK_COMMAND_MONITOR_FILTER_H

#include <stdbool.h>
#include <stdint.h>

struct denial;
struct netlink;

/**
 * struct monitor_filter - what is printed
 * @cgroup: the argument of --cgroup, or NULL
 * @personality: that of --personality, or NULL
 * @operation: that of --operation, or NULL
 * @id: the cgroup
 * @path: its path below the root of the hierarchy, or NULL
 */
struct monitor_filter {
	const char *cgroup;
	const char *personality;
	const char *operation;
	uint64_t id;
	char *path;
};

/* Check the arguments. Returns 0, or the exit status for bad usage. */
int monitor_filter_check(const struct monitor_filter *filter);

/* Find the cgroup. Returns 0, or an exit status after an error. */
int monitor_filter_open(struct monitor_filter *filter, struct netlink *nl);
void monitor_filter_close(struct monitor_filter *filter);

/* Is a cgroup the wanted one, or below it? */
bool monitor_filter_cgroup(const struct monitor_filter *filter,
			   struct netlink *nl, uint64_t id);

bool monitor_filter_denial(const struct monitor_filter *filter,
			   struct netlink *nl, const struct denial *denial);

#endif
