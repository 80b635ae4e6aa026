// SPDX-License-Identifier: GPL-2.0
/*
 * The table of keys, with the description of each. The parser and folder.c look
 * up the keys of a mapping, schema.c and the command keys print the table, and
 * format.c brings keys into its order.
 */
#include "policy_file/key.h"

#include <string.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define IN(place)		(1U << KEY_##place)

/* 0; a key without a kind of value or without a sentence does not compile. */
#define REQUIRED(text)							\
	(0 * sizeof(struct {						\
		_Static_assert(sizeof("" text) > 3, "describe the key"); \
		int room;						\
	}))
#define KEY(places, name, value, about)					\
	MAP(places, name, KEY_NR_PLACES, value, about)
/* One whose value is a mapping, or has mappings in a list. */
#define MAP(places, name, inside, value, about)				\
	{ (places) + REQUIRED(value) + REQUIRED(about), name, inside,	\
	  value, about }

/*
 * In the order in which they are listed. Among names that are equally near to a
 * wrong one, the first is suggested.
 */
static const struct key keys[] = {
	KEY(IN(POLICY), "personality", "NAME",
	    "The name of the personality: 1 to 63 letters, digits, dots, underscores and hyphens, not a hyphen first."),
	KEY(IN(POLICY), "base", "NAME",
	    "The policy that this one changes: a preset (host, none, gvisor, gvisor-2020) or a personality that is loaded. Without it the base is none."),
	KEY(IN(POLICY), "providers", "LIST of names",
	    "The providers, which are tried in order, 8 at most. Without it those of the base, or native."),
	KEY(IN(POLICY), "mode", "enforce | audit | record",
	    "With audit, calls that would be denied or ignored are counted, reported and allowed. With record, the policy does not judge: all calls are allowed, and what they do is kept for persock record."),
	KEY(IN(POLICY), "reveal", "none | denials",
	    "What the governed programs may learn. With denials, persock why shows them, without privileges, the last calls that this policy has denied in their cgroup. Without it none."),
	KEY(IN(POLICY), "counters", "least | full",
	    "With full, allowed messages and options are counted, too, which has each of them pass the module. Without it they are counted only under modes audit and record."),
	MAP(IN(POLICY), "network", KEY_NETWORK, "MAPPING",
	    "The network namespace in which sockets of AF_INET and AF_INET6 are made."),
	KEY(IN(NETWORK), "namespace", "PATH",
	    "The absolute path of a network namespace, such as /proc/1/ns/net. It is opened when the personality is loaded."),
	KEY(IN(NETWORK), "from", "PATH",
	    "The network namespace whose tasks have their sockets made there; other tasks have their own sockets. Without it, that of the first task that creates such a socket."),
	MAP(IN(POLICY), "sockets", KEY_SOCKETS, "MAPPING",
	    "Which sockets may be created, by family, type and protocol."),
	MAP(IN(POLICY) | IN(CLASS), "options", KEY_OPTIONS, "MAPPING",
	    "Which socket options may be read and set."),
	MAP(IN(POLICY) | IN(CLASS), "flags", KEY_FLAGS, "MAPPING",
	    "Which flags a message may be sent or received with; each flag is judged by itself."),
	MAP(IN(POLICY) | IN(CLASS), "control", KEY_CONTROL, "MAPPING",
	    "Which control messages may be sent and received."),
	MAP(IN(POLICY) | IN(CLASS), "ioctls", KEY_LIST, "MAPPING",
	    "Which ioctls may be called."),
	MAP(IN(POLICY), "connect", KEY_ADDRESSES, "MAPPING",
	    "Which peers connect, sendto, sendmsg and fast open may specify."),
	MAP(IN(POLICY), "names", KEY_NAMES, "MAPPING",
	    "How addresses are learnt for the host names of connect, from the program's own DNS queries. Without it a policy with host names has the defaults of its keys."),
	MAP(IN(POLICY), "bind", KEY_ADDRESSES, "MAPPING",
	    "Which addresses bind may specify, and listen may use."),
	MAP(IN(POLICY), "accept", KEY_ADDRESSES, "MAPPING",
	    "Which peers are accepted. The connection of another peer is closed, and accept fails."),
	KEY(IN(POLICY) | IN(CLASS), "listen", "VERDICT",
	    "Whether sockets may listen. For class inet, bind also judges the bound address. At the top it includes AF_UNIX: write it below inet to allow local servers."),
	MAP(IN(POLICY), "unix", KEY_UNIX, "MAPPING",
	    "Which peers AF_UNIX sockets reach, which names they are bound to, and what they pass."),
	KEY(IN(POLICY) | IN(CLASS), "pair", "VERDICT",
	    "socketpair(2)."),
	KEY(IN(POLICY) | IN(CLASS), "mmap", "VERDICT",
	    "mmap(2) of a socket."),
	MAP(IN(POLICY), "inet", KEY_CLASS, "MAPPING",
	    "Rules for AF_INET and AF_INET6, in addition to those for all sockets."),
	MAP(IN(POLICY), "others", KEY_CLASS, "MAPPING",
	    "Rules for the other families, in addition to those for all sockets."),
	MAP(IN(POLICY), "limits", KEY_LIMITS, "MAPPING",
	    "Limits on numbers and lengths."),
	MAP(IN(CLASS), "limits", KEY_LIMITS_INET, "MAPPING",
	    "Limits on numbers and lengths."),

	KEY(IN(SOCKETS) | IN(ADDRESSES) | IN(UNIX_NAMES), "default", "VERDICT",
	    "The verdict if no rule matches: allow, or an errno. A section with a default replaces that of the base."),
	MAP(IN(SOCKETS), "rules", KEY_SOCKETS_RULE, "LIST",
	    "The first rule that matches decides. Without a default these rules go before those of the base."),
	MAP(IN(ADDRESSES), "rules", KEY_ADDRESS_RULE, "LIST",
	    "Among the rules that match port and protocol, the rule with the longest prefix decides; at the same prefix deny goes before allow."),
	MAP(IN(UNIX_NAMES), "rules", KEY_UNIX_RULE, "LIST",
	    "Among the rules that match, the rule on the most specific name decides: a whole name, then the longest beginning, then one without a name."),
	MAP(IN(SOCKETS_RULE), "allow", KEY_REQUEST, "MAPPING",
	    "Requests that are allowed."),
	MAP(IN(SOCKETS_RULE), "deny", KEY_REQUEST, "MAPPING",
	    "Requests that are denied."),
	KEY(IN(REQUEST), "family", "FAMILY or LIST",
	    "The address family, such as inet or AF_INET."),
	KEY(IN(REQUEST), "type", "TYPE or LIST",
	    "The type, such as stream or SOCK_STREAM."),
	KEY(IN(REQUEST), "protocol", "PROTOCOL or LIST",
	    "The protocol, such as tcp or IPPROTO_TCP. A rule on the default protocol of a type also matches 0."),
	KEY(IN(REQUEST), "errno", "ERRNO",
	    "Of a rule that denies: the errno of the call. Without it that of the default, or EACCES."),
	KEY(IN(ADDRESS_RULE), "allow", "PREFIX, HOST, vsock:CID or LIST",
	    "Addresses that are allowed: one, such as 192.0.2.1, or a prefix, such as 10.0.0.0/8 or 2001:db8::/32. In connect also a host name, such as api.example.com, or \"*.example.com\" for all names below one: where no rule on addresses matches, it allows what DNS has answered for the name. For AF_VSOCK vsock:CID, such as vsock:2, or vsock:any."),
	KEY(IN(ADDRESS_RULE), "deny", "PREFIX, HOST, vsock:CID or LIST",
	    "Addresses and, in connect, host names that are denied. Of the host names that match, the most specific one decides; for the same name deny goes before allow. Of those on AF_VSOCK, one on the very CID does."),
	KEY(IN(ADDRESS_RULE), "ports", "PORTS or LIST",
	    "A number from 0 to 65535, a range such as 8000-8099, or a service of /etc/services such as https, which is looked up when the file is read. Without it any port. Ports of AF_VSOCK are numbers up to 4294967294, and any: a bind that leaves the port to the kernel."),
	KEY(IN(ADDRESS_RULE), "protocol", "PROTOCOL or LIST",
	    "The protocol, such as tcp. Without it any protocol. MPTCP is judged as tcp."),
	KEY(IN(ADDRESS_RULE), "errno", "ERRNO",
	    "Of a rule that denies: the errno of the call. Without it that of the default, or EACCES."),

	KEY(IN(NAMES), "resolvers", "ADDRESS, system or LIST",
	    "The DNS resolvers that may be asked and believed, on port 53, 16 at most: system stands for those that /etc/resolv.conf lists when the policy is loaded. Without it system."),
	KEY(IN(NAMES), "queries", "listed | any",
	    "The queries that leave the machine. With listed those for names that connect allows; others are answered with NXDOMAIN. With any all; only names of rules are learnt. Without it listed."),
	KEY(IN(NAMES), "hold", "TIME",
	    "How long an address may be used after its TTL: seconds, or a number with s, m, h or d; at most 7d. Without it 10m."),
	KEY(IN(NAMES), "max", "NUMBER",
	    "The most addresses that a cgroup learns, from 1 to 65536; one more replaces the oldest. Without it 4096."),

	MAP(IN(OPTIONS), "get", KEY_LIST, "MAPPING",
	    "Options that are read."),
	MAP(IN(OPTIONS), "set", KEY_LIST, "MAPPING",
	    "Options that are set."),
	MAP(IN(FLAGS), "send", KEY_LIST, "MAPPING",
	    "Flags of messages that are sent."),
	MAP(IN(FLAGS), "recv", KEY_LIST, "MAPPING",
	    "Flags of messages that are received."),
	KEY(IN(LIST) | IN(CONTROL) | IN(RECEIVED), "default", "VERDICT",
	    "The verdict for items that are not listed. A section with a default replaces that of the base."),
	MAP(IN(LIST) | IN(CONTROL) | IN(RECEIVED), "allow", KEY_OPTION_GET, "NAME or LIST",
	    "Items that are allowed."),
	MAP(IN(LIST) | IN(CONTROL) | IN(RECEIVED), "ignore", KEY_OPTION_GET, "NAME or LIST",
	    "Items that have no effect: the call succeeds without them. Not in options.get."),
	KEY(IN(LIST) | IN(CONTROL), "deny", "NAME or LIST, or MAPPING of names to errnos",
	    "Items that are denied. Without an errno: that of the default, or EACCES."),
	MAP(IN(CONTROL), "received", KEY_RECEIVED, "MAPPING",
	    "Control messages that are received, for class inet."),
	KEY(IN(OPTION_GET) | IN(OPTION_SET), "option", "LEVEL/NAME",
	    "The option."),
	KEY(IN(OPTION_GET) | IN(OPTION_SET), "size", "BYTES",
	    "A shorter value or buffer fails with EINVAL; of a longer value the rest is dropped."),
	KEY(IN(OPTION_GET), "max", "BYTES",
	    "The longest answer."),

	KEY(IN(UNIX), "rights", "VERDICT or governed",
	    "Descriptors (SCM_RIGHTS) that are sent and received. With governed, of sockets only those are received that this policy's cgroup, or one below it, governs."),
	KEY(IN(UNIX), "credentials", "VERDICT",
	    "Credentials (SCM_CREDENTIALS) that are sent and received."),
	MAP(IN(UNIX), "connect", KEY_UNIX_NAMES, "MAPPING",
	    "Which peers connect and sends that name a peer may reach, and whether socketpair may make pairs. Judged is the socket that is found. Without it, and in the presets, all are allowed."),
	MAP(IN(UNIX), "bind", KEY_UNIX_NAMES, "MAPPING",
	    "Which names AF_UNIX sockets may be bound to. Without it, and in the presets, all are allowed."),
	MAP(IN(UNIX_RULE), "allow", KEY_UNIX_NAME, "SOCKET or LIST",
	    "Sockets that are allowed: /PATH, or \"@NAME\" for an abstract name, each with a final * for all that begin so; unnamed, for pairs and, in unix.bind, for names that the kernel chooses; or a mapping."),
	MAP(IN(UNIX_RULE), "deny", KEY_UNIX_NAME, "SOCKET or LIST",
	    "Sockets that are denied. Of the rules that match, that on the most specific name decides; for the same name one with a peer goes first, then one with a type, then deny."),
	KEY(IN(UNIX_RULE), "errno", "ERRNO",
	    "Of a rule that denies: the errno of the call. Without it that of the default, or EACCES."),
	KEY(IN(UNIX_NAME), "path", "PATH of a socket",
	    "The path of the socket's file in the initial mount namespace. A final * stands for any rest, in folders below as well; \\xNN for a byte."),
	KEY(IN(UNIX_NAME), "abstract", "\"@NAME\"",
	    "An abstract name. A final * stands for any rest; \\xNN for a byte."),
	KEY(IN(UNIX_NAME), "unnamed", "true",
	    "Sockets without a name: pairs; in unix.bind names that the kernel chooses."),
	KEY(IN(UNIX_NAME), "type", "TYPE or LIST",
	    "The type of the socket: stream, dgram or seqpacket."),
	KEY(IN(UNIX_NAME), "peer", "same | /CGROUP",
	    "Only in unix.connect: the cgroup in which the peer's socket was created, or one above it; same: that of this policy, or one below it."),

	MAP(IN(LIMITS), "sockets", KEY_LIMITS_SOCKETS, "NUMBER, or MAPPING",
	    "The most live sockets of an attachment; one more fails with ENFILE."),
	KEY(IN(LIMITS), "backlog", "[FLOOR, CEILING]",
	    "The backlog that replaces one of 0 or less, and the largest backlog."),
	KEY(IN(LIMITS) | IN(LIMITS_INET) | IN(LIMITS_OTHERS), "option", "BYTES",
	    "The longest value of an option that is set; a longer one fails with EINVAL."),
	KEY(IN(LIMITS) | IN(LIMITS_INET) | IN(LIMITS_OTHERS), "control", "BYTES",
	    "The longest buffer of control messages that is sent; a longer one fails with ENOBUFS."),
	KEY(IN(LIMITS) | IN(LIMITS_INET) | IN(LIMITS_OTHERS), "address", "BYTES",
	    "The longest address; a longer one is cut."),
	KEY(IN(LIMITS) | IN(LIMITS_INET), "received", "BYTES",
	    "The most bytes of control messages that one call may receive, if control.received does not allow all."),
	KEY(IN(LIMITS_SOCKETS), "max", "NUMBER",
	    "The most live sockets of an attachment."),
	KEY(IN(LIMITS_SOCKETS), "errno", "ERRNO",
	    "The errno of one more socket."),

	MAP(IN(FOLDER), "attachments", KEY_ATTACHMENT, "LIST",
	    "Cgroups and the personalities that they are attached to."),
	KEY(IN(ATTACHMENT), "cgroup", "PATH",
	    "The cgroup, below the root of the hierarchy. It is made if it does not exist."),
	KEY(IN(ATTACHMENT), "personality", "NAME",
	    "A personality of the folder, or a loaded one."),
	KEY(IN(ATTACHMENT), "delegate", "none | full",
	    "With full, attached cgroups above this one do not govern its sockets. Without it none: they do."),
};

static const struct {
	const char *name;
	const char *about;
} places[] = {
#define KEY_PLACE(place, name, about) { name, about },
	KEY_PLACES(KEY_PLACE)
#undef KEY_PLACE
};

const char *key_place_name(enum key_place place)
{
	return places[place].name;
}

const char *key_place_about(enum key_place place)
{
	return places[place].about;
}

const struct key *key_next(enum key_place place, const struct key *key)
{
	for (key = key ? key + 1 : keys; key < keys + ARRAY_SIZE(keys); key++) {
		if (key->places & 1U << place)
			return key;
	}

	return NULL;
}

const struct key *key_find(enum key_place place, const char *name)
{
	const struct key *key = NULL;

	while (place < KEY_NR_PLACES && (key = key_next(place, key)) &&
	       strcmp(key->name, name))
		;

	return key;
}

bool key_mapping(struct yaml *yaml, const yaml_node_t *node, const char *what,
		 enum key_place place)
{
	const char *names[ARRAY_SIZE(keys)];
	const struct key *key = NULL;
	size_t nr = 0;

	while ((key = key_next(place, key)))
		names[nr++] = key->name;

	return yaml_mapping(yaml, node, what, names, nr);
}
