/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A policy: the structures of all verdicts and limits of a personality, from
 * one rule to struct persock_policy. control/parse_policy.c and preset.c fill
 * them in. verdict.c, address.c and guard.c judge by them.
 */
#ifndef _PERSOCK_POLICY_H
#define _PERSOCK_POLICY_H

#include <linux/errno.h>
#include <linux/socket.h>
#include <linux/types.h>
#include <uapi/linux/persock_netlink.h>

/**
 * enum persock_guard - what a section must name before it is allowed
 * @PERSOCK_GUARD_NONE: nothing; the default decides what no rule decides
 * @PERSOCK_GUARD_GET: options that are read: those of netfilter and of
 *		       multicast routing
 * @PERSOCK_GUARD_SET: options that are set: interfaces, multicast groups,
 *		       broadcasts, marks, foreign addresses, shared ports,
 *		       options that need CAP_NET_ADMIN, and the options of
 *		       PERSOCK_GUARD_GET
 * @PERSOCK_GUARD_CONTROL: control messages that are sent: marks, and those
 *			   that choose an interface
 * @PERSOCK_GUARD_CONNECT: multicast peers; a prefix of such addresses names
 *			   them
 * @PERSOCK_GUARD_BIND: multicast addresses as well, and ports below 1024,
 *			which a rule on ports names
 * @PERSOCK_GUARD_IOCTL: all ioctls except those that report on the socket or
 *			 on interfaces
 * @PERSOCK_GUARD_SOCKET: raw sockets, which can read what other sockets
 *			  receive and forge what they send; a rule on the type
 *			  names them
 */
enum persock_guard {
	PERSOCK_GUARD_NONE,
	PERSOCK_GUARD_GET,
	PERSOCK_GUARD_SET,
	PERSOCK_GUARD_CONTROL,
	PERSOCK_GUARD_CONNECT,
	PERSOCK_GUARD_BIND,
	PERSOCK_GUARD_IOCTL,
	PERSOCK_GUARD_SOCKET,
};

/*
 * A verdict is an int: PERSOCK_ALLOW lets the call go on, PERSOCK_IGNORE makes
 * it succeed without effect (options) or masks it (flags), and a negative
 * errno denies the call with that errno.
 */
#define PERSOCK_ALLOW	0
#define PERSOCK_IGNORE	1

/*
 * The verdict on SCM_RIGHTS that looks at each descriptor: a socket is received
 * only if the receiver's layer governs it.
 */
#define PERSOCK_GOVERNED	2

/* Matches any family, type or protocol in a socket rule. */
#define PERSOCK_ANY	(-1)

/**
 * struct persock_socket_rule - a verdict on one kind of socket
 * @family: address family, or PERSOCK_ANY
 * @type: socket type without SOCK_NONBLOCK and SOCK_CLOEXEC, or PERSOCK_ANY
 * @protocol: protocol as passed to socket(2), or PERSOCK_ANY; a rule on the
 *	      protocol that 0 stands for matches a request with 0 as well
 * @verdict: PERSOCK_ALLOW or a negative errno
 * @line: line of the policy file, for messages; 0: unknown
 */
struct persock_socket_rule {
	s16 family;
	s16 type;
	s32 protocol;
	s16 verdict;
	u32 line;
};

/**
 * struct persock_sockets - the verdicts on requests for sockets
 * @rules: tried in order, the first match decides
 * @nr: length of @rules
 * @fallback: verdict if no rule matches
 * @guard: what must be named to be allowed, even if @fallback allows
 */
struct persock_sockets {
	const struct persock_socket_rule *rules;
	unsigned int nr;
	s16 fallback;
	enum persock_guard guard;
};

/**
 * struct persock_option - the verdict on one socket option or control message
 * @level: level as in getsockopt(2), or cmsg_level
 * @name: option as in getsockopt(2), or cmsg_type
 * @verdict: verdict for the direction of the list that this is in
 * @size: size of an option's value in bytes: a shorter buffer or value is
 *	  EINVAL, and the rest of a longer value is dropped; 0 leaves both to
 *	  the kernel
 * @max: longest answer in bytes when it is read; 0 leaves it to the kernel
 * @line: line of the policy file, for messages; 0: unknown
 */
