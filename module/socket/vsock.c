// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts on addresses of AF_VSOCK calls, and the choice of a port that the
 * program leaves to the kernel. endpoint.c, bound.c and operations.c call these
 * functions. Addresses are in kernel memory when proto_ops see them.
 *
 * The kernel binds a socket to a port of its choice when it is connected. Such
 * a port is not judged, as that of a TCP connection is not: nobody can reach a
 * socket by it that does not listen. But a socket whose connect has failed keeps
 * the port, and may listen on it: so listen() is judged by the bound address. A
 * datagram socket would receive on such a port at once; so it must be bound
 * before. Every send binds it, also one that fails for want of a peer.
 */
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/random.h>
#include <linux/socket.h>
#include <linux/vm_sockets.h>
#include <net/af_vsock.h>
#include <net/sock.h>

#include "socket/flags.h"
#include "socket/judge.h"
#include "socket/vsock.h"

/* Number of ports that are tried before the call is refused. */
#define TRIES 32

static_assert(VMADDR_CID_ANY == PERSOCK_VSOCK_ANY);
static_assert(VMADDR_PORT_ANY == PERSOCK_VSOCK_ANY);
static_assert(VMADDR_CID_LOCAL == PERSOCK_CID_LOCAL);
static_assert(VMADDR_CID_HOST == PERSOCK_CID_HOST);

/* The sock of the kernel's AF_VSOCK; NULL for that of another provider. */
static const struct vsock_sock *vsock_of(const struct socket *sock)
{
	const struct persock_router *router = persock_router_of(sock);

	return persock_router_vsock(router) && router->native && sock->sk ?
	       vsock_sk(sock->sk) : NULL;
}

static void pack(struct persock_endpoint *endpoint,
		 const struct sockaddr_vm *address)
{
	const struct persock_vsock vsock = {
		.cid = address->svm_cid, .port = address->svm_port,
	};

	persock_vsock_pack(endpoint, &vsock);
}

/* As vsock_addr_cast() of the kernel: NULL for what it refuses. */
static const struct sockaddr_vm *read_address(const struct sockaddr *address,
					      int length)
{
	if (length < (int)sizeof(struct sockaddr_vm) ||
	    address->sa_family != AF_VSOCK)
		return NULL;

	return (const struct sockaddr_vm *)address;
}

/* The number among the rules of the section. */
static void number(const struct persock_policy *policy,
		   const struct persock_addresses *addresses,
		   struct persock_call *call)
{
	if (call->rule)
		call->rule += persock_vsock_number(policy, addresses);
}

/**
 * persock_vsock_is_own() - may the CID of a peer be one of this machine?
 * @router: the calling socket's
 * @address: the peer, in kernel memory
 * @length: length of @address
 *
 * That of loopback is judged by the rules on it in any case. That of the host
 * is, on a host; a guest may not know whether it is a host as well.
 *
 * Context: process context, may sleep.
 * Return: false if it is another machine's, or the socket is not of AF_VSOCK.
 */
bool persock_vsock_is_own(const struct persock_router *router,
			  const struct sockaddr *address, int length)
{
	const struct sockaddr_vm *vm;
	typeof(vsock_find_cid) *find;
	bool own;

	if (!persock_router_vsock(router))
		return false;
	vm = address ? read_address(address, length) : NULL;
	if (!vm || vm->svm_cid == VMADDR_CID_LOCAL)
		return false;
	if (vm->svm_cid == VMADDR_CID_HOST)
		return true;
	/* Not linked: a kernel without AF_VSOCK loads this module as well. */
	find = symbol_get(vsock_find_cid);
	if (!find)
		return true;
	own = find(vm->svm_cid);
	symbol_put(vsock_find_cid);

	return own;
}

/**
 * persock_vsock_is_unbound() - would a send give a socket a port?
 * @sock: a governed socket of AF_VSOCK
 *
 * Context: any; does not sleep.
 * Return: true for a datagram socket without one.
 */
