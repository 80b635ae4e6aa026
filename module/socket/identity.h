/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Identities: what a verdict on an address depends on, besides the address, and
 * how the kernel reads an address of such a socket. endpoint.c, bound.c, host.c
 * and query.c use it.
 */
#ifndef _PERSOCK_IDENTITY_H
#define _PERSOCK_IDENTITY_H

#include <linux/net.h>

#include "policy/policy.h"
#include "socket/router.h"

struct sock;
struct sockaddr_in6;

/**
 * struct persock_identity - the properties of a socket that a verdict depends on
 * @sk: its INET sock; NULL if the provider has none
 * @family: AF_INET or AF_INET6
 * @type: its type
 * @protocol: its protocol, as in rules
 * @ports: its addresses have meaningful ports; otherwise a port is judged as 0
 * @chosen: the program did not name its port
 */
struct persock_identity {
	const struct sock *sk;
	int family;
	int type;
	int protocol;
	bool ports;
	bool chosen;
};

void persock_identify(struct socket *sock, struct persock_identity *who);
int persock_read_address(const struct persock_identity *who,
			 const struct sockaddr *address, int length, int family,
			 struct persock_endpoint *endpoint);
bool persock_unspecified(const struct persock_endpoint *endpoint);
void persock_read_peer(const struct persock_identity *who,
		       struct persock_endpoint *endpoint);
int persock_write_address(const struct persock_identity *who,
			  const struct persock_endpoint *endpoint,
			  struct sockaddr_in6 *name);
bool persock_accepts_unseen(const struct persock_identity *who,
			    const struct persock_policy *policy);

/**
 * persock_is_inet() - has a socket addresses that rules are about?
 * @sock: a governed socket
 *
 * Return: true for AF_INET and AF_INET6.
 */
static inline bool persock_is_inet(const struct socket *sock)
{
	return persock_router_of(sock)->class == PERSOCK_CLASS_INET;
}

#endif /* _PERSOCK_IDENTITY_H */
