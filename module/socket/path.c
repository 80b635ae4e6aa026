// SPDX-License-Identifier: GPL-2.0
/*
 * Paths of files as the initial mount namespace names them, whatever the
 * calling task sees of the file system. local.c names the files of AF_UNIX
 * sockets so.
 *
 * The mount namespace is that of process 1, and its root directory is where
 * paths begin.
 */
#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/pid_namespace.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "socket/path.h"

/* d_path() ends the path of a file that was removed so. */
#define DELETED	" (deleted)"

/*
 * If directories are renamed all the time, each name of a path was right when
 * it was read, and that has to do.
 */
#define TRIES	16

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
	struct task_struct *first;
	bool same;

	/* Only tasks that share it change it. */
	if (!fs || READ_ONCE(fs->users) != 1)
		return false;
	/*
	 * Only compared: half of an old root and half of a new one equal no
	 * root that this task has.
	 */
	rcu_read_lock();
	first = READ_ONCE(init_pid_ns.child_reaper);
	task_lock(first);
	same = first->fs && path_equal(&first->fs->root, &fs->root);
	task_unlock(first);
	rcu_read_unlock();

	return same;
}

/**
 * persock_path_length() - the length of a path that d_path() has written
 * @file: its file, in a mount namespace: d_path() writes the names of others from
 *	  the beginning of the buffer on
 * @path: the path
 * @end: where its buffer ends
 *
 * Context: any; does not sleep.
 * Return: bytes, without the note that the file was removed.
 */
unsigned int persock_path_length(const struct path *file, const char *path,
				 const char *end)
{
	unsigned int length = end - path - 1, note = strlen(DELETED);

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

/*
 * Where a path goes from one mount to another, or might do so for process 1: the
 * directory is a mount point somewhere. @at is the path from there on.
 */
struct crossing {
	struct dentry *directory;
	struct dentry *mounted;
	const char *at;
};

/* Paths with more of them have no name. */
#define CROSSINGS	32

/**
 * struct climb - the way from a file to the root of its mount namespace
 * @name: the path
 * @here: how far it is
 * @crossings: the mount points, the innermost first, with references; @mounted
 *	       is NULL where the path stays in its mount
 * @nr: their number
 */
struct climb {
	struct growing name;
	struct path here;
	struct crossing crossings[CROSSINGS];
	unsigned int nr;
};

static int cross(struct climb *climb, struct dentry *directory,
		 struct dentry *mounted)
{
	if (climb->nr == CROSSINGS)
		return -ENAMETOOLONG;
	climb->crossings[climb->nr++] = (struct crossing){
		.directory = dget(directory),
		.mounted = mounted ? dget(mounted) : NULL,
		.at = climb->name.at,
	};

	return 0;
}

static void end_climb(struct climb *climb)
{
	while (climb->nr) {
		struct crossing *crossing = &climb->crossings[--climb->nr];

		dput(crossing->directory);
		dput(crossing->mounted);
	}
	path_put(&climb->here);
}

/*
 * On to the directory of a file, or of what it is mounted on. Returns -ENOENT at
 * the top of a mount namespace.
 */
static int climb_on(struct climb *climb)
{
	struct dentry *parent, *mounted = climb->here.dentry;
	int err = 0;

	if (mounted == climb->here.mnt->mnt_root) {
		dget(mounted);
		err = follow_up(&climb->here) ?
		      cross(climb, climb->here.dentry, mounted) : -ENOENT;
		dput(mounted);
		return err;
	}
	if (IS_ROOT(climb->here.dentry))
		return -ENOENT;
	if (!prepend_entry(&climb->name, climb->here.dentry))
		return -ENAMETOOLONG;
	if (d_mountpoint(climb->here.dentry) &&
	    (!climb->nr || climb->crossings[climb->nr - 1].directory !=
			   climb->here.dentry))
		err = cross(climb, climb->here.dentry, NULL);
	parent = dget_parent(climb->here.dentry);
	dput(climb->here.dentry);
	climb->here.dentry = parent;

	return err;
}

/* Returns 0 if the path begins at @root, -ENOENT if it begins elsewhere. */
static int climb_up(struct climb *climb, const struct path *root)
{
	int err = 0;

	while (!err && !path_equal(&climb->here, root))
		err = climb_on(climb);

	return err;
}

/*
 * Where does the path meet the root directory of process 1? At its beginning, or
 * where that is mounted. Returns the number of crossings from there on.
 */
static bool meets(const struct climb *climb, const struct dentry *root,
		  unsigned int *nr, const char **name)
{
	*nr = climb->nr;
	*name = climb->name.at;
	if (climb->here.dentry == root)
		return true;
	for (*nr = 0; *nr < climb->nr; (*nr)++) {
		*name = climb->crossings[*nr].at;
		if (climb->crossings[*nr].mounted == root)
			return true;
	}

	return false;
}

/*
 * The path by which process 1 finds the same file, or "". It does if each mount
 * point leads to the same file system for it. Nothing is looked up: a program
 * may have made up the path.
 */
static const char *find_name(const struct climb *climb, const struct path *root)
{
	struct path here = *root, next;
	const char *name;
	unsigned int i;
	bool found = meets(climb, root->dentry, &i, &name);

	path_get(&here);
	while (found && i--) {
		const struct crossing *crossing = &climb->crossings[i];

		next.mnt = here.mnt;
		next.dentry = crossing->directory;
		path_get(&next);
		/* Of several mounts on one directory the last one is seen. */
		while (i && crossing->mounted &&
		       climb->crossings[i - 1].mounted &&
		       climb->crossings[i - 1].directory == crossing->mounted)
			crossing = &climb->crossings[--i];
		while (follow_down_one(&next))
			;
		found = next.dentry == (crossing->mounted ?:
					crossing->directory);
		if (!found) {
			path_put(&next);
			break;
		}
		path_put(&here);
		here = next;
	}
	path_put(&here);

	return found ? name : "";
}

/**
 * persock_path_name() - name a file
 * @file: the file; or its directory
 * @last: the file's name in @file; NULL: @file is the file
 * @root: root directory of process 1
 * @memory: room for the path
 * @size: its size in bytes
 * @name: set to the path, in @memory; a constant "" if the file has none for
 *	  process 1
 *
 * A file that was found in another mount namespace has the path that it has
 * there, if process 1 finds the same file by it. A service with private mounts
 * binds its socket so.
 *
 * Context: process context, may sleep; nothing is locked.
 * Return: 0; -ENAMETOOLONG if the path does not fit; -ENOMEM.
 */
int persock_path_name(const struct path *file, const struct qstr *last,
		      const struct path *root, char *memory, unsigned int size,
		      const char **name)
{
	struct climb *climb = kmalloc(sizeof(*climb), GFP_KERNEL);
	unsigned int tries, seq;
	int err;

	if (!climb)
		return -ENOMEM;
	for (tries = 1; ; tries++) {
		climb->name.start = memory;
		climb->name.at = memory + size - 1;
		*climb->name.at = '\0';
		climb->nr = 0;
		climb->here = *file;
		path_get(&climb->here);
		err = -ENAMETOOLONG;
		if (last && !prepend(&climb->name, last->name, last->len))
			break;
		seq = read_seqbegin(&rename_lock);
		err = climb_up(climb, root);
		if (tries == TRIES || !read_seqretry(&rename_lock, seq))
			break;
		end_climb(climb);
	}
	*name = err ? "" : climb->name.at;
	if (err == -ENOENT) {
		*name = find_name(climb, root);
		err = 0;
	}
	end_climb(climb);
	kfree(climb);

	return err;
}
