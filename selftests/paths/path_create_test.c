// SPDX-License-Identifier: GPL-2.0
/*
 * Ways around a policy by creation: sockets that are made from another one,
 * that are of a family few programs use, or that the kernel makes for a task.
 */
#include <errno.h>
#include <linux/if_alg.h>
#include <linux/if_ether.h>
#include <netinet/ip_icmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* It does not include what it needs. */
#include <stdint.h>
#include <sys/socket.h>
#include <linux/sctp.h>

#include "inet.h"
#include "path.h"

#ifndef AF_SMC
#define AF_SMC 43
#endif
#ifndef AF_XDP
#define AF_XDP 44
#endif
#ifndef IPPROTO_SMC
#define IPPROTO_SMC 256		/* since 6.11 */
#endif
#define SCTP		IPPROTO_SCTP
#define PF_KEY_V2	2

/* A one-to-many socket with an association: its identifier, or -errno. */
static int associate(int client, int server, const struct inet_addr *addr)
{
	struct {
		__u32 count;
		__s32 ids[4];
	} list = { };
	socklen_t len = sizeof(list);
	char byte;
	int err;

	err = try_sendto(client, addr, 0);
	if (err)
		return err;
	if (recv(server, &byte, 1, 0) != 1 ||
	    getsockopt(server, SCTP, SCTP_GET_ASSOC_ID_LIST, &list, &len))
		return -errno;

	return list.count == 1 ? list.ids[0] : -ENOENT;
}

/* A socket of its own for an association: the descriptor, or -errno. */
static int peel_off(int fd, int association, int name)
{
	sctp_peeloff_flags_arg_t arg = { .p_arg.associd = association };
	socklen_t len = name == SCTP_SOCKOPT_PEELOFF ? sizeof(arg.p_arg) :
						       sizeof(arg);

	/* It answers with the descriptor, too. */
	return getsockopt(fd, SCTP, name, &arg, &len) < 0 ? -errno :
							    arg.p_arg.sd;
}

/*
 * SCTP makes a socket of an association: governed as its parent is, even when
 * the task has left the cgroup, and as the task is where the parent is free. Since
 * 6.19 such a socket cannot be governed: it is refused.
 */
TEST_F(path, sctp_peeloff)
{
	static const int names[] = {
		SCTP_SOCKOPT_PEELOFF, SCTP_SOCKOPT_PEELOFF_FLAGS,
	};
	int server, client, association, fd;
	struct inet_addr addr;
	bool leaves;
	size_t i;

	for (i = 0; i < 2 * ARRAY_SIZE(names); i++) {
		leaves = i & 1;
		ASSERT_EQ(0, leaves ? govern_enter(self->id) : govern_leave());
		server = inet_bound(AF_INET, SOCK_SEQPACKET, SCTP, &addr);
		ASSERT_GE(server, 0);
		ASSERT_EQ(0, listen(server, 1));
		client = socket(AF_INET, SOCK_SEQPACKET, SCTP);
		association = associate(client, server, &addr);
		ASSERT_GE(association, 0);
		ASSERT_EQ(0, leaves ? govern_leave() : govern_enter(self->id));
		EXPECT_EQ(leaves && !self->free, govern_shown(server));
		fd = peel_off(server, association, names[i / 2]);
		if (!self->free && !leaves && kernel_since(6, 19)) {
			EXPECT_EQ(-EOPNOTSUPP, fd);
		} else {
			ASSERT_GE(fd, 0);
			EXPECT_EQ(!self->free, govern_shown(fd));
			EXPECT_EQ(SOCK_SEQPACKET,
				  get_int(fd, SOL_SOCKET, SO_TYPE));
			close(fd);
		}
		close(client);
		close(server);
	}
}

