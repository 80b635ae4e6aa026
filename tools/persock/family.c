// SPDX-License-Identifier: GPL-2.0
#include "family.h"

#include <stdio.h>
#include <sys/socket.h>

#define NAME(family) [family] = #family

static const char * const names[] = {
	NAME(AF_UNSPEC),	NAME(AF_UNIX),		NAME(AF_INET),
	NAME(AF_AX25),		NAME(AF_IPX),		NAME(AF_APPLETALK),
	NAME(AF_NETROM),	NAME(AF_BRIDGE),	NAME(AF_ATMPVC),
	NAME(AF_X25),		NAME(AF_INET6),		NAME(AF_ROSE),
	NAME(AF_NETBEUI),	NAME(AF_SECURITY),	NAME(AF_KEY),
	NAME(AF_NETLINK),	NAME(AF_PACKET),	NAME(AF_ATMSVC),
	NAME(AF_RDS),		NAME(AF_PPPOX),		NAME(AF_WANPIPE),
	NAME(AF_LLC),		NAME(AF_IB),		NAME(AF_MPLS),
	NAME(AF_CAN),		NAME(AF_TIPC),		NAME(AF_BLUETOOTH),
	NAME(AF_IUCV),		NAME(AF_RXRPC),		NAME(AF_ISDN),
	NAME(AF_PHONET),	NAME(AF_IEEE802154),	NAME(AF_CAIF),
	NAME(AF_ALG),		NAME(AF_NFC),		NAME(AF_VSOCK),
	NAME(AF_KCM),		NAME(AF_QIPCRTR),	NAME(AF_SMC),
	NAME(AF_XDP),		NAME(AF_MCTP),
};

const char *family_name(unsigned int family)
{
	static char number[16];

	if (family < sizeof(names) / sizeof(names[0]) && names[family])
		return names[family];
	snprintf(number, sizeof(number), "%u", family);
	return number;
}
