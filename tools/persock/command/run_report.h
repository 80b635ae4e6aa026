/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which host names and AF_UNIX sockets were refused while a command ran: the
 * option --report of the command run.
 */
#ifndef _PERSOCK_COMMAND_RUN_REPORT_H
#define _PERSOCK_COMMAND_RUN_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "wire/group.h"

/**
 * struct run_report - what was refused
 * @socket: listens to denials, or NULL
 * @family: the module's netlink family
 * @cgroup: the cgroup of the command
 * @names: the names, in the order in which they were refused first
 * @nr: length of @names
 * @lost: denials were dropped
 */
struct run_report {
	struct mnl_socket *socket;
	uint16_t family;
	uint64_t cgroup;
	struct refused_name *names;
	size_t nr;
	bool lost;
};

/* Listen from now on. Returns 0, or an exit status after an error. */
int run_report_open(struct run_report *report, struct netlink *nl,
		    uint64_t cgroup);

/* The descriptor that can be read when denials have arrived. */
int run_report_fd(const struct run_report *report);

/* Count what has arrived. */
void run_report_read(struct run_report *report);

/* Wait for the last denials, and print all on stderr. */
void run_report_print(struct run_report *report);

void run_report_close(struct run_report *report);

#endif
