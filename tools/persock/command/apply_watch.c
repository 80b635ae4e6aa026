// SPDX-License-Identifier: GPL-2.0
/*
 * persock apply --watch: applies a folder whenever it changes, and prints a line
 * on each attempt. apply.c calls it.
 *
 * A folder with an error changes nothing: what was applied before stays. Then it
 * tries again after a while, because the reason may be elsewhere: the module is
 * not loaded, or a cgroup is not there yet. The same error is printed once.
 */
#include "command/apply_watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/ending.h"
#include "base/error.h"
#include "base/folder_events.h"
#include "base/json.h"
#include "base/openmetrics.h"
#include "base/replacement.h"
#include "base/text.h"
#include "command/change_set.h"
#include "command/policy_set.h"

/* Milliseconds: until a failure is tried again; without an event, and at most. */
#define RETRY		10000
#define SETTLE		100
#define SETTLE_MOST	2000

/**
 * struct watch - a folder that is applied
 * @events: what happens to the folder
 * @prune: remove what it does not list
 * @metrics: file for metrics, or NULL
 * @failed: the last attempt has failed
 * @errors: its errors; NULL before the first attempt
 * @attempts: number of attempts that have succeeded, and that have failed
 * @last: when the last of these was, in seconds; 0: never
 */
struct watch {
	struct folder_events events;
	bool prune;
	const char *metrics;
	bool failed;
	char *errors;
	uint64_t attempts[2];
	time_t last[2];
};

static void put_metrics(FILE *out, const struct watch *watch)
{
	const struct metric success = {
		"persock_apply_success", 0, NULL,
		"1 if the last attempt has applied the folder, else 0."
	};
	const struct metric attempts = {
		"persock_apply_attempts", 1, "attempts",
		"Attempts to apply the folder, by result."
	};
	const struct metric last[] = {
		{ "persock_apply_last_success_timestamp_seconds", 0, "seconds",
		  "When an attempt has succeeded; 0: none has." },
		{ "persock_apply_last_failure_timestamp_seconds", 0, "seconds",
		  "When an attempt has failed; 0: none has." },
	};
	int i;

	openmetrics_family(out, &success);
	openmetrics_sample(out, &success, !watch->failed, "folder",
			   watch->events.path, NULL);
	openmetrics_family(out, &attempts);
	for (i = 0; i < 2; i++)
		openmetrics_sample(out, &attempts, watch->attempts[i],
				   "folder", watch->events.path,
				   "result", i ? "failure" : "success", NULL);
	for (i = 0; i < 2; i++) {
		openmetrics_family(out, &last[i]);
		openmetrics_sample(out, &last[i], watch->last[i],
				   "folder", watch->events.path, NULL);
	}
	openmetrics_end(out);
}

static int write_metrics(const struct watch *watch)
{
	struct replacement replacement;
	bool good;

	if (!watch->metrics)
		return 0;
	good = replacement_begin(&replacement, watch->metrics);
	if (good) {
		put_metrics(replacement.file, watch);
		/* Another user reads it. */
		good = replacement_end(&replacement,
				       !fchmod(fileno(replacement.file), 0644));
	}

	return good ? 0 : report_error("cannot write \"%s\" (%s)",
				       watch->metrics, strerror(errno));
}

/* Print lines as one, with @between between them. */
static void print_joined(FILE *out, const char *lines, const char *between)
{
	size_t length;

	while (*lines) {
		length = strcspn(lines, "\n");
		fwrite(lines, 1, length, out);
		lines += length;
		if (*lines)
			lines++;
		if (*lines)
			fputs(between, out);
	}
}

static void print_text(const struct watch *watch, const char *changes)
{
	fputs(watch->failed ? "failed " : "applied ", stdout);
	text_print(stdout, watch->events.path);
	fputs(": ", stdout);
	if (watch->failed)
		print_joined(stdout, watch->errors, "; ");
	if (watch->failed && *changes)
		fputs("; before that: ", stdout);
	if (*changes)
		print_joined(stdout, changes, ", ");
	else if (!watch->failed)
		fputs("no changes", stdout);
	putchar('\n');
}

