// SPDX-License-Identifier: GPL-2.0
/*
 * Ports that the kernel chooses: their verdict, and the choice of another port
 * if one is denied. operations.c, message.c, sendpage.c and unsent.c call this
 * when a call gives a port to a socket that has none.
 *
 * A program that lets the kernel choose often enough gets any port, so a port
 * is judged before the socket may use it. If it is denied, persock takes
 * another one: a program that gets a denied port by chance has done nothing
 * wrong.
 *
 * A thread can make others wait for a sock's lock for as long as it likes, by
 * a call that sleeps in its memory. So persock cannot judge a port after it
 * has taken effect: the verdict would wait while the port is used. A port is
 * judged in the same hold of the lock in which it is taken, or persock judges
 * it by number and binds to that number. A program cannot give the port up
 * (connect() to AF_UNSPEC) to get one without a verdict.
 */
#include <linux/minmax.h>
#include <linux/net.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/inet_connection_sock.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/sock.h>

#include "compat.h"
#include "socket/endpoint.h"
#include "socket/flags.h"
#include "socket/judge.h"
#include "socket/port.h"
#include "socket/report.h"

/* Number of ports that are tried before the call is refused. */
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
 * Can the protocol take a port by get_port() and give it back? Others keep it:
 * MPTCP and SCTP, which take ports in sockets of their own, and DCCP.
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

/* The numbers of raw and ping sockets are no ports. */
static bool takes_port(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_MPTCP ||
	       persock_has_ports(sk->sk_type, sk->sk_protocol);
}

/*
 * The sock is locked. TCP cannot give a port back once it is more than bound.
 */
static bool give_back(struct sock *sk)
{
	if (!gives_back(sk) ||
	    (sk->sk_type == SOCK_STREAM && sk->sk_state != TCP_CLOSE))
		return false;
	if (sk->sk_type == SOCK_STREAM)
		sk->sk_prot->put_port(sk);
	else
		sk->sk_prot->unhash(sk);
	inet_sk(sk)->inet_sport = 0;

	return true;
}

/* No packet comes from these addresses. */
#define NOBODY	htonl(INADDR_BROADCAST)
static const struct in6_addr nobody6 = { .s6_addr = { [0 ... 15] = 0xff } };

/**
 * struct deaf - what the peer of a socket was before it became deaf
 * @peer: its peer
 * @peer6: the same of IPv6
 * @denied: it has had a port that is denied
 */
struct deaf {
	__be32 peer;
	struct in6_addr peer6;
	bool denied;
};

static bool receives_unlocked(const struct sock *sk)
{
	return sk->sk_type == SOCK_DGRAM && gives_back(sk);
}

/*
 * A socket of UDP receives as soon as it has a port, whoever has the sock's lock.
 * While its port is not judged, its peer is one that sends nothing: nobody may
 * receive what is sent to a denied port. The sock is locked, and not connected.
 */
static void be_deaf(struct sock *sk)
{
	if (!receives_unlocked(sk))
		return;
	WRITE_ONCE(sk->sk_daddr, NOBODY);
	if (sk->sk_family == AF_INET6)
		sk->sk_v6_daddr = nobody6;
}

/* A socket that is connected has a peer of its own. */
static bool can_be_deaf(const struct sock *sk)
{
	return receives_unlocked(sk) && sk->sk_state == TCP_CLOSE;
}

/* The sock is locked. Another thread may have begun before. */
static void begin_deaf(struct deaf *deaf, struct sock *sk)
{
	memset(deaf, 0, sizeof(*deaf));
	if (inet_sk(sk)->inet_num || !can_be_deaf(sk))
		return;
	if (sk->sk_daddr != NOBODY)
		deaf->peer = sk->sk_daddr;
	if (!ipv6_addr_equal(&sk->sk_v6_daddr, &nobody6))
		deaf->peer6 = sk->sk_v6_daddr;
	be_deaf(sk);
}

