// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/persock/denials: the last denials of the reader's own attachment, for
 * tasks without privileges. "persock why" reads it, and so can any program.
 *
 * It is a file, and no netlink command, because a personality may refuse
 * AF_NETLINK, and because a file is found in every network namespace. Whose
 * denials it has is decided when it is opened, by the cgroup of the task that
 * opens it: a descriptor that is passed on says no more than its sender could.
 * Opening it takes no mutex: a governed task may get no processor time.
 *
 * Each line is a denial, as words KEY=VALUE. Only denials by layers whose
 * policy reveals them are listed; of the others, and of cgroups, nothing is
 * said.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string_helpers.h>

#include "cgroup/attach.h"
#include "cgroup/stack.h"
#include "control/proc.h"
#include "policy/section.h"
#include "policy/vsock_rule.h"
#include "policy/word.h"
#include "report/revealed.h"

#define WORD(value, word) [value] = word,

static const char *const operations[] = {
	PERSOCK_OPERATION_WORDS(WORD)
};

static const char *const sections[] = {
	PERSOCK_SECTION_WORDS(WORD)
};

static_assert(ARRAY_SIZE(sections) == PERSOCK_NR_SECTIONS);

/**
 * struct opened - the denials that an opened file has
 * @nr: their number
 * @denials: the denials, the oldest first
 */
struct opened {
	unsigned int nr;
	struct persock_denial denials[PERSOCK_REVEALED_MAX];
};

static struct proc_dir_entry *directory;

/* A text without spaces and newlines: they end words and lines. */
static void show_text(struct seq_file *m, const char *key, const char *text)
{
	seq_printf(m, " %s=", key);
	seq_escape_mem(m, text, strlen(text),
		       ESCAPE_OCTAL | ESCAPE_NAP | ESCAPE_APPEND, " \\");
}

static void show_word(struct seq_file *m, const char *key,
		      const char *const *words, unsigned int nr, u32 value)
{
	if (value < nr && words[value])
		seq_printf(m, " %s=%s", key, words[value]);
	else
		seq_printf(m, " %s=%u", key, value);
}

static void show_subject(struct seq_file *m, const struct persock_denial *denial)
{
	if (denial->message) {
		seq_printf(m, " level=%d name=%d", (int)denial->subject,
			   (int)denial->detail);
		return;
	}

	switch (denial->operation) {
	case PERSOCK_OP_GETSOCKOPT:
	case PERSOCK_OP_SETSOCKOPT:
		seq_printf(m, " level=%d name=%d", (int)denial->subject,
			   (int)denial->detail);
		break;
	case PERSOCK_OP_SENDMSG:
	case PERSOCK_OP_RECVMSG:
		seq_printf(m, " flags=%u", denial->subject);
		break;
	case PERSOCK_OP_IOCTL:
		seq_printf(m, " command=%u", denial->subject);
		break;
	default:
		break;
	}
}

static void show_endpoint(struct seq_file *m,
			  const struct persock_endpoint *endpoint)
{
	struct persock_vsock vsock;

	if (!endpoint->family)
		return;
	if (endpoint->family == AF_VSOCK) {
		vsock = persock_vsock_unpack(endpoint);
		seq_printf(m, " cid=%u vsock_port=%u", vsock.cid, vsock.port);
		return;
	}
	if (endpoint->family == AF_INET)
		seq_printf(m, " address=%pI4", endpoint->address);
	else
		seq_printf(m, " address=%pI6c", endpoint->address);
	seq_printf(m, " port=%u", endpoint->port);
}

/*
 * A host name, or that of an AF_UNIX socket. The path of a file is not shown: it
 * is the path outside of the reader's mounts.
 */
static void show_name(struct seq_file *m, const struct persock_denial *denial)
{
	if (!denial->local && *denial->host)
		show_text(m, "host", denial->host);
	if (denial->local && *denial->host != '/')
		show_text(m, "unix_name", denial->host);
}

