// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the counters of all attachments again and again, and listens to denials
 * meanwhile. The command top calls it.
 */
#include "command/top_sample.h"

#include <linux/genetlink.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/error.h"
#include "base/json.h"
#include "wire/attachment.h"
#include "wire/cgroup_path.h"
#include "wire/denial.h"
#include "wire/group.h"
#include "wire/status.h"

#define NSEC_PER_SEC	UINT64_C(1000000000)

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);

	return time.tv_sec * NSEC_PER_SEC + time.tv_nsec;
}

static int listen_to_denials(struct top_sample *sample)
{
	struct groups groups;
	bool elsewhere;
	int status;

	status = status_elsewhere(&sample->nl, &elsewhere);
	if (status)
		return status;
	if (elsewhere) {
		report_warning("this is not the initial network namespace: the last denials are not known here");
		return 0;
	}
	status = groups_find(&sample->nl, &groups);
	if (status)
		return status;
	sample->events = group_socket();
	if (!sample->events)
		return EXIT_FAILURE;

	return group_join(sample->events, PERSOCK_GENL_GROUP_DENIALS,
			  groups.denials);
}

int top_sample_open(struct top_sample *sample)
{
	int status;

	*sample = (struct top_sample){ 0 };
	status = netlink_open(&sample->nl);
	if (status)
		return status;
	status = listen_to_denials(sample);
	if (!status)
		status = top_sample_read(sample);
	if (status)
		top_sample_close(sample);

	return status;
}

static void free_rows(struct top_row *rows, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		free(rows[i].path);
		free(rows[i].personality);
		free(rows[i].last);
	}
	free(rows);
}

void top_sample_close(struct top_sample *sample)
{
	if (sample->events)
		mnl_socket_close(sample->events);
	free_rows(sample->rows, sample->nr);
	cgroup_path_forget();
	netlink_close(&sample->nl);
}

static struct top_row *find(struct top_row *rows, size_t nr, uint64_t id)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (rows[i].id == id)
			return &rows[i];
	}

	return NULL;
}

/* What has come since; everything if it was attached anew meanwhile. */
static uint64_t since(uint64_t number, uint64_t before)
{
	return number < before ? number : number - before;
}

static void fill_row(struct top_row *row, const struct attachment *attachment,
		     struct top_row *before)
{
	unsigned int i;

	*row = (struct top_row){
		.id = attachment->cgroup_id,
		.path = need(strdup(attachment->path)),
		.personality = need(strdup(attachment->personality)),
		.sockets = attachment->sockets_live,
	};
	for (i = 0; i < COUNTERS_MAX; i++) {
		const struct counter *counter = &attachment->counters.of[i];

		/* What is audited is counted as allowed, too. */
		row->totals[0] += counter->allowed + counter->ignored +
				  counter->denied;
		row->totals[1] += counter->denied + counter->audited;
	}
	row->verdicts = since(row->totals[0], before ? before->totals[0] : 0);
	row->denials = since(row->totals[1], before ? before->totals[1] : 0);
	if (before) {
		row->last = before->last;
		row->when = before->when;
		before->last = NULL;
	}
}

int top_sample_read(struct top_sample *sample)
{
	const struct nlmsghdr *message;
	struct attachment attachment;
	struct top_row *rows = NULL;
	struct replies replies;
	uint64_t time = now();
	size_t nr = 0;
	int status;

	status = attachment_list(&sample->nl, &replies);
	if (status)
		return status;
	replies_for_each(message, &replies) {
		attachment_parse(message, &attachment);
		rows = need(reallocarray(rows, nr + 1, sizeof(*rows)));
		fill_row(&rows[nr++], &attachment,
			 find(sample->rows, sample->nr, attachment.cgroup_id));
	}
	replies_free(&replies);
	free_rows(sample->rows, sample->nr);
	sample->rows = rows;
	sample->nr = nr;
	sample->length = time - sample->begun;
	sample->begun = time;
	/* Those of attachments that this reading has found. */
	top_sample_denials(sample);

	return 0;
}

static void remember(void *data, const struct nlattr *nest)
{
	struct top_sample *sample = data;
	struct denial denial;
	struct top_row *row;

	denial_parse(&denial, nest);
	row = find(sample->rows, sample->nr, denial_layer(&denial));
	if (!row)
		return;
	free(row->last);
	row->last = need(malloc(nest->nla_len));
	memcpy(row->last, nest, nest->nla_len);
	row->when = time(NULL);
}

/* Of the last denials only the last one matters: some may be lost. */
void top_sample_denials(struct top_sample *sample)
{
	if (sample->events)
		group_denials(sample->events, sample->nl.family, remember,
			      sample);
}

/* Larger numbers first. */
static int descending(uint64_t a, uint64_t b)
{
	return a < b ? 1 : -(a > b);
}

static int compare(const void *a, const void *b, void *order)
{
	const struct top_row *one = a, *other = b;
	int answer = 0;

	switch (*(enum top_order *)order) {
	case TOP_DENIALS:
		answer = descending(one->denials, other->denials);
		if (!answer)
			answer = descending(one->verdicts, other->verdicts);
		break;
	case TOP_VERDICTS:
		answer = descending(one->verdicts, other->verdicts);
		break;
	case TOP_SOCKETS:
		answer = descending(one->sockets, other->sockets);
		break;
	case TOP_CGROUP:
		break;
	}

	return answer ? answer : strcmp(one->path, other->path);
}

void top_sample_sort(struct top_sample *sample, enum top_order order)
{
	if (sample->nr)
		qsort_r(sample->rows, sample->nr, sizeof(*sample->rows),
			compare, &order);
}

uint64_t top_sample_rate(const struct top_sample *sample, uint64_t number)
{
	return sample->length ? (number * 10 * NSEC_PER_SEC +
				 sample->length / 2) / sample->length : 0;
}

bool top_sample_last(struct top_sample *sample, const struct top_row *row,
		     FILE *stream)
{
	struct denial denial;

	if (!row->last)
		return false;
	denial_parse(&denial, row->last);
	denial_print_program(stream, &denial, &sample->nl);

	return true;
}

static void json_time(const char *key, time_t when)
{
	char stamp[32];

	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", gmtime(&when));
	json_string(key, stamp);
}

static void json_row(struct top_sample *sample, const struct top_row *row)
{
	struct denial denial;

	json_object(NULL);
	json_u64("cgroup_id", row->id);
	json_string("path", row->path);
	json_string("personality", row->personality);
	json_u64("sockets_live", row->sockets);
	json_u64("verdicts", row->verdicts);
	json_u64("denials", row->denials);
	if (row->last) {
		denial_parse(&denial, row->last);
		json_object("last_denial");
		json_time("time", row->when);
		denial_json(&denial, &sample->nl);
		json_object_end();
	}
	json_object_end();
}

void top_sample_json(struct top_sample *sample)
{
	size_t i;

	json_start(stdout);
	json_object(NULL);
	json_time("time", time(NULL));
	json_u64("milliseconds", sample->length / 1000000);
	json_array("attachments");
	for (i = 0; i < sample->nr; i++)
		json_row(sample, &sample->rows[i]);
	json_array_end();
	json_object_end();
	json_finish();
}
