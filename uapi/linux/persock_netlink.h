/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/persock.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_PERSOCK_NETLINK_H
#define _UAPI_LINUX_PERSOCK_NETLINK_H

#define PERSOCK_GENL_NAME	"persock"
#define PERSOCK_GENL_VERSION	1

#define PERSOCK_NAME_MAX	63
#define PERSOCK_NETWORK_MAX	255
#define PERSOCK_HOST_MAX	255
#define PERSOCK_PATH_MAX	1023
#define PERSOCK_ABSTRACT_MAX	107
#define PERSOCK_CGROUP_MAX	1023

/**
 * enum persock_operation - The socket operations that a personality judges and
 *   counts. Several system calls can be one operation (sendto, sendmsg,
 *   sendmmsg, write, splice and io_uring's send are all sendmsg).
 */
enum persock_operation {
	PERSOCK_OP_CREATE,
	PERSOCK_OP_PAIR,
	PERSOCK_OP_CONNECT,
	PERSOCK_OP_ACCEPT,
	PERSOCK_OP_BIND,
	PERSOCK_OP_LISTEN,
	PERSOCK_OP_SHUTDOWN,
	PERSOCK_OP_GETSOCKOPT,
	PERSOCK_OP_SETSOCKOPT,
	PERSOCK_OP_GETNAME,
	PERSOCK_OP_SENDMSG,
	PERSOCK_OP_RECVMSG,
	PERSOCK_OP_IOCTL,
	PERSOCK_OP_MMAP,
};

/**
 * enum persock_section - The parts of a policy. Each has a default, the
 *   verdict if no rule decides; most have rules. The sections from options-get
 *   to ioctls, and listen, pair and mmap, are specified for a class of
 *   sockets, the others for the whole policy.
 * @PERSOCK_SECTION_SOCKETS: By family, type, protocol. The first rule that
 *   matches decides.
 * @PERSOCK_SECTION_OPTIONS_GET: By level and name.
 * @PERSOCK_SECTION_OPTIONS_SET: By level and name.
 * @PERSOCK_SECTION_FLAGS_SEND: By flag of the message.
 * @PERSOCK_SECTION_FLAGS_RECEIVE: By flag of the message.
 * @PERSOCK_SECTION_CONTROL_SEND: Control messages, by level and name
 *   (cmsg_type).
 * @PERSOCK_SECTION_CONTROL_RECEIVE: Received control messages. Class inet
 *   only.
 * @PERSOCK_SECTION_IOCTLS: By command.
 * @PERSOCK_SECTION_CONNECT: By address, port and protocol of the peer:
 *   connect, and every send that specifies one. The longest prefix decides,
 *   then deny before allow.
 * @PERSOCK_SECTION_BIND: By address, port and protocol.
 * @PERSOCK_SECTION_ACCEPT: By address, port and protocol of the accepted peer.
 * @PERSOCK_SECTION_LISTEN: No rules, only the default.
 * @PERSOCK_SECTION_UNIX_RIGHTS: SCM_RIGHTS. No rules, only the default.
 *   Verdict 2: of sockets, only those that the receiver's layer governs are
 *   received.
 * @PERSOCK_SECTION_UNIX_CREDENTIALS: SCM_CREDENTIALS and SO_PASSCRED. No
 *   rules, only the default.
 * @PERSOCK_SECTION_PAIR: socketpair. No rules, only the default.
 * @PERSOCK_SECTION_MMAP: mmap of a socket. No rules, only the default.
 * @PERSOCK_SECTION_LIMITS: No rules and no default. In a denial, a limit
 *   decided.
 * @PERSOCK_SECTION_UNIX_CONNECT: AF_UNIX: by name, place and type of the peer
 *   that was found: connect, every send that specifies a peer, and socketpair.
 *   The most specific name decides, then deny before allow.
 * @PERSOCK_SECTION_UNIX_BIND: AF_UNIX: by the name that a socket is bound to,
 *   and by its type.
 */
