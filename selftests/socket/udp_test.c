// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams: addresses, errors, control messages, time stamps and batches of
 * UDP sockets are what the kernel makes of them, under every provider.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/time.h>

#include "inet.h"
#include "same.h"

#ifndef SIOCGSTAMP_NEW
#define SIOCGSTAMP_NEW	_IOR(SOCK_IOC_TYPE, 0x06, long long[2])
#endif
#ifndef SO_TIMESTAMPING_OLD
#define SO_TIMESTAMPING_OLD	37
#endif

/* sendto() and recvfrom() between unconnected sockets; v4 and v6. */
TEST_F(same, sendto_and_recvfrom)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct inet_addr addr[2], from;
	char buf[16];
	int fds[2];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		fds[0] = inet_bound(families[i], SOCK_DGRAM, 0, &addr[0]);
		fds[1] = inet_bound(families[i], SOCK_DGRAM, 0, &addr[1]);
		ASSERT_LE(0, fds[0]);
		ASSERT_LE(0, fds[1]);
		ASSERT_EQ(5, sendto(fds[0], "hello", 5, 0, &addr[1].sa,
				    addr[1].len));
		ASSERT_EQ(POLLIN, wait_for(fds[1], POLLIN, SOON_MS));
		from.len = sizeof(from.in6);
		EXPECT_EQ(5, recvfrom(fds[1], buf, sizeof(buf), 0, &from.sa,
				      &from.len));
		EXPECT_EQ(addr[0].len, from.len);
		EXPECT_EQ(0, memcmp(&addr[0].sa, &from.sa, from.len));
		EXPECT_EQ(-1, send(fds[0], "x", 1, 0));
		EXPECT_EQ(EDESTADDRREQ, errno);
		close(fds[0]);
		close(fds[1]);
	}
}

/* A datagram is cut to the buffer, and MSG_TRUNC returns how long it was. */
TEST_F(same, truncation)
{
	struct iovec iov = { .iov_len = 2 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	char buf[2];
	int fds[2], n;

	iov.iov_base = buf;
	ASSERT_EQ(0, udp_open(fds, AF_INET));
	ASSERT_EQ(5, send(fds[0], "hello", 5, 0));
	ASSERT_EQ(5, send(fds[0], "world", 5, 0));
	ASSERT_EQ(0, send(fds[0], "", 0, 0));
	ASSERT_EQ(POLLIN, wait_for(fds[1], POLLIN, SOON_MS));
	ASSERT_EQ(0, ioctl(fds[1], FIONREAD, &n));
	EXPECT_EQ(5, n);
	EXPECT_EQ(5, recv(fds[1], buf, sizeof(buf), MSG_TRUNC));
	EXPECT_EQ(2, recvmsg(fds[1], &msg, 0));
	EXPECT_EQ(MSG_TRUNC, msg.msg_flags);
	EXPECT_EQ(0, recv(fds[1], buf, sizeof(buf), 0));
	close(fds[0]);
	close(fds[1]);
}

/* A port that nobody has answers: the error comes once, by SO_ERROR or a call. */
TEST_F(same, port_unreachable)
{
	struct inet_addr addr;
	int fd, gone;
	char c;

	gone = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr);
	ASSERT_LE(0, gone);
	close(gone);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, connect(fd, &addr.sa, addr.len));
	ASSERT_EQ(1, send(fd, "a", 1, 0));
	EXPECT_NE(0, wait_for(fd, 0, SOON_MS) & POLLERR);
	EXPECT_EQ(ECONNREFUSED, get_int(fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(0, get_int(fd, SOL_SOCKET, SO_ERROR));
	ASSERT_EQ(1, send(fd, "a", 1, 0));
	EXPECT_NE(0, wait_for(fd, 0, SOON_MS) & POLLERR);
	EXPECT_EQ(-1, recv(fd, &c, 1, 0));
	EXPECT_EQ(ECONNREFUSED, errno);
	close(fd);
}

/* IP_RECVERR keeps the error with its origin in the error queue. */
TEST_F(same, error_queue)
{
	struct inet_addr addr;
	char buf[8], control[256];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int fd, gone;

	gone = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr);
	ASSERT_LE(0, gone);
	close(gone);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, set_int(fd, IPPROTO_IP, IP_RECVERR, 1));
	ASSERT_EQ(1, sendto(fd, "a", 1, 0, &addr.sa, addr.len));
	EXPECT_NE(0, wait_for(fd, 0, SOON_MS) & POLLERR);
	EXPECT_EQ(1, recvmsg(fd, &msg, MSG_ERRQUEUE));
	EXPECT_EQ('a', buf[0]);
	ASSERT_NE(NULL, CMSG_FIRSTHDR(&msg));
	EXPECT_EQ(IP_RECVERR, CMSG_FIRSTHDR(&msg)->cmsg_type);
	close(fd);
}

