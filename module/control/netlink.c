// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family, and its commands about attachments, providers
 * and status. User space sends the commands (tools/persock/wire); the tables
 * of netlink-gen.c call the functions here. netlink_personality.c has the
 * commands about personalities. netlink-gen.c and the UAPI header are
 * generated from Documentation/netlink/specs/persock.yaml.
 *
 * The tables have GENL_ADMIN_PERM: the core requires CAP_NET_ADMIN in the
 * initial user namespace before it calls any of these functions.
 */
#include <linux/cgroup.h>
#include <linux/file.h>
#include <linux/kernfs.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "compat.h"
#include "cgroup/attach.h"
#include "cgroup/attachment.h"
#include "cgroup/personality.h"
#include "cgroup/stack.h"
#include "control/netlink-gen.h"
#include "control/netlink.h"
#include "control/parse_policy.h"
#include "hook/arm.h"
#include "hook/probe.h"
#include "provider/registry.h"
#include "report/denial.h"
#include "report/ignored.h"
#include "socket/wrapper.h"
#include "state.h"

/**
 * persock_reply_new() - begin the reply to a request
 * @info: the request
 * @header: filled in, for persock_reply_send()
 *
 * Return: the reply, or NULL without memory.
 */
struct sk_buff *persock_reply_new(struct genl_info *info, void **header)
{
	struct sk_buff *reply = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);

	if (!reply)
		return NULL;
	*header = genlmsg_put_reply(reply, info, &persock_netlink_family, 0,
				    info->genlhdr->cmd);
	if (!*header) {
		nlmsg_free(reply);
		return NULL;
	}

	return reply;
}

/**
 * persock_reply_send() - send a reply, or drop it
 * @info: the request
 * @reply: from persock_reply_new()
 * @header: from persock_reply_new()
 * @err: an errno, to drop the reply, or 0
 *
 * Return: @err, or the errno of sending.
 */
int persock_reply_send(struct genl_info *info, struct sk_buff *reply,
		       void *header, int err)
{
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, header);

	return genlmsg_reply(reply, info);
}

/**
 * persock_put_u64() - put an attribute of 64 bits
 * @skb: the message
 * @attribute: its type
 * @value: its value
 *
 * Return: 0 or -EMSGSIZE.
 */
int persock_put_u64(struct sk_buff *skb, int attribute, u64 value)
{
	return nla_put_u64_64bit(skb, attribute, value, PERSOCK_A_PAD);
}

/**
 * persock_put_counters() - put the counts of verdicts, one nest per operation
 * @skb: the message
 * @totals: the counts
 *
 * Return: 0 or -EMSGSIZE.
 */
int persock_put_counters(struct sk_buff *skb, const struct persock_totals *totals)
{
	unsigned int i;

	for (i = 0; i < PERSOCK_NR_OPERATIONS; i++) {
		const u64 *verdicts = totals->verdicts[i];
		struct nlattr *nest;

		nest = nla_nest_start(skb, PERSOCK_A_COUNTER);
		if (!nest ||
		    nla_put_u32(skb, PERSOCK_A_COUNTER_OPERATION, i) ||
		    nla_put_u64_64bit(skb, PERSOCK_A_COUNTER_ALLOWED,
				      verdicts[PERSOCK_OUTCOME_ALLOWED],
				      PERSOCK_A_COUNTER_PAD) ||
		    nla_put_u64_64bit(skb, PERSOCK_A_COUNTER_IGNORED,
				      verdicts[PERSOCK_OUTCOME_IGNORED],
				      PERSOCK_A_COUNTER_PAD) ||
		    nla_put_u64_64bit(skb, PERSOCK_A_COUNTER_DENIED,
				      verdicts[PERSOCK_OUTCOME_DENIED],
				      PERSOCK_A_COUNTER_PAD) ||
		    nla_put_u64_64bit(skb, PERSOCK_A_COUNTER_AUDITED,
				      verdicts[PERSOCK_OUTCOME_AUDITED],
				      PERSOCK_A_COUNTER_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}

	return 0;
}

int persock_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct persock_attachment *attachment = NULL;
	struct persock_stack *stack = NULL;
	const char *failed = "";
	struct sk_buff *reply;
	u32 attachments = 0;
	u64 sockets = 0;
	void *header;
	bool holds;
	int err;

	reply = persock_reply_new(info, &header);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&persock_mutex);
	holds = !persock_probe(&failed);
	while ((attachment = persock_attachment_next(attachment)))
		attachments += attachment->attached;
	while ((stack = persock_stack_next(stack)))
		sockets += persock_stack_sockets(stack);
	err = nla_put_string(reply, PERSOCK_A_VERSION, PERSOCK_VERSION) ||
	      nla_put_u32(reply, PERSOCK_A_ADDRESS_FAMILY, persock_family) ||
	      nla_put_u8(reply, PERSOCK_A_HOLDS, holds) ||
	      nla_put_string(reply, PERSOCK_A_REASON, failed) ||
	      nla_put_u8(reply, PERSOCK_A_ARMED, persock_armed()) ||
	      nla_put_u32(reply, PERSOCK_A_ATTACHMENTS, attachments) ||
	      persock_put_u64(reply, PERSOCK_A_SOCKETS_LIVE, sockets) ||
	      persock_put_u64(reply, PERSOCK_A_LOST, persock_denial_lost(NULL)) ||
	      nla_put_u32(reply, PERSOCK_A_NETWORK_INODE, init_net.ns.inum) ?
	      -EMSGSIZE : 0;
	mutex_unlock(&persock_mutex);

	return persock_reply_send(info, reply, header, err);
}