enum persock_section {
	PERSOCK_SECTION_SOCKETS,
	PERSOCK_SECTION_OPTIONS_GET,
	PERSOCK_SECTION_OPTIONS_SET,
	PERSOCK_SECTION_FLAGS_SEND,
	PERSOCK_SECTION_FLAGS_RECEIVE,
	PERSOCK_SECTION_CONTROL_SEND,
	PERSOCK_SECTION_CONTROL_RECEIVE,
	PERSOCK_SECTION_IOCTLS,
	PERSOCK_SECTION_CONNECT,
	PERSOCK_SECTION_BIND,
	PERSOCK_SECTION_ACCEPT,
	PERSOCK_SECTION_LISTEN,
	PERSOCK_SECTION_UNIX_RIGHTS,
	PERSOCK_SECTION_UNIX_CREDENTIALS,
	PERSOCK_SECTION_PAIR,
	PERSOCK_SECTION_MMAP,
	PERSOCK_SECTION_LIMITS,
	PERSOCK_SECTION_UNIX_CONNECT,
	PERSOCK_SECTION_UNIX_BIND,
};

/**
 * enum persock_class - The two classes of sockets, with rules of their own.
 *   gVisor's AF_UNIX sockets have options and control messages that its
 *   hostinet denies.
 * @PERSOCK_CLASS_INET: AF_INET and AF_INET6.
 * @PERSOCK_CLASS_OTHER: All other families.
 */
enum persock_class {
	PERSOCK_CLASS_INET,
	PERSOCK_CLASS_OTHER,
};

/**
 * enum persock_mode - The effect of a verdict.
 * @PERSOCK_MODE_ENFORCE: The verdict is applied, counted and reported.
 * @PERSOCK_MODE_AUDIT: The verdict is counted and reported, and the call is
 *   allowed.
 * @PERSOCK_MODE_RECORD: The policy does not judge. Every call is allowed, and
 *   each distinct fact about it is kept: see record-get.
 */
enum persock_mode {
	PERSOCK_MODE_ENFORCE,
	PERSOCK_MODE_AUDIT,
	PERSOCK_MODE_RECORD,
};

/**
 * enum persock_counters - Which allowed calls are counted. What is denied,
 *   ignored or audited is counted always.
 * @PERSOCK_COUNTERS_LEAST: All except messages that are sent or received, and
 *   options that are read or set. Under modes audit and record those, too.
 * @PERSOCK_COUNTERS_FULL: All.
 */
enum persock_counters {
	PERSOCK_COUNTERS_LEAST,
	PERSOCK_COUNTERS_FULL,
};

/**
 * enum persock_delegate - What an attachment takes over from its attached
 *   ancestors.
 * @PERSOCK_DELEGATE_NONE: They govern its sockets, too.
 * @PERSOCK_DELEGATE_FULL: They do not govern its sockets.
 */
enum persock_delegate {
	PERSOCK_DELEGATE_NONE,
	PERSOCK_DELEGATE_FULL,
};

/**
 * enum persock_limit - The limits of a policy. A limit that is not specified,
 *   or 0, is none.
 * @PERSOCK_LIMIT_SOCKETS: Live sockets of an attachment; one more fails with
 *   ENFILE, or with the specified errno.
 * @PERSOCK_LIMIT_BACKLOG_FLOOR: The backlog that replaces one of 0 or less.
 * @PERSOCK_LIMIT_BACKLOG_CEILING: Largest backlog; it replaces a larger one.
 * @PERSOCK_LIMIT_OPTION: Longest value of setsockopt in bytes; a longer one
 *   fails with EINVAL. By class.
 * @PERSOCK_LIMIT_CONTROL: Longest control buffer of a call in bytes; a longer
 *   one fails with ENOBUFS. By class.
 * @PERSOCK_LIMIT_ADDRESS: Longest address in bytes; a longer one is cut. By
 *   class.
 * @PERSOCK_LIMIT_RECEIVED_CONTROL: The most bytes of control messages that one
 *   call may receive; needed if control-receive does not allow all. Class inet
 *   only.
 */
enum persock_limit {
	PERSOCK_LIMIT_SOCKETS,
	PERSOCK_LIMIT_BACKLOG_FLOOR,
	PERSOCK_LIMIT_BACKLOG_CEILING,
	PERSOCK_LIMIT_OPTION,
	PERSOCK_LIMIT_CONTROL,
	PERSOCK_LIMIT_ADDRESS,
	PERSOCK_LIMIT_RECEIVED_CONTROL,
};