/* connect() with AF_UNSPEC dissolves the association; another one follows. */
TEST_F(same, disconnect)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct inet_addr addr[2], peer = { .len = sizeof(peer.in6) };
	int fds[2], fd, i;

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, fd);
	for (i = 0; i < 2; i++) {
		fds[i] = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr[i]);
		ASSERT_LE(0, fds[i]);
		EXPECT_EQ(-1, getpeername(fd, &peer.sa, &peer.len));
		EXPECT_EQ(ENOTCONN, errno);
		ASSERT_EQ(0, connect(fd, &addr[i].sa, addr[i].len));
		EXPECT_EQ(0, getpeername(fd, &peer.sa, &peer.len));
		EXPECT_EQ(addr[i].in.sin_port, peer.in.sin_port);
		EXPECT_EQ(1, passes(fd, fds[i]));
		ASSERT_EQ(0, connect(fd, &none, sizeof(none)));
	}
	close(fd);
	close(fds[0]);
	close(fds[1]);
}

/* IP_PKTINFO both ways: where a datagram came to, and where it shall go from. */
TEST_F(same, packet_info)
{
	union {
		char buf[CMSG_SPACE(sizeof(struct in_pktinfo))];
		struct cmsghdr align;
	} control = {};
	char c = 'p';
	struct iovec iov = { &c, 1 };
	struct inet_addr from, to;
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct in_pktinfo *info;
	struct cmsghdr *cmsg = &control.align;
	int sender, receiver;

	receiver = inet_bound(AF_INET, SOCK_DGRAM, 0, &to);
	ASSERT_LE(0, receiver);
	ASSERT_EQ(0, set_int(receiver, IPPROTO_IP, IP_PKTINFO, 1));
	sender = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, sender);

	msg.msg_name = &to.sa;
	msg.msg_namelen = to.len;
	cmsg->cmsg_level = IPPROTO_IP;
	cmsg->cmsg_type = IP_PKTINFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(*info));
	info = (void *)CMSG_DATA(cmsg);
	info->ipi_spec_dst.s_addr = htonl(0x7f000005);
	ASSERT_EQ(1, sendmsg(sender, &msg, 0));

	ASSERT_EQ(POLLIN, wait_for(receiver, POLLIN, SOON_MS));
	memset(&control, 0, sizeof(control));
	msg.msg_name = &from.sa;
	msg.msg_namelen = sizeof(from.in6);
	ASSERT_EQ(1, recvmsg(receiver, &msg, 0));
	EXPECT_EQ(htonl(0x7f000005), from.in.sin_addr.s_addr);
	cmsg = CMSG_FIRSTHDR(&msg);
	ASSERT_NE(NULL, cmsg);
	EXPECT_EQ(IP_PKTINFO, cmsg->cmsg_type);
	info = (void *)CMSG_DATA(cmsg);
	EXPECT_EQ(htonl(INADDR_LOOPBACK), info->ipi_addr.s_addr);
	EXPECT_EQ(1, info->ipi_ifindex);
	close(sender);
	close(receiver);
}

