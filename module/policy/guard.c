// SPDX-License-Identifier: GPL-2.0
/*
 * Guards: what a policy must name before sockets of another network namespace
 * may do it. cgroup/version.c sets the guards of a delegating policy. The
 * functions that judge (verdict.c, address.c, request.c) and socket/option.c
 * ask here.
 */
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/limits.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <linux/termios.h>

#include "policy/guard.h"
#include "policy/policy.h"

/* The first of netfilter's options; those of IPVS are among them. */
#define NETFILTER		64
/* The first of multicast routing's options, which raw sockets of IPv6 have. */
#define MULTICAST_ROUTING6	200
#define FIRST_USER_PORT		1024

/* Since 6.7. */
#ifndef TCP_AO_REPAIR
#define TCP_AO_REPAIR		42
#endif

/**
 * persock_guard_policy() - set the guards of a policy for another network
 *			    namespace
 * @policy: the policy; its lists do not change
 */
void persock_guard_policy(struct persock_policy *policy)
{
	struct persock_rules *rules = &policy->rules[PERSOCK_CLASS_INET];

	policy->sockets.guard = PERSOCK_GUARD_SOCKET;
	rules->get.guard = PERSOCK_GUARD_GET;
	rules->set.guard = PERSOCK_GUARD_SET;
	rules->control_send.guard = PERSOCK_GUARD_CONTROL;
	rules->ioctls.guard = PERSOCK_GUARD_IOCTL;
	policy->connect.guard = PERSOCK_GUARD_CONNECT;
	policy->bind.guard = PERSOCK_GUARD_BIND;
}

/**
 * persock_guard_names_raw() - does a rule of the section sockets name raw
 *			       sockets?
 * @rule: the rule, or NULL
 *
 * A rule on a family alone was not written with raw sockets in mind. Nor was a
 * rule on the raw sockets of another family.
 *
 * Return: true for a rule on the type SOCK_RAW, of IPv4, IPv6 or any family.
 */
bool persock_guard_names_raw(const struct persock_socket_rule *rule)
{
	return rule && rule->type == SOCK_RAW &&
	       (rule->family == PERSOCK_ANY ||
		persock_class_of(rule->family) == PERSOCK_CLASS_INET);
}

/**
 * persock_guard_configures() - is it an option that configures the host?
 * @level: its level
 * @name: its name
 *
 * Return: true for options of firewalls and of multicast routing.
 */
bool persock_guard_configures(int level, int name)
{
	if (level == SOL_IP)
		return name >= NETFILTER;
	if (level != SOL_IPV6)
		return false;
	if (name >= MULTICAST_ROUTING6)
		return true;

	/* The socket's own options have numbers between them. */
	switch (name) {
	case NETFILTER:
	case NETFILTER + 1:
	case NETFILTER + 4:
	case NETFILTER + 5:
	case NETFILTER + 16:
		return true;
	default:
		return false;
	}
}

static bool is_guarded_tcp(int name)
{
	switch (name) {
	case TCP_REPAIR:	/* it takes a port that another socket has */
	case TCP_AO_REPAIR:
	case TCP_CONGESTION:
		return true;
	default:
		return false;
	}
}

static bool is_guarded_socket(int name)
{
	switch (name) {
	case SO_BINDTODEVICE:
	case SO_BINDTOIFINDEX:
	case SO_BROADCAST:
	case SO_MARK:
	case SO_RCVMARK:
	case SO_PRIORITY:
	case SO_DEBUG:
	case SO_TXTIME:
	case SO_SNDBUFFORCE:
	case SO_RCVBUFFORCE:
	case SO_BUSY_POLL:
	case SO_PREFER_BUSY_POLL:
	case SO_BUSY_POLL_BUDGET:
	/*
	 * With these a socket receives some or all data for another socket's
	 * port.
	 */
	case SO_REUSEPORT:
	case SO_ATTACH_REUSEPORT_CBPF:
	case SO_ATTACH_REUSEPORT_EBPF:
	case SO_DETACH_REUSEPORT_BPF:
		return true;
	default:
		return false;
	}
}

/* The numbers are the same at both levels. */
static bool is_guarded_group(int name)
{
	switch (name) {
	case MCAST_JOIN_GROUP:
	case MCAST_JOIN_SOURCE_GROUP:
	case MCAST_BLOCK_SOURCE:
	case MCAST_UNBLOCK_SOURCE:
	case MCAST_MSFILTER:
		return true;
	default:
		return false;
	}
}

static bool is_guarded_ip(int name)
{
	switch (name) {
	case IP_FREEBIND:
	case IP_TRANSPARENT:
	case IP_ROUTER_ALERT:	/* raw: the host does not forward what this takes */
	case IP_UNICAST_IF:
	case IP_MULTICAST_IF:
	case IP_ADD_MEMBERSHIP:
	case IP_ADD_SOURCE_MEMBERSHIP:
	case IP_BLOCK_SOURCE:
	case IP_UNBLOCK_SOURCE:
	case IP_MSFILTER:
		return true;
	default:
		return is_guarded_group(name);
	}
}

