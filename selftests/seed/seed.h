/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the seed contract's rows share. Each row is tested under
 * gvisor-2020 with both providers; where the seed differs from Linux, the
 * variant "ungoverned" shows what Linux does.
 */
#ifndef SELFTESTS_SEED_H
#define SELFTESTS_SEED_H

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <time.h>

#include "harness.h"
#include "inet.h"

/* Longest control buffer of a call (S11, S14). */
#define CONTROL_MAX	(10 << 20)

#define MAX_IOVECS	1024

/*
 * What the kernel itself adds to the flags of a send is not judged, and its
 * system calls take some of it out: MSG_SENDPAGE_NOPOLICY, _NOTLAST, MSG_BATCH,
 * MSG_SENDPAGE_DECRYPTED, MSG_SPLICE_PAGES, MSG_CMSG_COMPAT.
 */
#define INTERNAL_SEND_FLAGS \
	(1U << 16 | 1U << 17 | 1U << 18 | 1U << 20 | 1U << 27 | 1U << 31)

/* 7.x takes out MSG_NO_SHARED_FRAGS as well. */
static inline unsigned int seed_internal_flags(void)
{
	return INTERNAL_SEND_FLAGS | (kernel_since(7, 0) ? 1U << 19 : 0);
}

/* What a system call has returned, or -errno. */
static inline long result(long value)
{
	return value < 0 ? -errno : value;
}

/* The number that the next descriptor will have. */
static inline int next_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

/* What /proc says of a socket after "@key:"; NULL: nothing. */
static inline const char *fdinfo(int fd, const char *key)
{
	static char line[128];
	size_t len = strlen(key);
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, len) || line[len] != ':')
			continue;
		fclose(file);
		line[strcspn(line, "\n")] = '\0';
		return line + len + 1 + strspn(line + len + 1, "\t ");
	}
	fclose(file);
	return NULL;
}

/* Whether @key of a socket is @value; both NULL: nothing is said of it. */
static inline bool fdinfo_is(int fd, const char *key, const char *value)
{
	const char *said = fdinfo(fd, key);

	return said && value ? !strcmp(said, value) : said == value;
}

/* A network namespace of our own, with its loopback device up; 0 or -errno. */
static inline int own_network(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd, err;

	if (unshare(CLONE_NEWNET))
		return -errno;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		return -errno;
	err = ioctl(fd, SIOCSIFFLAGS, &ifr) ? -errno : 0;
	close(fd);
	return err;
}

/* A number of /proc/net/sockstat: @key after the line's @head. */
static inline int sockstat(const char *head, const char *key)
{
	char line[256], *found;
	int value = -1;
	FILE *file;

	file = fopen("/proc/thread-self/net/sockstat", "re");
	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, head, strlen(head)))
			continue;
		found = strstr(line, key);
		if (found)
			value = atoi(found + strlen(key));
	}
	fclose(file);
	return value;
}

/*
 * A listener whose queue is full, so that a connect() blocks until seed_drain()
 * takes out what *@filler has put in. Returns the listener or -errno.
 */
static inline int full_listener(int family, struct inet_addr *addr, int *filler)
{
	int listener, err;

	*addr = loopback(family, 0);
	listener = socket(family, SOCK_STREAM, 0);
	if (listener < 0)
		return -errno;
	/* A governed listener would have room for 8. */
	if (bind(listener, &addr->sa, addr->len) || listen(listener, 0))
		goto failed;
	err = bound_to(listener, addr);
	if (err) {
		close(listener);
		return err;
	}
	*filler = socket(family, SOCK_STREAM, 0);
	if (*filler < 0 || connect(*filler, &addr->sa, addr->len))
		goto failed;
	return listener;

failed:
	err = -errno;
	close(listener);
	return err;
}

static inline void drain(int listener)
{
	close(accept(listener, NULL, NULL));
}

/*
 * A timer that ticks until the third tick, which calls @seed_third_tick. That
 * function uses the socket @seed_tick_fd.
 */
static volatile sig_atomic_t seed_ticks;
static void (*seed_third_tick)(void);
static int seed_tick_fd;

static inline void seed_tick(int signal)
{
	const struct itimerval never = {};
	int err = errno;

	if (++seed_ticks == 3) {
		setitimer(ITIMER_REAL, &never, NULL);
		if (seed_third_tick)
			seed_third_tick();
	}
	errno = err;
}

/* Start it; interrupted calls restart, or end with EINTR. */
static inline void seed_start_ticks(bool restart, void (*third)(void))
{
	const struct itimerval often = {
		.it_interval = { .tv_usec = 200000 },
		.it_value = { .tv_usec = 200000 },
	};
	const struct sigaction action = {
		.sa_handler = seed_tick,
		.sa_flags = restart ? SA_RESTART : 0,
	};

	seed_ticks = 0;
	seed_third_tick = third;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
}

static inline void seed_stop_ticks(void)
{
	const struct itimerval never = {};

	setitimer(ITIMER_REAL, &never, NULL);
}

/* A third tick that makes room in the queue of a listener. */
static inline void seed_tick_drain(void)
{
	drain(seed_tick_fd);
}

/*
 * Time as a socket's timeouts count it: in ticks. The last one may be long ago
 * where an emulated processor was given no time.
 */
static inline void count_from(struct timespec *since)
{
	clock_gettime(CLOCK_MONOTONIC_COARSE, since);
}

static inline long elapsed_ms(const struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (now.tv_sec - since->tv_sec) * 1000 +
	       (now.tv_nsec - since->tv_nsec) / 1000000;
}

/* A message with room for one byte, and for control messages. */
struct seed_message {
	char data;
	struct iovec iov;
	union {
		char buf[1024];
		struct cmsghdr align;
	} control;
	struct msghdr msg;
};

static inline struct msghdr *seed_message(struct seed_message *m, size_t room)
{
	memset(m, 0, sizeof(*m));
	m->data = 'm';
	m->iov.iov_base = &m->data;
	m->iov.iov_len = 1;
	m->msg.msg_iov = &m->iov;
	m->msg.msg_iovlen = 1;
	if (room) {
		m->msg.msg_control = &m->control;
		m->msg.msg_controllen = room;
	}
	return &m->msg;
}

/* Append a control message. */
static inline void add_control(struct seed_message *m, int level, int type,
			       const void *data, size_t len)
{
	struct cmsghdr *cmsg;

	m->msg.msg_control = &m->control;
	cmsg = (void *)(m->control.buf + m->msg.msg_controllen);
	m->msg.msg_controllen += CMSG_SPACE(len);
	cmsg->cmsg_level = level;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(cmsg), data, len);
}

/* A control message that has been received, or NULL. */
static inline struct cmsghdr *find_control(struct msghdr *msg, int level,
					   int type)
{
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level == level && cmsg->cmsg_type == type)
			return cmsg;
	}
	return NULL;
}

static inline int seed_main(int argc, char **argv)
{
	govern_prepare(1U << GVISOR2020_NATIVE | 1U << GVISOR2020_HOSTINET);
	return test_harness_run(argc, argv);
}

#endif /* SELFTESTS_SEED_H */
