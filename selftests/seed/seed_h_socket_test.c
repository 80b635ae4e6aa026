// SPDX-License-Identifier: GPL-2.0
/*
 * The rows of hostinet's sockets themselves: types (H1), addresses (H2),
 * connect (H3), state (H12) and release (H13).
 */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "seed_h.h"

/*
 * Types: SOCK_STREAM with TCP, SOCK_DGRAM with UDP; anything else is not
 * hostinet's, and no other provider's.
 *
 * Pairs are not offered: nobody takes the request (see S2).
 */
TEST_F(seed_h, H1_types)
{
	static const int families[] = { AF_INET, AF_INET6 };
	static const int protocols[] = {
		0, IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6,
		IPPROTO_SCTP, IPPROTO_UDPLITE, IPPROTO_RAW, IPPROTO_MPTCP,
	};
	bool allowed, works[2] = {};
	int type, sv[2];
	size_t i, j;
	long fd;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		for (type = SOCK_STREAM; type <= SOCK_PACKET; type++) {
			for (j = 0; j < ARRAY_SIZE(protocols); j++) {
				int protocol = protocols[j];

				allowed = (type == SOCK_STREAM &&
					   (!protocol ||
					    protocol == IPPROTO_TCP)) ||
					  (type == SOCK_DGRAM &&
					   (!protocol ||
					    protocol == IPPROTO_UDP));
				/* For others, the kernel looks for modules. */
				if (!allowed && !self->governed &&
				    (type != SOCK_RAW || !protocol))
					continue;
				fd = result(socket(families[i], type,
						   protocol));
				if (allowed || self->governed) {
					EXPECT_EQ(allowed ? 0 : -EAFNOSUPPORT,
						  fd < 0 ? fd : 0)
						TH_LOG("family %d type %d protocol %d",
						       families[i], type,
						       protocol);
				}
				if (fd < 0)
					continue;
				works[allowed] = true;
				EXPECT_TRUE(fdinfo_is(fd, "persock_provider",
						      !self->governed ? NULL :
						      self->hostinet ?
						      "hostinet" : "native"));
				close(fd);
			}
		}
		EXPECT_EQ(self->governed ? -EAFNOSUPPORT : -EOPNOTSUPP,
			  result(socketpair(families[i], SOCK_STREAM, 0, sv)));
	}
	EXPECT_TRUE(works[true]);
	EXPECT_EQ(!self->governed, works[false]);
}

/*
 * Addresses: what is behind the 28 bytes of the longest one is cut, so it is
 * as if it was not there. Linux does not look at it either.
 */
TEST_F(seed_h, H2_address_length)
{
	static const int lengths[] = { 16, 28, 29, 64, 128 };
	static const int families[] = { AF_INET, AF_INET6 };
	union {
		struct sockaddr sa;
		char bytes[128];
	} addr;
	struct seed_message m;
	struct inet_addr to;
	int fd, peer;
	size_t i, j;
	char c;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		peer = inet_bound(families[i], SOCK_DGRAM, 0, &to);
		ASSERT_LE(0, peer);
		for (j = 0; j < ARRAY_SIZE(lengths); j++) {
			long short_of = families[i] == AF_INET6 &&
					lengths[j] < 24 ? -EINVAL : 0;

			memset(&addr, 0xaa, sizeof(addr));
			memcpy(&addr, &to, to.len);
			fd = socket(families[i], SOCK_DGRAM, 0);
			ASSERT_LE(0, fd);
			EXPECT_EQ(short_of ?: 1,
				  result(sendto(fd, "x", 1, 0, &addr.sa,
						lengths[j])));
			seed_message(&m, 0)->msg_name = &addr;
			m.msg.msg_namelen = lengths[j];
			EXPECT_EQ(short_of ?: 1, result(sendmsg(fd, &m.msg,
								0)));
			EXPECT_EQ(short_of, result(connect(fd, &addr.sa,
							   lengths[j])));
			if (!short_of) {
				EXPECT_EQ(1, recv(peer, &c, 1, 0));
				EXPECT_EQ(1, recv(peer, &c, 1, 0));
				EXPECT_EQ(1, passes(fd, peer));
			}
			close(fd);
			fd = socket(families[i], SOCK_DGRAM, 0);
			ASSERT_LE(0, fd);
			*(in_port_t *)(addr.bytes + 2) = 0;
			EXPECT_EQ(short_of, result(bind(fd, &addr.sa,
							lengths[j])));
			close(fd);
		}
		/* What is too short is not made longer. */
		fd = socket(families[i], SOCK_DGRAM, 0);
		ASSERT_LE(0, fd);
		EXPECT_EQ(-EINVAL, result(bind(fd, &addr.sa, 15)));
		EXPECT_EQ(-EINVAL, result(bind(fd, &addr.sa, 0)));
		close(fd);
		close(peer);
	}
}

/*
 * connect: a blocking one waits until the socket is writable and returns
 * SO_ERROR; a non-blocking one is EINPROGRESS, and poll and SO_ERROR report the
 * outcome.
 */
