/* SPDX-License-Identifier: GPL-2.0 */
/* io_uring by raw system calls, one request at a time: no library. */
#ifndef SELFTESTS_RING_H
#define SELFTESTS_RING_H

#include <linux/io_uring.h>
#include <stdbool.h>

/* What Debian 12's own linux/io_uring.h does not know yet. */
#define OP_BIND			56	/* IORING_OP_BIND, since 6.11 */
#define OP_LISTEN		57	/* IORING_OP_LISTEN, since 6.11 */

struct ring {
	int fd;
	char *rings;
	struct io_uring_sqe *sqes;
	struct io_uring_params params;
	unsigned int cqe_flags;		/* of the last completion */
};

/* Make a ring; close(ring->fd) ends it. 0 or -errno. */
int ring_open(struct ring *ring, unsigned int flags);

/* Hand a request over; 0 or -errno. */
int ring_submit(struct ring *ring, const struct io_uring_sqe *sqe);

/* Wait for the next completion: its result. */
int ring_wait(struct ring *ring);

/* Both. */
int ring_do(struct ring *ring, struct io_uring_sqe sqe);

/* Does this kernel know the request? */
bool ring_knows(struct ring *ring, int op);

#endif /* SELFTESTS_RING_H */
