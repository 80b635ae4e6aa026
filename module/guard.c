// SPDX-License-Identifier: GPL-2.0
/*
 * Guards: what a policy has to name before sockets of another network namespace
 * may do it.
 */
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/limits.h>
#include <linux/socket.h>
#include <linux/sockios.h>
#include <linux/termios.h>

#include "guard.h"
#include "policy.h"

/* The first of netfilter's options; those of IPVS are among them. */
#define NETFILTER		64
/* Of IPv6 only ip6tables', which are two; from 66 on they are the socket's. */
#define NETFILTER6_LAST		65
#define FIRST_USER_PORT		1024

/**
 * persock_guard_policy() - have a policy name what it lets sockets of another
 *			    network namespace do
 * @policy: it; its lists are left as they are
 */
void persock_guard_policy(struct persock_policy *policy)
{
	struct persock_rules *rules = &policy->rules[PERSOCK_CLASS_INET];

	rules->get.guard = PERSOCK_GUARD_GET;
	rules->set.guard = PERSOCK_GUARD_SET;
	rules->ioctls.guard = PERSOCK_GUARD_IOCTL;
	policy->connect.guard = PERSOCK_GUARD_CONNECT;
	policy->bind.guard = PERSOCK_GUARD_BIND;
}

static bool is_netfilter(int level, int name)
{
	return (level == SOL_IP && name >= NETFILTER) ||
	       (level == SOL_IPV6 && name >= NETFILTER &&
		name <= NETFILTER6_LAST);
}

/* Interfaces, marks, addresses that are not the host's, multicast groups. */
static bool is_guarded_set(int level, int name)
{
	switch (level) {
	case SOL_SOCKET:
		return name == SO_BINDTODEVICE || name == SO_BINDTOIFINDEX ||
		       name == SO_MARK;
	case SOL_IP:
		switch (name) {
		case IP_TRANSPARENT:
		case IP_UNICAST_IF:
		case IP_MULTICAST_IF:
		case IP_ADD_MEMBERSHIP:
		case IP_ADD_SOURCE_MEMBERSHIP:
		case IP_BLOCK_SOURCE:
		case IP_UNBLOCK_SOURCE:
		case IP_MSFILTER:
		case MCAST_JOIN_GROUP:
		case MCAST_JOIN_SOURCE_GROUP:
		case MCAST_BLOCK_SOURCE:
		case MCAST_UNBLOCK_SOURCE:
		case MCAST_MSFILTER:
			return true;
		default:
			return false;
		}
	case SOL_IPV6:
		switch (name) {
		case IPV6_TRANSPARENT:
		case IPV6_UNICAST_IF:
		case IPV6_MULTICAST_IF:
		case IPV6_ADD_MEMBERSHIP:
		case IPV6_JOIN_ANYCAST:
		case MCAST_JOIN_GROUP:
		case MCAST_JOIN_SOURCE_GROUP:
		case MCAST_BLOCK_SOURCE:
		case MCAST_UNBLOCK_SOURCE:
		case MCAST_MSFILTER:
			return true;
		default:
			return false;
		}
	default:
		return false;
	}
}

/**
 * persock_guard_option() - the verdict on an option that no rule names
 * @guard: of its section
 * @level: its level
 * @name: its name
 * @fallback: the section's default
 *
 * A default that ignores is not taken at its word either: a program would
 * believe to be on one interface, and be on all.
 *
 * Return: @fallback, or -EPERM: what the kernel answers to those who lack the
 * capability that most of these need.
 */
int persock_guard_option(enum persock_guard guard, int level, int name,
			 int fallback)
{
	if (likely(guard == PERSOCK_GUARD_NONE) || fallback < 0)
		return fallback;
	if (is_netfilter(level, name) ||
	    (guard == PERSOCK_GUARD_SET && is_guarded_set(level, name)))
		return -EPERM;

	return fallback;
}

/**
 * persock_guard_ioctl() - the verdict on a command that no rule names
 * @guard: of its section
 * @cmd: the command
 * @fallback: the section's default
 *
 * Commands that change interfaces, routes or neighbours are many, and drivers
 * have their own: what is let through is listed instead.
 *
 * Return: @fallback, or -EPERM as persock_guard_option().
 */
int persock_guard_ioctl(enum persock_guard guard, u32 cmd, int fallback)
{
	if (likely(guard == PERSOCK_GUARD_NONE) || fallback < 0)
		return fallback;

	switch (cmd) {
	/* Of the file and the socket. */
	case FIONBIO:
	case FIOASYNC:
	case FIONCLEX:
	case FIOCLEX:
	case FIOSETOWN:
	case SIOCSPGRP:
	case FIOGETOWN:
	case SIOCGPGRP:
	case SIOCATMARK:
	case FIONREAD:
	case TIOCOUTQ:
	case SIOCOUTQNSD:
	case SIOCGSTAMP_OLD:
	case SIOCGSTAMPNS_OLD:
	case SIOCGSTAMP_NEW:
	case SIOCGSTAMPNS_NEW:
	/* What interfaces there are. */
	case SIOCGIFNAME:
	case SIOCGIFCONF:
	case SIOCGIFFLAGS:
	case SIOCGIFADDR:
	case SIOCGIFDSTADDR:
	case SIOCGIFBRDADDR:
	case SIOCGIFNETMASK:
	case SIOCGIFMETRIC:
	case SIOCGIFMTU:
	case SIOCGIFHWADDR:
	case SIOCGIFINDEX:
	case SIOCGIFTXQLEN:
		return fallback;
	default:
		return -EPERM;
	}
}

static bool is_multicast(u16 family, const u8 *address)
{
	return family == AF_INET ? (address[0] & 0xf0) == 0xe0 :
				   address[0] == 0xff;
}

/* Are all addresses of its prefix multicast ones? */
static bool names_multicast(const struct persock_address_rule *rule)
{
	return rule && rule->prefix >= (rule->family == AF_INET ? 4 : 8) &&
	       is_multicast(rule->family, rule->address);
}

static bool names_ports(const struct persock_address_rule *rule)
{
	return rule && (rule->first || rule->last != U16_MAX);
}

/**
 * persock_guard_address() - the verdict on an address that is allowed
 * @guard: of its section
 * @endpoint: the address
 * @rule: what allows it; NULL: the default
 *
 * Return: PERSOCK_ALLOW, or -EACCES: what the kernel answers to those who may
 * not bind to a port below 1024.
 */
int persock_guard_address(enum persock_guard guard,
			  const struct persock_endpoint *endpoint,
			  const struct persock_address_rule *rule)
{
	if (guard == PERSOCK_GUARD_NONE)
		return PERSOCK_ALLOW;
	if (is_multicast(endpoint->family, endpoint->address) &&
	    !names_multicast(rule))
		return -EACCES;
	if (guard == PERSOCK_GUARD_BIND && endpoint->port &&
	    endpoint->port < FIRST_USER_PORT && !names_ports(rule))
		return -EACCES;

	return PERSOCK_ALLOW;
}