TEST_F(seed_h, H3_connect)
{
	struct inet_addr nobody;
	struct timespec since;
	int fd;

	fd = inet_bound(AF_INET, SOCK_DGRAM, 0, &nobody);
	ASSERT_LE(0, fd);
	close(fd);

	/* Refused. */
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-ECONNREFUSED, result(connect(fd, &nobody.sa, nobody.len)));
	EXPECT_EQ(0, get_int(fd, SOL_SOCKET, SO_ERROR));
	close(fd);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EINPROGRESS, result(connect(fd, &nobody.sa, nobody.len)));
	EXPECT_NE(0, wait_for(fd, POLLOUT, SOON_MS) & POLLERR);
	EXPECT_EQ(ECONNREFUSED, get_int(fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(0, get_int(fd, SOL_SOCKET, SO_ERROR));
	close(fd);

	/* Non-blocking, and the peer takes its time. */
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EINPROGRESS, result(connect(fd, &self->full_addr.sa,
					       self->full_addr.len)));
	EXPECT_EQ(-EALREADY, result(connect(fd, &self->full_addr.sa,
					    self->full_addr.len)));
	EXPECT_EQ(0, wait_for(fd, POLLOUT, 0));
	EXPECT_EQ(0, get_int(fd, SOL_SOCKET, SO_ERROR));
	drain(self->full);
	EXPECT_EQ(POLLOUT, wait_for(fd, POLLOUT, SOON_MS));
	EXPECT_EQ(0, get_int(fd, SOL_SOCKET, SO_ERROR));
	EXPECT_EQ(0, connect(fd, &self->full_addr.sa, self->full_addr.len));
	EXPECT_EQ(-EISCONN, result(connect(fd, &self->full_addr.sa,
					   self->full_addr.len)));
	close(fd);

	/* Blocking: the queue has been filled again by the one above. */
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	seed_tick_fd = self->full;
	count_from(&since);
	seed_start_ticks(true, seed_tick_drain);
	EXPECT_EQ(0, result(connect(fd, &self->full_addr.sa,
				    self->full_addr.len)));
	seed_stop_ticks();
	EXPECT_LE(500, elapsed_ms(&since));
	EXPECT_EQ(POLLOUT, wait_for(fd, POLLOUT, 0));
	close(fd);
}

/*
 * State: TCP's, as TCP_INFO has it, and 0 of others; type: family, type and
 * protocol. The personality's own view of it is in /proc.
 */
TEST_F(seed_h, H12_state)
{
	struct tcp_info info;
	char expected[32];
	socklen_t len;
	int fd;

#define STATE(fd, state) do {						\
	len = TCP_INFO_2020;						\
	ASSERT_EQ(0, getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info,	\
				&len));					\
	EXPECT_EQ(state, info.tcpi_state);				\
	snprintf(expected, sizeof(expected), "%d", state);		\
	EXPECT_TRUE(fdinfo_is(fd, "persock_state",			\
			      self->governed ? expected : NULL))	\
		TH_LOG("expected state %d", state);			\
} while (0)

	STATE(self->tcp.listener, TCP_LISTEN);
	STATE(self->tcp.client, TCP_ESTABLISHED);
	STATE(self->tcp.server, TCP_ESTABLISHED);
	EXPECT_TRUE(fdinfo_is(self->tcp.listener, "persock_type",
			      self->governed ? "2 1 6" : NULL));
	EXPECT_TRUE(fdinfo_is(self->tcp.server, "persock_type",
			      self->governed ? "2 1 6" : NULL));
	ASSERT_EQ(0, shutdown(self->tcp.client, SHUT_WR));
	ASSERT_EQ(POLLRDHUP, wait_for(self->tcp.server, POLLRDHUP, SOON_MS));
	STATE(self->tcp.server, TCP_CLOSE_WAIT);
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	STATE(fd, TCP_CLOSE);
	EXPECT_TRUE(fdinfo_is(fd, "persock_type",
			      self->governed ? "10 1 6" : NULL));
	close(fd);
#undef STATE

	fd = socket(AF_INET6, SOCK_DGRAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_TRUE(fdinfo_is(fd, "persock_state", self->governed ? "0" :
								    NULL));
	EXPECT_TRUE(fdinfo_is(fd, "persock_type",
			      self->governed ? "10 2 17" : NULL));
	len = sizeof(info);
	EXPECT_EQ(-ENOPROTOOPT, result(getsockopt(fd, IPPROTO_TCP, TCP_INFO,
						  &info, &len)));
	EXPECT_EQ(AF_INET6, get_int(fd, SOL_SOCKET, SO_DOMAIN));
	EXPECT_EQ(SOCK_DGRAM, get_int(fd, SOL_SOCKET, SO_TYPE));
	EXPECT_EQ(IPPROTO_UDP, get_int(fd, SOL_SOCKET, SO_PROTOCOL));
	close(fd);
}

struct sockets {
	int used;
	int tcp;
	int udp;
};

