// SPDX-License-Identifier: GPL-2.0
/*
 * compat POLICY: the socket calls of a 32-bit program, for compat_test.sh.
 *
 * Built with -m32: structures have another layout, and socketcall(2) is there
 * beside the calls of their own. POLICY says what is expected: "none" and
 * "host" refuse nothing, "gvisor-2020" and "gvisor" as they do in a 64-bit
 * program. Prints KTAP; the exit status is 1 when something is not as it
 * should be. POLICY "one-ioctl" makes one call and says nothing. "peers" is a
 * policy that denies the peer 127.0.0.2 and FIONREAD, "no-peers" none.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(long) == 4, "this is to be a 32-bit program");
_Static_assert(sizeof(struct timeval) == 8, "with times of 32 bits");

/* By number: the names mean what the C library makes of them. */
#define RCVTIMEO_OLD	20
#define RCVTIMEO_NEW	66
#define TIMESTAMP_OLD	29
#define GSTAMP_OLD	0x8906
#define SOON_MS		20000
#define LO_INDEX	1	/* as in every network namespace */

static bool free_hand;		/* the policy refuses nothing */
static bool old;		/* it is gvisor-2020, else gvisor */
static bool multiplexed;	/* go through socketcall(2) */
static int number, failed;

static void result(bool good, const char *what)
{
	number++;
	failed |= !good;
	printf("%s %d %s: %s\n", good ? "ok" : "not ok", number,
	       multiplexed ? "socketcall" : "direct", what);
}

/* A result of 0 or more, or -errno. */
static void check(const char *what, int wanted, int seen)
{
	if (seen != wanted)
		printf("# %s: %d, not %d\n", what, seen, wanted);
	result(seen == wanted, what);
}

/* --- the calls ------------------------------------------------------------ */

static long socketcall(int call, const unsigned long *args)
{
	long n;

	asm volatile("int $0x80"
		     : "=a" (n)
		     : "a" (SYS_socketcall), "b" (call), "c" (args)
		     : "memory");
	return n;
}

/* What has a call of its own, and what has a number in socketcall(2) only. */
static long call(int multiplex, int direct, unsigned long a, unsigned long b,
		 unsigned long c, unsigned long d, unsigned long e,
		 unsigned long f)
{
	unsigned long args[] = { a, b, c, d, e, f };
	long n;

	if (multiplexed || direct < 0)
		return socketcall(multiplex, args);
	n = syscall(direct, a, b, c, d, e, f);
	return n < 0 ? -errno : n;
}

#define P(pointer) ((unsigned long)(pointer))

static int do_socket(int family, int type, int protocol)
{
	return call(SYS_SOCKET, SYS_socket, family, type, protocol, 0, 0, 0);
}

static int do_bind(int fd, const void *addr, int len)
{
	return call(SYS_BIND, SYS_bind, fd, P(addr), len, 0, 0, 0);
}

static int do_connect(int fd, const void *addr, int len)
{
	return call(SYS_CONNECT, SYS_connect, fd, P(addr), len, 0, 0, 0);
}

static int do_listen(int fd, int backlog)
{
	return call(SYS_LISTEN, SYS_listen, fd, backlog, 0, 0, 0, 0);
}

static int do_accept4(int fd, void *addr, socklen_t *len, int flags)
{
	return call(SYS_ACCEPT4, SYS_accept4, fd, P(addr), P(len), flags, 0, 0);
}

static int do_getsockname(int fd, void *addr, socklen_t *len)
{
	return call(SYS_GETSOCKNAME, SYS_getsockname, fd, P(addr), P(len), 0, 0,
		    0);
}

static int do_getpeername(int fd, void *addr, socklen_t *len)
{
	return call(SYS_GETPEERNAME, SYS_getpeername, fd, P(addr), P(len), 0, 0,
		    0);
}

static int do_socketpair(int family, int type, int *fds)
{
	return call(SYS_SOCKETPAIR, SYS_socketpair, family, type, 0, P(fds), 0,
		    0);
}

static int do_sendto(int fd, const void *data, int len, int flags,
		     const void *addr, int addr_len)
{
	return call(SYS_SENDTO, SYS_sendto, fd, P(data), len, flags, P(addr),
		    addr_len);
}

