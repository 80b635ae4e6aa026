// SPDX-License-Identifier: GPL-2.0
/*
 * What a governed task does must not cost others: sockets that are not governed,
 * and those of another attachment.
 *
 * Each test has a task do one thing that was once shared between sockets, and
 * stay there, asleep. Then it counts what operations cost beside it, and
 * compares that with what they cost before. Runs in a machine whose time stamp
 * counter counts instructions (QEMU's -icount shift=0): figures are exact.
 *
 * A page that is never there, for a system call to sleep in as long as its
 * caller likes, is one of userfaultfd's. An unprivileged task has FUSE.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/userfaultfd.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
/* It does not include what it needs. */
#include <sys/socket.h>
#include <linux/sctp.h>

#include "batch.h"
#include "harness.h"
#include "inet.h"
#include "policy.h"
#include "resolver.h"

#define RESOLVER	"127.0.0.53"

/* Sockets, threads and cgroups that one task has. */
#define SOCKETS		3000
#define THREADS		3000
#define CGROUPS		4000
/* Of control, in one send. */
#define MESSAGES	4000
/* That one task has recorded; fewer than a record takes of one section. */
#define FACTS		2500
/* A descriptor with so many before it. */
#define FILES		500000
/* The limit: percent of what it costs alone. */
#define LIMIT		110
/* That options are read of, each in another place of whatever they are in. */
#define READ		64

enum operation {
	FREE_OPTION, FREE_SOCKET, FREE_REMOVAL, FREE_LOCAL, OPTION, SOCKET, PEER,
	LOCAL, PROTOCOL, NR_MEASURED,
	/* Under a policy with host names. */
	QUERY = NR_MEASURED, NR_OPERATIONS,
};

static const char *const names[NR_OPERATIONS] = {
	"ungoverned, getsockopt(SO_TYPE)", "ungoverned, socket+close",
	"ungoverned, mkdir+rmdir of a cgroup", "ungoverned, connect+accept, UNIX",
	"getsockopt(SO_TYPE)", "socket+close, UNIX", "socket+close, TCP",
	"connect+accept, UNIX", "connect+accept+TCP_ULP+close",
	"connect+query+close, UDP",
};

/* Instructions for each operation, the least and the median of the batches. */
struct cost {
	uint64_t least[NR_OPERATIONS], median[NR_OPERATIONS];
};

/* A socket of AF_UNIX and its address. */
struct local {
	int fd;
	struct sockaddr_un address;
	socklen_t length;
};

static int sockets[READ], listener;
static struct inet_addr listening;
static struct local local;
static char removable[PATH_MAX];

static int once_option(unsigned int turn)
{
	return get_int(sockets[turn % READ], SOL_SOCKET, SO_TYPE) < 0;
}

static int once_unix(unsigned int turn)
{
	return close(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int once_tcp(unsigned int turn)
{
	return close(socket(AF_INET, SOCK_STREAM, 0));
}

static int once_removal(unsigned int turn)
{
	return mkdir(removable, 0755) || rmdir(removable);
}

static int once_local(unsigned int turn)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), peer;

	if (connect(fd, (struct sockaddr *)&local.address, local.length))
		return -1;
	peer = accept(local.fd, NULL, NULL);

	return close(fd) || close(peer);
}

/* It is refused, so nothing leaves the machine. */
static int once_query(unsigned int turn)
{
	uint8_t message[512];
	size_t length = dns_query(message, turn, "denied.example", DNS_A, false);
	int fd = dns_open(RESOLVER, 53);

	return send(fd, message, length, 0) != (ssize_t)length || close(fd);
}

