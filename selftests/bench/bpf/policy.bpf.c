// SPDX-License-Identifier: GPL-2.0
/*
 * What bench's policy comes to in cgroup-BPF programs, as far as they can: see
 * rules.py. Built with clang for the target bpf, attached by bpf_attach.
 */
#include <linux/bpf.h>
#include <linux/in.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* The kernel's numbers: headers for programs in user space define them too. */
#define AF_UNIX		1
#define AF_INET		2
#define SOCK_STREAM	1
#define SOCK_DGRAM	2
#define SOL_SOCKET	1
#define SO_KEEPALIVE	9
#define TCP_NODELAY	1
#define IP_PKTINFO	8

struct key {
	__u32 length;
	__u32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct key);
	__type(value, __u32);
} peers SEC(".maps");

static __always_inline int judge(__u32 address)
{
	struct key key = { .length = 32, .address = address };
	__u32 *allowed = bpf_map_lookup_elem(&peers, &key);

	return allowed && *allowed;
}

SEC("cgroup/sock_create")
int sock_create(struct bpf_sock *sk)
{
	if (sk->family == AF_UNIX)
		return 1;

	return sk->family == AF_INET &&
	       (sk->type == SOCK_STREAM || sk->type == SOCK_DGRAM) &&
	       (sk->protocol == 0 || sk->protocol == IPPROTO_TCP ||
		sk->protocol == IPPROTO_UDP);
}

SEC("cgroup/connect4")
int connect4(struct bpf_sock_addr *context)
{
	return judge(context->user_ip4);
}

/* There is no rule that allows anything of IPv6. */
SEC("cgroup/connect6")
int connect6(struct bpf_sock_addr *context)
{
	return 0;
}

SEC("cgroup/bind4")
int bind4(struct bpf_sock_addr *context)
{
	return (bpf_ntohl(context->user_ip4) >> 24) == 127;
}

SEC("cgroup/bind6")
int bind6(struct bpf_sock_addr *context)
{
	return 0;
}

SEC("cgroup/sendmsg4")
int sendmsg4(struct bpf_sock_addr *context)
{
	return judge(context->user_ip4);
}

SEC("cgroup/sendmsg6")
int sendmsg6(struct bpf_sock_addr *context)
{
	return 0;
}

/* Peers that are received from are not judged by the policy. */
SEC("cgroup/recvmsg4")
int recvmsg4(struct bpf_sock_addr *context)
{
	return 1;
}

SEC("cgroup/recvmsg6")
int recvmsg6(struct bpf_sock_addr *context)
{
	return 1;
}

SEC("cgroup/getsockopt")
int get_option(struct bpf_sockopt *context)
{
	return (context->level == SOL_SOCKET &&
		context->optname == SO_KEEPALIVE) ||
	       (context->level == IPPROTO_TCP &&
		context->optname == TCP_NODELAY);
}

SEC("cgroup/setsockopt")
int set_option(struct bpf_sockopt *context)
{
	return (context->level == SOL_SOCKET &&
		context->optname == SO_KEEPALIVE) ||
	       (context->level == IPPROTO_TCP &&
		context->optname == TCP_NODELAY) ||
	       (context->level == IPPROTO_IP &&
		context->optname == IP_PKTINFO);
}

char _license[] SEC("license") = "GPL";
