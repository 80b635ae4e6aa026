// SPDX-License-Identifier: GPL-2.0
/*
 * Paths to a peer by the less common protocols over IP: SCTP, whose options
 * and control messages name peers as well, DCCP and UDP-Lite, which rules know
 * by numbers of their own. These sockets are native ones under any provider.
 */
#include <errno.h>
#include <string.h>

/* It does not include what it needs. */
#include <stdint.h>
#include <sys/socket.h>
#include <linux/sctp.h>

#include "inet.h"
#include "path.h"

#ifndef SOL_DCCP
#define SOL_DCCP 269
#endif
#define DCCP_SERVICE	2	/* DCCP_SOCKOPT_SERVICE */
#define SCTP		IPPROTO_SCTP

/* A rule that no test runs into by itself. */
static int restrict_section(enum govern_id id, enum persock_section section)
{
	policy_begin_open(id);
	policy_prefix(section, "203.0.113.0/24", -EPERM);

	return policy_set();
}

static int set(int fd, int name, const void *value, socklen_t length)
{
	return setsockopt(fd, SCTP, name, value, length) < 0 ? -errno : 0;
}

/* A one-to-many socket that listens. */
static int many(struct inet_addr *addr)
{
	int fd = inet_bound(AF_INET, SOCK_SEQPACKET, SCTP, addr);

	if (fd >= 0 && listen(fd, 16))
		return -errno;

	return fd;
}

/* What is connected and sent to, as with other protocols. */
TEST_F(path, sctp_peers)
{
	static const int types[] = { SOCK_STREAM, SOCK_SEQPACKET };
	struct inet_addr yes, no = at("127.0.0.2", 0);
	int servers[2], fd;
	size_t i;

	/* Two of them, so that ungoverned both peers are there. */
	servers[0] = many(&yes);
	no.in.sin_port = yes.in.sin_port;
	servers[1] = socket(AF_INET, SOCK_SEQPACKET, SCTP);
	ASSERT_EQ(0, bind(servers[1], &no.sa, no.len));
	ASSERT_EQ(0, listen(servers[1], 16));
	policy_begin_open(self->id);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.2/32", 0, 65535, SCTP,
		       -EACCES);
	ASSERT_EQ(0, policy_set());

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		fd = socket(AF_INET, types[i], SCTP);
		EXPECT_EQ(REFUSED(EACCES), try_connect(fd, &no));
		close(fd);
		fd = socket(AF_INET, types[i], SCTP);
		EXPECT_EQ(0, try_connect(fd, &yes));
		close(fd);
	}
	/* A send begins an association by itself. */
	fd = socket(AF_INET, SOCK_SEQPACKET, SCTP);
	EXPECT_EQ(REFUSED(EACCES), try_sendto(fd, &no, 0));
	EXPECT_EQ(0, try_sendto(fd, &yes, 0));
	close(fd);
	close(servers[0]);
	close(servers[1]);
}

/* Options that connect: their addresses are in the value. */
TEST_F(path, sctp_connectx)
{
	static const int names[] = {
		SCTP_SOCKOPT_CONNECTX_OLD, SCTP_SOCKOPT_CONNECTX,
	};
	struct sctp_udpencaps encapsulation = { .sue_port = htons(9899) };
	struct sctp_getaddrs_old to;
	socklen_t len = sizeof(to);
	struct inet_addr addr;
	int server, fd, err;
	size_t i;

	server = many(&addr);
	ASSERT_GE(server, 0);
	ASSERT_EQ(0, restrict_section(self->id, PERSOCK_SECTION_CONNECT));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		fd = socket(AF_INET, SOCK_SEQPACKET, SCTP);
		EXPECT_EQ(REFUSED(EACCES),
			  set(fd, names[i], &addr.in, sizeof(addr.in)))
			TH_LOG("option %d", names[i]);
		close(fd);
	}
	fd = socket(AF_INET, SOCK_SEQPACKET, SCTP);
	to = (struct sctp_getaddrs_old) {
		.addr_num = sizeof(addr.in), .addrs = &addr.sa,
	};
	err = getsockopt(fd, SCTP, SCTP_SOCKOPT_CONNECTX3, &to, &len) ?
	      -errno : 0;
	EXPECT_EQ(REFUSED(EACCES), err);
	close(fd);

	/* It would be UDP on the wire. */
	fd = socket(AF_INET, SOCK_SEQPACKET, SCTP);
	EXPECT_EQ(REFUSED(EACCES), set(fd, SCTP_REMOTE_UDP_ENCAPS_PORT,
				       &encapsulation, sizeof(encapsulation)));
	EXPECT_EQ(0, try_connect(fd, &addr));
	close(fd);
	close(server);
}

