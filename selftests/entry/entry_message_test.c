// SPDX-License-Identifier: GPL-2.0
/*
 * Entries for what goes with a message: control messages and addresses, by
 * every call that carries them.
 */
#include <poll.h>

#include "entry.h"

static char hello[] = "hello";

typedef ssize_t (*message_t)(struct ring *ring, int fd, struct msghdr *msg);

static ssize_t send_one_message(struct ring *ring, int fd, struct msghdr *msg)
{
	return sendmsg(fd, msg, 0) < 0 ? -errno : 0;
}

static ssize_t send_messages(struct ring *ring, int fd, struct msghdr *msg)
{
	struct mmsghdr mmsg = { *msg };

	return sendmmsg(fd, &mmsg, 1, 0) != 1 ? -errno : 0;
}

static ssize_t ring_send_message(struct ring *ring, int fd, struct msghdr *msg)
{
	int n = ring_transfer(ring, IORING_OP_SENDMSG, 0, fd, msg, 1, 0);

	return n < 0 ? n : 0;
}

static ssize_t worker_send_message(struct ring *ring, int fd,
				   struct msghdr *msg)
{
	int n = ring_transfer(ring, IORING_OP_SENDMSG, IOSQE_ASYNC, fd, msg, 1,
			      0);

	return n < 0 ? n : 0;
}

/* IP_TTL is not among what may be sent, IP_TOS is. */
TEST_F(entry, control_messages_sent)
{
	static const struct {
		const char *name;
		message_t send;
	} ways[] = {
		{ "sendmsg", send_one_message },
		{ "sendmmsg", send_messages },
		{ "io_uring", ring_send_message },
		{ "io_uring's worker", worker_send_message },
	};
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = {};
	struct iovec iov = { hello, 5 };
	struct inet_addr addr;
	struct msghdr msg = {
		.msg_name = &addr.sa,
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	char in[8] = "";
	int from, to;
	size_t i;

	to = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr);
	ASSERT_LE(0, to);
	from = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, from);
	msg.msg_namelen = addr.len;
	control.header.cmsg_level = IPPROTO_IP;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	*(int *)CMSG_DATA(&control.header) = 16;
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		mark(self);
		control.header.cmsg_type = IP_TTL;
		EXPECT_EQ(self->governed ? -EINVAL : 0,
			  ways[i].send(&self->ring, from, &msg))
			TH_LOG("%s", ways[i].name);
		EXPECT_COUNTED(SENDMSG, 0, 0, 1);
		if (!self->governed)
			EXPECT_EQ(5, recv_all(to, in, 5));
		mark(self);
		control.header.cmsg_type = IP_TOS;
		EXPECT_EQ(0, ways[i].send(&self->ring, from, &msg))
			TH_LOG("%s", ways[i].name);
		EXPECT_COUNTED(SENDMSG, 1, 0, 0);
		memset(in, 0, sizeof(in));
		EXPECT_EQ(5, recv_all(to, in, 5));
		EXPECT_STREQ(hello, in);
		EXPECT_EQ(-1, recv(to, in, 5, MSG_DONTWAIT));
	}
	close(from);
	close(to);
}

static ssize_t receive_message(struct ring *ring, int fd, struct msghdr *msg)
{
	ssize_t n = recvmsg(fd, msg, 0);

	return n < 0 ? -errno : n;
}

static ssize_t receive_messages(struct ring *ring, int fd, struct msghdr *msg)
{
	struct mmsghdr mmsg = { *msg };

	if (recvmmsg(fd, &mmsg, 1, 0, NULL) != 1)
		return -errno;
	*msg = mmsg.msg_hdr;
	return mmsg.msg_len;
}

static ssize_t ring_receive_message(struct ring *ring, int fd,
				    struct msghdr *msg)
{
	return ring_transfer(ring, IORING_OP_RECVMSG, 0, fd, msg, 1, 0);
}

static ssize_t worker_receive_message(struct ring *ring, int fd,
				      struct msghdr *msg)
{
	return ring_transfer(ring, IORING_OP_RECVMSG, IOSQE_ASYNC, fd, msg, 1,
			     0);
}

