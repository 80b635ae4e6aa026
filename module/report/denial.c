// SPDX-License-Identifier: GPL-2.0
/*
 * The queue of denials, from the call that is denied to the sender of netlink
 * messages. socket/report.c queues denials with persock_denial_queue(). main.c
 * sets the sender, which a work item calls.
 *
 * A verdict is given where nothing may be allocated, so a denial goes into a
 * ring, and a work item sends it from there. Each attachment has a ring of its
 * own, for the sockets whose innermost layer it is, whichever layer denies. The
 * work item sends from the rings in turns. So an attachment that is
 * denied without end fills its own ring only, and does not affect the reports
 * of the others. A denial for which a ring has no room is counted as lost for
 * its attachment. Each message reports how many were lost.
 */
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <net/netlink.h>

#include "report/denial.h"
#include "state.h"

#define RING_SIZE	128
#define SPARES		8
/*
 * Limit of messages per slice of time, for all attachments: 1000 per second.
 */
#define SLICE		(HZ / 10)
#define SLICE_MESSAGES	100

/**
 * struct persock_ring - denials of one attachment that wait to be sent
 * @list: in turns while there is something to send, or in spares, else in no
 *	  list
 * @denials: those of the attachment; NULL: it is gone, and no further denials
 *	     come
 * @lost: dropped denials of an attachment that is gone
 * @cgroup: id of the attached cgroup
 * @first: index in @ring of the first denial that waits
 * @length: number of denials in @ring that wait
 * @ring: the denials
 *
 * An attachment gets a ring with the first denial that a program listens for,
 * and keeps it. ring_lock protects all members.
 */
struct persock_ring {
	struct list_head list;
	struct persock_pending_denials *denials;
	u64 lost;
	u64 cgroup;
	unsigned int first, length;
	struct persock_denial ring[RING_SIZE];
};

/* Rings with something to send, the next first. */
static LIST_HEAD(turns);
/* Rings that no attachment has, and attachments that wait for a ring. */
static LIST_HEAD(spares);
static unsigned int nr_spares;
static LIST_HEAD(wanting);
static unsigned long slice_begin;
static unsigned int slice_messages;
static u64 lost;

/* Protects the above. Innermost and raw, as interception points take it. */
static DEFINE_RAW_SPINLOCK(ring_lock);

/* The sender, and whether it is registered. Read under RCU. */
static const struct persock_denial_sender *sender;
static bool registered;

static void tell_work_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(tell_work, tell_work_fn);

/* The caller holds ring_lock, as for all functions up to push(). */
static void lose(struct persock_pending_denials *denials)
{
	denials->lost++;
	lost++;
}

static struct persock_ring *take_spare(struct persock_pending_denials *denials)
{
	struct persock_ring *ring;

	ring = list_first_entry_or_null(&spares, struct persock_ring, list);
	if (!ring)
		return NULL;
	list_del_init(&ring->list);
	nr_spares--;
	ring->denials = denials;
	ring->cgroup = denials->cgroup;
	denials->ring = ring;

	return ring;
}

static void take_turn(struct persock_ring *ring)
{
	if (list_empty(&ring->list))
		list_add_tail(&ring->list, &turns);
}

/*
 * Give rings to attachments that wait for one: they report the lost denials.
 */
static void supply(void)
{
	struct persock_pending_denials *denials, *next;

	list_for_each_entry_safe(denials, next, &wanting, wanting) {
		if (!take_spare(denials))
			break;
		list_del_init(&denials->wanting);
		take_turn(denials->ring);
	}
}

static bool push_locked(struct persock_pending_denials *denials,
			const struct persock_denial *denial)
{
	struct persock_ring *ring = denials->ring ?: take_spare(denials);

	if (!ring && list_empty(&denials->wanting))
		list_add_tail(&denials->wanting, &wanting);
	if (!ring || ring->length == RING_SIZE) {
		lose(denials);
		return !ring;
	}
	ring->ring[(ring->first + ring->length) % RING_SIZE] = *denial;
	ring->length++;
	take_turn(ring);

	return true;
}

/* May another message be sent in this slice of time? */
static bool slice_has_room(void)
{
	if (time_after_eq(jiffies, slice_begin + SLICE)) {
		slice_begin = jiffies;
		slice_messages = 0;
	}

	return slice_messages < SLICE_MESSAGES;
}

/* Returns the ring if it is empty and its attachment is gone: to be freed. */
static struct persock_ring *next_message(struct persock_ring *ring,
					 struct persock_denial_message *message)
{
	list_del_init(&ring->list);
	message->cgroup = ring->cgroup;
	message->lost = ring->denials ? ring->denials->lost : ring->lost;
	message->lost_of_all = lost;
	message->denied = ring->length;
	if (ring->length) {
		message->denial = ring->ring[ring->first];
		ring->first = (ring->first + 1) % RING_SIZE;
		ring->length--;
	}
	slice_messages++;
	if (ring->length)
		take_turn(ring);
	else if (!ring->denials)
		return ring;

	return NULL;
}

static bool push(struct persock_pending_denials *denials,
		 const struct persock_denial *denial)
{
	unsigned long flags;
	bool work;

	raw_spin_lock_irqsave(&ring_lock, flags);
	work = push_locked(denials, denial);
	raw_spin_unlock_irqrestore(&ring_lock, flags);

	return work;
}