/* What a policy says of the kind holds for one that is peeled off as well. */
TEST_F(path, sctp_peeloff_by_rule)
{
	struct inet_addr addr;
	int server, client, association, fd;

	server = inet_bound(AF_INET, SOCK_SEQPACKET, SCTP, &addr);
	ASSERT_EQ(0, listen(server, 1));
	client = socket(AF_INET, SOCK_SEQPACKET, SCTP);
	association = associate(client, server, &addr);
	ASSERT_GE(association, 0);
	policy_begin_open(self->id);
	policy_socket(AF_INET, ANY, SCTP, -EPERM);
	ASSERT_EQ(0, policy_set());
	fd = peel_off(server, association, SCTP_SOCKOPT_PEELOFF);
	EXPECT_EQ(REFUSED(EPERM), fd < 0 ? fd : 0);
	close(client);
	close(server);
}

/*
 * It is one of the sockets that the cgroup may have, however it fails: without a
 * descriptor, or because it cannot be returned to the caller.
 */
TEST_F(path, sctp_peeloff_is_counted)
{
	int server, client, association, fd, i;
	sctp_peeloff_arg_t *page;
	struct rlimit few, before;
	struct inet_addr addr;
	socklen_t len;

	server = inet_bound(AF_INET, SOCK_SEQPACKET, SCTP, &addr);
	ASSERT_EQ(0, listen(server, 1));
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, page);
	policy_begin_open(self->id);
	policy_bound(PERSOCK_LIMIT_SOCKETS, ANY, 3, -EMFILE);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &before));
	few = before;
	few.rlim_cur = 3;
	/* The association goes with the socket. */
	for (i = 0; i < 4; i++) {
		client = socket(AF_INET, SOCK_SEQPACKET, SCTP);
		association = associate(client, server, &addr);
		ASSERT_GE(association, 0);
		if (i & 1) {
			page->associd = association;
			ASSERT_EQ(0, mprotect(page, sizeof(*page), PROT_READ));
			len = sizeof(*page);
			EXPECT_EQ(-1, getsockopt(server, SCTP,
						 SCTP_SOCKOPT_PEELOFF, page,
						 &len));
			EXPECT_EQ(EFAULT, errno);
			ASSERT_EQ(0, mprotect(page, sizeof(*page),
					      PROT_READ | PROT_WRITE));
		} else {
			ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &few));
			fd = peel_off(server, association,
				      SCTP_SOCKOPT_PEELOFF);
			ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &before));
			EXPECT_EQ(-EMFILE, fd);
		}
		close(client);
	}

	client = socket(AF_INET, SOCK_SEQPACKET, SCTP);
	ASSERT_LE(0, client);
	association = associate(client, server, &addr);
	ASSERT_GE(association, 0);
	fd = peel_off(server, association, SCTP_SOCKOPT_PEELOFF);
	EXPECT_LE(0, fd);
	/* They are three now. */
	EXPECT_EQ(self->free ? 0 : -EMFILE, try_socket(AF_INET, SOCK_DGRAM, 0));
	close(fd);
	EXPECT_EQ(0, try_socket(AF_INET, SOCK_DGRAM, 0));
	close(client);
	close(server);
	munmap(page, sizeof(*page));
}

/* Debian's 7.x has no SMC. */
static int without_smc(void)
{
	return system("modprobe -q smc") ? -EAFNOSUPPORT : 0;
}

/* SMC as a protocol of AF_INET. */
static int smc_of_inet(void)
{
	if (!kernel_since(6, 11))
		return -EPROTONOSUPPORT;

	return without_smc() ? -EPROTONOSUPPORT : 0;
}

