// SPDX-License-Identifier: GPL-2.0
/*
 * New sockets: who governs them, when it is not the task's cgroup that says, and
 * the verdict on those that the kernel has made.
 */
#include <linux/restart_block.h>
#include <linux/sched.h>

#include "cgroup.h"
#include "creation.h"
#include "native.h"
#include "report.h"

/**
 * persock_creation_mark() - what a marked task's restart block calls
 * @block: not used
 *
 * Never called, as the mark is gone before the system call ends; it is there
 * to be compared with, and answers as a block that nothing is to be done with.
 *
 * Return: -EINTR.
 */
long persock_creation_mark(struct restart_block *block)
{
	return -EINTR;
}

/**
 * persock_creation_begin() - say what governs the sockets that a task creates
 * @creation: on the stack
 * @attachment: what does; NULL: nothing, since the sockets are a provider's,
 *	and what they serve is governed
 *
 * Holds until persock_creation_end(), for the current task, which may sleep
 * for as long as somebody else likes (in a page of user space): so there must be
 * nothing that another task would have to look at, and nothing is allocated.
 *
 * Context: process context, in a system call of a task or an io_uring worker;
 * the caller keeps @attachment alive.
 */
void persock_creation_begin(struct persock_creation *creation,
			    struct persock_attachment *attachment)
{
	struct restart_block *block = &current->restart_block;

	creation->restart = *block;
	creation->attachment = attachment;
	block->nanosleep.expires = (unsigned long)creation;
	block->fn = persock_creation_mark;
}

/**
 * persock_creation_end() - let the task's cgroup decide again
 * @creation: from persock_creation_begin()
 *
 * Context: process context.
 */
void persock_creation_end(struct persock_creation *creation)
{
	current->restart_block = creation->restart;
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
