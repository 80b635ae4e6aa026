// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: see Documentation/netlink/specs/persock.yaml,
 * from which netlink-gen.c and the UAPI header are made.
 *
 * GENL_ADMIN_PERM makes the core ask for CAP_NET_ADMIN in the initial user
 * namespace before any of these functions runs.
 */
#include <linux/cgroup.h>
#include <linux/file.h>
#include <linux/kernfs.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "cgroup.h"
#include "family.h"
#include "intercept.h"
#include "netlink.h"
#include "netlink-gen.h"
#include "personality.h"
#include "provider.h"

static struct genl_family netlink_family;

static struct sk_buff *reply_new(struct genl_info *info, void **header)
{
	struct sk_buff *reply = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);

	if (!reply)
		return NULL;
	*header = genlmsg_put_reply(reply, info, &netlink_family, 0,
				    info->genlhdr->cmd);
	if (!*header) {
		nlmsg_free(reply);
		return NULL;
	}

	return reply;
}

static int reply_send(struct genl_info *info, struct sk_buff *reply,
		      void *header, int err)
{
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, header);

	return genlmsg_reply(reply, info);
}

static int put_u64(struct sk_buff *skb, int attribute, u64 value)
{
	return nla_put_u64_64bit(skb, attribute, value, PERSOCK_A_PAD);
}

static int put_counters(struct sk_buff *skb, const struct persock_totals *totals)
{
	unsigned int i;

	for (i = 0; i < PERSOCK_NR_OPERATIONS; i++) {
		const u64 *verdicts = totals->verdicts[i];
		struct nlattr *nest;

		nest = nla_nest_start(skb, PERSOCK_A_COUNTER);
		if (!nest ||
		    nla_put_u32(skb, PERSOCK_A_COUNTER_OPERATION, i) ||
		    nla_put_u64_64bit(skb, PERSOCK_A_COUNTER_ALLOWED,
				      verdicts[PERSOCK_ALLOWED],
				      PERSOCK_A_COUNTER_PAD) ||
		    nla_put_u64_64bit(skb, PERSOCK_A_COUNTER_IGNORED,
				      verdicts[PERSOCK_IGNORED],
				      PERSOCK_A_COUNTER_PAD) ||
		    nla_put_u64_64bit(skb, PERSOCK_A_COUNTER_DENIED,
				      verdicts[PERSOCK_DENIED],
				      PERSOCK_A_COUNTER_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}

	return 0;
}

int persock_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct persock_attachment *attachment = NULL;
	const char *failed = "";
	struct sk_buff *reply;
	u32 attachments = 0;
	u64 sockets = 0;
	void *header;
	bool holds;
	int err;

	reply = reply_new(info, &header);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&persock_mutex);
	holds = !persock_probe(&failed);
	while ((attachment = persock_attachment_next(attachment))) {
		attachments += attachment->attached;
		sockets += persock_attachment_sockets(attachment);
	}
	err = nla_put_string(reply, PERSOCK_A_VERSION, PERSOCK_VERSION) ||
	      nla_put_u32(reply, PERSOCK_A_ADDRESS_FAMILY, persock_family) ||
	      nla_put_u8(reply, PERSOCK_A_HOLDS, holds) ||
	      nla_put_string(reply, PERSOCK_A_REASON, failed) ||
	      nla_put_u8(reply, PERSOCK_A_ARMED, persock_armed()) ||
	      nla_put_u32(reply, PERSOCK_A_ATTACHMENTS, attachments) ||
	      put_u64(reply, PERSOCK_A_SOCKETS_LIVE, sockets) ? -EMSGSIZE : 0;
	mutex_unlock(&persock_mutex);

	return reply_send(info, reply, header, err);
}

static int put_provider(struct sk_buff *skb, const void *entry)
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

/*
 * One entry of a dump. cb->args[0] counts the entries that were sent; an entry
 * that does not fit is sent again in the next message.
 */
static int dump_entry(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		      int (*put)(struct sk_buff *skb, const void *entry),
		      const void *entry)
{
	void *header;
	int err;

	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, &netlink_family, NLM_F_MULTI,
			     cmd);
	if (!header)
		return -EMSGSIZE;

	genl_dump_check_consistent(cb, header);
	err = put(skb, entry);
	if (err)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);

	return err;
}