struct persock_option {
	int level;
	int name;
	s16 verdict;
	u16 size;
	u16 max;
	u32 line;
};

/**
 * struct persock_options - the verdicts on one direction of options or of
 *			    control messages
 * @list: sorted by (level, name), each pair once
 * @nr: length of @list
 * @fallback: verdict on all that is not listed
 * @guard: what must be listed to be allowed
 */
struct persock_options {
	const struct persock_option *list;
	unsigned int nr;
	s16 fallback;
	enum persock_guard guard;
};

#define PERSOCK_NR_FLAGS	32

/**
 * struct persock_flags - the verdicts on a word of message flags
 * @allow: flags that go on
 * @ignore: flags that are masked
 * @deny: flags that are denied with an errno of their own, checked before the
 *	  others: gVisor answers MSG_ERRQUEUE like an always empty queue (seed
 *	  S11)
 * @fallback: verdict on all other flags
 * @errnos: negative errno of each flag of @deny, by bit
 */
struct persock_flags {
	u32 allow;
	u32 ignore;
	u32 deny;
	s16 fallback;
	s16 errnos[PERSOCK_NR_FLAGS];
};

/**
 * struct persock_ioctl - the verdict on one ioctl
 * @cmd: command
 * @verdict: PERSOCK_ALLOW, PERSOCK_IGNORE or a negative errno
 * @line: line of the policy file, for messages; 0: unknown
 */
struct persock_ioctl {
	u32 cmd;
	s16 verdict;
	u32 line;
};

/**
 * struct persock_ioctls - the verdicts on ioctls
 * @list: sorted by @cmd, each once
 * @nr: length of @list
 * @fallback: verdict on all that is not listed
 * @guard: what must be listed to be allowed
 */
struct persock_ioctls {
	const struct persock_ioctl *list;
	unsigned int nr;
	s16 fallback;
	enum persock_guard guard;
};

/**
 * struct persock_rules - the rules and limits of a policy for one class of
 *			  sockets
 * @get: options that are read
 * @set: options that are set
 * @send: flags of send calls
 * @receive: flags of receive calls
 * @control_send: control messages that are sent; ignored ones are removed
 * @control_receive: control messages that are received: allowed or ignored
 *		     (cut); class inet only, see cmsg.c
 * @ioctls: ioctls
 * @listen: verdict on listen(2)
 * @pair: verdict on socketpair(2)
 * @mmap: verdict on mmap(2) of the socket
 * @received_max: bytes of control messages that one receive may return; they
 *		  are filtered in a buffer of that size. 0: not filtered
 * @address_max: longest address in bytes that is passed on, a longer one is
 *		 cut; 0: never cut
 * @option_max: longest value in bytes that setsockopt accepts; 0: no limit
 * @control_max: longest control buffer of a call, in bytes; 0: no limit
 */
struct persock_rules {
	struct persock_options get;
	struct persock_options set;
	struct persock_flags send;
	struct persock_flags receive;
	struct persock_options control_send;
	struct persock_options control_receive;
	struct persock_ioctls ioctls;
	s16 listen;
	s16 pair;
	s16 mmap;
	u16 received_max;
	u16 address_max;
	u32 option_max;
	u32 control_max;
};

#define PERSOCK_NR_CLASSES	(PERSOCK_CLASS_OTHER + 1)

/**
 * persock_class_of() - the class whose rules govern a family
 * @family: the application's address family (never AF_PERSOCK)
 *
 * Return: the class.
 */
static inline enum persock_class persock_class_of(int family)
{
	return family == AF_INET || family == AF_INET6 ? PERSOCK_CLASS_INET :
							 PERSOCK_CLASS_OTHER;
}

/**
 * struct persock_backlog - how listen(2)'s backlog is clamped
 * @floor: replaces a backlog of 0 or less; 0 leaves it as it is
 * @ceiling: largest backlog; 0 means no limit
 */
struct persock_backlog {
	int floor;
	int ceiling;
};

