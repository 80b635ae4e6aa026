/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets of AF_VSOCK on this machine, by loopback: for tests of rules on them. */
#ifndef SELFTESTS_VSOCK_H
#define SELFTESTS_VSOCK_H

#include <errno.h>
#include <linux/vm_sockets.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "path.h"

#define CONNECTS	PERSOCK_SECTION_CONNECT
#define BINDS		PERSOCK_SECTION_BIND
#define ACCEPTS		PERSOCK_SECTION_ACCEPT
#define LOCAL		VMADDR_CID_LOCAL
#define CID_ANY		VMADDR_CID_ANY
#define LAST		VMADDR_PORT_ANY

static inline struct sockaddr_vm address_of(__u32 cid, __u32 port)
{
	return (struct sockaddr_vm){
		.svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = port,
	};
}

static inline int bind_to(int fd, __u32 cid, __u32 port)
{
	struct sockaddr_vm address = address_of(cid, port);

	return bind(fd, (struct sockaddr *)&address, sizeof(address)) ?
	       -errno : 0;
}

static inline int connect_to(int fd, __u32 cid, __u32 port)
{
	struct sockaddr_vm address = address_of(cid, port);

	return connect(fd, (struct sockaddr *)&address, sizeof(address)) ?
	       -errno : 0;
}

static inline int vsock(int type)
{
	return socket(AF_VSOCK, type | SOCK_CLOEXEC, 0);
}

/* A new socket that is bound, and listens without waiting; or -errno. */
static inline int server_at(int type, __u32 cid, __u32 port)
{
	int fd = vsock(type | SOCK_NONBLOCK), err;

	if (fd < 0)
		return -errno;
	err = bind_to(fd, cid, port);
	if (!err && listen(fd, 64))
		err = -errno;
	if (err)
		close(fd);

	return err ? err : fd;
}

/* Connect a new socket; 0 or -errno. */
static inline int reach(int type, __u32 cid, __u32 port)
{
	int fd = vsock(type), err;

	if (fd < 0)
		return -errno;
	err = connect_to(fd, cid, port);
	close(fd);

	return err;
}

/* Bind a new socket; 0 or -errno. */
static inline int try_bind(__u32 cid, __u32 port)
{
	int fd = vsock(SOCK_STREAM), err;

	if (fd < 0)
		return -errno;
	err = bind_to(fd, cid, port);
	close(fd);

	return err;
}

static inline __u32 port_of(int fd)
{
	struct sockaddr_vm address = address_of(0, 0);
	socklen_t length = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &length))
		return 0;

	return address.svm_port;
}

/* The next connection of a listener, or -1. */
static inline int wait_accepted(int server)
{
	struct pollfd poll_in = { .fd = server, .events = POLLIN };

	return poll(&poll_in, 1, 500) == 1 ? accept(server, NULL, NULL) : -1;
}

#endif /* SELFTESTS_VSOCK_H */
