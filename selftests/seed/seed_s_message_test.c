// SPDX-License-Identifier: GPL-2.0
/*
 * The rows of the system calls that send and receive: S11 to S15, and S16 (what
 * passes beside the data of AF_UNIX).
 */
#include <fcntl.h>
#include <linux/errqueue.h>
#include <poll.h>
#include <sys/stat.h>

#include "seed_s.h"

/* The flags that recvmsg() knows; one more is taken for an empty queue. */
#define S11_FLAGS \
	(MSG_OOB | MSG_DONTROUTE | MSG_DONTWAIT | MSG_NOSIGNAL | MSG_WAITALL | \
	 MSG_TRUNC | MSG_CTRUNC | MSG_PEEK | MSG_CMSG_CLOEXEC)

/*
 * recvmsg: the flags that there are, on a socket that has no opinion of its
 * own (H6 is hostinet's); MSG_ERRQUEUE is EAGAIN; iovecs; the control buffer.
 */
TEST_F(seed_s, S11_recvmsg)
{
	static struct iovec iov[MAX_IOVECS + 1];
	struct seed_message m, r;
	struct msghdr *msg;
	struct inet_addr addr;
	int fd, gone, sv[2];
	long expected, seen;
	unsigned int bit;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, sv));
	/* The last bit is refused by the system call: 32-bit programs'. */
	for (bit = 0; bit < 31; bit++) {
		int flags = 1U << bit | MSG_DONTWAIT;

		ASSERT_EQ(1, send(self->ref[0], "x", 1, 0));
		ASSERT_EQ(1, send(sv[0], "x", 1, 0));
		expected = result(recvmsg(self->ref[1], seed_message(&r, 64),
					  flags));
		if (self->governed && flags & MSG_ERRQUEUE)
			expected = -EAGAIN;
		else if (self->governed && flags & ~S11_FLAGS)
			expected = -EINVAL;
		seen = result(recvmsg(sv[1], seed_message(&m, 64), flags));
		EXPECT_EQ(expected, seen)
			TH_LOG("flags %#x", flags);
		if (1U << bit == MSG_CONFIRM)
			EXPECT_EQ(self->governed ? -EINVAL : 1, seen);
		while (recv(sv[1], &m.data, 1, MSG_DONTWAIT) == 1)
			;
		while (recv(self->ref[1], &m.data, 1, MSG_DONTWAIT) == 1)
			;
	}

	/* Iovecs: an empty message has room in any number of them. */
	msg = seed_message(&m, 0);
	msg->msg_iov = iov;
	for (fd = 0; fd <= MAX_IOVECS; fd++)
		iov[fd] = (struct iovec){ &m.data, 1 };
	ASSERT_EQ(1, send(sv[0], "x", 1, 0));
	ASSERT_EQ(1, send(self->tcp.client, "x", 1, 0));
	ASSERT_EQ(POLLIN, wait_for(self->tcp.server, POLLIN, SOON_MS));
	msg->msg_iovlen = MAX_IOVECS + 1;
	EXPECT_EQ(-EMSGSIZE, result(recvmsg(sv[1], msg, 0)));
	EXPECT_EQ(-EMSGSIZE, result(recvmsg(self->tcp.server, msg, 0)));
	msg->msg_iovlen = MAX_IOVECS;
	EXPECT_EQ(1, result(recvmsg(sv[1], msg, 0)));
	EXPECT_EQ(1, result(recvmsg(self->tcp.server, msg, 0)));

	/* The control buffer; nothing is taken by a call that is refused. */
	ASSERT_EQ(1, send(sv[0], "x", 1, 0));
	ASSERT_EQ(1, send(self->tcp.client, "x", 1, 0));
	ASSERT_EQ(POLLIN, wait_for(self->tcp.server, POLLIN, SOON_MS));
	for (fd = 0; fd < 2; fd++) {
		int from = fd ? self->tcp.server : sv[1];

		msg = seed_message(&m, CONTROL_MAX + 1);
		EXPECT_EQ(self->governed ? -ENOBUFS : 1,
			  result(recvmsg(from, msg, MSG_PEEK)));
		/* As much of it as was there is left to the kernel. */
		msg = seed_message(&m, CONTROL_MAX);
		EXPECT_EQ(1, result(recvmsg(from, msg, 0)));
		EXPECT_EQ(0, msg->msg_controllen);
	}
	close(sv[0]);
	close(sv[1]);

	/* An error that is in the queue is not seen. */
	gone = inet_bound(AF_INET, SOCK_DGRAM, 0, &addr);
	ASSERT_LE(0, gone);
	close(gone);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EAGAIN, result(recvmsg(fd, seed_message(&m, 0),
					  MSG_ERRQUEUE)));
	/* Ignored under gvisor-2020; the error comes as SO_ERROR then. */
	ASSERT_EQ(0, set_int(fd, IPPROTO_IP, IP_RECVERR, 1));
	ASSERT_EQ(0, connect(fd, &addr.sa, addr.len));
	ASSERT_EQ(1, send(fd, "e", 1, 0));
	ASSERT_NE(0, wait_for(fd, POLLERR, SOON_MS) & POLLERR);
	EXPECT_EQ(self->governed ? -EAGAIN : 1,
		  result(recvmsg(fd, seed_message(&m, 0), MSG_ERRQUEUE)));
	EXPECT_EQ(self->governed ? ECONNREFUSED : 0,
		  get_int(fd, SOL_SOCKET, SO_ERROR));
	close(fd);
}

