// SPDX-License-Identifier: GPL-2.0
/*
 * Rules on AF_VSOCK: which peers are reached and accepted, and to which
 * addresses sockets are bound. All peers are on this machine, by loopback.
 */
#include <limits.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <libmnl/libmnl.h>

#include "counters.h"
#include "ring.h"
#include "vsock.h"

/* Peers are denied by default. */
static void policy_vsock_only(enum govern_id id)
{
	policy_begin_open(id);
	policy_default(CONNECTS, ANY, -EACCES);
}

/* The very CID decides, then any, then the default; a denial goes first. */
TEST_F(path, specific)
{
	static const int types[] = { SOCK_STREAM, SOCK_SEQPACKET };
	int servers[4], i, j;

	for (i = 0; i < 2; i++) {
		for (j = 0; j < 4; j++) {
			servers[j] = server_at(types[i], CID_ANY, 5000 + j);
			ASSERT_LE(0, servers[j]);
		}
		policy_begin_open(self->id);
		policy_default(CONNECTS, ANY, -EACCES);
		policy_vsock(CONNECTS, CID_ANY, 5000, 5001, -EPERM);
		policy_vsock(CONNECTS, LOCAL, 5001, 5001, ALLOW);
		policy_vsock(CONNECTS, LOCAL, 5002, 5002, ALLOW);
		policy_vsock(CONNECTS, LOCAL, 5002, 6000, -EROFS);
		policy_vsock(CONNECTS, 7, 5003, 5003, ALLOW);
		ASSERT_EQ(0, policy_set());
		EXPECT_EQ(REFUSED(EPERM), reach(types[i], LOCAL, 5000));
		EXPECT_EQ(0, reach(types[i], LOCAL, 5001));
		EXPECT_EQ(REFUSED(EROFS), reach(types[i], LOCAL, 5002));
		EXPECT_EQ(REFUSED(EROFS), reach(types[i], LOCAL, 5003));
		/* No rule is on it. */
		EXPECT_EQ(self->free ? -ECONNRESET : -EACCES,
			  reach(types[i], LOCAL, 4999));
		policy_begin_open(self->id);
		ASSERT_EQ(0, policy_set());
		for (j = 0; j < 4; j++)
			close(servers[j]);
	}
}

/* A section without rules on AF_VSOCK does not judge it, whatever its default. */
TEST_F(path, unruled)
{
	int server = server_at(SOCK_STREAM, CID_ANY, 5100);

	ASSERT_LE(0, server);
	policy_begin_open(self->id);
	policy_default(CONNECTS, ANY, -EACCES);
	ASSERT_EQ(0, policy_set());
	/* It is to restrict all peers, so there is no such socket. */
	EXPECT_EQ(REFUSED(EACCES), reach(SOCK_STREAM, LOCAL, 5100));
	/* This section restricts as well, and cannot judge it. */
	policy_vsock_only(self->id);
	policy_vsock(CONNECTS, LOCAL, 5100, 5100, ALLOW);
	policy_default(BINDS, ANY, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EPERM), reach(SOCK_STREAM, LOCAL, 5100));
	policy_vsock_only(self->id);
	policy_vsock(CONNECTS, LOCAL, 5100, 5100, ALLOW);
	policy_default(BINDS, ANY, -EPERM);
	policy_vsock(BINDS, LOCAL, 5109, 5109, ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, reach(SOCK_STREAM, LOCAL, 5100));
	EXPECT_EQ(self->free ? -ECONNRESET : -EACCES,
		  reach(SOCK_STREAM, LOCAL, 5101));
	EXPECT_EQ(REFUSED(EPERM), try_bind(LOCAL, 5101));

	/* A rule that names the family allows all of it. */
	policy_vsock_only(self->id);
	policy_default(BINDS, ANY, -EACCES);
	policy_default(ACCEPTS, ANY, -EACCES);
	policy_socket(AF_VSOCK, ANY, ANY, ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, reach(SOCK_STREAM, LOCAL, 5100));
	EXPECT_EQ(0, try_bind(LOCAL, 5101));
	EXPECT_LE(0, accept(server, NULL, NULL));

	/* Its listen section does. */
	policy_begin_open(self->id);
	policy_default(PERSOCK_SECTION_LISTEN, ANY, -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(self->free, server_at(SOCK_STREAM, CID_ANY, 5102) >= 0);
	close(server);
}

