/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads that race with each other for a bounded time, and what must be left
 * of it when they are over: nothing. PERSOCK_SOAK in the environment makes the
 * time ten times longer.
 */
#ifndef SELFTESTS_RACE_H
#define SELFTESTS_RACE_H

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "harness.h"
#include "inet.h"
#include "memory.h"

#define RACERS	8

static atomic_bool race_over;

static inline unsigned int race_seconds(void)
{
	return getenv("PERSOCK_SOAK") ? 30 : 3;
}

static inline time_t race_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/*
 * Not over yet: the time is not up, or what is to be seen was not seen yet, on
 * a machine that has other things to do.
 */
static inline bool race_on(time_t start, bool enough)
{
	time_t seconds = race_now() - start;

	return seconds < race_seconds() ||
	       (!enough && seconds < race_seconds() + SOON_MS / 1000);
}

/* A socket is released a little after its descriptor; 0 or -1. */
static inline int race_settled(long pins)
{
	int i, pair[2];

	for (i = 0; i < SOON_MS / 10; i++) {
		if (memory_users() == pins)
			return 0;
		/* The collector of passed descriptors runs on such a close. */
		if (!socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) {
			close(pair[0]);
			close(pair[1]);
		}
		usleep(10000);
	}

	return -1;
}

/* There are as many references to the module as before: memory_users(). */
static inline void race_expect_settled(struct __test_metadata *_metadata,
				       long pins)
{
	EXPECT_EQ(0, race_settled(pins))
		TH_LOG("%ld references to the module, %ld before",
		       memory_users(), pins);
}

/* A field of a descriptor's fdinfo, "" when it has none; 0, or -1 without it. */
static inline int race_field(int fd, const char *field, char *value,
			     size_t size)
{
	char path[64], text[1024], *found;
	ssize_t n;
	int info;

	*value = '\0';
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = open(path, O_RDONLY | O_CLOEXEC);
	n = read(info, text, sizeof(text) - 1);
	close(info);
	if (n < 0)
		return -1;
	text[n] = '\0';
	found = strstr(text, field);
	if (found) {
		found += strlen(field);
		found += strspn(found, ":\t");
		snprintf(value, size, "%.*s", (int)strcspn(found, "\n"), found);
	}

	return 0;
}

/*
 * Run @main in this thread and each of @others in one of its own, until @main
 * returns; it is to do so soon after race_seconds(). 0 or an errno.
 */
static inline int race_run(void *(*const *others)(void *), unsigned int nr,
			   void (*main)(void *data), void *data)
{
	pthread_t ids[RACERS];
	unsigned int i;
	int err = 0;

	race_over = false;
	for (i = 0; i < nr; i++) {
		err = pthread_create(&ids[i], NULL, others[i], data);
		if (err)
			break;
	}
	if (!err)
		main(data);
	race_over = true;
	while (i--)
		pthread_join(ids[i], NULL);

	return err;
}

#endif /* SELFTESTS_RACE_H */
