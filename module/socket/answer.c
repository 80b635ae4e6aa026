// SPDX-License-Identifier: GPL-2.0
/*
 * DNS answers. A socket that has sent a query to a resolver receives here: the
 * message goes into a buffer of the module's own first, addresses are learnt
 * from it, and then the program gets it. So the program never knows an address
 * before the policy does.
 *
 * An answer counts if it comes from a resolver of a layer, if this socket has
 * asked its question, and if a rule is about the name, or a layer records. In a
 * stream the message is put together first, so each of its bytes must come by
 * here: it is not spliced. What cannot be read is handed on, and not learnt
 * from; neither is a part of a stream that is only looked at, nor a datagram at
 * an offset: SO_PEEK_OFF can make that begin anywhere in an answer, with bytes
 * that whoever serves some zone has chosen.
 *
 * Receives do not sleep in the provider: they wait in the socket's queue, which
 * both the kernel and query.c wake.
 */
#include <linux/err.h>
#include <linux/in.h>
#include <linux/minmax.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <net/sock.h>

#include "cgroup/stack.h"
#include "compat.h"
#include "cgroup/learnt.h"
#include "policy/dns.h"
#include "policy/host.h"
#include "socket/answer.h"
#include "socket/endpoint_set.h"
#include "socket/exchange.h"
#include "socket/flags.h"
#include "socket/identity.h"
#include "socket/query.h"
#include "socket/report.h"

/* The longest datagram; another one may come while a buffer is made for one. */
#define DATAGRAM_MAX	65536
/* So many addresses are learnt from an answer. */
#define ADDRESSES_MAX	1024
/* The buffer for a part of a stream is not larger. */
#define STREAM_MAX	16384

/**
 * struct receiving - a receive from a socket that has asked
 * @router: the socket's
 * @sock: the socket
 * @exchange: its exchange
 * @who: its identity
 */
struct receiving {
	struct persock_router *router;
	struct socket *sock;
	struct persock_exchange *exchange;
	struct persock_identity who;
};

/**
 * struct learning - an answer from which addresses are learnt
 * @receiving: the receive
 * @view: what the socket is held to
 * @source: the resolver
 * @question: the question of the answer
 * @state: what is known of the question: 0: nothing yet; 1: it was asked, and a
 *	   rule is about it; -1: not so
 * @nr: number of addresses so far
 */
struct learning {
	const struct receiving *receiving;
	const struct persock_view *view;
	const struct persock_endpoint *source;
	struct persock_question question;
	int state;
	unsigned int nr;
};

static bool is_listed(const struct persock_view *view, const char *host)
{
	unsigned int i;

	for (i = 0; i < view->nr; i++) {
		const struct persock_version *version = view->layers[i];

		if (persock_records(version) ||
		    persock_host_listed(&version->policy.names, host))
			return true;
	}

	return false;
}

static bool counts(struct learning *learning)
{
	if (!learning->state)
		learning->state =
			persock_exchange_asked(learning->receiving->exchange,
					       &learning->question) &&
			is_listed(learning->view, learning->question.host) ?
			1 : -1;

	return learning->state > 0;
}

/* Addresses that are no host's: a rule on the name shall not open them. */
static bool is_host(const struct persock_endpoint *endpoint)
{
	if (persock_unspecified(endpoint))
		return false;

	return endpoint->family == AF_INET ? endpoint->address[0] < 224 :
					     endpoint->address[0] != 0xff;
}

/* An address of the name that was asked for. RCU read side. */
static void found(int family, const u8 *address, u32 ttl, void *data)
{
	struct learning *learning = data;
	const struct receiving *receiving = learning->receiving;
	struct persock_attachment *inner =
		persock_stack_inner(receiving->router->stack);
	const struct net *net = sock_net(receiving->who.sk);
	struct persock_endpoint endpoint;
	struct in6_addr in6;

	if (!counts(learning) || learning->nr++ >= ADDRESSES_MAX)
		return;
	if (family == AF_INET) {
		memset(&endpoint, 0, sizeof(endpoint));
		endpoint.family = AF_INET;
		memcpy(endpoint.address, address, 4);
	} else {
		memcpy(&in6, address, sizeof(in6));
		set_inet6(&endpoint, &in6, 0);
	}
	if (!is_host(&endpoint))
		return;
	if (persock_learnt_add(&inner->account->learnt, net, &endpoint,
			       learning->question.host, learning->source, ttl,
			       learning->view->names) > 0)
		persock_report_learnt(receiving->router->stack, &endpoint,
				      learning->question.host, ttl,
				      net->ns.inum);
}