/* Closed by a reset, so that no port is left waiting. */
static int once_protocol(unsigned int turn)
{
	struct linger linger = { .l_onoff = 1 };
	int fd = socket(AF_INET, SOCK_STREAM, 0), peer;

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	if (connect(fd, &listening.sa, listening.len))
		return -1;
	peer = accept(listener, NULL, NULL);
	if (setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", 4))
		return -1;

	return close(fd) || close(peer);
}

static void count(struct cost *cost, enum operation operation, unsigned int ops,
		  int (*once)(unsigned int turn))
{
	uint64_t batch[BATCHES], start;
	unsigned int i, j;

	/* One batch more, that is not counted: caches of the kernel's. */
	for (i = 0; i <= BATCHES; i++) {
		start = now();
		for (j = 0; j < ops; j++) {
			if (once(i * ops + j)) {
				perror(names[operation]);
				exit(1);
			}
		}
		batch[i ? i - 1 : 0] = (now() - start) / ops;
	}
	sort_batches(batch);
	cost->least[operation] = batch[0];
	cost->median[operation] = batch[BATCHES / 2];
}

static void open_sockets(void)
{
	unsigned int i;

	for (i = 0; i < READ; i++)
		sockets[i] = socket(AF_UNIX, SOCK_STREAM, 0);
}

static void close_sockets(void)
{
	unsigned int i;

	for (i = 0; i < READ; i++)
		close(sockets[i]);
}

/* Bind to a name that the kernel chooses. */
static int open_local(struct local *socket_of, int type)
{
	struct sockaddr *address = (struct sockaddr *)&socket_of->address;

	address->sa_family = AF_UNIX;
	socket_of->length = sizeof(socket_of->address);
	socket_of->fd = socket(AF_UNIX, type, 0);

	return bind(socket_of->fd, address, sizeof(sa_family_t)) ||
	       getsockname(socket_of->fd, address, &socket_of->length);
}

static void listen_locally(void)
{
	if (open_local(&local, SOCK_STREAM) || listen(local.fd, 1)) {
		perror("listener of AF_UNIX");
		exit(1);
	}
}

/* Ungoverned first, then in the neighbour's cgroup, and out again. */
static void measure(struct cost *cost, enum govern_id id)
{
	open_sockets();
	count(cost, FREE_OPTION, READ, once_option);
	count(cost, FREE_SOCKET, 50, once_unix);
	count(cost, FREE_REMOVAL, 10, once_removal);
	listen_locally();
	count(cost, FREE_LOCAL, 50, once_local);
	close(local.fd);
	close_sockets();

	govern_enter(id);
	open_sockets();
	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &listening);
	count(cost, OPTION, READ, once_option);
	count(cost, SOCKET, 50, once_unix);
	count(cost, PEER, 50, once_tcp);
	listen_locally();
	count(cost, LOCAL, 50, once_local);
	close(local.fd);
	count(cost, PROTOCOL, 10, once_protocol);
	close(listener);
	close_sockets();
	govern_leave();
}

