// SPDX-License-Identifier: GPL-2.0
/*
 * The commands about learnt addresses: list, add and remove them. User space
 * sends them ("persock names", and resolvers that feed it); the tables of
 * netlink-gen.c call the functions here.
 */
#include <linux/netlink.h>
#include <linux/string.h>
#include <net/genetlink.h>

#include "cgroup/stack.h"
#include "compat.h"
#include "cgroup/attach.h"
#include "cgroup/attachment.h"
#include "cgroup/learnt.h"
#include "control/netlink-gen.h"
#include "control/netlink.h"
#include "control/parse_names.h"
#include "control/parse_rule.h"
#include "policy/host.h"
#include "state.h"

/* The table of a cgroup whose policies have no host names is not larger. */
#define LIMIT	4096

/**
 * struct wish - what a request says of a learnt address
 * @cgroup: id of the cgroup
 * @host: the host name, or NULL
 * @has_address: @endpoint is valid
 * @endpoint: the address
 * @ttl: seconds, or PERSOCK_TTL_NONE
 */
struct wish {
	u64 cgroup;
	const char *host;
	bool has_address;
	struct persock_endpoint endpoint;
	u32 ttl;
};

static int read_host(struct netlink_ext_ack *extack,
		     const struct nlattr *attribute, struct wish *wish)
{
	const char *reason;

	if (!attribute)
		return 0;
	wish->host = nla_data(attribute);
	if (*wish->host == '*')
		return persock_reject(extack, attribute,
			      "an address is learnt for one name, not for \"*.\"");

	return persock_host_check(wish->host, &reason) ?
	       persock_reject(extack, attribute, reason) : 0;
}

static int read_wish(struct genl_info *info, struct wish *wish)
{
	struct nlattr *tb[PERSOCK_A_LEARNT_MAX + 1];
	struct netlink_ext_ack *extack = info->extack;
	const struct nlattr *address, *ttl;
	int err;

	memset(wish, 0, sizeof(*wish));
	err = persock_request_cgroup(info, &wish->cgroup);
	if (err)
		return err;
	if (!info->attrs[PERSOCK_A_LEARNT])
		return persock_reject(extack, NULL,
				      "the learnt address is missing");
	err = nla_parse_nested(tb, PERSOCK_A_LEARNT_MAX,
			       info->attrs[PERSOCK_A_LEARNT],
			       persock_learnt_nl_policy, extack);
	if (err)
		return err;
	address = tb[PERSOCK_A_LEARNT_ADDRESS];
	ttl = tb[PERSOCK_A_LEARNT_TTL];
	err = read_host(extack, tb[PERSOCK_A_LEARNT_HOST], wish);
	if (!err && address) {
		wish->has_address = true;
		err = persock_address_read(extack, address, &wish->endpoint);
	}
	if (err)
		return err;
	if (ttl && nla_get_s32(ttl) < 0)
		return persock_reject(extack, ttl, "a TTL is not negative");
	wish->ttl = ttl ? nla_get_s32(ttl) : PERSOCK_TTL_NONE;

	return 0;
}

static struct persock_attachment *find(struct genl_info *info, u64 id)
{
	struct persock_attachment *attachment = persock_attached(id);

	if (!attachment)
		NL_SET_ERR_MSG(info->extack,
			       "the cgroup is not attached to a personality");

	return attachment;
}

static unsigned int limit_of(const struct persock_attachment *attachment)
{
	const struct persock_stack *stack =
		rcu_dereference_protected(attachment->stack,
					  lockdep_is_held(&persock_mutex));
	unsigned int limit;

	rcu_read_lock();
	limit = persock_stack_view(stack)->names;
	rcu_read_unlock();

	return limit ?: LIMIT;
}

int persock_nl_name_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct persock_attachment *attachment;
	struct wish wish;
	int err;

	err = read_wish(info, &wish);
	if (err)
		return err;
	if (!wish.host || !wish.has_address)
		return persock_reject(info->extack,
				      info->attrs[PERSOCK_A_LEARNT],
				      "host and address are needed");

	mutex_lock(&persock_mutex);
	attachment = find(info, wish.cgroup);
	err = attachment ? persock_learnt_prepare(&attachment->account->learnt) :
			   -ENOENT;
	if (!err)
		err = persock_learnt_add(&attachment->account->learnt,
					 genl_info_net(info), &wish.endpoint,
					 wish.host, NULL, wish.ttl,
					 limit_of(attachment));
	mutex_unlock(&persock_mutex);

	return min(err, 0);
}