/*
 * recvmmsg: flags as S11's; a bad timeout is EINVAL; messages before an error
 * are counted, and the next call returns the error.
 *
 * Deviations: MSG_PEEK is not refused, as recvmmsg() comes as recvmsg() does;
 * nor is MSG_WAITFORONE, which ends in the system call.
 */
TEST_F(seed_s, S12_recvmmsg)
{
	static const struct timespec bad[] = {
		{ 0, 1000000000 }, { 0, -1 }, { -1, 0 },
	};
	struct mmsghdr messages[4];
	struct seed_message m[4];
	int sv[2], udp[2], i, kind;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, sv));
	ASSERT_EQ(0, udp_open(udp, AF_INET));
	for (kind = 0; kind < 2; kind++) {
		int *fds = kind ? udp : sv, to = fds[1];

#define RECEIVE(flags, timeout) ({					\
	for (i = 0; i < 4; i++)						\
		messages[i].msg_hdr = *seed_message(&m[i], 64);		\
	result(recvmmsg(to, messages, 4, flags, timeout));		\
})
		for (i = 0; i < ARRAY_SIZE(bad); i++)
			EXPECT_EQ(-EINVAL, result(recvmmsg(to, messages, 4,
							   MSG_DONTWAIT,
							   (void *)&bad[i])));
		EXPECT_EQ(-EAGAIN, RECEIVE(MSG_DONTWAIT, NULL));
		for (i = 0; i < 2; i++)
			ASSERT_EQ(1, send(fds[0], "x", 1, 0));
		ASSERT_EQ(POLLIN, wait_for(to, POLLIN, SOON_MS));
		/* Refused, and nothing is taken. */
		EXPECT_EQ(self->governed ? -EINVAL : 2,
			  RECEIVE(MSG_DONTWAIT | MSG_CONFIRM, NULL));
		if (!self->governed) {
			for (i = 0; i < 2; i++)
				ASSERT_EQ(1, send(fds[0], "x", 1, 0));
		}
		EXPECT_EQ(kind && self->governed ? -EINVAL : 2,
			  RECEIVE(MSG_DONTWAIT | MSG_CMSG_CLOEXEC, NULL));
		if (!kind || !self->governed) {
			for (i = 0; i < 2; i++)
				ASSERT_EQ(1, send(fds[0], "x", 1, 0));
		}
		if (self->governed)
			EXPECT_EQ(-EAGAIN, RECEIVE(MSG_ERRQUEUE, NULL));
		/* The same one is seen again and again. */
		EXPECT_EQ(4, RECEIVE(MSG_PEEK, NULL));
		EXPECT_EQ(2, RECEIVE(MSG_WAITFORONE, NULL));

		/* The third message cannot be received. */
		for (i = 0; i < 4; i++)
			ASSERT_EQ(1, send(fds[0], "x", 1, 0));
		for (i = 0; i < 4; i++)
			messages[i].msg_hdr = *seed_message(&m[i], 0);
		messages[2].msg_hdr.msg_iovlen = MAX_IOVECS + 1;
		EXPECT_EQ(2, result(recvmmsg(to, messages, 4, 0, NULL)));
		EXPECT_EQ(EMSGSIZE, get_int(to, SOL_SOCKET, SO_ERROR));
		EXPECT_EQ(2, RECEIVE(MSG_DONTWAIT, NULL));
		for (i = 0; i < 2; i++)
			EXPECT_EQ(1, messages[i].msg_len);
	}
