// SPDX-License-Identifier: GPL-2.0
/*
 * Reads an operation from words, and has a policy judge it. The command explain
 * calls it, for one policy or for each layer of a cgroup.
 */
#include "command/question.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/error.h"
#include "base/word.h"
#include "command/question_unix.h"
#include "command/question_vsock.h"
#include "policy_file/host.h"
#include "policy_file/judge_host.h"
#include "policy_file/names.h"
#include "policy_file/service.h"

const char *question_kind_name(const struct kind *kind)
{
	return kind->family == AF_UNIX || kind->family == AF_VSOCK ?
	       name_of(NAME_TYPE, 0, kind->type) :
	       name_of(NAME_PROTOCOL, 0, kind->protocol);
}

static int wants(const struct question *question, int least, int most,
		 const char *arguments)
{
	if (question->nr - 1 >= least && question->nr - 1 <= most)
		return 0;

	return usage_error("%s is written \"%s%s%s\"", question->words[0],
			   question->words[0], *arguments ? " " : "", arguments);
}

static int read_kind(const struct question *question, struct kind *kind)
{
	int status;

	kind->protocol = 0;
	status = wants(question, 2, 3, "FAMILY TYPE [PROTOCOL]");
	if (!status)
		status = question_name(NAME_FAMILY, "a family",
				       question->words[1], &kind->family);
	if (!status)
		status = question_name(NAME_TYPE, "a socket type",
				       question->words[2], &kind->type);
	if (!status && question->nr > 3)
		status = question_name(NAME_PROTOCOL, "a protocol",
				       question->words[3], &kind->protocol);

	return status;
}

static bool is_pair(const struct question *question)
{
	return !strcmp(question->words[0], "pair");
}

/* "socket" or "pair": the rules of sockets judge a pair first. */
static int ask_socket(const struct question *question,
		      const struct draft *draft, struct judgement *judgement)
{
	struct kind kind;
	int status = read_kind(question, &kind);

	if (status)
		return status;
	judge_socket(draft, kind.family, kind.type, kind.protocol, judgement);
	if (is_pair(question) && !judgement->verdict)
		question_judge_pair(question, draft, &kind, judgement);

	return 0;
}

/* Does the protocol have ports? */
static bool has_ports(int protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_MPTCP:
	case IPPROTO_SCTP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		return true;
	default:
		return false;
	}
}

/**
 * struct peer - an address or a host, with a port
 * @endpoint: the address and the port; of a host only the port
 * @host: the host, or ""
 */
struct peer {
	struct persock_endpoint endpoint;
	char host[PERSOCK_HOST_LENGTH + 1];
};

static int read_address(const char *text, bool named, struct peer *peer)
{
	struct persock_endpoint *endpoint = &peer->endpoint;
	const char *reason;

	endpoint->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(endpoint->family, text, endpoint->address) == 1)
		return 0;
	if (host_is_address(text))
		return usage_error("\"%s\" is no address: 10.1.2.3:443 and [2001:db8::1]:443 are",
				   text);
	if (!named)
		return usage_error("\"%s\" is no address: only connect, sendto and query take a host",
				   text);
	reason = host_read(text, peer->host, NULL);

	return reason ? usage_error("\"%s\" is no address and no host: %s",
				    text, reason) : 0;
}

/* PEER, PEER:PORT or [PEER]:PORT. @named: a host may be the peer. */
static int read_endpoint(const char *text, bool wants_port, bool named,
			 struct peer *peer)
{
	const char *port = NULL, *end = text + strlen(text);
	const char *colon = strrchr(text, ':');
	char address[4 * PERSOCK_HOST_LENGTH], *rest;
	const char *problem;
	unsigned long value;
	uint16_t service;
	int status;