/*
 * The sock is locked, and has a port that may be used, or none. A packet that has
 * found it at a port that is denied may still be about to look at the peer.
 *
 * The address of nobody is that of broadcast, to which a program may connect: then
 * the socket is no longer in this state, and keeps its peer.
 */
static void end_deaf(const struct deaf *deaf, struct sock *sk)
{
	if (!can_be_deaf(sk))
		return;
	if (deaf->denied)
		synchronize_rcu();
	if (sk->sk_daddr == NOBODY)
		WRITE_ONCE(sk->sk_daddr, deaf->peer);
	if (sk->sk_family == AF_INET6 &&
	    ipv6_addr_equal(&sk->sk_v6_daddr, &nobody6))
		sk->sk_v6_daddr = deaf->peer6;
}

/* The sock is locked, and has a port that may be used. */
static void keep(struct socket *sock, struct sock *sk)
{
	set_bit(PERSOCK_PORT_CHOSEN, &sock->flags);
	sk->sk_userlocks |= SOCK_BINDPORT_LOCK;
}

/**
 * struct choice - a port of the kernel's choice that is judged
 * @number: number of the view by which the call was judged before
 * @address: the address with the port; NULL: the one that the socket has
 * @length: length of @address
 * @endpoint: the address, as it is judged
 */
struct choice {
	u64 number;
	const struct sockaddr *address;
	int length;
	struct persock_endpoint endpoint;
};

static int judge_choice(const struct persock_version *version,
			struct persock_call *call, void *data)
{
	struct choice *choice = data;

	return choice->address ?
	       persock_endpoint_chosen(call->sock, choice->address,
				       choice->length, &version->policy,
				       &choice->endpoint, call) :
	       persock_endpoint_port(call->sock, &version->policy,
				     &choice->endpoint, call);
}

/* Judge a choice. Reports a denial if @last. */
static int judge(struct persock_router *router, struct socket *sock,
		 struct choice *choice, enum persock_operation operation,
		 bool last)
{
	struct persock_call call = { .operation = operation, .sock = sock };

	return persock_judge_step(router, choice->number, &call, judge_choice,
				  choice, last);
}

/* The port has the same place in both families. */
static void set_port(struct sockaddr_storage *named, u16 port)
{
	static_assert(offsetof(struct sockaddr_in, sin_port) ==
		      offsetof(struct sockaddr_in6, sin6_port));
	((struct sockaddr_in *)named)->sin_port = htons(port);
}

/*
 * Find a port that the kernel would choose: it is free for every address, even
 * if the socket may share ports. The socket has it for a moment.
 */
static int kernels_choice(struct sock *sk, u16 *port)
{
	int err = -EINVAL;

	lock_sock(sk);
	if (!inet_sk(sk)->inet_num && sk->sk_state == TCP_CLOSE) {
		be_deaf(sk);
		err = sk->sk_prot->get_port(sk, 0) ? -EADDRINUSE : 0;
		*port = inet_sk(sk)->inet_num;
		if (!err)
			give_back(sk);
	}
	release_sock(sk);

	return err;
}

/* The kernel may choose a port that the program may not name. */
static bool is_privileged(const struct sock *sk, u16 port)
{
	return inet_port_requires_bind_service(sock_net(sk), port);
}

/* Bind to a port by number, and mark it as not named by the program. */
static int bind_to(struct persock_router *router, struct socket *sock,
		   struct sock *sk, const struct sockaddr_storage *named,
		   int length)
{
	/* cgroup-BPF programs may change the address. */
	struct sockaddr_storage address = *named;
	int err;

	err = router->provider->ops->bind(sock, (struct sockaddr *)&address,
					  length);
	if (err)
		return err;
	lock_sock(sk);
	keep(sock, sk);
	release_sock(sk);

	return 0;
}

