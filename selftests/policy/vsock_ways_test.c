// SPDX-License-Identifier: GPL-2.0
/*
 * Ways around rules on AF_VSOCK: datagram sockets that a call binds by the way,
 * connects in several steps, other entries, flags and options of addresses.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "ring.h"
#include "vsock.h"

#define HOST	VMADDR_CID_HOST

/* Send a byte: to an address, or without a name; 0 or -errno. */
static int send_to(int fd, const struct sockaddr_vm *address, socklen_t length)
{
	return sendto(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL,
		      (const struct sockaddr *)address, length) == 1 ? 0 :
	       -errno;
}

/* Datagrams arrive by a work item. */
static int arrived(int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	char byte;

	return poll(&ready, 1, 5000) == 1 && recv(fd, &byte, 1, 0) == 1;
}

static int dissolve(int fd)
{
	struct sockaddr_vm none = { .svm_family = AF_UNSPEC };

	return connect(fd, (struct sockaddr *)&none, sizeof(none)) ? -errno : 0;
}

/* VMware's transport has datagrams, also without VMware. */
static bool has_datagrams(void)
{
	int fd = vsock(SOCK_DGRAM);

	close(fd);

	return fd >= 0;
}

/* No call gives a datagram socket a port that was not judged. */
TEST_F(path, datagrams_bound_by_the_way)
{
	struct sockaddr_vm peer = address_of(HOST, 7000);
	struct ring ring;
	int fd, way;

	if (!has_datagrams())
		SKIP(return, "no transport has datagrams");
	ASSERT_EQ(0, ring_open(&ring, 0));
	policy_begin_open(self->id);
	policy_default(BINDS, ANY, -EACCES);
	policy_vsock(BINDS, CID_ANY, 7000, 7001, ALLOW);
	ASSERT_EQ(0, policy_set());
	for (way = 0; way < 7; way++) {
		int err = 0;

		fd = vsock(SOCK_DGRAM);
		ASSERT_LE(0, fd);
		switch (way) {
		case 0:
			err = send_to(fd, &peer, sizeof(peer));
			break;
		case 1:
			err = send_to(fd, NULL, 0);
			break;
		case 2:
			err = send_to(fd, &peer, 0);
			break;
		case 3:
			err = write(fd, "x", 1) == 1 ? 0 : -errno;
			break;
		case 4:
			err = connect_to(fd, HOST, 7000);
			break;
		case 5:
			err = ring_transfer(&ring, IORING_OP_SEND, 0, fd, "x",
					    1, 0);
			break;
		case 6:
			EXPECT_EQ(0, dissolve(fd));
			err = send_to(fd, NULL, 0);
			break;
		}
		/* Ungoverned, what fails for want of a peer binds as well. */
		if (!self->free)
			EXPECT_EQ(-EACCES, err);
		EXPECT_EQ(self->free, port_of(fd) != LAST)
			TH_LOG("way %d", way);
		close(fd);
	}
	close(ring.fd);
}

