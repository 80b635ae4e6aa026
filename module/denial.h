/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Denials: from the socket operation that was refused to who monitors.
 */
#ifndef _PERSOCK_DENIAL_H
#define _PERSOCK_DENIAL_H

#include <linux/sched.h>

#include "policy.h"

/**
 * struct persock_denial - what is told of a denial
 * @cgroup: id of the attached cgroup
 * @personality: its name
 * @mode: of the policy
 * @pid: process that called
 * @comm: thread that called
 * @operation: what was judged
 * @verdict: a negative errno
 * @section: the part of the policy that decided
 * @rule: number of the rule, 0: none
 * @line: of the policy file, 0: not told
 * @family: of the socket
 * @type: of the socket
 * @protocol: of the socket
 * @message: a control message decided: @subject and @detail are its own
 * @subject: level of an option; flags of a message; command of an ioctl
 * @detail: name of an option
 * @endpoint: address that was judged; of family 0 when none was
 */
struct persock_denial {
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
};

void persock_denial_init(void);
void persock_denial_exit(void);
bool persock_denial_wanted(void);
void persock_denial_tell(struct persock_denial *denial, const char *name);
u64 persock_denial_lost(void);

#endif /* _PERSOCK_DENIAL_H */
