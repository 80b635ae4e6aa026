// SPDX-License-Identifier: GPL-2.0
/*
 * Ports that nobody has named.
 *
 * Whoever lets the kernel choose often enough gets any port, so what it has
 * chosen is judged, and given back when a rule denies it. It is taken again
 * then: that a program hits upon a port that is denied is not its fault.
 *
 * The port is taken and given back with the sock locked, as the kernel does it
 * itself when a socket without a port sends and when cgroup-BPF refuses what
 * was bound. So but for bind(2), which calls the provider in between, no socket
 * is ever seen with a port that it may not have.
 */
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/inet_connection_sock.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/sock.h>

#include "endpoint.h"
#include "port.h"
#include "report.h"

/* How often a port is taken before the call is refused. */
#define TRIES 32

static struct sock *sk_of(const struct persock_router *router,
			  struct socket *sock)
{
	const struct persock_provider_ops *ops = router->provider->ops;

	if (router->class != PERSOCK_CLASS_INET || !ops->sk)
		return NULL;

	return (struct sock *)ops->sk(sock);
}

/*
 * Protocols that take a port by get_port() and can give it back. Others keep
 * what they were given: MPTCP and SCTP, which do so in sockets of their own, and
 * DCCP.
 */
static bool gives_back(const struct sock *sk)
{
	switch (sk->sk_protocol) {
	case IPPROTO_TCP:
		return sk->sk_type == SOCK_STREAM;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return sk->sk_type == SOCK_DGRAM;
	default:
		return false;
	}
}

/* The sock is locked. TCP cannot once it is more than bound. */
static bool give_back(struct sock *sk)
{
	if (!gives_back(sk) ||
	    (sk->sk_type == SOCK_STREAM && sk->sk_state != TCP_CLOSE))
		return false;
	if (sk->sk_type == SOCK_STREAM)
		inet_put_port(sk);
	else
		sk->sk_prot->unhash(sk);
	inet_sk(sk)->inet_sport = 0;

	return true;
}

/* Judge the port that @sk has, and tell of a denial that is the @last word. */
static int judge(struct persock_router *router, struct socket *sock,
		 enum persock_operation operation, bool last)
{
	struct persock_event event = { .operation = operation, .sock = sock };
	const struct persock_version *version;
	struct persock_endpoint endpoint;
	int verdict = PERSOCK_ALLOW;

	rcu_read_lock();
	version = persock_router_version(router);
	if (persock_enforces(version))
		verdict = persock_endpoint_port(sock, &version->policy,
						&endpoint, &event);
	if (verdict && last)
		verdict = persock_report(router->attachment, version, &event,
					 verdict);
	rcu_read_unlock();

	return verdict;
}

/*
 * The port that bind(2) to port 0 has brought; -EAGAIN: it is given back.
 * @ipv6only: whether the socket was so before
 */
static int judge_bound(struct persock_router *router, struct socket *sock,
		       struct sock *sk, bool ipv6only, bool last)
{
	int verdict = PERSOCK_ALLOW;

	lock_sock(sk);
	/* cgroup-BPF may have named a port, and has the last word. */
	if (inet_sk(sk)->inet_num && !(sk->sk_userlocks & SOCK_BINDPORT_LOCK))
		verdict = judge(router, sock, PERSOCK_OP_BIND,
				last || !gives_back(sk));
	if (verdict && give_back(sk)) {
		sk->sk_userlocks &= ~SOCK_BINDADDR_LOCK;
		sk->sk_ipv6only = ipv6only;
		inet_reset_saddr(sk);
		if (!last)
			verdict = -EAGAIN;
	}
	release_sock(sk);

	return verdict;
}

/**
 * persock_port_bind() - bind a socket to port 0 of an address
 * @router: the socket's
 * @sock: the governed socket; the policy restricts what it is bound to, and
 *	  allows the address with port 0
 * @address: the address
 * @length: its length
 *
 * Context: process context, may sleep.
 * Return: what the provider's bind returns; the errno of the rule that denies
 * every port that the kernel has chosen.
 */
int persock_port_bind(struct persock_router *router, struct socket *sock,
		      struct sockaddr *address, int length)
{
	struct sock *sk = sk_of(router, sock);
	struct sockaddr_storage named;
	unsigned int tries = TRIES;
	bool ipv6only;
	int err;

	if (!sk || length > (int)sizeof(named))
		return router->provider->ops->bind(sock, address, length);

