// SPDX-License-Identifier: GPL-2.0
/*
 * Notes: facts about calls on governed sockets, for layers in mode record. Each
 * fact is what a rule would have to allow; report/record.c counts it in the
 * account of the layer's cgroup.
 *
 * Nothing is read but what verdicts depend on: no data, no values of options,
 * of DNS queries only the name.
 */
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/ip.h>
#include <net/sock.h>

#include "cgroup/stack.h"
#include "compat.h"
#include "policy/section.h"
#include "policy/unix_rule.h"
#include "report/record.h"
#include "socket/endpoint.h"
#include "socket/host.h"
#include "socket/identity.h"
#include "socket/note.h"
#include "socket/query.h"
#include "socket/router.h"
#include "socket/vsock.h"

/* Of longer names of AF_UNIX sockets the beginning is noted, as a prefix. */
#define UNIX_TEXT	512

static void note(const struct persock_call *call,
		 const struct persock_fact *fact, const char *host, u32 value)
{
	persock_record_note(&persock_call_attachment(call)->account->record,
			    fact, host, value);
}

static enum persock_class class_of(const struct persock_call *call)
{
	return call->request ? persock_class_of(call->request->family) :
			       persock_router_of(call->sock)->class;
}

/**
 * persock_note_limit() - note what a limit would have to allow
 * @call: the call
 * @limit: the limit
 * @value: the value
 *
 * Context: any; RCU read side; does not sleep. The same holds for all functions
 * here, unless they say more.
 */
void persock_note_limit(const struct persock_call *call,
			enum persock_limit limit, u32 value)
{
	struct persock_fact fact = {
		.section = PERSOCK_SECTION_LIMITS,
		.subject = limit,
	};

	if (persock_limit_by_class(limit))
		fact.class = class_of(call);
	note(call, &fact, NULL, value);
}

/**
 * persock_note_sockets() - note the number of live sockets
 * @call: the creation of one, or an accept; it is counted already
 */
void persock_note_sockets(const struct persock_call *call)
{
	persock_note_limit(call, PERSOCK_LIMIT_SOCKETS,
			   persock_account_sockets(persock_call_attachment(call)->account));
}

/**
 * persock_note_request() - note a request for a socket
 * @call: the call
 *
 * Return: PERSOCK_ALLOW.
 */
int persock_note_request(const struct persock_call *call)
{
	const struct persock_request *request = call->request;
	struct persock_fact fact = {
		.section = PERSOCK_SECTION_SOCKETS,
		.subject = request->type,
		.detail = request->protocol,
		.endpoint.family = request->family,
	};

	note(call, &fact, NULL, 0);

	return PERSOCK_ALLOW;
}

/**
 * persock_note_requests() - note a request for each layer that records
 * @stack: the layers that govern
 * @view: what they are held to
 * @call: the call, which no layer denies
 *
 * It is noted whether or not the kernel makes such a socket: a program that
 * asks for one and gets none shall get the same answer under a policy.
 */
void persock_note_requests(struct persock_stack *stack,
			   const struct persock_view *view,
			   struct persock_call *call)
{
	if (likely(!view->records))
		return;

	call->stack = stack;
	for (call->layer = 0; call->layer < view->nr; call->layer++) {
		if (persock_records(view->layers[call->layer]))
			persock_note_request(call);
	}
}

/**
 * persock_note_default() - note a call of a section without rules
 * @call: the call
 * @section: the section
 */
void persock_note_default(const struct persock_call *call,
			  enum persock_section section)
{
	struct persock_fact fact = { .section = section };

	if (section != PERSOCK_SECTION_UNIX_RIGHTS &&
	    section != PERSOCK_SECTION_UNIX_CREDENTIALS)
		fact.class = class_of(call);
	note(call, &fact, NULL, 0);
}

static bool is_unix(const struct persock_call *call)
{
	return persock_router_unix(persock_router_of(call->sock));
}

/**
 * persock_note_option() - note that an option is read or set
 * @call: the call
 * @length: length of the value that is set
 */
