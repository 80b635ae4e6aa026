// SPDX-License-Identifier: GPL-2.0
/*
 * The table of ignored options, flags and ioctls, with a count of each.
 * socket/report.c counts, and control/netlink.c lists the table.
 *
 * A table is made when an attachment ignores something for the first time, so
 * attachments that ignore nothing cost nothing. It has a fixed size: a program
 * that has many different names ignored fills the table of its own attachment
 * only, and everything after that is counted together. Entries are taken and
 * counted without a lock, as verdicts are given in any context, on every
 * processor. They are never given back.
 */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/slab.h>
#include <net/netlink.h>

#include "policy/section.h"
#include "report/ignored.h"

#define BITS	6

/**
 * struct persock_ignored - counts of calls that were ignored on an
 *			    attachment's sockets
 * @rest: number of ignored calls without an entry
 * @entries: key() of the ignored option, flag or ioctl, 0: free; and the count
 */
struct persock_ignored {
	atomic64_t rest;
	struct {
		atomic64_t key;
		atomic64_t count;
	} entries[1 << BITS];
};

/*
 * Widths of subject and detail in a key, below the section. No kernel has a
 * level and name that do not fit.
 */
#define SUBJECT_BITS	32
#define DETAIL_BITS	24

static u64 key(enum persock_section section, u32 subject, u32 detail)
{
	if (detail >> DETAIL_BITS)
		return 0;

	return (u64)(section + 1) << (SUBJECT_BITS + DETAIL_BITS) |
	       (u64)detail << SUBJECT_BITS | subject;
}

static struct persock_ignored *table(struct persock_ignored **ignored)
{
	struct persock_ignored *made, *was = READ_ONCE(*ignored);

	if (was)
		return was;
	made = kzalloc(sizeof(*made), GFP_ATOMIC | __GFP_NOWARN);
	if (!made)
		return NULL;
	was = cmpxchg(ignored, NULL, made);
	if (!was)
		return made;
	kfree(made);

	return was;
}

static void count(struct persock_ignored *ignored, u64 wanted)
{
	unsigned int first = hash_64(wanted, BITS), i;

	for (i = 0; wanted && i < ARRAY_SIZE(ignored->entries); i++) {
		unsigned int n = (first + i) % ARRAY_SIZE(ignored->entries);
		u64 found = atomic64_read(&ignored->entries[n].key);

		if (!found)
			found = atomic64_cmpxchg(&ignored->entries[n].key, 0,
						 wanted);
		if (!found || found == wanted) {
			atomic64_inc(&ignored->entries[n].count);
			return;
		}
	}
	atomic64_inc(&ignored->rest);
}

/**
 * persock_ignored_count() - count an ignored option, flags, message or ioctl
 * @ignored: the table, made if there is none; without memory nothing is
 *	     counted here
 * @section: the part of the policy that decided
 * @subject: level of an option or message; flags of a message; command of an
 *	     ioctl
 * @detail: name of an option, type of a message
 *
 * Context: any; does not sleep.
 */
void persock_ignored_count(struct persock_ignored **ignored,
			   enum persock_section section, u32 subject,
			   u32 detail)
{
	struct persock_ignored *all = table(ignored);
	unsigned long flags = subject;
	unsigned int bit;

	if (!all)
		return;
	if (!persock_section_is_flags(section)) {
		count(all, key(section, subject, detail));
		return;
	}
	for_each_set_bit(bit, &flags, PERSOCK_NR_FLAGS)
		count(all, key(section, BIT(bit), 0));
}

static int put_key(struct sk_buff *skb, u64 packed)
{
	unsigned int section = (packed >> (SUBJECT_BITS + DETAIL_BITS)) - 1;
	u32 subject = packed;
	u32 detail = packed >> SUBJECT_BITS & (BIT(DETAIL_BITS) - 1);

	if (nla_put_u32(skb, PERSOCK_A_IGNORED_SECTION, section))
		return -EMSGSIZE;
	if (persock_section_is_flags(section))
		return nla_put_u32(skb, PERSOCK_A_IGNORED_FLAGS, subject);
	if (section == PERSOCK_SECTION_IOCTLS)
		return nla_put_u32(skb, PERSOCK_A_IGNORED_COMMAND, subject);

	return nla_put_s32(skb, PERSOCK_A_IGNORED_LEVEL, subject) ?:
	       nla_put_s32(skb, PERSOCK_A_IGNORED_NAME, detail);
}

/**
 * persock_ignored_put() - put one entry of a table into a message
 * @skb: the message
 * @ignored: the table, or NULL
 * @i: number of the entry; the number after the last one stands for the rest
 *
 * Return: 1 if the entry was put, 0 if it is free, -ENOENT if there are no
 * more, -EMSGSIZE if it does not fit.
 */
int persock_ignored_put(struct sk_buff *skb,
			const struct persock_ignored *ignored, unsigned int i)
{
	bool rest = i == ARRAY_SIZE(ignored->entries);
	struct nlattr *nest;
	u64 packed, times;

	if (!ignored || i > ARRAY_SIZE(ignored->entries))
		return -ENOENT;
	times = rest ? atomic64_read(&ignored->rest) :
		       atomic64_read(&ignored->entries[i].count);
	if (!times)
		return 0;
	/* An entry is taken before it is counted. */
	smp_rmb();
	packed = rest ? 0 : atomic64_read(&ignored->entries[i].key);

	nest = nla_nest_start(skb, PERSOCK_A_IGNORED);
	if (!nest || (!rest && put_key(skb, packed)) ||
	    nla_put_u64_64bit(skb, PERSOCK_A_IGNORED_COUNT, times,
			      PERSOCK_A_IGNORED_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 1;
}