/**
 * enum persock_queries - The DNS queries that leave the machine.
 * @PERSOCK_QUERIES_LISTED: Those for names that a rule allows. Others are
 *   answered NXDOMAIN.
 * @PERSOCK_QUERIES_ANY: All. Only answers for names that rules list are
 *   learnt.
 */
enum persock_queries {
	PERSOCK_QUERIES_LISTED,
	PERSOCK_QUERIES_ANY,
};

/**
 * enum persock_reveal - What a policy tells the tasks that it governs.
 * @PERSOCK_REVEAL_NONE: Nothing.
 * @PERSOCK_REVEAL_DENIALS: The last denials by this policy:
 *   /proc/persock/denials lists them to tasks of the attached cgroup in which
 *   they were.
 */
enum persock_reveal {
	PERSOCK_REVEAL_NONE,
	PERSOCK_REVEAL_DENIALS,
};

/**
 * enum persock_reason - Why a call was refused that no policy can allow.
 * @PERSOCK_REASON_NONE: Another reason, or the policy.
 * @PERSOCK_REASON_LIVEPATCH: A livepatch redirects one of the kernel's
 *   functions that persock must intercept to judge the call.
 * @PERSOCK_REASON_FUNCTION: This kernel does not have, or does not trace, such
 *   a function.
 */
enum persock_reason {
	PERSOCK_REASON_NONE,
	PERSOCK_REASON_LIVEPATCH,
	PERSOCK_REASON_FUNCTION,
};

enum {
	PERSOCK_A_COUNTER_OPERATION = 1,
	PERSOCK_A_COUNTER_ALLOWED,
	PERSOCK_A_COUNTER_IGNORED,
	PERSOCK_A_COUNTER_DENIED,
	PERSOCK_A_COUNTER_PAD,
	PERSOCK_A_COUNTER_AUDITED,

	__PERSOCK_A_COUNTER_MAX
};
#define PERSOCK_A_COUNTER_MAX (__PERSOCK_A_COUNTER_MAX - 1)

enum {
	PERSOCK_A_DEFAULT_SECTION = 1,
	PERSOCK_A_DEFAULT_CLASS,
	PERSOCK_A_DEFAULT_VERDICT,

	__PERSOCK_A_DEFAULT_MAX
};
#define PERSOCK_A_DEFAULT_MAX (__PERSOCK_A_DEFAULT_MAX - 1)

enum {
	PERSOCK_A_RULE_SECTION = 1,
	PERSOCK_A_RULE_CLASS,
	PERSOCK_A_RULE_VERDICT,
	PERSOCK_A_RULE_LINE,
	PERSOCK_A_RULE_FAMILY,
	PERSOCK_A_RULE_TYPE,
	PERSOCK_A_RULE_PROTOCOL,
	PERSOCK_A_RULE_LEVEL,
	PERSOCK_A_RULE_NAME,
	PERSOCK_A_RULE_SIZE,
	PERSOCK_A_RULE_SIZE_MAX,
	PERSOCK_A_RULE_FLAGS,
	PERSOCK_A_RULE_COMMAND,
	PERSOCK_A_RULE_ADDRESS,
	PERSOCK_A_RULE_PREFIX_LENGTH,
	PERSOCK_A_RULE_PORT_FIRST,
	PERSOCK_A_RULE_PORT_LAST,
	PERSOCK_A_RULE_HOST,
	PERSOCK_A_RULE_PATH,
	PERSOCK_A_RULE_ABSTRACT,
	PERSOCK_A_RULE_PREFIX,
	PERSOCK_A_RULE_UNNAMED,
	PERSOCK_A_RULE_PEER,
	PERSOCK_A_RULE_VSOCK_FIRST,
	PERSOCK_A_RULE_VSOCK_LAST,
	PERSOCK_A_RULE_CID,

	__PERSOCK_A_RULE_MAX
};
#define PERSOCK_A_RULE_MAX (__PERSOCK_A_RULE_MAX - 1)

enum {
	PERSOCK_A_NAMES_RESOLVER = 1,
	PERSOCK_A_NAMES_QUERIES,
	PERSOCK_A_NAMES_HOLD,
	PERSOCK_A_NAMES_LIMIT,