/* What a dump callback returns: an entry too large for any message fails. */
static int dump_result(struct sk_buff *skb, struct netlink_callback *cb,
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
			err = dump_entry(skb, cb, PERSOCK_CMD_PROVIDER_GET,
					 put_provider, provider);
		i += !err;
	}
	mutex_unlock(&persock_mutex);

	return dump_result(skb, cb, i, err);
}

static const char *personality_of(struct genl_info *info)
{
	if (!info->attrs[PERSOCK_A_PERSONALITY]) {
		NL_SET_ERR_MSG(info->extack,
			       "the name of a personality is missing");
		return NULL;
	}

	return nla_data(info->attrs[PERSOCK_A_PERSONALITY]);
}

static int read_providers(struct genl_info *info,
			  char (*names)[PERSOCK_NAME_MAX + 1],
			  unsigned int *nr)
{
	const struct nlattr *attribute;
	int left;

	*nr = 0;
	nlmsg_for_each_attr(attribute, info->nlhdr,
			    GENL_HDRLEN + netlink_family.hdrsize, left) {
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

int persock_nl_personality_new_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	char providers[PERSOCK_MAX_PROVIDERS][PERSOCK_NAME_MAX + 1];
	struct persock_personality *personality;
	const char *name;
	unsigned int nr;
	int err;

	name = personality_of(info);
	if (!name)
		return -EINVAL;
	if (!info->attrs[PERSOCK_A_BASE]) {
		NL_SET_ERR_MSG(info->extack,
			       "the name of the personality to start from is missing");
		return -EINVAL;
	}
	err = read_providers(info, providers, &nr);
	if (err)
		return err;

	mutex_lock(&persock_mutex);
	personality = persock_personality_add(name,
					      nla_data(info->attrs[PERSOCK_A_BASE]),
					      providers, nr, info->extack);
	mutex_unlock(&persock_mutex);

	return PTR_ERR_OR_ZERO(personality);
}

static int put_personality(struct sk_buff *skb, const void *entry)
{
	const struct persock_personality *personality = entry;
	struct persock_totals totals = personality->retired;
	struct persock_attachment *attachment = NULL;
	u64 sockets = 0;
	unsigned int i;

	while ((attachment = persock_attachment_next(attachment))) {
		if (attachment->personality != personality)
			continue;
		sockets += persock_attachment_sockets(attachment);
		persock_totals_read(attachment->totals, &totals);
	}

	if (nla_put_string(skb, PERSOCK_A_PERSONALITY, personality->name) ||
	    nla_put_string(skb, PERSOCK_A_BASE, personality->base) ||
	    nla_put_u8(skb, PERSOCK_A_BUILTIN, personality->builtin))
		return -EMSGSIZE;
	for (i = 0; i < personality->nr_providers; i++) {
		if (nla_put_string(skb, PERSOCK_A_PROVIDER,
				   personality->providers[i]->name))
			return -EMSGSIZE;
	}
	if (nla_put_u32(skb, PERSOCK_A_ATTACHMENTS, personality->attachments) ||
	    put_u64(skb, PERSOCK_A_SOCKETS_LIVE, sockets) ||
	    put_u64(skb, PERSOCK_A_SOCKETS_CREATED, totals.created))
		return -EMSGSIZE;

	return put_counters(skb, &totals);
}

int persock_nl_personality_get_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	const struct persock_personality *personality;
	const char *name = personality_of(info);
	struct sk_buff *reply;
	void *header;
	int err;

	if (!name)
		return -EINVAL;
	reply = reply_new(info, &header);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&persock_mutex);
	personality = persock_personality_find(name);
	if (personality) {
		err = put_personality(reply, personality);
	} else {
		NL_SET_ERR_MSG(info->extack, "no such personality");
		err = -ENOENT;
	}
	mutex_unlock(&persock_mutex);

	return reply_send(info, reply, header, err);
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
			err = dump_entry(skb, cb, PERSOCK_CMD_PERSONALITY_GET,
					 put_personality, personality);
		i += !err;
	}
	mutex_unlock(&persock_mutex);

	return dump_result(skb, cb, i, err);
}