/* This machine by the CID of the host: as by that of loopback. */
TEST_F(path, other_cid)
{
	int server = server_at(SOCK_STREAM, CID_ANY, 5200);

	ASSERT_LE(0, server);
	/* Without a transport to a hypervisor this is the host. */
	ASSERT_EQ(0, reach(SOCK_STREAM, VMADDR_CID_HOST, 5200));
	policy_begin_open(self->id);
	policy_vsock(CONNECTS, LOCAL, 0, LAST, -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EACCES), reach(SOCK_STREAM, LOCAL, 5200));
	EXPECT_EQ(REFUSED(EACCES), reach(SOCK_STREAM, VMADDR_CID_HOST, 5200));

	/* Unless a rule names it. */
	policy_begin_open(self->id);
	policy_vsock(CONNECTS, LOCAL, 0, LAST, -EACCES);
	policy_vsock(CONNECTS, VMADDR_CID_HOST, 5200, 5200, ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, reach(SOCK_STREAM, VMADDR_CID_HOST, 5200));
	close(server);
}

/* What is no address of AF_VSOCK, and no CID. */
TEST_F(path, invalid)
{
	struct sockaddr_vm address = address_of(LOCAL, 5300);
	int fd = vsock(SOCK_STREAM);

	policy_begin_open(self->id);
	policy_vsock(CONNECTS, 9, 0, LAST, -EACCES);
	policy_vsock(BINDS, 9, 0, LAST, -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(-1, connect(fd, (struct sockaddr *)&address,
			      sizeof(address) - 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, bind(fd, (struct sockaddr *)&address, 2));
	EXPECT_EQ(EINVAL, errno);
	address.svm_family = AF_INET;
	EXPECT_EQ(-1, connect(fd, (struct sockaddr *)&address,
			      sizeof(address)));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, bind(fd, (struct sockaddr *)&address, sizeof(address)));
	EXPECT_EQ(EINVAL, errno);
	/* Any CID is no peer: the kernel refuses it, too, but later. */
	EXPECT_GT(0, connect_to(fd, CID_ANY, 5300));
	if (!self->free)
		EXPECT_EQ(-EACCES, connect_to(fd, CID_ANY, 5300));
	close(fd);
}

/* Ports that are named, and those that the kernel chooses. */
TEST_F(path, binds)
{
	int fd, i;

	policy_begin_open(self->id);
	policy_vsock(BINDS, CID_ANY, 5400, 5409, -EPERM);
	policy_vsock(BINDS, CID_ANY, 1024, INT_MAX, -EACCES);
	policy_vsock(BINDS, LOCAL, 5405, 5405, ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EPERM), try_bind(CID_ANY, 5400));
	EXPECT_EQ(REFUSED(EPERM), try_bind(LOCAL, 5409));
	EXPECT_EQ(REFUSED(EACCES), try_bind(LOCAL, 5410));
	EXPECT_EQ(0, try_bind(LOCAL, 5405));
	EXPECT_EQ(REFUSED(EPERM), try_bind(CID_ANY, 5405));
	EXPECT_EQ(0, try_bind(LOCAL, 0x80000000));
	for (i = 0; i < 32; i++) {
		fd = vsock(SOCK_STREAM);
		EXPECT_EQ(0, bind_to(fd, i & 1 ? LOCAL : CID_ANY, LAST));
		if (!self->free)
			EXPECT_LT(INT_MAX, port_of(fd));
		EXPECT_EQ(0, listen(fd, 1));
		EXPECT_EQ(-EINVAL, bind_to(fd, LOCAL, 5405));
		close(fd);
	}

	/* None is left to choose, or none may be chosen. */
	policy_begin_open(self->id);
	policy_vsock(BINDS, CID_ANY, 1024, LAST - 1, -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EACCES), try_bind(LOCAL, LAST));
	EXPECT_EQ(0, try_bind(LOCAL, 1000));
	policy_begin_open(self->id);
	policy_vsock(BINDS, CID_ANY, LAST, LAST, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EPERM), try_bind(LOCAL, LAST));
	EXPECT_EQ(0, try_bind(LOCAL, 5400));
	/* The default decides about what no rule names; a chosen port passes. */
	policy_begin_open(self->id);
	policy_default(BINDS, ANY, -EACCES);
	policy_vsock(BINDS, LOCAL, LAST, LAST, ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EACCES), try_bind(LOCAL, 5400));
	EXPECT_EQ(REFUSED(EACCES), try_bind(CID_ANY, LAST));
	fd = server_at(SOCK_STREAM, LOCAL, LAST);
	EXPECT_LE(0, fd);
	close(fd);
}

/* A bind to every CID includes each that a rule denies. */
TEST_F(path, every_cid)
{
	policy_begin_open(self->id);
	policy_vsock(BINDS, LOCAL, 5500, 5500, -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EACCES), try_bind(LOCAL, 5500));
	EXPECT_EQ(REFUSED(EACCES), try_bind(CID_ANY, 5500));
	EXPECT_EQ(0, try_bind(CID_ANY, 5501));
	EXPECT_EQ(0, try_bind(CID_ANY, LAST));
}

