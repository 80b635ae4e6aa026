// SPDX-License-Identifier: GPL-2.0
/*
 * What sockets cost must not depend on how many rules a policy has, how many
 * cgroups are attached, and how deep the task's cgroup is.
 *
 * Runs in a machine whose time stamp counter counts instructions (QEMU's
 * -icount shift=0): figures are exact, and compared as ratios within one run.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "batch.h"
#include "harness.h"
#include "inet.h"
#include "policy.h"

#define MANY		10000
#define FEW		10
#define DEEP		32
#define SHALLOW		2
#define PEERS		64
/* Policies that are loaded at a time, for what one of them takes. */
#define POLICIES	16
/* The limit: percent of what little costs. */
#define LIMIT		110

enum operation { UDP, TCP, CONNECT4, CONNECT6, SENDTO, NR_OPERATIONS };

static const char *const operation_names[NR_OPERATIONS] = {
	"socket+close, UDP", "socket+connect+accept+close, TCP",
	"connect, UDP over IPv4", "connect, UDP over IPv6", "sendto, UDP",
};

/* Instructions for each operation, the least and the median of the batches. */
struct cost {
	uint64_t least[NR_OPERATIONS], median[NR_OPERATIONS];
};

static struct inet_addr peers[PEERS];
static uint64_t seed = 88172645463325252ULL;

static uint64_t draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;

	return seed;
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
				perror(operation_names[operation]);
				exit(1);
			}
		}
		batch[i ? i - 1 : 0] = (now() - start) / ops;
	}
	sort_batches(batch);
	cost->least[operation] = batch[0];
	cost->median[operation] = batch[BATCHES / 2];
}

static int listener, udp4, udp6;
static struct inet_addr listening;

static int once_udp(unsigned int turn)
{
	return close(socket(AF_INET, SOCK_DGRAM, 0));
}

/* Closed by a reset, so that no port is left waiting. */
static int once_tcp(unsigned int turn)
{
	struct linger linger = { .l_onoff = 1 };
	int fd = socket(AF_INET, SOCK_STREAM, 0), peer;

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	if (connect(fd, &listening.sa, listening.len))
		return -1;
	peer = accept(listener, NULL, NULL);

	return close(fd) || close(peer);
}

static int once_connect4(unsigned int turn)
{
	struct inet_addr *peer = &peers[turn % PEERS];

	return connect(udp4, &peer->sa, peer->len);
}

static int once_connect6(unsigned int turn)
{
	struct inet_addr addr = loopback(AF_INET6, 1 + turn % PEERS);

	return connect(udp6, &addr.sa, addr.len);
}

static int once_sendto(unsigned int turn)
{
	struct inet_addr *peer = &peers[turn % PEERS];
	int fd = udp4;

	if (sendto(fd, "x", 1, MSG_DONTWAIT, &peer->sa, peer->len) == 1)
		return 0;
	/* Nobody listens there, and word of it came from another send. */
	return errno == ECONNREFUSED ? 0 : -1;
}

static void measure(struct cost *cost)
{
	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &listening);
	udp4 = socket(AF_INET, SOCK_DGRAM, 0);
	udp6 = socket(AF_INET6, SOCK_DGRAM, 0);

	count(cost, UDP, 50, once_udp);
	count(cost, TCP, 10, once_tcp);
	count(cost, CONNECT4, PEERS, once_connect4);
	count(cost, CONNECT6, PEERS, once_connect6);
	close(udp4);
	udp4 = socket(AF_INET, SOCK_DGRAM, 0);
	count(cost, SENDTO, PEERS, once_sendto);

	close(listener);
	close(udp4);
	close(udp6);
}

/*
 * Rules of every prefix length, on random addresses, ports and protocols. What
 * lies in 127.0.0.0/8 is allowed: the peers that are measured with are there.
 */
