/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A denial that the module reports, printed as a line of text or as a JSON
 * object. The commands monitor, run and top call it.
 */
#ifndef _PERSOCK_WIRE_DENIAL_H
#define _PERSOCK_WIRE_DENIAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <libmnl/libmnl.h>
#include <linux/persock.h>

struct netlink;

/* The attributes by type, or NULL; they point into the message. */
struct denial {
	const struct nlattr *of[PERSOCK_A_DENIAL_MAX + 1];
};

/* Parse a PERSOCK_A_DENIAL attribute. */
void denial_parse(struct denial *denial, const struct nlattr *nest);

/* The cgroup whose task made the call: that of the innermost layer. */
uint64_t denial_cgroup(const struct denial *denial);

/* The cgroup of the layer that decided. */
uint64_t denial_layer(const struct denial *denial);

/* The personality of the layer that decided, and the operation. */
const char *denial_personality(const struct denial *denial);
const char *denial_operation(const struct denial *denial);

/*
 * The host name of the peer or of a DNS query, or NULL. Is it that of a query?
 * Was the call only audited?
 */
const char *denial_host(const struct denial *denial);
bool denial_is_query(const struct denial *denial);

/* The name of an AF_UNIX socket, or NULL; "": it has none. */
const char *denial_unix_name(const struct denial *denial);

bool denial_is_audited(const struct denial *denial);

/* The errno, or "ignored". */
const char *denial_verdict(const struct denial *denial);

/* Print the line after the time. @nl is used to find the path. */
void denial_print(FILE *stream, const struct denial *denial,
		  struct netlink *nl);

/* The same from the process on, without the layer's cgroup and personality. */
void denial_print_program(FILE *stream, const struct denial *denial,
			  struct netlink *nl);

/* Print members of the open JSON object. */
void denial_json(const struct denial *denial, struct netlink *nl);

/* The same without cgroups and layers. */
void denial_print_call(FILE *stream, const struct denial *denial);
void denial_json_call(const struct denial *denial);

#endif
