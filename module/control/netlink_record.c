// SPDX-License-Identifier: GPL-2.0
/*
 * The commands about recorded facts: list and forget them. User space sends
 * them ("persock record"); the tables of netlink-gen.c call the functions here.
 */
#include <linux/netlink.h>
#include <net/genetlink.h>

#include "compat.h"
#include "cgroup/attach.h"
#include "cgroup/attachment.h"
#include "control/netlink-gen.h"
#include "control/netlink.h"
#include "policy/section.h"
#include "policy/vsock_rule.h"
#include "report/record.h"
#include "state.h"

static int put_address(struct sk_buff *skb, const struct persock_fact *fact)
{
	const struct persock_endpoint *endpoint = &fact->endpoint;
	struct persock_vsock vsock;

	if (endpoint->family == AF_VSOCK) {
		vsock = persock_vsock_unpack(endpoint);
		return nla_put_u32(skb, PERSOCK_A_FACT_CID, vsock.cid) ?:
		       nla_put_u32(skb, PERSOCK_A_FACT_VSOCK_PORT, vsock.port);
	}
	if (endpoint->family &&
	    nla_put(skb, PERSOCK_A_FACT_ADDRESS,
		    endpoint->family == AF_INET ? 4 : 16, endpoint->address))
		return -EMSGSIZE;

	return nla_put_u32(skb, PERSOCK_A_FACT_PROTOCOL, fact->detail) ?:
	       nla_put_u16(skb, PERSOCK_A_FACT_PORT, endpoint->port);
}

/* What a rule of its section is about. */
static int put_subject(struct sk_buff *skb, const struct persock_fact *fact,
		       u32 value)
{
	if (persock_section_is_address(fact->section))
		return put_address(skb, fact);
	if (persock_section_is_option(fact->section))
		return nla_put_s32(skb, PERSOCK_A_FACT_LEVEL, fact->subject) ?:
		       nla_put_s32(skb, PERSOCK_A_FACT_NAME, fact->detail);
	if (persock_section_is_flags(fact->section))
		return nla_put_u32(skb, PERSOCK_A_FACT_FLAGS, fact->subject);

	switch (fact->section) {
	case PERSOCK_SECTION_SOCKETS:
		return nla_put_u32(skb, PERSOCK_A_FACT_FAMILY,
				   fact->endpoint.family) ?:
		       nla_put_u32(skb, PERSOCK_A_FACT_TYPE, fact->subject) ?:
		       nla_put_u32(skb, PERSOCK_A_FACT_PROTOCOL, fact->detail);
	case PERSOCK_SECTION_IOCTLS:
		return nla_put_u32(skb, PERSOCK_A_FACT_COMMAND, fact->subject);
	case PERSOCK_SECTION_LIMITS:
		return nla_put_u32(skb, PERSOCK_A_FACT_LIMIT, fact->subject) ?:
		       nla_put_u32(skb, PERSOCK_A_FACT_VALUE, value);
	case PERSOCK_SECTION_UNIX_CONNECT:
	case PERSOCK_SECTION_UNIX_BIND:
		return nla_put_u32(skb, PERSOCK_A_FACT_TYPE, fact->subject);
	default:
		return 0;
	}
}

static bool has_class(const struct persock_fact *fact)
{
	if (fact->section == PERSOCK_SECTION_LIMITS)
		return persock_limit_by_class(fact->subject);

	return persock_section_by_class(fact->section);
}

/* A host name; or that of an AF_UNIX socket, which may be empty. */
static int put_name(struct sk_buff *skb, const struct persock_entry *entry)
{
	if (persock_section_is_unix(entry->fact.section))
		return nla_put_string(skb, PERSOCK_A_FACT_UNIX_NAME,
				      entry->host);

	return *entry->host ? nla_put_string(skb, PERSOCK_A_FACT_HOST,
					     entry->host) : 0;
}

