// SPDX-License-Identifier: GPL-2.0
/*
 * Ways around a policy by other keys. An option or control message that has two
 * keys is one: a rule on one key holds for the other, unless that is listed.
 */
#include <linux/net_tstamp.h>
#include <linux/vm_sockets.h>
#include <poll.h>

#include "option.h"

#ifndef SOL_RDS
#define SOL_RDS 276
#endif

/* --- options -------------------------------------------------------------- */

static const struct {
	int family, type, protocol;
	const char *text;
	int level, name;	/* what a policy lists */
	int level2, name2;	/* what a program uses */
	const void *value;
	socklen_t length;
} aliases[] = {
	{ AF_INET, SOCK_DGRAM, 0, "UDP_SEGMENT of UDP-Lite",
	  SOL_UDP, UDP_SEGMENT, SOL_UDPLITE, UDP_SEGMENT, VALUE(two) },
	{ AF_INET6, SOCK_DGRAM, 0, "UDP_SEGMENT of UDP-Lite, IPv6",
	  SOL_UDP, UDP_SEGMENT, SOL_UDPLITE, UDP_SEGMENT, VALUE(two) },
	{ AF_INET, SOCK_DGRAM, 0, "UDP_GRO of UDP-Lite",
	  SOL_UDP, UDP_GRO, SOL_UDPLITE, UDP_GRO, VALUE(one) },
	{ AF_INET, SOCK_DGRAM, 0, "UDP_CORK of UDP-Lite",
	  SOL_UDP, UDP_CORK, SOL_UDPLITE, UDP_CORK, VALUE(one) },
	{ AF_INET, SOCK_DGRAM, 0, "UDP_SEGMENT, UDP-Lite's denied",
	  SOL_UDPLITE, UDP_SEGMENT, SOL_UDP, UDP_SEGMENT, VALUE(two) },
	{ AF_INET, SOCK_DGRAM, 0, "SO_BINDTOIFINDEX",
	  SOL_SOCKET, SO_BINDTODEVICE, SOL_SOCKET, SO_BINDTOIFINDEX,
	  VALUE(lo) },
	{ AF_INET, SOCK_DGRAM, 0, "SO_BINDTODEVICE",
	  SOL_SOCKET, SO_BINDTOIFINDEX, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2 },
	{ AF_INET6, SOCK_DGRAM, 0, "IP_FREEBIND of IPv6",
	  SOL_IPV6, IPV6_FREEBIND, SOL_IP, IP_FREEBIND, VALUE(one) },
	{ AF_INET6, SOCK_STREAM, 0, "IPV6_FREEBIND",
	  SOL_IP, IP_FREEBIND, SOL_IPV6, IPV6_FREEBIND, VALUE(one) },
	{ AF_INET6, SOCK_STREAM, 0, "IP_TRANSPARENT of IPv6",
	  SOL_IPV6, IPV6_TRANSPARENT, SOL_IP, IP_TRANSPARENT, VALUE(one) },
	{ AF_INET6, SOCK_STREAM, 0, "IPV6_TRANSPARENT",
	  SOL_IP, IP_TRANSPARENT, SOL_IPV6, IPV6_TRANSPARENT, VALUE(one) },
	{ AF_INET6, SOCK_RAW, IPPROTO_UDP, "IPV6_CHECKSUM of raw",
	  SOL_IPV6, IPV6_CHECKSUM, SOL_RAW, IPV6_CHECKSUM, VALUE(two) },
	{ AF_INET, SOCK_DGRAM, 0, "SO_TIMESTAMP_NEW",
	  SOL_SOCKET, SO_TIMESTAMP_OLD, SOL_SOCKET, SO_TIMESTAMP_NEW,
	  VALUE(one) },
	{ AF_INET, SOCK_DGRAM, 0, "SO_TIMESTAMPNS_NEW",
	  SOL_SOCKET, SO_TIMESTAMPNS_OLD, SOL_SOCKET, SO_TIMESTAMPNS_NEW,
	  VALUE(one) },
	{ AF_INET, SOCK_DGRAM, 0, "SO_TIMESTAMPING_NEW",
	  SOL_SOCKET, SO_TIMESTAMPING_OLD, SOL_SOCKET, SO_TIMESTAMPING_NEW,
	  VALUE(one) },
	{ AF_INET, SOCK_STREAM, 0, "SO_RCVTIMEO_NEW",
	  SOL_SOCKET, SO_RCVTIMEO_OLD, SOL_SOCKET, SO_RCVTIMEO_NEW,
	  VALUE(second) },
	{ AF_INET, SOCK_STREAM, 0, "SO_SNDTIMEO_NEW",
	  SOL_SOCKET, SO_SNDTIMEO_OLD, SOL_SOCKET, SO_SNDTIMEO_NEW,
	  VALUE(second) },
};

