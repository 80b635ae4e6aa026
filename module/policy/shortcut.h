/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shortcuts: tables, made with the policy, of the calls that pass it
 * unchanged. socket/pass.h looks calls up in them, and hook/intercept.c
 * requests for sockets.
 *
 * Nearly every call passes, unchanged. The tables report this in a few
 * instructions. A call that is not in them is judged. shortcut.c says how they
 * are built.
 */
#ifndef _PERSOCK_SHORTCUT_H
#define _PERSOCK_SHORTCUT_H

#include <linux/in.h>
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/socket.h>

#include "policy/policy.h"
#include "policy/request.h"

/**
 * enum persock_kind - the kinds of sockets that have shortcuts of their own
 * @PERSOCK_KIND_INET: those of class inet
 * @PERSOCK_KIND_OTHER: all others
 * @PERSOCK_KIND_VSOCK: AF_VSOCK, whose class is other, but whose addresses are
 *			judged by other sections than those of AF_UNIX
 * @PERSOCK_NR_KINDS: number of kinds
 */
enum persock_kind {
	PERSOCK_KIND_INET = PERSOCK_CLASS_INET,
	PERSOCK_KIND_OTHER = PERSOCK_CLASS_OTHER,
	PERSOCK_KIND_VSOCK,
	PERSOCK_NR_KINDS,
};

/**
 * persock_kind_of() - the kind of the sockets of a family
 * @family: the application's address family (never AF_PERSOCK)
 *
 * Return: the kind.
 */
static inline enum persock_kind persock_kind_of(int family)
{
	return family == AF_VSOCK ? PERSOCK_KIND_VSOCK :
				    (enum persock_kind)persock_class_of(family);
}

/**
 * persock_kind_class() - the class whose rules govern a kind
 * @kind: the kind
 *
 * Return: the class.
 */
static inline enum persock_class persock_kind_class(enum persock_kind kind)
{
	return kind == PERSOCK_KIND_INET ? PERSOCK_CLASS_INET :
					   PERSOCK_CLASS_OTHER;
}

/**
 * enum persock_shortcut_level - the levels whose options have shortcuts
 * @PERSOCK_SHORTCUT_UNLISTED: all other levels; no option of this row has one
 * @PERSOCK_SHORTCUT_SOCKET: SOL_SOCKET
 * @PERSOCK_SHORTCUT_IP: SOL_IP
 * @PERSOCK_SHORTCUT_TCP: SOL_TCP
 * @PERSOCK_SHORTCUT_UDP: SOL_UDP
 * @PERSOCK_SHORTCUT_IPV6: SOL_IPV6
 * @PERSOCK_SHORTCUT_LEVELS: number of rows
 */
enum persock_shortcut_level {
	PERSOCK_SHORTCUT_UNLISTED,
	PERSOCK_SHORTCUT_SOCKET,
	PERSOCK_SHORTCUT_IP,
	PERSOCK_SHORTCUT_TCP,
	PERSOCK_SHORTCUT_UDP,
	PERSOCK_SHORTCUT_IPV6,
	PERSOCK_SHORTCUT_LEVELS,
};

/*
 * Options with this number or a higher one have no shortcut. The numbers of
 * the kernel's own options are lower. It is a power of two.
 */
#define PERSOCK_SHORTCUT_NAMES	128

/*
 * Entries of the tables of options. An entry for a size is that size plus
 * PERSOCK_SHORTCUT_SIZE. With PERSOCK_SHORTCUT_EXACT a longer buffer or value
 * does not pass either. A size that does not fit into an entry has no
 * shortcut.
 */
#define PERSOCK_SHORTCUT_NONE	0
#define PERSOCK_SHORTCUT_ANY	1
#define PERSOCK_SHORTCUT_SIZE	2
#define PERSOCK_SHORTCUT_EXACT	0x80

/**
 * struct persock_shortcut - the calls that pass on sockets of one kind
 * @get: the buffer sizes that pass, for options that are read
 * @set: the value sizes that pass, for options that are set
 * @option_max: the longest value for an option with PERSOCK_SHORTCUT_ANY in
 *		@set
 * @send: flags of a send that must be judged
 * @receive: flags of a receive that must be judged
 * @connect_max: longest address of a peer that passes with any content
 * @bind_max: longest address that may be bound with any content
 * @control_send: sends with control messages pass, too
 * @control_receive: receives with room for control messages pass, too
 * @receives: receives pass at all
 * @accept: accepted connections pass without a verdict
 * @get_all: options are read without a verdict, whatever the level
 * @set_all: options are set without a verdict, except those that are special on
 *	     every socket, see option.c
 * @counts: allowed messages and options are counted
 */
struct persock_shortcut {
	u8 get[PERSOCK_SHORTCUT_LEVELS][PERSOCK_SHORTCUT_NAMES];
	u8 set[PERSOCK_SHORTCUT_LEVELS][PERSOCK_SHORTCUT_NAMES];
	u32 option_max;
	u32 send;
	u32 receive;
	u32 connect_max;
	u32 bind_max;
	bool control_send;
	bool control_receive;
	bool receives;
	bool accept;
	bool get_all;
	bool set_all;
	bool counts;
};

void persock_shortcut_build(struct persock_shortcut *shortcut,
			    const struct persock_policy *policy,
			    enum persock_kind kind);
void persock_shortcut_join(struct persock_shortcut *all,
			   const struct persock_shortcut *more);

/**
 * persock_shortcut_level() - the tables' row of a level
 * @level: level of an option
 *
 * Return: the row; PERSOCK_SHORTCUT_UNLISTED if there is none.
 */