/* A control message without room sets MSG_CTRUNC. */
TEST_F(same, control_truncation)
{
	char c, control[4];
	struct iovec iov = { &c, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int fds[2];

	ASSERT_EQ(0, udp_open(fds, AF_INET));
	ASSERT_EQ(0, set_int(fds[1], IPPROTO_IP, IP_PKTINFO, 1));
	ASSERT_EQ(1, send(fds[0], "c", 1, 0));
	ASSERT_EQ(POLLIN, wait_for(fds[1], POLLIN, SOON_MS));
	EXPECT_EQ(1, recvmsg(fds[1], &msg, 0));
	EXPECT_NE(0, msg.msg_flags & MSG_CTRUNC);
	close(fds[0]);
	close(fds[1]);
}

/* The ioctls for the time of the last datagram, old and new. */
TEST_F(same, last_time_stamp)
{
	long long stamp[2] = {};
	struct timeval tv = {}, now;
	struct timespec ts = {};
	int fds[2];

	ASSERT_EQ(0, udp_open(fds, AF_INET));
	/* The first call turns the stamps on. */
	ioctl(fds[1], SIOCGSTAMP, &tv);
	ASSERT_EQ(0, gettimeofday(&now, NULL));
	ASSERT_EQ(1, passes(fds[0], fds[1]));
	ASSERT_EQ(0, ioctl(fds[1], SIOCGSTAMP, &tv));
	EXPECT_LE(now.tv_sec, tv.tv_sec);
	EXPECT_GE(now.tv_sec + 60, tv.tv_sec);
	ASSERT_EQ(0, ioctl(fds[1], SIOCGSTAMP_NEW, stamp));
	EXPECT_EQ(tv.tv_sec, stamp[0]);
	EXPECT_EQ(tv.tv_usec, stamp[1]);
	ASSERT_EQ(0, ioctl(fds[1], SIOCGSTAMPNS, &ts));
	EXPECT_EQ(tv.tv_sec, ts.tv_sec);
	EXPECT_EQ(tv.tv_usec, ts.tv_nsec / 1000);
	close(fds[0]);
	close(fds[1]);
}

/*
 * SO_TIMESTAMPING: each datagram comes with its time. Not at once: the kernel
 * leaves it to a worker to switch the stamps on.
 */
TEST_F(same, time_stamping)
{
	char c, control[256];
	struct iovec iov = { &c, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
	};
	struct cmsghdr *cmsg = NULL;
	int fds[2], flags, i;
	struct timespec *ts;

	flags = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
	ASSERT_EQ(0, udp_open(fds, AF_INET));
	ASSERT_EQ(0, set_int(fds[1], SOL_SOCKET, SO_TIMESTAMPING_OLD, flags));
	EXPECT_EQ(flags, get_int(fds[1], SOL_SOCKET, SO_TIMESTAMPING_OLD));
	for (i = 0; i < 6000 && !cmsg; i++) {
		poll(NULL, 0, i ? 10 : 0);
		ASSERT_EQ(1, send(fds[0], "t", 1, 0));
		ASSERT_EQ(POLLIN, wait_for(fds[1], POLLIN, SOON_MS));
		msg.msg_controllen = sizeof(control);
		ASSERT_EQ(1, recvmsg(fds[1], &msg, 0));
		cmsg = CMSG_FIRSTHDR(&msg);
	}
	ASSERT_NE(NULL, cmsg);
	EXPECT_EQ(SOL_SOCKET, cmsg->cmsg_level);
	EXPECT_EQ(SO_TIMESTAMPING_OLD, cmsg->cmsg_type);
	ts = (void *)CMSG_DATA(cmsg);
	EXPECT_NE(0, ts[0].tv_sec);
	close(fds[0]);
	close(fds[1]);
}

/* A batch goes and comes as one call. */
TEST_F(same, batch)
{
	char data[3] = "abc", buf[3] = "";
	struct mmsghdr to[3] = {}, from[3] = {};
	struct iovec iov[3], iov_in[3];
	int fds[2], i;

	ASSERT_EQ(0, udp_open(fds, AF_INET));
	for (i = 0; i < 3; i++) {
		iov[i] = (struct iovec){ &data[i], 1 };
		to[i].msg_hdr.msg_iov = &iov[i];
		to[i].msg_hdr.msg_iovlen = 1;
		iov_in[i] = (struct iovec){ &buf[i], 1 };
		from[i].msg_hdr.msg_iov = &iov_in[i];
		from[i].msg_hdr.msg_iovlen = 1;
	}
	EXPECT_EQ(3, sendmmsg(fds[0], to, 3, 0));
	EXPECT_EQ(3, recvmmsg(fds[1], from, 3, 0, NULL));
	EXPECT_EQ(0, memcmp(data, buf, 3));
	EXPECT_EQ(-1, recvmmsg(fds[1], from, 3, MSG_DONTWAIT, NULL));
	EXPECT_EQ(EAGAIN, errno);
	close(fds[0]);
	close(fds[1]);
}

/*
 * When a later message of a batch fails, the call returns how many came before,
 * and the error is kept for the next call.
 */
TEST_F(same, batch_keeps_the_error)
{
	struct mmsghdr from[2] = {};
	struct iovec iov[2];
	char first = 0, c = 0;
	int fds[2];

	iov[0] = (struct iovec){ &first, 1 };
	iov[1] = (struct iovec){ (void *)1, 1 };
	from[0].msg_hdr.msg_iov = &iov[0];
	from[0].msg_hdr.msg_iovlen = 1;
	from[1].msg_hdr.msg_iov = &iov[1];
	from[1].msg_hdr.msg_iovlen = 1;
	ASSERT_EQ(0, udp_open(fds, AF_INET));
	ASSERT_EQ(1, send(fds[0], "a", 1, 0));
	ASSERT_EQ(1, send(fds[0], "b", 1, 0));
	ASSERT_EQ(1, send(fds[0], "c", 1, 0));
	EXPECT_EQ(1, recvmmsg(fds[1], from, 2, 0, NULL));
	EXPECT_EQ('a', first);
	EXPECT_EQ(-1, recvmmsg(fds[1], from, 1, MSG_DONTWAIT, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(1, recv(fds[1], &c, 1, MSG_DONTWAIT));
	EXPECT_EQ('c', c);
	close(fds[0]);
	close(fds[1]);
}

/* The error that recvmmsg() keeps is the one that SO_ERROR returns. */
TEST_F(same, batch_error_in_so_error)
{
	struct mmsghdr from[2] = {};
	struct iovec iov[2];
	char first = 0;
	int fds[2];

	iov[0] = (struct iovec){ &first, 1 };
	iov[1] = (struct iovec){ (void *)1, 1 };
	from[0].msg_hdr.msg_iov = &iov[0];
	from[0].msg_hdr.msg_iovlen = 1;
	from[1].msg_hdr.msg_iov = &iov[1];
	from[1].msg_hdr.msg_iovlen = 1;
	ASSERT_EQ(0, udp_open(fds, AF_INET));
	ASSERT_EQ(1, send(fds[0], "a", 1, 0));
	ASSERT_EQ(1, send(fds[0], "b", 1, 0));
	EXPECT_EQ(1, recvmmsg(fds[1], from, 2, 0, NULL));
	EXPECT_EQ(EFAULT, get_int(fds[1], SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(0, get_int(fds[1], SOL_SOCKET, SO_ERROR));
	close(fds[0]);
	close(fds[1]);
}

/* UDP_CORK joins several sends into one datagram. */
TEST_F(same, cork)
{
	char buf[8] = "";
	int fds[2];

	ASSERT_EQ(0, udp_open(fds, AF_INET));
	ASSERT_EQ(0, set_int(fds[0], IPPROTO_UDP, UDP_CORK, 1));
	ASSERT_EQ(2, send(fds[0], "ab", 2, 0));
	ASSERT_EQ(2, send(fds[0], "cd", 2, 0));
	ASSERT_EQ(0, set_int(fds[0], IPPROTO_UDP, UDP_CORK, 0));
	ASSERT_EQ(POLLIN, wait_for(fds[1], POLLIN, SOON_MS));
	EXPECT_EQ(4, recv(fds[1], buf, sizeof(buf), 0));
	EXPECT_STREQ("abcd", buf);
	close(fds[0]);
	close(fds[1]);
}

/* SO_PEEK_OFF: each peek begins where the last one ended. */
TEST_F(same, peek_offset)
{
	char buf[4] = "";
	int fds[2];

	ASSERT_EQ(0, udp_open(fds, AF_INET));
	ASSERT_EQ(0, set_int(fds[1], SOL_SOCKET, SO_PEEK_OFF, 0));
	ASSERT_EQ(4, send(fds[0], "abcd", 4, 0));
	ASSERT_EQ(POLLIN, wait_for(fds[1], POLLIN, SOON_MS));
	EXPECT_EQ(2, recv(fds[1], buf, 2, MSG_PEEK));
	EXPECT_STREQ("ab", buf);
	EXPECT_EQ(2, get_int(fds[1], SOL_SOCKET, SO_PEEK_OFF));
	EXPECT_EQ(2, recv(fds[1], buf, 2, MSG_PEEK));
	EXPECT_STREQ("cd", buf);
	close(fds[0]);
	close(fds[1]);
}

int main(int argc, char **argv)
{
	return same_main(argc, argv);
}