/* A page that is never there. */
static void *missing_page(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range.len = getpagesize(),
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = syscall(__NR_userfaultfd, O_CLOEXEC);
	void *page = mmap(NULL, getpagesize(), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	range.range.start = (uintptr_t)page;
	if (fd < 0 || page == MAP_FAILED || ioctl(fd, UFFDIO_API, &api) ||
	    ioctl(fd, UFFDIO_REGISTER, &range))
		return NULL;

	return page;
}

static int held;
static void *page;

static void *ask_for_peeloff(void *unused)
{
	socklen_t length = sizeof(sctp_peeloff_arg_t);

	getsockopt(held, IPPROTO_SCTP, SCTP_SOCKOPT_PEELOFF, page, &length);
	return NULL;
}

static void *send_page(void *unused)
{
	send(held, page, getpagesize(), 0);
	return NULL;
}

static void *set_protocol(void *unused)
{
	setsockopt(held, IPPROTO_TCP, TCP_ULP, "tls", 4);
	return NULL;
}

static int start(unsigned int nr, void *(*function)(void *))
{
	pthread_attr_t attributes;
	pthread_t thread;
	unsigned int i;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
	for (i = 0; i < nr; i++) {
		if (pthread_create(&thread, &attributes, function, NULL))
			return -1;
	}
	/* Until all of them sleep: this task has no more to do, either. */
	usleep(500000);

	return 0;
}

/* Threads that ask for a socket of an association's, and wait in a page. */
static int sleep_in_creations(void)
{
	held = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
	page = missing_page();

	return held < 0 || !page || start(THREADS, ask_for_peeloff);
}

static struct local full;

static void *send_to_full(void *unused)
{
	sendto(held, "", 1, 0, (struct sockaddr *)&full.address, full.length);
	return NULL;
}

/* Threads whose send waits for room, with a mark that says who judges its peer. */
static int sleep_in_sends(void)
{
	held = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (open_local(&full, SOCK_DGRAM))
		return -1;
	while (sendto(held, "", 1, MSG_DONTWAIT,
		      (struct sockaddr *)&full.address, full.length) == 1)
		;

	return errno != EAGAIN || start(THREADS, send_to_full);
}

/* Sockets that have asked a resolver. */
static int ask_much(void)
{
	const struct rlimit limit = { SOCKETS + 64, SOCKETS + 64 };
	uint8_t message[512];
	size_t length;
	unsigned int i;
	int fd;

	if (setrlimit(RLIMIT_NOFILE, &limit))
		return -1;
	for (i = 0; i < SOCKETS; i++) {
		length = dns_query(message, i, "denied.example", DNS_A, false);
		fd = dns_open(RESOLVER, 53);
		if (send(fd, message, length, 0) != (ssize_t)length)
			return -1;
	}

	return 0;
}

/* One thread has a socket's lock, and the others want to set its protocol. */
static int sleep_in_turns(void)
{
	struct tcp tcp;

	if (tcp_open(&tcp, AF_INET))
		return -1;
	held = tcp.client;
	page = missing_page();

	return !page || start(1, send_page) || start(THREADS / 8, set_protocol);
}

/* Sockets that are refused a protocol, of a name that there is or that there is not. */
static int refused_protocols(void)
{
	struct rlimit limit = { SOCKETS + 64, SOCKETS + 64 };
	unsigned int i;
	int fd;

	/* Whoever may load modules would look for one each time. */
	if (setrlimit(RLIMIT_NOFILE, &limit) || setresuid(65534, 65534, 65534))
		return -1;
	for (i = 0; i < SOCKETS; i++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (fd < 0 || !setsockopt(fd, IPPROTO_TCP, TCP_ULP,
					  i & 1 ? "tls" : "x", 4))
			return -1;
	}

	return 0;
}

/* Where the attacker finds its cgroups. */
static const char *below;

/* One socket in each, and no more than that: no limit is near. */
static int socket_in_each(void)
{
	const struct rlimit limit = { CGROUPS + 64, CGROUPS + 64 };
	char path[PATH_MAX + 32];
	unsigned int i;

	if (setrlimit(RLIMIT_NOFILE, &limit))
		return -1;
	for (i = 0; i < CGROUPS; i++) {
		snprintf(path, sizeof(path), "%s/%u", below, i);
		if (govern_enter_path(path))
			return -1;
		/* The first socket of each needs tables that are made meanwhile. */
		while (socket(AF_UNIX, SOCK_STREAM, 0) < 0) {
			if (errno != ENOBUFS)
				return -1;
			usleep(1000);
		}
	}

	return 0;
}

/* Objects of the slab cache that sockets' inodes come from. */
static unsigned long inodes(void)
{
	unsigned long active = 0;
	char line[512];
	FILE *file = fopen("/proc/slabinfo", "r");

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "sock_inode_cache %lu", &active) == 1)
			break;
	}
	if (file)
		fclose(file);

	return active;
}

FIXTURE(neighbours) {
	char path[PATH_MAX];
	pid_t attacker;
};

FIXTURE_VARIANT(neighbours) {
	enum govern_id id;
};

FIXTURE_VARIANT_ADD(neighbours, native) {
	.id = NATIVE,
};

FIXTURE_VARIANT_ADD(neighbours, hostinet) {
	.id = HOSTINET,
};

