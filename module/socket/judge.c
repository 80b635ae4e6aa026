// SPDX-License-Identifier: GPL-2.0
/*
 * The walk through the layers that govern a call, the outermost first. A call
 * passes if each layer allows it. The first layer that denies it decides, and
 * layers further in are not asked; a layer that ignores it has the others
 * asked as well. operations.c and the other files of socket/ call this, and so
 * does whatever makes sockets.
 */
#include <linux/socket.h>

#include "policy/verdict.h"
#include "socket/judge.h"
#include "socket/router.h"

/*
 * Ask each layer. @part: the call is judged once more, so what a layer allows is
 * not counted.
 */
static int ask_layers(struct persock_stack *stack,
		      const struct persock_view *view,
		      struct persock_call *call, persock_judge_t judge,
		      void *data, bool part)
{
	struct persock_call blank __uninitialized;
	int verdict, result = PERSOCK_ALLOW;
	unsigned int i;

	call->stack = stack;
	if (view->nr > 1)
		blank = *call;
	for (i = 0; i < view->nr; i++) {
		if (i) {
			*call = blank;
			call->layer = i;
		}
		verdict = judge(view->layers[i], call, data);
		if (verdict || !part)
			verdict = persock_report(view, call, verdict);
		if (verdict < 0)
			return verdict;
		if (verdict)
			result = verdict;
		if (verdict && call->final)
			break;
	}

	return result;
}

/**
 * persock_judge() - judge and report a call
 * @stack: the layers that govern
 * @view: what they are held to
 * @call: the call
 * @judge: judges it by one layer
 * @data: argument of @judge
 *
 * Context: any; RCU read side for @view; does not sleep.
 * Return: the errno of the outermost layer that denies; PERSOCK_IGNORE if one
 * ignores; else PERSOCK_ALLOW.
 */
int persock_judge(struct persock_stack *stack, const struct persock_view *view,
		  struct persock_call *call, persock_judge_t judge, void *data)
{
	return ask_layers(stack, view, call, judge, data, false);
}

/**
 * persock_judge_part() - judge a part of a call
 * @stack: the layers that govern
 * @view: what they are held to
 * @call: the call
 * @judge: judges it by one layer
 * @data: argument of @judge
 *
 * Another part is judged by persock_judge(), which counts the call if it is
 * allowed.
 *
 * Context: any; RCU read side for @view; does not sleep.
 * Return: as persock_judge().
 */
int persock_judge_part(struct persock_stack *stack,
		       const struct persock_view *view,
		       struct persock_call *call, persock_judge_t judge,
		       void *data)
{
	return ask_layers(stack, view, call, judge, data, true);
}

/*
 * The first layer that enforces a denial. @call stays as this layer has left
 * it.
 */
static int first_denial(struct persock_stack *stack,
			const struct persock_view *view,
			struct persock_call *call, persock_judge_t judge,
			void *data, bool report)
{
	const struct persock_call blank = *call;
	unsigned int i;
	int verdict;

	for (i = 0; i < view->nr; i++) {
		if (!persock_enforces(view->layers[i]))
			continue;
		*call = blank;
		call->stack = stack;
		call->layer = i;
		verdict = judge(view->layers[i], call, data);
		if (verdict >= 0)
			continue;
		return report ? persock_report(view, call, verdict) :
				verdict;
	}

	return PERSOCK_ALLOW;
}

/**
 * persock_judge_again() - judge a call that was allowed before, at a later step
 * @stack: the layers that govern
 * @view: what they are held to
 * @call: the call
 * @judge: judges it by one layer
 * @data: argument of @judge
 *
 * It was reported before; only a denial that is enforced is reported here.
 *
 * Context: any; RCU read side for @view; does not sleep.
 * Return: the errno of the outermost layer that denies, or PERSOCK_ALLOW.
 */
int persock_judge_again(struct persock_stack *stack,
			const struct persock_view *view,
			struct persock_call *call, persock_judge_t judge,
			void *data)
{
	return first_denial(stack, view, call, judge, data, true);
}