/* A connect that fails leaves a port on which a socket could listen. */
TEST_F(path, listens)
{
	int fd = vsock(SOCK_STREAM), bound = vsock(SOCK_STREAM);

	ASSERT_EQ(0, bind_to(bound, LOCAL, 5600));
	policy_begin_open(self->id);
	policy_default(BINDS, ANY, -EACCES);
	policy_vsock(BINDS, LOCAL, 5601, 5601, ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(-ECONNRESET, connect_to(fd, LOCAL, 5699));
	EXPECT_EQ(REFUSED(EACCES), listen(fd, 1) ? -errno : 0);
	close(fd);
	/* It was bound before the policy. */
	EXPECT_EQ(REFUSED(EACCES), listen(bound, 1) ? -errno : 0);
	close(bound);
	fd = vsock(SOCK_STREAM);
	EXPECT_EQ(-1, listen(fd, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0, bind_to(fd, LOCAL, 5601));
	EXPECT_EQ(0, listen(fd, 1));
	close(fd);
}

/* Peers that are accepted. */
TEST_F(path, accepts)
{
	int server = server_at(SOCK_STREAM, CID_ANY, 5700), fd, accepted;

	ASSERT_LE(0, server);
	policy_begin_open(self->id);
	policy_default(ACCEPTS, ANY, -EACCES);
	policy_vsock(ACCEPTS, LOCAL, 1024, LAST, -EPERM);
	policy_vsock(ACCEPTS, LOCAL, 1000, 1000, ALLOW);
	policy_vsock(ACCEPTS, LOCAL, 5701, 5701, -EPERM);
	ASSERT_EQ(0, policy_set());
	fd = vsock(SOCK_STREAM);
	EXPECT_EQ(0, bind_to(fd, LOCAL, 5701));
	EXPECT_EQ(0, connect_to(fd, LOCAL, 5700));
	accepted = accept(server, NULL, NULL);
	EXPECT_EQ(REFUSED(EPERM), accepted < 0 ? -errno : 0);
	close(accepted);
	close(fd);
	fd = vsock(SOCK_STREAM);
	EXPECT_EQ(0, bind_to(fd, LOCAL, 1000));
	EXPECT_EQ(0, connect_to(fd, LOCAL, 5700));
	accepted = accept(server, NULL, NULL);
	EXPECT_LE(0, accepted);
	EXPECT_EQ(1, write(accepted, "x", 1));
	EXPECT_EQ(1, read(fd, (char [1]){}, 1));
	close(accepted);
	close(fd);

	policy_begin_open(self->id);
	policy_default(ACCEPTS, ANY, -EACCES);
	policy_vsock(ACCEPTS, 7, 0, LAST, ALLOW);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, reach(SOCK_STREAM, LOCAL, 5700));
	accepted = accept(server, NULL, NULL);
	EXPECT_EQ(REFUSED(EACCES), accepted < 0 ? -errno : 0);
	close(accepted);
	close(server);
}

/* A send that names a peer; on streams the kernel refuses all. */
TEST_F(path, sends)
{
	struct sockaddr_vm address = address_of(LOCAL, 5800);
	int server = server_at(SOCK_STREAM, CID_ANY, 5800);
	int fd = vsock(SOCK_STREAM);

	ASSERT_LE(0, server);
	policy_begin_open(self->id);
	policy_vsock(CONNECTS, CID_ANY, 5801, 5801, -EACCES);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, connect_to(fd, LOCAL, 5800));
	EXPECT_EQ(1, send(fd, "x", 1, 0));
	address.svm_port = 5801;
	EXPECT_EQ(-1, sendto(fd, "x", 1, 0, (struct sockaddr *)&address,
			     sizeof(address)));
	EXPECT_EQ(self->free ? EISCONN : EACCES, errno);
	/* Without a name it goes to the peer, which was judged. */
	EXPECT_EQ(1, write(fd, "y", 1));
	close(fd);
	close(server);
}

