// SPDX-License-Identifier: GPL-2.0
/*
 * Finds options, control messages and ioctls that have nearly the same effect
 * as one that a policy denies. The command check calls it.
 *
 * Exact aliases are not listed here: they are judged as one (see options.h of
 * the module). The items of a group differ in values, effects or scope.
 */
#include "policy_file/ways.h"

#include <stdio.h>
#include <string.h>

#include "policy_file/judge.h"
#include "policy_file/names.h"

#define MOST	10

/*
 * The sign before a name: none for an option that is set, "?" for an option that
 * is read, "+" for a control message that is sent, "-" for one that is received,
 * "!" for an ioctl.
 */
#define SIGNS	"?+-!"

/* The items of a group have nearly the same effect. */
static const char *const groups[][MOST] = {
	{ "SOL_SOCKET/SO_ATTACH_FILTER", "SOL_SOCKET/SO_ATTACH_BPF" },
	{ "SOL_SOCKET/SO_ATTACH_REUSEPORT_CBPF",
	  "SOL_SOCKET/SO_ATTACH_REUSEPORT_EBPF" },
	{ "SOL_SOCKET/SO_SNDBUF", "SOL_SOCKET/SO_SNDBUFFORCE" },
	{ "SOL_SOCKET/SO_RCVBUF", "SOL_SOCKET/SO_RCVBUFFORCE" },
	{ "SOL_SOCKET/SO_TIMESTAMP", "SOL_SOCKET/SO_TIMESTAMPNS",
	  "SOL_SOCKET/SO_TIMESTAMPING" },
	{ "!SIOCGSTAMP", "!SIOCGSTAMPNS" },
	{ "SOL_SOCKET/SO_MARK", "+SOL_SOCKET/SO_MARK" },
	{ "SOL_SOCKET/SO_PRIORITY", "+SOL_SOCKET/SO_PRIORITY" },
	{ "SOL_SOCKET/SO_BINDTODEVICE", "IPPROTO_IP/IP_UNICAST_IF",
	  "IPPROTO_IPV6/IPV6_UNICAST_IF", "+IPPROTO_IP/IP_PKTINFO",
	  "+IPPROTO_IPV6/IPV6_PKTINFO", "IPPROTO_IPV6/IPV6_PKTINFO" },
	/* The interface of multicasts. */
	{ "SOL_SOCKET/SO_BINDTODEVICE", "IPPROTO_IP/IP_MULTICAST_IF",
	  "IPPROTO_IPV6/IPV6_MULTICAST_IF" },
	{ "SOL_SOCKET/SO_PASSCRED", "SOL_SOCKET/SO_PASSPIDFD" },
	{ "IPPROTO_IP/IP_FREEBIND", "IPPROTO_IP/IP_TRANSPARENT" },
	{ "IPPROTO_IP/IP_TTL", "+IPPROTO_IP/IP_TTL" },
	{ "IPPROTO_IP/IP_TOS", "+IPPROTO_IP/IP_TOS" },
	{ "IPPROTO_IP/IP_OPTIONS", "+IPPROTO_IP/IP_RETOPTS" },
	{ "IPPROTO_IP/IP_IPSEC_POLICY", "IPPROTO_IP/IP_XFRM_POLICY" },
	{ "IPPROTO_IP/IP_ADD_MEMBERSHIP", "IPPROTO_IP/MCAST_JOIN_GROUP",
	  "IPPROTO_IP/IP_ADD_SOURCE_MEMBERSHIP",
	  "IPPROTO_IP/MCAST_JOIN_SOURCE_GROUP" },
	{ "IPPROTO_IP/IP_BLOCK_SOURCE", "IPPROTO_IP/MCAST_BLOCK_SOURCE",
	  "IPPROTO_IP/IP_MSFILTER", "IPPROTO_IP/MCAST_MSFILTER" },
	{ "IPPROTO_IPV6/IPV6_UNICAST_HOPS", "+IPPROTO_IPV6/IPV6_HOPLIMIT" },
	{ "IPPROTO_IPV6/IPV6_TCLASS", "+IPPROTO_IPV6/IPV6_TCLASS" },
	{ "IPPROTO_IPV6/IPV6_FLOWINFO_SEND", "+IPPROTO_IPV6/IPV6_FLOWINFO" },
	{ "IPPROTO_IPV6/IPV6_IPSEC_POLICY", "IPPROTO_IPV6/IPV6_XFRM_POLICY" },
	{ "IPPROTO_IPV6/IPV6_RTHDR", "+IPPROTO_IPV6/IPV6_RTHDR",
	  "IPPROTO_IPV6/IPV6_2292PKTOPTIONS" },
	{ "IPPROTO_IPV6/IPV6_HOPOPTS", "+IPPROTO_IPV6/IPV6_HOPOPTS",
	  "IPPROTO_IPV6/IPV6_2292PKTOPTIONS" },
	{ "IPPROTO_IPV6/IPV6_DSTOPTS", "+IPPROTO_IPV6/IPV6_DSTOPTS",
	  "IPPROTO_IPV6/IPV6_2292PKTOPTIONS" },
	{ "IPPROTO_IPV6/IPV6_RTHDRDSTOPTS", "+IPPROTO_IPV6/IPV6_RTHDRDSTOPTS",
	  "IPPROTO_IPV6/IPV6_2292PKTOPTIONS" },
	{ "IPPROTO_IPV6/IPV6_RECVPKTINFO", "IPPROTO_IPV6/IPV6_2292PKTINFO" },
	{ "IPPROTO_IPV6/IPV6_RECVHOPLIMIT", "IPPROTO_IPV6/IPV6_2292HOPLIMIT" },
	{ "IPPROTO_IPV6/IPV6_RECVRTHDR", "IPPROTO_IPV6/IPV6_2292RTHDR" },
	{ "IPPROTO_IPV6/IPV6_RECVHOPOPTS", "IPPROTO_IPV6/IPV6_2292HOPOPTS" },
	{ "IPPROTO_IPV6/IPV6_RECVDSTOPTS", "IPPROTO_IPV6/IPV6_2292DSTOPTS" },
	/* MCAST_JOIN_GROUP and MCAST_JOIN_SOURCE_GROUP. */
	{ "IPPROTO_IPV6/IPV6_ADD_MEMBERSHIP", "IPPROTO_IPV6/42",
	  "IPPROTO_IPV6/46" },
	{ "IPPROTO_TCP/TCP_MD5SIG", "IPPROTO_TCP/TCP_MD5SIG_EXT" },
	{ "IPPROTO_UDP/UDP_SEGMENT", "+IPPROTO_UDP/UDP_SEGMENT" },
	{ "IPPROTO_SCTP/SCTP_DEFAULT_SEND_PARAM",
	  "IPPROTO_SCTP/SCTP_DEFAULT_SNDINFO", "+IPPROTO_SCTP/SCTP_SNDRCV",
	  "+IPPROTO_SCTP/SCTP_SNDINFO" },
	{ "IPPROTO_SCTP/SCTP_PEER_ADDR_THLDS",
	  "IPPROTO_SCTP/SCTP_PEER_ADDR_THLDS_V2" },
	{ "IPPROTO_SCTP/SCTP_EVENTS", "IPPROTO_SCTP/127" }, /* SCTP_EVENT */
	{ "IPPROTO_SCTP/SCTP_SOCKOPT_CONNECTX",
	  "IPPROTO_SCTP/SCTP_SOCKOPT_CONNECTX_OLD",
	  "?IPPROTO_SCTP/SCTP_SOCKOPT_CONNECTX3" },
	{ "?IPPROTO_SCTP/SCTP_SOCKOPT_PEELOFF",
	  "?IPPROTO_SCTP/SCTP_SOCKOPT_PEELOFF_FLAGS" },
	{ "SOL_PACKET/PACKET_VNET_HDR", "SOL_PACKET/PACKET_VNET_HDR_SZ" },
};

