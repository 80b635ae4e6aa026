// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that are sent as they are (sendfile, splice), on kernels before 6.5.
 * operations.c puts the function into the router's tables. Kbuild compiles
 * this file if proto_ops has sendpage(). Later kernels send pages by
 * sendmsg().
 */
#include <linux/net.h>
#include <linux/socket.h>
#include <net/sock.h>

#include "compat.h"
#include "policy/verdict.h"
#include "socket/judge.h"
#include "socket/message.h"
#include "socket/note.h"
#include "socket/port.h"
#include "socket/report.h"
#include "socket/router.h"

/**
 * struct paging - pages that are sent, while they are judged
 * @router: the socket's
 * @flags: flags of the call
 * @left: the flags that every layer lets through
 */
struct paging {
	const struct persock_router *router;
	u32 flags;
	u32 left;
};

static int judge(const struct persock_version *version,
		 struct persock_call *call, void *data)
{
	struct paging *paging = data;
	u32 left = paging->flags;
	int verdict;

	if (persock_records(version)) {
		persock_note_flags(call, PERSOCK_SECTION_FLAGS_SEND,
				   call->subject);
		return PERSOCK_ALLOW;
	}
	verdict = persock_judge_flags(&persock_router_rules(paging->router,
							    version)->send,
				      PERSOCK_KERNEL_SEND_FLAGS, &left);
	if (verdict != PERSOCK_IGNORE)
		return verdict;
	if (!persock_enforces(version)) {
		call->subject = paging->flags & ~left;
		return verdict;
	}
	persock_report_masked(version, call, PERSOCK_SECTION_FLAGS_SEND,
			      paging->flags & ~left);
	paging->left &= left;

	return PERSOCK_ALLOW;
}

/* What the layers say; @paging->left is set. */
static int judge_by_view(struct socket *sock, struct paging *paging)
{
	struct persock_router *router = persock_router_of(sock);
	struct persock_call call = {
		.operation = PERSOCK_OP_SENDMSG,
		.section = PERSOCK_SECTION_FLAGS_SEND,
		.sock = sock,
		.subject = paging->flags & ~PERSOCK_KERNEL_SEND_FLAGS,
	};
	const struct persock_view *view;
	u64 number;
	int verdict;

	paging->left = paging->flags;
	rcu_read_lock();
	view = persock_router_view(router);
	number = view->number;
	verdict = persock_judge(router->stack, view, &call, judge, paging);
	rcu_read_unlock();

	return verdict || sock->type != SOCK_DGRAM ? verdict :
	       persock_port_choose(router, sock, call.operation, number);
}

ssize_t persock_router_sendpage(struct socket *sock, struct page *page,
				int offset, size_t size, int flags)
{
	struct persock_router *router = persock_router_of(sock);
	struct paging paging = { .router = router, .flags = flags };
	int verdict;

	do {
		verdict = judge_by_view(sock, &paging);
	} while (verdict == PERSOCK_CHANGED);
	if (verdict)
		return verdict;
	/*
	 * Send by sendmsg() for providers with sockets of their own, and if
	 * sendmsg() must judge the peer. There kTLS on a host socket refuses
	 * MSG_SENDPAGE_NOTLAST.
	 */
	if (!router->native || router->phase != PERSOCK_PHASE_JUDGED)
		return sock_no_sendpage(sock, page, offset, size,
					paging.left & ~MSG_SENDPAGE_NOTLAST);

	return router->native->sendpage(sock, page, offset, size, paging.left);
}
