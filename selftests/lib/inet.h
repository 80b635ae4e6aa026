/* SPDX-License-Identifier: GPL-2.0 */
/* Loopback sockets for tests. Every function returns -1 or -errno on failure. */
#ifndef SELFTESTS_INET_H
#define SELFTESTS_INET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

/* Bound of every wait for something that must happen, in milliseconds. */
#define SOON_MS		60000

struct inet_addr {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
	socklen_t len;
};

struct tcp {
	int listener;
	int client;
	int server;		/* what the listener accepted */
	struct inet_addr addr;	/* of the listener */
};

/* The loopback address of @family (AF_INET, AF_INET6) with a port. */
struct inet_addr loopback(int family, in_port_t port);

/* An address as it is written, of IPv4 or IPv6, with a port. */
struct inet_addr at(const char *text, in_port_t port);

/* ::ffff:127.0.0.1 with the port of an IPv4 address. */
struct inet_addr mapped(const struct inet_addr *addr);

/* Put the address that @fd is bound to in @addr; 0 or -errno. */
int bound_to(int fd, struct inet_addr *addr);

/* Can a socket of this kind be made? It is closed again. 0 or -errno. */
int try_socket(int family, int type, int protocol);

/* connect(), and sendto() of one byte: 0 or -errno. */
int try_connect(int fd, const struct inet_addr *to);
int try_sendto(int fd, const struct inet_addr *to, int flags);

/* Send one byte to port 9 of an address, by a new UDP socket: 0 or -errno. */
int try_datagram(const char *text);

/* Send one byte to @to, or to the peer when NULL, with a control message. */
int send_with(int fd, const struct inet_addr *to, int level, int type,
		 const void *data, size_t length);

/* A socket bound to a free port of the loopback address; TCP listens. */
int inet_bound(int family, int type, int protocol, struct inet_addr *addr);

/* A connected pair and its listener; close all with tcp_close(). */
int tcp_open(struct tcp *tcp, int family);
int tcp_open_protocol(struct tcp *tcp, int family, int protocol);
void tcp_close(struct tcp *tcp);

/* Two connected UDP sockets. */
int udp_open(int fds[2], int family);

/* An option of 4 bytes: its value, or -errno. */
int get_int(int fd, int level, int name);
int set_int(int fd, int level, int name, int value);

/* poll() for @events of one descriptor: what came, 0 when nothing came. */
int wait_for(int fd, short events, int timeout_ms);

/* Receive exactly @len bytes, or fewer when the peer has finished. */
ssize_t recv_all(int fd, void *buf, size_t len);

/* Send exactly @len bytes. */
ssize_t send_all(int fd, const void *buf, size_t len);

/* Whether one byte sent on @from arrives at @to. */
int passes(int from, int to);

/* Write @text to the file @path, such as a sysctl; 0 or -errno. */
int put_text(const char *path, const char *text);
int get_text(const char *path, char *text, size_t size);

/**
 * sleeps() - Wait until a task sleeps in a call, for at most SOON_MS.
 * @tid: the task; between here and the call that is meant it must not sleep in
 *	another one
 *
 * Return: whether it does.
 */
bool sleeps(pid_t tid);

/* The same, until it waits for a lock that another task has. */
bool blocked(pid_t tid);

/* Is the running kernel of this version or newer? */
bool kernel_since(unsigned int major, unsigned int minor);

#endif /* SELFTESTS_INET_H */