/* What is said of an option by one key holds for the other one. */
TEST_F(path, aliases)
{
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(aliases); i++) {
		int level = aliases[i].level2, name = aliases[i].name2;

		if (not_there(level))
			continue;
		policy_begin_open(self->id);
		policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
			      aliases[i].level, aliases[i].name, -EPERM);
		policy_option(PERSOCK_SECTION_OPTIONS_GET, PERSOCK_CLASS_INET,
			      aliases[i].level, aliases[i].name, -EPERM);
		ASSERT_EQ(0, policy_set());
		fd = socket(aliases[i].family, aliases[i].type,
			    aliases[i].protocol);
		ASSERT_GE(fd, 0);
		EXPECT_EQ(REFUSED(EPERM), set(fd, level, name,
					      aliases[i].value,
					      aliases[i].length))
			TH_LOG("set %s", aliases[i].text);
		EXPECT_EQ(REFUSED(EPERM), get(fd, level, name))
			TH_LOG("get %s", aliases[i].text);
		close(fd);

		/* Allowed by one key, it is allowed by the other. */
		policy_begin_open(self->id);
		policy_default(PERSOCK_SECTION_OPTIONS_SET, ANY, -ENOPROTOOPT);
		policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
			      aliases[i].level, aliases[i].name, ALLOW);
		ASSERT_EQ(0, policy_set());
		fd = socket(aliases[i].family, aliases[i].type,
			    aliases[i].protocol);
		EXPECT_EQ(0, set(fd, level, name, aliases[i].value,
				 aliases[i].length))
			TH_LOG("allow %s", aliases[i].text);
		close(fd);

		/* A policy that names both has each as it is named. */
		policy_begin_open(self->id);
		policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
			      aliases[i].level, aliases[i].name, ALLOW);
		policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET,
			      level, name, -EPERM);
		ASSERT_EQ(0, policy_set());
		fd = socket(aliases[i].family, aliases[i].type,
			    aliases[i].protocol);
		EXPECT_EQ(REFUSED(EPERM), set(fd, level, name,
					      aliases[i].value,
					      aliases[i].length))
			TH_LOG("both %s", aliases[i].text);
		close(fd);
	}
}

/* What is received by the new name is judged as by the old one. */
TEST_F(path, alias_of_received)
{
	struct inet_addr to;
	char control[256], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
	};
	int receiver, sender, allowed;

	receiver = inet_bound(AF_INET, SOCK_DGRAM, 0, &to);
	sender = socket(AF_INET, SOCK_DGRAM, 0);
	ASSERT_EQ(0, set_int(receiver, SOL_SOCKET, SO_TIMESTAMP_NEW, 1));
	for (allowed = 0; allowed < 2; allowed++) {
		policy_begin_open(self->id);
		policy_default(PERSOCK_SECTION_CONTROL_RECEIVE, ANY,
			       allowed ? IGNORE : ALLOW);
		policy_option(PERSOCK_SECTION_CONTROL_RECEIVE,
			      PERSOCK_CLASS_INET, SOL_SOCKET, SO_TIMESTAMP_OLD,
			      allowed ? ALLOW : IGNORE);
		ASSERT_EQ(0, policy_set());
		ASSERT_EQ(1, sendto(sender, "x", 1, 0, &to.sa, to.len));
		msg.msg_controllen = sizeof(control);
		ASSERT_EQ(1, recvmsg(receiver, &msg, 0));
		EXPECT_EQ(self->free || allowed, !!CMSG_FIRSTHDR(&msg));
	}
	close(receiver);
	close(sender);
}

