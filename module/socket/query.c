// SPDX-License-Identifier: GPL-2.0
/*
 * DNS queries. If a policy has rules on host names, message.c asks here before
 * each judged send whether it goes to a resolver. If it does, the query is
 * copied and read; each layer judges its name; then the copy is sent, or the
 * module answers in the resolver's place.
 *
 * The copy is sent to the judged resolver by name, so neither another thread
 * that changes the buffer nor one that connects the socket elsewhere makes a
 * difference. What would become another datagram than the copy is refused: a
 * socket that is corked, or that cuts its data into segments.
 *
 * In a stream the bytes of a query are held back until it is complete, and then
 * sent at once. A stream with a query that cannot be read fails. The kernel
 * takes no notice of a name in a stream's message. It does with MSG_FASTOPEN,
 * unless a connect was deferred (TCP_FASTOPEN_CONNECT): so it is answered as by
 * a kernel that does not send data with a connect.
 */
#include <linux/err.h>
#include <linux/in.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/uio.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "cgroup/stack.h"
#include "compat.h"
#include "cgroup/learnt.h"
#include "policy/dns.h"
#include "policy/host.h"
#include "socket/endpoint.h"
#include "socket/exchange.h"
#include "socket/host.h"
#include "socket/query.h"
#include "socket/router.h"

/**
 * persock_view_has_resolver() - is an endpoint a resolver of any layer?
 * @view: what the socket is held to
 * @endpoint: the endpoint
 *
 * Context: any; RCU read side for @view.
 * Return: true if it is.
 */
bool persock_view_has_resolver(const struct persock_view *view,
			       const struct persock_endpoint *endpoint)
{
	unsigned int i;

	for (i = 0; i < view->nr; i++) {
		if (persock_is_resolver(&view->layers[i]->policy.names,
					endpoint))
			return true;
	}

	return false;
}

static bool goes_to_resolver(const struct persock_router *router,
			     const struct persock_endpoint *endpoint)
{
	bool resolver;

	rcu_read_lock();
	resolver = persock_view_has_resolver(persock_router_view(router),
					     endpoint);
	rcu_read_unlock();

	return resolver;
}

/* UDP over IPv6 reads an address without a family as none. */
static bool names_peer(const struct persock_identity *who,
		       const struct msghdr *msg)
{
	const struct sockaddr *name = msg->msg_name;

	return name && !(who->family == AF_INET6 &&
			 msg->msg_namelen >=
				(int)offsetofend(struct sockaddr, sa_family) &&
			 name->sa_family == AF_UNSPEC);
}

static bool cuts_into_segments(struct msghdr *msg)
{
	struct cmsghdr *cmsg;

	if (!msg->msg_controllen)
		return false;
	for_each_cmsghdr(cmsg, msg) {
		if (!CMSG_OK(msg, cmsg))
			return true;
		if (cmsg->cmsg_level == SOL_UDP &&
		    cmsg->cmsg_type == UDP_SEGMENT)
			return true;
	}

	return false;
}

/* Would the kernel send the message as one datagram of its own? */
static bool is_whole(const struct persock_query *query, struct msghdr *msg)
{
	if (msg->msg_flags & (MSG_ZEROCOPY | MSG_OOB))
		return false;
	if (query->who.type == SOCK_STREAM)
		return true;

	return !(msg->msg_flags & MSG_MORE) &&
	       !persock_udp_composes(query->who.sk) && !cuts_into_segments(msg);
}

/* Copy bytes of the program's message, which stays as it is. */
static int fetch(struct persock_query *query, struct iov_iter *from,
		 unsigned int nr)
{
	if (!copy_from_iter_full(query->data + query->length, nr, from))
		return -EFAULT;
	query->length += nr;
	query->taken += nr;

	return 0;
}

static int read_datagram(struct persock_query *query, struct msghdr *msg,
			 size_t length)
{
	struct iov_iter from = msg->msg_iter;
	int err;

	query->complete = true;
	if (length > PERSOCK_DNS_QUERY_MAX)
		return -EMSGSIZE;
	err = fetch(query, &from, length);
	if (err)
		return err;
	query->readable = !persock_dns_query(query->data, query->length,
					     &query->question);

	return 0;
}

