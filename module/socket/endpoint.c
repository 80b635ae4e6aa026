// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoints: verdicts on addresses of INET calls. operations.c, message.c,
 * port.c and unsent.c ask for them. Addresses are in kernel memory when
 * proto_ops see them: the provider gets the judged address.
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
#include "policy/request.h"
#include "socket/endpoint.h"
#include "socket/endpoint_set.h"

/* The call names no address, so there is no verdict. */
#define NO_ENDPOINT 1

/* The shortest address that IPv6 accepts: without a scope (RFC 2133). */
#define IN6_SHORTEST offsetofend(struct sockaddr_in6, sin6_addr)

/**
 * struct identity - the properties of a socket that a verdict depends on
 * @sk: its INET sock; NULL if the provider has none
 * @family: AF_INET or AF_INET6
 * @type: its type
 * @protocol: its protocol, as in rules
 * @ports: its addresses have meaningful ports; otherwise a port is judged as 0
 * @chosen: the program did not name its port
 */
struct identity {
	const struct sock *sk;
	int family;
	int type;
	int protocol;
	bool ports;
	bool chosen;
};

static void identify(struct socket *sock, struct identity *who)
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

/* @family: the family as which the kernel reads the address. */
static int read_address(const struct identity *who,
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

static bool unspecified(const struct persock_endpoint *endpoint)
{
	static const u8 any[sizeof(endpoint->address)];

	return !memcmp(endpoint->address, any, sizeof(any));
}

/*
 * An unspecified peer is the socket itself: its bound address, or the loopback
 * address. It is written to the address, so that the kernel cannot use another
 * one than the judged one if a thread binds the socket meanwhile.
 */
static void specify(const struct identity *who, struct sockaddr *address,
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
static int family_of_peer(const struct identity *who,
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

static bool is_udp(const struct identity *who)
{
	return who->type == SOCK_DGRAM && who->protocol == IPPROTO_UDP;
}

/* The current peer of an INET sock. */
static void read_peer(const struct identity *who,
		      struct persock_endpoint *endpoint)
{
	const struct sock *sk = who->sk;

	if (sk->sk_family == AF_INET)
		set_inet(endpoint, sk->sk_daddr, sk->sk_dport);
	else
		set_inet6(endpoint, &sk->sk_v6_daddr, sk->sk_dport);
}

/*
 * A send to the connected peer. The peer was judged when it was connected,
 * except for an address in a raw socket's message, and for a peer in phase
 * UNSENT.
 */
static int judge_unnamed(struct socket *sock, const struct identity *who,
			 const struct persock_policy *policy,
			 struct persock_endpoint *endpoint,
			 struct persock_call *call)
{
	bool unsent = persock_router_of(sock)->phase != PERSOCK_JUDGED;

	if (!who->sk || (who->type != SOCK_RAW && !unsent))
		return PERSOCK_ALLOW;

	call->section = PERSOCK_SECTION_CONNECT;
	if (moves_peer(who->sk))
		return persock_unjudged_errno(&policy->connect);
	/* Without a peer it fails, or it adds to data for another peer. */
	if (!unsent || READ_ONCE(who->sk->sk_state) != TCP_ESTABLISHED)
		return PERSOCK_ALLOW;
	read_peer(who, endpoint);
	call->endpoint = endpoint;

	return persock_judge_address(&policy->connect, endpoint, who->protocol,
				     &call->rule);
}

static int judge_peer(struct socket *sock, struct sockaddr *address, int length,
		      const struct persock_policy *policy, bool sends,
		      struct persock_endpoint *endpoint,
		      struct persock_call *call)
{
	struct sockaddr_in6 copy;
	struct identity who;
	int err, family;

	call->section = PERSOCK_SECTION_CONNECT;
	if (length < (int)offsetofend(struct sockaddr, sa_family))
		return -EINVAL;

	identify(sock, &who);
	family = family_of_peer(&who, address, sends);
	if (family == NO_ENDPOINT)
		return sends ? judge_unnamed(sock, &who, policy, endpoint,
					     call) : PERSOCK_ALLOW;
	if (family < 0)
		return family;
	err = read_address(&who, address, length, family, endpoint);
	if (err)
		return err;
	if (unspecified(endpoint)) {
		/* A policy that only audits leaves the call as it is. */
		if (policy->mode != PERSOCK_MODE_ENFORCE)
			address = (struct sockaddr *)&copy;
		specify(&who, address, family, endpoint);
	}
	call->endpoint = endpoint;
	if (who.sk && moves_peer(who.sk))
		return persock_unjudged_errno(&policy->connect);

	return persock_judge_address(&policy->connect, endpoint, who.protocol,
				     &call->rule);
}

static bool is_inet(struct socket *sock)
{
	return persock_router_of(sock)->class == PERSOCK_CLASS_INET;
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
	if (!persock_restricts(&policy->connect) || !is_inet(sock))
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
 * Return: true for UDP, if a rule allows the address on any port and protocol.
 */
bool persock_endpoint_unsent(struct socket *sock,
			     const struct persock_policy *policy,
			     const struct persock_call *call)
{
	struct identity who;

	if (!call->endpoint)
		return false;
	identify(sock, &who);

	return is_udp(&who) && who.sk && !moves_peer(who.sk) &&
	       persock_address_has_allowed(&policy->connect, call->endpoint,
					   who.protocol);
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
	struct identity who;

	if (!persock_restricts(&policy->connect) || !is_inet(sock))
		return PERSOCK_ALLOW;
	if (!msg->msg_name || !msg->msg_namelen) {
		identify(sock, &who);
		return judge_unnamed(sock, &who, policy, endpoint, call);
	}

	return judge_peer(sock, msg->msg_name, msg->msg_namelen, policy, true,
			  endpoint, call);
}

typedef int (*judge_t)(const struct persock_addresses *addresses,
		       const struct persock_endpoint *endpoint, int protocol,
		       unsigned int *rule);

/*
 * Judge a bind. "::" of a socket that is not IPv6-only is also every IPv4
 * address. An IPv6-only socket stays so: see option.c. @judge is
 * persock_judge_address(), or persock_judge_chosen() if the program has not
 * named the port.
 */
static int judge_bound(const struct identity *who, judge_t judge,
		       const struct persock_policy *policy,
		       struct persock_endpoint *endpoint,
		       struct persock_call *call)
{
	int verdict;

	call->endpoint = endpoint;
	verdict = judge(&policy->bind, endpoint, who->protocol, &call->rule);
	if (verdict || endpoint->family != AF_INET6 || !unspecified(endpoint))
		return verdict;
	/* A raw socket has one family only. */
	if (who->type == SOCK_RAW || (who->sk && who->sk->sk_ipv6only))
		return verdict;

	endpoint->family = AF_INET;
	return judge(&policy->bind, endpoint, who->protocol, &call->rule);
}

/**
 * persock_endpoint_bind() - the verdict on an address that is bound
 * @sock: the governed socket
 * @address: in kernel memory
 * @length: its length
 * @policy: the policy that judges
 * @endpoint: filled in, and pointed to by @call
 * @call: the section and rule that decided are filled in
 *
 * Context: as persock_endpoint_connect().
 * Return: as persock_endpoint_connect().
 */
int persock_endpoint_bind(struct socket *sock, struct sockaddr *address,
			  int length, const struct persock_policy *policy,
			  struct persock_endpoint *endpoint,
			  struct persock_call *call)
{
	struct identity who;
	int err;

	call->section = PERSOCK_SECTION_BIND;
	if (!persock_restricts(&policy->bind) || !is_inet(sock))
		return PERSOCK_ALLOW;
	if (length < (int)offsetofend(struct sockaddr, sa_family))
		return -EINVAL;

	identify(sock, &who);
	/* IPv4 sockets accept AF_UNSPEC as an old spelling of AF_INET. */
	if (address->sa_family != who.family &&
	    (address->sa_family != AF_UNSPEC || who.family != AF_INET))
		return -EAFNOSUPPORT;
	err = read_address(&who, address, length, who.family, endpoint);
	if (err)
		return err;

	return judge_bound(&who, persock_judge_address, policy, endpoint, call);
}

/* The bound address and port; all zero if the socket is not bound. */
static void read_bound(const struct identity *who,
		       struct persock_endpoint *endpoint)
{
	const struct inet_sock *inet = who->sk ? inet_sk(who->sk) : NULL;

	if (inet && who->family == AF_INET6) {
		set_inet6(endpoint, &who->sk->sk_v6_rcv_saddr, 0);
	} else if (inet) {
		set_inet(endpoint, inet->inet_rcv_saddr, 0);
	} else {
		memset(endpoint, 0, sizeof(*endpoint));
		endpoint->family = who->family;
	}
	if (inet)
		endpoint->port = READ_ONCE(inet->inet_num);
}

/*
 * Has the program named the port of its socket? It can do so by bind(2), or by
 * a range of ports (see detour.c), which it may have set before the policy.
 */
static bool port_is_named(const struct identity *who)
{
	return who->sk && ((who->sk->sk_userlocks & SOCK_BINDPORT_LOCK &&
			    !who->chosen) || persock_has_port_range(who->sk));
}

/**
 * persock_endpoint_port() - the verdict on a port that the kernel has chosen
 * @sock: the governed socket, which has the port
 * @policy: the policy that judges
 * @endpoint: filled in, and pointed to by @call
 * @call: the section and rule that decided are filled in
 *
 * Context: as persock_endpoint_connect(); the sock may be locked.
 * Return: PERSOCK_ALLOW or the errno of the rule.
 */
int persock_endpoint_port(struct socket *sock,
			  const struct persock_policy *policy,
			  struct persock_endpoint *endpoint,
			  struct persock_call *call)
{
	struct identity who;

	call->section = PERSOCK_SECTION_BIND;
	if (!persock_restricts(&policy->bind) || !is_inet(sock))
		return PERSOCK_ALLOW;
	identify(sock, &who);
	if (!who.ports)
		return PERSOCK_ALLOW;
	read_bound(&who, endpoint);

	return judge_bound(&who, port_is_named(&who) ? persock_judge_address :
						       persock_judge_chosen,
			   policy, endpoint, call);
}

/**
 * persock_endpoint_chosen() - the verdict on a port chosen for a bind
 * @sock: the governed socket
 * @address: the address to be bound, with that port
 * @length: its length
 * @policy: the policy that judges
 * @endpoint: filled in, and pointed to by @call
 * @call: the section and rule that decided are filled in
 *
 * Context: as persock_endpoint_connect(); the sock may be locked.
 * Return: PERSOCK_ALLOW or the errno of the rule.
 */
int persock_endpoint_chosen(struct socket *sock, const struct sockaddr *address,
			    int length, const struct persock_policy *policy,
			    struct persock_endpoint *endpoint,
			    struct persock_call *call)
{
	struct identity who;
	int err;

	call->section = PERSOCK_SECTION_BIND;
	identify(sock, &who);
	err = read_address(&who, address, length, who.family, endpoint);
	if (err)
		return err;
	if (who.sk && persock_has_port_range(who.sk))
		return judge_bound(&who, persock_judge_address, policy,
				   endpoint, call);
	return judge_bound(&who, persock_judge_chosen, policy, endpoint, call);
}

/*
 * Can the socket get peers without accept()? SCTP's one-to-many sockets get
 * associations. MPTCP's get more addresses of a peer, which is allowed if a
 * policy names MPTCP.
 */
static bool accepts_unseen(const struct identity *who,
			   const struct persock_policy *policy)
{
	if (who->sk && who->sk->sk_protocol == IPPROTO_MPTCP)
		return !persock_names_mptcp(&policy->sockets, who->family);

	return who->protocol == IPPROTO_SCTP && who->type == SOCK_SEQPACKET;
}

/**
 * persock_endpoint_fill_bound() - set a call's endpoint to the bound address
 * @sock: the governed socket
 * @endpoint: filled in, and pointed to by @call, for an INET socket
 * @call: a call whose verdict no address has decided
 *
 * Context: process context.
 */
void persock_endpoint_fill_bound(struct socket *sock,
				 struct persock_endpoint *endpoint,
				 struct persock_call *call)
{
	struct identity who;

	if (!is_inet(sock))
		return;
	identify(sock, &who);
	read_bound(&who, endpoint);
	call->endpoint = endpoint;
}

/**
 * persock_endpoint_listen() - the verdict on the address of a listener
 * @sock: the governed socket
 * @policy: the policy that judges
 * @endpoint: filled in, and pointed to by @call
 * @call: the section and rule that decided are filled in
 *
 * A socket may have been bound without a bind(): by listen(), or by an earlier
 * connection. A port that the kernel chose is allowed if port 0, with which a
 * program requests one, is allowed and no rule denies it.
 *
 * If the policy restricts accepted peers, sockets that get peers without
 * accept() may not listen.
 *
 * Context: as persock_endpoint_connect().
 * Return: PERSOCK_ALLOW or the errno of the rule.
 */
int persock_endpoint_listen(struct socket *sock,
			    const struct persock_policy *policy,
			    struct persock_endpoint *endpoint,
			    struct persock_call *call)
{
	struct identity who;
	int verdict;
	u16 port;

	if (!is_inet(sock))
		return PERSOCK_ALLOW;
	identify(sock, &who);
	if (persock_restricts(&policy->accept) &&
	    accepts_unseen(&who, policy)) {
		call->section = PERSOCK_SECTION_ACCEPT;
		persock_endpoint_fill_bound(sock, endpoint, call);
		return persock_unjudged_errno(&policy->accept);
	}
	if (!persock_restricts(&policy->bind))
		return PERSOCK_ALLOW;

	call->section = PERSOCK_SECTION_BIND;
	read_bound(&who, endpoint);
	verdict = judge_bound(&who, persock_judge_address, policy, endpoint,
			      call);
	port = endpoint->port;
	if (!verdict || !port || port_is_named(&who))
		return verdict;

	read_bound(&who, endpoint);
	verdict = judge_bound(&who, persock_judge_chosen, policy, endpoint,
			      call);
	if (verdict)
		return verdict;
	read_bound(&who, endpoint);
	endpoint->port = 0;
	verdict = judge_bound(&who, persock_judge_address, policy, endpoint,
			      call);
	/* Report the port on which it would have listened. */
	endpoint->port = port;

	return verdict;
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
	struct identity who;
	int verdict;

	call->section = PERSOCK_SECTION_ACCEPT;
	if (!persock_restricts(&policy->accept) || !is_inet(newsock))
		return PERSOCK_ALLOW;

	identify(newsock, &who);
	if (!who.sk)
		return persock_unjudged_errno(&policy->accept);
	read_peer(&who, endpoint);
	call->endpoint = endpoint;
	verdict = persock_judge_address(&policy->accept, endpoint, who.protocol,
					&call->rule);
	if (verdict || !accepts_unseen(&who, policy))
		return verdict;

	/* A listener from before the policy: it may get other peers, too. */
	call->rule = 0;
	return persock_unjudged_errno(&policy->accept);
}