static int do_recvfrom(int fd, void *data, int len, int flags, void *addr,
		       socklen_t *addr_len)
{
	return call(SYS_RECVFROM, SYS_recvfrom, fd, P(data), len, flags,
		    P(addr), P(addr_len));
}

static int do_shutdown(int fd, int how)
{
	return call(SYS_SHUTDOWN, SYS_shutdown, fd, how, 0, 0, 0, 0);
}

static int do_setsockopt(int fd, int level, int name, const void *value,
			 int len)
{
	return call(SYS_SETSOCKOPT, SYS_setsockopt, fd, level, name, P(value),
		    len, 0);
}

static int do_getsockopt(int fd, int level, int name, void *value,
			 socklen_t *len)
{
	return call(SYS_GETSOCKOPT, SYS_getsockopt, fd, level, name, P(value),
		    P(len), 0);
}

static int do_sendmsg(int fd, struct msghdr *msg, int flags)
{
	return call(SYS_SENDMSG, SYS_sendmsg, fd, P(msg), flags, 0, 0, 0);
}

static int do_recvmsg(int fd, struct msghdr *msg, int flags)
{
	return call(SYS_RECVMSG, SYS_recvmsg, fd, P(msg), flags, 0, 0, 0);
}

static int do_sendmmsg(int fd, struct mmsghdr *mmsg, int count, int flags)
{
	return call(SYS_SENDMMSG, SYS_sendmmsg, fd, P(mmsg), count, flags, 0,
		    0);
}

static int do_recvmmsg(int fd, struct mmsghdr *mmsg, int count, int flags)
{
	return call(SYS_RECVMMSG, SYS_recvmmsg, fd, P(mmsg), count, flags, 0,
		    0);
}

static int set_int(int fd, int level, int name, int value)
{
	return do_setsockopt(fd, level, name, &value, sizeof(value));
}

static int get_int(int fd, int level, int name)
{
	socklen_t len = sizeof(int);
	int value = -1, err;

	err = do_getsockopt(fd, level, name, &value, &len);
	return err ? err : value;
}

static int do_ioctl(int fd, unsigned long command, void *arg)
{
	return ioctl(fd, command, arg) ? -errno : 0;
}

/* Wait for what has been sent; without it, nothing that follows makes sense. */
static void await(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	if (poll(&pfd, 1, SOON_MS) == 1)
		return;
	printf("Bail out! nothing arrives\n");
	exit(1);
}