static inline enum persock_shortcut_level persock_shortcut_level(int level)
{
	/* A power of two, as below. The other rows are UNLISTED. */
	static const u8 rows[64] = {
		[SOL_SOCKET] = PERSOCK_SHORTCUT_SOCKET,
		[SOL_IP] = PERSOCK_SHORTCUT_IP,
		[SOL_TCP] = PERSOCK_SHORTCUT_TCP,
		[SOL_UDP] = PERSOCK_SHORTCUT_UDP,
		[SOL_IPV6] = PERSOCK_SHORTCUT_IPV6,
	};

	if ((unsigned int)level >= ARRAY_SIZE(rows))
		return PERSOCK_SHORTCUT_UNLISTED;

	/* What checks bounds in 7.x's kernels sees that this is in bounds. */
	return rows[level & (ARRAY_SIZE(rows) - 1)];
}

/**
 * persock_shortcut_entry() - the entry of a table for an option
 * @table: of one direction
 * @level: level of the option
 * @optname: name of the option
 *
 * Return: the entry; PERSOCK_SHORTCUT_NONE if the tables have none.
 */
static inline u8
persock_shortcut_entry(const u8 (*table)[PERSOCK_SHORTCUT_NAMES], int level,
		       int optname)
{
	if ((unsigned int)optname >= PERSOCK_SHORTCUT_NAMES)
		return PERSOCK_SHORTCUT_NONE;

	return table[persock_shortcut_level(level)]
		    [optname & (PERSOCK_SHORTCUT_NAMES - 1)];
}

/**
 * persock_shortcut_get() - does the reading of an option pass?
 * @shortcut: of the socket's class
 * @level: level of the option
 * @optname: name of the option
 * @len: the caller's length
 *
 * Return: false if it must be judged.
 */
static inline bool persock_shortcut_get(const struct persock_shortcut *shortcut,
					int level, int optname, int len)
{
	u8 entry = persock_shortcut_entry(shortcut->get, level, optname);

	if (entry < PERSOCK_SHORTCUT_SIZE)
		return entry == PERSOCK_SHORTCUT_ANY;
	if (entry & PERSOCK_SHORTCUT_EXACT)
		return len == (entry & ~PERSOCK_SHORTCUT_EXACT) -
			      PERSOCK_SHORTCUT_SIZE;

	return len >= entry - PERSOCK_SHORTCUT_SIZE;
}

/**
 * persock_shortcut_set() - does the setting of an option pass?
 * @shortcut: of the socket's class
 * @level: level of the option
 * @optname: name of the option
 * @len: the caller's length
 *
 * Return: false if it must be judged.
 */
static inline bool persock_shortcut_set(const struct persock_shortcut *shortcut,
					int level, int optname,
					unsigned int len)
{
	u8 entry = persock_shortcut_entry(shortcut->set, level, optname);

	if (entry < PERSOCK_SHORTCUT_SIZE)
		return entry == PERSOCK_SHORTCUT_ANY &&
		       len <= shortcut->option_max;

	return len == (entry & ~PERSOCK_SHORTCUT_EXACT) - PERSOCK_SHORTCUT_SIZE;
}

/**
 * persock_shortcut_send() - does a send pass?
 * @shortcut: of the socket's class
 * @flags: its flags except those that the kernel itself adds
 * @name: the peer that it names, or NULL
 * @namelen: length of the address
 * @controllen: length of its control messages
 *
 * Return: false if it must be judged.
 */
static inline bool
persock_shortcut_send(const struct persock_shortcut *shortcut, u32 flags,
		      const void *name, int namelen, size_t controllen)
{
	return !(flags & shortcut->send) &&
	       (!controllen || shortcut->control_send) &&
	       (!name || (u32)namelen <= shortcut->connect_max);
}

/**
 * persock_shortcut_receive() - does a receive pass?
 * @shortcut: of the socket's class
 * @flags: its flags except those that the kernel itself adds
 * @controllen: room for control messages
 *
 * Return: false if it or its control messages must be judged.
 */
static inline bool
persock_shortcut_receive(const struct persock_shortcut *shortcut, u32 flags,
			 size_t controllen)
{
	return shortcut->receives && !(flags & shortcut->receive) &&
	       (!controllen || shortcut->control_receive);
}

/*
 * Requests for sockets that pass are the bits of a word: families unix, inet
 * and inet6, with protocols 0, TCP and UDP, by type.
 */
#define PERSOCK_SHORTCUT_TYPES	(SOCK_SEQPACKET + 1)

/**
 * persock_shortcut_request() - the bit of a request for a socket
 * @request: the request
 *
 * Return: the bit, or 0 if such a request has no shortcut.
 */
static inline u64
persock_shortcut_request(const struct persock_request *request)
{
	unsigned int row;

	if (request->family == AF_INET)
		row = 0;
	else if (request->family == AF_UNIX)
		row = 1;
	else if (request->family == AF_INET6)
		row = 2;
	else
		return 0;

	if (!request->protocol)
		row *= 3;
	else if (request->protocol == IPPROTO_TCP)
		row = row * 3 + 1;
	else if (request->protocol == IPPROTO_UDP)
		row = row * 3 + 2;
	else
		return 0;

	if ((unsigned int)request->type >= PERSOCK_SHORTCUT_TYPES)
		return 0;

	return 1ULL << (row * PERSOCK_SHORTCUT_TYPES + request->type);
}

u64 persock_shortcut_requests(bool (*passes)(const struct persock_request *request,
					     const void *data),
			      const void *data);

#endif /* _PERSOCK_SHORTCUT_H */
