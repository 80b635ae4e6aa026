// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel does not always ask a socket's operations: it looks into the sock
 * of a descriptor, or writes there. With hostinet that one is not the sock
 * that is at work. What is expected here is what happens ungoverned, and what
 * is not the same is listed in providers.rst.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "inet.h"
#include "program.h"
#include "ring.h"
#include "same.h"

/*
 * A peer that refuses a second after it was asked: the queue of its listener is
 * full, so that nothing is answered, and then it does not listen any more.
 */
struct late {
	int listener;
	int filler;
	struct inet_addr addr;
};

static int late_open(struct late *late, int family)
{
	late->addr = loopback(family, 0);
	late->listener = socket(family, SOCK_STREAM, 0);
	late->filler = socket(family, SOCK_STREAM, 0);
	if (bind(late->listener, &late->addr.sa, late->addr.len) ||
	    listen(late->listener, 0) || bound_to(late->listener, &late->addr))
		return -errno;
	return try_connect(late->filler, &late->addr);
}

static void late_refuse(struct late *late)
{
	close(late->listener);
	close(late->filler);
}

/* io_uring takes what became of a late connect from the descriptor's sock. */
TEST_F(same, late_refusal_through_a_ring)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct ring ring;
	struct late late;
	size_t i;
	int fd, err;

	err = ring_open(&ring, 0);
	if (err)
		SKIP(return, "the kernel gives no io_uring: %s",
		     strerror(-err));
	for (i = 0; i < ARRAY_SIZE(families); i++) {
		ASSERT_EQ(0, late_open(&late, families[i]));
		fd = socket(families[i], SOCK_STREAM, 0);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, ring_submit(&ring, &(struct io_uring_sqe) {
			.opcode = IORING_OP_CONNECT,
			.fd = fd,
			.addr = (uintptr_t)&late.addr.sa,
			.off = late.addr.len,
		}));
		EXPECT_EQ(0, wait_for(fd, POLLOUT, 100));
		late_refuse(&late);
		EXPECT_EQ(-ECONNREFUSED, ring_wait(&ring));
		/* It was reported, once. */
		EXPECT_EQ(0, get_int(fd, SOL_SOCKET, SO_ERROR));
		EXPECT_EQ(-1, send(fd, "x", 1, MSG_NOSIGNAL));
		EXPECT_EQ(EPIPE, errno);
		close(fd);
	}
	close(ring.fd);
}

/* Nobody else takes it away by asking. */
TEST_F(same, late_refusal_polled)
{
	struct late late;
	int fd;

	ASSERT_EQ(0, late_open(&late, AF_INET));
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EINPROGRESS, try_connect(fd, &late.addr));
	late_refuse(&late);
	EXPECT_NE(0, wait_for(fd, POLLERR, SOON_MS) & POLLERR);
	EXPECT_NE(0, wait_for(fd, 0, SOON_MS) & POLLERR);
	EXPECT_EQ(ECONNREFUSED, get_int(fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(0, get_int(fd, SOL_SOCKET, SO_ERROR));
	close(fd);
}

/* The owner of the IPv4 socket that is bound to @port; -1 without one. */
static int owner_of(const char *list, unsigned int port)
{
	unsigned int found;
	char line[512];
	int owner, result = -1;
	FILE *file = fopen(list, "r");

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %*u: %*[0-9A-F]:%x %*s %*s %*s %*s %*s %d",
			   &found, &owner) == 2 && found == port)
			result = owner;
	}
	if (file)
		fclose(file);
	return result;
}

/* Does a route for the owner @uid alone serve @fd? */
static int has_route(int fd)
{
	struct inet_addr there = at("192.0.2.77", 9);

	return !try_sendto(fd, &there, 0);
}