bool persock_vsock_is_unbound(const struct socket *sock)
{
	const struct vsock_sock *vsk = vsock_of(sock);

	return sock->type == SOCK_DGRAM &&
	       (!vsk || READ_ONCE(vsk->local_addr.svm_port) == VMADDR_PORT_ANY);
}

/* The verdict on a call that gives a datagram socket a port by the way. */
static int judge_unbound(const struct socket *sock,
			 const struct persock_policy *policy,
			 struct persock_call *call)
{
	if (!policy->bind.nr_vsock || !persock_vsock_is_unbound(sock))
		return PERSOCK_ALLOW;

	call->section = PERSOCK_SECTION_BIND;
	call->rule = 0;
	return persock_unjudged_errno(&policy->bind);
}

/**
 * persock_vsock_judge_peer() - the verdict on a peer that a call names
 * @sock: the governed socket
 * @address: in kernel memory
 * @length: its length
 * @policy: the policy that judges
 * @sends: the call is a send
 * @endpoint: filled in, and pointed to by @call
 * @call: the section and rule that decided are filled in
 *
 * Context: process context, RCU read side for @policy.
 * Return: PERSOCK_ALLOW or a negative errno: that of the rule; as in the
 * kernel, -EINVAL for what is no address of AF_VSOCK.
 */
int persock_vsock_judge_peer(struct socket *sock,
			     const struct sockaddr *address, int length,
			     const struct persock_policy *policy, bool sends,
			     struct persock_endpoint *endpoint,
			     struct persock_call *call)
{
	const struct persock_addresses *connect = &policy->connect;
	bool judges = connect->nr_vsock;
	const struct sockaddr_vm *vm;
	struct persock_vsock vsock;
	int verdict;

	if (!judges && !persock_vsock_reads(policy, &policy->bind))
		return PERSOCK_ALLOW;
	call->section = PERSOCK_SECTION_CONNECT;
	/* It dissolves the association of a datagram socket. */
	if (!sends && length >= (int)offsetofend(struct sockaddr, sa_family) &&
	    address->sa_family == AF_UNSPEC)
		return PERSOCK_ALLOW;
	vm = read_address(address, length);
	if (!vm)
		return -EINVAL;
	pack(endpoint, vm);
	call->endpoint = endpoint;
	if (policy->mode == PERSOCK_MODE_RECORD)
		return PERSOCK_ALLOW;
	if (judges) {
		vsock = persock_vsock_unpack(endpoint);
		verdict = persock_judge_vsock_peer(connect, &vsock, call->own,
						   &call->rule);
		number(policy, connect, call);
		if (verdict)
			return verdict;
	}

	return judge_unbound(sock, policy, call);
}

/**
 * persock_vsock_judge_send() - the verdict on a send
 * @sock: the governed socket
 * @msg: the message
 * @policy: the policy that judges
 * @endpoint: filled in, and pointed to by @call, if the message names a peer
 * @call: the section and rule that decided are filled in
 *
 * Context: as persock_vsock_judge_peer().
 * Return: as persock_vsock_judge_peer().
 */
int persock_vsock_judge_send(struct socket *sock, const struct msghdr *msg,
			     const struct persock_policy *policy,
			     struct persock_endpoint *endpoint,
			     struct persock_call *call)
{
	if (msg->msg_name && msg->msg_namelen)
		return persock_vsock_judge_peer(sock, msg->msg_name,
						msg->msg_namelen, policy, true,
						endpoint, call);

	return policy->mode == PERSOCK_MODE_RECORD ?
	       PERSOCK_ALLOW : judge_unbound(sock, policy, call);
}

/**
 * persock_vsock_judge_bind() - the verdict on an address that is bound
 * @sock: the governed socket
 * @address: in kernel memory
 * @length: its length
 * @policy: the policy that judges
 * @endpoint: filled in, and pointed to by @call
 * @call: the section and rule that decided are filled in
 *
 * Context: as persock_vsock_judge_peer().
 * Return: as persock_vsock_judge_peer().
 */
