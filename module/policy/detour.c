// SPDX-License-Identifier: GPL-2.0
/*
 * Detours: options and control messages by which the kernel sends to another
 * address than the one that a call names and persock judges. socket/option.c,
 * socket/cmsg.c and shortcut.c ask for them. If peers are restricted, detours
 * are refused, even if the policy allows them otherwise. Pure functions.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/sctp.h>
#include <linux/socket.h>
#include <linux/udp.h>

#include "policy/detour.h"

/*
 * Since 6.3, and in Debian's 6.1; older headers, with which the tool may be
 * built, lack it.
 */
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE	51
#endif

/**
 * persock_detour_get() - does reading an option connect the socket?
 * @level: level of the option
 * @optname: name of the option
 *
 * Return: true for the option of SCTP that connects to the addresses in the
 * buffer.
 */
bool persock_detour_get(int level, int optname)
{
	return level == IPPROTO_SCTP && optname == SCTP_SOCKOPT_CONNECTX3;
}

/* An option without a value removes what was set before. */
static bool ip_moves_peer(int optname, unsigned int length)
{
	switch (optname) {
	case IP_OPTIONS:	/* source routes: ip_options_compile() */
		return length;
	case IP_HDRINCL:	/* the address is the one in the data */
	case IP_IPSEC_POLICY:	/* a tunnel's end */
	case IP_XFRM_POLICY:
		return true;
	default:
		return false;
	}
}

static bool ipv6_moves_peer(int optname, unsigned int length)
{
	switch (optname) {
	case IPV6_RTHDR:	/* a route of type 2 or 4: fl6_update_dst() */
	case IPV6_2292PKTOPTIONS:
		return length;
	case IPV6_FLOWLABEL_MGR: /* a label may bring a route with it */
	case IPV6_HDRINCL:
	case IPV6_IPSEC_POLICY:
	case IPV6_XFRM_POLICY:
		return true;
	default:
		return false;
	}
}

/**
 * persock_detour_set() - does setting an option bind or connect the socket,
 *			  or move its peer?
 * @level: level of the option
 * @optname: name of the option
 * @length: length of the value
 * @section: section of the policy whose rules the option would bypass; set on
 *	     true
 *
 * Return: true if it may.
 */
bool persock_detour_set(int level, int optname, unsigned int length,
			enum persock_section *section)
{
	*section = PERSOCK_SECTION_CONNECT;
	switch (level) {
	case IPPROTO_IP:
		/* A range of one port is a bind to it. */
		if (optname == IP_LOCAL_PORT_RANGE) {
			*section = PERSOCK_SECTION_BIND;
			return true;
		}
		return ip_moves_peer(optname, length);
	case IPPROTO_IPV6:
		return ipv6_moves_peer(optname, length);
	case IPPROTO_RAW:	/* rawv6_setsockopt() accepts it, too */
		return optname == IPV6_HDRINCL;
	case IPPROTO_SCTP:
		break;
	default:
		return false;
	}

	switch (optname) {
	case SCTP_SOCKOPT_BINDX_ADD:
	case SCTP_SOCKOPT_BINDX_REM:
		*section = PERSOCK_SECTION_BIND;
		return true;
	case SCTP_SOCKOPT_CONNECTX_OLD:
	case SCTP_SOCKOPT_CONNECTX:
	case SCTP_REMOTE_UDP_ENCAPS_PORT: /* it is UDP on the wire */
		return true;
	default:
		return false;
	}
}

/**
 * persock_detour_message() - does a control message name or move a peer?
 * @level: its level
 * @type: its type
 *
 * Return: true if it may.
 */
bool persock_detour_message(int level, int type)
{
	switch (level) {
	case IPPROTO_IP:
		return type == IP_RETOPTS;
	case IPPROTO_IPV6:
		return type == IPV6_RTHDR || type == IPV6_2292RTHDR;
	case IPPROTO_SCTP:
		return type == SCTP_DSTADDRV4 || type == SCTP_DSTADDRV6;
	default:
		return false;
	}
}

/**
 * persock_detour_datagram() - does an option make other datagrams of what is
 *			       sent?
 * @level: level of the option
 * @optname: name of the option
 *
 * A DNS query would be another one than was judged.
 *
 * Return: true for those that join or cut the data of sends.
 */
bool persock_detour_datagram(int level, int optname)
{
	return (level == SOL_UDP || level == IPPROTO_UDPLITE) &&
	       (optname == UDP_CORK || optname == UDP_SEGMENT);
}