/* Datagrams of a socket that is bound: each peer is judged, or was connected. */
TEST_F(path, datagrams)
{
	struct sockaddr_vm peer = address_of(HOST, 7011);
	int box, fd;

	if (!has_datagrams())
		SKIP(return, "no transport has datagrams");
	box = vsock(SOCK_DGRAM);
	fd = vsock(SOCK_DGRAM);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, bind_to(box, CID_ANY, 7011));
	policy_begin_open(self->id);
	policy_default(CONNECTS, ANY, -EACCES);
	policy_vsock(CONNECTS, HOST, 7011, 7011, ALLOW);
	policy_vsock(BINDS, CID_ANY, 7010, 7010, -EPERM);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EPERM), bind_to(fd, CID_ANY, 7010));
	if (!self->free)
		EXPECT_EQ(0, bind_to(fd, CID_ANY, 7012));
	EXPECT_EQ(0, send_to(fd, &peer, sizeof(peer)));
	EXPECT_TRUE(arrived(box));
	/* Nobody is there, or nobody may be asked. */
	peer.svm_port = 7013;
	EXPECT_EQ(self->free ? -EHOSTUNREACH : -EACCES,
		  send_to(fd, &peer, sizeof(peer)));
	EXPECT_EQ(REFUSED(EACCES), connect_to(fd, HOST, 7013));
	EXPECT_EQ(0, connect_to(fd, HOST, 7011));
	EXPECT_EQ(0, send_to(fd, NULL, 0));
	EXPECT_TRUE(arrived(box));
	/* Connected, and to another one. */
	EXPECT_EQ(self->free ? -EHOSTUNREACH : -EACCES,
		  send_to(fd, &peer, sizeof(peer)));
	/* The kernel reads any CID as its own. */
	peer = address_of(CID_ANY, 7011);
	EXPECT_EQ(REFUSED(EACCES), send_to(fd, &peer, sizeof(peer)));
	EXPECT_EQ(REFUSED(EACCES), connect_to(fd, CID_ANY, 7011));
	EXPECT_EQ(0, dissolve(fd));
	EXPECT_EQ(-EINVAL, send_to(fd, NULL, 0));
	close(fd);
	close(box);
}

/* Who only audits and who has no rules on binds changes nothing. */
TEST_F(path, datagrams_of_others)
{
	int fd, way;

	if (!has_datagrams())
		SKIP(return, "no transport has datagrams");
	for (way = 0; way < 2; way++) {
		fd = vsock(SOCK_DGRAM);
		ASSERT_LE(0, fd);
		policy_begin_open(self->id);
		if (way) {
			policy_vsock(CONNECTS, 9, 0, LAST, -EACCES);
		} else {
			policy_mode(PERSOCK_MODE_AUDIT);
			policy_vsock(BINDS, CID_ANY, 0, LAST, -EACCES);
		}
		ASSERT_EQ(0, policy_set());
		EXPECT_EQ(-EINVAL, send_to(fd, NULL, 0));
		EXPECT_NE(LAST, port_of(fd));
		close(fd);
	}
}

