// SPDX-License-Identifier: GPL-2.0
/* DNS for tests: see resolver.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "resolver.h"

#define HEADER 12

static const struct record *known;
static unsigned int queries;
static int sockets[4];
static unsigned int nr_sockets;

static size_t put_name(uint8_t *at, const char *name)
{
	uint8_t *start = at;

	while (*name) {
		size_t length = strcspn(name, ".");

		*at++ = length;
		memcpy(at, name, length);
		at += length;
		name += length + (name[length] == '.');
	}
	*at++ = 0;

	return at - start;
}

static size_t get_name(const uint8_t *message, size_t at, char *name)
{
	size_t length;

	while ((length = message[at++])) {
		memcpy(name, message + at, length);
		name += length;
		at += length;
		if (message[at])
			*name++ = '.';
	}
	*name = 0;

	return at;
}

static uint8_t *put16(uint8_t *at, unsigned int value)
{
	*at++ = value >> 8;
	*at++ = value;

	return at;
}

static unsigned int get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

size_t dns_query(uint8_t *message, uint16_t id, const char *name, int type,
		 bool edns)
{
	uint8_t *at = message;

	at = put16(at, id);
	at = put16(at, 0x0100);
	at = put16(at, 1);
	at = put16(at, 0);
	at = put16(at, 0);
	at = put16(at, edns);
	at += put_name(at, name);
	at = put16(at, type);
	at = put16(at, 1);
	if (edns) {
		*at++ = 0;
		at = put16(at, 41);
		at = put16(at, 1232);
		memset(at, 0, 6);
		at += 6;
	}

	return at - message;
}

int dns_rcode(const uint8_t *message, size_t length, uint16_t id)
{
	if (length < HEADER || get16(message) != id || !(message[2] & 0x80))
		return -1;

	return message[3] & 15;
}

unsigned int dns_answers(const uint8_t *message)
{
	return get16(message + 6);
}

static uint8_t *put_record(uint8_t *at, const struct record *record)
{
	uint8_t *length;

	at += put_name(at, record->name);
	at = put16(at, record->type);
	at = put16(at, 1);
	at = put16(at, record->ttl >> 16);
	at = put16(at, record->ttl);
	length = at;
	at += 2;
	if (record->type == DNS_CNAME)
		at += put_name(at, record->value);
	else
		at += inet_pton(record->type == DNS_A ? AF_INET : AF_INET6,
				record->value, at) == 1 ?
		      (record->type == DNS_A ? 4 : 16) : 0;
	put16(length, at - length - 2);

	return at;
}

/* Answer a query in place; its new length. */
static size_t answer(uint8_t *message, size_t length)
{
	const struct record *record;
	char name[256], next[256];
	unsigned int nr = 0, type;
	uint8_t *at;

	if (length < HEADER)
		return 0;
	length = get_name(message, HEADER, name);
	type = get16(message + length);
	at = message + length + 4;
	message[2] |= 0x80;
	message[3] = 0x80 | DNS_NXDOMAIN;
	put16(message + 10, 0);
again:
	next[0] = 0;
	for (record = known; record->name; record++) {
		if (strcasecmp(record->name, name))
			continue;
		message[3] = 0x80;
		if (record->type != type && record->type != DNS_CNAME)
			continue;
		at = put_record(at, record);
		nr++;
		if (record->type == DNS_CNAME && type != DNS_CNAME)
			strcpy(next, record->value);
	}
	if (next[0]) {
		strcpy(name, next);
		goto again;
	}
	put16(message + 6, nr);

	return at - message;
}

static void serve_datagram(int fd)
{
	uint8_t message[4096];
	struct sockaddr_in6 from;
	socklen_t size = sizeof(from);
	ssize_t n = recvfrom(fd, message, 1500, 0, (void *)&from, &size);

	if (n <= 0)
		return;
	__atomic_add_fetch(&queries, 1, __ATOMIC_SEQ_CST);
	sendto(fd, message, answer(message, n), 0, (void *)&from, size);
}

static void *serve_stream(void *data)
{
	int fd = (long)data;
	uint8_t message[4096 + 2];
	size_t length;

	while (recv_all(fd, message, 2) == 2) {
		length = get16(message);
		if (length > 1500 ||
		    recv_all(fd, message + 2, length) != (ssize_t)length)
			break;
		__atomic_add_fetch(&queries, 1, __ATOMIC_SEQ_CST);
		length = answer(message + 2, length);
		put16(message, length);
		send_all(fd, message, length + 2);
	}
	close(fd);

	return NULL;
}