/* fchown() of a descriptor: the stack knows the new owner, at once. */
TEST_F(same, owner)
{
	struct inet_addr tcp, udp;
	int listener, fd, path;
	struct stat status;
	char name[32];

	listener = inet_bound(AF_INET, SOCK_STREAM, 0, &tcp);
	ASSERT_LE(0, listener);
	fd = inet_bound(AF_INET, SOCK_DGRAM, 0, &udp);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, owner_of("/proc/net/tcp", ntohs(tcp.in.sin_port)));
	ASSERT_EQ(0, fchown(listener, 1234, -1));
	ASSERT_EQ(0, fchown(fd, 1234, 1234));
	EXPECT_EQ(1234, owner_of("/proc/net/tcp", ntohs(tcp.in.sin_port)));
	EXPECT_EQ(1234, owner_of("/proc/net/udp", ntohs(udp.in.sin_port)));
	ASSERT_EQ(0, fchmod(fd, 0600));
	ASSERT_EQ(0, fstat(fd, &status));
	EXPECT_EQ(1234, (int)status.st_uid);
	EXPECT_EQ(0600, (int)status.st_mode & 0777);
	EXPECT_EQ(1234, owner_of("/proc/net/udp", ntohs(udp.in.sin_port)));
	close(fd);

	/* A route for that owner alone. */
	ASSERT_EQ(0, system("ip rule add uidrange 4321-4321 table 77 prio 77; ip route add unreachable 192.0.2.77 table 77"));
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &(int){ 1 }, 4));
	ASSERT_EQ(0, system("ip route add 192.0.2.77 dev lo 2>/dev/null"));
	EXPECT_EQ(1, has_route(fd));
	EXPECT_EQ(0, fchown(fd, 4321, -1));
	EXPECT_EQ(0, has_route(fd));
	EXPECT_EQ(0, fchown(fd, 0, -1));
	EXPECT_EQ(1, has_route(fd));
	EXPECT_EQ(0, system("ip rule del prio 77; ip route flush table 77; ip route del 192.0.2.77 dev lo"));

	/* By a path that is held, and after the socket has gone. */
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	path = open(name, O_PATH);
	ASSERT_LE(0, path);
	EXPECT_EQ(0, fchownat(path, "", 1234, -1, AT_EMPTY_PATH));
	close(fd);
	EXPECT_EQ(-1, fchownat(path, "", 4321, -1, AT_EMPTY_PATH));
	EXPECT_EQ(ENOENT, errno);
	ASSERT_EQ(0, fstat(path, &status));
	close(path);
	close(listener);
}

#define ENOTSUPP 524	/* the kernel's, without a name outside */

#define NET_CLS	"/tmp/behind-net-cls"

/* Datagrams that a firewall has seen from the cgroup of class 1:1. */
static int classified(void)
{
	FILE *list = popen("nft list table inet behind", "r");
	int packets = -1, seen;	/* of two rules */
	char line[256];

	while (list && fgets(line, sizeof(line), list)) {
		char *at = strstr(line, "packets ");

		if (at && sscanf(at, "packets %d", &seen) == 1)
			packets += packets < 0 ? seen + 1 : seen;
	}
	if (list)
		pclose(list);
	return packets;
}

static int join(const char *procs)
{
	return put_text(procs, "0");
}

/* The class of a net_cls cgroup is that of the task which holds the socket. */
TEST_F(same, net_cls)
{
	struct inet_addr addr, peer;
	int fd, listener, client, server;

	if (system("command -v nft >/dev/null"))
		SKIP(return, "there is no nft");
	ASSERT_EQ(0, system("nft 'table inet behind { chain out { type filter hook output priority 0; meta cgroup 65537 udp dport 1-65535 counter; meta cgroup 65537 tcp sport 7788 counter; }; }'"));
	mkdir(NET_CLS, 0700);
	ASSERT_EQ(0, mount("net_cls", NET_CLS, "cgroup", 0, "net_cls"));
	ASSERT_EQ(0, mkdir(NET_CLS "/one", 0700));
	ASSERT_EQ(0, put_text(NET_CLS "/one/net_cls.classid", "65537"));

	fd = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, try_sendto(fd, &addr, 0));
	EXPECT_EQ(0, classified());
	peer = loopback(AF_INET, 7788);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, listener);
	ASSERT_EQ(0, set_int(listener, SOL_SOCKET, SO_REUSEADDR, 1));
	ASSERT_EQ(0, bind(listener, &peer.sa, peer.len));
	ASSERT_EQ(0, listen(listener, 1));
	client = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_EQ(0, try_connect(client, &peer));

	ASSERT_EQ(0, join(NET_CLS "/one/cgroup.procs"));
	EXPECT_EQ(0, try_sendto(fd, &addr, 0));
	EXPECT_EQ(1, classified());
	/* A connection has what its listener had when it came. */
	server = accept(listener, NULL, NULL);
	ASSERT_LE(0, server);
	EXPECT_EQ(1, passes(server, client));
	EXPECT_EQ(1, classified());

	ASSERT_EQ(0, join(NET_CLS "/cgroup.procs"));
	EXPECT_EQ(0, try_sendto(fd, &addr, 0));
	EXPECT_EQ(1, classified());
	close(fd);
	close(client);
	close(server);
	close(listener);
	EXPECT_EQ(0, rmdir(NET_CLS "/one"));
	EXPECT_EQ(0, umount(NET_CLS));
	EXPECT_EQ(0, system("nft delete table inet behind"));
}