void persock_note_option(const struct persock_call *call, u32 length)
{
	bool set = call->operation == PERSOCK_OP_SETSOCKOPT;
	struct persock_fact fact = {
		.section = set ? PERSOCK_SECTION_OPTIONS_SET :
				 PERSOCK_SECTION_OPTIONS_GET,
		.class = class_of(call),
		.subject = call->subject,
		.detail = call->detail,
	};

	note(call, &fact, NULL, 0);
	if (!set)
		return;
	persock_note_limit(call, PERSOCK_LIMIT_OPTION, length);
	if (call->subject == SOL_SOCKET && is_unix(call) &&
	    (call->detail == SO_PASSCRED || call->detail == SO_PASSPIDFD))
		persock_note_default(call, PERSOCK_SECTION_UNIX_CREDENTIALS);
}

/**
 * persock_note_flags() - note the flags of a message
 * @call: the call
 * @section: that of flags that are sent or received
 * @flags: the flags, without those of the kernel
 */
void persock_note_flags(const struct persock_call *call,
			enum persock_section section, u32 flags)
{
	struct persock_fact fact = {
		.section = section,
		.class = class_of(call),
	};

	for (; flags; flags &= flags - 1) {
		fact.subject = flags & -flags;
		note(call, &fact, NULL, 0);
	}
}

/**
 * persock_note_ioctl() - note an ioctl
 * @call: the call
 */
void persock_note_ioctl(const struct persock_call *call)
{
	const struct persock_fact fact = {
		.section = PERSOCK_SECTION_IOCTLS,
		.class = class_of(call),
		.subject = call->subject,
	};

	note(call, &fact, NULL, 0);
}

/**
 * persock_note_control() - note a control message
 * @call: the call
 * @section: that of messages that are sent or received
 * @level: its level
 * @type: its type
 */
void persock_note_control(const struct persock_call *call,
			  enum persock_section section, int level, int type)
{
	const struct persock_fact fact = {
		.section = section,
		.class = class_of(call),
		.subject = level,
		.detail = type,
	};

	note(call, &fact, NULL, 0);
	if (level != SOL_SOCKET || !is_unix(call))
		return;
	if (type == SCM_RIGHTS)
		persock_note_default(call, PERSOCK_SECTION_UNIX_RIGHTS);
	if (type == SCM_CREDENTIALS)
		persock_note_default(call, PERSOCK_SECTION_UNIX_CREDENTIALS);
}

/**
 * persock_note_controls() - note the control messages of a send
 * @call: the call
 * @msg: the message; its control messages are in kernel memory
 */
void persock_note_controls(const struct persock_call *call, struct msghdr *msg)
{
	struct cmsghdr *cmsg;

	persock_note_limit(call, PERSOCK_LIMIT_CONTROL, msg->msg_controllen);
	for_each_cmsghdr(cmsg, msg) {
		if (!CMSG_OK(msg, cmsg))
			return;
		persock_note_control(call, PERSOCK_SECTION_CONTROL_SEND,
				     cmsg->cmsg_level, cmsg->cmsg_type);
	}
}

static void note_address(const struct persock_call *call,
			 enum persock_section section,
			 const struct persock_endpoint *endpoint, int protocol,
			 const char *host)
{
	const struct persock_fact fact = {
		.section = section,
		.detail = protocol,
		.endpoint = *endpoint,
	};

	note(call, &fact, host, 0);
}

/*
 * A server of UDP answers clients, whose ports their kernels have chosen. One
 * fact stands for all of these ports: the first that this kernel chooses from.
 */
static void join_ports(const struct persock_call *call,
		       const struct persock_identity *who,
		       struct persock_endpoint *endpoint)
{
	struct persock_endpoint own;
	int low, high;

	if (!who->sk || !persock_endpoint_named(call->sock, &own) || !own.port)
		return;
	inet_sk_get_local_port_range(who->sk, &low, &high);
	if (endpoint->port >= low)
		endpoint->port = low;
}

/**
 * persock_note_unix() - note a name of an AF_UNIX socket: a peer's, or its own
 * @call: the call
 */
void persock_note_unix(const struct persock_call *call)
{
	struct persock_fact fact = {
		.section = call->section,
		.subject = call->local->type,
		.detail = call->local->kind,
	};
	char text[UNIX_TEXT];
	size_t length;

	length = persock_unix_text(call->local, text, sizeof(text) - 1);
	/* The next byte may not have fitted. */
	if (length >= sizeof(text) - 1 - strlen("\\x00"))
		strscpy(text + length, "*", sizeof(text) - length);
	note(call, &fact, text, 0);
}