static void show_denial(struct seq_file *m, const struct persock_denial *denial)
{
	seq_printf(m, "time=%llu", denial->time);
	show_text(m, "personality", denial->personality);
	seq_printf(m, " mode=%s pid=%u",
		   denial->mode == PERSOCK_MODE_AUDIT ? "audit" : "enforce",
		   denial->pid);
	show_text(m, "comm", denial->comm);
	show_word(m, "operation", operations, ARRAY_SIZE(operations),
		  denial->operation);
	seq_printf(m, " errno=%d", -denial->verdict);
	show_word(m, "section", sections, ARRAY_SIZE(sections),
		  denial->section);
	if (denial->rule)
		seq_printf(m, " rule=%u", denial->rule);
	if (denial->line)
		seq_printf(m, " line=%u", denial->line);
	seq_printf(m, " family=%d type=%d protocol=%d", denial->family,
		   denial->type, denial->protocol);
	show_subject(m, denial);
	show_endpoint(m, &denial->endpoint);
	show_name(m, denial);
	if (denial->reason)
		seq_printf(m, " reason=%u", denial->reason);
	seq_putc(m, '\n');
}

static int show(struct seq_file *m, void *unused)
{
	const struct opened *opened = m->private;
	unsigned int i;

	for (i = 0; i < opened->nr; i++)
		show_denial(m, &opened->denials[i]);

	return 0;
}

/* Does a layer of a cgroup (any: by its id 0) reveal its denials now? */
static bool reveals(const struct persock_stack *stack, u64 id)
{
	const struct persock_view *view = persock_stack_view(stack);
	unsigned int i;

	for (i = 0; i < view->nr; i++) {
		if (persock_reveals(view->layers[i]) &&
		    (!id || stack->layers[i].attachment->id == id))
			return true;
	}

	return false;
}

/*
 * What the current task may read. A layer that was replaced by one that reveals
 * nothing takes its denials along. The caller holds the RCU read lock.
 */
static int read_own(struct opened *opened)
{
	const struct persock_stack *stack = persock_stack_current();
	struct persock_denial *denials = opened->denials;
	struct persock_revealed *revealed;
	unsigned int nr, i;

	if (!stack || !reveals(stack, 0))
		return -ENODATA;
	revealed = READ_ONCE(persock_stack_inner(stack)->revealed);
	nr = persock_revealed_read(revealed, denials);
	for (i = 0; i < nr; i++) {
		if (!reveals(stack, denials[i].cgroup))
			continue;
		if (opened->nr != i)
			denials[opened->nr] = denials[i];
		opened->nr++;
	}

	return 0;
}

static int denials_open(struct inode *inode, struct file *file)
{
	struct opened *opened;
	int err;

	opened = kvzalloc(sizeof(*opened), GFP_KERNEL_ACCOUNT);
	if (!opened)
		return -ENOMEM;
	rcu_read_lock();
	err = read_own(opened);
	rcu_read_unlock();
	if (!err)
		err = single_open(file, show, opened);
	if (err)
		kvfree(opened);

	return err;
}

static int denials_release(struct inode *inode, struct file *file)
{
	const struct seq_file *m = file->private_data;

	kvfree(m->private);

	return single_release(inode, file);
}

static const struct proc_ops denials_ops = {
	.proc_open = denials_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = denials_release,
};

/**
 * persock_proc_init() - make the file
 *
 * Return: 0, or -ENOMEM. A kernel without /proc does without it.
 */
int __init persock_proc_init(void)
{
	if (!IS_ENABLED(CONFIG_PROC_FS))
		return 0;
	directory = proc_mkdir("persock", NULL);
	if (!directory)
		return -ENOMEM;
	if (proc_create("denials", 0444, directory, &denials_ops))
		return 0;

	proc_remove(directory);
	return -ENOMEM;
}

/**
 * persock_proc_exit() - remove the file
 *
 * Opened files are released first.
 */
void persock_proc_exit(void)
{
	proc_remove(directory);
}