static int map_create(union bpf_attr attr)
{
	return program_call(BPF_MAP_CREATE, &attr);
}

static int map_set(int map, const void *key, const void *value)
{
	union bpf_attr attr = {
		.map_fd = map,
		.key = (uintptr_t)key,
		.value = (uintptr_t)value,
	};

	return program_call(BPF_MAP_UPDATE_ELEM, &attr);
}

/* Listed: a map for SO_ATTACH_REUSEPORT_EBPF takes no socket of hostinet's. */
TEST_F(same, bpf_reuseport_array)
{
	struct inet_addr addr;
	__u32 zero = 0;
	__u64 value;
	int map, fd, err;

	map = map_create((union bpf_attr){
		.map_type = BPF_MAP_TYPE_REUSEPORT_SOCKARRAY,
		.key_size = sizeof(zero),
		.value_size = sizeof(value),
		.max_entries = 1,
	});
	ASSERT_LE(0, map);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1));
	addr = loopback(AF_INET, 0);
	ASSERT_EQ(0, bind(fd, &addr.sa, addr.len));
	value = fd;
	err = map_set(map, &zero, &value);
	EXPECT_EQ(is_hostinet(variant->id), err < 0);
	if (err)
		EXPECT_EQ(-ENOTSUPP, err);
	close(fd);
	close(map);
}

/* What the kernel has to know of the types of a map: a number of 4 bytes. */
static int describe_int(void)
{
	struct {
		struct btf_header header;
		struct btf_type type;
		__u32 bits;
		char names[8];
	} btf = {
		.header = {
			.magic = BTF_MAGIC,
			.version = BTF_VERSION,
			.hdr_len = sizeof(btf.header),
			.type_len = sizeof(btf.type) + sizeof(btf.bits),
			.str_off = sizeof(btf.type) + sizeof(btf.bits),
			.str_len = sizeof(btf.names),
		},
		.type = {
			.name_off = 1,
			.info = BTF_KIND_INT << 24,
			.size = 4,
		},
		.bits = 32,
		.names = "\0int",
	};
	union bpf_attr attr = {
		.btf = (uintptr_t)&btf,
		.btf_size = sizeof(btf),
	};

	return program_call(BPF_BTF_LOAD, &attr);
}

/*
 * Counts in *@counted the datagrams of sockets that have a value in @map:
 *	if (ctx->sk && bpf_sk_fullsock(ctx->sk) && bpf_sk_storage_get(...))
 */
