// SPDX-License-Identifier: GPL-2.0
/*
 * What the personality gvisor has that gvisor-2020 had not: today's flags,
 * ioctls, control messages, and ICMP datagram sockets. Its options are tested
 * by seed_option_test.
 */
#include <time.h>
#include <linux/errqueue.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/ip_icmp.h>
#include <poll.h>

#include "seed.h"

FIXTURE(seed_gvisor) {
	struct tcp tcp;
	struct tcp ref;		/* never governed */
	bool governed;
};

GOVERNED_VARIANTS(seed_gvisor, GVISOR_NATIVE, GVISOR_HOSTINET);

FIXTURE_SETUP(seed_gvisor)
{
	ASSERT_EQ(0, own_network());
	ASSERT_EQ(0, put_text("/proc/sys/net/ipv4/ping_group_range", "0 0"));
	ASSERT_EQ(0, tcp_open(&self->ref, AF_INET));
	govern_setup(_metadata, variant->id);
	if (_metadata->exit_code)
		return;
	self->governed = variant->id != UNGOVERNED;
	ASSERT_EQ(0, tcp_open(&self->tcp, AF_INET));
}

FIXTURE_TEARDOWN(seed_gvisor)
{
	tcp_close(&self->tcp);
	tcp_close(&self->ref);
}