static void learn(const struct receiving *receiving, const u8 *message,
		  size_t length, const struct persock_endpoint *source)
{
	struct learning learning = {
		.receiving = receiving,
		.source = source,
	};

	rcu_read_lock();
	learning.view = persock_router_view(receiving->router);
	if (learning.view->names &&
	    persock_view_has_resolver(learning.view, source))
		persock_dns_answer(message, length, &learning.question, found,
				   &learning);
	rcu_read_unlock();
}

/* Receive into a buffer in kernel memory; the rest of @msg is the program's. */
static int receive_into(const struct receiving *receiving, struct msghdr *msg,
			void *buffer, size_t size, int flags)
{
	struct iov_iter iter = msg->msg_iter;
	struct kvec vec = { .iov_base = buffer, .iov_len = size };
	int received;

	iov_iter_kvec(&msg->msg_iter, ITER_DEST, &vec, 1, size);
	received = receiving->router->provider->ops->recvmsg(receiving->sock,
							     msg, size, flags);
	msg->msg_iter = iter;

	return received;
}

static bool read_source(const struct receiving *receiving,
			const struct msghdr *msg,
			struct persock_endpoint *source)
{
	const struct sockaddr *name = msg->msg_name;

	if (!msg->msg_namelen ||
	    (name->sa_family != AF_INET && name->sa_family != AF_INET6))
		return false;

	return !persock_read_address(&receiving->who, name, msg->msg_namelen,
				     name->sa_family, source);
}

static bool sees_whole(const struct receiving *receiving)
{
	return READ_ONCE(receiving->who.sk->sk_peek_off) < 0;
}

static void *take_buffer(const struct receiving *receiving, size_t room)
{
	void *spare = room > PERSOCK_DATAGRAM_MIN ? NULL :
		      xchg(&receiving->exchange->spare_buffer, NULL);

	return spare ?: kvmalloc(room, GFP_KERNEL_ACCOUNT);
}

static void leave_buffer(const struct receiving *receiving, size_t room,
			 void *buffer)
{
	if (room > PERSOCK_DATAGRAM_MIN)
		kvfree(buffer);
	else
		persock_exchange_leave(&receiving->exchange->spare_buffer,
				       buffer);
}

/* Receive one datagram, without waiting for it. */
static int receive_datagram(const struct receiving *receiving,
			    struct msghdr *msg, size_t length, int flags)
{
	size_t room = clamp_t(size_t, length, PERSOCK_DATAGRAM_MIN,
			      DATAGRAM_MAX), kept;
	struct sockaddr_storage from;
	struct persock_endpoint source;
	void *name = msg->msg_name, *buffer;
	bool whole = sees_whole(receiving);
	int received;

	buffer = take_buffer(receiving, room);
	if (!buffer)
		return -ENOBUFS;
	msg->msg_name = &from;
	received = receive_into(receiving, msg, buffer, room,
				flags | MSG_TRUNC | MSG_DONTWAIT);
	if (received < 0) {
		msg->msg_name = name;
		goto free;
	}
	kept = min_t(size_t, received, room);
	/* A peek at an offset shows a part of the datagram only. */
	if ((!(flags & MSG_PEEK) || (whole && sees_whole(receiving))) &&
	    read_source(receiving, msg, &source))
		learn(receiving, buffer, kept, &source);
	msg->msg_name = name;
	if (name)
		memcpy(name, &from, msg->msg_namelen);

	kept = min(kept, length);
	if (copy_to_iter(buffer, kept, &msg->msg_iter) != kept) {
		received = -EFAULT;
		goto free;
	}
	if (received > kept)
		msg->msg_flags |= MSG_TRUNC;
	if (!(flags & MSG_TRUNC))
		received = kept;
free:
	leave_buffer(receiving, room, buffer);

	return received;
}

