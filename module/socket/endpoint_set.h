/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conversions of the kernel's addresses to endpoints. endpoint.c uses them
 * before it judges.
 */
#ifndef _PERSOCK_ENDPOINT_SET_H
#define _PERSOCK_ENDPOINT_SET_H

#include <linux/in6.h>
#include <linux/string.h>
#include <net/ipv6.h>

#include "policy/policy.h"

static inline void set_inet(struct persock_endpoint *endpoint, __be32 address,
			    __be16 port)
{
	memset(endpoint, 0, sizeof(*endpoint));
	endpoint->family = AF_INET;
	endpoint->port = ntohs(port);
	memcpy(endpoint->address, &address, sizeof(address));
}

static inline void set_inet6_only(struct persock_endpoint *endpoint,
				  const struct in6_addr *address, __be16 port)
{
	memset(endpoint, 0, sizeof(*endpoint));
	endpoint->family = AF_INET6;
	endpoint->port = ntohs(port);
	memcpy(endpoint->address, address, sizeof(*address));
}

/* A mapped address is an IPv4 address. */
static inline void set_inet6(struct persock_endpoint *endpoint,
			     const struct in6_addr *address, __be16 port)
{
	if (ipv6_addr_v4mapped(address))
		set_inet(endpoint, address->s6_addr32[3], port);
	else
		set_inet6_only(endpoint, address, port);
}

#endif /* _PERSOCK_ENDPOINT_SET_H */
