// SPDX-License-Identifier: GPL-2.0
/*
 * No exact aliases, which are judged as one (see PERSOCK_ALIASES of the module):
 * these have values, effects or reaches of their own.
 */
#include "ways.h"

#include <stdio.h>

#include "judge.h"
#include "names.h"

#define MOST	6

/* With "+" before it: a control message that is sent. */
static const char *const groups[][MOST] = {
	{ "SOL_SOCKET/SO_ATTACH_FILTER", "SOL_SOCKET/SO_ATTACH_BPF" },
	{ "SOL_SOCKET/SO_ATTACH_REUSEPORT_CBPF",
	  "SOL_SOCKET/SO_ATTACH_REUSEPORT_EBPF" },
	{ "SOL_SOCKET/SO_SNDBUF", "SOL_SOCKET/SO_SNDBUFFORCE" },
	{ "SOL_SOCKET/SO_RCVBUF", "SOL_SOCKET/SO_RCVBUFFORCE" },
	{ "SOL_SOCKET/SO_TIMESTAMP", "SOL_SOCKET/SO_TIMESTAMPNS",
	  "SOL_SOCKET/SO_TIMESTAMPING" },
	{ "SOL_SOCKET/SO_MARK", "+SOL_SOCKET/SO_MARK" },
	{ "SOL_SOCKET/SO_BINDTODEVICE", "IPPROTO_IP/IP_UNICAST_IF",
	  "IPPROTO_IPV6/IPV6_UNICAST_IF", "+IPPROTO_IP/IP_PKTINFO",
	  "+IPPROTO_IPV6/IPV6_PKTINFO", "IPPROTO_IPV6/IPV6_PKTINFO" },
	{ "SOL_SOCKET/SO_PASSCRED", "SOL_SOCKET/SO_PASSPIDFD" },
	{ "IPPROTO_IP/IP_FREEBIND", "IPPROTO_IP/IP_TRANSPARENT" },
	{ "IPPROTO_IP/IP_TTL", "+IPPROTO_IP/IP_TTL" },
	{ "IPPROTO_IP/IP_TOS", "+IPPROTO_IP/IP_TOS" },
	{ "IPPROTO_IP/IP_OPTIONS", "+IPPROTO_IP/IP_RETOPTS" },
	{ "IPPROTO_IP/IP_IPSEC_POLICY", "IPPROTO_IP/IP_XFRM_POLICY" },
	{ "IPPROTO_IP/IP_ADD_MEMBERSHIP", "IPPROTO_IP/MCAST_JOIN_GROUP",
	  "IPPROTO_IP/IP_ADD_SOURCE_MEMBERSHIP",
	  "IPPROTO_IP/MCAST_JOIN_SOURCE_GROUP" },
	{ "IPPROTO_IPV6/IPV6_UNICAST_HOPS", "+IPPROTO_IPV6/IPV6_HOPLIMIT" },
	{ "IPPROTO_IPV6/IPV6_TCLASS", "+IPPROTO_IPV6/IPV6_TCLASS" },
	{ "IPPROTO_IPV6/IPV6_IPSEC_POLICY", "IPPROTO_IPV6/IPV6_XFRM_POLICY" },
	{ "IPPROTO_IPV6/IPV6_RTHDR", "+IPPROTO_IPV6/IPV6_RTHDR",
	  "IPPROTO_IPV6/IPV6_2292PKTOPTIONS", "+IPPROTO_IPV6/IPV6_2292RTHDR" },
	{ "IPPROTO_IPV6/IPV6_HOPOPTS", "+IPPROTO_IPV6/IPV6_HOPOPTS",
	  "IPPROTO_IPV6/IPV6_2292PKTOPTIONS",
	  "+IPPROTO_IPV6/IPV6_2292HOPOPTS" },
	/* MCAST_JOIN_GROUP and MCAST_JOIN_SOURCE_GROUP. */
	{ "IPPROTO_IPV6/IPV6_ADD_MEMBERSHIP", "IPPROTO_IPV6/42",
	  "IPPROTO_IPV6/46" },
	{ "IPPROTO_TCP/TCP_MD5SIG", "IPPROTO_TCP/TCP_MD5SIG_EXT" },
	{ "IPPROTO_UDP/UDP_SEGMENT", "+IPPROTO_UDP/UDP_SEGMENT" },
};

/* False for a name that the headers of this tool do not have. */
static bool judge_way(const struct draft *draft, const char *way,
		      struct judgement *judgement)
{
	bool message = way[0] == '+';
	int level, name;

	if (!name_option_value(message ? NAME_CONTROL : NAME_OPTION,
			       way + message, &level, &name))
		return false;
	if (message)
		judge_control_send(draft, AF_INET, level, name, judgement);
	else
		judge_option(draft, PERSOCK_SECTION_OPTIONS_SET, AF_INET,
			     level, name, -1, judgement);
	return true;
}

static const char *text_of(const char *way, char *text, size_t size)
{
	if (way[0] != '+')
		return way;
	snprintf(text, size, "the control message %s", way + 1);
	return text;
}

static void look(const struct draft *draft, const char *const *group,
		 void (*tell)(const struct way_left *way, void *data),
		 void *data)
{
	struct judgement denied, left;
	char first[80], second[80];
	int i, j;

	for (i = 0; i < MOST && group[i]; i++) {
		/* Only what the file itself says, by a rule. */
		if (!judge_way(draft, group[i], &denied) ||
		    denied.verdict >= 0 || !denied.rule || !denied.line)
			continue;
		for (j = 0; j < MOST && group[j]; j++) {
			struct way_left way = { .line = denied.line };

			if (!judge_way(draft, group[j], &left) || left.verdict)
				continue;
			way.denied = text_of(group[i], first, sizeof(first));
			way.left = text_of(group[j], second, sizeof(second));
			tell(&way, data);
		}
	}
}

void ways_left(const struct draft *draft,
	       void (*tell)(const struct way_left *way, void *data), void *data)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(groups); i++)
		look(draft, groups[i], tell, data);
}