/* One byte more of the length; the message can be put together after it. */
static void feed_prefix(struct persock_exchange *exchange, u8 byte)
{
	exchange->prefix[exchange->in_length] = byte;
	WRITE_ONCE(exchange->in_length, exchange->in_length + 1);
	if (exchange->in_length < PERSOCK_DNS_PREFIX)
		return;
	exchange->in_end = persock_exchange_end_of(exchange->prefix);
	exchange->in = kvmalloc(exchange->in_end,
				GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
}

static void end_message(const struct receiving *receiving)
{
	struct persock_exchange *exchange = receiving->exchange;
	struct persock_endpoint source;

	if (exchange->in) {
		persock_read_peer(&receiving->who, &source);
		learn(receiving, exchange->in,
		      exchange->in_end - PERSOCK_DNS_PREFIX, &source);
	}
	kvfree(exchange->in);
	exchange->in = NULL;
	WRITE_ONCE(exchange->in_length, 0);
}

/* Put messages of a stream together, and learn from each. */
static void feed(const struct receiving *receiving, const u8 *data,
		 unsigned int length)
{
	struct persock_exchange *exchange = receiving->exchange;
	unsigned int part;

	while (length) {
		if (exchange->in_length < PERSOCK_DNS_PREFIX) {
			feed_prefix(exchange, *data++);
			length--;
		} else {
			part = min(length,
				   exchange->in_end - exchange->in_length);
			if (exchange->in)
				memcpy(exchange->in + exchange->in_length -
				       PERSOCK_DNS_PREFIX, data, part);
			WRITE_ONCE(exchange->in_length,
				   exchange->in_length + part);
			data += part;
			length -= part;
		}
		if (exchange->in_length >= PERSOCK_DNS_PREFIX &&
		    exchange->in_length == exchange->in_end)
			end_message(receiving);
	}
}

/* Receive a part of a stream, without waiting for it. */
static int receive_stream(const struct receiving *receiving,
			  struct msghdr *msg, size_t length, int flags)
{
	size_t room = min_t(size_t, length, STREAM_MAX);
	void *buffer;
	int received;

	buffer = kvmalloc(max_t(size_t, room, 1), GFP_KERNEL_ACCOUNT);
	if (!buffer)
		return -ENOBUFS;
	received = receive_into(receiving, msg, buffer, room,
				(flags & ~(MSG_WAITALL | MSG_TRUNC)) |
				MSG_DONTWAIT);
	if (received > 0 && !(flags & MSG_PEEK))
		feed(receiving, buffer, received);
	if (received > 0 && !(flags & MSG_TRUNC) &&
	    copy_to_iter(buffer, received, &msg->msg_iter) != received)
		received = -EFAULT;
	kvfree(buffer);

	return received;
}

static int try_stream(const struct receiving *receiving, struct msghdr *msg,
		      size_t length, int flags)
{
	struct persock_exchange *exchange = receiving->exchange;
	int received;

	persock_query_flush(receiving->router, exchange);
	if (mutex_lock_interruptible(&exchange->receiving))
		return -ERESTARTSYS;
	persock_exchange_begin_receive(exchange);
	received = persock_exchange_receive(exchange, msg, length, flags);
	if (received == -EAGAIN)
		received = receive_stream(receiving, msg, length, flags);
	mutex_unlock(&exchange->receiving);

	return received;
}

/* One try, which does not wait. */
static int try_receive(struct receiving *receiving, struct msghdr *msg,
		       size_t length, int flags)
{
	int received;

	receiving->exchange = persock_exchange_find(receiving->sock);
	if (!receiving->exchange)
		return receiving->router->provider->ops->recvmsg(receiving->sock,
				msg, length, flags | MSG_DONTWAIT);
	if (receiving->who.type == SOCK_STREAM)
		return try_stream(receiving, msg, length, flags);

	received = persock_exchange_receive(receiving->exchange, msg, length,
					    flags);
	if (received == -EAGAIN)
		received = receive_datagram(receiving, msg, length, flags);

	return received;
}

static __poll_t poll_provider(const struct persock_router *router,
			      struct file *file, struct socket *sock,
			      struct poll_table_struct *wait)
{
	if (router->native)
		return router->native->poll(file, sock, wait);
	if (router->provider->ops->poll)
		return router->provider->ops->poll(file, sock, wait);

	return EPOLLERR;
}

/**
 * persock_answer_is_due() - may a receive get an answer of a resolver?
 * @router: the socket's
 * @sock: the governed socket
 * @flags: flags of the call
 *
 * A receive that waits may get the answer to a query that is sent meanwhile.
 *
 * Return: true if persock_answer_receive() must receive.
 */
bool persock_answer_is_due(const struct persock_router *router,
			   const struct socket *sock, int flags)
{
	if (likely(router->phase == PERSOCK_PHASE_JUDGED) ||
	    flags & (MSG_ERRQUEUE | MSG_OOB))
		return false;
	if (test_bit(PERSOCK_ASKED, &sock->flags))
		return true;

	return sock->type == SOCK_DGRAM && !(flags & MSG_DONTWAIT) &&
	       router->class == PERSOCK_CLASS_INET && sock->file &&
	       persock_router_names(router);
}

/*
 * Try until something comes. What wakes the socket's queue is the reason to try
 * again, and not what poll() reports: it reports an error as long as the error
 * queue has an entry, and data that is before the offset of a peek.
 */
static int receive_waiting(struct receiving *receiving,
			   struct wait_queue_entry *wait, long timeout,
			   struct msghdr *msg, size_t length, int flags)
{
	long left = timeout;
	int received;

	for (;;) {
		received = try_receive(receiving, msg, length, flags);
		if (received != -EAGAIN || !left)
			return received;
		/* Nothing comes any more. */
		if (READ_ONCE(receiving->who.sk->sk_shutdown) & RCV_SHUTDOWN)
			return 0;
		if (signal_pending(current))
			return sock_intr_errno(timeout);
		left = wait_woken(wait, TASK_INTERRUPTIBLE, left);
	}
}

static bool wants_all(const struct receiving *receiving, int flags)
{
	return receiving->who.type == SOCK_STREAM &&
	       (flags & (MSG_WAITALL | MSG_PEEK)) == MSG_WAITALL;
}

/**
 * persock_answer_receive() - receive, and learn from a resolver's answer
 * @router: the socket's
 * @sock: the governed socket
 * @msg: the message to fill in
 * @length: room for data
 * @flags: flags of the call
 *
 * Context: process context, may sleep.
 * Return: as recvmsg(); -ENOBUFS without memory.
 */
int persock_answer_receive(struct persock_router *router, struct socket *sock,
			   struct msghdr *msg, size_t length, int flags)
{
	struct receiving receiving = { .router = router, .sock = sock };
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	size_t done = 0;
	long timeout;
	int received;

	persock_identify(sock, &receiving.who);
	if (!receiving.who.sk || !sock->file)
		return router->provider->ops->recvmsg(sock, msg, length, flags);

	timeout = sock_rcvtimeo(receiving.who.sk, flags & MSG_DONTWAIT);
	if (!timeout || !wants_all(&receiving, flags)) {
		received = try_receive(&receiving, msg, length, flags);
		if (!timeout || received != -EAGAIN)
			return received;
	}

	add_wait_queue(&sock->wq.wait, &wait);
	/* Pairs with the barrier in wq_has_sleeper(). */
	smp_mb();
	received = receive_waiting(&receiving, &wait, timeout, msg, length,
				   flags);
	while (received > 0 && wants_all(&receiving, flags) &&
	       done + received < length) {
		done += received;
		received = receive_waiting(&receiving, &wait, timeout, msg,
					   length - done, flags);
	}
	remove_wait_queue(&sock->wq.wait, &wait);

	return done ? done + max(received, 0) : received;
}

/**
 * persock_unsent_poll() - poll() of a socket that may have asked a resolver
 * @file: the socket's file
 * @sock: the governed socket
 * @wait: where to register
 *
 * Context: as poll() of proto_ops.
 * Return: the events that are ready.
 */
__poll_t persock_unsent_poll(struct file *file, struct socket *sock,
			     struct poll_table_struct *wait)
{
	__poll_t events = poll_provider(persock_router_of(sock), file, sock,
					wait);

	if (unlikely(test_bit(PERSOCK_ASKED, &sock->flags)) &&
	    persock_exchange_has_refusal(persock_exchange_find(sock)))
		events |= EPOLLIN | EPOLLRDNORM;

	return events;
}