#undef RECEIVE
	for (i = 0; i < 2; i++) {
		close(sv[i]);
		close(udp[i]);
	}
}

/*
 * recvfrom: the flags.
 *
 * Deviations, as recvfrom() comes as recvmsg() does: MSG_ERRQUEUE is EAGAIN
 * and not EINVAL, MSG_CMSG_CLOEXEC is not refused, and MSG_CONFIRM is.
 */
TEST_F(seed_s, S13_recvfrom)
{
	const unsigned int known = MSG_OOB | MSG_DONTROUTE | MSG_DONTWAIT |
				   MSG_NOSIGNAL | MSG_WAITALL | MSG_TRUNC |
				   MSG_CTRUNC | MSG_PEEK;
	long expected, seen;
	unsigned int bit;
	int sv[2];
	char c;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, sv));
	for (bit = 0; bit < 31; bit++) {
		int flags = 1U << bit | MSG_DONTWAIT;

		ASSERT_EQ(1, send(self->ref[0], "x", 1, 0));
		ASSERT_EQ(1, send(sv[0], "x", 1, 0));
		expected = result(recvfrom(self->ref[1], &c, 1, flags, NULL,
					   NULL));
		if (self->governed && flags & MSG_ERRQUEUE)
			expected = -EAGAIN;
		else if (self->governed && flags & ~known &&
			 1U << bit != MSG_CMSG_CLOEXEC)
			expected = -EINVAL;
		seen = result(recvfrom(sv[1], &c, 1, flags, NULL, NULL));
		EXPECT_EQ(expected, seen)
			TH_LOG("flags %#x", flags);
		while (recv(sv[1], &c, 1, MSG_DONTWAIT) == 1)
			;
		while (recv(self->ref[1], &c, 1, MSG_DONTWAIT) == 1)
			;
	}
	close(sv[0]);
	close(sv[1]);
}

/*
 * sendmsg, sendmmsg: the flags; the control buffer; messages before an error
 * are counted.
 *
 * Deviation: on AF_INET, MSG_FASTOPEN is not refused, as it is sendto's and
 * sendmsg() comes as that does.
 */
