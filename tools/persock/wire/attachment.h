/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attachments, cgroup -> personality, as the module has them. The commands
 * that attach or show what is attached call it.
 */
#ifndef _PERSOCK_WIRE_ATTACHMENT_H
#define _PERSOCK_WIRE_ATTACHMENT_H

#include <stdint.h>
#include <stdio.h>

#include "wire/counters.h"
#include "wire/netlink.h"

struct attachment {
	uint64_t cgroup_id;
	const char *path;		/* within the message it was read from */
	const char *personality;	/* likewise */
	uint64_t sockets_live;
	uint64_t sockets_created;
	unsigned int from_inode;	/* 0: not delegated, or not yet */
	uint64_t lost;			/* denials that were not told */
	struct counters counters;
};

/* 0, or an exit status after the sentence that says why not. */
int attachment_list(struct netlink *nl, struct replies *replies);

/* Of a cgroup, by its descriptor or its id; these leave the sentence to the caller. */
int attachment_get_fd(struct netlink *nl, int fd, struct replies *replies);
int attachment_get_by_id(struct netlink *nl, uint64_t id,
			 struct replies *replies);
int attachment_new(struct netlink *nl, int fd, const char *personality);
int attachment_end(struct netlink *nl, int fd);
int attachment_end_by_id(struct netlink *nl, uint64_t id);

void attachment_parse(const struct nlmsghdr *message,
		      struct attachment *attachment);

/* With everything it has counted; @ignored: ignored_list()'s. */
void attachment_print(FILE *stream, const struct attachment *attachment,
		      const struct replies *ignored);
void attachment_json(const struct attachment *attachment,
		     const struct replies *ignored);

#endif
