// SPDX-License-Identifier: GPL-2.0
/*
 * Calls of several threads on one socket, while one of them sets options that
 * replace its operations for a moment. What the calls return does not matter
 * here; that the kernel survives them, that nothing hangs, and that the socket
 * stays governed does. The kernel's log is the judge of the first.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>

#include "race.h"
#include "same.h"

struct race {
	int fd;
	struct inet_addr nobody;
};

/* No such protocol: the kernel looks for it, finds none, changes nothing. */
static void *upper_layer(void *arg)
{
	const struct race *race = arg;

	while (!race_over)
		setsockopt(race->fd, IPPROTO_TCP, TCP_ULP, "x", 1);
	return NULL;
}

static void *socket_options(void *arg)
{
	const struct race *race = arg;
	struct sockaddr_storage name;
	int value = 1;

	while (!race_over) {
		socklen_t len = sizeof(name);

		setsockopt(race->fd, SOL_SOCKET, SO_RCVLOWAT, &value,
			   sizeof(value));
		setsockopt(race->fd, SOL_SOCKET, SO_PEEK_OFF, &value,
			   sizeof(value));
		setsockopt(race->fd, SOL_SOCKET, SO_PASSCRED, &value,
			   sizeof(value));
		getsockopt(race->fd, SOL_SOCKET, SO_PEERNAME, &name, &len);
	}
	return NULL;
}

static void *traffic(void *arg)
{
	const struct race *race = arg;
	struct pollfd pfd = { .fd = race->fd, .events = POLLOUT };
	char data[4096] = "";

	while (!race_over) {
		send(race->fd, data, sizeof(data),
		     MSG_DONTWAIT | MSG_NOSIGNAL);
		poll(&pfd, 1, 1);
		recv(race->fd, data, sizeof(data), MSG_DONTWAIT);
	}
	return NULL;
}

static void *fast_open(void *arg)
{
	const struct race *race = arg;
	char data[16] = "";

	while (!race_over) {
		sendto(race->fd, data, sizeof(data),
		       MSG_FASTOPEN | MSG_NOSIGNAL | MSG_DONTWAIT,
		       &race->nobody.sa, race->nobody.len);
		connect(race->fd, &(struct sockaddr){ AF_UNSPEC },
			sizeof(struct sockaddr));
	}
	return NULL;
}

static void wait_it_out(void *data)
{
	time_t start = race_now();

	while (race_on(start, true))
		usleep(10000);
}

static int run(int fd, void *(*const *threads)(void *), unsigned int nr)
{
	struct race race = { .fd = fd, .nobody = loopback(AF_INET, htons(9)) };

	return race_run(threads, nr, wait_it_out, &race);
}

/* A connection with traffic, its options set and read, a protocol tried. */
TEST_F(same, options_under_way)
{
	void *(*const threads[])(void *) = {
		upper_layer, socket_options, traffic, upper_layer,
	};
	struct tcp tcp;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	ASSERT_EQ(0, run(tcp.client, threads, 4));
	/* Neither end hangs, and its state is what it was. */
	EXPECT_EQ(SOCK_STREAM, get_int(tcp.client, SOL_SOCKET, SO_TYPE));
	tcp_close(&tcp);
}

/* The same while the socket connects through fast open, and gives up. */
TEST_F(same, connects_under_way)
{
	void *(*const threads[])(void *) = {
		upper_layer, socket_options, fast_open,
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, run(fd, threads, 3));
	EXPECT_EQ(AF_INET, get_int(fd, SOL_SOCKET, SO_DOMAIN));
	close(fd);
}

int main(int argc, char **argv)
{
	return same_main(argc, argv);
}