/**
 * struct persock_endpoint - an address, as it is judged
 * @family: AF_INET or AF_INET6; an IPv4-mapped address is AF_INET; or AF_VSOCK
 * @port: in host order
 * @address: in network order; IPv4 takes the first 4 bytes, the rest is 0.
 *	     AF_VSOCK: the CID and the port, see vsock_rule.h; @port is 0
 */
struct persock_endpoint {
	u16 family;
	u16 port;
	u8 address[16];
};

/**
 * struct persock_address_rule - the verdict on some addresses
 * @family: AF_INET or AF_INET6
 * @prefix: leading bits of @address that count, 0 to 32 or 128
 * @address: in network order as in struct persock_endpoint; bits that @prefix
 *	     does not cover are 0
 * @first: first port
 * @last: last port, not below @first
 * @protocol: protocol of the socket, or PERSOCK_ANY
 * @verdict: PERSOCK_ALLOW or a negative errno
 * @line: line of the policy file, for messages; 0: unknown
 */
struct persock_address_rule {
	u16 family;
	u8 prefix;
	u8 address[16];
	u16 first;
	u16 last;
	s32 protocol;
	s16 verdict;
	u32 line;
};

struct persock_address_index;

/* In a rule: any CID or the last port. In an address: VMADDR_CID_ANY and _PORT_ANY. */
#define PERSOCK_VSOCK_ANY	U32_MAX

/**
 * struct persock_vsock_rule - the verdict on some addresses of AF_VSOCK
 * @cid: context id, or PERSOCK_VSOCK_ANY
 * @first: first port
 * @last: last port, not below @first
 * @verdict: PERSOCK_ALLOW or a negative errno
 * @line: line of the policy file, for messages; 0: unknown
 */
struct persock_vsock_rule {
	u32 cid;
	u32 first;
	u32 last;
	s16 verdict;
	u32 line;
};

/**
 * struct persock_addresses - one section of address rules
 * @rules: in the order of the policy
 * @nr: length of @rules
 * @fallback: verdict if no rule matches
 * @index: index of @rules, from persock_address_index(); NULL if @nr is 0
 * @guard: what a rule must name to be allowed
 * @names: rules on host names may decide what no rule here does, see struct
 *	   persock_names
 * @vsock: rules on AF_VSOCK, in the order of the policy
 * @nr_vsock: length of @vsock; 0: the section does not judge AF_VSOCK
 */
struct persock_addresses {
	const struct persock_address_rule *rules;
	unsigned int nr;
	s16 fallback;
	const struct persock_address_index *index;
	enum persock_guard guard;
	bool names;
	const struct persock_vsock_rule *vsock;
	unsigned int nr_vsock;
};

/* The longest host name in bytes (RFC 1035), without its final NUL. */
#define PERSOCK_HOST_LENGTH	253

/* DNS resolvers listen on this port. */
#define PERSOCK_DNS_PORT	53

#define PERSOCK_MAX_RESOLVERS	16

/**
 * struct persock_host_rule - the verdict on the addresses of some host names
 * @name: the name, in lower case, without "*." and without a final dot; the
 *	  store owns it
 * @length: its length in bytes, at least 1
 * @below: the rule is about all names below @name, and not about @name
 * @first: first port
 * @last: last port, not below @first
 * @protocol: protocol of the socket, or PERSOCK_ANY
 * @verdict: PERSOCK_ALLOW or a negative errno
 * @line: line of the policy file, for messages; 0: unknown
 */
struct persock_host_rule {
	const char *name;
	u8 length;
	bool below;
	u16 first;
	u16 last;
	s32 protocol;
	s16 verdict;
	u32 line;
};

/**
 * struct persock_names - the rules on host names of section connect, and how
 *			  addresses of names are learnt
 * @rules: in the order of the policy
 * @sorted: indexes of @rules, sorted by persock_hosts_sort()
 * @nr: length of @rules and of @sorted
 * @nr_resolvers: length of @resolvers; 0: the policy does not use names, and
 *		  has no rules on them
 * @resolvers: addresses of the resolvers; their port is PERSOCK_DNS_PORT
 * @queries: which queries leave the machine
 * @hold: seconds for which an address may be used after its TTL has ended
 * @max: largest number of learnt addresses of a cgroup
 */