/* ICMP datagram sockets ask for an echo, and get it; raw ones there are none. */
TEST_F(seed_gvisor, ping_sockets)
{
	struct inet_addr to = loopback(AF_INET, 0);
	struct icmphdr echo = { .type = ICMP_ECHO };
	long fd;

	fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	ASSERT_LE(0, fd);
	ASSERT_EQ(sizeof(echo), sendto(fd, &echo, sizeof(echo), 0, &to.sa,
				       to.len));
	ASSERT_EQ(POLLIN, wait_for(fd, POLLIN, SOON_MS));
	EXPECT_EQ(sizeof(echo), recv(fd, &echo, sizeof(echo), 0));
	EXPECT_EQ(ICMP_ECHOREPLY, echo.type);
	EXPECT_EQ(IPPROTO_ICMP, get_int(fd, SOL_SOCKET, SO_PROTOCOL));
	close(fd);
	fd = socket(AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6);
	ASSERT_LE(0, fd);
	close(fd);
	fd = result(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
	EXPECT_EQ(self->governed ? -EAFNOSUPPORT : 0, fd < 0 ? fd : 0);
	if (fd >= 0)
		close(fd);
}

/* Receive flags: those of today; what Linux ignores is ignored. */
TEST_F(seed_gvisor, receive_flags)
{
	const unsigned int known = MSG_CTRUNC | MSG_DONTWAIT | MSG_ERRQUEUE |
				   MSG_OOB | MSG_PEEK | MSG_TRUNC |
				   MSG_WAITALL;
	long expected, seen;
	unsigned int bit;
	char c[2];

	for (bit = 0; bit < 31; bit++) {
		int flags = 1U << bit | MSG_DONTWAIT;
		int masked = self->governed ? flags & known : flags;

		ASSERT_EQ(2, send(self->tcp.client, "ab", 2, 0));
		ASSERT_EQ(2, send(self->ref.client, "ab", 2, 0));
		ASSERT_EQ(POLLIN, wait_for(self->tcp.server, POLLIN, SOON_MS));
		ASSERT_EQ(POLLIN, wait_for(self->ref.server, POLLIN, SOON_MS));
		expected = result(recv(self->ref.server, c, 1, masked));
		seen = result(recv(self->tcp.server, c, 1, flags));
		EXPECT_EQ(expected, seen) {
			TH_LOG("flags %#x", flags);
		}
		while (recv(self->tcp.server, c, 2, MSG_DONTWAIT) > 0)
			;
		while (recv(self->ref.server, c, 2, MSG_DONTWAIT) > 0)
			;
	}
	/* What gVisor's users complained about. */
	ASSERT_EQ(1, send(self->tcp.client, "n", 1, 0));
	ASSERT_EQ(POLLIN, wait_for(self->tcp.server, POLLIN, SOON_MS));
	EXPECT_EQ(1, result(recv(self->tcp.server, c, 1, MSG_NOSIGNAL)));
}

/* Out-of-band data passes both ways. */
TEST_F(seed_gvisor, out_of_band)
{
	char c = 0;

	ASSERT_EQ(1, result(send(self->tcp.client, "o", 1, MSG_OOB)));
	ASSERT_EQ(POLLPRI, wait_for(self->tcp.server, POLLPRI, SOON_MS));
	EXPECT_EQ(1, result(recv(self->tcp.server, &c, 1, MSG_OOB)));
	EXPECT_EQ('o', c);
	EXPECT_EQ(self->governed ? -EINVAL : 1,
		  result(send(self->tcp.client, "x", 1, MSG_DONTROUTE)));
}

/* The interfaces' configuration can be read, and not be set. */
TEST_F(seed_gvisor, ioctls)
{
	static const unsigned long today[] = {
		FIONREAD, TIOCOUTQ, SIOCGIFFLAGS, SIOCGIFADDR, SIOCGIFDSTADDR,
		SIOCGIFBRDADDR, SIOCGIFNETMASK, SIOCGIFMETRIC, SIOCGIFMTU,
		SIOCGIFHWADDR, SIOCGIFINDEX, SIOCGIFTXQLEN, SIOCGIFMAP,
		SIOCGIFNAME, SIOCGIFCONF,
	};
	union {
		struct ifreq ifr;
		struct ifconf ifc;
	} mine, ref;
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	size_t i;
	int n;

	for (i = 0; i < ARRAY_SIZE(today); i++) {
		memset(&mine, 0, sizeof(mine));
		strcpy(mine.ifr.ifr_name, "lo");
		if (today[i] == SIOCGIFNAME)
			mine.ifr.ifr_ifindex = 1;
		if (today[i] == SIOCGIFCONF)
			memset(&mine, 0, sizeof(mine));
		ref = mine;
		EXPECT_EQ(0, result(ioctl(self->ref.client, today[i], &ref)));
		EXPECT_EQ(0, result(ioctl(self->tcp.client, today[i],
					  &mine))) {
			TH_LOG("ioctl %#lx", today[i]);
		}
		EXPECT_EQ(0, memcmp(&mine, &ref, sizeof(mine))) {
			TH_LOG("ioctl %#lx", today[i]);
		}
	}
	EXPECT_EQ(self->governed ? -ENOTTY : 0,
		  result(ioctl(self->tcp.client, SIOCSIFFLAGS, &lo)));
	EXPECT_EQ(self->governed ? -ENOTTY : 0,
		  result(ioctl(self->tcp.client, SIOCATMARK, &n)));
}

/* Every control message of @a is in @b, as long as there. */
static bool same_controls(struct msghdr *a, struct msghdr *b)
{
	struct cmsghdr *cmsg, *other;

	for (cmsg = CMSG_FIRSTHDR(a); cmsg; cmsg = CMSG_NXTHDR(a, cmsg)) {
		other = find_control(b, cmsg->cmsg_level, cmsg->cmsg_type);
		if (!other || other->cmsg_len != cmsg->cmsg_len)
			return false;
	}
	return a->msg_controllen == b->msg_controllen &&
	       a->msg_flags == b->msg_flags;
}

/* Control messages received: what can be asked for comes. */
TEST_F(seed_gvisor, receive_control)
{
	static const struct {
		int level, option, type;
	} rows[2][5] = {
		{
			{ IPPROTO_IP, IP_RECVTOS, IP_TOS },
			{ IPPROTO_IP, IP_PKTINFO, IP_PKTINFO },
			{ IPPROTO_IP, IP_RECVTTL, IP_TTL },
			{ IPPROTO_IP, IP_RECVORIGDSTADDR, IP_ORIGDSTADDR },
			{ SOL_SOCKET, SO_TIMESTAMP, SO_TIMESTAMP },
		}, {
			{ IPPROTO_IPV6, IPV6_RECVTCLASS, IPV6_TCLASS },
			{ IPPROTO_IPV6, IPV6_RECVPKTINFO, IPV6_PKTINFO },
			{ IPPROTO_IPV6, IPV6_RECVHOPLIMIT, IPV6_HOPLIMIT },
			{ IPPROTO_IPV6, IPV6_RECVORIGDSTADDR,
			  IPV6_ORIGDSTADDR },
			{ SOL_SOCKET, SO_TIMESTAMP, SO_TIMESTAMP },
		},
	};
	struct seed_message m, r;
	int pair[2][2], i, k;
	size_t j, room;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, govern_leave());
		ASSERT_EQ(0, udp_open(pair[1], i ? AF_INET6 : AF_INET));
		ASSERT_EQ(0, govern_enter(variant->id));
		ASSERT_EQ(0, udp_open(pair[0], i ? AF_INET6 : AF_INET));
		for (j = 0; j < ARRAY_SIZE(rows[i]); j++) {
			for (k = 0; k < 2; k++)
				ASSERT_EQ(0, set_int(pair[k][1],
						     rows[i][j].level,
						     rows[i][j].option, 1));
		}
		for (room = 0; room <= 400; room += 8) {
			for (k = 0; k < 2; k++)
				ASSERT_EQ(1, send(pair[k][0], "x", 1, 0));
			ASSERT_EQ(1, recvmsg(pair[0][1], seed_message(&m, room),
					     0));
			ASSERT_EQ(1, recvmsg(pair[1][1], seed_message(&r, room),
					     0));
			EXPECT_TRUE(same_controls(&r.msg, &m.msg)) {
				TH_LOG("room %zu: %zu bytes flags %#x, expected %zu flags %#x",
				       room, m.msg.msg_controllen,
				       m.msg.msg_flags, r.msg.msg_controllen,
				       r.msg.msg_flags);
			}
		}
		for (j = 0; j < ARRAY_SIZE(rows[i]); j++)
			EXPECT_NE(NULL, find_control(&m.msg, rows[i][j].level,
						     rows[i][j].type));
		EXPECT_EQ(0, m.msg.msg_flags);
		for (k = 0; k < 4; k++)
			close(pair[k / 2][k % 2]);
	}

	/* The bytes that are left, of a TCP socket. */
	ASSERT_EQ(0, set_int(self->tcp.server, IPPROTO_TCP, TCP_INQ, 1));
	ASSERT_EQ(3, send(self->tcp.client, "abc", 3, 0));
	ASSERT_EQ(POLLIN, wait_for(self->tcp.server, POLLIN, SOON_MS));
	ASSERT_EQ(1, recvmsg(self->tcp.server, seed_message(&m, 100), 0));
	ASSERT_NE(NULL, find_control(&m.msg, IPPROTO_TCP, TCP_CM_INQ));
	EXPECT_EQ(2, *CMSG_DATA(find_control(&m.msg, IPPROTO_TCP,
					     TCP_CM_INQ)));
}