static int bound(int type, struct sockaddr_in *addr)
{
	socklen_t len = sizeof(*addr);
	int fd = do_socket(AF_INET, type, 0);

	*addr = (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	if (fd < 0 || do_bind(fd, addr, sizeof(*addr)) ||
	    do_getsockname(fd, addr, &len) || len != sizeof(*addr)) {
		printf("Bail out! no socket on the loopback address\n");
		exit(1);
	}
	return fd;
}

/* --- what is checked ------------------------------------------------------ */

static void creation(void)
{
	int denied = free_hand ? 0 : -EAFNOSUPPORT, fd, fds[2] = { -1, -1 };
	char c = 0;

	fd = do_socket(AF_PACKET, SOCK_RAW, 0);
	check("socket: AF_PACKET", denied, fd < 0 ? fd : 0);
	if (fd >= 0)
		close(fd);
	fd = do_socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	check("socket: a raw one", denied, fd < 0 ? fd : 0);
	if (fd >= 0)
		close(fd);
	fd = do_socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	check("socket: UDP over IPv6", AF_INET6,
	      fd < 0 ? fd : get_int(fd, SOL_SOCKET, SO_DOMAIN));
	check("socket: SOCK_CLOEXEC", FD_CLOEXEC, fcntl(fd, F_GETFD));
	close(fd);
	check("socketpair: AF_UNIX", 0,
	      do_socketpair(AF_UNIX, SOCK_SEQPACKET, fds));
	check("socketpair: it passes data", 1,
	      write(fds[0], "x", 1) == 1 && read(fds[1], &c, 1) == 1 &&
	      c == 'x');
	close(fds[0]);
	close(fds[1]);
	check("socketpair: AF_PACKET", free_hand ? -EOPNOTSUPP : -EAFNOSUPPORT,
	      do_socketpair(AF_PACKET, SOCK_RAW, fds));
}

static void connection(void)
{
	struct sockaddr_in addr, peer;
	socklen_t len = sizeof(peer);
	int listener, client, server;
	char in[8] = "";

	listener = bound(SOCK_STREAM, &addr);
	check("listen", 0, do_listen(listener, 4));
	client = do_socket(AF_INET, SOCK_STREAM, 0);
	check("connect", 0, do_connect(client, &addr, sizeof(addr)));
	server = do_accept4(listener, &peer, &len, SOCK_NONBLOCK);
	check("accept4", O_NONBLOCK, server < 0 ? server :
	      fcntl(server, F_GETFL) & O_NONBLOCK);
	check("accept4: the peer's address", sizeof(peer), len);
	check("accept4: governed as the listener",
	      free_hand ? 64 : old ? -ENOPROTOOPT : 64,
	      get_int(server, IPPROTO_IP, IP_TTL));
	check("getpeername", 0, do_getpeername(client, &peer, &len));
	check("getpeername: whose", addr.sin_port, peer.sin_port);

	check("sendto", 3, do_sendto(client, "abc", 3, 0, NULL, 0));
	check("sendto: MSG_CONFIRM", free_hand ? 1 : -EINVAL,
	      do_sendto(client, "d", 1, MSG_CONFIRM, NULL, 0));
	await(server);
	check("recvfrom: MSG_PEEK", 1,
	      do_recvfrom(server, in, 1, MSG_PEEK, NULL, NULL));
	check("recvfrom: MSG_NOSIGNAL", old && !free_hand ? -EINVAL : 1,
	      do_recvfrom(server, in, 1, MSG_NOSIGNAL, NULL, NULL));
	check("recvfrom", old && !free_hand ? 3 : 2 + free_hand,
	      do_recvfrom(server, in, sizeof(in), 0, NULL, NULL));
	if (multiplexed) {
		/* These have no number of their own. */
		check("send", 1, call(SYS_SEND, -1, client, P("s"), 1, 0, 0,
				      0));
		check("send: MSG_CONFIRM", free_hand ? 1 : -EINVAL,
		      call(SYS_SEND, -1, client, P("t"), 1, MSG_CONFIRM, 0, 0));
		await(server);
		check("recv: MSG_WAITALL", old && !free_hand ? -EINVAL : 1,
		      call(SYS_RECV, -1, server, P(in), 1, MSG_WAITALL, 0, 0));
	}
	check("shutdown", 0, do_shutdown(client, SHUT_WR));
	close(client);
	close(server);
	client = do_socket(AF_INET, SOCK_STREAM, 0);
	check("connect again", 0, do_connect(client, &addr, sizeof(addr)));
	if (multiplexed) {
		server = call(SYS_ACCEPT, -1, listener, 0, 0, 0, 0, 0);
		check("accept", 1, server >= 0);
		check("accept: governed as the listener",
		      free_hand ? 64 : old ? -ENOPROTOOPT : 64,
		      get_int(server, IPPROTO_IP, IP_TTL));
		close(server);
	}
	close(client);
	close(listener);
}

/* Timeouts are the options whose size is another one here. */
static void timeouts(void)
{
	struct timeval tv = { .tv_usec = 200000 };
	long long both[2] = { 7, 0 };
	struct timespec start, end;
	struct sockaddr_in addr;
	int fd, ms;
	socklen_t len = sizeof(tv);
	char c;

	fd = bound(SOCK_DGRAM, &addr);
	check("SO_RCVTIMEO: 7 bytes", -EINVAL,
	      do_setsockopt(fd, SOL_SOCKET, RCVTIMEO_OLD, &tv, 7));
	check("SO_RCVTIMEO: 8 bytes", 0,
	      do_setsockopt(fd, SOL_SOCKET, RCVTIMEO_OLD, &tv, sizeof(tv)));
	clock_gettime(CLOCK_MONOTONIC_COARSE, &start);
	check("SO_RCVTIMEO: a receive ends", -EAGAIN,
	      do_recvfrom(fd, &c, 1, 0, NULL, NULL));
	clock_gettime(CLOCK_MONOTONIC_COARSE, &end);
	ms = (end.tv_sec - start.tv_sec) * 1000 +
	     (end.tv_nsec - start.tv_nsec) / 1000000;
	/*
	 * The timeout is counted in ticks from the last one, which is long ago where
	 * an emulated processor was given no time.
	 */
	check("SO_RCVTIMEO: and not at once", 1, ms >= 100);
	memset(&tv, 0, sizeof(tv));
	check("SO_RCVTIMEO: get", 0,
	      do_getsockopt(fd, SOL_SOCKET, RCVTIMEO_OLD, &tv, &len));
	check("SO_RCVTIMEO: its length", 8, len);
	check("SO_RCVTIMEO: its value", 200000, tv.tv_usec);
	/* What a C library with times of 64 bits uses is the same option. */
	check("SO_RCVTIMEO_NEW", 0,
	      do_setsockopt(fd, SOL_SOCKET, RCVTIMEO_NEW, both, sizeof(both)));
	len = sizeof(both);
	check("SO_RCVTIMEO_NEW: get", 0,
	      do_getsockopt(fd, SOL_SOCKET, RCVTIMEO_NEW, both, &len));
	len = sizeof(tv);
	check("SO_RCVTIMEO: get again", 0,
	      do_getsockopt(fd, SOL_SOCKET, RCVTIMEO_OLD, &tv, &len));
	check("SO_RCVTIMEO: changed by SO_RCVTIMEO_NEW", 7, tv.tv_sec);
	close(fd);
}

static void options(void)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog filter = { .len = 1, .filter = &drop };
	struct sockaddr_in addr;
	socklen_t len = 3;
	int fd, value;
	char c;

	fd = bound(SOCK_DGRAM, &addr);
	check("getsockopt: SO_TYPE", SOCK_DGRAM,
	      get_int(fd, SOL_SOCKET, SO_TYPE));
	check("getsockopt: a short SO_TYPE", free_hand ? 0 : -EINVAL,
	      do_getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &len));
	len = -1;
	check("getsockopt: a negative length", -EINVAL,
	      do_getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &len));
	check("getsockopt: IP_TTL", free_hand || !old ? 64 : -ENOPROTOOPT,
	      get_int(fd, IPPROTO_IP, IP_TTL));
	check("getsockopt: SO_PRIORITY", free_hand ? 0 : -ENOPROTOOPT,
	      get_int(fd, SOL_SOCKET, SO_PRIORITY));
	check("setsockopt: IP_TOS", 0, set_int(fd, IPPROTO_IP, IP_TOS, 0x10));
	check("setsockopt: IP_TOS was set", 0x10,
	      get_int(fd, IPPROTO_IP, IP_TOS));
	check("setsockopt: SO_BROADCAST", 0,
	      set_int(fd, SOL_SOCKET, SO_BROADCAST, 1));
	check("setsockopt: SO_BROADCAST was set or ignored",
	      free_hand || !old ? 1 : -ENOPROTOOPT,
	      get_int(fd, SOL_SOCKET, SO_BROADCAST));
	/* A pointer inside an option has 4 bytes. */
	check("setsockopt: SO_ATTACH_FILTER", free_hand ? 0 : -ENOPROTOOPT,
	      do_setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
			    sizeof(filter)));
	check("setsockopt: datagrams to be filtered", 1,
	      do_sendto(fd, "f", 1, 0, &addr, sizeof(addr)));
	check("setsockopt: SO_ATTACH_FILTER filters or was refused",
	      free_hand ? -EAGAIN : 1,
	      do_recvfrom(fd, &c, 1, MSG_DONTWAIT, NULL, NULL));
	close(fd);
}

