// SPDX-License-Identifier: GPL-2.0
/*
 * AF_UNIX calls whose peer or name is judged. operations.c, message.c and
 * cmsg.c call the functions that run the native call; hook/local.c calls
 * persock_local_found() and its siblings from within it.
 *
 * Judged is what the kernel has found, not the string that the program passed:
 * links, mounts and renames between a look and the call make no difference. The
 * task is marked while it runs the native call. When the kernel asks LSMs about
 * the peer, hook/local.c finds the mark, and the peer is judged there.
 *
 * The kernel holds locks there, so a path can be named only if that needs no
 * sleep: the task has the root directory of process 1, and the socket's file is
 * below it. Otherwise the call fails at first. The file is named then, the peer
 * is judged, and the call is made again; it goes on if it finds the same
 * peer. If it finds another one, that one is judged in the same way.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/hash.h>
#include <linux/net.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/un.h>
#include <net/af_unix.h>
/* list_bl.h lacks an include that it needs. */
#include <linux/list_bl.h>

#include "policy/unix_rule.h"
#include "socket/endpoint.h"
#include "socket/judge.h"
#include "socket/local.h"
#include "socket/note.h"
#include "socket/path.h"

#define MARK_BITS	12

/* Calls that find another peer each time end with -EAGAIN. */
#define TRIES		16

/* Longer paths are named with the call's locks released. */
#define NAME_SIZE	256

/**
 * struct mark - an AF_UNIX call that a task makes
 * @node: in the table of marks; the lock of its bucket
 * @task: the task
 * @sock: the governed socket
 * @router: the socket's
 * @operation: the call
 * @judged: it was judged
 * @again: it cannot be judged before it has ended; then it is made again
 * @known: @peer, or @file and @last, was judged and is allowed
 * @name: what is judged
 * @cgroup: the cgroup in which the peer was created; NULL: there is no peer
 * @place: memory for the path of @cgroup, or NULL
 * @peer: a peer that could not be judged at once; NULL or with a reference
 * @file: its file, or the directory of the file that is made; without dentry,
 *	  or with references
 * @last: name of the file that is made
 * @rooted: the task's root directory is that of process 1, and no other task
 *	    can change that
 * @text: room for @name
 *
 * Lives on the task's stack. Only the task itself uses it.
 */
struct mark {
	struct hlist_bl_node node;
	struct task_struct *task;
	struct socket *sock;
	struct persock_router *router;
	enum persock_operation operation;
	bool judged;
	bool again;
	bool known;
	struct persock_unix_name name;
	struct cgroup *cgroup;
	char *place;
	struct sock *peer;
	struct path file;
	struct name_snapshot last;
	bool rooted;
	char text[NAME_SIZE];
};

/*
 * Tasks in such calls. A task may stay in a receive for as long as it likes,
 * so there may be as many entries as there are tasks. A task that looks for its
 * own searches one bucket, which has few entries even then.
 */
static struct hlist_bl_head marks[1 << MARK_BITS];

/* Arms the interception points that find marks. */
static int (*arm_points)(void) __ro_after_init;

static struct hlist_bl_head *bucket_of(const struct task_struct *task)
{
	return &marks[hash_ptr(task, MARK_BITS)];
}

static void mark_begin(struct mark *mark)
{
	struct hlist_bl_head *bucket = bucket_of(current);

	mark->task = current;
	hlist_bl_lock(bucket);
	hlist_bl_add_head(&mark->node, bucket);
	hlist_bl_unlock(bucket);
}

static void mark_end(struct mark *mark)
{
	struct hlist_bl_head *bucket = bucket_of(current);

	hlist_bl_lock(bucket);
	hlist_bl_del(&mark->node);
	hlist_bl_unlock(bucket);
}

/* The mark of the current task, or NULL. */
static struct mark *mark_own(void)
{
	struct hlist_bl_head *bucket = bucket_of(current);
	struct mark *mark, *own = NULL;
	struct hlist_bl_node *node;

	/* A task that has one has put it there itself. */
	if (likely(hlist_bl_empty(bucket)))
		return NULL;
	hlist_bl_lock(bucket);
	hlist_bl_for_each_entry(mark, node, bucket, node) {
		if (mark->task == current) {
			own = mark;
			break;
		}
	}
	hlist_bl_unlock(bucket);

	return own;
}

static bool is_bind(const struct mark *mark)
{
	return mark->operation == PERSOCK_OP_BIND;
}

