// SPDX-License-Identifier: GPL-2.0
/*
 * Denials as netlink messages. main.c passes persock_netlink_denials to
 * report/denial.c, whose work item calls the functions here after netlink.c
 * has registered the family.
 */
#include <linux/net.h>
#include <net/genetlink.h>

#include "control/netlink-gen.h"
#include "control/netlink.h"
#include "control/netlink_denial.h"
#include "policy/vsock_rule.h"

static int put_subject(struct sk_buff *skb, const struct persock_denial *denial)
{
	if (denial->message)
		return nla_put_s32(skb, PERSOCK_A_DENIAL_LEVEL,
				   denial->subject) ||
		       nla_put_s32(skb, PERSOCK_A_DENIAL_NAME, denial->detail);

	switch (denial->operation) {
	case PERSOCK_OP_GETSOCKOPT:
	case PERSOCK_OP_SETSOCKOPT:
		return nla_put_s32(skb, PERSOCK_A_DENIAL_LEVEL,
				   denial->subject) ||
		       nla_put_s32(skb, PERSOCK_A_DENIAL_NAME, denial->detail);
	case PERSOCK_OP_SENDMSG:
	case PERSOCK_OP_RECVMSG:
		return nla_put_u32(skb, PERSOCK_A_DENIAL_FLAGS,
				   denial->subject);
	case PERSOCK_OP_IOCTL:
		return nla_put_u32(skb, PERSOCK_A_DENIAL_COMMAND,
				   denial->subject);
	default:
		return 0;
	}
}

static int put_endpoint(struct sk_buff *skb,
			const struct persock_endpoint *endpoint)
{
	struct persock_vsock vsock;

	if (!endpoint->family)
		return 0;
	if (endpoint->family == AF_VSOCK) {
		vsock = persock_vsock_unpack(endpoint);
		return nla_put_u32(skb, PERSOCK_A_DENIAL_CID, vsock.cid) ||
		       nla_put_u32(skb, PERSOCK_A_DENIAL_VSOCK_PORT,
				   vsock.port);
	}

	return nla_put(skb, PERSOCK_A_DENIAL_ADDRESS,
		       endpoint->family == AF_INET ? 4 : 16,
		       endpoint->address) ||
	       nla_put_u16(skb, PERSOCK_A_DENIAL_PORT, endpoint->port);
}