static bool is_guarded_ipv6(int name)
{
	switch (name) {
	case IPV6_FREEBIND:
	case IPV6_TRANSPARENT:
	case IPV6_ROUTER_ALERT:
	case IPV6_UNICAST_IF:
	case IPV6_MULTICAST_IF:
	case IPV6_ADD_MEMBERSHIP:
	case IPV6_JOIN_ANYCAST:
	case IPV6_PKTINFO:
	case IPV6_2292PKTINFO:
	case IPV6_2292PKTOPTIONS:
	case IPV6_HOPOPTS:
	case IPV6_RTHDRDSTOPTS:
	case IPV6_DSTOPTS:
		return true;
	default:
		return is_guarded_group(name);
	}
}

/*
 * Interfaces, marks, addresses that are not the host's, multicast and
 * broadcast, ports that other sockets have, and options for which the kernel
 * requires CAP_NET_ADMIN or CAP_NET_RAW over the network.
 */
static bool is_guarded_set(int level, int name)
{
	switch (level) {
	case SOL_SOCKET:
		return is_guarded_socket(name);
	case SOL_IP:
		return is_guarded_ip(name);
	case SOL_IPV6:
		return is_guarded_ipv6(name);
	case SOL_TCP:
		return is_guarded_tcp(name);
	default:
		return false;
	}
}

/**
 * persock_guard_alias() - the option that has the effect of another one on
 *			   some sockets
 * @guard: guard of the options that are set
 * @type: type of the socket
 * @level: level of the option
 * @name: its name
 *
 * Two UDP sockets with SO_REUSEADDR can share a port, and the later one
 * receives what is sent to it. Listeners of TCP need SO_REUSEPORT for that.
 *
 * Return: the name, at the same level, that must be allowed as well; @name if
 * there is none.
 */
int persock_guard_alias(enum persock_guard guard, int type, int level, int name)
{
	if (guard == PERSOCK_GUARD_SET && type != SOCK_STREAM &&
	    level == SOL_SOCKET && name == SO_REUSEADDR)
		return SO_REUSEPORT;

	return name;
}

/*
 * Control messages that do for one message what an option does for a socket.
 */
static bool is_guarded_control(int level, int name)
{
	switch (level) {
	case SOL_SOCKET:
		return name == SO_MARK || name == SCM_TXTIME ||
		       name == SO_PRIORITY;
	case SOL_IP:
		return name == IP_PKTINFO;
	case SOL_IPV6:
		return name == IPV6_PKTINFO || name == IPV6_2292PKTINFO ||
		       name == IPV6_HOPOPTS || name == IPV6_2292HOPOPTS ||
		       name == IPV6_RTHDRDSTOPTS || name == IPV6_DSTOPTS ||
		       name == IPV6_2292DSTOPTS;
	default:
		return false;
	}
}

/**
 * persock_guard_option() - the verdict on an option or control message that no
 *			    rule names
 * @guard: guard of its section
 * @level: its level
 * @name: its name
 * @fallback: the section's default
 *
 * A default that ignores does not apply to guarded options either: a program
 * would believe that its socket is on one interface, and it would be on all.
 *
 * Return: @fallback, or -EPERM. The kernel answers this to a task without the
 * capability that most of these need.
 */
int persock_guard_option(enum persock_guard guard, int level, int name,
			 int fallback)
{
	if (likely(guard == PERSOCK_GUARD_NONE) || fallback < 0)
		return fallback;
	if (guard == PERSOCK_GUARD_CONTROL)
		return is_guarded_control(level, name) ? -EPERM : fallback;
	if (persock_guard_configures(level, name) ||
	    (guard == PERSOCK_GUARD_SET && is_guarded_set(level, name)))
		return -EPERM;

	return fallback;
}

/**
 * persock_guard_ioctl() - the verdict on a command that no rule names
 * @guard: guard of its section
 * @cmd: the command
 * @fallback: the section's default
 *
 * Many commands change interfaces, routes or neighbours, and drivers have
 * their own. So this lists the commands that pass instead.
 *
 * Return: @fallback, or -EPERM as in persock_guard_option().
 */
int persock_guard_ioctl(enum persock_guard guard, u32 cmd, int fallback)
{
	if (likely(guard == PERSOCK_GUARD_NONE) || fallback < 0)
		return fallback;

	switch (cmd) {
	/* Programs use these on any file, to see whether it is a terminal. */
	case TCGETS:
	case TIOCGWINSZ:
	/* About the file and the socket. */
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
	/* Reads of the interfaces. */
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

/* Are all addresses of its prefix multicast addresses? */
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
 * persock_guard_names() - does a rule that allows name a guarded address?
 * @guard: guard of its section
 * @rule: the rule
 *
 * Return: true for multicast addresses, and for bind for ports below 1024.
 */
bool persock_guard_names(enum persock_guard guard,
			 const struct persock_address_rule *rule)
{
	return names_multicast(rule) ||
	       (guard == PERSOCK_GUARD_BIND && names_ports(rule) &&
		rule->first < FIRST_USER_PORT && rule->last);
}

/**
 * persock_guard_address() - the verdict on an address that is allowed
 * @guard: guard of its section
 * @endpoint: the address
 * @rule: the rule that allows it; NULL: the default allows it
 *
 * Return: PERSOCK_ALLOW, or -EACCES. The kernel answers this to a task that
 * may not bind to a port below 1024.
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