/* Sockets are held to what the policy says now, and those of AF_UNIX are not. */
TEST_F(path, replaced)
{
	int server = server_at(SOCK_STREAM, CID_ANY, 5900), i, pair[2];
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int local = socket(AF_UNIX, SOCK_DGRAM, 0);

	ASSERT_LE(0, server);
	for (i = 0; i < 4; i++) {
		int fd = vsock(SOCK_STREAM);

		policy_begin_open(self->id);
		if (i & 1)
			policy_vsock(CONNECTS, CID_ANY, 0, LAST, -EACCES);
		else
			policy_default(PERSOCK_SECTION_UNIX_BIND, ANY, -EPERM);
		ASSERT_EQ(0, policy_set());
		EXPECT_EQ(i & 1 ? REFUSED(EACCES) : 0,
			  connect_to(fd, LOCAL, 5900));
		close(fd);
		EXPECT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
		close(pair[0]);
		close(pair[1]);
		fd = socket(AF_UNIX, SOCK_DGRAM, 0);
		snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1,
			 "persock-vsock-%d", i);
		EXPECT_EQ(i & 1 ? 0 : REFUSED(EPERM),
			  bind(fd, (struct sockaddr *)&name, sizeof(name)) ?
			  -errno : 0);
		close(fd);
	}
	close(local);
	close(server);
}

/* A policy that only audits reports and changes nothing. */
TEST_F(path, audits)
{
	int server = server_at(SOCK_STREAM, CID_ANY, 6000), fd;

	ASSERT_LE(0, server);
	policy_begin_open(self->id);
	policy_mode(PERSOCK_MODE_AUDIT);
	policy_vsock(CONNECTS, CID_ANY, 0, LAST, -EACCES);
	policy_vsock(BINDS, CID_ANY, 0, LAST, -EACCES);
	policy_vsock(ACCEPTS, CID_ANY, 0, LAST, -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, reach(SOCK_STREAM, LOCAL, 6000));
	fd = accept(server, NULL, NULL);
	EXPECT_LE(0, fd);
	close(fd);
	fd = server_at(SOCK_STREAM, CID_ANY, LAST);
	EXPECT_LE(0, fd);
	close(fd);
	close(server);
}

/* The report has the address that was judged, and the rule. */
TEST_F(path, reported)
{
	const struct nlattr *tb[PERSOCK_A_DENIAL_MAX + 1] = {};
	int server = server_at(SOCK_STREAM, CID_ANY, 6100);
	int monitor = self->free ? 0 : policy_monitor(), fd;

	ASSERT_LE(0, server);
	ASSERT_LE(0, monitor);
	policy_begin_open(self->id);
	policy_prefix(CONNECTS, "192.0.2.0/24", -EACCES);
	policy_vsock(CONNECTS, 9, 0, LAST, -EPERM);
	policy_vsock(CONNECTS, LOCAL, 6100, 6100, -EROFS);
	policy_vsock(BINDS, CID_ANY, 70000, 70000, -ENFILE);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EROFS), reach(SOCK_STREAM, LOCAL, 6100));
	EXPECT_EQ(REFUSED(ENFILE), try_bind(CID_ANY, 70000));
	if (self->free) {
		close(server);
		return;
	}
	ASSERT_EQ(EROFS, policy_denial(monitor, tb));
	ASSERT_NE(NULL, tb[PERSOCK_A_DENIAL_CID]);
	ASSERT_NE(NULL, tb[PERSOCK_A_DENIAL_VSOCK_PORT]);
	EXPECT_EQ(LOCAL, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_CID]));
	EXPECT_EQ(6100, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_VSOCK_PORT]));
	EXPECT_EQ(CONNECTS, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_SECTION]));
	/* After the one on addresses. */
	EXPECT_EQ(3, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_RULE]));
	EXPECT_EQ(NULL, tb[PERSOCK_A_DENIAL_ADDRESS]);
	ASSERT_EQ(ENFILE, policy_denial(monitor, tb));
	EXPECT_EQ(CID_ANY, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_CID]));
	EXPECT_EQ(70000, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_VSOCK_PORT]));
	EXPECT_EQ(1, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_RULE]));

	policy_begin_open(self->id);
	policy_vsock(ACCEPTS, LOCAL, 0, LAST, -ECONNABORTED);
	ASSERT_EQ(0, policy_set());
	fd = vsock(SOCK_STREAM);
	EXPECT_EQ(0, bind_to(fd, LOCAL, 6101));
	EXPECT_EQ(0, connect_to(fd, LOCAL, 6100));
	EXPECT_EQ(-1, accept(server, NULL, NULL));
	ASSERT_EQ(ECONNABORTED, policy_denial(monitor, tb));
	EXPECT_EQ(LOCAL, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_CID]));
	EXPECT_EQ(6101, mnl_attr_get_u32(tb[PERSOCK_A_DENIAL_VSOCK_PORT]));
	close(fd);
	close(monitor);
	close(server);
}

