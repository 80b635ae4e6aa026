/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls that sleep where a test wants them to.
 *
 * A call that reads a page of memory sleeps until the page arrives, with the
 * locks that it has then. The page is one of userfaultfd's. Threads that make
 * such calls, and those that wait for them, have one processor and an order:
 * who is woken first runs first, so that nothing is left to chance.
 *
 * Every function that returns an int returns 0 or -errno if nothing else is said.
 */
#ifndef SELFTESTS_LATE_H
#define SELFTESTS_LATE_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What is before @page is there; the page is not before it arrives. */
struct late {
	int fd;
	char *page;
};

/* Has the kernel no userfaultfd? Then there are none of these pages. */
bool late_missing(void);
int late_open(struct late *late);
int late_arrives(struct late *late, const void *data, size_t length);
void late_close(struct late *late);

/* Call setsockopt(SO_LINGER), which sleeps in the page and has the sock's lock. */
int late_linger(int fd, struct late *late);

/* The processor that the calling thread has, and those that it starts. */
int one_processor(void);

/* The calling thread, and those that it starts, before others or no longer. */
int before_others(void);
int as_others(void);

/* A call that a thread of its own makes. */
struct call {
	int (*function)(void *data);
	void *data;
	pid_t tid;
	int first;
	int result;
	sem_t begun;
	pthread_t thread;
};

/**
 * call_begin() - let a thread make a call
 * @call: sleeps(call->tid) and blocked(call->tid) show that it is made
 * @function: makes the call
 * @data: passed to @function
 */
int call_begin(struct call *call, int (*function)(void *data), void *data);

/* The same, by a thread that runs before others. */
int call_first(struct call *call, int (*function)(void *data), void *data);

/* Wait until the call has ended: what @function has returned. */
int call_end(struct call *call);

#endif /* SELFTESTS_LATE_H */