/* Room for control messages in the 32-bit layout. */
union control {
	char buf[128];
	struct cmsghdr header;
};

static void put(struct msghdr *msg, union control *control, int type,
		const void *data, int len)
{
	struct cmsghdr *cmsg = (void *)(control->buf + msg->msg_controllen);

	cmsg->cmsg_level = IPPROTO_IP;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(cmsg), data, len);
	msg->msg_control = control;
	msg->msg_controllen += CMSG_SPACE(len);
}

/* The length of the data of a message, or -1 when there is none. */
static int find(struct msghdr *msg, int level, int type, void *data, int size)
{
	struct cmsghdr *cmsg;
	int len;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != level || cmsg->cmsg_type != type)
			continue;
		len = cmsg->cmsg_len - CMSG_LEN(0);
		memcpy(data, CMSG_DATA(cmsg), len < size ? len : size);
		return len;
	}
	return -1;
}

static void control_messages(void)
{
	struct in_pktinfo info = { .ipi_ifindex = 1 };
	union control control = {}, second = {};
	struct sockaddr_in addr, own;
	char in[8], tos = 0, more[8];
	struct iovec out = { "abc", 3 }, iov = { in, sizeof(in) };
	struct msghdr msg = {}, got;
	struct mmsghdr mmsg[2];
	struct timeval tv;
	int from, to, value;

	to = bound(SOCK_DGRAM, &addr);
	from = bound(SOCK_DGRAM, &own);
	check("IP_PKTINFO", 0, do_setsockopt(to, IPPROTO_IP, IP_PKTINFO, &info,
					     sizeof(info)));
	check("IP_RECVTOS", 0, set_int(to, IPPROTO_IP, IP_RECVTOS, 1));
	check("IP_RECVTTL", 0, set_int(to, IPPROTO_IP, IP_RECVTTL, 1));
	check("SO_TIMESTAMP", 0, set_int(to, SOL_SOCKET, TIMESTAMP_OLD, 1));

	msg.msg_name = &addr;
	msg.msg_namelen = sizeof(addr);
	msg.msg_iov = &out;
	msg.msg_iovlen = 1;
	put(&msg, &control, IP_PKTINFO, &info, sizeof(info));
	value = 0x10;
	put(&msg, &control, IP_TOS, &value, sizeof(value));
	check("sendmsg: IP_PKTINFO and IP_TOS", 3, do_sendmsg(from, &msg, 0));
	check("sendmsg: MSG_CONFIRM", free_hand ? 3 : -EINVAL,
	      do_sendmsg(from, &msg, MSG_CONFIRM));
	if (free_hand)
		do_recvfrom(to, in, sizeof(in), 0, NULL, NULL);
	value = 9;
	put(&msg, &control, IP_TTL, &value, sizeof(value));
	check("sendmsg: IP_TTL", free_hand || !old ? 3 : -EINVAL,
	      do_sendmsg(from, &msg, 0));
	if (old && !free_hand) {
		/* So that there are two, whoever governs. */
		msg.msg_controllen = 0;
		value = 0x10;
		put(&msg, &control, IP_TOS, &value, sizeof(value));
		do_sendmsg(from, &msg, 0);
	}

	await(to);
	memset(in, 0, sizeof(in));
	got = (struct msghdr) {
		.msg_name = &own, .msg_namelen = sizeof(own),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &second, .msg_controllen = sizeof(second),
	};
	check("recvmsg", 3, do_recvmsg(to, &got, 0));
	check("recvmsg: the data", 0, strcmp(in, "abc"));
	check("recvmsg: the address", sizeof(own), got.msg_namelen);
	check("recvmsg: IP_PKTINFO", sizeof(info),
	      find(&got, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info)));
	check("recvmsg: IP_PKTINFO's address", htonl(INADDR_LOOPBACK),
	      info.ipi_addr.s_addr);
	check("recvmsg: IP_TOS", 1, find(&got, IPPROTO_IP, IP_TOS, &tos, 1));
	check("recvmsg: IP_TOS's value", 0x10, tos);
	check("recvmsg: IP_TTL", free_hand || !old ? 4 : -1,
	      find(&got, IPPROTO_IP, IP_TTL, &value, sizeof(value)));
	memset(&tv, 0, sizeof(tv));
	check("recvmsg: SO_TIMESTAMP", free_hand || !old ? 8 : -1,
	      find(&got, SOL_SOCKET, TIMESTAMP_OLD, &tv, sizeof(tv)));
	check("recvmsg: a time", free_hand || !old, tv.tv_sec != 0);
	check("recvmsg: nothing is cut", 0, got.msg_flags & MSG_CTRUNC);

	/* Room for one message: the rest is cut, and this is said. */
	await(to);
	memset(&second, 0, sizeof(second));
	got.msg_control = &second;
	got.msg_controllen = free_hand || !old ? CMSG_SPACE(sizeof(tv)) :
						 CMSG_SPACE(sizeof(info));
	check("recvmsg: with little room", 3, do_recvmsg(to, &got, 0));
	check("recvmsg: MSG_CTRUNC", MSG_CTRUNC, got.msg_flags & MSG_CTRUNC);
	if (free_hand || !old)
		check("recvmsg: the first message is whole", sizeof(tv),
		      find(&got, SOL_SOCKET, TIMESTAMP_OLD, &tv, sizeof(tv)));
	else
		check("recvmsg: the first message is whole", sizeof(info),
		      find(&got, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info)));

	memset(mmsg, 0, sizeof(mmsg));
	mmsg[0].msg_hdr = msg;
	mmsg[1].msg_hdr = msg;
	check("sendmmsg", 2, do_sendmmsg(from, mmsg, 2, 0));
	check("sendmmsg: MSG_CONFIRM", free_hand ? 2 : -EINVAL,
	      do_sendmmsg(from, mmsg, 2, MSG_CONFIRM));
	memset(mmsg, 0, sizeof(mmsg));
	out = (struct iovec) { more, sizeof(more) };
	mmsg[0].msg_hdr.msg_iov = &iov;
	mmsg[0].msg_hdr.msg_iovlen = 1;
	mmsg[0].msg_hdr.msg_control = &control;
	mmsg[0].msg_hdr.msg_controllen = sizeof(control);
	mmsg[1].msg_hdr.msg_iov = &out;
	mmsg[1].msg_hdr.msg_iovlen = 1;
	mmsg[1].msg_hdr.msg_control = &second;
	mmsg[1].msg_hdr.msg_controllen = sizeof(second);
	await(to);
	check("recvmmsg", 2, do_recvmmsg(to, mmsg, 2, MSG_DONTWAIT));
	check("recvmmsg: lengths", 6, mmsg[0].msg_len + mmsg[1].msg_len);
	check("recvmmsg: IP_PKTINFO of the first", sizeof(info),
	      find(&mmsg[0].msg_hdr, IPPROTO_IP, IP_PKTINFO, &info,
		   sizeof(info)));
	check("recvmmsg: IP_PKTINFO of the second", sizeof(info),
	      find(&mmsg[1].msg_hdr, IPPROTO_IP, IP_PKTINFO, &info,
		   sizeof(info)));
	close(from);
	close(to);
}

