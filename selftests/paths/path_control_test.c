// SPDX-License-Identifier: GPL-2.0
/*
 * Ways around a policy by control messages: a message does for one send what an
 * option does for a socket, and an option reads what recvmsg() leaves out.
 */
#include <linux/net_tstamp.h>
#include <time.h>

#include "option.h"

static const struct sock_txtime txtime = { .clockid = CLOCK_MONOTONIC };

/* A message is not taken out by a default where that changes what is sent. */
TEST_F(path, ignored_messages)
{
	static const __u16 segment = 8;
	static const struct in_pktinfo info = { .ipi_ifindex = 1 };
	static const struct {
		const char *text;
		int level, type;
		const void *value;
		size_t length;
		bool harmless;
	} messages[] = {
		{ "MARK", SOL_SOCKET, SO_MARK, VALUE(one) },
		{ "PKTINFO", SOL_IP, IP_PKTINFO, VALUE(info) },
		{ "TTL", SOL_IP, IP_TTL, VALUE(one), true },
		{ "SEGMENT", SOL_UDP, UDP_SEGMENT, VALUE(segment) },
		{ "TOS", SOL_IP, IP_TOS, VALUE(one), true },
		{ "TIMESTAMPING", SOL_SOCKET, SO_TIMESTAMPING, VALUE(two),
		  true },
	};
	struct inet_addr to;
	int receiver, fd, named;
	size_t i;

	receiver = inet_bound(AF_INET, SOCK_DGRAM, 0, &to);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	for (named = 0; named < 2; named++) {
		policy_begin_open(self->id);
		policy_default(PERSOCK_SECTION_CONTROL_SEND, ANY, IGNORE);
		for (i = 0; named && i < ARRAY_SIZE(messages); i++)
			policy_option(PERSOCK_SECTION_CONTROL_SEND,
				      PERSOCK_CLASS_INET, messages[i].level,
				      messages[i].type, IGNORE);
		ASSERT_EQ(0, policy_set());
		for (i = 0; i < ARRAY_SIZE(messages); i++) {
			EXPECT_EQ(named || messages[i].harmless ?
				  0 : REFUSED(EINVAL),
				  send_with(fd, &to, messages[i].level,
					    messages[i].type, messages[i].value,
					    messages[i].length))
				TH_LOG("%s", messages[i].text);
		}
	}
	close(receiver);
	close(fd);
}

/* What an option sets for a socket, a control message does for one send. */
TEST_F(path, control_messages)
{
	static const __u16 segment = 8;
	static const struct in_pktinfo info = { .ipi_ifindex = 1 };
	static const __u64 later = 1;
	static const struct {
		const char *text;
		int family, level, type;
		const void *value;
		size_t length;
	} messages[] = {
		{ "SO_MARK", AF_INET, SOL_SOCKET, SO_MARK, VALUE(one) },
		{ "TXTIME", AF_INET, SOL_SOCKET, SCM_TXTIME, VALUE(later) },
		{ "TIMESTAMPING", AF_INET, SOL_SOCKET, SO_TIMESTAMPING,
		  VALUE(two) },
		{ "PKTINFO", AF_INET, SOL_IP, IP_PKTINFO, VALUE(info) },
		{ "TTL", AF_INET, SOL_IP, IP_TTL, VALUE(one) },
		{ "TOS", AF_INET, SOL_IP, IP_TOS, VALUE(one) },
		{ "SEGMENT", AF_INET, SOL_UDP, UDP_SEGMENT, VALUE(segment) },
		{ "PKTINFO6", AF_INET6, SOL_IPV6, IPV6_PKTINFO, VALUE(info6) },
		{ "HOPLIMIT", AF_INET6, SOL_IPV6, IPV6_HOPLIMIT, VALUE(one) },
		{ "MARK6", AF_INET6, SOL_SOCKET, SO_MARK, VALUE(one) },
	};
	struct inet_addr to[2];
	int receivers[2], fds[2];
	size_t i;

	for (i = 0; i < 2; i++) {
		int family = i ? AF_INET6 : AF_INET;

		receivers[i] = inet_bound(family, SOCK_DGRAM, 0, &to[i]);
		fds[i] = socket(family, SOCK_DGRAM, 0);
		ASSERT_EQ(0, set(fds[i], SOL_SOCKET, SO_TXTIME, VALUE(txtime)));
	}
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_CONTROL_SEND, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());
	for (i = 0; i < ARRAY_SIZE(messages); i++) {
		bool six = messages[i].family == AF_INET6;

		EXPECT_EQ(REFUSED(EPERM),
			  send_with(fds[six], &to[six], messages[i].level,
				    messages[i].type, messages[i].value,
				    messages[i].length))
			TH_LOG("%s", messages[i].text);
	}
	for (i = 0; i < 2; i++) {
		close(receivers[i]);
		close(fds[i]);
	}
}

/* Open: an option of TCP's returns what recvmsg() does not. */
TEST_F(path, open_messages_by_an_option)
{
	static const struct {
		int family, level, option, ask, type;
	} latches[] = {
		{ AF_INET, SOL_IP, IP_PKTOPTIONS, IP_RECVTTL, IP_TTL },
		{ AF_INET6, SOL_IPV6, IPV6_2292PKTOPTIONS, IPV6_RECVHOPLIMIT,
		  IPV6_HOPLIMIT },
	};
	struct tcp tcp;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(latches); i++) {
		char control[256];
		struct msghdr msg = { .msg_control = control };
		socklen_t len = sizeof(control);

		policy_begin_open(self->id);
		policy_option(PERSOCK_SECTION_CONTROL_RECEIVE,
			      PERSOCK_CLASS_INET, latches[i].level,
			      latches[i].type, IGNORE);
		ASSERT_EQ(0, policy_set());
		ASSERT_EQ(0, tcp_open(&tcp, latches[i].family));
		ASSERT_EQ(0, set_int(tcp.server, latches[i].level,
				     latches[i].ask, 1));
		ASSERT_EQ(0, getsockopt(tcp.server, latches[i].level,
					latches[i].option, control, &len));
		msg.msg_controllen = len;
		ASSERT_NE(NULL, CMSG_FIRSTHDR(&msg));
		EXPECT_EQ(latches[i].type, CMSG_FIRSTHDR(&msg)->cmsg_type);

		/* A rule on the option closes it. */
		policy_begin_open(self->id);
		policy_option(PERSOCK_SECTION_OPTIONS_GET, PERSOCK_CLASS_INET,
			      latches[i].level, latches[i].option, -EPERM);
		ASSERT_EQ(0, policy_set());
		EXPECT_EQ(REFUSED(EPERM), get(tcp.server, latches[i].level,
					      latches[i].option));
		tcp_close(&tcp);
	}
}

int main(int argc, char **argv)
{
	static const char *const modules[] = { NULL };

	return path_main(argc, argv, modules);
}