static int put_denial(struct sk_buff *skb, const struct persock_denial_message *message)
{
	struct nlattr *nest = nla_nest_start(skb, PERSOCK_A_DENIAL);
	const struct persock_denial *denial = &message->denial;

	if (!nest ||
	    nla_put_u64_64bit(skb, PERSOCK_A_DENIAL_CGROUP_ID, denial->cgroup,
			      PERSOCK_A_DENIAL_PAD) ||
	    nla_put_string(skb, PERSOCK_A_DENIAL_PERSONALITY,
			   denial->personality) ||
	    nla_put_u32(skb, PERSOCK_A_DENIAL_MODE, denial->mode) ||
	    nla_put_u32(skb, PERSOCK_A_DENIAL_PID, denial->pid) ||
	    nla_put_string(skb, PERSOCK_A_DENIAL_COMM, denial->comm) ||
	    nla_put_u32(skb, PERSOCK_A_DENIAL_OPERATION, denial->operation) ||
	    nla_put_s32(skb, PERSOCK_A_DENIAL_VERDICT, denial->verdict) ||
	    nla_put_u32(skb, PERSOCK_A_DENIAL_SECTION, denial->section) ||
	    (denial->rule &&
	     nla_put_u32(skb, PERSOCK_A_DENIAL_RULE, denial->rule)) ||
	    (denial->line &&
	     nla_put_u32(skb, PERSOCK_A_DENIAL_LINE, denial->line)) ||
	    nla_put_u32(skb, PERSOCK_A_DENIAL_FAMILY, denial->family) ||
	    nla_put_u32(skb, PERSOCK_A_DENIAL_TYPE, denial->type) ||
	    nla_put_u32(skb, PERSOCK_A_DENIAL_PROTOCOL, denial->protocol) ||
	    put_subject(skb, denial) || put_endpoint(skb, &denial->endpoint) ||
	    ((*denial->host || denial->local) &&
	     nla_put_string(skb, denial->local ? PERSOCK_A_DENIAL_UNIX_NAME :
						 PERSOCK_A_DENIAL_HOST,
			    denial->host)) ||
	    (denial->reason &&
	     nla_put_u32(skb, PERSOCK_A_DENIAL_REASON, denial->reason)) ||
	    nla_put_u32(skb, PERSOCK_A_DENIAL_LAYER, denial->layer + 1) ||
	    nla_put_u32(skb, PERSOCK_A_DENIAL_LAYERS, denial->layers) ||
	    nla_put_u64_64bit(skb, PERSOCK_A_DENIAL_INNER_ID, message->cgroup,
			      PERSOCK_A_DENIAL_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

/* An address was learnt: such a message has the form of a denial here only. */
static int put_learnt(struct sk_buff *skb, const struct persock_denial *denial)
{
	return persock_put_learnt(skb, denial->host, denial->endpoint.family,
				  denial->endpoint.address, denial->detail,
				  denial->subject);
}

static bool has_listeners(unsigned int group)
{
	return genl_has_listeners(&persock_netlink_family, &init_net, group);
}

/*
 * Only the initial network namespace gets reports: see
 * persock_denial_wanted().
 */
static bool wanted(int verdict)
{
	if (verdict > 0)
		return has_listeners(PERSOCK_NLGRP_IGNORED);

	return has_listeners(PERSOCK_NLGRP_NAMES) ||
	       (verdict && has_listeners(PERSOCK_NLGRP_DENIALS));
}

/* Without a denial the message only reports how many were lost. */
static int put(struct sk_buff *skb, const struct persock_denial_message *message,
	       u8 command)
{
	void *header = genlmsg_put(skb, 0, 0, &persock_netlink_family, 0,
				   command);

	if (!header ||
	    persock_put_u64(skb, PERSOCK_A_CGROUP_ID, message->cgroup) ||
	    (message->denied &&
	     persock_put_u64(skb, PERSOCK_A_TIME, message->denial.time)))
		return -EMSGSIZE;
	if (command == PERSOCK_CMD_NAME_NTF) {
		if (put_learnt(skb, &message->denial))
			return -EMSGSIZE;
	} else if ((message->denied && put_denial(skb, message)) ||
		   persock_put_u64(skb, PERSOCK_A_ATTACHMENT_LOST,
				   message->lost) ||
		   persock_put_u64(skb, PERSOCK_A_LOST, message->lost_of_all)) {
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);

	return 0;
}

/* A send without listeners is no error. The buffer is always long enough. */
static void send_to(struct sk_buff *skb,
		    const struct persock_denial_message *message, u8 command,
		    unsigned int group)
{
	if (WARN_ON_ONCE(put(skb, message, command)))
		nlmsg_free(skb);
	else
		genlmsg_multicast_netns(&persock_netlink_family, &init_net, skb,
					0, group, GFP_KERNEL);
}

/* A refused query is reported to programs that listen for names, too. */
static void send_query(const struct persock_denial_message *message)
{
	struct sk_buff *skb;

	if (!has_listeners(PERSOCK_NLGRP_NAMES))
		return;
	skb = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (skb)
		send_to(skb, message, PERSOCK_CMD_QUERY_NTF,
			PERSOCK_NLGRP_NAMES);
}

static void send(struct sk_buff *skb, const struct persock_denial_message *message)
{
	const struct persock_denial *denial = &message->denial;

	if (!message->denied || denial->verdict < 0) {
		if (message->denied && denial->query)
			send_query(message);
		send_to(skb, message, PERSOCK_CMD_DENIAL_NTF,
			PERSOCK_NLGRP_DENIALS);
	} else if (denial->verdict) {
		send_to(skb, message, PERSOCK_CMD_IGNORED_NTF,
			PERSOCK_NLGRP_IGNORED);
	} else {
		send_to(skb, message, PERSOCK_CMD_NAME_NTF,
			PERSOCK_NLGRP_NAMES);
	}
}

const struct persock_denial_sender persock_netlink_denials = {
	.wanted = wanted,
	.send = send,
};