/* Options that bind; where bind is not restricted they are not refused. */
TEST_F(path, sctp_bindx)
{
	struct inet_addr one = at("127.0.0.1", 0), two = at("127.0.0.2", 0);
	int fd = socket(AF_INET, SOCK_STREAM, SCTP), round;

	EXPECT_EQ(0, set(fd, SCTP_SOCKOPT_BINDX_ADD, &one.in, sizeof(one.in)));
	for (round = 0; round < 2; round++) {
		int err = round ? REFUSED(EACCES) : 0;

		ASSERT_EQ(0, restrict_section(self->id, round ?
					      PERSOCK_SECTION_BIND :
					      PERSOCK_SECTION_CONNECT));
		EXPECT_EQ(err, set(fd, SCTP_SOCKOPT_BINDX_ADD, &two.in,
				   sizeof(two.in)));
		EXPECT_EQ(err, set(fd, SCTP_SOCKOPT_BINDX_REM, &two.in,
				   sizeof(two.in)));
	}
	close(fd);
}

/* Control messages that add peers to an association that begins. */
TEST_F(path, sctp_control_messages)
{
	const struct in_addr more = { htonl(0x7f000002) };
	struct inet_addr addr;
	int server, fd;

	server = many(&addr);
	ASSERT_GE(server, 0);
	ASSERT_EQ(0, restrict_section(self->id, PERSOCK_SECTION_CONNECT));
	fd = socket(AF_INET, SOCK_SEQPACKET, SCTP);
	EXPECT_EQ(REFUSED(EACCES), send_with(fd, &addr, SCTP, SCTP_DSTADDRV4,
					     &more, sizeof(more)));
	close(fd);
	/* Restricted or not, another message passes. */
	fd = socket(AF_INET, SOCK_SEQPACKET, SCTP);
	EXPECT_EQ(0, send_with(fd, &addr, SCTP, SCTP_SNDINFO,
			       &(struct sctp_sndinfo) { },
			       sizeof(struct sctp_sndinfo)));
	close(fd);
	close(server);
}

/* Associations come to a one-to-many socket without accept(). */
TEST_F(path, sctp_listens)
{
	struct inet_addr own = at("127.0.0.1", 0);
	int one = socket(AF_INET, SOCK_STREAM, SCTP);
	int all = socket(AF_INET, SOCK_SEQPACKET, SCTP);

	ASSERT_EQ(0, bind(one, &own.sa, own.len));
	ASSERT_EQ(0, bind(all, &own.sa, own.len));
	ASSERT_EQ(0, restrict_section(self->id, PERSOCK_SECTION_ACCEPT));
	EXPECT_EQ(0, listen(one, 1));
	EXPECT_EQ(REFUSED(EACCES), listen(all, 1) ? -errno : 0);
	close(one);
	close(all);
}

/* Open: one that listened before peers were restricted goes on with it. */
TEST_F(path, open_sctp_listener_from_before)
{
	struct inet_addr addr;
	int server, client;
	char byte;

	server = many(&addr);
	ASSERT_GE(server, 0);
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_ACCEPT, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());
	client = socket(AF_INET, SOCK_STREAM, SCTP);
	EXPECT_EQ(0, try_connect(client, &addr));
	EXPECT_EQ(1, send(client, "x", 1, 0));
	EXPECT_EQ(1, recv_all(server, &byte, 1));
	close(client);
	close(server);
}