/* What is received beside the data is whole, and marked where it is cut. */
TEST_F(entry, control_messages_received)
{
	static const struct {
		const char *name;
		message_t receive;
	} ways[] = {
		{ "recvmsg", receive_message },
		{ "recvmmsg", receive_messages },
		{ "io_uring", ring_receive_message },
		{ "io_uring's worker", worker_receive_message },
	};
	union {
		char buf[256];
		struct cmsghdr header;
	} control;
	struct in_pktinfo on = { .ipi_ifindex = 1 }, *info;
	struct inet_addr addr, peer, own;
	struct cmsghdr *cmsg;
	struct msghdr msg;
	struct iovec iov;
	char in[8];
	int from, to, tos = 0x10, expected;
	size_t i, j;

	to = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr);
	ASSERT_LE(0, to);
	ASSERT_EQ(0, setsockopt(to, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)));
	ASSERT_EQ(0, set_int(to, IPPROTO_IP, IP_RECVTOS, 1));
	/* Not an option under gvisor-2020: ignored. */
	ASSERT_EQ(0, set_int(to, IPPROTO_IP, IP_RECVTTL, 1));
	from = inet_bound(AF_INET, SOCK_DGRAM, 0, &own);
	ASSERT_LE(0, from);
	ASSERT_EQ(0, set_int(from, IPPROTO_IP, IP_TOS, tos));
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		for (j = 0; j < 2; j++) {
			memset(&control, 0xee, sizeof(control));
			memset(in, 0, sizeof(in));
			iov = (struct iovec) { in, sizeof(in) };
			msg = (struct msghdr) {
				.msg_name = &peer.sa,
				.msg_namelen = sizeof(peer.in6),
				.msg_iov = &iov, .msg_iovlen = 1,
				.msg_control = &control,
				/* The second time there is room for one. */
				.msg_controllen = j ? CMSG_SPACE(sizeof(on)) :
						      sizeof(control),
			};
			ASSERT_EQ(5, sendto(from, hello, 5, 0, &addr.sa,
					    addr.len));
			ASSERT_EQ(POLLIN, wait_for(to, POLLIN, SOON_MS));
			mark(self);
			ASSERT_EQ(5, ways[i].receive(&self->ring, to, &msg))
				TH_LOG("%s", ways[i].name);
			EXPECT_COUNTED(RECVMSG, 1, 0, 0);
			EXPECT_STREQ(hello, in);
			EXPECT_EQ(sizeof(peer.in), msg.msg_namelen);
			EXPECT_EQ(own.in.sin_port, peer.in.sin_port);
			EXPECT_EQ(j ? MSG_CTRUNC : 0,
				  msg.msg_flags & MSG_CTRUNC)
				TH_LOG("%s", ways[i].name);

			cmsg = CMSG_FIRSTHDR(&msg);
			ASSERT_NE(NULL, cmsg);
			EXPECT_EQ(IP_PKTINFO, cmsg->cmsg_type);
			EXPECT_EQ(CMSG_LEN(sizeof(*info)), cmsg->cmsg_len);
			info = (void *)CMSG_DATA(cmsg);
			EXPECT_EQ(htonl(INADDR_LOOPBACK),
				  info->ipi_addr.s_addr);
			expected = j ? 0 : self->governed ? 1 : 2;
			while ((cmsg = CMSG_NXTHDR(&msg, cmsg))) {
				expected--;
				EXPECT_EQ(IPPROTO_IP, cmsg->cmsg_level);
				if (cmsg->cmsg_type == IP_TOS)
					EXPECT_EQ(tos, *CMSG_DATA(cmsg));
			}
			EXPECT_EQ(0, expected)
				TH_LOG("%s", ways[i].name);
		}
	}
	close(from);
	close(to);
}

/* Addresses that go with a message. */
TEST_F(entry, addresses_of_messages)
{
	static const struct {
		const char *name;
		message_t send;
	} ways[] = {
		{ "sendmsg", send_one_message },
		{ "sendmmsg", send_messages },
		{ "io_uring", ring_send_message },
	};
	struct inet_addr addr, own, peer;
	struct iovec iov = { hello, 5 };
	struct msghdr msg = {
		.msg_name = &addr.sa, .msg_iov = &iov, .msg_iovlen = 1,
	};
	char in[8] = "";
	int from, to;
	size_t i;

	to = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr);
	ASSERT_LE(0, to);
	from = inet_bound(AF_INET, SOCK_DGRAM, 0, &own);
	ASSERT_LE(0, from);
	mark(self);
	ASSERT_EQ(5, syscall(SYS_sendto, from, hello, 5, 0, &addr.sa,
			     addr.len));
	EXPECT_EQ(self->governed ? -1 : 5,
		  syscall(SYS_sendto, from, hello, 5, MSG_CONFIRM, &addr.sa,
			  addr.len));
	EXPECT_COUNTED(SENDMSG, 1, 0, 1);
	peer.len = sizeof(peer.in6);
	mark(self);
	EXPECT_EQ(5, syscall(SYS_recvfrom, to, in, sizeof(in), 0, &peer.sa,
			     &peer.len));
	EXPECT_COUNTED(RECVMSG, 1, 0, 0);
	EXPECT_EQ(sizeof(peer.in), peer.len);
	EXPECT_EQ(own.in.sin_port, peer.in.sin_port);
	if (!self->governed)
		EXPECT_EQ(5, recv_all(to, in, 5));
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		/* Longer than any address of the family (seed H2). */
		msg.msg_namelen = i ? addr.len : sizeof(addr.in6);
		memset(in, 0, sizeof(in));
		EXPECT_EQ(0, ways[i].send(&self->ring, from, &msg))
			TH_LOG("%s", ways[i].name);
		EXPECT_EQ(5, recv_all(to, in, 5));
		EXPECT_STREQ(hello, in);
	}
	close(from);
	close(to);
}

int main(int argc, char **argv)
{
	return entry_main(argc, argv);
}
