/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of governed sockets. operations.c puts these functions into the
 * router's tables, hook/intercept.c asks about io_uring's commands, and
 * sendpage.c shares persock_report_masked().
 */
#ifndef _PERSOCK_MESSAGE_H
#define _PERSOCK_MESSAGE_H

#include <linux/net.h>

#include "socket/report.h"

int persock_router_sendmsg(struct socket *sock, struct msghdr *msg,
			   size_t length);
int persock_unsent_sendmsg(struct socket *sock, struct msghdr *msg,
			   size_t length);
int persock_unsent_recvmsg(struct socket *sock, struct msghdr *msg,
			   size_t length, int flags);
int persock_message_judge_uring(struct socket *sock, u32 command);
int persock_router_recvmsg(struct socket *sock, struct msghdr *msg,
			   size_t length, int flags);
void persock_report_masked(const struct persock_version *version,
			   const struct persock_call *call,
			   enum persock_section section, u32 masked);
#ifdef PERSOCK_HAVE_SENDPAGE
ssize_t persock_router_sendpage(struct socket *sock, struct page *page,
				int offset, size_t size, int flags);
#endif

#endif /* _PERSOCK_MESSAGE_H */
