// SPDX-License-Identifier: GPL-2.0
/*
 * Where functions of the kernel are that ftrace is to meet.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>

#include "point.h"

/**
 * persock_find_point() - where ftrace meets a function
 * @name: its name
 * @ip: filled in
 *
 * kprobes know the address of every function, and whether ftrace can meet it
 * there. They are registered disabled: nothing is probed.
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
	*ip = (unsigned long)probe.addr;
	if (!(probe.flags & KPROBE_FLAG_FTRACE)) {
		pr_err("%s() is built without a call to ftrace: it cannot be intercepted\n",
		       name);
		err = -EOPNOTSUPP;
	}
	unregister_kprobe(&probe);

	return err;
}
