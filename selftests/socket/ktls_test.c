// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel TLS replaces a socket's operations by its own, made from those of the
 * first socket that uses it, for all sockets. So it must never see a governed
 * socket's: these tests mix governed and ungoverned ones in both orders.
 */
#include <errno.h>
#include <linux/tls.h>
#include <netinet/tcp.h>
#include <sys/sendfile.h>

#include "harness.h"
#include "inet.h"

#ifndef IPV6_ADDRFORM
#define IPV6_ADDRFORM	1
#endif
#ifndef SOL_TLS
#define SOL_TLS		282
#endif

FIXTURE(ktls) {
};

GOVERNED_VARIANTS(ktls, NATIVE, HOSTINET);

FIXTURE_SETUP(ktls)
{
	struct tcp tcp;
	bool module;
	int err;

	module = !system("modprobe -q tls 2>/dev/null");
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	err = setsockopt(tcp.client, IPPROTO_TCP, TCP_ULP, "tls", 4) ?
	      errno : 0;
	tcp_close(&tcp);
	if (!module && err == ENOENT)
		SKIP(return, "the kernel has no TLS, nor a module for it");
	govern_setup(_metadata, variant->id);
}

FIXTURE_TEARDOWN(ktls)
{
}

static void tls_key(struct tls12_crypto_info_aes_gcm_128 *key)
{
	memset(key, 0, sizeof(*key));
	key->info.version = TLS_1_2_VERSION;
	key->info.cipher_type = TLS_CIPHER_AES_GCM_128;
	memset(key->key, 0x42, sizeof(key->key));
}

/* Make the client's end send, and the server's receive, under TLS. */
static int tls_start(const struct tcp *tcp)
{
	struct tls12_crypto_info_aes_gcm_128 key;

	tls_key(&key);
	if (setsockopt(tcp->client, IPPROTO_TCP, TCP_ULP, "tls", 4) ||
	    setsockopt(tcp->server, IPPROTO_TCP, TCP_ULP, "tls", 4) ||
	    setsockopt(tcp->client, SOL_TLS, TLS_TX, &key, sizeof(key)) ||
	    setsockopt(tcp->server, SOL_TLS, TLS_RX, &key, sizeof(key)))
		return -errno;
	return 0;
}

/* One whole connection; NULL, or what failed. */
static const char *tls_round(void)
{
	struct tls12_crypto_info_aes_gcm_128 key = {};
	socklen_t len = sizeof(key);
	const char *failed = NULL;
	struct tcp tcp;

	if (tcp_open(&tcp, AF_INET))
		return "no connection";
	if (tls_start(&tcp))
		failed = "TLS cannot be switched on";
	else if (getsockopt(tcp.client, SOL_TLS, TLS_TX, &key, &len) ||
		 key.info.cipher_type != TLS_CIPHER_AES_GCM_128)
		failed = "the cipher cannot be read back";
	else if (!passes(tcp.client, tcp.server))
		failed = "no data under TLS";
	else if (!passes(tcp.server, tcp.client))
		failed = "no plain data the other way";
	tcp_close(&tcp);
	return failed;
}

/* The same by a child in another cgroup. */
static int tls_round_under(struct __test_metadata *_metadata, enum govern_id id)
{
	int status = -1;
	pid_t pid;

	pid = fork();
	if (!pid) {
		const char *failed = "cannot change the cgroup";

		if (!(id == UNGOVERNED ? govern_leave() : govern_enter(id)))
			failed = tls_round();
		if (failed)
			TH_LOG("%s", failed);
		_exit(!!failed);
	}
	return pid < 0 || waitpid(pid, &status, 0) != pid || status;
}