int persock_vsock_judge_bind(struct socket *sock,
			     const struct sockaddr *address, int length,
			     const struct persock_policy *policy,
			     struct persock_endpoint *endpoint,
			     struct persock_call *call)
{
	const struct persock_addresses *bind = &policy->bind;
	const struct sockaddr_vm *vm;
	struct persock_vsock vsock;
	int verdict;

	if (!persock_vsock_reads(policy, bind))
		return PERSOCK_ALLOW;
	call->section = PERSOCK_SECTION_BIND;
	vm = read_address(address, length);
	if (!vm)
		return -EINVAL;
	pack(endpoint, vm);
	call->endpoint = endpoint;
	if (policy->mode == PERSOCK_MODE_RECORD)
		return PERSOCK_ALLOW;
	vsock = persock_vsock_unpack(endpoint);
	verdict = persock_judge_vsock_bind(bind, &vsock, &call->rule);
	number(policy, bind, call);

	return verdict;
}

/**
 * persock_vsock_peer() - the peer of a socket that was accepted
 * @sock: the governed socket
 * @endpoint: filled in
 *
 * Context: any; does not sleep.
 * Return: false if the provider does not report it.
 */
bool persock_vsock_peer(struct socket *sock, struct persock_endpoint *endpoint)
{
	const struct vsock_sock *vsk = vsock_of(sock);

	if (vsk)
		pack(endpoint, &vsk->remote_addr);

	return vsk;
}

/**
 * persock_vsock_judge_accept() - the verdict on a peer that was accepted
 * @newsock: the governed socket that accept made
 * @policy: the policy that judges
 * @endpoint: filled in, and pointed to by @call
 * @call: the section and rule that decided are filled in
 *
 * Context: as persock_vsock_judge_peer().
 * Return: PERSOCK_ALLOW or the errno of the rule; that of the section if the
 * provider does not report the peer.
 */
int persock_vsock_judge_accept(struct socket *newsock,
			       const struct persock_policy *policy,
			       struct persock_endpoint *endpoint,
			       struct persock_call *call)
{
	const struct persock_addresses *accept = &policy->accept;
	struct persock_vsock vsock;
	int verdict;

	if (!accept->nr_vsock)
		return PERSOCK_ALLOW;
	if (!persock_vsock_peer(newsock, endpoint))
		return persock_unjudged_errno(accept);
	call->endpoint = endpoint;
	vsock = persock_vsock_unpack(endpoint);
	verdict = persock_judge_vsock_peer(accept, &vsock, false, &call->rule);
	number(policy, accept, call);

	return verdict;
}

/**
 * persock_vsock_bound() - the address of a socket that is about to listen
 * @sock: a governed socket
 * @endpoint: filled in for the kernel's sockets of AF_VSOCK, else unchanged
 *
 * A bound socket keeps its address.
 *
 * Context: process context, may sleep.
 */
void persock_vsock_bound(struct socket *sock, struct persock_endpoint *endpoint)
{
	const struct vsock_sock *vsk = vsock_of(sock);

	if (!vsk)
		return;
	lock_sock(sock->sk);
	pack(endpoint, &vsk->local_addr);
	release_sock(sock->sk);
}

/**
 * persock_vsock_judge_listen() - the verdict on the address of a listener
 * @sock: the governed socket
 * @policy: the policy that judges
 * @endpoint: from persock_vsock_bound(), and pointed to by @call
 * @call: the section and rule that decided are filled in
 *
 * Context: as persock_vsock_judge_peer().
 * Return: PERSOCK_ALLOW or the errno of the rule; as in the kernel, -EINVAL for
 * a socket that is not bound.
 */
int persock_vsock_judge_listen(struct socket *sock,
			       const struct persock_policy *policy,
			       const struct persock_endpoint *endpoint,
			       struct persock_call *call)
{
	const struct persock_addresses *bind = &policy->bind;
	struct persock_vsock vsock;
	int verdict;