/**
 * persock_note_peer() - note the peer of a connect or of a send
 * @call: the call; without an endpoint there is nothing to note
 * @sends: data goes to the peer
 *
 * Programs connect a UDP socket to learn which of their own addresses would be
 * used, and send nothing, see unsent.c. So such a peer is noted without its
 * port until data is sent.
 */
void persock_note_peer(const struct persock_call *call, bool sends)
{
	struct persock_endpoint endpoint;
	struct persock_identity who;

	if (!call->endpoint)
		return;
	endpoint = *call->endpoint;
	if (endpoint.family == AF_VSOCK) {
		note_address(call, PERSOCK_SECTION_CONNECT, &endpoint, 0, NULL);
		return;
	}
	persock_identify(call->sock, &who);
	if (who.type == SOCK_DGRAM && who.protocol == IPPROTO_UDP) {
		if (sends)
			join_ports(call, &who, &endpoint);
		else
			endpoint.port = 0;
	}
	note_address(call, PERSOCK_SECTION_CONNECT, &endpoint, who.protocol,
		     persock_host_name(&who, &endpoint, call));
}

/**
 * persock_note_query() - note the host that a DNS query asks for
 * @call: the call
 * @query: the query, or NULL
 */
void persock_note_query(const struct persock_call *call,
			const struct persock_query *query)
{
	static const struct persock_endpoint nowhere;

	if (query && query->readable)
		note_address(call, PERSOCK_SECTION_CONNECT, &nowhere,
			     IPPROTO_UDP, query->question.host);
}

static void note_bound(const struct persock_call *call,
		       const struct persock_endpoint *endpoint)
{
	struct persock_identity who;
	struct persock_endpoint any = {
		.family = AF_INET,
		.port = endpoint->port,
	};

	if (endpoint->family == AF_VSOCK) {
		note_address(call, PERSOCK_SECTION_BIND, endpoint, 0, NULL);
		return;
	}
	persock_identify(call->sock, &who);
	note_address(call, PERSOCK_SECTION_BIND, endpoint, who.protocol, NULL);
	/* "::" may include every IPv4 address, see bound.c. */
	if (endpoint->family == AF_INET6 && persock_unspecified(endpoint) &&
	    who.type != SOCK_RAW && !(who.sk && who.sk->sk_ipv6only))
		note_address(call, PERSOCK_SECTION_BIND, &any, who.protocol,
			     NULL);
}

/**
 * persock_note_bind() - note an address that is bound
 * @call: the call; without an endpoint there is nothing to note
 */
void persock_note_bind(const struct persock_call *call)
{
	if (call->endpoint)
		note_bound(call, call->endpoint);
}

/**
 * persock_note_listen() - note a listener
 * @call: the call
 * @backlog: its backlog
 *
 * Context: process context, RCU read side.
 */
void persock_note_listen(const struct persock_call *call, int backlog)
{
	struct persock_endpoint endpoint;

	persock_note_default(call, PERSOCK_SECTION_LISTEN);
	persock_note_limit(call, PERSOCK_LIMIT_BACKLOG_CEILING,
			   max(backlog, 0));
	if (persock_endpoint_named(call->sock, &endpoint))
		note_bound(call, &endpoint);
}

static void note_vsock_accept(const struct persock_call *call)
{
	struct persock_endpoint endpoint;
	struct persock_vsock vsock;

	if (!persock_vsock_peer(call->sock, &endpoint))
		return;
	vsock = persock_vsock_unpack(&endpoint);
	vsock.port = PERSOCK_VSOCK_ANY;
	persock_vsock_pack(&endpoint, &vsock);
	note_address(call, PERSOCK_SECTION_ACCEPT, &endpoint, 0, NULL);
}

/**
 * persock_note_accept() - note a peer that was accepted
 * @call: the call; its socket is the new one
 *
 * The peer's own system chooses its port, so that is not noted.
 *
 * Context: process context, RCU read side.
 */
void persock_note_accept(const struct persock_call *call)
{
	struct persock_endpoint endpoint;
	struct persock_identity who;

	persock_note_sockets(call);
	if (persock_is_vsock(call->sock)) {
		note_vsock_accept(call);
		return;
	}
	if (!persock_is_inet(call->sock))
		return;
	persock_identify(call->sock, &who);
	if (!who.sk)
		return;
	persock_read_peer(&who, &endpoint);
	endpoint.port = 0;
	note_address(call, PERSOCK_SECTION_ACCEPT, &endpoint, who.protocol,
		     NULL);
}