static struct sockets count_sockets(void)
{
	return (struct sockets){
		.used = sockstat("sockets:", "used "),
		.tcp = sockstat("TCP:", "inuse "),
		.udp = sockstat("UDP:", "inuse "),
	};
}

/* Whether there are as many as before, once what is closing has closed. */
static bool as_before(const struct sockets *before)
{
	struct sockets now;
	int i;

	for (i = 0; i < 500; i++) {
		now = count_sockets();
		if (!memcmp(&now, before, sizeof(now)))
			return true;
		poll(NULL, 0, 20);
	}
	printf("# used %d TCP %d UDP %d, before: %d %d %d\n", now.used,
	       now.tcp, now.udp, before->used, before->tcp, before->udp);
	return false;
}

/*
 * Release: the host socket is closed exactly once, by the last close, and when
 * an accept() or a creation fails half way. Its peer sees the end.
 */
TEST_F(seed_h, H13_release)
{
	struct inet_addr *addr = &self->tcp.addr;
	struct sockaddr_in *nowhere = NULL;
	struct sockets before = count_sockets(), more;
	struct rlimit files, none;
	struct tcp tcp;
	socklen_t len;
	int fd, i, n, status;
	pid_t pid;
	char c;

	ASSERT_LT(0, before.used);
	ASSERT_LT(0, before.tcp);

	/* Each kind is counted, and then it is not. */
	for (i = 0; i < 4; i++) {
		fd = socket(i & 1 ? AF_INET : AF_INET6,
			    i & 2 ? SOCK_STREAM : SOCK_DGRAM, 0);
		ASSERT_LE(0, fd);
		more = count_sockets();
		EXPECT_EQ(before.used + (self->hostinet ? 2 : 1), more.used);
		close(fd);
		EXPECT_TRUE(as_before(&before));
	}

	/* A connection; the peer sees the end, not before the last close. */
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	fd = dup(tcp.client);
	close(tcp.client);
	EXPECT_EQ(-EAGAIN, result(recv(tcp.server, &c, 1, MSG_DONTWAIT)));
	EXPECT_EQ(1, passes(fd, tcp.server));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(passes(fd, tcp.server));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(1, WEXITSTATUS(status));
	EXPECT_EQ(1, passes(tcp.server, fd));
	tcp.client = -1;
	close(fd);
	ASSERT_EQ(POLLIN, wait_for(tcp.server, POLLIN, SOON_MS));
	EXPECT_EQ(0, recv(tcp.server, &c, 1, 0));
	tcp_close(&tcp);

	/* What was never accepted, and what was refused. */
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET6));
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, connect(fd, &tcp.addr.sa, tcp.addr.len));
	tcp_close(&tcp);
	EXPECT_NE(0, wait_for(fd, POLLIN, SOON_MS) & POLLIN);
	EXPECT_EQ(-ECONNRESET, result(recv(fd, &c, 1, 0)));
	close(fd);
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-ECONNREFUSED, result(connect(fd, &tcp.addr.sa,
						tcp.addr.len)));
	close(fd);

	/* An accept() that cannot return the address has closed the socket. */
	for (n = 0; n < 20; n++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, connect(fd, &addr->sa, addr->len));
		i = next_fd();
		len = sizeof(*nowhere);
		EXPECT_EQ(-EFAULT, result(accept(self->tcp.listener,
						 (void *)(nowhere + 1), &len)));
		EXPECT_EQ(i, next_fd());
		EXPECT_NE(0, wait_for(fd, POLLIN, SOON_MS) & POLLIN);
		EXPECT_EQ(0, recv(fd, &c, 1, 0));
		close(fd);
	}

	/* One that nothing is there for. */
	ASSERT_EQ(0, fcntl(self->tcp.listener, F_SETFL, O_NONBLOCK));
	for (n = 0; n < 20; n++)
		EXPECT_EQ(-EAGAIN, result(accept(self->tcp.listener, NULL,
						 NULL)));

	/* No descriptor for a new socket, or for an accepted one. */
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, connect(fd, &addr->sa, addr->len));
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &files));
	none = files;
	none.rlim_cur = 0;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	for (n = 0; n < 20; n++) {
		EXPECT_EQ(-EMFILE, result(socket(AF_INET, SOCK_STREAM, 0)));
		EXPECT_EQ(-EMFILE, result(socket(AF_INET6, SOCK_DGRAM, 0)));
		EXPECT_EQ(-EMFILE, result(accept(self->tcp.listener, NULL,
						 NULL)));
	}
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	/* The connection is still in the queue. */
	i = accept(self->tcp.listener, NULL, NULL);
	ASSERT_LE(0, i);
	EXPECT_EQ(1, passes(i, fd));
	close(i);
	close(fd);

	/* A request that is refused, and a pair that cannot be. */
	for (n = 0; n < 20; n++) {
		int sv[2];

		EXPECT_GT(0, socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
		EXPECT_GT(0, socketpair(AF_INET, SOCK_STREAM, 0, sv));
	}
	EXPECT_TRUE(as_before(&before));
}

int main(int argc, char **argv)
{
	return seed_main(argc, argv);
}