	if (!bind->nr_vsock)
		return PERSOCK_ALLOW;
	call->section = PERSOCK_SECTION_BIND;
	if (endpoint->family != AF_VSOCK)
		return persock_unjudged_errno(bind);
	call->endpoint = endpoint;
	vsock = persock_vsock_unpack(endpoint);
	/* Another thread may bind it before the kernel refuses the call. */
	if (vsock.port == VMADDR_PORT_ANY)
		return policy->mode == PERSOCK_MODE_ENFORCE ? -EINVAL :
							      PERSOCK_ALLOW;
	verdict = persock_judge_vsock_bind(bind, &vsock, &call->rule);
	if (verdict && test_bit(PERSOCK_PORT_CHOSEN, &sock->flags)) {
		verdict = persock_judge_vsock_chosen(bind, &vsock, &call->rule);
		vsock.port = VMADDR_PORT_ANY;
		if (!verdict)
			verdict = persock_judge_vsock_bind(bind, &vsock,
							   &call->rule);
	}
	number(policy, bind, call);

	return verdict;
}

/* A port that the kernel could choose. @data: the address, as it is judged. */
static int judge_chosen(const struct persock_version *version,
			struct persock_call *call, void *data)
{
	const struct persock_policy *policy = &version->policy;
	const struct persock_addresses *bind = &policy->bind;
	struct persock_endpoint *endpoint = data;
	struct persock_vsock vsock = persock_vsock_unpack(endpoint);
	int verdict;

	call->section = PERSOCK_SECTION_BIND;
	if (!bind->nr_vsock)
		return PERSOCK_ALLOW;
	call->endpoint = endpoint;
	verdict = persock_judge_vsock_chosen(bind, &vsock, &call->rule);
	number(policy, bind, call);

	return verdict;
}

/*
 * Judge a port by the view of that @number, or return PERSOCK_CHANGED. Reports a
 * denial if @last.
 */
static int judge_port(struct persock_router *router, struct socket *sock,
		      const struct sockaddr_vm *address, u64 number, bool last)
{
	struct persock_call call = {
		.operation = PERSOCK_OP_BIND, .sock = sock,
	};
	struct persock_endpoint endpoint;

	pack(&endpoint, address);

	return persock_judge_step(router, number, &call, judge_chosen,
				  &endpoint, last);
}

/**
 * persock_vsock_bind() - bind a socket to any port
 * @router: the socket's
 * @sock: the governed socket; the policy restricts binds, and allows the CID
 *	  with any port
 * @address: the address; VMADDR_PORT_ANY is replaced
 * @length: its length
 * @number: number of the view by which the CID was judged
 *
 * A program that lets the kernel choose often enough gets any port. So the
 * kernel gets one by number that was judged before.
 *
 * Context: process context, may sleep.
 * Return: the result of the provider's bind; or the errno of the rule, if all
 * ports that were tried are denied; PERSOCK_CHANGED if it must be judged again.
 */
int persock_vsock_bind(struct persock_router *router, struct socket *sock,
		       struct sockaddr *address, int length, u64 number)
{
	struct sockaddr_vm *vm = (struct sockaddr_vm *)address;
	unsigned int tries;
	int err = 0;

	for (tries = 1; tries <= TRIES; tries++) {
		vm->svm_port = PERSOCK_VSOCK_USER_PORT + get_random_u32() %
			       (VMADDR_PORT_ANY - PERSOCK_VSOCK_USER_PORT);
		err = judge_port(router, sock, vm, number, tries == TRIES);
		if (err == PERSOCK_CHANGED) {
			vm->svm_port = VMADDR_PORT_ANY;
			break;
		}
		if (err)
			continue;
		err = router->provider->ops->bind(sock, address, length);
		if (err != -EADDRINUSE)
			break;
	}
	if (!err)
		set_bit(PERSOCK_PORT_CHOSEN, &sock->flags);

	return err;
}