/* An attachment of its own to the same personality, below the neighbour's. */
FIXTURE_SETUP(neighbours)
{
	const char *problem;
	bool absent;
	int fd;

	problem = govern_problem(variant->id, &absent);
	ASSERT_EQ(NULL, problem)
		TH_LOG("%s", problem);
	ASSERT_EQ(0, system("modprobe -a tls sctp"));
	ASSERT_EQ(0, policy_open());
	snprintf(self->path, sizeof(self->path), "%s/attacker",
		 govern_path(variant->id));
	snprintf(removable, sizeof(removable), "%s/removable",
		 govern_path(variant->id));
	ASSERT_EQ(0, mkdir(self->path, 0755));
	fd = open(self->path, O_RDONLY | O_DIRECTORY);
	ASSERT_EQ(0, policy_attach(fd, govern_personality(variant->id)));
	close(fd);
	self->attacker = -1;
}

FIXTURE_TEARDOWN(neighbours)
{
	int tries;

	if (self->attacker > 0) {
		kill(self->attacker, SIGKILL);
		EXPECT_EQ(self->attacker, waitpid(self->attacker, NULL, 0));
	}
	for (tries = 0; tries < 100 && rmdir(self->path); tries++)
		usleep(100000);
	EXPECT_GT(100, tries);
}

/* Let a task in the other attachment do it, and stay; it, or -1. */
static pid_t attack(const char *path, int (*deed)(void))
{
	int ready[2];
	pid_t pid;
	char byte;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (!pid) {
		close(ready[0]);
		if (govern_enter_path(path) || deed() || write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1) {
		waitpid(pid, NULL, 0);
		pid = -1;
	}
	close(ready[0]);

	return pid;
}

/* Of the least or the median: see scale.c. */
#define WITHIN(cost, base) do {						\
	unsigned int _i;						\
									\
	for (_i = 0; _i < NR_MEASURED; _i++) {			\
		TH_LOG("%-36s %7lu %7lu  %.3f", names[_i],		\
		       (base)->median[_i], (cost)->median[_i],		\
		       (double)(cost)->median[_i] / (base)->median[_i]);	\
		EXPECT_TRUE((base)->least[_i] * LIMIT >=		\
			    (cost)->least[_i] * 100 ||			\
			    (base)->median[_i] * LIMIT >=		\
			    (cost)->median[_i] * 100);			\
	}								\
} while (0)

TEST_F_TIMEOUT(neighbours, of_creations_that_sleep, 600)
{
	struct cost base, cost;

	measure(&base, variant->id);
	self->attacker = attack(self->path, sleep_in_creations);
	ASSERT_LT(0, self->attacker);
	measure(&cost, variant->id);
	WITHIN(&cost, &base);
}

TEST_F_TIMEOUT(neighbours, of_a_protocol_that_sleeps, 600)
{
	struct cost base, cost;

	measure(&base, variant->id);
	self->attacker = attack(self->path, sleep_in_turns);
	ASSERT_LT(0, self->attacker);
	measure(&cost, variant->id);
	WITHIN(&cost, &base);
}

TEST_F_TIMEOUT(neighbours, of_protocols_that_are_refused, 600)
{
	struct cost base, cost;
	unsigned long before;
	/* hostinet's have one of their own and one of the host's. */
	unsigned long each = variant->id == HOSTINET ? 2 : 1;

	measure(&base, variant->id);
	before = inodes();
	self->attacker = attack(self->path, refused_protocols);
	ASSERT_LT(0, self->attacker);
	TH_LOG("%u sockets have %lu inodes", SOCKETS, inodes() - before);
	/* What others leave in the cache's own lists comes and goes. */
	EXPECT_GT(each * SOCKETS + SOCKETS / 4, inodes() - before);
	measure(&cost, variant->id);
	WITHIN(&cost, &base);
}

static int each_cgroup(const char *path,
		       int (*deed)(const char *path, enum govern_id id),
		       enum govern_id id)
{
	char each[PATH_MAX + 32];
	unsigned int i;
	int err = 0;

