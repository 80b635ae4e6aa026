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

#include "compat.h"
#include "socket/path.h"

/* d_path() ends the path of a file that was removed so. */
#define DELETED	" (deleted)"

/*
 * If directories are renamed all the time, each name of a path was right when
 * it was read, and that has to do.
 */
#define TRIES	16

/* Looks up names with the rights of the kernel. */
static const struct cred *lookup_cred __ro_after_init;

/**
 * persock_path_root() - get the root directory of process 1
 * @root: filled in, with references
 *
 * Context: process context.
 * Return: false while process 1 has none, because its first thread has ended.
 */
bool persock_path_root(struct path *root)
{
	struct task_struct *first;
	bool has;

	rcu_read_lock();
	first = READ_ONCE(init_pid_ns.child_reaper);
	task_lock(first);
	has = first->fs;
	if (has)
		get_fs_root(first->fs, root);
	task_unlock(first);
	rcu_read_unlock();

	return has;
}

/**
 * persock_path_rooted() - does the task have the root directory of process 1?
 *
 * Context: process context.
 * Return: true if it does, and no other task can change that, except for the
 * one that gives the initial mount namespace another root.
 */
bool persock_path_rooted(void)
{
	const struct fs_struct *fs = current->fs;
	struct path root;
	bool same;

	/* Only tasks that share it change it. */
	if (!fs || READ_ONCE(fs->users) != 1 || !persock_path_root(&root))
		return false;
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
static int climb(struct growing *name, struct path *here)
{
	struct dentry *parent;

	if (here->dentry == here->mnt->mnt_root)
		return follow_up(here) ? 0 : -ENOENT;
	if (IS_ROOT(here->dentry))
		return -ENOENT;
	if (!prepend_entry(name, here->dentry))
		return -ENAMETOOLONG;
	parent = dget_parent(here->dentry);
	dput(here->dentry);
	here->dentry = parent;

	return 0;
}

/* Returns 0 if the path begins at @root, -ENOENT if it begins elsewhere. */
static int write_path(struct growing *name, const struct path *file,
		      const struct path *root)
{
	struct path here = *file;
	int err = 0;

	path_get(&here);
	while (!err && !path_equal(&here, root))
		err = climb(name, &here);
	path_put(&here);

	return err;
}

/*
 * Is @file what process 1 finds by this path? If it is, the file pins each
 * directory of the path in the cache. So nothing is looked up in a file system,
 * nothing is mounted, and no link is followed: a program may have made up the
 * path.
 */
static bool finds(const struct path *root, const char *path,
		  const struct path *file)
{
	const struct cred *own;
	struct path found;
	bool same;
	int err;

	own = override_creds(lookup_cred);
	err = vfs_path_lookup(root->dentry, root->mnt, path,
			      LOOKUP_NO_SYMLINKS | LOOKUP_CACHED, &found);
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
 * Return: 0; -ENAMETOOLONG if the path does not fit.
 */
int persock_path_name(const struct path *file, const struct qstr *last,
		      const struct path *root, char *memory, unsigned int size,
		      const char **name)
{
	struct growing directory, whole;
	unsigned int tries, seq;
	char *end, byte;
	bool same;
	int err;

	for (tries = 0; tries < TRIES; tries++) {
		whole.start = memory;
		whole.at = memory + size - 1;
		*whole.at = '\0';
		*name = whole.at;
		if (last && !prepend(&whole, last->name, last->len))
			return -ENAMETOOLONG;
		directory = whole;
		seq = read_seqbegin(&rename_lock);
		err = write_path(&directory, file, root);
		if (!read_seqretry(&rename_lock, seq))
			break;
	}
	if (err == -ENOENT) {
		/* Without the name in the directory. */
		end = whole.at;
		byte = *end;
		*end = '\0';
		same = finds(root, *directory.at ? directory.at : "/", file);
		*end = byte;
		if (!same)
			return 0;
		err = 0;
	}
	if (!err)
		*name = directory.at;

	return err;
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