TEST_F(seed_s, S14_sendmsg)
{
	const unsigned int known = MSG_DONTWAIT | MSG_EOR | MSG_MORE |
				   MSG_NOSIGNAL;
	struct seed_message m[4];
	struct mmsghdr messages[4];
	long expected, seen;
	int sv[2], udp[2], one = 1, i;
	static char *huge;
	struct msghdr *msg;
	unsigned int bit;
	char c;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, sv));
	ASSERT_EQ(0, udp_open(udp, AF_INET));
	for (bit = 0; bit < 32; bit++) {
		unsigned int flags = 1U << bit;

		if (flags & seed_internal_flags())
			continue;
		expected = result(sendmsg(self->ref[0], seed_message(m, 0),
					  flags));
		if (self->governed && flags & ~known)
			expected = -EINVAL;
		seen = result(sendmsg(sv[0], seed_message(m, 0), flags));
		EXPECT_EQ(expected, seen)
			TH_LOG("flags %#x", flags);
		if (flags == MSG_CONFIRM || flags == MSG_FASTOPEN)
			EXPECT_EQ(self->governed ? -EINVAL : 1, seen);
		messages[0].msg_hdr = *seed_message(m, 0);
		seen = result(sendmmsg(sv[0], messages, 1, flags));
		EXPECT_EQ(expected, seen)
			TH_LOG("sendmmsg, flags %#x", flags);
		while (recv(sv[1], &c, 1, MSG_DONTWAIT) == 1)
			;
		while (recv(self->ref[1], &c, 1, MSG_DONTWAIT) == 1)
			;
	}
	EXPECT_EQ(1, result(sendmsg(udp[0], seed_message(m, 0),
				    MSG_FASTOPEN)));
	EXPECT_EQ(1, recv(udp[1], &c, 1, 0));

	/* The kernel itself has less room than that for it. */
	huge = calloc(1, CONTROL_MAX + 1);
	ASSERT_NE(NULL, huge);
	for (i = 0; i < 2; i++) {
		msg = seed_message(m, 0);
		msg->msg_control = huge;
		msg->msg_controllen = CONTROL_MAX + i;
		EXPECT_EQ(-ENOBUFS, result(sendmsg(sv[0], msg, 0)));
		EXPECT_EQ(-ENOBUFS, result(sendmsg(udp[0], msg, 0)));
	}
	free(huge);

	/* The third is refused by the kernel, then by the personality. */
	for (i = 0; i < 4; i++)
		messages[i].msg_hdr = *seed_message(&m[i], 0);
	messages[2].msg_hdr.msg_iovlen = MAX_IOVECS + 1;
	EXPECT_EQ(2, result(sendmmsg(udp[0], messages, 4, 0)));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(1, recv(udp[1], &c, 1, 0));
	seed_message(&m[2], 0);
	add_control(&m[2], IPPROTO_IP, IP_TTL, &one, sizeof(one));
	messages[2].msg_hdr = m[2].msg;
	EXPECT_EQ(self->governed ? 2 : 4,
		  result(sendmmsg(udp[0], messages, 4, 0)));
	for (i = 0; i < (self->governed ? 2 : 4); i++)
		EXPECT_EQ(1, recv(udp[1], &c, 1, 0));
	EXPECT_EQ(-EAGAIN, result(recv(udp[1], &c, 1, MSG_DONTWAIT)));
	/* The first of all: its error is the result. */
	EXPECT_EQ(self->governed ? -EINVAL : 1,
		  result(sendmmsg(udp[0], &messages[2], 1, 0)));
	for (i = 0; i < 2; i++) {
		close(sv[i]);
		close(udp[i]);
	}
}

/*
 * sendto: on AF_INET, the provider's flags only (H9).
 *
 * Deviation: on AF_UNIX, sendto() comes as sendmsg() does, so the flags of S14
 * hold for it.
 */
TEST_F(seed_s, S15_sendto)
{
	int sv[2], fd, server;
	char c;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(1, result(sendto(fd, "f", 1, MSG_FASTOPEN,
				   &self->tcp.addr.sa, self->tcp.addr.len)));
	server = accept(self->tcp.listener, NULL, NULL);
	ASSERT_LE(0, server);
	EXPECT_EQ(1, recv_all(server, &c, 1));
	EXPECT_EQ('f', c);
	EXPECT_EQ(self->governed ? -EINVAL : 1,
		  result(sendto(fd, "x", 1, MSG_CONFIRM, NULL, 0)));
	close(server);
	close(fd);

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	EXPECT_EQ(self->governed ? -EINVAL : 1,
		  result(sendto(sv[0], "x", 1, MSG_CONFIRM, NULL, 0)));
	EXPECT_EQ(self->governed ? -EINVAL : 1,
		  result(sendto(sv[0], "x", 1, MSG_FASTOPEN, NULL, 0)));
	EXPECT_EQ(1, result(sendto(sv[0], "x", 1, MSG_EOR | MSG_NOSIGNAL,
				   NULL, 0)));
	close(sv[0]);
	close(sv[1]);
}

#define S16_FDS	3

/* Send S16_FDS descriptors of @fd over @via. */
static long send_rights(int via, int fd)
{
	const int fds[S16_FDS] = { fd, fd, fd };
	struct seed_message m;

	seed_message(&m, 0);
	add_control(&m, SOL_SOCKET, SCM_RIGHTS, fds, sizeof(fds));
	return result(sendmsg(via, &m.msg, 0));
}

