// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts on AF_UNIX calls: on the peer that a call has found, the name of a
 * bind, and sockets that are received. hook/local.c calls persock_local_found()
 * and its siblings from within the native call that local_call.c makes.
 *
 * Judged is what the kernel has found, not the string that the program passed:
 * links, mounts and renames between a look and the call make no difference.
 *
 * The kernel holds locks there, so a path can be named only if that needs no
 * sleep: the task has the root directory of process 1, and the socket's file is
 * below it. Otherwise the call fails at first. The file is named then, the peer
 * is judged, and the call is made again; it goes on if it finds the same
 * peer. If it finds another one, that one is judged in the same way.
 */
#include <linux/cgroup.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/un.h>
#include <net/af_unix.h>

#include "policy/unix_rule.h"
#include "socket/judge.h"
#include "socket/local.h"
#include "socket/mark.h"
#include "socket/note.h"
#include "socket/path.h"

/* Was the peer created in the cgroup of the layer that judges, or below? */
static bool is_same(const struct persock_mark *mark, const struct persock_call *call)
{
	struct cgroup *cgroup = persock_call_attachment(call)->cgroup;

	return mark->cgroup && cgroup &&
	       cgroup_is_descendant(mark->cgroup, cgroup);
}

/* Find the path of the peer's cgroup. */
static int find_place(struct persock_mark *mark)
{
	int length;

	if (mark->name.cgroup || !mark->cgroup)
		return 0;
	kfree(mark->place);
	mark->place = kmalloc(PATH_MAX, GFP_ATOMIC | __GFP_NOWARN);
	if (!mark->place)
		return -ENOMEM;
	length = cgroup_path(mark->cgroup, mark->place, PATH_MAX);
	if (length < 0 || length >= PATH_MAX)
		return -ENAMETOOLONG;
	mark->name.cgroup = mark->place;

	return 0;
}

static int judge_name(const struct persock_version *version,
		      struct persock_call *call, void *data)
{
	const struct persock_unix_rules *rules;
	struct persock_mark *mark = data;

	rules = persock_mark_binds(mark) ? &version->policy.unix_bind :
				&version->policy.unix_connect;
	call->section = persock_mark_binds(mark) ? PERSOCK_SECTION_UNIX_BIND :
					PERSOCK_SECTION_UNIX_CONNECT;
	call->local = &mark->name;
	if (persock_records(version)) {
		persock_note_unix(call);
		return PERSOCK_ALLOW;
	}
	if (!persock_unix_restricts(rules))
		return PERSOCK_ALLOW;
	mark->name.same = is_same(mark, call);
	/* A peer whose cgroup has no path might be one that a rule denies. */
	if (rules->cgroups && find_place(mark))
		return -EACCES;

	return persock_judge_unix(rules, &mark->name, &call->rule);
}

static int judge(struct persock_mark *mark, persock_judge_t judged)
{
	struct persock_call call = {
		.operation = mark->operation,
		.section = persock_mark_binds(mark) ? PERSOCK_SECTION_UNIX_BIND :
					   PERSOCK_SECTION_UNIX_CONNECT,
		.sock = mark->sock,
	};
	const struct persock_view *view;
	int verdict = -EACCES;

	rcu_read_lock();
	view = persock_router_view(mark->router);
	mark->changed |= mark->view && mark->view != view->number;
	if (!mark->changed)
		verdict = persock_judge(mark->router->stack, view, &call,
					judged, mark);
	mark->view = view->number;
	rcu_read_unlock();
	mark->judged = true;

	return verdict;
}

/**
 * persock_local_held() - is a call held to rules?
 * @mark: its mark
 *
 * Context: any; does not sleep.
 * Return: false if layers only audit or record, and so change nothing.
 */
bool persock_local_held(const struct persock_mark *mark)
{
	bool held;

	rcu_read_lock();
	held = persock_router_view(mark->router)->holds_locals;
	rcu_read_unlock();

	return held;
}

static int allow(const struct persock_version *version,
		 struct persock_call *call, void *unused)
{
	return PERSOCK_ALLOW;
}

/**
 * persock_local_judge() - judge what a call has found
 * @mark: its mark, with the name
 *
 * Context: any; does not sleep.
 * Return: PERSOCK_ALLOW; the errno of the rule; any errno if @changed is set.
 */
int persock_local_judge(struct persock_mark *mark)
{
	return judge(mark, judge_name);
}

/**
 * persock_local_pass() - count a call in which there was nothing to judge
 * @mark: its mark; the call has failed, or has no peer
 *
 * Context: any; does not sleep.
 */
void persock_local_pass(struct persock_mark *mark)
{
	/* No other step decides. */
	mark->view = 0;
	judge(mark, allow);
}

/*
 * Name a file without sleeping. Nothing can be below the root directory of
 * process 1 and have another path for this task.
 */
