/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the attachments did in an interval: differences of their counters, and
 * the last denial of each. The command top shows it.
 */
#ifndef _PERSOCK_COMMAND_TOP_SAMPLE_H
#define _PERSOCK_COMMAND_TOP_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "wire/netlink.h"

/* By what the rows are sorted. */
enum top_order { TOP_DENIALS, TOP_VERDICTS, TOP_SOCKETS, TOP_CGROUP };

/**
 * struct top_row - an attachment
 * @id: id of its cgroup
 * @path: path of its cgroup
 * @personality: its personality
 * @sockets: sockets that live
 * @verdicts: verdicts of the interval
 * @denials: those of them that denied, or would have in mode audit
 * @totals: both since it was attached
 * @last: attribute of its last denial, or NULL
 * @when: the time of @last
 */
struct top_row {
	uint64_t id;
	char *path;
	char *personality;
	uint64_t sockets;
	uint64_t verdicts;
	uint64_t denials;
	uint64_t totals[2];
	struct nlattr *last;
	time_t when;
};

/**
 * struct top_sample - the last interval
 * @rows: its attachments
 * @nr: length of @rows
 * @begun: when the next interval began, in ns of CLOCK_MONOTONIC; 0: none has
 * @length: the length of the interval in ns
 * @nl: the connection for requests
 * @events: the socket that gets denials; NULL: they are not reported here
 */
struct top_sample {
	struct top_row *rows;
	size_t nr;
	uint64_t begun;
	uint64_t length;
	struct netlink nl;
	struct mnl_socket *events;
};

/*
 * Both return 0, or an exit status after an error. An interval begins at the
 * opening, and at each reading.
 */
int top_sample_open(struct top_sample *sample);
int top_sample_read(struct top_sample *sample);
void top_sample_close(struct top_sample *sample);

/* Remember the denials that were reported. */
void top_sample_denials(struct top_sample *sample);

void top_sample_sort(struct top_sample *sample, enum top_order order);

/* A number of the interval as one of each second, in tenths. */
uint64_t top_sample_rate(const struct top_sample *sample, uint64_t number);

/*
 * Print the call of the last denial, from the process on. Returns false if there
 * is none.
 */
bool top_sample_last(struct top_sample *sample, const struct top_row *row,
		     FILE *stream);

/* Print the sample as JSON. */
void top_sample_json(struct top_sample *sample);

#endif