/* Send what is left of a query that was allowed. */
static int send_rest(struct persock_router *router,
		     struct persock_exchange *exchange, int flags)
{
	struct msghdr own = { .msg_flags = flags };
	struct kvec vec = {
		.iov_base = exchange->out + exchange->out_sent,
		.iov_len = exchange->out_length - exchange->out_sent,
	};
	int sent;

	iov_iter_kvec(&own.msg_iter, ITER_SOURCE, &vec, 1, vec.iov_len);
	sent = router->provider->ops->sendmsg(exchange->sock, &own,
					      vec.iov_len);
	if (sent < 0)
		return sent;
	if (sent < vec.iov_len) {
		exchange->out_sent += sent;
		return flags & MSG_DONTWAIT ? -EAGAIN : -EINTR;
	}
	exchange->out_length = 0;
	exchange->out_sent = 0;

	return 0;
}

/* Read up to the end of one query; what came before is in exchange->out. */
static int read_stream(struct persock_query *query, struct msghdr *msg,
		       size_t length)
{
	const struct persock_exchange *exchange = query->exchange;
	struct iov_iter from = msg->msg_iter;
	unsigned int end;
	int err;

	memcpy(query->data, exchange->out, exchange->out_length);
	query->length = exchange->out_length;
	if (query->length < PERSOCK_DNS_PREFIX) {
		err = fetch(query, &from,
			    min_t(size_t, length,
				  PERSOCK_DNS_PREFIX - query->length));
		if (err || query->length < PERSOCK_DNS_PREFIX)
			return err;
	}
	end = persock_exchange_end_of(query->data);
	if (end > sizeof(query->data))
		return -EMSGSIZE;
	err = fetch(query, &from, min_t(size_t, length - query->taken,
					end - query->length));
	if (err || query->length < end)
		return err;
	query->complete = true;
	query->readable =
		!persock_dns_query(query->data + PERSOCK_DNS_PREFIX,
				   end - PERSOCK_DNS_PREFIX, &query->question);

	return 0;
}

/* From here on poll() and receives must know of the exchange. */
static int watch(struct persock_router *router, struct socket *sock)
{
	struct persock_router *watching;

	if (router->phase != PERSOCK_PHASE_JUDGED)
		return 0;
	watching = persock_router_in(router, PERSOCK_PHASE_UNSENT);
	if (!watching)
		return -ENOBUFS;
	/* If it fails the socket is in one of the other phases by now. */
	(void)cmpxchg(&sock->ops, (const struct proto_ops *)&router->ops,
		      (const struct proto_ops *)&watching->ops);

	return 0;
}

/* A query in the socket's exchange, which there is from now on. */
static struct persock_query *prepare(struct persock_router *router,
				     struct socket *sock)
{
	struct persock_attachment *inner = persock_stack_inner(router->stack);
	struct persock_exchange *exchange;
	struct persock_query *query;

	if (persock_learnt_prepare(&inner->account->learnt))
		return NULL;
	exchange = persock_exchange_make(sock);
	if (!exchange || watch(router, sock))
		return NULL;
	query = xchg(&exchange->spare_query, NULL) ?:
		kmalloc(sizeof(*query), GFP_KERNEL_ACCOUNT);
	if (!query)
		return NULL;
	/* What comes from here on is written before it is read. */
	memset(query, 0, offsetof(struct persock_query, question));
	query->exchange = exchange;

	return query;
}

static int read_query(struct persock_query *query,
		      struct persock_router *router, struct msghdr *msg,
		      size_t length)
{
	struct persock_exchange *exchange = query->exchange;
	int err;

	query->whole = is_whole(query, msg);
	if (query->who.type != SOCK_STREAM)
		return read_datagram(query, msg, length);
	if (mutex_lock_killable(&exchange->sending))
		return -ERESTARTSYS;
	persock_exchange_begin_send(exchange);
	err = exchange->out_sent ?
	      send_rest(router, exchange, msg->msg_flags &
					  (MSG_DONTWAIT | MSG_NOSIGNAL)) : 0;
	if (!err)
		err = read_stream(query, msg, length);
	if (err)
		mutex_unlock(&exchange->sending);

	return err;
}

