/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attachments of the module, cgroup -> personality. The commands that attach
 * cgroups or show attachments call it.
 */
#ifndef _PERSOCK_WIRE_ATTACHMENT_H
#define _PERSOCK_WIRE_ATTACHMENT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "wire/counters.h"
#include "wire/netlink.h"

/* More layers than any module has. */
#define ATTACHMENT_LAYERS	64

struct attachment {
	uint64_t cgroup_id;
	const char *path;		/* points into the parsed message */
	const char *personality;	/* likewise */
	uint64_t sockets_live;
	uint64_t sockets_created;
	unsigned int from_inode;	/* 0: not delegated, or not yet */
	uint64_t lost;			/* dropped denials */
	bool anew;			/* delegated in full */
	/* Ids of the attached cgroups that govern, itself last. */
	uint64_t layers[ATTACHMENT_LAYERS];
	unsigned int nr_layers;
	struct counters counters;
};

/* Returns 0, or an exit status after an error. */
int attachment_list(struct netlink *nl, struct replies *replies);

/*
 * Does the module let a cgroup be delegated in full? Reports an error if it is
 * too old for that; @where, which may be NULL, is the place that asks for it.
 */
bool attachment_can_delegate(const struct netlink *nl, const char *where);

/*
 * Return 0 or a negative errno; the caller calls netlink_error(). @anew:
 * delegated in full, attached ancestors do not govern.
 */
int attachment_get_fd(struct netlink *nl, int fd, struct replies *replies);
int attachment_get_by_id(struct netlink *nl, uint64_t id,
			 struct replies *replies);
int attachment_new(struct netlink *nl, int fd, const char *personality,
		   bool anew);
int attachment_end(struct netlink *nl, int fd);
int attachment_end_by_id(struct netlink *nl, uint64_t id);

/*
 * Print the error of the last request, which named a cgroup as @cgroup. Returns
 * EXIT_FAILURE.
 */
int attachment_error(const struct netlink *nl, const char *cgroup);

void attachment_parse(const struct nlmsghdr *message,
		      struct attachment *attachment);

/* Print members of the open JSON object: the layers, and the delegation. */
void attachment_json_layers(const struct attachment *attachment);

/* Print it with all counters. @ignored is the result of ignored_list(). */
void attachment_print(FILE *stream, const struct attachment *attachment,
		      const struct replies *ignored);
void attachment_json(const struct attachment *attachment,
		     const struct replies *ignored);

#endif
