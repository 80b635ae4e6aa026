/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Denials: the path from the refused socket operation to the programs that
 * monitor. socket/report.c queues them, control/netlink_denial.c sends them,
 * and each attachment has a struct persock_pending_denials. Ignored calls and
 * learnt addresses take the same path to programs that ask for them.
 */
#ifndef _PERSOCK_DENIAL_H
#define _PERSOCK_DENIAL_H

#include <linux/list.h>
#include <linux/sched.h>

#include "policy/policy.h"

struct sk_buff;

/**
 * struct persock_denial - the report of a denial, or of an ignored call
 * @time: when it was, in nanoseconds of CLOCK_REALTIME
 * @cgroup: id of the cgroup whose layer decided
 * @personality: name of its personality
 * @mode: mode of the policy
 * @pid: process that called
 * @comm: thread that called
 * @operation: the judged operation
 * @verdict: a negative errno; PERSOCK_IGNORE; or PERSOCK_ALLOW: it is no denial,
 *	     the address @endpoint was learnt for @host, with @subject as the
 *	     TTL in seconds and @detail as the network namespace's inode number
 * @section: the part of the policy that decided
 * @rule: number of the rule that decided, 0: none
 * @line: line of the policy file, 0: unknown
 * @family: family of the socket
 * @type: type of the socket
 * @protocol: protocol of the socket
 * @message: a control message decided: @subject and @detail are its level and
 *	     type
 * @subject: level of an option; flags of a message; command of an ioctl
 * @detail: name of an option
 * @endpoint: address that was judged; of family 0 if there was none
 * @host: a host name of it, or that of the query; empty if there was none
 * @reason: why no policy could allow it
 * @local: @host is the name of an AF_UNIX socket, see persock_unix_text()
 * @query: a DNS query was judged
 * @layer: index of the layer that decided, 0 is the outermost
 * @layers: number of layers of the socket
 */
struct persock_denial {
	u64 time;
	u64 cgroup;
	char personality[PERSOCK_NAME_MAX + 1];
	enum persock_mode mode;
	u32 pid;
	char comm[TASK_COMM_LEN];
	enum persock_operation operation;
	int verdict;
	enum persock_section section;
	u32 rule;
	u32 line;
	int family;
	int type;
	int protocol;
	bool message;
	u32 subject;
	u32 detail;
	struct persock_endpoint endpoint;
	char host[PERSOCK_HOST_LENGTH + 1];
	enum persock_reason reason;
	bool local;
	bool query;
	u32 layer;
	u32 layers;
};

/**
 * struct persock_denial_message - the message that reports a denial
 * @cgroup: id of the cgroup of the innermost layer
 * @lost: number of dropped denials of its attachment
 * @lost_of_all: number of dropped denials of all attachments
 * @denied: @denial is valid; otherwise the message only has the counts
 * @denial: the denial
 */
struct persock_denial_message {
	u64 cgroup;
	u64 lost;
	u64 lost_of_all;
	bool denied;
	struct persock_denial denial;
};

/**
 * struct persock_denial_sender - methods that send denials to user space
 * @wanted: does a program listen for this verdict? RCU read side, must not
 *	    sleep
 * @send: send a message; takes over the buffer, which is long enough; may
 *	  sleep
 */
struct persock_denial_sender {
	bool (*wanted)(int verdict);
	void (*send)(struct sk_buff *skb,
		     const struct persock_denial_message *message);
};

struct persock_ring;

/**
 * struct persock_pending_denials - denials of an attachment that wait for their report
 * @cgroup: id of the attached cgroup
 * @lost: number of dropped denials
 * @ring: denials that wait to be sent; NULL before the first one that a
 *	  program listens for
 * @wanting: in the list of attachments that wait for a ring
 *
 * Part of the attachment; protected by ring_lock in denial.c.
 */
struct persock_pending_denials {
	u64 cgroup;
	u64 lost;
	struct persock_ring *ring;
	struct list_head wanting;
};

void persock_denial_init(const struct persock_denial_sender *to);
void persock_denial_exit(void);
bool persock_denial_wanted(int verdict);
void persock_denial_queue(struct persock_pending_denials *denials,
			  struct persock_denial *denial);
u64 persock_denial_lost(const struct persock_pending_denials *denials);
void persock_denials_init(struct persock_pending_denials *denials, u64 cgroup);
void persock_denials_end(struct persock_pending_denials *denials);

#endif /* _PERSOCK_DENIAL_H */