/**
 * persock_query_begin() - read a send that goes to a resolver
 * @router: the socket's
 * @sock: the governed socket
 * @msg: the message; it stays as it is
 * @length: its length in bytes
 *
 * Only call it if a policy has rules on host names.
 *
 * Context: process context, may sleep. On success the exchange of a stream is
 * locked until persock_query_finish().
 * Return: the query, which persock_query_finish() frees; NULL for a send that
 * goes elsewhere; an ERR_PTR: -EDESTADDRREQ for a datagram without a peer,
 * -EOPNOTSUPP for data that is sent with a connect,
 * -EMSGSIZE for a query of more than PERSOCK_DNS_QUERY_MAX bytes, -ENOBUFS
 * without memory, -EFAULT, or what sending the rest of a stream returns.
 */
struct persock_query *persock_query_begin(struct persock_router *router,
					  struct socket *sock,
					  struct msghdr *msg, size_t length)
{
	bool holds = persock_router_holds_names(router);
	struct persock_endpoint endpoint;
	struct persock_identity who;
	struct persock_query *query;
	int err;

	persock_identify(sock, &who);
	if (!who.sk || !persock_host_speaks_dns(who.type, who.protocol))
		return NULL;
	if (who.type == SOCK_STREAM && msg->msg_flags & MSG_FASTOPEN)
		return holds ? ERR_PTR(-EOPNOTSUPP) : NULL;
	if (!persock_endpoint_peer(&who, msg, &endpoint)) {
		/* Another thread may be connecting it to a resolver. */
		return holds && who.type == SOCK_DGRAM &&
		       !names_peer(&who, msg) ? ERR_PTR(-EDESTADDRREQ) : NULL;
	}
	if (!goes_to_resolver(router, &endpoint))
		return NULL;

	query = prepare(router, sock);
	if (!query)
		return ERR_PTR(-ENOBUFS);
	query->who = who;
	query->resolver = endpoint;
	err = read_query(query, router, msg, length);
	if (!err)
		return query;
	persock_exchange_leave(&query->exchange->spare_query, query);
	/* A policy that only audits leaves a long datagram to the kernel. */
	if (err == -EMSGSIZE && !holds && who.type == SOCK_DGRAM)
		return NULL;

	return ERR_PTR(err);
}

/**
 * persock_query_judge() - the verdict of one layer on a send to its resolver
 * @version: the version of the layer
 * @call: the call; section, rule and host name that decided are filled in
 * @query: the query; NULL if it was not read
 *
 * Context: any; RCU read side for @version; does not sleep.
 * Return: PERSOCK_ALLOW or a negative errno.
 */
int persock_query_judge(const struct persock_version *version,
			struct persock_call *call, struct persock_query *query)
{
	const struct persock_policy *policy = &version->policy;
	const struct persock_endpoint *endpoint = query ? &query->resolver :
							  call->endpoint;
	unsigned int rule;
	int verdict;

	if (!endpoint || !persock_is_resolver(&policy->names, endpoint))
		return PERSOCK_ALLOW;
	if (!query) {
		struct persock_identity who;

		/* It was no resolver when the send began. */
		persock_identify(call->sock, &who);
		if (!persock_host_speaks_dns(who.type, who.protocol))
			return PERSOCK_ALLOW;
		call->rule = 0;
		return persock_unjudged_errno(&policy->connect);
	}
	if (query->whole && !query->complete)
		return PERSOCK_ALLOW;