	for (i = 0; i < CGROUPS && !err; i++) {
		snprintf(each, sizeof(each), "%s/%u", path, i);
		err = deed(each, id);
	}

	return err;
}

static int make_cgroup(const char *path, enum govern_id id)
{
	return mkdir(path, 0755);
}

static int attach_cgroup(const char *path, enum govern_id id)
{
	return policy_attach_path(path, govern_personality(id));
}

static int remove_cgroup(const char *path, enum govern_id id)
{
	return rmdir(path);
}

/* Those who may attach cgroups make the removal of others no more expensive. */
TEST_F_TIMEOUT(neighbours, of_many_that_are_attached, 600)
{
	struct cost base, cost;

	/* They are there before: to the kernel itself it costs something on 7.x. */
	ASSERT_EQ(0, each_cgroup(self->path, make_cgroup, variant->id));
	measure(&base, variant->id);
	ASSERT_EQ(0, each_cgroup(self->path, attach_cgroup, variant->id));
	measure(&cost, variant->id);
	WITHIN(&cost, &base);
	ASSERT_EQ(0, each_cgroup(self->path, remove_cgroup, variant->id));
}

/* Those who are attached below a limit make its sockets no more expensive. */
TEST_F_TIMEOUT(neighbours, of_many_below_a_limit, 600)
{
	struct cost base, cost;

	policy_begin_open(variant->id);
	policy_bound(PERSOCK_LIMIT_SOCKETS, ANY, 100000, -EMFILE);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, each_cgroup(self->path, make_cgroup, variant->id));
	measure(&base, variant->id);
	ASSERT_EQ(0, each_cgroup(self->path, attach_cgroup, variant->id));
	below = self->path;
	self->attacker = attack(self->path, socket_in_each);
	ASSERT_LT(0, self->attacker);
	measure(&cost, variant->id);
	WITHIN(&cost, &base);
	kill(self->attacker, SIGKILL);
	EXPECT_EQ(self->attacker, waitpid(self->attacker, NULL, 0));
	self->attacker = -1;
	ASSERT_EQ(0, each_cgroup(self->path, remove_cgroup, variant->id));
	policy_begin_open(variant->id);
	ASSERT_EQ(0, policy_set());
}

/* The least that a send costs with so many control messages. */
static uint64_t cost_of_messages(int fd, unsigned int nr)
{
	struct iovec iov = { .iov_base = "x", .iov_len = 1 };
	char *control = calloc(nr, CMSG_SPACE(sizeof(int)));
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = nr * CMSG_SPACE(sizeof(int)),
	};
	uint64_t least = UINT64_MAX, start, cost;
	struct cmsghdr *cmsg;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		cmsg = (void *)(control + i * CMSG_SPACE(sizeof(int)));
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		cmsg->cmsg_level = SOL_IP;
		cmsg->cmsg_type = IP_TTL;
		*(int *)CMSG_DATA(cmsg) = 9;
	}
	for (i = 0; i < BATCHES; i++) {
		start = now();
		if (sendmsg(fd, &msg, 0) != 1) {
			least = 0;
			break;
		}
		cost = now() - start;
		least = cost < least ? cost : least;
	}
	free(control);

	return least;
}

/*
 * Nobody else runs on the processor while messages are judged: what is ignored
 * costs as much for each, however many there are.
 */
TEST_F_TIMEOUT(neighbours, of_messages_that_are_ignored, 600)
{
	const char *knob = "/proc/sys/net/core/optmem_max";
	uint64_t few, many;
	char before[32];
	int fds[2];

	ASSERT_EQ(0, get_text(knob, before, sizeof(before)));
	ASSERT_EQ(0, put_text(knob, "131072"));
	policy_begin_open(variant->id);
	policy_option(PERSOCK_SECTION_CONTROL_SEND, PERSOCK_CLASS_INET, SOL_IP,
		      IP_TTL, 1 /* ignore */);
	ASSERT_EQ(0, policy_set());
	govern_enter(variant->id);
	ASSERT_EQ(0, udp_open(fds, AF_INET));
	few = cost_of_messages(fds[0], MESSAGES / 8);
	many = cost_of_messages(fds[0], MESSAGES);
	TH_LOG("%lu for %u, %lu for %u", few, MESSAGES / 8, many, MESSAGES);
	EXPECT_LT(0, few);
	EXPECT_LT(0, many);
	EXPECT_GE(few * 8 * LIMIT, many * 100);
	close(fds[0]);
	close(fds[1]);
	govern_leave();
	policy_begin_open(variant->id);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, put_text(knob, before));
}