/* The same of families of the other class. */
TEST_F(path, aliases_of_others)
{
	static const struct {
		const char *text;
		int family, type, level;
		int keys[2];
		const void *value;
		socklen_t length;
	} others[] = {
		{ "VSOCK's timeout", AF_VSOCK, SOCK_STREAM, AF_VSOCK,
		  { SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD,
		    SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW }, VALUE(second) },
		{ "RDS's timestamps", AF_RDS, SOCK_SEQPACKET, SOL_RDS,
		  { SO_TIMESTAMP_OLD, SO_TIMESTAMP_NEW }, VALUE(one) },
	};
	int fd, turn, named;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others) * 2; i++) {
		int level = others[i / 2].level;
		const int *keys = others[i / 2].keys;

		turn = i % 2;
		for (named = 0; named < 2; named++) {
			policy_begin_open(self->id);
			policy_option(PERSOCK_SECTION_OPTIONS_SET,
				      PERSOCK_CLASS_OTHER, level, keys[turn],
				      -EPERM);
			if (named)
				policy_option(PERSOCK_SECTION_OPTIONS_SET,
					      PERSOCK_CLASS_OTHER, level,
					      keys[!turn], ALLOW);
			ASSERT_EQ(0, policy_set());
			fd = socket(others[i / 2].family, others[i / 2].type,
				    0);
			/* The debug kernel has no RDS. */
			if (fd < 0 && errno == EAFNOSUPPORT && slow_kernel())
				continue;
			ASSERT_GE(fd, 0);
			EXPECT_EQ(named ? 0 : REFUSED(EPERM),
				  set(fd, level, keys[!turn],
				      others[i / 2].value,
				      others[i / 2].length))
				TH_LOG("%s, %d", others[i / 2].text, turn);
			close(fd);
		}
	}
}

/* --- control messages ----------------------------------------------------- */

static const int hops = 7;
static const __u8 padding[8] = { [2] = 1, [3] = 4 };	/* an option PadN */

static const struct {
	__u8 next, length, type, left;
	__u32 reserved;
	struct in6_addr address;
} route = {
	.length = 2, .type = 2, .left = 1, .address = IN6ADDR_LOOPBACK_INIT,
};

static const struct {
	const char *text;
	int level, types[2];
	const void *value;
	size_t length;
	int recv[2];		/* options that have them received */
} pairs[] = {
	{ "PKTINFO", SOL_IPV6, { IPV6_PKTINFO, IPV6_2292PKTINFO }, VALUE(info6),
	  { IPV6_RECVPKTINFO, IPV6_2292PKTINFO } },
	{ "HOPLIMIT", SOL_IPV6, { IPV6_HOPLIMIT, IPV6_2292HOPLIMIT },
	  VALUE(hops), { IPV6_RECVHOPLIMIT, IPV6_2292HOPLIMIT } },
	{ "HOPOPTS", SOL_IPV6, { IPV6_HOPOPTS, IPV6_2292HOPOPTS },
	  VALUE(padding), { IPV6_RECVHOPOPTS, IPV6_2292HOPOPTS } },
	{ "DSTOPTS", SOL_IPV6, { IPV6_DSTOPTS, IPV6_2292DSTOPTS },
	  VALUE(padding), { IPV6_RECVDSTOPTS, IPV6_2292DSTOPTS } },
	/* There is no route of that kind: what is sent does not arrive. */
	{ "RTHDR", SOL_IPV6, { IPV6_RTHDR, IPV6_2292RTHDR }, VALUE(route) },
	{ "TIMESTAMPING", SOL_SOCKET,
	  { SO_TIMESTAMPING_OLD, SO_TIMESTAMPING_NEW }, VALUE(two) },
};

