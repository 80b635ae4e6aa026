/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sockets that processes hold, from /proc: by which personality is each
 * governed? The commands sockets and attach call it.
 */
#ifndef _PERSOCK_BASE_HELD_SOCKET_H
#define _PERSOCK_BASE_HELD_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A process that holds a socket by a descriptor. */
struct holder {
	pid_t pid;
	int fd;
};

/**
 * struct held_socket - a socket that processes hold
 * @inode: its number
 * @holders: the processes
 * @nr_holders: length of @holders
 * @personality: that of the innermost layer; NULL: the socket is not governed
 * @layers: names of all layers, with blanks between them, or NULL for one
 * @provider: the provider, or NULL
 * @family: its family; -1: unknown
 * @type: likewise
 * @protocol: likewise
 * @state: of struct socket, such as SS_CONNECTED; -1: unknown
 */
struct held_socket {
	uint64_t inode;
	struct holder *holders;
	size_t nr_holders;
	char *personality;
	char *layers;
	char *provider;
	int family;
	int type;
	int protocol;
	int state;
};

/**
 * struct held_sockets - the sockets of some processes
 * @of: the sockets
 * @nr: length of @of
 * @pids: the processes, each once
 * @nr_pids: length of @pids
 * @unread: number of processes that could not be read
 */
struct held_sockets {
	struct held_socket *of;
	size_t nr;
	pid_t *pids;
	size_t nr_pids;
	unsigned int unread;
};

/* Add the processes of a cgroup and those below it, or all processes. */
void held_add_cgroup(struct held_sockets *held, int directory);
void held_add_all(struct held_sockets *held);

/* Find the sockets of these processes. They are in the order of their inodes. */
void held_find(struct held_sockets *held);
void held_free(struct held_sockets *held);

/* After held_find(): is it one of the processes? */
bool held_has_pid(const struct held_sockets *held, pid_t pid);

/* Is the personality among the layers of a socket? */
bool held_has_layer(const struct held_socket *socket, const char *personality);

/* The name of a process, to be freed; NULL if it has ended. */
char *held_name(pid_t pid);

#endif