/*
 * @left includes the effect of @denied, but not the reverse. If several of
 * @denied are denied, there is one warning.
 */
static const struct {
	const char *denied[MOST], *left[MOST];
} wider[] = {
	/* The type of service sets the priority, too. */
	{ { "SOL_SOCKET/SO_PRIORITY" },
	  { "IPPROTO_IP/IP_TOS", "+IPPROTO_IP/IP_TOS" } },
	/* Before IPV6_2292RTHDR, it is put before the routing header. */
	{ { "+IPPROTO_IPV6/IPV6_RTHDRDSTOPTS" },
	  { "+IPPROTO_IPV6/IPV6_DSTOPTS" } },
	/* The option reads what a TCP stream has received. */
	{ { "-IPPROTO_IP/IP_PKTINFO", "-IPPROTO_IP/IP_TTL",
	    "-IPPROTO_IP/IP_TOS" },
	  { "?IPPROTO_IP/IP_PKTOPTIONS" } },
	{ { "-IPPROTO_IPV6/IPV6_PKTINFO", "-IPPROTO_IPV6/IPV6_HOPLIMIT",
	    "-IPPROTO_IPV6/IPV6_TCLASS", "-IPPROTO_IPV6/IPV6_FLOWINFO",
	    "-IPPROTO_IPV6/IPV6_HOPOPTS", "-IPPROTO_IPV6/IPV6_DSTOPTS",
	    "-IPPROTO_IPV6/IPV6_RTHDR" },
	  { "?IPPROTO_IPV6/IPV6_2292PKTOPTIONS" } },
};