static void *serve(void *unused)
{
	struct pollfd ready[4];
	pthread_t thread;
	unsigned int i;
	int fd;

	for (;;) {
		for (i = 0; i < nr_sockets; i++)
			ready[i] = (struct pollfd){ sockets[i], POLLIN };
		poll(ready, nr_sockets, 100);
		for (i = 0; i < nr_sockets; i++) {
			if (!(ready[i].revents & POLLIN))
				continue;
			if (i != 1) {
				serve_datagram(sockets[i]);
				continue;
			}
			fd = accept(sockets[i], NULL, NULL);
			if (fd >= 0)
				pthread_create(&thread, NULL, serve_stream,
					       (void *)(long)fd);
		}
	}

	return NULL;
}

static int bind_at(int type, const char *address, in_port_t port)
{
	struct inet_addr to = at(address, port);
	int fd = socket(to.sa.sa_family, type, 0), one = 1;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, &to.sa, to.len) ||
	    (type == SOCK_STREAM && listen(fd, 16))) {
		int err = -errno;

		close(fd);
		return err;
	}

	return fd;
}

int resolver_also(const char *address, in_port_t port)
{
	int fd = bind_at(SOCK_DGRAM, address, port);

	if (fd < 0)
		return fd;
	sockets[nr_sockets++] = fd;

	return 0;
}

int resolver_start(const char *address, const struct record *records)
{
	pthread_t thread;
	int fd;

	known = records;
	fd = bind_at(SOCK_DGRAM, address, 53);
	if (fd < 0)
		return fd;
	sockets[0] = fd;
	fd = bind_at(SOCK_STREAM, address, 53);
	if (fd < 0)
		return fd;
	sockets[1] = fd;
	nr_sockets = 2;

	return -pthread_create(&thread, NULL, serve, NULL);
}

unsigned int resolver_queries(void)
{
	return __atomic_load_n(&queries, __ATOMIC_SEQ_CST);
}

int dns_open(const char *resolver, in_port_t port)
{
	struct inet_addr to = at(resolver, port);
	int fd = socket(to.sa.sa_family, SOCK_DGRAM, 0), err;

	if (fd < 0)
		return -errno;
	err = try_connect(fd, &to);
	if (!err)
		return fd;
	close(fd);

	return err;
}

static uint16_t next_id(void)
{
	static uint16_t id = 100;

	return ++id;
}

int dns_ask(int fd, const char *name, int type)
{
	uint8_t message[4096];
	uint16_t id = next_id();
	size_t length = dns_query(message, id, name, type, id & 1);
	ssize_t n = send(fd, message, length, 0);

	if (n < 0)
		return -errno;
	if (n != (ssize_t)length)
		return -EPROTO;
	if (wait_for(fd, POLLIN, 2000) != POLLIN)
		return -ETIMEDOUT;
	n = recv(fd, message, sizeof(message), 0);

	return n < 0 ? -errno : dns_rcode(message, n, id);
}

int dns_ask_stream(int fd, const char *name, int type, size_t part)
{
	uint8_t message[4096];
	uint16_t id = next_id();
	size_t length = dns_query(message + 2, id, name, type, true), sent;
	ssize_t n;

	put16(message, length);
	length += 2;
	for (sent = 0; sent < length; sent += n) {
		n = send(fd, message + sent,
			 part < length - sent ? part : length - sent,
			 MSG_NOSIGNAL);
		if (n <= 0)
			return -errno;
	}
	if (wait_for(fd, POLLIN, 2000) != POLLIN)
		return -ETIMEDOUT;
	if (recv_all(fd, message, 2) != 2)
		return -ECONNRESET;
	length = get16(message);
	if (length > sizeof(message) ||
	    recv_all(fd, message, length) != (ssize_t)length)
		return -ECONNRESET;

	return dns_rcode(message, length, id);
}

int dns_lookup(const char *resolver, const char *name, int type)
{
	int fd = dns_open(resolver, 53), result;

	if (fd < 0)
		return fd;
	result = dns_ask(fd, name, type);
	close(fd);

	return result;
}
