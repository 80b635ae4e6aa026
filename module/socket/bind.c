// SPDX-License-Identifier: GPL-2.0
/*
 * Judges bind() of governed sockets by its address, and by the port that results
 * if the program leaves it to the kernel. operations.c calls it where a layer
 * restricts binds.
 */
#include <linux/rcupdate.h>
#include <linux/socket.h>

#include "socket/bind.h"
#include "socket/endpoint.h"
#include "socket/flags.h"
#include "socket/judge.h"
#include "socket/note.h"
#include "socket/port.h"
#include "socket/vsock.h"

/**
 * struct binding - a bind that is judged
 * @address: in kernel memory
 * @length: its length
 * @endpoint: the address, as it is judged
 * @chosen: a layer restricts binds, and leaves the port to the kernel
 */
struct binding {
	struct sockaddr *address;
	int length;
	struct persock_endpoint endpoint;
	bool chosen;
};

/* Is the port left to the kernel? */
static bool leaves_port(const struct persock_endpoint *endpoint)
{
	return endpoint->family == AF_VSOCK ?
	       persock_vsock_unpack(endpoint).port == PERSOCK_VSOCK_ANY :
	       !endpoint->port;
}

static int judge_bind(const struct persock_version *version,
		      struct persock_call *call, void *data)
{
	struct binding *binding = data;
	int verdict = persock_endpoint_bind(call->sock, binding->address,
					    binding->length, &version->policy,
					    &binding->endpoint, call);

	if (persock_records(version)) {
		persock_note_bind(call);
		return PERSOCK_ALLOW;
	}
	/* There is no endpoint if nothing is restricted. */
	if (call->endpoint && leaves_port(&binding->endpoint) &&
	    persock_enforces(version))
		binding->chosen = true;

	return verdict;
}

/* Returns PERSOCK_CHANGED if it must be judged again. */
static int bind_by_view(struct persock_router *router, struct socket *sock,
			struct sockaddr *address, int length)
{
	struct persock_call call = {
		.operation = PERSOCK_OP_BIND,
		.sock = sock,
	};
	struct binding binding = { .address = address };
	const struct persock_view *view;
	int verdict, err;
	u64 number;

	rcu_read_lock();
	view = persock_router_view(router);
	number = view->number;
	length = persock_endpoint_length(router, view, length);
	binding.length = length;
	verdict = persock_judge(router->stack, view, &call, judge_bind,
				&binding);
	rcu_read_unlock();
	if (verdict)
		return verdict;

	if (binding.chosen && persock_router_vsock(router))
		return persock_vsock_bind(router, sock, address, length,
					  number);
	if (binding.chosen)
		return persock_port_bind(router, sock, address, length,
					 number);
	err = router->provider->ops->bind(sock, address, length);
	if (!err)
		clear_bit(PERSOCK_PORT_CHOSEN, &sock->flags);
	return err;
}

/**
 * persock_bind_judged() - judge a bind, and bind the socket
 * @router: the socket's
 * @sock: the governed socket
 * @address: in kernel memory; a port that the kernel chooses may be filled in
 * @length: its length
 *
 * Context: process context, may sleep.
 * Return: the result of the provider's bind, or the errno of a denial.
 */
int persock_bind_judged(struct persock_router *router, struct socket *sock,
			struct sockaddr *address, int length)
{
	int err;

	do {
		err = bind_by_view(router, sock, address, length);
	} while (err == PERSOCK_CHANGED);

	return err;
}
