// SPDX-License-Identifier: GPL-2.0
/* persock's netlink family, request by request: see control.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "control.h"

#define ROOM	(1 << 19)
#define LONGEST	(1 << 22)	/* that can be sent */

static struct mnl_socket *control;
static __u16 family;
static __u32 sequence;
static __u32 buffer[ROOM / sizeof(__u32)];
static __u32 answer[1 << 14];

static struct nlmsghdr *begin(__u16 type, int command, __u16 flags)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	header->nlmsg_seq = control_sequence(1);
	genl = mnl_nlmsg_put_extra_header(header, sizeof(*genl));
	genl->cmd = command;
	genl->version = PERSOCK_GENL_VERSION;

	return header;
}

static int talk(const struct nlmsghdr *header, control_read read, void *data)
{
	struct control_answer reply;
	int err;

	err = control_exchange(header, header->nlmsg_len, header->nlmsg_seq, 1,
			       &reply, read, data);
	if (err)
		return err;

	return reply.ended ? reply.err : -EPROTO;
}

static void read_family(const struct nlmsghdr *header, void *data)
{
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, header, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID)
			family = mnl_attr_get_u16(attribute);
	}
}

int control_open(void)
{
	struct nlmsghdr *header;
	int on = 1, size = LONGEST;

	control = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!control || mnl_socket_bind(control, 0, MNL_SOCKET_AUTOPID))
		return -errno;
	/* Sentences are wanted, and not the request back with each of them. */
	if (mnl_socket_setsockopt(control, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    mnl_socket_setsockopt(control, NETLINK_CAP_ACK, &on, sizeof(on)) ||
	    setsockopt(mnl_socket_get_fd(control), SOL_SOCKET, SO_SNDBUFFORCE,
		       &size, sizeof(size)))
		return -errno;

	header = begin(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, PERSOCK_GENL_NAME);
	return talk(header, read_family, NULL);
}

__u16 control_family(void)
{
	return family;
}

__u32 control_sequence(unsigned int nr)
{
	__u32 first = sequence + 1;

	sequence += nr;
	return first;
}

/* What follows the errno, and the header that it echoes. */
static void read_sentence(const struct nlmsghdr *message, size_t skip,
			  struct control_answer *reply)
{
	const struct nlattr *attribute;

	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	mnl_attr_for_each(attribute, message, skip) {
		if (mnl_attr_get_type(attribute) == NLMSGERR_ATTR_MSG)
			snprintf(reply->sentence, sizeof(reply->sentence), "%s",
				 mnl_attr_get_str(attribute));
	}
}

static void read_message(const struct nlmsghdr *message,
			 struct control_answer *reply, control_read read,
			 void *data)
{
	const int *err = mnl_nlmsg_get_payload(message);

	switch (message->nlmsg_type) {
	case NLMSG_ERROR:
		reply->ended = true;
		reply->err = *err;
		read_sentence(message, sizeof(struct nlmsgerr), reply);
		break;
	case NLMSG_DONE:
		reply->ended = true;
		reply->err = *err;
		read_sentence(message, sizeof(*err), reply);
		break;
	default:
		reply->messages++;
		if (read)
			read(message, data);
	}
}

int control_exchange(const void *request, size_t size, __u32 first,
		     unsigned int nr, struct control_answer *answers,
		     control_read read, void *data)
{
	const struct nlmsghdr *message;
	int left;

	memset(answers, 0, nr * sizeof(*answers));
	if (mnl_socket_sendto(control, request, size) != size)
		return -errno;

	/*
	 * The kernel has dealt with the request when send() returns, and goes
	 * on with a dump in recv(): where nothing is to be read, nothing comes.
	 */
	while (nr != 1 || !answers->ended) {
		left = recv(mnl_socket_get_fd(control), answer, sizeof(answer),
			    MSG_DONTWAIT);
		if (left < 0)
			return errno == EAGAIN ? 0 : -errno;
		for (message = (void *)answer; mnl_nlmsg_ok(message, left);
		     message = mnl_nlmsg_next(message, &left)) {
			if (message->nlmsg_seq - first >= nr)
				return -EPROTO;
			read_message(message,
				     &answers[message->nlmsg_seq - first],
				     read, data);
		}
	}

	return 0;
}

