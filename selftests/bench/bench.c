// SPDX-License-Identifier: GPL-2.0
/*
 * bench [--together | --listener FD] [ROW...]: what operations on sockets cost where
 * this program runs, in instructions. Each line is "NAME LEAST MEDIAN": of the batches, for one
 * operation; or "NAME - ERRNO" when an operation is refused. Rows "bytes/..."
 * are what an object takes of the kernel's slabs. With --together each line is
 * "NAME ONE TWO": how often one process does it in a second, and how often two
 * of them, on a processor each, do it together: what they contend for. That is
 * time, and means something as the ratio of the two only. With --listener TCP's
 * servers are accepted from a listening socket that is inherited, and may be of
 * another network namespace. BENCH_LEARN=N in the environment has it look up N
 * addresses first.
 *
 * Else it runs in a machine whose time stamp counter counts instructions (QEMU's
 * -icount shift=0), and needs nothing but sockets: it also runs in a sandbox,
 * and where no module is. See selftests/bench/run.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "batch.h"

#define SMALL		64
#define LARGE		65536
#define MANY		32
#define SOCKETS		4000

/* Both ends of what is measured, and what watches them. */
struct ends {
	int one, other, listener, epoll;
	struct sockaddr_in addr;	/* of the other, or the listener */
};

struct row {
	const char *name;
	unsigned int batch;
	int (*open)(struct ends *ends);
	int (*once)(struct ends *ends);
};

/* Between processes that count what they do together. */
struct shared {
	atomic_uint ready;
	atomic_ulong done;
};

static char data[LARGE];
static int inherited = -1;	/* a listener */

static int udp_bound(struct sockaddr_in *addr)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t len = sizeof(*addr);

	*addr = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	if (fd < 0 || bind(fd, (struct sockaddr *)addr, len) ||
	    getsockname(fd, (struct sockaddr *)addr, &len))
		return -1;

	return fd;
}

static int tcp_listen(struct ends *ends)
{
	socklen_t len = sizeof(ends->addr);

	if (inherited >= 0) {
		ends->listener = dup(inherited);
		return getsockname(ends->listener,
				   (struct sockaddr *)&ends->addr, &len);
	}
	ends->listener = socket(AF_INET, SOCK_STREAM, 0);
	ends->addr = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return ends->listener < 0 ||
	       bind(ends->listener, (struct sockaddr *)&ends->addr, len) ||
	       listen(ends->listener, 64) ||
	       getsockname(ends->listener, (struct sockaddr *)&ends->addr,
			   &len) ? -1 : 0;
}

static int open_nothing(struct ends *ends)
{
	return 0;
}

static int open_tcp(struct ends *ends)
{
	if (tcp_listen(ends))
		return -1;
	ends->one = socket(AF_INET, SOCK_STREAM, 0);
	if (ends->one < 0 || connect(ends->one, (struct sockaddr *)&ends->addr,
				     sizeof(ends->addr)))
		return -1;
	ends->other = accept(ends->listener, NULL, NULL);

	return ends->other < 0 ? -1 : 0;
}

static int open_udp(struct ends *ends)
{
	struct sockaddr_in own;

	ends->other = udp_bound(&ends->addr);
	ends->one = udp_bound(&own);

	return ends->one < 0 || ends->other < 0 ? -1 : 0;
}

static int open_udp_connected(struct ends *ends)
{
	return open_udp(ends) ||
	       connect(ends->one, (struct sockaddr *)&ends->addr,
		       sizeof(ends->addr)) ? -1 : 0;
}

static int open_udp_info(struct ends *ends)
{
	int on = 1;

	return open_udp_connected(ends) ||
	       setsockopt(ends->other, IPPROTO_IP, IP_PKTINFO, &on,
			  sizeof(on)) ? -1 : 0;
}

static int open_unix(struct ends *ends)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		return -1;
	ends->one = fds[0];
	ends->other = fds[1];

	return 0;
}