/* Was the peer created in the cgroup of the layer that judges, or below? */
static bool is_same(const struct mark *mark, const struct persock_call *call)
{
	struct cgroup *cgroup = persock_call_attachment(call)->cgroup;

	return mark->cgroup && cgroup &&
	       cgroup_is_descendant(mark->cgroup, cgroup);
}

/* Find the path of the peer's cgroup. */
static int find_place(struct mark *mark)
{
	int length;

	if (mark->name.cgroup || !mark->cgroup)
		return 0;
	kfree(mark->place);
	mark->place = kmalloc(PATH_MAX, GFP_ATOMIC);
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
	struct mark *mark = data;

	rules = is_bind(mark) ? &version->policy.unix_bind :
				&version->policy.unix_connect;
	call->section = is_bind(mark) ? PERSOCK_SECTION_UNIX_BIND :
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

static int judge(struct mark *mark, persock_judge_t judged)
{
	struct persock_call call = {
		.operation = mark->operation,
		.section = is_bind(mark) ? PERSOCK_SECTION_UNIX_BIND :
					   PERSOCK_SECTION_UNIX_CONNECT,
		.sock = mark->sock,
	};
	int verdict;

	rcu_read_lock();
	verdict = persock_judge(mark->router->stack,
				persock_router_view(mark->router), &call,
				judged, mark);
	rcu_read_unlock();
	mark->judged = true;

	return verdict;
}

/* The interception points cannot be armed: no peer could be judged. */
static int refuse(struct mark *mark, int err)
{
	struct persock_call call = {
		.operation = mark->operation,
		.sock = mark->sock,
	};
	const struct persock_view *view;

	if (err == -ERESTARTSYS)
		return err;
	rcu_read_lock();
	view = persock_router_view(mark->router);
	err = persock_refuse(mark->router->stack, view, &call, view->nr - 1,
			     -EACCES);
	rcu_read_unlock();

	return err;
}

/* The call has failed, or has no peer: there was nothing to judge. */
static int allow(const struct persock_version *version,
		 struct persock_call *call, void *unused)
{
	return PERSOCK_ALLOW;
}

/*
 * Name a file without sleeping. Nothing can be below the root directory of
 * process 1 and have another path for this task.
 */
static bool name_file(struct mark *mark, const struct path *file,
		      const struct qstr *last)
{
	unsigned int room = last ? last->len + 1 : 0;
	char *name;

	mark->name.kind = PERSOCK_UNIX_PATH;
	if (!mark->rooted || room >= NAME_SIZE ||
	    !path_is_under(file, &current->fs->root))
		return false;
	name = d_path(file, mark->text, NAME_SIZE - room);
	if (IS_ERR(name))
		return false;
	mark->name.name = name;
	mark->name.length = persock_path_length(file, name);
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

static void name_abstract(struct mark *mark, const struct sockaddr_un *address,
			  int length)
{
	mark->name.kind = PERSOCK_UNIX_ABSTRACT;
	mark->name.name = address->sun_path + 1;
	mark->name.length = length - offsetof(struct sockaddr_un, sun_path) - 1;
}

/* The address of a bound socket does not change. */
static bool name_peer(struct mark *mark, struct sock *peer)
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
		name_abstract(mark, address->name, address->len);
		return true;
	}

	return name_file(mark, &unix_sk(peer)->path, NULL);
}

/*
 * Refuse the call for now: keep what it has found, to name it when the locks
 * are released. Returns the errno with which the native call fails.
 */