	if (*text == '[') {
		end = strchr(text++, ']');
		if (!end || (end[1] && end[1] != ':'))
			return usage_error("\"[%s\" is no address", text);
		port = end[1] ? end + 2 : NULL;
	} else if (colon && colon == strchr(text, ':')) {
		end = colon;
		port = colon + 1;
	}
	memset(peer, 0, sizeof(*peer));
	snprintf(address, sizeof(address), "%.*s", (int)(end - text), text);
	status = read_address(address, named, peer);
	if (status)
		return status;
	if (!port && wants_port)
		return usage_error("\"%s\" has no port: 10.1.2.3:443 and [2001:db8::1]:443 do",
				   address);
	if (!port)
		return 0;
	if (service_is_name(port)) {
		problem = service_port(port, PERSOCK_ANY, &service);
		peer->endpoint.port = service;
		return problem ? usage_error("\"%s\" is no port and no service: %s",
					     port, problem) : 0;
	}
	value = strtoul(port, &rest, 10);
	if (*port < '0' || *port > '9' || *rest || value > U16_MAX)
		return usage_error("\"%s\" is no port: a number from 0 to 65535",
				   port);
	peer->endpoint.port = value;

	return 0;
}

static int type_of(int protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_MPTCP:
	case IPPROTO_SCTP:
		return SOCK_STREAM;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return SOCK_DGRAM;
	case IPPROTO_DCCP:
		return SOCK_DCCP;
	default:
		return SOCK_RAW;
	}
}

static enum persock_section address_section(const struct question *question)
{
	if (!strcmp(question->words[0], "bind"))
		return PERSOCK_SECTION_BIND;
	if (!strcmp(question->words[0], "accept"))
		return PERSOCK_SECTION_ACCEPT;

	return PERSOCK_SECTION_CONNECT;
}

static int read_peer(const struct question *question, int *protocol,
		     struct peer *peer)
{
	bool connects = address_section(question) == PERSOCK_SECTION_CONNECT;
	int status;

	status = wants(question, 2, 2, "PROTOCOL ADDRESS:PORT");
	if (!status)
		status = question_name(NAME_PROTOCOL, "a protocol",
				       question->words[1], protocol);
	if (!status)
		status = read_endpoint(question->words[2],
				       connects && has_ports(*protocol),
				       connects, peer);

	return status;
}

static int ask_address(const struct question *question,
		       const struct draft *draft, struct judgement *judgement)
{
	int protocol, status;
	struct peer peer;

	if (question_is_unix(question))
		return question_judge_unix(question, draft, judgement);
	if (question_is_vsock(question))
		return question_judge_vsock(question, draft, judgement);
	status = read_peer(question, &protocol, &peer);
	if (status)
		return status;
	if (*peer.host) {
		judge_host(draft, peer.host, peer.endpoint.port, protocol,
			   judgement);
		return 0;
	}
	judge_address(draft, address_section(question), &peer.endpoint,
		      protocol, judgement);
	if (judgement->unsent && !strcmp(question->words[0], "connect")) {
		static char remark[128];

		snprintf(remark, sizeof(remark),
			 "as long as nothing is sent: a send to it is %s",
			 name_of(NAME_ERRNO, 0, -judgement->verdict));
		judgement->remark = remark;
		judgement->verdict = PERSOCK_ALLOW;
	}

	return 0;
}

static int ask_listen(const struct question *question,
		      const struct draft *draft, struct judgement *judgement)
{
	struct persock_endpoint any = { .family = question->family };
	int status = wants(question, 0, 0, "");
	struct judgement bound;

	if (status)
		return status;
	judge_default(draft, PERSOCK_SECTION_LISTEN,
		      persock_class_of(question->family), judgement);
	if (judgement->verdict ||
	    persock_class_of(question->family) != PERSOCK_CLASS_INET)
		return 0;
	/* It binds what is not bound: see persock_endpoint_listen(). */
	judge_address(draft, PERSOCK_SECTION_BIND, &any, IPPROTO_TCP,
		      &bound);
	if (bound.verdict)
		judgement->remark =
			"denied where nothing was bound, as a bind to port 0 is";

	return 0;
}