static int storage_program(int map, int counters)
{
	const struct bpf_insn insns[] = {
		/* r1 = skb->sk, or pass */
		{ BPF_LDX | BPF_MEM | BPF_DW, 1, 1,
		  offsetof(struct __sk_buff, sk), 0 },
		{ BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 18, 0 },
		{ BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_sk_fullsock },
		{ BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 16, 0 },
		/* r0 = its value, which is not made, or pass */
		{ BPF_ALU64 | BPF_MOV | BPF_X, 2, 0, 0, 0 },
		{ BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_FD, 0, map },
		{ },
		{ BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, 0 },
		{ BPF_ALU64 | BPF_MOV | BPF_K, 4, 0, 0, 0 },
		{ BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_sk_storage_get },
		{ BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 9, 0 },
		/* counters[0] = 1 */
		{ BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, 0 },
		{ BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0 },
		{ BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -4 },
		{ BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_FD, 0, counters },
		{ },
		{ BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem },
		{ BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2, 0 },
		{ BPF_ST | BPF_MEM | BPF_W, 0, 0, 0, 1 },
		{ BPF_JMP | BPF_JA, 0, 0, 0, 0 },
		{ BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1 },
		{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
	};

	return program_load(BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS,
			    insns, ARRAY_SIZE(insns));
}

/* Listed: what is stored by descriptor, programs of hostinet's do not find. */
TEST_F(same, bpf_sk_storage)
{
	int btf, map, counters, link, fd, value = 7, back = 0;
	union bpf_attr lookup = { };
	struct inet_addr addr;
	__u32 zero = 0;

	btf = describe_int();
	ASSERT_LE(0, btf);
	map = map_create((union bpf_attr){
		.map_type = BPF_MAP_TYPE_SK_STORAGE,
		.key_size = 4,
		.value_size = 4,
		.map_flags = BPF_F_NO_PREALLOC,
		.btf_fd = btf,
		.btf_key_type_id = 1,
		.btf_value_type_id = 1,
	});
	ASSERT_LE(0, map);
	counters = map_create((union bpf_attr){
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 4,
		.max_entries = 1,
	});
	ASSERT_LE(0, counters);
	link = program_link(variant->id, BPF_CGROUP_INET_EGRESS,
			    storage_program(map, counters));
	ASSERT_LE(0, link);

	fd = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, map_set(map, &fd, &value));
	ASSERT_EQ(0, try_sendto(fd, &addr, 0));
	lookup.map_fd = counters;
	lookup.key = (uintptr_t)&zero;
	lookup.value = (uintptr_t)&back;
	ASSERT_EQ(0, program_call(BPF_MAP_LOOKUP_ELEM, &lookup));
	EXPECT_EQ(!is_hostinet(variant->id), back);
	/* Who asks by descriptor finds it. */
	lookup.map_fd = map;
	lookup.key = (uintptr_t)&fd;
	ASSERT_EQ(0, program_call(BPF_MAP_LOOKUP_ELEM, &lookup));
	EXPECT_EQ(7, back);
	close(link);
	close(fd);
	close(map);
	close(counters);
	close(btf);
}

/*
 * Listed: recvmmsg() asks the descriptor's sock for an error first. With
 * hostinet what TCP has received before comes first, as with recvmsg().
 */
TEST_F(same, error_behind_data)
{
	struct mmsghdr message = { };
	struct iovec vector;
	struct tcp tcp;
	char in[4];

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	ASSERT_EQ(1, send(tcp.server, "x", 1, 0));
	ASSERT_EQ(POLLIN, wait_for(tcp.client, POLLIN, SOON_MS));
	/* Data that is not read turns the end into a reset. */
	ASSERT_EQ(1, send(tcp.client, "y", 1, 0));
	ASSERT_EQ(POLLIN, wait_for(tcp.server, POLLIN, SOON_MS));
	close(tcp.server);
	tcp.server = -1;
	EXPECT_NE(0, wait_for(tcp.client, 0, SOON_MS) & POLLERR);
	vector = (struct iovec){ in, sizeof(in) };
	message.msg_hdr.msg_iov = &vector;
	message.msg_hdr.msg_iovlen = 1;
	if (is_hostinet(variant->id)) {
		EXPECT_EQ(1, recvmmsg(tcp.client, &message, 1, 0, NULL));
		EXPECT_EQ(ECONNRESET, get_int(tcp.client, SOL_SOCKET, SO_ERROR));
	} else {
		EXPECT_EQ(-1, recvmmsg(tcp.client, &message, 1, 0, NULL));
		EXPECT_EQ(ECONNRESET, errno);
	}
	tcp_close(&tcp);
}

int main(int argc, char **argv)
{
	return same_main(argc, argv);
}
