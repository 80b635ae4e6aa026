/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A denial that the module reports, printed as a line of text or as a JSON
 * object. The command monitor calls it.
 */
#ifndef _PERSOCK_WIRE_DENIAL_H
#define _PERSOCK_WIRE_DENIAL_H

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

/* Print the line after the time. @nl is used to find the path. */
void denial_print(FILE *stream, const struct denial *denial,
		  struct netlink *nl);

/* Print members of the open JSON object. */
void denial_json(const struct denial *denial, struct netlink *nl);

#endif
