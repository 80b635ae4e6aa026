// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces that end: not before their last governed socket, and soon
 * after it. The runner fails on "unregister_netdevice: waiting" in the kernel's
 * log: a namespace that is no longer listed has only begun to go, and the next
 * one does not begin before it has ended.
 */
#include <errno.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <libmnl/libmnl.h>

#include "race.h"
#include "same.h"

#define ROUNDS	5
/* What names a namespace here, as long as it is there. */
#define NUMBER	4711

/* One request of rtnetlink's, in a socket of the namespace that we are in. */
static int talk(const struct nlmsghdr *request, mnl_cb_t read, void *data)
{
	struct mnl_socket *route = mnl_socket_open2(NETLINK_ROUTE,
						    SOCK_CLOEXEC);
	static char answer[1 << 15];
	int n, more = 1, err = 0;

	if (!route)
		return -errno;
	if (mnl_socket_sendto(route, request, request->nlmsg_len) < 0)
		err = -errno;
	while (!err && more > 0) {
		n = mnl_socket_recvfrom(route, answer, sizeof(answer));
		more = n < 0 ? n : mnl_cb_run(answer, n, 1, 0, read, data);
		if (more < 0)
			err = -errno;
	}
	mnl_socket_close(route);

	return err;
}

static struct nlmsghdr *begin(void *buffer, __u16 type, __u16 flags)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct rtgenmsg *generic;

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	header->nlmsg_seq = 1;
	generic = mnl_nlmsg_put_extra_header(header, sizeof(*generic));
	generic->rtgen_family = AF_UNSPEC;

	return header;
}

/* Give a namespace, by a descriptor of it, its number; 0 or -errno. */
static int number(int namespace)
{
	char buffer[256] = "";
	struct nlmsghdr *header = begin(buffer, RTM_NEWNSID, NLM_F_ACK);

	mnl_attr_put_u32(header, NETNSA_NSID, NUMBER);
	mnl_attr_put_u32(header, NETNSA_FD, namespace);

	return talk(header, NULL, NULL);
}

static int is_it(const struct nlmsghdr *header, void *data)
{
	const struct nlattr *attribute;
	bool *found = data;

	mnl_attr_for_each(attribute, header, sizeof(struct rtgenmsg)) {
		if (mnl_attr_get_type(attribute) == NETNSA_NSID &&
		    mnl_attr_get_u32(attribute) == NUMBER)
			*found = true;
	}

	return MNL_CB_OK;
}

/* 1 or 0, or -errno. */
static int exists(void)
{
	char buffer[256] = "";
	bool found = false;
	int err;

	err = talk(begin(buffer, RTM_GETNSID, NLM_F_DUMP), is_it, &found);

	return err ? err : found;
}

/* Wait until it is not there; 0, or 1 when it still is. */
static int gone(void)
{
	int i, there = 1;

	for (i = 0; i < SOON_MS / 20 && there == 1; i++) {
		there = exists();
		if (there == 1)
			usleep(20000);
	}

	return there;
}

/* Enter a new one whose loopback works; 0 or -errno. */
static int new_namespace(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd, err = 0;

	if (unshare(CLONE_NEWNET))
		return -errno;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		err = -errno;
	close(fd);

	return err;
}

enum kind {
	TCP,
	LISTENER,
	UDP,
	LOCAL,
	KINDS,
};

/* A pair of descriptors, the second -1 for a listener; 0 or -errno. */
static int make(enum kind kind, int fds[2])
{
	struct inet_addr addr;
	struct tcp tcp;
	int err;

	switch (kind) {
	case TCP:
		err = tcp_open(&tcp, AF_INET);
		if (err)
			return err;
		close(tcp.listener);
		fds[0] = tcp.client;
		fds[1] = tcp.server;
		return 0;
	case LISTENER:
		fds[0] = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
		fds[1] = -1;
		return fds[0] < 0 ? -errno : 0;
	case UDP:
		return udp_open(fds, AF_INET);
	default:
		return socketpair(AF_UNIX, SOCK_STREAM, 0, fds) ? -errno : 0;
	}
}

/* A socket of each kind is the last that holds a namespace. */
TEST_F(same, socket_is_the_last)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	long pins = memory_users();
	int kind, fds[2], space;

	ASSERT_LE(0, home);
	for (kind = 0; kind < KINDS; kind++) {
		ASSERT_EQ(0, new_namespace());
		space = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		ASSERT_LE(0, space);
		ASSERT_EQ(0, make(kind, fds));
		ASSERT_EQ(0, setns(home, CLONE_NEWNET));
		ASSERT_EQ(0, number(space));
		close(space);

		EXPECT_EQ(1, exists());
		if (kind != LISTENER)
			EXPECT_EQ(1, passes(fds[0], fds[1]));
		if (fds[1] >= 0)
			close(fds[1]);
		EXPECT_EQ(1, exists());
		close(fds[0]);
		EXPECT_EQ(0, gone())
			TH_LOG("the namespace of a socket of kind %d", kind);
	}
	race_expect_settled(_metadata, pins);
}

static void *traffic(void *data)
{
	unsigned int turn;
	int fds[2];

	for (turn = 0;; turn++) {
		if (make(turn % KINDS, fds))
			_exit(1);
		if (turn % KINDS != LISTENER)
			passes(fds[0], fds[1]);
		/* Some stay, and end with the process. */
		if (turn < 64)
			continue;
		close(fds[0]);
		if (fds[1] >= 0)
			close(fds[1]);
	}

	return NULL;
}

static void child(int ready)
{
	pthread_t thread;
	int fds[2], err;

	err = new_namespace() || make(TCP, fds) || make(UDP, fds);
	err = err || pthread_create(&thread, NULL, traffic, NULL);
	if (err || write(ready, "r", 1) != 1)
		_exit(1);
	traffic(NULL);
}

/* A process is killed that has made sockets in a namespace of its own. */
TEST_F(same, killed_under_traffic)
{
	unsigned int round;
	long pins = memory_users();

	for (round = 0; round < ROUNDS; round++) {
		int ready[2], space, status;
		char path[64], c;
		pid_t pid;

		ASSERT_EQ(0, pipe2(ready, O_CLOEXEC));
		pid = fork();
		if (!pid)
			child(ready[1]);
		ASSERT_LT(0, pid);
		close(ready[1]);
		EXPECT_EQ(1, read(ready[0], &c, 1));
		close(ready[0]);
		snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
		space = open(path, O_RDONLY | O_CLOEXEC);
		ASSERT_LE(0, space);
		EXPECT_EQ(0, number(space));
		close(space);
		EXPECT_EQ(1, exists());
		usleep(50000 + round * 7000);
		kill(pid, SIGKILL);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
		EXPECT_EQ(0, gone());
	}
	race_expect_settled(_metadata, pins);
}

int main(int argc, char **argv)
{
	return same_main(argc, argv);
}