/**
 * persock_judge_silently() - would a call be denied?
 * @stack: the layers that govern
 * @view: what they are held to
 * @call: the call
 * @judge: judges it by one layer
 * @data: argument of @judge
 *
 * Context: any; RCU read side for @view; does not sleep, and reports nothing.
 * Return: as persock_judge_again().
 */
int persock_judge_silently(struct persock_stack *stack, const struct persock_view *view,
			   struct persock_call *call, persock_judge_t judge, void *data)
{
	return first_denial(stack, view, call, judge, data, false);
}

/**
 * persock_judge_step() - judge a further step of a call that may have slept
 * @router: the socket's
 * @number: number of the view by which the first step was judged
 * @call: the call
 * @judge: judges the step by one layer
 * @data: argument of @judge
 * @report: report a denial
 *
 * Context: any; does not sleep.
 * Return: as persock_judge_again(); PERSOCK_CHANGED if the stack shows another
 * view by now.
 */
int persock_judge_step(const struct persock_router *router, u64 number,
		       struct persock_call *call, persock_judge_t judge,
		       void *data, bool report)
{
	const struct persock_view *view;
	int verdict = PERSOCK_CHANGED;

	rcu_read_lock();
	view = persock_router_view(router);
	if (view->number == number)
		verdict = first_denial(router->stack, view, call, judge, data,
				       report);
	rcu_read_unlock();

	return verdict;
}

/**
 * persock_judge_ahead() - report a call if it is denied, and only then
 * @stack: the layers that govern
 * @view: what they are held to
 * @call: the call
 * @judge: judges it by one layer
 * @data: argument of @judge
 *
 * For a call that is judged once more before it goes on. A denial is reported
 * with what the layers around the one that denies have allowed.
 *
 * Context: any; RCU read side for @view; does not sleep.
 * Return: as persock_judge(), or PERSOCK_ALLOW.
 */
int persock_judge_ahead(struct persock_stack *stack, const struct persock_view *view,
			struct persock_call *call, persock_judge_t judge, void *data)
{
	struct persock_call asked = *call;

	if (!persock_judge_silently(stack, view, &asked, judge, data))
		return PERSOCK_ALLOW;

	return persock_judge(stack, view, call, judge, data);
}

/**
 * persock_deny_unjudged() - report a refusal that no policy can change
 * @stack: the layers that govern
 * @view: what they are held to
 * @call: the call
 * @layer: index of the layer that reports it
 * @err: its errno
 *
 * Context: any; RCU read side for @view; does not sleep.
 * Return: @err.
 */
int persock_deny_unjudged(struct persock_stack *stack, const struct persock_view *view,
			  struct persock_call *call, unsigned int layer, int err)
{
	call->always = true;
	call->section = PERSOCK_SECTION_SOCKETS;
	call->rule = 0;
	call->stack = stack;
	call->layer = layer;

	return persock_report(view, call, err);
}

/**
 * persock_still_receives() - does a receive that slept pass as it was begun?
 * @router: the socket's
 * @view: what it is held to now
 * @flags: flags of the receive, as an earlier view has let them through
 * @control: length of its control buffer
 *
 * Context: any; RCU read side for @view; does not sleep, and reports nothing.
 * Return: false if a layer that enforces denies it, or ignores a flag.
 */
bool persock_still_receives(const struct persock_router *router,
			    const struct persock_view *view, u32 flags,
			    size_t control)
{
	unsigned int i;

	for (i = 0; i < view->nr; i++) {
		const struct persock_rules *rules =
			persock_router_rules(router, view->layers[i]);
		u32 left = flags;

		if (persock_enforces(view->layers[i]) &&
		    (persock_judge_flags(&rules->receive, MSG_CMSG_COMPAT,
					 &left) ||
		     (rules->control_max && control > rules->control_max)))
			return false;
	}

	return true;
}

/**
 * persock_judge_binds() - deny what would bind without a verdict on the address
 * @version: the version of a layer
 * @call: the call
 * @unused: not used
 *
 * Return: the errno of the section if the layer restricts binds, else
 * PERSOCK_ALLOW.
 */
int persock_judge_binds(const struct persock_version *version,
			struct persock_call *call, void *unused)
{
	return persock_restricts(&version->policy.bind) ?
	       persock_unjudged_errno(&version->policy.bind) : PERSOCK_ALLOW;
}