static void add_rules(unsigned int nr)
{
	static const int protocols[] = { ANY, IPPROTO_TCP, IPPROTO_UDP };
	unsigned char address[16];
	char text[64], prefix[80];
	unsigned int i, j;

	policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.0/8", ALLOW);
	policy_prefix(PERSOCK_SECTION_CONNECT, "::1/128", ALLOW);
	for (i = 2; i < nr; i++) {
		int inet6 = i & 1, bits = inet6 ? 128 : 32;
		int length = i / 2 % (bits + 1), own;
		__u16 first = draw(), last = draw();

		for (j = 0; j < sizeof(address); j++)
			address[j] = draw();
		for (j = length; j < bits; j++)
			address[j / 8] &= ~(0x80 >> j % 8);
		own = !inet6 && address[0] == 127;
		inet_ntop(inet6 ? AF_INET6 : AF_INET, address, text,
			  sizeof(text));
		snprintf(prefix, sizeof(prefix), "%s/%d", text, length);
		policy_address(PERSOCK_SECTION_CONNECT, prefix,
			       first < last ? first : last,
			       first < last ? last : first,
			       protocols[draw() % 3],
			       own || draw() % 4 == 0 ? ALLOW : -EACCES);
	}
}

static void begin_rules(enum govern_id id, const char *name, unsigned int nr)
{
	policy_begin_named(id, name);
	policy_open_sections();
	policy_default(PERSOCK_SECTION_CONNECT, ANY, -EACCES);
	add_rules(nr);
}

static int load_rules(enum govern_id id, unsigned int nr)
{
	begin_rules(id, govern_personality(id), nr);
	return policy_set();
}

/* A cgroup at @depth below the root, below the attached one; 0 or -errno. */
static int deep_path(enum govern_id id, unsigned int depth, char *path,
		     size_t size)
{
	size_t used = snprintf(path, size, "%s", govern_path(id));

	for (; depth > 1; depth--) {
		used += snprintf(path + used, size - used, "/d");
		if (mkdir(path, 0755) && errno != EEXIST)
			return -errno;
	}

	return 0;
}

static void many_path(enum govern_id id, unsigned int i, char *path, size_t size)
{
	snprintf(path, size, "%s-many/%u", govern_path(id), i);
}

static int make_many(enum govern_id id)
{
	char path[PATH_MAX];
	unsigned int i;

	snprintf(path, sizeof(path), "%s-many", govern_path(id));
	if (mkdir(path, 0755))
		return -errno;
	for (i = 0; i < MANY; i++) {
		many_path(id, i, path, sizeof(path));
		if (mkdir(path, 0755))
			return -errno;
	}

	return 0;
}

static int attach_many(enum govern_id id)
{
	char path[PATH_MAX];
	unsigned int i;
	int fd, err = 0;

	for (i = 0; i < MANY && !err; i++) {
		many_path(id, i, path, sizeof(path));
		fd = open(path, O_RDONLY | O_DIRECTORY);
		err = fd < 0 ? -errno :
			       policy_attach(fd, govern_personality(id));
		close(fd);
	}

	return err;
}

/* A removed cgroup's attachment goes by itself. */
static int remove_many(enum govern_id id)
{
	char path[PATH_MAX];
	unsigned int i;

	for (i = 0; i < MANY; i++) {
		many_path(id, i, path, sizeof(path));
		if (rmdir(path))
			return -errno;
	}
	snprintf(path, sizeof(path), "%s-many", govern_path(id));

	return rmdir(path) ? -errno : 0;
}

/* Bytes of kernel memory: of all slab caches, and of the per-CPU areas. */
static unsigned long used_memory(bool slabs)
{
	unsigned long active, size, sum = 0, kib;
	char line[512];
	FILE *file = fopen(slabs ? "/proc/slabinfo" : "/proc/meminfo", "r");

	while (file && fgets(line, sizeof(line), file)) {
		if (slabs && sscanf(line, "%*s %lu %*u %lu", &active,
				    &size) == 2)
			sum += active * size;
		else if (!slabs && sscanf(line, "Percpu: %lu", &kib) == 1)
			sum = kib * 1024;
	}
	if (file)
		fclose(file);

	return sum;
}

static unsigned long available(void)
{
	unsigned long kib = 0;
	char line[512];
	FILE *file = fopen("/proc/meminfo", "r");

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "MemFree: %lu", &kib) == 1)
			break;
	}
	if (file)
		fclose(file);

	return kib * 1024;
}

/* In a machine that counts instructions a nanosecond is one of them. */
static double seconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);

	return time.tv_sec + time.tv_nsec / 1e9;
}

/* That the children have used that were waited for. */
static double seconds_of_children(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);

	return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

FIXTURE(scale)
{
	char shallow[PATH_MAX], deep[PATH_MAX];
};

FIXTURE_VARIANT(scale)
{
	enum govern_id id;
};