static int put_fact(struct sk_buff *skb, struct persock_record *record,
		    const struct persock_entry *entry)
{
	struct nlattr *nest = nla_nest_start(skb, PERSOCK_A_FACT);
	struct persock_entry copy;
	unsigned int i;

	persock_record_copy(record, entry, &copy);
	if (!nest ||
	    nla_put_u32(skb, PERSOCK_A_FACT_SECTION, copy.fact.section) ||
	    (has_class(&copy.fact) &&
	     nla_put_u32(skb, PERSOCK_A_FACT_CLASS, copy.fact.class)) ||
	    nla_put_u64_64bit(skb, PERSOCK_A_FACT_COUNT, copy.count,
			      PERSOCK_A_FACT_PAD) ||
	    nla_put_u64_64bit(skb, PERSOCK_A_FACT_FIRST, copy.first,
			      PERSOCK_A_FACT_PAD) ||
	    put_subject(skb, &copy.fact, copy.value) ||
	    put_name(skb, entry))
		return -EMSGSIZE;
	for (i = 0; i < PERSOCK_FACT_COMMS && *copy.comms[i]; i++) {
		if (nla_put_string(skb, PERSOCK_A_FACT_COMM, copy.comms[i]))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);

	return 0;
}

/* @entry: NULL in the first message about an attachment. */
static int put_message(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct persock_attachment *attachment,
		       const struct persock_entry *entry)
{
	struct persock_record *record = READ_ONCE(attachment->account->record);
	void *header;

	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, &persock_netlink_family,
			     NLM_F_MULTI, PERSOCK_CMD_RECORD_GET);
	if (!header)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, header);
	if (persock_put_u64(skb, PERSOCK_A_CGROUP_ID, attachment->id) ||
	    persock_put_u64(skb, PERSOCK_A_FACT_LOST,
			    persock_record_lost(record)) ||
	    (entry && put_fact(skb, record, entry))) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);

	return 0;
}

/* args[1]: number of messages about the attachment that were sent. */
static int put_record(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct persock_attachment *attachment)
{
	struct persock_record *record = READ_ONCE(attachment->account->record);
	const struct persock_entry *entry = NULL;
	int err = 0;
	long i = 0;

	do {
		if (i++ >= cb->args[1]) {
			err = put_message(skb, cb, attachment, entry);
			cb->args[1] += !err;
		}
		entry = persock_record_next(record, entry);
	} while (!err && entry);

	return err;
}

static bool records(const struct persock_attachment *attachment)
{
	const struct persock_version *version =
		persock_personality_version(attachment->personality);

	return persock_records(version) ||
	       READ_ONCE(attachment->account->record);
}

/*
 * args: number of finished attachments, and of messages about the next.
 */
int persock_nl_record_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	const struct nlattr *id = persock_dump_attrs(cb)[PERSOCK_A_CGROUP_ID];
	struct persock_attachment *attachment = NULL;
	int err = 0;
	long i = 0;

	mutex_lock(&persock_mutex);
	cb->seq = persock_generation;
	while ((attachment = persock_attachment_next(attachment))) {
		if (!attachment->attached || !records(attachment) ||
		    (id && attachment->id != nla_get_u64(id)) ||
		    i++ < cb->args[0])
			continue;
		err = put_record(skb, cb, attachment);
		/* A fact that did not fit goes into the next message. */
		if (err)
			break;
		cb->args[0]++;
		cb->args[1] = 0;
	}
	mutex_unlock(&persock_mutex);

	return err && !skb->len ? err : skb->len;
}

int persock_nl_record_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct persock_attachment *attachment;
	int err;
	u64 id;

	err = persock_request_cgroup(info, &id);
	if (err)
		return err;

	mutex_lock(&persock_mutex);
	attachment = persock_attached(id);
	if (attachment) {
		persock_record_clear(READ_ONCE(attachment->account->record));
		/* Who lists facts meanwhile must begin again. */
		persock_generation++;
	} else {
		NL_SET_ERR_MSG(info->extack,
			       "the cgroup is not attached to a personality");
		err = -ENOENT;
	}
	mutex_unlock(&persock_mutex);

	return err;
}