static int put_provider(struct sk_buff *skb, const void *entry, bool alone)
{
	const struct persock_provider *provider = entry;
	const char *const *gap = provider->lsm_gaps;
	unsigned int i;

	if (nla_put_string(skb, PERSOCK_A_PROVIDER, provider->name) ||
	    nla_put_string(skb, PERSOCK_A_MODULE, provider->owner ?
			   module_name(provider->owner) : ""))
		return -EMSGSIZE;
	for (i = 0; i < provider->nr_families; i++) {
		if (nla_put_u32(skb, PERSOCK_A_FAMILY, provider->families[i]))
			return -EMSGSIZE;
	}
	for (; gap && *gap; gap++) {
		if (nla_put_string(skb, PERSOCK_A_LSM_GAP, *gap))
			return -EMSGSIZE;
	}

	return 0;
}

/**
 * persock_dump_entry() - put one entry of a dump
 * @skb: the message
 * @cb: the dump; its args[0] counts the entries that were sent
 * @cmd: the command that the dump answers
 * @put: puts the entry; if it is alone in a message, there is no second try
 * @entry: the entry
 *
 * An entry that does not fit is sent again in the next message.
 *
 * Return: 0, or -EMSGSIZE if it does not fit.
 */
int persock_dump_entry(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		       int (*put)(struct sk_buff *skb, const void *entry,
				  bool alone),
		       const void *entry)
{
	bool alone = !skb->len;
	void *header;
	int err;

	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, &persock_netlink_family, NLM_F_MULTI,
			     cmd);
	if (!header)
		return -EMSGSIZE;

	genl_dump_check_consistent(cb, header);
	err = put(skb, entry, alone);
	if (err)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);

	return err;
}

/**
 * persock_dump_result() - the return value of a dump callback
 * @skb: the message that it has filled
 * @cb: the dump
 * @sent: number of entries that were sent so far
 * @err: errno of the entry that ended it, or 0
 *
 * Return: the length; @err if an entry is too large for any message.
 */
int persock_dump_result(struct sk_buff *skb, struct netlink_callback *cb,
			int sent, int err)
{
	cb->args[0] = sent;
	return err && !skb->len ? err : skb->len;
}

int persock_nl_provider_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	struct persock_provider *provider = NULL;
	int i = 0, err = 0;

	mutex_lock(&persock_mutex);
	cb->seq = persock_generation;
	while (!err && (provider = persock_provider_next(provider))) {
		if (i >= cb->args[0])
			err = persock_dump_entry(skb, cb, PERSOCK_CMD_PROVIDER_GET,
						 put_provider, provider);
		i += !err;
	}
	mutex_unlock(&persock_mutex);

	return persock_dump_result(skb, cb, i, err);
}

/**
 * persock_request_personality() - the personality that a request names
 * @info: the request; its extack reports a missing name
 *
 * Return: the name, or NULL.
 */
const char *persock_request_personality(struct genl_info *info)
{
	if (!info->attrs[PERSOCK_A_PERSONALITY]) {
		NL_SET_ERR_MSG(info->extack,
			       "the name of a personality is missing");
		return NULL;
	}

	return nla_data(info->attrs[PERSOCK_A_PERSONALITY]);
}

/*
 * The descriptor is the caller's: the core runs this in the sender's context.
 */
static struct cgroup *cgroup_of(struct genl_info *info)
{
	struct nlattr *attribute = info->attrs[PERSOCK_A_CGROUP_FD];
	struct cgroup *cgroup;

	cgroup = cgroup_get_from_fd(nla_get_u32(attribute));
	if (IS_ERR(cgroup))
		NL_SET_ERR_MSG_ATTR(info->extack, attribute,
				    "the descriptor is not one of a cgroup v2 directory");

	return cgroup;
}

