// SPDX-License-Identifier: GPL-2.0
/*
 * Identities of sockets: their kind as rules know it, and their addresses as
 * the kernel reads them. The files of socket/ that judge addresses call these
 * functions.
 */
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "policy/guard.h"
#include "policy/request.h"
#include "socket/endpoint_set.h"
#include "socket/flags.h"
#include "socket/identity.h"

/* The shortest address that IPv6 accepts: without a scope (RFC 2133). */
#define IN6_SHORTEST offsetofend(struct sockaddr_in6, sin6_addr)

/**
 * persock_identify() - fill in the identity of a socket
 * @sock: the governed socket
 * @who: filled in
 *
 * Context: any; does not sleep.
 */
void persock_identify(struct socket *sock, struct persock_identity *who)
{
	const struct persock_provider_ops *ops =
		persock_router_of(sock)->provider->ops;

	who->sk = ops->sk ? ops->sk(sock) : NULL;
	who->family = AF_INET;
	who->type = sock->type;
	who->protocol = 0;
	if (ops->type)
		ops->type(sock, &who->family, &who->type, &who->protocol);
	/* On the wire it is TCP for a peer without MPTCP. */
	if (who->protocol == IPPROTO_MPTCP)
		who->protocol = IPPROTO_TCP;
	if (who->type == SOCK_RAW)
		who->protocol &= U8_MAX;
	who->ports = persock_has_ports(who->type, who->protocol);
	who->chosen = test_bit(PERSOCK_PORT_CHOSEN, &sock->flags);
}

/**
 * persock_read_address() - read an address as the kernel does
 * @who: the socket
 * @address: in kernel memory
 * @length: its length
 * @family: the family as which the kernel reads it: AF_INET or AF_INET6
 * @endpoint: filled in
 *
 * Return: 0, or -EINVAL for an address that is too short.
 */
int persock_read_address(const struct persock_identity *who,
			 const struct sockaddr *address, int length, int family,
			 struct persock_endpoint *endpoint)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;

	if (length < (int)(family == AF_INET ? sizeof(*in) : IN6_SHORTEST))
		return -EINVAL;
	if (family == AF_INET)
		set_inet(endpoint, in->sin_addr.s_addr, in->sin_port);
	else if (who->type == SOCK_RAW) /* sends IPv6 to mapped ones, too */
		set_inet6_only(endpoint, &in6->sin6_addr, in6->sin6_port);
	else
		set_inet6(endpoint, &in6->sin6_addr, in6->sin6_port);
	if (!who->ports)
		endpoint->port = 0;

	return 0;
}

/**
 * persock_unspecified() - is it no particular address?
 * @endpoint: the endpoint
 *
 * Return: true for 0.0.0.0 and "::".
 */
bool persock_unspecified(const struct persock_endpoint *endpoint)
{
	static const u8 any[sizeof(endpoint->address)];

	return !memcmp(endpoint->address, any, sizeof(any));
}

/**
 * persock_read_peer() - the current peer of an INET socket
 * @who: the socket; it has a sock
 * @endpoint: filled in
 */
void persock_read_peer(const struct persock_identity *who,
		       struct persock_endpoint *endpoint)
{
	const struct sock *sk = who->sk;

	if (sk->sk_family == AF_INET)
		set_inet(endpoint, sk->sk_daddr, sk->sk_dport);
	else
		set_inet6(endpoint, &sk->sk_v6_daddr, sk->sk_dport);
}

/**
 * persock_write_address() - write an address as a socket expects it
 * @who: the socket
 * @endpoint: the address
 * @name: filled in; room for an IPv6 address
 *
 * Return: its length in bytes.
 */
int persock_write_address(const struct persock_identity *who,
			  const struct persock_endpoint *endpoint,
			  struct sockaddr_in6 *name)
{
	struct sockaddr_in *in = (struct sockaddr_in *)name;
	__be32 address;

	memset(name, 0, sizeof(*name));
	memcpy(&address, endpoint->address, sizeof(address));
	if (who->family == AF_INET) {
		in->sin_family = AF_INET;
		in->sin_port = htons(endpoint->port);
		in->sin_addr.s_addr = address;
		return sizeof(*in);
	}

	name->sin6_family = AF_INET6;
	name->sin6_port = htons(endpoint->port);
	if (endpoint->family == AF_INET)
		ipv6_addr_set_v4mapped(address, &name->sin6_addr);
	else
		memcpy(&name->sin6_addr, endpoint->address,
		       sizeof(name->sin6_addr));

	return sizeof(*name);
}

/**
 * persock_accepts_unseen() - can a socket get peers without accept()?
 * @who: the socket
 * @policy: the policy that judges
 *
 * SCTP's one-to-many sockets get associations. MPTCP's get more addresses of a
 * peer, which is allowed if a policy names MPTCP.
 *
 * Return: true if it can.
 */
bool persock_accepts_unseen(const struct persock_identity *who,
			    const struct persock_policy *policy)
{
	if (who->sk && who->sk->sk_protocol == IPPROTO_MPTCP)
		return !persock_names_mptcp(&policy->sockets, who->family);

	return who->protocol == IPPROTO_SCTP && who->type == SOCK_SEQPACKET;
}
