// SPDX-License-Identifier: GPL-2.0
/*
 * Requests for sockets: the verdict of a whole policy on family, type and
 * protocol. hook/intercept.c, native/interpose.c and socket/af_persock.c ask
 * for it before a socket is created. "persock explain" asks, too.
 */
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/net.h>
#include <linux/socket.h>

#include "policy/guard.h"
#include "policy/request.h"
#include "policy/verdict.h"

/*
 * Do address rules know the peers of such a socket, or has it no peers on a
 * network? Every other family has addresses of its own, or carries IP past the
 * rules: AF_RXRPC sends UDP, and AF_PACKET whole frames.
 */
static bool family_is_judged(int family)
{
	switch (family) {
	case AF_INET:
	case AF_INET6:
	case AF_UNIX:
	case AF_NETLINK:
	case AF_KEY:
	case AF_ALG:
		return true;
	default:
		return false;
	}
}

/*
 * Is it a raw socket? Its ports are in the data that it sends, and its address
 * may be. AF_INET with SOCK_PACKET has become AF_PACKET before it is judged.
 */
static bool is_raw(const struct persock_request *request)
{
	return request->type == SOCK_RAW &&
	       persock_class_of(request->family) == PERSOCK_CLASS_INET;
}

/*
 * Guards do not count here: they are about the other network, and these
 * sockets are not in it.
 */
static bool has_rules(const struct persock_addresses *addresses)
{
	return addresses->nr || addresses->fallback != PERSOCK_ALLOW;
}

/*
 * Does the rule name the socket: raw ones by the type, others by the family?
 */
static bool is_named(const struct persock_request *request,
		     const struct persock_socket_rule *rule)
{
	return is_raw(request) ? persock_guard_names_raw(rule) :
				 rule && rule->family == request->family;
}

/* A section with rules on AF_VSOCK judges such sockets as well. */
static bool cannot_judge(const struct persock_addresses *addresses, int family)
{
	return has_rules(addresses) &&
	       !(family == AF_VSOCK && addresses->nr_vsock);
}

/* The first section that cannot apply to the socket, or the one of sockets. */
static enum persock_section unheld(const struct persock_policy *policy,
				   int family)
{
	if (cannot_judge(&policy->connect, family))
		return PERSOCK_SECTION_CONNECT;
	if (cannot_judge(&policy->bind, family))
		return PERSOCK_SECTION_BIND;
	if (cannot_judge(&policy->accept, family))
		return PERSOCK_SECTION_ACCEPT;

	return PERSOCK_SECTION_SOCKETS;
}

static s16 unjudged_errno(const struct persock_policy *policy,
			  enum persock_section section)
{
	if (section == PERSOCK_SECTION_CONNECT)
		return persock_unjudged_errno(&policy->connect);
	if (section == PERSOCK_SECTION_BIND)
		return persock_unjudged_errno(&policy->bind);

	return persock_unjudged_errno(&policy->accept);
}

/**
 * persock_has_ports() - do addresses of a socket have a meaningful port?
 * @type: type of the socket
 * @protocol: its protocol, never 0
 *
 * The ports of a raw socket are in its messages, unknown to the kernel; ICMP
 * and L2TP have none. The kernel ignores the port field of such addresses.
 *
 * Return: true if they have.
 */
bool persock_has_ports(int type, int protocol)
{
	if (type == SOCK_RAW)
		return false;

	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return true;
	default:
		return false;
	}
}

/**
 * persock_names_mptcp() - does a rule of the section sockets name MPTCP?
 * @sockets: the section
 * @family: family of the socket
 *
 * An accepted peer can add addresses of its own to the connection, and no rule
 * judges them. A rule on the protocol shows that the policy means to allow
 * that.
 *
 * Return: true if the rule that allows such a socket is about the protocol.
 */
bool persock_names_mptcp(const struct persock_sockets *sockets, int family)
{
	unsigned int rule;
	int verdict = persock_judge_socket(sockets, family, SOCK_STREAM,
					   IPPROTO_MPTCP, &rule);

	return !verdict && rule &&
	       sockets->rules[rule - 1].protocol == IPPROTO_MPTCP;
}

/**
 * persock_judge_request() - may a socket of this kind be created?
 * @policy: the policy that judges
 * @request: the request
 * @section: the section that decided
 * @rule: number of the rule that decided, from 1; 0: none did
 *
 * If a policy restricts addresses, sockets to which the restriction cannot be
 * applied are refused: a policy must not appear to restrict them. A rule of
 * the section sockets that names the family, or the type raw, allows them all
 * the same. In another network namespace raw sockets are always refused
 * without such a rule, see guard.h.
 *
 * Return: PERSOCK_ALLOW or a negative errno; -EPERM for a raw socket that a
 * guard refuses, as the kernel answers to a task without CAP_NET_RAW.
 */
int persock_judge_request(const struct persock_policy *policy,
			  const struct persock_request *request,
			  enum persock_section *section, unsigned int *rule)
{
	const struct persock_socket_rule *decided;
	enum persock_section held;
	int verdict;

	*section = PERSOCK_SECTION_SOCKETS;
	verdict = persock_judge_socket(&policy->sockets, request->family,
				       request->type, request->protocol, rule);
	if (verdict)
		return verdict;
	if (family_is_judged(request->family) && !is_raw(request))
		return PERSOCK_ALLOW;
	decided = *rule ? &policy->sockets.rules[*rule - 1] : NULL;
	if (is_named(request, decided))
		return PERSOCK_ALLOW;

	if (is_raw(request) && policy->sockets.guard != PERSOCK_GUARD_NONE) {
		*rule = 0;
		return -EPERM;
	}
	held = unheld(policy, request->family);
	if (held == PERSOCK_SECTION_SOCKETS)
		return PERSOCK_ALLOW;

	*section = held;
	*rule = 0;
	return unjudged_errno(policy, held);
}
