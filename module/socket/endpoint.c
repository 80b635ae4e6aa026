// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoints: verdicts on addresses of INET calls; those of AF_VSOCK are in
 * vsock.c. operations.c, message.c, port.c and unsent.c ask for them. Addresses
 * are in kernel memory when proto_ops see them: the provider gets the judged
 * address.
 */
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "compat.h"
#include "policy/address.h"
#include "socket/endpoint.h"
#include "socket/endpoint_set.h"
#include "socket/host.h"
#include "socket/identity.h"
#include "socket/vsock.h"

/* The call names no address, so there is no verdict. */
#define NO_ENDPOINT 1

/*
 * An unspecified peer is the socket itself: its bound address, or the loopback
 * address. It is written to the address, so that the kernel cannot use another
 * one than the judged one if a thread binds the socket meanwhile.
 */
static void specify(const struct persock_identity *who, struct sockaddr *address,
		    int family, struct persock_endpoint *endpoint)
{
	__be32 source = htonl(INADDR_LOOPBACK);
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;

	if (who->sk && READ_ONCE(inet_sk(who->sk)->inet_saddr))
		source = READ_ONCE(inet_sk(who->sk)->inet_saddr);

	if (family == AF_INET) {
		((struct sockaddr_in *)address)->sin_addr.s_addr = source;
		memcpy(endpoint->address, &source, sizeof(source));
		return;
	}
	/* A socket that is bound to IPv4 cannot reach IPv6. */
	if (endpoint->family == AF_INET ||
	    (who->sk && ipv6_addr_v4mapped(&who->sk->sk_v6_rcv_saddr)))
		ipv6_addr_set_v4mapped(endpoint->family == AF_INET ? source :
				       htonl(INADDR_LOOPBACK),
				       &in6->sin6_addr);
	else
		in6->sin6_addr = in6addr_loopback;
	set_inet6(endpoint, &in6->sin6_addr, htons(endpoint->port));
}

/*
 * The family as which the kernel reads an address: IPv4, IPv6, none
 * (NO_ENDPOINT), or the errno with which it refuses the address.
 */
static int family_of_peer(const struct persock_identity *who,
			  const struct sockaddr *address, bool sends)
{
	switch (address->sa_family) {
	case AF_INET:
		return AF_INET;
	case AF_INET6:
		return who->family == AF_INET6 ? AF_INET6 : -EAFNOSUPPORT;
	case AF_UNSPEC:
		/* connect() dissolves an association with it. */
		if (!sends)
			return NO_ENDPOINT;
		if (who->family == AF_INET)
			return AF_INET;
		/* UDP reads it as no address; raw sockets and L2TP as IPv6. */
		return who->type == SOCK_DGRAM &&
		       (who->protocol == IPPROTO_UDP ||
			who->protocol == IPPROTO_UDPLITE) ? NO_ENDPOINT :
							    AF_INET6;
	default:
		return -EAFNOSUPPORT;
	}
}

static bool label_moves_peer(const struct sock *sk)
{
	const struct ipv6_fl_socklist *entry;

	for (entry = rcu_dereference(persock_flow_labels(sk)); entry;
	     entry = rcu_dereference(entry->next)) {
		if (entry->fl->opt && entry->fl->opt->srcrt)
			return true;
	}

	return false;
}

/*
 * Do the options of an INET sock move its peers (see detour.c)? They may be
 * older than the policy. IPPROTO_RAW implies IP_HDRINCL. RCU read side.
 */
static bool moves_peer(const struct sock *sk)
{
	const struct ip_options_rcu *options =
		rcu_dereference(inet_sk(sk)->inet_opt);
	const struct ipv6_txoptions *extensions;

	if (options && options->opt.srr)
		return true;
	if (sk->sk_type == SOCK_RAW && persock_header_included(sk))
		return true;
	if (sk->sk_family != AF_INET6)
		return false;

	extensions = rcu_dereference(inet6_sk(sk)->opt);
	if (extensions && extensions->srcrt)
		return true;

	return label_moves_peer(sk);
}

static bool is_udp(const struct persock_identity *who)
{
	return who->type == SOCK_DGRAM && who->protocol == IPPROTO_UDP;
}

/*
 * A send to the connected peer. The peer was judged when it was connected,
 * except for an address in a raw socket's message, and for a peer in phase
 * UNSENT.
 */