/* A connect that does not wait is judged when it begins, and each later one. */
TEST_F(path, step_by_step)
{
	int server = server_at(SOCK_STREAM, CID_ANY, 7100), fd;
	struct pollfd ready = { .events = POLLOUT };

	ASSERT_LE(0, server);
	policy_begin_open(self->id);
	policy_vsock(CONNECTS, CID_ANY, 7101, 7101, -EACCES);
	ASSERT_EQ(0, policy_set());
	fd = vsock(SOCK_STREAM | SOCK_NONBLOCK);
	ASSERT_LE(0, fd);
	EXPECT_EQ(self->free ? -EINPROGRESS : -EACCES,
		  connect_to(fd, LOCAL, 7101));
	close(fd);
	fd = vsock(SOCK_STREAM | SOCK_NONBLOCK);
	EXPECT_EQ(-EINPROGRESS, connect_to(fd, LOCAL, 7100));
	ready.fd = fd;
	EXPECT_EQ(1, poll(&ready, 1, 5000));
	/* It goes on to the first one, whatever is named now. */
	EXPECT_EQ(self->free ? -EISCONN : -EACCES,
		  connect_to(fd, LOCAL, 7101));
	EXPECT_EQ(-EISCONN, connect_to(fd, LOCAL, 7100));
	EXPECT_EQ(1, send(fd, "x", 1, 0));
	/* Denied meanwhile: who connects is asked, who is connected is not. */
	policy_begin_open(self->id);
	policy_vsock(CONNECTS, CID_ANY, 0, LAST, -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(self->free ? -EISCONN : -EACCES,
		  connect_to(fd, LOCAL, 7100));
	EXPECT_EQ(1, send(fd, "y", 1, 0));
	EXPECT_EQ(REFUSED(EACCES), reach(SOCK_STREAM, LOCAL, 7100));
	close(fd);
	close(server);
}

/* After a connect that has failed, by another CID and another type. */
TEST_F(path, twice)
{
	static const int types[] = { SOCK_STREAM, SOCK_SEQPACKET };
	int server, fd, i;

	for (i = 0; i < 2; i++) {
		server = server_at(types[i], CID_ANY, 7200);
		ASSERT_LE(0, server);
		policy_begin_open(self->id);
		policy_vsock(CONNECTS, LOCAL, 7200, 7200, -EACCES);
		ASSERT_EQ(0, policy_set());
		fd = vsock(types[i]);
		EXPECT_EQ(-ECONNRESET, connect_to(fd, LOCAL, 7201));
		EXPECT_EQ(REFUSED(EACCES), connect_to(fd, LOCAL, 7200));
		close(fd);
		fd = vsock(types[i]);
		EXPECT_EQ(-ECONNRESET, connect_to(fd, LOCAL, 7201));
		EXPECT_EQ(REFUSED(EACCES), connect_to(fd, HOST, 7200));
		close(fd);
		policy_begin_open(self->id);
		ASSERT_EQ(0, policy_set());
		close(server);
	}
}

/* Flags of an address choose the transport, and no other rule. */
TEST_F(path, flags)
{
	struct sockaddr_vm address = address_of(LOCAL, 7300);
	int server = server_at(SOCK_STREAM, CID_ANY, 7300), fd, i;

	ASSERT_LE(0, server);
	for (i = 0; i < 2; i++) {
		policy_begin_open(self->id);
		policy_vsock(CONNECTS, LOCAL, 7300, 7300, i ? ALLOW : -EACCES);
		policy_vsock(CONNECTS, CID_ANY, 0, LAST, i ? -EACCES : ALLOW);
		ASSERT_EQ(0, policy_set());
		address.svm_flags = 1;	/* VMADDR_FLAG_TO_HOST */
		fd = vsock(SOCK_STREAM);
		EXPECT_EQ(i ? 0 : REFUSED(EACCES),
			  connect(fd, (struct sockaddr *)&address,
				  sizeof(address)) ? -errno : 0);
		close(fd);
		/* Longer than an address. */
		address.svm_flags = 0;
		fd = vsock(SOCK_STREAM);
		EXPECT_EQ(i ? 0 : REFUSED(EACCES),
			  connect(fd, (struct sockaddr *)&(struct {
					struct sockaddr_vm vm;
					char rest[8];
				  }){ address }, sizeof(address) + 8) ?
			  -errno : 0);
		close(fd);
	}
	close(server);
}

/* Privileged ports: rules on them, and none is chosen. */
TEST_F(path, reserved_ports)
{
	int fd, i;

	policy_begin_open(self->id);
	policy_vsock(BINDS, CID_ANY, 0, 1023, -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EACCES), try_bind(LOCAL, 0));
	EXPECT_EQ(REFUSED(EACCES), try_bind(CID_ANY, 1023));
	EXPECT_EQ(0, try_bind(CID_ANY, 1024));
	for (i = 0; i < 16; i++) {
		fd = vsock(SOCK_STREAM);
		EXPECT_EQ(0, bind_to(fd, CID_ANY, LAST));
		EXPECT_LE(1024, port_of(fd));
		EXPECT_NE(LAST, port_of(fd));
		close(fd);
	}
}

