/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DNS exchanges: what is known of a socket that has sent a query to a resolver.
 * query.c and answer.c use it; operations.c ends it with the socket.
 */
#ifndef _PERSOCK_EXCHANGE_H
#define _PERSOCK_EXCHANGE_H

#include <linux/atomic.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/rhashtable-types.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "policy/dns.h"

/* So many queries of a socket can wait for their answers. */
#define PERSOCK_QUERIES_MAX	256

/* So many refusals of a socket can wait to be received. */
#define PERSOCK_REFUSALS_MAX	64

/* The buffer for a datagram is not smaller: the module reads it whole. */
#define PERSOCK_DATAGRAM_MIN	4096

/* The length before each message of a stream, in bytes. */
#define PERSOCK_DNS_PREFIX	2

/**
 * struct persock_refusal - an answer in the resolver's place
 * @node: in the exchange's list
 * @from: the resolver's address, as the socket expects it
 * @from_length: length of @from
 * @offset: bytes that were received, for a stream
 * @length: length of @data
 * @data: the answer, with its length before it for a stream
 */
struct persock_refusal {
	struct list_head node;
	struct sockaddr_in6 from;
	int from_length;
	unsigned int offset;
	unsigned int length;
	u8 data[PERSOCK_DNS_PREFIX + PERSOCK_DNS_REFUSAL_MAX];
};

/**
 * struct persock_exchange - the DNS exchange of a socket
 * @node: in the table of exchanges, by @sock
 * @sock: the socket
 * @lock: protects @asked, @nr_asked, @refusals and @nr_refusals; innermost
 * @asked: queries that wait for an answer, by id and a hash of the question
 * @nr_asked: number of queries so far; the last ones are in @asked
 * @refusals: refusals that wait to be received, the first one first
 * @nr_refusals: length of @refusals
 * @connects: number of connects of the socket since the first query
 * @sending: serialises sends of a stream; taken before the sock's lock
 * @out: bytes of a stream: a query that is not complete, or the rest of one
 *	 that was allowed; @sending
 * @out_length: length of @out; @sending
 * @out_sent: bytes of @out that were sent; 0: it is not complete; @sending
 * @out_connects: @connects when @out was begun; @sending
 * @receiving: serialises receives of a stream; taken before the sock's lock
 * @prefix: length of the message that is being received; @receiving
 * @in: the message that is being received; NULL without memory; @receiving
 * @in_length: its received bytes, with @prefix; @receiving
 * @in_end: its length, with @prefix; valid from PERSOCK_DNS_PREFIX bytes on
 * @in_connects: @connects when the message was begun; @receiving
 * @spare_query: the last send's query, for the next one; xchg()
 * @spare_buffer: the last receive's buffer of PERSOCK_DATAGRAM_MIN bytes, for
 *		  the next one; xchg()
 * @rcu: frees it, as a lookup of another socket may pass by
 *
 * Made with the first query, freed with the socket. Its memory is charged to
 * the task.
 */
struct persock_exchange {
	struct rhash_head node;
	struct socket *sock;
	spinlock_t lock; /* of queries and refusals */
	u32 asked[PERSOCK_QUERIES_MAX];
	unsigned int nr_asked;
	struct list_head refusals;
	unsigned int nr_refusals;
	atomic_t connects;
	struct mutex sending; /* of @out */
	u8 out[PERSOCK_DNS_PREFIX + PERSOCK_DNS_QUERY_MAX];
	unsigned int out_length;
	unsigned int out_sent;
	int out_connects;
	struct mutex receiving; /* of @in and @prefix */
	u8 prefix[PERSOCK_DNS_PREFIX];
	u8 *in;
	unsigned int in_length;
	unsigned int in_end;
	int in_connects;
	void *spare_query;
	void *spare_buffer;
	struct rcu_head rcu;
};

/**
 * persock_exchange_end_of() - the length of a stream's message
 * @prefix: its first PERSOCK_DNS_PREFIX bytes
 *
 * Return: bytes, @prefix included.
 */
static inline unsigned int persock_exchange_end_of(const u8 *prefix)
{
	return PERSOCK_DNS_PREFIX + (prefix[0] << 8 | prefix[1]);
}

/**
 * persock_exchange_leave() - leave memory to the next call of the same kind
 * @spare: the exchange's place for it, which has room for one
 * @memory: of kvmalloc()
 *
 * Most sockets ask twice, and new memory may have to be cleared.
 *
 * Context: process context, may sleep.
 */
static inline void persock_exchange_leave(void **spare, void *memory)
{
	if (cmpxchg(spare, NULL, memory))
		kvfree(memory);
}

int persock_exchange_init(void);
void persock_exchange_exit(void);
struct persock_exchange *persock_exchange_make(struct socket *sock);
struct persock_exchange *persock_exchange_find(const struct socket *sock);
void persock_exchange_end(struct socket *sock);
void persock_exchange_connects(const struct socket *sock);
void persock_exchange_begin_send(struct persock_exchange *exchange);
void persock_exchange_begin_receive(struct persock_exchange *exchange);

void persock_exchange_ask(struct persock_exchange *exchange,
			  const struct persock_question *question);
bool persock_exchange_asked(struct persock_exchange *exchange,
			    const struct persock_question *question);
void persock_exchange_refuse(struct persock_exchange *exchange,
			     struct persock_refusal *refusal);
bool persock_exchange_has_refusal(const struct persock_exchange *exchange);
unsigned int persock_exchange_next(struct persock_exchange *exchange);
int persock_exchange_receive(struct persock_exchange *exchange,
			     struct msghdr *msg, size_t length, int flags);

#endif /* _PERSOCK_EXCHANGE_H */
