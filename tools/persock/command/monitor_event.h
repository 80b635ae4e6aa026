/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The events that persock monitor reports, each as a line of text, a JSON object
 * or an entry of the journal. monitor.c calls it.
 */
#ifndef _PERSOCK_COMMAND_MONITOR_EVENT_H
#define _PERSOCK_COMMAND_MONITOR_EVENT_H

#include <stdbool.h>
#include <stdint.h>

struct denial;
struct name;
struct netlink;

/**
 * struct monitor_event - what is reported; one of @denial, @learnt, @more and
 *			  @overrun is set
 * @time: when it was, in nanoseconds of CLOCK_REALTIME
 * @cgroup: its cgroup, unless it is a denial
 * @denial: a denied or ignored call
 * @learnt: an address that was learnt
 * @more: so many denials were dropped
 * @lost: and so many at all
 * @overrun: the monitor was too slow
 */
struct monitor_event {
	uint64_t time;
	uint64_t cgroup;
	const struct denial *denial;
	const struct name *learnt;
	uint64_t more;
	uint64_t lost;
	bool overrun;
};

/* Write it to stdout. @nl is used to find the path of a cgroup. */
void monitor_event_print(const struct monitor_event *event, struct netlink *nl);

/* Write it into the journal. Returns 0, or an exit status after an error. */
int monitor_event_log(const struct monitor_event *event, struct netlink *nl);

#endif