/* TLS records carry the data, in full and through sendfile(). */
TEST_F(ktls, records)
{
	char out[20000], in[20000];
	struct tcp tcp;
	off_t offset = 0;
	size_t i;
	int file;

	for (i = 0; i < sizeof(out); i++)
		out[i] = i * 3;
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	ASSERT_EQ(0, tls_start(&tcp));
	ASSERT_EQ((ssize_t)sizeof(out),
		  send_all(tcp.client, out, sizeof(out)));
	ASSERT_EQ((ssize_t)sizeof(in), recv_all(tcp.server, in, sizeof(in)));
	EXPECT_EQ(0, memcmp(out, in, sizeof(in)));

	file = memfd_create("tls", MFD_CLOEXEC);
	ASSERT_LE(0, file);
	ASSERT_EQ((ssize_t)sizeof(out), write(file, out, sizeof(out)));
	memset(in, 0, sizeof(in));
	ASSERT_EQ((ssize_t)sizeof(out),
		  sendfile(tcp.client, file, &offset, sizeof(out)))
		TH_LOG("sendfile: %s", strerror(errno));
	ASSERT_EQ((ssize_t)sizeof(in), recv_all(tcp.server, in, sizeof(in)));
	EXPECT_EQ(0, memcmp(out, in, sizeof(in)));
	close(file);
	tcp_close(&tcp);
}

/* Many times: nothing of one connection is left for the next. */
TEST_F(ktls, repeated)
{
	int i;

	for (i = 0; i < 10; i++)
		ASSERT_EQ(NULL, tls_round());
}

/*
 * A socket that TLS has taken over is as governed as before: what is always
 * refused is refused still, and the ordinary options work.
 */
TEST_F(ktls, governed_afterwards)
{
	struct inet_addr addr, to;
	struct tcp tcp;
	int err;

	tcp.listener = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	ASSERT_LE(0, tcp.listener);
	to = mapped(&addr);
	tcp.client = socket(AF_INET6, SOCK_STREAM, 0);
	ASSERT_LE(0, tcp.client);
	ASSERT_EQ(0, connect(tcp.client, &to.sa, to.len));
	tcp.server = accept(tcp.listener, NULL, NULL);
	ASSERT_LE(0, tcp.server);
	ASSERT_EQ(0, tls_start(&tcp));

	EXPECT_EQ(0, set_int(tcp.client, IPPROTO_TCP, TCP_NODELAY, 1));
	EXPECT_EQ(1, get_int(tcp.client, IPPROTO_TCP, TCP_NODELAY));
	EXPECT_EQ(0, set_int(tcp.client, SOL_SOCKET, SO_KEEPALIVE, 1));
	EXPECT_EQ(1, get_int(tcp.client, SOL_SOCKET, SO_KEEPALIVE));
	err = set_int(tcp.client, IPPROTO_IPV6, IPV6_ADDRFORM, AF_INET);
	/* The kernel itself refuses, since TLS is in the way: EBUSY. */
	EXPECT_GT(0, err);
	EXPECT_EQ(variant->id == UNGOVERNED, err == -EBUSY);
	EXPECT_EQ(1, passes(tcp.client, tcp.server));
	tcp_close(&tcp);
}

/* First here, then ungoverned, then here again. */
TEST_F(ktls, then_ungoverned)
{
	ASSERT_EQ(NULL, tls_round());
	EXPECT_EQ(0, tls_round_under(_metadata, UNGOVERNED));
	EXPECT_EQ(NULL, tls_round());
}

/* First ungoverned, then here, then ungoverned again. */
TEST_F(ktls, after_ungoverned)
{
	EXPECT_EQ(0, tls_round_under(_metadata, UNGOVERNED));
	ASSERT_EQ(NULL, tls_round());
	EXPECT_EQ(0, tls_round_under(_metadata, UNGOVERNED));
}

/* A provider does not see what another one left, either. */
TEST_F(ktls, then_another_provider)
{
	enum govern_id other = variant->id == HOSTINET ? NATIVE : HOSTINET;
	const char *problem;
	bool absent;

	problem = govern_problem(other, &absent);
	if (problem)
		SKIP(return, "%s", problem);
	ASSERT_EQ(NULL, tls_round());
	EXPECT_EQ(0, tls_round_under(_metadata, other));
	EXPECT_EQ(NULL, tls_round());
}

