/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel says of sockets: family, type, addresses and state, by the
 * number of the inode. It lists those of AF_INET, AF_INET6 and AF_UNIX. The
 * command sockets calls it.
 */
#ifndef _PERSOCK_WIRE_SOCK_DIAG_H
#define _PERSOCK_WIRE_SOCK_DIAG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

/**
 * struct diag_socket - a socket
 * @inode: its number, as in "socket:[N]"
 * @family: its family
 * @type: its type
 * @protocol: its protocol
 * @state: as TCP_ESTABLISHED; -1: unknown
 * @local: its address
 * @peer: the address of its peer; of family 0 if it has none
 * @peer_inode: of AF_UNIX: the inode of the peer, or 0
 * @path: of AF_UNIX: its address with '@' for a NUL, or NULL
 */
struct diag_socket {
	uint64_t inode;
	int family;
	int type;
	int protocol;
	int state;
	struct sockaddr_storage local;
	struct sockaddr_storage peer;
	uint64_t peer_inode;
	char *path;
};

/**
 * struct diag - sockets of several network namespaces
 * @of: the sockets
 * @nr: length of @of
 */
struct diag {
	struct diag_socket *of;
	size_t nr;
};

/* Add the sockets of the network namespace of the caller. */
void diag_add(struct diag *diag);

/* Before diag_find(): after all are added. */
void diag_sort(struct diag *diag);

/* The socket of an inode, or NULL. */
const struct diag_socket *diag_find(const struct diag *diag, uint64_t inode);

void diag_free(struct diag *diag);

#endif