FIXTURE_VARIANT_ADD(scale, native)
{
	.id = NATIVE,
};

FIXTURE_VARIANT_ADD(scale, hostinet)
{
	.id = HOSTINET,
};

FIXTURE_SETUP(scale)
{
	unsigned int i;

	ASSERT_EQ(0, policy_open());
	for (i = 0; i < PEERS; i++) {
		peers[i] = loopback(AF_INET, 1 + i);
		peers[i].in.sin_addr.s_addr = htonl(0x7f000001 + i * 0x10305);
	}
	ASSERT_EQ(0, deep_path(variant->id, DEEP, self->deep,
			       sizeof(self->deep)));
	ASSERT_EQ(0, deep_path(variant->id, SHALLOW, self->shallow,
			       sizeof(self->shallow)));
}

FIXTURE_TEARDOWN(scale)
{
	char *slash;

	govern_leave();
	/* From the deepest up; the attached one is govern_prepare()'s. */
	while (strcmp(self->deep, govern_path(variant->id))) {
		EXPECT_EQ(0, rmdir(self->deep));
		slash = strrchr(self->deep, '/');
		*slash = '\0';
	}
	EXPECT_EQ(0, load_rules(variant->id, FEW));
}

/*
 * Of the least and the median: what the kernel does beside (it frees what was
 * replaced or detached) may be in every batch of one measurement, or in most of
 * another, but what an operation costs more is in both.
 */
#define WITHIN(cost, base, what) do {					\
	unsigned int _i;						\
									\
	for (_i = 0; _i < NR_OPERATIONS; _i++) {			\
		TH_LOG("%-34s %-28s %6lu %6lu  %.3f", what,		\
		       operation_names[_i], (cost)->least[_i],		\
		       (cost)->median[_i],				\
		       (double)(cost)->median[_i] / (base)->median[_i]);	\
		EXPECT_TRUE((base)->least[_i] * LIMIT >=		\
			    (cost)->least[_i] * 100 ||			\
			    (base)->median[_i] * LIMIT >=		\
			    (cost)->median[_i] * 100);			\
	}								\
} while (0)

/* Rules, attachments, depth: each of them alone, and all of them. */
TEST_F_TIMEOUT(scale, costs_the_same, 900)
{
	unsigned long slabs, percpu;
	struct cost base, cost;

	ASSERT_EQ(0, govern_enter_path(self->shallow));
	ASSERT_EQ(0, load_rules(variant->id, FEW));
	measure(&base);
	WITHIN(&base, &base, "10 rules, 1 attached, depth 2");

	ASSERT_EQ(0, load_rules(variant->id, MANY));
	measure(&cost);
	WITHIN(&cost, &base, "10000 rules");

	ASSERT_EQ(0, govern_enter_path(self->deep));
	measure(&cost);
	WITHIN(&cost, &base, "10000 rules, depth 32");

	ASSERT_EQ(0, make_many(variant->id));
	slabs = used_memory(true);
	percpu = used_memory(false);
	ASSERT_EQ(0, attach_many(variant->id));
	TH_LOG("an attachment takes %lu bytes of slabs and %lu of per-CPU areas",
	       (used_memory(true) - slabs) / MANY,
	       (used_memory(false) - percpu) / MANY);
	/* Documentation/performance.rst states what it is. */
	EXPECT_GT(2816 * MANY, used_memory(true) - slabs);
	measure(&cost);
	WITHIN(&cost, &base, "10000 rules, depth 32, 10000 attached");

	ASSERT_EQ(0, govern_enter_path(self->shallow));
	ASSERT_EQ(0, load_rules(variant->id, FEW));
	measure(&cost);
	WITHIN(&cost, &base, "10000 attached");
	ASSERT_EQ(0, remove_many(variant->id));
}

/* Sockets of its own, open beside what is measured. */
TEST_F_TIMEOUT(scale, costs_the_same_beside_sockets, 900)
{
	static const unsigned int steps[] = { 1, 100, MANY };
	struct rlimit limit = { MANY + 64, MANY + 64 };
	static int fds[MANY];
	struct cost base, cost;
	unsigned int i, open = 0;
	char what[32];

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	ASSERT_EQ(0, govern_enter_path(self->shallow));
	ASSERT_EQ(0, load_rules(variant->id, FEW));
	for (i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		for (; open < steps[i]; open++) {
			fds[open] = socket(AF_INET, open & 1 ? SOCK_STREAM :
						    SOCK_DGRAM, 0);
			ASSERT_LE(0, fds[open]);
		}
		measure(&cost);
		if (!i)
			base = cost;
		snprintf(what, sizeof(what), "%u sockets", steps[i]);
		WITHIN(&cost, &base, what);
	}
	while (open--)
		close(fds[open]);
}

