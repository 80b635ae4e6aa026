/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recorded facts: what the sockets of a cgroup have done under mode record.
 * wire/fact.c reads them from the module, recorded.c makes a policy of them, and
 * generalise.c joins them.
 */
#ifndef _PERSOCK_POLICY_FILE_FACT_H
#define _PERSOCK_POLICY_FILE_FACT_H

#include "module/policy/policy.h"

#define FACT_COMM_MAX	15
#define FACT_COMMS	2

/**
 * struct fact - something that sockets have done
 * @section: the section that would have to allow it
 * @class: the class of the socket
 * @count: how many calls there were
 * @first: when the first one was, in nanoseconds of CLOCK_BOOTTIME
 * @comms: names of the first threads that did it, or ""
 * @family: of a socket
 * @type: likewise
 * @protocol: of a socket, or of the socket of an address
 * @level: of an option or control message
 * @name: likewise
 * @flag: one message flag
 * @command: of an ioctl
 * @endpoint: the address and the first port; of family 0 without an address;
 *	      AF_VSOCK: see vsock_rule.h of the module
 * @last: the last port
 * @prefix: number of leading bits of the address that count
 * @host: a host name, or ""
 * @below: it stands for all names below it
 * @unix_name: name of an AF_UNIX socket, as reports have it, or NULL; "": it has
 *	       none. The record owns it
 * @limit: a limit
 * @value: the largest value that it would have had to allow
 * @joined: number of facts that this one stands for
 * @dropped: another fact stands for it, or it needs no rule
 */
struct fact {
	enum persock_section section;
	enum persock_class class;
	u64 count;
	u64 first;
	char comms[FACT_COMMS][FACT_COMM_MAX + 1];
	int family;
	int type;
	int protocol;
	int level;
	int name;
	u32 flag;
	u32 command;
	struct persock_endpoint endpoint;
	u16 last;
	u8 prefix;
	char host[PERSOCK_HOST_LENGTH + 1];
	bool below;
	char *unix_name;
	enum persock_limit limit;
	u32 value;
	unsigned int joined;
	bool dropped;
};

#endif
