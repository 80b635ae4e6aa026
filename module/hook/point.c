// SPDX-License-Identifier: GPL-2.0
/*
 * The addresses at which ftrace calls us in functions of the kernel.
 * intercept.c, lsm.c and local.c look up the functions that they intercept, and
 * their handlers fail them.
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/slab.h>

#include "hook/arch.h"
#include "hook/point.h"

/*
 * Can ftrace call us at this address? Tests it with an ftrace_ops that is
 * never registered. Each test needs a new one, because its filter can be freed
 * only once.
 */
static int __init ask_ftrace(unsigned long ip)
{
	struct ftrace_ops *ops = kzalloc(sizeof(*ops), GFP_KERNEL);
	int err;

	if (!ops)
		return -ENOMEM;
	err = ftrace_set_filter_ips(ops, &ip, 1, 0, 1);
	ftrace_free_filter(ops);
	kfree(ops);

	return err;
}

/**
 * persock_find_point() - find the address at which ftrace calls us for a
 *			  function
 * @name: its name
 * @ip: filled in
 *
 * kprobes know the address of every function. The kprobe is registered
 * disabled: it probes nothing.
 *
 * Return: 0, or a negative errno after a line in the kernel log that names the
 * function.
 */
int __init persock_find_point(const char *name, unsigned long *ip)
{
	struct kprobe probe = {
		.symbol_name = name,
		.flags = KPROBE_FLAG_DISABLED,
	};
	int err;

	err = register_kprobe(&probe);
	if (err) {
		pr_err("%s() is missing from this kernel, or is inlined: it cannot be intercepted\n",
		       name);
		return err;
	}
	*ip = persock_met_at((unsigned long)probe.addr, probe.opcode);
	unregister_kprobe(&probe);
	err = ask_ftrace(*ip);
	if (err)
		pr_err("%s() is built without a call to ftrace: it cannot be intercepted\n",
		       name);

	return err;
}

/*
 * Runs in place of an intercepted function: returns its first argument, which
 * the handler has set. Does not sleep, so no stack keeps an address of our
 * code.
 */
static long failed_call(long err)
{
	return err;
}

/**
 * persock_fail_call() - let an intercepted function return an errno
 * @regs: its registers
 * @err: the errno
 *
 * Context: handler of an ftrace_ops with IPMODIFY.
 */
void persock_fail_call(struct ftrace_regs *regs, long err)
{
	persock_set_arg(regs, 0, err);
	persock_run_instead(regs, failed_call);
}