struct persock_names {
	const struct persock_host_rule *rules;
	const u32 *sorted;
	unsigned int nr;
	unsigned int nr_resolvers;
	struct persock_endpoint resolvers[PERSOCK_MAX_RESOLVERS];
	enum persock_queries queries;
	u32 hold;
	u32 max;
};

/**
 * enum persock_unix_kind - the kinds of names that AF_UNIX sockets have
 * @PERSOCK_UNIX_ANY: in a rule: whatever the name is
 * @PERSOCK_UNIX_UNNAMED: no name; in a bind: one that the kernel chooses
 * @PERSOCK_UNIX_PATH: a file
 * @PERSOCK_UNIX_ABSTRACT: an abstract name
 */
enum persock_unix_kind {
	PERSOCK_UNIX_ANY,
	PERSOCK_UNIX_UNNAMED,
	PERSOCK_UNIX_PATH,
	PERSOCK_UNIX_ABSTRACT,
};

#define PERSOCK_NR_UNIX_KINDS	(PERSOCK_UNIX_ABSTRACT + 1)

/**
 * struct persock_unix_rule - the verdict on some names of AF_UNIX sockets
 * @name: the path, or the abstract name without its first zero byte; the store
 *	  owns it
 * @length: its length in bytes; 0 for the other kinds
 * @kind: kind of the name
 * @prefix: the rule is about all names that begin with @name
 * @type: type of the socket, or PERSOCK_ANY
 * @peer: where the peer's socket was created: path of a cgroup, there or below;
 *	  "": the layer's cgroup or below; NULL: anywhere. The store owns it
 * @verdict: PERSOCK_ALLOW or a negative errno
 * @line: line of the policy file, for messages; 0: unknown
 */
struct persock_unix_rule {
	const char *name;
	u16 length;
	u8 kind;
	bool prefix;
	s16 type;
	const char *peer;
	s16 verdict;
	u32 line;
};

/**
 * struct persock_unix_entry - a rule where its name sorts, and a node of the
 *			       tree of names, see unix_rule.c
 * @rule: its index
 * @first: place of the first rule on the same name
 * @outer: place of the first rule on the next shorter prefix, or the number of
 *	   rules
 * @next: what is below the node: names without the bit, and those with it. The
 *	  place of a node, or that of a rule and the number of rules
 * @byte: which byte of the names has the node's bit
 * @bit: the bit; 0x100: the byte is there
 */
struct persock_unix_entry {
	u32 rule;
	u32 first;
	u32 outer;
	u32 next[2];
	u16 byte;
	u16 bit;
};

/**
 * struct persock_unix_rules - one section of rules on names of AF_UNIX sockets
 * @rules: in the order of the policy
 * @sorted: the same by name, from persock_unix_sort()
 * @nr: length of the two lists
 * @roots: of the tree of each kind of names, as @next of an entry; twice the
 *	   number of rules: there is none
 * @fallback: verdict if no rule matches
 * @cgroups: a rule has a path of a cgroup
 */
struct persock_unix_rules {
	const struct persock_unix_rule *rules;
	const struct persock_unix_entry *sorted;
	unsigned int nr;
	u32 roots[PERSOCK_NR_UNIX_KINDS];
	s16 fallback;
	bool cgroups;
};

#define PERSOCK_MAX_PROVIDERS	8

/**
 * struct persock_policy - all verdicts and limits of a personality, immutable
 * @mode: whether verdicts are applied, or only reported, or the policy does not
 *	  judge, and calls are recorded
 * @reveal: what the tasks that it governs may learn of it
 * @counts: allowed messages and options are counted, too
 * @sockets: requests for sockets
 * @connect: peers, whichever call names them
 * @names: host names of peers; they decide where no rule of @connect does
 * @bind: addresses that a socket is bound to
 * @accept: peers that are accepted
 * @unix_connect: peers of AF_UNIX sockets
 * @unix_bind: names that AF_UNIX sockets are bound to
 * @unix_rights: verdict on SCM_RIGHTS, sent and received; or PERSOCK_GOVERNED
 * @unix_credentials: verdict on SCM_CREDENTIALS, sent and received
 * @backlog: clamp of listen(2)
 * @max_sockets: live sockets of the cgroup and of those below; 0: no limit
 * @max_sockets_verdict: negative errno for a socket beyond that limit; 0:
 *			 there is no limit
 * @rules: the rules of each class of sockets
 *
 * The presets are constants of this type; parse_policy.c makes the others.
 */
