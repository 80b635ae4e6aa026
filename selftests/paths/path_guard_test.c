// SPDX-License-Identifier: GPL-2.0
/*
 * Other guards beside persock: Landlock, BPF programs at a cgroup and seccomp.
 * What either denies is denied, under every provider. And BPF programs at the
 * very functions that persock intercepts, which guard nothing.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "inet.h"
#include "program.h"
#include "path.h"

/* Landlock's rules about the network are younger than its header here. */
#define LANDLOCK_CREATE		444
#define LANDLOCK_ADD		445
#define LANDLOCK_RESTRICT	446
#define LANDLOCK_VERSION	1	/* LANDLOCK_CREATE_RULESET_VERSION */
#define LANDLOCK_NET_PORT	2	/* LANDLOCK_RULE_NET_PORT */
#define LANDLOCK_BIND_TCP	1ULL
#define LANDLOCK_CONNECT_TCP	2ULL
#define LANDLOCK_NET_ABI	4

#define PORT_ALLOWED	30081	/* by Landlock and by the policy */
#define PORT_POLICY	30082	/* denied by the policy */
#define PORT_LANDLOCK	30083	/* denied by Landlock */

struct landlock_net {
	__u64 access, port;
} __attribute__((packed));

static int allow_port(int ruleset, in_port_t port)
{
	struct landlock_net rule = {
		LANDLOCK_BIND_TCP | LANDLOCK_CONNECT_TCP, port,
	};

	return syscall(LANDLOCK_ADD, ruleset, LANDLOCK_NET_PORT, &rule, 0) ?
	       -errno : 0;
}

/*
 * Only PORT_ALLOWED and PORT_POLICY, from here on: 0; or -errno where Landlock
 * does not know of the network, as the kernel has answered it.
 */
static int landlock(void)
{
	const __u64 handled[] = {
		0, LANDLOCK_BIND_TCP | LANDLOCK_CONNECT_TCP,
	};
	int ruleset = syscall(LANDLOCK_CREATE, handled, sizeof(handled), 0);
	int err;

	if (ruleset < 0)
		return -errno;
	err = allow_port(ruleset, PORT_ALLOWED);
	if (!err)
		err = allow_port(ruleset, PORT_POLICY);
	if (!err && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		     syscall(LANDLOCK_RESTRICT, ruleset, 0)))
		err = -errno;
	close(ruleset);

	return err;
}

static int try_bind(in_port_t port)
{
	struct inet_addr addr = loopback(AF_INET, port);
	int fd = socket(AF_INET, SOCK_STREAM, 0), err;

	err = bind(fd, &addr.sa, addr.len) ? -errno : 0;
	close(fd);

	return err;
}

static int reach(in_port_t port)
{
	struct inet_addr addr = loopback(AF_INET, port);
	int fd = socket(AF_INET, SOCK_STREAM, 0), err;

	err = try_connect(fd, &addr);
	close(fd);

	return err;
}

/* Landlock's ports and the policy's: what one allows the other may deny. */
TEST_F(path, landlock)
{
	int abi = syscall(LANDLOCK_CREATE, NULL, 0, LANDLOCK_VERSION);
	bool knows = abi >= LANDLOCK_NET_ABI;

	policy_begin_open(self->id);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.0/8", PORT_POLICY,
		       PORT_POLICY, ANY, -EPERM);
	policy_address(PERSOCK_SECTION_BIND, "127.0.0.0/8", PORT_POLICY,
		       PORT_POLICY, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());

	/* Before Linux 6.7 it has no such rules, and says so. */
	EXPECT_EQ(knows ? 0 : -E2BIG, landlock());
	EXPECT_EQ(0, try_bind(PORT_ALLOWED));
	EXPECT_EQ(REFUSED(EPERM), try_bind(PORT_POLICY));
	EXPECT_EQ(knows ? -EACCES : 0, try_bind(PORT_LANDLOCK));
	/* Nobody listens there. */
	EXPECT_EQ(-ECONNREFUSED, reach(PORT_ALLOWED));
	EXPECT_EQ(self->free ? -ECONNREFUSED : -EPERM, reach(PORT_POLICY));
	EXPECT_EQ(knows ? -EACCES : -ECONNREFUSED, reach(PORT_LANDLOCK));
}