static uint32_t rotated(uint32_t word, int bits)
{
	return word << bits | word >> (32 - bits);
}

/*
 * The list of 256 in which the fact of a UDP connect to @address comes if the
 * hash has no key, only the facts' bytes: Bob Jenkins' lookup3 of eight words.
 */
static unsigned int list_without_key(in_addr_t address)
{
	const uint32_t words[] = {
		PERSOCK_SECTION_CONNECT, 0, IPPROTO_UDP, AF_INET, address, 0, 0,
		0
	};
	static const int mixes[] = { 4, 6, 8, 16, 19, 4 };
	static const int finals[] = { 14, 11, 25, 16, 4, 14, 24 };
	uint32_t x[3];
	int i, j;

	for (i = 0; i < 3; i++)
		x[i] = 0xdeadbeef + sizeof(words);
	for (i = 0; i < 6; i += 3) {
		for (j = 0; j < 3; j++)
			x[j] += words[i + j];
		for (j = 0; j < 6; j++) {
			x[j % 3] -= x[(j + 2) % 3];
			x[j % 3] ^= rotated(x[(j + 2) % 3], mixes[j]);
			x[(j + 2) % 3] += x[(j + 1) % 3];
		}
	}
	x[0] += words[6];
	x[1] += words[7];
	for (j = 0; j < 7; j++) {
		x[(j + 2) % 3] ^= x[(j + 1) % 3];
		x[(j + 2) % 3] -= rotated(x[(j + 1) % 3], finals[j]);
	}

	/* The host name, which there is none of, is added as one without bytes. */
	return (0xdeadbeef + x[2]) & 255;
}

/* The least that a connect to the first of the addresses costs after the others. */
static uint64_t cost_of_facts(const char *path, enum govern_id id,
			      const struct inet_addr *addresses)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	uint64_t least = UINT64_MAX, start, cost;
	unsigned int i;

	if (policy_attach(fd, govern_personality(id)) ||
	    govern_enter_path(path))
		return 0;
	close(fd);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	for (i = 0; i < FACTS; i++) {
		if (try_connect(fd, &addresses[i]))
			return 0;
	}
	for (i = 0; i < BATCHES; i++) {
		start = now();
		if (connect(fd, &addresses[0].sa, addresses[0].len))
			return 0;
		cost = now() - start;
		least = cost < least ? cost : least;
	}
	close(fd);
	govern_leave();

	return least;
}

/*
 * Who is recorded cannot choose facts that others have to be looked for among,
 * with interrupts off.
 */
TEST_F_TIMEOUT(neighbours, of_facts_that_are_chosen, 600)
{
	static struct inet_addr any[FACTS], chosen[FACTS];
	char paths[2][PATH_MAX + 32];
	uint64_t spread, one;
	in_addr_t address;
	uint32_t host;
	unsigned int i;

	for (i = 0, host = 1; i < FACTS; host++) {
		address = htonl(INADDR_LOOPBACK + host);
		if (list_without_key(address))
			continue;
		chosen[i] = at("127.0.0.1", 9);
		chosen[i].in.sin_addr.s_addr = address;
		any[i] = at("127.0.0.1", 9);
		any[i].in.sin_addr.s_addr = htonl(INADDR_LOOPBACK + i);
		i++;
	}
	policy_begin_open(variant->id);
	policy_mode(PERSOCK_MODE_RECORD);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < 2; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/%u", self->path, i);
		ASSERT_EQ(0, mkdir(paths[i], 0755));
	}
	spread = cost_of_facts(paths[0], variant->id, any);
	one = cost_of_facts(paths[1], variant->id, chosen);
	TH_LOG("%lu among any, %lu among chosen ones", spread, one);
	EXPECT_LT(0, spread);
	EXPECT_LT(0, one);
	EXPECT_GE(spread * LIMIT, one * 100);
	policy_begin_open(variant->id);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < 2; i++)
		EXPECT_EQ(0, rmdir(paths[i]));
}

