// SPDX-License-Identifier: GPL-2.0
/*
 * Sends requests over generic netlink, and collects the replies. The other
 * files of this folder call it, and commands that send their own requests.
 */
#include <linux/genetlink.h>

#include "wire/netlink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/error.h"

#define DUMP_TRIES	20

/* Make room for @length bytes in the request, or end without memory. */
static void make_room(struct netlink *nl, size_t length)
{
	size_t used = nl->request ? nl->request->nlmsg_len : 0;
	size_t wanted = used + MNL_ALIGN(length) + MNL_ATTR_HDRLEN;

	if (wanted <= nl->room)
		return;
	wanted = wanted < 4096 ? 4096 : 2 * wanted;
	nl->request = need(realloc(nl->request, wanted));
	nl->room = wanted;
}

static void begin(struct netlink *nl, uint16_t type, uint8_t command,
		  uint8_t version)
{
	struct genlmsghdr *genl;

	if (nl->request)
		nl->request->nlmsg_len = 0;
	make_room(nl, MNL_NLMSG_HDRLEN + sizeof(*genl));
	mnl_nlmsg_put_header(nl->request);
	nl->request->nlmsg_type = type;
	genl = mnl_nlmsg_put_extra_header(nl->request, sizeof(*genl));
	genl->cmd = command;
	genl->version = version;
}

void netlink_request(struct netlink *nl, uint8_t command)
{
	begin(nl, nl->family, command, PERSOCK_GENL_VERSION);
}

void netlink_put(struct netlink *nl, uint16_t type, const void *value,
		 size_t length)
{
	make_room(nl, length);
	mnl_attr_put(nl->request, type, length, value);
}

void netlink_put_string(struct netlink *nl, uint16_t type, const char *value)
{
	netlink_put(nl, type, value, strlen(value) + 1);
}

void netlink_put_u32(struct netlink *nl, uint16_t type, uint32_t value)
{
	netlink_put(nl, type, &value, sizeof(value));
}

void netlink_put_u64(struct netlink *nl, uint16_t type, uint64_t value)
{
	netlink_put(nl, type, &value, sizeof(value));
}

size_t netlink_nest(struct netlink *nl, uint16_t type)
{
	make_room(nl, 0);

	return (char *)mnl_attr_nest_start(nl->request, type) -
	       (char *)nl->request;
}

void netlink_nest_end(struct netlink *nl, size_t nest)
{
	mnl_attr_nest_end(nl->request,
			  (struct nlattr *)((char *)nl->request + nest));
}

/*
 * Read the errno and the kernel's message (extended ACK) from the last message
 * of a reply: NLMSG_ERROR, or NLMSG_DONE of a dump.
 */
static int read_ack(struct netlink *nl, const struct nlmsghdr *message)
{
	const struct nlattr *attribute;
	size_t offset = sizeof(int);
	const int *error = mnl_nlmsg_get_payload(message);

	nl->reason[0] = '\0';
	if (message->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *answer = mnl_nlmsg_get_payload(message);

		if (mnl_nlmsg_get_payload_len(message) < sizeof(*answer))
			return -EBADMSG;
		offset = sizeof(*answer);
		/* The request follows, unless it is capped. */
		if (!(message->nlmsg_flags & NLM_F_CAPPED))
			offset += mnl_nlmsg_get_payload_len(&answer->msg);
	} else if (mnl_nlmsg_get_payload_len(message) < sizeof(*error)) {
		return 0;
	}

	if ((message->nlmsg_flags & NLM_F_ACK_TLVS) &&
	    mnl_nlmsg_get_payload_len(message) > offset) {
		mnl_attr_for_each(attribute, message, offset) {
			if (mnl_attr_get_type(attribute) != NLMSGERR_ATTR_MSG)
				continue;
			snprintf(nl->reason, sizeof(nl->reason), "%s",
				 attribute_string(attribute));
		}
	}
	return *error < 0 ? *error : 0;
}

static int keep(struct replies *replies, const struct nlmsghdr *message)
{
	size_t length = MNL_ALIGN(message->nlmsg_len);
	char *data;

	data = realloc(replies->data, replies->length + length);
	if (!data)
		return -ENOMEM;
	memset(data + replies->length, 0, length);
	memcpy(data + replies->length, message, message->nlmsg_len);
	replies->data = data;
	replies->length += length;
	return 0;
}

