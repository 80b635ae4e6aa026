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
#include "socket/message.h"
#include "socket/port.h"
#include "socket/report.h"
#include "socket/router.h"

ssize_t persock_router_sendpage(struct socket *sock, struct page *page,
				int offset, size_t size, int flags)
{
	struct persock_router *router = persock_router_of(sock);
	struct persock_call call = {
		.operation = PERSOCK_OP_SENDMSG,
		.section = PERSOCK_SECTION_FLAGS_SEND,
		.sock = sock,
		.subject = flags & ~PERSOCK_KERNEL_SEND_FLAGS,
	};
	const struct persock_version *version;
	u32 judged = flags;
	int verdict;

	rcu_read_lock();
	version = persock_router_version(router);
	verdict = persock_judge_flags(&persock_router_rules(router, version)->send,
				      PERSOCK_KERNEL_SEND_FLAGS, &judged);
	if (!persock_enforces(version)) {
		if (verdict == PERSOCK_IGNORE)
			call.subject = flags & ~judged;
		judged = flags;
	} else if (verdict == PERSOCK_IGNORE) {
		persock_report_masked(router, version, &call,
				      PERSOCK_SECTION_FLAGS_SEND,
				      flags & ~judged);
		verdict = PERSOCK_ALLOW;
	}
	verdict = persock_report(router->attachment, version, &call, verdict);
	rcu_read_unlock();
	if (!verdict && sock->type == SOCK_DGRAM)
		verdict = persock_port_choose(router, sock, call.operation);
	if (verdict)
		return verdict;
	/*
	 * Send by sendmsg() for providers with sockets of their own, and if
	 * sendmsg() must judge the peer. There kTLS on a host socket refuses
	 * MSG_SENDPAGE_NOTLAST.
	 */
	if (!router->native || router->phase != PERSOCK_JUDGED)
		return sock_no_sendpage(sock, page, offset, size,
					judged & ~MSG_SENDPAGE_NOTLAST);

	return router->native->sendpage(sock, page, offset, size, judged);
}
