// SPDX-License-Identifier: GPL-2.0
/*
 * A livepatch of one of the functions that persock intercepts: what 32-bit
 * programs ask of sockets is denied. Only one of the two can redirect it.
 */
#include <linux/livepatch.h>
#include <linux/module.h>

static long deny(struct file *file, unsigned int command, unsigned long arg)
{
	return -EPERM;
}

static struct klp_func functions[] = {
	{ .old_name = "compat_sock_ioctl", .new_func = deny },
	{ }
};

/* Without a name: the kernel itself. */
static struct klp_object objects[] = {
	{ .funcs = functions },
	{ }
};

static struct klp_patch patch = { .mod = THIS_MODULE, .objs = objects };

static int __init livepatch_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit livepatch_exit(void)
{
}

module_init(livepatch_init);
module_exit(livepatch_exit);

MODULE_DESCRIPTION("A livepatch beside persock, for tests");
MODULE_AUTHOR("The persock authors");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