	call->section = PERSOCK_SECTION_CONNECT;
	call->endpoint = endpoint;
	call->rule = 0;
	if (!query->whole)
		return persock_unjudged_errno(&policy->connect);
	if (!query->readable)
		return policy->names.queries == PERSOCK_QUERIES_ANY ?
		       PERSOCK_ALLOW : persock_unjudged_errno(&policy->connect);

	call->host = query->question.host;
	call->query = true;
	call->subject = 0;
	verdict = persock_judge_query(policy, query->question.host,
				      query->question.type, &rule);
	if (rule)
		call->rule = policy->connect.nr + rule;
	if (verdict && persock_enforces(version))
		query->refused = true;

	return verdict;
}

/* The program's message is answered here; nothing is sent. */
static int refuse(struct persock_query *query)
{
	unsigned int prefix = query->who.type == SOCK_STREAM ?
			      PERSOCK_DNS_PREFIX : 0;
	struct persock_refusal *refusal;
	unsigned int length;

	refusal = kzalloc(sizeof(*refusal), GFP_KERNEL_ACCOUNT);
	if (!refusal)
		return -ENOBUFS;
	length = persock_dns_refuse(query->data + prefix, &query->question,
				    refusal->data + prefix);
	if (prefix) {
		refusal->data[0] = length >> 8;
		refusal->data[1] = length;
	}
	refusal->length = prefix + length;
	refusal->from_length = persock_write_address(&query->who,
						     &query->resolver,
						     &refusal->from);
	persock_exchange_refuse(query->exchange, refusal);
	rcu_read_lock();
	sk_wake_async(query->who.sk, SOCK_WAKE_WAITD, POLL_IN);
	rcu_read_unlock();

	return 0;
}

/* Send the copy. Returns the provider's answer. */
static int send_copy(struct persock_query *query, struct persock_router *router,
		     struct socket *sock, struct msghdr *msg)
{
	struct kvec vec = {
		.iov_base = query->data,
		.iov_len = query->length,
	};
	struct msghdr own = *msg;
	struct sockaddr_in6 name;

	if (query->readable)
		persock_exchange_ask(query->exchange, &query->question);
	iov_iter_kvec(&own.msg_iter, ITER_SOURCE, &vec, 1,
		      query->length);
	own.msg_flags &= ~PERSOCK_SPLICE_FLAGS;
	own.msg_ubuf = NULL;
	if (query->who.type != SOCK_STREAM && !names_peer(&query->who, msg)) {
		own.msg_namelen = persock_write_address(&query->who,
							&query->resolver,
							&name);
		own.msg_name = &name;
	}

	return router->provider->ops->sendmsg(sock, &own, query->length);
}

/* A part of a query in a stream is kept until the rest of it comes. */
static void keep(struct persock_query *query, unsigned int sent)
{
	struct persock_exchange *exchange = query->exchange;

	if (sent == query->length) {
		exchange->out_length = 0;
		exchange->out_sent = 0;
		return;
	}
	memcpy(exchange->out, query->data, query->length);
	exchange->out_length = query->length;
	exchange->out_sent = sent;
}

static int finish(struct persock_query *query, struct persock_router *router,
		  struct socket *sock, struct msghdr *msg, int verdict)
{
	bool stream = query->who.type == SOCK_STREAM;
	int sent = query->length;

	if (verdict && !query->refused)
		return verdict;
	if (query->refused) {
		int err = refuse(query);

		if (err)
			return err;
	} else if (query->complete) {
		sent = send_copy(query, router, sock, msg);
		if (sent < 0 || !stream)
			goto advance;
	} else {
		sent = 0;
	}
	if (stream)
		keep(query, sent);
	sent = query->taken;
advance:
	if (sent > 0)
		iov_iter_advance(&msg->msg_iter, sent);

	return sent;
}

/**
 * persock_query_finish() - send a query, or answer it
 * @query: the query, which is freed
 * @router: the socket's
 * @sock: the governed socket
 * @msg: the message
 * @verdict: PERSOCK_ALLOW; or the errno of a denial or PERSOCK_CHANGED, and then
 *	     nothing is sent
 *
 * Context: process context, may sleep.
 * Return: as sendmsg(): a query that the module answers was sent, as the
 * program sees it. In a stream the rest of @msg may be another query.
 */
