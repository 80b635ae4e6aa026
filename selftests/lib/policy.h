/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policies for tests, sent to the kernel attribute by attribute.
 *
 * One policy is put together at a time. It replaces the one of a personality
 * that govern_prepare() has made. The control socket is opened before a test
 * is governed, so that no policy can keep it from being changed.
 */
#ifndef SELFTESTS_POLICY_H
#define SELFTESTS_POLICY_H

#include <stddef.h>

#include <linux/types.h>

#include <linux/persock.h>
#include <linux/persock_netlink.h>

#include "govern.h"

#define ALLOW		0
#define IGNORE		1
#define ANY		(-1)

/* Open the control socket; 0 or -errno. */
int policy_open(void);

/* Begin a policy of @id's personality that denies what it does not list. */
void policy_begin(enum govern_id id);

/* The same for another personality, with the providers of @id's. */
void policy_begin_named(enum govern_id id, const char *name);

/* Everything is allowed by default. */
void policy_open_sections(void);

/* Both. */
void policy_begin_open(enum govern_id id);

void policy_mode(enum persock_mode mode);

/* Allowed messages and options are counted, too. */
void policy_count_fully(void);

void policy_default(enum persock_section section, int class, int verdict);
void policy_socket(int family, int type, int protocol, int verdict);
void policy_address(enum persock_section section, const char *prefix,
		    __u16 first, __u16 last, int protocol, int verdict);
/* Every port and protocol. */
void policy_prefix(enum persock_section section, const char *prefix,
		   int verdict);

/* A rule of section connect on a host name: "host" or "*.host". */
void policy_host(const char *host, __u16 first, __u16 last, int protocol,
		 int verdict);
/* How names are learnt: from one resolver, or two. */
void policy_names(const char *resolver, const char *second,
		  enum persock_queries queries, __u32 hold, __u32 limit);

/*
 * A rule of section unix-connect or unix-bind: a path, "@" and an abstract name,
 * either with "*" at its end for all names that begin so, "unnamed", or NULL. A
 * peer is "same", the path of a cgroup, or NULL.
 */
void policy_unix(enum persock_section section, const char *name, int type,
		 const char *peer, int verdict);

/* A rule of connect, bind or accept on AF_VSOCK. @cid: VMADDR_CID_ANY for any. */
void policy_vsock(enum persock_section section, __u32 cid, __u32 first,
		  __u32 last, int verdict);

void policy_option(enum persock_section section, int class, int level,
		   int name, int verdict);
void policy_flags(enum persock_section section, int class, __u32 flags,
		  int verdict);
void policy_ioctl(int class, __u32 command, int verdict);
void policy_bound(enum persock_limit limit, int class, __u32 value,
		  int verdict);

/* The next policy_set() only holds it, until policy_commit(). */
void policy_hold(void);

/* Let it govern; 0 or -errno. Ungoverned: does nothing. */
int policy_set(void);

/* Let all that is held govern at once; 0 or -errno. */
int policy_commit(void);

/* Close the control socket, and with it drop what is held. */
void policy_close(void);

/*
 * A list of the module's, about a personality or all; 0 or -errno: -EINTR when
 * what is listed has changed meanwhile. For one thread.
 */
struct nlmsghdr;
int policy_dump(__u8 command, const char *name,
		int (*read)(const struct nlmsghdr *header, void *data),
		void *data);

/* Attach a cgroup by its descriptor; 0 or -errno. */
int policy_attach(int cgroup, const char *personality);

/* The same by its path. */
int policy_attach_path(const char *path, const char *personality);

/* The same, delegated in full: its attached ancestors do not govern it. */
int policy_attach_anew(int cgroup, const char *personality);

/*
 * Make a cgroup below that of @id, which the caller leaves, and attach it. @path:
 * gets its path. 0 or -errno.
 */
int policy_attach_inner(enum govern_id id, const char *personality, char *path,
			size_t room);

/*
 * Have a cgroup learn an address, of 4 or 16 bytes, of a host name. It does not
 * end. 0 or -errno.
 */
int policy_learn(int cgroup, const char *host, const __u8 *address,
		 size_t length);

/* Join the group of denials, or of names; the descriptor or -errno. */
int policy_monitor(void);
int policy_monitor_names(void);

/*
 * Wait for a denial: its errno, 0 when none came in time. @tb gets its
 * attributes, by type, which are valid until the next call.
 */
struct nlattr;
int policy_denial(int fd, const struct nlattr **tb);

#endif /* SELFTESTS_POLICY_H */