/* Bind to a port of the kernel's choice, by its number. */
static int bind_chosen(struct persock_router *router, struct socket *sock,
		       struct sock *sk, struct sockaddr_storage *named,
		       int length, u64 number, bool *denied)
{
	struct choice choice = {
		.number = number,
		.address = (struct sockaddr *)named,
		.length = length,
	};
	unsigned int tries;
	int err = 0;
	u16 port;

	for (tries = 1; tries <= TRIES; tries++) {
		err = kernels_choice(sk, &port);
		if (err)
			return err;
		set_port(named, port);
		err = judge(router, sock, &choice, PERSOCK_OP_BIND,
			    tries == TRIES);
		if (err)
			*denied = true;
		if (err == PERSOCK_CHANGED)
			break;
		if (err)
			continue;
		err = bind_to(router, sock, sk, named, length);
		/* Another socket has taken the port. */
		if (err != -EADDRINUSE &&
		    (err != -EACCES || !is_privileged(sk, port)))
			break;
	}

	return err;
}

/*
 * Bind to the first port of the local range, from a random start, that is
 * allowed and free. For protocols that cannot give a port back.
 */
static int bind_first(struct persock_router *router, struct socket *sock,
		      struct sock *sk, struct sockaddr_storage *named,
		      int length, enum persock_operation operation, u64 number)
{
	struct choice choice = {
		.number = number,
		.address = (struct sockaddr *)named,
		.length = length,
	};
	unsigned int i, start, range, tries = 8 * TRIES;
	int low, high, denied = 0, err = 0;

	inet_sk_get_local_port_range(sk, &low, &high);
	range = high - low + 1;
	start = get_random_u32() % range;
	for (i = 0; i < range && tries && !fatal_signal_pending(current); i++) {
		u16 port = low + (start + i) % range;

		cond_resched();
		if (inet_is_local_reserved_port(sock_net(sk), port))
			continue;
		set_port(named, port);
		denied = judge(router, sock, &choice, operation, false);
		if (denied == PERSOCK_CHANGED)
			return denied;
		if (denied)
			continue;
		tries--;
		err = bind_to(router, sock, sk, named, length);
		if (err != -EADDRINUSE &&
		    (err != -EACCES || !is_privileged(sk, port)))
			return err;
	}
	if (err || !denied)
		return err ?: -EADDRINUSE;

	/* All ports are denied: report the last one. */
	return judge(router, sock, &choice, operation, true) ?: -EADDRINUSE;
}

/**
 * persock_port_bind() - bind a socket to port 0 of an address
 * @router: the socket's
 * @sock: the governed socket; the policy restricts binds, and allows the
 *	  address with port 0
 * @address: the address
 * @length: its length
 * @number: number of the view by which it was judged
 *
 * The provider gets a port by number. So a UDP socket that would choose its
 * port only when it is connected (IP_BIND_ADDRESS_NO_PORT) gets one here. For
 * TCP connections such ports are not judged.
 *
 * Context: process context, may sleep.
 * Return: the result of the provider's bind; the errno of the rule, if all
 * ports that the kernel chose are denied; or PERSOCK_CHANGED.
 */
int persock_port_bind(struct persock_router *router, struct socket *sock,
		      struct sockaddr *address, int length, u64 number)
{
	struct sock *sk = sk_of(router, sock);
	struct sockaddr_storage named = {};
	struct deaf deaf;
	int err;

	if (!sk || length > (int)sizeof(named) || !takes_port(sk))
		return router->provider->ops->bind(sock, address, length);

	/* It gets its port later, see persock_port_choose(). */
	if (sk->sk_protocol == IPPROTO_TCP && persock_binds_without_port(sk))
		return router->provider->ops->bind(sock, address, length);

	memcpy(&named, address, length);
	if (!gives_back(sk))
		return bind_first(router, sock, sk, &named, length,
				  PERSOCK_OP_BIND, number);

	lock_sock(sk);
	begin_deaf(&deaf, sk);
	release_sock(sk);
	err = bind_chosen(router, sock, sk, &named, length, number,
			  &deaf.denied);
	lock_sock(sk);
	end_deaf(&deaf, sk);
	release_sock(sk);

	return err;
}

/*
 * Take a port, and another one while it is denied. If none is free, the errno is
 * the kernel's. The sock is locked.
 */
