/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One denial, as the module reports it: a line for a reader, an object for a
 * program. The command monitor calls it.
 */
#ifndef _PERSOCK_WIRE_DENIAL_H
#define _PERSOCK_WIRE_DENIAL_H

#include <stdio.h>
#include <libmnl/libmnl.h>
#include <linux/persock.h>

struct netlink;

/* By attribute; NULL: it is not told. They are those of the message. */
struct denial {
	const struct nlattr *of[PERSOCK_A_DENIAL_MAX + 1];
};

/* Take a PERSOCK_A_DENIAL attribute apart. */
void denial_parse(struct denial *denial, const struct nlattr *nest);

/* The rest of a line that begins with the time. @nl is asked for paths. */
void denial_print(FILE *stream, const struct denial *denial,
		  struct netlink *nl);

/* Members of the JSON object that is open. */
void denial_json(const struct denial *denial, struct netlink *nl);

#endif