static void descriptors(void)
{
	struct iovec iov = { "d", 1 };
	union control control = {};
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
	};
	int fds[2], fd = -1;
	char c;

	if (do_socketpair(AF_UNIX, SOCK_STREAM, fds)) {
		result(false, "SCM_RIGHTS: a pair to send over");
		return;
	}
	put(&msg, &control, SCM_RIGHTS, &fds[0], sizeof(int));
	control.header.cmsg_level = SOL_SOCKET;
	check("sendmsg: SCM_RIGHTS", 1, do_sendmsg(fds[0], &msg, 0));
	memset(&control, 0, sizeof(control));
	iov.iov_base = &c;
	msg.msg_control = &control;
	msg.msg_controllen = sizeof(control);
	check("recvmsg: SCM_RIGHTS", 1,
	      do_recvmsg(fds[1], &msg, MSG_CMSG_CLOEXEC));
	check("recvmsg: a descriptor", sizeof(int),
	      find(&msg, SOL_SOCKET, SCM_RIGHTS, &fd, sizeof(fd)));
	check("recvmsg: it is closed on exec", FD_CLOEXEC, fcntl(fd, F_GETFD));
	check("recvmsg: it is the socket", 1,
	      do_sendto(fd, "e", 1, 0, NULL, 0));
	close(fd);
	close(fds[0]);
	close(fds[1]);
}