	__PERSOCK_A_NAMES_MAX
};
#define PERSOCK_A_NAMES_MAX (__PERSOCK_A_NAMES_MAX - 1)

enum {
	PERSOCK_A_LEARNT_HOST = 1,
	PERSOCK_A_LEARNT_ADDRESS,
	PERSOCK_A_LEARNT_NETWORK_INODE,
	PERSOCK_A_LEARNT_TTL,
	PERSOCK_A_LEARNT_STATIC,

	__PERSOCK_A_LEARNT_MAX
};
#define PERSOCK_A_LEARNT_MAX (__PERSOCK_A_LEARNT_MAX - 1)

enum {
	PERSOCK_A_BOUND_LIMIT = 1,
	PERSOCK_A_BOUND_CLASS,
	PERSOCK_A_BOUND_VALUE,
	PERSOCK_A_BOUND_VERDICT,

	__PERSOCK_A_BOUND_MAX
};
#define PERSOCK_A_BOUND_MAX (__PERSOCK_A_BOUND_MAX - 1)

enum {
	PERSOCK_A_DENIAL_CGROUP_ID = 1,
	PERSOCK_A_DENIAL_PERSONALITY,
	PERSOCK_A_DENIAL_MODE,
	PERSOCK_A_DENIAL_PID,
	PERSOCK_A_DENIAL_COMM,
	PERSOCK_A_DENIAL_OPERATION,
	PERSOCK_A_DENIAL_VERDICT,
	PERSOCK_A_DENIAL_SECTION,
	PERSOCK_A_DENIAL_RULE,
	PERSOCK_A_DENIAL_LINE,
	PERSOCK_A_DENIAL_FAMILY,
	PERSOCK_A_DENIAL_TYPE,
	PERSOCK_A_DENIAL_PROTOCOL,
	PERSOCK_A_DENIAL_LEVEL,
	PERSOCK_A_DENIAL_NAME,
	PERSOCK_A_DENIAL_FLAGS,
	PERSOCK_A_DENIAL_COMMAND,
	PERSOCK_A_DENIAL_ADDRESS,
	PERSOCK_A_DENIAL_PORT,
	PERSOCK_A_DENIAL_PAD,
	PERSOCK_A_DENIAL_LAYER,
	PERSOCK_A_DENIAL_LAYERS,
	PERSOCK_A_DENIAL_INNER_ID,
	PERSOCK_A_DENIAL_HOST,
	PERSOCK_A_DENIAL_UNIX_NAME,
	PERSOCK_A_DENIAL_CID,
	PERSOCK_A_DENIAL_VSOCK_PORT,
	PERSOCK_A_DENIAL_REASON,

	__PERSOCK_A_DENIAL_MAX
};
#define PERSOCK_A_DENIAL_MAX (__PERSOCK_A_DENIAL_MAX - 1)

enum {
	PERSOCK_A_IGNORED_SECTION = 1,
	PERSOCK_A_IGNORED_LEVEL,
	PERSOCK_A_IGNORED_NAME,
	PERSOCK_A_IGNORED_FLAGS,
	PERSOCK_A_IGNORED_COMMAND,
	PERSOCK_A_IGNORED_COUNT,
	PERSOCK_A_IGNORED_PAD,

	__PERSOCK_A_IGNORED_MAX
};
#define PERSOCK_A_IGNORED_MAX (__PERSOCK_A_IGNORED_MAX - 1)

enum {
	PERSOCK_A_FACT_SECTION = 1,
	PERSOCK_A_FACT_CLASS,
	PERSOCK_A_FACT_COUNT,
	PERSOCK_A_FACT_FIRST,
	PERSOCK_A_FACT_COMM,
	PERSOCK_A_FACT_FAMILY,
	PERSOCK_A_FACT_TYPE,
	PERSOCK_A_FACT_PROTOCOL,
	PERSOCK_A_FACT_LEVEL,
	PERSOCK_A_FACT_NAME,
	PERSOCK_A_FACT_FLAGS,
	PERSOCK_A_FACT_COMMAND,
	PERSOCK_A_FACT_ADDRESS,
	PERSOCK_A_FACT_PORT,
	PERSOCK_A_FACT_HOST,
	PERSOCK_A_FACT_LIMIT,
	PERSOCK_A_FACT_VALUE,
	PERSOCK_A_FACT_PAD,
	PERSOCK_A_FACT_UNIX_NAME,
	PERSOCK_A_FACT_CID,
	PERSOCK_A_FACT_VSOCK_PORT,