static int take(struct persock_router *router, struct socket *sock,
		struct sock *sk, enum persock_operation operation, u64 number)
{
	struct choice choice = { .number = number };
	int verdict = PERSOCK_ALLOW;
	unsigned int tries = TRIES;
	struct deaf deaf;

	begin_deaf(&deaf, sk);
	do {
		/* The call itself might find one meanwhile, without a verdict. */
		if (sk->sk_prot->get_port(sk, 0)) {
			verdict = operation == PERSOCK_OP_LISTEN ? -EADDRINUSE :
								   -EAGAIN;
			break;
		}
		inet_sk(sk)->inet_sport = htons(inet_sk(sk)->inet_num);
		verdict = judge(router, sock, &choice, operation, !--tries);
		if (verdict) {
			deaf.denied = true;
			give_back(sk);
		} else {
			keep(sock, sk);
		}
	} while (verdict < 0 && tries);
	end_deaf(&deaf, sk);

	return verdict;
}

/* Judge a range of ports that was set before the policy, see detour.c. */
static int judge_range(struct persock_router *router, struct socket *sock,
		       enum persock_operation operation, u64 number)
{
	struct persock_call call = {
		.operation = operation,
		.section = PERSOCK_SECTION_BIND,
		.sock = sock,
	};

	return persock_judge_step(router, number, &call, persock_judge_binds,
				  NULL, true);
}

#define RESTRICTED 1

/* Does a layer restrict binds? @number: that of the view; 0: of any. */
static int restricts_bind(const struct persock_router *router, u64 number)
{
	const struct persock_view *view;
	int restricts;

	rcu_read_lock();
	view = persock_router_view(router);
	if (number && view->number != number)
		restricts = PERSOCK_CHANGED;
	else
		restricts = view->restricts_bind ? RESTRICTED : PERSOCK_ALLOW;
	rcu_read_unlock();

	return restricts;
}

/*
 * Judge a port of TCP that has no verdict: the socket was bound to port 0 with
 * IP_BIND_ADDRESS_NO_PORT. The sock is locked.
 */
static int judge_unjudged(struct persock_router *router, struct socket *sock,
			  struct sock *sk, enum persock_operation operation,
			  u64 number)
{
	struct choice choice = { .number = number };
	int verdict = judge(router, sock, &choice, operation, false);

	if (!verdict)
		keep(sock, sk);
	if (verdict >= 0)
		return verdict;

	return give_back(sk) ? take(router, sock, sk, operation, number) :
			       judge(router, sock, &choice, operation, true);
}

/* Bind to the unspecified address, as listen() itself would. */
static int bind_listener(struct persock_router *router, struct socket *sock,
			 struct sock *sk, u64 number)
{
	struct sockaddr_storage named = { .ss_family = sk->sk_family };
	int err;

	err = bind_first(router, sock, sk, &named,
			 sk->sk_family == AF_INET ?
				 sizeof(struct sockaddr_in) :
				 sizeof(struct sockaddr_in6),
			 PERSOCK_OP_LISTEN, number);
	/* Another thread has bound it, and that bind was judged. */
	return err == -EINVAL && READ_ONCE(inet_sk(sk)->inet_num) ? 0 : err;
}

static bool is_locked(const struct sock *sk)
{
	return sk->sk_userlocks & SOCK_BINDPORT_LOCK;
}

/**
 * persock_port_choose() - give an allowed port to a socket that needs one
 * @router: the socket's
 * @sock: the governed socket, which is about to listen, connect or send
 * @operation: the operation
 * @number: number of the view by which it was judged before
 *
 * If the policy does not restrict binds, the kernel chooses a port itself. It
 * always does so for connections of TCP, whose ports other sockets may have as
 * well, and for connections of protocols that cannot give a port back.
 *
 * Context: process context, may sleep.
 * Return: 0; the errno of the rule, if all ports that the kernel chose are
 * denied; the errno of the section for a socket with a port range of its own;
 * -EADDRINUSE or -EAGAIN if no port is free; or PERSOCK_CHANGED.
 */
