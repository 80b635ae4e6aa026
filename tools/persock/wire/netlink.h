/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The conversation with the module, over its generic netlink family: one
 * request at a time, all its replies, and why it was refused. The other files
 * of this folder call it, and commands that send a request of their own.
 */
#ifndef _PERSOCK_WIRE_NETLINK_H
#define _PERSOCK_WIRE_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libmnl/libmnl.h>
#include <linux/persock.h>

struct netlink {
	struct mnl_socket *socket;
	uint16_t family;
	uint32_t sequence;
	int error;		/* of the last request, an errno or 0 */
	char sentence[512];	/* the kernel's own words for it, or "" */
	struct nlmsghdr *request;
	size_t room;		/* of the request */
};

/* The messages that answered a request, one after the other. */
struct replies {
	char *data;
	size_t length;
};

/* 0, or an exit status after the sentence that says why not. */
int netlink_open(struct netlink *nl);
void netlink_close(struct netlink *nl);

/* Begin a request, then add its attributes in the order they should have. */
void netlink_request(struct netlink *nl, uint8_t command);
void netlink_put_string(struct netlink *nl, uint16_t type, const char *value);
void netlink_put_u32(struct netlink *nl, uint16_t type, uint32_t value);
void netlink_put_u64(struct netlink *nl, uint16_t type, uint64_t value);
void netlink_put(struct netlink *nl, uint16_t type, const void *value,
		 size_t length);

/* What is put in between is nested; the end is told what the beginning says. */
size_t netlink_nest(struct netlink *nl, uint16_t type);
void netlink_nest_end(struct netlink *nl, size_t nest);

/*
 * Send it and take the answer: 0 or a negative errno. @replies may be NULL
 * when nothing but success is expected; else the caller frees it, on success.
 * A dump that was not consistent is asked for again.
 */
int netlink_do(struct netlink *nl, struct replies *replies);
int netlink_dump(struct netlink *nl, struct replies *replies);

/* Say why the last request was refused; returns EXIT_FAILURE. */
int netlink_error(const struct netlink *nl);

const struct nlmsghdr *replies_next(const struct replies *replies,
				    const struct nlmsghdr *message);
void replies_free(struct replies *replies);

#define replies_for_each(message, replies)				\
	for ((message) = replies_next((replies), NULL); (message);	\
	     (message) = replies_next((replies), (message)))

#define reply_for_each_attribute(attribute, message) \
	mnl_attr_for_each((attribute), (message), sizeof(struct genlmsghdr))

/* Values of attributes. A malformed one reads as 0 or "". */
uint64_t attribute_number(const struct nlattr *attribute);
const char *attribute_string(const struct nlattr *attribute);

#endif