/* What is remembered of a cgroup is forgotten: the next socket looks again. */
TEST_F_TIMEOUT(scale, costs_the_same_after_a_change, 900)
{
	const char *const paths[] = { self->shallow, self->deep };
	uint64_t cost[2][BATCHES], start;
	unsigned int i, j;
	int fd, other;

	ASSERT_EQ(0, load_rules(variant->id, FEW));
	other = open(govern_path(variant->id == NATIVE ? HOSTINET : NATIVE),
		     O_RDONLY | O_DIRECTORY);
	ASSERT_LE(0, other);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, govern_enter_path(paths[i]));
		for (j = 0; j < BATCHES; j++) {
			ASSERT_EQ(0, policy_attach(other, "host"));
			start = now();
			fd = socket(AF_INET, SOCK_DGRAM, 0);
			cost[i][j] = now() - start;
			close(fd);
		}
		sort_batches(cost[i]);
	}
	TH_LOG("socket after a change: depth 2 %lu, depth 32 %lu, %.3f",
	       cost[0][BATCHES / 2], cost[1][BATCHES / 2],
	       (double)cost[1][BATCHES / 2] / cost[0][BATCHES / 2]);
	EXPECT_GE(cost[0][BATCHES / 2] * LIMIT, cost[1][BATCHES / 2] * 100);
	ASSERT_EQ(0, policy_attach(other, govern_personality(
				variant->id == NATIVE ? HOSTINET : NATIVE)));
	close(other);
}

/* The kernel reads 10 000 rules in less than a second, and what they take. */
TEST(loads_fast)
{
	char name[64], output[256];
	unsigned long before, bytes;
	double start, took;
	unsigned int i;

	ASSERT_EQ(0, policy_open());
	begin_rules(NATIVE, govern_personality(NATIVE), MANY);
	start = seconds();
	ASSERT_EQ(0, policy_set());
	took = seconds() - start;
	TH_LOG("10000 rules are loaded in %.3f s", took);
	EXPECT_GT(1.0, took);

	/*
	 * The same by the tool, from a file. In time of the processor: while it
	 * waits for the host's disk no instruction is counted, and the clock goes.
	 */
	snprintf(output, sizeof(output),
		 "persock personality show %s >/tmp/scale.yaml",
		 govern_personality(NATIVE));
	ASSERT_EQ(0, system(output));
	start = seconds_of_children();
	ASSERT_EQ(0, govern_tool(output, sizeof(output), "personality", "set",
				 "/tmp/scale.yaml",
				 govern_personality(NATIVE), NULL))
		TH_LOG("%s", output);
	took = seconds_of_children() - start;
	TH_LOG("10000 rules are loaded from a file in %.3f s", took);
	EXPECT_GT(1.0, took);

	for (i = 0; i < POLICIES; i++) {
		snprintf(name, sizeof(name), "scale-%u", i);
		ASSERT_EQ(0, govern_tool(output, sizeof(output), "personality",
					 "add", name, "--base", "host", NULL));
	}
	before = available();
	for (i = 0; i < POLICIES; i++) {
		snprintf(name, sizeof(name), "scale-%u", i);
		begin_rules(NATIVE, name, MANY);
		ASSERT_EQ(0, policy_set());
	}
	/* Signed: memory that others let go of meanwhile counts, too. */
	bytes = (long)(before - available()) / (POLICIES * MANY);
	TH_LOG("a rule takes %lu bytes", bytes);
	/* Documentation/performance.rst states what it is. */
	EXPECT_GT(320, bytes);
	EXPECT_LT(30, bytes);
	for (i = 0; i < POLICIES; i++) {
		snprintf(name, sizeof(name), "scale-%u", i);
		EXPECT_EQ(0, govern_tool(output, sizeof(output), "personality",
					 "del", name, NULL));
	}
}

int main(int argc, char **argv)
{
	govern_prepare(1 << NATIVE | 1 << HOSTINET);
	return test_harness_run(argc, argv);
}
