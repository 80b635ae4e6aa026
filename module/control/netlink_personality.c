// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink commands about personalities and their policies. The tables of
 * netlink-gen.c call the functions here. They read a policy with
 * parse_policy.c and send one with dump_policy.c.
 */
#include <linux/errno.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "cgroup/attachment.h"
#include "cgroup/personality.h"
#include "cgroup/replace.h"
#include "cgroup/stack.h"
#include "compat.h"
#include "control/netlink-gen.h"
#include "control/netlink.h"
#include "control/parse_policy.h"
#include "state.h"

static int read_providers(struct genl_info *info,
			  char (*names)[PERSOCK_NAME_MAX + 1],
			  unsigned int *nr)
{
	const struct nlattr *attribute;
	int left;

	*nr = 0;
	nlmsg_for_each_attr(attribute, info->nlhdr,
			    GENL_HDRLEN, left) {
		if (nla_type(attribute) != PERSOCK_A_PROVIDER)
			continue;
		if (*nr == PERSOCK_MAX_PROVIDERS) {
			NL_SET_ERR_MSG_ATTR(info->extack, attribute,
					    "a personality has at most 8 providers");
			return -E2BIG;
		}
		if (nla_strscpy(names[*nr], attribute,
				PERSOCK_NAME_MAX + 1) < 0) {
			NL_SET_ERR_MSG_ATTR(info->extack, attribute,
					    "the name of a provider is longer than 63");
			return -EINVAL;
		}
		(*nr)++;
	}

	return 0;
}

/* Read whose tasks the policy is for. It affects only their own sockets. */
static int read_from(struct genl_info *info, struct persock_proposal *proposal)
{
	struct nlattr *fd = info->attrs[PERSOCK_A_NETWORK_FROM_FD];
	struct nlattr *path = info->attrs[PERSOCK_A_NETWORK_FROM];
	struct net *net;

	if (!fd && !path)
		return 0;
	if (!fd || !path || !info->attrs[PERSOCK_A_NETWORK_FD]) {
		NL_SET_ERR_MSG(info->extack,
			       "its sockets are made in a network namespace: specify its path and an open descriptor");
		return -EINVAL;
	}
	net = get_net_ns_by_fd(nla_get_u32(fd));
	if (IS_ERR(net)) {
		NL_SET_ERR_MSG_ATTR(info->extack, fd,
				    "the descriptor is not that of a network namespace");
		return PTR_ERR(net);
	}
	proposal->from = net->net_cookie;
	proposal->from_inode = net->ns.inum;
	proposal->from_path = nla_data(path);
	put_net(net);

	return 0;
}

/*
 * Read the network namespace. CAP_NET_ADMIN over its owner is needed to
 * specify what sockets may do there.
 */
static int read_network(struct sk_buff *skb, struct genl_info *info,
			struct persock_proposal *proposal)
{
	struct nlattr *fd = info->attrs[PERSOCK_A_NETWORK_FD];
	struct nlattr *path = info->attrs[PERSOCK_A_NETWORK];
	struct net *net;