int persock_query_finish(struct persock_query *query,
			 struct persock_router *router, struct socket *sock,
			 struct msghdr *msg, int verdict)
{
	int sent = finish(query, router, sock, msg, verdict);

	if (query->who.type == SOCK_STREAM)
		mutex_unlock(&query->exchange->sending);
	persock_exchange_leave(&query->exchange->spare_query, query);

	return sent;
}

/*
 * The peer of a stream, if it has one. MPTCP has its state before its peer, and
 * the peer's port before its address: a send waits for the connect that sets
 * them.
 */
static bool has_peer(const struct persock_identity *who,
		     struct persock_endpoint *endpoint)
{
	if (inet_sk_state_load(who->sk) == TCP_CLOSE)
		return false;
	persock_read_peer(who, endpoint);

	return endpoint->port && !persock_unspecified(endpoint);
}

/**
 * persock_query_stream() - may data of a stream be sent without a look at it?
 * @router: the socket's
 * @sock: the governed socket
 * @msg: the message
 * @asks: set if it may go to a resolver, and must be read as queries
 *
 * A stream has its peer before it can send, and gets another one only if
 * nothing else uses the socket, see unsent.c. A socket without a peer might get
 * a resolver as its peer meanwhile, so it fails here.
 *
 * Context: process context.
 * Return: 0; the errno of a stream without a peer; -EOPNOTSUPP for data that is
 * sent with a connect.
 */
int persock_query_stream(struct persock_router *router, struct socket *sock,
			 struct msghdr *msg, bool *asks)
{
	struct persock_endpoint endpoint;
	struct persock_identity who;

	*asks = false;
	persock_identify(sock, &who);
	if (!who.sk || !persock_host_speaks_dns(who.type, who.protocol) ||
	    !persock_router_names(router))
		return 0;
	if (msg->msg_flags & MSG_FASTOPEN)
		return persock_router_holds_names(router) ? -EOPNOTSUPP : 0;
	if (!has_peer(&who, &endpoint))
		return !persock_router_holds_names(router) ? 0 :
		       sk_stream_error((struct sock *)who.sk, msg->msg_flags,
				       -EPIPE);
	/* Another program (cgroup-BPF) may have moved the peer of a connect. */
	*asks = endpoint.port == PERSOCK_DNS_PORT ||
		goes_to_resolver(router, &endpoint);

	return 0;
}

/**
 * persock_query_flush() - send the rest of a query, if there is any
 * @router: the socket's
 * @exchange: that of a stream whose program waits for the answer
 *
 * Context: process context; does not wait.
 */
void persock_query_flush(struct persock_router *router,
			 struct persock_exchange *exchange)
{
	if (!READ_ONCE(exchange->out_sent) ||
	    !mutex_trylock(&exchange->sending))
		return;
	persock_exchange_begin_send(exchange);
	if (exchange->out_sent)
		send_rest(router, exchange, MSG_DONTWAIT | MSG_NOSIGNAL);
	mutex_unlock(&exchange->sending);
}

/**
 * persock_query_peer() - is the peer of a stream a resolver?
 * @router: the socket's
 * @sock: the governed socket
 *
 * Context: any; does not sleep.
 * Return: 1 if it is one of a policy with rules on host names; -ENOTCONN if a
 * stream for which there may be one has no peer yet; else 0.
 */
int persock_query_peer(const struct persock_router *router, struct socket *sock)
{
	struct persock_endpoint endpoint;
	struct persock_identity who;

	if (sock->type != SOCK_STREAM || router->class != PERSOCK_CLASS_INET ||
	    !persock_router_holds_names(router))
		return 0;
	persock_identify(sock, &who);
	if (!who.sk || !persock_host_speaks_dns(who.type, who.protocol))
		return 0;
	if (!has_peer(&who, &endpoint))
		return -ENOTCONN;

	return goes_to_resolver(router, &endpoint);
}
