// SPDX-License-Identifier: GPL-2.0
/*
 * Bound addresses: verdicts on the address and the port that a socket has, or
 * is about to get. operations.c asks for a bind and a listen, port.c for ports
 * that the kernel has chosen.
 */
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "compat.h"
#include "policy/address.h"
#include "policy/host.h"
#include "socket/endpoint.h"
#include "socket/endpoint_set.h"
#include "socket/host.h"
#include "socket/identity.h"
#include "socket/vsock.h"

typedef int (*judge_t)(const struct persock_addresses *addresses,
		       const struct persock_endpoint *endpoint, int protocol,
		       unsigned int *rule);

/*
 * Judge a bind. "::" of a socket that is not IPv6-only is also every IPv4
 * address. An IPv6-only socket stays so: see option.c. @judge is
 * persock_judge_address(), or persock_judge_chosen() if the program has not
 * named the port.
 */
static int judge_bound(const struct persock_identity *who, judge_t judge,
		       const struct persock_policy *policy,
		       struct persock_endpoint *endpoint,
		       struct persock_call *call)
{
	int verdict;

	call->endpoint = endpoint;
	verdict = judge(&policy->bind, endpoint, who->protocol, &call->rule);
	if (verdict || endpoint->family != AF_INET6 || !persock_unspecified(endpoint))
		return verdict;
	/* A raw socket has one family only. */
	if (who->type == SOCK_RAW || (who->sk && who->sk->sk_ipv6only))
		return verdict;

	endpoint->family = AF_INET;
	return judge(&policy->bind, endpoint, who->protocol, &call->rule);
}

/*
 * Would the socket have the port of resolvers? It could send itself answers
 * that seem to be theirs: a resolver's address may be one of the machine's own
 * (127.0.0.53), and with options (IPV6_FREEBIND, IP_TRANSPARENT, IP_PKTINFO)
 * the source of a datagram is not the address that was bound.
 */
static bool poses_as_resolver(const struct persock_identity *who,
			      const struct persock_policy *policy,
			      const struct persock_endpoint *endpoint)
{
	return policy->names.nr_resolvers &&
	       endpoint->port == PERSOCK_DNS_PORT &&
	       persock_host_speaks_dns(who->type, who->protocol);
}

/* Does the rule that decided name just one port? */
static bool names_port(const struct persock_policy *policy, unsigned int rule)
{
	return rule && policy->bind.rules[rule - 1].first ==
		       policy->bind.rules[rule - 1].last;
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
 * If the policy has rules on host names, port 53 of UDP and TCP is for resolvers
 * unless a rule allows just this port.
 *
 * Context: as persock_endpoint_connect().
 * Return: as persock_endpoint_connect().
 */
int persock_endpoint_bind(struct socket *sock, struct sockaddr *address,
			  int length, const struct persock_policy *policy,
			  struct persock_endpoint *endpoint,
			  struct persock_call *call)
{
	bool restricts = persock_restricts(&policy->bind);
	struct persock_identity who;
	int err, verdict;

	call->section = PERSOCK_SECTION_BIND;
	if (persock_is_vsock(sock))
		return persock_vsock_judge_bind(sock, address, length, policy,
						endpoint, call);
	if ((!persock_reads(policy, &policy->bind) &&
	     !policy->names.nr_resolvers) || !persock_is_inet(sock))
		return PERSOCK_ALLOW;
	if (length < (int)offsetofend(struct sockaddr, sa_family))
		return -EINVAL;

	persock_identify(sock, &who);
	/* IPv4 sockets accept AF_UNSPEC as an old spelling of AF_INET. */
	if (address->sa_family != who.family &&
	    (address->sa_family != AF_UNSPEC || who.family != AF_INET))
		return -EAFNOSUPPORT;
	err = persock_read_address(&who, address, length, who.family, endpoint);
	if (err)
		return err;
	if (policy->mode == PERSOCK_MODE_RECORD) {
		call->endpoint = endpoint;
		return PERSOCK_ALLOW;
	}
	if (!restricts && !poses_as_resolver(&who, policy, endpoint))
		return PERSOCK_ALLOW;

	verdict = judge_bound(&who, persock_judge_address, policy, endpoint,
			      call);
	if (verdict || !poses_as_resolver(&who, policy, endpoint) ||
	    names_port(policy, call->rule))
		return verdict;

	call->rule = 0;
	return persock_unjudged_errno(&policy->bind);
}

/* The bound address and port; all zero if the socket is not bound. */
static void read_bound(const struct persock_identity *who,
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
static bool port_is_named(const struct persock_identity *who)
{
	return who->sk && ((who->sk->sk_userlocks & SOCK_BINDPORT_LOCK &&
			    !who->chosen) || persock_has_port_range(who->sk));
}

/**
 * persock_endpoint_named() - the bound address, as the program has named it
 * @sock: the governed socket
 * @endpoint: filled in, with port 0 if the kernel has chosen it, or will
 *
 * Context: process context.
 * Return: false if @sock is no INET socket.
 */
bool persock_endpoint_named(struct socket *sock,
			    struct persock_endpoint *endpoint)
{
	struct persock_identity who;

	if (!persock_is_inet(sock))
		return false;
	persock_identify(sock, &who);
	read_bound(&who, endpoint);
	if (!port_is_named(&who))
		endpoint->port = 0;

	return true;
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
	struct persock_identity who;

	call->section = PERSOCK_SECTION_BIND;
	if (!persock_restricts(&policy->bind) || !persock_is_inet(sock))
		return PERSOCK_ALLOW;
	persock_identify(sock, &who);
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
	struct persock_identity who;
	int err;

	call->section = PERSOCK_SECTION_BIND;
	persock_identify(sock, &who);
	err = persock_read_address(&who, address, length, who.family, endpoint);
	if (err)
		return err;
	if (who.sk && persock_has_port_range(who.sk))
		return judge_bound(&who, persock_judge_address, policy,
				   endpoint, call);
	return judge_bound(&who, persock_judge_chosen, policy, endpoint, call);
}

/**
 * persock_endpoint_fill_bound() - set a call's endpoint to the bound address
 * @sock: the governed socket
 * @endpoint: filled in, and pointed to by @call, for an INET socket; that of
 *	      AF_VSOCK is filled in before, or its family is 0
 * @call: a call whose verdict no address has decided
 *
 * Context: process context.
 */
void persock_endpoint_fill_bound(struct socket *sock,
				 struct persock_endpoint *endpoint,
				 struct persock_call *call)
{
	struct persock_identity who;

	if (persock_is_vsock(sock) && endpoint->family)
		call->endpoint = endpoint;
	if (!persock_is_inet(sock))
		return;
	persock_identify(sock, &who);
	read_bound(&who, endpoint);
	call->endpoint = endpoint;
}

/**
 * persock_endpoint_listen() - the verdict on the address of a listener
 * @sock: the governed socket
 * @policy: the policy that judges
 * @endpoint: filled in, and pointed to by @call; that of AF_VSOCK is filled in
 *	      before
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
	struct persock_identity who;
	int verdict;
	u16 port;

	if (persock_is_vsock(sock))
		return persock_vsock_judge_listen(sock, policy, endpoint, call);
	if (!persock_is_inet(sock))
		return PERSOCK_ALLOW;
	persock_identify(sock, &who);
	if (persock_restricts(&policy->accept) &&
	    persock_accepts_unseen(&who, policy)) {
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