static int judge_unnamed(struct socket *sock, const struct persock_identity *who,
			 const struct persock_policy *policy,
			 struct persock_endpoint *endpoint,
			 struct persock_call *call)
{
	bool unsent = persock_router_of(sock)->phase != PERSOCK_PHASE_JUDGED;

	/*
	 * The peer of a stream was judged when it was connected, unless that of
	 * another program's choice may be a resolver, see query.c.
	 */
	if (!who->sk || (who->type != SOCK_RAW && !unsent) ||
	    (who->type == SOCK_STREAM &&
	     !(policy->names.nr_resolvers &&
	       who->sk->sk_dport == htons(PERSOCK_DNS_PORT))))
		return PERSOCK_ALLOW;

	call->section = PERSOCK_SECTION_CONNECT;
	if (policy->mode != PERSOCK_MODE_RECORD && moves_peer(who->sk))
		return persock_unjudged_errno(&policy->connect);
	/* Without a peer it fails, or it adds to data for another peer. */
	if (!unsent || (who->type != SOCK_STREAM &&
			READ_ONCE(who->sk->sk_state) != TCP_ESTABLISHED))
		return PERSOCK_ALLOW;
	persock_read_peer(who, endpoint);
	call->endpoint = endpoint;

	return policy->mode == PERSOCK_MODE_RECORD ?
	       PERSOCK_ALLOW :
	       persock_host_judge_peer(who, policy, endpoint, call);
}

static int judge_peer(struct socket *sock, struct sockaddr *address, int length,
		      const struct persock_policy *policy, bool sends,
		      struct persock_endpoint *endpoint,
		      struct persock_call *call)
{
	struct sockaddr_in6 copy;
	struct persock_identity who;
	int err, family;

	call->section = PERSOCK_SECTION_CONNECT;
	if (length < (int)offsetofend(struct sockaddr, sa_family))
		return -EINVAL;

	persock_identify(sock, &who);
	family = family_of_peer(&who, address, sends);
	if (family == NO_ENDPOINT)
		return sends ? judge_unnamed(sock, &who, policy, endpoint,
					     call) : PERSOCK_ALLOW;
	if (family < 0)
		return family;
	err = persock_read_address(&who, address, length, family, endpoint);
	if (err)
		return err;
	if (persock_unspecified(endpoint)) {
		/* A policy that only audits leaves the call as it is. */
		if (policy->mode != PERSOCK_MODE_ENFORCE)
			address = (struct sockaddr *)&copy;
		specify(&who, address, family, endpoint);
	}
	call->endpoint = endpoint;
	if (policy->mode == PERSOCK_MODE_RECORD)
		return PERSOCK_ALLOW;
	if (who.sk && moves_peer(who.sk))
		return persock_unjudged_errno(&policy->connect);

	return persock_host_judge_peer(&who, policy, endpoint, call);
}

/**
 * persock_endpoint_connect() - the verdict on the peer of a connect
 * @sock: the governed socket
 * @address: in kernel memory; an unspecified peer is replaced
 * @length: its length
 * @policy: the policy that judges
 * @endpoint: filled in, and pointed to by @call
 * @call: the section and rule that decided are filled in
 *
 * Context: process context, RCU read side for @policy.
 * Return: PERSOCK_ALLOW or a negative errno: that of the rule; as in the
 * kernel, -EINVAL for an address that is too short and -EAFNOSUPPORT for one
 * of another family.
 */
int persock_endpoint_connect(struct socket *sock, struct sockaddr *address,
			     int length, const struct persock_policy *policy,
			     struct persock_endpoint *endpoint,
			     struct persock_call *call)
{
	if (persock_is_vsock(sock))
		return persock_vsock_judge_peer(sock, address, length, policy,
						false, endpoint, call);
	if (!persock_reads(policy, &policy->connect) || !persock_is_inet(sock))
		return PERSOCK_ALLOW;

	return judge_peer(sock, address, length, policy, false, endpoint,
			  call);
}

/**
 * persock_endpoint_unsent() - may a peer be connected if nothing is sent to
 *			       it?
 * @sock: the governed socket
 * @policy: the policy that judges
 * @call: the call, which persock_endpoint_connect() has denied
 *
 * Context: as persock_endpoint_connect().
 * Return: true for UDP, if a rule allows the address, or a name of it, on any
 * port and protocol.
 */
