// SPDX-License-Identifier: GPL-2.0
/*
 * Paths of files as the initial mount namespace names them, whatever the
 * calling task sees of the file system. local.c names the files of AF_UNIX
 * sockets so.
 *
 * The mount namespace is that of process 1, and its root directory is where
 * paths begin.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/limits.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/pid_namespace.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "socket/path.h"

/* d_path() ends the path of a file that was removed so. */
#define DELETED	" (deleted)"

/* Directories that are renamed all the time leave a file without a name. */
#define TRIES	16

/* Looks up names with the rights of the kernel. */
static const struct cred *lookup_cred __ro_after_init;

/**
 * persock_path_root() - get the root directory of process 1
 * @root: filled in, with references
 *
 * Context: process context.
 */
void persock_path_root(struct path *root)
{
	struct task_struct *first = init_pid_ns.child_reaper;

	task_lock(first);
	/* It has one as long as the machine runs. */
	get_fs_root(first->fs, root);
	task_unlock(first);
}

/**
 * persock_path_rooted() - does the task have the root directory of process 1?
 *
 * Context: process context.
 * Return: true if it does, and no other task can change that.
 */
bool persock_path_rooted(void)
{
	const struct fs_struct *fs = current->fs;
	struct path root;
	bool same;

	/* Only tasks that share it change it. */
	if (!fs || READ_ONCE(fs->users) != 1)
		return false;
	persock_path_root(&root);
	same = path_equal(&fs->root, &root);
	path_put(&root);

	return same;
}

/**
 * persock_path_length() - the length of a path that d_path() has written
 * @file: its file
 * @path: the path
 *
 * Context: any; does not sleep.
 * Return: bytes, without the note that the file was removed.
 */
unsigned int persock_path_length(const struct path *file, const char *path)
{
	unsigned int length = strlen(path), note = strlen(DELETED);

	if (d_unlinked(file->dentry) && length > note &&
	    !strcmp(path + length - note, DELETED))
		return length - note;

	return length;
}

/* A name that grows towards its beginning. */
struct growing {
	char *start;
	char *at;
};

static bool prepend(struct growing *name, const void *text, unsigned int length)
{
	if (name->at - name->start <= (long)length)
		return false;
	name->at -= length;
	memcpy(name->at, text, length);
	*--name->at = '/';

	return true;
}

static bool prepend_entry(struct growing *name, struct dentry *entry)
{
	struct name_snapshot snapshot;
	bool fits;

	take_dentry_name_snapshot(&snapshot, entry);
	fits = prepend(name, snapshot.name.name, snapshot.name.len);
	release_dentry_name_snapshot(&snapshot);

	return fits;
}

/* On to the directory of @here, or of what it is mounted on. */
static bool climb(struct growing *name, struct path *here)
{
	struct dentry *parent;

	if (here->dentry == here->mnt->mnt_root)
		return follow_up(here);
	if (IS_ROOT(here->dentry) || !prepend_entry(name, here->dentry))
		return false;
	parent = dget_parent(here->dentry);
	dput(here->dentry);
	here->dentry = parent;

	return true;
}

/* Returns whether the path begins at @root, or in another mount namespace. */
static bool write_path(struct growing *name, const struct path *file,
		       const struct path *root)
{
	struct path here = *file;
	bool reached;

	path_get(&here);
	while (!(reached = path_equal(&here, root)) && climb(name, &here))
		;
	path_put(&here);

	return reached;
}

/* Is @file what process 1 finds by this path? */
static bool finds(const struct path *root, const char *path,
		  const struct path *file)
{
	const struct cred *own;
	struct path found;
	bool same;
	int err;

	own = override_creds(lookup_cred);
	err = vfs_path_lookup(root->dentry, root->mnt, path, 0, &found);
	revert_creds(own);
	if (err)
		return false;
	same = found.dentry == file->dentry;
	path_put(&found);

	return same;
}

/**
 * persock_path_name() - name a file
 * @file: the file; or its directory
 * @last: the file's name in @file; NULL: @file is the file
 * @root: root directory of process 1
 * @memory: room for the path
 * @size: its size in bytes
 * @name: set to the path, in @memory; "" if the file has none for process 1
 *
 * A file that was found in another mount namespace has the path that it has
 * there, if process 1 finds the same file by it. A service with private mounts
 * binds its socket so.
 *
 * Context: process context, may sleep; nothing is locked.
 * Return: 0; -EAGAIN if directories are renamed all the time.
 */
int persock_path_name(const struct path *file, const struct qstr *last,
		      const struct path *root, char *memory, unsigned int size,
		      const char **name)
{
	struct growing directory, whole;
	unsigned int tries, seq;
	bool reached;

	for (tries = 0; tries < TRIES; tries++) {
		whole.start = memory;
		whole.at = memory + size - 1;
		*whole.at = '\0';
		*name = whole.at;
		if (last && !prepend(&whole, last->name, last->len))
			return 0;
		directory = whole;
		seq = read_seqbegin(&rename_lock);
		reached = write_path(&directory, file, root);
		if (!read_seqretry(&rename_lock, seq))
			break;
	}
	if (tries == TRIES)
		return -EAGAIN;
	if (!reached) {
		char *end = whole.at, byte = *end;
		bool same;

		/* Without the name in the directory. */
		*end = '\0';
		same = finds(root, *directory.at ? directory.at : "/", file);
		*end = byte;
		if (!same)
			return 0;
	}
	*name = directory.at;

	return 0;
}

/**
 * persock_path_init() - get the rights to look up names
 *
 * Return: 0 or -ENOMEM.
 */
int __init persock_path_init(void)
{
	lookup_cred = prepare_kernel_cred(&init_task);

	return lookup_cred ? 0 : -ENOMEM;
}

/**
 * persock_path_exit() - undo persock_path_init()
 */
void persock_path_exit(void)
{
	put_cred(lookup_cred);
}