/* The error queue can be read. */
TEST_F(seed_gvisor, error_queue)
{
	struct sock_extended_err error;
	struct seed_message m;
	struct inet_addr addr;
	int fd, gone, i;

	for (i = 0; i < 2; i++) {
		int family = i ? AF_INET6 : AF_INET;
		int level = i ? IPPROTO_IPV6 : IPPROTO_IP;
		int name = i ? IPV6_RECVERR : IP_RECVERR;
		struct cmsghdr *cmsg;

		gone = inet_bound(family, SOCK_DGRAM, 0, &addr);
		ASSERT_LE(0, gone);
		close(gone);
		fd = socket(family, SOCK_DGRAM, 0);
		ASSERT_LE(0, fd);
		EXPECT_EQ(-EAGAIN, result(recvmsg(fd, seed_message(&m, 0),
						  MSG_ERRQUEUE)));
		ASSERT_EQ(0, set_int(fd, level, name, 1));
		ASSERT_EQ(0, connect(fd, &addr.sa, addr.len));
		ASSERT_EQ(1, send(fd, "e", 1, 0));
		ASSERT_NE(0, wait_for(fd, POLLERR, SOON_MS) & POLLERR);
		ASSERT_EQ(1, result(recvmsg(fd, seed_message(&m, 200),
					    MSG_ERRQUEUE)));
		cmsg = find_control(&m.msg, level, name);
		ASSERT_NE(NULL, cmsg);
		memcpy(&error, CMSG_DATA(cmsg), sizeof(error));
		EXPECT_EQ(ECONNREFUSED, error.ee_errno);
		EXPECT_EQ(MSG_ERRQUEUE, m.msg.msg_flags & ~MSG_TRUNC);
		close(fd);
	}
}

/* Control messages sent: the list, and EINVAL for all others. */
TEST_F(seed_gvisor, send_control)
{
	static const struct {
		int family, level, type;
		bool listed;
	} rows[] = {
		{ AF_INET, IPPROTO_IP, IP_TOS, true },
		{ AF_INET, IPPROTO_IP, IP_TTL, true },
		{ AF_INET, SOL_SOCKET, SO_MARK },
		{ AF_INET, SOL_SOCKET, SCM_RIGHTS },
		{ AF_INET6, IPPROTO_IPV6, IPV6_TCLASS, true },
		{ AF_INET6, IPPROTO_IPV6, IPV6_HOPLIMIT, true },
		/* The same message by its older type, see path_alias_test. */
		{ AF_INET6, IPPROTO_IPV6, IPV6_2292HOPLIMIT, true },
		{ AF_INET6, IPPROTO_IPV6, IPV6_DONTFRAG },
	};
	int udp[2][2], value = 1;
	struct seed_message m;
	size_t i;

	ASSERT_EQ(0, udp_open(udp[0], AF_INET));
	ASSERT_EQ(0, udp_open(udp[1], AF_INET6));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		seed_message(&m, 0);
		add_control(&m, rows[i].level, rows[i].type, &value,
			    sizeof(value));
		EXPECT_EQ(!self->governed || rows[i].listed ? 1 : -EINVAL,
			  result(sendmsg(udp[rows[i].family == AF_INET6][0],
					 &m.msg, 0))) {
			TH_LOG("level %d type %d", rows[i].level, rows[i].type);
		}
	}
	for (i = 0; i < 4; i++)
		close(udp[i / 2][i % 2]);
}

int main(int argc, char **argv)
{
	govern_prepare(1U << GVISOR_NATIVE | 1U << GVISOR_HOSTINET);
	return test_harness_run(argc, argv);
}