/* The send buffer must be larger than the message. */
static void widen(struct netlink *nl, size_t length)
{
	int size = length + 65536, fd = mnl_socket_get_fd(nl->socket);

	if (length >= 65536 && setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE,
					  &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

/* Send a request, read all replies. @torn: the list changed during the dump. */
static int exchange(struct netlink *nl, uint16_t flags,
		    struct replies *replies, bool *torn)
{
	char buffer[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *header = nl->request;
	const struct nlmsghdr *message;
	int error, rest;
	ssize_t length;

	*torn = false;
	nl->reason[0] = '\0';
	widen(nl, header->nlmsg_len);
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	header->nlmsg_seq = ++nl->sequence;
	if (mnl_socket_sendto(nl->socket, header, header->nlmsg_len) < 0)
		return -errno;

	for (;;) {
		length = mnl_socket_recvfrom(nl->socket, buffer,
					     sizeof(buffer));
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;
		rest = length;
		for (message = (struct nlmsghdr *)buffer;
		     mnl_nlmsg_ok(message, rest);
		     message = mnl_nlmsg_next(message, &rest)) {
			if (message->nlmsg_seq != nl->sequence)
				continue;
			if (message->nlmsg_flags & NLM_F_DUMP_INTR)
				*torn = true;
			if (message->nlmsg_type == NLMSG_ERROR ||
			    message->nlmsg_type == NLMSG_DONE)
				return read_ack(nl, message);
			if (message->nlmsg_type < NLMSG_MIN_TYPE || !replies)
				continue;
			error = keep(replies, message);
			if (error)
				return error;
		}
	}
}

static int converse(struct netlink *nl, uint16_t flags,
		    struct replies *replies)
{
	struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
	struct replies got;
	int tries, error;
	bool torn;

	for (tries = 0; tries < DUMP_TRIES; tries++) {
		got = (struct replies){ 0 };
		error = exchange(nl, flags, replies ? &got : NULL, &torn);
		if (!error && !torn)
			break;
		replies_free(&got);
		if (error)
			break;
		nanosleep(&pause, NULL);
	}
	if (!error && torn) {
		snprintf(nl->reason, sizeof(nl->reason),
			 "the list changed each time it was read");
		error = -EAGAIN;
	}
	nl->error = -error;
	if (!error && replies)
		*replies = got;
	return error;
}

int netlink_do(struct netlink *nl, struct replies *replies)
{
	return converse(nl, NLM_F_ACK, replies);
}

int netlink_dump(struct netlink *nl, struct replies *replies)
{
	return converse(nl, NLM_F_DUMP, replies);
}

int netlink_error(const struct netlink *nl)
{
	if (nl->reason[0])
		return report_error("%s (%s)", nl->reason, strerror(nl->error));
	if (nl->error == EPERM)
		return report_error("CAP_NET_ADMIN in the initial user namespace is needed (%s)",
				    strerror(nl->error));
	return report_error("%s", strerror(nl->error));
}

static void read_command(struct netlink *nl, const struct nlattr *nest)
{
	const struct nlattr *attribute;
	uint8_t command;

	mnl_attr_for_each_nested(attribute, nest) {
		if (mnl_attr_get_type(attribute) != CTRL_ATTR_OP_ID)
			continue;
		command = attribute_number(attribute);
		nl->commands[command / 64] |= 1ULL << command % 64;
	}
}

/* What the controller says of the family. */
static void read_family(struct netlink *nl, const struct nlmsghdr *message)
{
	const struct nlattr *attribute, *nest;

	reply_for_each_attribute(attribute, message) {
		switch (mnl_attr_get_type(attribute)) {
		case CTRL_ATTR_FAMILY_ID:
			nl->family = attribute_number(attribute);
			break;
		case CTRL_ATTR_MAXATTR:
			nl->max_attribute = attribute_number(attribute);
			break;
		case CTRL_ATTR_OPS:
			mnl_attr_for_each_nested(nest, attribute)
				read_command(nl, nest);
			break;
		}
	}
}

static int find_family(struct netlink *nl)
{
	const struct nlmsghdr *message;
	struct replies replies;

	begin(nl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	netlink_put_string(nl, CTRL_ATTR_FAMILY_NAME, PERSOCK_GENL_NAME);
	if (netlink_do(nl, &replies)) {
		if (nl->error == ENOENT)
			return report_error("the persock module is not loaded: nothing is governed; \"modprobe persock\" loads it, or \"insmod persock.ko\"");
		return netlink_error(nl);
	}
	replies_for_each(message, &replies)
		read_family(nl, message);
	replies_free(&replies);
	if (!nl->family)
		return report_error("the kernel's reply for the netlink family \"%s\" contains no id",
				    PERSOCK_GENL_NAME);
	return 0;
}

bool netlink_knows_attribute(const struct netlink *nl, uint16_t type)
{
	return type <= nl->max_attribute;
}

bool netlink_knows_command(const struct netlink *nl, uint8_t command)
{
	return nl->commands[command / 64] & 1ULL << command % 64;
}

int netlink_open(struct netlink *nl)
{
	int on = 1, status;

	memset(nl, 0, sizeof(*nl));
	nl->sequence = time(NULL);
	nl->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->socket)
		return report_error("cannot open a netlink socket (%s)",
				    strerror(errno));
	if (mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		status = report_error("cannot bind a netlink socket (%s)",
				      strerror(errno));
		goto close;
	}

	/* Optional: without them errors have fewer details. */
	mnl_socket_setsockopt(nl->socket, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->socket, NETLINK_CAP_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->socket, NETLINK_GET_STRICT_CHK, &on,
			      sizeof(on));

	status = find_family(nl);
	if (!status)
		return 0;
close:
	netlink_close(nl);
	return status;
}

void netlink_close(struct netlink *nl)
{
	mnl_socket_close(nl->socket);
	free(nl->request);
	nl->socket = NULL;
	nl->request = NULL;
}

const struct nlmsghdr *replies_next(const struct replies *replies,
				    const struct nlmsghdr *message)
{
	const char *next = replies->data;

	if (message)
		next = (const char *)message + MNL_ALIGN(message->nlmsg_len);
	if (!next || next >= replies->data + replies->length)
		return NULL;
	return (const struct nlmsghdr *)next;
}

void replies_free(struct replies *replies)
{
	free(replies->data);
	*replies = (struct replies){ 0 };
}

uint64_t attribute_number(const struct nlattr *attribute)
{
	switch (mnl_attr_get_payload_len(attribute)) {
	case sizeof(uint8_t):
		return mnl_attr_get_u8(attribute);
	case sizeof(uint16_t):
		return mnl_attr_get_u16(attribute);
	case sizeof(uint32_t):
		return mnl_attr_get_u32(attribute);
	case sizeof(uint64_t):
		return mnl_attr_get_u64(attribute);
	default:
		return 0;
	}
}

const char *attribute_string(const struct nlattr *attribute)
{
	if (mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) < 0)
		return "";
	return mnl_attr_get_str(attribute);
}