int control_do(int command, const char *name, int fd)
{
	struct nlmsghdr *header = begin(family, command, NLM_F_ACK);

	if (name)
		mnl_attr_put_strz(header, PERSOCK_A_PERSONALITY, name);
	if (fd >= 0)
		mnl_attr_put_u32(header, PERSOCK_A_CGROUP_FD, fd);

	return talk(header, NULL, NULL);
}

int control_list(int command, control_read read, void *data)
{
	return control_list_of(command, 0, read, data);
}

int control_list_of(int command, __u64 id, control_read read, void *data)
{
	struct nlmsghdr *header = begin(family, command, NLM_F_DUMP);

	if (id)
		mnl_attr_put_u64(header, PERSOCK_A_CGROUP_ID, id);

	return talk(header, read, data);
}

static void read_policy(const struct nlmsghdr *message, void *data)
{
	struct control_policy *policy = data;
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, message, sizeof(struct genlmsghdr)) {
		size_t size = MNL_ALIGN(mnl_attr_get_len(attribute));

		switch (mnl_attr_get_type(attribute)) {
		case PERSOCK_A_PERSONALITY:
			if (strcmp(policy->name, mnl_attr_get_str(attribute)))
				policy->split = true;
			break;
		case PERSOCK_A_BASE:
			snprintf(policy->base, sizeof(policy->base), "%s",
				 mnl_attr_get_str(attribute));
			break;
		case PERSOCK_A_NETWORK:
			snprintf(policy->network, sizeof(policy->network), "%s",
				 mnl_attr_get_str(attribute));
			break;
		case PERSOCK_A_NETWORK_INODE:
			policy->inode = mnl_attr_get_u32(attribute);
			break;
		case PERSOCK_A_NETWORK_FROM:
			snprintf(policy->from, sizeof(policy->from), "%s",
				 mnl_attr_get_str(attribute));
			break;
		case PERSOCK_A_NETWORK_FROM_INODE:
			policy->from_inode = mnl_attr_get_u32(attribute);
			break;
		default:
			if (policy->length + size > sizeof(policy->attributes)) {
				policy->split = true;
				break;
			}
			memcpy((char *)policy->attributes + policy->length,
			       attribute, size);
			policy->length += size;
		}
	}
}

int control_policy_get(const char *name, struct control_policy *policy)
{
	struct nlmsghdr *header = begin(family, PERSOCK_CMD_POLICY_GET,
					NLM_F_DUMP);
	int err;

	policy->split = false;
	policy->length = 0;
	policy->base[0] = '\0';
	policy->network[0] = '\0';
	policy->inode = 0;
	policy->from[0] = '\0';
	policy->from_inode = 0;
	snprintf(policy->name, sizeof(policy->name), "%s", name);
	mnl_attr_put_strz(header, PERSOCK_A_PERSONALITY, name);
	err = talk(header, read_policy, policy);

	return err ? err : policy->split ? -EPROTO : 0;
}

int control_policy_put(int command, const char *name, const char *base,
		       const struct control_policy *policy)
{
	struct nlmsghdr *header = begin(family, command, NLM_F_ACK);

	mnl_attr_put_strz(header, PERSOCK_A_PERSONALITY, name);
	if (base)
		mnl_attr_put_strz(header, PERSOCK_A_BASE, base);
	if (policy) {
		memcpy(mnl_nlmsg_get_payload_tail(header), policy->attributes,
		       policy->length);
		header->nlmsg_len += policy->length;
	}

	return talk(header, NULL, NULL);
}
