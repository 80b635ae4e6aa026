/* SPDX-License-Identifier: GPL-2.0 */
/* io_uring by raw system calls, one request at a time: no library. */
#ifndef SELFTESTS_RING_H
#define SELFTESTS_RING_H

#include <linux/io_uring.h>
#include <stdbool.h>
#include <stddef.h>

/* What Debian 12's own linux/io_uring.h does not know yet. */
#define OP_BIND			56	/* IORING_OP_BIND, since 6.11 */
#define OP_LISTEN		57	/* IORING_OP_LISTEN, since 6.11 */
#define SOCKET_OP_SIOCINQ	0	/* SOCKET_URING_OP_*, since 6.6 and 6.7 */
#define SOCKET_OP_SIOCOUTQ	1
#define SOCKET_OP_GETSOCKOPT	2
#define SOCKET_OP_SETSOCKOPT	3

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

/* A socket by the ring; IOSQE_ASYNC among @flags: by a worker thread. */
int ring_socket(struct ring *ring, int flags, int family, int type,
		int protocol);

/* IORING_OP_SEND, RECV, READ, WRITE and their like. */
int ring_transfer(struct ring *ring, int op, int flags, int fd,
		  const void *data, size_t len, int msg_flags);

/* IORING_OP_URING_CMD of a socket; level, name, value and len for options. */
int ring_command(struct ring *ring, int command, int fd, int level, int name,
		 void *value, int len);

/* Does this kernel know the request? */
bool ring_knows(struct ring *ring, int op);

#endif /* SELFTESTS_RING_H */
