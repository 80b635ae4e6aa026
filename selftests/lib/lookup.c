// SPDX-License-Identifier: GPL-2.0
/*
 * lookup PORT {TIMES HOST}...: look each host up by the C library and connect
 * to all of its addresses, so many times. A line for each: how often they were
 * reached, or the first error. musl-gcc compiles it, too.
 */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Resolvers are asked again after 5 s: an answer that late was a second try. */
#define LATE_S 4

/* The number of addresses, each of which was reached; or -1. */
static int reach(const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list, *each;
	time_t before = time(NULL);
	int err, fd, addresses = 0;

	err = getaddrinfo(host, port, &hints, &list);
	if (time(NULL) - before >= LATE_S)
		printf("late: ");
	if (err) {
		printf("%s\n", gai_strerror(err));
		return -1;
	}
	for (each = list; each; each = each->ai_next) {
		fd = socket(each->ai_family, each->ai_socktype, 0);
		if (connect(fd, each->ai_addr, each->ai_addrlen)) {
			printf("%s\n", strerror(errno));
			addresses = -1;
			break;
		}
		close(fd);
		addresses++;
	}
	freeaddrinfo(list);

	return addresses;
}

int main(int argc, char **argv)
{
	int i, round, times, addresses;

	for (i = 2; i + 1 < argc; i += 2) {
		times = atoi(argv[i]);
		addresses = 0;
		for (round = 0; round < times && addresses >= 0; round++)
			addresses = reach(argv[i + 1], argv[1]);
		if (addresses >= 0)
			printf("%d of %d, addresses: %d\n", round, times,
			       addresses);
	}

	return 0;
}
