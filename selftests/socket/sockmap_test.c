// SPDX-License-Identifier: GPL-2.0
/*
 * A BPF sockmap takes a socket over at the level below persock: it holds a
 * socket of the native provider, and turns down the wrapper of hostinet,
 * which has no TCP to take over.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <sys/syscall.h>

#include "inet.h"
#include "same.h"

static long bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static int sockmap_create(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_SOCKMAP,
		.key_size = 4,
		.value_size = 4,
		.max_entries = 2,
	};

	return bpf(BPF_MAP_CREATE, &attr);
}

static int sockmap_set(int map, unsigned int key, int fd)
{
	union bpf_attr attr = {
		.map_fd = map,
		.key = (uintptr_t)&key,
		.value = (uintptr_t)&fd,
	};

	return bpf(BPF_MAP_UPDATE_ELEM, &attr) ? -errno : 0;
}

/* TCP: in the map, or refused with an errno; the connection works on. */
TEST_F(same, tcp)
{
	struct tcp tcp;
	int map, err;

	map = sockmap_create();
	ASSERT_LE(0, map);
	ASSERT_EQ(0, tcp_open(&tcp, AF_INET));
	err = sockmap_set(map, 0, tcp.client);
	EXPECT_EQ(is_hostinet(variant->id), err < 0);
	EXPECT_EQ(1, passes(tcp.client, tcp.server));
	EXPECT_EQ(1, passes(tcp.server, tcp.client));
	/* In the map with both ends, out of it by closing, then by the map. */
	err = sockmap_set(map, 1, tcp.server);
	EXPECT_EQ(is_hostinet(variant->id), err < 0);
	EXPECT_EQ(1, passes(tcp.client, tcp.server));
	close(tcp.client);
	tcp.client = -1;
	close(map);
	tcp_close(&tcp);
}

/* UDP likewise. */
TEST_F(same, udp)
{
	int fds[2], map, err;

	map = sockmap_create();
	ASSERT_LE(0, map);
	ASSERT_EQ(0, udp_open(fds, AF_INET));
	err = sockmap_set(map, 0, fds[0]);
	EXPECT_EQ(is_hostinet(variant->id), err < 0);
	EXPECT_EQ(1, passes(fds[0], fds[1]));
	EXPECT_EQ(1, passes(fds[1], fds[0]));
	close(map);
	EXPECT_EQ(1, passes(fds[1], fds[0]));
	close(fds[0]);
	close(fds[1]);
}

int main(int argc, char **argv)
{
	return same_main(argc, argv);
}