	__PERSOCK_A_FACT_MAX
};
#define PERSOCK_A_FACT_MAX (__PERSOCK_A_FACT_MAX - 1)

enum {
	PERSOCK_A_VERSION = 1,
	PERSOCK_A_ADDRESS_FAMILY,
	PERSOCK_A_HOLDS,
	PERSOCK_A_REASON,
	PERSOCK_A_ARMED,
	PERSOCK_A_CGROUP_FD,
	PERSOCK_A_CGROUP_ID,
	PERSOCK_A_CGROUP_PATH,
	PERSOCK_A_PERSONALITY,
	PERSOCK_A_BASE,
	PERSOCK_A_PROVIDER,
	PERSOCK_A_FAMILY,
	PERSOCK_A_MODULE,
	PERSOCK_A_LSM_GAP,
	PERSOCK_A_BUILTIN,
	PERSOCK_A_ATTACHMENTS,
	PERSOCK_A_SOCKETS_LIVE,
	PERSOCK_A_SOCKETS_CREATED,
	PERSOCK_A_COUNTER,
	PERSOCK_A_PAD,
	PERSOCK_A_MODE,
	PERSOCK_A_DEFAULT,
	PERSOCK_A_RULE,
	PERSOCK_A_BOUND,
	PERSOCK_A_DENIAL,
	PERSOCK_A_LOST,
	PERSOCK_A_NETWORK,
	PERSOCK_A_NETWORK_FD,
	PERSOCK_A_NETWORK_INODE,
	PERSOCK_A_NETWORK_FROM,
	PERSOCK_A_NETWORK_FROM_FD,
	PERSOCK_A_NETWORK_FROM_INODE,
	PERSOCK_A_ATTACHMENT_LOST,
	PERSOCK_A_IGNORED,
	PERSOCK_A_DELEGATE,
	PERSOCK_A_LAYER,
	PERSOCK_A_HOLD,
	PERSOCK_A_NAMES,
	PERSOCK_A_LEARNT,
	PERSOCK_A_LEARNT_LOST,
	PERSOCK_A_FACT,
	PERSOCK_A_FACT_LOST,
	PERSOCK_A_REVEAL,
	PERSOCK_A_TIME,
	PERSOCK_A_COUNTERS,

	__PERSOCK_A_MAX
};
#define PERSOCK_A_MAX (__PERSOCK_A_MAX - 1)

enum {
	PERSOCK_CMD_STATUS_GET = 1,
	PERSOCK_CMD_PROVIDER_GET,
	PERSOCK_CMD_PERSONALITY_NEW,
	PERSOCK_CMD_PERSONALITY_GET,
	PERSOCK_CMD_PERSONALITY_DEL,
	PERSOCK_CMD_ATTACH,
	PERSOCK_CMD_DETACH,
	PERSOCK_CMD_ATTACHMENT_GET,
	PERSOCK_CMD_PERSONALITY_SET,
	PERSOCK_CMD_POLICY_GET,
	PERSOCK_CMD_DENIAL_NTF,
	PERSOCK_CMD_IGNORED_NTF,
	PERSOCK_CMD_IGNORED_GET,
	PERSOCK_CMD_COMMIT,
	PERSOCK_CMD_NAME_NEW,
	PERSOCK_CMD_NAME_DEL,
	PERSOCK_CMD_NAME_GET,
	PERSOCK_CMD_NAME_NTF,
	PERSOCK_CMD_QUERY_NTF,
	PERSOCK_CMD_RECORD_GET,
	PERSOCK_CMD_RECORD_DEL,

	__PERSOCK_CMD_MAX
};
#define PERSOCK_CMD_MAX (__PERSOCK_CMD_MAX - 1)

#define PERSOCK_GENL_GROUP_DENIALS	"denials"
#define PERSOCK_GENL_GROUP_IGNORED	"ignored"
#define PERSOCK_GENL_GROUP_NAMES	"names"

#endif /* _UAPI_LINUX_PERSOCK_NETLINK_H */
