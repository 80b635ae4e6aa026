// SPDX-License-Identifier: GPL-2.0
/* Calls of the socket layer: see deeds.h. */
#include <asm/byteorder.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include <linux/persock.h>

#include "deeds.h"

/* So many that they do not fit in what sendmsg() has on its stack. */
#define RIGHTS	8

static int nothing(struct trial *trial, const struct deed *deed)
{
	return 0;
}

static int result(int value)
{
	return value < 0 ? -errno : 0;
}

/* A descriptor that a call has made is the last one of its trial. */
static int made(struct trial *trial, int fd)
{
	trial->fd[FDS - 1] = fd;
	return result(fd);
}

static int new_socket(struct trial *trial, const struct deed *deed)
{
	return made(trial, socket(deed->family, deed->type, 0));
}

static int new_pair(struct trial *trial, const struct deed *deed)
{
	return result(socketpair(deed->family, deed->type, 0, trial->fd));
}

static int with_socket(struct trial *trial, const struct deed *deed)
{
	trial->fd[0] = socket(deed->family, deed->type, 0);
	return result(trial->fd[0]);
}

/* A socket, and another one that is bound, and listens if it can. */
static int with_peer(struct trial *trial, const struct deed *deed)
{
	struct sockaddr *sa = &trial->addr.sa;
	socklen_t len = sizeof(sa->sa_family);
	int fd;

	if (deed->family != AF_UNIX) {
		fd = inet_bound(deed->family, deed->type | SOCK_NONBLOCK, 0,
				&trial->addr);
		if (fd < 0)
			return fd;
		trial->fd[1] = fd;
		return with_socket(trial, deed);
	}

	/* Bound to a name that the kernel chooses: five bytes after a zero. */
	trial->fd[1] = socket(AF_UNIX, deed->type | SOCK_NONBLOCK, 0);
	sa->sa_family = AF_UNIX;
	if (trial->fd[1] < 0 || bind(trial->fd[1], sa, len))
		return -errno;
	trial->addr.len = sizeof(trial->addr.in6);
	if (getsockname(trial->fd[1], sa, &trial->addr.len))
		return -errno;
	if (deed->type == SOCK_STREAM && listen(trial->fd[1], 1))
		return -errno;

	return with_socket(trial, deed);
}

static int do_connect(struct trial *trial, const struct deed *deed)
{
	return try_connect(trial->fd[0], &trial->addr);
}

static int with_connection(struct trial *trial, const struct deed *deed)
{
	int err = with_peer(trial, deed);

	if (!err)
		err = do_connect(trial, deed);
	if (!err && deed->type == SOCK_STREAM &&
	    wait_for(trial->fd[1], POLLIN, SOON_MS) != POLLIN)
		err = -ETIMEDOUT;

	return err;
}

static int do_accept(struct trial *trial, const struct deed *deed)
{
	return made(trial, accept4(trial->fd[1], NULL, NULL, SOCK_CLOEXEC));
}

static int with_accepted(struct trial *trial, const struct deed *deed)
{
	int err = with_connection(trial, deed);

	return err ? err : do_accept(trial, deed);
}

static int do_bind(struct trial *trial, const struct deed *deed)
{
	struct inet_addr addr = loopback(deed->family, 0);

	if (deed->family == AF_UNIX) {
		addr.sa.sa_family = AF_UNIX;
		addr.len = sizeof(addr.sa.sa_family);
	}

	return result(bind(trial->fd[0], &addr.sa, addr.len));
}

/* It binds as well, to a port of the kernel's choice. */
static int do_listen(struct trial *trial, const struct deed *deed)
{
	return result(listen(trial->fd[0], 1));
}

static int do_sendto(struct trial *trial, const struct deed *deed)
{
	return try_sendto(trial->fd[0], &trial->addr, MSG_DONTWAIT);
}

static int do_set(struct trial *trial, const struct deed *deed)
{
	return result(setsockopt(trial->fd[0], deed->level, deed->option,
				 deed->value, deed->size));
}

static int do_get(struct trial *trial, const struct deed *deed)
{
	char value[256];
	socklen_t size = sizeof(value);

	return result(getsockopt(trial->fd[0], deed->level, deed->option,
				 value, &size));
}

