// SPDX-License-Identifier: GPL-2.0
/*
 * A livepatch of one of the functions that persock intercepts: what 32-bit
 * programs ask of sockets is denied. Only one of the two can redirect it. With
 * the parameter "local" it is one that rules on AF_UNIX need, and does nothing.
 */
#include <linux/livepatch.h>
#include <linux/module.h>

struct sock;

static bool local;
module_param(local, bool, 0444);
MODULE_PARM_DESC(local, "redirect a function that rules on AF_UNIX need");

static long deny(struct file *file, unsigned int command, unsigned long arg)
{
	return -EPERM;
}

/* As without an LSM. */
static int connects(struct sock *sock, struct sock *other, struct sock *newsk)
{
	return 0;
}

static struct klp_func locals[] = {
	{ .old_name = "security_unix_stream_connect", .new_func = connects },
	{ }
};

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
	if (local)
		objects[0].funcs = locals;

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
