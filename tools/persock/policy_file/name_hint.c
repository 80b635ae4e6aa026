// SPDX-License-Identifier: GPL-2.0
/*
 * Guesses what was meant by a wrong name. The parser and the command explain call
 * it.
 */
#include "policy_file/names.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <linux/netlink.h>

/* Other programs use these words. */
static const struct {
	enum name_kind kind;
	const char *text;
	const char *meant;
} others[] = {
	{ NAME_FAMILY, "ip", "inet" },
	{ NAME_FAMILY, "ip4", "inet" },
	{ NAME_FAMILY, "ipv4", "inet" },
	{ NAME_FAMILY, "inet4", "inet" },
	{ NAME_FAMILY, "ip6", "inet6" },
	{ NAME_FAMILY, "ipv6", "inet6" },
	{ NAME_TYPE, "datagram", "dgram" },
	{ NAME_PROTOCOL, "icmp6", "icmpv6" },
};

static const struct {
	const char *name;
	int number;
} netlink[] = {
#define PROTOCOL(name) { #name, name }
	PROTOCOL(NETLINK_ROUTE), PROTOCOL(NETLINK_USERSOCK),
	PROTOCOL(NETLINK_SOCK_DIAG), PROTOCOL(NETLINK_INET_DIAG),
	PROTOCOL(NETLINK_NFLOG), PROTOCOL(NETLINK_XFRM),
	PROTOCOL(NETLINK_SELINUX), PROTOCOL(NETLINK_ISCSI),
	PROTOCOL(NETLINK_AUDIT), PROTOCOL(NETLINK_FIB_LOOKUP),
	PROTOCOL(NETLINK_CONNECTOR), PROTOCOL(NETLINK_NETFILTER),
	PROTOCOL(NETLINK_KOBJECT_UEVENT), PROTOCOL(NETLINK_GENERIC),
	PROTOCOL(NETLINK_SCSITRANSPORT), PROTOCOL(NETLINK_RDMA),
	PROTOCOL(NETLINK_CRYPTO),
#undef PROTOCOL
};

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* The key that takes a name of a kind, or NULL. */
static const char *key_of(enum name_kind kind)
{
	switch (kind) {
	case NAME_FAMILY:
		return "family";
	case NAME_TYPE:
		return "type";
	case NAME_PROTOCOL:
		return "protocol";
	default:
		return NULL;
	}
}

/* "tcp" is no family, but a protocol. */
static const char *other_key(enum name_kind kind, const char *text)
{
	static const enum name_kind kinds[] = {
		NAME_FAMILY, NAME_TYPE, NAME_PROTOCOL
	};
	int64_t value;
	size_t i;

	for (i = 0; key_of(kind) && i < COUNT(kinds); i++) {
		if (kinds[i] != kind && name_value(kinds[i], 0, text, &value))
			return key_of(kinds[i]);
	}

	return NULL;
}

const char *name_hint(enum name_kind kind, int64_t level, const char *text)
{
	static char hint[160];
	const char *like = NULL, *key = other_key(kind, text);
	size_t i;

	for (i = 0; i < COUNT(netlink); i++) {
		if (strcmp(netlink[i].name, text) || !key_of(kind))
			continue;
		snprintf(hint, sizeof(hint),
			 ": of family netlink that is protocol %d",
			 netlink[i].number);
		return hint;
	}
	if (key) {
		snprintf(hint, sizeof(hint), ": it is a %s", key);
		return hint;
	}
	for (i = 0; i < COUNT(others); i++) {
		if (others[i].kind == kind && !strcasecmp(others[i].text, text))
			like = others[i].meant;
	}
	like = like ?: name_like(kind, level, text);
	snprintf(hint, sizeof(hint), "%s%s%s", like ? ": did you mean " : "",
		 like ?: "", like ? "?" : "");

	return hint;
}
