/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The walk through the layers that govern a call. Each function that judges
 * calls of one kind passes its verdict on one policy to persock_judge().
 */
#ifndef _PERSOCK_JUDGE_H
#define _PERSOCK_JUDGE_H

#include "cgroup/layer.h"
#include "socket/report.h"

struct persock_router;

/*
 * A call that is judged in steps, between which it may sleep, is judged by one
 * view. If the stack shows another one by now, a step returns this in place of a
 * verdict, and the call is judged again from its first step on. Otherwise a call
 * could pass of which each view denies another step. It is no result of a call.
 */
#define PERSOCK_CHANGED	0x10000

/**
 * typedef persock_judge_t - judges a call by the policy of one layer
 * @version: the version of the layer
 * @call: the call; the section and rule that decided are filled in
 * @data: what the verdict depends on, and what the layer changes about the
 *	  call if it enforces
 *
 * Context: RCU read side; must not sleep.
 * Return: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno.
 */
typedef int (*persock_judge_t)(const struct persock_version *version,
			       struct persock_call *call, void *data);

int persock_judge(struct persock_stack *stack, const struct persock_view *view,
		  struct persock_call *call, persock_judge_t judge, void *data);
int persock_judge_part(struct persock_stack *stack,
		       const struct persock_view *view,
		       struct persock_call *call, persock_judge_t judge,
		       void *data);
int persock_judge_again(struct persock_stack *stack,
			const struct persock_view *view,
			struct persock_call *call, persock_judge_t judge,
			void *data);
int persock_judge_ahead(struct persock_stack *stack, const struct persock_view *view,
			struct persock_call *call, persock_judge_t judge, void *data);
int persock_judge_silently(struct persock_stack *stack, const struct persock_view *view,
			   struct persock_call *call, persock_judge_t judge, void *data);
int persock_judge_step(const struct persock_router *router, u64 number,
		       struct persock_call *call, persock_judge_t judge,
		       void *data, bool report);
int persock_deny_unjudged(struct persock_stack *stack, const struct persock_view *view,
			  struct persock_call *call, unsigned int layer, int err);
bool persock_still_receives(const struct persock_router *router,
			    const struct persock_view *view, u32 flags,
			    size_t control);
int persock_judge_binds(const struct persock_version *version,
			struct persock_call *call, void *unused);

/**
 * persock_judge_limit() - judge a number of live sockets by one layer
 * @version: the version of the layer
 * @call: filled in, if the limit decides
 * @nr: the number, with the new socket
 *
 * Return: PERSOCK_ALLOW or the errno of the limit.
 */
static inline int persock_judge_limit(const struct persock_version *version,
				      struct persock_call *call,
				      unsigned int nr)
{
	if (!version->policy.max_sockets || nr <= version->policy.max_sockets)
		return PERSOCK_ALLOW;

	call->section = PERSOCK_SECTION_LIMITS;
	call->rule = 0;
	return version->policy.max_sockets_verdict;
}

#endif /* _PERSOCK_JUDGE_H */
