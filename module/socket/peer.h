/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The cache of datagram peers that a policy has allowed recently. A program
 * that names the peer with every datagram names the same few: message.c looks
 * them up here and not among the rules each time.
 */
#ifndef _PERSOCK_PEER_H
#define _PERSOCK_PEER_H

#include <linux/hash.h>
#include <linux/in.h>
#include <linux/percpu.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "socket/pass.h"

#define PERSOCK_PEER_BITS	4

/**
 * struct persock_peer - an IPv4 peer that UDP may send to
 * @view: number of the view that allows it; 0: none
 * @name: family, port and address, the first 8 bytes of the socket address
 *
 * A peer that is allowed by a host name, and a resolver, is not remembered.
 */
struct persock_peer {
	u64 view;
	u64 name;
};

DECLARE_PER_CPU(struct persock_peer, persock_peers[1 << PERSOCK_PEER_BITS]);

/*
 * May sends of a socket be cached? Only view and name differ between cached
 * sends. Everything else that the verdict on a peer depends on is the same: UDP
 * over IPv4, no option of the socket that would send elsewhere (see
 * endpoint.c).
 */
static __always_inline bool
persock_peer_is_plain(const struct persock_router *router,
		      const struct sock *sk, const struct msghdr *msg)
{
	return router->native && sk->sk_family == AF_INET &&
	       sk->sk_protocol == IPPROTO_UDP && sk->sk_type == SOCK_DGRAM &&
	       !msg->msg_controllen &&
	       !rcu_access_pointer(inet_sk(sk)->inet_opt);
}

/*
 * The name of a peer for the cache: a specified address; 0: the send is not
 * cached.
 */
static __always_inline u64 persock_peer_name(const struct persock_router *router,
					     const struct socket *sock,
					     const struct msghdr *msg)
{
	const struct sockaddr_in *address = msg->msg_name;

	static_assert(offsetofend(struct sockaddr_in, sin_addr) == sizeof(u64));
	if (!persock_peer_is_plain(router, sock->sk, msg) ||
	    msg->msg_namelen != sizeof(*address) ||
	    address->sin_family != AF_INET || !address->sin_addr.s_addr)
		return 0;

	return *(const u64 *)address;
}

/* The same of a port and an address. */
static __always_inline u64 persock_peer_pack(__be16 port, __be32 address)
{
	const union {
		struct sockaddr_in in;
		u64 name;
	} peer = {
		.in.sin_family = AF_INET,
		.in.sin_port = port,
		.in.sin_addr.s_addr = address,
	};

	return peer.name;
}

/* The same for a send that goes to the connected peer. */
static __always_inline u64
persock_peer_connected(const struct persock_router *router,
		       const struct socket *sock, const struct msghdr *msg)
{
	const struct sock *sk = sock->sk;

	if (!persock_peer_is_plain(router, sk, msg) ||
	    READ_ONCE(sk->sk_state) != TCP_ESTABLISHED)
		return 0;

	return persock_peer_pack(READ_ONCE(sk->sk_dport),
				 READ_ONCE(sk->sk_daddr));
}

static __always_inline struct persock_peer *persock_peer_entry(u64 name)
{
	return this_cpu_ptr(&persock_peers[hash_64(name, PERSOCK_PEER_BITS)]);
}

/**
 * persock_peer_pass() - does a send to a peer pass?
 * @router: the socket's
 * @name: persock_peer_name() or persock_peer_connected()
 * @msg: the message
 *
 * Context: any; does not sleep.
 * Return: true if it passes, and was counted; false if it must be judged.
 */
static __always_inline bool persock_peer_pass(const struct persock_router *router,
					      u64 name,
					      const struct msghdr *msg)
{
	const struct persock_shortcut *shortcut;
	const struct persock_peer *entry;
	const struct persock_view *view;
	bool passes;

	if (!name)
		return false;

	/* One view says which flags pass, and whether the peer does. */
	rcu_read_lock_sched();
	view = persock_router_view(router);
	shortcut = (const void *)view + router->shortcut;
	entry = persock_peer_entry(name);
	passes = entry->name == name &&
		 entry->view == view->number &&
		 !(msg->msg_flags & ~PERSOCK_KERNEL_SEND_FLAGS & shortcut->send);

	return persock_pass_end(router, PERSOCK_OP_SENDMSG, shortcut->counts,
				passes);
}

/**
 * persock_peer_allowed() - remember that a peer was allowed
 * @router: the socket's
 * @view: the view that allowed it
 * @sock: the governed socket
 * @msg: the judged message
 * @endpoint: the peer, as it was judged; of family 0 if it was not
 *
 * Context: process context, like every send of a governed socket; does not
 * sleep.
 */
static inline void persock_peer_allowed(const struct persock_router *router,
					const struct persock_view *view,
					const struct socket *sock,
					const struct msghdr *msg,
					const struct persock_endpoint *endpoint)
{
	struct persock_peer *entry;
	__be32 address;
	u64 name;

	if (endpoint->family != AF_INET ||
	    !persock_peer_is_plain(router, sock->sk, msg))
		return;

	memcpy(&address, endpoint->address, sizeof(address));
	name = persock_peer_pack(htons(endpoint->port), address);
	preempt_disable();
	entry = persock_peer_entry(name);
	entry->name = name;
	entry->view = view->number;
	preempt_enable();
}

#endif /* _PERSOCK_PEER_H */