/* Each layer must allow. */
TEST_F(path, layers)
{
	char inner[PATH_MAX + 32];
	int server, fd;

	if (self->free)
		return;
	server = server_at(SOCK_STREAM, CID_ANY, 6200);
	ASSERT_LE(0, server);
	ASSERT_EQ(0, policy_attach_inner(self->id, "host", inner,
					 sizeof(inner)));
	policy_begin_open(self->id);
	policy_vsock(CONNECTS, LOCAL, 6200, 6200, -EACCES);
	policy_vsock(BINDS, CID_ANY, 0, INT_MAX, -EACCES);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, govern_enter_path(inner));
	EXPECT_EQ(-EACCES, reach(SOCK_STREAM, LOCAL, 6200));
	EXPECT_EQ(-EACCES, try_bind(LOCAL, 6201));
	fd = vsock(SOCK_STREAM);
	EXPECT_EQ(0, bind_to(fd, LOCAL, LAST));
	EXPECT_LT(INT_MAX, port_of(fd));
	close(fd);
	policy_begin_open(self->id);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(0, reach(SOCK_STREAM, LOCAL, 6200));
	close(server);
	govern_leave();
	rmdir(inner);
}

/* Connects of io_uring. */
TEST_F(path, ring)
{
	int server = server_at(SOCK_STREAM, CID_ANY, 6300);
	struct sockaddr_vm address = address_of(LOCAL, 6300);
	struct io_uring_sqe sqe = { .opcode = IORING_OP_CONNECT };
	int fd, result, accepted;
	struct ring ring;

	ASSERT_LE(0, server);
	ASSERT_EQ(0, ring_open(&ring, 0));
	policy_begin_open(self->id);
	policy_vsock(CONNECTS, LOCAL, 6300, 6300, -EACCES);
	ASSERT_EQ(0, policy_set());
	fd = vsock(SOCK_STREAM);
	sqe.fd = fd;
	sqe.addr = (unsigned long)&address;
	sqe.off = sizeof(address);
	result = ring_do(&ring, sqe);
	/* The ring tries again while the kernel connects. */
	EXPECT_EQ(REFUSED(EACCES), result == -EALREADY ? 0 : result);
	accepted = wait_accepted(server);
	EXPECT_EQ(self->free, accepted >= 0);
	close(accepted);
	close(fd);
	close(server);
}

/* Each call is counted once. */
TEST_F(path, counted)
{
	int server = server_at(SOCK_STREAM, CID_ANY, 6400);
	struct tally before;
	struct counts counts;

	ASSERT_LE(0, server);
	if (self->free) {
		close(server);
		return;
	}
	policy_begin_open(self->id);
	policy_vsock(CONNECTS, CID_ANY, 6401, 6401, -EACCES);
	policy_vsock(BINDS, CID_ANY, 6401, 6401, -EACCES);
	ASSERT_EQ(0, policy_set());
	ASSERT_EQ(0, read_tally(self->id, &before));
	EXPECT_EQ(0, reach(SOCK_STREAM, LOCAL, 6400));
	EXPECT_EQ(-EACCES, reach(SOCK_STREAM, LOCAL, 6401));
	EXPECT_EQ(0, try_bind(LOCAL, LAST));
	counts = counts_since(self->id, &before, CONNECT);
	EXPECT_EQ(1, counts.allowed);
	EXPECT_EQ(1, counts.denied);
	counts = counts_since(self->id, &before, BIND);
	EXPECT_EQ(1, counts.allowed);
	EXPECT_EQ(0, counts.denied);
	close(server);
}

/* Rules that the module does not take. */
TEST_F(path, refused_rules)
{
	int i;

	if (self->free)
		return;
	policy_begin_open(self->id);
	policy_vsock(CONNECTS, LOCAL, 2, 1, -EACCES);
	EXPECT_EQ(-EINVAL, policy_set());
	policy_begin_open(self->id);
	policy_vsock(PERSOCK_SECTION_SOCKETS, LOCAL, 0, 1, -EACCES);
	EXPECT_EQ(-EINVAL, policy_set());
	policy_begin_open(self->id);
	policy_vsock(CONNECTS, LOCAL, 0, 1, IGNORE);
	EXPECT_EQ(-EINVAL, policy_set());
	for (i = 0; i < 2; i++) {
		int nr;

		policy_begin_open(self->id);
		for (nr = 0; nr < 1024 + i; nr++)
			policy_vsock(BINDS, nr + 3, 0, nr, -EACCES);
		EXPECT_EQ(i ? -E2BIG : 0, policy_set());
	}
}

int main(int argc, char **argv)
{
	static const char *const modules[] = { "vsock", "vsock_loopback", NULL };

	return path_main(argc, argv, modules);
}
