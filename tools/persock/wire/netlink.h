/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connection to the module's generic netlink family: it sends one request
 * at a time, and receives all replies or the error. The other files of this
 * folder call it, and commands that send their own requests.
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
	char reason[512];	/* of the error, from the kernel, or "" */
	struct nlmsghdr *request;
	size_t room;		/* of the request */
	uint32_t max_attribute;	/* the last attribute that the module knows */
	uint64_t commands[4];	/* a bit for each command that it knows */
};

/* The replies to a request, one after the other. */
struct replies {
	char *data;
	size_t length;
};

/* Returns 0, or an exit status after an error. */
int netlink_open(struct netlink *nl);
void netlink_close(struct netlink *nl);

/* What an older module does not know; ask before anything is changed. */
bool netlink_knows_attribute(const struct netlink *nl, uint16_t type);
bool netlink_knows_command(const struct netlink *nl, uint8_t command);

/* Begin a request, then add its attributes in their order. */
void netlink_request(struct netlink *nl, uint8_t command);
void netlink_put_string(struct netlink *nl, uint16_t type, const char *value);
void netlink_put_u32(struct netlink *nl, uint16_t type, uint32_t value);
void netlink_put_u64(struct netlink *nl, uint16_t type, uint64_t value);
void netlink_put(struct netlink *nl, uint16_t type, const void *value,
		 size_t length);

/* Attributes between these two are nested. Pass the result of the first. */
size_t netlink_nest(struct netlink *nl, uint16_t type);
void netlink_nest_end(struct netlink *nl, size_t nest);

/*
 * Send the request and receive the replies. Returns 0 or a negative errno. The
 * caller frees @replies after success; it may be NULL if only an ACK is
 * expected. A dump that is not consistent is repeated.
 */
int netlink_do(struct netlink *nl, struct replies *replies);
int netlink_dump(struct netlink *nl, struct replies *replies);

/* Print the error of the last request. Returns EXIT_FAILURE. */
int netlink_error(const struct netlink *nl);

const struct nlmsghdr *replies_next(const struct replies *replies,
				    const struct nlmsghdr *message);
void replies_free(struct replies *replies);

#define replies_for_each(message, replies)				\
	for ((message) = replies_next((replies), NULL); (message);	\
	     (message) = replies_next((replies), (message)))

#define reply_for_each_attribute(attribute, message) \
	mnl_attr_for_each((attribute), (message), sizeof(struct genlmsghdr))

/* Values of attributes; 0 or "" for a malformed one. */
uint64_t attribute_number(const struct nlattr *attribute);
const char *attribute_string(const struct nlattr *attribute);

#endif