/* What sockets say of themselves is what they would say ungoverned. */
TEST_F(path, names)
{
	int server = server_at(SOCK_STREAM, CID_ANY, 7400), fd, accepted;
	struct sockaddr_vm address;
	socklen_t length = sizeof(address);

	ASSERT_LE(0, server);
	policy_begin_open(self->id);
	policy_vsock(CONNECTS, 9, 0, LAST, -EACCES);
	policy_vsock(BINDS, 9, 0, LAST, -EACCES);
	policy_vsock(ACCEPTS, 9, 0, LAST, -EACCES);
	ASSERT_EQ(0, policy_set());
	fd = vsock(SOCK_STREAM);
	ASSERT_EQ(0, bind_to(fd, LOCAL, 7401));
	ASSERT_EQ(0, connect_to(fd, HOST, 7400));
	EXPECT_EQ(7401, port_of(fd));
	ASSERT_EQ(0, getpeername(fd, (struct sockaddr *)&address, &length));
	EXPECT_EQ(HOST, address.svm_cid);
	EXPECT_EQ(7400, address.svm_port);
	EXPECT_EQ(7400, port_of(server));
	accepted = wait_accepted(server);
	ASSERT_LE(0, accepted);
	EXPECT_EQ(7400, port_of(accepted));
	ASSERT_EQ(0, getpeername(accepted, (struct sockaddr *)&address,
				 &length));
	/* Whatever it called this machine. */
	EXPECT_EQ(LOCAL, address.svm_cid);
	EXPECT_EQ(7401, address.svm_port);
	EXPECT_EQ(!self->free, govern_shown(accepted));
	close(accepted);
	close(fd);
	close(server);
}

/* Whoever reaches this machine by another CID is accepted, or not, as CID 1. */
TEST_F(path, accepted_by_other_cid)
{
	int server = server_at(SOCK_STREAM, CID_ANY, 7500), fd, accepted;

	ASSERT_LE(0, server);
	policy_begin_open(self->id);
	policy_vsock(ACCEPTS, LOCAL, 0, LAST, -EPERM);
	ASSERT_EQ(0, policy_set());
	fd = vsock(SOCK_STREAM);
	EXPECT_EQ(0, connect_to(fd, HOST, 7500));
	accepted = wait_accepted(server);
	EXPECT_EQ(self->free, accepted >= 0);
	if (accepted < 0)
		EXPECT_EQ(EPERM, errno);
	close(accepted);
	close(fd);
	close(server);
}

/* Open: a denied CID 2 is this machine's where that is a host, as CID 1 is. */
TEST_F(path, open_own_cid)
{
	int server = server_at(SOCK_STREAM, CID_ANY, 7600);

	ASSERT_LE(0, server);
	policy_begin_open(self->id);
	policy_vsock(CONNECTS, HOST, 0, LAST, -EACCES);
	ASSERT_EQ(0, policy_set());
	EXPECT_EQ(REFUSED(EACCES), reach(SOCK_STREAM, HOST, 7600));
	EXPECT_EQ(0, reach(SOCK_STREAM, LOCAL, 7600));
	close(server);
}

/* io_uring's bind, listen, accept, and sends of datagrams that name a peer. */
TEST_F(path, ring)
{
	struct sockaddr_vm address = address_of(CID_ANY, 7700);
	struct io_uring_sqe sqe = { .opcode = OP_BIND }, accepts;
	int server = server_at(SOCK_STREAM, CID_ANY, 7701), fd, client, result;
	struct ring ring;

	ASSERT_LE(0, server);
	ASSERT_EQ(0, ring_open(&ring, 0));
	policy_begin_open(self->id);
	policy_default(BINDS, ANY, -EACCES);
	policy_vsock(BINDS, CID_ANY, 7702, 7702, ALLOW);
	policy_vsock(ACCEPTS, LOCAL, 0, LAST, -EPERM);
	ASSERT_EQ(0, policy_set());
	fd = vsock(SOCK_STREAM);
	if (ring_knows(&ring, OP_BIND)) {
		sqe.fd = fd;
		sqe.addr = (unsigned long)&address;
		sqe.off = sizeof(address);
		EXPECT_EQ(REFUSED(EACCES), ring_do(&ring, sqe));
		/* A connect has left a port. */
		if (!self->free)
			EXPECT_EQ(-ECONNRESET, connect_to(fd, LOCAL, 7799));
		sqe = (struct io_uring_sqe){ .opcode = OP_LISTEN, .fd = fd,
					     .len = 1 };
		EXPECT_EQ(REFUSED(EACCES), ring_do(&ring, sqe));
	}
	client = vsock(SOCK_STREAM);
	EXPECT_EQ(0, connect_to(client, LOCAL, 7701));
	EXPECT_EQ(0, fcntl(server, F_SETFL, 0));
	accepts = (struct io_uring_sqe){ .opcode = IORING_OP_ACCEPT,
					 .fd = server };
	result = ring_do(&ring, accepts);
	EXPECT_EQ(REFUSED(EPERM), result < 0 ? result : 0);
	close(client);
	close(fd);
	close(server);
	close(ring.fd);
}