int persock_nl_name_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct persock_attachment *attachment;
	struct wish wish;
	int err;

	err = read_wish(info, &wish);
	if (err)
		return err;
	if (!wish.host && !wish.has_address)
		return persock_reject(info->extack,
				      info->attrs[PERSOCK_A_LEARNT],
				      "a host or an address is needed");

	mutex_lock(&persock_mutex);
	attachment = find(info, wish.cgroup);
	err = -ENOENT;
	if (attachment &&
	    persock_learnt_remove(&attachment->account->learnt, genl_info_net(info),
				  wish.has_address ? &wish.endpoint : NULL,
				  wish.host))
		err = 0;
	else if (attachment)
		NL_SET_ERR_MSG(info->extack, "the cgroup has not learnt that");
	mutex_unlock(&persock_mutex);

	return err;
}

/**
 * struct listing - a dump of the learnt addresses of an attachment
 * @skb: the message
 * @cb: the dump
 * @cgroup: id of the attachment's cgroup
 * @lost: number of addresses that it has dropped
 */
struct listing {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	u64 cgroup;
	u64 lost;
};

/**
 * persock_put_learnt() - put an address that was learnt for a host name
 * @skb: the message
 * @host: the name
 * @family: AF_INET or AF_INET6
 * @address: in network order
 * @inode: inode number of the network namespace
 * @left: seconds until the TTL ends; S64_MAX: it does not end
 *
 * Return: 0 or -EMSGSIZE.
 */
int persock_put_learnt(struct sk_buff *skb, const char *host, int family,
		       const u8 *address, u32 inode, s64 left)
{
	struct nlattr *nest = nla_nest_start(skb, PERSOCK_A_LEARNT);

	if (!nest || nla_put_string(skb, PERSOCK_A_LEARNT_HOST, host) ||
	    nla_put(skb, PERSOCK_A_LEARNT_ADDRESS, family == AF_INET ? 4 : 16,
		    address) ||
	    nla_put_u32(skb, PERSOCK_A_LEARNT_NETWORK_INODE, inode) ||
	    (left == S64_MAX ?
	     nla_put_u8(skb, PERSOCK_A_LEARNT_STATIC, 1) :
	     nla_put_s32(skb, PERSOCK_A_LEARNT_TTL,
			 clamp_t(s64, left, S32_MIN, S32_MAX))))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

static int put_learnt(const struct persock_learnt *learnt, void *data)
{
	const struct listing *listing = data;
	struct sk_buff *skb = listing->skb;
	void *header;

	header = genlmsg_put(skb, NETLINK_CB(listing->cb->skb).portid,
			     listing->cb->nlh->nlmsg_seq,
			     &persock_netlink_family, NLM_F_MULTI,
			     PERSOCK_CMD_NAME_GET);
	if (!header)
		return -EMSGSIZE;
	genl_dump_check_consistent(listing->cb, header);
	if (persock_put_u64(skb, PERSOCK_A_CGROUP_ID, listing->cgroup) ||
	    persock_put_u64(skb, PERSOCK_A_LEARNT_LOST, listing->lost) ||
	    persock_put_learnt(skb, learnt->host, learnt->key.family,
			       learnt->key.address, learnt->inode,
			       persock_learnt_left(learnt))) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);

	return 0;
}

/*
 * args: number of finished attachments; of the last address of the next, and of
 * the one after which it is finished.
 */
int persock_nl_name_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb)
{
	const struct nlattr *id = persock_dump_attrs(cb)[PERSOCK_A_CGROUP_ID];
	struct persock_attachment *attachment = NULL;
	struct listing listing = { .skb = skb, .cb = cb };
	int err = 0;
	long i = 0;

	mutex_lock(&persock_mutex);
	cb->seq = persock_generation;
	while ((attachment = persock_attachment_next(attachment))) {
		u64 last = cb->args[1], end = cb->args[2];

		if (!attachment->attached ||
		    (id && attachment->id != nla_get_u64(id)) ||
		    i++ < cb->args[0])
			continue;
		listing.cgroup = attachment->id;
		listing.lost = persock_learnt_lost(&attachment->account->learnt);
		err = persock_learnt_walk(&attachment->account->learnt, &last, &end,
					  put_learnt, &listing);
		cb->args[1] = last;
		cb->args[2] = end;
		/* An address that did not fit goes into the next message. */
		if (err)
			break;
		cb->args[0]++;
		cb->args[1] = 0;
		cb->args[2] = 0;
	}
	mutex_unlock(&persock_mutex);

	return err && !skb->len ? err : skb->len;
}
