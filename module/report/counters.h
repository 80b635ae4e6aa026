/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of verdicts: per-CPU while an attachment lives, summed up when they
 * are read. socket/report.h and socket/pass.h count; cgroup/stack.c and
 * control/netlink_personality.c read the sums.
 */
#ifndef _PERSOCK_COUNTERS_H
#define _PERSOCK_COUNTERS_H

#include <linux/percpu.h>
#include <uapi/linux/persock_netlink.h>

#define PERSOCK_NR_OPERATIONS	(PERSOCK_OP_MMAP + 1)

/**
 * enum persock_outcome - the result of a verdict
 * @PERSOCK_OUTCOME_ALLOWED: the call went on, to the next layer or to the provider
 * @PERSOCK_OUTCOME_IGNORED: the call succeeded without effect
 * @PERSOCK_OUTCOME_DENIED: the call failed with an errno
 * @PERSOCK_OUTCOME_AUDITED: the call went on, as the policy only audits
 * @PERSOCK_NR_OUTCOMES: number of outcomes
 */
enum persock_outcome {
	PERSOCK_OUTCOME_ALLOWED,
	PERSOCK_OUTCOME_IGNORED,
	PERSOCK_OUTCOME_DENIED,
	PERSOCK_OUTCOME_AUDITED,
	PERSOCK_NR_OUTCOMES,
};

/**
 * struct persock_totals - counts of verdicts and of created sockets
 * @verdicts: by operation and outcome
 * @created: sockets created or accepted
 */
struct persock_totals {
	u64 verdicts[PERSOCK_NR_OPERATIONS][PERSOCK_NR_OUTCOMES];
	u64 created;
};

/**
 * persock_count() - count one verdict
 * @totals: per-CPU counters
 * @operation: the judged operation
 * @outcome: the result
 *
 * Context: any; this_cpu operations are safe against preemption.
 */
static inline void persock_count(struct persock_totals __percpu *totals,
				 enum persock_operation operation,
				 enum persock_outcome outcome)
{
	this_cpu_inc(totals->verdicts[operation][outcome]);
}

static inline void persock_totals_add(struct persock_totals *sum,
				      const struct persock_totals *more)
{
	unsigned int i, j;

	for (i = 0; i < PERSOCK_NR_OPERATIONS; i++)
		for (j = 0; j < PERSOCK_NR_OUTCOMES; j++)
			sum->verdicts[i][j] += READ_ONCE(more->verdicts[i][j]);
	sum->created += READ_ONCE(more->created);
}

/**
 * persock_totals_read() - add the per-CPU counters to a sum
 * @totals: per-CPU counters
 * @sum: the counters are added to it
 *
 * The sum may or may not include counts that change meanwhile, as with every
 * per-CPU counter; no count is lost.
 */
static inline void persock_totals_read(struct persock_totals __percpu *totals,
				       struct persock_totals *sum)
{
	int cpu;

	for_each_possible_cpu(cpu)
		persock_totals_add(sum, per_cpu_ptr(totals, cpu));
}

#endif /* _PERSOCK_COUNTERS_H */
