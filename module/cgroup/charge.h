/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Charges: what limits on live sockets are compared with. stack.c has each new
 * socket charged to the accounts of all its layers, native/interpose.c too.
 *
 * A stack counts its live sockets. A limit applies to all stacks that have the
 * account as a layer, and there may be thousands. So each of them charges the
 * account for some sockets in advance, and what is closed stays charged: the sum
 * is an upper bound. As long as the limit is above it, nobody adds up stacks.
 */
#ifndef _PERSOCK_CHARGE_H
#define _PERSOCK_CHARGE_H

#include <linux/atomic.h>
#include <linux/compiler.h>

#include "cgroup/layer.h"

void persock_charge(struct persock_stack *stack, unsigned int sockets,
		    const struct persock_view *view);
bool persock_charge_limited(struct persock_stack *stack,
			    const struct persock_view *view,
			    unsigned int *used, bool keep);
void persock_charge_end(struct persock_layer *layer);

/**
 * persock_charge_socket() - count one more socket of a stack
 * @stack: the stack, a reference is held
 * @view: what the stack is held to, with limits; NULL: no limits
 *
 * Context: any; RCU read side of either kind.
 */
static __always_inline void
persock_charge_socket(struct persock_stack *stack,
		      const struct persock_view *view)
{
	unsigned int sockets = atomic_inc_return(&stack->sockets);

	if (unlikely(sockets > READ_ONCE(stack->charged)))
		persock_charge(stack, sockets, view);
}

#endif /* _PERSOCK_CHARGE_H */