/* A listener whose path is as long as most are. */
static const struct sockaddr_un unix_name = {
	.sun_family = AF_UNIX,
	.sun_path = "/run/persock-bench/server",
};

static int listen_at(struct ends *ends, const void *name, socklen_t length)
{
	const struct sockaddr *address = name;

	ends->listener = socket(address->sa_family, SOCK_STREAM, 0);

	return ends->listener < 0 || bind(ends->listener, address, length) ||
	       listen(ends->listener, 64) ? -1 : 0;
}

static int connect_once(struct ends *ends, const void *name, socklen_t length)
{
	const struct sockaddr *address = name;
	int fd = socket(address->sa_family, SOCK_STREAM, 0), peer;

	if (fd < 0 || connect(fd, address, length))
		return -1;
	peer = accept(ends->listener, NULL, NULL);

	return peer < 0 || close(fd) || close(peer) ? -1 : 0;
}

static int unix_listen(struct ends *ends)
{
	mkdir("/run/persock-bench", 0755);
	unlink(unix_name.sun_path);

	return listen_at(ends, &unix_name, sizeof(unix_name));
}

static int once_unix_connection(struct ends *ends)
{
	return connect_once(ends, &unix_name, sizeof(unix_name));
}

/* This machine by loopback; the module is loaded before. */
static const struct sockaddr_vm vsock_name = {
	.svm_family = AF_VSOCK,
	.svm_cid = VMADDR_CID_LOCAL,
	.svm_port = 5000,
};

static int vsock_listen(struct ends *ends)
{
	return listen_at(ends, &vsock_name, sizeof(vsock_name));
}

static int once_vsock_connection(struct ends *ends)
{
	return connect_once(ends, &vsock_name, sizeof(vsock_name));
}

/* A connection with a byte to be read. */
static int open_readable(struct ends *ends)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (open_tcp(ends) || send(ends->other, data, 1, 0) != 1)
		return -1;
	ends->epoll = epoll_create1(0);

	return epoll_ctl(ends->epoll, EPOLL_CTL_ADD, ends->one, &event);
}

static int once_socket_udp(struct ends *ends)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return fd < 0 ? -1 : close(fd);
}

static int once_socket_tcp(struct ends *ends)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? -1 : close(fd);
}

static int once_socket_unix(struct ends *ends)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return fd < 0 ? -1 : close(fd);
}

/* Closed by the end that then waits for nobody's late segments. */
static int once_connection(struct ends *ends)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), peer;

	if (fd < 0 || connect(fd, (struct sockaddr *)&ends->addr,
			      sizeof(ends->addr)))
		return -1;
	peer = accept(ends->listener, NULL, NULL);

	return peer < 0 || close(fd) || close(peer) ? -1 : 0;
}

static int pass(int from, int to, size_t size)
{
	size_t got = 0;
	ssize_t part;

	if (send(from, data, size, 0) != size)
		return -1;
	while (got < size) {
		part = recv(to, data, size - got, 0);
		if (part <= 0)
			return -1;
		got += part;
	}

	return 0;
}

static int once_send(struct ends *ends)
{
	return pass(ends->one, ends->other, SMALL);
}

static int once_sendto(struct ends *ends)
{
	return sendto(ends->one, data, SMALL, 0,
		      (struct sockaddr *)&ends->addr,
		      sizeof(ends->addr)) != SMALL ||
	       recv(ends->other, data, SMALL, 0) != SMALL ? -1 : 0;
}

static int once_ping_pong(struct ends *ends)
{
	return pass(ends->one, ends->other, SMALL) ||
	       pass(ends->other, ends->one, SMALL) ? -1 : 0;
}

static int once_large(struct ends *ends)
{
	return pass(ends->one, ends->other, LARGE);
}