int persock_nl_personality_del_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	const char *name = personality_of(info);
	int err;

	if (!name)
		return -EINVAL;

	mutex_lock(&persock_mutex);
	err = persock_personality_del(name, info->extack);
	mutex_unlock(&persock_mutex);

	return err;
}

/* The caller's descriptor counts: the core runs us in the sender's context. */
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
	const char *name = personality_of(info);
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
	err = persock_attach(cgroup, name, info->extack);
	mutex_unlock(&persock_mutex);
	cgroup_put(cgroup);

	return err;
}

/* The id of the cgroup that a request names in one of two ways. */
static int cgroup_id_of(struct genl_info *info, u64 *id)
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

	err = cgroup_id_of(info, &id);
	if (err)
		return err;

	mutex_lock(&persock_mutex);
	err = persock_detach(id, info->extack);
	mutex_unlock(&persock_mutex);

	return err;
}

static int put_attachment(struct sk_buff *skb, const void *entry)
{
	const struct persock_attachment *attachment = entry;
	struct persock_totals totals = { };
	char *path;
	int length;

	if (put_u64(skb, PERSOCK_A_CGROUP_ID, attachment->id))
		return -EMSGSIZE;

	persock_totals_read(attachment->totals, &totals);
	if (nla_put_string(skb, PERSOCK_A_PERSONALITY,
			   attachment->personality->name) ||
	    put_u64(skb, PERSOCK_A_SOCKETS_LIVE,
		    persock_attachment_sockets(attachment)) ||
	    put_u64(skb, PERSOCK_A_SOCKETS_CREATED, totals.created))
		return -EMSGSIZE;

	if (put_counters(skb, &totals))
		return -EMSGSIZE;

	/* A path that does not fit is left out: the id tells which it is. */
	path = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	length = cgroup_path(attachment->cgroup, path, PATH_MAX);
	if (length >= 0 && length < PATH_MAX)
		nla_put_string(skb, PERSOCK_A_CGROUP_PATH, path);
	kfree(path);

	return 0;
}

int persock_nl_attachment_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct persock_attachment *attachment;
	struct sk_buff *reply;
	void *header;
	u64 id;
	int err;

	err = cgroup_id_of(info, &id);
	if (err)
		return err;
	reply = reply_new(info, &header);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&persock_mutex);
	attachment = persock_attachment_find(id);
	if (attachment) {
		err = put_attachment(reply, attachment);
	} else {
		NL_SET_ERR_MSG(info->extack,
			       "the cgroup is not attached to a personality");
		err = -ENOENT;
	}
	mutex_unlock(&persock_mutex);

	return reply_send(info, reply, header, err);
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
			err = dump_entry(skb, cb, PERSOCK_CMD_ATTACHMENT_GET,
					 put_attachment, attachment);
		i += !err;
	}
	mutex_unlock(&persock_mutex);

	return dump_result(skb, cb, i, err);
}

static struct genl_family netlink_family __ro_after_init = {
	.name = PERSOCK_GENL_NAME,
	.version = PERSOCK_GENL_VERSION,
	.maxattr = ARRAY_SIZE(persock_nl_policy) - 1,
	.policy = persock_nl_policy,
	.small_ops = persock_nl_ops,
	.n_small_ops = ARRAY_SIZE(persock_nl_ops),
	/* persock_mutex serialises what must be; others need not wait. */
	.parallel_ops = true,
	/* GENL_ADMIN_PERM is about the initial user namespace, whatever the net. */
	.netnsok = true,
	.module = THIS_MODULE,
};

/**
 * persock_netlink_init() - offer the control plane
 *
 * Return: 0 or a negative errno.
 */
int __init persock_netlink_init(void)
{
	return genl_register_family(&netlink_family);
}

/**
 * persock_netlink_exit() - take the control plane away
 *
 * Waits for the requests that are being answered.
 */
void persock_netlink_exit(void)
{
	genl_unregister_family(&netlink_family);
}