/* AF_UNIX: descriptors and credentials pass; nothing else does. */
TEST_F(seed_s, S16_unix)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	struct ucred cred = {};
	struct seed_message m;
	struct stat sent, got;
	struct cmsghdr *cmsg;
	struct msghdr *msg;
	int sv[2], fds[S16_FDS], before, count, room, one = 1;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		ASSERT_EQ(0, socketpair(AF_UNIX, types[i], 0, sv));

		/* All of them, with and without close-on-exec. */
		for (room = 0; room < 2; room++) {
			ASSERT_EQ(1, send_rights(sv[0], sv[0]));
			msg = seed_message(&m, sizeof(m.control));
			ASSERT_EQ(1, recvmsg(sv[1], msg,
					     room ? MSG_CMSG_CLOEXEC : 0));
			EXPECT_EQ(0, msg->msg_flags & MSG_CTRUNC);
			cmsg = find_control(msg, SOL_SOCKET, SCM_RIGHTS);
			ASSERT_NE(NULL, cmsg);
			ASSERT_EQ(CMSG_LEN(sizeof(fds)), cmsg->cmsg_len);
			memcpy(fds, CMSG_DATA(cmsg), sizeof(fds));
			ASSERT_EQ(0, fstat(sv[0], &sent));
			for (count = 0; count < S16_FDS; count++) {
				ASSERT_EQ(0, fstat(fds[count], &got));
				EXPECT_EQ(sent.st_ino, got.st_ino);
				EXPECT_EQ(room ? FD_CLOEXEC : 0,
					  fcntl(fds[count], F_GETFD));
				close(fds[count]);
			}
		}

		/* Room for none, and for one: the others leave no trace. */
		for (room = 0; room < 2; room++) {
			before = next_fd();
			ASSERT_EQ(1, send_rights(sv[0], sv[0]));
			msg = seed_message(&m, room ? CMSG_LEN(sizeof(int)) :
						      0);
			ASSERT_EQ(1, recvmsg(sv[1], msg, 0));
			EXPECT_NE(0, msg->msg_flags & MSG_CTRUNC);
			cmsg = find_control(msg, SOL_SOCKET, SCM_RIGHTS);
			EXPECT_EQ(room, !!cmsg);
			EXPECT_EQ(before + room, next_fd());
			if (cmsg) {
				memcpy(fds, CMSG_DATA(cmsg), sizeof(int));
				EXPECT_EQ(before, fds[0]);
				close(fds[0]);
			}
			EXPECT_EQ(before, next_fd());
		}

		/* Credentials: by SO_PASSCRED, and as claimed. */
		ASSERT_EQ(1, send(sv[0], "c", 1, 0));
		msg = seed_message(&m, sizeof(m.control));
		ASSERT_EQ(1, recvmsg(sv[1], msg, 0));
		EXPECT_EQ(NULL, find_control(msg, SOL_SOCKET,
					     SCM_CREDENTIALS));
		ASSERT_EQ(0, set_int(sv[1], SOL_SOCKET, SO_PASSCRED, 1));
		EXPECT_EQ(1, get_int(sv[1], SOL_SOCKET, SO_PASSCRED));
		ASSERT_EQ(1, send(sv[0], "c", 1, 0));
		msg = seed_message(&m, sizeof(m.control));
		ASSERT_EQ(1, recvmsg(sv[1], msg, 0));
		cmsg = find_control(msg, SOL_SOCKET, SCM_CREDENTIALS);
		ASSERT_NE(NULL, cmsg);
		memcpy(&cred, CMSG_DATA(cmsg), sizeof(cred));
		EXPECT_EQ(getpid(), cred.pid);
		cred.uid = 1234;
		seed_message(&m, 0);
		add_control(&m, SOL_SOCKET, SCM_CREDENTIALS, &cred,
			    sizeof(cred));
		ASSERT_EQ(1, result(sendmsg(sv[0], &m.msg, 0)));
		msg = seed_message(&m, sizeof(m.control));
		ASSERT_EQ(1, recvmsg(sv[1], msg, 0));
		cmsg = find_control(msg, SOL_SOCKET, SCM_CREDENTIALS);
		ASSERT_NE(NULL, cmsg);
		memcpy(&cred, CMSG_DATA(cmsg), sizeof(cred));
		EXPECT_EQ(1234, cred.uid);

		/* Another control message: the kernel ignores its level. */
		seed_message(&m, 0);
		add_control(&m, IPPROTO_IP, IP_TOS, &one, sizeof(one));
		EXPECT_EQ(self->governed ? -EINVAL : 1,
			  result(sendmsg(sv[0], &m.msg, 0)));
		close(sv[0]);
		close(sv[1]);
	}
}

int main(int argc, char **argv)
{
	return seed_main(argc, argv);
}