static bool name_file(struct persock_mark *mark, const struct path *file,
		      const struct qstr *last)
{
	unsigned int room = last ? last->len + 1 : 0;
	char *name;

	mark->name.kind = PERSOCK_UNIX_PATH;
	if (!mark->rooted || room >= PERSOCK_MARK_NAME)
		return false;
	name = d_path(file, mark->text, PERSOCK_MARK_NAME - room);
	/* It has few directories then: path_is_under() holds a lock for all. */
	if (IS_ERR(name) || !path_is_under(file, &current->fs->root))
		return false;
	mark->name.name = name;
	mark->name.length = persock_path_length(file, name,
						mark->text + PERSOCK_MARK_NAME -
						room);
	if (last) {
		/* The root directory itself is "/". */
		if (mark->name.length == 1)
			mark->name.length = 0;
		name[mark->name.length] = '/';
		memcpy(name + mark->name.length + 1, last->name, last->len);
		mark->name.length += room;
	}

	return true;
}

/**
 * persock_local_abstract() - name an abstract address
 * @mark: gets the name
 * @address: the address, which outlives the use of the name
 * @length: its length
 */
void persock_local_abstract(struct persock_mark *mark,
			    const struct sockaddr_un *address, int length)
{
	mark->name.kind = PERSOCK_UNIX_ABSTRACT;
	mark->name.name = address->sun_path + 1;
	mark->name.length = length - offsetof(struct sockaddr_un, sun_path) - 1;
}

/* The address of a bound socket does not change. */
static bool name_peer(struct persock_mark *mark, struct sock *peer)
{
	const struct unix_address *address;

	mark->name.cgroup = NULL;
	mark->cgroup = sock_cgroup_ptr(&peer->sk_cgrp_data);
	/* Pairs with the release in the kernel's unix_bind(). */
	address = smp_load_acquire(&unix_sk(peer)->addr);
	if (!address) {
		mark->name.kind = PERSOCK_UNIX_UNNAMED;
		return true;
	}
	if (!address->name->sun_path[0]) {
		persock_local_abstract(mark, address->name, address->len);
		return true;
	}

	return name_file(mark, &unix_sk(peer)->path, NULL);
}

/*
 * Refuse the call for now: keep what it has found, to name it when the locks
 * are released. Returns the errno with which the native call fails.
 */
static int postpone(struct persock_mark *mark, struct sock *peer,
		    const struct path *file, const struct dentry *entry)
{
	mark->again = true;
	/* What was kept before cannot be dropped with these locks held. */
	if (mark->file.dentry)
		return -EACCES;
	if (peer)
		sock_hold(peer);
	mark->peer = peer;
	mark->file = *file;
	path_get(&mark->file);
	if (entry)
		take_dentry_name_snapshot(&mark->last, (struct dentry *)entry);

	return -EACCES;
}

/**
 * persock_local_forget() - drop what a call has kept
 * @mark: its mark
 *
 * Context: process context, may sleep; nothing is locked.
 */
void persock_local_forget(struct persock_mark *mark)
{
	if (mark->peer)
		sock_put(mark->peer);
	mark->peer = NULL;
	if (mark->file.dentry) {
		if (persock_mark_binds(mark))
			release_dentry_name_snapshot(&mark->last);
		path_put(&mark->file);
	}
	mark->file.dentry = NULL;
	mark->known = false;
}

/**
 * persock_local_found() - judge the peer that a call has found
 * @sock: the calling socket
 * @peer: the socket that it would use
 *
 * Context: called by the kernel's AF_UNIX with its locks held; does not sleep.
 * Return: 0, or the errno with which the call fails.
 */
int persock_local_found(const struct socket *sock, struct sock *peer)
{
	struct persock_mark *mark = persock_mark_own();
	int err;

	if (!mark || mark->sock != sock ||
	    mark->operation == PERSOCK_OP_RECVMSG)
		return 0;
	if (!peer)
		return -EACCES;
	/* A send that has waited for room is asked about once more. */
	if ((mark->known && mark->peer == peer) || mark->allowed == peer)
		return 0;
	if (name_peer(mark, peer)) {
		err = persock_local_judge(mark);
		if (!err)
			mark->allowed = peer;
		/* The place in the queue is for the next who waits. */
		else if (mark->sock->type != SOCK_DGRAM)
			wake_up_interruptible(&unix_sk(peer)->peer_wait);
		return err;
	}

	return postpone(mark, peer, &unix_sk(peer)->path, NULL);
}

/**
 * persock_local_creates() - judge the file that a bind makes
 * @directory: its directory
 * @entry: the file, which does not exist yet
 *
 * Context: called by the kernel's bind with the directory locked; does not
 * sleep.
 * Return: 0, or the errno with which the bind fails.
 */
