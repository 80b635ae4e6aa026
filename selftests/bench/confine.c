// SPDX-License-Identifier: GPL-2.0
/*
 * confine landlock|seccomp COMMAND [ARGUMENT...]: run a command under what else restricts sockets by a policy
 * on peers. selftests/bench/run measures in both.
 *
 * landlock: Landlock's rules on ports: bind() and connect() of TCP to those that the kernel chooses. It has no
 * rules on addresses, and none on UDP.
 *
 * seccomp: connect(), bind() and sendto() wait for a supervisor (seccomp's user notification), which reads the
 * address from the process's memory, allows that of the loopback, and lets the call continue: the memory may
 * change before the kernel reads it once more. Supervisors of sandboxes make the call themselves for that
 * reason, which costs more.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rights.h"

/* Of linux/landlock.h, whose version here may be older than the kernel that runs. */
#define NR_CREATE_RULESET	444
#define NR_ADD_RULE		445
#define NR_RESTRICT_SELF	446
#define RULE_NET_PORT		2
#define BIND_TCP		(1ULL << 0)
#define CONNECT_TCP		(1ULL << 1)

struct ruleset {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
};

struct port_rule {
	uint64_t allowed_access;
	uint64_t port;
};

static int fail(const char *what)
{
	fprintf(stderr, "confine: %s: %s\n", what, strerror(errno));

	return 1;
}

static int run(char **command)
{
	execvp(*command, command);

	return fail(*command);
}

static int add_port(int fd, unsigned int port)
{
	const struct port_rule rule = { BIND_TCP | CONNECT_TCP, port };

	return syscall(NR_ADD_RULE, fd, RULE_NET_PORT, &rule, 0);
}

/* Port 0 of bind() is one of the range that the kernel chooses from. */
static int by_landlock(char **command)
{
	const struct ruleset ruleset = {
		.handled_access_net = BIND_TCP | CONNECT_TCP,
	};
	unsigned int first, last, port;
	FILE *range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "r");
	int fd;

	if (!range || fscanf(range, "%u %u", &first, &last) != 2)
		return fail("ip_local_port_range");
	fclose(range);
	fd = syscall(NR_CREATE_RULESET, &ruleset, sizeof(ruleset), 0);
	if (fd < 0 || add_port(fd, 0))
		return fail("Landlock has no rules on ports");
	for (port = first; port <= last; port++) {
		if (add_port(fd, port))
			return fail("a rule");
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(NR_RESTRICT_SELF, fd, 0))
		return fail("landlock_restrict_self");
	close(fd);

	return run(command);
}

#define NOTIFY_OF(call)							\
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1),		\
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF)

static int install_filter(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		NOTIFY_OF(connect),
		NOTIFY_OF(bind),
		NOTIFY_OF(sendto),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(*filter),
		.filter = filter,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		       SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* sendto() without an address goes to the peer that connect() has set. */
static int judge(const struct seccomp_notif *asked)
{
	unsigned int first = asked->data.nr == SYS_sendto ? 4 : 1;
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_un un;
	} address;
	struct iovec own = { &address, asked->data.args[first + 1] };
	struct iovec other = { (void *)(uintptr_t)asked->data.args[first],
			       own.iov_len };

	if (!asked->data.args[first])
		return 0;
	if (own.iov_len > sizeof(address) ||
	    process_vm_readv(asked->pid, &own, 1, &other, 1, 0) != own.iov_len)
		return -EFAULT;
	if (address.any.sa_family == AF_UNIX)
		return 0;
	if (address.any.sa_family != AF_INET)
		return -EACCES;

	return ntohl(address.in.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET ?
	       0 : -EACCES;
}

static int supervise(int listener, pid_t child)
{
	struct seccomp_notif_resp answer;
	struct seccomp_notif asked;
	int status = 1;

	for (;;) {
		memset(&asked, 0, sizeof(asked));
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked)) {
			if (errno == EINTR)
				continue;
			break;
		}
		answer = (struct seccomp_notif_resp){
			.id = asked.id,
			.error = judge(&asked),
		};
		if (!answer.error)
			answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
	waitpid(child, &status, 0);

	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int by_seccomp(char **command)
{
	int pair[2], listener;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return fail("socketpair");
	child = fork();
	if (!child) {
		listener = install_filter();
		if (listener < 0 || rights_send(pair[1], listener))
			return fail("seccomp");
		close(listener);
		return run(command);
	}
	close(pair[1]);
	listener = rights_receive(pair[0], NULL);
	if (listener < 0)
		return fail("the listener of seccomp");

	return supervise(listener, child);
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "landlock"))
		return by_landlock(argv + 2);
	if (argc > 2 && !strcmp(argv[1], "seccomp"))
		return by_seccomp(argv + 2);
	fprintf(stderr, "usage: confine landlock|seccomp COMMAND [ARGUMENT...]\n");

	return 2;
}
