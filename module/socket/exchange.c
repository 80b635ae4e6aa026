// SPDX-License-Identifier: GPL-2.0
/*
 * The exchanges of sockets with resolvers: which queries wait for an answer,
 * and which answers the module gives itself. query.c and answer.c use them.
 *
 * A refused query does not leave the machine. It is answered NXDOMAIN, and the
 * answer waits here, in a queue of the socket's own, until the program receives
 * it: poll() and recvmsg() of the router look here first.
 *
 * Locks: exchange->lock is innermost. exchange->sending and exchange->receiving
 * are held across the provider's call, of this socket only.
 */
#include <linux/jhash.h>
#include <linux/minmax.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uio.h>
#include <linux/wait.h>

#include "socket/exchange.h"
#include "socket/flags.h"
#include "socket/router.h"

static const struct rhashtable_params params = {
	.key_len = sizeof(struct socket *),
	.key_offset = offsetof(struct persock_exchange, sock),
	.head_offset = offsetof(struct persock_exchange, node),
	.automatic_shrinking = true,
};

static struct rhashtable exchanges;

/**
 * persock_exchange_init() - set up the table
 *
 * Return: 0 or -ENOMEM.
 */
int __init persock_exchange_init(void)
{
	return rhashtable_init(&exchanges, &params);
}

/**
 * persock_exchange_exit() - free the table; no socket is left
 */
void persock_exchange_exit(void)
{
	rhashtable_destroy(&exchanges);
}

/**
 * persock_exchange_find() - the exchange of a socket
 * @sock: an open socket
 *
 * Context: any; the caller keeps the socket open, and with it the exchange.
 * Return: the exchange, or NULL.
 */
struct persock_exchange *persock_exchange_find(const struct socket *sock)
{
	return test_bit(PERSOCK_ASKED, &sock->flags) ?
	       rhashtable_lookup_fast(&exchanges, &sock, params) : NULL;
}

/**
 * persock_exchange_make() - the exchange of a socket, made if there is none
 * @sock: an open socket
 *
 * Context: process context, may sleep.
 * Return: the exchange, or NULL without memory.
 */
struct persock_exchange *persock_exchange_make(struct socket *sock)
{
	struct persock_exchange *exchange = persock_exchange_find(sock), *other;

	if (exchange)
		return exchange;
	exchange = kzalloc(sizeof(*exchange), GFP_KERNEL_ACCOUNT);
	if (!exchange)
		return NULL;
	exchange->sock = sock;
	spin_lock_init(&exchange->lock);
	INIT_LIST_HEAD(&exchange->refusals);
	mutex_init(&exchange->sending);
	mutex_init(&exchange->receiving);

	rcu_read_lock();
	other = rhashtable_lookup_get_insert_fast(&exchanges, &exchange->node,
						  params);
	rcu_read_unlock();
	if (other) {
		kfree(exchange);
		return IS_ERR(other) ? NULL : other;
	}
	set_bit(PERSOCK_ASKED, &sock->flags);

	return exchange;
}

/**
 * persock_exchange_end() - free the exchange of a socket
 * @sock: the socket, which is being released
 *
 * Context: process context.
 */
void persock_exchange_end(struct socket *sock)
{
	struct persock_exchange *exchange = persock_exchange_find(sock);
	struct persock_refusal *refusal, *next;

	if (!exchange)
		return;
	rhashtable_remove_fast(&exchanges, &exchange->node, params);
	clear_bit(PERSOCK_ASKED, &sock->flags);
	list_for_each_entry_safe(refusal, next, &exchange->refusals, node)
		kfree(refusal);
	kvfree(exchange->in);
	kfree(exchange->spare_query);
	kvfree(exchange->spare_buffer);
	kfree_rcu(exchange, rcu);
}

/**
 * persock_exchange_connects() - a socket is about to get another peer
 * @sock: an open socket
 *
 * What is known of its stream is about its connection. Half a message of one
 * and half a message of another must not become one message.
 *
 * Context: any.
 */
void persock_exchange_connects(const struct socket *sock)
{
	struct persock_exchange *exchange = persock_exchange_find(sock);

	if (exchange)
		atomic_inc(&exchange->connects);
}

/**
 * persock_exchange_begin_send() - drop what an earlier connection has left
 * @exchange: that of a stream; the caller has locked its sending
 */
void persock_exchange_begin_send(struct persock_exchange *exchange)
{
	int connects = atomic_read(&exchange->connects);

	if (exchange->out_connects == connects)
		return;
	exchange->out_connects = connects;
	exchange->out_length = 0;
	exchange->out_sent = 0;
}

/**
 * persock_exchange_begin_receive() - drop what an earlier connection has left
 * @exchange: that of a stream; the caller has locked its receiving
 */
void persock_exchange_begin_receive(struct persock_exchange *exchange)
{
	int connects = atomic_read(&exchange->connects);

	if (exchange->in_connects == connects)
		return;
	exchange->in_connects = connects;
	kvfree(exchange->in);
	exchange->in = NULL;
	WRITE_ONCE(exchange->in_length, 0);
}

static u32 mark_of(const struct persock_question *question)
{
	u32 hash = jhash(question->host, strlen(question->host),
			 question->type);

	return (u32)question->id << 16 | (hash & U16_MAX);
}

/**
 * persock_exchange_ask() - a query is about to be sent
 * @exchange: the socket's
 * @question: its question
 *
 * The oldest one of too many is forgotten: its answer is not learnt.
 */
void persock_exchange_ask(struct persock_exchange *exchange,
			  const struct persock_question *question)
{
	u32 mark = mark_of(question);

	spin_lock(&exchange->lock);
	exchange->asked[exchange->nr_asked++ % PERSOCK_QUERIES_MAX] = mark;
	spin_unlock(&exchange->lock);
}