static int read_option(enum name_kind kind, const char *text, int *level,
		       int *name)
{
	const char *slash = strchr(text, '/'), *like;
	int64_t number;
	char part[64];

	if (name_option_value(kind, text, level, name))
		return 0;
	if (!slash)
		return usage_error("\"%s\" is not LEVEL/NAME, such as SOL_SOCKET/SO_ERROR",
				   text);
	snprintf(part, sizeof(part), "%.*s", (int)(slash - text), text);
	if (!name_value(NAME_LEVEL, 0, part, &number))
		return question_no_name(NAME_LEVEL, "a level", part);
	like = name_like(kind, number, slash + 1);
	if (!like && kind == NAME_CONTROL)
		like = name_like(NAME_OPTION, number, slash + 1);

	return usage_error("\"%s\" is no name of level %s%s%s%s", slash + 1, part,
			   like ? ": did you mean " : "", like ?: "",
			   like ? "?" : "");
}

static int ask_option(const struct question *question,
		      const struct draft *draft, struct judgement *judgement)
{
	bool get = question->words[0][0] == 'g';
	int level, name, size = -1, status;

	status = wants(question, 1, 2, "LEVEL/NAME [LENGTH]");
	if (!status)
		status = read_option(NAME_OPTION, question->words[1], &level,
				     &name);
	if (!status && question->nr > 2)
		status = question_name(-1, "a length", question->words[2],
				       &size);
	if (!status)
		judge_option(draft,
			     get ? PERSOCK_SECTION_OPTIONS_GET :
				   PERSOCK_SECTION_OPTIONS_SET,
			     question->family, level, name, size, judgement);

	return status;
}

static int ask_control(const struct question *question,
		       const struct draft *draft, struct judgement *judgement)
{
	bool received = !strncmp(question->words[0], "received-", 9);
	int level, name, status;

	status = wants(question, 1, 1, "LEVEL/NAME");
	if (!status)
		status = read_option(NAME_CONTROL, question->words[1], &level,
				     &name);
	if (status)
		return status;
	if (received)
		judge_control_receive(draft, question->family,
				      level, name, judgement);
	else
		judge_control_send(draft, question->family, level,
				   name, judgement);

	return 0;
}

/* FLAG..., or FLAG|FLAG. */
static int ask_flags(const struct question *question,
		     const struct draft *draft, struct judgement *judgement)
{
	bool send = !strcmp(question->words[0], "send");
	int i, value = 0, status;
	u32 flags = 0;

	/* Without flags there is nothing to judge. */
	status = wants(question, 1, PERSOCK_NR_FLAGS, "FLAG...");
	for (i = 1; !status && i < question->nr; i++) {
		/* The answer prints the words: split a copy. */
		char *copy = strdup(question->words[i]), *rest = copy, *word;

		if (!copy)
			return report_error("out of memory");
		while (!status && (word = strsep(&rest, "|,"))) {
			status = question_name(NAME_FLAG, "a flag", word,
					       &value);
			if (!status)
				flags |= value;
		}
		free(copy);
	}
	if (!status)
		judge_flags(draft,
			    send ? PERSOCK_SECTION_FLAGS_SEND :
				   PERSOCK_SECTION_FLAGS_RECEIVE,
			    persock_class_of(question->family), flags,
			    judgement);

	return status;
}

static int ask_ioctl(const struct question *question,
		     const struct draft *draft, struct judgement *judgement)
{
	int64_t command;
	int status = wants(question, 1, 1, "COMMAND");

	if (status)
		return status;
	if (!name_value(NAME_IOCTL, 0, question->words[1], &command) ||
	    command < 0 || command > U32_MAX)
		return question_no_name(NAME_IOCTL, "an ioctl",
					question->words[1]);
	judge_ioctl(draft, persock_class_of(question->family),
		    command, judgement);

	return 0;
}

static int ask_mmap(const struct question *question,
		    const struct draft *draft, struct judgement *judgement)
{
	int status = wants(question, 0, 0, "");

	if (!status)
		judge_default(draft, PERSOCK_SECTION_MMAP,
			      persock_class_of(question->family), judgement);

	return status;
}