static void ioctls(void)
{
	int refused = free_hand ? 0 : -ENOTTY, seen = free_hand || !old;
	int about_interfaces = seen ? 0 : -ENOTTY;
	struct ifreq all[16] = {}, one = { .ifr_name = "lo" };
	struct ifconf ifc = { .ifc_len = sizeof(all), .ifc_req = all };
	struct timeval tv = {};
	struct sockaddr_in addr;
	char c;
	int fd, n = -1;

	fd = bound(SOCK_DGRAM, &addr);
	check("ioctl: SIOCGIFCONF", about_interfaces,
	      do_ioctl(fd, SIOCGIFCONF, &ifc));
	check("ioctl: SIOCGIFCONF finds an interface", seen,
	      ifc.ifc_len && ifc.ifc_len % sizeof(all[0]) == 0 &&
	      !strcmp(all[0].ifr_name, "lo"));
	check("ioctl: SIOCGIFFLAGS", about_interfaces,
	      do_ioctl(fd, SIOCGIFFLAGS, &one));
	check("ioctl: SIOCGIFFLAGS's answer", seen ? IFF_LOOPBACK : 0,
	      seen ? one.ifr_flags & IFF_LOOPBACK : one.ifr_flags);
	check("ioctl: SIOCGIFINDEX", about_interfaces,
	      do_ioctl(fd, SIOCGIFINDEX, &one));
	check("ioctl: SIOCGIFINDEX's answer", seen,
	      seen && one.ifr_ifindex == LO_INDEX);

	/* The first call makes the socket keep times. */
	check("ioctl: SIOCGSTAMP before any", free_hand ? -ENOENT : -ENOTTY,
	      do_ioctl(fd, GSTAMP_OLD, &tv));
	do_sendto(fd, "abc", 3, 0, &addr, sizeof(addr));
	await(fd);
	check("ioctl: FIONREAD", 0, do_ioctl(fd, FIONREAD, &n));
	check("ioctl: FIONREAD's answer", 3, n);
	n = -1;
	check("ioctl: TIOCOUTQ", 0, do_ioctl(fd, TIOCOUTQ, &n));
	check("ioctl: TIOCOUTQ's answer", 0, n);
	do_recvfrom(fd, &c, 1, 0, NULL, NULL);
	check("ioctl: SIOCGSTAMP", refused, do_ioctl(fd, GSTAMP_OLD, &tv));
	check("ioctl: SIOCGSTAMP's answer", free_hand,
	      tv.tv_sec != 0 && tv.tv_usec < 1000000);
	close(fd);
}