/* Denies where a field of its context, 4 bytes long, has @value. */
static int load_denial(int type, int attach, int field, int value)
{
	const struct bpf_insn program[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 2, .src_reg = 1,
		  .off = field },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1 },
		{ .code = BPF_JMP32 | BPF_JNE | BPF_K, .dst_reg = 2,
		  .imm = value, .off = 1 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return program_load(type, attach, program, ARRAY_SIZE(program));
}

/*
 * Programs about options: one at the way in and one at the way out. They are
 * asked under both providers, and a policy denies what they do not.
 */
TEST_F(path, bpf_options)
{
	static const int attach[] = {
		BPF_CGROUP_SETSOCKOPT, BPF_CGROUP_GETSOCKOPT,
	};
	int links[ARRAY_SIZE(attach)], fd = socket(AF_INET, SOCK_STREAM, 0);
	size_t i;

	policy_begin_open(self->id);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, ANY, SOL_SOCKET, SO_MARK,
		      -ENOPROTOOPT);
	policy_option(PERSOCK_SECTION_OPTIONS_GET, ANY, SOL_SOCKET, SO_MARK,
		      -ENOPROTOOPT);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, ANY, SOL_TCP, TCP_MAXSEG,
		      -ENOPROTOOPT);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < ARRAY_SIZE(attach); i++) {
		links[i] = program_link(self->id, attach[i],
			load_denial(BPF_PROG_TYPE_CGROUP_SOCKOPT, attach[i],
				    offsetof(struct bpf_sockopt, optname),
				    SO_PRIORITY));
		ASSERT_GE(links[i], 0);
	}
	/* By the program, by the policy, by neither. */
	EXPECT_EQ(-EPERM, set_int(fd, SOL_SOCKET, SO_PRIORITY, 1));
	EXPECT_EQ(-EPERM, get_int(fd, SOL_SOCKET, SO_PRIORITY));
	EXPECT_EQ(REFUSED(ENOPROTOOPT), set_int(fd, SOL_SOCKET, SO_MARK, 0));
	EXPECT_EQ(REFUSED(ENOPROTOOPT), get_int(fd, SOL_SOCKET, SO_MARK));
	EXPECT_EQ(REFUSED(ENOPROTOOPT), set_int(fd, SOL_TCP, TCP_MAXSEG, 500));
	EXPECT_EQ(0, set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1));
	EXPECT_EQ(1, get_int(fd, SOL_SOCKET, SO_KEEPALIVE));
	EXPECT_EQ(0, set_int(fd, SOL_TCP, TCP_NODELAY, 1));
	EXPECT_EQ(1, get_int(fd, SOL_TCP, TCP_NODELAY));
	for (i = 0; i < ARRAY_SIZE(attach); i++)
		close(links[i]);
	EXPECT_EQ(0, set_int(fd, SOL_SOCKET, SO_PRIORITY, 1));
	EXPECT_EQ(1, get_int(fd, SOL_SOCKET, SO_PRIORITY));
	close(fd);
}

/* A program about sockets of the internet, when they are made. */
TEST_F(path, bpf_creation)
{
	int link;

	policy_begin_open(self->id);
	policy_socket(AF_INET6, ANY, ANY, -EACCES);
	ASSERT_EQ(0, policy_set());
	link = program_link(self->id, BPF_CGROUP_INET_SOCK_CREATE,
		load_denial(BPF_PROG_TYPE_CGROUP_SOCK,
			    BPF_CGROUP_INET_SOCK_CREATE,
			    offsetof(struct bpf_sock, type), SOCK_DGRAM));
	ASSERT_GE(link, 0);
	EXPECT_EQ(-EPERM, try_socket(AF_INET, SOCK_DGRAM, 0));
	EXPECT_EQ(0, try_socket(AF_INET, SOCK_STREAM, 0));
	EXPECT_EQ(REFUSED(EACCES), try_socket(AF_INET6, SOCK_STREAM, 0));
	EXPECT_EQ(self->free ? -EPERM : -EACCES,
		  try_socket(AF_INET6, SOCK_DGRAM, 0));
	close(link);
	EXPECT_EQ(0, try_socket(AF_INET, SOCK_DGRAM, 0));
}