	if (!fd && !path)
		return 0;
	if (!fd || !path) {
		NL_SET_ERR_MSG(info->extack,
			       "a network namespace is specified by its path and an open descriptor");
		return -EINVAL;
	}
	net = get_net_ns_by_fd(nla_get_u32(fd));
	if (IS_ERR(net)) {
		NL_SET_ERR_MSG_ATTR(info->extack, fd,
				    "the descriptor is not that of a network namespace");
		return PTR_ERR(net);
	}
	if (!netlink_ns_capable(skb, net->user_ns, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG_ATTR(info->extack, fd,
				    "CAP_NET_ADMIN is needed over the owner of the network namespace");
		put_net(net);
		return -EPERM;
	}
	proposal->net = net;
	proposal->network = nla_data(path);

	return 0;
}

/* A batch belongs to the netlink socket that sends its requests. */
static struct persock_holder holder_of(struct genl_info *info)
{
	return (struct persock_holder){
		.net = genl_info_net(info)->net_cookie,
		.port = info->snd_portid,
	};
}

static int set(struct genl_info *info, const char *name,
	       const struct persock_proposal *proposal)
{
	const struct nlattr *hold = info->attrs[PERSOCK_A_HOLD];
	const struct persock_holder holder = holder_of(info);

	return persock_personality_set(name, proposal,
				       hold && nla_get_u8(hold) ? &holder : NULL,
				       info->extack);
}

static int add(struct genl_info *info, const char *name,
	       const struct persock_proposal *proposal)
{
	const struct nlattr *hold = info->attrs[PERSOCK_A_HOLD];

	if (hold && nla_get_u8(hold)) {
		NL_SET_ERR_MSG_ATTR(info->extack, hold,
				    "only a change of a personality that exists can be held");
		return -EINVAL;
	}

	return persock_personality_add(name, proposal, info->extack);
}

/* Read the proposal of a request, and apply it. */
static int propose(struct sk_buff *skb, struct genl_info *info,
		   int (*apply)(struct genl_info *info, const char *name,
				const struct persock_proposal *proposal))
{
	const char *name = persock_request_personality(info);
	struct persock_proposal *proposal;
	struct persock_policy *policy;
	int err;

	if (!name)
		return -EINVAL;
	proposal = kzalloc(sizeof(*proposal), GFP_KERNEL);
	policy = kzalloc(sizeof(*policy), GFP_KERNEL);
	if (!proposal || !policy) {
		err = -ENOMEM;
		goto free;
	}

	if (info->attrs[PERSOCK_A_BASE])
		proposal->base = nla_data(info->attrs[PERSOCK_A_BASE]);
	err = read_providers(info, proposal->providers,
			     &proposal->nr_providers);
	if (!err)
		err = persock_policy_parse(info, policy, &proposal->store);
	if (err)
		goto free;
	if (proposal->store)
		proposal->policy = policy;
	if (!proposal->base && !proposal->policy) {
		NL_SET_ERR_MSG(info->extack,
			       "specify a policy, or a base to copy it from");
		err = -EINVAL;
		goto free;
	}
	err = read_from(info, proposal);
	if (!err)
		err = read_network(skb, info, proposal);
	if (err)
		goto put;

	mutex_lock(&persock_mutex);
	err = apply(info, name, proposal);
	mutex_unlock(&persock_mutex);
	if (proposal->net)
		put_net(proposal->net);

put:
	persock_store_put(proposal->store);
free:
	kfree(policy);
	kfree(proposal);
	return err;
}

int persock_nl_personality_new_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return propose(skb, info, add);
}

int persock_nl_personality_set_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return propose(skb, info, set);
}

int persock_nl_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct persock_holder holder = holder_of(info);
	int err;

	mutex_lock(&persock_mutex);
	err = persock_batch_commit(&holder, info->extack);
	mutex_unlock(&persock_mutex);

	return err;
}

/* A netlink socket is closed: nobody can end its batch any more. */
static int on_release(struct notifier_block *block, unsigned long event,
		      void *data)
{
	const struct netlink_notify *notify = data;
	struct persock_holder holder;

	/* Others' sockets do not wait for persock_mutex. */
	if (event != NETLINK_URELEASE ||
	    notify->protocol != NETLINK_GENERIC ||
	    !atomic_read(&persock_nr_held))
		return NOTIFY_DONE;
	holder.net = notify->net->net_cookie;
	holder.port = notify->portid;
	mutex_lock(&persock_mutex);
	persock_batch_drop(&holder);
	mutex_unlock(&persock_mutex);

	return NOTIFY_DONE;
}

static struct notifier_block releases = { .notifier_call = on_release };

/**
 * persock_netlink_personality_init() - watch for the end of netlink sockets
 *
 * Return: 0 or a negative errno.
 */
int __init persock_netlink_personality_init(void)
{
	return netlink_register_notifier(&releases);
}

/** persock_netlink_personality_exit() - stop watching */
void persock_netlink_personality_exit(void)
{
	netlink_unregister_notifier(&releases);
}

static int put_providers(struct sk_buff *skb,
			 const struct persock_version *version)
{
	unsigned int i;

	for (i = 0; i < version->nr_providers; i++) {
		if (nla_put_string(skb, PERSOCK_A_PROVIDER,
				   version->providers[i]->name))
			return -EMSGSIZE;
	}

	return 0;
}

static int put_network(struct sk_buff *skb,
		       const struct persock_version *version)
{
	if (!version->net)
		return 0;
	if (nla_put_string(skb, PERSOCK_A_NETWORK, version->network) ||
	    nla_put_u32(skb, PERSOCK_A_NETWORK_INODE, version->net->ns.inum))
		return -EMSGSIZE;
	if (version->from &&
	    (nla_put_string(skb, PERSOCK_A_NETWORK_FROM, version->from_path) ||
	     nla_put_u32(skb, PERSOCK_A_NETWORK_FROM_INODE,
			 version->from_inode)))
		return -EMSGSIZE;

	return 0;
}