static int once_control(struct ends *ends)
{
	union {
		char room[CMSG_SPACE(sizeof(struct in_pktinfo))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = data, .iov_len = SMALL };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	return send(ends->one, data, SMALL, 0) != SMALL ||
	       recvmsg(ends->other, &msg, 0) != SMALL ? -1 : 0;
}

static int once_socket_options(struct ends *ends)
{
	int value = 1;
	socklen_t len = sizeof(value);

	return setsockopt(ends->one, SOL_SOCKET, SO_KEEPALIVE, &value, len) ||
	       getsockopt(ends->one, SOL_SOCKET, SO_KEEPALIVE, &value,
			  &len) ? -1 : 0;
}

static int once_tcp_options(struct ends *ends)
{
	int value = 1;
	socklen_t len = sizeof(value);

	return setsockopt(ends->one, IPPROTO_TCP, TCP_NODELAY, &value, len) ||
	       getsockopt(ends->one, IPPROTO_TCP, TCP_NODELAY, &value,
			  &len) ? -1 : 0;
}

static int once_epoll(struct ends *ends)
{
	struct epoll_event event;

	return epoll_wait(ends->epoll, &event, 1, 0) != 1 ? -1 : 0;
}

static int once_poll(struct ends *ends)
{
	struct pollfd pfd = { .fd = ends->one, .events = POLLIN };

	return poll(&pfd, 1, 0) != 1 ? -1 : 0;
}

static int once_many(struct ends *ends)
{
	struct iovec iov = { .iov_base = data, .iov_len = SMALL };
	struct mmsghdr messages[MANY] = { };
	unsigned int i;

	for (i = 0; i < MANY; i++) {
		messages[i].msg_hdr.msg_iov = &iov;
		messages[i].msg_hdr.msg_iovlen = 1;
	}

	return sendmmsg(ends->one, messages, MANY, 0) != MANY ||
	       recvmmsg(ends->other, messages, MANY, 0, NULL) != MANY ? -1 : 0;
}

/*
 * DNS: a query for bench.example, and an answer with some addresses of it. The
 * resolver is in this process, at 127.0.0.1.
 */
static const uint8_t query[] = {
	0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0,
	5, 'b', 'e', 'n', 'c', 'h', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0,
	0, 1, 0, 1,
};

static size_t put_answer(uint8_t *message, uint32_t first, unsigned int nr)
{
	uint8_t *at = message + sizeof(query);
	unsigned int i;
	uint32_t address;

	memcpy(message, query, sizeof(query));
	message[2] = 0x81;
	message[3] = 0x80;
	message[6] = nr >> 8;
	message[7] = nr;
	for (i = 0; i < nr; i++) {
		static const uint8_t head[] = {
			0xc0, 12, 0, 1, 0, 1, 0, 1, 0, 0, 0, 4,
		};

		memcpy(at, head, sizeof(head));
		at += sizeof(head);
		address = htonl(first + i);
		memcpy(at, &address, sizeof(address));
		at += sizeof(address);
	}

	return at - message;
}

static int open_dns(struct ends *ends)
{
	int one = 1;

	ends->other = socket(AF_INET, SOCK_DGRAM, 0);
	ends->one = socket(AF_INET, SOCK_DGRAM, 0);
	ends->addr = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(53),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	setsockopt(ends->other, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));

	return bind(ends->other, (struct sockaddr *)&ends->addr,
		    sizeof(ends->addr));
}

static int exchange(struct ends *ends, uint32_t first, unsigned int nr)
{
	uint8_t message[2048];
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	size_t length = put_answer(message, first, nr);

	return sendto(ends->one, query, sizeof(query), 0,
		      (struct sockaddr *)&ends->addr,
		      sizeof(ends->addr)) != sizeof(query) ||
	       recvfrom(ends->other, data, SMALL, 0, (struct sockaddr *)&from,
			&len) != sizeof(query) ||
	       sendto(ends->other, message, length, 0,
		      (struct sockaddr *)&from, len) != length ||
	       recv(ends->one, data, sizeof(message), 0) != length ? -1 : 0;
}