/**
 * persock_exchange_asked() - has the socket asked this question?
 * @exchange: the socket's
 * @question: the question of an answer
 *
 * Context: process context; does not sleep.
 * Return: true if it has.
 */
bool persock_exchange_asked(struct persock_exchange *exchange,
			    const struct persock_question *question)
{
	u32 mark = mark_of(question);
	unsigned int i, nr;
	bool asked = false;

	spin_lock(&exchange->lock);
	nr = min_t(unsigned int, exchange->nr_asked, PERSOCK_QUERIES_MAX);
	for (i = 0; i < nr && !asked; i++)
		asked = exchange->asked[i] == mark;
	spin_unlock(&exchange->lock);

	return asked;
}

/* Whoever waits for the socket sleeps in its own queue. */
static void wake(struct persock_exchange *exchange)
{
	wake_up_interruptible_poll(&exchange->sock->wq.wait,
				   EPOLLIN | EPOLLRDNORM);
}

/**
 * persock_exchange_refuse() - queue an answer in the resolver's place
 * @exchange: the socket's
 * @refusal: the answer; the exchange owns it from now on
 *
 * Of too many the oldest is dropped, as if a datagram were lost.
 *
 * Context: process context; does not sleep.
 */
void persock_exchange_refuse(struct persock_exchange *exchange,
			     struct persock_refusal *refusal)
{
	struct persock_refusal *next;
	LIST_HEAD(dropped);

	spin_lock(&exchange->lock);
	/* One that a task only looks at comes back, and is one more then. */
	while (exchange->nr_refusals >= PERSOCK_REFUSALS_MAX) {
		list_move(exchange->refusals.next, &dropped);
		exchange->nr_refusals--;
	}
	list_add_tail(&refusal->node, &exchange->refusals);
	exchange->nr_refusals++;
	spin_unlock(&exchange->lock);
	list_for_each_entry_safe(refusal, next, &dropped, node)
		kfree(refusal);
	wake(exchange);
}

/**
 * persock_exchange_has_refusal() - can a refusal be received now?
 * @exchange: the socket's
 *
 * Context: any; does not sleep.
 * Return: true if one waits; in a stream only between two messages.
 */
bool persock_exchange_has_refusal(const struct persock_exchange *exchange)
{
	return READ_ONCE(exchange->nr_refusals) &&
	       !READ_ONCE(exchange->in_length);
}

/**
 * persock_exchange_next() - the length of what can be received next
 * @exchange: the socket's
 *
 * Context: process context; does not sleep.
 * Return: bytes of the first refusal that are left; 0 if there is none.
 */
unsigned int persock_exchange_next(struct persock_exchange *exchange)
{
	const struct persock_refusal *refusal;
	unsigned int left = 0;

	if (!persock_exchange_has_refusal(exchange))
		return 0;
	spin_lock(&exchange->lock);
	refusal = list_first_entry_or_null(&exchange->refusals,
					   struct persock_refusal, node);
	if (refusal)
		left = refusal->length - refusal->offset;
	spin_unlock(&exchange->lock);

	return left;
}

/* Copy what is left of a refusal; the caller receives alone. */
static int copy_out(struct persock_refusal *refusal, struct msghdr *msg,
		    size_t length)
{
	unsigned int left = refusal->length - refusal->offset;
	size_t copied = min_t(size_t, length, left);

	if (copy_to_iter(refusal->data + refusal->offset, copied,
			 &msg->msg_iter) != copied)
		return -EFAULT;

	return copied;
}

static struct persock_refusal *take(struct persock_exchange *exchange)
{
	struct persock_refusal *refusal;

	spin_lock(&exchange->lock);
	refusal = list_first_entry_or_null(&exchange->refusals,
					   struct persock_refusal, node);
	if (refusal) {
		list_del(&refusal->node);
		exchange->nr_refusals--;
	}
	spin_unlock(&exchange->lock);

	return refusal;
}

static void put_back(struct persock_exchange *exchange,
		     struct persock_refusal *refusal)
{
	spin_lock(&exchange->lock);
	list_add(&refusal->node, &exchange->refusals);
	exchange->nr_refusals++;
	spin_unlock(&exchange->lock);
	/* Another task may have looked meanwhile, and wait. */
	wake(exchange);
}

/**
 * persock_exchange_receive() - receive a refusal
 * @exchange: the socket's
 * @msg: the message to fill in
 * @length: room for data
 * @flags: flags of the call
 *
 * Context: process context, may sleep. The caller of a stream has locked
 * exchange->receiving.
 * Return: as recvmsg(); -EAGAIN if there is none.
 */
int persock_exchange_receive(struct persock_exchange *exchange,
			     struct msghdr *msg, size_t length, int flags)
{
	bool stream = exchange->sock->type == SOCK_STREAM;
	struct persock_refusal *refusal;
	int received;

	if (!persock_exchange_has_refusal(exchange))
		return -EAGAIN;
	refusal = take(exchange);
	if (!refusal)
		return -EAGAIN;
	received = copy_out(refusal, msg, length);
	if (received >= 0 && !stream) {
		if (length < refusal->length)
			msg->msg_flags |= MSG_TRUNC;
		if (flags & MSG_TRUNC)
			received = refusal->length;
		if (msg->msg_name) {
			memcpy(msg->msg_name, &refusal->from,
			       refusal->from_length);
			msg->msg_namelen = refusal->from_length;
		}
	}
	if (flags & MSG_PEEK) {
		put_back(exchange, refusal);
		return received;
	}
	if (stream && received > 0)
		refusal->offset += received;
	if (stream && refusal->offset < refusal->length)
		put_back(exchange, refusal);
	else
		kfree(refusal);

	return received;
}