static int postpone(struct mark *mark, struct sock *peer,
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

/* Drop what postpone() has kept. Nothing is locked. */
static void forget(struct mark *mark)
{
	if (mark->peer)
		sock_put(mark->peer);
	mark->peer = NULL;
	if (mark->file.dentry) {
		if (is_bind(mark))
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
	struct mark *mark = mark_own();

	if (!mark || mark->sock != sock ||
	    mark->operation == PERSOCK_OP_RECVMSG)
		return 0;
	if (!peer)
		return -EACCES;
	if (mark->known && mark->peer == peer)
		return 0;
	if (name_peer(mark, peer))
		return judge(mark, judge_name);

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
	struct mark *mark = mark_own();

	if (!mark || !is_bind(mark))
		return 0;
	if (mark->known && path_equal(directory, &mark->file) &&
	    entry->d_name.len == mark->last.name.len &&
	    !memcmp(entry->d_name.name, mark->last.name.name,
		    entry->d_name.len))
		return 0;
	if (name_file(mark, directory, &entry->d_name))
		return judge(mark, judge_name);

	return postpone(mark, NULL, directory, entry);
}

/* Name what was kept, and judge it. Nothing is locked. */
static int judge_postponed(struct mark *mark)
{
	const struct qstr *last = is_bind(mark) ? &mark->last.name : NULL;
	struct path root;
	char *memory;
	int err;

	mark->again = false;
	/* The call came upon another one, and keeps that next time. */
	if (mark->known) {
		forget(mark);
		return 0;
	}
	memory = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!memory)
		return -ENOMEM;
	persock_path_root(&root);
	err = persock_path_name(&mark->file, last, &root, memory, PATH_MAX,
				&mark->name.name);
	path_put(&root);
	if (!err) {
		mark->name.length = strlen(mark->name.name);
		err = judge(mark, judge_name);
		mark->known = !err;
	}
	kfree(memory);

	return err;
}

/**
 * struct native - a native call
 * @call: makes the call
 * @mark: its mark
 * @address: its address, if it has one as an argument
 * @msg: its message, if it is a send
 * @length: length of the address or the message
 * @flags: flags of a connect
 */
struct native {
	int (*call)(const struct native *native);
	struct mark *mark;
	struct sockaddr *address;
	struct msghdr *msg;
	size_t length;
	int flags;
};

static int make_call(const struct native *native)
{
	struct mark *mark = native->mark;
	unsigned int tries;
	int err;

	err = arm_points();
	if (err)
		return refuse(mark, err);
	mark->rooted = persock_path_rooted();

	mark_begin(mark);
	for (tries = 0; ; tries++) {
		err = native->call(native);
		if (!mark->again)
			break;
		err = tries < TRIES ? judge_postponed(mark) : -EAGAIN;
		if (err)
			break;
	}
	mark_end(mark);

	if (!mark->judged)
		judge(mark, allow);
	forget(mark);
	kfree(mark->place);

	return err;
}

static void init_mark(struct mark *mark, struct socket *sock,
		      enum persock_operation operation)
{
	memset(mark, 0, offsetof(struct mark, text));
	mark->sock = sock;
	mark->router = persock_router_of(sock);
	mark->operation = operation;
	mark->name.type = sock->type;
}

static int cut_address(const struct mark *mark, int length)
{
	rcu_read_lock();
	length = persock_endpoint_length(mark->router,
					 persock_router_view(mark->router),
					 length);
	rcu_read_unlock();

	return length;
}

static int native_connect(const struct native *native)
{
	const struct mark *mark = native->mark;

	return mark->router->provider->ops->connect(mark->sock, native->address,
						    native->length,
						    native->flags);
}

/**
 * persock_local_connect() - connect a socket if its peer is allowed
 * @sock: a governed socket of AF_UNIX
 * @address: in kernel memory
 * @length: its length
 * @flags: flags of the file
 *
 * Context: process context, may sleep.
 * Return: as connect(); or the errno of the rule.
 */
int persock_local_connect(struct socket *sock, struct sockaddr *address,
			  int length, int flags)
{
	struct mark mark;
	struct native native = {
		.call = native_connect,
		.mark = &mark,
		.address = address,
		.flags = flags,
	};

	init_mark(&mark, sock, PERSOCK_OP_CONNECT);
	native.length = cut_address(&mark, length);

	return make_call(&native);
}

static int native_bind(const struct native *native)
{
	const struct mark *mark = native->mark;

	return mark->router->provider->ops->bind(mark->sock, native->address,
						 native->length);
}

/* A name that is not a file's is judged as it is. */
static bool names_no_file(struct mark *mark, const struct sockaddr *address,
			  int length)
{
	const struct sockaddr_un *name = (const struct sockaddr_un *)address;
	const int start = offsetof(struct sockaddr_un, sun_path);

	if (length == start) {
		/* The kernel chooses an abstract name. */
		mark->name.kind = PERSOCK_UNIX_UNNAMED;
		return true;
	}
	if (length <= start || length > (int)sizeof(*name) || name->sun_path[0])
		return false;
	name_abstract(mark, name, length);

	return true;
}

/**
 * persock_local_bind() - bind a socket if its name is allowed
 * @sock: a governed socket of AF_UNIX
 * @address: in kernel memory
 * @length: its length
 *
 * Context: process context, may sleep.
 * Return: as bind(); or the errno of the rule.
 */
int persock_local_bind(struct socket *sock, struct sockaddr *address,
		       int length)
{
	struct mark mark;
	struct native native = {
		.call = native_bind,
		.mark = &mark,
		.address = address,
	};
	int err;

	init_mark(&mark, sock, PERSOCK_OP_BIND);
	native.length = cut_address(&mark, length);
	if (names_no_file(&mark, address, native.length)) {
		err = judge(&mark, judge_name);
		return err ? err : native_bind(&native);
	}

	return make_call(&native);
}

/* A send that is made again sends the same bytes. */
static int native_send(const struct native *native)
{
	const struct mark *mark = native->mark;
	struct msghdr *msg = native->msg;
	struct iov_iter whole = msg->msg_iter;
	int sent;

	sent = mark->router->provider->ops->sendmsg(mark->sock, msg,
						    native->length);
	if (mark->again)
		msg->msg_iter = whole;

	return sent;
}

/**
 * persock_local_send() - send to a peer that the message specifies, if it is
 *			  allowed
 * @sock: a governed socket of AF_UNIX
 * @msg: the message, allowed otherwise
 * @length: its length in bytes
 *
 * Context: process context, may sleep.
 * Return: as sendmsg(); or the errno of the rule.
 */
int persock_local_send(struct socket *sock, struct msghdr *msg, size_t length)
{
	struct mark mark;
	const struct native native = {
		.call = native_send,
		.mark = &mark,
		.msg = msg,
		.length = length,
	};

	init_mark(&mark, sock, PERSOCK_OP_SENDMSG);

	return make_call(&native);
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
	struct mark mark;
	int verdict;

	init_mark(&mark, call->sock, PERSOCK_OP_PAIR);
	mark.name.kind = PERSOCK_UNIX_UNNAMED;
	mark.cgroup = sock_cgroup_ptr(&call->sock->sk->sk_cgrp_data);
	verdict = judge_name(version, call, &mark);
	kfree(mark.place);
	call->local = NULL;

	return verdict;
}

/**
 * persock_local_receive() - receive a message, and judge each socket that
 *			     comes with it
 * @sock: a governed socket of AF_UNIX
 * @msg: where to put the message
 * @length: room for its data in bytes
 * @flags: flags of the call
 *
 * Context: process context, may sleep.
 * Return: as recvmsg(). Control messages are cut at the first socket that is
 * refused.
 */
int persock_local_receive(struct socket *sock, struct msghdr *msg,
			  size_t length, int flags)
{
	struct mark mark;
	int received;

	init_mark(&mark, sock, PERSOCK_OP_RECVMSG);
	received = arm_points();
	if (received)
		return refuse(&mark, received);
	mark_begin(&mark);
	received = mark.router->provider->ops->recvmsg(sock, msg, length,
						       flags);
	mark_end(&mark);

	return received;
}

/* Is a layer with the same cgroup among those of a socket? */
static bool governs(const struct persock_attachment *layer,
		    const struct persock_router *router)
{
	unsigned int i;

	for (i = 0; i < router->stack->nr; i++) {
		if (router->stack->layers[i].attachment->id == layer->id)
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
	struct mark *mark = mark_own();
	struct persock_call call = {
		.operation = PERSOCK_OP_RECVMSG,
		.message = true,
		.subject = SOL_SOCKET,
		.detail = SCM_RIGHTS,
	};
	struct socket *received;
	int verdict;

	if (!mark || mark->operation != PERSOCK_OP_RECVMSG ||
	    !S_ISSOCK(file_inode(file)->i_mode))
		return 0;
	received = sock_from_file((struct file *)file);
	call.sock = mark->sock;
	rcu_read_lock();
	verdict = persock_judge_part(mark->router->stack,
				     persock_router_view(mark->router), &call,
				     judge_received,
				     received ? persock_router_peek(received) :
						NULL);
	rcu_read_unlock();

	return verdict;
}

/**
 * persock_local_init() - get ready to judge local peers
 * @arm: arms the interception points that find marks; see persock_demand_arm()
 *
 * Return: 0 or -ENOMEM.
 */
int __init persock_local_init(int (*arm)(void))
{
	arm_points = arm;

	return persock_path_init();
}

/**
 * persock_local_exit() - undo persock_local_init()
 *
 * No governed socket is left.
 */
void persock_local_exit(void)
{
	persock_path_exit();
}