static int do_send(struct trial *trial, const struct deed *deed)
{
	return result(send(trial->fd[0], "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL));
}

static int do_sendmmsg(struct trial *trial, const struct deed *deed)
{
	struct iovec iov = { "x", 1 };
	struct mmsghdr messages[2] = {
		{ .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } },
	};

	return result(sendmmsg(trial->fd[0], messages, 2, MSG_DONTWAIT));
}

static int send_rights(struct trial *trial, const struct deed *deed)
{
	int i, rights[RIGHTS];

	for (i = 0; i < RIGHTS; i++)
		rights[i] = trial->fd[0];

	return send_with(trial->fd[0], NULL, SOL_SOCKET, SCM_RIGHTS, rights,
			 sizeof(rights));
}

static int send_pktinfo(struct trial *trial, const struct deed *deed)
{
	struct in6_pktinfo info6 = { .ipi6_addr = in6addr_loopback };
	struct in_pktinfo info = { .ipi_spec_dst.s_addr = htonl(0x7f000001) };

	if (deed->family == AF_INET6)
		return send_with(trial->fd[0], &trial->addr, IPPROTO_IPV6,
				 IPV6_PKTINFO, &info6, sizeof(info6));

	return send_with(trial->fd[0], &trial->addr, IPPROTO_IP, IP_PKTINFO,
			 &info, sizeof(info));
}

static int with_rights(struct trial *trial, const struct deed *deed)
{
	int err = new_pair(trial, deed);

	return err ? err : send_rights(trial, deed);
}

static int with_pktinfo(struct trial *trial, const struct deed *deed)
{
	int err = with_connection(trial, deed);

	if (!err)
		err = set_int(trial->fd[1], IPPROTO_IP, IP_PKTINFO, 1);
	if (!err)
		err = do_send(trial, deed);
	if (!err && wait_for(trial->fd[1], POLLIN, SOON_MS) != POLLIN)
		err = -ETIMEDOUT;

	return err;
}

/* What came with it is closed at once: it is not the trial's. */
static int do_recvmsg(struct trial *trial, const struct deed *deed)
{
	char byte, control[256];
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int n = recvmsg(trial->fd[1], &msg, MSG_DONTWAIT);
	int err = result(n), i, *rights;
	struct cmsghdr *cmsg = n < 0 ? NULL : CMSG_FIRSTHDR(&msg);

	if (!cmsg || cmsg->cmsg_type != SCM_RIGHTS)
		return err;
	rights = (int *)CMSG_DATA(cmsg);
	for (i = 0; i < (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++)
		close(rights[i]);

	return err;
}

static int do_close(struct trial *trial, const struct deed *deed)
{
	int fd = trial->fd[0];

	trial->fd[0] = -1;
	return result(close(fd));
}

/* An explicit AF_PERSOCK socket. */
static int new_persock(struct trial *trial, const struct deed *deed)
{
	return made(trial, socket(AF_PERSOCK_DEFAULT, deed->type,
				  PERSOCK_PROTOCOL(deed->family, 0)));
}

/*
 * Socket filters are left out: the kernel itself complains, with a backtrace,
 * when there is no memory for one.
 */
static const struct ip_mreqn membership = {
	.imr_multiaddr.s_addr = __constant_htonl(0xe00000fb),
	.imr_ifindex = 1,
};

static const int buffer_size = 65536;

#define IN4	AF_INET
#define IN6	AF_INET6
#define LOCAL	AF_UNIX
#define STREAM	SOCK_STREAM
#define DGRAM	SOCK_DGRAM

const struct deed deeds[] = {
	{ "socket", "TCP", nothing, new_socket, IN4, STREAM },
	{ "socket", "UDP", nothing, new_socket, IN4, DGRAM },
	{ "socket", "TCPv6", nothing, new_socket, IN6, STREAM },
	{ "socket", "UDPv6", nothing, new_socket, IN6, DGRAM },
	{ "socket", "stream", nothing, new_socket, LOCAL, STREAM },
	{ "socket", "datagram", nothing, new_socket, LOCAL, DGRAM },
	{ "pair", "stream", nothing, new_pair, LOCAL, STREAM },
	{ "pair", "datagram", nothing, new_pair, LOCAL, DGRAM },
	{ "bind", "TCP", with_socket, do_bind, IN4, STREAM },
	{ "bind", "UDP", with_socket, do_bind, IN4, DGRAM },
	{ "bind", "TCPv6", with_socket, do_bind, IN6, STREAM },
	{ "bind", "datagram", with_socket, do_bind, LOCAL, DGRAM },
	{ "bind", "TCP, listening", with_socket, do_listen, IN4, STREAM },
	{ "bind", "UDP, sending", with_peer, do_sendto, IN4, DGRAM },
	{ "connect", "TCP", with_peer, do_connect, IN4, STREAM },
	{ "connect", "TCPv6", with_peer, do_connect, IN6, STREAM },
	{ "connect", "UDP", with_peer, do_connect, IN4, DGRAM },
	{ "connect", "stream", with_peer, do_connect, LOCAL, STREAM },
	{ "accept", "TCP", with_connection, do_accept, IN4, STREAM },
	{ "accept", "TCPv6", with_connection, do_accept, IN6, STREAM },
	{ "accept", "stream", with_connection, do_accept, LOCAL, STREAM },
	{ "option", "buffer", with_socket, do_set, IN4, STREAM,
	  SOL_SOCKET, SO_RCVBUF, &buffer_size, sizeof(buffer_size) },
	{ "option", "congestion", with_socket, do_set, IN4, STREAM,
	  IPPROTO_TCP, TCP_CONGESTION, "reno", 4 },
	{ "option", "fast open", with_socket, do_set, IN4, STREAM,
	  IPPROTO_TCP, TCP_FASTOPEN_KEY, "0123456789abcdef", 16 },
	{ "option", "IP options", with_socket, do_set, IN4, DGRAM,
	  IPPROTO_IP, IP_OPTIONS, "\1\1\1", 4 },
	{ "option", "membership", with_socket, do_set, IN4, DGRAM,
	  IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof(membership) },
	{ "option", "buffer, got", with_socket, do_get, IN4, STREAM,
	  SOL_SOCKET, SO_RCVBUF },
	{ "option", "information, got", with_socket, do_get, IN4, STREAM,
	  IPPROTO_TCP, TCP_INFO },
	{ "option", "IP options, got", with_socket, do_get, IN4, DGRAM,
	  IPPROTO_IP, IP_OPTIONS },
	{ "ulp", "TLS", with_connection, do_set, IN4, STREAM,
	  IPPROTO_TCP, TCP_ULP, "tls", 3 },
	{ "send", "TCP", with_connection, do_send, IN4, STREAM },
	{ "send", "stream", new_pair, do_send, LOCAL, STREAM },
	{ "send", "rights", new_pair, send_rights, LOCAL, DGRAM },
	{ "send", "UDP, address", with_peer, send_pktinfo, IN4, DGRAM },
	{ "send", "UDPv6, address", with_peer, send_pktinfo, IN6, DGRAM },
	{ "send", "UDP, several", with_connection, do_sendmmsg, IN4, DGRAM },
	{ "receive", "rights", with_rights, do_recvmsg, LOCAL, DGRAM },
	{ "receive", "UDP, address", with_pktinfo, do_recvmsg, IN4, DGRAM },
	{ "close", "TCP", with_accepted, do_close, IN4, STREAM },
	{ "close", "UDP", with_socket, do_close, IN4, DGRAM },
	{ "close", "stream", with_accepted, do_close, LOCAL, STREAM },
	{ "close", "rights", with_rights, do_close, LOCAL, DGRAM },
	{ "persock", "TCP", nothing, new_persock, IN4, STREAM },
	{ "persock", "UDPv6", nothing, new_persock, IN6, DGRAM },
};

const size_t nr_deeds = sizeof(deeds) / sizeof(deeds[0]);

void trial_begin(struct trial *trial)
{
	int i;

	for (i = 0; i < FDS; i++)
		trial->fd[i] = -1;
}

void trial_end(struct trial *trial)
{
	int i;

	for (i = 0; i < FDS; i++) {
		if (trial->fd[i] >= 0)
			close(trial->fd[i]);
	}
}