static int once_exchange(struct ends *ends)
{
	return exchange(ends, 0x0a000001, 2);
}

/* Look up this many addresses, and loopback's: who has rules on names learns. */
static int learn(unsigned int nr)
{
	struct ends ends = { -1, -1, -1, -1 };
	unsigned int i;
	int err = open_dns(&ends);

	for (i = 0; !err && i < nr; i += 50)
		err = exchange(&ends, 0x0a000001 + i, 50);
	if (!err)
		err = exchange(&ends, INADDR_LOOPBACK, 1);
	close(ends.one);
	close(ends.other);

	return err;
}

static const struct row rows[] = {
	{ "socket+close/udp", 50, open_nothing, once_socket_udp },
	{ "socket+close/tcp", 50, open_nothing, once_socket_tcp },
	{ "socket+close/unix", 50, open_nothing, once_socket_unix },
	{ "connect+accept+close", 10, tcp_listen, once_connection },
	{ "udp-send+recv", 50, open_udp_connected, once_send },
	{ "udp-sendto+recv", 50, open_udp, once_sendto },
	{ "tcp-ping-pong", 25, open_tcp, once_ping_pong },
	{ "tcp-64k", 5, open_tcp, once_large },
	{ "udp-recvmsg-control", 50, open_udp_info, once_control },
	{ "options/socket", 100, open_tcp, once_socket_options },
	{ "options/tcp", 100, open_tcp, once_tcp_options },
	{ "epoll_wait", 100, open_readable, once_epoll },
	{ "poll", 100, open_readable, once_poll },
	{ "unix-ping-pong", 50, open_unix, once_ping_pong },
	{ "unix-connect+accept+close", 20, unix_listen, once_unix_connection },
	{ "vsock-connect+accept+close", 10, vsock_listen,
	  once_vsock_connection },
	{ "sendmmsg+recvmmsg", 10, open_udp_connected, once_many },
	{ "dns-exchange", 20, open_dns, once_exchange },
};

/* One batch more than is counted: caches of the kernel's are filled by it. */
static int count(const struct row *row, struct ends *ends, uint64_t *batches)
{
	unsigned int i, j;
	uint64_t start;

	for (i = 0; i <= BATCHES; i++) {
		start = now();
		for (j = 0; j < row->batch; j++) {
			if (row->once(ends))
				return -1;
		}
		batches[i ? i - 1 : 0] = (now() - start) / row->batch;
	}
	sort_batches(batches);

	return 0;
}

static void measure(const struct row *row)
{
	struct ends ends = { -1, -1, -1, -1 };
	uint64_t batches[BATCHES];

	if (row->open(&ends) || count(row, &ends, batches))
		printf("%s - %s\n", row->name, strerrorname_np(errno));
	else
		printf("%s %lu %lu\n", row->name, batches[0],
		       batches[BATCHES / 2]);
	fflush(stdout);
	close(ends.one);
	close(ends.other);
	close(ends.listener);
	close(ends.epoll);
}

/* How often @row is done in the time that all of @nr take; for one of them. */
static void count_time(const struct row *row, unsigned int processor,
		       struct shared *shared, unsigned int nr)
{
	struct ends ends = { -1, -1, -1, -1 };
	struct timespec start, end;
	cpu_set_t own;
	uint64_t done = 0;
	unsigned int i;

	CPU_ZERO(&own);
	CPU_SET(processor, &own);
	if (sched_setaffinity(0, sizeof(own), &own) || row->open(&ends))
		exit(errno);
	for (i = 0; i < row->batch; i++) {
		if (row->once(&ends))
			exit(errno);
	}
	/* Both begin when both are there. */
	atomic_fetch_add(&shared->ready, 1);
	while (atomic_load(&shared->ready) < nr)
		sched_yield();
	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		for (i = 0; i < row->batch; i++) {
			if (row->once(&ends))
				exit(errno);
		}
		done += row->batch;
		clock_gettime(CLOCK_MONOTONIC, &end);
	} while ((end.tv_sec - start.tv_sec) * 1000000000L +
		 end.tv_nsec - start.tv_nsec < 1000000000L);
	atomic_fetch_add(&shared->done, done);
	exit(0);
}