/* Objects of the slab cache that sockets' inodes come from; 0: unknown. */
static long inodes(void)
{
	long active = 0;
	char line[512];
	FILE *file = fopen("/proc/slabinfo", "r");

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "sock_inode_cache %ld", &active) == 1)
			break;
	}
	if (file)
		fclose(file);

	return active;
}

/* Does it come to that? What was freed is given back after a grace period. */
static bool inodes_below(long limit)
{
	int i;

	for (i = 0; i < 200 && inodes() >= limit; i++)
		usleep(50 * 1000);

	return inodes() < limit;
}

static int set_protocol(int fd, const char *name)
{
	return setsockopt(fd, IPPROTO_TCP, TCP_ULP, name, strlen(name)) ?
	       -errno : 0;
}

/*
 * Refusals are the kernel's, in its order: no such protocol, one already, no
 * connection. Socket after socket of them costs nothing more than the sockets.
 */
TEST_F(ktls, refused)
{
	struct tls12_crypto_info_aes_gcm_128 key;
	int fds[500], length = sizeof(fds) / sizeof(*fds), i;
	/* hostinet's have one of the host's beside their own. */
	long before, each = variant->id == HOSTINET ? 2 : 1;
	struct inet_addr addr;
	struct tcp tcp;

	tls_key(&key);
	before = inodes();
	for (i = 0; i < length; i++) {
		fds[i] = socket(i & 1 ? AF_INET : AF_INET6, SOCK_STREAM, 0);
		ASSERT_LE(0, fds[i]);
		/* For us it looks for a module each time, which takes long. */
		if (i < 2)
			ASSERT_EQ(-ENOENT, set_protocol(fds[i], "x"));
		ASSERT_EQ(-ENOTCONN, set_protocol(fds[i], "tls"));
		ASSERT_EQ(-1, setsockopt(fds[i], SOL_TLS, TLS_TX, &key,
					 sizeof(key)));
		ASSERT_EQ(ENOPROTOOPT, errno);
	}
	/*
	 * Beside what the cache holds ready for each processor. KASAN keeps what
	 * was freed, those that were asked on their behalf among it.
	 */
	if (!slow_kernel())
		EXPECT_TRUE(inodes_below(before + each * length + length / 2));
	for (i = 0; i < length; i++)
		close(fds[i]);

	EXPECT_EQ(-EINVAL, setsockopt(fds[0] = socket(AF_INET, SOCK_STREAM, 0),
				      IPPROTO_TCP, TCP_ULP, "", 0) ? -errno : 0);
	EXPECT_EQ(-EOPNOTSUPP, set_protocol(fds[0], "mptcp"));
	close(fds[0]);
	fds[0] = inet_bound(AF_INET, SOCK_STREAM, 0, &addr);
	EXPECT_EQ(-ENOENT, set_protocol(fds[0], "x"));
	EXPECT_EQ(-ENOTCONN, set_protocol(fds[0], "tls"));
	close(fds[0]);

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	EXPECT_EQ(-ENOENT, set_protocol(tcp.client, "x"));
	EXPECT_EQ(0, set_protocol(tcp.client, "tls"));
	EXPECT_EQ(-ENOENT, set_protocol(tcp.client, "x"));
	EXPECT_EQ(-EEXIST, set_protocol(tcp.client, "tls"));
	EXPECT_EQ(1, passes(tcp.client, tcp.server));
	tcp_close(&tcp);
}

/*
 * While TLS is switched on and off in one process, the sockets of others go
 * on: the operations that TLS swaps are never seen half done.
 */
TEST_F(ktls, under_traffic)
{
	struct tcp tcp;
	pid_t pid;
	int i, status;

	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		for (i = 0; i < 20; i++) {
			if (tls_round())
				_exit(1);
		}
		_exit(0);
	}
	while (!waitpid(pid, &status, WNOHANG))
		ASSERT_EQ(1, passes(tcp.client, tcp.server));
	EXPECT_EQ(0, status);
	tcp_close(&tcp);
}

int main(int argc, char **argv)
{
	govern_prepare(1U << NATIVE | 1U << HOSTINET);
	return test_harness_run(argc, argv);
}
