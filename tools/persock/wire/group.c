// SPDX-License-Identifier: GPL-2.0
/*
 * Finds and joins the module's multicast groups. The commands monitor, run and
 * top call it.
 */
#include <linux/genetlink.h>

#include "wire/group.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/error.h"

#define RECEIVE_BUFFER	(4 * 1024 * 1024)

static void read_group(const struct nlattr *nest, struct groups *groups)
{
	const struct nlattr *attribute;
	const char *name = "";
	uint32_t id = 0;

	mnl_attr_for_each_nested(attribute, nest) {
		switch (mnl_attr_get_type(attribute)) {
		case CTRL_ATTR_MCAST_GRP_NAME:
			name = attribute_string(attribute);
			break;
		case CTRL_ATTR_MCAST_GRP_ID:
			id = attribute_number(attribute);
			break;
		}
	}
	if (!strcmp(name, PERSOCK_GENL_GROUP_DENIALS))
		groups->denials = id;
	if (!strcmp(name, PERSOCK_GENL_GROUP_IGNORED))
		groups->ignored = id;
	if (!strcmp(name, PERSOCK_GENL_GROUP_NAMES))
		groups->names = id;
}

int groups_find(struct netlink *nl, struct groups *groups)
{
	const struct nlattr *attribute, *nest;
	const struct nlmsghdr *message;
	uint16_t family = nl->family;
	struct replies replies;
	int error;

	*groups = (struct groups){ 0 };
	/* The controller knows the groups of a family. */
	nl->family = GENL_ID_CTRL;
	netlink_request(nl, CTRL_CMD_GETFAMILY);
	nl->family = family;
	netlink_put_string(nl, CTRL_ATTR_FAMILY_NAME, PERSOCK_GENL_NAME);
	error = netlink_do(nl, &replies);
	if (error)
		return netlink_error(nl);
	replies_for_each(message, &replies) {
		reply_for_each_attribute(attribute, message) {
			if (mnl_attr_get_type(attribute) !=
			    CTRL_ATTR_MCAST_GROUPS)
				continue;
			mnl_attr_for_each_nested(nest, attribute)
				read_group(nest, groups);
		}
	}
	replies_free(&replies);
	if (!groups->denials)
		return report_error("the persock module does not report denials: it is older than this tool");

	return 0;
}

int group_join(struct mnl_socket *socket, const char *name, uint32_t group)
{
	int value = group;

	if (mnl_socket_setsockopt(socket, NETLINK_ADD_MEMBERSHIP, &value,
				  sizeof(value)))
		return report_error("cannot join the group \"%s\": CAP_NET_ADMIN is needed, in the initial network namespace (%s)",
				    name, strerror(errno));
	return 0;
}

struct mnl_socket *group_socket(void)
{
	int size = RECEIVE_BUFFER, fd;
	struct mnl_socket *socket;

	socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		report_error("cannot open a netlink socket (%s)",
			     strerror(errno));
		if (socket)
			mnl_socket_close(socket);
		return NULL;
	}
	fd = mnl_socket_get_fd(socket);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));

	return socket;
}

static void read_message(const struct nlmsghdr *message, uint16_t family,
			 void (*read)(void *data, const struct nlattr *nest),
			 void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;

	if (message->nlmsg_type != family ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*genl) ||
	    genl->cmd != PERSOCK_CMD_DENIAL_NTF)
		return;
	reply_for_each_attribute(attribute, message) {
		if (mnl_attr_get_type(attribute) == PERSOCK_A_DENIAL)
			read(data, attribute);
	}
}

bool group_denials(struct mnl_socket *socket, uint16_t family,
		   void (*read)(void *data, const struct nlattr *nest),
		   void *data)
{
	char buffer[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *message;
	struct sockaddr_nl from;
	socklen_t from_length;
	bool lost = false;
	ssize_t length;
	int rest;

	for (;;) {
		from_length = sizeof(from);
		length = recvfrom(mnl_socket_get_fd(socket), buffer,
				  sizeof(buffer), 0, (struct sockaddr *)&from,
				  &from_length);
		if (length < 0 && errno == ENOBUFS) {
			lost = true;
			continue;
		}
		if (length < 0)
			return lost;
		/* Ignore what processes with CAP_NET_ADMIN send here. */
		if (from.nl_pid)
			continue;
		rest = length;
		for (message = (struct nlmsghdr *)buffer;
		     mnl_nlmsg_ok(message, rest);
		     message = mnl_nlmsg_next(message, &rest))
			read_message(message, family, read, data);
	}
}