/* Sockets that would shed the router are never made, whatever is allowed. */
TEST_F(path, never_made)
{
	const struct {
		int family, type, protocol, ungoverned;
	} kinds[] = {
		{ AF_SMC, SOCK_STREAM, 0, without_smc() },
		{ AF_SMC, SOCK_STREAM, 1, without_smc() },
		{ AF_INET, SOCK_STREAM, IPPROTO_SMC, smc_of_inet() },
		{ AF_INET6, SOCK_STREAM, IPPROTO_SMC, smc_of_inet() },
		{ AF_KCM, SOCK_DGRAM, 0, 0 },
		{ AF_KCM, SOCK_SEQPACKET, 0, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		EXPECT_EQ(self->free ? kinds[i].ungoverned : -EAFNOSUPPORT,
			  try_socket(kinds[i].family, kinds[i].type,
				     kinds[i].protocol))
			TH_LOG("family %d, protocol %d", kinds[i].family,
			       kinds[i].protocol);
	}
}

/* Families that few programs use, and whether rules on addresses know them. */
static const struct {
	int family, type, protocol;
	bool judged;
} families[] = {
	{ AF_KEY, SOCK_RAW, PF_KEY_V2, true },
	{ AF_ALG, SOCK_SEQPACKET, 0, true },
	{ AF_NETLINK, SOCK_RAW, 0, true },
	{ AF_VSOCK, SOCK_STREAM, 0, false },
	{ AF_XDP, SOCK_RAW, 0, false },
	{ AF_LLC, SOCK_STREAM, 0, false },
	{ AF_PACKET, SOCK_RAW, 0, false },
	{ AF_PACKET, SOCK_DGRAM, 0, false },
};

static int try_family(size_t i)
{
	return try_socket(families[i].family, families[i].type,
			  families[i].protocol);
}

/* Made, they are governed. */
TEST_F(path, families_are_governed)
{
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		fd = socket(families[i].family, families[i].type,
			    families[i].protocol);
		EXPECT_GE(fd, 0)
			TH_LOG("family %d: %s", families[i].family,
			       strerror(errno));
		EXPECT_EQ(!self->free, govern_shown(fd))
			TH_LOG("family %d", families[i].family);
		close(fd);
	}
}

/* A rule on each, which is not about the next one. */
TEST_F(path, families_by_rule)
{
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		policy_begin_open(self->id);
		policy_socket(families[i].family, ANY, ANY, -EPERM);
		ASSERT_EQ(0, policy_set());
		EXPECT_EQ(REFUSED(EPERM), try_family(i))
			TH_LOG("family %d", families[i].family);
		j = (i + 2) % ARRAY_SIZE(families);
		EXPECT_EQ(0, try_family(j))
			TH_LOG("family %d", families[j].family);
	}
}

/* Where peers are restricted, those that rules cannot judge, unless named. */
TEST_F(path, families_with_peers)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		policy_begin_open(self->id);
		policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.3/32", -EPERM);
		ASSERT_EQ(0, policy_set());
		EXPECT_EQ(families[i].judged ? 0 : REFUSED(EACCES),
			  try_family(i))
			TH_LOG("family %d", families[i].family);

		policy_begin_open(self->id);
		policy_prefix(PERSOCK_SECTION_CONNECT, "127.0.0.3/32", -EPERM);
		policy_socket(families[i].family, ANY, ANY, ALLOW);
		ASSERT_EQ(0, policy_set());
		EXPECT_EQ(0, try_family(i))
			TH_LOG("family %d", families[i].family);
	}
}

/* Kernel cryptography: accept() makes the socket that does the work. */
TEST_F(path, alg_accept)
{
	const struct sockaddr_alg hash = {
		.salg_family = AF_ALG, .salg_type = "hash",
		.salg_name = "sha256",
	};
	unsigned char digest[64];
	int fd = socket(AF_ALG, SOCK_SEQPACKET, 0), operation;

	ASSERT_EQ(0, bind(fd, (const void *)&hash, sizeof(hash)));
	operation = accept(fd, NULL, NULL);
	ASSERT_GE(operation, 0);
	EXPECT_EQ(!self->free, govern_shown(operation));
	EXPECT_EQ(1, send(operation, "x", 1, 0));
	EXPECT_EQ(32, read(operation, digest, sizeof(digest)));
	/* And by rules as they are now. */
	policy_begin_open(self->id);
	policy_flags(PERSOCK_SECTION_FLAGS_SEND, PERSOCK_CLASS_OTHER, MSG_MORE,
		     -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EPERM),
		  send(operation, "x", 1, MSG_MORE) < 0 ? -errno : 0);
	close(operation);
	close(fd);
}