int persock_local_creates(const struct path *directory,
			  const struct dentry *entry)
{
	struct persock_mark *mark = persock_mark_own();

	if (!mark || !persock_mark_binds(mark))
		return 0;
	if (mark->known && path_equal(directory, &mark->file) &&
	    entry->d_name.len == mark->last.name.len &&
	    !memcmp(entry->d_name.name, mark->last.name.name,
		    entry->d_name.len))
		return 0;
	if (name_file(mark, directory, &entry->d_name))
		return persock_local_judge(mark);

	return postpone(mark, NULL, directory, entry);
}

/* There is no name, and nothing to judge. */
static int unnamed(struct persock_mark *mark, int err)
{
	mark->judged = true;
	mark->known = !persock_local_held(mark);

	return mark->known ? 0 : err;
}

/**
 * persock_local_again() - name what a call has kept, and judge it
 * @mark: its mark
 *
 * Context: process context, may sleep; nothing is locked.
 * Return: 0 if the call is to be made again, or the errno with which it fails.
 */
int persock_local_again(struct persock_mark *mark)
{
	const struct qstr *last = persock_mark_binds(mark) ? &mark->last.name : NULL;
	struct path root;
	char *memory;
	int err;

	mark->again = false;
	/* The call came upon another one, and keeps that next time. */
	if (mark->known) {
		persock_local_forget(mark);
		return 0;
	}
	memory = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!memory)
		return unnamed(mark, -ENOMEM);
	if (!persock_path_root(&root)) {
		err = unnamed(mark, -EACCES);
		goto out;
	}
	err = persock_path_name(&mark->file, last, &root, memory, PATH_MAX,
				&mark->name.name);
	path_put(&root);
	if (err) {
		err = unnamed(mark, err);
		goto out;
	}
	mark->name.length = strlen(mark->name.name);
	err = persock_local_judge(mark);
	mark->known = !err;
out:
	kfree(memory);

	return err;
}

/**
 * persock_local_judge_pair() - judge a pair of sockets by one layer
 * @version: the version that judges
 * @call: the call
 *
 * Context: any; RCU read side; does not sleep.
 * Return: PERSOCK_ALLOW or a negative errno.
 */
int persock_local_judge_pair(const struct persock_version *version,
			     struct persock_call *call)
{
	static const struct persock_unix_name none = {
		.kind = PERSOCK_UNIX_UNNAMED,
	};
	struct persock_mark mark __uninitialized;
	int verdict;

	persock_mark_init(&mark, call->sock, PERSOCK_OP_PAIR);
	mark.name.kind = PERSOCK_UNIX_UNNAMED;
	mark.cgroup = sock_cgroup_ptr(&call->sock->sk->sk_cgrp_data);
	verdict = judge_name(version, call, &mark);
	kfree(mark.place);
	/* This outlives the mark. */
	call->local = &none;

	return verdict;
}

/* Is a layer among those of a socket? */
static bool governs(const struct persock_attachment *layer,
		    const struct persock_router *router)
{
	unsigned int i;

	for (i = 0; i < router->stack->nr; i++) {
		if (router->stack->layers[i].attachment == layer)
			return true;
	}

	return false;
}

static int judge_received(const struct persock_version *version,
			  struct persock_call *call, void *data)
{
	const struct persock_router *received = data;

	call->section = PERSOCK_SECTION_UNIX_RIGHTS;
	if (version->policy.unix_rights != PERSOCK_GOVERNED ||
	    (received && governs(persock_call_attachment(call), received)))
		return PERSOCK_ALLOW;

	return -EACCES;
}

/**
 * persock_local_receives() - judge a descriptor that a message brings
 * @file: its file
 *
 * Context: process context.
 * Return: 0; -EACCES for a socket that the receiver's layers do not govern.
 */
int persock_local_receives(const struct file *file)
{
	struct persock_mark *mark = persock_mark_own();
	struct persock_call call = {
		.operation = PERSOCK_OP_RECVMSG,
		.message = true,
		.subject = SOL_SOCKET,
		.detail = SCM_RIGHTS,
	};
	const struct persock_view *view;
	struct socket *received;
	int verdict;

	if (!mark || mark->operation != PERSOCK_OP_RECVMSG ||
	    !S_ISSOCK(file_inode(file)->i_mode))
		return 0;
	received = sock_from_file((struct file *)file);
	/* The socket's file, which was opened for its path. */
	if (!received)
		return 0;
	call.sock = mark->sock;
	rcu_read_lock();
	view = persock_router_view(mark->router);
	verdict = persock_judge_part(mark->router->stack, view, &call,
				     judge_received,
				     persock_router_peek(received));
	/* As for other control messages, see cmsg.c. */
	if (!verdict && view->number != mark->view &&
	    !persock_still_receives(mark->router, view, mark->flags,
				    mark->control))
		verdict = -EACCES;
	rcu_read_unlock();

	return verdict;
}