struct persock_policy {
	enum persock_mode mode;
	enum persock_reveal reveal;
	bool counts;
	struct persock_sockets sockets;
	struct persock_addresses connect;
	struct persock_names names;
	struct persock_addresses bind;
	struct persock_addresses accept;
	struct persock_unix_rules unix_connect;
	struct persock_unix_rules unix_bind;
	s16 unix_rights;
	s16 unix_credentials;
	struct persock_backlog backlog;
	u32 max_sockets;
	s16 max_sockets_verdict;
	struct persock_rules rules[PERSOCK_NR_CLASSES];
};

/**
 * persock_restricts() - may a section of address rules deny anything?
 * @addresses: the section
 *
 * Return: false if every address is allowed, and need not be judged.
 */
static inline bool persock_restricts(const struct persock_addresses *addresses)
{
	return addresses->nr || addresses->fallback != PERSOCK_ALLOW ||
	       addresses->guard != PERSOCK_GUARD_NONE || addresses->names;
}

/**
 * persock_unix_restricts() - may a section of AF_UNIX rules deny anything?
 * @rules: the section
 *
 * Return: false if every name is allowed, and need not be judged.
 */
static inline bool
persock_unix_restricts(const struct persock_unix_rules *rules)
{
	return rules->nr || rules->fallback != PERSOCK_ALLOW;
}

/**
 * persock_reads() - must the addresses of a section be read?
 * @policy: the policy
 * @addresses: the section
 *
 * Return: true if they may be denied, or are recorded.
 */
static inline bool persock_reads(const struct persock_policy *policy,
				 const struct persock_addresses *addresses)
{
	return persock_restricts(addresses) ||
	       policy->mode == PERSOCK_MODE_RECORD;
}

/**
 * persock_vsock_reads() - must the addresses of AF_VSOCK be read?
 * @policy: the policy
 * @addresses: a section
 *
 * A section without rules on them has no say: its default is about other
 * families.
 *
 * Return: true if they are judged, or are recorded.
 */
static inline bool persock_vsock_reads(const struct persock_policy *policy,
				       const struct persock_addresses *addresses)
{
	return addresses->nr_vsock || policy->mode == PERSOCK_MODE_RECORD;
}

/**
 * persock_unix_reads() - must the names of a section about AF_UNIX be read?
 * @policy: the policy
 * @rules: the section
 *
 * Return: true if they may be denied, or are recorded.
 */
static inline bool persock_unix_reads(const struct persock_policy *policy,
				      const struct persock_unix_rules *rules)
{
	return persock_unix_restricts(rules) ||
	       policy->mode == PERSOCK_MODE_RECORD;
}

/**
 * persock_unjudged_errno() - the answer of a section of address rules if it cannot
 *		       judge an address
 * @addresses: the section, which restricts
 *
 * Return: the errno of its default, or -EACCES if the default allows.
 */
static inline s16 persock_unjudged_errno(const struct persock_addresses *addresses)
{
	return addresses->fallback < 0 ? addresses->fallback : -EACCES;
}

/**
 * persock_counts_allowed() - are allowed messages and options counted?
 * @policy: the policy
 *
 * Always if it is only tried out: how many calls pass is part of the answer.
 *
 * Return: true if they are.
 */
static inline bool persock_counts_allowed(const struct persock_policy *policy)
{
	return policy->counts || policy->mode != PERSOCK_MODE_ENFORCE;
}

/**
 * struct persock_preset - a personality that comes with the module
 * @name: its name
 * @policy: its policy
 * @providers: names of its providers, in order
 */
struct persock_preset {
	const char *name;
	const struct persock_policy *policy;
	const char *providers[PERSOCK_MAX_PROVIDERS];
};

extern const struct persock_preset persock_presets[];
extern const unsigned int persock_nr_presets;

#endif /* _PERSOCK_POLICY_H */
