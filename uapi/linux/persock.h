/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * persock gives a cgroup its own socket personality.
 *
 * A personality is a named policy. It specifies which sockets may be created,
 * which options, flags, control messages and ioctls they accept, and which
 * providers serve them. An attachment connects a cgroup v2 directory to a
 * personality; every attached ancestor of a task's cgroup governs the
 * sockets that the task creates. A socket keeps the personality under which
 * it was created, even if it is passed to another process, if the task moves,
 * or if the cgroup is detached.
 *
 * User space has three ways to persock:
 *
 * 1. None at all. socket(2) and its relatives in an attached cgroup are
 *    governed without the program's knowledge: AF_INET stays AF_INET.
 *
 * 2. The generic netlink family PERSOCK_GENL_NAME, for administrators:
 *    <linux/persock_netlink.h>, generated from
 *    Documentation/netlink/specs/persock.yaml.
 *
 * 3. An explicit socket(AF_PERSOCK, type, PERSOCK_PROTOCOL(family, protocol)).
 *    In a governed cgroup it is judged and served like socket(family, type,
 *    protocol), and grants nothing more than that call. In other cgroups
 *    every provider except native is tried in the order of registration, and
 *    no policy denies anything. It has these additional errors:
 *
 *      EINVAL           bits of the protocol argument are set that
 *                       PERSOCK_PROTOCOL() never sets
 *      EAFNOSUPPORT     no provider serves (family, type, protocol)
 *      EPERM            the task is not governed and lacks CAP_NET_ADMIN in
 *                       the initial user namespace: such a socket arms the
 *                       interception points of the whole machine
 */
#ifndef _UAPI_LINUX_PERSOCK_H
#define _UAPI_LINUX_PERSOCK_H

#include <linux/persock_netlink.h>

/*
 * A module cannot add an address family (NPROTO limits their number), so
 * AF_PERSOCK uses the number of a family that was removed from the kernel. This
 * is the default. The module parameter "family" specifies another number, and
 * PERSOCK_CMD_STATUS_GET reports the one in use.
 */
#define AF_PERSOCK_DEFAULT	19	/* was AF_ECONET, until Linux 3.5 */

#ifndef AF_PERSOCK
#define AF_PERSOCK		AF_PERSOCK_DEFAULT
#define PF_PERSOCK		AF_PERSOCK
#endif

/*
 * PERSOCK_PROTOCOL - the protocol argument that requests a socket of another
 * family from AF_PERSOCK. A request with any bit above the two fields is
 * rejected, so that there is only one way to write a request.
 *
 *   bits  0..15  protocol within the family, as in socket(2)
 *   bits 16..23  address family
 *   bits 24..31  zero
 */
#define PERSOCK_PROTOCOL_BITS	16
#define PERSOCK_FAMILY_BITS	8
#define PERSOCK_PROTOCOL(family, protocol) \
	((int)((((unsigned int)(family) & 0xff) << PERSOCK_PROTOCOL_BITS) | \
	       ((unsigned int)(protocol) & 0xffff)))

#endif /* _UAPI_LINUX_PERSOCK_H */