/* By @nr processes; 0 when it failed, with errno set. */
static uint64_t times_in_a_second(const struct row *row, unsigned int nr)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status, err = 0;
	unsigned int i;
	uint64_t done;

	for (i = 0; i < nr; i++) {
		if (!fork())
			count_time(row, i, shared, nr);
	}
	while (wait(&status) > 0) {
		if (status) {
			err = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
			/* The other one need not wait for it. */
			atomic_fetch_add(&shared->ready, 1);
		}
	}
	done = shared->done;
	munmap(shared, sizeof(*shared));
	errno = err;

	return err ? 0 : done;
}

static void measure_together(const struct row *row)
{
	uint64_t one = times_in_a_second(row, 1);
	uint64_t two = one ? times_in_a_second(row, 2) : 0;

	if (two)
		printf("%s %lu %lu\n", row->name, one, two);
	else
		printf("%s - %s\n", row->name, strerrorname_np(errno));
	fflush(stdout);
}

/* Of all caches; 0 if the kernel does not report it. */
static unsigned long slab_bytes(void)
{
	unsigned long active, size, sum = 0;
	char line[512];
	FILE *file = fopen("/proc/slabinfo", "r");

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %lu %*u %lu", &active, &size) == 2)
			sum += active * size;
	}
	if (file)
		fclose(file);

	return sum;
}

static void measure_bytes(const char *name, int type)
{
	struct rlimit limit = { SOCKETS + 64, SOCKETS + 64 };
	static int fds[SOCKETS];
	unsigned long before;
	unsigned int i;

	if (setrlimit(RLIMIT_NOFILE, &limit))
		return;
	/* Once for the caches, and the table of descriptors. */
	for (i = 0; i < SOCKETS; i++)
		fds[i] = socket(AF_INET, type, 0);
	for (i = 0; i < SOCKETS; i++)
		close(fds[i]);
	/* What is freed after a grace period is free then. */
	sleep(1);

	before = slab_bytes();
	for (i = 0; i < SOCKETS; i++)
		fds[i] = socket(AF_INET, type, 0);
	if (fds[SOCKETS - 1] < 0 || !before)
		printf("%s - %s\n", name, strerrorname_np(errno));
	else
		printf("%s %lu %lu\n", name, (slab_bytes() - before) / SOCKETS,
		       (slab_bytes() - before) / SOCKETS);
	fflush(stdout);
	for (i = 0; i < SOCKETS; i++)
		close(fds[i]);
}

static bool chosen(const char *name, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], name))
			return true;
	}

	return argc == 1;
}

int main(int argc, char **argv)
{
	bool together = argc > 1 && !strcmp(argv[1], "--together");
	const char *learnt = getenv("BENCH_LEARN");
	unsigned int i;

	argc -= together;
	argv += together;
	if (argc > 2 && !strcmp(argv[1], "--listener")) {
		inherited = atoi(argv[2]);
		argc -= 2;
		argv += 2;
	}
	if (learnt && learn(atoi(learnt)))
		perror("bench: learning");
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!chosen(rows[i].name, argc, argv))
			continue;
		if (together)
			measure_together(&rows[i]);
		else
			measure(&rows[i]);
	}
	if (together)
		return 0;
	if (chosen("bytes/udp-socket", argc, argv))
		measure_bytes("bytes/udp-socket", SOCK_DGRAM);
	if (chosen("bytes/tcp-socket", argc, argv))
		measure_bytes("bytes/tcp-socket", SOCK_STREAM);

	return 0;
}
