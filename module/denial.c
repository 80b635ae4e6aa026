// SPDX-License-Identifier: GPL-2.0
/*
 * Denials.
 *
 * A verdict is taken where nothing may be allocated, so a denial goes into a
 * ring, and a work item sends it from there. What the ring or the rate does
 * not hold is counted as lost, and how many were is told with each message.
 */
#include <linux/jiffies.h>
#include <linux/net.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>

#include "denial.h"
#include "netlink.h"
#include "netlink-gen.h"
#include "personality.h"

#define RING_SIZE	256
#define RATE		1000	/* a second */

static struct persock_denial ring[RING_SIZE];
static unsigned int ring_first, ring_length;
static unsigned long rate_begin;
static unsigned int rate_told;
static u64 lost;

/* Protects the above. Innermost, raw: taken from interception points. */
static DEFINE_RAW_SPINLOCK(ring_lock);

/* Is the netlink family registered? Read under RCU. */
static bool registered;

static bool push(const struct persock_denial *denial)
{
	unsigned long flags;
	bool pushed = false;

	raw_spin_lock_irqsave(&ring_lock, flags);
	if (time_after_eq(jiffies, rate_begin + HZ)) {
		rate_begin = jiffies;
		rate_told = 0;
	}
	if (rate_told < RATE && ring_length < RING_SIZE) {
		ring[(ring_first + ring_length) % RING_SIZE] = *denial;
		ring_length++;
		rate_told++;
		pushed = true;
	} else {
		lost++;
	}
	raw_spin_unlock_irqrestore(&ring_lock, flags);

	return pushed;
}

static bool pop(struct persock_denial *denial)
{
	unsigned long flags;
	bool popped = false;

	raw_spin_lock_irqsave(&ring_lock, flags);
	if (ring_length) {
		*denial = ring[ring_first];
		ring_first = (ring_first + 1) % RING_SIZE;
		ring_length--;
		popped = true;
	}
	raw_spin_unlock_irqrestore(&ring_lock, flags);

	return popped;
}

static void lose(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&ring_lock, flags);
	lost++;
	raw_spin_unlock_irqrestore(&ring_lock, flags);
}

/**
 * persock_denial_lost() - denials that were not told
 *
 * Context: any.
 * Return: their number since the module was loaded.
 */
u64 persock_denial_lost(void)
{
	unsigned long flags;
	u64 value;

	raw_spin_lock_irqsave(&ring_lock, flags);
	value = lost;
	raw_spin_unlock_irqrestore(&ring_lock, flags);

	return value;
}

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
	if (!endpoint->family)
		return 0;

	return nla_put(skb, PERSOCK_A_DENIAL_ADDRESS,
		       endpoint->family == AF_INET ? 4 : 16,
		       endpoint->address) ||
	       nla_put_u16(skb, PERSOCK_A_DENIAL_PORT, endpoint->port);
}

static int put_denial(struct sk_buff *skb, const struct persock_denial *denial)
{
	struct nlattr *nest = nla_nest_start(skb, PERSOCK_A_DENIAL);

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
	    put_subject(skb, denial) || put_endpoint(skb, &denial->endpoint))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

/* Without a denial it only tells how many were lost. */
static void send(const struct persock_denial *denial)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *header = NULL;

	if (skb)
		header = genlmsg_put(skb, 0, 0, &persock_netlink_family, 0,
				     PERSOCK_CMD_DENIAL_NTF);
	if (!header || (denial && put_denial(skb, denial)) ||
	    nla_put_u64_64bit(skb, PERSOCK_A_LOST, persock_denial_lost(),
			      PERSOCK_A_PAD)) {
		if (denial)
			lose();
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, header);
	/* Nobody listens any more: nobody misses it. */
	genlmsg_multicast_netns(&persock_netlink_family, &init_net, skb, 0,
				PERSOCK_NLGRP_DENIALS, GFP_KERNEL);
}

static void tell_work_fn(struct work_struct *work)
{
	struct persock_denial denial;

	while (pop(&denial))
		send(&denial);
}

static DECLARE_WORK(tell_work, tell_work_fn);

static void lost_work_fn(struct work_struct *work)
{
	send(NULL);
}

/* Ends a burst, so that the last that were lost are told of, too. */
static DECLARE_DELAYED_WORK(lost_work, lost_work_fn);

/**
 * persock_denial_wanted() - does anybody monitor?
 *
 * Only the initial network namespace is told: what happens elsewhere concerns
 * the machine's administrator.
 *
 * Context: RCU read side, which the caller holds until it has told.
 * Return: true when a denial would be heard.
 */
bool persock_denial_wanted(void)
{
	return READ_ONCE(registered) &&
	       genl_has_listeners(&persock_netlink_family, &init_net,
				  PERSOCK_NLGRP_DENIALS);
}

/**
 * persock_denial_tell() - tell who monitors of a denial
 * @denial: who called is filled in here
 * @name: name of the personality
 *
 * Context: any; does not sleep. The current task is the one that called.
 */
void persock_denial_tell(struct persock_denial *denial, const char *name)
{
	denial->pid = task_tgid_nr(current);
	memcpy(denial->comm, current->comm, sizeof(denial->comm));
	denial->comm[sizeof(denial->comm) - 1] = '\0';
	strscpy(denial->personality, name, sizeof(denial->personality));
	if (push(denial))
		queue_work(persock_workqueue, &tell_work);
	else
		queue_delayed_work(persock_workqueue, &lost_work, HZ);
}

/**
 * persock_denial_init() - begin to tell of denials: the family is registered
 */
void persock_denial_init(void)
{
	WRITE_ONCE(registered, true);
}

/**
 * persock_denial_exit() - the family is about to be unregistered
 *
 * No socket is governed any more, but a task that was denied one may still be
 * about to tell: only after a grace period is nothing new queued.
 */
void persock_denial_exit(void)
{
	WRITE_ONCE(registered, false);
	synchronize_rcu();
	cancel_work_sync(&tell_work);
	cancel_delayed_work_sync(&lost_work);
}
