// SPDX-License-Identifier: GPL-2.0
/*
 * The last denials of an attachment, which its tasks may read. socket/report.c
 * notes a denial here if the policy of the layer that denies reveals it, and
 * control/proc.c reads.
 *
 * A ring is made with the first such denial, so attachments whose policies
 * reveal nothing have none. It has a fixed size, is charged to the task that
 * was denied, and has a lock of its own: a task that is denied without end
 * replaces what its own attachment can read, and hinders nobody else.
 */
#include <linux/minmax.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "report/revealed.h"

/**
 * struct persock_revealed - the last denials of an attachment
 * @lock: protects all of it; innermost, raw, as interception points take it
 * @noted: number of denials so far
 * @denials: the last ones; the n-th is at index n modulo the size
 */
struct persock_revealed {
	raw_spinlock_t lock;
	u64 noted;
	struct persock_denial denials[PERSOCK_REVEALED_MAX];
};

static struct persock_revealed *ring_of(struct persock_revealed **revealed)
{
	/* Pairs with the exchange below. */
	struct persock_revealed *was = smp_load_acquire(revealed), *made;

	if (was)
		return was;
	made = kzalloc(sizeof(*made), GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
	if (!made)
		return NULL;
	raw_spin_lock_init(&made->lock);
	was = cmpxchg(revealed, NULL, made);
	if (!was)
		return made;
	kfree(made);

	return was;
}

/**
 * persock_revealed_note() - keep a denial for the tasks of its attachment
 * @revealed: the ring, made if there is none; without memory nothing is kept
 * @denial: the denial. The process is the current one: it is kept by its number
 *	    in its own pid namespace, as tasks of the attachment know it
 *
 * Context: any; does not sleep.
 */
void persock_revealed_note(struct persock_revealed **revealed,
			   const struct persock_denial *denial)
{
	struct persock_revealed *ring = ring_of(revealed);
	struct persock_denial *kept;
	unsigned long flags;

	BUILD_BUG_ON_NOT_POWER_OF_2(PERSOCK_REVEALED_MAX);
	if (!ring)
		return;
	raw_spin_lock_irqsave(&ring->lock, flags);
	kept = &ring->denials[ring->noted++ % PERSOCK_REVEALED_MAX];
	*kept = *denial;
	kept->pid = task_tgid_vnr(current);
	strscpy(kept->comm, current->comm, sizeof(kept->comm));
	raw_spin_unlock_irqrestore(&ring->lock, flags);
}

/**
 * persock_revealed_read() - copy the denials of a ring
 * @revealed: the ring, or NULL
 * @denials: room for PERSOCK_REVEALED_MAX of them, the oldest first
 *
 * Context: any; the caller keeps the ring alive.
 * Return: their number.
 */
unsigned int persock_revealed_read(struct persock_revealed *revealed,
				   struct persock_denial *denials)
{
	unsigned int nr, i;
	unsigned long flags;

	if (!revealed)
		return 0;
	raw_spin_lock_irqsave(&revealed->lock, flags);
	nr = min_t(u64, revealed->noted, PERSOCK_REVEALED_MAX);
	for (i = 0; i < nr; i++)
		denials[i] = revealed->denials[(revealed->noted - nr + i) %
					     PERSOCK_REVEALED_MAX];
	raw_spin_unlock_irqrestore(&revealed->lock, flags);

	return nr;
}