/* Options of AF_VSOCK: rules by name, and none leads to another peer. */
TEST_F(path, options)
{
	static const int names[] = {
		SO_VM_SOCKETS_BUFFER_SIZE, SO_VM_SOCKETS_BUFFER_MIN_SIZE,
		SO_VM_SOCKETS_BUFFER_MAX_SIZE, SO_VM_SOCKETS_PEER_HOST_VM_ID,
		SO_VM_SOCKETS_TRUSTED, SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD,
		SO_VM_SOCKETS_NONBLOCK_TXRX, SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW,
	};
	int server = server_at(SOCK_STREAM, CID_ANY, 7800), fd;
	__u64 size = 65536, value[2] = { 1, 0 };
	socklen_t length = sizeof(size);
	size_t i;

	ASSERT_LE(0, server);
	policy_begin_open(self->id);
	policy_vsock(CONNECTS, CID_ANY, 7800, 7800, -EACCES);
	policy_option(PERSOCK_SECTION_OPTIONS_SET, PERSOCK_CLASS_OTHER,
		      AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, -EPERM);
	policy_option(PERSOCK_SECTION_OPTIONS_GET, PERSOCK_CLASS_OTHER,
		      AF_VSOCK, SO_VM_SOCKETS_BUFFER_MAX_SIZE, -EROFS);
	ASSERT_EQ(0, policy_set());
	fd = vsock(SOCK_STREAM);
	EXPECT_EQ(REFUSED(EPERM),
		  setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, &size,
			     sizeof(size)) ? -errno : 0);
	EXPECT_EQ(0, getsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, &size,
				&length));
	EXPECT_EQ(REFUSED(EROFS),
		  getsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_MAX_SIZE, &size,
			     &length) ? -errno : 0);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		setsockopt(fd, AF_VSOCK, names[i], value, sizeof(value));
	EXPECT_EQ(REFUSED(EACCES), connect_to(fd, LOCAL, 7800));
	close(fd);
	close(server);
}

#ifdef __x86_64__
/* The socket calls of a 32-bit program: their numbers there. */
#define COMPAT_BIND	361
#define COMPAT_CONNECT	362

static int compat_call(int number, int fd, __u32 cid, __u32 port)
{
	struct sockaddr_vm *low;
	long result;

	low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (low == MAP_FAILED)
		return -errno;
	*low = address_of(cid, port);
	asm volatile("int $0x80"
		     : "=a" (result)
		     : "a" (number), "b" ((long)fd), "c" (low),
		       "d" (sizeof(*low))
		     : "memory", "r8", "r9", "r10", "r11");
	munmap(low, 4096);

	return (int)result;
}

TEST_F(path, calls_of_32_bits)
{
	int server = server_at(SOCK_STREAM, CID_ANY, 7900), fd;

	ASSERT_LE(0, server);
	policy_begin_open(self->id);
	policy_vsock(CONNECTS, LOCAL, 7900, 7900, -EACCES);
	policy_vsock(BINDS, CID_ANY, 7901, 7901, -EPERM);
	ASSERT_EQ(0, policy_set());
	fd = vsock(SOCK_STREAM);
	EXPECT_EQ(REFUSED(EPERM), compat_call(COMPAT_BIND, fd, CID_ANY, 7901));
	EXPECT_EQ(REFUSED(EACCES), compat_call(COMPAT_CONNECT, fd, LOCAL, 7900));
	close(fd);
	close(server);
}
#endif

int main(int argc, char **argv)
{
	static const char *const modules[] = {
		"vsock", "vsock_loopback", "vmw_vsock_vmci_transport", NULL
	};

	return path_main(argc, argv, modules);
}
