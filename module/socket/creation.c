// SPDX-License-Identifier: GPL-2.0
/*
 * New sockets: who governs them, when it is not the task's cgroup that says, and
 * the verdict on those that the kernel has made.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/in.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/sched.h>
/* It does not include what it needs. */
#include <linux/list_bl.h>

#include "cgroup/attachment.h"
#include "native/native.h"
#include "socket/creation.h"
#include "socket/report.h"

/*
 * Tasks that create a socket for another one, by task. One may sleep there for
 * as long as it likes, in a page of user space, so there may be as many as
 * there are tasks. Whoever creates a socket meanwhile looks into one bucket, in
 * which a few are even then, and waits for nobody but who does the same.
 */
#define CREATION_BITS 12

static struct hlist_bl_head creations[1 << CREATION_BITS];
atomic_t persock_nr_creations;

static struct hlist_bl_head *creation_bucket(const struct task_struct *task)
{
	return &creations[hash_ptr(task, CREATION_BITS)];
}

/**
 * persock_creation_begin() - say what governs the sockets that a task creates
 * @creation: on the stack
 * @attachment: what does; NULL: nothing, since the sockets are a provider's,
 *	and what they serve is governed
 *
 * Holds until persock_creation_end(), for the current task, which may sleep.
 *
 * Context: process context; the caller keeps @attachment alive.
 */
void persock_creation_begin(struct persock_creation *creation,
			    struct persock_attachment *attachment)
{
	struct hlist_bl_head *bucket = creation_bucket(current);

	creation->task = current;
	creation->attachment = attachment;
	creation->unfinished = false;
	hlist_bl_lock(bucket);
	hlist_bl_add_head(&creation->node, bucket);
	hlist_bl_unlock(bucket);
	atomic_inc(&persock_nr_creations);
}

/**
 * persock_creation_end() - let the task's cgroup decide again
 * @creation: from persock_creation_begin()
 *
 * A socket that had no ops has its parent's now, and with them what it holds
 * of this module; what it held before is put.
 *
 * Context: process context.
 */
void persock_creation_end(struct persock_creation *creation)
{
	struct hlist_bl_head *bucket = creation_bucket(current);

	hlist_bl_lock(bucket);
	hlist_bl_del(&creation->node);
	hlist_bl_unlock(bucket);
	atomic_dec(&persock_nr_creations);
	if (creation->unfinished)
		module_put(THIS_MODULE);
}

/* The current task's, which nobody else removes, or NULL. */
static struct persock_creation *own_creation(void)
{
	struct hlist_bl_head *bucket = creation_bucket(current);
	struct persock_creation *creation, *own = NULL;
	struct hlist_bl_node *node;

	hlist_bl_lock(bucket);
	hlist_bl_for_each_entry(creation, node, bucket, node) {
		if (creation->task == current) {
			own = creation;
			break;
		}
	}
	hlist_bl_unlock(bucket);

	return own;
}

/**
 * persock_governor_among() - persock_governor() while any task creates sockets
 *			      for another one
 *
 * Context: process context, RCU read side, which also protects what is returned.
 * Return: the attachment, or NULL when nothing does.
 */
struct persock_attachment *persock_governor_among(void)
{
	const struct persock_creation *creation = own_creation();

	return creation ? creation->attachment : persock_attachment_current();
}

/**
 * persock_creation_interpose() - judge a new native socket, and govern it
 * @attachment: what governs
 * @sock: complete, with native ops
 * @request: what was requested
 *
 * The request was judged before the socket was made; since then a cgroup may
 * have been attached or the task have moved, so it is judged again.
 *
 * Context: RCU read side; does not sleep.
 * Return: 0; the errno that it is refused with; -ESTALE when @attachment was
 * detached meanwhile.
 */
int persock_creation_interpose(struct persock_attachment *attachment,
			       struct socket *sock,
			       const struct persock_request *request)
{
	const struct persock_version *version =
		persock_version_of(attachment->personality);
	const struct persock_policy *policy = &version->policy;
	struct persock_event event = {
		.operation = PERSOCK_OP_CREATE,
		.section = PERSOCK_SECTION_SOCKETS,
		.request = request,
	};
	const struct persock_provider *provider;
	int err, verdict = PERSOCK_ALLOW;

	if (likely(version->requests & persock_shortcut_request(request)))
		goto interpose;
	verdict = persock_judge_request(policy, request, &event.section,
					&event.rule);
	if (verdict && persock_enforces(version))
		return persock_report(attachment, version, &event, verdict);
	/* What it wants now was not made. */
	provider = persock_version_provider(version, request,
					    persock_attachment_net(attachment,
								   version,
								   request->family));
	if (!provider || !provider->interposes) {
		event.always = true;
		event.section = PERSOCK_SECTION_SOCKETS;
		event.rule = 0;
		return persock_report(attachment, version, &event,
				      -EAFNOSUPPORT);
	}

interpose:
	err = persock_native_interpose(attachment, sock, policy);
	if (err == PERSOCK_FULL) {
		event.section = PERSOCK_SECTION_LIMITS;
		event.rule = 0;
		verdict = persock_report(attachment, version, &event,
					 policy->max_sockets_verdict);
		return verdict ? verdict :
		       persock_native_interpose(attachment, sock, NULL);
	}
	if (err == -ESTALE)
		return err;
	if (err) {
		event.always = true;
		event.rule = 0;
		verdict = err;
	}

	return persock_report(attachment, version, &event, verdict);
}

/* Released before it was given ops: what it holds goes back. */
static int unfinished_release(struct socket *sock)
{
	struct persock_creation *creation = own_creation();

	/* Nobody else knows the socket. */
	if (WARN_ON_ONCE(!creation || !creation->unfinished))
		return 0;
	creation->unfinished = false;
	persock_attachment_put(creation->attachment);

	return 0;
}

/*
 * What a governed socket has that is given its parent's ops later: those of a
 * router, which are released as a socket is that holds the attachment.
 */
const struct proto_ops persock_unfinished_ops = {
	.family = PF_UNSPEC,
	.owner = THIS_MODULE,
	.release = unfinished_release,
};

/**
 * persock_creation_by_kernel() - judge a socket that is made as one of the kernel's
 * @sock: the socket
 * @request: what it is going to be
 *
 * All pass but those that SCTP makes so and that are peeled off, since 6.19: with
 * sock_create_lite(), without ops. Later it gives them the parent's ops, which
 * nobody sees. Where the parent is governed these are a router's, and all that
 * is missing is that the socket holds the attachment, and is counted. Where it is
 * not, the new socket cannot be governed: a governed task gets none.
 *
 * Context: process context; does not sleep.
 * Return: 0, or the errno that it is refused with.
 */
int persock_creation_by_kernel(struct socket *sock,
			       const struct persock_request *request)
{
	struct persock_creation *creation;
	struct persock_attachment *attachment;
	struct persock_event event = {
		.operation = PERSOCK_OP_CREATE,
		.section = PERSOCK_SECTION_SOCKETS,
		.request = request,
		.always = true,
	};
	int err;

	if (request->type != SOCK_SEQPACKET ||
	    request->protocol != IPPROTO_SCTP || sock->ops)
		return 0;

	creation = own_creation();
	rcu_read_lock();
	attachment = creation ? creation->attachment :
				persock_attachment_current();
	if (!attachment) {
		err = 0;
	} else if (creation) {
		err = persock_creation_interpose(attachment, sock, request);
		creation->unfinished = !err;
	} else {
		err = persock_report(attachment,
				     persock_version_of(attachment->personality),
				     &event, -EOPNOTSUPP);
	}
	rcu_read_unlock();

	return err;
}