/* Types of DNS records, by name or number. */
static int read_record(const char *text, int *type)
{
	static const struct {
		const char *name;
		int type;
	} records[] = {
		{ "A", 1 }, { "NS", 2 }, { "CNAME", 5 }, { "SOA", 6 },
		{ "PTR", 12 }, { "MX", 15 }, { "TXT", 16 }, { "AAAA", 28 },
		{ "SRV", 33 }, { "DS", 43 }, { "DNSKEY", 48 }, { "SVCB", 64 },
		{ "HTTPS", 65 }, { "ANY", 255 },
	};
	unsigned long number;
	char *rest;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(records); i++) {
		*type = records[i].type;
		if (!strcasecmp(text, records[i].name))
			return 0;
	}
	number = strtoul(text, &rest, 10);
	if (*text < '0' || *text > '9' || *rest || number > U16_MAX)
		return usage_error("\"%s\" is no type of DNS records, such as A, AAAA or TXT",
				   text);
	*type = number;

	return 0;
}

static int ask_query(const struct question *question,
		     const struct draft *draft, struct judgement *judgement)
{
	char host[PERSOCK_HOST_LENGTH + 1];
	const char *reason;
	int type = 1, status;

	status = wants(question, 1, 2, "HOST [TYPE]");
	if (status)
		return status;
	reason = host_read(question->words[1], host, NULL);
	if (reason)
		return usage_error("\"%s\" is no host: %s",
				   question->words[1], reason);
	if (question->nr > 2)
		status = read_record(question->words[2], &type);
	if (!status)
		judge_query(draft, host, type, judgement);

	return status;
}

static const struct operation {
	const char *name;
	int (*ask)(const struct question *question, const struct draft *draft,
		   struct judgement *judgement);
} operations[] = {
	{ "socket",		ask_socket },
	{ "pair",		ask_socket },
	{ "connect",		ask_address },
	{ "sendto",		ask_address },
	{ "bind",		ask_address },
	{ "accept",		ask_address },
	{ "listen",		ask_listen },
	{ "getsockopt",		ask_option },
	{ "setsockopt",		ask_option },
	{ "send",		ask_flags },
	{ "recv",		ask_flags },
	{ "control",		ask_control },
	{ "received-control",	ask_control },
	{ "ioctl",		ask_ioctl },
	{ "mmap",		ask_mmap },
	{ "query",		ask_query },
};

int question_judge(const struct question *question, const struct draft *draft,
		   struct judgement *judgement)
{
	const char *words[ARRAY_SIZE(operations)], *like;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		words[i] = operations[i].name;
		if (!strcmp(words[i], question->words[0]))
			return operations[i].ask(question, draft, judgement);
	}
	like = word_like(words, ARRAY_SIZE(operations), question->words[0]);

	return usage_error("explain knows no operation \"%s\"%s%s%s",
			   question->words[0], like ? ": did you mean " : "",
			   like ?: "", like ? "?" : "");
}

/* The kinds of sockets of a family. Protocol 0 requests the default of the type. */
static void add_kinds(int family, int protocol, struct kind *kinds)
{
	kinds[0] = (struct kind){ family, type_of(protocol), protocol };
	kinds[1] = kinds[0];
	kinds[2] = kinds[0];
	kinds[3] = kinds[0];
	if (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
	    protocol == IPPROTO_DCCP)
		kinds[1].protocol = 0;
	kinds[2].type = protocol == IPPROTO_SCTP ? SOCK_SEQPACKET : SOCK_RAW;
	kinds[3].type = SOCK_RAW;
}

/* The kinds of sockets that can have the address, or one of the host. */
static unsigned int kinds_of_address(const struct question *question,
				     struct kind *kinds)
{
	struct peer peer;
	int protocol;

	if (question_is_unix(question))
		return question_kinds_unix(question, kinds);
	if (question_is_vsock(question))
		return question_kinds_vsock(question, kinds);
	if (read_peer(question, &protocol, &peer))
		return 0;
	add_kinds(*peer.host ? AF_INET : peer.endpoint.family, protocol, kinds);
	if (!*peer.host)
		return QUESTION_KINDS / 2;
	add_kinds(AF_INET6, protocol, kinds + QUESTION_KINDS / 2);

	return QUESTION_KINDS;
}

unsigned int question_kinds(const struct question *question,
			    struct kind *kinds)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		if (strcmp(operations[i].name, question->words[0]))
			continue;
		if (operations[i].ask == ask_address)
			return kinds_of_address(question, kinds);
		if (operations[i].ask == ask_socket)
			return !read_kind(question, kinds);
	}

	return 0;
}