/* A peer that a one-to-one socket may not accept. */
TEST_F(path, sctp_accepts)
{
	struct inet_addr addr;
	int listener, client, fd;

	listener = inet_bound(AF_INET, SOCK_STREAM, SCTP, &addr);
	ASSERT_GE(listener, 0);
	policy_begin_open(self->id);
	policy_prefix(PERSOCK_SECTION_ACCEPT, "127.0.0.0/8", -EPERM);
	ASSERT_EQ(0, policy_set());
	client = socket(AF_INET, SOCK_STREAM, SCTP);
	ASSERT_EQ(0, try_connect(client, &addr));
	fd = accept(listener, NULL, NULL);
	EXPECT_EQ(REFUSED(EPERM), fd < 0 ? -errno : 0);
	if (fd >= 0)
		close(fd);
	close(client);
	close(listener);
}

/* Deny 127.0.0.2 to what has this number. */
static int deny(enum govern_id id, int protocol, int err)
{
	policy_begin_open(id);
	policy_address(PERSOCK_SECTION_CONNECT, "127.0.0.2/32", 0, 65535,
		       protocol, -err);

	return policy_set();
}

static int reach(int type, int protocol, const struct inet_addr *to)
{
	int fd = socket(AF_INET, type, protocol), service = 1, err;

	if (fd < 0)
		return -errno;
	if (protocol == IPPROTO_DCCP)
		set_int(fd, SOL_DCCP, DCCP_SERVICE, service);
	err = try_connect(fd, to);
	if (!err && type == SOCK_DGRAM)
		err = try_sendto(fd, to, 0);
	close(fd);

	return err;
}

/* UDP-Lite is not UDP to a rule, nor the other way round. 7.x has neither it nor DCCP. */
TEST_F(path, udplite)
{
	struct inet_addr to = at("127.0.0.2", 9);

	if (kernel_since(7, 0)) {
		EXPECT_EQ(-EPROTONOSUPPORT,
			  reach(SOCK_DGRAM, IPPROTO_UDPLITE, &to));
		return;
	}
	ASSERT_EQ(0, deny(self->id, IPPROTO_UDP, EACCES));
	EXPECT_EQ(0, reach(SOCK_DGRAM, IPPROTO_UDPLITE, &to));
	EXPECT_EQ(REFUSED(EACCES), reach(SOCK_DGRAM, IPPROTO_UDP, &to));
	ASSERT_EQ(0, deny(self->id, IPPROTO_UDPLITE, EPERM));
	EXPECT_EQ(REFUSED(EPERM), reach(SOCK_DGRAM, IPPROTO_UDPLITE, &to));
	EXPECT_EQ(0, reach(SOCK_DGRAM, IPPROTO_UDP, &to));
	ASSERT_EQ(0, deny(self->id, ANY, EPERM));
	EXPECT_EQ(REFUSED(EPERM), reach(SOCK_DGRAM, IPPROTO_UDPLITE, &to));
}

/* DCCP likewise. */
TEST_F(path, dccp)
{
	struct inet_addr any = at("0.0.0.0", 0), to;
	int listener = socket(AF_INET, SOCK_DCCP, IPPROTO_DCCP);

	if (kernel_since(7, 0)) {
		EXPECT_LT(listener, 0);
		return;
	}
	ASSERT_GE(listener, 0);
	ASSERT_EQ(0, set_int(listener, SOL_DCCP, DCCP_SERVICE, 1));
	ASSERT_EQ(0, bind(listener, &any.sa, any.len));
	ASSERT_EQ(0, listen(listener, 16));
	ASSERT_EQ(0, bound_to(listener, &any));
	to = at("127.0.0.2", ntohs(any.in.sin_port));

	ASSERT_EQ(0, deny(self->id, IPPROTO_UDP, EACCES));
	EXPECT_EQ(0, reach(SOCK_DCCP, IPPROTO_DCCP, &to));
	ASSERT_EQ(0, deny(self->id, IPPROTO_DCCP, EPERM));
	EXPECT_EQ(REFUSED(EPERM), reach(SOCK_DCCP, IPPROTO_DCCP, &to));
	ASSERT_EQ(0, deny(self->id, ANY, EACCES));
	EXPECT_EQ(REFUSED(EACCES), reach(SOCK_DCCP, IPPROTO_DCCP, &to));
	close(listener);
}

int main(int argc, char **argv)
{
	static const char *const modules[] = { "sctp", "dccp_ipv4", NULL };

	return path_main(argc, argv, modules);
}