/* The least that a connect costs that passes as long as nothing is sent. */
static uint64_t cost_of_connect(int fd)
{
	const struct inet_addr peer = at("127.0.0.1", 80);
	uint64_t least = UINT64_MAX, start, cost;
	unsigned int i;

	for (i = 0; i < BATCHES; i++) {
		start = now();
		if (connect(fd, &peer.sa, peer.len))
			return 0;
		cost = now() - start;
		least = cost < least ? cost : least;
	}

	return least;
}

/* Calls of AF_UNIX that wait, and whose peer is judged. */
TEST_F_TIMEOUT(neighbours, of_sends_that_sleep, 600)
{
	struct cost base, cost;

	policy_begin_open(variant->id);
	policy_unix(PERSOCK_SECTION_UNIX_CONNECT, "@no-such-name", ANY, NULL,
		    -EACCES);
	ASSERT_EQ(0, policy_set());
	measure(&base, variant->id);
	self->attacker = attack(self->path, sleep_in_sends);
	ASSERT_LT(0, self->attacker);
	measure(&cost, variant->id);
	WITHIN(&cost, &base);
	policy_begin_open(variant->id);
	ASSERT_EQ(0, policy_set());
}

/* Sockets of one task that have asked a resolver, and queries of another one. */
TEST_F_TIMEOUT(neighbours, of_many_exchanges, 600)
{
	struct cost base, cost;

	policy_begin_open(variant->id);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_host("api.example", 0, 65535, ANY, ALLOW);
	policy_names(RESOLVER, NULL, PERSOCK_QUERIES_LISTED, 600, 4096);
	ASSERT_EQ(0, policy_set());
	govern_enter(variant->id);
	count(&base, QUERY, 50, once_query);
	govern_leave();
	self->attacker = attack(self->path, ask_much);
	ASSERT_LT(0, self->attacker);
	govern_enter(variant->id);
	count(&cost, QUERY, 50, once_query);
	govern_leave();
	TH_LOG("%s: %lu, %lu among many", names[QUERY], base.median[QUERY],
	       cost.median[QUERY]);
	EXPECT_TRUE(base.least[QUERY] * LIMIT >= cost.least[QUERY] * 100 ||
		    base.median[QUERY] * LIMIT >= cost.median[QUERY] * 100);
	policy_begin_open(variant->id);
	ASSERT_EQ(0, policy_set());
}

/* Nobody else runs on the processor while a task's descriptors are searched. */
TEST_F_TIMEOUT(neighbours, of_many_files, 600)
{
	const struct rlimit limit = { FILES + 1, FILES + 1 };
	uint64_t few, many;
	int fd;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	policy_begin_open(variant->id);
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.1/32", 443, 443,
		       IPPROTO_TCP, ALLOW);
	ASSERT_EQ(0, policy_set());
	govern_enter(variant->id);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	few = cost_of_connect(fd);
	ASSERT_EQ(FILES, dup2(fd, FILES));
	close(fd);
	many = cost_of_connect(FILES);
	TH_LOG("%lu with few, %lu with many", few, many);
	EXPECT_LT(0, few);
	EXPECT_LT(0, many);
	EXPECT_GE(few * LIMIT, many * 100);
	close(FILES);
	govern_leave();
	policy_begin_open(variant->id);
	ASSERT_EQ(0, policy_set());
}

int main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE | 1 << HOSTINET);
	return test_harness_run(argc, argv);
}
