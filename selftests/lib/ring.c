// SPDX-License-Identifier: GPL-2.0
/* io_uring by raw system calls: see ring.h. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ring.h"

#define RING_ENTRIES	4

int ring_open(struct ring *ring, unsigned int flags)
{
	struct io_uring_params *p = &ring->params;
	size_t sq, cq;

	memset(ring, 0, sizeof(*ring));
	p->flags = flags;
	ring->fd = syscall(SYS_io_uring_setup, RING_ENTRIES, p);
	if (ring->fd < 0)
		return -errno;
	sq = p->sq_off.array + p->sq_entries * sizeof(unsigned int);
	cq = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
	ring->rings = mmap(NULL, sq > cq ? sq : cq, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_POPULATE, ring->fd,
			   IORING_OFF_SQ_RING);
	ring->sqes = mmap(NULL, p->sq_entries * sizeof(*ring->sqes),
			  PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			  ring->fd, IORING_OFF_SQES);
	if (ring->rings == MAP_FAILED || ring->sqes == MAP_FAILED)
		return -errno;
	return 0;
}

static unsigned int *ring_word(const struct ring *ring, unsigned int offset)
{
	return (unsigned int *)(ring->rings + offset);
}

int ring_submit(struct ring *ring, const struct io_uring_sqe *sqe)
{
	unsigned int *tail = ring_word(ring, ring->params.sq_off.tail);
	unsigned int mask = *ring_word(ring, ring->params.sq_off.ring_mask);
	unsigned int *array = ring_word(ring, ring->params.sq_off.array);
	unsigned int flags = 0, count = 1;

	ring->sqes[*tail & mask] = *sqe;
	array[*tail & mask] = *tail & mask;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_SEQ_CST);
	if (ring->params.flags & IORING_SETUP_SQPOLL) {
		unsigned int *word = ring_word(ring, ring->params.sq_off.flags);

		if (!(__atomic_load_n(word, __ATOMIC_SEQ_CST) &
		      IORING_SQ_NEED_WAKEUP))
			return 0;
		flags = IORING_ENTER_SQ_WAKEUP;
	}
	if (syscall(SYS_io_uring_enter, ring->fd, count, 0, flags, NULL, 0) < 0)
		return -errno;
	return 0;
}

int ring_wait(struct ring *ring)
{
	unsigned int *head = ring_word(ring, ring->params.cq_off.head);
	unsigned int *tail = ring_word(ring, ring->params.cq_off.tail);
	unsigned int mask = *ring_word(ring, ring->params.cq_off.ring_mask);
	struct io_uring_cqe *cqes = (void *)(ring->rings +
					     ring->params.cq_off.cqes);
	int res;

	while (__atomic_load_n(tail, __ATOMIC_ACQUIRE) == *head) {
		if (syscall(SYS_io_uring_enter, ring->fd, 0, 1,
			    IORING_ENTER_GETEVENTS, NULL, 0) < 0)
			return -errno;
	}
	res = cqes[*head & mask].res;
	ring->cqe_flags = cqes[*head & mask].flags;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return res;
}

int ring_do(struct ring *ring, struct io_uring_sqe sqe)
{
	int err = ring_submit(ring, &sqe);

	return err ? err : ring_wait(ring);
}

int ring_socket(struct ring *ring, int flags, int family, int type,
		int protocol)
{
	return ring_do(ring, (struct io_uring_sqe) {
		.opcode = IORING_OP_SOCKET,
		.flags = flags,
		.fd = family,
		.off = type,
		.len = protocol,
	});
}

int ring_transfer(struct ring *ring, int op, int flags, int fd,
		  const void *data, size_t len, int msg_flags)
{
	return ring_do(ring, (struct io_uring_sqe) {
		.opcode = op,
		.flags = flags,
		.fd = fd,
		.addr = (uintptr_t)data,
		.len = len,
		.msg_flags = msg_flags,
	});
}

int ring_command(struct ring *ring, int command, int fd, int level, int name,
		 void *value, int len)
{
	return ring_do(ring, (struct io_uring_sqe) {
		.opcode = IORING_OP_URING_CMD,
		.fd = fd,
		.off = command,				/* cmd_op */
		.addr = (unsigned int)level | (__u64)name << 32,
		.file_index = len,			/* optlen */
		.addr3 = (uintptr_t)value,		/* optval */
	});
}

bool ring_knows(struct ring *ring, int op)
{
	struct {
		struct io_uring_probe probe;
		struct io_uring_probe_op ops[256];
	} all = {};

	return !syscall(SYS_io_uring_register, ring->fd, IORING_REGISTER_PROBE,
			&all, 256) &&
	       all.ops[op].flags & IO_URING_OP_SUPPORTED;
}