int persock_nl_attach_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *delegate = info->attrs[PERSOCK_A_DELEGATE];
	const char *name = persock_request_personality(info);
	struct cgroup *cgroup;
	int err;

	if (!name)
		return -EINVAL;
	if (!info->attrs[PERSOCK_A_CGROUP_FD]) {
		NL_SET_ERR_MSG(info->extack,
			       "the descriptor of a cgroup is missing");
		return -EINVAL;
	}
	cgroup = cgroup_of(info);
	if (IS_ERR(cgroup))
		return PTR_ERR(cgroup);

	mutex_lock(&persock_mutex);
	err = persock_attach(cgroup, name,
			     delegate &&
			     nla_get_u32(delegate) == PERSOCK_DELEGATE_FULL,
			     info->extack);
	mutex_unlock(&persock_mutex);
	cgroup_put(cgroup);

	return err;
}

/**
 * persock_request_cgroup() - the cgroup that a request names in one of two ways
 * @info: the request; its extack reports a missing or invalid cgroup
 * @id: set to the id of the cgroup
 *
 * Return: 0, -EINVAL without a cgroup, or the errno of the descriptor.
 */
int persock_request_cgroup(struct genl_info *info, u64 *id)
{
	struct cgroup *cgroup;

	if (info->attrs[PERSOCK_A_CGROUP_ID]) {
		*id = nla_get_u64(info->attrs[PERSOCK_A_CGROUP_ID]);
		return 0;
	}
	if (!info->attrs[PERSOCK_A_CGROUP_FD]) {
		NL_SET_ERR_MSG(info->extack,
			       "the descriptor or the id of a cgroup is missing");
		return -EINVAL;
	}
	cgroup = cgroup_of(info);
	if (IS_ERR(cgroup))
		return PTR_ERR(cgroup);
	*id = cgroup_id(cgroup);
	cgroup_put(cgroup);

	return 0;
}

int persock_nl_detach_doit(struct sk_buff *skb, struct genl_info *info)
{
	u64 id;
	int err;

	err = persock_request_cgroup(info, &id);
	if (err)
		return err;

	mutex_lock(&persock_mutex);
	err = persock_detach(id, info->extack);
	mutex_unlock(&persock_mutex);

	return err;
}

/* Put the namespace whose tasks have sockets made in the one of the policy. */
static int put_from(struct sk_buff *skb,
		    const struct persock_attachment *attachment)
{
	const struct persock_version *version =
		persock_personality_version(attachment->personality);
	u32 inode;

	if (!version->net)
		return 0;
	inode = version->from ? version->from_inode :
				READ_ONCE(attachment->from_inode);

	return inode ? nla_put_u32(skb, PERSOCK_A_NETWORK_FROM_INODE, inode) :
		       0;
}

/* Put the attached cgroups that govern, the outermost first. */
static int put_layers(struct sk_buff *skb,
		      const struct persock_attachment *attachment)
{
	const struct persock_stack *stack =
		rcu_dereference_protected(attachment->stack,
					  lockdep_is_held(&persock_mutex));
	unsigned int i;

	for (i = 0; i < stack->nr; i++) {
		if (persock_put_u64(skb, PERSOCK_A_LAYER,
				    stack->layers[i].attachment->id))
			return -EMSGSIZE;
	}

	return attachment->anew ? nla_put_u32(skb, PERSOCK_A_DELEGATE,
					      PERSOCK_DELEGATE_FULL) : 0;
}

static u64 sockets_of(const struct persock_attachment *attachment)
{
	u64 sockets;

	rcu_read_lock();
	sockets = persock_account_sockets(attachment->account);
	rcu_read_unlock();

	return sockets;
}

static int put_attachment(struct sk_buff *skb, const void *entry, bool alone)
{
	const struct persock_attachment *attachment = entry;
	struct persock_totals totals = { };
	int length, err = 0;
	char *path;

	if (persock_put_u64(skb, PERSOCK_A_CGROUP_ID, attachment->id))
		return -EMSGSIZE;

	persock_account_counts(attachment, &totals);
	if (nla_put_string(skb, PERSOCK_A_PERSONALITY,
			   attachment->personality->name) ||
	    persock_put_u64(skb, PERSOCK_A_SOCKETS_LIVE,
			    sockets_of(attachment)) ||
	    persock_put_u64(skb, PERSOCK_A_SOCKETS_CREATED, totals.created) ||
	    persock_put_u64(skb, PERSOCK_A_ATTACHMENT_LOST,
			    persock_denial_lost(&attachment->denials)) ||
	    put_from(skb, attachment) || put_layers(skb, attachment))
		return -EMSGSIZE;

	if (persock_put_counters(skb, &totals))
		return -EMSGSIZE;

	path = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	length = cgroup_path(attachment->cgroup, path, PATH_MAX);
	if (length >= 0 && length < PATH_MAX)
		err = nla_put_string(skb, PERSOCK_A_CGROUP_PATH, path);
	kfree(path);

	/*
	 * A path that fits no message is left out: the id identifies the
	 * cgroup.
	 */
	return alone ? 0 : err;
}