/* A program about what a connection goes to, when it is made. */
TEST_F(path, bpf_connect)
{
	int link;

	policy_begin_open(self->id);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.0/8", PORT_POLICY,
		       PORT_POLICY, ANY, -EACCES);
	ASSERT_EQ(0, policy_set());
	link = program_link(self->id, BPF_CGROUP_INET4_CONNECT,
		load_denial(BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
			    BPF_CGROUP_INET4_CONNECT,
			    offsetof(struct bpf_sock_addr, user_port),
			    htons(PORT_LANDLOCK)));
	ASSERT_GE(link, 0);
	EXPECT_EQ(-EPERM, reach(PORT_LANDLOCK));
	EXPECT_EQ(self->free ? -ECONNREFUSED : -EACCES, reach(PORT_POLICY));
	EXPECT_EQ(-ECONNREFUSED, reach(PORT_ALLOWED));
	close(link);
	EXPECT_EQ(-ECONNREFUSED, reach(PORT_LANDLOCK));
}

/*
 * Where persock stands, and what else may stand there. One at the entry comes
 * last: Debian's 6.1 breaks ftrace (WARNING, ftrace_kill()) when one at the exit
 * joins it at a function that a livepatch, or persock, redirects.
 */
static const struct {
	const char *function;
	int attach;
} traced[] = {
	{ "__sock_create", BPF_TRACE_FEXIT },
	{ "__sock_create", BPF_TRACE_FENTRY },
	{ "security_socket_post_create", BPF_MODIFY_RETURN },
	{ "security_socket_post_create", BPF_TRACE_FENTRY },
	{ "security_socket_connect", BPF_MODIFY_RETURN },
	{ "sock_ioctl", BPF_TRACE_FEXIT },
};

/* 0 if what judged() expects is so, or the line of the first that is not. */
static int judged(bool free)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), value, err = 0;

	if (fd < 0)
		return __LINE__;
	if (govern_shown(fd) == free)
		err = __LINE__;
	else if (set_int(fd, SOL_SOCKET, SO_MARK, 0) != (free ? 0 : -EPERM))
		err = __LINE__;
	else if ((ioctl(fd, FIONREAD, &value) ? -errno : 0) !=
		 (free ? 0 : -EPERM))
		err = __LINE__;
	else if (try_socket(AF_INET, SOCK_DGRAM, 0) != (free ? 0 : -EPERM))
		err = __LINE__;
	else if (try_socket(AF_UNIX, SOCK_DGRAM, 0) != (free ? 0 : -EPERM))
		err = __LINE__;
	else if (reach(PORT_POLICY) != (free ? -ECONNREFUSED : -EPERM))
		err = __LINE__;
	close(fd);

	return err;
}

/* Let go of every cgroup, until nothing is intercepted; or take them again. */
static int attach_both(bool attach)
{
	char output[4096];
	int id, i, err = 0;

	for (id = NATIVE; id <= HOSTINET; id++)
		err |= attach ? govern_tool(NULL, 0, "attach", govern_path(id),
					    govern_personality(id), NULL) :
				govern_tool(NULL, 0, "detach", govern_path(id),
					    NULL);
	for (i = 0; i < 600 && !err && !attach; i++) {
		if (!govern_tool(output, sizeof(output), "-j", "status", NULL) &&
		    strstr(output, "\"armed\":false"))
			return 0;
		usleep(100000);
	}

	return attach ? err : -1;
}