static void json_begin(const struct watch *watch, FILE *out)
{
	time_t now = time(NULL);
	char stamp[32];

	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	json_start(out);
	json_object(NULL);
	json_string("time", stamp);
	json_string("folder", watch->events.path);
	json_array("changes");
}

static void json_end(const struct watch *watch)
{
	char *errors = need(strdup(watch->errors)), *line, *rest;

	json_array_end();
	json_bool("applied", !watch->failed);
	json_array("errors");
	for (line = strtok_r(errors, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		json_string(NULL, line);
	json_array_end();
	json_object_end();
	json_finish();
	free(errors);
}

static bool make(struct watch *watch, struct change_set *set)
{
	char *path = (char *)watch->events.path;
	struct folder folder = { 0 };
	bool good;

	good = folder_events_watch(&watch->events);
	if (!good)
		report_error("%s: cannot be watched (%s)", path,
			     strerror(errno));
	else
		good = policy_set_read(&folder, &path, 1) &&
		       !change_set_make(set, &folder);
	folder_free(&folder);

	return good;
}

static FILE *open_memory(char **text, size_t *length)
{
	return need(open_memstream(text, length));
}

/* @again: the same error need not be printed. Returns 0 or an exit status. */
static int attempt(struct watch *watch, bool again)
{
	char *changes = NULL, *errors = NULL;
	size_t changes_length, errors_length;
	FILE *error_stream = open_memory(&errors, &errors_length);
	struct change_set set = {
		.prune = watch->prune,
		.out = open_memory(&changes, &changes_length),
	};
	bool same;

	collect_errors(error_stream);
	if (json_wanted)
		json_begin(watch, set.out);
	watch->failed = !make(watch, &set);
	watch->attempts[watch->failed]++;
	watch->last[watch->failed] = time(NULL);
	collect_errors(NULL);
	if (fclose(error_stream))
		need(NULL);
	same = again && watch->failed && !strcmp(errors, watch->errors);
	free(watch->errors);
	watch->errors = errors;
	if (json_wanted)
		json_end(watch);
	if (fclose(set.out))
		need(NULL);
	if (!same && json_wanted)
		fputs(changes, stdout);
	else if (!same)
		print_text(watch, changes);
	free(changes);
	if (fflush(stdout) || ferror(stdout))
		return report_error("cannot write the output (%s)",
				    strerror(errno));

	return write_metrics(watch);
}

/* Changes of one kind come together: wait until no more come. */
static bool settle(struct watch *watch)
{
	struct pollfd wait = { .fd = watch->events.fd, .events = POLLIN };
	bool changed = folder_events_read(&watch->events);
	int waited;

	for (waited = 0; changed && waited < SETTLE_MOST; waited += SETTLE) {
		if (poll(&wait, 1, SETTLE) <= 0)
			break;
		folder_events_read(&watch->events);
	}

	return changed;
}

static int watch_folder(struct watch *watch)
{
	const struct timespec retry = { .tv_sec = RETRY / 1000 };
	struct pollfd wait = { .fd = watch->events.fd, .events = POLLIN };
	sigset_t before;
	int status, nr;

	ending_catch(&before, true);
	status = attempt(watch, false);
	while (!status && !ending()) {
		nr = ppoll(&wait, 1, watch->failed ? &retry : NULL, &before);
		if (nr < 0 && errno != EINTR)
			return report_error("cannot wait for changes (%s)",
					    strerror(errno));
		if (nr > 0 && settle(watch))
			status = attempt(watch, false);
		else if (!nr)
			status = attempt(watch, true);
	}
	/* Old numbers would look as if somebody still watched. */
	if (watch->metrics)
		unlink(watch->metrics);

	return status;
}

int apply_watch(const char *folder, bool prune, const char *metrics)
{
	struct watch watch = { .prune = prune, .metrics = metrics };
	int status;

	json_pretty = false;	/* an event is a line */
	if (folder_events_open(&watch.events, folder))
		status = watch_folder(&watch);
	else
		status = report_error("%s: cannot be watched (%s)", folder,
				      strerror(errno));
	folder_events_close(&watch.events);
	free(watch.errors);

	return status;
}
