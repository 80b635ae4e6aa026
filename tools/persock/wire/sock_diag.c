// SPDX-License-Identifier: GPL-2.0
/*
 * Lists sockets by the kernel's sock_diag. The command sockets calls it.
 *
 * A socket of AF_INET that is neither bound nor connected is in no list. What
 * the kernel cannot list is left out: it has no module for it.
 */
#include <netinet/in.h>

#include "wire/sock_diag.h"

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

static struct diag_socket *add(struct diag *diag)
{
	/* Twice as much whenever it is full. */
	if (!(diag->nr & (diag->nr - 1)))
		diag->of = need(reallocarray(diag->of, 2 * diag->nr + 1,
					     sizeof(*diag->of)));
	diag->of[diag->nr] = (struct diag_socket){ .state = -1 };

	return &diag->of[diag->nr++];
}

static void set_address(struct sockaddr_storage *to, int family,
			const __be32 *address, __be16 port)
{
	struct sockaddr_in *four = (struct sockaddr_in *)to;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)to;

	to->ss_family = family;
	if (family == AF_INET) {
		memcpy(&four->sin_addr, address, sizeof(four->sin_addr));
		four->sin_port = port;
	} else {
		memcpy(&six->sin6_addr, address, sizeof(six->sin6_addr));
		six->sin6_port = port;
	}
}

static int type_of(int protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return SOCK_STREAM;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return SOCK_DGRAM;
	default:
		return SOCK_RAW;
	}
}

static void read_inet(struct diag *diag, const struct nlmsghdr *message,
		      int protocol)
{
	const struct inet_diag_msg *found = mnl_nlmsg_get_payload(message);
	static const __be32 nothing[4];
	struct diag_socket *socket;

	/* Without an inode no process has it. */
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*found) ||
	    !found->idiag_inode)
		return;
	socket = add(diag);
	socket->inode = found->idiag_inode;
	socket->family = found->idiag_family;
	socket->type = type_of(protocol);
	socket->protocol = protocol;
	socket->state = found->idiag_state;
	set_address(&socket->local, found->idiag_family, found->id.idiag_src,
		    found->id.idiag_sport);
	if (found->id.idiag_dport ||
	    memcmp(found->id.idiag_dst, nothing, sizeof(nothing)))
		set_address(&socket->peer, found->idiag_family,
			    found->id.idiag_dst, found->id.idiag_dport);
}

/* The bytes of an address as text, as in /proc/net/unix. */
static char *path_of(const struct nlattr *attribute)
{
	const char *name = mnl_attr_get_payload(attribute);
	size_t length = mnl_attr_get_payload_len(attribute), i;
	char *path = need(calloc(1, length + 1));

	memcpy(path, name, length);
	/* That of a file ends with a NUL, that in no file system begins so. */
	if (length && *path)
		return path;
	for (i = 0; i < length; i++) {
		if (!path[i])
			path[i] = '@';
	}

	return path;
}

static void read_unix(struct diag *diag, const struct nlmsghdr *message)
{
	const struct unix_diag_msg *found = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;
	struct diag_socket *socket;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*found))
		return;
	socket = add(diag);
	socket->inode = found->udiag_ino;
	socket->family = AF_UNIX;
	socket->type = found->udiag_type;
	socket->state = found->udiag_state;
	mnl_attr_for_each(attribute, message, sizeof(*found)) {
		if (mnl_attr_get_type(attribute) == UNIX_DIAG_NAME)
			socket->path = path_of(attribute);
		if (mnl_attr_get_type(attribute) == UNIX_DIAG_PEER &&
		    !mnl_attr_validate(attribute, MNL_TYPE_U32))
			socket->peer_inode = mnl_attr_get_u32(attribute);
	}
}

/* Send a request and read the replies. @protocol is 0 for AF_UNIX. */
static void dump(struct diag *diag, struct mnl_socket *socket,
		 struct nlmsghdr *request, int protocol)
{
	char buffer[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *message;
	ssize_t length;
	int rest;

	request->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		return;
	for (;;) {
		length = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
		if (length <= 0)
			return;
		rest = length;
		for (message = (struct nlmsghdr *)buffer;
		     mnl_nlmsg_ok(message, rest);
		     message = mnl_nlmsg_next(message, &rest)) {
			if (message->nlmsg_type == NLMSG_DONE ||
			    message->nlmsg_type == NLMSG_ERROR)
				return;
			if (protocol)
				read_inet(diag, message, protocol);
			else
				read_unix(diag, message);
		}
	}
}

static void dump_inet(struct diag *diag, struct mnl_socket *socket, int family,
		      int protocol)
{
	char buffer[256] __attribute__((aligned(NLMSG_ALIGNTO))) = { 0 };
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *wanted =
		mnl_nlmsg_put_extra_header(request, sizeof(*wanted));

	wanted->sdiag_family = family;
	wanted->sdiag_protocol = protocol;
	wanted->idiag_states = ~0U;
	dump(diag, socket, request, protocol);
}

static void dump_unix(struct diag *diag, struct mnl_socket *socket)
{
	char buffer[256] __attribute__((aligned(NLMSG_ALIGNTO))) = { 0 };
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct unix_diag_req *wanted =
		mnl_nlmsg_put_extra_header(request, sizeof(*wanted));

	wanted->sdiag_family = AF_UNIX;
	wanted->udiag_states = ~0U;
	wanted->udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER;
	dump(diag, socket, request, 0);
}

void diag_add(struct diag *diag)
{
	static const int families[] = { AF_INET, AF_INET6 };
	static const int protocols[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_RAW
	};
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_SOCK_DIAG,
						     SOCK_CLOEXEC);
	size_t i, j;

	if (!socket)
		return;
	if (!mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID)) {
		for (i = 0; i < 2; i++) {
			for (j = 0; j < 4; j++)
				dump_inet(diag, socket, families[i], protocols[j]);
		}
		dump_unix(diag, socket);
	}
	mnl_socket_close(socket);
}

static int order(const void *left, const void *right)
{
	const struct diag_socket *a = left, *b = right;

	return a->inode < b->inode ? -1 : a->inode > b->inode;
}

void diag_sort(struct diag *diag)
{
	if (diag->nr)
		qsort(diag->of, diag->nr, sizeof(*diag->of), order);
}

const struct diag_socket *diag_find(const struct diag *diag, uint64_t inode)
{
	const struct diag_socket wanted = { .inode = inode };

	return diag->nr ? bsearch(&wanted, diag->of, diag->nr,
				  sizeof(*diag->of), order) : NULL;
}

void diag_free(struct diag *diag)
{
	size_t i;

	for (i = 0; i < diag->nr; i++)
		free(diag->of[i].path);
	free(diag->of);
}