/* For who counts them. */
static int one_ioctl(void)
{
	struct ifreq all[4];
	struct ifconf ifc = { .ifc_len = sizeof(all), .ifc_req = all };
	int fd = do_socket(AF_INET, SOCK_DGRAM, 0);

	return do_ioctl(fd, SIOCGIFCONF, &ifc) != 0;
}

/* One that may be sent to and one that may not, by each call that names one. */
static void peers(void)
{
	struct sockaddr_in yes, no;
	struct iovec iov = { "x", 1 };
	struct mmsghdr mmsg = { .msg_hdr = {
		.msg_name = &no, .msg_namelen = sizeof(no),
		.msg_iov = &iov, .msg_iovlen = 1,
	} };
	int refused = free_hand ? 1 : -EACCES, receiver, fd, n;

	receiver = bound(SOCK_DGRAM, &yes);
	no = yes;
	no.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
	fd = do_socket(AF_INET, SOCK_DGRAM, 0);
	check("sendto: a peer that is denied", refused,
	      do_sendto(fd, "x", 1, 0, &no, sizeof(no)));
	check("sendmsg: a peer that is denied", refused,
	      do_sendmsg(fd, &mmsg.msg_hdr, 0));
	check("sendmmsg: a peer that is denied", refused,
	      do_sendmmsg(fd, &mmsg, 1, 0));
	check("sendto: another peer", 1,
	      do_sendto(fd, "x", 1, 0, &yes, sizeof(yes)));
	check("connect: a peer that is denied", free_hand ? 0 : -EACCES,
	      do_connect(fd, &no, sizeof(no)));
	check("connect: another peer", 0, do_connect(fd, &yes, sizeof(yes)));
	await(receiver);
	check("ioctl: FIONREAD", free_hand ? 0 : -EPERM,
	      do_ioctl(receiver, FIONREAD, &n));
	close(receiver);
	close(fd);
}

int main(int argc, char **argv)
{
	bool only_peers = false;
	const char *policy = argc > 1 ? argv[1] : "";
	int round;

	if (!strcmp(policy, "one-ioctl"))
		return one_ioctl();
	only_peers = !strcmp(policy, "peers") || !strcmp(policy, "no-peers");
	free_hand = !strcmp(policy, "none") || !strcmp(policy, "host") ||
		    !strcmp(policy, "no-peers");
	old = !strcmp(policy, "gvisor-2020");
	if (!free_hand && !old && !only_peers && strcmp(policy, "gvisor")) {
		fprintf(stderr,
			"usage: compat none|host|gvisor-2020|gvisor|peers|no-peers\n");
		return 2;
	}
	/* Should a call wait for ever, it is the one after the last result. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	alarm(60);
	printf("TAP version 13\n");
	for (round = 0; round < 2; round++) {
		multiplexed = round;
		if (only_peers) {
			peers();
			continue;
		}
		creation();
		connection();
		timeouts();
		options();
		control_messages();
		descriptors();
		ioctls();
	}
	printf("1..%d\n", number);
	return failed;
}