	ipv6only = sk->sk_ipv6only;
	do {
		/* cgroup-BPF writes to what it is shown. */
		memcpy(&named, address, length);
		err = router->provider->ops->bind(sock,
						  (struct sockaddr *)&named,
						  length);
		if (err)
			return err;
		err = judge_bound(router, sock, sk, ipv6only, !--tries);
	} while (err == -EAGAIN);

	return err;
}

/* Take a port, and another one while it is denied. The sock is locked. */
static int take(struct persock_router *router, struct socket *sock,
		struct sock *sk, enum persock_operation operation)
{
	unsigned int tries = TRIES;
	int verdict;

	do {
		/* For the call itself to find out, and to answer. */
		if (sk->sk_prot->get_port(sk, 0))
			return PERSOCK_ALLOW;
		inet_sk(sk)->inet_sport = htons(inet_sk(sk)->inet_num);
		verdict = judge(router, sock, operation, !--tries);
		if (verdict)
			give_back(sk);
	} while (verdict && tries);

	return verdict;
}

/* A range that the socket was given while it might have one, see detour.c. */
static int judge_range(struct persock_router *router, struct socket *sock,
		       enum persock_operation operation)
{
	struct persock_event event = {
		.operation = operation,
		.section = PERSOCK_SECTION_BIND,
		.sock = sock,
	};
	const struct persock_version *version;
	int verdict = PERSOCK_ALLOW;

	rcu_read_lock();
	version = persock_router_version(router);
	if (persock_enforces(version) &&
	    persock_restricts(&version->policy.bind))
		verdict = persock_report(router->attachment, version, &event,
					 persock_refusal(&version->policy.bind));
	rcu_read_unlock();

	return verdict;
}

static bool restricts_bind(const struct persock_router *router)
{
	const struct persock_version *version;
	bool restricts;

	rcu_read_lock();
	version = persock_router_version(router);
	restricts = persock_enforces(version) &&
		    persock_restricts(&version->policy.bind);
	rcu_read_unlock();

	return restricts;
}

/**
 * persock_port_choose() - give a socket that needs one a port that it may have
 * @router: the socket's
 * @sock: the governed socket, which is about to listen, connect or send
 * @operation: which of these
 *
 * Only where the policy restricts what sockets are bound to; else the kernel
 * does so itself. It does in any case for connections of TCP, whose ports
 * others may have as well, and for protocols that cannot give a port back.
 *
 * Context: process context, may sleep.
 * Return: 0; the errno of the rule that denies every port that the kernel has
 * chosen, or of the section for a socket that has a range of ports of its own.
 */
int persock_port_choose(struct persock_router *router, struct socket *sock,
			enum persock_operation operation)
{
	struct sock *sk = sk_of(router, sock);
	int verdict = PERSOCK_ALLOW;

	if (!sk || READ_ONCE(inet_sk(sk)->inet_num) || !restricts_bind(router))
		return PERSOCK_ALLOW;
	if (persock_has_port_range(sk))
		return judge_range(router, sock, operation);
	if (!gives_back(sk) ||
	    (sk->sk_type == SOCK_STREAM && operation != PERSOCK_OP_LISTEN))
		return PERSOCK_ALLOW;

	lock_sock(sk);
	if (!inet_sk(sk)->inet_num && sk->sk_state == TCP_CLOSE)
		verdict = take(router, sock, sk, operation);
	release_sock(sk);

	return verdict;
}

/**
 * persock_port_listening() - judge what a socket listens on, once it does
 * @router: the socket's
 * @sock: the governed socket
 *
 * A thread may have dissolved what the socket was bound to between the verdict
 * and listen(), which has bound it to every address then. It ends to listen.
 *
 * Context: process context, may sleep.
 * Return: PERSOCK_ALLOW or the errno of the rule.
 */
int persock_port_listening(struct persock_router *router, struct socket *sock)
{
	struct persock_event event = {
		.operation = PERSOCK_OP_LISTEN,
		.sock = sock,
	};
	const struct persock_version *version;
	struct persock_endpoint endpoint;
	int verdict;

	rcu_read_lock();
	version = persock_router_version(router);
	verdict = persock_endpoint_listen(sock, &version->policy, &endpoint,
					  &event);
	/* What is allowed was told of before. */
	if (verdict && persock_enforces(version))
		verdict = persock_report(router->attachment, version, &event,
					 verdict);
	else
		verdict = PERSOCK_ALLOW;
	rcu_read_unlock();
	if (verdict && router->provider->ops->shutdown)
		router->provider->ops->shutdown(sock, SHUT_RDWR);

	return verdict;
}
