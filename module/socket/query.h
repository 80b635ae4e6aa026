/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DNS queries: sends of governed sockets to a resolver of their policies.
 * message.c and unsent.c call these functions.
 */
#ifndef _PERSOCK_QUERY_H
#define _PERSOCK_QUERY_H

#include <linux/net.h>

#include "cgroup/view.h"
#include "policy/dns.h"
#include "socket/identity.h"
#include "socket/report.h"

struct persock_exchange;

/**
 * struct persock_query - a query that is about to be sent
 * @exchange: the socket's
 * @who: the socket
 * @resolver: where it goes
 * @complete: it is complete; in a stream more of it may follow
 * @whole: the kernel would send it as it is, in one datagram
 * @readable: it is a query with one question
 * @refused: a layer has denied it, and the module answers it
 * @taken: number of bytes of the program's message that are in it
 * @length: length of @data
 * @question: its question, if it is @readable
 * @data: what is sent: a copy, so that the program cannot change it after the
 *	  verdict
 */
struct persock_query {
	struct persock_exchange *exchange;
	struct persock_identity who;
	struct persock_endpoint resolver;
	bool complete;
	bool whole;
	bool readable;
	bool refused;
	unsigned int taken;
	unsigned int length;
	struct persock_question question;
	u8 data[2 + PERSOCK_DNS_QUERY_MAX];
};

struct persock_query *persock_query_begin(struct persock_router *router,
					  struct socket *sock,
					  struct msghdr *msg, size_t length);
int persock_query_judge(const struct persock_version *version,
			struct persock_call *call, struct persock_query *query);
int persock_query_finish(struct persock_query *query,
			 struct persock_router *router, struct socket *sock,
			 struct msghdr *msg, int verdict);
int persock_query_stream(struct persock_router *router, struct socket *sock,
			 struct msghdr *msg, bool *asks);
int persock_query_peer(const struct persock_router *router,
		       struct socket *sock);
void persock_query_flush(struct persock_router *router,
			 struct persock_exchange *exchange);
bool persock_view_has_resolver(const struct persock_view *view,
			       const struct persock_endpoint *endpoint);

#endif /* _PERSOCK_QUERY_H */