/* False: there is no message, or it must wait for the next slice of time. */
static bool pop(struct persock_denial_message *message, bool *wait)
{
	struct persock_ring *ring, *left = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&ring_lock, flags);
	ring = list_first_entry_or_null(&turns, struct persock_ring, list);
	*wait = ring && !slice_has_room();
	if (ring && !*wait)
		left = next_message(ring, message);
	raw_spin_unlock_irqrestore(&ring_lock, flags);
	kvfree(left);

	return ring && !*wait;
}

/*
 * Allocate rings for attachments that wait for one, and spares for those whose
 * first denial is still to come. False: there is no memory.
 */
static bool refill(void)
{
	while (READ_ONCE(nr_spares) < SPARES) {
		struct persock_ring *ring = kvzalloc(sizeof(*ring), GFP_KERNEL);

		if (!ring)
			return false;
		raw_spin_lock_irq(&ring_lock);
		list_add(&ring->list, &spares);
		nr_spares++;
		supply();
		raw_spin_unlock_irq(&ring_lock);
	}

	return true;
}

/**
 * persock_denial_lost() - number of dropped denials
 * @denials: those of an attachment; NULL: of all, since the module was loaded
 *
 * Context: any; the caller keeps the attachment alive.
 * Return: the number.
 */
u64 persock_denial_lost(const struct persock_pending_denials *denials)
{
	unsigned long flags;
	u64 value;

	raw_spin_lock_irqsave(&ring_lock, flags);
	value = denials ? denials->lost : lost;
	raw_spin_unlock_irqrestore(&ring_lock, flags);

	return value;
}

/**
 * persock_denials_init() - set up the denials of a new attachment
 * @denials: the denials
 * @cgroup: id of its cgroup; 0 without one
 */
void persock_denials_init(struct persock_pending_denials *denials, u64 cgroup)
{
	denials->cgroup = cgroup;
	INIT_LIST_HEAD(&denials->wanting);
}

/**
 * persock_denials_end() - an attachment is about to be freed
 * @denials: its denials; those that wait in its ring are still sent
 *
 * Context: process context; a grace period has passed since its last use.
 */
void persock_denials_end(struct persock_pending_denials *denials)
{
	struct persock_ring *ring;

	raw_spin_lock_irq(&ring_lock);
	list_del_init(&denials->wanting);
	ring = denials->ring;
	if (ring && !list_empty(&ring->list)) {
		ring->lost = denials->lost;
		ring->denials = NULL;
		ring = NULL;
	}
	raw_spin_unlock_irq(&ring_lock);
	kvfree(ring);
}

/* There is one work item, so this never runs concurrently. */
static void tell_work_fn(struct work_struct *work)
{
	static struct persock_denial_message message;
	bool wait = !refill();
	unsigned long delay = HZ;
	struct sk_buff *skb;

	/*
	 * Allocate first: a denial that is taken from a ring can then be sent.
	 */
	while ((skb = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL))) {
		bool later;

		if (!pop(&message, &later)) {
			nlmsg_free(skb);
			if (later)
				delay = SLICE;
			wait |= later;
			break;
		}
		sender->send(skb, &message);
		cond_resched();
	}
	if (wait || !skb)
		queue_delayed_work(persock_workqueue, &tell_work, delay);
}

/**
 * persock_denial_wanted() - does a program monitor denials?
 * @verdict: the verdict to be reported: a negative errno, PERSOCK_IGNORE, or
 *	     PERSOCK_ALLOW for a learnt address
 *
 * Only programs in the initial network namespace get reports: denials in other
 * namespaces concern the machine's administrator, too.
 *
 * Context: RCU read side, which the caller holds until it has reported.
 * Return: true if a program would get the report.
 */
bool persock_denial_wanted(int verdict)
{
	/* Pairs with persock_denial_init(). */
	return smp_load_acquire(&registered) && sender->wanted(verdict);
}

/**
 * persock_denial_queue() - report a denial to programs that monitor
 * @denials: those of the attachment that governs
 * @denial: the denial; @pid and @comm are filled in here
 *
 * Context: any; does not sleep. The current task is the one that made the
 * call.
 */
void persock_denial_queue(struct persock_pending_denials *denials,
			  struct persock_denial *denial)
{
	denial->pid = task_tgid_nr(current);
	memcpy(denial->comm, current->comm, sizeof(denial->comm));
	denial->comm[sizeof(denial->comm) - 1] = '\0';
	if (push(denials, denial))
		queue_delayed_work(persock_workqueue, &tell_work, 0);
}

/**
 * persock_denial_init() - begin to send denials
 * @to: the sender, valid until persock_denial_exit()
 */
void persock_denial_init(const struct persock_denial_sender *to)
{
	/* Without memory the work item tries again. */
	refill();
	sender = to;
	/* Pairs with persock_denial_wanted(). */
	smp_store_release(&registered, true);
}

static void free_rings(struct list_head *rings)
{
	struct persock_ring *ring, *next;

	list_for_each_entry_safe(ring, next, rings, list)
		kvfree(ring);
	INIT_LIST_HEAD(rings);
}

/**
 * persock_denial_exit() - stop sending denials, before the sender goes away
 *
 * No attachment is left, but a task that was denied a socket may still be
 * about to report it: only after a grace period no new denial is queued.
 */
void persock_denial_exit(void)
{
	WRITE_ONCE(registered, false);
	synchronize_rcu();
	cancel_delayed_work_sync(&tell_work);
	free_rings(&turns);
	free_rings(&spares);
	nr_spares = 0;
}