static const char *name_of_way(const char *way)
{
	return way + !!strchr(SIGNS, way[0]);
}

/* Returns false for a name that the headers of this tool do not have. */
static bool judge_way(const struct draft *draft, const char *way,
		      struct judgement *judgement)
{
	const char *text = name_of_way(way);
	bool message = way[0] == '+' || way[0] == '-';
	int level, name, family = AF_INET;
	int64_t command;

	if (way[0] == '!') {
		if (!name_value(NAME_IOCTL, 0, text, &command))
			return false;
		judge_ioctl(draft, persock_class_of(family), command,
			    judgement);
		return true;
	}
	if (!name_option_value(message ? NAME_CONTROL : NAME_OPTION, text,
			       &level, &name))
		return false;
	if (level == SOL_PACKET)
		family = AF_PACKET;
	if (way[0] == '+')
		judge_control_send(draft, family, level, name, judgement);
	else if (way[0] == '-')
		judge_control_receive(draft, family, level, name, judgement);
	else
		judge_option(draft, way[0] == '?' ?
				    PERSOCK_SECTION_OPTIONS_GET :
				    PERSOCK_SECTION_OPTIONS_SET,
			     family, level, name, -1, judgement);
	return true;
}

/*
 * Does a rule of the file itself deny it? For received messages the default
 * counts, too; in other sections a default denies the whole group.
 */
static bool is_denied(const struct draft *draft, const char *way,
		      struct judgement *judgement)
{
	if (!judge_way(draft, way, judgement) || !judgement->line)
		return false;
	if (way[0] == '-')
		return judgement->verdict;

	return judgement->verdict < 0 && judgement->rule;
}

static bool is_left(const struct draft *draft, const char *way)
{
	struct judgement judgement;

	return judge_way(draft, way, &judgement) && !judgement.verdict;
}

static const char *text_of(const char *way, char *text, size_t size)
{
	static const char *const what[] = {
		"reading ", "the control message ",
		"the received control message ", "the ioctl ",
	};
	const char *sign = strchr(SIGNS, way[0]);

	if (!sign)
		return way;
	snprintf(text, size, "%s%s", what[sign - SIGNS], way + 1);
	return text;
}

static void report_way(unsigned int line, const char *denied, const char *left,
		       void (*report)(const struct way_left *way, void *data),
		       void *data)
{
	char first[80], second[80];
	struct way_left way = {
		.line = line,
		.denied = text_of(denied, first, sizeof(first)),
		.left = text_of(left, second, sizeof(second)),
	};

	report(&way, data);
}

/* If @denied is denied, report those of @left that are allowed. */
static bool look_for(const struct draft *draft, const char *denied,
		     const char *const *left,
		     void (*report)(const struct way_left *way, void *data),
		     void *data)
{
	struct judgement judgement;
	int i;

	if (!is_denied(draft, denied, &judgement))
		return false;
	for (i = 0; i < MOST && left[i]; i++) {
		if (is_left(draft, left[i]))
			report_way(judgement.line, denied, left[i], report,
				   data);
	}

	return true;
}

void ways_left(const struct draft *draft,
	       void (*report)(const struct way_left *way, void *data),
	       void *data)
{
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		for (j = 0; j < MOST && groups[i][j]; j++)
			look_for(draft, groups[i][j], groups[i], report, data);
	}
	for (i = 0; i < ARRAY_SIZE(wider); i++) {
		for (j = 0; j < MOST && wider[i].denied[j]; j++) {
			if (look_for(draft, wider[i].denied[j], wider[i].left,
				     report, data))
				break;
		}
	}
}