static int put_personality(struct sk_buff *skb, const void *entry, bool alone)
{
	const struct persock_personality *personality = entry;
	struct persock_totals totals = personality->retired;
	const struct persock_version *version =
		persock_personality_version(personality);
	struct persock_attachment *attachment = NULL;
	u64 sockets, created;

	while ((attachment = persock_attachment_next(attachment))) {
		if (attachment->personality != personality)
			continue;
		persock_layer_counts(attachment, &totals);
	}
	persock_stacks_count(personality, &sockets, &created);

	if (nla_put_string(skb, PERSOCK_A_PERSONALITY, personality->name) ||
	    nla_put_string(skb, PERSOCK_A_BASE, version->base) ||
	    nla_put_u8(skb, PERSOCK_A_BUILTIN, personality->builtin))
		return -EMSGSIZE;
	if (put_providers(skb, version) || put_network(skb, version) ||
	    nla_put_u32(skb, PERSOCK_A_MODE, version->policy.mode) ||
	    nla_put_u32(skb, PERSOCK_A_ATTACHMENTS, personality->attachments) ||
	    persock_put_u64(skb, PERSOCK_A_SOCKETS_LIVE, sockets) ||
	    persock_put_u64(skb, PERSOCK_A_SOCKETS_CREATED, created))
		return -EMSGSIZE;

	return persock_put_counters(skb, &totals);
}

int persock_nl_personality_get_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	const struct persock_personality *personality;
	const char *name = persock_request_personality(info);
	struct sk_buff *reply;
	void *header;
	int err;

	if (!name)
		return -EINVAL;
	reply = persock_reply_new(info, &header);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&persock_mutex);
	personality = persock_personality_find(name);
	if (personality) {
		err = put_personality(reply, personality, true);
	} else {
		NL_SET_ERR_MSG(info->extack, "no such personality");
		err = -ENOENT;
	}
	mutex_unlock(&persock_mutex);

	return persock_reply_send(info, reply, header, err);
}

int persock_nl_personality_get_dumpit(struct sk_buff *skb,
				      struct netlink_callback *cb)
{
	struct persock_personality *personality = NULL;
	int i = 0, err = 0;

	mutex_lock(&persock_mutex);
	cb->seq = persock_generation;
	while (!err && (personality = persock_personality_next(personality))) {
		if (i >= cb->args[0])
			err = persock_dump_entry(skb, cb, PERSOCK_CMD_PERSONALITY_GET,
						 put_personality, personality);
		i += !err;
	}
	mutex_unlock(&persock_mutex);

	return persock_dump_result(skb, cb, i, err);
}

/* Put as many items as fit, from cb->args[0] on; each message has the name. */
static int put_policy(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct persock_personality *personality)
{
	const struct persock_version *version =
		persock_personality_version(personality);
	unsigned int item = cb->args[0];
	void *header;
	int err = 0;

	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, &persock_netlink_family, NLM_F_MULTI,
			     PERSOCK_CMD_POLICY_GET);
	if (!header)
		return -EMSGSIZE;

	genl_dump_check_consistent(cb, header);
	if (nla_put_string(skb, PERSOCK_A_PERSONALITY, personality->name) ||
	    (!item &&
	     (nla_put_string(skb, PERSOCK_A_BASE, version->base) ||
	      put_providers(skb, version) || put_network(skb, version) ||
	      nla_put_u32(skb, PERSOCK_A_MODE, version->policy.mode) ||
	      nla_put_u32(skb, PERSOCK_A_REVEAL, version->policy.reveal) ||
	      nla_put_u32(skb, PERSOCK_A_COUNTERS,
			  version->policy.counts ? PERSOCK_COUNTERS_FULL :
						   PERSOCK_COUNTERS_LEAST)))) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	while (!err) {
		unsigned int length = skb->len;

		err = persock_policy_put_item(skb, &version->policy, item);
		if (err)
			nlmsg_trim(skb, skb->data + length);
		else
			item++;
	}
	genlmsg_end(skb, header);
	/* An item that did not fit goes into the next message. */
	if (err == -EMSGSIZE && item == cb->args[0])
		return err;
	cb->args[0] = item;
	cb->args[1] = err == -ENOENT;

	return 0;
}

int persock_nl_policy_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	const struct nlattr *name =
		persock_dump_attrs(cb)[PERSOCK_A_PERSONALITY];
	const struct persock_personality *personality;
	int err;

	if (cb->args[1])
		return 0;
	if (!name) {
		NL_SET_ERR_MSG(cb->extack,
			       "the name of a personality is missing");
		return -EINVAL;
	}

	mutex_lock(&persock_mutex);
	cb->seq = persock_generation;
	personality = persock_personality_find(nla_data(name));
	if (personality) {
		err = put_policy(skb, cb, personality);
	} else {
		NL_SET_ERR_MSG(cb->extack, "no such personality");
		err = -ENOENT;
	}
	mutex_unlock(&persock_mutex);

	return err ? err : skb->len;
}

int persock_nl_personality_del_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	const char *name = persock_request_personality(info);
	int err;

	if (!name)
		return -EINVAL;

	mutex_lock(&persock_mutex);
	err = persock_personality_del(name, info->extack);
	mutex_unlock(&persock_mutex);

	return err;
}
