/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The record of an attachment's account: what its sockets have done under mode
 * record, each distinct fact with a count. socket/note.c notes facts,
 * control/netlink_record.c lists them, and record.c describes the table.
 */
#ifndef _PERSOCK_RECORD_H
#define _PERSOCK_RECORD_H

#include <linux/list.h>
#include <linux/sched.h>

#include "policy/policy.h"

struct persock_record;

/* A record has room for so many facts, and for so many about one section. */
#define PERSOCK_FACTS_MAX	4096
#define PERSOCK_FACTS_SECTION	3072

/**
 * struct persock_fact - something that a socket has done; what is not about it
 *			 is 0
 * @section: the part of a policy that would have to allow it
 * @class: the class of the socket, if the section is specified by class
 * @subject: type of a socket; level of an option or message; one flag; command
 *	     of an ioctl; a limit
 * @detail: protocol of a socket, or of the socket of an address; name of an
 *	    option, type of a message
 * @endpoint: the address, with the port; of a socket only the family
 */
struct persock_fact {
	u16 section;
	u16 class;
	u32 subject;
	u32 detail;
	struct persock_endpoint endpoint;
};

#define PERSOCK_FACT_COMMS	2

/**
 * struct persock_entry - a fact of a record
 * @bucket: in the hash of the record; its lock
 * @node: in the list of the record, the oldest first
 * @fact: the fact
 * @count: how many calls there were; the record's lock
 * @first: when the first one was, in nanoseconds of CLOCK_BOOTTIME
 * @value: the largest value, if it is about a limit; the record's lock
 * @comms: names of the first threads that did it; the record's lock
 * @host: the host name of the address, or ""
 */
struct persock_entry {
	struct hlist_node bucket;
	struct list_head node;
	struct persock_fact fact;
	u64 count;
	u64 first;
	u32 value;
	char comms[PERSOCK_FACT_COMMS][TASK_COMM_LEN];
	char host[];
};

void persock_record_note(struct persock_record **record,
			 const struct persock_fact *fact, const char *host,
			 u32 value);
u64 persock_record_lost(struct persock_record *record);
const struct persock_entry *
persock_record_next(struct persock_record *record,
		    const struct persock_entry *previous);
void persock_record_copy(struct persock_record *record,
			 const struct persock_entry *entry,
			 struct persock_entry *copy);
void persock_record_clear(struct persock_record *record);
void persock_record_free(struct persock_record *record);

#endif /* _PERSOCK_RECORD_H */
