/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Peers by host name: verdicts on addresses that a cgroup has learnt for a
 * name, and on the resolvers. endpoint.c and query.c call these functions.
 */
#ifndef _PERSOCK_SOCKET_HOST_H
#define _PERSOCK_SOCKET_HOST_H

#include <linux/in.h>

#include "socket/identity.h"
#include "socket/report.h"

int persock_host_judge_peer(const struct persock_identity *who,
			    const struct persock_policy *policy,
			    const struct persock_endpoint *endpoint,
			    struct persock_call *call);
const char *persock_host_name(const struct persock_identity *who,
			      const struct persock_endpoint *endpoint,
			      const struct persock_call *call);
bool persock_host_allows_unsent(const struct persock_identity *who,
				const struct persock_policy *policy,
				const struct persock_call *call);

/**
 * persock_host_speaks_dns() - does a socket of this kind speak DNS?
 * @type: its type
 * @protocol: its protocol, as in rules
 *
 * Return: true for UDP and TCP, the latter including MPTCP.
 */
static inline bool persock_host_speaks_dns(int type, int protocol)
{
	return (type == SOCK_DGRAM && protocol == IPPROTO_UDP) ||
	       (type == SOCK_STREAM && protocol == IPPROTO_TCP);
}

#endif /* _PERSOCK_SOCKET_HOST_H */