/* What is said of one type holds for the other, unless that is named, too. */
TEST_F(path, aliases_of_messages)
{
	struct inet_addr to;
	int receiver, fd, err, denied;
	size_t i;

	receiver = inet_bound(AF_INET6, SOCK_DGRAM, 0, &to);
	fd = socket(AF_INET6, SOCK_DGRAM, 0);
	for (i = 0; i < ARRAY_SIZE(pairs) * 2; i++) {
		const int *types = pairs[i / 2].types;
		int level = pairs[i / 2].level;
		int listed = types[i % 2], sent = types[!(i % 2)];
		const void *value = pairs[i / 2].value;
		size_t length = pairs[i / 2].length;

		policy_begin_open(self->id);
		policy_option(PERSOCK_SECTION_CONTROL_SEND, PERSOCK_CLASS_INET,
			      level, listed, -EPERM);
		ASSERT_EQ(0, policy_set());
		err = send_with(fd, &to, level, sent, value, length);
		EXPECT_EQ(!self->free, err == -EPERM)
			TH_LOG("%s denied: %d", pairs[i / 2].text, err);

		/* One that is allowed allows the other, and one's own decides. */
		for (denied = 0; denied < 2; denied++) {
			policy_begin_open(self->id);
			policy_default(PERSOCK_SECTION_CONTROL_SEND, ANY,
				       -EPERM);
			policy_option(PERSOCK_SECTION_CONTROL_SEND,
				      PERSOCK_CLASS_INET, level, listed, ALLOW);
			if (denied)
				policy_option(PERSOCK_SECTION_CONTROL_SEND,
					      PERSOCK_CLASS_INET, level, sent,
					      -EPERM);
			ASSERT_EQ(0, policy_set());
			err = send_with(fd, &to, level, sent, value, length);
			EXPECT_EQ(denied && !self->free, err == -EPERM)
				TH_LOG("%s allowed, %d: %d", pairs[i / 2].text,
				       denied, err);
		}
	}
	close(receiver);
	close(fd);
}

/* As options they are two: one for what is sent, one for what is received. */
TEST_F(path, no_aliases_of_options)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	policy_begin_open(self->id);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET, SOL_IPV6,
		      IPV6_PKTINFO, -EPERM);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_INET, SOL_IPV6,
		      IPV6_HOPOPTS, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EPERM), set(fd, SOL_IPV6, IPV6_PKTINFO,
				      VALUE(info6)));
	EXPECT_EQ(0, set_int(fd, SOL_IPV6, IPV6_2292PKTINFO, 1));
	EXPECT_EQ(0, set_int(fd, SOL_IPV6, IPV6_2292HOPOPTS, 1));
	close(fd);
}

/* Is a message of this type received with the next datagram? -errno: none came. */
static int receives(int receiver, int sender, const struct inet_addr *to,
		    size_t i, int type)
{
	int level = pairs[i].level, err;
	char control[512], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;

	err = send_with(sender, to, level, pairs[i].types[0],
			pairs[i].value, pairs[i].length);
	if (err)
		return err;
	if (wait_for(receiver, POLLIN, SOON_MS) != POLLIN ||
	    recvmsg(receiver, &msg, MSG_DONTWAIT) != 1)
		return -EAGAIN;
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		if (cmsg->cmsg_level == level && cmsg->cmsg_type == type)
			return 1;
	}
	return 0;
}

/* What is received by one type is judged as by the other one. */
TEST_F(path, aliases_of_received)
{
	int receiver, sender, turn, allowed;
	struct inet_addr to;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pairs) * 2; i++) {
		const int *types = pairs[i / 2].types;

		if (!pairs[i / 2].recv[0])
			continue;
		turn = i % 2;
		policy_begin_open(self->id);
		ASSERT_EQ(0, policy_set());
		receiver = inet_bound(AF_INET6, SOCK_DGRAM, 0, &to);
		sender = socket(AF_INET6, SOCK_DGRAM, 0);
		ASSERT_EQ(0, set_int(receiver, SOL_IPV6,
				     pairs[i / 2].recv[turn], 1));
		for (allowed = 0; allowed < 2; allowed++) {
			policy_begin_open(self->id);
			policy_default(PERSOCK_SECTION_CONTROL_RECEIVE, ANY,
				       allowed ? IGNORE : ALLOW);
			policy_option(PERSOCK_SECTION_CONTROL_RECEIVE,
				      PERSOCK_CLASS_INET, SOL_IPV6,
				      types[!turn], allowed ? ALLOW : IGNORE);
			ASSERT_EQ(0, policy_set());
			EXPECT_EQ(self->free || allowed,
				  receives(receiver, sender, &to, i / 2,
					   types[turn]))
				TH_LOG("%s, %d, %d", pairs[i / 2].text, turn,
				       allowed);
		}
		close(receiver);
		close(sender);
	}
}

int main(int argc, char **argv)
{
	static const char *const modules[] = { "vsock_loopback", "rds", NULL };

	return path_main(argc, argv, modules);
}