/*
 * Debian's 6.1 may break ftrace over it whatever the order (see above): a test
 * that can end governance for all that follow is not run there.
 */
static bool shares_functions(void)
{
	struct utsname name;

	uname(&name);
	return strncmp(name.release, "6.1.", 4);
}

/*
 * Programs at the functions that persock intercepts, which were there before it
 * or come when it is: it judges, and what they would return does not matter.
 */
TEST_F(path, bpf_at_the_same_functions)
{
	int links[ARRAY_SIZE(traced)], before;
	size_t i;

	if (!shares_functions())
		return;
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		SKIP(return, "this kernel has no BTF");
	policy_begin_open(self->id);
	policy_socket(ANY, SOCK_DGRAM, ANY, -EPERM);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, ANY, SOL_SOCKET, SO_MARK,
		      -EPERM);
	policy_ioctl(ANY, FIONREAD, -EPERM);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.0/8", PORT_POLICY,
		       PORT_POLICY, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());
	for (before = 0; before < 2; before++) {
		if (before && !self->free)
			ASSERT_EQ(0, attach_both(false));
		for (i = 0; i < ARRAY_SIZE(traced); i++) {
			links[i] = program_trace(traced[i].function,
						 traced[i].attach);
			EXPECT_GE(links[i], 0)
				TH_LOG("%s: %s", traced[i].function,
				       strerror(-links[i]));
			if (!before)
				EXPECT_EQ(0, judged(self->free));
		}
		if (before && !self->free)
			ASSERT_EQ(0, attach_both(true));
		EXPECT_EQ(0, judged(self->free));
		for (i = 0; i < ARRAY_SIZE(traced); i++) {
			close(links[i]);
			EXPECT_EQ(0, judged(self->free));
		}
	}
}

/* socket() of @family is EPERM, from here on. */
static int seccomp(int family)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, family, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { ARRAY_SIZE(filter), filter };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? -errno :
								      0;
}

/* A filter of families, and a policy of types: both hold. */
TEST_F(path, seccomp)
{
	policy_begin_open(self->id);
	policy_socket(ANY, SOCK_DGRAM, ANY, -EACCES);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, seccomp(AF_INET6));
	EXPECT_EQ(0, try_socket(AF_INET, SOCK_STREAM, 0));
	EXPECT_EQ(REFUSED(EACCES), try_socket(AF_INET, SOCK_DGRAM, 0));
	EXPECT_EQ(-EPERM, try_socket(AF_INET6, SOCK_STREAM, 0));
	EXPECT_EQ(-EPERM, try_socket(AF_INET6, SOCK_DGRAM, 0));
}

/*
 * Open: a filter that lists what is denied knows no AF_PERSOCK, which packs the
 * family into the protocol. The policy judges what is packed; a filter that
 * lists what is allowed refuses it. (Where nothing governs, the module may be
 * absent, and the call is for administrators anyway: not asked.)
 */
TEST_F(path, open_seccomp_packed)
{
	int v6 = PERSOCK_PROTOCOL(AF_INET6, 0);

	if (self->free)
		return;
	policy_begin_open(self->id);
	policy_socket(AF_INET6, SOCK_DGRAM, ANY, -EACCES);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, seccomp(AF_INET6));
	EXPECT_EQ(-EPERM, try_socket(AF_INET6, SOCK_STREAM, 0));
	EXPECT_EQ(0, try_socket(AF_PERSOCK, SOCK_STREAM, v6));
	EXPECT_EQ(-EACCES, try_socket(AF_PERSOCK, SOCK_DGRAM, v6));
	ASSERT_EQ(0, seccomp(AF_PERSOCK));
	EXPECT_EQ(-EPERM, try_socket(AF_PERSOCK, SOCK_STREAM, v6));
}

int main(int argc, char **argv)
{
	static const char *const modules[] = { NULL };

	return path_main(argc, argv, modules);
}