/* Sockets of other protocols over IP, and those of whole frames. */
static const struct {
	int family, type, protocol;
} below[] = {
	{ AF_INET, SOCK_DGRAM, IPPROTO_ICMP },
	{ AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6 },
	{ AF_INET, SOCK_RAW, IPPROTO_ICMP },
	{ AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 },
	{ AF_INET, SOCK_RAW, IPPROTO_RAW },
	{ AF_INET6, SOCK_RAW, IPPROTO_RAW },
	{ AF_INET, SOCK_RAW, IPPROTO_TCP },
	{ AF_INET, SOCK_PACKET, ETH_P_ALL },
	{ AF_PACKET, SOCK_RAW, 0 },
	{ AF_PACKET, SOCK_DGRAM, 0 },
};

static int try_below(size_t i)
{
	return try_socket(below[i].family, below[i].type, below[i].protocol);
}

/* A policy that lists nothing has none; one that lists them decides. */
TEST_F(path, ping_raw_packet)
{
	size_t i;

	ASSERT_EQ(0, put_text("/proc/sys/net/ipv4/ping_group_range",
			      "0 2147483647"));
	for (i = 0; i < ARRAY_SIZE(below); i++) {
		EXPECT_EQ(0, try_below(i))
			TH_LOG("kind %zu, everything allowed", i);
	}

	policy_begin(self->id);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < ARRAY_SIZE(below); i++) {
		EXPECT_EQ(REFUSED(EAFNOSUPPORT), try_below(i))
			TH_LOG("kind %zu, nothing listed", i);
	}

	policy_begin_open(self->id);
	policy_socket(ANY, SOCK_RAW, ANY, -EPERM);
	policy_socket(AF_PACKET, ANY, ANY, -EPERM);
	policy_socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP, -EPERM);
	policy_socket(AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6, -EPERM);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < ARRAY_SIZE(below); i++) {
		EXPECT_EQ(REFUSED(EPERM), try_below(i))
			TH_LOG("kind %zu, by rule", i);
	}
	EXPECT_EQ(0, try_socket(AF_INET, SOCK_DGRAM, 0));
	EXPECT_EQ(0, try_socket(AF_INET6, SOCK_DGRAM, 0));
}

#define CONFIGS "/sys/kernel/config"
#define NVMET CONFIGS "/nvmet/"

/* A target of NVMe over TCP, ready to be switched on. */
static int nvmet_prepare(void)
{
	static const struct {
		const char *name, *value;
	} settings[] = {
		{ "addr_trtype", "tcp" }, { "addr_adrfam", "ipv4" },
		{ "addr_traddr", "127.0.0.1" }, { "addr_trsvcid", "4420" },
	};
	char path[128];
	size_t i;
	int err;

	mount("configfs", CONFIGS, "configfs", 0, NULL);
	if (mkdir(NVMET "subsystems/path", 0755) ||
	    mkdir(NVMET "ports/1", 0755))
		return -errno;
	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		snprintf(path, sizeof(path), NVMET "ports/1/%s",
			 settings[i].name);
		err = put_text(path, settings[i].value);
		if (err)
			return err;
	}

	return 0;
}

/*
 * A module that makes a socket as the task would: a target of NVMe over TCP.
 * It looks for what a native sock has, so it cannot have one of hostinet's.
 */
TEST_F(path, on_a_tasks_behalf)
{
	static const char link[] = NVMET "ports/1/subsystems/path";
	int i, err;

	ASSERT_EQ(0, nvmet_prepare());
	for (i = 0; i < 2; i++) {
		bool denied = i && !self->free;

		policy_begin_open(self->id);
		if (denied)
			policy_socket(AF_INET, SOCK_STREAM, ANY, -EPERM);
		ASSERT_EQ(0, policy_set());
		err = symlink(NVMET "subsystems/path", link) ? -errno : 0;
		EXPECT_EQ(denied ? -EPERM :
			  is_hostinet(self->id) ? -EAFNOSUPPORT : 0, err);
		if (!err)
			EXPECT_EQ(0, unlink(link));
	}
	EXPECT_EQ(0, rmdir(NVMET "ports/1"));
	EXPECT_EQ(0, rmdir(NVMET "subsystems/path"));
}

int main(int argc, char **argv)
{
	static const char *const modules[] = {
		"sctp", "smc", "kcm", "af_key", "algif_hash", "vsock_loopback",
		"llc2", "nvmet-tcp", NULL,
	};

	return path_main(argc, argv, modules);
}