int persock_port_choose(struct persock_router *router, struct socket *sock,
			enum persock_operation operation, u64 number)
{
	bool listens = operation == PERSOCK_OP_LISTEN;
	struct sock *sk = sk_of(router, sock);
	int verdict;

	if (!sk || is_locked(sk))
		return PERSOCK_ALLOW;
	verdict = restricts_bind(router, number);
	if (verdict != RESTRICTED)
		return verdict;
	if (!READ_ONCE(inet_sk(sk)->inet_num) && persock_has_port_range(sk))
		return judge_range(router, sock, operation, number);
	if (!gives_back(sk))
		return listens && takes_port(sk) && !READ_ONCE(inet_sk(sk)->inet_num) ?
		       bind_listener(router, sock, sk, number) : PERSOCK_ALLOW;
	/* TCP: see above. UDP does not listen. */
	if (sk->sk_type == SOCK_STREAM ? !listens : listens)
		return PERSOCK_ALLOW;

	verdict = PERSOCK_ALLOW;
	lock_sock(sk);
	if (is_locked(sk))
		;
	else if (inet_sk(sk)->inet_num && sk->sk_type == SOCK_DGRAM)
		/* It has the port from before the policy. */
		keep(sock, sk);
	else if (inet_sk(sk)->inet_num)
		verdict = judge_unjudged(router, sock, sk, operation, number);
	else if (sk->sk_state == TCP_CLOSE)
		verdict = take(router, sock, sk, operation, number);
	release_sock(sk);

	return verdict;
}

/**
 * persock_port_hold() - make a UDP socket keep its port
 * @router: the socket's
 * @sock: the governed socket, which is about to be connected to AF_UNSPEC
 *
 * Such a connect would release a port that the kernel has chosen, and a send
 * meanwhile would get another one.
 *
 * Context: process context, may sleep.
 */
void persock_port_hold(struct persock_router *router, struct socket *sock)
{
	struct sock *sk = sk_of(router, sock);

	if (!sk || sk->sk_type != SOCK_DGRAM || !gives_back(sk) ||
	    is_locked(sk) || !READ_ONCE(inet_sk(sk)->inet_num) ||
	    restricts_bind(router, 0) != RESTRICTED)
		return;
	lock_sock(sk);
	if (inet_sk(sk)->inet_num && !is_locked(sk))
		keep(sock, sk);
	release_sock(sk);
}

/* SCTP stops listening with a backlog of 0. */
static void end_listening(struct persock_router *router, struct socket *sock)
{
	const struct persock_provider_ops *ops = router->provider->ops;
	const struct sock *sk = sk_of(router, sock);

	if (sk && sk->sk_protocol == IPPROTO_SCTP)
		ops->listen(sock, 0);
	else if (ops->shutdown)
		ops->shutdown(sock, SHUT_RDWR);
}

/* @data: the endpoint, as it is judged. */
static int judge_listening(const struct persock_version *version,
			   struct persock_call *call, void *data)
{
	return persock_endpoint_listen(call->sock, &version->policy, data,
				       call);
}

/**
 * persock_port_listening() - judge the address of a socket that has begun to
 *			      listen
 * @router: the socket's
 * @sock: the governed socket
 *
 * The bound address was judged before, and protocols that take a port at once
 * keep it. If a socket of another protocol has become bound to a denied
 * address, it stops listening.
 *
 * Context: process context, may sleep.
 * Return: PERSOCK_ALLOW or the errno of the rule.
 */
int persock_port_listening(struct persock_router *router, struct socket *sock)
{
	struct persock_call call = {
		.operation = PERSOCK_OP_LISTEN,
		.sock = sock,
	};
	struct persock_endpoint endpoint;
	int verdict;

	if (router->class != PERSOCK_CLASS_INET)
		return PERSOCK_ALLOW;
	rcu_read_lock();
	verdict = persock_judge_again(router->stack,
				      persock_router_view(router), &call,
				      judge_listening, &endpoint);
	rcu_read_unlock();
	if (verdict)
		end_listening(router, sock);

	return verdict;
}