bool persock_endpoint_unsent(struct socket *sock,
			     const struct persock_policy *policy,
			     const struct persock_call *call)
{
	struct persock_identity who;

	if (!call->endpoint || !persock_is_inet(sock))
		return false;
	persock_identify(sock, &who);

	return is_udp(&who) && who.sk && !moves_peer(who.sk) &&
	       persock_host_allows_unsent(&who, policy, call);
}

/**
 * persock_endpoint_send() - the verdict on a peer that a send names
 * @sock: the governed socket
 * @msg: the message; an unspecified peer is replaced
 * @policy: the policy that judges
 * @endpoint: filled in, and pointed to by @call
 * @call: the section and rule that decided are filled in
 *
 * A send that names no peer goes to the connected peer. That was judged when
 * it was connected, unless a raw socket's message has an address of its own,
 * or the socket is in phase UNSENT.
 *
 * Context: as persock_endpoint_connect().
 * Return: as persock_endpoint_connect().
 */
int persock_endpoint_send(struct socket *sock, struct msghdr *msg,
			  const struct persock_policy *policy,
			  struct persock_endpoint *endpoint,
			  struct persock_call *call)
{
	struct persock_identity who;

	if (persock_is_vsock(sock))
		return persock_vsock_judge_send(sock, msg, policy, endpoint,
						call);
	if (!persock_reads(policy, &policy->connect) || !persock_is_inet(sock))
		return PERSOCK_ALLOW;
	if (!msg->msg_name || !msg->msg_namelen) {
		persock_identify(sock, &who);
		return judge_unnamed(sock, &who, policy, endpoint, call);
	}

	return judge_peer(sock, msg->msg_name, msg->msg_namelen, policy, true,
			  endpoint, call);
}

/**
 * persock_endpoint_peer() - the peer that a send goes to
 * @who: the socket
 * @msg: the message
 * @endpoint: filled in
 *
 * Context: process context.
 * Return: false if it has none, or none that the kernel accepts.
 */
bool persock_endpoint_peer(const struct persock_identity *who,
			   const struct msghdr *msg,
			   struct persock_endpoint *endpoint)
{
	int family = NO_ENDPOINT;

	/* The kernel does not read the name of a peer of a stream. */
	if (who->type != SOCK_STREAM && msg->msg_name && msg->msg_namelen) {
		if (msg->msg_namelen <
		    (int)offsetofend(struct sockaddr, sa_family))
			return false;
		family = family_of_peer(who, msg->msg_name, true);
	}
	if (family < 0)
		return false;
	if (family != NO_ENDPOINT)
		return !persock_read_address(who, msg->msg_name,
					     msg->msg_namelen, family,
					     endpoint);
	if (!who->sk || (who->type != SOCK_STREAM &&
			 READ_ONCE(who->sk->sk_state) != TCP_ESTABLISHED))
		return false;
	persock_read_peer(who, endpoint);

	return endpoint->port;
}

/**
 * persock_endpoint_accept() - the verdict on a peer that was accepted
 * @newsock: the governed socket that accept made
 * @policy: the policy that judges
 * @endpoint: filled in, and pointed to by @call
 * @call: the section and rule that decided are filled in
 *
 * Context: as persock_endpoint_connect().
 * Return: PERSOCK_ALLOW or the errno of the rule; the errno of the default if
 * the provider does not report the peer.
 */
int persock_endpoint_accept(struct socket *newsock,
			    const struct persock_policy *policy,
			    struct persock_endpoint *endpoint,
			    struct persock_call *call)
{
	struct persock_identity who;
	int verdict;

	call->section = PERSOCK_SECTION_ACCEPT;
	if (persock_is_vsock(newsock))
		return persock_vsock_judge_accept(newsock, policy, endpoint,
						  call);
	if (!persock_restricts(&policy->accept) || !persock_is_inet(newsock))
		return PERSOCK_ALLOW;

	persock_identify(newsock, &who);
	if (!who.sk)
		return persock_unjudged_errno(&policy->accept);
	persock_read_peer(&who, endpoint);
	call->endpoint = endpoint;
	verdict = persock_judge_address(&policy->accept, endpoint, who.protocol,
					&call->rule);
	if (verdict || !persock_accepts_unseen(&who, policy))
		return verdict;

	/* A listener from before the policy: it may get other peers, too. */
	call->rule = 0;
	return persock_unjudged_errno(&policy->accept);
}