int persock_nl_attachment_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct persock_attachment *attachment;
	struct sk_buff *reply;
	void *header;
	u64 id;
	int err;

	err = persock_request_cgroup(info, &id);
	if (err)
		return err;
	reply = persock_reply_new(info, &header);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&persock_mutex);
	attachment = persock_attached(id);
	if (attachment) {
		err = put_attachment(reply, attachment, true);
	} else {
		NL_SET_ERR_MSG(info->extack,
			       "the cgroup is not attached to a personality");
		err = -ENOENT;
	}
	mutex_unlock(&persock_mutex);

	return persock_reply_send(info, reply, header, err);
}

int persock_nl_attachment_get_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb)
{
	struct persock_attachment *attachment = NULL;
	int i = 0, err = 0;

	mutex_lock(&persock_mutex);
	cb->seq = persock_generation;
	while (!err && (attachment = persock_attachment_next(attachment))) {
		if (!attachment->attached)
			continue;
		if (i >= cb->args[0])
			err = persock_dump_entry(skb, cb, PERSOCK_CMD_ATTACHMENT_GET,
						 put_attachment, attachment);
		i += !err;
	}
	mutex_unlock(&persock_mutex);

	return persock_dump_result(skb, cb, i, err);
}

/* Put one entry of an attachment's ignored calls, as persock_ignored_put(). */
static int put_ignored(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct persock_attachment *attachment,
		       unsigned int entry)
{
	void *header;
	int err;

	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, &persock_netlink_family,
			     NLM_F_MULTI, PERSOCK_CMD_IGNORED_GET);
	if (!header)
		return -EMSGSIZE;

	genl_dump_check_consistent(cb, header);
	err = persock_put_u64(skb, PERSOCK_A_CGROUP_ID, attachment->id) ?:
	       persock_ignored_put(skb, READ_ONCE(attachment->ignored), entry);
	if (err > 0)
		genlmsg_end(skb, header);
	else
		genlmsg_cancel(skb, header);

	return err;
}

/*
 * args: number of finished attachments, and of finished entries of the next.
 */
int persock_nl_ignored_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	const struct nlattr *id = persock_dump_attrs(cb)[PERSOCK_A_CGROUP_ID];
	struct persock_attachment *attachment = NULL;
	int err = -ENOENT;
	long i = 0;

	mutex_lock(&persock_mutex);
	cb->seq = persock_generation;
	while ((attachment = persock_attachment_next(attachment))) {
		if (!attachment->attached ||
		    (id && attachment->id != nla_get_u64(id)) ||
		    i++ < cb->args[0])
			continue;
		do {
			err = put_ignored(skb, cb, attachment, cb->args[1]);
			cb->args[1] += err >= 0;
		} while (err >= 0);
		/* An entry that did not fit goes into the next message. */
		if (err != -ENOENT)
			break;
		cb->args[0]++;
		cb->args[1] = 0;
	}
	mutex_unlock(&persock_mutex);

	return err != -ENOENT && !skb->len ? err : skb->len;
}

static const struct genl_multicast_group groups[] = {
	[PERSOCK_NLGRP_DENIALS] = {
		.name = PERSOCK_GENL_GROUP_DENIALS,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[PERSOCK_NLGRP_IGNORED] = {
		.name = PERSOCK_GENL_GROUP_IGNORED,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[PERSOCK_NLGRP_NAMES] = {
		.name = PERSOCK_GENL_GROUP_NAMES,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family persock_netlink_family __ro_after_init = {
	.name = PERSOCK_GENL_NAME,
	.version = PERSOCK_GENL_VERSION,
	.maxattr = ARRAY_SIZE(persock_nl_policy) - 1,
	.policy = persock_nl_policy,
	.small_ops = persock_nl_ops,
	.n_small_ops = ARRAY_SIZE(persock_nl_ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
	/*
	 * persock_mutex serialises where necessary; other requests need not
	 * wait.
	 */
	.parallel_ops = true,
	/*
	 * GENL_ADMIN_PERM checks the initial user namespace in any network
	 * namespace.
	 */
	.netnsok = true,
	.module = THIS_MODULE,
};

/**
 * persock_netlink_init() - register the control plane
 *
 * Return: 0 or a negative errno.
 */
int __init persock_netlink_init(void)
{
	int err = persock_netlink_personality_init();

	if (err)
		return err;
	err = genl_register_family(&persock_netlink_family);
	if (err)
		persock_netlink_personality_exit();

	return err;
}

/**
 * persock_netlink_exit() - unregister the control plane
 *
 * Waits for requests that are being processed.
 */
void persock_netlink_exit(void)
{
	genl_unregister_family(&persock_netlink_family);
	persock_netlink_personality_exit();
}
