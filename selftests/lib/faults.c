// SPDX-License-Identifier: GPL-2.0
/* Failing allocations, and leaks: see faults.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "faults.h"
#include "inet.h"

#define DEBUGFS		"/sys/kernel/debug/"
#define KMEMLEAK	DEBUGFS "kmemleak"

/* kmemleak does not report what is younger, in seconds. */
#define YOUNG		5
#define SCANS		3

static int control = -1;

/* By default only what may not wait for memory is failed, and is logged. */
static const struct {
	const char *file;
	const char *value;
} knobs[] = {
	{ DEBUGFS "failslab/ignore-gfp-wait", "N" },
	{ DEBUGFS "failslab/cache-filter", "N" },
	{ DEBUGFS "failslab/verbose", "0" },
	{ DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N" },
	{ DEBUGFS "fail_page_alloc/ignore-gfp-highmem", "Y" },
	{ DEBUGFS "fail_page_alloc/min-order", "0" },
	{ DEBUGFS "fail_page_alloc/verbose", "0" },
};

const char *faults_prepare(void)
{
	size_t i;

	if (access("/proc/self/fail-nth", W_OK))
		return "no fault injection";
	for (i = 0; i < sizeof(knobs) / sizeof(knobs[0]); i++) {
		if (put_text(knobs[i].file, knobs[i].value))
			return knobs[i].file;
	}

	return NULL;
}

int faults_open(void)
{
	/* A page that is missing would be one more thing to fail. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		return -errno;
	control = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);

	return control < 0 ? -errno : 0;
}

void faults_arm(unsigned int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(control, text, length, 0) != length)
		abort();
}

unsigned int faults_disarm(void)
{
	char text[16] = "";

	if (pread(control, text, sizeof(text) - 1, 0) <= 0)
		abort();
	faults_arm(0);

	return atoi(text);
}

int faults_next_fd(void)
{
	int fd = dup(control);

	close(fd);
	return fd;
}

int faults_skip(const char *reason)
{
	printf("TAP version 13\n1..0 # SKIP %s\n", reason);
	return 4;
}

/* A record ends where the next begins. */
static int read_leaks(char *text, size_t size)
{
	FILE *file = fopen(KMEMLEAK, "re");
	char *line = NULL, record[4096] = "";
	size_t room = 0, used = 0;
	bool more = true, ours = false;
	int found = 0;

	if (!file)
		return -errno;
	text[0] = '\0';
	while (more) {
		more = getline(&line, &room, file) > 0;
		if (!more || !strncmp(line, "unreferenced", 12)) {
			found += ours;
			if (ours && strlen(text) + used < size)
				strcat(text, record);
			ours = false;
			used = 0;
		}
		if (!more)
			break;
		ours |= strstr(line, "[persock]") ||
			strstr(line, "comm \"faults_");
		if (used + strlen(line) < sizeof(record))
			used += sprintf(record + used, "%s", line);
	}
	free(line);
	fclose(file);

	return found;
}

/*
 * What is being freed, or is held by nothing but a register just now, is gone
 * from a later list; what was leaked stays.
 */
int faults_leaks(char *text, size_t size)
{
	int i, err, found = 0;

	for (i = 0; i < SCANS; i++) {
		sleep(YOUNG + 1);
		err = put_text(KMEMLEAK, "scan");
		if (!err)
			err = put_text(KMEMLEAK, "scan");
		if (err)
			return err;
		found = read_leaks(text, size);
		if (found <= 0)
			break;
	}

	return found;
}
