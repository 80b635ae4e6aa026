/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kinds of sockets that the hostinet provider serves. hostinet.c asks, and
 * so does the tool's judge.c for "persock explain". Pure functions.
 */
#ifndef _PERSOCK_HOSTINET_SERVES_H
#define _PERSOCK_HOSTINET_SERVES_H

#include <linux/in.h>
#include <linux/net.h>
#include <linux/socket.h>

/**
 * persock_hostinet_serves() - see struct persock_provider_ops; seed H1
 * @type: requested type
 * @protocol: requested protocol
 *
 * Return: true for TCP and UDP.
 */
static inline bool persock_hostinet_serves(int type, int protocol)
{
	switch (type) {
	case SOCK_STREAM:
		return !protocol || protocol == IPPROTO_TCP;
	case SOCK_DGRAM:
		return !protocol || protocol == IPPROTO_UDP;
	default:
		return false;
	}
}

/**
 * persock_hostinet_serves_elsewhere() - see struct persock_provider_ops
 * @family: AF_INET or AF_INET6
 * @type: requested type
 * @protocol: requested protocol
 *
 * In the task's own network namespace the native provider serves these.
 *
 * Return: true for ping's datagram sockets, and for raw sockets, which the
 * policy must name (guard.c).
 */
static inline bool persock_hostinet_serves_elsewhere(int family, int type,
						     int protocol)
{
	if (type == SOCK_RAW)
		return true;

	return type == SOCK_DGRAM && protocol == (family == AF_INET ?
						  IPPROTO_ICMP : IPPROTO_ICMPV6);
}

#endif /* _PERSOCK_HOSTINET_SERVES_H */
